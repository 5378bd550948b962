#!/usr/bin/env python3
"""Thousands of small programs full of pointers (pointers.py), compared with go: does escape analysis err?

    testdata/fuzz/fuzz_pointers.py --gol ./gol [--seconds N | --count N] [--seed N] [--batch N] [--jobs N]
    testdata/fuzz/fuzz_pointers.py --seed S --program N [--print]

A hundred programs are one package, built once by go and by gol with one and with two versions of functions. Each binary
runs plainly, then so that collections come often and look for addresses of frames in the heap (GOLSTRESS=escape,gc=N),
then so that stacks freeze and move. A program whose lines differ, or in which the binary ends, is checked again in a
package of its own, reduced, and kept as fuzz_diff.py keeps its findings; the rest of the batch runs again without it.
What shows only among others is kept as the whole batch. The exit status is 1 if anything was found.
"""

import argparse
import collections
import multiprocessing
import os
import random
import re
import shutil
import sys
import time
import traceback

sys.dont_write_bytecode = True      # the folder stays clean

import fuzz_diff
import pointers
from runner import Build, Dropped, Finding, Plan, Worker

HERE = os.path.dirname(os.path.abspath(__file__))
TRIES = 12              # programs of a batch that may be taken out before it is given up
MORE_SETTINGS = ["escape,gc=1", "freeze,escape,gc=3", "freeze=2:7,escape,gc=2", "freeze=3:1,gc=9", "freeze=4:2", "freeze=5:3", "freeze=8:4"]


def plan_of(seed, n):
    """Builds and settings of the batch that begins with program n."""
    r = random.Random(f"{seed} plan {n}")
    builds = [Build(versions, r.choices([0, 2], [90, 10])[0], "clang" if r.random() < 0.05 and shutil.which("clang") else "", False, "") for versions in (1, 2)]
    s = r.randrange(1, 10000)
    return Plan(builds, ["", f"escape,gc={r.randint(2, 12)}", f"freeze={r.randint(3, 9)}:{s},escape,gc={r.randint(5, 30)}"], False)


def sections(text):
    """{program: its lines} of what a batch has printed; the program that began last."""
    parts, n = collections.OrderedDict(), None
    for line in text.splitlines():
        m = re.match(r"program (\d+)$", line)
        if m:
            n = int(m[1])
        parts.setdefault(n, []).append(line)
    return parts, n


def culprits(want, got):
    """Programs whose lines are wrong; where the binary ended too early, the one that ran."""
    right, _ = sections(want[1])
    wrong, last = sections(got[1])
    differing = [n for n in wrong if wrong[n] != right.get(n)]
    if got[0] != want[0] and last is not None and last not in differing:
        differing.append(last)
    return [n for n in differing if n is not None]


class Batches:
    """What one process does: batches by their first number."""

    def __init__(self, args, worker, results):
        self.args, self.worker, self.results = args, worker, results

    def package(self, numbers):
        return {"main.go": pointers.package(self.args.seed, numbers)}

    def check(self, first):
        """One batch, again without those programs in which something was found."""
        numbers = list(range(first, min(first + self.args.batch, self.args.count or sys.maxsize)))
        plan = plan_of(self.args.seed, first)
        self.worker.counts["programs"] += len(numbers)
        for _ in range(TRIES):
            found = self.first_finding(numbers, plan)
            if not found:
                return
            finding, wrong = found
            settled = [n for n in wrong[:TRIES] if self.settle(n, plan, finding)]
            if not settled:
                self.results.put(("finding", first, f"batch of {len(numbers)} programs", finding,
                                  fuzz_diff.keep(self.args, first, f"batch {first}", self.package(numbers), self.package(numbers), finding)))
                self.worker.counts["findings of batches"] += 1
            numbers = [n for n in numbers if n not in (settled or wrong)]
            if not wrong or not numbers or self.args.stop:
                return

    def first_finding(self, numbers, plan):
        """(finding, programs it may be in), or None where all is well."""
        worker = self.worker
        worker.write(self.package(numbers))
        want = worker.reference() if worker.go else None
        if want and want[0]:
            raise Dropped(f"program {sections(want[1])[1]} ends under go with status {want[0]}: these programs end well by how they are made")
        for build in plan.builds:
            status, text, finding = worker.build_gol(build)
            if finding or status:
                return finding or Finding("rejected", build, None, text), self.suspects(numbers, build)
            for setting in plan.settings:
                got = worker.run(setting)
                want = want or got
                worker.counts["comparisons"] += len(numbers)
                if got != want:
                    return worker.difference(build, setting, want, got), culprits(want, got)
        return None

    def suspects(self, numbers, build):
        """Which programs do not build: halves of what is left, down to one."""
        while len(numbers) > 1:
            half = numbers[:len(numbers) // 2]
            self.worker.write(self.package(half))
            status, _, finding = self.worker.build_gol(build)
            numbers = half if status or finding else numbers[len(half):]
        return numbers

    def settle(self, n, plan, seen):
        """The program alone: what it shows with the build and setting of the batch, or with others since chance falls
        differently there, is reduced and kept. True if it shows anything."""
        program = self.package([n])
        plan = Plan([seen.build], [seen.setting, *MORE_SETTINGS] if seen.setting is not None else [], False)
        finding = self.worker.check(program, plan)
        if not finding:
            return False
        folder = fuzz_diff.settle(self.args, self.worker, n, program, finding, f"pointers {n}")
        if folder:
            self.worker.counts["findings " + finding.kind] += 1
            self.results.put(("finding", n, f"program {n}", finding, folder))
        return bool(folder)


def work(args, index, end, results):
    worker = Worker(args.gol, args.go, os.path.join(args.output, f"worker-{index}"))
    batches = Batches(args, worker, results)
    first, kept = index * args.batch, False
    try:
        while time.monotonic() < end and (not args.count or first < args.count):
            try:
                batches.check(first)
            except Dropped as e:
                worker.counts["failures of the fuzzer"] += 1
                results.put(("text", f"batch {first} of seed {args.seed}: {str(e)[:600]}"))
            except Exception:
                worker.counts["failures of the fuzzer"] += 1
                results.put(("text", f"batch {first} of seed {args.seed}: {traceback.format_exc()}"))
            if not kept:
                worker.keep_caches()
                kept = True
            worker.clean()
            results.put(("counts", worker.counts))
            worker.counts = collections.Counter()
            first += args.jobs * args.batch
    except KeyboardInterrupt:
        pass
    finally:
        results.put(("done", index))


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--gol", default=os.path.join(HERE, "..", "..", "gol"))
    p.add_argument("--go", default="go", help="empty: compare the settings with each other")
    p.add_argument("--seconds", type=int, default=180, help="no batch begins later; without effect where --count is given")
    p.add_argument("--count", type=int, help="so many programs")
    p.add_argument("--batch", type=int, default=100, help="programs in a package")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--program", type=int)
    p.add_argument("--print", action="store_true")
    p.add_argument("--stop", type=int, default=0, metavar="FINDINGS")
    p.add_argument("--reduce", type=int, default=200, metavar="SECONDS", help="of processor time, for each finding")
    p.add_argument("--output", default=os.path.join(HERE, "..", "..", "build", "fuzz-pointers"))
    p.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    args = p.parse_args()
    args.gol, args.output, args.go = os.path.abspath(args.gol), os.path.abspath(args.output), shutil.which(args.go) if args.go else None
    args.seed = args.seed or random.randrange(1, 100000)
    if args.print and args.program is None:
        p.error("--print wants --program")
    if args.print:
        print(pointers.package(args.seed, [args.program]))
        return 0
    print(f"seed {args.seed}; {'compared with ' + args.go if args.go else 'no go: the settings are compared with each other'}", flush=True)
    if args.program is not None:
        worker = Worker(args.gol, args.go, os.path.join(args.output, "worker-0"))
        plan = plan_of(args.seed, args.program - args.program % args.batch)
        batches = Batches(args, worker, multiprocessing.Queue())
        found = any([batches.settle(args.program, plan, Finding("", b, s, "")) for b in plan.builds for s in plan.settings])
        print("differs" if found else "no difference")
        return 1 if found else 0
    return fuzz_diff.run_jobs(args, work, float("inf") if args.count else time.monotonic() + args.seconds)


if __name__ == "__main__":
    sys.exit(main())
