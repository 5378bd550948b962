#!/usr/bin/env python3
"""Runs testdata/soak, a program that does everything at once and checks that nothing is left, under many settings.

    testdata/soak.py --gol ./gol [--minutes 10] [--seed N] [--settings plain,freeze,...] [--procs 1,2,4,8] [--only STATIONS]

Each setting runs for that many minutes, in equal parts with each number of processors; some settings have a runtime of
their own (sanitizers, GOL_DEBUG). A run that says nothing for a while gets SIGQUIT and has failed. Of a failure the end of
the output is shown, with the command that runs it again; all of it is in build/soak.
"""

import argparse
import os
import random
import re
import shlex
import signal
import subprocess
import sys
import threading
import time

import progress

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
FOLDER = os.path.join(ROOT, "build", "soak")
SILENT = 150            # seconds without a line, for a program that is not slow
SHOWN = 60              # lines of a failure

ASAN = "-fsanitize=address,undefined -fno-sanitize-recover=undefined"
TSAN = "-fsanitize=thread -Wno-tsan"

# name: how the program is built, its environment ({seed}), how many times slower it may be, further arguments
SETTINGS = {
    "plain": ("plain", {}, 1, []),
    "toggle": ("plain", {}, 1, ["-toggle", "8"]),
    "freeze": ("plain", {"GOLSTRESS": "freeze"}, 4, []),
    "some": ("plain", {"GOLSTRESS": "freeze=7:{seed},window=5"}, 3, ["-toggle", "4"]),
    "gc": ("plain", {"GOLSTRESS": "gc=500"}, 4, []),
    "beside": ("plain", {"GOLSTRESS": "gc=500,beside"}, 4, []),
    "barrier": ("plain", {"GOLSTRESS": "gc=5000,barrier"}, 4, []),
    "sched": ("plain", {"GOLSTRESS": "sched:{seed}"}, 3, []),
    "check": ("plain", {"GODEBUG": "gccheckmark=1"}, 2, []),
    "fences": ("plain", {"GOLSTRESS": "fences"}, 1, []),
    "one": ("one", {}, 2, ["-toggle", "8"]),
    "debug": ("debug", {"GOLSTRESS": "freeze=13:{seed},window=5"}, 4, ["-toggle", "8"]),
    "asan": ("asan", {"ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=1:quarantine_size_mb=16"}, 4, []),
    # TSan keeps a signal until its thread calls something of the C library: an idle program never gets it.
    "tsan": ("tsan", {"TSAN_OPTIONS": "halt_on_error=1:exitcode=66:report_signal_unsafe=0"}, 8, ["-heavy=false"]),
}

# name: options of gol build, flags of the C compiler for program and runtime
BUILDS = {
    "plain": (["-O1"], ""),
    "one": (["-O1", "-versions=1"], ""),
    "debug": (["-O1"], "-DGOL_DEBUG"),
    "asan": (["-O1"], ASAN),
    "tsan": (["-O1"], TSAN),
}


def call(command, **options):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT, text=True, **options)
    if result.returncode:
        sys.exit(f"soak: {shlex.join(command)} failed:\n{result.stdout}")


def tree(name, gol, flags):
    """A gol that links with a runtime compiled with these flags, and a C compiler that compiles all packages with them: a
    folder with links to everything else."""
    folder = os.path.join(FOLDER, name)
    os.makedirs(os.path.join(folder, "build"), exist_ok=True)
    call(["make", "-s", f"B={folder}/objects", f"CFLAGS=-O1 -g {flags}", f"{folder}/objects/libgolrt.a"])
    for source, link in (("stdlib", "stdlib"), ("runtime", "runtime"), ("build/stdlib", "build/stdlib"),
                         (f"build/soak/{name}/objects/libgolrt.a", "build/libgolrt.a")):
        path = os.path.join(folder, link)
        if os.path.lexists(path):
            os.remove(path)
        os.symlink(os.path.join(ROOT, source), path)
    compiler = os.path.join(folder, "cc")
    with open(compiler, "w") as f:
        f.write(f"#!/bin/sh\nexec {os.environ.get('CC', 'gcc')} {flags} \"$@\"\n")
    os.chmod(compiler, 0o755)
    copy = os.path.join(folder, "gol")
    call(["cp", gol, copy])
    return copy, compiler


def build(name, gol):
    options, flags = BUILDS[name]
    program = os.path.join(FOLDER, f"soak-{name}")
    environment = dict(os.environ)
    if flags:
        gol, environment["CC"] = tree(name, gol, flags)
    call([gol, "build", *options, "-o", program, "./testdata/soak"], env=environment)
    return program


def run(program, arguments, environment, silent, log):
    """(exit status or what went wrong, output)."""
    lines = []
    last = [time.monotonic()]

    def read(stream):
        for line in stream:
            last[0] = time.monotonic()
            lines.append(line)
            log.write(line)
            log.flush()

    with subprocess.Popen([program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, **environment}, text=True, errors="replace") as p:
        reader = threading.Thread(target=read, args=(p.stdout,))
        reader.start()
        verdict = None
        while True:
            try:
                p.wait(1)
                break
            except subprocess.TimeoutExpired:
                quiet = time.monotonic() - last[0]
                if quiet > silent and verdict is None:
                    verdict = f"silent for {silent} s"
                    p.send_signal(signal.SIGQUIT)
                elif quiet > silent + 30:
                    p.kill()
        reader.join(10)
    return verdict or p.returncode, lines


def again(program, arguments, environment):
    return " ".join([f"{k}={shlex.quote(v)}" for k, v in environment.items()] + [shlex.quote(os.path.relpath(program))] +
                    [shlex.quote(a) for a in arguments])


def telling(lines):
    """What was said last before the traces, and their beginning."""
    for i, line in enumerate(lines):
        if re.match(r"(panic: |fatal error: |WARNING: ThreadSanitizer|==\d+==ERROR|SIGQUIT|gol runtime|soak: |runtime: )", line) and \
                not line.startswith("soak: ok"):
            return lines[max(0, i - 3):i + SHOWN]
    return lines[-SHOWN:]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gol", required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0, help="0: another one each time")
    parser.add_argument("--settings", default=",".join(SETTINGS))
    parser.add_argument("--procs", default="1,2,4,8")
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    progress.heed_signals()
    args.gol = os.path.join(".", os.path.relpath(args.gol, ROOT))       # as people name it: the cache knows them apart
    os.chdir(ROOT)
    names = args.settings.split(",")
    for name in names:
        if name not in SETTINGS:
            sys.exit(f"soak: no setting {name}; there are {', '.join(SETTINGS)}")
    procs = args.procs.split(",")
    seed = args.seed or random.randrange(1, 1 << 30)
    print(f"soak: seed {seed}", flush=True)
    os.makedirs(FOLDER, exist_ok=True)
    programs = {how: build(how, args.gol) for how in dict.fromkeys(SETTINGS[name][0] for name in names)}
    failed = 0
    for name in names:
        how, environment, slow, more = SETTINGS[name]
        program = programs[how]
        for count in procs:
            if "sched" in name and count != procs[0]:
                continue                # one P in any case
            share = args.minutes * 60 / (1 if "sched" in name else len(procs))
            values = {k: v.format(seed=seed) for k, v in environment.items()} | {"GOMAXPROCS": count}
            arguments = ["-seed", str(seed), "-seconds", f"{share:g}", "-slow", str(slow), *more]
            if args.only:
                arguments += ["-only", args.only]
            start = time.monotonic()
            with open(os.path.join(FOLDER, f"{name}-{count}.log"), "w") as log:
                verdict, lines = run(program, arguments, values, SILENT * slow, log)
            ok = verdict == 0 and lines and lines[-1].startswith("soak: ok")
            print(f"soak: {name}, {count} processors: {'ok' if ok else 'FAILED'}, {time.monotonic() - start:.0f} s, "
                  f"{lines[-1].strip() if ok else verdict}", flush=True)
            if not ok:
                failed += 1
                sys.stdout.write("".join(telling(lines)))
                print(f"soak: {name}: run again: {again(program, arguments, values)}\n", flush=True)
            seed += 1
    print("soak: ok" if not failed else f"soak: {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
