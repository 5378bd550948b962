#!/usr/bin/env python3
"""Runs interleave_test, then plants errors in the code it runs: each must be found.

    interleave.py CC [PREEMPTIONS]
"""
import os
import shutil
import subprocess
import sys
import tempfile

RUNTIME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# file, what stands there, what is planted
PLANTED = [
    # a swap that forgets who readied it
    ("stack/status.h", "atomic_change(&g->status, (uint32_t)G_PARKING, (uint32_t)G_WAITING)",
     "(atomic_swap(&g->status, (uint32_t)G_WAITING) == G_PARKING)"),
    # who readies a held goroutine queues it
    ("stack/status.c", "old == G_WAITING;", "old != G_PARKING;"),
    # a plain store over the holder's bit
    ("stack/status.h", "load_relaxed(&status_scanning) || load_acquire(&g->status) != G_WAITING", "load_acquire(&g->status) != G_WAITING"),
    # dispatched although held
    ("stack/status.h", "return status_dispatch_scanned(g);", "g->status = G_RUNNING;"),
    # a call returns into held frames
    ("stack/status.h", "status_leave_scanned_call(g, to);", "store_relaxed(&g->status, (uint32_t)to);"),
    # the holder forgets to queue
    ("stack/status.c", "store_release(&g->status, (uint32_t)G_RUNNABLE);\n\treturn false;", "store_release(&g->status, (uint32_t)G_RUNNABLE);\n\treturn true;"),
]


def build_and_run(cc, runtime, scratch, preemptions):
    program = os.path.join(scratch, "interleave_test")
    sources = [os.path.join(runtime, "tests", name) for name in ("interleave_test.c", "interleave.c")]
    subprocess.run([*cc.split(), "-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-DGOL_STEPS", "-DGOL_DEBUG", "-I" + runtime,
                    "-I" + os.path.join(runtime, "include/gol"), "-o", program, *sources], check=True)
    p = subprocess.run([program, str(preemptions)], capture_output=True, text=True, timeout=600)
    return p.returncode, p.stdout + p.stderr


def main():
    cc, preemptions = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        code, text = build_and_run(cc, RUNTIME, scratch, preemptions)
        print(text, end="")
        failed |= code != 0
        for path, old, new in PLANTED:
            runtime = os.path.join(scratch, "runtime")
            shutil.copytree(RUNTIME, runtime)
            with open(os.path.join(runtime, path), encoding="utf-8") as f:
                source = f.read()
            assert source.count(old) == 1, f"{path}: not once: {old}"
            with open(os.path.join(runtime, path), "w", encoding="utf-8") as f:
                f.write(source.replace(old, new))
            code, text = build_and_run(cc, runtime, scratch, 2)
            if code == 0:
                print(f"not found: {new}\n{text}")
                failed = True
            shutil.rmtree(runtime)
    if not failed:
        print(f"{len(PLANTED)} planted errors found")
    sys.exit(failed)


if __name__ == "__main__":
    main()
