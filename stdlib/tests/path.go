// path.go compares golstd/path and golstd/path/filepath with the real packages on random paths and
// patterns.
package main

import (
	"fmt"
	"math/rand"
	"os"
	"path"
	"path/filepath"

	own "golstd/path"
	ownfile "golstd/path/filepath"
)

func main() {
	r := rand.New(rand.NewSource(2))
	bad := 0
	check := func(what, got, want string) {
		if got != want {
			if bad++; bad < 30 {
				fmt.Printf("%s\n  got  %q\n  want %q\n", what, got, want)
			}
		}
	}
	random := func(alphabet string, n int) string {
		b := make([]byte, r.Intn(n))
		for i := range b {
			b[i] = alphabet[r.Intn(len(alphabet))]
		}
		return string(b)
	}
	for range 200000 {
		p, q := random("/.ab", 12), random("/.ab", 12)
		check("Clean "+p, own.Clean(p), path.Clean(p))
		check("Base "+p, own.Base(p), path.Base(p))
		check("Dir "+p, own.Dir(p), path.Dir(p))
		check("Ext "+p, own.Ext(p), path.Ext(p))
		check("Join "+p+" "+q, own.Join(p, q), path.Join(p, q))
		check("IsLocal "+p, fmt.Sprint(ownfile.IsLocal(p)), fmt.Sprint(filepath.IsLocal(p)))
		a, e1 := ownfile.Rel(p, q)
		b, e2 := filepath.Rel(p, q)
		check("Rel "+p+" "+q, fmt.Sprint(a, e1), fmt.Sprint(b, e2))
		pattern, name := random("*?[]^-ab\\/*", 9), random("ab/-é", 7)
		m1, e1 := own.Match(pattern, name)
		m2, e2 := path.Match(pattern, name)
		check("Match "+pattern+" "+name, fmt.Sprint(m1, e1), fmt.Sprint(m2, e2))
	}
	if bad > 0 {
		fmt.Println(bad, "differences")
		os.Exit(1)
	}
}
