"""What every generated program has: helpers that keep expressions from failing, printing, and disturbances.

Functions here are ordinary Go and part of the test: at, el, call and as are generic and get many instances; deep,
clobber, ping and churn make the caller's frame freeze, move, or lose what it left below itself.
"""

HEAD = '''package main

import (
	"math"
	"runtime"
	"strconv"
	"unsafe"
)

type Box[T any] struct {
	n int
	v T
}

func (b *Box[T]) Set(v T) { b.v = v }

func (b *Box[T]) Get() T { return b.v }

type pair2 struct{ a, b int }

func getOf[T any](b interface{ Get() T }) T { return b.Get() }

func at[T any](p *T) *T {
	if p == nil {
		return new(T)
	}
	return p
}

func el[T any](s []T, i int) (r T) {
	if i < len(s) {
		r = s[i]
	}
	return
}

func as[T any](x any) T {
	v, _ := x.(T)
	return v
}

func call[A, R any](f func(A) R, a A) (r R) {
	if f != nil {
		r = f(a)
	}
	return
}

func pick[T any](c bool, a, b T) T {
	if c {
		return a
	}
	return b
}

func part[T any](s []T, i, n int) []T {
	i = min(i, len(s))
	return s[i:min(i+n, len(s))]
}

func clip[T any](s []T) []T { return s[:min(len(s), 6):min(len(s), 6)] }

func ptr[T any](v T) *T { return &v }

func logged[T any](n int, v T) T {
	println("evaluated", n)
	return v
}

func idOf[T any](v T) T { return v }

//go:noinline
func two[T any](n int, v T) (T, int) {
	if n > 0 {
		return two(n-1, v)
	}
	return v, n
}

func keyOf[K comparable, V any](m map[K]V) K {
	for k := range m {
		return k
	}
	panic("no key")
}

func valueOf[K comparable, V any](m map[K]V) (r V) {
	for _, v := range m {
		r = v
	}
	return
}

func cut(s string, i, n int) string {
	i = min(i, len(s))
	return s[i:min(i+n, len(s))]
}

func chr(s string, i int) uint8 {
	if i < len(s) {
		return s[i]
	}
	return 0
}

func short(s string) string { return s[:min(len(s), 40)] }

func showInt(v int64) string { return strconv.FormatInt(v, 10) }

func showUint(v uint64) string { return strconv.FormatUint(v, 10) }

func showFloat64(v float64) string {
	if v != v {
		return "NaN"
	}
	return strconv.FormatUint(math.Float64bits(v), 16)
}

func showFloat32(v float32) string {
	if v != v {
		return "NaN"
	}
	return strconv.FormatUint(uint64(math.Float32bits(v)), 16)
}

func showSorted(all []string) string {
	for i := range all {
		for j := i; j > 0 && all[j] < all[j-1]; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
	r := "map"
	for _, s := range all {
		r += " " + s
	}
	return r
}

func showPanic(e any) string {
	if err, ok := e.(error); ok {
		return err.Error()
	}
	return show_any(e)
}

func out(tag, s string) { println(tag, s) }

func quiet(tag, s string) {}

func try(tag string, f func()) {
	defer func() {
		if e := recover(); e != nil {
			println(tag, "panics:", showPanic(e))
		}
	}()
	f()
}

func tryQuiet(tag string, f func()) {
	defer func() { recover() }()
	f()
}

//go:noinline
func deep(n int) int {
	var a [4]int
	p := &a[n&3]
	*p = n
	if n > 0 {
		deep(n - 1)
	}
	return a[n&3]
}

//go:noinline
func clobber(n int) int {
	var a [64]int
	for i := range a {
		a[i] = -n
	}
	if n > 0 {
		return clobber(n-1) + a[n&63]
	}
	return a[5]
}

func ping() {
	c := make(chan int)
	go func() { c <- 1 + <-c }()
	c <- 1
	<-c
}

var garbage []*[4]int

func churn() {
	var s []*[4]int
	for i := range 20 {
		s = append(s, &[4]int{i, 1, 2, 3})
	}
	runtime.KeepAlive(s)
}

//go:uintptrescapes
//go:noinline
func poke(p uintptr, n int) {
	ping()
	deep(n)
	*(*int)(unsafe.Pointer(p)) += n
}

func background() chan int {
	stop := make(chan int)
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
				clobber(3)
				runtime.Gosched()
			}
		}
	}()
	return stop
}
'''
