// Rand compares the sequences of math/rand and math/rand/v2 with the real packages'.
package main

import (
	"fmt"
	"math/rand"
	randv2 "math/rand/v2"
	"os"

	ours "golstd/math/rand"
	oursv2 "golstd/math/rand/v2"
)

var failures int

func check(what string, a, b any) {
	x, y := fmt.Sprintf("%#v", a), fmt.Sprintf("%#v", b)
	if x != y {
		if failures++; failures < 20 {
			fmt.Printf("%s: %.200s, want %.200s\n", what, x, y)
		}
	}
}

func first(seed int64) {
	a, b := ours.New(ours.NewSource(seed)), rand.New(rand.NewSource(seed))
	n := 1 + rand.Intn(1<<uint(rand.Intn(40)))
	for range 50 {
		check("Int63", a.Int63(), b.Int63())
		check("Uint32", a.Uint32(), b.Uint32())
		check("Uint64", a.Uint64(), b.Uint64())
		check("Int31", a.Int31(), b.Int31())
		check("Int", a.Int(), b.Int())
		check("Intn", a.Intn(n), b.Intn(n))
		check("Int63n", a.Int63n(int64(n)), b.Int63n(int64(n)))
		check("Int31n", a.Int31n(int32(n%1000+1)), b.Int31n(int32(n%1000+1)))
		check("Float64", a.Float64(), b.Float64())
		check("Float32", a.Float32(), b.Float32())
		check("NormFloat64", a.NormFloat64(), b.NormFloat64())
		check("ExpFloat64", a.ExpFloat64(), b.ExpFloat64())
		p, q := make([]byte, n%20), make([]byte, n%20)
		a.Read(p)
		b.Read(q)
		check("Read", p, q)
	}
	check("Perm", a.Perm(20), b.Perm(20))
	p, q := a.Perm(30), b.Perm(30)
	a.Shuffle(30, func(i, j int) { p[i], p[j] = p[j], p[i] })
	b.Shuffle(30, func(i, j int) { q[i], q[j] = q[j], q[i] })
	check("Shuffle", p, q)
	x, y := ours.NewZipf(a, 1.5, 2, 1000), rand.NewZipf(b, 1.5, 2, 1000)
	for range 20 {
		check("Zipf", x.Uint64(), y.Uint64())
	}
	a.Seed(seed + 1)
	b.Seed(seed + 1)
	check("Seed", a.Int(), b.Int())
}

func second(own oursv2.Source, real randv2.Source) {
	a, b := oursv2.New(own), randv2.New(real)
	n := 1 + rand.Intn(1<<uint(rand.Intn(60)))
	for range 50 {
		check("2.Int64", a.Int64(), b.Int64())
		check("2.Uint32", a.Uint32(), b.Uint32())
		check("2.Uint64", a.Uint64(), b.Uint64())
		check("2.Int32", a.Int32(), b.Int32())
		check("2.Int", a.Int(), b.Int())
		check("2.Uint", a.Uint(), b.Uint())
		check("2.IntN", a.IntN(n), b.IntN(n))
		check("2.UintN", a.UintN(uint(n)), b.UintN(uint(n)))
		check("2.Int64N", a.Int64N(int64(n)), b.Int64N(int64(n)))
		check("2.Uint64N", a.Uint64N(uint64(n)), b.Uint64N(uint64(n)))
		check("2.Int32N", a.Int32N(int32(n%1000+1)), b.Int32N(int32(n%1000+1)))
		check("2.Uint32N", a.Uint32N(uint32(n%1000+1)), b.Uint32N(uint32(n%1000+1)))
		check("2.Float64", a.Float64(), b.Float64())
		check("2.Float32", a.Float32(), b.Float32())
		check("2.NormFloat64", a.NormFloat64(), b.NormFloat64())
		check("2.ExpFloat64", a.ExpFloat64(), b.ExpFloat64())
	}
	check("2.Perm", a.Perm(20), b.Perm(20))
	x, y := oursv2.NewZipf(a, 1.5, 2, 1000), randv2.NewZipf(b, 1.5, 2, 1000)
	for range 20 {
		check("2.Zipf", x.Uint64(), y.Uint64())
	}
}

func states() {
	var seed [32]byte
	for i := range seed {
		seed[i] = byte(rand.Int())
	}
	a, b := oursv2.NewChaCha8(seed), randv2.NewChaCha8(seed)
	for range 50 {
		n := rand.Intn(300)
		p, q := make([]byte, n), make([]byte, n)
		a.Read(p)
		b.Read(q)
		check("ChaCha8.Read", p, q)
		for range rand.Intn(40) {
			check("ChaCha8.Uint64", a.Uint64(), b.Uint64())
		}
		s, _ := a.MarshalBinary()
		t, _ := b.MarshalBinary()
		check("ChaCha8.MarshalBinary", s, t)
		s = t[:max(0, len(t)-rand.Intn(2)*rand.Intn(60))]
		if len(s) > 0 && rand.Intn(4) == 0 {
			s[rand.Intn(len(s))]++
		}
		var c oursv2.ChaCha8
		var d randv2.ChaCha8
		e, f := c.UnmarshalBinary(s), d.UnmarshalBinary(s)
		check("ChaCha8.UnmarshalBinary", fmt.Sprint(e), fmt.Sprint(f))
		if e == nil {
			check("ChaCha8 state", c.Uint64(), d.Uint64())
		}
	}
	p, q := oursv2.NewPCG(3, 5), randv2.NewPCG(3, 5)
	s, _ := p.MarshalBinary()
	t, _ := q.MarshalBinary()
	check("PCG.MarshalBinary", s, t)
	check("PCG.UnmarshalBinary", fmt.Sprint(p.UnmarshalBinary(s[1:])), fmt.Sprint(q.UnmarshalBinary(s[1:])))
	check("PCG.UnmarshalBinary", p.UnmarshalBinary(s), q.UnmarshalBinary(s))
}

func main() {
	for _, seed := range []int64{0, 1, 2, -1, 42, 1<<31 - 1, 1 << 40, -1 << 63, 89482311} {
		first(seed)
	}
	for i := range 200 {
		first(rand.Int63())
		x, y := rand.Uint64(), rand.Uint64()
		second(oursv2.NewPCG(x, y), randv2.NewPCG(x, y))
		seed := [32]byte{byte(i), 1, 2}
		second(oursv2.NewChaCha8(seed), randv2.NewChaCha8(seed))
		states()
	}
	for range 100 {
		if n := oursv2.N(10); n < 0 || n > 9 {
			check("N", n, 0)
		}
	}
	if failures > 0 {
		fmt.Println(failures, "differences")
		os.Exit(1)
	}
}
