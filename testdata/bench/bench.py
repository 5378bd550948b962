#!/usr/bin/env python3
"""Times the programs of this folder: gol against Go (GOMAXPROCS=1 and its default, the better of the two) and, where
there is a NAME.c, gcc -O2. The runs are interleaved, every figure is the median of the ratios of one round, and the
programs must print the same.

    testdata/bench/bench.py [--gol ./gol] [--rounds 5] [--only REGEX] [--flags '-O2 -versions=2']

Sizes are set so that Go runs at least a second.
"""

import argparse
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = {"fib": 43, "nbody": 17000000, "spectralnorm": 5000, "fannkuch": 11, "mandelbrot": 4500, "matmul": 1300,
         "quicksort": 18000000, "sortstructs": 2200000, "dispatch": 200000000, "generics": 6000000, "deeprecursion": 120,
         "maps": 9000000, "stringwork": 4000000, "binarytrees": 18, "defers": 35000000, "pingpong": 6000000, "spawn": 6000000, "selects": 5000000, "pool": 16000,
         "constructors": 1000000000, "iterators": 40000000, "options": 30000000, "closures": 600000, "writers": 6000000,
         "machine": 160000000, "parsing": 1000000, "words": 100, "jsoncodec": 3000, "regexps": 300, "templates": 2500}
ALLOCATING = {"maps", "stringwork", "binarytrees", "options", "writers", "parsing", "words", "jsoncodec", "templates"}
SWITCHING = {"pingpong", "spawn", "selects"}
PARALLEL = {"pool"}


def seconds(command, env=None):
    start = time.monotonic()
    p = subprocess.run(command, stdout=subprocess.PIPE, env={**os.environ, **(env or {})}, check=True)
    return time.monotonic() - start, p.stdout


def build(args, name, scratch):
    """Commands to time, by who."""
    source = os.path.join(HERE, name + ".gol")
    gol = os.path.join(scratch, name + ".gol.out")
    subprocess.run([args.gol, "build", *args.flags.split(), "-o", gol, source], check=True)
    commands = {"gol": ([gol], None)}
    if shutil.which("go"):
        copy, go = os.path.join(scratch, name + ".go"), os.path.join(scratch, name + ".go.out")
        shutil.copy(source, copy)
        subprocess.run(["go", "build", "-o", go, copy], check=True)
        commands["go1"] = ([go], {"GOMAXPROCS": "1"})
        commands["go"] = ([go], None)
    c = os.path.join(HERE, name + ".c")
    if os.path.exists(c):
        out = os.path.join(scratch, name + ".c.out")
        subprocess.run(["gcc", "-O2", "-o", out, c, "-lm"], check=True)
        commands["c"] = ([out], None)
    return commands


def measure(args, name, scratch):
    commands = build(args, name, scratch)
    times, outputs = {who: [] for who in commands}, {}
    for _ in range(args.rounds):
        for who, (command, env) in commands.items():
            t, outputs[who] = seconds(command + [str(SIZES.get(name, 1))], env)
            times[who].append(t)
    if len(set(outputs.values())) != 1:
        sys.exit(f"{name}: the outputs differ: {outputs}")
    row = {"gol": statistics.median(times["gol"])}
    if "go" in times:
        row["go"] = statistics.median(min(a, b) for a, b in zip(times["go"], times["go1"]))
        row["gol/go"] = statistics.median(g / min(a, b) for g, a, b in zip(times["gol"], times["go"], times["go1"]))
    if "c" in times:
        row["gol/c"] = statistics.median(g / c for g, c in zip(times["gol"], times["c"]))
    return row


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--gol", default=os.path.join(HERE, "..", "..", "gol"))
    p.add_argument("--rounds", type=int, default=5)
    p.add_argument("--only", metavar="REGEX", default=".")
    p.add_argument("--flags", default="-O2 -versions=2")
    args = p.parse_args()
    args.gol = os.path.abspath(args.gol)
    names = sorted(f[:-4] for f in os.listdir(HERE) if f.endswith(".gol") and re.search(args.only, f[:-4]))
    ratios = {"CPU-bound": [], "allocation-bound": [], "switching": [], "parallel": []}
    print(f"{'program':15} {'gol s':>8} {'Go s':>8} {'gol/Go':>8} {'gol/C':>8}")
    with tempfile.TemporaryDirectory(prefix="gol-bench-") as scratch:
        for name in names:
            row = measure(args, name, scratch)
            print(f"{name:15} {row['gol']:8.2f} " + " ".join(f"{row[k]:8.2f}" if k in row else f"{'-':>8}"
                                                              for k in ("go", "gol/go", "gol/c")), flush=True)
            kinds = {"allocation-bound": ALLOCATING, "switching": SWITCHING, "parallel": PARALLEL}
            kind = next((k for k, programs in kinds.items() if name in programs), "CPU-bound")
            if "gol/go" in row:
                ratios[kind].append(row["gol/go"])
    for kind, values in ratios.items():
        if values:
            mean = math.exp(sum(map(math.log, values)) / len(values))
            print(f"{kind}: geometric mean of gol/Go {mean:.2f}, worst {max(values):.2f}")


if __name__ == "__main__":
    main()
