package cmplx

import real_ "math/cmplx"

func sqrt(re, im float64) (float64, float64) {
	z := real_.Sqrt(complex(re, im))
	return real(z), imag(z)
}

func exp(re, im float64) (float64, float64) {
	z := real_.Exp(complex(re, im))
	return real(z), imag(z)
}

func log(re, im float64) (float64, float64) {
	z := real_.Log(complex(re, im))
	return real(z), imag(z)
}

func sin(re, im float64) (float64, float64) {
	z := real_.Sin(complex(re, im))
	return real(z), imag(z)
}

func cos(re, im float64) (float64, float64) {
	z := real_.Cos(complex(re, im))
	return real(z), imag(z)
}

func tan(re, im float64) (float64, float64) {
	z := real_.Tan(complex(re, im))
	return real(z), imag(z)
}

func sinh(re, im float64) (float64, float64) {
	z := real_.Sinh(complex(re, im))
	return real(z), imag(z)
}

func cosh(re, im float64) (float64, float64) {
	z := real_.Cosh(complex(re, im))
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

func acos(re, im float64) (float64, float64) {
	z := real_.Acos(complex(re, im))
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

func acosh(re, im float64) (float64, float64) {
	z := real_.Acosh(complex(re, im))
	return real(z), imag(z)
}

func atanh(re, im float64) (float64, float64) {
	z := real_.Atanh(complex(re, im))
	return real(z), imag(z)
}
