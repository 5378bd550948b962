package cmplx

import real_ "math/cmplx"

func csqrt(re, im float64) (float64, float64) {
	z := real_.Sqrt(complex(re, im))
	return real(z), imag(z)
}

func ctanh(re, im float64) (float64, float64) {
	z := real_.Tanh(complex(re, im))
	return real(z), imag(z)
}

func casin(re, im float64) (float64, float64) {
	z := real_.Asin(complex(re, im))
	return real(z), imag(z)
}

func catan(re, im float64) (float64, float64) {
	z := real_.Atan(complex(re, im))
	return real(z), imag(z)
}

func casinh(re, im float64) (float64, float64) {
	z := real_.Asinh(complex(re, im))
	return real(z), imag(z)
}
