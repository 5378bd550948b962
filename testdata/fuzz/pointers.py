"""Programs in which pointers go everywhere: what escape analysis has to see through, many of them in one package.

flows.py puts one address through one chain of carriers. Here everything has one type of node, T, that holds pointers to T
in all ways Go has (fields, arrays, slices, maps, interfaces, functions, channels, pointers to pointers), so that any
statement can follow any other and an address comes where nobody has thought of. Three levels:

  batch     one main package: generic helpers with bodies by chance, families, main. It is what is built.
  family    a type T with methods of its own, an interface, two types that implement it, show(); ten programs share one.
  program   a function `runN` and up to five that it calls, of which some call themselves: N tells it in what is printed.

A program prints, with println, a sum of what a pointer sees two steps far (show), before and after the stack was
overwritten (clobber) and rubbish was collected (collect). In a batch each program stands for itself: alone() makes a
package of one of them. Its text does not depend on which others are there.

What holds, so that programs are valid and determined without a check of each line:
  - variables of type *T, elements of [2]*T and of fixed slices, *pp and what functions return are never nil; what may be nil
    (fields, elements of maps) is read into a variable that gets something else then;
  - statements have one call at most, whose arguments have no effects: no order is left to the compiler;
  - capacities do not show: slices that grow are never written to but by append, and lose their room where they are copied;
  - closures that are called through fields and variables take() from an amount that ends; functions call later ones only.
"""

import random

FIELDS = ["v int", "p *T", "a [2]*T", "s []*T", "x any", "f func() *T", "m map[int]*T", "k map[*T]int", "q **T", "c chan *T", "i I", "E"]
FAMILY = 10         # programs that share a type

# generic helpers: by chance one of the bodies, inlined or not
HELPERS = {
    "id[V any](v V) V": ["{ return v }", "{ w := v; return w }", "{ return func() V { return v }() }", "{ p := &v; return *p }"],
    "last[V any](vs ...V) V": ["{ return vs[len(vs)-1] }", "{ var r V; for _, v := range vs { r = v }; return r }",
                               "{ ws := append([]V(nil), vs...); return ws[len(ws)-1] }"],
    "pick[V any](a, b V, c bool) V": ["{ if c { return a }; return b }", "{ r := &a; if !c { r = &b }; return *r }",
                                      "{ return map[bool]V{true: a, false: b}[c] }", "{ s := [2]V{b, a}; if c { return s[1] }; return s[0] }"],
    "ptr[V any](v V) *V": ["{ return &v }", "{ p := new(V); *p = v; return p }", "{ s := []V{v}; return &s[0] }", "{ a := [1]V{v}; return &a[0] }"],
    "named[V any](v V) (r V)": ["{ defer func() { r = v }(); return }", "{ p := &r; *p = v; return }",
                                "{ defer func() { r, _ = recover().(V) }(); panic(v) }", "{ func() { r = v }(); return r }"],
    "one[V any](v V) func(func(V) bool)": ["{ return func(yield func(V) bool) { yield(v) } }",
                                           "{ return func(yield func(V) bool) { if yield(v) { yield(v) } } }"],
    "each[V any](vs []V) func(func(int, V) bool)": ["{ return func(yield func(int, V) bool) { for i, v := range vs { if !yield(i, v) { return } } } }"],
    "grow[V any](vs []V, v V) []V": ["{ return append(vs, v) }", "{ vs = append(vs, v); return vs }", "{ p := &vs; *p = append(*p, v); return vs }"],
    "sent[V any](v V) V": ["{ c := make(chan V, 1); c <- v; return <-c }", "{ c := make(chan V); go func() { c <- v }(); return <-c }"],
    "(b *Box[V]) Set(v V)": ["{ b.b = v }", "{ *b = Box[V]{b: v, l: b.l} }", "{ p := &b.b; *p = v }"],
    "(b *Box[V]) Get() V": ["{ return b.b }", "{ c := *b; return c.b }", "{ if b.n != nil { return b.n.b }; return b.b }"],
    "(b *Box[V]) Push(v V) *Box[V]": ["{ b.l = append(b.l, v); return b }", "{ b.n = &Box[V]{b: v}; return b }", "{ b.n = &Box[V]{b: b.b}; b.b = v; return b.n }"],
}

PRELUDE = """package main

import "runtime"

type Box[V any] struct {
	b V
	l []V
	n *Box[V]
}

var fuel, two, rubbish = 0, 2, []*int{}

func take() bool { fuel--; return fuel > 0 }

//go:noinline
func clobber(n int) int {
	var a [200]int
	for i := range a {
		a[i] = 0x5a5a5a5a5a5a - n*i
	}
	if n > 0 {
		return clobber(n-1) + a[n*7]
	}
	return a[n]
}

func collect() {
	for i := range 20 {
		rubbish = append(rubbish[:i&7], &[]int{i, i + 1}[1])
	}
	runtime.GC()
}

func try(n int, f func()) {
	defer func() {
		if r := recover(); r != nil {
			println(n, "panics")
		}
	}()
	println("program", n)
	fuel = 60
	f()
}
"""

# T's methods: what Put may do with its receiver and argument
PUTS = ["t.p = u; return u", "t.p = u; return t", "t.a[1] = u; return u", "t.s = append(t.s, u); return u", "t.x = u; return t",
        "old := t.p; t.p = u; if old == nil { return u }; return old", "t.f = func() *T { return u }; return t", "t.f = func() *T { u = t; return u }; return u",
        "t.q = &u; return u", "t.m = map[int]*T{1: u, 2: t}; return t", "t.i = u; return u", "t.i = W{u}; return t", "t.x = func() *T { return u }; return u",
        "c := *t; c.p = u; t.p = &c; c.s = nil; return t", "t.e = u; return t.e", "t.k = map[*T]int{u: 1}; return t",
        "defer func() { t.p = u }(); return u", "for i := range 2 { w := T{v: i, p: u}; t.a[i] = &w }; return t.a[0]", "return u", "return t",
        "if t.c == nil { t.c = make(chan *T, 1) }; select { case t.c <- u: default: }; return t"]
COPIES = ["return &t", "w := t; return &w", "t.p = &T{v: t.v}; return t.p", "return id(&t)", "s := []T{t}; s[0].s = nil; return &s[0]"]
NEXTS = ["if t.p == nil { return &t }; return t.p", "if u, ok := t.x.(*T); ok { return u }; return &T{}", "for _, u := range t.a { if u != nil { return u } }; return new(T)"]

SHOW = """//go:noinline
func show(t *T, d int) int {
	if t == nil {
		return 1
	}
	h := t.v
	if d == 0 {
		return h
	}
	d--
	h = h*3 + show(t.p, d)*5 + show(t.e, d)*7 + show(t.a[0], d)*11 + show(t.a[1], d)*13
	for _, u := range t.s {
		h = h*3 + show(u, d)
	}
	switch u := t.x.(type) {
	case *T:
		h += show(u, d) * 17
	case T:
		h += show(&u, d) * 19
	case []*T:
		h += len(u)
	case **T:
		h += show(*u, d) * 23
	}
	if t.q != nil {
		h += show(*t.q, d) * 29
	}
	for i, u := range t.m {
		h += show(u, d) * i
	}
	for u, i := range t.k {
		h += show(u, d) * i
	}
	if t.i != nil {
		h += t.i.Val()
	}
	return h
}
"""


def helpers(seed):
    r = random.Random(f"{seed} helpers")
    lines = []
    for head, bodies in HELPERS.items():
        lines += (["//go:noinline"] if r.random() < 0.4 else []) + [f"func {head} {r.choice(bodies)}"]
    return "\n".join(lines) + "\n"


def renamed(text, n):
    """The names of a family: each of T, I, E, W, Y and show gets its number."""
    import re
    return re.sub(r"\b([TIEWY]|show)\b(?!')", rf"\g<1>{n}", text)


def family(seed, n):
    r = random.Random(f"{seed} family {n}")
    fields = FIELDS + r.choice([[], ["pad [3]byte"], ["pad [12]int"], ["pad [200]int"]]) * (r.random() < 0.5)
    r.shuffle(fields)
    def noinline():
        return "//go:noinline\n" if r.random() < 0.4 else ""
    text = ["type T struct {", *("\t" + f for f in fields), "}", "type E struct { n int8; e *T }", "type W struct { w *T }", "type Y func() *T",
            "type I interface { Me() *T; Val() int; Put(*T) *T }",
            noinline() + "func (t *T) Me() *T { return t }", noinline() + "func (t *T) Val() int { return t.v }",
            noinline() + f"func (t *T) Put(u *T) *T {{ {r.choice(PUTS)} }}", noinline() + f"func (t *T) Tie(u *T) *T {{ {r.choice(PUTS)} }}",
            noinline() + f"func (t T) Copy() *T {{ t.s = nil; {r.choice(COPIES)} }}", noinline() + f"func (t T) Next() *T {{ t.s = nil; {r.choice(NEXTS)} }}",
            noinline() + "func (t T) With(u *T) T { t.s = nil; t.p = u; return t }", noinline() + "func (e *E) Out(u *T) *T { e.e = u; return e.e }",
            noinline() + "func (w W) Me() *T { return w.w }", noinline() + "func (w W) Val() int { return w.w.v }",
            noinline() + f"func (w W) Put(u *T) *T {{ {r.choice(['w.w = u; return w.w', 'w.w.p = u; return w.w', 'w.w.p = u; return u', 'return w.w.Put(u)'])} }}",
            noinline() + "func (y Y) Me() *T { if take() { return y() }; return &T{} }", noinline() + "func (y Y) Val() int { return 3 }",
            noinline() + f"func (y Y) Put(u *T) *T {{ {r.choice(['return u', 'if take() { u.p = y() }; return u', 'u.f = y; return u'])} }}", SHOW]
    return renamed("\n".join(text), n)


TYPES = {"P": "*T", "T": "T", "S": "[]*T", "F": "[]*T", "X": "any", "N": "func() *T", "U": "func(*T) *T", "I": "I", "PP": "**T", "M": "map[int]*T",
         "C": "chan *T", "B": "*Box[*T]", "A": "[2]*T", "AT": "[2]T"}
PARAMETERS = ["P"] * 8 + ["S", "F", "X", "X", "N", "U", "I", "PP", "PP", "M", "C", "B", "T", "A"]
RESULTS = ["P", "X", "S", "N", "U", "I", "T", "PP", "B"]
STORES = {"p": "P", "e": "P", "a[0]": "P", "a[1]": "P", "x": "X", "f": "N", "m": "M", "q": "PP", "c": "C", "i": "I"}


class Program:
    """The functions of one program. Variables are kept by kind (TYPES) in a list of scopes."""

    def __init__(self, seed, n):
        self.n = n
        self.random = random.Random(f"{seed} program {n}")
        self.names = self.labels = self.shown = 0
        self.functions = [self.signature(i) for i in range(self.random.randint(2, 5))]
        self.text = []
        for i in reversed(range(len(self.functions))):
            self.function(i)
        self.run()
        self.text = renamed("\n".join(self.text) + "\n", n // FAMILY)

    # ---- variables ---------------------------------------------------------------------

    def name(self, kind):
        self.names += 1
        return f"{kind.lower()}{self.names}"

    def have(self, kind):
        return [name for scope in self.scopes for k, name in scope if k == kind]

    def add(self, kind, name=None):
        name = name or self.name(kind)
        self.scopes[-1].append((kind, name))
        return name

    def any(self, kind):
        names = self.have(kind)
        return self.random.choice(names[-4:] if self.random.random() < 0.6 else names) if names else None

    def new(self, kind, value):
        """Lines that declare a variable; its name is known after them."""
        name = self.name(kind)
        lines = [f"{name} := {value}", f"_ = {name}"]
        if kind == "T":
            lines.append(self.clip(name + ".s"))
        if kind == "S":
            lines.append(self.clip(name))
        self.scopes[-1].append((kind, name))
        return lines

    @staticmethod
    def clip(s):
        return f"{s} = {s}[:len({s}):len({s})]"

    # ---- expressions without effects -----------------------------------------------------

    def expression(self, kind, depth=2):
        r = self.random
        if depth > 0 and r.random() < 0.45 or not (name := self.any(kind)):
            return getattr(self, "make_" + kind)(depth - 1)
        return name

    def P(self, depth=1):
        return self.expression("P", depth)

    def make_P(self, depth):
        r = self.random
        ways = [f"&T{{v: {r.randint(2, 99)}}}"]
        if depth >= 0:
            ways += [f"&{self.literal(depth)}"]
        ways += [f"&{x}" for x in self.have("T")[-3:]] * 3 + [f"*{x}" for x in self.have("PP")[-2:]] + [f"{x}.b" for x in self.have("B")[-2:]]
        ways += [f"{x}[{r.randrange(2)}]" for x in self.have("F")[-2:] + self.have("A")[-2:]] + [f"&{x}[{r.randrange(2)}]" for x in self.have("AT")[-2:]] * 2
        return r.choice(ways)

    def literal(self, depth):
        r = self.random
        fields = [f"v: {r.randint(2, 99)}"]
        for f, kind in r.sample([("p", "P"), ("x", "X"), ("f", "N"), ("q", "PP"), ("i", "I"), ("m", "M")], r.randint(0, 2)):
            fields.append(f"{f}: {self.expression(kind, depth)}")
        if r.random() < 0.2:
            fields.append(f"a: [2]*T{{1: {self.P(depth)}}}")
        if r.random() < 0.15:
            fields.append(f"E: E{{e: {self.P(depth)}}}")
        if r.random() < 0.15:
            fields.append(f"s: []*T{{{self.P(depth)}}}")
        return f"T{{{', '.join(fields)}}}"

    def make_T(self, depth):
        p = self.any("P")
        return f"*{p}" if p and self.random.random() < 0.3 else self.literal(depth)

    def make_S(self, depth):
        return f"[]*T{{{', '.join(self.P(depth) for _ in range(self.random.randint(1, 3)))}}}"

    def make_F(self, depth):
        a = self.any("A")
        return f"[]*T{{{self.P(depth)}, {self.P(depth)}}}" if not a or self.random.random() < 0.6 else a + "[:]"

    def make_A(self, depth):
        return f"[2]*T{{{self.P(depth)}, {self.P(depth)}}}"

    def make_AT(self, depth):
        return f"[2]T{{{self.literal(depth)}, {{v: 7}}}}"

    def make_X(self, depth):
        kind = self.random.choice(["P", "P", "P", "T", "S", "N", "PP", "I"])
        return f"any({self.expression(kind, depth)})"

    def make_I(self, depth):
        return self.random.choice([lambda: f"I({self.P(depth)})", lambda: f"I(W{{{self.P(depth)}}})", lambda: f"I(Y({self.expression('N', depth)}))"])()

    def make_PP(self, depth):
        ways = [f"&{x}" for x in self.have("P")[-3:] * 2] + [f"&{x}[1]" for x in self.have("A")[-2:] + self.have("F")[-1:]]
        ways += [f"&{x}.b" for x in self.have("B")[-1:]]
        return self.random.choice(ways or ["ptr(&T{})"])

    def make_M(self, depth):
        return f"map[int]*T{{1: {self.P(depth)}}}"

    def make_C(self, depth):
        return "make(chan *T, 2)"

    def make_B(self, depth):
        return f"&Box[*T]{{b: {self.P(depth)}}}"

    def make_N(self, depth):
        p, t = self.any("P"), self.any("T")
        ways = [f"func() *T {{ return {self.P(depth)} }}"]
        if p:
            ways += [f"func() *T {{ {p} = {self.P(depth)}; return {p} }}", f"{p}.Me", f"{p}.Copy"]
        if t:
            ways += [f"{t}.Me", f"{t}.Next", f"func() *T {{ {t}.v++; return &{t} }}", f"func() *T {{ w := {t}; w.s = nil; return &w }}"]
        return self.random.choice(ways)

    def make_U(self, depth):
        p, t = self.any("P"), self.any("T")
        ways = [f"func(u *T) *T {{ u.p = {self.P(depth)}; return u }}", "func(u *T) *T { return u }"]
        if p:
            ways += [f"func(u *T) *T {{ {p} = u; return {self.P(depth)} }}", f"{p}.Put", f"{p}.Tie", f"func(u *T) *T {{ {p}, u = u, {p}; return u }}"]
        if t:
            ways += [f"{t}.Put", f"{t}.Tie", f"func(u *T) *T {{ {t}.p = u; return &{t} }}", f"{t}.Out"]
        return self.random.choice(ways)

    # ---- statements: lists of lines ------------------------------------------------------

    def base(self):
        """Something with the fields of T."""
        return self.any("T") if self.random.random() < 0.5 and self.have("T") else self.any("P") or self.any("T")

    def nonnil(self, value):
        instead = self.random.choice([f"&T{{v: {self.random.randint(2, 99)}}}", self.P()])
        lines = self.new("P", value)
        p = self.scopes[-1][-1][1]
        return lines + [f"if {p} == nil {{ {p} = {instead} }}"]

    def called(self, call):
        """The result of a call that takes."""
        lines = self.new("P", self.P())
        return lines + [f"if take() {{ {self.scopes[-1][-1][1]} = {call} }}"]

    def s_new(self):
        kind = self.random.choice(["P", "P", "T", "T", "T", "S", "F", "A", "AT", "X", "N", "U", "I", "PP", "M", "C", "B"])
        return self.new(kind, self.expression(kind, 2) if kind != "T" or self.random.random() < 0.3 else self.literal(1))

    def s_store(self):
        b, r = self.base(), self.random
        f = r.choice(list(STORES))
        if r.random() < 0.15:
            return [f"if {b}.m == nil {{ {b}.m = map[int]*T{{}} }}", f"{b}.m[{r.randint(1, 2)}] = {self.P()}"]
        if r.random() < 0.08:
            return [f"if {b}.k == nil {{ {b}.k = map[*T]int{{}} }}", f"{b}.k[{self.P()}]{r.choice(['++', ' = 2', ' += 3'])}"]
        return [f"{b}.{f} = {self.expression(STORES[f], 1)}"]

    def s_variable(self):
        kind = self.random.choice(["P", "P", "P", "X", "N", "I", "PP", "U"])
        name = self.any(kind)
        return [f"{name} = {self.expression(kind, 1)}"] if name else []

    def s_through(self):
        """Through pointers to pointers, elements, boxes, maps."""
        ways = [f"*{x}" for x in self.have("PP")[-3:] * 2] + [f"{x}[{self.random.randrange(2)}]" for x in self.have("F")[-2:] + self.have("A")[-2:]]
        ways += [f"{x}.b" for x in self.have("B")[-2:]] + [f"{x}[1]" for x in self.have("M")[-2:]] + [f"{x}[1].p" for x in self.have("AT")[-2:]]
        return [f"{self.random.choice(ways)} = {self.P()}"] if ways else self.s_store()

    def s_append(self):
        b, s, r = self.base(), self.any("S"), self.random
        where = s if s and r.random() < 0.5 else f"{b}.s"
        more = r.choice([lambda: f"append({where}, {self.P()})", lambda: f"append({where}, {self.P()}, {self.P()})", lambda: f"grow({where}, {self.P()})",
                         lambda: f"append({where}, []*T{{{self.P()}, {self.P()}}}...)"])()
        return [f"{where} = {more}"]

    def s_read(self):
        b = self.base()
        way = self.random.randrange(10)
        if way < 4:
            return self.nonnil(f"{b}.{self.random.choice(['p', 'e', 'a[0]', 'a[1]', 'm[1]'])}")
        if way == 4:
            return [*self.new("P", self.P()), f"if len({b}.s) > 0 {{ {self.scopes[-1][-1][1]} = {b}.s[len({b}.s)-1] }}"]
        if way == 5:
            lines = self.new("P", self.P())
            return lines + [f"if u, ok := {b}.x.(*T); ok {{ {self.scopes[-1][-1][1]} = u }}"]
        if way == 6:
            return [*self.new("P", self.P()), f"if {b}.q != nil {{ {self.scopes[-1][-1][1]} = *{b}.q }}"]
        if way == 7:
            return [*self.new("P", self.P()), f"if {b}.i != nil && take() {{ {self.scopes[-1][-1][1]} = {b}.i.{self.random.choice(['Me()', f'Put({self.P()})'])} }}"]
        if way == 8:
            return [*self.new("P", self.P()), f"if {b}.f != nil && take() {{ {self.scopes[-1][-1][1]} = {b}.f() }}"]
        return [*self.new("P", self.P()), f"select {{ case {self.scopes[-1][-1][1]} = <-{b}.c: default: }}"]

    def s_switch(self):
        x, p = self.any("X"), self.any("P")
        if not x:
            return self.new("X", self.expression("X"))
        keep = [f"{p} = u"] if p else [f"u.p = {self.P()}"]
        q = p or "_"
        return [f"switch u := {x}.(type) {{", "case *T:", *keep, "case T:", "u.s = nil", f"{q} = &u", "case []*T:", f"if len(u) > 0 {{ {q} = u[0] }}",
                "case func() *T:", f"if take() {{ {q} = u() }}", "case **T:", f"{q} = *u", "case I:", f"if take() {{ {q} = u.Put({self.P()}) }}", "}"]

    def s_method(self):
        b = self.base()
        return self.called(f"{b}.{self.random.choice(['Me()', 'Copy()', 'Next()', f'Put({self.P()})', f'Tie({self.P()})', f'Put({self.P()})', f'Out({self.P()})'])}")

    def s_with(self):
        return self.new("T", f"{self.base()}.With({self.P()})")

    def s_function_value(self):
        n, u, i = self.any("N"), self.any("U"), self.any("I")
        ways = ([f"{n}()"] if n else []) + ([f"{u}({self.P()})"] if u else []) + ([f"{i}.Put({self.P()})", f"{i}.Me()"] if i else [])
        return self.called(self.random.choice(ways)) if ways else self.new("U", self.expression("U"))

    def s_generic(self):
        r, b = self.random, self.any("B")
        f, s = self.any("F"), self.any("S")
        way = r.randrange(12)
        if way < 6:
            return self.new("P", r.choice([f"id({self.P()})", f"last({self.P()}, {self.P()})", f"pick({self.P()}, {self.P()}, two > {r.randint(1, 2)})", f"*ptr({self.P()})",
                                           f"named({self.P()})", f"sent({self.P()})"]))
        if way == 6:
            return self.new("X", f"id({self.expression('X', 1)})")
        if way == 7:
            return self.new("PP", f"ptr({self.P()})")
        if way == 8:
            return [*self.new("P", self.P()), f"for u := range one({self.P()}) {{ {self.scopes[-1][-1][1]} = u }}"]
        if way == 9 and (f or s):
            return [*self.new("P", self.P()), f"for _, u := range each({f or s}) {{ {self.scopes[-1][-1][1]} = u{r.choice(['; break', ''])} }}"]
        if b:
            return self.called(r.choice([f"{b}.Get()", f"{b}.Push({self.P()}).b"])) if r.random() < 0.7 else [f"{b}.Set({self.P()})"]
        return self.new("B", self.expression("B"))

    def block(self, depth, least=1, most=3):
        """Statements in a scope of their own."""
        self.scopes.append([])
        lines = [line for _ in range(self.random.randint(least, most)) for line in self.statement(depth - 1)]
        self.scopes.pop()
        return lines

    def s_loop(self, depth):
        r = self.random
        self.names += 1
        i = f"i{self.names}"
        way = r.randrange(5)
        self.scopes.append([])
        if way == 0:
            x = self.name("T")
            head = f"for {i}, {x} := 0, ({self.literal(1)}); {i} < 3; {i}++ {{"
            self.scopes[-1].append(("T", x))
            first = [self.clip(f"{x}.s")]
        elif way == 1:
            p = self.name("P")
            head = f"for {i}, {p} := 0, ({self.P()}); {i} < 3; {i}++ {{"
            self.scopes[-1].append(("P", p))
            first = [f"_ = {p}"]
        elif way == 2:
            p = self.name("P")
            head, first = f"for {i}, {p} := range ([]*T{{{self.P()}, {self.P()}}}) {{", [f"{p}.v += {i}"]
            self.scopes[-1].append(("P", p))
        elif way == 3:
            t = self.name("T")
            head, first = f"for {i}, {t} := range ([2]T{{{self.literal(0)}, {self.literal(0)}}}) {{", [self.clip(f"{t}.s"), f"{t}.v += {i}"]
            self.scopes[-1].append(("T", t))
        else:
            head, first = f"for {i} := range 3 {{", [f"_ = {i}"]
        lines = self.new("T", f"T{{v: {i}}}") if r.random() < 0.6 else []
        lines += self.block(depth, 1, 3)
        lines += self.s_outward() if r.random() < 0.6 else [f"if {i} == {r.randrange(2)} {{", *self.s_outward(), "}"]
        chain = self.chain(self.scopes[-1])
        self.scopes.pop()
        lines += chain
        return [head, *first, *lines, "}", *(self.s_see(chain[1].split()[0]) if chain else [])]

    def chain(self, inner):
        """A list grows by a variable of this round."""
        mine, outer = [x for k, x in inner if k == "T"], [x for scope in self.scopes[:-1] for k, x in scope if k == "P"]
        if not mine or not outer or self.random.random() < 0.5:
            return []
        p = self.random.choice(outer[-3:])
        return [f"{mine[-1]}.p = {p}", f"{p} = &{mine[-1]}"]

    def s_outward(self):
        """Something inner to something outer."""
        return self.random.choice([self.s_store, self.s_variable, self.s_append, self.s_through])()

    def s_goto(self, depth):
        self.labels += 1
        n, again = f"round{self.labels}", f"again{self.labels}"
        return [f"{n} := 0", f"{again}:", "{", *self.block(depth, 1, 2), *self.s_outward(), "}", f"{n}++", f"if {n} < 3 {{ goto {again} }}"]

    KEPT = [        # what is new each time is kept by what nothing else sees: it may all be in the frame if that is done right
        ["for i := range 3 {", "x := T{v: i + 2, p: L}", "L = &x", "}"],
        ["for i, x := 0, (T{v: 2}); i < 3; i++ {", "x.v += i", "x.p = L", "L = &x", "}"],
        ["n := 0", "AGAIN:", "x := T{v: n + 5, p: L}", "L = &x", "n++", "if n < 3 { goto AGAIN }"],
        ["var a [3]*T", "for i := range 3 {", "x := T{v: i * 3}", "a[i] = &x", "}", "L.p, a[1].p, L.e = a[0], a[2], a[1]"],
        ["add := func(v int) { x := T{v: v, p: L}; L = &x }", "add(3)", "add(4)"],
        ["q := &L", "for i := range 3 {", "x := T{v: i + 9, p: *q}", "*q = &x", "}"],
        ["f := func() int { return 1 }", "for i := range 3 {", "g := f", "f = func() int { return g()*3 + i }", "}", "L.v = f()"],
        ["var s []*T", "for i := range 3 {", "x := T{v: i + 4}", "s = append(s, &x)", "}", "L.p, L.e = s[0], s[1]"],
        ["for i := range one(7) {", "x := T{v: i, p: L}", "L = &x", "}"],
    ]

    def s_kept(self):
        self.labels += 1
        p = f"kept{self.labels}"
        lines = [line.replace("AGAIN", f"next{self.labels}").replace("L", p) for line in self.random.choice(self.KEPT)]
        return ["{", f"{p} := &T{{v: {self.random.randint(2, 99)}}}", "{", *lines, "}", *self.s_see(p), "}"]

    def s_defer(self, depth):
        r, p = self.random, self.any("P")
        way = r.randrange(5)
        if way == 0 and p:
            return [f"defer func(u *T) {{ {p} = u }}({self.P()})"]
        if way == 1:
            return [f"defer {self.base()}.{r.choice(['Put', 'Tie'])}({self.P()})"]
        if way == 2 and p:
            return ["func() {", "defer func() {", f"if u, ok := recover().(*T); ok {{ {p} = u }}", "}()", *self.block(depth, 1, 2), f"panic({self.P()})", "}()"]
        return ["defer func() {", *self.block(depth, 1, 2), *self.s_outward(), "}()"]

    def s_go(self, depth):
        self.names += 1
        done = f"done{self.names}"
        over = f"defer func() {{ {done} <- true }}()"       # after what else is deferred there
        if self.random.random() < 0.5:
            return [f"{done} := make(chan bool)", "go func() {", over, *self.block(depth, 1, 2), *self.s_outward(), "}()", f"<-{done}"]
        u = f"u{self.names}"
        argument = self.P()
        self.scopes.append([("P", u)])
        body = [*self.block(depth, 1, 2), *self.s_outward()]
        self.scopes.pop()
        return [f"{done} := make(chan bool)", f"go func({u} *T) {{", over, *body, f"}}({argument})", f"<-{done}"]

    def s_closure(self, depth):
        r = self.random
        if r.random() < 0.4:
            return ["func() {", *self.block(depth), *self.s_outward(), "}()"]
        name = self.name("N")
        self.scopes.append([])
        body = [line for _ in range(r.randint(1, 2)) for line in self.statement(depth - 1)] + [f"return {self.P()}"]
        self.scopes.pop()
        self.scopes[-1].append(("N", name))
        return [f"{name} := func() *T {{", *body, "}", f"_ = {name}"]

    def s_branch(self, depth):
        return [f"if {self.base()}.v&1 == {self.random.randrange(2)} {{", *self.block(depth), *self.s_outward(), "} else {", *self.s_outward(), "}"]

    def s_struct(self):
        t, p = self.any("T"), self.any("P")
        if t and p and self.random.random() < 0.6:
            return self.random.choice([[f"{t} = *{p}", self.clip(f"{t}.s")], [f"*{p} = {t}", self.clip(f"{p}.s")]])
        return [f"{t} = {self.literal(1)}"] if t else self.new("T", self.literal(1))

    def s_swap(self):
        p, q, b = self.any("P"), self.any("P"), self.base()
        if not p:
            return []
        return [self.random.choice([f"{p}, {q} = {q}, {p}" if p != q else f"{b}.p = {p}", f"{p}, {b}.p = {self.P()}, {p}", f"{b}.a[0], {b}.a[1] = {p}, {self.P()}"])]

    def s_channel(self):
        c = self.any("C")
        if not c:
            return self.new("C", "make(chan *T, 2)")
        p = self.any("P") or "_"
        return [self.random.choice([f"select {{ case {c} <- {self.P()}: default: }}", f"select {{ case u := <-{c}: {p} = u; default: }}"])]

    def s_range_map(self):
        p = self.any("P")
        return [f"for k, u := range (map[*T]*T{{{self.P()}: {self.P()}}}) {{", f"{p} = {self.random.choice(['k', 'u'])}", "_, _ = k, u", "}"] if p else []

    def s_slice(self):
        f, g = self.any("F"), self.any("F")
        if f and g and self.random.random() < 0.5:
            return [f"copy({f}, {g})"]
        return self.new("F", "make([]*T, two)" if self.random.random() < 0.5 else "make([]*T, 2)") + \
            [f"{self.scopes[-1][-1][1]}[0], {self.scopes[-1][-1][1]}[1] = {self.P(0) if self.have('P') else '&T{}'}, {self.P(0) if self.have('P') else '&T{}'}"]

    def s_global(self):
        return [f"global{self.n} = {self.P()}"] if self.random.random() < 0.5 else self.nonnil(f"global{self.n}")

    def s_see(self, p=None):
        self.shown += 1
        if p:
            return [f"println({self.n}, {self.shown}, show({p}, 3))"]
        q = f", {self.any('P')} == {self.P(0)}" if self.have("P") and self.random.random() < 0.3 else ""
        return [f"println({self.n}, {self.shown}, show({self.P(0) if self.have('P') else self.P()}, 2){q})"]

    def s_disturb(self):
        return [self.random.choice(["clobber(3)", "collect()", "runtime.Gosched()", "clobber(9)"])]

    def s_call(self):
        if self.index + 1 >= len(self.functions):
            return self.s_method()
        i = self.random.randrange(self.index + 1, len(self.functions))
        return self.call(i, None)

    def call(self, i, n):
        """Calls function i with arguments by kind; recursive ones get a number first."""
        kinds, results, recursive, variadic, _ = self.functions[i]
        arguments = [str(n if n is not None else self.random.randint(1, 3))] if recursive else []
        arguments = ([n] if n else arguments) + [self.expression(k, 1) for k in kinds]
        if variadic:
            s = self.any("S")
            arguments += [s + "..."] if s and self.random.random() < 0.3 else [self.P() for _ in range(self.random.randint(0, 3))]
        lines, names = [], []
        for kind in results:
            names.append(self.name(kind))
        lines.append(f"{', '.join(names)} := f{self.n}_{i}({', '.join(arguments)})")
        lines.append(f"{', '.join('_' for _ in names)} = {', '.join(names)}")
        for kind, name in zip(results, names):
            lines += [self.clip(name + (".s" if kind == "T" else ""))] if kind in "TS" else []
            self.scopes[-1].append((kind, name))
        return lines

    SIMPLE = [("new", 10), ("store", 14), ("variable", 5), ("through", 6), ("append", 5), ("read", 9), ("switch", 2), ("method", 6), ("with", 1), ("function_value", 6),
              ("generic", 6), ("struct", 2), ("swap", 2), ("channel", 2), ("range_map", 1), ("slice", 2), ("global", 1), ("see", 3), ("disturb", 2), ("call", 5), ("kept", 3)]
    NESTED = [("loop", 5), ("goto", 1), ("defer", 3), ("go", 2), ("closure", 5), ("branch", 2)]

    def statement(self, depth):
        choices = self.simple + (self.NESTED if depth > 0 else [])
        kind = self.random.choices([k for k, _ in choices], [w for _, w in choices])[0]
        nested = any(kind == k for k, _ in self.NESTED)
        return getattr(self, "s_" + kind)(*([depth] if nested else []))

    # ---- functions -----------------------------------------------------------------------

    def mood(self):
        """A function makes some kinds of statements only, and may keep to itself what it has: where all kinds meet, nearly
        everything is in the heap, and no mistake about frames could show."""
        r = self.random
        self.simple = [(k, w) for k, w in self.SIMPLE if k in ("new", "see", "kept") or r.random() < 0.4]
        self.keeps = r.random() < 0.5

    def signature(self, i):
        """(kinds of parameters, of results, calls itself, variadic, may be inlined)"""
        r = self.random
        results = ["P"] + ([r.choice(RESULTS)] if r.random() < 0.35 else [])
        return [r.choice(PARAMETERS) for _ in range(r.randint(1, 4))], results, r.random() < 0.2, r.random() < 0.15, r.random() < 0.6

    def function(self, i):
        kinds, results, recursive, variadic, inlined = self.functions[i]
        r = self.random
        self.index, self.scopes = i, [[]]
        self.mood()
        names = [self.add(k) for k in kinds]
        parameters = (["n int"] if recursive else []) + [f"{n} {TYPES[k]}" for n, k in zip(names, kinds)]
        if variadic:
            xs = self.name("S")
            parameters.append(f"{xs} ...*T")
        named = r.random() < 0.4
        heads, first = [], []
        for k in results:
            if named:
                name = self.name(k)
                heads.append(f"{name} {TYPES[k]}")
                first.append(f"{name} = {self.expression(k, 1)}")
                if k in "TS":
                    first.append(self.clip(name + (".s" if k == "T" else "")))
                self.scopes[-1].append((k, name))
            else:
                heads.append(TYPES[k])
        clips = [self.clip(n + (".s" if k == "T" else "")) for n, k in zip(names, kinds) if k in "TS"]
        if variadic:
            clips += self.new("S", xs)
        if not self.base():
            first += self.new("T", self.literal(1))
        clips += first
        small = r.random() < 0.35
        body = [line for _ in range(r.randint(1, 3) if small else r.randint(3, 8)) for line in self.statement(0 if small else 2)]
        if recursive:
            self.scopes.append([])
            inner = [*self.call(i, "n-1"), *self.s_outward(), *([] if r.random() < 0.5 else [f"return {self.results(results)}"])]
            self.scopes.pop()
            body += ["if n > 0 && take() {", *inner, "}"]
        if not named and r.random() < 0.2:
            body += [f"if {self.base() or '(&T{})'}.v&1 == 0 {{ return {self.results(results)} }}"]
        body.append("return" if named and r.random() < 0.5 else f"return {self.results(results)}")
        self.text += ([] if inlined else ["//go:noinline"]) + [f"func f{self.n}_{i}({', '.join(parameters)}) ({', '.join(heads)}) {{", *("\t" + s for s in clips + body), "}"]

    def results(self, kinds):
        if self.keeps and kinds == ["P"]:
            return f"&T{{v: {self.any('P')}.v}}" if self.have("P") else "&T{}"
        return ", ".join(self.expression(k, 1) for k in kinds)

    def run(self):
        self.index, self.scopes = -1, [[]]
        self.mood()
        body = [*self.new("T", self.literal(1)), *self.new("P", self.P())]
        body += [line for _ in range(self.random.randint(0, 3)) for line in self.statement(1)]
        for _ in range(self.random.randint(1, 2)):
            body += [*self.call(0, None), "clobber(9)", *self.s_disturb(), *self.s_see()]
        for p in self.have("P")[-4:]:
            body += [f"println({self.n}, show({p}, 2))"]
        body += ["collect()"] + [f"println({self.n}, show({p}, 3))" for p in self.have("P")[-2:]]
        self.text += [f"var global{self.n} *T", f"func run{self.n}() {{", *("\t" + s for s in body), "}"]


def package(seed, numbers):
    """The text of main.go with these programs."""
    families = sorted({n // FAMILY for n in numbers})
    parts = [PRELUDE, helpers(seed), *(family(seed, f) for f in families), *(Program(seed, n).text for n in numbers),
             "func main() {", *(f"\ttry({n}, run{n})" for n in numbers), "}"]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    import sys
    print(package(int(sys.argv[1]), range(int(sys.argv[2]), int(sys.argv[3]))))
