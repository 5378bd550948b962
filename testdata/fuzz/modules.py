"""Programs of several packages: generic functions whose instances many packages share.

Package base has state, generic functions and types over it, and functions that use instances of these; middle packages
and main use the same instances, so each compiles its own copy and the linker takes one. Every copy must behave alike
and be called alike, whatever its package knows of the functions that it calls: bodies freeze in some place or nowhere,
behind func values, interfaces, closures and defers. The sums that are printed count each call once.
"""

import random

ARGUMENTS = [("int", "i"), ("string", "\"s\""), ("int8", "int8(i)"), ("base.Pair", "base.Pair{i, 2}"), ("*int", "&base.N"),
             ("[3]int16", "[3]int16{1, int16(i), 3}"), ("any", "any(i)"), ("float64", "float64(i)/2"), ("[]int", "[]int{i, 1}")]

# Bodies of func Name[T any](x T, k int) (T, int).
BODIES = [
    "return x, bump(k) + bump(k)",
    "a := bump(k); runtime.Gosched(); return x, a + bump(1)",
    "return x, loop(k) + bump(2)",
    "s := []T{x}; bump(k); return s[len(s)-1], len(s) + N%7",
    "f := func(n int) int { return bump(n) + n }; return x, f(k) + f(1)",
    "defer bump(1); return x, bump(k)",
    "var b Holder[T]; b.Set(x, k); return b.Get(), b.n",
    "p := &x; n := bump(k); y := *p; return y, n + deep(k%5)",
    "m := map[int]T{k: x}; return m[k], bump(k) * 2",
    "if k > 0 { y, n := SELF(x, k-1); return y, n + bump(1) }; return x, 0",
    "c := make(chan T, 1); c <- x; n := bump(k); return <-c, n",
    "for y := range each(x) { return y, bump(k) }; return x, 0",
    "x, n := other(x, k); return x, n + bump(1)",
    "var i interface { Get() T } = &Holder[T]{v: x, n: k}; return i.Get(), bump(k)",
    "defer func() { if recover() != nil { r, z = x, bump(k) } }(); if k%3 == 0 { panic(1) }; return x, 2",
    "type pair struct { a, b T }; p := pair{x, x}; q := &p; n := bump(k); return q.b, n",
    "return swap(bump(k), x)",
]

BASE = '''package base

import "runtime"

var N int

type Pair struct{ A, B int }

type Holder[T any] struct {
	v T
	n int
}

func (h *Holder[T]) Set(v T, n int) { h.v, h.n = v, bump(n) }

func (h *Holder[T]) Get() T {
	LINE
	return h.v
}

NOINLINE
func bump(n int) int { N += n; return N % 1000 }

func loop(n int) (r int) {
	for i := range n {
		r += bump(i)
	}
	return
}

func deep(n int) int {
	if n > 0 {
		return deep(n-1) + 1
	}
	return 0
}

func each[T any](x T) func(func(T) bool) {
	return func(yield func(T) bool) {
		for range 2 {
			if !yield(x) {
				return
			}
		}
	}
}

NOINLINE
func swap[A, B any](a A, b B) (B, A) { return b, a }

func other[T any](x T, k int) (T, int) { LINE; return x, bump(k) }

func Yield() { runtime.Gosched() }
'''


class Module:
    def __init__(self, seed):
        self.random = random.Random(f"{seed} module")
        self.functions = [f"G{n}" for n in range(self.random.randint(2, 6))]
        self.arguments = self.random.sample(ARGUMENTS, self.random.randint(2, 4))

    def noinline(self):
        return "//go:noinline" if self.random.random() < 0.6 else ""

    def base(self):
        text = BASE
        while "NOINLINE" in text:
            text = text.replace("NOINLINE\n", (self.noinline() + "\n").lstrip("\n"), 1)
        while "LINE" in text:
            text = text.replace("LINE", self.random.choice(["_ = 1", "bump(1)", "runtime.Gosched()", "deep(3)"]), 1)
        for name in self.functions:
            body = self.random.choice(BODIES).replace("SELF", name)
            text += f"\n{self.noinline()}\nfunc {name}[T any](x T, k int) (r T, z int) {{\n\t" + body.replace("; ", "\n\t") .replace("{ ", "{\n\t").replace(" }", "\n\t}") + "\n}\n"
        return text + self.users("", 2)

    def users(self, package, count):
        """Functions that call instances and add up what they give."""
        text = ""
        for n in range(count):
            lines = ["s := 0"]
            for _ in range(self.random.randint(1, 4)):
                t, x = self.random.choice(self.arguments)
                name = package + self.random.choice(self.functions)
                x, t = (x, t) if package else (x.replace("base.", ""), t.replace("base.", ""))
                form = self.random.randrange(4)
                v = f"v{len(lines)}"
                if form == 0:
                    lines += [f"f{v} := {name}[{t}]", f"_, {v} := f{v}({x}, i)"]
                elif form == 1:
                    lines += [f"_, {v} := {name}[{t}]({x}, {self.random.randint(0, 5)})"]
                else:
                    lines += [f"x{v}, {v} := {name}({x if t != 'any' else 'any(i)'}, i%4)", f"_ = x{v}"]
                if self.random.random() < 0.3:
                    lines.append(("base." if package else "") + "Yield()")
                lines.append(f"s = s*3 + {v}")
            text += f"\n{self.noinline()}\nfunc Use{n}(i int) int {{\n\t" + "\n\t".join(lines) + "\n\treturn s\n}\n"
        return text

    def files(self):
        middles = ["aa", "zz", "m"][:self.random.randint(1, 3)]
        files = {"base/base.go": self.base()}
        for name in middles:
            files[f"{name}/{name}.go"] = f'package {name}\n\nimport "w/base"\n' + self.users("base.", self.random.randint(1, 3))
        imports = "".join(f'\t"w/{m}"\n' for m in ["base", *middles])
        calls = [f"{m}.Use{n}(i)" for m in middles for n in range(files[f"{m}/{m}.go"].count("func Use"))] + ["base.Use0(i)", "base.Use1(i)", "Use0(i)"]
        self.random.shuffle(calls)
        body = "".join(f"\t\ts = (s*31 + {c}) % 1000003\n\t\tprintln({n}, s, base.N)\n" for n, c in enumerate(calls))
        files["main.go"] = (f"package main\n\nimport (\n{imports})\n" + self.users("base.", 1)
                            + f"\nfunc main() {{\n\ts := 0\n\tfor i := range {self.random.randint(3, 30)} {{\n{body}\t}}\n}}\n")
        return files


def generate(seed):
    return Module(seed).files()
