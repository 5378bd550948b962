// Unicode compares unicode, unicode/utf8 and unicode/utf16 with the real packages: every code point, random texts.
package main

import (
	"fmt"
	"maps"
	"math/rand"
	"os"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	ours "golstd/unicode"
	ours16 "golstd/unicode/utf16"
	ours8 "golstd/unicode/utf8"
)

var failures int

func check(ok bool, format string, args ...any) {
	if !ok {
		if failures++; failures < 40 {
			fmt.Printf(format+"\n", args...)
		}
	}
}

func tables(name string, own map[string]*ours.RangeTable, real map[string]*unicode.RangeTable) {
	for key, table := range real {
		other := own[key]
		if other == nil {
			check(false, "%s[%q] missing", name, key)
			continue
		}
		for r := rune(-1); r <= unicode.MaxRune+1; r++ {
			if ours.Is(other, r) != unicode.Is(table, r) {
				check(false, "%s[%q] %U: %v", name, key, r, ours.Is(other, r))
				break
			}
		}
	}
	check(len(own) == len(real), "%s: %d entries, want %d", name, len(own), len(real))
}

func characters() {
	special := []struct {
		a ours.SpecialCase
		b unicode.SpecialCase
	}{{ours.TurkishCase, unicode.TurkishCase}, {ours.AzeriCase, unicode.AzeriCase}}
	predicates := []struct {
		name string
		a, b func(rune) bool
	}{{"IsLetter", ours.IsLetter, unicode.IsLetter}, {"IsUpper", ours.IsUpper, unicode.IsUpper}, {"IsLower", ours.IsLower, unicode.IsLower},
		{"IsTitle", ours.IsTitle, unicode.IsTitle}, {"IsDigit", ours.IsDigit, unicode.IsDigit}, {"IsNumber", ours.IsNumber, unicode.IsNumber},
		{"IsMark", ours.IsMark, unicode.IsMark}, {"IsPunct", ours.IsPunct, unicode.IsPunct}, {"IsSymbol", ours.IsSymbol, unicode.IsSymbol},
		{"IsControl", ours.IsControl, unicode.IsControl}, {"IsSpace", ours.IsSpace, unicode.IsSpace}, {"IsGraphic", ours.IsGraphic, unicode.IsGraphic},
		{"IsPrint", ours.IsPrint, unicode.IsPrint}}
	for r := rune(-10); r <= unicode.MaxRune+10; r++ {
		for _, p := range predicates {
			check(p.a(r) == p.b(r), "%s(%U) = %v", p.name, r, p.a(r))
		}
		check(ours.ToUpper(r) == unicode.ToUpper(r) && ours.ToLower(r) == unicode.ToLower(r) && ours.ToTitle(r) == unicode.ToTitle(r), "case of %U", r)
		check(ours.SimpleFold(r) == unicode.SimpleFold(r), "SimpleFold(%U) = %U, want %U", r, ours.SimpleFold(r), unicode.SimpleFold(r))
		for c := -1; c < 4; c++ {
			check(ours.To(c, r) == unicode.To(c, r), "To(%d, %U)", c, r)
		}
		for _, s := range special {
			check(s.a.ToUpper(r) == s.b.ToUpper(r) && s.a.ToLower(r) == s.b.ToLower(r) && s.a.ToTitle(r) == s.b.ToTitle(r), "special case of %U", r)
		}
		a, b := ours16.EncodeRune(r)
		c, d := utf16.EncodeRune(r)
		check(a == c && b == d && ours16.DecodeRune(a, b) == utf16.DecodeRune(a, b) && ours16.RuneLen(r) == utf16.RuneLen(r) && ours16.IsSurrogate(r) == utf16.IsSurrogate(r), "utf16 %U", r)
		check(string(ours8.AppendRune(nil, r)) == string(utf8.AppendRune(nil, r)) && ours8.RuneLen(r) == utf8.RuneLen(r) && ours8.ValidRune(r) == utf8.ValidRune(r), "utf8 %U", r)
	}
}

func encodings() {
	alphabet := []byte{0, 'a', 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF}
	for range 500000 {
		b := make([]byte, rand.Intn(6))
		for i := range b {
			b[i] = alphabet[rand.Intn(len(alphabet))]
		}
		if rand.Intn(10) == 0 {
			b = append([]byte("some ascii text, a bit longer"), b...)
		}
		s := string(b)
		r1, n1 := ours8.DecodeRune(b)
		r2, n2 := utf8.DecodeRune(b)
		r3, n3 := ours8.DecodeRuneInString(s)
		check(r1 == r2 && n1 == n2 && r3 == r2 && n3 == n2, "DecodeRune(%x)", b)
		r1, n1 = ours8.DecodeLastRune(b)
		r2, n2 = utf8.DecodeLastRune(b)
		r3, n3 = ours8.DecodeLastRuneInString(s)
		check(r1 == r2 && n1 == n2 && r3 == r2 && n3 == n2, "DecodeLastRune(%x)", b)
		check(ours8.Valid(b) == utf8.Valid(b) && ours8.ValidString(s) == utf8.Valid(b), "Valid(%x)", b)
		check(ours8.FullRune(b) == utf8.FullRune(b) && ours8.FullRuneInString(s) == utf8.FullRune(b), "FullRune(%x)", b)
		check(ours8.RuneCount(b) == utf8.RuneCount(b) && ours8.RuneCountInString(s) == utf8.RuneCount(b), "RuneCount(%x)", b)
		words := make([]uint16, rand.Intn(6))
		for i := range words {
			words[i] = []uint16{0, 'a', 0xD7FF, 0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xE000, 0xFFFD, 0xFFFF}[rand.Intn(10)]
		}
		decoded := utf16.Decode(words)
		check(string(ours16.Decode(words)) == string(decoded), "utf16.Decode(%x)", words)
		check(fmt.Sprint(ours16.Encode(decoded)) == fmt.Sprint(utf16.Encode(decoded)), "utf16.Encode(%x)", decoded)
	}
}

func main() {
	tables("Categories", ours.Categories, unicode.Categories)
	tables("Scripts", ours.Scripts, unicode.Scripts)
	tables("Properties", ours.Properties, unicode.Properties)
	tables("FoldCategory", ours.FoldCategory, unicode.FoldCategory)
	tables("FoldScript", ours.FoldScript, unicode.FoldScript)
	check(maps.Equal(ours.CategoryAliases, unicode.CategoryAliases), "CategoryAliases\n%v\n%v", ours.CategoryAliases, unicode.CategoryAliases)
	characters()
	encodings()
	if failures > 0 {
		fmt.Println(failures, "differences")
		os.Exit(1)
	}
}
