// Math compares math, math/bits with the real packages on special and random values, by their bits. The intrinsics
// (Exp is one) come from the real package here, so that this tests what is written in Go.
package main

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand"
	"os"

	ourmath "golstd/math"
	ourbits "golstd/math/bits"
)

var failures int

func check(ok bool, format string, args ...any) {
	if !ok {
		if failures++; failures < 50 {
			fmt.Printf(format+"\n", args...)
		}
	}
}

func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

func values() []float64 {
	list := []float64{0, math.Copysign(0, -1), 1, -1, 0.5, -0.5, 1.5, 2, 3, -2, -3, 2.5, -2.5, -1.5, math.Inf(1), math.Inf(-1), math.NaN(),
		math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat64, 0x1p-1022, 0x1p-1023, 1e-320, 1 << 53, 0.999999999, 1e-10}
	for range 3000 {
		list = append(list, math.Float64frombits(rand.Uint64()), rand.NormFloat64()*10, rand.Float64())
	}
	return list
}

func floats() {
	unary := map[string][2]func(float64) float64{
		"Abs": {ourmath.Abs, math.Abs}, "Logb": {ourmath.Logb, math.Logb}, "Floor": {ourmath.Floor, math.Floor},
		"Acos": {ourmath.Acos, math.Acos}, "Acosh": {ourmath.Acosh, math.Acosh}, "Asin": {ourmath.Asin, math.Asin},
		"Asinh": {ourmath.Asinh, math.Asinh}, "Atan": {ourmath.Atan, math.Atan}, "Atanh": {ourmath.Atanh, math.Atanh},
		"Cbrt": {ourmath.Cbrt, math.Cbrt}, "Cos": {ourmath.Cos, math.Cos}, "Cosh": {ourmath.Cosh, math.Cosh},
		"Erf": {ourmath.Erf, math.Erf}, "Erfc": {ourmath.Erfc, math.Erfc}, "Erfcinv": {ourmath.Erfcinv, math.Erfcinv},
		"Erfinv": {ourmath.Erfinv, math.Erfinv}, "Exp2": {ourmath.Exp2, math.Exp2}, "Expm1": {ourmath.Expm1, math.Expm1},
		"Gamma": {ourmath.Gamma, math.Gamma}, "J0": {ourmath.J0, math.J0}, "J1": {ourmath.J1, math.J1},
		"Log": {ourmath.Log, math.Log}, "Log10": {ourmath.Log10, math.Log10}, "Log1p": {ourmath.Log1p, math.Log1p},
		"Log2": {ourmath.Log2, math.Log2}, "Sin": {ourmath.Sin, math.Sin}, "Sinh": {ourmath.Sinh, math.Sinh},
		"Tan": {ourmath.Tan, math.Tan}, "Tanh": {ourmath.Tanh, math.Tanh}, "Y0": {ourmath.Y0, math.Y0},
		"Y1": {ourmath.Y1, math.Y1},
	}
	list := values()
	for i, x := range list {
		for name, f := range unary {
			check(same(f[0](x), f[1](x)), "%s(%g) = %g, want %g", name, x, f[0](x), f[1](x))
		}
		a, b := ourmath.Frexp(x)
		c, d := math.Frexp(x)
		check(same(a, c) && b == d, "Frexp(%g) = %g %d, want %g %d", x, a, b, c, d)
		a, e := ourmath.Modf(x)
		c, f := math.Modf(x)
		check(same(a, c) && same(e, f), "Modf(%g) = %g %g, want %g %g", x, a, e, c, f)
		a, b = ourmath.Lgamma(x)
		c, d = math.Lgamma(x)
		check(same(a, c) && b == d, "Lgamma(%g) = %g %d, want %g %d", x, a, b, c, d)
		check(ourmath.Ilogb(x) == math.Ilogb(x), "Ilogb(%g)", x)
		check(ourmath.Signbit(x) == math.Signbit(x) && ourmath.IsNaN(x) == math.IsNaN(x), "Signbit IsNaN %g", x)
		for s := -1; s <= 1; s++ {
			check(ourmath.IsInf(x, s) == math.IsInf(x, s), "IsInf(%g,%d)", x, s)
		}
		k := rand.Intn(4400) - 2200
		check(same(ourmath.Ldexp(x, k), math.Ldexp(x, k)), "Ldexp(%g, %d) = %g want %g", x, k, ourmath.Ldexp(x, k), math.Ldexp(x, k))
		for n := -3; n <= 3; n++ {
			check(same(ourmath.Jn(n, x), math.Jn(n, x)), "Jn(%d, %g) = %g want %g", n, x, ourmath.Jn(n, x), math.Jn(n, x))
			check(same(ourmath.Yn(n, x), math.Yn(n, x)), "Yn(%d, %g) = %g want %g", n, x, ourmath.Yn(n, x), math.Yn(n, x))
		}
		for j := 0; j < 30 && j < len(list); j++ {
			y := list[j]
			if i > 30 {
				y = list[rand.Intn(len(list))]
			}
			binary := map[string][2]func(x, y float64) float64{"Max": {ourmath.Max, math.Max}, "Min": {ourmath.Min, math.Min}, "Dim": {ourmath.Dim, math.Dim},
				"Copysign": {ourmath.Copysign, math.Copysign}, "Nextafter": {ourmath.Nextafter, math.Nextafter}, "Pow": {ourmath.Pow, math.Pow},
				"Hypot": {ourmath.Hypot, math.Hypot}, "Atan2": {ourmath.Atan2, math.Atan2}}
			for name, f := range binary {
				check(same(f[0](x, y), f[1](x, y)), "%s(%g, %g) = %g, want %g", name, x, y, f[0](x, y), f[1](x, y))
			}
			p, q := float32(x), float32(y)
			check(same(float64(ourmath.Nextafter32(p, q)), float64(math.Nextafter32(p, q))), "Nextafter32(%g,%g)", p, q)
		}
	}
	for n := -400; n < 400; n++ {
		check(same(ourmath.Pow10(n), math.Pow10(n)), "Pow10(%d)", n)
	}
	check(ourmath.Float64bits(ourmath.NaN()) == math.Float64bits(math.NaN()), "NaN bits")
}

func outcome(f func() (uint64, uint64)) (s string) {
	defer func() {
		if e := recover(); e != nil {
			s = fmt.Sprint(e)
		}
	}()
	a, b := f()
	return fmt.Sprint(a, b)
}

func integers() {
	for i := range 20000 {
		x, y, z := rand.Uint64()>>rand.Intn(64), rand.Uint64()>>rand.Intn(64), rand.Uint64()>>rand.Intn(64)
		switch i % 100 {
		case 1:
			z = 0
		case 2:
			x = 0
		case 3:
			x, y = math.MaxUint64, math.MaxUint64
		}
		k := rand.Intn(300) - 150
		a := fmt.Sprint(ourbits.Len8(uint8(x)), ourbits.Len16(uint16(x)), ourbits.Len32(uint32(x)), ourbits.LeadingZeros8(uint8(x)), ourbits.LeadingZeros16(uint16(x)), ourbits.LeadingZeros32(uint32(x)), ourbits.LeadingZeros64(x),
			ourbits.TrailingZeros8(uint8(x)), ourbits.TrailingZeros16(uint16(x)), ourbits.TrailingZeros32(uint32(x)), ourbits.OnesCount8(uint8(x)), ourbits.OnesCount16(uint16(x)), ourbits.OnesCount32(uint32(x)),
			ourbits.RotateLeft8(uint8(x), k), ourbits.RotateLeft16(uint16(x), k), ourbits.RotateLeft32(uint32(x), k), ourbits.RotateLeft64(x, k), ourbits.RotateLeft(uint(x), k),
			ourbits.Reverse8(uint8(x)), ourbits.Reverse16(uint16(x)), ourbits.Reverse32(uint32(x)), ourbits.Reverse64(x), ourbits.ReverseBytes16(uint16(x)), ourbits.ReverseBytes32(uint32(x)), ourbits.ReverseBytes64(x))
		b := fmt.Sprint(bits.Len8(uint8(x)), bits.Len16(uint16(x)), bits.Len32(uint32(x)), bits.LeadingZeros8(uint8(x)), bits.LeadingZeros16(uint16(x)), bits.LeadingZeros32(uint32(x)), bits.LeadingZeros64(x),
			bits.TrailingZeros8(uint8(x)), bits.TrailingZeros16(uint16(x)), bits.TrailingZeros32(uint32(x)), bits.OnesCount8(uint8(x)), bits.OnesCount16(uint16(x)), bits.OnesCount32(uint32(x)),
			bits.RotateLeft8(uint8(x), k), bits.RotateLeft16(uint16(x), k), bits.RotateLeft32(uint32(x), k), bits.RotateLeft64(x, k), bits.RotateLeft(uint(x), k),
			bits.Reverse8(uint8(x)), bits.Reverse16(uint16(x)), bits.Reverse32(uint32(x)), bits.Reverse64(x), bits.ReverseBytes16(uint16(x)), bits.ReverseBytes32(uint32(x)), bits.ReverseBytes64(x))
		check(a == b, "%x %d:\n%s\n%s", x, k, a, b)
		pairs := [][2]func() (uint64, uint64){
			{func() (uint64, uint64) { return ourbits.Add64(x, y, z&1) }, func() (uint64, uint64) { return bits.Add64(x, y, z&1) }},
			{func() (uint64, uint64) { return ourbits.Sub64(x, y, z&1) }, func() (uint64, uint64) { return bits.Sub64(x, y, z&1) }},
			{func() (uint64, uint64) { return ourbits.Div64(x, y, z) }, func() (uint64, uint64) { return bits.Div64(x, y, z) }},
			{func() (uint64, uint64) { return ourbits.Rem64(x, y, z), 0 }, func() (uint64, uint64) { return bits.Rem64(x, y, z), 0 }},
			{func() (uint64, uint64) {
				a, b := ourbits.Add32(uint32(x), uint32(y), uint32(z&1))
				return uint64(a), uint64(b)
			}, func() (uint64, uint64) {
				a, b := bits.Add32(uint32(x), uint32(y), uint32(z&1))
				return uint64(a), uint64(b)
			}},
			{func() (uint64, uint64) {
				a, b := ourbits.Sub32(uint32(x), uint32(y), uint32(z&1))
				return uint64(a), uint64(b)
			}, func() (uint64, uint64) {
				a, b := bits.Sub32(uint32(x), uint32(y), uint32(z&1))
				return uint64(a), uint64(b)
			}},
			{func() (uint64, uint64) {
				a, b := ourbits.Div32(uint32(x), uint32(y), uint32(z))
				return uint64(a), uint64(b)
			}, func() (uint64, uint64) {
				a, b := bits.Div32(uint32(x), uint32(y), uint32(z))
				return uint64(a), uint64(b)
			}},
			{func() (uint64, uint64) { return uint64(ourbits.Rem32(uint32(x), uint32(y), uint32(z))), 0 }, func() (uint64, uint64) { return uint64(bits.Rem32(uint32(x), uint32(y), uint32(z))), 0 }},
		}
		for j, p := range pairs {
			a, b := outcome(p[0]), outcome(p[1])
			check(a == b, "pair %d of %x %x %x: %s, want %s", j, x, y, z, a, b)
		}
	}
}

func main() {
	floats()
	integers()
	if failures > 0 {
		fmt.Println(failures, "differences")
		os.Exit(1)
	}
}
