#!/usr/bin/env python3
"""Programs as processes: exit statuses, signals, what is written when and where, blocked reads, memory.

    testdata/process.py --gol ./gol [--versions 1,2]

The programs stand in testdata/process; what they must do, here. All of it is what Go's programs do.
"""

import argparse
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time

import progress

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT = 60
MEGABYTES = 1100        # a stack of 1 GB: the old block of up to 512 MB and what was saved


class Failure(Exception):
    pass


def expect(what, got, want):
    if got != want:
        raise Failure(f"{what}: {got!r}, want {want!r}")


def run(program, *arguments, **options):
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    p = subprocess.run([program, *arguments], timeout=TIMEOUT, **options)
    return p.returncode, *((s or b"").decode() for s in (p.stdout, p.stderr))


def ends(program):
    """Status, standard output, and how standard error goes on after what was printed there."""
    table = {
        "return": (0, "out.deferred.", ""),
        "exit": (7, "out.", ""),
        "panic": (2, "out.deferred.", "panic: why\n\ngoroutine 1 [running]:\n"),
        "panic elsewhere": (2, "out.there.", "panic: 7\n\ngoroutine "),
        "goexit": (3, "out.deferred.", ""),
        "deadlock": (2, "out.", "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [select (no cases)]:\n"),
    }
    for how, (status, out, err) in table.items():
        got = run(program, how)
        expect(how, (got[0], got[1], got[2][:len("err." + err)]), (status, out, "err." + err))


def overflow(program):
    def limit():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with subprocess.Popen([program, "overflow"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=limit) as p:
        text = p.stderr.read().decode()
        _, status, usage = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
    expect("status of an overflow", p.returncode, 2)
    expect("report", text.split("\n")[0], "err.runtime: goroutine stack exceeds 1000000000-byte limit")
    expect("fatal error", text.split("\n")[2], "fatal error: stack overflow")
    expect("short trace", len(text.split("\n")) < 500, True)
    expect(f"memory below {MEGABYTES} MB", usage.ru_maxrss < MEGABYTES << 10, True)


def streams(program):
    text = b"x" * 100000
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
        p.stdin.write(text[:10])
        p.stdin.flush()
        try:
            p.wait(0.1)
        except subprocess.TimeoutExpired:
            pass
        p.stdin.write(text[10:])
        p.stdin.close()
        expect("first line", p.stdout.readline(), b"line 0\n")
        p.stdout.close()
        expect("what was read", p.stderr.read(), b"100000 <nil> true\n")
    expect("writing to a closed pipe", p.returncode, -signal.SIGPIPE)
    with open("/dev/full", "wb") as full:
        status, _, err = run(program, stdout=full)
    expect("a full disk", (status, err.split("\n")[1]), (3, "write /dev/stdout: no space left on device"))
    expect("no streams at all", subprocess.run(["sh", "-c", '"$0" <&- >&- 2>&-', program], timeout=TIMEOUT).returncode, 0)


def waits(program):
    with subprocess.Popen([program], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as p:
        try:
            p.wait(0.2)
            raise Failure("ended while a read was outstanding")
        except subprocess.TimeoutExpired:
            p.stdin.close()
        err = p.stderr.read().decode()
    want = "read\nfatal error: all goroutines are asleep - deadlock!\n"
    expect("after the read", (p.returncode, err[:len(want)]), (2, want))


def addresses(program):
    status, _, err = run(program)
    a = err.split()
    expect("status, same, another", (status, a[0] == a[1], a[1] == a[2]), (0, True, False))


def copies(gol, versions, scratch):
    """Functions of which several packages emit copies, whichever the linker keeps: the C of -emit=c, its files linked in both orders."""
    folder = os.path.join(scratch, "copies" + versions)
    program = folder + "/program"
    source = os.path.join(HERE, "process", "copies")
    build = [gol, "build", f"-versions={versions}"]
    subprocess.run([*build, "-emit=c", "-o", folder, source], check=True)
    compiler = os.environ.get("CC", "cc").split()
    subprocess.run([*compiler, "-O1", "-c", *sorted(n for n in os.listdir(folder) if n.endswith(".c"))], cwd=folder, check=True)
    objects = sorted(n for n in os.listdir(folder) if n.endswith(".o"))
    links = [[*compiler, "-o", program, *order, "-lpthread", "-lm"] for order in (objects, objects[::-1])]
    for link in [*links, [*build, "-o", program, source]]:
        subprocess.run(link, cwd=folder, check=True)
        for stress in ("", "freeze", "freeze=3:1", "window=3"):
            got = run(program, env={**os.environ, "GOLSTRESS": stress})
            expect(f"{link[-4:]} {stress}", got, (0, "", "41247343 44634\n"))


# What a Go program does that does not import os/signal, where no handler is needed for it.
DIES = [signal.SIGHUP, signal.SIGINT, signal.SIGTERM, 34]
SURVIVES = [signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE, signal.SIGALRM, signal.SIGCHLD, signal.SIGCONT, signal.SIGURG, signal.SIGXCPU,
            signal.SIGXFSZ, signal.SIGVTALRM, signal.SIGPROF, signal.SIGWINCH, signal.SIGIO, signal.SIGPWR, *range(35, 65)]


def signals(program):
    for number in DIES + SURVIVES:
        with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as p:
            p.stdout.readline()
            os.kill(p.pid, number)
            try:
                out, _ = p.communicate(b"x", TIMEOUT)
            except BrokenPipeError:
                out = p.stdout.read()
        want = (-number, b"") if number in DIES else (0, b"alive 1 <nil>\n")
        expect(f"signal {number}", (p.returncode, out), want)


# What main does, and the first goroutine of the dump: those that run come first.
QUITS = {
    "wait": (r"goroutine 1 \[chan receive\]:\nmain\.main\(\)\n\t.*quit\.gol:\d+ \+0x\w+\n", False),
    "spin": (r"goroutine \d+ \[running\]:\nmain\.spin\(\)\n\t.*quit\.gol:\d+ .*\ncreated by main\.main in goroutine 1\n\t.*quit\.gol:\d+ .*\n", True),
    "read": (r"goroutine 1 \[syscall\]:\n(.*\n)*main\.main\(\)\n\t.*quit\.gol:\d+ .*\n", False),
    "calls": (r"goroutine 1 \[running\]:\nmain\.main\(\)\n\t.*quit\.gol:\d+ .*\n", False),
}


def quits(program):
    for stress in ("", "freeze", "window=2"):
        for how, (first, main_later) in QUITS.items():
            status, text = quit_one(program, how, GOLSTRESS=stress)
            others = (r"\ngoroutine 1 \[select \(no cases\)\]:\nmain\.main\(\)\n\t.*\n" if main_later else "") + \
                r"\ngoroutine \d+ \[sync\.Mutex\.Lock\]:\n(sync\..*\n\t.*\n)*main\.locked\(\.\.\.\)\n\t.*\ncreated by main\.main in goroutine 1\n\t.*\n" + \
                r"\ngoroutine \d+ \[sleep\]:\ntime\.Sleep\(\.\.\.\)\n\t.*\nmain\.main\.func1\(\)\n\t.*\ncreated by main\.main in goroutine 1\n\t.*\n"
            if status != 2 or not re.fullmatch(r"SIGQUIT: quit\nPC=0x\w+ m=\d+ sigcode=0\n\n" + first + others + r"\n(gol stress: .*\n)?", text):
                raise Failure(f"{how} {stress}: status {status}\n{text}")
    status, text = quit_one(program, "wait", GOTRACEBACK="none")
    expect("no traces", (status, text.count("\n"), "goroutine" in text), (2, 3, False))
    expect("crash", quit_one(program, "wait", GOTRACEBACK="crash")[0], -signal.SIGABRT)


def quit_one(program, how, **env):
    with subprocess.Popen([program, how], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **env},
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0))) as p:
        p.stdout.readline()
        time.sleep(0.1)
        p.send_signal(signal.SIGQUIT)
        text = p.stderr.read().decode()
        p.wait(TIMEOUT)
    return p.returncode, text


def reports(program):
    """What GODEBUG asks for."""
    def until_killed(debug):
        with subprocess.Popen([program, "wait"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "GODEBUG": debug}) as p:
            p.stdout.readline()
            time.sleep(0.5)
            p.kill()
            return p.stderr.read().decode().splitlines()
    line = r"SCHED (\d+)ms: gomaxprocs=(\d+) idleprocs=\d+ threads=[1-9]\d* spinningthreads=\d+ needspinning=\d+ idlethreads=\d+ runqueue=\d+"
    lines = until_killed("schedtrace=50")
    found = [re.fullmatch(line + r" \[((?: \d+)+) \] schedticks=\[((?: \d+)+) \]", text) for text in lines]
    if len(lines) < 3 or None in found:
        raise Failure("schedtrace: " + "\n".join(lines))
    times = [int(m[1]) for m in found]
    expect("times ascend", times == sorted(set(times)) and times[0] < 1000, True)
    expect("a number a processor", {(len(m[3].split()), len(m[4].split())) for m in found}, {(int(found[0][2]),) * 2})
    lines = until_killed("scheddetail=1,schedtrace=100")
    starts = [n for n, text in enumerate(lines) if re.match(line + " gcwaiting=false ", text)]
    last = lines[starts[-2]:starts[-1]]
    for wanted in (r"  P0: status=\d schedtick=\d+ syscalltick=\d+ m=\w+ runqsize=0 gfreecnt=\d+", r"  M0: p=\w+ curg=\w+ spinning=false",
                   r"  G1: status=4\(chan receive\) m=nil lockedm=nil", r"  G\d+: status=4\(sleep\) m=nil lockedm=nil"):
        if not any(re.fullmatch(wanted, text) for text in last):
            raise Failure(f"scheddetail: no {wanted} in\n" + "\n".join(last))
    lines = [text for text in until_killed("inittrace=1") if text]
    if len(lines) < 3 or not all(re.fullmatch(r"init [\w/]+ @[\d.]+ ms, [\d.]+ ms clock, \d+ bytes, \d+ allocs", text) for text in lines):
        raise Failure("inittrace: " + "\n".join(lines))


def broken(program):
    table = {
        "print": (-signal.SIGPIPE, ""),
        "error": (-signal.SIGPIPE, ""),
        "println": (0, "alive\n"),
        "system call": (0, "broken pipe\nalive\n"),
        "duplicate": (0, "write duplicate: broken pipe\nalive\n"),
        "panic": (2, ""),
    }
    for how, want in table.items():
        unread, report = os.pipe(), os.pipe()
        command = ["sh", "-c", f'exec "$0" "$1" 3>&{report[1]} >&{unread[1]} 2>&{unread[1]}', program, how]
        with subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=(report[1], unread[1])) as p:
            for fd in (*unread, report[1]):
                os.close(fd)
            p.stdin.close()
        with open(report[0], encoding="utf-8") as f:
            expect(how, (p.returncode, f.read()), want)


def blocked(program):
    with tempfile.TemporaryDirectory() as folder:
        fifo = os.path.join(folder, "fifo")
        os.mkfifo(fifo)
        master, slave = os.openpty()
        for name in fifo, os.ttyname(slave):
            closed = f"{name}: file already closed\n"
            expect(name, run(program, name)[1],
                   f"close: <nil>\nagain: close {closed}read: read {closed}blocked: 0 read {closed}")
        os.close(master)
        os.close(slave)
    # Standard input may be others' too: it stays blocking, Close does not wait, and the read ends when there is something.
    with subprocess.Popen([program, "stdin"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as p:
        lines = [p.stdout.readline().decode() for _ in range(3)]
        p.stdin.write(b"late")
        p.stdin.close()
        lines.append(p.stdout.readline().decode())
    closed = "/dev/stdin: file already closed\n"
    expect("stdin", lines, ["close: <nil>\n", "again: close " + closed, "read: read " + closed, "blocked: 4 <nil>\n"])


def map_faults(program):
    table = {"read": "read and map write", "found": "read and map write", "iterate": "iteration and map write"}
    for how in "writes", "delete", "clear", "text", "value", "read", "found", "iterate":
        text = "fatal error: concurrent map " + table.get(how, "writes")
        code, out, err = run(program, how, env={**os.environ, "GOMAXPROCS": "4"})
        expect(how, (code, out, err.split("\n\n")[0]), (2, "", text))
        expect("trace of " + how, re.search(r"^goroutine \d+ \[running\]:$", err, re.M) is not None, True)


def goroutine_leaks(program):
    table = {"receive": ["chan receive"], "send": ["chan send"], "select": ["select"], "lock": ["sync.Mutex.Lock"],
             "group": ["sync.WaitGroup.Wait"], "without": ["select (no cases)"], "pair": ["chan receive"] * 2, "others": []}
    for how, want in table.items():
        code, out, err = run(program, how, env={**os.environ, "GODEBUG": "goroutineleak=1"})
        expect(how, (code, out), (0, "done true\n"))
        got = re.findall(r"^goroutine leak: .*\n\ngoroutine \d+ \[(.*) \(leaked\)\]:$", err, re.M)
        expect("leaks: " + how, got, want)
        expect("where: " + how, len(re.findall(r"^created by main\.", err, re.M)), len(want))
    expect("without the setting", run(program, "receive"), (0, "done true\n", ""))


def leaks(program):
    expect("thousand goroutines", run(program), (0, "", "done\n"))


def escaped(program):
    for how, holder in (("object", "object 0x"), ("variable", "a package variable: ")):
        expect(how + " without the setting", run(program, how), (0, "", "done 5\n"))
        for stress in ("escape", "escape,freeze"):
            code, _, err = run(program, how, env={**os.environ, "GOLSTRESS": stress})
            expect(how, (code, err.startswith("runtime: " + holder), "fatal error: an address of a frame has escaped" in err), (2, True, True))
    for how in ("other", "none"):
        expect(how, run(program, how, env={**os.environ, "GOLSTRESS": "escape"}), (0, "", "done 5\n"))


TESTS = {"ends": [ends, overflow], "streams": [streams], "waits": [waits], "addresses": [addresses], "signals": [signals], "quit": [quits, reports],
         "broken": [broken], "blocked": [blocked], "mapfaults": [map_faults], "leaks": [goroutine_leaks], "escaped": [escaped], "thousand": [leaks]}
SANITIZED = ["thousand"]        # built with AddressSanitizer, which reports what is left over


def passes(test, versions, *arguments):
    try:
        test(*arguments)
        return True
    except (Failure, subprocess.TimeoutExpired, subprocess.CalledProcessError, IndexError) as e:
        print(f"FAIL {test.__name__} versions={versions}: {e}")
        return False


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--gol", default=os.path.join(HERE, "..", "gol"))
    p.add_argument("--versions", default="1,2", type=lambda s: s.split(","))
    args = p.parse_args()
    progress.heed_signals()
    args.gol = os.path.abspath(args.gol)
    failed = done = 0
    shown = progress.Progress("tests", len(args.versions) * (sum(map(len, TESTS.values())) + 1))
    with tempfile.TemporaryDirectory(prefix="gol-process-") as scratch:
        for name, tests in TESTS.items():
            for versions in args.versions:
                program = os.path.join(scratch, name + versions)
                environment = {**os.environ, "CFLAGS": "-fsanitize=address"} if name in SANITIZED else None
                subprocess.run([args.gol, "build", f"-versions={versions}", "-o", program, os.path.join(HERE, "process", name + ".gol")],
                               env=environment, check=True)
                for test in tests:
                    done += 1
                    failed += not passes(test, versions, program)
                    shown.step()
        for versions in args.versions:
            done += 1
            failed += not passes(copies, versions, args.gol, versions, scratch)
            shown.step()
    shown.clear()
    print(f"process: {done - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
