#!/usr/bin/env python3
"""How much there is to read in the C of -emit=c: lines of programs of testdata/run, by file.

    testdata/c_lines.py --gol ./gol [--only REGEX] [--versions 2] [-v]

Prints the lines of Go, of main.c, of what main.c includes, and of the other packages, added up over the programs, and the longest
lines. Fails if main.c has more than MOST lines for each line of Go, all programs together, or a line of more than COLUMNS columns
that could have been broken.
"""

import argparse
import concurrent.futures
import glob
import os
import re
import sys
import tempfile

from check import HERE, execute, tests_of

MOST, COLUMNS = 3, 120


def line_count(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        return f.read().count("\n")


def too_long(path):
    """Lines beyond COLUMNS that are more than one word; a tab counts four."""
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        lines = [line.rstrip("\n") for line in f]
    return [line for line in lines if len(line.expandtabs(4)) > COLUMNS and len(max(re.split(r"[ (]", line), key=len)) < COLUMNS - 20]


def measure(gol, versions, test):
    """(lines of Go, main.c, main.*.h, other packages, long lines, what went wrong)"""
    go = glob.glob(os.path.join(test, "*.gol")) if os.path.isdir(test) else [test]
    with tempfile.TemporaryDirectory(prefix="gol-lines-") as scratch:
        code, text = execute([gol, "build", f"-versions={versions}", "-emit=c", "-o", scratch, test], timeout=600)
        if code:
            return 0, 0, 0, 0, [], text
        files = [f for f in glob.glob(os.path.join(scratch, "*")) if not os.path.basename(f).startswith("golrt.")]
        own = [f for f in files if os.path.basename(f).startswith("main.")]
        counts = {f: line_count(f) for f in files}
        main = os.path.join(scratch, "main.c")
        return (sum(map(line_count, go)), counts[main], sum(counts[f] for f in own if f != main),
                sum(counts[f] for f in files if f not in own), [line for f in files for line in too_long(f)], "")


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--gol", default=os.path.join(HERE, "..", "gol"))
    p.add_argument("--only", metavar="REGEX")
    p.add_argument("--versions", default="2")
    p.add_argument("-v", action="store_true", help="a line for each program")
    p.add_argument("-j", type=int, default=os.cpu_count())
    args = p.parse_args()
    tests = [t for t in tests_of("run") if not args.only or re.search(args.only, t)]
    gol, failed, total, long = os.path.abspath(args.gol), 0, [0] * 4, []
    with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        for test, (*counts, lines, error) in zip(tests, pool.map(lambda t: measure(gol, args.versions, t), tests)):
            if error:
                print(f"FAIL {os.path.relpath(test)}: {error[:1000]}", flush=True)
                failed += 1
                continue
            total = [a + b for a, b in zip(total, counts)]
            long += lines
            if args.v:
                print(f"{counts[0]:6} {counts[1]:6} {counts[2]:7} {counts[3]:7}  {counts[1] / counts[0]:.1f}  {os.path.relpath(test)}", flush=True)
    if not total[0]:
        return 1
    print(f"{len(tests)} programs: {total[0]} lines of Go, {total[1]} of main.c ({total[1] / total[0]:.2f} each), {total[2]} of main.*.h "
          f"({total[2] / total[0]:.2f} each), {total[3]} of other packages; {len(long)} lines of more than {COLUMNS} columns")
    for line in sorted(long, key=len)[-3:]:
        print(f"{len(line)} columns: {line[:300]}")
    return 1 if failed or long or total[1] > MOST * total[0] else 0


if __name__ == "__main__":
    sys.exit(main())
