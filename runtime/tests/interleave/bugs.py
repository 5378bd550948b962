#!/usr/bin/env python3
"""Takes rules out of the scheduler's code, one at a time, and expects sched_test to find each: a test that cannot fail is none.

    bugs.py [--cc CC] [--seconds N] [NAME ...]
    bugs.py --check         only that what it changes is still there; part of make unit
"""

import argparse
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
RUNTIME = os.path.dirname(os.path.dirname(HERE))
STATUS = ["park", "scan", "scan-twice", "call", "call-lost"]        # the scenarios of status_test
UNITS = ["stack/status.c", "sched/queue.c", "sched/idle.c", "sched/procs.c", "sched/world.c", "sched/solo.c", "sched/call.c",
         "base/lock.c"]
FLAGS = ["-std=gnu11", "-O2", "-DGOL_STEPS", f"-I{RUNTIME}", f"-I{RUNTIME}/include/gol", f"-I{HERE}"]

# name, scenario, file, then by pairs: what stands there, what is put in its place
BUGS = [
    ("parked-overwrites", "scan", "stack/status.h", "atomic_change(&g->status, (uint32_t)G_PARKING, (uint32_t)G_WAITING)",
     "(atomic_swap(&g->status, (uint32_t)G_WAITING) == G_PARKING)"),
    ("ready-queues-held", "scan", "stack/status.c", "return old == G_WAITING;", "return old != G_PARKING;"),
    ("ready-overwrites-holder", "scan", "stack/status.h", "load_relaxed(&status_scanning) || load_acquire(&g->status) != G_WAITING",
     "load_acquire(&g->status) != G_WAITING && load_acquire(&g->status) != (G_WAITING | G_HELD)"),
    ("dispatches-held", "scan", "stack/status.h", "if (GOL_UNLIKELY(load_relaxed(&status_scanning)))\n\t\treturn status_dispatch_scanned(g);", ""),
    ("call-returns-into-held", "call", "stack/status.h",
     "if (GOL_UNLIKELY(load_relaxed(&status_scanning)))\n\t\tstatus_leave_scanned_call(g, to);\n\telse\n", ""),
    ("holder-forgets-to-queue", "scan", "stack/status.c", "return false;\n}", "return true;\n}"),
    ("steal-without-swap", "ring", "sched/queue.c", "if (!atomic_change(&from->head, head, head + n))\n\t\t\tcontinue;",
     "store_release(&from->head, head + n);"),
    ("spill-without-swap", "ring", "sched/queue.c", "if (!proc_change(&p->head, head, head + P_QUEUE / 2))\n\t\treturn false;",
     "store_release(&p->head, head + P_QUEUE / 2);"),
    ("take-without-swap", "ring", "sched/p.h", "if (GOL_LIKELY(proc_change(&p->head, head, head + 1)))",
     "store_release(&p->head, head + 1);"),
    ("no-second-look", "idle", "sched/idle.c", "if (!idle_any_work())\n\t\treturn false;", "return false;"),
    ("looks-before-it-gives-back", "idle", "sched/idle.c", "\tif (!give_back(m)) {", "\tearly = idle_any_work();\n\tif (!give_back(m)) {",
     "if (!idle_any_work())\n\t\treturn false;", "if (!early)\n\t\treturn false;",
     "/* m is on the idle list, its P too", "static bool early;\n/* m is on the idle list, its P too"),
    ("no-successor", "busy", "sched/idle.c", "if (atomic_add(&scheduler.spinning, -1u) == 0)\n\t\tidle_wake();", "atomic_add(&scheduler.spinning, -1u);"),
    ("takes-back-what-it-has", "idle", "sched/idle.c", "P *p = m->p == NULL ? idle_take_p() : NULL;", "P *p = idle_take_p();"),
    ("unpaid-sleeps-on-global", "unpaid", "sched/idle.c", "if (load_relaxed(&scheduler.global_count) != 0 || timers",
     "if ((idle_wake_pays() && load_relaxed(&scheduler.global_count) != 0) || timers"),
    ("global-without-waking", "global", "sched/queue.c",
     "queue_add_global(g);\n\tos_release(&scheduler.lock);\n\tidle_wake_queued();\n", "queue_add_global(g);\n\tos_release(&scheduler.lock);\n"),
    ("stop-forgets-calls", "stop", "sched/world.c", "(status & 3) == P_IN_CALL && atomic_change", "(status & 3) == P_IN_CALL && ((p->status = P_IDLE), true) || atomic_change"),
    ("stop-does-not-wait", "stop", "sched/world.c", "(status & 3) == P_RUNNING || (status & 3) == P_IN_CALL", "(status & 3) == P_IN_CALL"),
    ("stopped-goes-on", "stop", "sched/world.c", "while (load_acquire(&scheduler.asked) == asked)\n\t\tos_futex_wait(&scheduler.asked, asked, -1);", ""),
    ("two-stops", "stop", "sched/world.c", "if (scheduler.asked & 1) {\n\t\tos_release(&scheduler.lock);\n\t\tworld_wait(m);\n\t\treturn false;\n\t}", ""),
    ("call-takes-its-p-back", "stop", "sched/call.c",
     "if (GOL_LIKELY(atomic_change(&p->status, p_status_of(P_IN_CALL, m->id), p_status_of(P_RUNNING, m->id)))) {",
     "store_seq(&p->status, p_status_of(P_RUNNING, m->id)); {"),
    ("watcher-for-ever", "timer", "sched/idle.c", "if (scheduler.watcher != m && timers_next() >= load_relaxed(&scheduler.watch_until))",
     "if (scheduler.watcher != NULL && scheduler.watcher != m)"),
    ("second-one-in-solo", "solo", "sched/idle.c", "(scheduler.asked & 1) || !solo_admits()", "(scheduler.asked & 1)"),
    ("lock-forgets-sleepers", "lock", "base/lock.c", "while (atomic_swap(&l->state, 2u) != 0)", "while (atomic_swap(&l->state, 1u) != 0)"),
]


def build(cc, folder, scenario, changed, text):
    """The scenario's test with the text in place of the file `changed`, below folder."""
    target = os.path.join(folder, changed)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "w") as f:
        f.write(text)
    units = [os.path.join(folder if u == changed else RUNTIME, u) for u in (UNITS[:1] if scenario in STATUS else UNITS)]
    program = os.path.join(folder, "test")
    tests = [os.path.join(HERE, "interleave.c"), os.path.join(HERE, "status_test.c" if scenario in STATUS else "sched_test.c")]
    subprocess.run([cc, f"-I{folder}", *FLAGS, "-w", "-o", program, *tests, *units], check=True)
    return program


def changed_text(path, changes):
    """The file with the changes made, None; or None, what is wrong."""
    with open(os.path.join(RUNTIME, path)) as f:
        text = f.read()
    for old, new in zip(changes[::2], changes[1::2]):
        if text.count(old) != 1:
            return None, f"{path} has {text.count(old)} times what it changes: {old!r}"
        text = text.replace(old, new)
    return text, None


def found(args, name, scenario, path, *changes):
    text, error = changed_text(path, changes)
    if error or args.check:
        return error
    with tempfile.TemporaryDirectory() as folder:
        program = build(args.cc, folder, scenario, path, text)
        r = subprocess.run([program, "3", str(args.seconds), scenario], stdout=subprocess.PIPE, text=True, timeout=600)
        print(f"  {name}: {r.stdout.strip().splitlines()[-1]}")
        return None if r.returncode != 0 else "not found"


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--cc", default="gcc")
    p.add_argument("--seconds", type=float, default=20, help="for each number of preemptions")
    p.add_argument("--check", action="store_true")
    p.add_argument("names", nargs="*")
    args = p.parse_args()
    bad = 0
    for bug in BUGS:
        if args.names and bug[0] not in args.names:
            continue
        error = found(args, *bug)
        if error:
            print(f"  {bug[0]}: {error}")
            bad += 1
    if not args.check:
        print(f"bugs.py: {bad} not found")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
