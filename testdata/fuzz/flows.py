"""Pointers on their way: a chain of carriers takes a value in and gives it out again.

A flow takes the address of a variable, wraps it in one to four carriers (a struct, a key of a map, an interface, a
closure, a channel, a deferred call, a named result, a generic box ...), disturbs the stack, unwraps, and compares:

  alias     the variable's frame still runs: writes through the pointer and to the variable must see each other;
  outlive   the frame is gone: what the pointer shows must be what was there, whatever has run over its place.

This is what escape analysis has to get right for every carrier, in both directions, and over calls whose summaries
say where a parameter goes. Each step stands in place or in a function of its own. A carrier is a class with
type (what it makes of a type), wrap (an expression, after lines that it may write) and unwrap (an expression).
"""

OPERATIONS = ["++", "--", " += 1", " = 7", " |= 2", " -= 3"]


class Carrier:
    """value: the Go type that is carried; n: a number for names. declarations go to the package."""

    keys = False        # the value becomes (part of) a key of a map

    def __init__(self, value, n, random):
        self.value, self.n, self.random = value, n, random
        self.declarations = []
        self.type = self.make()

    def named(self, underlying, methods=()):
        name = f"C{self.n}"
        self.declarations += [f"type {name} {underlying}", *methods]
        return name

    def line_pair(self, first, value):
        """(lines, expression): a variable is made, changed, and is the result."""
        return [f"y{self.n} := {first}", value], f"y{self.n}"


class Struct(Carrier):
    def make(self):
        return self.named(f"struct {{ a int; v {self.value} }}")

    def wrap(self, x):
        return [], self.random.choice([f"{self.type}{{1, {x}}}", f"{self.type}{{v: {x}}}"])

    def unwrap(self, y):
        return f"{y}.v"


class StructPointer(Carrier):
    def make(self):
        return "*" + self.named(f"struct {{ a [3]int8; v {self.value} }}")

    def wrap(self, x):
        if self.random.random() < 0.5:
            return [], f"&{self.type[1:]}{{v: {x}}}"
        return self.line_pair(f"new({self.type[1:]})", f"y{self.n}.v = {x}")

    def unwrap(self, y):
        return f"{y}.v"


class Array(Carrier):
    def make(self):
        return f"[2]{self.value}"

    def wrap(self, x):
        if self.random.random() < 0.5:
            return [], f"{self.type}{{1: {x}}}"
        return [f"var y{self.n} {self.type}", f"y{self.n}[1] = {x}"], f"y{self.n}"

    def unwrap(self, y):
        return f"{y}[1]"


class Large(Carrier):
    def make(self):
        return self.named(f"struct {{ pad [150]int; v {self.value} }}")

    def wrap(self, x):
        return [f"var y{self.n} {self.type}", f"y{self.n}.v = {x}"], f"y{self.n}"

    def unwrap(self, y):
        return f"{y}.v"


class Slice(Carrier):
    def make(self):
        return f"[]{self.value}"

    def wrap(self, x):
        return self.random.choice([
            lambda: ([], f"{self.type}{{{x}}}"),
            lambda: ([], f"append({self.type}(nil), {x})"),
            lambda: self.line_pair(f"make({self.type}, 1)", f"y{self.n}[0] = {x}"),
            lambda: self.line_pair(f"make({self.type}, 1)", f"copy(y{self.n}, []{self.value}{{{x}}})"),
            lambda: ([], f"append({self.type}{{}}, []{self.value}{{{x}}}...)"),
        ])()

    def unwrap(self, y):
        return f"{y}[0]"


class MapValue(Carrier):
    def make(self):
        return f"map[string]{self.value}"

    def wrap(self, x):
        return self.random.choice([lambda: ([], f'{self.type}{{"k": {x}}}'),
                                   lambda: self.line_pair(f"{self.type}{{}}", f'y{self.n}["k"] = {x}')])()

    def unwrap(self, y):
        return self.random.choice([f'{y}["k"]', f"valueOf({y})"])


class MapKey(Carrier):
    keys = True

    def make(self):
        return f"map[{self.value}]int"

    def key(self, x):
        return x

    def wrap(self, x):
        return self.line_pair(f"{self.type}{{}}", f"y{self.n}[{self.key(x)}]{self.random.choice(OPERATIONS)}")

    def unwrap(self, y):
        return f"keyOf({y})"


class MapKeyStruct(MapKey):
    def make(self):
        self.inner = self.named(f"struct {{ v {self.value}; b int8 }}")
        return f"map[{self.inner}]int"

    def key(self, x):
        return f"{self.inner}{{v: {x}}}"

    def unwrap(self, y):
        return f"keyOf({y}).v"


class MapKeyArray(MapKey):
    def make(self):
        return f"map[[1]{self.value}]uint8"

    def key(self, x):
        return f"[1]{self.value}{{{x}}}"

    def unwrap(self, y):
        return f"keyOf({y})[0]"


class MapKeyAny(MapKey):
    def make(self):
        return "map[any]int64"

    def unwrap(self, y):
        return f"keyOf({y}).({self.value})"


class Any(Carrier):
    def make(self):
        return "any"

    def wrap(self, x):
        return [], f"any({x})"

    def unwrap(self, y):
        return f"{y}.({self.value})"


class Interface(Carrier):
    """A value with a method, in an interface; by value or by pointer."""

    def make(self):
        self.star = self.random.choice(["", "*"])
        self.held = self.named(f"struct {{ v {self.value} }}", [f"func (c {self.star}C{self.n}) Get() {self.value} {{ return c.v }}"])
        return f"interface {{ Get() {self.value} }}"

    def wrap(self, x):
        return [f"var y{self.n} {self.type} = {'&' if self.star else ''}{self.held}{{{x}}}"], f"y{self.n}"

    def unwrap(self, y):
        return f"{y}.Get()"


class Embedded(Carrier):
    """A promoted method and field, through a struct or a pointer to it."""

    def make(self):
        self.star = self.random.choice(["", "*"])
        self.inner = f"D{self.n}"
        self.declarations += [f"type {self.inner} struct {{ v {self.value} }}", f"func (d {self.random.choice(['', '*'])}{self.inner}) Get() {self.value} {{ return d.v }}"]
        return "*" + self.named(f"struct {{ n int; {self.star}{self.inner} }}")

    def wrap(self, x):
        return [], f"&{self.type[1:]}{{{self.inner}: {'&' if self.star else ''}{self.inner}{{{x}}}}}"

    def unwrap(self, y):
        return self.random.choice([f"{y}.v", f"{y}.Get()", f"getOf[{self.value}]({y})"])


class MethodValue(Carrier):
    def make(self):
        self.star = self.random.choice(["", "*"])
        self.held = self.named(f"struct {{ v {self.value} }}", [f"func (c {self.star}C{self.n}) Get() {self.value} {{ return c.v }}"])
        return f"func() {self.value}"

    def wrap(self, x):
        return [f"y{self.n} := {self.held}{{{x}}}"], f"y{self.n}.Get"

    def unwrap(self, y):
        return f"{y}()"


class Closure(Carrier):
    def make(self):
        return f"func() {self.value}"

    def wrap(self, x):
        if self.random.random() < 0.5:
            return [f"y{self.n} := {x}"], f"func() {self.value} {{ return y{self.n} }}"
        return [f"var y{self.n} {self.value}", f"z{self.n} := func() {self.value} {{ return y{self.n} }}", f"y{self.n} = {x}"], f"z{self.n}"

    def unwrap(self, y):
        return f"{y}()"


class Pointer(Carrier):
    def make(self):
        return f"*{self.value}"

    def wrap(self, x):
        return self.random.choice([lambda: ([f"y{self.n} := {x}"], f"&y{self.n}"), lambda: ([], f"ptr[{self.value}]({x})"),
                                   lambda: self.line_pair(f"new({self.value})", f"*y{self.n} = {x}")])()

    def unwrap(self, y):
        return f"*{y}"


class Channel(Carrier):
    def make(self):
        return f"chan {self.value}"

    def wrap(self, x):
        return self.random.choice([
            lambda: self.line_pair(f"make({self.type}, 1)", f"y{self.n} <- {x}"),
            lambda: self.line_pair(f"make({self.type}, 1)", f"select {{ case y{self.n} <- {x}: default: }}"),
            lambda: self.line_pair(f"make({self.type})", f"go func(x {self.value}) {{ y{self.n} <- x }}({x})")])()

    def unwrap(self, y):
        return f"<-{y}"


class Generic(Carrier):
    def make(self):
        return f"Box[{self.value}]"

    def wrap(self, x):
        return self.random.choice([lambda: ([], f"{self.type}{{v: {x}}}"), lambda: ([f"var y{self.n} {self.type}", f"y{self.n}.Set({x})"], f"y{self.n}")])()

    def unwrap(self, y):
        return self.random.choice([f"{y}.v", f"getOf[{self.value}](&{y})"]) if y.isidentifier() else f"{y}.v"


class Global(Carrier):
    def make(self):
        self.declarations.append(f"var global{self.n} {self.value}")
        return self.value

    def wrap(self, x):
        return [f"global{self.n} = {x}"], f"global{self.n}"

    def unwrap(self, y):
        return y


class Through(Carrier):
    """A function that hands its parameter back on some way of its own."""

    BODIES = [
        "(x V) (r V) { defer func() { r = x }(); return }",
        "(x V) (r V) { defer func(y V) { r = y }(x); return }",
        "(x V) V { var s []V; s = append(s, x); runtime.Gosched(); return s[len(s)-1] }",
        "(xs ...V) V { return xs[len(xs)-1] }",
        "(x V) (r V) { defer func() { r = recover().(struct { v V }).v }(); panic(struct { v V }{x}) }",
        "(x V) (r V) { for y := range func(yield func(V) bool) { yield(x) } { r = y }; return }",
        "(x V) V { for y := range func(yield func(V) bool) { yield(x) } { return y }; panic(1) }",
        "(x V) V { c := make(chan V); go func() { c <- x }(); return <-c }",
        "(x V) V { return func() V { return x }() }",
        "(x V) (r V) { set := func(p *V) { *p = x }; set(&r); return }",
        "(x V) V { switch y := any(x).(type) { case V: return y }; panic(1) }",
        "(x V) V { a := [3]V{x, x, x}; b := a; p := &b[2]; ping(); return *p }",
        "(x V) (r V) { func() { defer func() { recover() }(); r = x; panic(2) }(); return }",
        "(x V) V { m := map[int]*V{}; m[1] = &x; ping(); return *m[1] }",
        "(x V) V { var p **V; q := &x; p = &q; deep(9); return **p }",
        "(x V) V { return idOf(x) }",
        "(x V) (r V) { r, _ = two(1, x); return }",
        "(x V) (r V) { var walk func(n int, p *V) V; walk = func(n int, p *V) V { y := *p; if n == 0 { return y }; return walk(n-1, &y) }; return walk(7, &x) }",
        "(x V) (r V) { for i := range 3 { defer func() { if i == 1 { r = x } }() }; ping(); return }",
        "(x V) (r V) { defer func() { recover(); ping(); r = x }(); var p *[9]V; r = p[4]; return }",
        "(x V) V { type pair struct { a int; v V }; m := map[pair2]pair{{1, 2}: {3, x}}; return m[pair2{1, 2}].v }",
        "(x V) V { a, b := x, x; a, b = b, a; p, q := &a, &b; p, q = q, p; deep(5); return *p }",
        "(x V) V { c := make(chan func() V, 1); c <- func() V { ping(); return x }; return (<-c)() }",
    ]

    def make(self):
        self.function = f"through{self.n}"
        body = self.random.choice(self.BODIES).replace("V", self.value)
        if self.random.random() < 0.3:
            self.declarations.append(f"func {self.function}[V any]{self.random.choice(self.BODIES)}")
        else:
            self.declarations.append(f"func {self.function}{body}")
        if self.random.random() < 0.7:
            self.declarations.insert(0, "//go:noinline")
        return self.value

    def wrap(self, x):
        return [], f"{self.function}({x})"

    def unwrap(self, y):
        return y


CARRIERS = [Struct, StructPointer, Array, Large, Slice, MapValue, MapKey, MapKey, MapKeyStruct, MapKeyStruct, MapKeyArray, MapKeyAny, MapKeyAny, Any, Interface, Embedded,
            MethodValue, Closure, Pointer, Channel, Generic, Global, Through, Through, Through, Through]


class Flows:
    """Mixed into Generator."""

    def flow(self):
        """Writes the functions of a flow; the name of the one that runs it."""
        r = self.random
        n = self.number()
        base = self.types.random_type(1)
        chain = self.chain(f"*{base.name}" if r.random() < 0.85 else base.name)
        pointer = chain[0].value == f"*{base.name}"
        for c in chain:
            self.package += c.declarations
        self.flow_steps(chain)
        x = "&x" if pointer else "x"
        self.package.append("//go:noinline")
        self.package.append(f"func flow{n}make(x {base.name}) {chain[-1].type} {{")
        lines, value = self.wrapped(chain, x)
        self.package += ["\t" + s for s in [*lines, r.choice(["ping()", "deep(9)", "_ = x"]), f"return {value}"]] + ["}"]
        self.package.append(f"func flow{n}() {{")
        body = self.outlive(n, base, chain, pointer) + (self.alias(n, base, chain) if pointer else [])
        self.package += ["\t" + s for s in body] + ["}"]
        return f"flow{n}"

    def chain(self, value):
        carriers, comparable, key = [], True, value[0] == "*"
        for _ in range(self.random.randint(1, 4)):
            for _ in range(50):
                kind = self.random.choice(CARRIERS)
                if not kind.keys or key and comparable:
                    break
            else:
                kind = Struct
            c = kind(value, self.number(), self.random)
            comparable = comparable and kind not in (Slice, MapValue, MapKey, MapKeyStruct, MapKeyArray, MapKeyAny, MethodValue, Closure)
            if kind in (StructPointer, Pointer, Channel, Embedded):
                comparable = True
            carriers.append(c)
            value = c.type
        return carriers

    def flow_steps(self, chain):
        """Some steps become functions, so that their effect is known by summary only."""
        for c in chain:
            c.outside = self.random.random() < 0.4
            if c.outside:
                lines, value = c.wrap("x")
                self.package += ["//go:noinline"] if self.random.random() < 0.5 else []
                self.package += [f"func wrap{c.n}(x {c.value}) {c.type} {{", *("\t" + s for s in lines), f"\treturn {value}", "}"]

    def wrapped(self, chain, x):
        """(lines, expression) that put x into all carriers."""
        all_lines = []
        for c in chain:
            lines, x = ([], f"wrap{c.n}({x})") if c.outside else c.wrap(x)
            all_lines += lines
            if self.random.random() < 0.3:
                all_lines += [f"w{c.n} := {x}", self.random.choice(["ping()", "runtime.Gosched()", "clobber(3)"])]
                x = f"w{c.n}"
        return all_lines, x

    def unwrapped(self, chain, y):
        """(lines, expression)."""
        lines = []
        for c in reversed(chain):
            y = c.unwrap(y)
            if self.random.random() < 0.5 or y.startswith(("*", "<-")):
                lines.append(f"u{c.n} := {y}")
                y = f"u{c.n}"
        return lines, y

    def disturbance(self):
        return [self.random.choice(["ping()", "runtime.Gosched()", "deep(20)", "clobber(5)", "churn()", "runtime.GC()"]) for _ in range(self.random.randint(1, 3))]

    def outlive(self, n, base, chain, pointer):
        """What was made in a frame that is gone."""
        lines, y = self.unwrapped(chain, f"w{n}")
        value = f"*q{n}" if pointer else f"q{n}"
        body = [f"w{n} := flow{n}make({self.literal(base)})", "clobber(9)", *self.disturbance(), *lines, f"q{n} := {y}",
                f'out("flow{n} outlives", {self.types.show(base, value)})']
        if pointer:
            body += [f"*q{n} = {self.literal(base)}", *self.disturbance(), f'out("flow{n} outlives", {self.types.show(base, value)})']
        return ["{", *("\t" + s for s in body), "}"]

    def alias(self, n, base, chain):
        """The variable and the pointer to it are one."""
        wrap, w = self.wrapped(chain, "&x")
        unwrap, y = self.unwrapped(chain, "w")
        return ["{", *("\t" + s for s in [
            f"var x {base.name} = {self.literal(base)}", *wrap, f"w := {w}", *self.disturbance(),
            f"x = {self.literal(base)}", *self.disturbance(), *unwrap,
            f"q := {y}", f'out("flow{n} alias", {self.types.show(base, "*q")} + strconv.FormatBool(q == &x))',
            f"*q = {self.literal(base)}", *self.disturbance(), f'out("flow{n} alias", {self.types.show(base, "x")})']), "}"]
