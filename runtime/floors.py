#!/usr/bin/env python3
"""The floors of the runtime, lowest first, and the check that each uses only itself and those below.

A file may include headers of its own floor and lower ones. An object may refer to symbols of its own floor and lower ones:
the functions of rtfuncs.def are declared for all, so includes alone would not tell. What a floor has to ask of a higher one goes
through a table of functions that the higher one fills: exit_traces (base/exit.h), heap_hooks (heap/heap.h), gc_world (gc/gc.h).

    floors.py [BUILD]      BUILD: where the objects are, FOLDER/NAME.o (build/runtime)

Names each violation as file:line and fails. The amalgamation joins the floors in this order.
"""
import glob
import os
import re
import subprocess
import sys

# The base sleeps and writes by os, which needs nothing of it but the names of atomic operations: a header of its own.
FLOORS = ["include", "base/atomic.h", "os", "base", "race", "heap", "gc", "stack", "unwind", "sched", "lang", "chan", "ffi", "main"]

HERE = os.path.dirname(os.path.abspath(__file__))


def floor_of(path):
    """Number of the floor of a file (heap/span.c), None: it stands on none."""
    for name in (path, path.split("/")[0]):
        if name in FLOORS:
            return FLOORS.index(name)
    return None


def sources(root):
    for floor in FLOORS:
        if os.path.isdir(os.path.join(root, floor)):
            yield from sorted(os.path.relpath(p, root) for p in glob.glob(os.path.join(root, floor, "**", "*.[ch]"), recursive=True))


def included(root, path):
    """(line number, file of the runtime) for each header that a file includes."""
    with open(os.path.join(root, path), encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            m = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if m:
                yield number, m[1] if os.path.exists(os.path.join(root, m[1])) else "include/gol/" + m[1]


def include_problems(root):
    for path in sources(root):
        for number, header in included(root, path):
            if floor_of(header) is None:
                yield f"{path}:{number}: {header} stands on no floor"
            elif floor_of(header) > floor_of(path):
                yield f"{path}:{number}: {path.split('/')[0]} includes {header}, of a higher floor"


def symbols(build):
    """(what is defined where, what is referred to from where) by name, from the objects' symbol tables."""
    defined, wanted = {}, []
    for path in sorted(glob.glob(os.path.join(build, "*", "*.o"))):
        name = os.path.relpath(path, build)[:-2] + ".c"
        if floor_of(name) is None or not os.path.exists(os.path.join(HERE, name)):      # tests; files that are gone
            continue
        for line in subprocess.run(["nm", path], check=True, capture_output=True, text=True).stdout.splitlines():
            kind, symbol = line.split()[-2:]
            if kind in "TDBRC":
                defined[symbol] = name
            elif kind == "U":
                wanted.append((symbol, name))
    return defined, wanted


def symbol_problems(build):
    defined, wanted = symbols(build)
    if len(defined) < 100:
        yield f"{build}: hardly any symbols: is the runtime built?"
    for symbol, name in wanted:
        if symbol in defined and floor_of(defined[symbol]) > floor_of(name):
            yield f"{name}: uses {symbol} of {defined[symbol]}, a higher floor"


def main():
    problems = list(include_problems(HERE))
    if len(sys.argv) > 1:
        problems += symbol_problems(sys.argv[1])
    for problem in problems:
        print(f"runtime/{problem}")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
