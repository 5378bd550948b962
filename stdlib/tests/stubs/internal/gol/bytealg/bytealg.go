package bytealg

import (
	"strings"
	"unicode/utf8"
)

func IndexByte(s string, c byte) int     { return strings.IndexByte(s, c) }
func LastIndexByte(s string, c byte) int { return strings.LastIndexByte(s, c) }
func index(s, sub string) int            { return strings.Index(s, sub) }
func indexSet(s, chars string) int       { return strings.IndexAny(s, chars) }
func Compare(a, b string) int            { return strings.Compare(a, b) }

func count(s string, c byte) (n int) {
	for i := 0; i < len(s); i++ {
		if s[i] == c {
			n++
		}
	}
	return n
}

func countRunes(s string, enough int) (n, size int) {
	for size < len(s) && size < enough {
		_, width := utf8.DecodeRuneInString(s[size:])
		size += width
		n++
	}
	return n, size
}

func validPrefix(s string, enough int) (size int) {
	for size < len(s) && size < enough {
		r, width := utf8.DecodeRuneInString(s[size:])
		if r == utf8.RuneError && width == 1 {
			break
		}
		size += width
	}
	return size
}
