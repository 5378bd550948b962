#!/usr/bin/env python3
"""Compiles the C of every program of testdata/run with -Wall -Wextra: any output of the C compiler is a failure.

    testdata/c_warnings.py --gol ./gol --cc "gcc -O2" [--only REGEX] [--versions 1,2]

Files that several programs have in common, the standard library's, are compiled once.
"""

import argparse
import hashlib
import os
import re
import sys
import tempfile

from check import HERE, execute, tests_of


def compile_new(cc, folder, seen):
    """What the compiler says about the files of folder that are not in seen yet."""
    said = []
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        with open(path, "rb") as f:
            digest = hashlib.sha256(f.read()).digest()
        if not name.endswith(".c") or digest in seen:
            continue
        seen.add(digest)
        code, text = execute([*cc.split(), "-Wall", "-Wextra", "-c", "-o", path + ".o", path], timeout=600)
        if code or text:
            said.append(f"{name}: exit {code}\n" + text.replace(folder + "/", ""))
    return said


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--gol", default=os.path.join(HERE, "..", "gol"))
    p.add_argument("--cc", default="gcc -O2")
    p.add_argument("--only", metavar="REGEX")
    p.add_argument("--versions", default="1,2", type=lambda s: s.split(","))
    args = p.parse_args()
    seen, programs, failed = set(), 0, 0
    for test in tests_of("run"):
        if args.only and not re.search(args.only, test):
            continue
        programs += 1
        for versions in args.versions:
            with tempfile.TemporaryDirectory(prefix="gol-warnings-") as scratch:
                code, text = execute([os.path.abspath(args.gol), "build", f"-versions={versions}", "-emit=c", "-o", scratch, test])
                said = [text] if code else compile_new(args.cc, scratch, seen)
            for text in said:
                print(f"FAIL {os.path.relpath(test)} versions={versions}: {text[:2000]}", flush=True)
            failed += bool(said)
    print(f"{programs} programs, {len(seen)} files, {failed} with warnings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
