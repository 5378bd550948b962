// Strings compares strings, bytes and iter with the real packages on random arguments over small alphabets.
package main

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"math/rand"
	"os"
	"runtime"
	"slices"
	"strings"
	"unicode"

	ourbytes "golstd/bytes"
	ourio "golstd/io"
	ouriter "golstd/iter"
	ourstrings "golstd/strings"
)

var failures int

func check(ok bool, format string, args ...any) {
	if !ok {
		if failures++; failures < 20 || failures%500 == 0 {
			fmt.Printf("%.250s\n", fmt.Sprintf(format, args...))
		}
	}
}

func show(values ...any) string { return fmt.Sprintf("%#v", values) }

func outcome(f func() string) (s string) {
	defer func() {
		if e := recover(); e != nil {
			s = fmt.Sprint("panic: ", e)
		}
	}()
	return f()
}

type comparison struct {
	name string
	a, b func() string
}

var alphabets = []string{"ab", "abAB", "a,b ", "aé\u00a0 世K\u212a\xff\ufffd", " \t\n\v\u0085\u2003x", "abcdefghijklmnop", "Ssſß_-' 9", "\xe4\xb8\x96\xf0"}

func randomText() string {
	letters := []rune(alphabets[rand.Intn(len(alphabets))])
	raw := rand.Intn(4) == 0
	b := []byte{}
	n := rand.Intn(12)
	if rand.Intn(20) == 0 {
		n = 100
	}
	for range n {
		r := letters[rand.Intn(len(letters))]
		if raw {
			b = append(b, byte(r))
		} else {
			b = append(b, string(r)...)
		}
	}
	return string(b)
}

func piece(s string) string {
	if len(s) == 0 || rand.Intn(3) == 0 {
		return randomText()[:0] + randomText()
	}
	i := rand.Intn(len(s))
	return s[i : i+rand.Intn(min(4, len(s)-i)+1)]
}

func functions() {
	for range 20000 {
		s := randomText()
		t, u := piece(s), piece(s)
		r := rune("aé世\ufffdK"[0])
		if list := []rune(s + "a世\ufffd"); rand.Intn(5) > 0 {
			r = list[rand.Intn(len(list))]
		} else {
			r = rune(rand.Intn(300) - 5)
		}
		c := byte(r)
		n := rand.Intn(7) - 2
		f := []func(rune) bool{unicode.IsSpace, unicode.IsUpper, func(x rune) bool { return x == r }}[rand.Intn(3)]
		m := []func(rune) rune{unicode.ToUpper, func(x rune) rune { return x }, func(x rune) rune { return x - 1 }, func(x rune) rune {
			if x == r {
				return -1
			}
			return x
		}, func(x rune) rune { return 'é' }}[rand.Intn(5)]
		list := []string{s, t, u}[:rand.Intn(4)]
		byteList := [][]byte{[]byte(s), []byte(t), []byte(u)}[:len(list)]
		for _, x := range comparisons(s, t, u, r, c, n, f, m, list, byteList) {
			a, b := outcome(x.a), outcome(x.b)
			check(a == b, "%s(%q, %q, %q, %q, %d): %s, want %s", x.name, s, t, u, r, n, a, b)
		}
		oldnew := []string{}
		for range rand.Intn(5) {
			oldnew = append(oldnew, piece(s), piece(s))
		}
		if rand.Intn(3) == 0 {
			for i := range oldnew {
				oldnew[i] = (oldnew[i] + "x")[:1]
			}
		}
		a, b := ourstrings.NewReplacer(oldnew...).Replace(s), strings.NewReplacer(oldnew...).Replace(s)
		check(a == b, "Replacer(%q).Replace(%q) = %q, want %q", oldnew, s, a, b)
	}
}

func comparisons(s, t, u string, r rune, c byte, n int, f func(rune) bool, m func(rune) rune, list []string, byteList [][]byte) []comparison {
	return []comparison{
		{"strings.Clone", func() string { return show(ourstrings.Clone(s)) }, func() string { return show(strings.Clone(s)) }},
		{"strings.Compare", func() string { return show(ourstrings.Compare(s, t)) }, func() string { return show(strings.Compare(s, t)) }},
		{"strings.Contains", func() string { return show(ourstrings.Contains(s, t)) }, func() string { return show(strings.Contains(s, t)) }},
		{"strings.ContainsAny", func() string { return show(ourstrings.ContainsAny(s, t)) }, func() string { return show(strings.ContainsAny(s, t)) }},
		{"strings.ContainsFunc", func() string { return show(ourstrings.ContainsFunc(s, f)) }, func() string { return show(strings.ContainsFunc(s, f)) }},
		{"strings.ContainsRune", func() string { return show(ourstrings.ContainsRune(s, r)) }, func() string { return show(strings.ContainsRune(s, r)) }},
		{"strings.Count", func() string { return show(ourstrings.Count(s, t)) }, func() string { return show(strings.Count(s, t)) }},
		{"strings.Cut", func() string { x, y, z := ourstrings.Cut(s, t); return show(x, y, z) }, func() string { x, y, z := strings.Cut(s, t); return show(x, y, z) }},
		{"strings.CutPrefix", func() string { x, y := ourstrings.CutPrefix(s, t); return show(x, y) }, func() string { x, y := strings.CutPrefix(s, t); return show(x, y) }},
		{"strings.CutSuffix", func() string { x, y := ourstrings.CutSuffix(s, t); return show(x, y) }, func() string { x, y := strings.CutSuffix(s, t); return show(x, y) }},
		{"strings.EqualFold", func() string { return show(ourstrings.EqualFold(s, t)) }, func() string { return show(strings.EqualFold(s, t)) }},
		{"strings.Fields", func() string { return show(ourstrings.Fields(s)) }, func() string { return show(strings.Fields(s)) }},
		{"strings.FieldsFunc", func() string { return show(ourstrings.FieldsFunc(s, f)) }, func() string { return show(strings.FieldsFunc(s, f)) }},
		{"strings.FieldsFuncSeq", func() string { return show(slices.Collect((iter.Seq[string](ourstrings.FieldsFuncSeq(s, f))))) }, func() string { return show(slices.Collect((iter.Seq[string](strings.FieldsFuncSeq(s, f))))) }},
		{"strings.FieldsSeq", func() string { return show(slices.Collect((iter.Seq[string](ourstrings.FieldsSeq(s))))) }, func() string { return show(slices.Collect((iter.Seq[string](strings.FieldsSeq(s))))) }},
		{"strings.HasPrefix", func() string { return show(ourstrings.HasPrefix(s, t)) }, func() string { return show(strings.HasPrefix(s, t)) }},
		{"strings.HasSuffix", func() string { return show(ourstrings.HasSuffix(s, t)) }, func() string { return show(strings.HasSuffix(s, t)) }},
		{"strings.Index", func() string { return show(ourstrings.Index(s, t)) }, func() string { return show(strings.Index(s, t)) }},
		{"strings.IndexAny", func() string { return show(ourstrings.IndexAny(s, t)) }, func() string { return show(strings.IndexAny(s, t)) }},
		{"strings.IndexByte", func() string { return show(ourstrings.IndexByte(s, c)) }, func() string { return show(strings.IndexByte(s, c)) }},
		{"strings.IndexFunc", func() string { return show(ourstrings.IndexFunc(s, f)) }, func() string { return show(strings.IndexFunc(s, f)) }},
		{"strings.IndexRune", func() string { return show(ourstrings.IndexRune(s, r)) }, func() string { return show(strings.IndexRune(s, r)) }},
		{"strings.LastIndex", func() string { return show(ourstrings.LastIndex(s, t)) }, func() string { return show(strings.LastIndex(s, t)) }},
		{"strings.LastIndexAny", func() string { return show(ourstrings.LastIndexAny(s, t)) }, func() string { return show(strings.LastIndexAny(s, t)) }},
		{"strings.LastIndexByte", func() string { return show(ourstrings.LastIndexByte(s, c)) }, func() string { return show(strings.LastIndexByte(s, c)) }},
		{"strings.LastIndexFunc", func() string { return show(ourstrings.LastIndexFunc(s, f)) }, func() string { return show(strings.LastIndexFunc(s, f)) }},
		{"strings.Lines", func() string { return show(slices.Collect((iter.Seq[string](ourstrings.Lines(s))))) }, func() string { return show(slices.Collect((iter.Seq[string](strings.Lines(s))))) }},
		{"strings.Map", func() string { return show(ourstrings.Map(m, s)) }, func() string { return show(strings.Map(m, s)) }},
		{"strings.Repeat", func() string { return show(ourstrings.Repeat(s, n)) }, func() string { return show(strings.Repeat(s, n)) }},
		{"strings.Replace", func() string { return show(ourstrings.Replace(s, t, u, n)) }, func() string { return show(strings.Replace(s, t, u, n)) }},
		{"strings.ReplaceAll", func() string { return show(ourstrings.ReplaceAll(s, t, u)) }, func() string { return show(strings.ReplaceAll(s, t, u)) }},
		{"strings.Split", func() string { return show(ourstrings.Split(s, t)) }, func() string { return show(strings.Split(s, t)) }},
		{"strings.SplitAfter", func() string { return show(ourstrings.SplitAfter(s, t)) }, func() string { return show(strings.SplitAfter(s, t)) }},
		{"strings.SplitAfterN", func() string { return show(ourstrings.SplitAfterN(s, t, n)) }, func() string { return show(strings.SplitAfterN(s, t, n)) }},
		{"strings.SplitAfterSeq", func() string { return show(slices.Collect((iter.Seq[string](ourstrings.SplitAfterSeq(s, t))))) }, func() string { return show(slices.Collect((iter.Seq[string](strings.SplitAfterSeq(s, t))))) }},
		{"strings.SplitN", func() string { return show(ourstrings.SplitN(s, t, n)) }, func() string { return show(strings.SplitN(s, t, n)) }},
		{"strings.SplitSeq", func() string { return show(slices.Collect((iter.Seq[string](ourstrings.SplitSeq(s, t))))) }, func() string { return show(slices.Collect((iter.Seq[string](strings.SplitSeq(s, t))))) }},
		{"strings.Title", func() string { return show(ourstrings.Title(s)) }, func() string { return show(strings.Title(s)) }},
		{"strings.ToLower", func() string { return show(ourstrings.ToLower(s)) }, func() string { return show(strings.ToLower(s)) }},
		{"strings.ToTitle", func() string { return show(ourstrings.ToTitle(s)) }, func() string { return show(strings.ToTitle(s)) }},
		{"strings.ToUpper", func() string { return show(ourstrings.ToUpper(s)) }, func() string { return show(strings.ToUpper(s)) }},
		{"strings.ToValidUTF8", func() string { return show(ourstrings.ToValidUTF8(s, t)) }, func() string { return show(strings.ToValidUTF8(s, t)) }},
		{"strings.Trim", func() string { return show(ourstrings.Trim(s, t)) }, func() string { return show(strings.Trim(s, t)) }},
		{"strings.TrimFunc", func() string { return show(ourstrings.TrimFunc(s, f)) }, func() string { return show(strings.TrimFunc(s, f)) }},
		{"strings.TrimLeft", func() string { return show(ourstrings.TrimLeft(s, t)) }, func() string { return show(strings.TrimLeft(s, t)) }},
		{"strings.TrimLeftFunc", func() string { return show(ourstrings.TrimLeftFunc(s, f)) }, func() string { return show(strings.TrimLeftFunc(s, f)) }},
		{"strings.TrimPrefix", func() string { return show(ourstrings.TrimPrefix(s, t)) }, func() string { return show(strings.TrimPrefix(s, t)) }},
		{"strings.TrimRight", func() string { return show(ourstrings.TrimRight(s, t)) }, func() string { return show(strings.TrimRight(s, t)) }},
		{"strings.TrimRightFunc", func() string { return show(ourstrings.TrimRightFunc(s, f)) }, func() string { return show(strings.TrimRightFunc(s, f)) }},
		{"strings.TrimSpace", func() string { return show(ourstrings.TrimSpace(s)) }, func() string { return show(strings.TrimSpace(s)) }},
		{"strings.TrimSuffix", func() string { return show(ourstrings.TrimSuffix(s, t)) }, func() string { return show(strings.TrimSuffix(s, t)) }},
		{"strings.Join", func() string { return show(ourstrings.Join(list, t)) }, func() string { return show(strings.Join(list, t)) }},
		{"bytes.Clone", func() string { return show(ourbytes.Clone([]byte(s))) }, func() string { return show(bytes.Clone([]byte(s))) }},
		{"bytes.Compare", func() string { return show(ourbytes.Compare([]byte(s), []byte(t))) }, func() string { return show(bytes.Compare([]byte(s), []byte(t))) }},
		{"bytes.Contains", func() string { return show(ourbytes.Contains([]byte(s), []byte(t))) }, func() string { return show(bytes.Contains([]byte(s), []byte(t))) }},
		{"bytes.ContainsAny", func() string { return show(ourbytes.ContainsAny([]byte(s), t)) }, func() string { return show(bytes.ContainsAny([]byte(s), t)) }},
		{"bytes.ContainsFunc", func() string { return show(ourbytes.ContainsFunc([]byte(s), f)) }, func() string { return show(bytes.ContainsFunc([]byte(s), f)) }},
		{"bytes.ContainsRune", func() string { return show(ourbytes.ContainsRune([]byte(s), r)) }, func() string { return show(bytes.ContainsRune([]byte(s), r)) }},
		{"bytes.Count", func() string { return show(ourbytes.Count([]byte(s), []byte(t))) }, func() string { return show(bytes.Count([]byte(s), []byte(t))) }},
		{"bytes.Cut", func() string { x, y, z := ourbytes.Cut([]byte(s), []byte(t)); return show(x, y, z) }, func() string { x, y, z := bytes.Cut([]byte(s), []byte(t)); return show(x, y, z) }},
		{"bytes.CutPrefix", func() string { x, y := ourbytes.CutPrefix([]byte(s), []byte(t)); return show(x, y) }, func() string { x, y := bytes.CutPrefix([]byte(s), []byte(t)); return show(x, y) }},
		{"bytes.CutSuffix", func() string { x, y := ourbytes.CutSuffix([]byte(s), []byte(t)); return show(x, y) }, func() string { x, y := bytes.CutSuffix([]byte(s), []byte(t)); return show(x, y) }},
		{"bytes.EqualFold", func() string { return show(ourbytes.EqualFold([]byte(s), []byte(t))) }, func() string { return show(bytes.EqualFold([]byte(s), []byte(t))) }},
		{"bytes.Fields", func() string { return show(ourbytes.Fields([]byte(s))) }, func() string { return show(bytes.Fields([]byte(s))) }},
		{"bytes.FieldsFunc", func() string { return show(ourbytes.FieldsFunc([]byte(s), f)) }, func() string { return show(bytes.FieldsFunc([]byte(s), f)) }},
		{"bytes.FieldsFuncSeq", func() string { return show(slices.Collect((iter.Seq[[]byte](ourbytes.FieldsFuncSeq([]byte(s), f))))) }, func() string { return show(slices.Collect((iter.Seq[[]byte](bytes.FieldsFuncSeq([]byte(s), f))))) }},
		{"bytes.FieldsSeq", func() string { return show(slices.Collect((iter.Seq[[]byte](ourbytes.FieldsSeq([]byte(s)))))) }, func() string { return show(slices.Collect((iter.Seq[[]byte](bytes.FieldsSeq([]byte(s)))))) }},
		{"bytes.HasPrefix", func() string { return show(ourbytes.HasPrefix([]byte(s), []byte(t))) }, func() string { return show(bytes.HasPrefix([]byte(s), []byte(t))) }},
		{"bytes.HasSuffix", func() string { return show(ourbytes.HasSuffix([]byte(s), []byte(t))) }, func() string { return show(bytes.HasSuffix([]byte(s), []byte(t))) }},
		{"bytes.Index", func() string { return show(ourbytes.Index([]byte(s), []byte(t))) }, func() string { return show(bytes.Index([]byte(s), []byte(t))) }},
		{"bytes.IndexAny", func() string { return show(ourbytes.IndexAny([]byte(s), t)) }, func() string { return show(bytes.IndexAny([]byte(s), t)) }},
		{"bytes.IndexByte", func() string { return show(ourbytes.IndexByte([]byte(s), c)) }, func() string { return show(bytes.IndexByte([]byte(s), c)) }},
		{"bytes.IndexFunc", func() string { return show(ourbytes.IndexFunc([]byte(s), f)) }, func() string { return show(bytes.IndexFunc([]byte(s), f)) }},
		{"bytes.IndexRune", func() string { return show(ourbytes.IndexRune([]byte(s), r)) }, func() string { return show(bytes.IndexRune([]byte(s), r)) }},
		{"bytes.LastIndex", func() string { return show(ourbytes.LastIndex([]byte(s), []byte(t))) }, func() string { return show(bytes.LastIndex([]byte(s), []byte(t))) }},
		{"bytes.LastIndexAny", func() string { return show(ourbytes.LastIndexAny([]byte(s), t)) }, func() string { return show(bytes.LastIndexAny([]byte(s), t)) }},
		{"bytes.LastIndexByte", func() string { return show(ourbytes.LastIndexByte([]byte(s), c)) }, func() string { return show(bytes.LastIndexByte([]byte(s), c)) }},
		{"bytes.LastIndexFunc", func() string { return show(ourbytes.LastIndexFunc([]byte(s), f)) }, func() string { return show(bytes.LastIndexFunc([]byte(s), f)) }},
		{"bytes.Lines", func() string { return show(slices.Collect((iter.Seq[[]byte](ourbytes.Lines([]byte(s)))))) }, func() string { return show(slices.Collect((iter.Seq[[]byte](bytes.Lines([]byte(s)))))) }},
		{"bytes.Map", func() string { return show(ourbytes.Map(m, []byte(s))) }, func() string { return show(bytes.Map(m, []byte(s))) }},
		{"bytes.Repeat", func() string { return show(ourbytes.Repeat([]byte(s), n)) }, func() string { return show(bytes.Repeat([]byte(s), n)) }},
		{"bytes.Replace", func() string { return show(ourbytes.Replace([]byte(s), []byte(t), []byte(u), n)) }, func() string { return show(bytes.Replace([]byte(s), []byte(t), []byte(u), n)) }},
		{"bytes.ReplaceAll", func() string { return show(ourbytes.ReplaceAll([]byte(s), []byte(t), []byte(u))) }, func() string { return show(bytes.ReplaceAll([]byte(s), []byte(t), []byte(u))) }},
		{"bytes.Split", func() string { return show(ourbytes.Split([]byte(s), []byte(t))) }, func() string { return show(bytes.Split([]byte(s), []byte(t))) }},
		{"bytes.SplitAfter", func() string { return show(ourbytes.SplitAfter([]byte(s), []byte(t))) }, func() string { return show(bytes.SplitAfter([]byte(s), []byte(t))) }},
		{"bytes.SplitAfterN", func() string { return show(ourbytes.SplitAfterN([]byte(s), []byte(t), n)) }, func() string { return show(bytes.SplitAfterN([]byte(s), []byte(t), n)) }},
		{"bytes.SplitAfterSeq", func() string {
			return show(slices.Collect((iter.Seq[[]byte](ourbytes.SplitAfterSeq([]byte(s), []byte(t))))))
		}, func() string {
			return show(slices.Collect((iter.Seq[[]byte](bytes.SplitAfterSeq([]byte(s), []byte(t))))))
		}},
		{"bytes.SplitN", func() string { return show(ourbytes.SplitN([]byte(s), []byte(t), n)) }, func() string { return show(bytes.SplitN([]byte(s), []byte(t), n)) }},
		{"bytes.SplitSeq", func() string {
			return show(slices.Collect((iter.Seq[[]byte](ourbytes.SplitSeq([]byte(s), []byte(t))))))
		}, func() string { return show(slices.Collect((iter.Seq[[]byte](bytes.SplitSeq([]byte(s), []byte(t)))))) }},
		{"bytes.Title", func() string { return show(ourbytes.Title([]byte(s))) }, func() string { return show(bytes.Title([]byte(s))) }},
		{"bytes.ToLower", func() string { return show(ourbytes.ToLower([]byte(s))) }, func() string { return show(bytes.ToLower([]byte(s))) }},
		{"bytes.ToTitle", func() string { return show(ourbytes.ToTitle([]byte(s))) }, func() string { return show(bytes.ToTitle([]byte(s))) }},
		{"bytes.ToUpper", func() string { return show(ourbytes.ToUpper([]byte(s))) }, func() string { return show(bytes.ToUpper([]byte(s))) }},
		{"bytes.ToValidUTF8", func() string { return show(ourbytes.ToValidUTF8([]byte(s), []byte(t))) }, func() string { return show(bytes.ToValidUTF8([]byte(s), []byte(t))) }},
		{"bytes.Trim", func() string { return show(ourbytes.Trim([]byte(s), t)) }, func() string { return show(bytes.Trim([]byte(s), t)) }},
		{"bytes.TrimFunc", func() string { return show(ourbytes.TrimFunc([]byte(s), f)) }, func() string { return show(bytes.TrimFunc([]byte(s), f)) }},
		{"bytes.TrimLeft", func() string { return show(ourbytes.TrimLeft([]byte(s), t)) }, func() string { return show(bytes.TrimLeft([]byte(s), t)) }},
		{"bytes.TrimLeftFunc", func() string { return show(ourbytes.TrimLeftFunc([]byte(s), f)) }, func() string { return show(bytes.TrimLeftFunc([]byte(s), f)) }},
		{"bytes.TrimPrefix", func() string { return show(ourbytes.TrimPrefix([]byte(s), []byte(t))) }, func() string { return show(bytes.TrimPrefix([]byte(s), []byte(t))) }},
		{"bytes.TrimRight", func() string { return show(ourbytes.TrimRight([]byte(s), t)) }, func() string { return show(bytes.TrimRight([]byte(s), t)) }},
		{"bytes.TrimRightFunc", func() string { return show(ourbytes.TrimRightFunc([]byte(s), f)) }, func() string { return show(bytes.TrimRightFunc([]byte(s), f)) }},
		{"bytes.TrimSpace", func() string { return show(ourbytes.TrimSpace([]byte(s))) }, func() string { return show(bytes.TrimSpace([]byte(s))) }},
		{"bytes.TrimSuffix", func() string { return show(ourbytes.TrimSuffix([]byte(s), []byte(t))) }, func() string { return show(bytes.TrimSuffix([]byte(s), []byte(t))) }},
		{"bytes.Join", func() string { return show(ourbytes.Join(byteList, []byte(t))) }, func() string { return show(bytes.Join(byteList, []byte(t))) }},
		{"bytes.Runes", func() string { return show(ourbytes.Runes([]byte(s))) }, func() string { return show(bytes.Runes([]byte(s))) }},
		{"bytes.Equal", func() string { return show(ourbytes.Equal([]byte(s), []byte(t))) }, func() string { return show(bytes.Equal([]byte(s), []byte(t))) }},
	}
}

type reader interface {
	Read([]byte) (int, error)
	io.ByteScanner
	io.RuneScanner
	Len() int
}

// operate does one operation on r and tells the results; W and R are the io.Writer and io.Reader that it knows.
func operate[W, R any](r reader, s string, op, n int, off int64, source any) string {
	switch op {
	case 0:
		b := make([]byte, max(n, 0))
		k, err := r.Read(b)
		return fmt.Sprint(b, k, err)
	case 1:
		c, err := r.ReadByte()
		return fmt.Sprint(c, err)
	case 2:
		c, k, err := r.ReadRune()
		return fmt.Sprint(c, k, err)
	case 3:
		return fmt.Sprint(r.UnreadByte())
	case 4:
		return fmt.Sprint(r.UnreadRune())
	}
	if k, ok := r.(io.Seeker); ok && op < 7 {
		at, err := k.Seek(off, n)
		return fmt.Sprint(at, err)
	}
	if k, ok := r.(io.ReaderAt); ok && op < 9 {
		b := make([]byte, max(n, 0))
		at, err := k.ReadAt(b, off)
		return fmt.Sprint(at, err, b)
	}
	if k, ok := r.(interface {
		WriteTo(W) (int64, error)
	}); ok && op == 10 {
		var w bytes.Buffer
		at, err := k.WriteTo(any(&w).(W))
		return fmt.Sprint(at, err, w.String())
	}
	if k, ok := r.(interface {
		Write([]byte) (int, error)
		WriteString(string) (int, error)
		WriteRune(rune) (int, error)
		WriteByte(byte) error
		Truncate(int)
		Grow(int)
		Peek(int) ([]byte, error)
		Next(int) []byte
		ReadString(byte) (string, error)
		ReadBytes(byte) ([]byte, error)
		ReadFrom(R) (int64, error)
		String() string
	}); ok {
		switch op {
		case 5:
			a, err := k.Write([]byte(s))
			return fmt.Sprint(a, err)
		case 6:
			a, err := k.WriteString(s)
			return fmt.Sprint(a, err)
		case 7:
			a, err := k.WriteRune(rune(off * 1000))
			return fmt.Sprint(a, err, k.WriteByte('b'))
		case 8:
			k.Truncate(n)
			return ""
		case 9:
			k.Grow(min(n, 0))
			return ""
		case 11:
			a, err := k.Peek(max(n, 0))
			return fmt.Sprint(a, err)
		case 12:
			return fmt.Sprint(k.Next(max(n, 0)))
		case 13:
			a, err := k.ReadString('a')
			return fmt.Sprint(a, err)
		case 14:
			a, err := k.ReadBytes('a')
			return fmt.Sprint(a, err)
		case 15:
			a, err := k.ReadFrom(source.(R))
			return fmt.Sprint(a, err)
		case 16:
			return k.String()
		}
	}
	return fmt.Sprint(r.Len())
}

func readers() {
	for range 20000 {
		s := randomText()
		pairs := [][2]reader{{ourstrings.NewReader(s), strings.NewReader(s)}, {ourbytes.NewReader([]byte(s)), bytes.NewReader([]byte(s))}, {ourbytes.NewBufferString(s), bytes.NewBufferString(s)}}
		p := pairs[rand.Intn(3)]
		trace := ""
		for range 15 {
			op, n, off := rand.Intn(17), rand.Intn(6)-1, int64(rand.Intn(20)-5)
			a, b := outcome(func() string {
				return operate[ourio.Writer, ourio.Reader](p[0], s, op, n, off, ourstrings.NewReader(s))
			}), outcome(func() string { return operate[io.Writer, io.Reader](p[1], s, op, n, off, strings.NewReader(s)) })
			trace += fmt.Sprint(op, " ", n, " ", off, "; ")
			check(a == b && p[0].Len() == p[1].Len(), "%T: %s: %s, want %s (%d, %d)", p[0], trace, a, b, p[0].Len(), p[1].Len())
			if a != b {
				break
			}
		}
	}
}

func builder() {
	var b ourstrings.Builder
	b.WriteString("abc")
	b.WriteByte('d')
	b.WriteRune('世')
	b.Write([]byte("xyz"))
	b.Grow(100)
	check(b.String() == "abcd世xyz" && b.Len() == 10, "Builder %q", b.String())
	c := b
	a := outcome(func() string { c.WriteByte('x'); return "" })
	check(a == "panic: strings: illegal use of non-zero Builder copied by value", "copy: %s", a)
	check(outcome(func() string { b.Grow(-1); return "" }) == "panic: strings.Builder.Grow: negative count", "Grow")
	check(outcome(func() string { ourstrings.NewReplacer("a"); return "" }) == "panic: strings.NewReplacer: odd argument count", "NewReplacer")
	check(ourstrings.ToUpperSpecial(nil, "ab") == "AB", "ToUpperSpecial")
}

func pulls() {
	seq := func(yield func(int) bool) {
		for i := range 3 {
			if !yield(i) {
				return
			}
		}
	}
	trace := func(pull func(func(func(int) bool)) (func() (int, bool), func()), seq func(func(int) bool), calls string) string {
		out := ""
		next, stop := pull(seq)
		for _, c := range calls {
			out += outcome(func() string {
				if c == 'n' {
					v, ok := next()
					return fmt.Sprint(v, ok, " ")
				}
				stop()
				return "stop "
			})
		}
		return out
	}
	own := func(s func(func(int) bool)) (func() (int, bool), func()) { return ouriter.Pull(ouriter.Seq[int](s)) }
	real := func(s func(func(int) bool)) (func() (int, bool), func()) { return iter.Pull(iter.Seq[int](s)) }
	bad := func(yield func(int) bool) { yield(1); panic("bad") }
	for _, calls := range []string{"nnnnnn", "snn", "nsnn", "nnssn", ""} {
		for _, s := range []func(func(int) bool){seq, bad, func(func(int) bool) {}} {
			a, b := trace(own, s, calls), trace(real, s, calls)
			check(a == b, "Pull %s: %s, want %s", calls, a, b)
		}
	}
	next, stop := ouriter.Pull2(func(yield func(int, string) bool) { yield(1, "a") })
	a, b, ok := next()
	_, _, end := next()
	stop()
	check(a == 1 && b == "a" && ok && !end, "Pull2")
	ended := make(chan bool)
	go func() {
		defer close(ended)
		next, _ := ouriter.Pull(func(func(int) bool) { runtime.Goexit() })
		next()
		check(false, "Goexit did not propagate")
	}()
	<-ended
}

func main() {
	functions()
	readers()
	builder()
	pulls()
	if failures > 0 {
		fmt.Println(failures, "differences")
		os.Exit(1)
	}
}
