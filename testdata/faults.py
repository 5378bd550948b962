#!/usr/bin/env python3
"""Makes the nth allocation, mmap, thread, epoll call, accept or clone of a program fail, for every n up to 200.

    testdata/faults.py --gol ./gol [--most 200] [--only REGEX] [-j N]

The programs are testdata/faults/*.gol, testdata/faults/fault.c does it. A program may go on as if nothing had happened,
report the error of Go's library and end with status 1, or die with one of Go's fatal errors and status 2. It must not
hang, be killed by a signal, or compute something wrong.
"""

import argparse
import collections
import concurrent.futures
import errno
import os
import re
import subprocess
import sys
import tempfile

import progress

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT = 60
TOGETHER = 4

# kind: the errors that the system has for it
KINDS = {
    "alloc": [errno.ENOMEM],
    "mmap": [errno.ENOMEM],
    "thread": [errno.EAGAIN],
    "epoll": [errno.ENOMEM, errno.EINTR],
    "accept": [errno.EMFILE, errno.ECONNABORTED, errno.EINTR],
    "clone": [errno.EAGAIN],
}
# status: what the program then has said
SAID = {
    0: r"done( 10)?\n\Z",
    1: r"error: .*(cannot allocate memory|too many open files|resource temporarily unavailable|interrupted system call)\n",
    2: r"(?m)^fatal error: (runtime: out of memory|runtime: cannot allocate memory|newosproc|runtime: netpoll failed|"
       r"runtime: netpollinit failed|out of memory)",
}


def build(gol, folder):
    library = os.path.join(folder, "fault.so")
    subprocess.run([os.environ.get("CC", "gcc"), "-O1", "-Wall", "-shared", "-fPIC", "-o", library,
                    os.path.join(HERE, "faults", "fault.c"), "-ldl"], check=True)
    programs = {}
    for name in ("net", "spawn"):
        programs[name] = os.path.join(folder, name)
        subprocess.run([gol, "build", "-O1", "-o", programs[name], os.path.join(HERE, "faults", name + ".gol")], check=True)
    return library, programs


def one(library, program, kind, n, error):
    """(was there an nth call, what is wrong or None, how it ended)."""
    with tempfile.TemporaryDirectory(prefix="gol-fault-") as folder:
        log = os.path.join(folder, "log")
        environment = {**os.environ, "LD_PRELOAD": library, "GOL_FAULT": f"{kind}:{n}:{error}", "GOL_FAULT_LOG": log, "GOMAXPROCS": "4"}
        try:
            p = subprocess.run([program, folder], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, timeout=TIMEOUT)
            status, text = p.returncode, p.stdout.decode("utf-8", "replace")
        except subprocess.TimeoutExpired as e:
            status, text = "hang", (e.stdout or b"").decode("utf-8", "replace")
        happened = os.path.exists(log)
    if status not in SAID or not re.search(SAID[status], text):
        return happened, f"status {status}:\n{text[:1500]}", status
    return happened, None, status


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gol", required=True)
    parser.add_argument("--most", type=int, default=200)
    parser.add_argument("--only", default="", help="regular expression: program kind error")
    parser.add_argument("-j", type=int, default=os.cpu_count())
    args = parser.parse_args()
    progress.heed_signals()
    failed = 0
    with tempfile.TemporaryDirectory(prefix="gol-faults-") as folder:
        library, programs = build(os.path.abspath(args.gol), folder)
        for name, program in programs.items():
            for kind, error in [(k, e) for k, errors in KINDS.items() for e in errors]:
                what = f"{name} {kind} {errno.errorcode[error]}"
                if not re.search(args.only, what):
                    continue
                ended = collections.Counter()
                reached = 0
                with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
                    for first in range(1, args.most + 1, TOGETHER * args.j):
                        numbers = range(first, min(first + TOGETHER * args.j, args.most + 1))
                        results = list(pool.map(lambda n: one(library, program, kind, n, error), numbers))
                        for n, (happened, wrong, status) in zip(numbers, results):
                            if happened:
                                reached += 1
                                ended[status] += 1
                            if wrong:
                                failed += 1
                                print(f"FAIL {what}, call {n}: {wrong}", flush=True)
                        if not any(happened for happened, _, _ in results):
                            break
                endings = ", ".join(f"{ended[s]} with status {s}" for s in sorted(ended, key=str))
                print(f"faults: {what}: {reached} calls failed: {endings or 'none'}", flush=True)
    print("faults: ok" if not failed else f"faults: {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
