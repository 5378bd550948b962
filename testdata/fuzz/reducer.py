"""Makes a program small while it still shows a finding of the same kind.

    reduce(program, shows, refused, seconds) -> program         seconds: processor time of what is run for it

The limit is processor time of the compilers and programs that the two functions run, so what else the machine does
decides how long it takes and not how small the program becomes.

shows(program) says whether the finding is still there; refused(program) gives the compiler's messages where it is
refused. Passes, repeated until none helps: leave out files, runs of nodes (by halves, then one by one; those of main
first), replace blocks by what is in them, then simplify tokens of single lines: an operand instead of an operation, an
argument instead of a call, a plain literal. What that leaves without use goes at once: declarations that main does not
reach (sweep), imports, variables; lines that name what is gone go too (repair).
"""

import re
import resource

import source


def seconds_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Reducer:
    def __init__(self, program, shows, refused, seconds):
        self.program, self.shows, self.refused = dict(program), shows, refused
        self.end = seconds_of_children() + seconds
        self.tried, self.attempts = set(), 0

    def out_of_time(self):
        return seconds_of_children() > self.end

    def is_new(self, program):
        key = hash(tuple(sorted(program.items())))
        new = key not in self.tried
        self.tried.add(key)
        return new

    def next_form(self, program):
        """The program swept, or None where that has been tried before: other changes led to it."""
        swept = sweep(program)
        return swept if swept == program or self.is_new(swept) else None

    def attempt(self, program):
        """Takes the program over if it shows the finding, repaired where that is needed."""
        if self.out_of_time() or not self.is_new(program):
            return False
        program = self.next_form(program)
        for _ in range(8):
            if program is None:
                return False
            self.attempts += 1
            messages = self.refused(program)
            if not messages:
                break
            repaired = repair(program, messages)
            program = self.next_form(repaired) if repaired and self.is_new(repaired) else None
        else:
            return False
        if not self.shows(program):
            return False
        self.program = program
        return True

    def replace(self, name, text):
        return self.attempt({**self.program, name: text})

    # ---- passes ----------------------------------------------------------------------

    def run(self):
        self.attempt(sweep(self.program))
        changed = True
        while changed and not self.out_of_time():
            before = dict(self.program)
            for name in list(self.program):
                if name != "main.go" and name in self.program:
                    self.attempt({n: t for n, t in self.program.items() if n != name})
            for name in list(self.program):
                if name.endswith(".go"):
                    if re.search(r"^func main\(", self.program[name], re.M):
                        self.remove_nodes(name, "func main(")
                    self.remove_nodes(name)
                    self.unwrap(name)
            for name in list(self.program):
                if name.endswith(".go"):
                    self.simplify(name)
            changed = before != self.program
        return self.program

    def remove_nodes(self, name, within=""):
        """Delta debugging in every list of nodes: statements, cases, fields, arguments on lines of their own."""
        level = 1           # what is needless at the top is swept away; the rest of it comes last
        while not self.out_of_time():
            lists = lists_at(source.parse(self.program[name]), level, within)
            if not lists:
                break
            for index in range(len(lists)):
                self.remove_from_list(name, level, index, within)
            level += 1
        if not within:
            self.remove_from_list(name, 0, 0, within)

    def remove_from_list(self, name, level, index, within):
        size = None
        start = 0
        while not self.out_of_time():
            nodes = source.parse(self.program[name])
            lists = lists_at(nodes, level, within)
            if index >= len(lists) or not lists[index]:
                return
            wanted = lists[index]
            size = min(size or len(wanted), len(wanted))
            if start >= len(wanted):
                if size == 1:
                    return
                size, start = (size + 1) // 2, 0
                continue
            del wanted[start:start + size]
            if not self.replace(name, source.join(nodes)):
                start += size

    def unwrap(self, name):
        """A block becomes what is in it: if, for, func() { } () and the like."""
        at = 0
        while not self.out_of_time():
            nodes = source.parse(self.program[name])
            blocks = [(owner, i) for owner in all_lists(nodes) for i, n in enumerate(owner) if n.parts and owner is not nodes]
            if at >= len(blocks):
                return
            owner, i = blocks[at]
            owner[i:i + 1] = [inner for part, _ in owner[i].parts for inner in part]
            if not self.replace(name, source.join(nodes)):
                at += 1

    def simplify(self, name):
        """One replacement of tokens at a time, line by line."""
        at = 0
        while not self.out_of_time():
            lines = self.program[name].split("\n")
            if at >= len(lines):
                return
            for candidate in simpler(lines[at]):
                if self.replace(name, "\n".join(lines[:at] + [candidate] + lines[at + 1:])):
                    break
            else:
                at += 1


def lists_at(nodes, level, within=""):
    """The lists of nodes that lie so deep, in the declarations that begin with a text."""
    lists = [[n for n in nodes if n.line.startswith(within)] if within else nodes]
    for _ in range(level):
        lists = [part for nodes in lists for n in nodes for part, _ in n.parts]
    return lists


def all_lists(nodes):
    yield nodes
    for n in nodes:
        for part, _ in n.parts:
            yield from all_lists(part)


# ---- tokens --------------------------------------------------------------------------

OPEN, CLOSE = "([{", ")]}"
BINARY = {"+", "-", "*", "/", "%", "&", "|", "^", "&^", "<<", ">>", "&&", "||", "==", "!=", "<", "<=", ">", ">=", ","}


def closing(ts, at):
    depth = 0
    for i in range(at, len(ts)):
        if ts[i][0] == "operator":
            depth += (ts[i][1] in OPEN) - (ts[i][1] in CLOSE)
            if depth == 0:
                return i
    return None


def simpler(line):
    """Lines that say less: the larger steps first."""
    ts = source.tokens(line)
    text = lambda a, b: "".join(t for _, t in ts[a:b])
    found = []
    for i, (kind, t) in enumerate(ts):
        if kind == "operator" and t in OPEN:
            end = closing(ts, i)
            if end is None or end == i + 1:
                continue
            name = i
            while name > 0 and (ts[name - 1][0] in ("name",) or ts[name - 1][1] in (".", "*", "&")):
                name -= 1
            inside = arguments(ts, i + 1, end)
            for a, b in inside:
                found.append(text(0, name) + text(a, b) + text(end + 1, len(ts)))          # f(a, b) to a
                found.append(text(0, i) + text(a, b) + text(end + 1, len(ts)))
            for a, b in inside if len(inside) > 1 else ():
                rest = [text(*p).strip() for p in inside if p != (a, b)]
                found.append(text(0, i + 1) + ", ".join(rest) + text(end, len(ts)))        # without one argument
            for plain in ("0", '""', "nil", "1", "true"):
                found.append(text(0, name) + plain + text(end + 1, len(ts)))
            found.append(text(0, i + 1) + text(end, len(ts)))
        elif kind == "operator" and t in BINARY and t != ",":
            a, b = operand_before(ts, i), operand_after(ts, i)
            found.append(text(0, a) + text(i + 1, len(ts)).lstrip())
            found.append(text(0, i).rstrip() + text(b, len(ts)))
        elif kind == "number" and t not in ("0", "1", "2"):
            found += [text(0, i) + plain + text(i + 1, len(ts)) for plain in ("0", "1", "2")]
        elif kind == "string" and len(t) > 3:
            found.append(text(0, i) + ("'a'" if t[0] == "'" else '""') + text(i + 1, len(ts)))
        elif kind == "comment" and not t.startswith("//go:uintptr"):
            found.append(text(0, i).rstrip() + text(i + 1, len(ts)))
    return sorted({f for f in found if len(f) < len(line) or f.count("0") > line.count("0") and len(f) <= len(line)}, key=len)


def arguments(ts, start, end):
    """Spans between the commas (or semicolons) at the top of a bracket."""
    spans, depth, a = [], 0, start
    for i in range(start, end):
        t = ts[i][1] if ts[i][0] == "operator" else ""
        if t and t in OPEN:
            depth += 1
        elif t and t in CLOSE:
            depth -= 1
        elif t and t in ",;:" and depth == 0:
            spans.append((a, i))
            a = i + 1
    spans.append((a, end))
    return [(a, b) for a, b in spans if any(ts[i][0] != "space" for i in range(a, b))]


def operand_before(ts, at):
    depth = 0
    for i in range(at - 1, -1, -1):
        t = ts[i][1]
        if ts[i][0] == "operator":
            depth += (t in CLOSE) - (t in OPEN)
            if depth < 0 or depth == 0 and (t in BINARY or t in (":=", "=", ";", "+=", "-=")):
                return i + 1
        elif ts[i] == ("name", "return") or ts[i] == ("name", "if"):
            return i + 2
    return 0


def operand_after(ts, at):
    depth = 0
    for i in range(at + 1, len(ts)):
        t = ts[i][1]
        if ts[i][0] == "operator":
            depth += (t in OPEN) - (t in CLOSE)
            if depth < 0 or depth == 0 and (t in BINARY or t == ";") or t == "{" and depth == 1:
                return i
    return len(ts)


# ---- what is reached -------------------------------------------------------------------

DECLARATION = re.compile(r"(?://go:[^\n]*\n)*(?:func \((?:\w+ )?\*?(?P<receiver>\w+)[^)]*\) (?P<method>\w+)|(?:func|type|var|const) (?P<name>\w+))")


def sweep(program):
    """Without blank lines and, in a program of one package, what nothing reaches from main."""
    program = {name: re.sub(r"\n(\s*\n)+", "\n", text) for name, text in program.items()}
    if [name for name in program if name.endswith(".go")] != ["main.go"]:
        return program
    nodes = source.parse(program["main.go"])
    waiting, named, kept = [], {}, set()
    for n in nodes:
        m = DECLARATION.match(n.line)
        if m and (m["method"] or m["name"] not in ("main", "init", "_")):
            named.setdefault(m["method"] or m["name"], []).append((n, m["receiver"]))
        else:
            waiting.append(n)
    words, later = set(), []
    while waiting:
        n = waiting.pop()
        kept.add(id(n))
        for _, word in source.tokens("\n".join(n.lines())):
            if word in words:
                continue
            words.add(word)
            later += named.pop(word, [])
        ready = [n for n, receiver in later if not receiver or receiver in words]
        later = [(n, receiver) for n, receiver in later if receiver and receiver not in words]
        waiting += ready
    return {**program, "main.go": source.join([n for n in nodes if id(n) in kept])}


# ---- repairs -------------------------------------------------------------------------

def repair(program, messages):
    """The program without what the messages call unused, or None where they say something else."""
    edits = {}
    for line in messages.splitlines():
        m = re.match(r"(?:\./)?([^\s:]+):(\d+):\d+: (.*)", line)
        if not m:
            continue
        name, number, message = m[1], int(m[2]) - 1, m[3]
        unused = re.match(r"declared and not used: (\w+)", message)
        label = re.match(r"label (\w+) defined and not used", message)
        if name not in program:
            return None
        if unused:
            edits.setdefault(name, []).append((number, "use", unused[1]))
        elif "imported and not used" in message or label:
            edits.setdefault(name, []).append((number, "drop", label[1] if label else ""))
        elif message == "missing return":
            edits.setdefault(name, []).append((number, "return", ""))
        elif message.startswith("undefined: "):
            edits.setdefault(name, []).append((number, "undefined", message.split()[1]))
        elif "too many errors" not in message:
            return None
    if not edits:
        return None
    result = dict(program)
    for name, changes in edits.items():
        lines = result[name].split("\n")
        for number, action, word in sorted(set(changes), reverse=True):
            if mend(lines, number, action, word):
                return None
        result[name] = "\n".join(lines)
    return result


USES = re.compile(r"\s*_(, _)* = (\w+(, \w+)*)?$")


def mend(lines, number, action, word):
    """True where it cannot be mended."""
    if action == "return":
        lines.insert(number, "panic(0)")
    elif action == "undefined":
        m = USES.match(lines[number])
        if m:
            names = [x for x in (m[2] or "").split(", ") if x and x != word]
            lines[number] = f"{', '.join('_' * len(names))} = {', '.join(names)}" if names else ""
        elif not balanced(lines[number]):
            return True
        else:
            lines[number] = ""
    elif action == "drop":
        lines[number] = re.sub(rf"^\s*{word}:", "", lines[number]) if word else re.sub(r'"[^"]*"', "", lines[number]).replace("import ", "", 1)
    elif re.match(rf"\s*(var )?{word}( \S+)?( :?= .*)?$", lines[number]) and balanced(lines[number]):
        m = re.match(r"(\s*).*? :?= (.*)$", lines[number])
        lines[number] = f"{m[1]}_ = {m[2]}" if m and "(" in m[2] else ""
    else:
        changed = re.sub(rf"\b{word}\b", "_", lines[number], count=1)
        if re.match(r"\s*(_(, _)*) := ", changed):
            changed = changed.replace(":=", "=", 1)
        lines[number] = re.sub(r"for _(, _)? := range", "for range", changed)


def balanced(line):
    return source.balance(line) == (0, 0)


def reduce(program, shows, refused, seconds):
    reducer = Reducer(program, shows, refused, seconds)
    return reducer.run()
