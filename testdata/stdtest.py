#!/usr/bin/env python3
"""Go's own tests of standard packages, by gol test over the Go source tree.

    testdata/stdtest.py --gol ./gol [--only REGEX] [--jobs N] [--update]

testdata/stdtest.pass names packages and how many of their tests and examples pass; the list only grows. --update writes
what was seen into it, where that is more; a package that is not in it is tried if --only is exactly its path.
"""
import argparse, concurrent.futures, os, re, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
LIST = os.path.join(HERE, "stdtest.pass")


def read_list():
    rows = (line.split() for line in open(LIST) if line.strip() and not line.startswith("#"))
    return {name: int(count) for name, count in rows}


def run(gol, package):
    """How many test functions passed and failed, and all that was said."""
    p = subprocess.run([gol, "test", "-short", "-v", package], capture_output=True, text=True, errors="replace")
    passed = set(re.findall(r"(?m)^--- PASS: (\S+)", p.stdout))
    failed = set(re.findall(r"(?m)^--- FAIL: (\S+)", p.stdout))
    return len(passed), sorted(failed), p.returncode, p.stdout[-2000:] + p.stderr[-2000:]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--gol", default="./gol")
    ap.add_argument("--only", default="")
    ap.add_argument("--update", action="store_true")
    ap.add_argument("--jobs", type=int, default=1)
    args = ap.parse_args()
    gol, known = os.path.abspath(args.gol), read_list()
    names = [n for n in sorted(known) if re.search(args.only, n)] or [args.only]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for name, (passed, failed, status, said) in zip(names, pool.map(lambda n: run(gol, n), names)):
            lost = passed < known.get(name, 0)
            print("%-32s %4d passed %3d failed%s" % (name, passed, len(failed), "  LOST" if lost else ""))
            if failed or status:
                print("    " + (" ".join(failed) or said.replace("\n", "\n    ")))
            bad += lost
            if args.update and passed > known.get(name, 0):
                known[name] = passed
    if args.update:
        with open(LIST, "w") as f:
            f.write("# package, tests and examples that pass with -short, over Go 1.26\n")
            f.writelines("%s %d\n" % row for row in sorted(known.items()))
    return bad > 0


sys.exit(main())
