package cmplx

import real_ "math/cmplx"

func sqrt(re, im float64) (float64, float64) {
	z := real_.Sqrt(complex(re, im))
	return real(z), imag(z)
}

func tanh(re, im float64) (float64, float64) {
	z := real_.Tanh(complex(re, im))
	return real(z), imag(z)
}

func asin(re, im float64) (float64, float64) {
	z := real_.Asin(complex(re, im))
	return real(z), imag(z)
}

func atan(re, im float64) (float64, float64) {
	z := real_.Atan(complex(re, im))
	return real(z), imag(z)
}

func asinh(re, im float64) (float64, float64) {
	z := real_.Asinh(complex(re, im))
	return real(z), imag(z)
}
