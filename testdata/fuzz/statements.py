"""Random statements: declarations, assignments of every form, control flow, calls, and points at which frames freeze.

A statement may call what changes things, but only as the whole of an assignment to new variables, or alone: then
nothing else is read or written whose order with the call is open. Loops end: their counts are small constants, and
the cost of what is called in them is multiplied up and bounded (charge). Bodies of loops over maps only add up.

Every function ends by printing the variables it still has, so that all of them live across what comes before.
"""

from expressions import Variable

ASSIGN_INTEGER = ["+=", "-=", "*=", "&=", "|=", "^=", "&^="]


class Statements:
    """Mixed into Generator."""

    def statement(self, depth):
        """Appends one statement, or a few that belong together."""
        makers, weights = zip(*((m, w) for m, w, nests in self.STATEMENTS if (depth > 0 or not nests) and m not in self.without))
        getattr(self, "make_" + self.random.choices(makers, weights)[0])(depth)

    STATEMENTS = [      # name, weight, whether it has a body
        ("declare", 10, False), ("pointer", 5, False), ("assign", 12, False), ("increment", 5, False), ("swap", 2, False),
        ("map", 9, False), ("slice", 4, False), ("closure", 4, True), ("disturb", 6, False), ("show", 5, False),
        ("call", 6, False), ("method", 3, False), ("if", 5, True), ("loop", 5, True), ("range", 5, True), ("switch", 3, True),
        ("constant_switch", 3, False), ("type_switch", 2, True), ("labelled", 2, True), ("goto", 1, False), ("defer", 3, True),
        ("channel", 3, False), ("fault", 3, False), ("goroutines", 2, True), ("select", 2, False), ("iterator", 3, True),
        ("string_range", 1, False), ("builtin", 2, False), ("uintptr", 1, False), ("results", 2, False), ("constants", 1, False),
        ("bytes", 4, False), ("panicking", 2, True), ("recursion", 2, False),
    ]

    def block(self, count, depth, variables=()):
        """A body with a scope of its own, indented."""
        with self.inner(variables), self.indented():
            for _ in range(count):
                self.statement(depth)
            self.use_all()

    def use_all(self):
        """Go wants every variable used; some are printed, which keeps them alive."""
        variables = self.scope_of_block()
        for v in variables:
            if not v.used and self.random.random() < 0.6:
                self.show(v)
        for i in range(0, len(variables), 8):
            names = [v.name for v in variables[i:i + 8]]
            self.line(f"{', '.join('_' * len(names))} = {', '.join(names)}")

    def show(self, v):
        v.used = True
        self.charge(3)
        self.line(f'out("{v.name}", {self.types.show(v.type, v.name)})')

    # ---- variables -------------------------------------------------------------------

    def make_declare(self, depth):
        t = self.types.random_type()
        v = Variable(self.fresh("v"), t)
        form = self.random.randrange(4)
        if form == 0 and t.kind not in ("func", "chan"):
            self.line(f"var {v.name} {t.name}")
        elif form == 1:
            self.line(f"var {v.name} {t.name} = {self.expression(t)}")
        elif t.kind in ("any", "interface", "func", "float"):
            self.line(f"var {v.name} {t.name} = {self.expression(t)}")
        else:
            self.line(f"{v.name} := {self.expression(t)}")
        self.scope.append(v)

    def make_pointer(self, depth):
        """A pointer to a variable there is, or into it; often written through at once."""
        places = [(text, v, at) for v in self.scope for text, v, at in self.places_in(v)]
        if not places:
            return self.make_declare(depth)
        text, v, at = self.random.choice(places)
        v.used = True
        if at.kind == "array" and self.random.random() < 0.5 and at.size < 1024:
            p = Variable(self.fresh("s"), self.types.slice(at.element))
            self.line(f"{p.name} := {text}[:]")
        else:
            p = Variable(self.fresh("p"), self.types.pointer(at))
            self.line(f"{p.name} := &{text}")
        self.scope.append(p)

    def places_in(self, v):
        """Some addressable places of a variable: (text, variable, type)."""
        if v.constant or not v.addressable or v.name[0] == "g" and self.isolated:
            return
        yield v.name, v, v.type
        if v.type.kind == "struct" and v.type.fields:
            name, t = self.random.choice(v.type.fields)
            yield f"{v.name}.{name}", v, t
        elif v.type.kind == "array":
            yield f"{v.name}[{self.random.randrange(v.type.length)}]", v, v.type.element

    def assignable(self, wanted=None):
        """(text, type) of a place to assign to; lines that guard it are written first. None where none was found."""
        for _ in range(8):
            v = self.random.choice(self.scope)
            if v.constant:
                continue
            text, t, guards = v.name, v.type, []
            for _ in range(self.random.randint(0, 3)):
                if t.kind == "struct" and t.fields:
                    name, t = self.random.choice(t.fields)
                    text = f"{text}.{name}"
                elif t.kind == "array":
                    text, t = f"{text}[{self.random.randrange(t.length)}]", t.element
                elif t.kind == "slice":
                    guards.append(f"if len({text}) == 0 {{ {text} = make({t.name}, 2) }}")
                    text, t = f"{text}[{self.random.choice(['0', f'len({text})-1'])}]", t.element
                elif t.kind == "pointer":
                    guards.append(f"if {text} == nil {{ {text} = new({t.element.name}) }}")
                    text, t = (text if t.element.kind == "struct" else f"(*{text})"), t.element
                    if t.kind == "struct":
                        name, t = self.random.choice(t.fields)
                        text = f"{text}.{name}"
                else:
                    break
            if wanted and not wanted(t) or "[" in text and t.kind == "map" or len(guards) > 1:
                continue
            v.used = v.used or text != v.name
            for g in guards:
                self.line(g)
            return text, t
        return None

    def make_assign(self, depth):
        found = self.assignable()
        if found:
            text, t = found
            if t.kind == "integer" and self.random.random() < 0.4:
                self.line(f"{text} {self.random.choice(ASSIGN_INTEGER)} {self.expression(t)}")
            elif t.kind == "integer" and self.random.random() < 0.2:
                self.line(f"{text} {self.random.choice(['<<=', '>>='])} {self.variable(self.types['uint8'])}")
            elif t.kind == "string" and self.random.random() < 0.3:
                self.line(f"{text} = {t.name}(short(string({text} + {self.expression(t)})))")
            else:
                self.line(f"{text} = {self.expression(t)}")

    def make_increment(self, depth):
        found = self.assignable(lambda t: t.numeric)
        if found:
            self.line(f"{found[0]}{self.random.choice(['++', '--'])}")

    def make_swap(self, depth):
        """Parallel assignment: operands first, then the stores from left to right."""
        a = self.assignable()
        if a:
            b = self.assignable(lambda t: t is a[1])
            if b:
                self.line(f"{a[0]}, {b[0]} = {b[0]}, {self.random.choice([a[0], self.expression(a[1])])}")

    # ---- maps ------------------------------------------------------------------------

    def make_map(self, depth):
        """One or two operations of every kind on a map, which is made where the scope has none."""
        maps = [v for v in self.scope if v.type.kind == "map" and v.name[0] != "g"]
        if not maps or self.random.random() < 0.3:
            t = self.types.map(self.types.random_key(), self.random.choice([self.types.random_integer(), self.types.random_small()]))
            v = Variable(self.fresh("m"), t)
            self.line(f"{v.name} := {self.random.choice([t.name + '{}', f'make({t.name})', self.literal(t)])}")
            self.scope.append(v)
        else:
            v = self.random.choice(maps)
            self.line(f"if {v.name} == nil {{ {v.name} = {v.type.name}{{}} }}")
        v.used = True
        for _ in range(self.random.randint(1, 3)):
            self.map_operation(v.name, v.type)

    def map_operation(self, name, t):
        key, e = self.expression(t.key), t.element
        choice = self.random.randrange(7)
        if e.numeric and choice < 3:
            operation = self.random.choice([f"{self.random.choice(['++', '--'])}", f" {self.random.choice(['+=', '-=', '*='])} {self.expression(e)}"])
            self.line(f"{name}[{key}]{operation}")
        elif e.kind == "string" and choice < 3:
            self.line(f"{name}[{key}] += {self.expression(e)}")
        elif choice == 3:
            self.line(f"delete({name}, {key})")
        elif choice == 4:
            x, ok = self.fresh("v"), self.fresh("ok")
            self.line(f"{x}, {ok} := {name}[{key}]")
            self.scope += [Variable(x, e), Variable(ok, self.types["bool"])]
        elif choice == 5 and e.kind == "slice":
            self.line(f"{name}[{key}] = append(clip({name}[{key}]), {self.expression(e.element)})")
        else:
            self.line(f"{name}[{key}] = {self.expression(e)}")

    # ---- slices, builtins ------------------------------------------------------------

    def make_slice(self, depth):
        slices = [v for v in self.scope if v.type.kind == "slice" and not v.constant]
        if not slices:
            t = self.types.slice(self.types.random_small())
            v = Variable(self.fresh("s"), t)
            self.line(f"{v.name} := make({t.name}, {self.random.randint(1, 4)})")
            self.scope.append(v)
            return
        v = self.random.choice(slices)
        v.used = True
        choice = self.random.randrange(6)
        if choice == 0:
            self.line(f"{v.name} = append({v.name}[:len({v.name}):len({v.name})], {self.expression(v.type.element)})")
        elif choice == 5 and v.type.element.bits != 8:      # bytes of a string: Go's capacity depends on where they lie
            elements = ", ".join(self.expression(v.type.element) for _ in range(self.random.randint(1, 3)))
            self.line(f"if len({v.name}) < 12 {{ {v.name} = append({v.name}, {elements}) }}")
        elif choice == 1:
            self.line(f"copy({v.name}, {self.expression(v.type)})")
        elif choice == 2:
            w = Variable(self.fresh("s"), v.type)
            self.line(f"{w.name} := {v.name}[{self.random.choice(['', f'len({v.name})/2'])}:]")
            self.scope.append(w)
        elif choice == 3:
            self.line(f"{v.name} = append(clip({v.name}), {v.name}...)")
            self.line(f"if len({v.name}) > 12 {{ {v.name} = {v.name}[:3] }}")
        else:
            self.line(f"for i := range {v.name} {{ {v.name}[i] = {self.expression(v.type.element)} }}")

    def make_builtin(self, depth):
        v = self.random.choice(self.scope)
        if v.type.kind in ("map", "slice") and not v.constant:
            v.used = True
            self.line(f"clear({v.name})")
        elif v.type.kind == "string" and not v.constant:
            v.used = True
            t = self.types.slice(self.types["uint8"])
            w = Variable(self.fresh("s"), t)
            self.line(f"{w.name} := []uint8({v.name})")
            self.scope.append(w)
        elif v.type.kind == "array" and v.type.length <= 8 and not v.constant:
            v.used = True
            w = Variable(self.fresh("v"), v.type)
            self.line(f"{w.name} := {v.type.name}({v.name}[:])")
            self.scope.append(w)

    # ---- calls -----------------------------------------------------------------------

    def make_call(self, depth):
        """Of a function that changes things: alone, or assigned to new variables."""
        found = [f for f in self.functions if not f.pure and not f.receiver and f.cost <= self.call_budget()]
        if not found or self.isolated:
            return self.make_disturb(depth)
        f = self.random.choice(found)
        self.charge(f.cost)
        call = f"{f.name}({', '.join(self.expression(p.type) for p in f.parameters)})"
        if not f.results:
            return self.line(call)
        names = [Variable(self.fresh("v"), t) for t in f.results]
        old = [v for v in self.scope if len(f.results) == 1 and v.type is f.results[0] and not v.constant and v.name[0] != "g"]
        if old and self.random.random() < 0.4:
            return self.line(f"{self.random.choice(old).name} = {call}")
        self.line(", ".join(v.name for v in names) + " := " + call)
        self.scope += names

    def make_method(self, depth):
        """A method that changes its receiver: direct, over an interface, as a value, or deferred."""
        found = [f for f in self.functions if not f.pure and f.receiver and f.cost <= self.call_budget()]
        if not found:
            return
        f = self.random.choice(found)
        target = f.receiver.type.element
        objects = [v for v in self.scope if v.type is target and not v.constant]
        if objects and not (self.isolated and objects[-1].name[0] == "g"):
            v = objects[-1]
            v.used = True
            text = v.name
        else:
            v = Variable(self.fresh("o"), target)
            self.line(f"{v.name} := {self.literal(target)}")
            self.scope.append(v)
            text, v.used = v.name, True
        self.charge(f.cost)
        arguments = ", ".join(self.expression(p.type) for p in f.parameters)
        form = self.random.randrange(4)
        if form == 0:
            self.line(f"{text}.{f.name}({arguments})")
        elif form == 1:
            name = self.fresh("f")
            self.line(f"{name} := {text}.{f.name}")
            self.make_disturb(0)
            self.line(f"{name}({arguments})")
        elif form == 2:
            self.line(f"(*{target.name}).{f.name}(&{', '.join([text] + ([arguments] if arguments else []))})")
        else:
            implementing = [i for i, types in self.types.interfaces if any(m.name == f.name for m in i.methods) and f.receiver.type in types]
            if implementing:
                name = self.fresh("i")
                self.line(f"var {name} {implementing[0].name} = &{text}")
                self.line(f"{name}.{f.name}({arguments})")
            elif not self.in_loop:
                self.line(f"defer {text}.{f.name}({arguments})")

    def make_closure(self, depth):
        """A closure that changes what it captures; called now and, by chance, again later."""
        if self.isolated:
            return self.make_declare(depth)
        f = Variable(self.fresh("f"), self.types.procedure, constant=True)
        self.line(f"{f.name} := func() {{")
        self.closure_body(self.random.randint(1, 3), depth - 1)
        self.line("}")
        for _ in range(self.random.randint(1, 2)):
            self.line(f"{f.name}()")
            if self.random.random() < 0.5:
                self.make_disturb(0)

    def closure_body(self, count, depth, variables=()):
        loops, self.in_loop = self.in_loop, False
        self.block(count, depth, variables)
        self.in_loop = loops

    def make_disturb(self, depth):
        """What makes frames freeze, moves the stack, or writes over what lies below the frame."""
        self.charge(8)
        self.line(self.random.choice(["runtime.Gosched()", f"deep({self.random.randint(1, 30)})", f"clobber({self.random.randint(1, 6)})",
                                      "ping()", "ping()", "runtime.Gosched()", "runtime.GC()" if self.multiplier == 1 else "churn()"]))

    def make_show(self, depth):
        local = [v for v in self.scope if v.name[0] != "g"]
        self.show(self.random.choice(local[-5:] if local and self.random.random() < 0.6 else self.scope))

    # ---- control flow ----------------------------------------------------------------

    def make_if(self, depth):
        self.line(f"if {self.expression(self.types['bool'])} {{")
        self.block(self.random.randint(1, 3), depth - 1)
        if self.random.random() < 0.5:
            self.line("} else {")
            self.block(self.random.randint(1, 2), depth - 1)
        self.line("}")

    def loop_block(self, times, depth, variables=(), count=None):
        """The body of a loop that runs at most so many times."""
        outer, loops = self.multiplier, self.in_loop
        self.multiplier, self.in_loop = outer * times, True
        self.block(count or self.random.randint(1, 4), depth - 1, variables)
        self.multiplier, self.in_loop = outer, loops

    def affords(self, times):
        return self.multiplier * times <= 60

    def make_loop(self, depth):
        times = self.random.randint(1, 5)
        if not self.affords(times):
            return
        t = self.random.choice([self.types["int"], self.types.random_integer()])
        i = Variable(self.fresh("i"), t, constant=True)
        form = self.random.randrange(4)
        if form == 0:
            self.line(f"for {i.name} := {t.name}(0); {i.name} < {times}; {i.name}++ {{")
        elif form == 1:
            self.line(f"for {i.name} := range {t.name}({times}) {{")
        elif form == 2:
            self.line(f"for {i.name} := {t.name}({times}); {i.name} > 0; {i.name}-- {{")
        else:
            i.addressable = True
            self.line(f"for {i.name} := range {times} {{")
            i.type = self.types["int"]
        self.loop_block(times, depth, [i])
        self.line("}")

    def make_range(self, depth):
        """Over arrays, pointers to them, slices and channels; over maps with a body that only adds up."""
        containers = [v for v in self.scope if v.type.kind in ("array", "slice", "map") and v.type.size < 1024]
        if not containers or not self.affords(5):
            return self.make_loop(depth)
        c = self.random.choice(containers)
        c.used = True
        if c.type.kind == "map":
            return self.range_map(c)
        x, i = Variable(self.fresh("x"), c.type.element), Variable(self.fresh("i"), self.types["int"], constant=True)
        reference = "&" if c.type.kind == "array" and not c.constant and self.random.random() < 0.3 else ""
        over = c.name if c.type.kind == "array" else f"part({c.name}, 0, 5)"
        self.line(f"for {i.name}, {x.name} := range {reference}{over} {{")
        self.loop_block(5, depth, [i, x])
        self.line("}")

    def range_map(self, c):
        n, k, x = self.fresh("n"), self.fresh("k"), self.fresh("x")
        self.charge(60)
        self.line(f"{n} := 0")
        self.line(f"for {k}, {x} := range {c.name} {{")
        self.line(f"\t{n} += len({self.types.show(c.type.key, k)}) + 3*len({self.types.show(c.type.element, x)})")
        if c.type.element.numeric and not c.constant:
            self.line(f"\t{c.name}[{k}]{self.random.choice(['++', '--', ' += 3'])}")
        elif self.random.random() < 0.3:
            self.line(f"\tdelete({c.name}, {k})")
        self.line("}")
        self.scope.append(Variable(n, self.types["int"]))

    def make_string_range(self, depth):
        n = self.fresh("n")
        self.line(f"{n} := 0")
        self.line(f"for i, c := range {self.variable(self.types['string'])} {{ {n} = {n}*31 + i + int(c) }}")
        self.scope.append(Variable(n, self.types["int"]))

    def make_labelled(self, depth):
        """Two loops; the inner one breaks or continues the outer one."""
        if not self.affords(12):
            return
        label, i, j = self.fresh("L"), Variable(self.fresh("i"), self.types["int"], constant=True), Variable(self.fresh("i"), self.types["int"], constant=True)
        self.line(f"{label}:")
        self.line(f"for {i.name} := 0; {i.name} < 4; {i.name}++ {{")
        with self.inner([i]), self.indented():
            self.statement(0)
            self.line(f"for {j.name} := range 3 {{")
            with self.inner([j]), self.indented():
                outer, loops = self.multiplier, self.in_loop
                self.multiplier, self.in_loop = outer * 12, True
                self.statement(depth - 1)
                self.line(f"if {self.expression(self.types['bool'])} {{ {self.random.choice(['break', 'continue'])} {label} }}")
                self.line(f"if {i.name}+{j.name} > {self.random.randint(0, 6)} {{ {self.random.choice(['break', 'continue'])} {label} }}")
                self.statement(0)
                self.multiplier, self.in_loop = outer, loops
                self.use_all()
            self.line("}")
            self.use_all()
        self.line("}")

    def make_goto(self, depth):
        """A loop made of goto; its body is a block, so that no declaration is jumped over."""
        if not self.affords(3):
            return
        label, n = self.fresh("L"), self.fresh("n")
        self.line(f"var {n} int")
        self.line(f"{label}:")
        self.line(f"{n}++")
        self.line("{")
        outer, loops = self.multiplier, self.in_loop
        self.multiplier, self.in_loop = outer * 3, True
        self.block(2, 0)
        self.multiplier, self.in_loop = outer, loops
        self.line("}")
        self.line(f"if {n} < 3 {{ goto {label} }}")

    def make_switch(self, depth):
        t = self.types.random_scalar()
        while t.kind in ("complex", "bool"):
            t = self.types.random_scalar()
        self.line(f"switch {self.parenthesised(t, 1)} {{")
        for n in range(self.random.randint(1, 3)):
            self.line(f"case {self.variable(t)}:")
            self.block(1, depth - 1)
            if self.random.random() < 0.2:
                self.line("\tfallthrough")
        self.line("default:")
        self.block(1, depth - 1)
        self.line("}")

    def make_type_switch(self, depth):
        subject = self.from_scope(self.types["any"]) or "any(gint)"
        x = Variable(self.fresh("x"), None)
        self.line(f"switch {x.name} := {subject}.(type) {{")
        for t in self.random.sample(self.types.boxable(), 3):
            self.line(f"case {t.name}:")
            x.type, x.used = t, True
            self.block(1, depth - 1, [x])
        self.line("default:")
        self.line(f"\t_ = {x.name}")
        self.line("}")

    # ---- functions -------------------------------------------------------------------

    def make_defer(self, depth):
        """A deferred closure, or a call whose arguments are kept."""
        if self.in_loop and self.multiplier > 6 or self.isolated:
            return self.make_disturb(depth)
        if self.random.random() < 0.5:
            self.line("defer func() {")
            self.closure_body(self.random.randint(1, 2), depth - 1)
            self.line("}()")
        else:
            t = self.types.random_type()
            a = Variable(self.fresh("a"), t)
            self.line(f"defer func({a.name} {t.name}) {{")
            with self.inner([a]), self.indented():
                self.make_disturb(0)
                self.show(a)
            self.line(f"}}({self.expression(t)})")

    def make_results(self, depth):
        """Named results that a deferred function changes, by a panic that it recovers too."""
        t, r, x = self.types.random_type(), Variable(self.fresh("r"), None), Variable(self.fresh("x"), None)
        r.type = x.type = t
        self.line(f"{x.name} := func() ({r.name} {t.name}) {{")
        with self.inner([r]), self.indented():
            self.line("defer func() {")
            self.line("\tif e := recover(); e != nil {")
            self.line(f"\t\tout(\"recovered\", showPanic(e))")
            self.line("\t}")
            loops, self.in_loop = self.in_loop, False
            with self.indented():
                self.make_disturb(0)
                self.line(f"{r.name} = {self.expression(t)}")
            self.line("}()")
            self.line(f"{r.name} = {self.expression(t)}")
            self.make_disturb(0)
            if self.random.random() < 0.5:
                self.line(f"if {self.expression(self.types['bool'])} {{ panic({self.literal(self.types['any'])}) }}")
            self.line(f"return {self.random.choice([r.name, self.expression(t), ''])}")
            self.in_loop = loops
        self.line("}()")
        self.scope.append(x)
