#!/usr/bin/env python3
"""What the runtime promises, measured: switches, late timers, goroutines' memory, stops, the collector beside two
mutators, processors, connections, loops that were frozen. A row for each: gol, Go (the better of GOMAXPROCS=1 and its
default), their ratio, the target, and whether it is met.

    testdata/bench/runtime/runtime.py [--gol ./gol] [--rounds 3] [--only REGEX] [--loaded] [--verbose]

Each round runs gol and Go in turn; a figure is the median over the rounds, a ratio the median of the rounds' ratios. A
round during which a hypervisor or other programs took more than 5% of the processors (/proc/stat) is void and repeated,
up to three times as many as wanted; with --loaded such rounds count, and the row says how many there were.

Each program prints its figures itself (NAME=VALUE, all in one line): run them by hand to see more. Without go the rows
have gol's figures alone, and only targets that need no Go are judged.
"""

import argparse
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
FOREIGN = 0.05
ECHO = {"connections": 10000, "seconds": 2, "rate": 10000}
TICKS = os.sysconf("SC_CLK_TCK")


class Figure:
    """One row. better: "less" or "more". ratio, most: the targets of gol/Go (at least it, for "more") and of gol's own."""

    def __init__(self, text, key, unit="", better="less", ratio=None, most=None, least=None):
        self.text, self.key, self.unit, self.better = text, key, unit, better
        self.ratio, self.most, self.least = ratio, most, least

    def target(self):
        sign = "<=" if self.better == "less" else ">="
        parts = [f"{sign} {self.ratio:g} of Go"] if self.ratio is not None else []
        parts += [f"<= {self.most:g}{self.unit}"] if self.most is not None else []
        parts += [f">= {self.least:g}{self.unit}"] if self.least is not None else []
        return ", ".join(parts) or "-"

    def met(self, gol, ratio):
        """None: it cannot be judged."""
        checks = []
        if self.most is not None:
            checks.append(gol <= self.most)
        if self.least is not None:
            checks.append(gol >= self.least)
        if self.ratio is not None and ratio is not None:
            checks.append(ratio <= self.ratio if self.better == "less" else ratio >= self.ratio)
        return all(checks) if checks else None


class Bench:
    """A program and a variant of it. measure(bench, tools, who, procs) gives its figures; procs: GOMAXPROCS of Go's runs."""

    def __init__(self, program, variant, figures, measure=None, procs=(1, None)):
        self.program, self.variant, self.figures, self.procs = program, variant, figures, procs
        self.measure = measure or plain
        self.name = program + "-" + variant


def run(command, procs=None, stdin=None):
    """Its figures."""
    env = dict(os.environ)
    env.pop("GOMAXPROCS", None)
    if procs is not None:
        env["GOMAXPROCS"] = str(procs)
    p = subprocess.run(command, stdout=subprocess.PIPE, env=env, text=True, timeout=600)
    if p.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {p.returncode}")
    return figures(p.stdout)


def figures(line):
    return {k: float(v) for k, v in (pair.split("=") for pair in line.split())}


def plain(bench, tools, who, procs):
    return run([tools.program(bench.program, who), bench.variant], procs)


def beside_beat(bench, tools, who, procs):
    """With the beat and without: what the beat costs the work."""
    path = tools.program(bench.program, who)
    result, alone = run([path, bench.variant], procs), run([path, bench.variant + "-alone"], procs)
    result["cost"] = result["round_ns"] / alone["round_ns"]
    return result


def one_and_two(bench, tools, who, procs):
    path = tools.program(bench.program, who)
    one, two = run([path, bench.variant], 1), run([path, bench.variant], 2)
    return {"one_ms": one["wall_ms"], "two_ms": two["wall_ms"], "speedup": one["wall_ms"] / two["wall_ms"]}


def pin(cpu):
    return lambda: os.sched_setaffinity(0, {cpu})


def connections(bench, tools, who, procs):
    """The server on one processor, the client on another."""
    cpus = sorted(os.sched_getaffinity(0))
    server = subprocess.Popen([tools.program(bench.program, who), bench.variant], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True, preexec_fn=pin(cpus[0]))
    port = server.stdout.readline().strip()
    client = subprocess.run([tools.client(), port, str(tools.args.connections), str(ECHO["seconds"]), str(ECHO["rate"])],
                            stdout=subprocess.PIPE, text=True, preexec_fn=pin(cpus[-1]))
    own, _ = server.communicate()
    if client.returncode != 0 or server.returncode != 0:
        sys.exit(f"echo of {who}: client {client.returncode}, server {server.returncode}")
    result = figures(client.stdout)
    result.update(figures(own))
    return result


BENCHES = [
    Bench("pingpong", "solo", [Figure("ping-pong, nothing else", "trip_ns", " ns", ratio=0.15)]),
    Bench("pingpong", "busy", [Figure("ping-pong, one of two Ps busy", "trip_ns", " ns", ratio=0.25)]),
    Bench("pingpong", "locked", [Figure("ping-pong, both locked to threads", "trip_ns", " ns", ratio=0.6)]),
    Bench("beat", "loop", [Figure("beat of 200 us beside loops: late, p50", "p50_us", " us", most=100),
                           Figure("  p99", "p99_us", " us", most=1000),
                           Figure("  work a round, with / without", "cost", most=1.05)], beside_beat, (None,)),
    Bench("beat", "alloc", [Figure("beat of 200 us beside allocation: late, p50", "p50_us", " us", most=100),
                            Figure("  p99", "p99_us", " us", most=1000),
                            Figure("  work a round, with / without", "cost", most=1.05)], beside_beat, (None,)),
    Bench("spawn", "few", [Figure("spawn and exit, 64 at a time", "each_ns", " ns", ratio=0.25),
                           Figure("  peak memory", "peak_kb", " KB", ratio=1.5)]),
    Bench("spawn", "many", [Figure("spawn and exit, 10,000 at a time", "each_ns", " ns", ratio=0.25),
                            Figure("  peak memory", "peak_kb", " KB", ratio=1.5)]),
    Bench("spawn", "parked", [Figure("bytes a parked goroutine, of 1,000,000", "bytes_each", " B", ratio=0.25)]),
    Bench("stops", "gigabyte", [Figure("stops of a cycle at 1 GB live, p99.9", "stop_p999_us", " us", ratio=1, most=100),
                                Figure("  beat beside it: late, p99.9", "beat_p999_us", " us", ratio=1),
                                Figure("  time", "wall_ms", " ms"), Figure("  CPU", "cpu_ms", " ms")], procs=(None,)),
    *(Bench("mutators", kind, [Figure(f"two mutators, {kind}: time", "wall_ms", " ms", ratio=1),
                               Figure("  CPU", "cpu_ms", " ms", ratio=1),
                               Figure("  peak memory", "peak_kb", " KB", ratio=1)], procs=(None,))
      for kind in ("trees", "maps", "lists")),
    *(Bench("speedup", kind, [Figure(f"two processors against one, {kind}", "speedup", "", "more", least=1.9)],
            one_and_two, (None,)) for kind in ("loops", "alloc")),
    Bench("echo", "serve", [Figure("echo: requests a second", "requests_s", "", "more", ratio=1),
                            Figure(f"  p99 at {ECHO['rate']} a second", "p99_us", " us", ratio=0.5),
                            Figure("  server's CPU", "cpu_ms", " ms"),
                            Figure("  peak memory", "peak_kb", " KB")], connections, (None,)),
    Bench("loops", "frozen", [Figure("loops after a freeze / not frozen", "ratio", "", most=1.1)], procs=(None,)),
]


class Tools:
    """Builds what is asked for, once."""

    def __init__(self, args, scratch):
        self.args, self.scratch, self.built = args, scratch, {}

    def once(self, name, make):
        if name not in self.built:
            path = os.path.join(self.scratch, name)
            subprocess.run(make(path), check=True)
            self.built[name] = path
        return self.built[name]

    def program(self, name, who):
        sources = [os.path.join(HERE, f + ".gol") for f in (name, "figures")]
        if who == "gol":
            return self.once(name + ".gol.out", lambda out: [self.args.gol, "build", *self.args.flags.split(), "-o", out, *sources])
        copies = []
        for source in sources:
            copies.append(os.path.join(self.scratch, os.path.basename(source)[:-4] + ".go"))
            shutil.copy(source, copies[-1])
        return self.once(name + ".go.out", lambda out: ["go", "build", "-o", out, *copies])

    def client(self):
        return self.once("echo_client", lambda out: ["gcc", "-O2", "-Wall", "-Wextra", "-o", out, os.path.join(HERE, "echo_client.c")])


def processor_time():
    """Of the machine: all, busy, stolen; of the children that have ended: theirs. In ticks."""
    with open("/proc/stat", encoding="ascii") as f:
        t = [int(x) for x in f.readline().split()[1:9]]
    user, nice, system, idle, wait, irq, soft, steal = t
    children = os.times()
    own = (children.children_user + children.children_system + children.user + children.system) * TICKS
    return sum(t), user + nice + system + irq + soft, steal, own


def foreign(before, after):
    """The part of the machine's time that somebody else took."""
    whole, busy, stolen, own = (b - a for a, b in zip(before, after))
    return max(0.0, busy - own + stolen) / whole if whole > 0 else 0.0


def one_round(bench, tools, has_go):
    """Figures of gol; figures of Go by GOMAXPROCS."""
    gol = bench.measure(bench, tools, "gol", None)
    go = [bench.measure(bench, tools, "go", procs) for procs in bench.procs] if has_go else []
    if tools.args.verbose:
        print(f"# {bench.name} gol {gol}\n# {bench.name} go {go}", flush=True)
    return gol, go


def measure(bench, tools, has_go):
    """Rounds that count, how many of them were beside others, how many were void, the worst foreign share."""
    for who in ("gol", "go")[:1 + has_go]:
        tools.program(bench.program, who)
    rounds, beside, void, worst = [], 0, 0, 0.0
    while len(rounds) < tools.args.rounds and void < 2 * tools.args.rounds:
        before = processor_time()
        result = one_round(bench, tools, has_go)
        share = foreign(before, processor_time())
        worst = max(worst, share)
        if share > FOREIGN and not tools.args.loaded:
            void += 1
            continue
        beside += share > FOREIGN
        rounds.append(result)
    return rounds, beside, void, worst


def row(figure, rounds, note):
    best = min if figure.better == "less" else max
    gol = statistics.median(g[figure.key] for g, _ in rounds)
    go = ratio = None
    if rounds[0][1]:
        theirs = [best(run[figure.key] for run in runs) for _, runs in rounds]
        go = statistics.median(theirs)
        ratio = statistics.median(g[figure.key] / t if t else float("inf") for (g, _), t in zip(rounds, theirs))
    met = figure.met(gol, ratio)
    text = lambda x: "-" if x is None else f"{x:.2f}" if abs(x) < 100 else f"{x:.0f}"
    return (f"{figure.text:46} {text(gol):>9} {text(go):>9} {figure.unit:3} {text(ratio):>7}  {figure.target():22} "
            f"{'-' if met is None else 'met' if met else 'MISSED'}{note}")


def raise_open_files(wanted):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted and (hard == resource.RLIM_INFINITY or hard >= wanted):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return soft if soft != resource.RLIM_INFINITY else wanted


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--gol", default=os.path.join(HERE, "..", "..", "..", "gol"))
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--only", metavar="REGEX", default=".", help="of " + ", ".join(b.name for b in BENCHES))
    p.add_argument("--flags", default="-O2 -versions=2")
    p.add_argument("--loaded", action="store_true", help="rounds count also while others use the machine")
    p.add_argument("--verbose", action="store_true", help="print what each run gave")
    args = p.parse_args()
    args.gol = os.path.abspath(args.gol)
    files = raise_open_files(ECHO["connections"] + 100)
    args.connections = min(ECHO["connections"], files - 100)
    has_go = shutil.which("go") is not None
    missed = without = 0
    print(f"{'':46} {'gol':>9} {'Go':>9} {'':3} {'gol/Go':>7}  {'target':22}")
    with tempfile.TemporaryDirectory(prefix="gol-bench-") as scratch:
        tools = Tools(args, scratch)
        for bench in (b for b in BENCHES if re.search(args.only, b.name)):
            if bench.measure is connections:
                print(f"echo server, {args.connections} connections" +
                      (f" (the limit of open files is {files})" if args.connections < ECHO["connections"] else ""))
            rounds, beside, void, worst = measure(bench, tools, has_go)
            if not rounds:
                print(f"{bench.figures[0].text:46} void: others took up to {worst:.0%} of the machine in {void} rounds (--loaded)", flush=True)
                without += 1
                continue
            note = f" ({beside} of {len(rounds)} rounds beside up to {worst:.0%})" if beside else ""
            for figure in bench.figures:
                line = row(figure, rounds, note)
                missed += "MISSED" in line
                print(line, flush=True)
                note = ""
    print(f"{missed} targets missed" + (f", {without} benchmarks void" if without else ""))


if __name__ == "__main__":
    main()
