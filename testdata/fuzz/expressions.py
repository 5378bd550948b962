"""Random expressions of a wanted type, without side effects.

What an expression reads may not be changed while it is evaluated, since the specification leaves the order of
reads and calls open; so expressions call only functions that change nothing. They do not panic either: indices
go through el, pointers through at, assertions through as (program.py has these helpers). Faults are statements.

Go refuses constant expressions that overflow. A literal is therefore never joined with a literal: the left operand
of an operator is a variable or a call (`variable`), at worst a global of the program, one of which each scalar type has.
"""

EDGES = [0, 1, -1, 2, 3, 5, 7, 10, 63, 64, 100, 127, 128, 200, 255, 256, 1000, 32767, 32768, 65535, 65536, 1 << 31, (1 << 31) - 1,
         (1 << 32) - 1, 1 << 32, (1 << 32) + 5, 1 << 53, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, -128, -32768, -(1 << 31), -(1 << 63), -7]
STRINGS = ['""', '"a"', '"gol"', '"\\x00z"', '"héé"', '"日本"', '"\\xff\\xfe"', '"long enough to be no small string at all"', '"0"', '"é"']
FLOATS = ["0", "1", "-1", "0.5", "1.5", "3.25", "-2.75", "100", "1e10", "1e-3", "16777217", "0.1"]


class Variable:
    """name may be read and, unless constant, assigned to."""

    def __init__(self, name, t, constant=False, addressable=True):
        self.name, self.type, self.constant, self.addressable = name, t, constant, addressable
        self.used = False


class Expressions:
    """Mixed into Generator, which has random, types, scope (innermost variables last), functions."""

    # ---- literals --------------------------------------------------------------------

    def integer_value(self, t):
        while True:
            v = self.random.choice(EDGES) if self.random.random() < 0.6 else self.random.randint(-20, 300)
            if t.low <= v <= t.high:
                return v

    def literal(self, t, depth=1):
        """A new value that reads no variable but in its parts."""
        r = self.random
        if t.kind == "integer":
            v = self.integer_value(t)
            return f"{t.name}({v})" if t.name != "int" else f"({v})" if v < 0 else str(v)
        if t.kind == "float":
            return f"{t.name}({r.choice(FLOATS)})"
        if t.kind == "complex":
            return f"complex({r.choice(FLOATS)}, {r.choice(FLOATS)})"
        if t.kind == "string":
            return f"{t.name}({r.choice(STRINGS)})" if t.declared else r.choice(STRINGS)
        if t.kind == "bool":
            return f"{t.name}({r.choice(['true', 'false'])})" if t.declared else r.choice(["true", "false"])
        return getattr(self, "literal_" + t.kind)(t, depth) if depth >= -1 else self.zero(t)

    def zero(self, t):
        """Ends the nesting of literals."""
        return f"{t.name}{{}}" if t.kind in ("struct", "array") else f"({t.name})(nil)"

    def literal_struct(self, t, depth):
        if self.random.random() < 0.3:
            chosen = [f for f in t.fields if self.random.random() < 0.6]
            return t.name + "{" + ", ".join(f"{n}: {self.expression(f, depth - 1)}" for n, f in chosen) + "}"
        return t.name + "{" + ", ".join(self.expression(f, depth - 1) for _, f in t.fields) + "}"

    def literal_array(self, t, depth):
        if t.length > 8:
            at = sorted(self.random.sample(range(t.length), 2))
            return f"{t.name}{{{at[0]}: {self.expression(t.element, 0)}, {at[1]}: {self.expression(t.element, 0)}}}"
        return t.name + "{" + ", ".join(self.expression(t.element, depth - 1) for _ in range(t.length)) + "}"

    def literal_slice(self, t, depth):
        return t.name + "{" + ", ".join(self.expression(t.element, depth - 1) for _ in range(self.random.randint(0, 3))) + "}"

    def literal_map(self, t, depth):
        """Constant keys must differ: one entry, or none."""
        if self.random.random() < 0.3:
            return t.name + "{}"
        return f"{t.name}{{{self.expression(t.key, depth - 1)}: {self.expression(t.element, depth - 1)}}}"

    def literal_pointer(self, t, depth):
        if t.element.kind == "struct" and self.random.random() < 0.5:
            return "&" + self.literal(t.element, depth - 1)
        return f"ptr[{t.element.name}]({self.expression(t.element, depth - 1)})" if self.random.random() < 0.7 else f"new({t.element.name})"

    def literal_func(self, t, depth):
        if t is self.types.procedure:
            return "func() {}"
        parameter = Variable(self.fresh("a"), t.parameter)
        with self.inner([parameter]):
            body = self.expression(t.element, depth - 1)
        return f"func({parameter.name} {t.parameter.name}) {t.element.name} {{ return {body} }}"

    def literal_chan(self, t, depth):
        return f"make({t.name}, {self.random.randint(1, 3)})"

    def literal_any(self, t, depth):
        boxed = self.random.choice(self.types.boxable())
        return f"any({self.expression(boxed, depth - 1)})"

    def literal_interface(self, t, depth):
        implementing = next(types for i, types in self.types.interfaces if i is t)
        return f"{t.name}({self.expression_not_nil(self.random.choice(implementing), depth - 1)})"

    def expression_not_nil(self, t, depth):
        return self.literal(t, depth) if t.kind == "pointer" else self.expression(t, depth)

    # ---- ways from variables to values -----------------------------------------------

    def walk(self, variable, wanted, steps=3):
        """An expression of the wanted type over fields, elements and pointers from a variable, or None."""
        text, t = variable.name, variable.type
        for _ in range(steps):
            if t is wanted:
                return text
            if t.kind == "struct" and t.fields:
                same = [f for f in t.fields if f[1] is wanted]
                name, t = self.random.choice(same or t.fields)
                text = f"{text}.{name}"
            elif t.kind == "array":
                text, t = f"{text}[{self.index(t.length)}]", t.element
            elif t.kind == "slice":
                text, t = f"el({text}, {self.random.randint(0, 3)})", t.element
            elif t.kind == "map":
                text, t = f"{text}[{self.expression(t.key, -1)}]", t.element
            elif t.kind == "pointer":
                text, t = (f"at({text})" if t.element.kind == "struct" else f"(*at({text}))"), t.element
                if t.kind == "struct" and t is wanted:
                    text = f"(*{text})"
            elif t.kind == "any" and wanted in self.types.boxable():
                return f"as[{wanted.name}]({text})"
            elif t.kind == "string" and wanted.name == "uint8":
                return f"chr({text}, {self.random.randint(0, 4)})" if not t.declared else None
            else:
                return None
        return text if t is wanted else None

    def index(self, length):
        """An index of an array, constant or masked."""
        integers = [v for v in self.scope if v.type.kind == "integer"]
        if integers and self.random.random() < 0.4:
            v = self.random.choice(integers)
            v.used = True
            return f"uint64({v.name})%{length}"
        return str(self.random.randrange(length))

    def from_scope(self, t, walks=True):
        """An expression over a variable, or None."""
        direct = [v for v in self.scope if v.type is t]
        if direct and self.random.random() < 0.6:
            v = self.random.choice(direct[-6:] if self.random.random() < 0.7 else direct)
            v.used = True
            return v.name
        for _ in range(6 if walks and self.scope else 0):
            v = self.random.choice(self.scope)
            text = self.walk(v, t)
            if text:
                v.used = True
                return text
        return None

    def variable(self, t, depth=0):
        """An expression of a type that is no constant for Go."""
        text = self.from_scope(t)
        if text:
            return text
        if t.scalar:
            return self.global_scalar(t)
        return self.expression(t, depth)

    # ---- operators -------------------------------------------------------------------

    def expression(self, t, depth=2):
        """By chance inside a call that says that it is evaluated: calls have an order."""
        text = self.unlogged(t, depth)
        if self.random.random() < 0.02 and not self.isolated and not self.quiet and self.lines and t.kind not in ("any", "interface", "func"):
            return f"logged({self.number()}, {t.name}({text}))" if t.scalar and t.kind != "complex" else f"logged({self.number()}, {text})"
        return text

    def unlogged(self, t, depth):
        r = self.random
        if depth <= 0 or r.random() < 0.25:
            text = self.from_scope(t, depth >= 0) if r.random() < 0.8 else None
            return text or self.literal(t, depth)
        if r.random() < 0.12:
            text = self.pure_call(t, depth)
            if text:
                return text
        maker = getattr(self, "operate_" + t.kind, None)
        return (maker(t, depth) if maker else None) or self.from_scope(t) or self.literal(t, depth)

    def pure_call(self, t, depth):
        """A call of a function that changes nothing: declared before, a method, or a func value."""
        r = self.random
        found = [f for f in self.functions if f.pure and f.result is t and f.cost <= self.call_budget()]
        values = [v for v in self.scope if v.type.kind == "func" and v.type.element is t and v.type is not self.types.procedure]
        if values and r.random() < 0.5:
            v = r.choice(values)
            v.used = True
            self.charge(5)
            return f"call({v.name}, {self.expression(v.type.parameter, depth - 1)})"
        if not found:
            return None
        f = r.choice(found)
        self.charge(f.cost)
        arguments = ", ".join(self.expression(p.type, depth - 1) for p in f.parameters)
        if f.receiver:
            receiver = self.receiver(f, depth)
            return receiver and f"{receiver}.{f.name}({arguments})"
        return f"{f.name}({arguments})"

    def receiver(self, f, depth):
        """What a method is called on: an expression of the receiver's type that is not nil."""
        t = f.receiver.type
        if t.kind == "pointer":
            return f"at({self.expression(t, depth - 1)})"
        return f"({self.variable(t, depth - 1)})"

    def operate_integer(self, t, depth):
        r = self.random
        left = self.variable(t, depth - 1)
        choice = r.randrange(12)
        if choice < 5:
            right = self.expression(t, depth - 1)
            if r.random() < 0.3:
                right = str(v) if (v := self.integer_value(t)) >= 0 else f"({v})"       # untyped
            return f"({left} {r.choice(['+', '-', '*', '&', '|', '^', '&^'])} {right})"
        if choice == 5:
            return f"({left} {r.choice(['/', '%'])} ({self.variable(t, depth - 1)} | 1))"
        if choice == 6:
            return self.shift(t, left, depth)
        if choice == 7:
            return f"{r.choice(['-', '^', '+'])}{left}" if left[0] not in "-+^" else left
        if choice == 8:
            other = self.types.random_integer()
            return f"{t.name}({self.variable(other, depth - 1)})"
        if choice == 9:
            return f"{r.choice(['min', 'max'])}({left}, {self.expression(t, depth - 1)})"
        if choice == 10 and t.bits >= 32 and t.signed:
            small = self.types[r.choice(["int8", "int16", "uint8"])]
            return f"{t.name}({r.choice(['float64', 'float32'])}({self.variable(small, depth - 1)}) * 1.5)"
        container = [v for v in self.scope if v.type.kind in ("slice", "map", "chan") or v.type.name == "string"]
        if t.name == "int" and container:
            v = r.choice(container)
            v.used = True
            return f"len({v.name})"
        return f"pick({self.expression(self.types['bool'], depth - 1)}, {left}, {self.expression(t, depth - 1)})"

    def shift(self, t, left, depth):
        """By counts of any width; a signed count is made positive."""
        count = self.types.random_integer()
        by = self.variable(count, depth - 1)
        by = f"({by} & {self.random.choice([7, 31, 63, 127])})" if count.signed or self.random.random() < 0.6 else by
        if self.random.random() < 0.15:
            by = str(self.random.choice([0, 1, t.bits - 1, t.bits, 65, 200]))
        return f"({left} {self.random.choice(['<<', '>>'])} {by})"

    def operate_float(self, t, depth):
        r = self.random
        if r.random() < 0.3:
            other = self.types.random_integer()
            return f"{t.name}({self.variable(other, depth - 1)})"
        if r.random() < 0.15:
            other = self.types["float32" if t.bits == 64 else "float64"]
            return f"{t.name}({self.variable(other, depth - 1)})"
        if r.random() < 0.15:
            return f"{r.choice(['min', 'max'])}({self.variable(t, depth - 1)}, {self.expression(t, depth - 1)})"
        left, right = self.variable(t, depth - 1), self.variable(t, depth - 1)
        return f"({left} {r.choice('+-*/')} {right})"

    def operate_complex(self, t, depth):
        return f"({self.variable(t, depth - 1)} {self.random.choice('+-*')} {self.expression(t, depth - 1)})"

    def operate_string(self, t, depth):
        r = self.random
        if t.declared:
            return f"{t.name}({self.expression(self.types['string'], depth - 1)})"
        choice = r.randrange(6)
        if choice == 0:
            return f"cut({self.variable(t, depth - 1)}, {r.randint(0, 3)}, {r.randint(0, 9)})"
        if choice == 1:
            return f"string(rune({self.variable(self.types['int32'], depth - 1)}))"
        if choice == 2:
            return f"string([]byte{{{', '.join(self.expression(self.types['uint8'], depth - 1) for _ in range(r.randint(0, 3)))}}})"
        if choice == 3:
            other = self.types.random_type(1)
            text = self.from_scope(other)
            if text:
                return f"short({self.types.show(other, text)})"
        if choice == 4:
            return f"{r.choice(['min', 'max'])}({self.variable(t, depth - 1)}, {self.expression(t, depth - 1)})"
        return f"short({self.variable(t, depth - 1)} + {self.expression(t, depth - 1)})"

    def operate_bool(self, t, depth):
        r = self.random
        if t.declared:
            return f"{t.name}({self.operate_bool(self.types['bool'], depth)})"
        choice = r.randrange(5)
        if choice == 0:
            return f"({self.variable(t, depth - 1)} {r.choice(['&&', '||'])} {self.expression(t, depth - 1)})"
        if choice == 1:
            return f"!{self.variable(t, depth - 1)}"
        if choice == 2:
            other = self.types.random_key()
            left = self.from_scope(other)
            if left:
                return f"({left} {r.choice(['==', '!='])} {self.parenthesised(other, depth - 1)})"
        other = self.types.random_scalar()
        while not other.ordered:
            other = self.types.random_scalar()
        return f"({self.variable(other, depth - 1)} {r.choice(['<', '<=', '>', '>=', '==', '!='])} {self.expression(other, depth - 1)})"

    def parenthesised(self, t, depth):
        """Composite literals in conditions need brackets."""
        return f"({self.expression(t, depth)})"

    def operate_pointer(self, t, depth):
        """The address of a variable, field or element; else a new object."""
        places = [p for v in self.scope if (p := self.address_of(v, t.element))]
        if places and self.random.random() < 0.7:
            return "&" + self.place(places)
        return self.literal(t, depth)

    def place(self, places):
        text, v = self.random.choice(places)
        v.used = True
        return text

    def address_of(self, v, t):
        """(a way to an addressable t over fields and array elements of the variable alone, the variable), or None."""
        if not v.addressable or v.constant:
            return None
        text, at = v.name, v.type
        for _ in range(3):
            if at is t:
                return text, v
            if at.kind == "struct" and at.fields:
                name, at = self.random.choice([f for f in at.fields if f[1] is t] or at.fields)
                text = f"{text}.{name}"
            elif at.kind == "array":
                text, at = f"{text}[{self.random.randrange(at.length)}]", at.element
            else:
                return None
        return None

    def operate_slice(self, t, depth):
        r = self.random
        choice = r.randrange(4)
        if choice == 0:
            arrays = [p for v in self.scope if v.type.kind == "array" and v.type.element is t.element and (p := self.address_of(v, v.type))]
            if arrays:
                return self.place(arrays) + "[:]"
        if choice == 1:
            return f"part({self.variable(t, depth - 1)}, {r.randint(0, 2)}, {r.randint(0, 5)})"
        if choice == 2:
            base = self.variable(t, depth - 1)
            elements = ", ".join(self.expression(t.element, depth - 1) for _ in range(r.randint(1, 3)))
            return f"append(clip({base}), {elements})"
        return None

    def operate_any(self, t, depth):
        return self.literal_any(t, depth)

    def operate_interface(self, t, depth):
        return self.literal_interface(t, depth)
