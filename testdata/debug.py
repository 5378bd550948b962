#!/usr/bin/env python3
"""Drives gdb over testdata/debug: lines, breakpoints, traces and variables of what `gol build -O0 -g` makes, with one and
two versions of its functions, plain and when everything freezes at every safepoint.

    testdata/debug.py [--gol ./gol]
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.join(HERE, "debug", "main.gol")
SETTINGS = {"plain": "", "freeze": "freeze,window=2"}

with open(SOURCE, encoding="utf-8") as f:
    TEXT = f.read().split("\n")
LINE = {m[1]: number for number, line in enumerate(TEXT, 1) for m in [re.search(r"// at (\w+)$", line)] if m}
NAME = {number: name for name, number in LINE.items()}

# Where to stop, which time, what to print there, and what gdb shall say; None: it does not stop there so many times.
PRINTS = [
    ("leaf1", 1, {"n": "2"}),
    ("inner", 1, {"x": "102", "n": "2"}),
    ("inner2", 1, {"x": "103"}),
    ("for", 1, {"x": "4"}),
    ("body2", 2, {"x": "1001", "i": "1", "n": "1002"}),
    ("return", 1, {"x": "4", "n": "2003"}),
    ("return", 2, {"x": "6", "n": "2004"}),
    ("call2", 1, {"my_sum": "2007", "p->x": "2", "s.len": "3", "result": "0"}),
    ("err", 1, {"my_sum": "4017"}),
    ("middleEnd", 1, {"result": "4022", "my_sum": "4017"}),
    ("move2", 1, {"p->x": "2", "by": "1"}),
    ("add", 1, {"count": "1", "k": "10"}),
    ("add", 2, {"count": "11", "k": "100"}),
    ("afterAdd", 1, {"count": "111"}),
    ("sharedEnd", 1, {"g_6": "111", "r": "7", "__builtin_expect_6": "3"}),
    ("pair", 1, {}),
    ("pair", 2, None),
    ("afterPair", 1, {"n": "5", "err.tab": "0"}),
    ("send", 2, None),
    ("receive", 2, None),
    ("select", 1, {"ok": "1", "text.len": "3"}),
    ("select", 2, None),
    ("rangeBody", 2, {"ok": "1", "n": "8"}),
    ("store", 1, {"n": "9", "ok": "1"}),
    ("store", 2, None),
    ("severalEnd", 1, {"n": "9"}),
    ("range", 2, {"i": "1", "v": "6", "last.a[0]": "5"}),
    ("end", 1, {"total": "4155", "last.a[1]": "6", "p.x": "2", "p.y": "3"}),
]

# Lines that `next` walks from a breakpoint on.
WALKS = [
    ("leaf1", ["leaf1", "if", "inner", "inner2", "for", "body", "body2", "for", "body", "body2", "for", "return"]),
    ("move1", ["move1", "move2"]),
    ("main1", ["main1", "main2"]),
]

# A breakpoint, and the functions and lines above it.
TRACES = [
    ("body2", [("main_leaf", "body2"), ("main_middle", "call1"), ("main_main", "main1")]),
    ("move2", [("main_point_2move", "move2"), ("main_main", None)]),
]


class Session:
    """Runs of one program, all under one gdb."""

    def __init__(self, program, stress):
        self.program, self.stress = program, stress

    def run(self, visits):
        """What gdb says on each visit, a list of commands."""
        arguments = ["gdb", "-nx", "-batch", "-iex", "set auto-load safe-path /"]
        for command in ["set pagination off", "set width 0", "set debuginfod enabled off", "set style enabled off",
                        *([f"set environment GOLSTRESS {self.stress}"] if self.stress else [])]:
            arguments += ["-ex", command]
        for visit in visits:
            for command in ["echo \\n=====\\n", "delete", *visit]:
                arguments += ["-ex", command]
        p = subprocess.run([*arguments, self.program], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           timeout=300)
        return p.stdout.decode("utf-8", "replace").split("\n=====\n")[1:]


def stop_at(name, count):
    """Commands that stop at the line when it is reached for the count-th time."""
    return [f"break main.gol:{LINE[name]}", f"ignore $bpnum {count - 1}", "run"]


def place(output):
    """The last line of the program that gdb showed on stopping."""
    found = re.findall(r"^(\d+)\t", output, re.M)
    return NAME.get(int(found[-1]), found[-1]) if found else "nowhere"


def check_prints(session):
    visits = []
    for name, count, wanted in PRINTS:
        shown = [command for e in wanted or {} for command in (f"echo <{e}=", f"print/d {e}")]
        visits.append(stop_at(name, count) + shown)
    for (name, count, wanted), output in zip(PRINTS, session.run(visits)):
        if wanted is None:
            if not session.stress and "exited normally" not in output:
                yield f"the breakpoint at {name} stops {count} times\n{output}"
        elif place(output) != name:
            yield f"the breakpoint at {name} stops at {place(output)}\n{output}"
        for expression, value in (wanted or {}).items():
            m = re.search(rf"<{re.escape(expression)}=\$\d+ = (.*)\n", output)
            if not m or m[1] != value:
                yield f"at {name} ({count}) {expression} is {m[1] if m else output}, want {value}"


def check_walks(session):
    outputs = session.run([stop_at(name, 1) + ["next"] * (len(lines) - 1) for name, lines in WALKS])
    for (name, lines), output in zip(WALKS, outputs):
        got = [NAME.get(int(n), n) for n in re.findall(r"^(\d+)\t", output, re.M)]
        if got != lines:
            yield f"next from {name}: {got}, want {lines}\n{output}"


def frames(output):
    """(function, line) of the frames in the program's own source, innermost first; an entry and its body are one function."""
    chain = []
    for function, line in re.findall(r"^#\d+ +(?:0x\w+ in )?(\w+) \(.*\) at .*main\.gol:(\d+)$", output, re.M):
        function = re.sub(r"_5body$", "", function)
        if not chain or chain[-1][0] != function:
            chain.append((function, NAME.get(int(line))))
    return chain


def check_traces(session):
    for (name, wanted), output in zip(TRACES, session.run([stop_at(name, 1) + ["bt"] for name, _ in TRACES])):
        got = frames(output)
        if session.stress:
            wanted = wanted[:1]     # the callers are saved frames, not native ones
        if len(got) < len(wanted) or any(g[0] != w[0] or (w[1] and g[1] != w[1]) for g, w in zip(got, wanted)):
            yield f"trace at {name}: {got}, want {wanted}\n{output}"


def check_saved(session):
    """The callers of a resumed function are saved frames; the runtime shows them."""
    output = session.run([stop_at("body2", 1) + ["call (void)gol_show_goroutines()"]])[0]
    got = [(f, NAME.get(int(line))) for f, line in re.findall(r"^main\.(\w+)\(.*\n\t.*main\.gol:(\d+)", output, re.M)]
    if got[1:3] != [("middle", "call1"), ("main", "main1")]:
        yield f"saved frames: {got}\n{output}"


def check_commands(session):
    """Those of the script in the program: the same frames, without a call."""
    output = session.run([stop_at("body2", 1) + ["info goroutines", "goroutine 1 bt", "goroutine 77"]])[0]
    got = [(f, NAME.get(int(line))) for f, line in re.findall(r"^#\d+ +main\.(\w+) at .*main\.gol:(\d+)$", output, re.M)]
    if not re.search(r"^\*   1  running on thread \d+, main\.", output, re.M) or got[-2:] != [("middle", "call1"), ("main", "main1")] or \
            "goroutine 1 [running on thread " not in output or "no goroutine 77" not in output:
        yield f"commands: {got}\n{output}"


def check_c(session):
    """The C that helper code belongs to exists."""
    output = session.run([["break main", "run", "info source"]])[0]
    m = re.search(r"^Located in (.*\.c)$", output, re.M)
    if not m or not os.path.exists(m[1]):
        yield f"no C file\n{output}"


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--gol", default=os.path.join(HERE, "..", "gol"))
    args = p.parse_args()
    gol = os.path.abspath(args.gol)
    failed = checked = 0
    ways = {"-O0 -g -versions=1": SETTINGS, "-O0 -g -versions=2": SETTINGS, "-gcflags=all=-N -l": {"plain": ""}}
    with tempfile.TemporaryDirectory(prefix="gol-debug-") as scratch:
        for number, (way, settings) in enumerate(ways.items()):
            program = os.path.join(scratch, f"program{number}")
            options = [way] if way.startswith("-gcflags") else way.split()
            subprocess.run([gol, "build", *options, "-o", program, SOURCE], check=True)
            for setting, stress in settings.items():
                session = Session(program, stress)
                # a step out of a function that freezes ends in the scheduler
                for check in (check_prints, check_traces, check_c, *((check_saved, check_commands) if stress else (check_walks,))):
                    checked += 1
                    for problem in check(session):
                        print(f"FAIL {way} {setting}: {problem}")
                        failed += 1
    print(f"debug: {checked} checks, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
