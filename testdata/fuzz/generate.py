"""Generator: one random program, by seed.

    Generator(seed).program() -> text

The order of the work: types; globals; functions that change nothing (pure), then methods, then functions that change
things, each of which may call those before it; flows (flows.py); main, which calls all of them in sections that
recover. self.scope holds the variables in sight, self.lines the body being written. Costs are counted (charge), so
that every program ends after about some ten thousand statements. What all programs share stands in prelude.py.
"""

import contextlib
import random

import prelude
from expressions import Expressions, Variable
from flows import Flows
from gotypes import Type, Types
from scenarios import Scenarios
from statements import Statements

FUNCTION_COST = 3000        # statements that a function may run, with all it calls


class Function:
    """result is that of a pure function; results those of others. receiver: a Variable or None."""

    def __init__(self, name, parameters, results, pure, receiver=None):
        self.name, self.parameters, self.results, self.pure, self.receiver = name, parameters, results, pure, receiver
        self.result = results[0] if len(results) == 1 else None
        self.cost = 0

    def signature(self):
        results = ", ".join(t.name for t in self.results)
        return f"({', '.join(p.name + ' ' + p.type.name for p in self.parameters)})" + (f" ({results})" if results else "")


class Generator(Expressions, Statements, Scenarios, Flows):
    def __init__(self, seed, without=()):
        self.random = random.Random(seed)
        self.without = without      # kinds of statements that are not made
        self.types = Types(self.random)
        self.package = []           # lines at the top level
        self.functions = []
        self.globals, self.constants = [], []
        self.scope, self.block_start = [], 0
        self.lines, self.depth = [], 1
        self.counter = 0
        self.cost, self.multiplier = 0, 1
        self.in_loop = self.isolated = self.quiet = False

    # ---- small services --------------------------------------------------------------

    def number(self):
        self.counter += 1
        return self.counter

    def fresh(self, letter):
        return f"{letter}{self.number()}"

    def line(self, text):
        if self.quiet:
            text = text.replace('out("', 'quiet("').replace('try("', 'tryQuiet("')
        if text:
            self.lines.append("\t" * self.depth + text)

    def charge(self, cost):
        self.cost += cost * self.multiplier

    def call_budget(self):
        return (FUNCTION_COST - self.cost) // self.multiplier

    @contextlib.contextmanager
    def inner(self, variables=()):
        """A scope inside the present one."""
        start, outer = self.block_start, len(self.scope)
        self.block_start = outer
        self.scope += variables
        yield
        del self.scope[outer:]
        self.block_start = start

    @contextlib.contextmanager
    def alone(self, variables):
        """A scope that sees nothing of what is around it."""
        kept = self.scope, self.block_start, self.isolated
        self.scope, self.block_start, self.isolated = list(variables), 0, True
        yield
        self.scope, self.block_start, self.isolated = kept

    @contextlib.contextmanager
    def indented(self, by=1):
        self.depth += by
        yield
        self.depth -= by

    def scope_of_block(self):
        return self.scope[self.block_start:]

    def global_scalar(self, t):
        return self.random.choice([v for v in (self.constants if self.isolated else self.globals) if v.type is t]).name

    # ---- types and globals -----------------------------------------------------------

    def make_types(self):
        r = self.random
        for n in range(r.randint(1, 2)):
            base = self.types.random_integer()
            self.types.declare(Type("integer", f"I{n}", bits=base.bits, signed=base.signed), base.name)
        if r.random() < 0.5:
            self.types.declare(Type("string", "Text"), "string")
        for n in range(r.randint(1, 3)):
            self.declare_struct(f"S{n}", [self.types.random_scalar() for _ in range(r.randint(1, 3))])
        for n in range(r.randint(1, 3)):
            self.make_interface(n)
        for n in range(r.randint(2, 4)):
            self.declare_struct(f"T{n}", [self.types.random_small(2) for _ in range(r.randint(1, 5))])
        if r.random() < 0.5:
            element = self.types[r.choice(["int", "int32", "uint8", "uint64"])]
            t = self.types.declare(Type("array", "Huge", element=element, length=1200 // (element.bits // 8)), f"[{1200 // (element.bits // 8)}]{element.name}")
            self.declare_struct("HugeStruct", [t, self.types.pointer(self.types["int"]), self.types.random_small()])

    def declare_struct(self, name, types):
        fields = [(f"f{i}", t) for i, t in enumerate(types)]
        return self.types.declare(Type("struct", name, fields=fields), "struct { " + "; ".join(f"{f} {t.name}" for f, t in fields) + " }")

    def make_interface(self, n):
        """An interface and the types that have its methods; those hold scalars, so that values cannot go in circles."""
        r = self.random
        i = Type("interface", f"Shape{n}")
        result, parameter = self.types.random_scalar(), self.types.random_scalar()
        i.methods = [Function(f"Value{n}", [Variable("a", parameter)], [result], True), Function(f"Change{n}", [Variable("a", parameter)], [], False)]
        self.types.declare(i, "interface { " + "; ".join(m.name + m.signature() for m in i.methods) + " }")
        holders = []
        for k in range(r.randint(1, 3)):
            t = self.declare_struct(f"H{n}x{k}", [self.types.random_scalar() for _ in range(r.randint(1, 3))])
            holders.append(t)
        self.types.interfaces.append((i, [self.types.pointer(t) for t in holders]))

    def make_globals(self):
        for t in list(self.types.by_name.values()):
            if t.scalar:
                for kept, letter in ((self.constants, "r"), (self.globals, "g")):
                    v = Variable(letter + t.name, t, constant=letter == "r")
                    self.package.append(f"var {v.name} {t.name} = {self.literal(t)}")
                    kept.append(v)
        for _ in range(self.random.randint(2, 5)):
            v = Variable(self.fresh("g"), self.types.random_type())
            self.scope = list(self.constants)
            self.package.append(f"var {v.name} {v.type.name} = {self.literal(v.type)}")
            self.globals.append(v)

    # ---- functions -------------------------------------------------------------------

    def write(self, function, body):
        """A function whose body is written by body(); the scope is its parameters and, unless it is pure, globals."""
        self.lines, self.depth, self.cost, self.multiplier = [], 1, 5, 1
        parameters = function.parameters + ([function.receiver] if function.receiver else [])
        for p in parameters:
            p.used = True
        hidden = function.pure or function.receiver
        with self.alone(parameters) if hidden else self.inner(self.random.sample(self.globals, min(4, len(self.globals))) + parameters):
            body(function)
        function.cost = self.cost
        if self.random.random() < 0.3:
            self.package.append("//go:noinline")
        receiver = f"({function.receiver.name} {function.receiver.type.name}) " if function.receiver else ""
        self.package += [f"func {receiver}{function.name}{function.signature()} {{", *self.lines, "}"]
        self.functions.append(function)

    def pure_body(self, function):
        """Locals by expressions, one loop at most."""
        for _ in range(self.random.randint(0, 3)):
            self.make_declare(0)
        if self.random.random() < 0.4:
            self.make_disturb(0)
        self.quiet = True
        self.use_all()
        self.quiet = False
        self.line(f"return {self.expression(function.result)}")

    def procedure_body(self, function):
        for _ in range(self.random.randint(4, 14)):
            if self.cost > FUNCTION_COST // 2:
                break
            self.statement(2)
        self.make_disturb(0)
        if not self.isolated:
            for v in self.random.sample(self.scope, min(8, len(self.scope))):
                self.show(v)
        self.use_all()
        if function.results:
            self.line("return " + ", ".join(self.expression(t) for t in function.results))

    def method_body(self, function):
        self.quiet = True
        for _ in range(self.random.randint(1, 3)):
            self.statement(0)
        self.use_all()
        self.quiet = False

    def parameters(self, count, make):
        return [Variable(self.fresh("a"), make()) for _ in range(count)]

    def make_functions(self):
        r = self.random
        for i, pointers in self.types.interfaces:
            for m in i.methods:
                for p in pointers:
                    parameters = [Variable(self.fresh("a"), v.type) for v in m.parameters]
                    f = Function(m.name, parameters, m.results, m.pure, Variable(self.fresh("o"), p))
                    f.receiver.constant = True
                    self.write(f, self.pure_body if m.pure else self.method_body)
        for _ in range(r.randint(3, 7)):
            f = Function(self.fresh("pure"), self.parameters(r.randint(0, 3), self.types.random_type), [self.types.random_type()], True)
            self.write(f, self.pure_body)
        for _ in range(r.randint(3, 8)):
            results = [self.types.random_type() for _ in range(r.choice([0, 0, 1, 1, 2, 3]))]
            f = Function(self.fresh("do"), self.parameters(r.randint(0, 4), self.types.random_type), results, False)
            self.write(f, self.procedure_body)

    # ---- the program -----------------------------------------------------------------

    def main(self, flows):
        self.lines, self.depth, self.multiplier = [], 1, 1
        background = self.random.random() < 0.5
        if background:
            self.line("stop := background()")
        with self.inner(self.globals):
            for name in flows:
                self.line(f'try("{name}", {name})')
            for f in self.functions:
                if f.pure or f.receiver:
                    continue
                self.cost = 0
                call = f"{f.name}({', '.join(self.expression(p.type) for p in f.parameters)})"
                self.line(f'try("{f.name}", func() {{')
                with self.indented():
                    names = [self.fresh("v") for _ in f.results]
                    self.line(f"{', '.join(names)} := {call}" if names else call)
                    for n, t in zip(names, f.results):
                        self.show(Variable(n, t))
                self.line("})")
            for v in self.globals:
                self.show(v)
        if background:
            self.line("close(stop)")
        return ["func main() {", *self.lines, "}"]

    def program(self):
        self.make_types()
        self.make_globals()
        self.make_functions()
        flows = [self.flow() for _ in range(self.random.randint(2, 8))]
        main = self.main(flows)
        self.types.show(self.types["any"], "e")         # the prelude's showPanic asks for it
        shows = [s for _, lines in self.types.show_functions.values() for s in lines]
        return "\n".join([prelude.HEAD, *self.types.declarations, *self.package, *main, *shows]) + "\n"
