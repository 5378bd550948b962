// fmt.go compares formatted printing of golstd/fmt with the real fmt: every verb with many combinations
// of flags, width and precision on values of all kinds.
package main

import (
	"errors"
	"fmt"
	"math"
	"os"

	own "golstd/fmt"
)

type (
	myInt    int
	myString string
	myBytes  []byte
	myByte   byte
	inner    struct {
		a int
		b string
	}
	outer struct {
		inner
		P *int
		I any
		E error
		F func()
		m map[string]int
		s []inner
	}
	stringer struct{ n int }
	ptrStringer struct{ n int }
	errorType int
	goStringer struct{}
	formatted  struct{ x int }
	panicker   struct{}
	iface      interface{ M() }
	recursive  struct {
		next *recursive
		v    any
	}
)

func (s stringer) String() string      { return fmt.Sprintf("S<%d>", s.n) }
func (s *ptrStringer) String() string  { return fmt.Sprintf("PS<%d>", s.n) }
func (e errorType) Error() string      { return fmt.Sprint("E", int(e)) }
func (goStringer) GoString() string    { return "GO!" }
func (panicker) String() string        { panic("ouch") }

// state is implemented by both fmt.State.
type state interface {
	Write(b []byte) (n int, err error)
	Width() (int, bool)
	Precision() (int, bool)
	Flag(int) bool
}

func (f formatted) Format(s fmt.State, verb rune) {
	w, wok := s.Width()
	p, pok := s.Precision()
	fmt.Fprintf(s, "F(%c %v%v %v%v", verb, w, wok, p, pok)
	for _, c := range "+-# 0" {
		if s.Flag(int(c)) {
			fmt.Fprintf(s, "%c", c)
		}
	}
	fmt.Fprintf(s, " %d)", f.x)
}

func values() []any {
	var nilP *int
	var nilMap map[string]int
	var nilErr error
	var nilIface iface
	var nilPS *ptrStringer
	var nilFunc func()
	var nilSlice []int
	x := 7
	return []any{
		nil, true, false, 0, 1, -1, 42, -255, math.MaxInt64, math.MinInt64, int8(-128), int16(300), int32('x'), int64(1) << 40,
		uint(7), uint8(200), uint16(0xffff), uint32(1 << 31), uint64(math.MaxUint64), uintptr(0xdead),
		0.0, math.Copysign(0, -1), 1.0, -2.5, 3.14159265, 1e6, 1e20, 1e21, 1e22, 1e-5, 123456789.0, 1e100, 5e-324, math.Inf(1), math.Inf(-1), math.NaN(), float32(0.1), float32(16777216), float32(3.4e38),
		1 + 2i, complex64(-1.5 - 0.25i), complex(math.NaN(), math.Inf(1)),
		"", "hello", "héllo\n\t\"q\" `b`", "日本", "\xff\x00z", "a`b", []byte("bytes\x01"), []byte{}, []byte(nil), [3]byte{1, 2, 3}, &[2]byte{8, 9}, myBytes("mb"), []myByte{1, 2},
		myInt(5), myString("ms"), errorType(3), stringer{4}, &stringer{5}, ptrStringer{1}, nilPS, goStringer{}, panicker{},
		formatted{9}, []formatted{{1}, {2}}, errors.New("err"), nilErr, nilIface, nilP, nilMap, nilFunc, nilSlice,
		[]int{1, 2, 3}, []string{"a", "b c"}, []any{1, "x", nil, 2.5, []int{1}}, [2]bool{true, false}, [0]int{}, []error{errorType(1), nil},
		map[string]int{"b": 2, "a": 1, "c": 3}, map[int]string{3: "x", -1: "y"}, map[any]int{1: 1, "a": 2, 2.5: 3}, map[float64]bool{math.NaN(): true, 1: false, -1: true}, map[[2]int]int{{2, 1}: 1, {1, 5}: 2}, map[bool]int{true: 1, false: 0}, map[inner]int{{1, "z"}: 1, {1, "a"}: 2},
		inner{1, "x"}, &inner{2, "y"}, outer{inner: inner{3, "z"}, I: 5, m: map[string]int{"k": 1}, s: []inner{{1, "q"}}}, &outer{E: errorType(2), I: stringer{1}},
		struct{}{}, struct {
			A any
			b any
		}{1, stringer{3}}, &[]int{1}, &map[string]int{"z": 1}, recursive{v: &x}.v == nil, recursive{nil, stringer{1}}, [][]int{{1}, {2, 3}, nil}, []*int{nil}, []stringer{{1}, {2}}, map[string]stringer{"k": {1}},
		struct{ e error }{errorType(1)}, struct{ s stringer }{stringer{2}}, []myString{"p", "q"}, [3]rune{'a', 0x1F600, -1}, int32(-5), uint64(0x110000),
	}
}

func main() {
	bad := 0
	check := func(what string, got, want string) {
		if got != want {
			if bad++; bad < 40 {
				fmt.Printf("%s\n  got  %q\n  want %q\n", what, got, want)
			}
		}
	}
	vs := values()
	flags := []string{"", "+", "-", "#", " ", "0", "+#", "-0", "+0", "# ", " 0", "#0", "+-#"}
	sizes := []string{"", "1", "8", "20", ".0", ".1", ".3", ".12", "8.3", "20.10", "3."}
	for i, v := range vs {
		if _, ok := v.(formatted); ok {
			continue // the real State is another type than ours
		}
		if _, ok := v.([]formatted); ok {
			continue
		}
		for _, verb := range "vTtbcdoOqxXUeEfFgGspwz%" {
			for _, f := range flags {
				for _, s := range sizes {
					format := "<%" + f + s + string(verb) + ">"
					check(fmt.Sprintf("#%d %T %s", i, v, format), own.Sprintf(format, v), fmt.Sprintf(format, v))
				}
			}
		}
		check("Sprint", own.Sprint(v, v, "s", v), fmt.Sprint(v, v, "s", v))
		check("Sprintln", own.Sprintln(v, "s", v), fmt.Sprintln(v, "s", v))
	}
	formats := []string{"", "%", "%!", "%-", "a%", "%d%%%d", "%d", "%d %d %d %d", "%[2]d %[1]d", "%[3]*.[2]*[1]f", "%[1]d %d", "%[5]d", "%[x]d", "%[]d", "%[1", "%[1]", "%*d", "%-*d|", "%.*f", "%.[2]*f", "%[2]2d", "%[1].2d", "%.d", "%5", "%5.", "%z %d", "%é", "%1000001d", "%.1000001d", "%[0]d", "%[-1]d", "%[2]*d", "% d|%+d", "%s", "%w", "%v %v", "no verbs", "%0-5d|", "%-05d|", "%+-5d|", "%c%c"}
	argLists := [][]any{{}, {1}, {1, 2}, {1, 2, 3}, {5, 2, 3.14159}, {-5, 3}, {"x", 5}, {int8(6), 42}, {uint64(math.MaxUint64), 1}, {nil, nil}, {errors.New("e"), errors.New("f")}, {2.5, -3, 1}}
	for _, f := range formats {
		for _, a := range argLists {
			check(fmt.Sprintf("%q %v", f, a), own.Sprintf(f, a...), fmt.Sprintf(f, a...))
			check(fmt.Sprintf("Errorf %q %v", f, a), own.Errorf(f, a...).Error(), fmt.Errorf(f, a...).Error())
		}
	}
	e1, e2 := errors.New("one"), errors.New("two")
	w := own.Errorf("x %w y %w", e1, e2)
	check("is", fmt.Sprint(errors.Is(w, e1), errors.Is(w, e2), errors.Unwrap(own.Errorf("%w", e1)) == e1), "true true true")
	if bad > 0 {
		fmt.Println(bad, "differences")
		os.Exit(1)
	}
}
