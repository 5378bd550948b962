#!/usr/bin/env python3
"""Draws the pictures of docs/runtime.md from the runtime's own words:

    goroutine.svg   the states of goroutines, from the table in the head of runtime/stack/g.h
    processor.svg   the states of processors, from the enum and the comments in runtime/sched/p.h
    freeze.svg      native frames becoming saved ones
    collection.svg  the phases of a cycle beside the program, by the functions of runtime/gc/collect.c that make them

    docs/drawings/draw.py [--check]

A state that the table has and this script has no place for, a place without a state, an arrow to nowhere, or a function that is
not there any more is an error. --check (make unit) also fails where a picture is not what would be drawn.
"""
import html
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #1b1f24; } .dim { fill: #57606a; font-size: 11px; } .mono { font: 12px ui-monospace, monospace; }
.box { fill: #f6f8fa; stroke: #57606a; } .hot { fill: #ffe8cc; stroke: #d9480f; } .cold { fill: #e5dbff; stroke: #7048e8; }
.stop { fill: #ffc9c9; stroke: #c92a2a; } .line { fill: none; stroke: #57606a; marker-end: url(#tip); }
@media (prefers-color-scheme: dark) { svg { background: #fff; } }
</style>
<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="#57606a"/></marker></defs>"""


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


class Picture:
    def __init__(self, width, height):
        self.width, self.height, self.parts = width, height, []

    def box(self, x, y, w, h, title, lines=(), kind="box"):
        self.parts.append(f'<rect class="{kind}" x="{x}" y="{y}" width="{w}" height="{h}" rx="5"/>')
        self.text(x + 8, y + 18, title)
        for i, line in enumerate(lines):
            self.text(x + 8, y + 34 + 14 * i, line, "dim")

    def text(self, x, y, text, kind=""):
        self.parts.append(f'<text x="{x}" y="{y}" class="{kind}">{html.escape(text)}</text>')

    def line(self, points):
        path = "M" + " L".join(f"{x:.0f},{y:.0f}" for x, y in points)
        self.parts.append(f'<path class="line" d="{path}"/>')

    def svg(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
                f'height="{self.height}">\n{STYLE}\n' + "\n".join(self.parts) + "\n</svg>\n")


def edge(a, b, w, h, shift):
    """From the border of box a to that of box b, moved aside so that there and back are two lines."""
    (ax, ay), (bx, by) = ((x + w / 2, y + h / 2) for x, y in (a, b))
    length = max(1.0, ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5)
    dx, dy = (bx - ax) / length, (by - ay) / length
    ax, bx, ay, by = ax - dy * shift, bx - dy * shift, ay + dx * shift, by + dx * shift

    def out(x, y, sx, sy):
        t = min((w / 2 - abs(dy * shift)) / abs(sx) if abs(sx) > 1e-6 else 1e9, (h / 2 - abs(dx * shift)) / abs(sy) if abs(sy) > 1e-6 else 1e9)
        return x + sx * t, y + sy * t

    return [out(ax, ay, dx, dy), out(bx, by, -dx, -dy)]


# ---- goroutines --------------------------------------------------------------------------------

GOROUTINE = {"DEAD": (20, 20), "RUNNABLE": (20, 150), "RUNNING": (310, 150), "IN_CALL": (310, 20), "PARKING": (600, 150),
             "WAITING": (600, 300), "READIED": (310, 300)}


def goroutine_states():
    """{state: (queue, owner, [next])} of the table in g.h, whose columns begin where its heading's do."""
    lines = read("runtime/stack/g.h").split("\n")
    head = next(i for i, line in enumerate(lines) if re.match(r" \*\s+state\s+on which queue", line))
    columns = [lines[head].index(word) for word in ("state", "on which queue", "who owns", "next")] + [200]
    rows, last = {}, None
    for line in lines[head + 1:]:
        if line.strip() == "*":
            break
        cells = [line[a:b].strip() for a, b in zip(columns, columns[1:])]
        if cells[0]:
            last = rows[cells[0].removeprefix("G_")] = [cells[1], cells[2], cells[3]]
        else:
            for i in range(3):
                last[i] = (last[i] + " " + cells[i + 1]).strip()
    return {name: (queue, owner, re.findall(r"\b[A-Z][A-Z_]+\b", following)) for name, (queue, owner, following) in rows.items()}


def shortened(text):
    return text if len(text) <= 38 else text[:36].rsplit(" ", 1)[0] + " ..."


def goroutine():
    states = goroutine_states()
    declared = set(re.search(r"enum g_status \{([^}]*)\}", read("runtime/stack/g.h"))[1].replace("G_", "").replace(" ", "").split(","))
    if not declared == set(states) == set(GOROUTINE):
        sys.exit(f"draw.py: states of goroutines: enum {declared}, table {set(states)}, places {set(GOROUTINE)}")
    p, w, h = Picture(900, 390), 250, 66
    for name, (queue, owner, following) in states.items():
        x, y = GOROUTINE[name]
        kind = "hot" if name in ("RUNNING", "PARKING", "READIED") else "cold" if name in ("WAITING", "IN_CALL") else "box"
        p.box(x, y, w, h, name, ["queue: " + shortened(queue), "stack: " + shortened(owner)], kind)
        for other in following:
            if other not in GOROUTINE:
                sys.exit(f"draw.py: {name} leads to {other}, which is no state")
            both = name in states[other][2]
            p.line(edge((x, y), GOROUTINE[other], w, h, 9 if both else 0))
    p.text(20, 384, "orange: native frames may exist; violet: only saved frames, the collector may read them", "dim")
    return p


# ---- processors -----------------------------------------------------------------------------------

PROCESSOR = {"IDLE": (20, 60, "in the list of idle ones"), "RUNNING": (290, 60, "a worker runs goroutines"),
             "IN_CALL": (560, 10, "its worker is in a C call"), "STOPPED": (560, 110, "its worker waits in a stop")}
PROCESSOR_LINES = [("IDLE", "RUNNING"), ("RUNNING", "IDLE"), ("RUNNING", "IN_CALL"), ("IN_CALL", "RUNNING"), ("RUNNING", "STOPPED"), ("STOPPED", "RUNNING")]


def processor():
    declared = re.search(r"enum \{ (P_IDLE[^}]*) \}", read("runtime/sched/p.h"))[1].replace("P_", "").replace(" ", "").split(",")
    if set(declared) != set(PROCESSOR):
        sys.exit(f"draw.py: states of processors: {declared}")
    p, w, h = Picture(790, 215), 210, 56
    for name, (x, y, what) in PROCESSOR.items():
        p.box(x, y, w, h, name, [what], "stop" if name == "STOPPED" else "hot" if name == "RUNNING" else "box")
    for a, b in PROCESSOR_LINES:
        p.line(edge(PROCESSOR[a][:2], PROCESSOR[b][:2], w, h, 9))
    p.line([(665, 10), (665, 3), (125, 3), (125, 60)])
    p.text(300, 17, "taken away: the call lasts, and others could run", "dim")
    p.text(20, 205, "GOMAXPROCS of them; a worker that has one is inside", "dim")
    return p


# ---- a freeze --------------------------------------------------------------------------------------------

def freeze():
    p = Picture(810, 270)
    for x, title in ((20, "1. native frames (C)"), (290, "2. each function saves and returns"), (570, "3. on the goroutine's stack")):
        p.text(x, 18, title)
    for i, name in enumerate(("main.f", "main.g", "main.h")):
        p.box(20, 40 + 50 * i, 200, 44, name, ["its variables in registers"], "hot")
    p.text(20, 215, "limit is poisoned:", "dim")
    p.text(20, 230, "h's next check sees it", "dim")
    for i, name in enumerate(("main.h", "main.g", "main.f")):
        p.box(290, 40 + 50 * i, 210, 44, name, ["gol_freeze_words: the live ones"], "box")
        p.line([(222, 62 + 50 * (2 - i)), (288, 62 + 50 * i)])
    p.text(290, 215, "innermost first, into the worker's scratch;", "dim")
    p.text(290, 230, "what has an address: moved objects", "dim")
    for i, name in enumerate(("main.f", "main.g", "main.h")):
        p.box(570, 40 + 50 * i, 210, 44, name, ["function, resume point, live words"], "cold")
        p.line([(502, 62 + 50 * (2 - i)), (568, 62 + 50 * i)])
    p.text(570, 215, "pointers into moved objects are mended;", "dim")
    p.text(570, 230, "thawing enters h at its resume point,", "dim")
    p.text(570, 245, "g's when h returns: one frame at a time", "dim")
    return p


# ---- a collection ---------------------------------------------------------------------------------------------

PHASES = [("stop", 110, "begin_beside", ["all roots"]), ("cold", 300, "marker.c", ["marks beside the program;", "barriers hand over (shade.c)"]),
          ("stop", 110, "end_beside", ["the last of it,", "specials"]), ("box", 250, "marker.c", ["sweeps, gives memory back;", "allocation sweeps too"])]


def collection():
    sources = read("runtime/gc/collect.c")
    p, x = Picture(840, 190), 20
    p.text(20, 18, "one cycle, several processors")
    for kind, width, what, lines in PHASES:
        if what.endswith(".c") and not os.path.exists(os.path.join(ROOT, "runtime/gc", what)) or not what.endswith(".c") and f" {what}(" not in sources:
            sys.exit(f"draw.py: runtime/gc has no {what}")
        p.box(x, 34, width, 70, what, lines, kind)
        x += width + 8
    for start, end in ((20, 130), (446, 556)):
        p.parts.append(f'<rect class="stop" x="{start}" y="120" width="{end - start}" height="14"/>')
    for start, end in ((138, 438), (564, 814)):
        p.parts.append(f'<rect class="hot" x="{start}" y="120" width="{end - start}" height="14"/>')
    p.text(20, 154, "red: every goroutine is frozen or parked; orange: the program runs.", "dim")
    p.text(20, 170, "A program that allocates faster than the marker marks is stopped for slices of marking in between (slow_down).", "dim")
    return p


def main():
    stale = []
    for draw in (goroutine, processor, freeze, collection):
        path, text = os.path.join(HERE, draw.__name__ + ".svg"), draw().svg()
        if sys.argv[1:] == ["--check"]:
            if not os.path.exists(path) or open(path, encoding="utf-8").read() != text:
                stale.append(path)
        else:
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
    for path in stale:
        print(f"{os.path.relpath(path)} is not what docs/drawings/draw.py draws")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
