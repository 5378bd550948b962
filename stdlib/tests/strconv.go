// Strconv compares strconv with the real package on hand-picked, random and mutated inputs.
package main

import (
	"fmt"
	"math"
	"math/big"
	"math/rand"
	"os"
	"strconv"
	"strings"

	ours "golstd/strconv"
)

var failures int

func check(ok bool, format string, args ...any) {
	if !ok {
		if failures++; failures < 40 {
			fmt.Printf(format+"\n", args...)
		}
	}
}

func text(err error) string {
	if err == nil {
		return "<nil>"
	}
	return err.Error()
}

// outcome returns f's result or panic.
func outcome(f func() string) (s string) {
	defer func() {
		if e := recover(); e != nil {
			s = fmt.Sprint("panic: ", e)
		}
	}()
	return f()
}

func same(what string, a, b func() string) {
	x, y := outcome(a), outcome(b)
	check(x == y, "%s: %.300q, want %.300q", what, x, y)
}

func randomFloat() float64 {
	switch rand.Intn(8) {
	case 0:
		return float64(rand.Intn(100000)) / 100
	case 1:
		return rand.NormFloat64()
	case 2:
		return float64(rand.Int63())
	case 3:
		return math.Ldexp(1, rand.Intn(2200)-1100)
	case 4:
		return float64(math.Float32frombits(rand.Uint32()))
	case 5:
		return math.Float64frombits(rand.Uint64() >> uint(10+rand.Intn(50)))
	case 6:
		f, _ := strconv.ParseFloat(fmt.Sprintf("%de%d", rand.Intn(10000), rand.Intn(620)-310), 64)
		return f
	}
	return math.Float64frombits(rand.Uint64())
}

func formatting() {
	special := []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 0.3, 1e23, 5e-324, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN(), 0x1p-1022, 0.5, 1.5, 2.5, 0.25, 0.125, 1e21, 1e20, 123456789, 1e6, 1e5, 100, 9.5, 99.5, 999999.5, 0.00001, 8.41e21, 2e22, 3.5e-310, 9007199254740993}
	for i := range 300000 {
		f := randomFloat()
		if i < len(special) {
			f = special[i]
		}
		format := "eEfgGbxX"[rand.Intn(8)]
		prec := rand.Intn(22) - 2
		if prec < 0 || i%3 == 0 {
			prec = -1
		}
		if i%1000 == 0 {
			prec = rand.Intn(900)
		}
		size := 64
		if i%4 == 0 {
			size = 32
		}
		a, b := ours.FormatFloat(f, format, prec, size), strconv.FormatFloat(f, format, prec, size)
		check(a == b, "FormatFloat(%b, %c, %d, %d) = %s, want %s", f, format, prec, size, a, b)
		if i < 2000 {
			for _, format := range []byte("eEfgGbxX%z") {
				for prec := -1; prec < 30; prec++ {
					a, b := ours.FormatFloat(f, format, prec, size), strconv.FormatFloat(f, format, prec, size)
					check(a == b, "FormatFloat(%b, %c, %d, %d) = %s, want %s", f, format, prec, size, a, b)
				}
			}
		}
		c := complex(f, randomFloat())
		if i%10 == 0 {
			a, b = ours.FormatComplex(c, format, prec, 2*size), strconv.FormatComplex(c, format, prec, 2*size)
			check(a == b, "FormatComplex(%v) %s want %s", c, a, b)
		}
	}
	same("bitSize", func() string { return ours.FormatFloat(1, 'g', -1, 8) }, func() string { return strconv.FormatFloat(1, 'g', -1, 8) })
}

// halfway returns the exact decimal text of the middle between two floats, perhaps nudged.
func halfway() string {
	f := math.Abs(randomFloat())
	if f-f != 0 || f == 0 {
		return "1"
	}
	g := math.Nextafter(f, math.Inf(1))
	if g-g != 0 {
		return "1.797693134862315807937e308"
	}
	if rand.Intn(4) == 0 {
		f = float64(float32(f))
		g = float64(math.Nextafter32(float32(f), float32(math.Inf(1))))
		if g-g != 0 {
			return "3.4028235677973366e38"
		}
	}
	x, y := new(big.Float).SetPrec(3000).SetFloat64(f), new(big.Float).SetPrec(3000).SetFloat64(g)
	x.Add(x, y).Quo(x, big.NewFloat(2))
	s := x.Text('e', 780)
	if rand.Intn(2) == 0 {
		m, e, _ := strings.Cut(s, "e")
		m = strings.TrimRight(m, "0")
		switch rand.Intn(3) {
		case 0:
			m += strings.Repeat("0", rand.Intn(60)) + "1"
		case 1:
			m = m[:len(m)-1] + string(m[len(m)-1]-1) + "9"
		}
		if strings.HasSuffix(m, "/9") || strings.HasSuffix(m, "-9") {
			m = "1"
		}
		s = m + "e" + e
	}
	return s
}

func randomNumberText() string {
	switch rand.Intn(6) {
	case 0:
		return halfway()
	case 1:
		return strconv.FormatFloat(randomFloat(), "efgx"[rand.Intn(4)], rand.Intn(40)-1, 64)
	case 2:
		return fmt.Sprintf("%d.%de%d", rand.Intn(1000), rand.Uint64(), rand.Intn(700)-350)
	case 3:
		return fmt.Sprintf("0x%x.%xp%d", rand.Intn(100), rand.Uint64()>>rand.Intn(64), rand.Intn(2400)-1200)
	case 4:
		return fmt.Sprintf("%d%d%de%d", rand.Uint64(), rand.Uint64(), rand.Uint64(), rand.Intn(700)-400)
	}
	alphabet := "0123456789_+-.eExXpPabfiInN()"
	b := make([]byte, rand.Intn(8))
	for i := range b {
		b[i] = alphabet[rand.Intn(len(alphabet))]
	}
	return string(b)
}

func mutate(s string) string {
	if rand.Intn(6) != 0 || s == "" {
		return s
	}
	b := []byte(s)
	i := rand.Intn(len(b))
	switch rand.Intn(3) {
	case 0:
		b[i] = "0_+-.eExp9 "[rand.Intn(11)]
	case 1:
		b = append(b[:i:i], append([]byte{"0_+-.eExp9 "[rand.Intn(11)]}, b[i:]...)...)
	case 2:
		b = append(b[:i:i], b[i+1:]...)
	}
	return string(b)
}

func floats() {
	fixed := []string{"", "+", "-", ".", "1.", ".5", "1e", "1e+", "inf", "+Inf", "-INFINITY", "infinit", "infinityx", "nan", "NaN", "+nan", "-nan", "nanx", "1_000", "1_000.5_5", "0x_1p0", "0x1_0p1_0", "0x1", "0x1.8p1", "0x.p1", "0xp1", "0x1p-1074", "0x1p-1075", "0x1.8p-1075", "0x1.fffffffffffff8p1023", "0x1.fffffffffffff7p1023", "1e400", "-1e400", "1e-400", "1e99999999999999999999", "1e-99999999999999999999", "0e99999", "0x0p9999999", "1.7976931348623159e308", "1.7976931348623158e308", "2.2250738585072011e-308", "2.2250738585072012e-308", "4.9e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "1_", "_1", "1__0", "1e1_0", "1_e10", "0b11", "0o7", "0X1P+2", "İnf", "3.4028235677973366e38", "3.4028235677973365e38", "16777217", "16777219", "0x1.000001p0", "0x1.000003p0", "0x1.0000010000000000000000001p0", "-0", "-0x0p0", "100000000000000000000000000000000000000000", "0.00000000000000000000000000000000000000000001"}
	for i := range 200000 {
		s := mutate(randomNumberText())
		if i < len(fixed) {
			s = fixed[i]
		}
		for _, size := range []int{64, 32} {
			a, e := ours.ParseFloat(s, size)
			b, f := strconv.ParseFloat(s, size)
			check(math.Float64bits(a) == math.Float64bits(b) && text(e) == text(f), "ParseFloat(%q, %d) = %v %v, want %v %v", s, size, a, e, b, f)
		}
	}
	parts := []string{"", "1", "1.5", "-2", "+3", "inf", "Inf", "+Inf", "-inf", "nan", "NaN", "+NaN", "1e400", "0x1p3", "1_0", "x"}
	for _, p := range parts {
		for _, sign := range []string{"", "+", "-", "++", "+-"} {
			for _, q := range parts {
				for _, end := range []string{"", "i", "ii", "i "} {
					for _, brackets := range []string{"", "()", "("} {
						s := p + sign + q + end
						if brackets == "()" {
							s = "(" + s + ")"
						} else {
							s = brackets + s
						}
						for _, size := range []int{64, 128} {
							a, e := ours.ParseComplex(s, size)
							b, f := strconv.ParseComplex(s, size)
							check(fmt.Sprint(a) == fmt.Sprint(b) && text(e) == text(f), "ParseComplex(%q) = %v %v, want %v %v", s, a, e, b, f)
						}
					}
				}
			}
		}
	}
}

func integers() {
	fixed := []string{"", "+", "-", "0", "00", "0x", "0x1", "0b2", "0b1", "0o17", "017", "08", "1_0", "0x_1f", "_1", "1_", "1__0", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "99999999999999999999x", "128", "-128", "-129", "255", "256", "zz", "ZZ", "0_7", "0_8", "+5", "--5", "é", "1 "}
	for i := range 60000 {
		s := mutate(strconv.FormatInt(int64(rand.Uint64()>>rand.Intn(64)), 2+rand.Intn(35)))
		if i%5 == 0 {
			s = "0" + string("xXbBoO_"[rand.Intn(7)]) + s
		}
		base := []int{0, 2, 8, 10, 10, 16, 36, 7, rand.Intn(40) - 2}[rand.Intn(9)]
		size := []int{0, 8, 16, 32, 64, rand.Intn(70) - 3}[rand.Intn(6)]
		if i < len(fixed)*8 {
			s = fixed[i/8]
		}
		a, e := ours.ParseInt(s, base, size)
		b, f := strconv.ParseInt(s, base, size)
		check(a == b && text(e) == text(f), "ParseInt(%q, %d, %d) = %v %v, want %v %v", s, base, size, a, e, b, f)
		c, e := ours.ParseUint(s, base, size)
		d, f := strconv.ParseUint(s, base, size)
		check(c == d && text(e) == text(f), "ParseUint(%q, %d, %d) = %v %v, want %v %v", s, base, size, c, e, d, f)
		g, e := ours.Atoi(s)
		h, f := strconv.Atoi(s)
		check(g == h && text(e) == text(f), "Atoi(%q) = %v %v, want %v %v", s, g, e, h, f)
		n := rand.Uint64() >> rand.Intn(64)
		same("FormatInt", func() string { return ours.FormatInt(int64(n), base) }, func() string { return strconv.FormatInt(int64(n), base) })
		same("FormatUint", func() string { return ours.FormatUint(n, base) }, func() string { return strconv.FormatUint(n, base) })
		same("AppendInt", func() string { return string(ours.AppendInt([]byte("a"), -int64(n), base)) }, func() string { return string(strconv.AppendInt([]byte("a"), -int64(n), base)) })
	}
	for _, s := range []string{"1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "False", "FALSE", "false", "tRUE", "", "yes"} {
		a, e := ours.ParseBool(s)
		b, f := strconv.ParseBool(s)
		check(a == b && text(e) == text(f), "ParseBool(%q)", s)
	}
}

func randomText() string {
	b := []byte{}
	for range rand.Intn(8) {
		switch rand.Intn(6) {
		case 0:
			b = append(b, byte(rand.Intn(256)))
		case 1:
			b = append(b, []byte("\\\"'`\n\r\t")[rand.Intn(7)])
		case 2:
			b = append(b, []string{`\n`, `\x41`, `\xff`, `\u00e9`, `\ud800`, `\U0010ffff`, `\U00110000`, `\101`, `\400`, `\'`, `\"`, `\q`, `\u12`, `\`}[rand.Intn(14)]...)
		case 3:
			b = append(b, string(rune(rand.Intn(0x110000)))...)
		default:
			b = append(b, byte(' '+rand.Intn(95)))
		}
	}
	return string(b)
}

func quoting() {
	for r := rune(-1); r <= 0x110001; r++ {
		check(ours.IsPrint(r) == strconv.IsPrint(r), "IsPrint(%U)", r)
		check(ours.IsGraphic(r) == strconv.IsGraphic(r), "IsGraphic(%U)", r)
		if r < 0x3000 || r%97 == 0 || r > 0x10fff0 {
			a := ours.QuoteRune(r) + ours.QuoteRuneToASCII(r) + ours.QuoteRuneToGraphic(r)
			b := strconv.QuoteRune(r) + strconv.QuoteRuneToASCII(r) + strconv.QuoteRuneToGraphic(r)
			check(a == b, "QuoteRune(%U) %s want %s", r, a, b)
		}
	}
	for range 200000 {
		s := randomText()
		a := ours.Quote(s) + ours.QuoteToASCII(s) + ours.QuoteToGraphic(s) + fmt.Sprint(ours.CanBackquote(s))
		b := strconv.Quote(s) + strconv.QuoteToASCII(s) + strconv.QuoteToGraphic(s) + fmt.Sprint(strconv.CanBackquote(s))
		check(a == b, "Quote(%q) %s want %s", s, a, b)
		for _, q := range []string{"", "\"", "'", "`"} {
			t := q + s + q
			a, e := ours.Unquote(t)
			b, f := strconv.Unquote(t)
			check(a == b && text(e) == text(f), "Unquote(%q) = %q %v want %q %v", t, a, e, b, f)
			t += "tail"
			a, e = ours.QuotedPrefix(t)
			b, f = strconv.QuotedPrefix(t)
			check(a == b && text(e) == text(f), "QuotedPrefix(%q) = %q %v want %q %v", t, a, e, b, f)
		}
		for _, q := range []byte{0, '"', '\'', 'x'} {
			a, b, c, d := ours.UnquoteChar(s, q)
			e, f, g, h := strconv.UnquoteChar(s, q)
			check(a == e && b == f && c == g && text(d) == text(h), "UnquoteChar(%q, %c) = %q %v %q %v, want %q %v %q %v", s, q, a, b, c, d, e, f, g, h)
		}
	}
}

func main() {
	integers()
	formatting()
	floats()
	quoting()
	if failures > 0 {
		fmt.Println(failures, "differences")
		os.Exit(1)
	}
}
