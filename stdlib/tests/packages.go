// Packages compares the small packages (containers, encodings, hashes, path, tabwriter, cmplx, errors, cmp) with the real
// ones on random inputs.
package main

import (
	"bytes"
	"cmp"
	"container/heap"
	"container/list"
	"container/ring"
	"encoding"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/fnv"
	"io"
	"math"
	"math/cmplx"
	"math/rand"
	"os"
	"path"
	"sort"
	"strings"
	"testing/iotest"
	"text/tabwriter"

	ourcmp "golstd/cmp"
	ourheap "golstd/container/heap"
	ourlist "golstd/container/list"
	ourring "golstd/container/ring"
	ourbase64 "golstd/encoding/base64"
	ourbinary "golstd/encoding/binary"
	ourhex "golstd/encoding/hex"
	ourerrors "golstd/errors"
	ourhash "golstd/hash"
	ourcrc32 "golstd/hash/crc32"
	ourfnv "golstd/hash/fnv"
	ourio "golstd/io"
	ourcmplx "golstd/math/cmplx"
	ourpath "golstd/path"
	ourtabwriter "golstd/text/tabwriter"
)

var failures int

func outcome(f func() any) (s string) {
	defer func() {
		if e := recover(); e != nil {
			s = fmt.Sprint("panic: ", e)
		}
	}()
	return fmt.Sprintf("%v", f())
}

func same(what string, a, b func() any) {
	x, y := outcome(a), outcome(b)
	if x != y {
		if failures++; failures < 30 {
			fmt.Printf("%.200s:\n  ours %.300q\n  real %.300q\n", what, x, y)
		}
	}
}

func all(values ...any) any { return fmt.Sprint(values...) }

func text(alphabet string, most int) string {
	letters := []rune(alphabet)
	s := make([]rune, rand.Intn(most))
	for i := range s {
		s[i] = letters[rand.Intn(len(letters))]
	}
	return string(s)
}

func data(most int) []byte {
	b := make([]byte, rand.Intn(most))
	rand.Read(b)
	return b
}

type collector struct{ strings.Builder }

// ourEOF lets our packages see their own io.EOF.
type ourEOF struct{ r io.Reader }

func (o ourEOF) Read(p []byte) (int, error) {
	n, err := o.r.Read(p)
	if err == io.EOF {
		err = ourio.EOF
	}
	return n, err
}

func drain(read func([]byte) (int, error)) string {
	out := ""
	for i := range 10000 {
		b := make([]byte, 1+i*7%40)
		n, err := read(b)
		out += string(b[:n])
		if err != nil {
			return fmt.Sprintf("%q %v", out, err)
		}
	}
	return out + " endless"
}

func encodings() {
	pairs := []struct {
		a *ourbase64.Encoding
		b *base64.Encoding
	}{{ourbase64.StdEncoding, base64.StdEncoding}, {ourbase64.URLEncoding, base64.URLEncoding}, {ourbase64.RawStdEncoding, base64.RawStdEncoding}, {ourbase64.RawURLEncoding, base64.RawURLEncoding},
		{ourbase64.StdEncoding.Strict(), base64.StdEncoding.Strict()}, {ourbase64.RawStdEncoding.Strict(), base64.RawStdEncoding.Strict()}, {ourbase64.StdEncoding.WithPadding('@'), base64.StdEncoding.WithPadding('@')}}
	for range 20000 {
		d := data(40)
		p := pairs[rand.Intn(len(pairs))]
		same("base64 encode", func() any { return p.a.EncodeToString(d) }, func() any { return p.b.EncodeToString(d) })
		s := p.b.EncodeToString(d)
		if rand.Intn(2) == 0 {
			s = text("AbQ9+/=\n-_g@", 14)
		} else if rand.Intn(2) == 0 && len(s) > 0 {
			i := rand.Intn(len(s))
			s = s[:i] + text("A=\r\n%-", 4) + s[i:]
		}
		same("base64 decode "+fmt.Sprintf("%q", s), func() any { b, err := p.a.DecodeString(s); return all(b, err) }, func() any { b, err := p.b.DecodeString(s); return all(b, err) })
		same("base64 append "+fmt.Sprintf("%q", s), func() any { b, err := p.a.AppendDecode([]byte("x"), []byte(s)); return all(b, err) }, func() any { b, err := p.b.AppendDecode([]byte("x"), []byte(s)); return all(b, err) })
		if len(s) < 12 || !strings.ContainsAny(s, "%=-") {
			same("base64 reader "+fmt.Sprintf("%q", s), func() any { return drain(ourbase64.NewDecoder(p.a, ourEOF{strings.NewReader(s)}).Read) }, func() any { return drain(base64.NewDecoder(p.b, strings.NewReader(s)).Read) })
		}
		same("base64 writer", func() any {
			var c collector
			w := ourbase64.NewEncoder(p.a, &c)
			w.Write(d)
			w.Write(d)
			w.Close()
			return c.String()
		},
			func() any {
				var c collector
				w := base64.NewEncoder(p.b, &c)
				w.Write(d)
				w.Write(d)
				w.Close()
				return c.String()
			})
		h := hex.EncodeToString(d)
		if rand.Intn(2) == 0 {
			h = text("0123abcdefABCDEFgé", 9)
		}
		same("hex encode", func() any { return ourhex.EncodeToString(d) }, func() any { return hex.EncodeToString(d) })
		same("hex decode", func() any { b, err := ourhex.DecodeString(h); return all(b, err) }, func() any { b, err := hex.DecodeString(h); return all(b, err) })
		same("hex reader "+h, func() any { return drain(ourhex.NewDecoder(ourEOF{iotest.OneByteReader(strings.NewReader(h))}).Read) }, func() any { return drain(hex.NewDecoder(iotest.OneByteReader(strings.NewReader(h))).Read) })
		same("hex dump", func() any { return ourhex.Dump(d) }, func() any { return hex.Dump(d) })
		same("hex writer", func() any { var c collector; ourhex.NewEncoder(&c).Write(d); return c.String() }, func() any { var c collector; hex.NewEncoder(&c).Write(d); return c.String() })
	}
}

type record struct {
	A int8
	B uint16
	_ int32
	C [2]float32
	D struct{ E, F bool }
	G complex64
	H int64
}

func binaries() {
	for range 3000 {
		d := data(24)
		same("Uvarint", func() any { return all(ourbinary.Uvarint(d)) }, func() any { return all(binary.Uvarint(d)) })
		same("Varint", func() any { return all(ourbinary.Varint(d)) }, func() any { return all(binary.Varint(d)) })
		same("ReadUvarint", func() any { v, err := ourbinary.ReadUvarint(byteReader{bytes.NewReader(d)}); return all(v, err) }, func() any { v, err := binary.ReadUvarint(bytes.NewReader(d)); return all(v, err) })
		x := int64(rand.Uint64() >> rand.Intn(64))
		same("AppendVarint", func() any { return all(ourbinary.AppendVarint(nil, -x), ourbinary.AppendUvarint(nil, uint64(x))) }, func() any { return all(binary.AppendVarint(nil, -x), binary.AppendUvarint(nil, uint64(x))) })
		r := record{int8(x), uint16(x), 0, [2]float32{float32(x), 2}, struct{ E, F bool }{true, false}, complex(float32(x), 1), x}
		for _, v := range []any{r, &r, []record{r, r}, x, &x, int16(x), []uint32{1, 2}, [3]int64{1, 2, x}, true, []bool{true}, 3, "s", nil, []int{1}, struct{ s []int8 }{}, 1.5, float32(x), map[int]int{}, &[]int8{1}} {
			same(fmt.Sprintf("Size %T", v), func() any { return ourbinary.Size(v) }, func() any { return binary.Size(v) })
			if v == nil {
				continue
			}
			same(fmt.Sprintf("Append %T", v), func() any { b, err := ourbinary.Append(nil, ourbinary.LittleEndian, v); return all(b, err) }, func() any { b, err := binary.Append(nil, binary.LittleEndian, v); return all(b, err) })
			same(fmt.Sprintf("Write %T", v), func() any {
				var b bytes.Buffer
				err := ourbinary.Write(&b, ourbinary.BigEndian, v)
				return all(b.Bytes(), err)
			}, func() any {
				var b bytes.Buffer
				err := binary.Write(&b, binary.BigEndian, v)
				return all(b.Bytes(), err)
			})
		}
		big := append(data(60), data(60)...)
		for _, make := range []func() any{func() any { return new(record) }, func() any { return make([]record, 2) }, func() any { return new(int32) }, func() any { return make([]byte, 5) }, func() any { return &[]int16{0, 0} }, func() any { return 3 }, func() any { return new([2]complex128) }, func() any { return "x" }} {
			same("Decode", func() any {
				v := make()
				n, err := ourbinary.Decode(big, ourbinary.BigEndian, v)
				return fmt.Sprintf("%v %v %+v", n, err, deref(v))
			}, func() any {
				v := make()
				n, err := binary.Decode(big, binary.BigEndian, v)
				return fmt.Sprintf("%v %v %+v", n, err, deref(v))
			})
			same("Read", func() any {
				v := make()
				err := ourbinary.Read(ourEOF{bytes.NewReader(big)}, ourbinary.LittleEndian, v)
				return fmt.Sprintf("%v %+v", err, deref(v))
			}, func() any {
				v := make()
				err := binary.Read(bytes.NewReader(big), binary.LittleEndian, v)
				return fmt.Sprintf("%v %+v", err, deref(v))
			})
		}
	}
	same("names", func() any { return all(ourbinary.LittleEndian, ourbinary.BigEndian, ourbinary.NativeEndian) }, func() any { return all(binary.LittleEndian, binary.BigEndian, binary.NativeEndian) })
}

type byteReader struct{ r *bytes.Reader }

func (b byteReader) ReadByte() (byte, error) {
	c, err := b.r.ReadByte()
	if err == io.EOF {
		err = ourio.EOF
	}
	return c, err
}

func deref(v any) any {
	switch p := v.(type) {
	case *record:
		return *p
	case *int32:
		return *p
	case *[]int16:
		return *p
	case *[2]complex128:
		return fmt.Sprintf("%x", *p)
	}
	return v
}

func hashes() {
	type pair struct {
		a func() ourhash.Hash
		b func() hash.Hash
	}
	tables := []uint32{crc32.IEEE, crc32.Castagnoli, crc32.Koopman, 0xD5828281}
	pairs := []pair{{func() ourhash.Hash { return ourfnv.New32() }, func() hash.Hash { return fnv.New32() }}, {func() ourhash.Hash { return ourfnv.New32a() }, func() hash.Hash { return fnv.New32a() }}, {func() ourhash.Hash { return ourfnv.New64() }, func() hash.Hash { return fnv.New64() }},
		{func() ourhash.Hash { return ourfnv.New64a() }, func() hash.Hash { return fnv.New64a() }}, {func() ourhash.Hash { return ourfnv.New128() }, func() hash.Hash { return fnv.New128() }}, {func() ourhash.Hash { return ourfnv.New128a() }, func() hash.Hash { return fnv.New128a() }}}
	for _, t := range tables {
		pairs = append(pairs, pair{func() ourhash.Hash { return ourcrc32.New(ourcrc32.MakeTable(t)) }, func() hash.Hash { return crc32.New(crc32.MakeTable(t)) }})
	}
	for _, p := range pairs {
		for range 200 {
			x, y := p.a(), p.b()
			for range 3 {
				d := data(100)
				x.Write(d)
				y.Write(d)
			}
			same("hash", func() any { return all(x.Sum([]byte("s")), x.Size(), x.BlockSize()) }, func() any { return all(y.Sum([]byte("s")), y.Size(), y.BlockSize()) })
			s, _ := x.(encoding.BinaryMarshaler).MarshalBinary()
			t, _ := y.(encoding.BinaryMarshaler).MarshalBinary()
			same("hash state", func() any { return s }, func() any { return t })
			t = t[:len(t)-rand.Intn(2)*rand.Intn(len(t))]
			t[rand.Intn(len(t))] ^= byte(rand.Intn(2))
			same("hash unmarshal", func() any { err := x.(encoding.BinaryUnmarshaler).UnmarshalBinary(t); return all(err, x.Sum(nil)) }, func() any { err := y.(encoding.BinaryUnmarshaler).UnmarshalBinary(t); return all(err, y.Sum(nil)) })
		}
	}
}

func paths() {
	for range 100000 {
		s, t := text("ab/.é", 10), text("ab/.", 6)
		same("Clean "+s, func() any { return ourpath.Clean(s) }, func() any { return path.Clean(s) })
		same("Base "+s, func() any { return all(ourpath.Base(s), ourpath.Dir(s), ourpath.Ext(s), ourpath.IsAbs(s)) }, func() any { return all(path.Base(s), path.Dir(s), path.Ext(s), path.IsAbs(s)) })
		same("Join", func() any { return ourpath.Join(t, "", s, t) }, func() any { return path.Join(t, "", s, t) })
		pattern, name := text("ab/*?[]-^\\é", 9), text("ab/é", 6)
		same("Match "+pattern+" "+name, func() any { return all(ourpath.Match(pattern, name)) }, func() any { return all(path.Match(pattern, name)) })
	}
}

func tables() {
	for range 30000 {
		s := text("ab\t\t\n\v\f<>&;é\xff", 40)
		if rand.Intn(2) == 0 {
			s = text("abc\t\t\n", 60)
		}
		s = strings.ReplaceAll(s, "\ufffd", "\xff")
		minwidth, tabwidth, padding, padchar, flags := rand.Intn(6), rand.Intn(9), rand.Intn(3), " \t.*"[rand.Intn(4)], uint(rand.Intn(64))
		i := rand.Intn(len(s) + 1)
		same(fmt.Sprintf("tabwriter %d %d %d %q %x %q", minwidth, tabwidth, padding, padchar, flags, s), func() any {
			var c collector
			w := ourtabwriter.NewWriter(&c, minwidth, tabwidth, padding, padchar, flags)
			io.WriteString(w, s[:i])
			io.WriteString(w, s[i:])
			w.Flush()
			return c.String()
		}, func() any {
			var c collector
			w := tabwriter.NewWriter(&c, minwidth, tabwidth, padding, padchar, flags)
			io.WriteString(w, s[:i])
			io.WriteString(w, s[i:])
			w.Flush()
			return c.String()
		})
	}
}

type numbers []int

func (n numbers) Len() int           { return len(n) }
func (n numbers) Less(i, j int) bool { return n[i] < n[j] }
func (n numbers) Swap(i, j int)      { n[i], n[j] = n[j], n[i] }
func (n *numbers) Push(x any)        { *n = append(*n, x.(int)) }
func (n *numbers) Pop() any          { v := (*n)[len(*n)-1]; *n = (*n)[:len(*n)-1]; return v }

func containers() {
	for range 2000 {
		a := numbers{}
		for range rand.Intn(20) {
			a = append(a, rand.Intn(30))
		}
		b := append(numbers{}, a...)
		ourheap.Init(&a)
		heap.Init(&b)
		for range 30 {
			x, i := rand.Intn(30), rand.Intn(20)
			switch op := rand.Intn(4); {
			case op == 0 || len(a) == 0:
				ourheap.Push(&a, x)
				heap.Push(&b, x)
			case op == 1:
				same("heap.Pop", func() any { return ourheap.Pop(&a) }, func() any { return heap.Pop(&b) })
			case op == 2:
				same("heap.Remove", func() any { return ourheap.Remove(&a, i%len(a)) }, func() any { return heap.Remove(&b, i%len(b)) })
			case op == 3:
				a[i%len(a)], b[i%len(b)] = x, x
				ourheap.Fix(&a, i%len(a))
				heap.Fix(&b, i%len(b))
			}
			same("heap", func() any { return a }, func() any { return b })
		}
		lists()
		rings()
	}
	sort.Ints(nil)
}

func lists() {
	a, b := ourlist.New(), list.New()
	var p []*ourlist.Element
	var q []*list.Element
	for n := range 30 {
		i, j, op := rand.Intn(len(p)+1), rand.Intn(len(p)+1), rand.Intn(11)
		if i == len(p) || j == len(p) {
			op = rand.Intn(2)
		}
		switch op {
		case 0:
			p, q = append(p, a.PushBack(n)), append(q, b.PushBack(n))
		case 1:
			p, q = append(p, a.PushFront(n)), append(q, b.PushFront(n))
		case 2:
			if x, y := a.InsertBefore(n, p[i]), b.InsertBefore(n, q[i]); x != nil && y != nil {
				p, q = append(p, x), append(q, y)
			}
		case 3:
			if x, y := a.InsertAfter(n, p[i]), b.InsertAfter(n, q[i]); x != nil && y != nil {
				p, q = append(p, x), append(q, y)
			}
		case 4:
			a.MoveBefore(p[i], p[j])
			b.MoveBefore(q[i], q[j])
		case 5:
			a.MoveAfter(p[i], p[j])
			b.MoveAfter(q[i], q[j])
		case 6:
			a.MoveToFront(p[i])
			b.MoveToFront(q[i])
		case 7:
			a.MoveToBack(p[i])
			b.MoveToBack(q[i])
		case 8:
			same("list.Remove", func() any { return a.Remove(p[i]) }, func() any { return b.Remove(q[i]) })
		case 9:
			if a.Len() < 20 {
				a.PushBackList(a)
				b.PushBackList(b)
			}
		case 10:
			if a.Len() < 20 {
				a.PushFrontList(a)
				b.PushFrontList(b)
			}
		}
		same("list", func() any {
			s := fmt.Sprint(a.Len(), ":")
			for e := a.Front(); e != nil; e = e.Next() {
				s += fmt.Sprint(e.Value, " ")
			}
			for e := a.Back(); e != nil; e = e.Prev() {
				s += fmt.Sprint(e.Value, " ")
			}
			return s
		}, func() any {
			s := fmt.Sprint(b.Len(), ":")
			for e := b.Front(); e != nil; e = e.Next() {
				s += fmt.Sprint(e.Value, " ")
			}
			for e := b.Back(); e != nil; e = e.Prev() {
				s += fmt.Sprint(e.Value, " ")
			}
			return s
		})
	}
}

func rings() {
	n := rand.Intn(8) + 1
	a, b := ourring.New(n), ring.New(n)
	for i := range n {
		a.Value, b.Value = i, i
		a, b = a.Next(), b.Next()
	}
	i, j, k := rand.Intn(12)-6, rand.Intn(12)-6, rand.Intn(12)-2
	x, y := a.Move(i).Link(a.Move(j)), b.Move(i).Link(b.Move(j))
	show := func(do func(func(any))) any { s := ""; do(func(v any) { s += fmt.Sprint(v, " ") }); return s }
	same("ring", func() any { return all(show(a.Do), show(x.Do), a.Len(), x.Len()) }, func() any { return all(show(b.Do), show(y.Do), b.Len(), y.Len()) })
	x, y = a.Unlink(k), b.Unlink(k)
	same("ring.Unlink", func() any { return all(show(a.Do), show(x.Do), a.Len(), x.Len()) }, func() any { return all(show(b.Do), show(y.Do), b.Len(), y.Len()) })
}

type coded int

func (c coded) Error() string        { return fmt.Sprint("code ", int(c)) }
func (c coded) Is(target error) bool { return target == io.EOF && c == 7 }
func (c coded) As(target any) bool {
	if p, ok := target.(*wrapped); ok && c == 8 {
		*p = wrapped{io.EOF}
		return true
	}
	return false
}

type wrapped struct{ error }

func (w wrapped) Unwrap() error { return w.error }

type several []error

func (s several) Error() string   { return "several" }
func (s several) Unwrap() []error { return s }

func failing() {
	list := []error{nil, io.EOF, coded(3), coded(7), coded(8), wrapped{io.EOF}, wrapped{coded(3)}, several{io.EOF, coded(8)}, wrapped{several{wrapped{nil}, coded(7)}}, &os.PathError{Op: "open", Path: "x", Err: io.EOF}, wrapped{several{}}}
	for _, err := range list {
		for _, target := range list {
			same("errors.Is", func() any { return ourerrors.Is(err, target) }, func() any { return errors.Is(err, target) })
		}
		for _, make := range []func() any{func() any { return new(coded) }, func() any { return new(wrapped) }, func() any { return new(*os.PathError) }, func() any { return new(error) }, func() any { return new(interface{ Timeout() bool }) }, func() any { return nil }, func() any { return 3 }, func() any { return new(int) }, func() any { return (*error)(nil) }} {
			same("errors.As", func() any { t := make(); return all(ourerrors.As(err, t), t != nil && fmt.Sprint(t) != "") }, func() any { t := make(); return all(errors.As(err, t), t != nil && fmt.Sprint(t) != "") })
		}
		same("errors.AsType", func() any { x, ok := ourerrors.AsType[wrapped](err); return fmt.Sprint(x, ok) }, func() any { x, ok := errors.AsType[wrapped](err); return fmt.Sprint(x, ok) })
		same("errors.AsType", func() any { x, ok := ourerrors.AsType[coded](err); return fmt.Sprint(x, ok) }, func() any { x, ok := errors.AsType[coded](err); return fmt.Sprint(x, ok) })
		same("errors.Unwrap", func() any { return ourerrors.Unwrap(err) }, func() any { return errors.Unwrap(err) })
		same("errors.Join", func() any { return ourerrors.Join(err, nil, coded(1)) }, func() any { return errors.Join(err, nil, coded(1)) })
	}
	same("errors.Join", func() any { return ourerrors.Join(nil, nil) }, func() any { return errors.Join(nil, nil) })
	floats := []float64{math.NaN(), math.Inf(-1), -1, 0, math.Copysign(0, -1), 2}
	for _, x := range floats {
		for _, y := range floats {
			same("cmp", func() any { return all(ourcmp.Compare(x, y), ourcmp.Less(x, y), ourcmp.Or(x, y)) }, func() any { return all(cmp.Compare(x, y), cmp.Less(x, y), cmp.Or(x, y)) })
		}
	}
}

func complexes() {
	parts := []float64{0, math.Copysign(0, -1), 1, -1, 0.5, math.Inf(1), math.Inf(-1), math.NaN(), 3, -2.5, 1e300}
	for range 20000 {
		x := complex(parts[rand.Intn(len(parts))], parts[rand.Intn(len(parts))])
		y := complex(parts[rand.Intn(5)], parts[rand.Intn(5)])
		same(fmt.Sprint("cmplx ", x, y), func() any {
			return all(ourcmplx.Pow(x, y), ourcmplx.Abs(x), ourcmplx.Phase(x), ourcmplx.Conj(x), ourcmplx.IsInf(x), ourcmplx.IsNaN(x), ourcmplx.Sqrt(x))
		},
			func() any {
				return all(cmplx.Pow(x, y), cmplx.Abs(x), cmplx.Phase(x), cmplx.Conj(x), cmplx.IsInf(x), cmplx.IsNaN(x), cmplx.Sqrt(x))
			})
	}
}

func main() {
	encodings()
	binaries()
	hashes()
	paths()
	tables()
	containers()
	failing()
	complexes()
	if failures > 0 {
		fmt.Println(failures, "differences")
		os.Exit(1)
	}
}
