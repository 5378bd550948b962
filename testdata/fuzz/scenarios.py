"""Statements with a plot: switches of constants, faults, recursion, bytes, channels, goroutines, select, iterators, uintptr.

Goroutines share nothing but what they are handed: their bodies see only their own variables (alone), each writes
its result to its own element or sends it over a channel of its own, and the spawner waits for all before it reads.
"""

from expressions import Variable


class Scenarios:
    """Mixed into Generator."""

    # ---- constants -------------------------------------------------------------------

    def make_constant_switch(self, depth):
        """The tag is a constant or a variable; labels collide in their low 8, 16 and 32 bits."""
        t = self.types.random_integer()
        tag = self.integer_value(t)
        near = {tag + d for d in (0, 1, -1, 1 << 8, -1 << 8, 1 << 16, 1 << 32, -1 << 32, 1 << 33)} | {self.integer_value(t) for _ in range(4)}
        labels = [v for v in near if t.low <= v <= t.high]
        self.random.shuffle(labels)
        labels = labels[:self.random.randint(1, len(labels))]
        name = self.fresh("k")
        kind = self.random.choice(["const", "const", "var"])
        self.line(f"{kind} {name} {t.name} = {self.constant_text(tag)}")
        self.line(f"switch {self.random.choice([name, f'({name})', f'{name}+0'])} {{")
        while labels:
            n = self.random.randint(1, min(3, len(labels)))
            self.line(f"case {', '.join(self.constant_text(v) for v in labels[:n])}:")
            self.line(f'\tout("{name}", "{labels[0]}")')
            del labels[:n]
        if self.random.random() < 0.7:
            self.line("default:")
            self.line(f'\tout("{name}", "default")')
        self.line("}")
        self.line(f"_ = {name}")

    def constant_text(self, v):
        """A constant expression whose value is v: exact arithmetic, shifts, runes, lengths."""
        r = self.random
        choice = r.randrange(6)
        if choice == 0:
            a = r.randint(-100, 1 << 40)
            return f"{v - a} + {a}" if a >= 0 else f"{v - a} - {-a}"
        if choice == 1 and v:
            n = r.randint(1, 40)
            return f"({v} << {n}) >> {n}"
        if choice == 2:
            return f"{v} * 1.0"
        if choice == 3 and 32 <= v < 127 and v not in (39, 92):
            return f"'{chr(v)}'"
        if choice == 4 and v >= 0:
            return hex(v)
        return str(v)

    def make_constants(self, depth):
        """A group with iota, and what it takes part in."""
        a, b, c = (self.fresh("k") for _ in range(3))
        t = self.types.random_integer()
        self.line("const (")
        self.line(f"\t{a} {t.name} = iota*{self.random.randint(1, 30)} + {self.random.randint(0, 9)}")
        self.line(f"\t{b}")
        self.line(f"\t{c} = 1 << {b} >> {self.random.randint(0, 3)} % 7")
        self.line(")")
        x = Variable(self.fresh("v"), t)
        self.line(f"{x.name} := {self.variable(t)} {self.random.choice('+-*^|&')} {b}")
        self.line(f'out("{a}", {self.types.show(t, f"{a}*1%100")} + showFloat64(float64({c})))')
        self.scope.append(x)

    # ---- faults ----------------------------------------------------------------------

    def make_fault(self, depth):
        """One operation that may fail, in a function that recovers and prints what the runtime says."""
        r, name = self.random, self.fresh("F")
        self.charge(10)
        t = self.types.random_small()
        scalar = self.types.random_integer()
        n = self.variable(self.types.random_integer())
        lines = r.choice([
            lambda: [f"s := {self.literal(self.types.slice(t))}", f'out("{name}", {self.types.show(t, f"s[{n}]")})'],
            lambda: [f"var p *{t.name}", f"if {self.expression(self.types['bool'])} {{ p = new({t.name}) }}", "x := *p", f'out("{name}", {self.types.show(t, "x")})'],
            lambda: [f"x := {self.variable(scalar)} {r.choice('/%')} {self.variable(scalar)}", f'out("{name}", {self.types.show(scalar, "x")})'],
            lambda: [f"x := {self.variable(self.types['any'])}.({self.random.choice(self.types.boxable()).name})", "_ = x", f'out("{name}", "converted")'],
            lambda: [f"s := {self.literal(self.types.slice(t))}", f"s = s[{n}:{r.choice(['', n, '2', '1'])}]", f'out("{name}", showInt(int64(len(s))))'],
            lambda: [f"x := {self.variable(scalar)} {r.choice(['<<', '>>'])} {self.variable(self.types.random_integer())}", f'out("{name}", {self.types.show(scalar, "x")})'],
            lambda: [f"s := {self.literal(self.types.slice(t))}", f"x := [2]{t.name}(s)", "_ = x", f'out("{name}", "array")'],
            lambda: [f"var m map[string]{t.name}", f"if {self.expression(self.types['bool'])} {{ m = map[string]{t.name}{{}} }}", f'm["a"] = {self.expression(t)}'],
            lambda: [f"m := map[any]int{{1: 2}}", f"m[{self.expression(self.types['any'])}]++", "m[[]int{1}]++"],
            lambda: [f"s := make([]{t.name}, {self.variable(self.types['int8'])})", f'out("{name}", showInt(int64(len(s))))'],
            lambda: [f"x := {self.variable(self.types['string'])}[{n}]", f'out("{name}", showInt(int64(x)))'],
            lambda: [f"panic({self.literal(self.types['any'])})"],
            lambda: ["var c chan int", "close(c)"],
            lambda: ["a, b := any([]int{1}), any([]int{1})", f'out("{name}", strconv.FormatBool(a == b))'],
            lambda: [f"a := {self.literal(self.types.array(4, t))}", f'out("{name}", {self.types.show(t, f"a[{n}]")})'],
        ])()
        before = self.from_scope(self.types["int"]) if not self.isolated else None
        self.line(f'try("{name}", func() {{')
        for text in lines:
            self.line("\t" + text)
        self.line("})")
        if before:
            self.line(f'out("{name}", showInt(int64({before})))')

    def make_panicking(self, depth):
        """Statements that change what is around them, of which a panic leaves out the last."""
        if self.isolated or self.quiet:
            return
        self.line(f'try("{self.fresh("P")}", func() {{')
        loops, self.in_loop = self.in_loop, False
        with self.inner(), self.indented():
            self.statement(depth - 1)
            if self.random.random() < 0.5:
                self.line(f"defer func() {{ ping(); e := recover(); deep(3); panic(e) }}()")
            self.statement(0)
            self.line(f"if {self.expression(self.types['bool'])} {{ panic({self.literal(self.types['any'])}) }}")
            self.statement(0)
            self.use_all()
        self.in_loop = loops
        self.line("})")

    def make_recursion(self, depth):
        """A closure that calls itself; each call gets the addresses of its callers' variables, and writes to them."""
        t, f, d, x = self.types.random_type(), self.fresh("f"), self.fresh("d"), Variable(self.fresh("x"), None)
        x.type, p = t, Variable(self.fresh("p"), self.types.pointer(t))
        times = self.random.choice([3, 6, 40 if self.multiplier == 1 else 5])
        self.charge(10 * times)
        self.line(f"var {f} func({d} int, {p.name} {p.type.name}) {t.name}")
        self.line(f"{f} = func({d} int, {p.name} {p.type.name}) {t.name} {{")
        with self.inner([p]), self.indented():
            self.line(f"var {x.name} {t.name} = {self.expression(t)}")
            self.line(f"if {d} == 0 {{ runtime.Gosched(); return *{p.name} }}")
            self.line(f"{self.random.choice([f'*{p.name}', '_', x.name])} = {f}({d}-1, {self.random.choice(['&' + x.name, p.name, '&' + x.name])})")
            self.line(f"if {d}%{self.random.randint(2, 4)} == 0 {{ {x.name}, *{p.name} = *{p.name}, {x.name} }}")
            self.line(f"return {x.name}")
        self.line("}")
        y = Variable(self.fresh("v"), t)
        self.line(f"var {y.name} {t.name} = {self.expression(t)}")
        self.line(f"{y.name} = {f}({times}, &{y.name})" if self.random.random() < 0.3 else f"{f}({times}, &{y.name})")
        self.scope.append(y)

    # ---- bytes and strings -----------------------------------------------------------

    def make_bytes(self, depth):
        """Conversions that need not copy, and changes that show whether they should have."""
        b, m, s = self.fresh("b"), self.fresh("m"), self.fresh("s")
        text = self.expression(self.types["string"])
        self.line(f"{b} := []byte(short({text} + {self.literal(self.types['string'])}) + \"xy\")")
        self.line(f"{m} := map[string]int{{\"xy\": 1}}")
        self.line(f"{s} := string({b})")
        change = f"{b}[len({b})-{self.random.randint(1, 2)}]{self.random.choice(['++', ' ^= 1', ' = 120'])}"
        for form in self.random.sample(range(11), 4):
            n = self.fresh("n")
            self.line([
                f"{m}[string({b})]{self.random.choice(['++', ' += 2', ' = 5'])}",
                f'out("{b}", showInt(int64({m}[string({b})])) + {s} + string({b}))',
                f"if string({b}) {self.random.choice(['==', '<', '>=', '!='])} {s} {{ {change} }}",
                f"switch string({b}) {{ case {s}: {change}; default: {b}[0] = 65 }}",
                f"for i, c := range []byte({s}) {{ {b}[i%len({b})] ^= c >> 1; if i > 3 {{ break }} }}",
                f"{n} := string({b}); {change}; {s} = {s} + {n}[:1] + string({b}[:1])",
                f"{n} := map[[1]string]int{{{{string({b})}}: 1}}; {change}; out(\"{n}\", showInt(int64(len({n}) + {n}[[1]string{{string({b})}}])))",
                f"{n} := any(string({b})); {change}; out(\"{n}\", {self.types.show(self.types['any'], n)})",
                f"if {n}, ok := {m}[string({b})]; ok {{ {m}[{s}] = {n}; {change} }}; delete({m}, string({b}[1:]))",
                f"{n} := []string{{string({b}), {s}}}; {change}; out(\"{n}\", {n}[0] + {n}[1])",
                f"for i, c := range string({b}) {{ {b}[len({b})-1] = byte(i) + byte(c)&63; {s} = short(string(c) + {s}) }}",
            ][form])
            self.line(change)
            if self.random.random() < 0.3:
                self.make_disturb(0)
        t = self.types.map(self.types["string"], self.types["int"])
        self.line(f'out("{b}", strconv.Quote(string({b})) + {self.types.show(t, m)})')
        self.scope += [Variable(m, t), Variable(s, self.types["string"]), Variable(b, self.types.slice(self.types["uint8"]))]

    # ---- channels and goroutines -----------------------------------------------------

    def make_channel(self, depth):
        """A buffered channel that one goroutine fills and empties; values of any type pass, pointers too."""
        t = self.random.choice([self.types.random_type(), self.types.pointer(self.types.random_small())])
        c, v, n = self.fresh("c"), Variable(self.fresh("v"), t), self.random.randint(1, 3)
        self.line(f"{c} := make(chan {t.name}, {n})")
        for _ in range(n):
            self.line(f"{c} <- {self.expression(t)}")
        self.make_disturb(0)
        if self.random.random() < 0.5:
            self.line(f"close({c})")
            total = self.fresh("n")
            self.line(f"{total} := 0")
            self.line(f"for x := range {c} {{ {total} = {total}*7 + len({self.types.show(t, 'x')}) }}")
            self.scope.append(Variable(total, self.types["int"]))
        ok = self.fresh("ok")
        self.line(f"var {v.name} {t.name}")
        self.line(f"{ok} := false")
        self.line("select {")
        self.line(f"case {v.name}, {ok} = <-{c}:")
        self.line("default:")
        self.line("}")
        self.scope += [v, Variable(ok, self.types["bool"])]

    def make_goroutines(self, depth):
        """n goroutines that compute alone; results by element, by channel, or by pointer to a variable here."""
        if self.isolated or self.multiplier > 3:
            return
        t = self.types.random_type()
        form, times = self.random.randrange(3) if t.flat else 1, self.random.randint(1, 3)
        results = Variable(self.fresh("r"), self.types.array(times, t))
        parameter = self.fresh("a")
        self.line(f"var {results.name} {results.type.name}")
        self.charge(20 * times)
        done = self.fresh("c")
        self.line(f"{done} := make(chan {t.name if form == 1 else 'int'}{', 1' if self.random.random() < 0.3 else ''})")
        self.line(f"for i := range {times} {{")
        kept = self.fresh("p")
        if form == 2:
            self.line(f"\t{kept} := &{results.name}[i]")
        self.line(f"\tgo func({parameter} {t.name}) {{")
        with self.alone([Variable(parameter, t), Variable("i", self.types["int"], constant=True)]), self.indented(2):
            outer, self.multiplier, self.quiet = (self.multiplier, self.quiet), self.multiplier * times, True
            for _ in range(self.random.randint(1, 3)):
                self.statement(depth - 1)
            self.use_all()
            value = self.expression(t)
            self.multiplier, self.quiet = outer         # goroutines run in any order: they print nothing
            if form == 1:
                self.line(f"{done} <- {value}")
            else:
                self.line(f"*{kept} = {value}" if form == 2 else f"{results.name}[i] = {value}")
                self.line(f"{done} <- i")
        self.line(f"\t}}({self.expression(t)})")
        if form == 1:
            self.line(f"\t{results.name}[i] = <-{done}")
        self.line("}")
        if form != 1:
            self.line(f"for range {times} {{ <-{done} }}")
        self.scope.append(results)

    def make_select(self, depth):
        """Several cases of which one is ready."""
        t = self.types.random_type()
        a, b, v = self.fresh("c"), self.fresh("c"), Variable(self.fresh("v"), t)
        self.line(f"{a}, {b} := make(chan {t.name}, 1), make(chan {t.name}, 1)")
        self.line(f"var {v.name} {t.name}")
        ready = self.random.randrange(3)
        if ready == 0:
            self.line(f"{b} <- {self.expression(t)}")
            self.line(f"{b} = nil") if self.random.random() < 0.2 else None
            self.line(f"{a} <- {self.expression(t)}")
            self.line("select {")
            self.line(f"case {v.name} = <-{a}:")
            self.line(f"case {b} <- {self.expression(t)}:")
        elif ready == 1:
            self.line(f"{a} = nil")
            self.line("select {")
            self.line(f"case x := <-{a}:")
            self.line(f"\t{v.name} = x")
            self.line(f"case {b} <- {self.expression(t)}:")
            self.line(f"\t{v.name} = <-{b}")
        else:
            self.line(f"go func(x {t.name}) {{ runtime.Gosched(); {a} <- x }}({self.expression(t)})")
            self.line("select {")
            self.line(f"case {v.name} = <-{a}:")
            self.line(f"case x, ok := <-{b}:")
            self.line(f"\t_, _ = x, ok")
        self.line("}")
        self.scope.append(v)

    # ---- iterators -------------------------------------------------------------------

    def make_iterator(self, depth):
        """A loop over a function, whose body may break, continue, panic, and change what is around it."""
        if not self.affords(4):
            return
        t = self.types.random_type()
        x, i = Variable(self.fresh("x"), t), Variable(self.fresh("i"), self.types["int"], constant=True)
        seq = self.fresh("q")
        self.line(f"{seq} := func(yield func(int, {t.name}) bool) {{")
        with self.indented():
            if self.random.random() < 0.4:
                self.line("defer runtime.Gosched()")
            y = Variable(self.fresh("y"), t)
            with self.inner([]):
                self.line(f"{y.name} := {self.expression(t)}")
                self.line(f"for i := range {self.random.randint(1, 4)} {{")
                self.line(f"\tif !yield(i, {y.name}) {{ return }}")
                if not self.isolated:
                    self.line(f"\t{y.name} = {self.expression(t)}")
                self.line("}")
        self.line("}")
        label = self.fresh("L")
        labelled = self.random.random() < 0.4
        if labelled:
            self.line(f"{label}:")
            self.line("for range 2 {")
        self.line(f"for {i.name}, {x.name} := range {seq} {{")
        outer, loops = self.multiplier, self.in_loop
        self.multiplier, self.in_loop = outer * 8, True
        with self.inner([i, x]), self.indented():
            self.statement(0)
            if self.random.random() < 0.6 or labelled:
                self.line(f"if {self.expression(self.types['bool'])} {{ {self.random.choice(['break', 'continue'])} {label if labelled else ''} }}")
            self.statement(0)
            self.use_all()
        self.multiplier, self.in_loop = outer, loops
        self.line("}")
        if labelled:
            self.line(f"if false {{ break {label} }}")
            self.line("}")

    # ---- uintptr ---------------------------------------------------------------------

    def make_uintptr(self, depth):
        """The address of a variable as a number, given to a function that keeps it alive over a freeze."""
        integers = [v for v in self.scope if v.type.name == "int" and not v.constant and v.name[0] != "g"]
        if integers and self.random.random() < 0.5:
            v = self.random.choice(integers)
        else:
            v = Variable(self.fresh("v"), self.types["int"])
            self.line(f"{v.name} := {self.expression(v.type)}")
            self.scope.append(v)
        v.used = True
        self.line(f"poke(uintptr(unsafe.Pointer(&{v.name})), {self.random.randint(1, 9)})")
        self.show(v)
