#!/usr/bin/env python3
"""Random programs and changed test programs, through gol in all its ways and through go: where do they differ?

    testdata/fuzz/fuzz_diff.py --gol ./gol [--seconds N] [--seed N] [--go go] [--mutants PERCENT] [--modules PERCENT]
                               [--jobs N] [--count N] [--program N [--print]] [--stop FINDINGS] [--reduce SECONDS] [--only REGEX]

Program n of a seed is always the same, and so is what it is built and run with, whatever runs beside it. --program
checks one number, --print only prints it. What is found is reduced and kept under build/fuzz-diff/findings, each in
a folder with the program, its original, and run.sh. The exit status is 1 if anything was found. (README.md)
"""

import argparse
import collections
import multiprocessing
import os
import random
import shutil
import sys
import time
import traceback

sys.dont_write_bytecode = True      # the folder stays clean

import generate
import modules
import mutate
import reducer
from runner import BUNDLE_LIBRARIES, BUNDLE_RUNTIME, Build, CPU_SECONDS, Dropped, HANG_SECONDS, Plan, Worker, command_of

HERE = os.path.dirname(os.path.abspath(__file__))


def plan_of(seed, refusals=False, bundles=0.12):
    """Builds and settings of a program: both versions always, the rest by chance."""
    r = random.Random(f"{seed} plan")
    builds = []
    for versions in (1, 2):
        level = r.choices([0, 1, 2, 3], [75, 10, 10, 5])[0]
        cc = "clang" if r.random() < 0.12 and shutil.which("clang") else ""
        bundle = r.random() < bundles
        builds.append(Build(versions, level, cc, bundle, r.choice(["", "-noline"]) if bundle else ""))
    s = r.randrange(1, 10000)
    settings = ["", "freeze", f"freeze=3:{s}", f"freeze={r.randint(4, 20)}:{s}", f"window={r.randint(1, 20)}", f"gc={r.randint(1, 12)}",
                "gc=20,barrier,escape", f"sched:{s}", f"freeze=5:{s},gc=7", f"sched:{s},window={r.randint(2, 6)}"]
    return Plan(builds, settings, refusals)


def program_of(args, n):
    """(program, plan, where it is from)."""
    seed = args.seed * 1000003 + n
    r = random.Random(f"{seed} source")
    if r.random() * 100 < args.mutants:
        program, origin = mutate.mutant(seed, args.only)
        return program, plan_of(seed, refusals=True), f"mutant {n} of {origin}"
    if r.random() * 100 < args.modules:
        return modules.generate(seed), plan_of(seed, bundles=0.6), f"module {n}"
    return {"main.go": generate.Generator(seed, args.without).program()}, plan_of(seed), f"program {n}"


# ---- reduction -------------------------------------------------------------------------

class Oracle:
    """Answers the reducer: is the program accepted, and does it show the same finding?"""

    def __init__(self, worker, finding):
        self.worker, self.finding = worker, finding
        self.running = finding.setting is not None

    def refused(self, program):
        """Messages where the program is no longer one; the gol binary stays for shows."""
        if self.finding.kind == "accepted":
            return ""
        self.worker.write(program)
        if self.running or not self.worker.go:
            status, text, finding = self.worker.build_gol(self.finding.build)
            return "" if not status else text if not finding else "failed"
        status, text = self.worker.build_go()
        return text if status else ""

    def shows(self, program):
        if not self.running:
            found = self.worker.check(program, Plan([self.finding.build], [], True))
            return bool(found) and found.kind == self.finding.kind and same_message(found.text, self.finding.text)
        hangs = self.finding.kind == "hang"
        got = self.worker.run(self.finding.setting, HANG_SECONDS if hangs else CPU_SECONDS)
        if hangs and got[0] != "hang":
            return False
        if not self.worker.go:
            want = self.worker.run("")
            return got != want and want == self.worker.run("")
        try:
            want = self.worker.reference()
        except Dropped:
            return False
        if got == want or want[0] != self.finding.wanted or self.worker.run_go() != want:
            return False            # with another exit status it would be another program: its panic may differ, for another reason
        found = self.worker.difference(self.finding.build, self.finding.setting, want, got)
        return found.kind == self.finding.kind or {found.kind, self.finding.kind} == {"differs", "crash"}     # of memory used twice either may come


def same_message(a, b):
    """Of compilers: the first line without positions and names."""
    import re
    def plain(text):
        m = re.search(r"(internal compiler error|error|warning): (.*)", text)
        return re.sub(r"[^\W\d]*\d+\w*|‘[^’]*’|'[^']*'", "N", m[2] if m else text.split("\n")[0].split(": ", 1)[-1])
    return plain(a) == plain(b)


def guarded(oracle):
    def shows(program):
        try:
            return oracle.shows(program)
        except Dropped:
            return False
    return shows


# ---- what is kept ----------------------------------------------------------------------

def keep(args, n, origin, original, program, finding):
    folder = os.path.join(args.output, "findings", f"{args.seed}-{n}-{finding.kind}")
    shutil.rmtree(folder, ignore_errors=True)
    for where, files in (("", program), ("original", original)):
        for name, text in {"go.mod": "module w\n\ngo 1.26\n", **files}.items():
            path = os.path.join(folder, where, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", errors="surrogateescape") as f:
                f.write(text)
    b = finding.build
    target = "-o /tmp/bundle ." if b.bundle else "-o /tmp/program ."
    lines = ["#!/bin/sh", f"# {origin} of seed {args.seed}: {finding.kind}", *("#   " + s for s in finding.text.splitlines()[:40]),
             f"{'CC=' + b.cc + ' ' if b.cc else ''}${{GOL:-{args.gol}}} build {' '.join(command_of(b))} {target} || exit"]
    if b.bundle:
        libraries = " ".join([*BUNDLE_RUNTIME, *BUNDLE_LIBRARIES])
        lines.append(f"{b.cc or 'gcc'} -O{b.level} -o /tmp/program /tmp/bundle/*.c {libraries} || exit")
    lines += [f"GOLSTRESS={finding.setting or ''} /tmp/program", "echo exit $?", "# right:", "go run ."]
    with open(os.path.join(folder, "run.sh"), "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")
    return folder


def settle(args, worker, n, program, finding, origin):
    """Reduces a finding and keeps it; None where it does not show again."""
    oracle = Oracle(worker, finding)
    shows = guarded(oracle)
    if finding.kind != "accepted" and (oracle.refused(program) or not any(shows(program) for _ in range(5))):
        if not mutate.steady(worker, program):
            return None
        return keep(args, n, origin + " (not seen again)", program, program, finding)
    small = reducer.reduce(program, shows, oracle.refused, args.reduce) if args.reduce else program
    return keep(args, n, origin, program, small, finding)


# ---- workers ---------------------------------------------------------------------------

def work(args, index, end, results):
    """Checks every jobs-th program until the time is over."""
    worker = Worker(args.gol, args.go, os.path.join(args.output, f"worker-{index}"))
    try:
        n = args.program if args.program is not None else index
        first = True
        while time.monotonic() < end and (not args.count or n < args.count):
            one(args, worker, n, results)
            if first:
                worker.keep_caches()
                first = False
            worker.clean()
            results.put(("counts", worker.counts))
            worker.counts = collections.Counter()
            if args.program is not None:
                break
            n += args.jobs
    except KeyboardInterrupt:
        pass
    finally:
        results.put(("done", index))


def one(args, worker, n, results):
    try:
        program, plan, origin = program_of(args, n)
        worker.counts["programs " + origin.split()[0]] += 1
        finding = worker.check(program, plan)
        if finding and origin.startswith("mutant") and (finding.reordered and finding.setting or not mutate.steady(worker, program)):
            raise Dropped("not determined")     # go may always take one of several orders of goroutines; stress settings do not
        if finding:
            folder = settle(args, worker, n, program, finding, origin)
            if folder:
                worker.counts["findings " + finding.kind] += 1
                results.put(("finding", n, origin, finding, folder))
    except Dropped as e:
        reason = str(e).split(":")[0]
        worker.counts["dropped: " + reason] += 1
        if not origin.startswith("mutant") and reason == "go refuses":
            results.put(("text", f"program {n} of seed {args.seed}: {str(e)[:300]}"))
    except Exception:
        worker.counts["failures of the fuzzer"] += 1
        results.put(("text", f"program {n} of seed {args.seed}: {traceback.format_exc()}"))


def collect(args, results, processes):
    """Prints findings as they come; the totals when all workers are done."""
    counts, findings, running, shown = collections.Counter(), 0, len(processes), time.monotonic()
    while running:
        kind, *rest = results.get()
        if kind == "done":
            running -= 1
        elif kind == "counts":
            counts.update(rest[0])
        elif kind == "text":
            print(rest[0], flush=True)
        else:
            findings += 1
            n, origin, finding, folder = rest
            print(f"FOUND {finding.kind}: {origin} of seed {args.seed}, {' '.join(command_of(finding.build))} "
                  f"GOLSTRESS={finding.setting or ''}\n{finding.text[:1000]}\n  kept in {os.path.relpath(folder)}", flush=True)
            if args.stop and findings >= args.stop:
                for p in processes:
                    p.terminate()
                break
        if time.monotonic() - shown > 60:
            shown = time.monotonic()
            print(f"... {sum(v for k, v in counts.items() if k.startswith('programs'))} programs, {counts['comparisons']} comparisons, "
                  f"{findings} findings", flush=True)
    return counts, findings


def run_jobs(args, work, end):
    """work(args, number, end, results) in args.jobs processes; the sums printed. The exit status: 1 if anything was found or failed."""
    results = multiprocessing.Queue()
    processes = [multiprocessing.Process(target=work, args=(args, i, end, results)) for i in range(args.jobs)]
    for process in processes:
        process.start()
    counts, findings = collect(args, results, processes)
    for name, count in sorted(counts.items()):
        print(f"{count:9d} {name}")
    print(f"{findings} findings")
    return 1 if findings or counts["failures of the fuzzer"] else 0


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--gol", default=os.path.join(HERE, "..", "..", "gol"))
    p.add_argument("--go", default="go", help="empty: compare the settings with each other")
    p.add_argument("--seconds", type=int, default=60)
    p.add_argument("--count", type=int, help="end after so many programs")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--mutants", type=int, default=25, metavar="PERCENT")
    p.add_argument("--modules", type=int, default=15, metavar="PERCENT", help="of what are no mutants")
    p.add_argument("--only", metavar="REGEX", help="which programs of testdata/run are changed")
    p.add_argument("--without", metavar="KINDS", default=(), type=lambda s: s.split(","), help="statements that are not made: uintptr,fault")
    p.add_argument("--program", type=int)
    p.add_argument("--print", action="store_true")
    p.add_argument("--stop", type=int, default=0, metavar="FINDINGS")
    p.add_argument("--reduce", type=int, default=400, metavar="SECONDS", help="of processor time, for each finding")
    p.add_argument("--output", default=os.path.join(HERE, "..", "..", "build", "fuzz-diff"))
    p.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    args = p.parse_args()
    args.gol, args.output = os.path.abspath(args.gol), os.path.abspath(args.output)
    args.go = shutil.which(args.go) if args.go else None
    args.seed = args.seed or random.randrange(1, 100000)
    if args.print:
        for name, text in program_of(args, args.program)[0].items():
            print(f"// {name}\n{text}")
        return 0
    args.jobs = 1 if args.program is not None else args.jobs
    print(f"seed {args.seed}; {'compared with ' + args.go if args.go else 'no go: the settings are compared with each other'}", flush=True)
    return run_jobs(args, work, time.monotonic() + args.seconds)


if __name__ == "__main__":
    sys.exit(main())
