"""Go text as a tree of lines, and as tokens: what the reducer and the mutations work on.

A Node is a line, or a block: a line that opens a bracket, the nodes inside, the line that closes it. Lines like
`} else {` close one block and open the next; such blocks hang together as the parts of one node. The text is expected
as gofmt leaves it: a bracket that stays open at the end of a line is closed at the start of a later one. Directives
(//go:noinline) belong to the line after them.
"""

import re

TOKEN = re.compile(r"""
    (?P<space>[ \t\n]+) | (?P<comment>//[^\n]*|/\*.*?\*/) | (?P<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)*')
    | (?P<number>0[xX][0-9a-fA-F_.pP+-]+|\.?[0-9][0-9_.]*(?:[eE][+-]?[0-9]+)?i?) | (?P<name>[^\W\d]\w*)
    | (?P<operator><<=|>>=|&\^=|\.\.\.|&&|\|\||<-|\+\+|--|==|!=|<=|>=|:=|<<|>>|&\^|[-+*/%&|^]=|.)""", re.X | re.S)


def tokens(text):
    """[(kind, text)] whose texts joined are the text."""
    return [(m.lastgroup, m.group()) for m in TOKEN.finditer(text)]


def balance(line):
    """How many brackets a line leaves open, and the lowest depth it reaches."""
    depth = low = 0
    for kind, t in tokens(line):
        if kind == "operator":
            depth += (t in "([{") - (t in ")]}")
            low = min(low, depth)
    return depth, low


class Node:
    def __init__(self, line):
        self.line = line            # the opening line of a block
        self.parts = []             # [(nodes, the line after them)]; none for a plain line

    def lines(self):
        yield self.line
        for nodes, end in self.parts:
            for n in nodes:
                yield from n.lines()
            if end is not None:
                yield end

    def size(self):
        return sum(1 for _ in self.lines())


def parse(text):
    """The nodes of a text; joined again they are the text."""
    return parse_nodes(lines_of(text), 0)[0]


def lines_of(text):
    """Lines; those within a raw string or a comment are one."""
    lines = [""]
    for kind, t in tokens(text):
        if kind == "space" and "\n" in t:
            first, *more = t.split("\n")
            lines[-1] += first
            lines += more
        else:
            lines[-1] += t
    return lines


def parse_nodes(lines, at, inside=False):
    """Nodes up to a line that closes more than it opens."""
    nodes = []
    while at < len(lines):
        depth, low = balance(lines[at])
        if low < 0 and inside:
            return nodes, at
        node = Node(lines[at])
        at += 1
        while node.line.rsplit("\n", 1)[-1].startswith("//go:") and at < len(lines) and balance(lines[at])[1] >= 0:
            node.line, depth = node.line + "\n" + lines[at], balance(lines[at])[0]
            at += 1
        if depth > 0:
            at = parse_parts(node, lines, at, depth)
        nodes.append(node)
    return nodes, at


def parse_parts(node, lines, at, depth):
    while at < len(lines):
        inner, at = parse_nodes(lines, at, True)
        if at == len(lines):
            node.parts.append((inner, None))
            return at
        node.parts.append((inner, lines[at]))
        depth += balance(lines[at])[0]
        at += 1
        if depth <= 0:
            break
    return at


def join(nodes):
    return "\n".join(line for n in nodes for line in n.lines())
