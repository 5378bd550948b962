// reflect.go runs the same operations through golstd/reflect and the real reflect and compares what
// they return and how they panic.
package main

import (
	"fmt"
	"os"
	"reflect"
	"strings"

	own "golstd/reflect"
)

type (
	Inner struct {
		A int `k:"v" j:"w\"x"`
		b string
	}
	T struct {
		Inner
		P  *int
		I  any
		M  map[string]int
		S  []int
		F  func(int, ...string) (int, error)
		C  chan int
		Ar [2]int8
	}
	Celsius float64
	Names   []string
	Small   struct{ X *int }
)

func (c Celsius) String() string { return fmt.Sprintf("%.1fC", float64(c)) }
func (c *Celsius) Set(x float64) { *c = Celsius(x) }
func (i Inner) Sum(xs ...int) (n int) {
	for _, x := range xs {
		n += x
	}
	return n + i.A
}
func (s Small) Get() int { return *s.X }

var bad int

func run(f func() any) (result string) {
	defer func() {
		if e := recover(); e != nil {
			result = fmt.Sprint("panic: ", e)
			result = strings.ReplaceAll(result, "golstd/", "")
		}
	}()
	return fmt.Sprintf("%+v", f())
}

func check(what string, got, want func() any) {
	g, w := run(got), run(want)
	if g != w {
		if bad++; bad < 40 {
			fmt.Printf("%s\n  got  %s\n  want %s\n", what, g, w)
		}
	}
}

func main() {
	x := 5
	c := Celsius(3.5)
	values := []any{nil, true, 1, int8(-3), uint16(9), 2.5, float32(1.5), 1 + 2i, "str", []byte("by"), []int{1, 2, 3}, [3]string{"a", "b", "c"}, map[string]int{"a": 1}, &x, c, &c, Inner{1, "b"}, &Inner{2, "c"}, T{I: 3, S: []int{4}}, &T{P: &x}, Names{"n"}, make(chan int, 2), func(a int, b ...string) (int, error) { return a + len(b), nil }, Small{&x}, [1]*int{&x}, struct{}{}, []any{1, "a", nil}, error(nil), []Celsius{1, 2}, new(any), map[Inner]bool{{1, "x"}: true}, (*int)(nil), []int(nil), uintptr(4), (func())(nil)}
	for i, v := range values {
		name := fmt.Sprintf("#%d %T", i, v)
		a, b := own.ValueOf(v), reflect.ValueOf(v)
		check(name+" kind", func() any { return a.Kind() }, func() any { return b.Kind() })
		check(name+" string", func() any { return a.String() }, func() any { return b.String() })
		check(name+" type", func() any { return a.Type().String() }, func() any { return b.Type().String() })
		check(name+" iface", func() any { return fmt.Sprintf("%T", a.Interface()) }, func() any { return fmt.Sprintf("%T", b.Interface()) })
		check(name+" int", func() any { return a.Int() }, func() any { return b.Int() })
		check(name+" uint", func() any { return a.Uint() }, func() any { return b.Uint() })
		check(name+" float", func() any { return a.Float() }, func() any { return b.Float() })
		check(name+" complex", func() any { return a.Complex() }, func() any { return b.Complex() })
		check(name+" len", func() any { return a.Len() }, func() any { return b.Len() })
		check(name+" cap", func() any { return a.Cap() }, func() any { return b.Cap() })
		check(name+" nil", func() any { return a.IsNil() }, func() any { return b.IsNil() })
		check(name+" zero", func() any { return a.IsZero() }, func() any { return b.IsZero() })
		check(name+" comparable", func() any { return a.Comparable() }, func() any { return b.Comparable() })
		check(name+" bytes", func() any { return a.Bytes() }, func() any { return b.Bytes() })
		check(name+" index", func() any { return a.Index(1).Interface() }, func() any { return b.Index(1).Interface() })
		check(name+" elem", func() any { return a.Elem().Type().String() }, func() any { return b.Elem().Type().String() })
		check(name+" setint", func() any { a.SetInt(1); return 0 }, func() any { b.SetInt(1); return 0 })
		check(name+" elem.setint", func() any { a.Elem().SetInt(1); return 0 }, func() any { b.Elem().SetInt(1); return 0 })
		check(name+" set", func() any { a.Elem().Set(own.ValueOf(7)); return 0 }, func() any { b.Elem().Set(reflect.ValueOf(7)); return 0 })
		check(name+" slice", func() any { return a.Slice(1, 2).Interface() }, func() any { return b.Slice(1, 2).Interface() })
		check(name+" nummethod", func() any { return a.NumMethod() }, func() any { return b.NumMethod() })
		check(name+" mapindex", func() any { return a.MapIndex(own.ValueOf("a")).Interface() }, func() any { return b.MapIndex(reflect.ValueOf("a")).Interface() })
		check(name+" keys", func() any { return len(a.MapKeys()) }, func() any { return len(b.MapKeys()) })
		check(name+" append", func() any { return own.Append(a, own.ValueOf(4)).Interface() }, func() any { return reflect.Append(b, reflect.ValueOf(4)).Interface() })
		check(name+" call", func() any { return a.Call([]own.Value{own.ValueOf(3), own.ValueOf("x"), own.ValueOf("y")})[0].Int() }, func() any {
			return b.Call([]reflect.Value{reflect.ValueOf(3), reflect.ValueOf("x"), reflect.ValueOf("y")})[0].Int()
		})
		check(name+" callbad", func() any { return a.Call([]own.Value{own.ValueOf("q")})[0].Int() }, func() any { return b.Call([]reflect.Value{reflect.ValueOf("q")})[0].Int() })
		check(name+" String method", func() any { return a.MethodByName("String").Call(nil)[0].String() }, func() any { return b.MethodByName("String").Call(nil)[0].String() })
		check(name+" Sum", func() any { return a.MethodByName("Sum").Call([]own.Value{own.ValueOf(3), own.ValueOf(4)})[0].Int() }, func() any {
			return b.MethodByName("Sum").Call([]reflect.Value{reflect.ValueOf(3), reflect.ValueOf(4)})[0].Int()
		})
		check(name+" Get value", func() any { return a.MethodByName("Get").Interface().(func() int)() }, func() any { return b.MethodByName("Get").Interface().(func() int)() })
		check(name+" numfield", func() any { return a.NumField() }, func() any { return b.NumField() })
		check(name+" field", func() any { return a.Field(0).Interface() }, func() any { return b.Field(0).Interface() })
		check(name+" field1", func() any { return a.Field(1).Interface() }, func() any { return b.Field(1).Interface() })
		check(name+" fieldbyname", func() any { return a.FieldByName("A").Interface() }, func() any { return b.FieldByName("A").Interface() })
		check(name+" deepequal", func() any { return own.DeepEqual(v, values[(i+1)%len(values)]) }, func() any { return reflect.DeepEqual(v, values[(i+1)%len(values)]) })
		check(name+" deepself", func() any { return own.DeepEqual(v, v) }, func() any { return reflect.DeepEqual(v, v) })
		if v == nil {
			continue
		}
		ta, tb := own.TypeOf(v), reflect.TypeOf(v)
		for j := range tb.NumMethod() {
			check(name+" method", func() any { return fmt.Sprint(ta.Method(j).Name, ta.Method(j).Type.String()) }, func() any { return fmt.Sprint(tb.Method(j).Name, tb.Method(j).Type) })
		}
		check(name+" size", func() any { return fmt.Sprint(ta.Size(), ta.Align(), ta.Name(), ta.PkgPath(), ta.Comparable()) }, func() any { return fmt.Sprint(tb.Size(), tb.Align(), tb.Name(), tb.PkgPath(), tb.Comparable()) })
		check(name+" bits", func() any { return ta.Bits() }, func() any { return tb.Bits() })
		check(name+" telem", func() any { return ta.Elem().String() }, func() any { return tb.Elem() })
		check(name+" visible", func() any {
			s := ""
			for _, f := range own.VisibleFields(ta) {
				s += fmt.Sprint(f.Name, f.Index, f.Tag, f.Offset, f.PkgPath, f.Anonymous, ";")
			}
			return s
		}, func() any {
			s := ""
			for _, f := range reflect.VisibleFields(tb) {
				s += fmt.Sprint(f.Name, f.Index, f.Tag, f.Offset, f.PkgPath, f.Anonymous, ";")
			}
			return s
		})
		for _, w := range values {
			if w == nil {
				continue
			}
			ua, ub := own.TypeOf(w), reflect.TypeOf(w)
			what := fmt.Sprintf("%s to %T", name, w)
			check(what+" assignable", func() any { return ta.AssignableTo(ua) }, func() any { return tb.AssignableTo(ub) })
			check(what+" convertible", func() any { return ta.ConvertibleTo(ua) }, func() any { return tb.ConvertibleTo(ub) })
			check(what+" convert", func() any {
				return fmt.Sprintf("%T %s", a.Convert(ua).Interface(), fmt.Sprint(a.Convert(ua).Interface()))
			}, func() any {
				return fmt.Sprintf("%T %s", b.Convert(ub).Interface(), fmt.Sprint(b.Convert(ub).Interface()))
			})
			check(what+" equal", func() any { return a.Equal(own.ValueOf(w)) }, func() any { return b.Equal(reflect.ValueOf(w)) })
		}
	}
	making()
	if bad > 0 {
		fmt.Println(bad, "differences")
		os.Exit(1)
	}
}

func making() {
	f := own.MakeFunc(own.TypeOf(func(int, int) (string, error) { return "", nil }), func(in []own.Value) []own.Value {
		return []own.Value{own.ValueOf(fmt.Sprint(in[0].Int() * in[1].Int())), own.Zero(own.TypeFor[error]())}
	}).Interface().(func(int, int) (string, error))
	check("makefunc", func() any { s, err := f(6, 7); return s + fmt.Sprint(err) }, func() any { return "42<nil>" })
	m := own.MakeMap(own.MapOf(own.TypeFor[string](), own.TypeFor[[]int]()))
	m.SetMapIndex(own.ValueOf("k"), own.ValueOf([]int{1}))
	check("makemap", func() any { return m.Interface() }, func() any { return map[string][]int{"k": {1}} })
	for it := m.MapRange(); it.Next(); {
		check("range", func() any { return fmt.Sprint(it.Key().Interface(), it.Value().Interface()) }, func() any { return "k[1]" })
	}
	s := own.MakeSlice(own.SliceOf(own.TypeFor[int]()), 2, 5)
	s.Index(1).SetInt(9)
	s = own.AppendSlice(s, own.ValueOf([]int{7, 8, 9, 10, 11}))
	check("makeslice", func() any { return s.Interface() }, func() any { return []int{0, 9, 7, 8, 9, 10, 11} })
	sw := []Inner{{1, "a"}, {2, "b"}}
	own.Swapper(sw)(0, 1)
	check("swapper", func() any { return sw }, func() any { return []Inner{{2, "b"}, {1, "a"}} })
	st := own.New(own.StructOf([]own.StructField{{Name: "X", Type: own.TypeFor[int](), Tag: `a:"b"`}})).Elem()
	st.Field(0).SetInt(3)
	check("structof", func() any { return st.Interface() }, func() any { return struct{ X int }{3} })
	ch := make(chan int, 1)
	n, v, ok := own.Select([]own.SelectCase{{Dir: own.SelectRecv, Chan: own.ValueOf(ch)}, {Dir: own.SelectDefault}})
	check("select", func() any { return fmt.Sprint(n, v.IsValid(), ok) }, func() any { return "1 false false" })
	own.ValueOf(ch).Send(own.ValueOf(4))
	n, v, ok = own.Select([]own.SelectCase{{Dir: own.SelectDefault}, {Dir: own.SelectRecv, Chan: own.ValueOf(ch)}})
	check("select2", func() any { return fmt.Sprint(n, v.Int(), ok) }, func() any { return "1 4 true" })
	c := Celsius(1)
	own.ValueOf(&c).MethodByName("Set").Call([]own.Value{own.ValueOf(8.5)})
	check("ptr method", func() any { return c }, func() any { return "8.5C" })
	expr, _ := own.TypeFor[Inner]().MethodByName("Sum")
	check("method expr", func() any { return expr.Func.Call([]own.Value{own.ValueOf(Inner{1, ""}), own.ValueOf(2)})[0].Int() }, func() any { return 3 })
	sum := 0
	for x := range own.ValueOf([]int{5, 6}).Seq2() {
		sum += int(x.Int())
	}
	for x := range own.ValueOf(4).Seq() {
		sum += int(x.Int())
	}
	check("seq", func() any { return sum }, func() any { return 7 })
	type cyc struct {
		next *cyc
		v    int
	}
	a, b := &cyc{v: 1}, &cyc{v: 1}
	a.next, b.next = a, b
	check("cycle", func() any { return own.DeepEqual(a, b) }, func() any { return true })
}
