"""What long runs of tests have in common. What one says of itself: on a terminal a line that is written over, elsewhere a line
every ten seconds."""

import concurrent.futures
import os
import signal
import sys
import time

FIRST, EVERY = 1, 10        # seconds


def heed_signals():
    """Programs are started as from a terminal, although whoever started the tests in the background may have these ignored."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


class Progress:
    def __init__(self, what, total):
        self.what, self.total, self.done = what, total, 0
        self.start = self.said = time.monotonic()
        self.terminal = sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.shown = False

    def show(self):
        now = time.monotonic()
        if self.terminal and now - self.start >= FIRST:
            sys.stderr.write(f"\r\033[K[{self.done}/{self.total}] {self.what}, {now - self.start:.0f}s")
            sys.stderr.flush()
            self.shown = True
        elif not self.terminal and now - self.said >= EVERY:
            self.said = now
            print(f"    {self.done} of {self.total} {self.what} after {now - self.start:.0f} s", file=sys.stderr, flush=True)

    def step(self):
        self.done += 1
        self.show()

    def clear(self):
        if self.shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
        self.shown = False


def results(what, jobs):
    """The results of futures, in their order; says how far they are meanwhile."""
    progress, left = Progress(what, len(jobs)), set(jobs)
    while left:
        left = concurrent.futures.wait(left, timeout=0.2).not_done
        progress.done = len(jobs) - len(left)
        progress.show()
    progress.clear()
    return [job.result() for job in jobs]
