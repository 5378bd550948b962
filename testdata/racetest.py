#!/usr/bin/env python3
"""Go's own tests of its race detector (src/runtime/race/testdata of a Go source tree) under gol -race.

Functions TestRace* must be reported, TestNoRace* must not; of those named *Failing Go's own detector gives the other
verdict, so they count for nothing. The files are compiled once, as the tests of one package, and each test is run in a
process of its own.

    testdata/racetest.py --gol ./gol [--tree /usr/local/go] [--only REGEX] [--jobs N] [--rounds N] [--minimum PERCENT] [-v]

Prints how many verdicts agree, and which do not. A verdict of several rounds: a race is found if one of them finds it.
Fails where fewer than PERCENT agree, or a test without a race was reported.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

# They need cgo, or packages that only Go's own tree may import.
LEFT_OUT = {"cgo_test.go", "cgo_test_main.go", "synctest_test.go"}
# Verdicts that are known to differ, and why.
KNOWN = {
    "TestNoRaceReturn": "return a, b stores result a to itself where it escapes",
    "TestRaceBetweenCleanups": "cleanups run one after the other in one goroutine",
}
# Imports net/http, which takes minutes to compile: --all.
LARGE = {"io_test.go"}


def tests_of(folder):
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "*_test.go"))):
        with open(path, encoding="utf-8") as f:
            found += [(name, os.path.basename(path)) for name in re.findall(r"^func (Test(?:No)?Race\w*)\(", f.read(), re.M)]
    return found


def build(gol, folder, flags):
    program = os.path.join(folder, "race.test")
    # A goroutine that runs at the end may race: the program's status is not asked for it.
    done = subprocess.run([gol, "test", "-race", "-vet=off", "-c", "-o", program, *flags, "."], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit("racetest.py: the tests do not compile\n" + done.stdout + done.stderr)
    return program


def run(program, name, timeout):
    """(was a race reported, how it ended)"""
    env = dict(os.environ, GORACE="exitcode=0", GOMAXPROCS=os.environ.get("GOMAXPROCS", "2"))
    try:
        done = subprocess.run([program, f"-test.run=^{name}$", "-test.v"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=timeout, env=env, cwd=os.path.dirname(program), errors="replace")
    except subprocess.TimeoutExpired:
        return False, "timeout"
    _, run, text = done.stdout.partition("=== RUN")      # the initialisation of a variable races before any test, in Go too
    if not run:
        return False, "not run"
    if "--- SKIP" in text:
        return False, "skipped"
    ended = "ok"
    if "fatal error:" in text or "panic:" in text or done.returncode < 0:
        ended = next((line for line in text.splitlines() if line.startswith(("fatal error:", "panic:"))), f"status {done.returncode}")
    return "WARNING: DATA RACE" in text, ended


def verdict(program, name, options):
    reported, ended = False, "ok"
    for _ in range(options.rounds):
        again, ended = run(program, name, options.timeout)
        reported |= again
        if reported and not name.startswith("TestNoRace"):
            break
    return reported, ended


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gol", default="./gol")
    parser.add_argument("--tree", default="/usr/local/go")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--minimum", type=float, default=90)
    parser.add_argument("--keep", help="a folder for the program, which is compiled there if it is not there yet")
    parser.add_argument("--all", action="store_true", help="with io_test.go, which imports net/http")
    parser.add_argument("-v", action="store_true", help="every verdict")
    parser.add_argument("flags", nargs="*", help="further flags of gol test, behind --")
    options = parser.parse_args()
    left_out = LEFT_OUT if options.all else LEFT_OUT | LARGE
    source = os.path.join(options.tree, "src/runtime/race/testdata")
    if not os.path.isdir(source):
        print("racetest.py: skipped:", source, "is not there")
        return 0
    tests = [t for t in tests_of(source) if t[1] not in left_out and re.search(options.only, t[0]) and not t[0].endswith("Failing")]
    folder = options.keep or tempfile.mkdtemp(prefix="gol-racetest-")
    try:
        program = os.path.join(folder, "race.test")
        if not os.path.exists(program):
            os.makedirs(folder, exist_ok=True)
            for path in glob.glob(os.path.join(source, "*_test.go")):
                if os.path.basename(path) not in left_out:
                    shutil.copy(path, folder)
            with open(os.path.join(folder, "go.mod"), "w", encoding="utf-8") as f:
                f.write("module race\n\ngo 1.26\n")
            program = build(os.path.abspath(options.gol), folder, options.flags)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            results = list(pool.map(lambda t: verdict(program, t[0], options), tests))
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    agree, invented = 0, 0
    judged = [(t, r) for t, r in zip(tests, results) if r[1] != "skipped"]
    for (name, file), (reported, ended) in judged:
        expected = not name.startswith("TestNoRace")
        right = reported == expected and ended != "timeout" and ended != "not run"
        agree += right
        invented += reported and not expected and name not in KNOWN
        if options.v or not right:
            print(f"{'ok  ' if right else 'DIFF'} {file}: {name}: {'race' if reported else 'no race'}{'' if ended == 'ok' else ', ' + ended}"
                  + (f" ({KNOWN[name]})" if name in KNOWN and not right else ""))
    percent = 100 * agree / max(1, len(judged))
    print(f"{agree} of {len(judged)} verdicts agree ({percent:.1f}%), {invented} races invented for other reasons than known")
    return 0 if percent >= options.minimum and invented == 0 and judged else 1


if __name__ == "__main__":
    sys.exit(main())
