// Sort compares sort, slices and maps with the real packages, on random slices of several shapes.
package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand"
	"os"
	"slices"
	"sort"

	ourmaps "golstd/maps"
	ourslices "golstd/slices"
	oursort "golstd/sort"
)

var failures int

func check(ok bool, format string, args ...any) {
	if !ok {
		if failures++; failures < 20 {
			fmt.Printf("%.300s\n", fmt.Sprintf(format, args...))
		}
	}
}

func outcome(f func() string) (s string) {
	defer func() {
		if e := recover(); e != nil {
			s = fmt.Sprint("panic: ", e)
		}
	}()
	return f()
}

type item struct{ key, place int }

func shaped(n int) []int {
	s := make([]int, n)
	kind, most := rand.Intn(7), 1+rand.Intn(n+1)
	for i := range s {
		switch kind {
		case 0:
			s[i] = rand.Int()
		case 1:
			s[i] = rand.Intn(most)
		case 2:
			s[i] = i
		case 3:
			s[i] = -i
		case 4:
			s[i] = i % most
		case 5:
			s[i] = min(i, n-i)
		case 6:
			s[i] = i ^ (rand.Intn(50) / 49)
		}
	}
	return s
}

// killer answers comparisons such that quicksort's pivots are bad (M. D. McIlroy, "A Killer Adversary for Quicksort").
type killer struct {
	values, order    []int
	solid, candidate int
	compared         int
}

func (k *killer) Len() int      { return len(k.order) }
func (k *killer) Swap(i, j int) { k.order[i], k.order[j] = k.order[j], k.order[i] }
func (k *killer) Less(i, j int) bool {
	k.compared++
	x, y := k.order[i], k.order[j]
	gas := len(k.values)
	if k.values[x] == gas && k.values[y] == gas {
		if x == k.candidate {
			k.values[x] = k.solid
		} else {
			k.values[y] = k.solid
		}
		k.solid++
	}
	if k.values[x] == gas {
		k.candidate = x
	} else if k.values[y] == gas {
		k.candidate = y
	}
	return k.values[x] < k.values[y]
}

func sorting() {
	for round := range 3000 {
		n := rand.Intn(60)
		if round%20 == 0 {
			n = rand.Intn(5000)
		}
		s := shaped(n)
		want := slices.Clone(s)
		slices.Sort(want)
		a := slices.Clone(s)
		ourslices.Sort(a)
		check(slices.Equal(a, want), "Sort %v: %v", s, a)
		a = slices.Clone(s)
		oursort.Sort(oursort.IntSlice(a))
		check(slices.Equal(a, want), "sort.Sort %v: %v", s, a)
		a = slices.Clone(s)
		ourslices.SortFunc(a, func(x, y int) int { return cmp.Compare(y, x) })
		oursort.Sort(oursort.Reverse(oursort.Reverse(oursort.IntSlice(a))))
		check(slices.Equal(a, want) && oursort.IntsAreSorted(a), "SortFunc, Reverse %v: %v", s, a)
		a = slices.Clone(s)
		oursort.Slice(a, func(i, j int) bool { return a[i] < a[j] })
		check(slices.Equal(a, want), "sort.Slice %v: %v", s, a)
		items := make([]item, n)
		for i := range items {
			items[i] = item{s[i] % 10, i}
		}
		stable := slices.Clone(items)
		slices.SortStableFunc(stable, func(x, y item) int { return x.key - y.key })
		b := slices.Clone(items)
		ourslices.SortStableFunc(b, func(x, y item) int { return x.key - y.key })
		check(slices.Equal(b, stable), "SortStableFunc %v: %v", items, b)
		b = slices.Clone(items)
		oursort.SliceStable(b, func(i, j int) bool { return b[i].key < b[j].key })
		check(slices.Equal(b, stable), "SliceStable %v: %v", items, b)
		x := rand.Intn(n + 1)
		p, q := oursort.SearchInts(want, x), sort.SearchInts(want, x)
		check(p == q, "SearchInts")
		c, d := ourslices.BinarySearch(want, x)
		e, f := slices.BinarySearch(want, x)
		check(c == e && d == f, "BinarySearch")
		c, d = oursort.Find(n, func(i int) int { return x - want[i] })
		e, f = sort.Find(n, func(i int) int { return x - want[i] })
		check(c == e && d == f, "Find")
	}
	floats := []float64{3, math.NaN(), -1, math.Inf(-1), math.NaN(), 0}
	oursort.Float64s(floats)
	check(fmt.Sprint(floats) == "[NaN NaN -Inf -1 0 3]", "%v", floats)
	k := &killer{values: make([]int, 20000), order: make([]int, 20000)}
	for i := range k.order {
		k.order[i], k.values[i] = i, len(k.values)
	}
	oursort.Sort(k)
	check(k.compared < 4000000, "killer: %d comparisons", k.compared)
	for _, x := range []any{nil, 3, "x"} {
		a := outcome(func() string { oursort.Slice(x, nil); return "" })
		b := outcome(func() string { sort.Slice(x, nil); return "" })
		check(a == b, "Slice(%v): %s, want %s", x, a, b)
	}
	shuffled := 0
	ourslices.SortFunc(make([]int, 1000), func(a, b int) int { shuffled++; return rand.Intn(3) - 1 }) // must end
}

// asked is a collection that counts the calls of its methods; less may be no order at all.
type asked struct {
	items       []item
	less        func(a, b item) bool
	lesses, all int
}

func (c *asked) Len() int           { return len(c.items) }
func (c *asked) Less(i, j int) bool { c.lesses++; return c.less(c.items[i], c.items[j]) }
func (c *asked) Swap(i, j int)      { c.all++; c.items[i], c.items[j] = c.items[j], c.items[i] }

// decisions checks that equal elements end where they end with the real packages, after as many calls.
func decisions() {
	orders := []func(a, b item) bool{
		func(a, b item) bool { return a.key < b.key },
		func(a, b item) bool { return a.key <= b.key },
		func(a, b item) bool { return a.key+3 < b.key },
		func(a, b item) bool { return (a.key-b.key)%5 < 0 },
		func(a, b item) bool { return (a.place*7+b.place*13)%11 < 4 },
		func(a, b item) bool { return true },
	}
	for round := range 6000 {
		n := rand.Intn(400)
		if round%50 == 0 {
			n = rand.Intn(8000)
		}
		keys := shaped(n)
		items := make([]item, n)
		most := 1 + rand.Intn(50)
		for i := range items {
			items[i] = item{keys[i], i}
			if round%3 == 0 {
				items[i].key %= most
			}
		}
		less := orders[0]
		if round%4 == 1 {
			less = orders[1+rand.Intn(len(orders)-1)]
		}
		compared := 0
		compare := func(a, b item) int {
			compared++
			if less(a, b) {
				return -1
			}
			return 0
		}
		for which := range 6 {
			do := func(own bool) (c asked) {
				c = asked{items: slices.Clone(items), less: less}
				byIndex := func(i, j int) bool { c.lesses++; return less(c.items[i], c.items[j]) }
				compared = 0
				sorts := []func(){
					func() { oursort.Sort(&c) }, func() { sort.Sort(&c) },
					func() { oursort.Stable(&c) }, func() { sort.Stable(&c) },
					func() { oursort.Slice(c.items, byIndex) }, func() { sort.Slice(c.items, byIndex) },
					func() { oursort.SliceStable(c.items, byIndex) }, func() { sort.SliceStable(c.items, byIndex) },
					func() { ourslices.SortFunc(c.items, compare) }, func() { slices.SortFunc(c.items, compare) },
					func() { ourslices.SortStableFunc(c.items, compare) }, func() { slices.SortStableFunc(c.items, compare) },
				}
				if own {
					sorts[2*which]()
				} else {
					sorts[2*which+1]()
				}
				c.lesses += compared
				return c
			}
			a, b := do(true), do(false)
			check(slices.Equal(a.items, b.items) && a.lesses == b.lesses && a.all == b.all,
				"function %d on %d items, round %d: %d and %d calls, want %d and %d; same order: %v", which, n, round,
				a.lesses, a.all, b.lesses, b.all, slices.Equal(a.items, b.items))
		}
		floats := make([]float64, n)
		for i := range floats {
			floats[i] = []float64{0, math.Copysign(0, -1), float64(keys[i] % 9), math.NaN(), -math.NaN()}[rand.Intn(5)]
		}
		again := slices.Clone(floats)
		ourslices.Sort(floats)
		slices.Sort(again)
		check(slices.EqualFunc(floats, again, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }), "zeros and NaNs")
	}
	var a, b [2][]int
	for i, sorting := range []func(x []int, f func(i, j int) bool){
		func(x []int, f func(i, j int) bool) { oursort.Slice(x, f) }, func(x []int, f func(i, j int) bool) { sort.Slice(x, f) }} {
		x := rand.New(rand.NewSource(5)).Perm(120)
		sorting(x, func(k, l int) bool { a[i] = append(a[i], k, l); b[i] = append(b[i], x[k], x[l]); return x[k] < x[l] })
	}
	check(slices.Equal(a[0], a[1]) && slices.Equal(b[0], b[1]), "the calls for a short slice")
}

func editing() {
	for range 30000 {
		base := make([]int, 12)
		for i := range base {
			base[i] = rand.Intn(4)
		}
		n := rand.Intn(8)
		i, j, k := rand.Intn(10)-1, rand.Intn(10)-1, rand.Intn(5)-1
		c := n + rand.Intn(13-n)
		lo := rand.Intn(8)
		hi := lo + rand.Intn(4)
		type operations struct {
			Insert, Replace                        func(s []int, i, j int, v ...int) []int
			Delete                                 func(s []int, i, j int) []int
			Compact, Clone, Clip, Reverse, DelZero func(s []int) []int
			Grow, Repeat                           func(s []int, n int) []int
			Concat                                 func(s ...[]int) []int
			Min, Max                               func(s []int) int
			Compare                                func(a, b []int) int
			Equal                                  func(a, b []int) bool
			Index                                  func(s []int, v int) int
			Chunk                                  func(s []int, n int) string
		}
		own := operations{func(s []int, i, j int, v ...int) []int { return ourslices.Insert(s, i, v...) }, ourslices.Replace[[]int], ourslices.Delete[[]int], ourslices.Compact[[]int], ourslices.Clone[[]int], ourslices.Clip[[]int],
			func(s []int) []int { ourslices.Reverse(s); return s }, func(s []int) []int { return ourslices.DeleteFunc(s, func(x int) bool { return x == 0 }) }, ourslices.Grow[[]int], ourslices.Repeat[[]int], ourslices.Concat[[]int], ourslices.Min[[]int], ourslices.Max[[]int], ourslices.Compare[[]int], ourslices.Equal[[]int], ourslices.Index[[]int],
			func(s []int, n int) string { return fmt.Sprint(ourslices.Collect(ourslices.Chunk(s, n))) }}
		real := operations{func(s []int, i, j int, v ...int) []int { return slices.Insert(s, i, v...) }, slices.Replace[[]int], slices.Delete[[]int], slices.Compact[[]int], slices.Clone[[]int], slices.Clip[[]int],
			func(s []int) []int { slices.Reverse(s); return s }, func(s []int) []int { return slices.DeleteFunc(s, func(x int) bool { return x == 0 }) }, slices.Grow[[]int], slices.Repeat[[]int], slices.Concat[[]int], slices.Min[[]int], slices.Max[[]int], slices.Compare[[]int], slices.Equal[[]int], slices.Index[[]int],
			func(s []int, n int) string { return fmt.Sprint(slices.Collect(slices.Chunk(s, n))) }}
		which := rand.Intn(17)
		do := func(o operations) string {
			memory := slices.Clone(base)
			s := memory[:n:c]
			v := memory[lo:hi]
			if rand.Intn(2) == 5 {
				v = slices.Clone(v)
			}
			switch which {
			case 0:
				return fmt.Sprint(o.Insert(s, i, 0, v...))
			case 1:
				r := o.Replace(s, i, j, v...)
				return fmt.Sprint(r)
			case 2:
				return fmt.Sprint(o.Delete(s, i, j), memory)
			case 3:
				return fmt.Sprint(o.Compact(s), memory)
			case 4:
				return fmt.Sprint(o.Clone(s))
			case 5:
				return fmt.Sprint(o.Clip(s), cap(o.Clip(s)))
			case 6:
				return fmt.Sprint(o.Reverse(s))
			case 7:
				return fmt.Sprint(o.DelZero(s), memory)
			case 8:
				r := o.Grow(s, k)
				return fmt.Sprint(r, cap(r) >= n+k)
			case 9:
				return fmt.Sprint(o.Repeat(s, k))
			case 10:
				return fmt.Sprint(o.Concat(s, v, s))
			case 11:
				return fmt.Sprint(o.Min(s))
			case 12:
				return fmt.Sprint(o.Max(s))
			case 13:
				return fmt.Sprint(o.Compare(s, v))
			case 14:
				return fmt.Sprint(o.Equal(s, v))
			case 15:
				return fmt.Sprint(o.Index(s, k))
			}
			return o.Chunk(s, k)
		}
		a, b := outcome(func() string { return do(own) }), outcome(func() string { return do(real) })
		check(a == b, "operation %d on %v[:%d:%d] %d %d %d v=[%d:%d]: %s, want %s", which, base, n, c, i, j, k, lo, hi, a, b)
	}
	check(ourslices.Clone([]int(nil)) == nil && ourslices.Clone([]int{}) != nil, "Clone nil")
	sum := 0
	for i, v := range ourslices.Backward([]int{1, 2, 3}) {
		sum = sum*10 + v + i
	}
	for i, v := range ourslices.All([]int{1, 2, 3}) {
		sum = sum*10 + v + i
	}
	for v := range ourslices.Values([]int{1, 2, 3}) {
		sum = sum*10 + v
	}
	check(sum == 531135123+0, "iterators %d", sum)
}

func mapping() {
	m := map[string]int{"a": 1, "b": 2, "c": 3}
	c := ourmaps.Clone(m)
	check(ourmaps.Equal(c, m) && maps.Equal(c, m), "Clone")
	ourmaps.DeleteFunc(c, func(k string, v int) bool { return v == 2 })
	check(!ourmaps.Equal(c, m) && len(c) == 2, "DeleteFunc")
	ourmaps.Copy(c, m)
	check(maps.Equal(c, m), "Copy")
	check(ourmaps.EqualFunc(c, m, func(a, b int) bool { return a == b }), "EqualFunc")
	check(fmt.Sprint(ourslices.Sorted(func(y func(string) bool) { ourmaps.Keys(m)(y) })) == "[a b c]", "Keys")
	check(fmt.Sprint(ourslices.Sorted(func(y func(int) bool) { ourmaps.Values(m)(y) })) == "[1 2 3]", "Values")
	check(maps.Equal(ourmaps.Collect(ourmaps.All(m)), m), "Collect")
}

func main() {
	sorting()
	decisions()
	editing()
	mapping()
	if failures > 0 {
		fmt.Println(failures, "differences")
		os.Exit(1)
	}
}
