// scan.go compares the scanning functions of golstd/fmt with the real ones.
package main

import (
	"fmt"
	"io"
	"math/rand"
	"os"
	"strings"

	own "golstd/fmt"
	ownstrings "golstd/strings"
)

type named int
type namedS string

func targets(kind int) []any {
	switch kind {
	case 0:
		return []any{new(int)}
	case 1:
		return []any{new(int), new(int)}
	case 2:
		return []any{new(string), new(int)}
	case 3:
		return []any{new(float64)}
	case 4:
		return []any{new(string)}
	case 5:
		return []any{new(bool), new(bool)}
	case 6:
		return []any{new(uint8), new(int8)}
	case 7:
		return []any{new(rune), new(rune)}
	case 8:
		return []any{new(named), new(namedS), new([]byte)}
	case 9:
		return []any{new(complex128), new(float32)}
	case 10:
		return []any{new(int), new(string), new(int)}
	}
	return nil
}

func show(n int, err error, a []any) string {
	var b strings.Builder
	fmt.Fprint(&b, n, " ", err, ":")
	for _, x := range a {
		switch x := x.(type) {
		case *int:
			fmt.Fprint(&b, " ", *x)
		case *string:
			fmt.Fprintf(&b, " %q", *x)
		case *float64:
			fmt.Fprint(&b, " ", *x)
		case *float32:
			fmt.Fprint(&b, " ", *x)
		case *bool:
			fmt.Fprint(&b, " ", *x)
		case *uint8:
			fmt.Fprint(&b, " ", *x)
		case *int8:
			fmt.Fprint(&b, " ", *x)
		case *rune:
			fmt.Fprint(&b, " ", *x)
		case *named:
			fmt.Fprint(&b, " ", *x)
		case *namedS:
			fmt.Fprintf(&b, " %q", *x)
		case *[]byte:
			fmt.Fprintf(&b, " %q", *x)
		case *complex128:
			fmt.Fprint(&b, " ", *x)
		}
	}
	return b.String()
}

func main() {
	inputs := []string{"", " ", "\n", "1", "1 2", " 1\t2 ", "1\n2", "1 2\n", "1 2\n3", "1 2 3", "a 5", "abc", "12abc", "0x1f 0b11", "0o17 017", "-5 +6", "1_000 2", "3.5e2", "-.5", "nan", "Inf -inf", "true false", "T f", "1 0", "truex", "300 -129", "255 127", "é日", "xy", "7 foo bar", "(1+2i) 3.5", "1-2i 2", "(1+2", "\"q s\" 5", "`raw` 6", "5,6", "5, 6", "x:5", "x: 5", "5%6", "5 % 6", "68656c 7", "12345", "99999999999999999999", "U+1F600 1", "1\r\n2", "a\nb", "5 \n 6", "  5", "5\n\n6", "hello world", "0x1p4", "1p3", "12-34", "2024-01-02", "  7  foo  8 "}
	formats := []string{"", "%d", "%d %d", "%d%d", "%s %d", "%d,%d", "%d, %d", "%v", "%v %v", "%x", "%x %x", "%o %b", "%c", "%c%c", "%c %c", "%q %d", "%5d", "%2d%3d", "%3s%d", "%d\n%d", "%d \n%d", "\n%d", "%d\n", " %d ", "%d%%%d", "%d %% %d", "x:%d", "x: %d", "%t %t", "%e", "%f", "%U %d", "%z", "%", "%d %s %d", "%s", "%d-%d", "%4d-%2d", "%v %v %v", "%s %v %s"}
	bad := 0
	check := func(what, got, want string) {
		if got != want {
			if bad++; bad < 30 {
				fmt.Printf("%s\n  got  %s\n  want %s\n", what, got, want)
			}
		}
	}
	for _, in := range inputs {
		for k := 0; k <= 10; k++ {
			a, b := targets(k), targets(k)
			n, err := own.Sscan(in, a...)
			m, werr := fmt.Sscan(in, b...)
			check(fmt.Sprintf("Sscan %q %d", in, k), show(n, err, a), show(m, werr, b))
			a, b = targets(k), targets(k)
			n, err = own.Sscanln(in, a...)
			m, werr = fmt.Sscanln(in, b...)
			check(fmt.Sprintf("Sscanln %q %d", in, k), show(n, err, a), show(m, werr, b))
			a, b = targets(k), targets(k)
			n, err = own.Fscan(plain{ownstrings.NewReader(in)}, a...)
			m, werr = fmt.Fscan(plain{strings.NewReader(in)}, b...)
			check(fmt.Sprintf("Fscan %q %d", in, k), show(n, err, a), show(m, werr, b))
			for _, f := range formats {
				a, b = targets(k), targets(k)
				n, err = own.Sscanf(in, f, a...)
				m, werr = fmt.Sscanf(in, f, b...)
				check(fmt.Sprintf("Sscanf %q %q %d", in, f, k), show(n, err, a), show(m, werr, b))
			}
		}
	}
	random := rand.New(rand.NewSource(3))
	pieces := func(list []string) string {
		text := ""
		for range random.Intn(7) {
			text += list[random.Intn(len(list))]
		}
		return text
	}
	for range 200000 {
		in := pieces([]string{"1", "22", "x", " ", "\n", "\n", "\t", "\r\n", "\r", "%", ",", "é", "  ", "\u2003", "\xff"})
		f := pieces([]string{"%v", "%d", "%s", "%c", "%3d", "%1s", "%5", "%", "\n", "\n", " ", " ", "\t", "\r\n", "\r", "%%", "x", ",", "é", "%v\n", "\u2003", "\xff"})
		kind := random.Intn(11)
		a, b := targets(kind), targets(kind)
		n, err := own.Sscanf(in, f, a...)
		m, werr := fmt.Sscanf(in, f, b...)
		check(fmt.Sprintf("Sscanf %q %q %d", in, f, kind), show(n, err, a), show(m, werr, b))
		// Calls that follow each other, from a reader that can take a rune back and one that cannot.
		mine, theirs := io.Reader(ownstrings.NewReader(in)), io.Reader(strings.NewReader(in))
		if random.Intn(2) == 0 {
			mine, theirs = plain{mine}, plain{theirs}
		}
		for range 4 {
			kind, verb := random.Intn(5), random.Intn(4)
			a, b = targets(kind), targets(kind)
			switch verb {
			case 0:
				n, err = own.Fscan(mine, a...)
				m, werr = fmt.Fscan(theirs, b...)
			case 1:
				n, err = own.Fscanln(mine, a...)
				m, werr = fmt.Fscanln(theirs, b...)
			default:
				n, err = own.Fscanf(mine, f, a...)
				m, werr = fmt.Fscanf(theirs, f, b...)
			}
			check(fmt.Sprintf("Fscan %d %q %q %d", verb, in, f, kind), show(n, err, a), show(m, werr, b))
		}
	}
	if bad > 0 {
		fmt.Println(bad, "differences")
		os.Exit(1)
	}
}

// plain hides ReadRune.
type plain struct {
	r interface{ Read([]byte) (int, error) }
}

func (p plain) Read(b []byte) (int, error) { return p.r.Read(b) }
