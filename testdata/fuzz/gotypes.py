"""Types of generated programs: what they are called, which values they have, how a program prints them.

A Type is found again by its Go spelling (Types.add), so two types are one if and only if they are one object.
Types nest without cycles: a value of any type can be written out whole. Three rules keep programs determined:

  - a value of type any, or of an interface, always holds something comparable, so that it may be a key;
  - func(T) R only reads what it captures, and is called inside expressions; func() is called as a statement;
  - what is printed is the value alone: no address, maps in sorted order, floats by their bits.

Printing is done by functions that are made for the types which need them (show_N, below).
"""

INTEGERS = {"int": (64, True), "int8": (8, True), "int16": (16, True), "int32": (32, True), "int64": (64, True),
            "uint": (64, False), "uint8": (8, False), "uint16": (16, False), "uint32": (32, False),
            "uint64": (64, False), "uintptr": (64, False)}
LARGE = 1024        # bytes; such objects lie on the side stack


class Type:
    """kind is integer, float, complex, string, bool, struct, array, slice, map, pointer, func, chan, any or interface."""

    def __init__(self, kind, name, *, element=None, key=None, fields=(), length=0, bits=0, signed=False, parameter=None):
        self.kind, self.name = kind, name
        self.element, self.key, self.fields, self.length = element, key, list(fields), length
        self.bits, self.signed, self.parameter = bits, signed, parameter
        self.declared = False       # type NAME ...: literals of structs and arrays begin with the name
        self.methods = []           # of a declared type or interface; generate.py fills it

    @property
    def scalar(self):
        return self.kind in ("integer", "float", "string", "bool", "complex")

    @property
    def numeric(self):
        return self.kind in ("integer", "float")

    @property
    def ordered(self):
        return self.kind in ("integer", "float", "string")

    @property
    def comparable(self):
        if self.kind in ("slice", "map", "func"):
            return False
        if self.kind == "struct":
            return all(t.comparable for _, t in self.fields)
        return self.element.comparable if self.kind == "array" else True

    @property
    def flat(self):
        """Without pointers to what others may change."""
        if self.kind == "struct":
            return all(t.flat for _, t in self.fields)
        return self.element.flat if self.kind == "array" else self.scalar

    @property
    def size(self):
        """About as many bytes as Go's."""
        if self.kind == "struct":
            return sum((t.size + 7) // 8 * 8 for _, t in self.fields)
        if self.kind == "array":
            return self.length * self.element.size
        return {"integer": self.bits // 8, "float": self.bits // 8, "bool": 1, "string": 16, "complex": 16,
                "slice": 24, "any": 16, "interface": 16}.get(self.kind, 8)

    @property
    def low(self):
        return -(1 << self.bits - 1) if self.signed else 0

    @property
    def high(self):
        return (1 << self.bits - (1 if self.signed else 0)) - 1

    def __repr__(self):
        return self.name


class Types:
    """The types of one program."""

    def __init__(self, random):
        self.random = random
        self.by_name = {}
        self.declarations = []      # lines
        self.show_functions = {}    # type name -> (function name, lines)
        for name, (bits, signed) in INTEGERS.items():
            self.add(Type("integer", name, bits=bits, signed=signed))
        self.add(Type("float", "float32", bits=32))
        self.add(Type("float", "float64", bits=64))
        self.add(Type("complex", "complex128"))
        self.add(Type("string", "string"))
        self.add(Type("bool", "bool"))
        self.add(Type("any", "any"))
        self.procedure = self.add(Type("func", "func()"))
        self.interfaces = []        # (interface, [implementing types]); filled by generate.py

    def add(self, t):
        return self.by_name.setdefault(t.name, t)

    def __getitem__(self, name):
        return self.by_name[name]

    def declare(self, t, underlying):
        t.declared = True
        self.declarations.append(f"type {t.name} {underlying}")
        return self.add(t)

    # ---- composite types -------------------------------------------------------------

    def pointer(self, t):
        return self.add(Type("pointer", "*" + t.name, element=t))

    def slice(self, t):
        return self.add(Type("slice", "[]" + t.name, element=t))

    def array(self, n, t):
        return self.add(Type("array", f"[{n}]{t.name}", element=t, length=n))

    def map(self, k, t):
        return self.add(Type("map", f"map[{k.name}]{t.name}", key=k, element=t))

    def chan(self, t):
        return self.add(Type("chan", f"chan {t.name}", element=t))

    def function(self, parameter, result):
        return self.add(Type("func", f"func({parameter.name}) {result.name}", parameter=parameter, element=result))

    # ---- random types ----------------------------------------------------------------

    def random_integer(self):
        named = [t for t in self.by_name.values() if t.kind == "integer"]
        return self.random.choice(named)

    def random_scalar(self):
        return self.random.choice([t for t in self.by_name.values() if t.scalar])

    def random_declared(self, accept=lambda t: True):
        found = [t for t in self.by_name.values() if t.declared and accept(t)]
        return self.random.choice(found) if found else None

    def random_key(self, depth=2):
        """A comparable type; chosen more evenly than usage would."""
        r = self.random
        for _ in range(20):
            t = r.choice([self.random_scalar, lambda: self["any"], lambda: self.pointer(self.random_scalar()),
                          lambda: self.random_declared() or self["int"], lambda: self.array(r.randint(1, 3), self.random_key(depth - 1)),
                          self.random_interface])() if depth > 0 else self.random_scalar()
            if t.comparable and t.size < LARGE:
                return t
        return self["int"]

    def random_interface(self):
        return self.random.choice(self.interfaces)[0] if self.interfaces else self["any"]

    def random_type(self, depth=2):
        r = self.random
        if depth <= 0:
            return r.choice([self.random_scalar, lambda: self["int"], lambda: self["any"]])()
        return r.choices([
            self.random_scalar,
            self.random_integer,
            lambda: self.random_declared() or self["int"],
            lambda: self.pointer(self.random_type(depth - 1)),
            lambda: self.slice(self.random_small(depth - 1)),
            lambda: self.array(r.randint(1, 4), self.random_small(depth - 1)),
            lambda: self.map(self.random_key(), self.random_small(depth - 1)),
            lambda: self["any"],
            self.random_interface,
            lambda: self.function(self.random_small(0), self.random_small(depth - 1)),
            lambda: self.chan(self.random_small(0)),
        ], [5, 4, 6, 5, 4, 3, 4, 2, 2, 2, 1])[0]()

    def random_small(self, depth=1):
        """A type that an array or a struct may repeat."""
        for _ in range(20):
            t = self.random_type(depth)
            if t.size <= 128:
                return t
        return self["int"]

    def boxable(self):
        """Types that values of type any have; show_any looks for each of them."""
        simple = [self[n] for n in ("int", "string", "uint8", "int64", "float64", "bool", "int16")]
        named = [t for t in self.by_name.values() if t.declared and t.comparable and t.kind != "interface" and t.size <= 256]
        pointers = [self.pointer(self["int"]), self.pointer(self["string"])]
        return simple + named + pointers

    # ---- printing --------------------------------------------------------------------

    def show(self, t, text):
        """An expression of type string that says what the value is."""
        if t.kind == "string":
            return f"strconv.Quote(string({text}))" if t.declared else f"strconv.Quote({text})"
        if t.kind == "bool":
            return f"strconv.FormatBool(bool({text}))"
        if t.kind == "integer":
            return f"showInt(int64({text}))" if t.signed else f"showUint(uint64({text}))"
        if t.kind == "float":
            return f"showFloat{t.bits}(float{t.bits}({text}))"
        if t.kind == "any":
            t = self["any"]
        if t.name not in self.show_functions:
            name = "show_any" if t.kind == "any" else f"show_{len(self.show_functions)}"
            self.show_functions[t.name] = (name, [])
            self.show_functions[t.name] = (name, [f"func {name}(v {t.name}) string {{", *("\t" + s for s in self.show_body(t)), "}"])
        return f"{self.show_functions[t.name][0]}({text})"

    def show_body(self, t):
        return getattr(self, "show_" + t.kind)(t)

    def show_complex(self, t):
        return ['return showFloat64(real(complex128(v))) + "i" + showFloat64(imag(complex128(v)))']

    def show_struct(self, t):
        parts = [self.show(f, "v." + name) for name, f in t.fields]
        return ['return "{" + ' + ' + " " + '.join(parts) + ' + "}"'] if parts else ['return "{}"']

    def show_elements(self, t, more=()):
        return ['s := "["', "for i, x := range v {", *("\t" + s for s in more), '\ts += " " + ' + self.show(t.element, "x"), "\t_ = i", "}", 'return s + "]"']

    def show_array(self, t):
        if t.size < LARGE or t.element.kind != "integer":
            return self.show_elements(t)
        return ["h := uint64(17)", "for i := range v {", "\th = h*31 + uint64(v[i])", "}", "return showUint(h)"]

    def show_slice(self, t):
        return ["if v == nil {", '\treturn "nil"', "}",
                *self.show_elements(t, ["if i == 8 {", '\t\treturn s + "..." + showInt(int64(len(v)))', "\t}"])]

    def show_map(self, t):
        return ["if v == nil {", '\treturn "nil"', "}", "var all []string", "for k, x := range v {",
                f'\tall = append(all, {self.show(t.key, "k")} + ":" + {self.show(t.element, "x")})', "}", "return showSorted(all)"]

    def show_pointer(self, t):
        return ["if v == nil {", '\treturn "nil"', "}", 'return "&" + ' + self.show(t.element, "*v")]

    def show_func(self, t):
        return ["if v == nil {", '\treturn "nil"', "}", 'return "func"']

    def show_chan(self, t):
        return ["if v == nil {", '\treturn "nil"', "}", 'return "chan" + showInt(int64(len(v)))']

    def show_switch(self, types):
        lines = ["switch x := v.(type) {", "case nil:", '\treturn "nil"']
        for b in types:
            lines += [f"case {b.name}:", f'\treturn "{b.name}(" + {self.show(b, "x")} + ")"']
        return lines + ["}", 'return "?"']

    def show_any(self, t):
        return self.show_switch(self.boxable())

    def show_interface(self, t):
        return self.show_switch(next(types for i, types in self.interfaces if i is t))
