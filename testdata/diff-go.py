#!/usr/bin/env python3
"""Runs the programs of testdata through an installed go as well, and compares.

testdata/run     what the program prints and its exit status, without tracebacks and addresses.
testdata/errors  the messages, with their lines and columns.

A program that says "// gol only" is left out: it uses what only gol has. Where no go is installed nothing is
compared and the exit status is 0.

    testdata/diff-go.py --gol ./gol [--go go] [--only REGEX] [-j N]
"""

import argparse
import concurrent.futures
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT = 120


def execute(command, cwd):
    env = {**os.environ, "GO111MODULE": "", "GOFLAGS": "", "GOTOOLCHAIN": "local"}
    try:
        p = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           timeout=TIMEOUT, env=env, cwd=cwd)
        return p.returncode, p.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return -1, f"timed out after {TIMEOUT}s\n"


def plain(text):
    """Without tracebacks, addresses, and the endings by which the two sorts of files differ."""
    text = re.split(r"\n(?:\n)?(?:runtime stack:\n|goroutine \d+ (?:gp=\S+ m=\S+ )?(?:mp=\S+ )?\[)", text)[0]
    text = re.sub(r"0x[0-9a-f]{6,}|pc=0x[0-9a-f]+", "0xADDRESS", text)
    return re.sub(r"\.gol?\b", ".go", text).rstrip("\n") + "\n"


def copy_program(path, folder, ending):
    """The program at path as files with the ending; the argument that names it."""
    if not os.path.isdir(path):
        target = os.path.join(folder, "main" + ending)
        shutil.copyfile(path, target)
        return target
    for directory, _, files in os.walk(path):
        to = os.path.join(folder, os.path.relpath(directory, path))
        os.makedirs(to, exist_ok=True)
        for f in files:
            base, old = os.path.splitext(f)
            shutil.copyfile(os.path.join(directory, f), os.path.join(to, base + (ending if old == ".gol" else ".mod" if f == "gol.mod" else old)))
    return folder


def run_both(args, path, build_only):
    results = []
    for tool, ending in ((args.go, ".go"), (args.gol, ".gol")):
        with tempfile.TemporaryDirectory(prefix="gol-diff-") as scratch:
            source = os.path.join(scratch, "source")
            os.makedirs(source)
            name = copy_program(path, source, ending)
            program = os.path.join(scratch, "program")
            flags = ["-gcflags=-e"] if build_only else []
            name = "./" + os.path.relpath(name, source) if not os.path.isdir(path) else "."
            code, text = execute([tool, "build", *flags, "-o", program, name], source)
            if not build_only and code == 0:
                code, text = execute([program], scratch)
            results.append((code, plain(text.replace(scratch, ""))))
    return results


def compare(args, path, build_only):
    with open(os.path.join(path, "main.gol") if os.path.isdir(path) else path, encoding="utf-8", errors="surrogateescape") as f:
        if "// gol only" in f.read():
            return None
    (go_code, go_text), (gol_code, gol_text) = run_both(args, path, build_only)
    if go_code == gol_code and go_text == gol_text:
        return None
    lines = difflib.unified_diff(go_text.splitlines(), gol_text.splitlines(), f"go (exit {go_code})", f"gol (exit {gol_code})", lineterm="", n=1)
    return f"DIFFERS {os.path.relpath(path)}: exit {go_code} and {gol_code}\n" + "\n".join(list(lines)[:30])


def tests_of(folder):
    for directory, folders, files in os.walk(os.path.join(HERE, folder)):
        folders.sort()
        if "main.gol" in files:
            folders.clear()
            yield directory
            continue
        yield from (os.path.join(directory, f) for f in sorted(files) if f.endswith(".gol"))


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--gol", default=os.path.join(HERE, "..", "gol"))
    p.add_argument("--go", default="go")
    p.add_argument("--only", metavar="REGEX")
    p.add_argument("-j", type=int, default=os.cpu_count())
    args = p.parse_args()
    args.gol = os.path.abspath(args.gol)
    if not shutil.which(args.go):
        print("no go is installed: nothing to compare with")
        return 0
    jobs = []
    with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        for folder in ("run", "errors"):
            for test in tests_of(folder):
                if not args.only or re.search(args.only, test):
                    jobs.append(pool.submit(compare, args, test, folder == "errors"))
        differences = [d for d in (job.result() for job in jobs) if d]
    for text in differences:
        print(text)
    print(f"{len(jobs) - len(differences)} alike, {len(differences)} differ")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
