#!/usr/bin/env python3
"""Runs the programs of testdata and compares what they print with what they say they print.

testdata/run      a .gol file is a program, a folder a program of several packages. Its expectation is
                  the comment block at its end that starts with "// Output:" (stdout and stderr together;
                  a traceback, from its first "goroutine N [" line on, does not count); "// exit: N" on a
                  line of its own where the exit status is not 0. A program is built with one and with two
                  versions of its functions and run under every stress setting.
testdata/errors   a .gol file that must be refused: `// ERROR "regexp"` on each line that has an error.
testdata/escape   a .gol file built with -m: `// ERROR "regexp"` on each line that has a remark.

    testdata/check.py --gol ./gol [--only REGEX] [--folders run,errors,escape] [--settings plain,freeze,window,gc]
                      [--seeds N] [--versions 1,2] [-O LEVEL] [--bundle "gcc -O3"] [--runner qemu-aarch64] [-j N]

Random seeds are printed; GOLSEED=N repeats a run. --seeds N runs each program N times under freeze and sched, with
as many seeds, and in N native windows. The totals that the runtime reports of each stress setting are added up: a
setting that never froze, moved, collected, compared or preempted anything is a failure.
"""

import argparse
import collections
import concurrent.futures
import glob
import os
import random
import re
import subprocess
import sys
import tempfile

import progress

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT = 60
SHOWN = 6            # failures of one program
BUILD_TIMEOUT = 600  # the first build after a change compiles the standard library


WINDOWS = [3, 1, 40, 2, 10, 5, 20, 7]       # in frames; that of `make check` first


def settings(seed, count):
    """Values of GOLSTRESS by the name of the setting."""
    seeds = range(seed, seed + count)
    return {
        "plain": [""],
        "freeze": [f"freeze=7:{s},stats" for s in seeds],
        "window": [f"window={w},stats" for w in WINDOWS[:count]],
        "gc": ["gc=5,stats"],
        "barrier": ["gc=20,barrier,escape,stats"],  # and no address of a frame in the heap
        "beside": ["gc=20,beside,stats"],           # marking beside the program, and once more to compare
        "sched": [f"sched:{s},stats" for s in seeds],
        "escape": [f"escape,gc=20,freeze=13:{s},stats" for s in seeds],       # no address of a frame in the heap
        "debug": [f"freeze=13:{s},gc=40,window=5,stats" for s in seeds],      # all at once: for the runtime that checks itself
    }


# What a setting must have done, over all programs together (runtime/base/options.h).
MUST_BE_POSITIVE = {
    "freeze": ["freezes", "frames", "moved", "deep"],
    "window": ["freezes", "frames", "moved", "deep"],
    "gc": ["collections"],
    "barrier": ["collections", "compared"],
    "beside": ["collections", "beside"],
    "escape": ["collections", "freezes"],
    "sched": ["preemptions", "dispatches"],
    "debug": ["freezes", "frames", "moved", "deep", "collections", "checks"],
}


def execute(command, env=None, cwd=None, timeout=TIMEOUT):
    if "beside" in (env or {}).get("GOLSTRESS", ""):
        env = {"GOMAXPROCS": "4", **env}        # with one there is no beside
    try:
        p = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           timeout=timeout, env={**os.environ, **(env or {})}, cwd=cwd)
        return p.returncode, p.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired as e:
        return -1, (e.stdout or b"").decode("utf-8", "replace")[-2000:] + f"\ntimed out after {timeout}s\n"


def expectation(text):
    """(output, exit status) a program announces."""
    exit_status = re.search(r"^// exit: (\d+)$", text, re.M)
    block = text.rsplit("\n// Output:\n", 1)
    if len(block) < 2:
        return None, 0
    lines = [line[3:] if line.startswith("// ") else line[2:] for line in block[1].splitlines() if line.startswith("//")]
    return "".join(line + "\n" for line in lines if not re.match(r"exit: \d+$", line)), int(exit_status[1]) if exit_status else 0


def strip(output, totals):
    """Without traceback and stress statistics; the latter are added to totals."""
    kept = []
    for line in output.splitlines():
        if line.startswith("gol stress:"):
            for name, value in re.findall(r"(\w+)=(\d+)", line):
                totals[name] += int(value)
        elif not line.startswith("runtime: sp="):
            kept.append(line)
    for i, line in enumerate(kept):
        if re.match(r"goroutine \d+ \[", line):
            kept = kept[:i]
            while kept and not kept[-1]:
                kept.pop()
            break
    return "".join(line + "\n" for line in kept)


def build(args, path, versions, program):
    """(status, messages) of building a program; with --bundle a C compiler that says anything has failed."""
    options = [f"-versions={versions}", f"-O{args.optimise}"] + ([f"-gcflags=-d=inline={args.inline}"] if args.inline is not None else [])
    options += ["-race"] if args.race else []
    if not args.bundle:
        return execute([args.gol, "build", *options, "-o", program, path], timeout=BUILD_TIMEOUT)
    folder = program + "-c"
    code, text = execute([args.gol, "build", *options, "-emit=c", "-o", folder, path], timeout=BUILD_TIMEOUT)
    if code == 0:
        sources = sorted(glob.glob(os.path.join(folder, "*.c")))
        code, text = execute([*args.bundle.split(), "-o", program, *sources, "-lpthread", "-lm"], timeout=BUILD_TIMEOUT)
    return code or len(text), text


def run_test(args, path, table, totals):
    """Problems of one program, as texts."""
    source = os.path.join(path, "main.gol") if os.path.isdir(path) else path
    with open(source, encoding="utf-8", errors="surrogateescape") as f:
        want, status = expectation(f.read())
    if want is None:
        return [f"{path}: no // Output: block"]
    problems = []
    with tempfile.TemporaryDirectory(prefix="gol-check-") as scratch:
        for versions in args.versions:
            program = os.path.join(scratch, f"program{versions}")
            code, text = build(args, path, versions, program)
            if code:
                problems.append(f"{path} versions={versions}: build failed with {code}\n{text}")
                continue
            for name, stress in ((name, stress) for name, values in table.items() for stress in values):
                code, text = execute([*args.runner.split(), program], {"GOLSTRESS": stress}, scratch)
                got = strip(text, totals[name])
                if trimmed(got) != trimmed(want) or code != status:
                    problems.append(f"{path} versions={versions} {name} ({stress}): exit {code}, want {status}\n"
                                    + difference(want, got))
    return problems


def trimmed(text):
    """Blanks at the ends of lines do not count: comments do not keep them."""
    return [line.rstrip() for line in text.splitlines()]


def difference(want, got):
    import difflib
    lines = difflib.unified_diff(want.splitlines(), got.splitlines(), "want", "got", lineterm="", n=1)
    return "\n".join(list(lines)[:20])


def wanted_remarks(text):
    for number, line in enumerate(text.split("\n"), 1):
        m = re.search(r"// ERROR (.*)", line)
        for pattern in re.findall(r'"((?:[^"\\]|\\.)*)"', m[1]) if m else []:
            yield number, pattern


def error_test(args, path, flags, about=""):
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        text = f.read()
    code, output = execute([args.gol, "build", "-gcflags=" + flags, "-o", "/dev/null", path])
    found = []
    for line in output.splitlines():
        m = re.match(r"[^\s:]+:(\d+)(?::\d+)?: (.*)", line)
        if m and about in m[2]:
            found.append([int(m[1]), m[2]])
        elif line.startswith("\t") and found:
            found[-1][1] += "\n" + line
    problems = []
    if "-m" not in flags and code != 1:
        problems.append(f"{path}: exit status {code}, want 1\n{output}")
    for number, pattern in wanted_remarks(text):
        hits = [d for d in found if d[0] == number and re.search(pattern, d[1])]
        if not hits:
            problems.append(f'{path}:{number}: no "{pattern}"; instead: {[d[1] for d in found if d[0] == number]}')
        found = [d for d in found if d not in hits]
    problems += [f"{path}:{number}: unexpected: {message}" for number, message in found]
    return problems


def tests_of(folder):
    """Programs below a folder: files, and folders that hold a main.gol."""
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
    p.add_argument("--only", metavar="REGEX")
    p.add_argument("--folders", default="run,errors,escape,inline,remarks", type=lambda s: s.split(","))
    p.add_argument("--settings", default="plain,freeze,window,gc,barrier,beside,sched")
    p.add_argument("--seeds", type=int, default=1)
    p.add_argument("--versions", default="1,2", type=lambda s: s.split(","))
    p.add_argument("-O", dest="optimise", default="0")
    p.add_argument("--inline", metavar="N", type=int, help="calls are replaced by bodies that cost up to N (-gcflags=-d=inline=N)")
    p.add_argument("--bundle", metavar="CC", help="compile the C of -emit=c by this compiler, with no flags but those given here")
    p.add_argument("--race", action="store_true", help="compile with -race: the programs print the same, and no race is reported")
    p.add_argument("--runner", metavar="COMMAND", default="", help="runs the programs: an emulator")
    p.add_argument("-j", type=int, default=os.cpu_count())
    args = p.parse_args()
    args.gol = os.path.abspath(args.gol)
    seed = int(os.environ.get("GOLSEED", random.randrange(1, 1000)))
    table = {name: values for name, values in settings(seed, args.seeds).items() if name in args.settings.split(",")}
    print(f"seed {seed}; settings: " + ", ".join(f"{n} ({' '.join(v)})" if v[0] else n for n, v in table.items()), flush=True)
    totals = collections.defaultdict(collections.Counter)
    jobs = []
    with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        for folder, work in (("run", lambda t: run_test(args, t, table, totals)),
                             ("errors", lambda t: error_test(args, t, "-e")),
                             ("escape", lambda t: error_test(args, t, "-m -l")),
                             ("inline", lambda t: error_test(args, t, "-m=2", "inline ")),
                             ("remarks", lambda t: error_test(args, t, "-m"))):
            for test in tests_of(folder) if folder in args.folders else []:
                if not args.only or re.search(args.only, test):
                    jobs.append(pool.submit(work, test))
        results = progress.results("programs", jobs)
    for problems in results:
        if len(problems) > SHOWN:
            problems[SHOWN:] = [f"... and {len(problems) - SHOWN} more of this program"]
        for text in problems:
            print("FAIL " + os.path.relpath(text, os.getcwd()) if text.startswith("/") else "FAIL " + text)
    failed = sum(bool(problems) for problems in results)
    for name, counters in totals.items():
        if counters:
            print(f"{name}: " + ", ".join(f"{k} {v}" for k, v in sorted(counters.items())))
    if not args.only and "run" in args.folders:
        for name in table:
            for counter in MUST_BE_POSITIVE.get(name, []):
                if not totals[name][counter]:
                    print(f"FAIL setting {name}: no {counter}")
                    failed += 1
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
