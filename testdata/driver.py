#!/usr/bin/env python3
"""The gol command: what it writes and removes, flags and environment, damaged caches, full disks, killed builds.

    testdata/driver.py --gol ./gol [--only REGEX]

A case is a function here; each gets a folder of its own as working directory, with a cache, a home and a folder for
temporary files in it. Messages and exit statuses are those of the go command where it has the same case.
"""

import argparse
import concurrent.futures
import fcntl
import inspect
import json
import os
import pty
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zipfile

import progress

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT = 120
HELLO = 'package main\n\nfunc main() { println("hello") }\n'


class Failure(Exception):
    pass


class Place:
    """A working directory, and gol run in it."""

    def __init__(self, gol, folder):
        self.gol, self.folder = gol, folder
        self.temporary = os.path.join(folder, "temporary files")
        self.cache = os.path.join(folder, "cache")
        self.dir = os.path.join(folder, "w")
        for d in (self.temporary, self.dir):
            os.mkdir(d)
        self.env = {"PATH": os.environ["PATH"], "HOME": folder, "GOLCACHE": self.cache, "TMPDIR": self.temporary}

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as f:
            f.write(text)

    def read(self, name):
        with open(self.path(name)) as f:
            return f.read()

    def names(self, folder="."):
        return sorted(os.listdir(self.path(folder)))

    def command(self, *arguments, env=None, gol=None, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": self.dir, **options}
        env = {k: v for k, v in {**self.env, **(env or {})}.items() if v is not None}
        return subprocess.Popen([gol or self.gol, *arguments], env=env, **options)

    def run(self, *arguments, **options):
        """(exit status, standard output and error)"""
        with self.command(*arguments, **options) as p:
            out, err = p.communicate(timeout=TIMEOUT)
        return p.returncode, ((out or b"") + (err or b"")).decode()

    def expect(self, status, pattern, *arguments, **options):
        got, text = self.run(*arguments, **options)
        if got != status or not re.search(pattern, text) or "internal compiler error" in text:
            raise Failure(f"gol {' '.join(arguments)}: exit {got}, want {status} and {pattern!r}:\n{text}")
        self.is_clean()
        return text

    def is_clean(self):
        """Nothing is left among the temporary files."""
        same("temporary files", os.listdir(self.temporary), [])

    def objects(self):
        return sorted(os.path.join(self.cache, n) for n in os.listdir(self.cache) if n.endswith(".o"))


def same(what, got, want):
    if got != want:
        raise Failure(f"{what}: {got!r}, want {want!r}")


# ---- -emit=c: nothing is written over --------------------------------------------------------------------------


def emit_keeps_files(p):
    p.write("h.gol", HELLO)
    p.write("main.c", "int mine;\n")
    p.expect(1, r"main\.c exists and was not written by gol; nothing was written", "build", "-emit=c", "h.gol")
    same("the folder", p.names(), ["h.gol", "main.c"])
    same("the file", p.read("main.c"), "int mine;\n")


PARTS = (".c", ".frames.h", ".more.h", ".types.h")       # the files of a package


def emit_writes_again(p):
    p.write("m/go.mod", "module m\n\ngo 1.26\n")
    p.write("m/main.gol", 'package main\n\nimport "m/old"\n\nfunc main() { println(old.F()) }\n')
    p.write("m/old/f.gol", "package old\n\nfunc F() int { return 1 }\n")
    p.write("c/notes.c", "/* main.c: written by hand */\n")
    p.expect(0, "", "build", "-emit=c", "-o", "../c", ".", cwd=p.path("m"))
    first = p.names("c")
    same("files of the first program", [n for n in first if n.startswith("m_")], ["m_1old" + part for part in PARTS])
    same("another's file", p.read("c/notes.c"), "/* main.c: written by hand */\n")
    p.expect(0, "", "build", "-emit=c", "-o", "../c", ".", cwd=p.path("m"))
    same("files when written again", p.names("c"), first)
    os.rename(p.path("m/old"), p.path("m/new"))
    p.write("m/main.gol", 'package main\n\nimport old "m/new"\n\nfunc main() { println(old.F()) }\n')
    shutil.copy(p.path("c/m_1old.c"), p.path("c/copy.c"))
    p.expect(0, "", "build", "-emit=c", "-o", "../c", ".", cwd=p.path("m"))
    same("files of the second program", p.names("c"), sorted([n for n in first if not n.startswith("m_1old")] + ["m_1new" + part for part in PARTS] + ["copy.c"]))
    os.remove(p.path("c/copy.c"))
    os.remove(p.path("c/notes.c"))
    subprocess.run("cc *.c -lpthread -lm && ./a.out 2>&1 | grep -x 1", shell=True, cwd=p.path("c"), check=True, stdout=subprocess.DEVNULL)


def emit_stops(p):
    """A file that was changed, a link, a folder, a program of another time that was changed; no folder at all."""
    p.write("h.gol", HELLO)
    p.expect(0, "", "build", "-emit=c", "-o", "c", "h.gol")
    p.write("c/main.c", p.read("c/main.c") + "/* mine */\n")
    p.expect(1, r"c/main\.c was changed since gol wrote it", "build", "-emit=c", "-o", "c", "h.gol")
    os.remove(p.path("c/main.c"))
    for make in (lambda: os.symlink("../h.gol", p.path("c/main.c")), lambda: os.mkdir(p.path("c/main.c"))):
        make()
        p.expect(1, r"c/main\.c exists and was not written by gol", "build", "-emit=c", "-o", "c", "h.gol")
        (os.rmdir if os.path.isdir(p.path("c/main.c")) else os.remove)(p.path("c/main.c"))
    same("the link's target", p.read("h.gol"), HELLO)
    p.expect(1, "writing to h.gol: not a directory", "build", "-emit=c", "-o", "h.gol", "h.gol")
    p.expect(1, "writing to h.gol/x: not a directory", "build", "-emit=c", "-o", "h.gol/x", "h.gol")
    p.expect(0, "", "build", "-emit=c", "-o", "c", "h.gol")
    p.write("a/a.gol", HELLO)
    p.write("b/b.gol", HELLO)
    p.expect(1, "-emit=c takes one package", "build", "-emit=c", "-o", "d", "./a", "./b")
    p.write("lib/l.gol", "package lib\n")
    p.expect(1, "-emit=c takes a program: .*lib is not a main package", "build", "-emit=c", "-o", "d", "./lib")


# ---- -o ---------------------------------------------------------------------------------------------------------


def output_is_kept(p):
    p.write("h.gol", HELLO)
    p.write("notes", "mine\n")
    p.expect(1, 'build output "notes" already exists and is not an object file', "build", "-o", "notes", "h.gol")
    p.expect(1, 'build output "h.gol" already exists and is not an object file', "build", "-o", "h.gol", "h.gol")
    same("the files", (p.read("notes"), p.read("h.gol")), ("mine\n", HELLO))
    os.mkdir(p.path("h"))
    p.expect(1, 'build output "h" already exists and is a directory', "build", "h.gol")
    p.expect(0, "", "build", "-o", "h", "h.gol")
    same("in the folder", p.names("h"), ["h"])
    p.write("empty", "")
    p.expect(0, "", "build", "-o", "empty", "h.gol")
    p.expect(0, "", "build", "-o", "empty", "h.gol")


def output_cannot_be_written(p):
    p.write("h.gol", HELLO)
    p.expect(1, "writing x{300}: file name too long", "build", "-o", "x" * 300, "h.gol")
    p.expect(0, "", "build", "-o", "x" * 255, "h.gol")
    p.expect(1, "writing h.gol/x: not a directory", "build", "-o", "h.gol/x", "h.gol")
    p.expect(1, "writing /proc/x: (no such|permission|operation)", "build", "-o", "/proc/x", "h.gol")
    p.expect(1, "writing /dev/full: no space left on device", "build", "-o", "/dev/full", "h.gol")
    p.write("h", "\x7fELF, an old program")

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    p.expect(1, "file too large", "build", "-o", "h", "h.gol", preexec_fn=limit)
    same("the old program", p.read("h"), "\x7fELF, an old program")


# ---- the cache -------------------------------------------------------------------------------------------------------


def cache_is_mended(p):
    """Whatever is done to the objects, the next build makes them anew."""
    def rewrite(change):
        def damage(path):
            with open(path, "rb") as f:
                data = f.read()
            os.remove(path)
            with open(path, "wb") as f:
                f.write(change(data))
        return damage

    def folder(path):
        os.remove(path)
        os.makedirs(os.path.join(path, "x"))

    def device(path):
        os.remove(path)
        os.mkfifo(path)
    p.write("h.gol", HELLO)
    p.expect(0, "", "build", "h.gol")
    sound = p.objects()
    damages = {"truncated": rewrite(lambda b: b[:len(b) // 2]), "empty": rewrite(lambda b: b""), "zeroed": rewrite(lambda b: bytes(len(b))),
               "flipped": rewrite(lambda b: b[:200] + bytes([b[200] ^ 1]) + b[201:]), "cut at its end": rewrite(lambda b: b[:-1]),
               "longer": rewrite(lambda b: b + b"x"), "folder": folder, "fifo": device, "gone": os.remove}
    for how, damage in damages.items():
        for path in sound:
            damage(path)
        os.path.exists(p.path("h")) and os.remove(p.path("h"))
        p.expect(0, "", "build", "h.gol")
        same(how, subprocess.run([p.path("h")], stderr=subprocess.PIPE).stderr, b"hello\n")
        same(f"objects after {how}", p.objects(), sound)
        text = p.expect(0, "", "build", "-x", "h.gol")
        same(f"compiled again after {how}", " -c " in text, False)
    folder(sound[0])
    for flag in ("-i", "-r"):
        p.expect(2, f"^gol: clean {flag} is not supported yet\n$", "clean", flag)
    p.expect(2, "^flag provided but not defined: -bad\n", "clean", "-fuzzcache", "-bad")
    p.expect(0, "", "clean", "-cache")
    same("a clean cache", os.listdir(p.cache), [])


def cache_cannot_be_used(p):
    """A full one, one that is a file, one removed during the build."""
    p.write("h.gol", HELLO)
    p.write("file", "")
    p.expect(0, "hello", "run", "h.gol", env={"GOLCACHE": p.path("file")})
    p.expect(0, "hello", "run", "h.gol", env={"GOLCACHE": p.path("file/x")})
    p.write("cc", '#!/bin/sh\n' + ASKED + 'rm -rf "$GOLCACHE"\nexec gcc "$@"\n')
    os.chmod(p.path("cc"), 0o755)
    p.expect(0, "hello", "run", "h.gol", env={"CC": p.path("cc")})
    p.expect(1, "was removed during the build", "build", "-g", "h.gol", env={"CC": p.path("cc")})
    if os.geteuid() != 0:
        return
    os.mkdir(p.path("small"))
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", p.path("small")], stderr=subprocess.DEVNULL).returncode:
        return
    try:
        p.expect(0, "hello", "run", "h.gol", env={"GOLCACHE": p.path("small/cache")})
        p.expect(1, "no space left on device", "build", "-o", "small/h", "h.gol")
        p.expect(1, "no space left on device", "build", "-emit=c", "-o", "small/c", "h.gol")
        same("what is left of the program", [n for n in p.names("small") if n.startswith((".gol", "h"))], [])
        got = p.run("build", "h.gol", env={"TMPDIR": p.path("small")})
        same("full folder for temporary files", (got[0], "no space left on device" in got[1].lower(), "internal" in got[1]), (1, True, False))
    finally:
        subprocess.run(["umount", p.path("small")], check=True)


def cache_is_shared(p):
    """Builds at the same time in one cold cache."""
    p.write("h.gol", HELLO)
    running = [p.command("build", "-o", f"h{i}", "h.gol") for i in range(4)]
    same("statuses", [r.wait(TIMEOUT) for r in running], [0] * 4)
    for r in running:
        r.stdout.close(), r.stderr.close()
    for i in range(4):
        same("output", subprocess.run([p.path(f"h{i}")], stderr=subprocess.PIPE).stderr, b"hello\n")
    p.is_clean()


def installation_moves(p):
    """The same cache serves an installation that was moved: nothing is compiled."""
    root = os.path.dirname(p.gol)
    if not os.path.isdir(os.path.join(root, "stdlib")):
        return
    for name in ("runtime/include", "stdlib", "build/stdlib"):
        shutil.copytree(os.path.join(root, name), p.path(os.path.join("here", name)), ignore=shutil.ignore_patterns("tests"))
    for name in ("gol", "build/libgolrt.a"):
        shutil.copy(os.path.join(root, name), p.path(os.path.join("here", name)))
    p.write("h.gol", HELLO)
    text = p.expect(0, "", "build", "-x", "h.gol", gol=p.path("here/gol"))
    same("compiled the first time", " -c " in text, True)
    os.rename(p.path("here"), p.path("there"))
    text = p.expect(0, "", "build", "-x", "h.gol", gol=p.path("there/gol"))
    same("compiled when moved", " -c " in text, False)
    same("output", subprocess.run([p.path("h")], stderr=subprocess.PIPE).stderr, b"hello\n")


def installs(p):
    """make install copies what is compiled; what is installed compiles nothing but the program."""
    root = os.path.dirname(p.gol)
    if not os.path.exists(os.path.join(root, "Makefile")):
        return
    env = {**os.environ, "MAKEFLAGS": "", "MAKELEVEL": ""}
    subprocess.run(["make", "-s", "-C", root, "install", "PREFIX=" + p.path("first")], env=env, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    os.rename(p.path("first"), p.path("second"))
    p.write("f.gol", 'package main\n\nimport ("fmt"; "sort")\n\nfunc main() { s := []int{2, 1}; sort.Ints(s); fmt.Println(s) }\n')
    for options in ((), ("-versions=1",)):
        text = p.expect(0, "", "build", "-x", *options, "f.gol", gol=p.path("second/bin/gol"))
        same("packages compiled", re.findall(r" -c .*/([^/\s]+)\.c'?$", text, re.M), ["main"])
    same("output", subprocess.run([p.path("f")], stdout=subprocess.PIPE).stdout, b"[1 2]\n")
    same("what the installation is made of", p.names("second/lib/gol"), ["cache", "src", "stdlib"])


# ---- the C compiler -----------------------------------------------------------------------------------------------------


def compilers_that_are_none(p):
    p.write("h.gol", HELLO)
    p.write("says", "#!/bin/sh\necho bad weather >&2\nexit 3\n")
    p.write("dies", "#!/bin/sh\nkill -9 $$\n")
    p.write("as-clang", '#!/bin/sh\ncase "$*" in *-mtune-ctrl=*-dumpmachine*) echo x86_64-pc-linux-gnu; exit 1;; *-mtune-ctrl=*) exit 1;; esac\nexec gcc "$@"\n')
    for name in ("says", "dies", "as-clang"):
        os.chmod(p.path(name), 0o755)
    needs = "gol needs gcc or clang"
    p.expect(1, f"CC=false cannot compile .*{needs}", "build", "h.gol", env={"CC": "false"})
    p.expect(1, f"{needs}(.|\n)*bad weather", "build", "h.gol", env={"CC": p.path("says")})
    p.expect(1, "killed", "build", "h.gol", env={"CC": p.path("dies")})
    p.expect(1, f"true made no object of package runtime; {needs}", "build", "h.gol", env={"CC": "true"})
    p.expect(1, "cannot run no-such-compiler: no such file or directory", "build", "h.gol", env={"CC": "no-such-compiler"})
    p.expect(1, "cannot run /: permission denied", "build", "h.gol", env={"CC": "/"})
    p.expect(1, needs, "build", "h.gol", env={"CC": "gcc -no-such-option"})
    p.expect(1, "gcc does not work with CFLAGS=-no-such-option(.|\n)*no-such-option", "build", "h.gol", env={"CFLAGS": "-no-such-option"})
    p.expect(1, "gcc does not work with CFLAGS=-Wl,--no-such-option", "build", "h.gol", env={"CFLAGS": "-Wl,--no-such-option"})
    p.expect(0, "hello", "run", "h.gol", env={"CC": "gcc -O1"})
    p.expect(0, "hello", "run", "h.gol", env={"CC": p.path("as-clang")})
    if shutil.which("clang"):
        p.expect(0, "hello", "run", "h.gol", env={"CC": "clang"})
    if shutil.which("tcc"):
        p.expect(1, f"CC=tcc cannot compile the C that gol emits: {needs}", "build", "h.gol", env={"CC": "tcc"})
    same("what was built", p.names(), ["as-clang", "dies", "h.gol", "says"])


# ---- killed builds ---------------------------------------------------------------------------------------------------------


ASKED = 'case "$*" in *-dumpmachine*) exec gcc "$@";; esac\n'      # the driver asks what it compiles for, before it compiles
SLOW_CC = '#!/bin/sh\n' + ASKED + 'touch "$TMPDIR/temporary" started\nsleep 60 &\necho $! >child\nwait\n'


def wait_for(what, condition):
    until = time.time() + 20
    while not condition():
        if time.time() > until:
            raise Failure(f"no {what} after 20 s")
        time.sleep(0.01)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def start_slow(p, *arguments, **options):
    p.write("h.gol", HELLO)
    p.write("cc", SLOW_CC)
    os.chmod(p.path("cc"), 0o755)
    p.write("child", "")
    build = p.command(*arguments, env={"CC": p.path("cc")}, **options)
    wait_for("compiler", lambda: p.read("child"))
    return build, int(p.read("child"))


def killed_builds(p):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        build, child = start_slow(p, "build", "-p=1", "h.gol", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)))
        build.send_signal(number)
        text = build.communicate(timeout=TIMEOUT)
        same(f"{number!r}", (build.returncode, text), (-number, (b"", b"")))
        p.is_clean()
        wait_for("end of the compiler's child", lambda: not is_alive(child))
        same("output", os.path.exists(p.path("h")), False)
    p.expect(0, "hello", "run", "h.gol")


def ignored_signals_stay_ignored(p):
    build, child = start_slow(p, "build", "-p=1", "h.gol", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    build.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    same("after SIGHUP under nohup", build.poll(), None)
    build.terminate()
    build.communicate(timeout=TIMEOUT)
    p.is_clean()


def leftovers_are_removed(p):
    """Of a build that could not clean up; its processes end at once. Not what is of one that lives, nor what only has such a name."""
    dead, child = start_slow(p, "build", "-p=1", "h.gol")
    dead.kill()
    dead.communicate(timeout=TIMEOUT)
    wait_for("end of the compiler's child", lambda: not is_alive(child))
    left = os.listdir(p.temporary)
    same("what a killed build leaves", len(left), 1)
    living, _ = start_slow(p, "build", "-p=1", "h.gol")
    same("a later build", len(set(os.listdir(p.temporary)) - set(left)), 1)
    os.mkdir(os.path.join(p.temporary, "gol-build-mine"))
    same("exit", p.run("run", "h.gol"), (0, "hello\n"))
    living.terminate()
    living.communicate(timeout=TIMEOUT)
    same("what stays", os.listdir(p.temporary), ["gol-build-mine"])


def user_cache():
    return {name: os.environ.get(name) for name in ("GOLCACHE", "XDG_CACHE_HOME", "HOME")}


def programs_meet(p):
    """The same program twice at the same time, compiled by one gol run: the other does not wait until that one's has ended."""
    p.write("m.gol", """package main

import ("os"; "time")

func main() {
	os.WriteFile(os.Args[1], nil, 0o666)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(os.Args[2]); err == nil {
			println("met %d")
			return
		}
	}
}
""" % time.time_ns())
    compiler = shutil.which("gcc")
    p.write("bin/gcc", f'#!/bin/sh\nsleep 1\nexec {compiler} "$@"\n')        # time for the other to find that it must wait
    os.chmod(p.path("bin/gcc"), 0o755)
    env = {**user_cache(), "PATH": p.path("bin") + ":" + p.env["PATH"]}
    running = [p.command("run", "m.gol", *names, env=env) for names in (("a", "b"), ("b", "a"))]
    same("met", [run.communicate(timeout=TIMEOUT)[1][:4] for run in running], [b"met "] * 2)
    p.is_clean()


def signals_of_run(p):
    """The program decides; gol waits for it and removes it."""
    p.write("s.gol", 'package main\n\nimport "time"\n\nfunc main() { println("up"); time.Sleep(time.Minute) }\n')
    for number, words in ((signal.SIGTERM, b"signal: terminated\n"), (signal.SIGHUP, b"signal: hangup\n")):
        run = p.command("run", "s.gol", env=user_cache())
        same("program", run.stderr.readline(), b"up\n")
        run.send_signal(number)
        text = run.communicate(timeout=TIMEOUT)[1]
        same(f"{number!r}", (run.returncode, text), (1, words))
        p.is_clean()


# ---- several gols that want the same object -------------------------------------------------------------------


def slow_compiler(p):
    """A C compiler that waits with m/slow until there is a file `go`; and what two programs of m need beside it is there."""
    p.write("cc", "#!/bin/sh\ncase \"$*\" in *slow*.c) touch waits; while [ ! -e go ]; do sleep 0.05; done;; esac\nexec gcc \"$@\"\n")
    os.chmod(p.path("cc"), 0o755)
    p.env["CC"] = p.path("cc")
    p.write("go.mod", "module m\n\ngo 1.26\n")
    for name in ("quick", "slow"):
        p.write(f"{name}/f.gol", f"package {name}\n\nfunc F() int {{ return {len(name)} }}\n")
    p.write("both/main.gol", 'package main\n\nimport (\n\t"m/quick"\n\t"m/slow"\n)\n\nfunc main() { println(quick.F() + slow.F()) }\n')
    p.write("one/main.gol", 'package main\n\nimport "m/quick"\n\nfunc main() { println(quick.F()) }\n')
    p.write("h/h.gol", HELLO)
    p.expect(0, "", "build", "-o", "h.out", "./h")


def slow_package(p, *arguments):
    p.write("waits", "")
    os.remove(p.path("waits"))
    build = p.command(*(arguments or ("build", "-p=1", "-o", "slow.out", "./both")))
    wait_for("the slow compiler", lambda: os.path.exists(p.path("waits")))
    return build


def lock_ends_with_its_object(p):
    """What is in the cache is had by others while the same gol compiles on."""
    slow_compiler(p)
    with slow_package(p) as first:
        p.run("build", "-o", "one.out", "./one")
        still = first.poll() is None
        p.write("go", "")
        same("the first, to its end", first.wait(TIMEOUT), 0)
    same("it ran meanwhile", still, True)
    same("the second", subprocess.run(p.path("one.out"), capture_output=True, text=True).stderr, "5\n")
    same("locks", [n for n in os.listdir(p.cache) if n.endswith(".lock")], [])


def lock_of_a_stopped_gol(p):
    """It is not waited for; nor is one that was killed."""
    slow_compiler(p)
    with slow_package(p) as first:
        first.send_signal(signal.SIGSTOP)
        try:
            p.write("go", "")
            status, text = p.run("build", "-o", "both.out", "./both")
            same("beside a stopped one", (status, text), (0, ""))
        finally:
            first.send_signal(signal.SIGCONT)
        same("the stopped one, later", first.wait(TIMEOUT), 0)
    same("the program", subprocess.run(p.path("both.out"), capture_output=True, text=True).stderr, "9\n")
    os.remove(p.path("go"))
    p.write("slow/f.gol", "package slow\n\nfunc F() int { return 40 }\n")
    with slow_package(p) as first:
        with p.command("build", "-o", "both.out", "./both") as second:
            time.sleep(0.5)
            first.kill()
            p.write("go", "")
            same("beside a killed one", (second.wait(TIMEOUT), second.stderr.read()), (0, b""))
    same("the program", subprocess.run(p.path("both.out"), capture_output=True, text=True).stderr, "45\n")


def lock_is_spoken_of(p):
    """Once, after some seconds, and by gol test too."""
    slow_compiler(p)
    with slow_package(p) as first:
        with p.command("build", "-o", "both.out", "./both") as second:
            said = second.stderr.readline().decode()
            same("what is said", said, f"gol: waiting for process {first.pid}, which compiles m/slow\n")
            time.sleep(1)
            p.write("go", "")
            same("more that is said", second.stderr.read(), b"")
            same("the second", second.wait(TIMEOUT), 0)
        same("the first", first.wait(TIMEOUT), 0)
    test = ("test", "-vet=off", "./slow")            # no tests: it is compiled, and package testing is not
    p.expect(0, r"no test files", *test)
    os.remove(p.path("go"))
    p.write("slow/f.gol", "package slow\n\nfunc F() int { return 40 }\n")
    with slow_package(p, *test) as first:
        with p.command(*test) as second:
            said = second.stderr.readline().decode()
            if not re.fullmatch(r"gol: waiting for process \d+, which compiles m/slow\n", said):
                raise Failure(f"gol test says {said!r}")
            p.write("go", "")
            same("the second test", (second.wait(TIMEOUT), second.stdout.read()), (0, b"?   \tm/slow\t[no test files]\n"))
        same("the first test", first.wait(TIMEOUT), 0)


# ---- gol test as a process -----------------------------------------------------------------------------------------


def slots_are_shared(p):
    """Two packages are built at once, each from several: no more than -p compilers run all the same."""
    for name in "abc":
        p.write(f"{name}/{name}.go", f"package {name}\n\nconst Made = {time.time_ns()}\n")
        p.write(f"{name}/{name}_test.go", f"package {name}\n\nimport \"testing\"\n\nfunc Test(t *testing.T) {{}}\n")
        p.write(f"{name}/x_test.go", f"package {name}_test\n\nimport (\n\t\"m/{name}\"\n\t\"testing\"\n)\n\nfunc TestX(t *testing.T) {{ _ = {name}.Made }}\n")
    p.write("go.mod", "module m\n\ngo 1.19\n")
    p.write("bin/gcc", f'#!/bin/sh\necho + >>"{p.folder}/log"\nsleep 0.2\n{shutil.which("gcc")} "$@"\nr=$?\necho - >>"{p.folder}/log"\nexit $r\n')
    os.chmod(p.path("bin/gcc"), 0o755)
    env = {**user_cache(), "PATH": p.path("bin") + ":" + p.env["PATH"]}
    log = os.path.join(p.folder, "log")
    for limit, packages in ((1, "./a"), (2, "./...")):
        open(log, "w").close()
        p.expect(0, r"^ok  \tm/a\t", "test", f"-p={limit}", packages, env=env)
        running = most = 0
        with open(log) as f:
            for line in f:
                running += 1 if line == "+\n" else -1
                most = max(most, running)
        same(f"compilers at once with -p={limit}", most, limit)


UP = """package m

import ("fmt"; "os"; "os/signal"; "syscall"; "testing")

func Test(t *testing.T) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt, syscall.SIGQUIT)
	fmt.Println("up", os.Getpid())
	fmt.Println("got", <-c)
}
"""


def interrupted_tests(p):
    """They get the signal itself, and say how they end; by SIGTERM and SIGKILL gol takes them along."""
    p.write("go.mod", "module m\n\ngo 1.19\n")
    p.write("m_test.go", UP)
    for number, got in ((signal.SIGINT, "interrupt"), (signal.SIGQUIT, "quit")):
        test = p.command("test", env=user_cache())
        same("program", test.stdout.readline()[:3], b"up ")
        test.send_signal(number)
        out, err = test.communicate(timeout=TIMEOUT)
        same(f"{number!r}", (test.returncode, re.sub(rb"\t[0-9.]+s", b"\tT", out), err), (1, f"got {got}\nPASS\nok  \tm\tT\n".encode(), b""))
        p.is_clean()
    for number in (signal.SIGTERM, signal.SIGKILL):
        test = p.command("test", env=user_cache())
        child = int(test.stdout.readline()[3:])
        test.send_signal(number)
        test.communicate(timeout=TIMEOUT)
        same(f"{number!r}", test.returncode, -number)
        wait_for("end of the test program", lambda: not is_alive(child))


def test_programs_are_kept(p):
    """One for each package, which is not linked anew for -count=1 or another -run; never one of other sources, nor a damaged one."""
    p.write("go.mod", "module m\n\ngo 1.19\n")
    p.write("m_test.go", 'package m\n\nimport "testing"\n\nfunc TestA(t *testing.T) { t.Log(N) }\n')
    p.write("bin/gcc", f'#!/bin/sh\necho >>"{p.folder}/log"\nexec {shutil.which("gcc")} "$@"\n')
    os.chmod(p.path("bin/gcc"), 0o755)
    env = {**user_cache(), "GOLCACHE": p.cache, "PATH": p.path("bin") + ":" + p.env["PATH"]}
    log = os.path.join(p.folder, "log")

    def tests(n, linked, *arguments):
        open(log, "w").close()
        p.expect(0, rf"m_test.go:5: {n}\n", "test", "-v", *arguments, env=env)
        same("is made", os.path.getsize(log) > 0, linked)
        return [name for name in os.listdir(p.cache) if name.endswith(".program")]
    p.write("m.go", "package m\n\nconst N = 1\n")
    tests(1, True)
    tests(1, False, "-run=A")
    kept = tests(1, False, "-count=1", ".")
    p.write("m.go", "package m\n\nconst N = 2\n")
    tests(2, True)
    same("programs", tests(2, False), kept)
    with open(os.path.join(p.cache, kept[0]), "r+b") as f:
        f.seek(5000)
        f.write(b"damage")
    tests(2, True)
    p.expect(0, "", "clean", "-cache", env=env)
    same("programs", [name for name in os.listdir(p.cache) if name.endswith(".program")], [])


def runs_are_kept(p):
    """gol run of what has not changed compiles and links nothing; whatever makes a difference makes the program anew."""
    p.write("bin/gcc", f'#!/bin/sh\necho >>"{p.folder}/log"\nexec {shutil.which("gcc")} "$@"\n')
    os.chmod(p.path("bin/gcc"), 0o755)
    log = os.path.join(p.folder, "log")
    p.write("go.mod", "module m\n\ngo 1.20\n")
    p.write("sub/s.go", "package sub\n\nconst N = 1\n")
    main = 'package main\n\nimport (\n\t"m/sub"\n\t"os"\n)\n\nfunc main() { println(sub.N, len(os.Args)); os.Exit(%d) }\n'
    p.write("main.go", main % 0)
    p.write("other.go", "//go:build other\n\npackage main\n\nfunc init() { println(\"other\") }\n")

    def runs(made, status, text, *arguments, **env):
        open(log, "w").close()
        p.expect(status, text, "run", *arguments, env={"PATH": p.path("bin") + ":" + p.env["PATH"], **env})
        same(f"run {arguments} {env} is made", os.path.getsize(log) > 0, made)
    runs(True, 0, "^1 1\n$", ".")
    runs(False, 0, "^1 1\n$", ".")
    runs(False, 0, "^1 3\n$", ".", "a", "b")
    kept = [name for name in os.listdir(p.cache) if name.endswith(".program")]
    p.write("sub/s.go", "package sub\n\nconst N = 2\n")
    runs(True, 0, "^2 1\n$", ".")
    p.write("main.go", main % 3)
    runs(True, 1, "^2 1\nexit status 3\n$", ".")
    runs(False, 1, "^2 1\nexit status 3\n$", ".")
    runs(True, 1, "^other\n2 1\n", "-tags=other", ".")
    runs(True, 1, "^2 1\n", ".")
    runs(True, 1, "^2 1\n", ".", CFLAGS="-DX")
    runs(True, 1, "^2 1\n", "-a", ".", GOLFLAGS="")
    same("programs", [name for name in os.listdir(p.cache) if name.endswith(".program")], kept)
    p.write("main.go", main % 0)
    p.expect(0, "^2 1\n$", "run", ".")
    with open(os.path.join(p.cache, kept[0]), "r+b") as f:
        f.seek(5000)
        f.write(b"damage")
    runs(True, 0, "^2 1\n$", ".")
    p.write("main.go", "package main\n\nfunc main() { x }\n")
    runs(False, 1, "undefined: x", ".")


def work_is_kept(p):
    p.write("h.gol", HELLO)
    status, text = p.run("build", "-work", "h.gol")
    work = re.search("^WORK=(.*)$", text, re.M)[1]
    same("-work", (status, os.path.exists(os.path.join(work, "main.c"))), (0, True))
    p.run("build", "h.gol")
    same("after another build", os.path.isdir(work), True)


# ---- progress ------------------------------------------------------------------------------------------------------------


LARGE = """package large

import "math/bits"

type Shape interface {
	Area() int
	Name() string
}

type base struct{ name string }

func (b base) Name() string { return b.name }

type square struct {
	base
	side int
}

func (s *square) Area() int { return s.side * s.side }

type pair[T any] struct{ a, b T }

func (p pair[T]) each(f func(T)) {
	defer func() { f(p.b) }()
	f(p.a)
}

// Map has a literal, and its instances are in other packages too.
func Map[T any](list []T, f func(T) T) (out []T) {
	apply := func(x T) { out = append(out, f(x)) }
	for _, x := range list {
		func() {
			defer func() { recover() }()
			apply(x)
		}()
	}
	return out
}

var (
	calls  int
	twice  = func(n int) int { calls++; return 2 * n }
	names  = [...]string{"zero", "one", "two", "three", "four", "five", "six", "seven"}
	shapes []Shape
)

func init() { shapes = append(shapes, &square{base{"s"}, 3}) }
"""


def large_packages(p):
    """A package of more than a megabyte of C is several C files, whose objects become one."""
    functions, statements = 36, 210
    text = [LARGE]
    for i in range(functions):
        work = "\n".join(f"\tx, y = x*{k * 7 + i}+y, (y^x)+{k}" for k in range(statements))
        text.append(f"""
func f{i}(x, y int, t *[]string) (result int, err error) {{
	defer func() {{ if e := recover(); e != nil {{ err = e.(error) }} }}()
	table := [...]int{{1, 2, 3, 4, 5, 6, 7, {i}}}
	add := func(n int) int {{ x += n; return x }}
{work}
	pair[int]{{x, y}}.each(func(n int) {{ x ^= add(n) }})
	var s Shape = &square{{base{{names[{i % 8}]}}, {i}}}
	method := s.Area
	shapes = append(shapes, s)
	for j := range func(yield func(int) bool) {{ _ = yield(1) && yield(2) }} {{ x += j }}
	list := Map([]int{{x, y, method()}}, twice)
	*t = append(*t, s.Name())
	if {i} % 5 == 4 {{ list[9]++ }}
	return int(bits.RotateLeft32(uint32(list[0]), {i})) + table[{i % 8}], nil
}}
""")
    calls = "\n".join(f"\tn, err = f{i}({i}, n, &t)\n\tif err != nil {{ println(err.Error()) }}" for i in range(functions))
    text.append(f"""
func Run() {{
	var t []string
	n, err := 0, error(nil)
{calls}
	total := 0
	for _, s := range shapes {{ total += s.Area() }}
	println(n, total, calls, len(shapes), t[3])
	_, ok := shapes[2].(interface{{ Area() int }})
	println(ok, any(pair[string]{{"a", "b"}}) == any(pair[string]{{"a", "b"}}))
}}
""")
    p.write("go.mod", "module m\n\ngo 1.26\n")
    p.write("large/large.gol", "".join(text))
    p.write("other/other.gol", """package other

import "m/large"

func Run() int { return len(large.Map([]int{1, 2, 3}, func(n int) int { if n == 2 { panic("no") }; return n })) }
""")
    p.write("main.gol", """package main

import (
	"m/large"
	"m/other"
)

func main() {
	large.Run()
	println(other.Run(), len(large.Map([]int{1}, func(n int) int { return n })))
}
""")
    outputs = set()
    for level in "-O0", "-O1":      # one version of each function, two versions
        said = p.expect(0, "", "build", level, "-x", "-o", "prog", ".")
        same(f"{level}: several C files", len(re.findall(r" -c .*large\.c'?$", said, re.M)) > 1, True)
        same(f"{level}: joined", len(re.findall(r" -r -nostdlib -o ", said)), 1)
        for stress in "", "freeze=7:1", "gc=50":
            ran = subprocess.run([p.path("prog")], capture_output=True, text=True, env=dict(p.env, GOLSTRESS=stress), timeout=TIMEOUT)
            outputs.add((ran.returncode, ran.stdout, ran.stderr))
    same("outputs", len(outputs), 1)
    code, out, err = outputs.pop()
    same("status", (code, out), (0, ""))
    if not err.endswith("three\ntrue true\n2 1\n") or err.count("out of range [9] with length 3\n") != functions // 5:
        raise Failure(err)
    p.run("clean", "-cache")
    p.expect(0, "", "build", "-O0", "-o", "again", ".")
    p.run("clean", "-cache")
    p.expect(0, "", "build", "-O0", "-p=1", "-o", "alone", ".")
    with open(p.path("again"), "rb") as a, open(p.path("alone"), "rb") as b:
        same("the same program each time", a.read() == b.read(), True)


REACHED = """package main

type namer interface{ Name() string }
type list []int
type T struct{ n int }

//go:noinline
func (t T) Name() string    { return "name" }
//go:noinline
func (t T) Unnamed() string { return "unnamed" }
//go:noinline
func (t T) Quiet(l list)    { l.Sort() }
//go:noinline
func (l list) Sort()        { println("sorted", len(l)) }
//go:noinline
func unreached(x any)       { println(x.(namer).Name()) }

type allocated struct{ p *int }
type held struct{ n int }
type holder struct{ h *held }
//go:noinline
func (a allocated) String() string { return "allocated" }
//go:noinline
func (h held) String() string      { return "held" }
//go:noinline
func grow(l []allocated, m map[string]*allocated, c chan allocated) int {
	l = append(l, make([]allocated, len(l)+1)...)
	m["x"] = &l[0]
	c <- l[0]
	return len(l) + len(m) + len(c)
}

var variable = []*T{{1}}
var unread = []*T{{2}}

func main() {
	var x any = T{3}
	n, ok := x.(namer)
	_, is := x.(interface{ Unnamed() string })
	println("hello", n.Name(), ok, is, variable[0].n)
	println(grow(nil, map[string]*allocated{}, make(chan allocated, 2)))
	x = holder{}
	_, is = x.(namer)
	println(is)
}
"""


def only_what_is_reached(p):
    """What nothing leads to is neither linked nor printed."""
    env = user_cache()
    p.write("m.gol", REACHED)
    p.write("f.gol", 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("hello") }\n')
    p.expect(0, "", "build", "-o", "m", "m.gol", env=env)
    p.expect(0, "", "build", "-o", "all", "-ldflags=-extldflags=-Wl,-O1", "m.gol", env=env)
    p.expect(0, "", "build", "-o", "c", "-emit=c", "m.gol", env=env)
    text = "".join(p.read(f"c/{n}") for n in p.names("c") if n.startswith("main."))
    linked = [subprocess.run(["nm", p.path(n)], capture_output=True, text=True).stdout for n in ("m", "all")]
    for name in "m", "all":
        same(name, subprocess.run([p.path(name)], capture_output=True, text=True).stderr, "hello name true true 1\n3\nfalse\n")
    for name in "T_1Name", "T_1Unnamed", "T_1Quiet", "list_1Sort", "unreached", "variable", "unread", "allocated_1String", "held_1String":
        reached, word = name in ("T_1Name", "variable", "held_1String"), rf"\bmain_{name}\b"
        same(f"{name} is linked", [re.search(word, names) is not None for names in linked], [reached, True])
        same(f"{name} is printed", re.search(word, text) is not None, reached)
    p.expect(0, "", "build", "-o", "f", "-ldflags=-s", "f.gol", env=env)
    p.expect(0, "", "build", "-o", "c", "-emit=c", "f.gol", env=env)
    size, lines = os.path.getsize(p.path("f")), sum(p.read(f"c/{n}").count("\n") for n in p.names("c"))
    same(f"{size} bytes are less than 1.5 MB", size < 1.5e6, True)
    same(f"{lines} lines are less than 100,000", lines < 100000, True)


def what_is_printed_is_explained(p):
    """The C that docs/reading-c.md shows of its program is what is printed of it; its macros are the contract's."""
    with open(os.path.join(HERE, "..", "docs", "reading-c.md"), encoding="utf-8") as f:
        page = f.read()
    blocks = [re.sub("^    ", "", b, flags=re.M) for b in re.findall(r"(?:^    .*\n|^\n(?=    ))+", page, re.M)]
    p.write("life.gol", blocks[0].strip("\n") + "\n")
    p.expect(0, "", "build", "-emit=c", "-o", "c", "life.gol")
    printed = "".join(p.read(f"c/{n}") for n in p.names("c") if n.startswith("main."))
    joined = re.sub(r"\s*\\?\n\s*|\s+", " ", printed)      # where lines are broken depends on the length of the file's name
    shown = [line for b in blocks[1:] for line in b.splitlines() if line.strip() and not line.startswith(("gol ", "cc "))]
    same("lines shown that are not printed", [line for line in shown if line.strip(" \t\\") not in joined], [])
    same("lines are shown", len(shown) > 16, True)
    with open(os.path.join(HERE, "..", "runtime", "include", "gol", "abi.h"), encoding="utf-8") as f:
        contract = f.read()
    macros = set(re.findall(r"`(GOL_[A-Z_]+)`", page))
    same("macros named that are not there", [m for m in sorted(macros) if f"#define {m}(" not in contract], [])
    same("macros are named", len(macros) > 8, True)
    long = [line for line in printed.splitlines() if len(line.expandtabs(4)) > 120]
    same("lines of more than 120 columns", long, [])


def what_is_printed_runs(p):
    """The C of a program that calls methods in every way, and whose errors the runtime makes, prints what the program prints."""
    env = user_cache()
    std = os.path.join(HERE, "run", "std")
    p.write("e.gol", "package main\n\nfunc main() {\n\tdefer func() { println(recover().(error).Error()) }()\n\tpanic(nil)\n}\n")
    for name, path in ("i", f"{std}/reach_interfaces.gol"), ("t", f"{std}/reach_converted.gol"), ("e", "e.gol"):
        p.expect(0, "", "build", "-o", name, path, env=env)
        p.expect(0, "", "build", "-o", name + "-c", "-emit=c", path, env=env)
        files = [p.path(f"{name}-c/{n}") for n in p.names(name + "-c") if n.endswith(".c")]
        subprocess.run(["gcc", "-w", "-o", p.path(name + "-p"), *files, "-lpthread", "-lm"], check=True)
        want, got = (subprocess.run([p.path(n)], capture_output=True, text=True) for n in (name, name + "-p"))
        same(name, (got.returncode, got.stdout, got.stderr), (want.returncode, want.stdout, want.stderr))


def progress_is_shown(p):
    """A build of over a second says how far it is, on a terminal alone, and takes the line away."""
    p.write("h.gol", HELLO)
    p.write("cc", '#!/bin/sh\nsleep 1.3\nexec gcc "$@"\n')
    os.chmod(p.path("cc"), 0o755)
    same("without a terminal", p.run("build", "h.gol", env={"CC": p.path("cc"), "TERM": "vt100"}), (0, ""))
    ours, theirs = pty.openpty()
    with p.command("build", "-a", "h.gol", env={"CC": p.path("cc"), "TERM": "vt100"}, stderr=theirs) as build:
        os.close(theirs)
        text = b""
        try:
            while part := os.read(ours, 4096):
                text += part
        except OSError:         # all have closed it
            pass
        os.close(ours)
        build.communicate(timeout=TIMEOUT)
    lines = text.decode().split("\r\033[K")
    same("first and last", (lines[0], lines[-1], len(lines) > 3), ("", "", True))
    same("in between", [line for line in lines[1:-1] if line and not re.fullmatch(r"\[\d+/\d+\] \d+s (runtime|main|link)", line)], [])


# ---- flags and environment -------------------------------------------------------------------------------------------------


def flags_that_are_refused(p):
    p.write("h.gol", HELLO)
    machine = {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine]
    refused = [(2, f"gol: {flag} is not supported yet", flag) for flag in (
        "-cover", "-covermode=set", "-coverpkg=all", "-pkgdir=p", "-toolexec=t", "-buildmode=archive", "-pgo=file", "-compiler=gccgo", "-buildvcs=true")]
    refused += [(2, f"{flag} is not supported on linux/{machine}", flag) for flag in ("-msan",)]
    refused += [(1, f"{flag} requires external \\(cgo\\) linking, but cgo is not enabled", flag)
                for flag in ("-linkshared", "-buildmode=c-archive", "-buildmode=c-shared", "-buildmode=shared", "-buildmode=plugin")]
    for status, text, flag in refused:
        p.expect(status, f"^{text}\n$", "build", flag, "h.gol")
        p.expect(status, f"^{text}\n$", "build", "h.gol", env={"GOFLAGS": flag})
    p.expect(2, "^gol: -ldflags=-extld=y is not supported yet", "build", "-ldflags=-s -extld=y", "h.gol")
    for value, why in (("s", "missing =<value> in <pattern>=<value>"), ("=-s", "missing <pattern> in <pattern>=<value>"), ("-s '-w", "unterminated ' string")):
        for flag in ("ldflags", "gcflags"):
            p.expect(2, f'^invalid value "{value}" for flag -{flag}: {why}\nusage: gol build', "build", f"-{flag}={value}", "h.gol")
    p.expect(1, "^buildmode=foo not supported\n$", "build", "-buildmode=foo", "h.gol")
    p.expect(1, "^-mod=foo not supported ", "build", "-mod=foo", "h.gol")
    p.expect(2, '^invalid value "foo" for flag -compiler: unknown compiler "foo"\n', "build", "-compiler=foo", "h.gol")
    p.expect(2, '^invalid boolean value "foo" for -buildvcs: value is neither \'auto\' nor a valid bool\n', "build", "-buildvcs=foo", "h.gol")
    p.expect(2, "^gol: -tags space-separated list contains comma\n$", "build", "-tags=a, b", "h.gol")
    for verb in ("bug", "fix", "telemetry"):
        p.expect(2, f"^gol: gol {verb} is not supported yet\n$", verb)
    p.expect(1, "^gol: cmd/vet is compiled from a Go source tree, and GOROOT=/nosuch is not a Go source tree$", "vet", env={"GOROOT": "/nosuch"})
    p.expect(2, "^gol nosuch: unknown command\nRun 'gol help' for usage.\n$", "nosuch")
    p.expect(2, "^flag provided but not defined: -foo\nusage: gol build", "build", "-foo", "h.gol")
    p.expect(2, "^flag provided but not defined: -o\nusage: gol run", "run", "-o", "x", "h.gol")
    p.expect(2, "^flag provided but not defined: -exec\nusage: gol build", "build", "-exec", "x", "h.gol")
    p.expect(1, "^# command-line-arguments\ncompile: -S is not supported yet\n$", "build", "-gcflags=-S", "h.gol")
    p.expect(1, "^# command-line-arguments\nflag provided but not defined: -foo\n", "build", "-gcflags=-foo", "h.gol")
    same("what was built", p.names(), ["h.gol"])
    for flag in ("-race=false", "-buildvcs=false", "-buildvcs=auto", "-mod=mod", "-pgo=off", "-buildmode=exe", "-compiler=gc", "-installsuffix=x", "-asmflags=-x"):
        p.expect(0, "^hello$", "run", flag, "h.gol")
    p.expect(0, "^gol build: when using gc toolchain, please pass compile flags using -gcflags, and linker flags using -ldflags\nhello$",
             "run", "-gccgoflags=-x", "h.gol", stderr=subprocess.STDOUT)


def flags_of_the_environment(p):
    p.write("h.gol", '//go:build a && b\n\n' + HELLO)
    p.write("go.mod", "module example.com/m\n\ngo 1.26\n")
    wrong = [(1, "parsing $GOFLAGS: unknown flag -foo", "-tags=a -foo=1"), (1, "parsing $GOFLAGS: unterminated ' string", "'-tags"),
             (1, 'parsing $GOFLAGS: non-flag "foo"', "foo"), (1, 'parsing $GOFLAGS: non-flag "-"', "-"), (1, 'parsing $GOFLAGS: non-flag "---x"', "---x"),
             (1, 'parsing $GOFLAGS: non-flag "4"', "-p 4"), (2, 'invalid boolean value "x" for flag -v (from $GOFLAGS): parse error\nusage: gol build', "-v=x"),
             (2, "flag needs an argument: -tags (from $GOFLAGS)\nusage: gol build", "-tags"), (1, "parsing $GOFLAGS: unknown flag -h", "-h"),
             (2, 'invalid value "x" for flag -C (from $GOFLAGS): -C flag must be first flag on command line\n', "-C=x")]
    for status, text, flags in wrong:
        p.expect(status, "^gol: " + re.escape(text), "build", ".", env={"GOFLAGS": flags})
    for flags in ("'-tags=a b'", '"-tags=a b" -count=1 -run=x', "--tags=a,b", "-tags=c -tags=b,a"):
        p.expect(0, "^hello$", "run", ".", env={"GOFLAGS": flags})
    p.expect(1, "build constraints exclude all Go files", "run", "-tags=", ".", env={"GOFLAGS": "-tags=a,b"})


def build_in_json(p):
    p.write("go.mod", "module m\n\ngo 1.26\n")
    p.write("a/a.gol", 'package main\n\nimport "m/b"\n\nfunc main() { b.F() }\n')
    p.write("b/b.gol", 'package b\n\nfunc F() { x := "<&>" }\n')
    p.write("c/c.gol", 'package c\n\nimport _ "m/nosuch"\n')
    status, text = p.run("build", "-json", "-o", "/dev/null", "./a", stderr=subprocess.STDOUT)
    events = [json.loads(line) for line in text.splitlines()]
    same("events", (status, events), (1, [
        {"ImportPath": "m/b", "Action": "build-output", "Output": "# m/b\n"},
        {"ImportPath": "m/b", "Action": "build-output", "Output": "b/b.gol:3:12: declared and not used: x\n"},
        {"ImportPath": "m/b", "Action": "build-fail"}]))
    same("a missing package", p.run("build", "-json", "./c")[1].splitlines()[-1], '{"ImportPath":"m/c","Action":"build-fail"}')
    p.write("d/d.gol", "package d\n\nfunc F() *int {\n\tvar x int\n\treturn &x\n}\n")
    p.expect(0, r'^\{"ImportPath":"m/d","Action":"build-output","Output":"# m/d\\n"\}\n(.*\n)?.*moved to heap: x', "build", "-json", "-m", "./d")


def overlays(p):
    p.write("go.mod", "module m\n\ngo 1.26\n")
    p.write("m.gol", 'package main\n\nimport "m/new"\n\nfunc main() { old(); println(new.F()) }\n')
    p.write("old.gol", "package main\n\nfunc old() { panic(1) }\n")
    p.write("gone.gol", "package main\n\nfunc old() {}\n")
    p.write("x/1", "package new\n\nfunc F() string { return \"new\" }\n")
    p.write("x/2", "package main\n\nfunc old() { println(\"other\") }\n")
    p.write("x/3", "package main\n\nfunc old() { y }\n")
    overlay = {"new/n.gol": "x/1", p.path("old.gol"): p.path("x/2"), "gone.gol": ""}
    p.write("o.json", json.dumps({"Other": [1, {"a": None}], "Replace": overlay}))
    p.expect(0, "^other\nnew\n$", "run", "-overlay", "o.json", ".")
    p.expect(0, "^other\nnew\n$", "run", ".", env={"GOFLAGS": "-overlay=o.json"})
    p.expect(0, "m/new\n$", "build", "-v", "-a", "-overlay=o.json", "./new/...")
    p.write("o.json", json.dumps({"Replace": {**overlay, p.path("old.gol"): "x/3"}}))
    p.expect(1, r"^# m\nx/3:3:14: undefined: y\n", "build", "-overlay=o.json", ".")
    p.write("o.json", json.dumps({"Replace": {**overlay, p.path("old.gol"): "x/4"}}))
    p.expect(1, "x/4|old.gol: no such file or directory", "build", "-overlay=o.json", ".")
    wrong = [("parsing overlay JSON: json: cannot unmarshal number into Go struct field overlayJSON.Replace of type string", '{"Replace": {"a": 3}}'),
             ("parsing overlay JSON: unexpected end of JSON input", '{"Replace": {'), ("parsing overlay JSON: invalid character 'x' looking for beginning of value", "x"),
             ("empty string key in overlay map", '{"Replace": {"": "x"}}'), ("duplicate paths ./a and a in overlay map", '{"Replace": {"./a": "x", "a": "y"}}'),
             (f"inconsistent files {p.path('a')} and {p.path('a/b')} in overlay map", '{"Replace": {"a": "x", "a/b": "y"}}')]
    for text, content in wrong:
        p.write("o.json", content)
        p.expect(1, "^gol: " + re.escape(text) + "\n$", "build", "-overlay=o.json", ".")
    p.expect(1, "^gol: reading overlay: open nosuch: no such file or directory\n$", "build", "-overlay=nosuch", ".")


def has_interpreter(program):
    """Is there a program header PT_INTERP, which static programs lack?"""
    with open(program, "rb") as f:
        data = f.read(4096)
    start, size, count = struct.unpack_from("<Q14xHH", data, 32)
    return any(struct.unpack_from("<I", data, start + size * i)[0] == 3 for i in range(count))


def elf_type(program):
    with open(program, "rb") as f:
        return struct.unpack_from("<H", f.read(18), 16)[0]


def flags_that_work(p):
    p.write("m/go.mod", "module example.com/m\n\ngo 1.26\n")
    p.write("m/h.gol", 'package main\n\nfunc main() { defer println(recover()); hello() }\n')
    p.write("m/a.gol", '//go:build a && b\n\npackage main\n\nfunc hello() { println("tags") }\n')
    p.write("m/b.gol", '//go:build !a\n\npackage main\n\nfunc hello() { panic(1) }\n')
    p.expect(0, "tags", "run", "-C", "m", "-tags", "a,b", ".")
    p.expect(0, "tags", "run", "-C=m", ".", env={"GOFLAGS": "-tags=a,b"})
    p.expect(2, "-C flag must be first flag on command line", "build", "-v", "-C", "m", ".")
    p.expect(1, "^gol: chdir nosuch: no such file or directory\n$", "build", "-C", "nosuch", ".")
    p.expect(1, r"main\.hello\(.*\)\n\texample\.com/m/b\.gol:5", "run", "-C", "m", "-trimpath", ".")
    p.expect(1, r"main\.hello\(.*\)\n\t/.*/m/b\.gol:5", "run", "-C", "m", ".")
    p.expect(0, "", "build", "-C", "m", "-o", "../plain", ".")
    p.expect(0, "", "build", "-C", "m", "-o", "../stripped", "-ldflags", "-s -w", ".")
    p.expect(0, "", "build", "-C", "m", "-o", "../static", "-ldflags", "-linkmode=external -extldflags '-static -s'", ".")
    sizes = [os.path.getsize(p.path(n)) for n in ("plain", "stripped")]
    same("stripped is smaller", sizes[1] < sizes[0] * 0.9, True)
    same("programs with an interpreter", [has_interpreter(p.path(n)) for n in ("plain", "static")], [True, False])
    p.expect(0, "", "build", "-C", "m", "-o", "../pie", "-buildmode=pie", ".")
    same("types of the programs (2: of a fixed place, 3: of any)", [elf_type(p.path(n)) for n in ("plain", "pie")], [2, 3])
    same("the program of any place", b"panic: 1" in subprocess.run([p.path("pie")], capture_output=True).stderr, True)
    text = p.expect(0, "-fsanitize=address", "build", "-C", "m", "-asan", "-x", ".")
    same("the standard library is not instrumented", len(re.findall(" -c .*-fsanitize=address", text)), 1)


def strange_names(p):
    """Spaces, other letters, links, folders named like files, no environment at all."""
    p.write("a b/my prög.gol", HELLO)
    p.expect(0, "hello", "run", "a b/my prög.gol")
    p.expect(0, "hello", "run", "./a b")
    p.expect(0, "", "build", "-o", "", "a b/my prög.gol")
    p.expect(0, "", "build", "-o", "out dir/", "a b/my prög.gol")
    same("programs", (p.names(), p.names("out dir")), (["a b", "my prög", "out dir"], ["my prög"]))
    os.symlink("a b/my prög.gol", p.path("link.gol"))
    os.symlink("nowhere", p.path("dangling.gol"))
    os.mkdir(p.path("d.gol"))
    p.expect(0, "hello", "run", "link.gol")
    p.expect(0, "hello", "run", p.path("link.gol"), env={"PATH": None, "HOME": None})
    p.expect(1, "^stat dangling.gol: no such file or directory$", "run", "dangling.gol")
    p.expect(1, "^d.gol is a directory, should be a Go file$", "run", "d.gol")
    p.expect(1, "^gol: no go files listed$", "run", "-")
    p.write("target", "mine\n")
    os.symlink("target", p.path("out"))
    p.expect(1, 'build output "out" already exists and is not an object file', "build", "-o", "out", "link.gol")
    os.remove(p.path("target"))
    p.expect(0, "", "build", "-o", "out", "link.gol")
    same("where the link led to", (os.path.islink(p.path("out")), os.path.exists(p.path("target"))), (False, False))


def environment(p):
    p.write("h.gol", HELLO)
    refused = [(2, "unsupported GOOS/GOARCH pair windows/", {"GOOS": "windows"}), (2, "unsupported GOOS/GOARCH pair linux/386", {"GOARCH": "386"}),
               (2, "GOAMD64=v3 is not supported yet", {"GOAMD64": "v3"}), (2, "GORISCV64=rva22u64 is not supported yet", {"GORISCV64": "rva22u64"}),
               (2, "GO111MODULE=off is not supported yet", {"GO111MODULE": "off"}),
               (1, "unknown environment setting GO111MODULE=x", {"GO111MODULE": "x"}), (2, "GOEXPERIMENT=x is not supported yet", {"GOEXPERIMENT": "x"}),
               (1, "GOLCACHE is not an absolute path", {"GOLCACHE": "x"}), (1, "build cache is disabled by GOLCACHE=off", {"GOLCACHE": "off"}),
               (1, "path in .XDG_CACHE_HOME is relative", {"GOLCACHE": None, "XDG_CACHE_HOME": "x"}),
               (1, "creating work folder /nosuch/gol-build-.*: no such file or directory", {"GOTMPDIR": "/nosuch"})]
    for status, pattern, env in refused:
        p.expect(status, pattern, "build", "h.gol", env=env)
    same("what was built", p.names(), ["h.gol"])
    p.expect(0, "hello", "run", "h.gol", env={"GOOS": "linux", "GO111MODULE": "auto", "GOAMD64": "v1", "GOFLAGS": "-count=1"})
    p.expect(0, "hello", "run", "h.gol", env={"GOLCACHE": None, "HOME": None})


# ---- modules and versions of the language ------------------------------------------------------------------------------------


def settings(p):
    """gol env: values, which are changed, Go's env file."""
    p.write("h.gol", HELLO)
    file = os.path.join(p.folder, ".config/go/env")
    same("a default", p.run("env", "GOPATH", "GOARCH", "GOMOD", "NOSUCH", env={"GOARCH": "riscv64"}), (0, p.folder + "/go\nriscv64\n/dev/null\n\n"))
    same("changed", p.run("env", "-changed", env={"GOPROXY": "off", "GOARCH": "riscv64"}), (0, "GOARCH='riscv64'\nGOPROXY='off'\n"))
    same("of some", p.run("env", "-json", "-changed", "GOPROXY", "GOOS", env={"GOPROXY": "a'<b", "GOARCH": "riscv64"}), (0, '{\n\t"GOPROXY": "a\'\\u003cb"\n}\n'))
    p.expect(0, "GOPROXY='a'\\\\''b'\n", "env", env={"GOPROXY": "a'b"})
    same("in JSON", json.loads(p.expect(0, "", "env", "-json", "GOPROXY", "NOSUCH", env={"GOPROXY": "x"})), {"GOPROXY": "x", "NOSUCH": ""})
    wrong = {"GOEXE=x": "GOEXE cannot be modified", "GODEBUG=x": "GODEBUG can only be set using the OS environment", "NOSUCH=x": "unknown go command variable NOSUCH",
             "GOPATH=x": 'GOPATH entry is relative; must be absolute path: "x"', "GOPATH=~/x": "GOPATH entry cannot start with shell metacharacter '~': \"~/x\"",
             "GO111MODULE=x": 'invalid GO111MODULE value "x"', "CC=a/b": 'CC entry is relative; must be absolute path: "a/b"', "GOTMPDIR=x": "GOTMPDIR must be an absolute path",
             "GOARCH=386": "unsupported GOOS/GOARCH pair linux/386", "GOBIN": "arguments must be KEY=VALUE: invalid argument: GOBIN", "GOBIN=a\nb": "invalid newline in GOBIN=... value"}
    for words, text in wrong.items():
        p.expect(1, f"^gol: {re.escape(text)}$", "env", "-w", words)
    p.expect(1, "^gol: multiple values for key: GOBIN$", "env", "-w", "GOBIN=/a", "GOBIN=/b")
    p.expect(1, "^gol: no KEY=VALUE arguments given$", "env", "-w")
    p.expect(1, "^gol: 'gol env -u' requires an argument$", "env", "-u")
    p.expect(1, "^gol: cannot use -u with -w$", "env", "-u", "-w", "GOBIN")
    p.expect(1, "^gol: cannot use -json with -w$", "env", "-json", "-w", "GOBIN=x")
    p.expect(1, '^gol: invalid variable name "A=b" \\(use -w to set variable\\)$', "env", "A=b")
    p.expect(1, "^gol: reading go env config: open .*/go/env: no such file or directory$", "env", "-u", "GOBIN")
    p.expect(1, "^gol: cannot find go env config: GOENV=off$", "env", "-w", "GOBIN=/x", env={"GOENV": "off"})
    p.expect(2, "^flag provided but not defined: -nosuch\nusage: gol env ", "env", "-nosuch")
    same("nothing was written", os.path.exists(file), False)
    same("written", p.run("env", "-w", "GOPROXY=off", "CC=gcc", "GOFLAGS=-tags=a -v"), (0, ""))
    p.expect(0, "^warning: gol env -w GOBIN=... does not override conflicting OS environment variable$", "env", "-w", "GOBIN=/b", env={"GOBIN": "/a"})
    with open(file) as f:
        same("the file", f.read(), "CC=gcc\nGOBIN=/b\nGOFLAGS=-tags=a -v\nGOPROXY=off\n")
    with open(file, "a") as f:
        f.write("# mine\nGOPRIVATE=z\nGOBIN=/c\nNOSUCH=1\nnonsense")
    same("read", p.run("env", "GOBIN", "GOPRIVATE", "GONOPROXY", "GOFLAGS", "NOSUCH"), (0, "/c\nz\nz\n-tags=a -v\n\n"))
    same("changed again", p.run("env", "-u", "CC", "GOFLAGS", "GOARCH"), (0, ""))
    with open(file) as f:
        same("the rest stays", f.read(), "GOPROXY=off\n# mine\nGOBIN=/c\nGOPRIVATE=z\nNOSUCH=1\nnonsense\n")
    with open(file, "w") as f:
        f.write("GOARCH=386\nGOFLAGS=nonsense\n")
    p.expect(2, "^gol: unsupported GOOS/GOARCH pair linux/386$", "build", "h.gol")
    same("mended", (p.run("env", "-u", "GOARCH"), p.run("env", "-w", "GOFLAGS=-v=x", "CC=/nosuch/cc")), ((0, ""), (0, "")))
    p.expect(2, 'invalid boolean value "x" for flag -v \\(from \\$GOFLAGS\\)', "build", "h.gol")
    p.expect(0, "", "env", "-u", "GOFLAGS")
    p.expect(1, "cannot run /nosuch/cc", "build", "h.gol")
    p.expect(0, "", "build", "h.gol", env={"CC": "gcc"})


def module_files(p):
    p.write("h.gol", HELLO)
    wrong = {
        "modul x": "errors parsing go.mod:\ngo.mod:1: unknown directive: modul", "module x\n go 1.99": r"go.mod requires go >= 1.99 \(running go 1.26; GOTOOLCHAIN=local\)",
        "module x\ngo 2.0": "go.mod requires go >= 2.0 ", "module x\ngo 1.x": "errors parsing go.mod:\ngo.mod:2: invalid go version '1.x': must match format 1.23.0",
        "module x\nmodule y": "go.mod:2: repeated module statement", "module x\nrequire (\n a\n)": "go.mod:3:2: usage: require module/path v1.2.3",
        "go 1.20": "error reading go.mod: missing module declaration. To specify the module path:\n\tgo mod edit", "module x y": "go.mod:1: usage: module module/path",
        'module ""': 'malformed module path "": empty string', "module a\0b": r"go.mod:1:9: unexpected input character '\\x00'",
        "module x\n\n\0": r"go.mod:3: unexpected input character '\\x00'", "module a\bb": r"go.mod:1:9: unexpected input character '\\b'",
        "module x\nfoo (\n)": "go.mod:2: unknown block type: foo", "module x!": "malformed module path \"x!\": invalid char '!'",
        "module x /* y */": "go.mod:1:10: mod files must use // comments", 'module "x': "go.mod:1:10: unexpected newline in string",
        "modul\nmodule x\ngo": "go.mod:1: unknown directive: modul\ngo.mod:3: go directive expects exactly one argument",
    }
    for text, message in wrong.items():
        p.write("go.mod", text + "\n")
        for name in (".", "h.gol", "./..."):
            p.expect(1, f"^gol: (errors parsing go.mod:\n)?{message}", "build", name)
    p.write("other.mod", 'module "x.org/y"\n\ngo 1.21.3\n\nrequire (\n\ta.b/c v1.0.0 // indirect\n)\n')
    p.expect(1, "^gol: -modfile=x: file does not have .mod extension", "build", "-modfile=x", ".")
    p.expect(0, "", "build", "-modfile=other.mod", ".")
    same("program", p.names(), ["go.mod", "h.gol", "other.mod", "y"])
    p.write("../none/h.gol", HELLO)
    p.expect(1, "cannot find main module, but -modfile was set", "build", "-modfile=../w/other.mod", ".", cwd=p.path("../none"))


def language_versions(p):
    """What came after the version of a module is refused; 1.16 where none is said."""
    lines = [(9, "type A = int", "type alias"), (13, "const U = 1_0", "underscore in numeric literal"), (13, "const B = 0b1", "binary literal"),
             (13, "func s(n int) int { return 1 << n }", r"invalid operation: signed shift count n \(variable of type int\)"),
             (17, "var P = (*[1]int)([]int{1})", r".*conversion of slice to array pointer"), (18, "func G[T int](x T) {}", "type parameter"),
             (18, "type T[X int] int", "type parameter"), (18, "var any1 any", "predeclared any"), (18, "type C interface{ ~int }", "embedding interface element ~int"),
             (20, "var R = [1]int([]int{1})", r".*conversion of slice to array"), (21, "var M = min(1, 2)", "built-in min"),
             (21, "func c(m map[int]int) { clear(m) }", "clear"), (22, "func r() { for range 10 {} }", r"cannot range over 10 \(untyped int constant\):"),
             (23, "func f(g func(func() bool)) { for range g {} }", "cannot range over g .*:"), (23, "type L[T any] = []T", "generic type alias"),
             (26, "var N = new(5)", r"new\(5\)")]
    p.write("h.gol", HELLO + "".join(line + "\n" for _, line, _ in lines))
    first = HELLO.count("\n") + 1
    for version, have in (("go 1.8", 8), ("", 16), ("go 1.12", 12), ("go 1.17", 17), ("go 1.20", 20), ("go 1.21.5", 21), ("go 1.22", 22), ("go 1.25", 25)):
        p.write("go.mod", f"module m\n\n{version}\n")
        text = p.expect(1, "^# m\n", "build", "-gcflags=-e", ".")
        hint = rf" \(-lang was set to go1\.{have}; check go\.mod\)"
        for i, (since, line, message) in enumerate(lines):
            found = re.search(rf"^\./h\.gol:{first + i}:\d+: {message} requires go1\.{since} or later{hint}$", text, re.M)
            same(f"{version}: {line}: refused", bool(found), have < since)
        same(f"{version}: lines that are refused", len(set(re.findall(r"^\./h\.gol:(\d+):", text, re.M))), sum(have < since for since, _, _ in lines))
    p.write("go.mod", "module m\n\ngo 1.26\n")
    p.expect(0, "", "build", ".")
    p.expect(1, r"-lang was set to go1\.25; check go\.mod", "build", "-gcflags=-lang=go1.25", ".")
    p.expect(1, '^# m\ncompile: invalid value "go1.99" for -lang: max known version is "go1.26"$', "build", "-gcflags=-lang=go1.99", ".")
    p.write("h.gol", "//go:build go1.25 || go1.30\n\n" + p.read("h.gol"))
    p.expect(1, r"requires go1.26 or later \(file declares //go:build go1\.25\)\n$", "build", ".")
    p.write("gol.mod", "module m\n")
    p.write("h.gol", p.read("h.gol").replace("go1.25 ||", "linux ||"))
    p.expect(0, "", "build", ".")


# ---- other places of packages and functions ----------------------------------------------------------------------------------


def source_tree(p):
    """Packages of a small Go source tree, and folders that are none."""
    p.write("h.gol", 'package main\n\nimport "encoding/json"\n\nfunc main() { println(json.Hello()) }\n')
    p.write("tree/src/encoding/json/json.go", 'package json\n\nimport "x.org/v"\n\nfunc Hello() string { return v.Hello }\n')
    p.write("tree/src/vendor/x.org/v/v.go", 'package v\n\nconst Hello = "hello"\n')
    p.write("file", "")
    os.makedirs(p.path("empty/src/encoding/json"))
    os.symlink("tree", p.path("link"))
    os.symlink("loop", p.path("loop"))
    for root in ("tree", "empty", "file", "nosuch", "loop"):        # no version: not a tree
        p.expect(1, rf"^h.gol:3:8: package encoding/json is not in gol's own library \(.*\), and GOROOT={root} is not a Go source tree$", "build", "h.gol", env={"GOROOT": root})
        p.expect(0, "^\n$", "env", "GOROOT", env={"GOROOT": root})
    for version in ("go2", "go1.0", "go1.-5", "go1", "\0", ""):
        p.write("tree/VERSION", version)
        p.expect(1, "GOROOT=tree is not a Go source tree", "build", "h.gol", env={"GOROOT": "tree"})
    p.write("tree/VERSION", "devel 77")
    p.write("tree/src/internal/goversion/goversion.go", "package goversion\n\nconst Version = 22\n")
    for root in ("tree", "./tree/", "link", p.path("tree")):
        p.expect(0, "^hello$", "run", "h.gol", env={"GOROOT": root})
        same("root", p.expect(0, "", "env", "GOROOT", env={"GOROOT": root}), os.path.realpath(p.path("tree")) + "\n")
    p.expect(0, "", "build", "encoding/json", env={"GOROOT": "tree"})
    p.write("tree/src/go/build/build.go", "package build\n\nvar Name = name\n")        # one of those that ask for Go's own compilers
    p.write("tree/src/go/build/gc.go", '//go:build gc\n\npackage build\n\nconst name = "gc"\n')
    p.write("tree/src/image/gc.go", "//go:build gc\n\npackage image\n\nconst X = 1\n")
    p.write("tree/src/image/image.go", "package image\n")
    p.write("b.gol", 'package main\n\nimport "go/build"\n\nfunc main() { println(build.Name) }\n')
    p.write("i.gol", 'package main\n\nimport "image"\n\nvar _ = image.X\n\nfunc main() {}\n')
    p.expect(0, "^gc\n$", "run", "b.gol", env={"GOROOT": "tree"})
    p.expect(1, "undefined: image.X", "build", "i.gol", env={"GOROOT": "tree"})
    p.write("c.gol", 'package main\n\nimport "go/build"\n\nfunc main() { println("made" + build.Cgo) }\n')
    p.write("tree/src/go/build/cgo.go", "//go:build gc\n\npackage build\n\nconst Cgo = defaultCGO_ENABLED\n")
    p.expect(0, "^made\n$", "run", "c.gol", env={"GOROOT": "tree"})        # zcgo.go is what Go's own build makes
    p.write("tree/src/go/build/zcgo.go", 'package build\n\nconst defaultCGO_ENABLED = " by Go"\n')
    p.expect(0, "^made by Go\n$", "run", "c.gol", env={"GOROOT": "tree"})


def trees_listed(p):
    """gol tree: which there are, which one is used; gol tree get where it is there already, or cannot be had."""
    def make(root, version):
        p.write(root + "/src/encoding/json/json.go", "package json\n")
        p.write(root + "/VERSION", version + "\n")
        return os.path.realpath(p.path(root))
    env = {"GOLTREES": p.path("trees")}
    p.expect(0, "", "env", "GOLTREES")
    usual = [line for line in p.run("tree", env=env)[1].splitlines() if line[0] in " *"]
    old, new = make("trees/go1.25.1", "go1.25.1"), make("trees/go1.26.8", "go1.26.8")
    make("trees/.go1.26.9.new", "go1.26.9"), make("trees/go1.27", "nonsense")
    given = make("given", "go1.22.3")
    lines = [f"  go1.25.1   {old}", f"* go1.26.8   {new}", *(re.sub("^.", " ", line) for line in usual)]
    same("trees", p.expect(0, "", "tree", env=env).splitlines(), lines)
    same("chosen", p.expect(0, "", "env", "GOROOT", env=env), new + "\n")
    same("home", p.expect(0, "", "env", "GOLTREES", env={"HOME": "/home/me"}), "/home/me/.local/share/gol/trees\n")
    lines[1] = lines[1].replace("*", " ")
    same("with GOROOT", p.expect(0, "", "tree", env={**env, "GOROOT": "given"}).splitlines(), [f"* go1.22.3   {given}", *lines])
    p.expect(1, "gol: GOROOT=nosuch is not a Go source tree", "tree", env={**env, "GOROOT": "nosuch"})
    for version in ((), ("go1.26.8",), ("1.26.8",)):
        same("get", p.expect(0, "", "tree", "get", *version, env={**env, "GOPROXY": "off"}), new + "\n")
    p.expect(1, "^gol: tree get: no hash is known of go1.99; what can be had: go1.26.8", "tree", "get", "go1.99", env=env)
    p.expect(2, "^usage: gol tree", "tree", "got")
    p.expect(2, "^usage: gol tree", "tree", "get", "-x")
    p.expect(1, "module lookup disabled by GOPROXY=off$", "tree", "get", env={"GOPROXY": "off", "GOLTREES": p.path("more")})
    name = "golang.org/toolchain/@v/v0.0.1-go1.26.8.linux-"
    for machine in ("amd64", "arm64"):
        p.write(f"proxy/{name}{machine}.zip", "")
        with zipfile.ZipFile(p.path(f"proxy/{name}{machine}.zip"), "w") as z:
            z.writestr(f"golang.org/toolchain@v0.0.1-go1.26.8.linux-{machine}/src/evil.go", "package evil\n")
    p.expect(1, "checksum mismatch\n\tdownloaded: h1:.*\n\texpected:   h1:", "tree", "get",
             env={"GOPROXY": "file://" + p.path("proxy"), "GOLTREES": p.path("more")})
    same("what is left", sorted(os.listdir(p.path("more"))), [".go1.26.8.lock"])


def formatting(p):
    """gol fmt hands the right files to the tree's gofmt, here one that says what it got."""
    p.write("tree/VERSION", "go1.26")
    p.write("tree/src/encoding/json/json.go", "package json\n")
    p.write("tree/src/cmd/gofmt/gofmt.go", """package main

import ("fmt"; "os"; "strings")

func main() {
	fmt.Println(strings.Join(os.Args[1:], " "))
	if text, _ := os.ReadFile("bad"); text != nil {
		os.Exit(2)
	}
}
""")
    env = {**user_cache(), "GOROOT": p.path("tree")}
    files = {"go.mod": "module m\n\ngo 1.26\n", "m.go": "package m\n", "sub/a_windows.go": "package sub\n", "sub/_b.go": "package sub\n", "only/x_test.go": "package only_test\n",
             "mixed/a.go": "package a\n", "mixed/b.go": "package b\n", "testdata/x": "", "vendor/v/v.go": "package v\n", "s/c.go": 'package s\n\nimport "C"\n',
             "s/d.gol": "package s\n", "s/e.go": "//go:build nosuch\n\npackage s\n", "broken/b.go": "package broken\n\nfunc {\n"}
    for name, text in files.items():
        p.write("w/" + name, text)

    def formats(status, text, *arguments):
        p.expect(status, f"^{text}$", "fmt", *arguments, env=env, cwd=p.path("w"))
    formats(0, "-l -w m.go\n")
    formats(0, "-l -w sub/a_windows.go\n", "./sub")
    formats(0, "-l -w s/c.go s/d.gol s/e.go\n", "./s")
    formats(0, "-l -w m.go\n", "m.go")
    formats(1, "-l -w m.go broken/b.go only/x_test.go s/c.go s/d.gol s/e.go\nfound packages a \\(a.go\\) and b \\(b.go\\) in .*/mixed\n", "./...")
    formats(0, r"\S+\.tool -l -w m.go\n", "-n", ".")
    formats(0, r"\S+\.tool -l -w m.go\n-l -w m.go\n", "-x", ".")
    formats(2, r"flag provided but not defined: -v\nusage: gol fmt \[-n\] \[-x\] \[packages\]\nRun 'gol help fmt' for details.\n", "-v", ".")
    formats(1, "stat .*/nosuch: directory not found\n", "./nosuch")
    p.write("w/bad", "")
    formats(1, "-l -w m.go\nexit status 2\n", "m.go")
    p.expect(1, "^gol: cmd/gofmt is compiled from a Go source tree, and GOROOT=/nosuch is not a Go source tree$", "fmt", env={**env, "GOROOT": "/nosuch"}, cwd=p.path("w"))


def listing(p):
    """Packages and modules by path and in JSON, with the fields, their order and the layout of go list."""
    files = {"go.mod": "module example.com/m\n\ngo 1.26\n\nrequire example.com/other v1.0.0\n\nreplace example.com/other => ./other\n",
             "a/a.go": '// Package a is <first>. It has\n// more.\npackage a\n\nimport (\n\t"example.com/m/b"\n\t"example.com/other/x"\n)\n',
             "a/a_test.go": 'package a\n\nimport "testing"\n', "a/b_test.go": 'package a_test\n\nimport _ "example.com/m/a"\n',
             "a/a_windows.go": "package a\n", "a/a_amd64.s": "", "a/c.c": "", "a/e.go": 'package a\n\nimport _ "embed"\n\n//go:embed e.go a*\nvar E string\n',
             "b/b.go": "package b\n", "miss/m.go": 'package miss\n\nimport _ "example.com/m/nosuch"\n', "mixed/a.go": "package a\n", "mixed/b.go": "package b\n",
             "cycle/1/c.go": 'package c\n\nimport _ "example.com/m/cycle/2"\n', "cycle/2/c.go": 'package c\n\nimport _ "example.com/m/cycle/1"\n',
             "windows/x_windows.go": "package windows\n", "test/x_test.go": "package test\n",
             "other/go.mod": "module example.com/other\n\ngo 1.20\n", "other/x/x.go": "package x\n"}
    for name, text in files.items():
        p.write(name, text)

    def lists(status, text, *arguments):
        p.expect(status, f"^{text}$", "list", *arguments, env={"GOARCH": "amd64"})
    lists(0, "example.com/m/a\n", "./a")
    lists(0, r"[\s\S]*" "example.com/m/b\n" r"[\s\S]*" "example.com/other/x\nexample.com/m/a\n", "-deps", "./a")
    lists(0, "".join(f"example.com/m/{n}\n" for n in ("a", "b", "cycle/1", "cycle/2", "miss", "mixed", "test")), "-e", "./...")
    lists(1, "found packages a \\(a.go\\) and b \\(b.go\\) in .*/mixed\n", "./mixed", "./a")
    lists(1, "stat .*/nosuch: directory not found\n", "./nosuch", "./a")
    lists(0, "./nosuch\nexample.com/m/b\n", "-e", "./nosuch", "./b", "./b")
    lists(0, "example.com/m/miss\n", "./miss")
    lists(1, "example.com/m/nosuch\nexample.com/m/miss\nmiss/m.go:3:8: " r"[\s\S]*" " example.com/m/nosuch\n", "-deps", "./miss")
    module = {"Path": "example.com/m", "Main": True, "Dir": p.dir, "GoMod": p.path("go.mod"), "GoVersion": "1.26"}
    lists(0, re.escape(json.dumps({"Dir": p.path("a"), "ImportPath": "example.com/m/a", "Name": "a", "Doc": "Package a is <first>.", "Root": p.dir, "Module": module,
          "Match": ["./a"], "GoFiles": ["a.go", "e.go"], "IgnoredGoFiles": ["a_windows.go"], "CFiles": ["c.c"], "SFiles": ["a_amd64.s"], "EmbedPatterns": ["a*", "e.go"],
          "TestGoFiles": ["a_test.go"], "TestImports": ["testing"], "XTestGoFiles": ["b_test.go"], "XTestImports": ["example.com/m/a"]},
          indent="\t").replace("<", "\\u003c").replace(">", "\\u003e")) + "\n", "-find", "-json", "./a")
    lists(0, r'[\s\S]*' '{\n\t"ImportPath": "example.com/other/x",\n\t"DepOnly": true\n}\n{\n\t"ImportPath": "example.com/m/a"\n}\n', "-deps", "-json=ImportPath,DepOnly", "./a")
    status, text = p.run("list", "-e", "-json=Imports,Deps,Incomplete,Error,DepsErrors", "./miss", "./mixed", "./cycle/1")
    miss, mixed = (json.loads(t + "}") for t in text.split("\n}\n")[:2])
    same("a missing import", (miss["Imports"], miss["Incomplete"], miss["DepsErrors"][0]["ImportStack"], miss["DepsErrors"][0]["Pos"]),
         (["example.com/m/nosuch"], True, ["example.com/m/miss"], "miss/m.go:3:8"))
    same("two packages", mixed, {"Incomplete": True, "Error": {"ImportStack": [], "Pos": "", "Err": f"found packages a (a.go) and b (b.go) in {p.path('mixed')}"}})
    same("a cycle ends", "import cycle not allowed" in text, True)
    lists(0, "example.com/m\n", "-m")
    lists(0, "example.com/m\nexample.com/other v1.0.0 => ./other\n", "-m", "all")
    lists(0, re.escape(json.dumps(module, indent="\t")) + "\n", "-m", "-json")
    lists(1, "gol: module nosuch: not a known dependency\n", "-m", "nosuch")
    for flag in ("-export", "-compiled"):
        lists(2, re.escape(f"gol: {flag} is not supported yet\n"), flag, ".")
    for flags, wrong in ((("-deps", "-find"), "-deps cannot be used with -find"), (("-find", "-test"), "-test cannot be used with -find"), (("-u",), "-u can only be used with -m"),
                         (("-versions",), "-versions can only be used with -m"), (("-reuse=x",), "-reuse cannot be used without -m"), (("-json", "-f={{.Dir}}"), "-f cannot be used with -json")):
        lists(1, f"gol list {wrong}\n", *flags, ".")
    for flags, wrong in ((["-deps"], "deps"), (["-find"], "find"), (["-find", "-deps"], "deps"), (["-test"], "test")):
        lists(1, f"gol list -{wrong} cannot be used with -m\n", "-m", *flags)
    p.write("between/q.go", 'package between\n\nimport _ "example.com/m/tested"\n')
    p.write("tested/t.go", "package tested\n")
    p.write("tested/in_test.go", 'package tested\n\nimport _ "example.com/m/b"\n')
    p.write("tested/out_test.go", 'package tested_test\n\nimport _ "example.com/m/between"\n')
    m = "example.com/m/"
    lists(0, f"{m}b\n{m}tested\n{m}tested.test\n{m}tested \\[{m}tested.test\\]\n{m}tested_test \\[{m}tested.test\\]\n", "-test", "./b", "./tested")
    status, text = p.run("list", "-test", "-deps", "-json=ImportPath,ForTest,Imports,ImportMap,GoFiles,DepOnly", "./tested")
    found = {one["ImportPath"]: one for one in (json.loads(t + "}") for t in text.split("\n}\n")[:-1])}
    same("what lies between", found[f"{m}between [{m}tested.test]"], {"ImportPath": f"{m}between [{m}tested.test]", "ForTest": m + "tested", "DepOnly": True, "GoFiles": ["q.go"],
         "Imports": [f"{m}tested [{m}tested.test]"], "ImportMap": {m + "tested": f"{m}tested [{m}tested.test]"}})
    same("with its tests", (found[f"{m}tested [{m}tested.test]"]["GoFiles"], found[f"{m}tested_test [{m}tested.test]"]["Imports"]),
         (["t.go", "in_test.go"], [f"{m}between [{m}tested.test]"]))


def generating(p):
    """Lines //go:generate: their words, which files and packages, what ends a package."""
    files = {"go.mod": "module example.com/g\n\ngo 1.26\n",
             "a.go": 'package g\n\n//go:generate echo one $GOFILE $GOLINE $GOPACKAGE ${GOOS}x $DOLLAR "a  b\\t\\x41$GOOS" $NOSUCH.\n//go:generate -command say echo said\n'
                     "//go:generate say hello\n\t//go:generate echo indented\n//go:generate\techo tab\n//go:generate\n//go:generatex echo x\n",
             "b_test.go": "package g\n\n//go:generate echo in test $GOPACKAGE\n", "c_test.go": "package g_test\n\n//go:generate echo in xtest $GOPACKAGE\n",
             "d_windows.go": "package g\n\n//go:generate echo windows\n", "e.go": "//go:build generate\n\npackage g\n\n//go:generate sh -c pwd\n",
             "sub/a.go": "package sub\n\n//go:generate false\n//go:generate echo never\n", "sub/b.go": "package sub\n\n//go:generate echo never\n",
             "zgo/a.go": "package zgo\n\n//go:generate go env GOARCH\n"}
    for name, line in (("s2", "nosuchcmd x"), ("s3", 'echo "x'), ("s4", '"echo"x'), ("s5", "-command"), ("s6", "-command a b\n//go:generate -command a c"), ("s7", 'echo "\\y"')):
        files[f"{name}/a.go"] = f"package {name}\n\n//go:generate {line}\n"
    for name, text in files.items():
        p.write(name, text)
    one = "one a.go 3 g linuxx $ a  b\tAlinux .\n"
    out = f"{one}said hello\ntab\nin test g\n{p.dir}\nin xtest g_test\n"
    words = "".join("echo " + line + "\n" for line in (one[:-1], "said hello", "tab", "in test g")) + "sh -c pwd\necho in xtest g_test\n"
    same("all", p.run("generate"), (0, out))
    same("-n", p.run("generate", "-n"), (0, words))
    same("-x", p.run("generate", "-x"), (0, out + words))
    same("one file", p.run("generate", "-run", "^//go:generate.echo.one", "a.go"), (0, one))
    same("-skip", p.run("generate", "-skip=echo|pwd"), (1, 'a.go:5: running "say": exec: "say": executable file not found in $PATH\n'))
    wrong = ['s2/a.go:3: running "nosuchcmd": exec: "nosuchcmd": executable file not found in $PATH', "s3/a.go:3: mismatched quoted string",
             "s4/a.go:3: expect space after quoted argument", "s5/a.go:3: no command specified for -command", 's6/a.go:4: command "a" multiply defined',
             "s7/a.go:3: bad quoted string", 'sub/a.go:3: running "false": exit status 1']
    same("mistakes", p.run("generate", *["./" + text.split("/")[0] for text in wrong]), (1, "\n".join(wrong) + "\n"))
    same("-v", p.run("generate", "-v", "-n", "-run=nosuch"), (0, "a.go\nb_test.go\ne.go\nc_test.go\n"))
    p.expect(1, "^generate: error parsing regexp: .*: `\\[`\n$", "generate", "-run", "[")
    os.symlink(shutil.which("sh"), p.path("sh"))
    same("go is this gol where there is none", p.run("generate", "./zgo", env={"PATH": p.dir, "GOARCH": "riscv64"}), (0, "riscv64\n"))


def installing(p):
    p.write("go.mod", "module example.com/m\n\ngo 1.26\n")
    p.write("cmd/x/x.gol", HELLO)
    p.write("lib/lib.gol", "package lib\n")
    bin = p.path("bin")
    p.expect(0, "^$", "install", "./lib", env={"GOBIN": bin})
    same("no folder for a library", os.path.exists(bin), False)
    p.expect(0, "^$", "install", "./cmd/x", "./lib", env={"GOBIN": bin})
    same("the program", subprocess.run([bin + "/x"], capture_output=True).stderr, b"hello\n")
    p.expect(0, "^$", "install", "./...", env={"GOPATH": p.path("path") + ":/nosuch"})
    p.expect(0, "^$", "install", "./cmd/x")
    same("places", (p.names("path/bin"), os.listdir(os.path.join(p.folder, "go/bin"))), (["x"], ["x"]))
    p.write("go-env", f"GOBIN={p.path('other')}\nGOFLAGS=-tags=nosuch -v\n")
    p.expect(0, "", "install", "./cmd/x", env={"GOENV": p.path("go-env")})
    same("the place of the env file", p.names("other"), ["x"])
    p.write("go-env", "GOFLAGS=-nosuch\n")
    p.expect(1, "^gol: parsing \\$GOFLAGS: unknown flag -nosuch\n$", "install", "./cmd/x", env={"GOENV": p.path("go-env")})
    p.expect(1, "^cannot install, GOBIN must be an absolute path\n$", "install", "./cmd/x", env={"GOBIN": "rel"})
    p.expect(1, '^gol: GOPATH entry is relative; must be absolute path: "rel".\n', "install", "./cmd/x", env={"GOPATH": "rel"})
    p.expect(1, "^gol: cannot install cross-compiled binaries when GOBIN is set\n$", "install", "./cmd/x", env={"GOBIN": bin, "GOARCH": "riscv64"})
    p.expect(2, "^flag provided but not defined: -o\nusage: gol install \\[build flags\\] \\[packages\\]\n", "install", "-o", "x", "./cmd/x")
    p.write("bin/x", "mine\n")
    p.expect(1, 'build output "/.*/bin/x" already exists and is not an object file', "install", "./cmd/x", env={"GOBIN": bin})


def other_machines(p):
    """GOARCH chooses files and tags; a C compiler for it must be named."""
    p.write("go.mod", "module m\n\ngo 1.19\n")
    for arch in ("amd64", "arm64", "riscv64"):
        p.write(f"x_{arch}.gol", f'package main\n\nconst byName = "name {arch}"\n')
        p.write(f"t{arch}x.gol", f'//go:build {arch}\n\npackage main\n\nconst byTag = "tag {arch}"\n')
    p.write("m.gol", 'package main\n\nimport "runtime"\n\nfunc main() { println(byName, byTag, runtime.GOARCH) }\n')
    for arch in ("amd64", "arm64", "riscv64"):
        p.expect(0, "", "build", "-emit=c", "-o", arch, ".", env={"GOARCH": arch})
        same("names in the C", sorted(set(re.findall(r'"(?:name |tag |)(amd64|arm64|riscv64)"', p.read(arch + "/main.c")))), [arch])
        same("gol env", p.run("env", "GOARCH", env={"GOARCH": arch}), (0, arch + "\n"))
    other = "riscv64"
    p.expect(2, f"^gol: GOARCH={other} needs a C compiler for riscv64: name it by CC ", "build", ".", env={"GOARCH": other})
    p.expect(2, f"^gol: GOARCH={other}, but CC=gcc compiles for \\w+-linux-gnu\n$", "build", ".", env={"GOARCH": other, "CC": "gcc"})
    p.expect(2, f"^gol: GOARCH={other}, but CC=/bin/true compiles for no machine that it can name\n$", "build", ".", env={"GOARCH": other, "CC": "/bin/true"})
    p.write("cc", '#!/bin/sh\n[ "$1" = -dumpmachine ] && echo riscv64-linux-gnu || exec gcc "$@"\n')
    p.write("bin/go_linux_riscv64_exec", '#!/bin/sh\necho runner; exec "$@"\n')
    for name in ("cc", "bin/go_linux_riscv64_exec"):
        os.chmod(p.path(name), 0o755)
    env = {"GOARCH": other, "CC": p.path("cc"), "PATH": p.path("bin") + ":" + p.env["PATH"]}
    programs = ("first", "second")
    for name in programs:
        p.write(f"{name}/main.gol", "package main\n\nfunc main() {}\n")
    os.mkdir(p.path("out"))
    p.expect(0, "", "build", "-o", "out", "./first", "./second", env=env)
    same("programs of one command", sorted(os.listdir(p.path("out"))), list(programs))
    text = p.expect(0, "", "version", "-m", "out/second")
    same("what it was built for", re.findall(r"build\t(GO(?:ARCH|AMD64|ARM64|RISCV64)=\S+)", text), ["GOARCH=riscv64", "GORISCV64=rva20u64"])
    p.expect(0, "^runner\nname riscv64 tag riscv64 riscv64\n$", "run", ".", env=env, stderr=subprocess.STDOUT)
    text = p.expect(0, "", "build", "-x", "-v", "-o", "again", ".", env=env)
    same("the runtime is compiled once", "golrt" in re.sub(r"\S*amalgamation\S*", "", text), False)
    p.write("first/main_test.gol", 'package main\n\nimport "testing"\n\nfunc Test(t *testing.T) {}\n')
    p.write("cc", p.read("cc").replace("riscv64", "aarch64"))
    os.rename(p.path("bin/go_linux_riscv64_exec"), p.path("bin/go_linux_arm64_exec"))
    p.expect(0, "(?m)^go_linux_arm64_exec .*/first.test' -test", "test", "-n", "./first", env={**env, "GOARCH": "arm64"}, stderr=subprocess.STDOUT)


def tools_of_the_tree(p):
    """A command of the tree is compiled once, and again when a file of it changes."""
    p.write("tree/VERSION", "go1.26")
    p.write("tree/src/encoding/json/json.go", "package json\n")
    p.write("tree/src/cmd/hello/hello.go", """package main

import ("os"; "x.org/v")

func main() {
	println(v.Hello, os.Getenv("GOROOT"), os.Getenv("GOTOOLCHAIN"), os.Getenv("GOFLAGS"), len(os.Args), os.Args[len(os.Args)-1])
	os.Exit(7)
}
""")
    p.write("tree/src/cmd/vendor/x.org/v/v.go", 'package v\n\nconst Hello = "hello"\n')
    p.write("tree/src/cmd/library/library.go", "package library\n")
    p.write("tree/src/cmd/bad/bad.go", "package main\n\nfunc main() { x }\n")
    root = os.path.realpath(p.path("tree"))
    env = {**user_cache(), "GOROOT": "tree", "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "go1.99"}
    status, tool = p.run("tool", "-n", "hello", env=env)
    same("status", status, 0)
    tool = tool.strip()

    def runs(text, *arguments):
        words = f"{root} local -mod=mod {len(arguments) + 1} {['hello', *arguments][-1]}"
        p.expect(7, f"^{text} {re.escape(words)}\n$", "tool", "hello", *arguments, env=env)
        return os.stat(tool).st_ino

    made = runs("hello")
    same("not made again", runs("hello", "-n", "a b"), made)
    p.write("tree/src/cmd/vendor/x.org/v/v.go", 'package v\n\nconst Hello = "changed"\n')
    made = runs("changed")
    p.write("tree/src/cmd/hello/more.go", 'package main\n\nimport "x.org/v"\n\nfunc init() { print(v.Hello, "+") }\n')
    runs(r"changed\+changed")
    os.truncate(tool + ".files", 10)
    runs(r"changed\+changed")
    p.write("tree/src/cmd/hello/more.go", "package main\n\nfunc init() { y }\n")
    p.expect(1, r"^# cmd/hello\ntree/src/cmd/hello/more.go:3:15: undefined: y\n$", "tool", "hello", env=env)
    p.expect(1, "^# cmd/bad\n.*undefined: x", "tool", "bad", env=env)
    p.expect(1, "^package cmd/library is not a main package$", "tool", "library", env=env)
    p.expect(2, '^gol: no such tool "nosuch"$', "tool", "nosuch", env=env)
    p.expect(2, "^usage: gol tool", "tool", env=env)
    p.expect(1, "^gol: cmd/hello is compiled from a Go source tree, and GOROOT=tree/src is not a Go source tree$", "tool", "hello", env={**env, "GOROOT": "tree/src"})
    os.makedirs(p.cache)
    for name in (tool, tool + ".files"):
        shutil.move(name, os.path.join(p.cache, os.path.basename(name)))
    p.expect(0, "", "clean", "-cache")
    same("cache", os.listdir(p.cache), [])


def import_paths(p):
    p.write("tree/VERSION", "go1.26")
    p.write("tree/src/encoding/json/json.go", "package json\n")
    p.write("tree/src/vendor/x.org/v/v.go", "package v\n")
    p.write("tree/src/cmd/vendor/x.org/c/c.go", "package c\n")
    p.write("tree/src/cmd/tool/tool.go", 'package tool\n\nimport _ "x.org/c"\n')
    p.write("tree/src/builtin/builtin.go", "package builtin\n\ntype bool bool\n")
    p.write("tree/src/plugin/plugin.go", "package plugin\n")
    p.write("tree/src/image/image.go", 'package image\n\nimport "plugin"\n')
    p.write("tree/src/checks/x_test.go", "package checks\n")
    p.write("tree/src/other/x_windows.go", "package other\n")
    os.makedirs(p.path("tree/src/nothing"))
    paths = {
        "encoding/../encoding/json": 'h.gol:3:8: malformed import path "encoding/../encoding/json": invalid path element ".."',
        "encoding/json/": 'h.gol:3:8: malformed import path "encoding/json/": trailing slash', "encoding//json": '.*": double slash',
        "-x": '.*": leading dash', "fmt.": '.*": trailing dot in path element', "fmt/./x": '.*": invalid path element "."',
        "vendor/x.org/v": "h.gol:3:8: use of vendored package not allowed", "nothing": r"h.gol:3:8: package nothing is not in std \(.*/tree/src/nothing\)",
        "builtin": "package command-line-arguments\n\timports builtin: the package describes what is predeclared",
        "plugin": "package command-line-arguments\n\timports plugin: the package loads plugins",
        "image": "package command-line-arguments\n\timports image\n\timports plugin: the package loads plugins",
        "checks": "checks: no non-test Go files in .*/tree/src/checks", "other": "package command-line-arguments\n\timports other: build constraints exclude all Go files in",
        "internal/gol/hooks/internal/cpu": r"package command-line-arguments\n\th.gol:3:8: use of internal package .* not allowed",
    }
    for path, message in paths.items():
        p.write("h.gol", f'package main\n\nimport _ "{path}"\n\nfunc main() {{}}\n')
        p.expect(1, "^" + message, "build", "h.gol", env={"GOROOT": "tree"})
    p.expect(1, "^package plugin loads plugins", "build", "plugin", env={"GOROOT": "tree"})
    p.expect(0, "", "build", "cmd/tool", env={"GOROOT": "tree"})


def module_proxy(p, modules):
    """A proxy as a folder: {path: {file: text}}, each at v1.0.0."""
    for path, files in modules.items():
        folder = f"proxy/{path}/@v/"
        p.write(folder + "v1.0.0.mod", f"module {path}\n")
        p.write(folder + "v1.0.0.info", '{"Version":"v1.0.0","Time":"2020-01-01T00:00:00Z","Origin":{"VCS":"git","URL":"https://x","Hash":"12"}}')
        p.write(folder + "list", "v1.0.0\n")
        with zipfile.ZipFile(p.path(folder + "v1.0.0.zip"), "w") as z:
            for name, text in {"go.mod": f"module {path}\n", **files}.items():
                z.writestr(f"{path}@v1.0.0/{name}", text)
    return {"GOPROXY": "file://" + p.path("proxy"), "GOMODCACHE": p.path("mod"), "GOFLAGS": "", "GOENV": "off", "GOSUMDB": "off"}


def mod_download(p):
    """gol mod download, gol mod verify, gol clean -modcache: what they print and leave."""
    env = module_proxy(p, {"ex.org/a": {"a.go": "package a\n"}, "ex.org/b": {"b.go": "package b\n"}})
    download = p.path("mod/cache/download/ex.org/a/@v/v1.0.0")

    def removed():
        p.expect(0, f"^rm -rf {p.path('mod')}\n$", "clean", "-x", "-modcache", env=env)
        same("cache", os.path.exists(p.path("mod")), False)
    p.write("go.mod", "module m\n\ngo 1.26\n")
    p.expect(0, "^gol: no module dependencies to download\n$", "mod", "download", env=env)
    p.write("go.mod", "module m\n\ngo 1.26\n\nrequire ex.org/a v1.0.0\n")
    p.expect(0, "^$", "mod", "download", env=env)
    same("module", sorted(os.listdir(p.path("mod/ex.org/a@v1.0.0"))), ["a.go", "go.mod"])
    p.expect(0, "^all modules verified\n$", "mod", "verify", env=env)
    os.chmod(p.path("mod/ex.org/a@v1.0.0"), 0o755)
    p.write("mod/ex.org/a@v1.0.0/b.go", "package a\n")
    p.expect(1, rf"^ex.org/a v1.0.0: dir has been modified \({p.path('mod/ex.org/a@v1.0.0')}\)\n$", "mod", "verify", env=env)
    removed()
    text = p.expect(0, "", "mod", "download", "-json", "ex.org/a", env=env)
    whole, mod = (re.search(rf'"{name}": "(h1:.{{44}})"', text)[1] for name in ("Sum", "GoModSum"))
    members = [("Path", "ex.org/a"), ("Version", "v1.0.0"), ("Info", download + ".info"), ("GoMod", download + ".mod"), ("Zip", download + ".zip"),
               ("Dir", p.path("mod/ex.org/a@v1.0.0")), ("Sum", whole), ("GoModSum", mod)]
    lines = ",\n".join(f'\t"{name}": "{value}"' for name, value in members)
    same("json", text, "{\n" + lines + "\n}\n")
    origin = ',\n\t"Origin": {\n\t\t"VCS": "git",\n\t\t"URL": "https://x",\n\t\t"Hash": "12"\n\t}'
    same("json by version", p.expect(0, "", "mod", "download", "-json", "ex.org/a@v1.0.0", env=env), "{\n" + lines + origin + "\n}\n")
    p.expect(0, r'"Query": "latest"', "mod", "download", "-json", "ex.org/b@latest", env=env)
    p.expect(1, r'"Error": "module ex.org/c: not a known dependency"\n\}\n$', "mod", "download", "-json", "ex.org/c", env=env)
    p.expect(1, "^gol: ex.org/c@v1.0.0: reading file://.*/ex.org/c/@v/v1.0.0.info: no such file or directory\n$", "mod", "download", "ex.org/a", "ex.org/c@v1.0.0", env=env)
    p.expect(0, '^warning: pattern "ex.net/..." matched no module dependencies\n$', "mod", "download", "all", "ex.org/...", "ex.net/...", env=env)
    p.expect(0, "^gol: skipping download of m that resolves to the main module\n$", "mod", "download", "m", env=env)
    for wrong, line in (("", whole), ("/go.mod", mod)):
        p.write("go.sum", f"ex.org/b v1.0.0{wrong} {line}\n")
        removed()
        p.expect(1, f"^verifying ex.org/b@v1.0.0{wrong}: checksum mismatch\n\tdownloaded: h1:.*\n\tgo.sum:     {re.escape(line)}\n\nSECURITY ERROR\n",
                 "mod", "download", "ex.org/b@v1.0.0", env=env)
        same("unpacked", os.path.exists(p.path("mod/ex.org/b@v1.0.0")), False)
    os.unlink(p.path("go.sum"))
    p.write("go.mod", "module m\n\ngo 1.26\n\nrequire ex.org/a v1.0.0\n\nreplace ex.org/a => ex.org/b v1.0.0\n")
    p.expect(0, '"Path": "ex.org/b"', "mod", "download", "-json", env=env)
    for pattern in ("ex.org/a/...", "ex.../a"):
        p.expect(0, '"Path": "ex.org/b"', "mod", "download", "-json", pattern, env=env)
    for pattern in ("ex.org/[a]...", "ex.org/?...", "ex.org/aa/..."):
        p.expect(0, f'^warning: pattern "{re.escape(pattern)}" matched no module dependencies\n$', "mod", "download", pattern, env=env)
    p.expect(2, "^flag provided but not defined: -bad\nusage: gol mod download", "mod", "download", "-bad", env=env)
    p.expect(1, "^gol: verify takes no arguments\n$", "mod", "verify", "x", env=env)
    p.expect(2, "^gol mod: unknown command\n", "mod", "bad", env=env)
    p.expect(1, "^gol: clean -modcache cannot be used with package arguments\n$", "clean", "-modcache", ".", env=env)
    os.unlink(p.path("go.mod"))
    p.expect(1, r"^gol: no modules specified \(see 'go help mod download'\)\n$", "mod", "download", env=env)
    p.expect(1, r"^gol: no modules specified \(see 'go help mod download'\)\n$", "mod", "download", "-json", env=env)
    p.expect(1, '^gol: cannot match "all": go.mod file not found', "mod", "download", "all", env=env)
    p.expect(1, "^gol: go.mod file not found in current directory", "mod", "verify", env=env)
    p.expect(0, "^$", "mod", "download", "ex.org/a@v1.0.0", env=env)
    removed()
    removed()


def linknames(p):
    """Directives that are malformed or lead nowhere; what they name is not kept longer than it is true."""
    start = 'package main\n\nimport (\n\t"m/names"\n\t"unsafe"\n)\n\nvar _ unsafe.Pointer\n\nvar _ = names.Supplied\n\n//go:linkname one m/names.supplied\n' \
            'func one() string { return "one" }\n\n'       # 15 lines with the first of what follows
    p.write("go.mod", "module m\n\ngo 1.26\n")
    p.write("names/names.go", 'package names\n\nimport _ "unsafe"\n\n//go:linkname supplied\nfunc supplied() string\n\nfunc Supplied() string { return supplied() }\n\n'
            "func hidden(s []string) int { return len(s) }\n\nvar counter = 7\n\ntype T struct{}\n\nfunc (T) m() {}\n\nfunc gen[E any](e E) {}\n\n"
            "type G[E any] struct{}\n\nfunc (*G[E]) m() {}\n")
    only, missing = "//go:linkname ", "missing function body$"
    function = "//go:linkname f %s\nfunc f(%s)\n\nfunc main() { f(%s) }\n"
    wrong = [
        (15, 3, "usage: //go:linkname localname \\[linkname\\]$", only + "\n"), (15, 3, "usage: ", only + "one two three\n"),
        (15, 3, "//go:linkname must refer to declared function or variable$", only + "nosuch x.y\n"), (15, 3, "//go:linkname must refer", only + "t\ntype t int\n"),
        (15, 3, "duplicate //go:linkname for one$", only + "one x.y\n"), (15, 3, "//go:linkname reference of an instantiation is not allowed", only + "one x.y[int]\n"),
        (16, 6, "duplicated definition of symbol m/names.supplied, from main and main$", only + "two m/names.supplied\nfunc two() string { return \"\" }\n"),
        (16, 6, "duplicated definition of symbol m/names.hidden, from main and m/names$", only + "two m/names.hidden\nfunc two() {}\n"),
        (16, 6, "duplicated definition of symbol runtime.fatal, from main and runtime$", only + 'two runtime.fatal\nfunc two(text string) {}\n'),
        (16, 5, "duplicated definition of symbol m/names.counter, ", only + "two m/names.counter\nvar two = 1\n"),
        (16, 5, "duplicated definition of symbol m/names.hidden, ", only + "two m/names.hidden\nvar two int\n"),
        (16, 5, "m/names.counter is int, not string$", only + "two m/names.counter\nvar two string\n"),
        (16, 6, r"missing function body: m/names.hidden is func\(s \[\]string\) int, not func\(x int\)$", function % ("m/names.hidden", "x int", "1")),
        (16, 6, r"missing function body: m/names.gen is func\[E any\]\(e E\), not func\(x int\)$", function % ("m/names.gen", "x int", "1")),
        (16, 6, "missing function body: .*, not", function % ("m/names.(*G).m", "x *names.G[int]", "nil")),
    ]
    wrong += [(16, 6, missing, function % (target, "", "")) for target in
              ("m/names.nothing", "m/other.f", "main.f", "m/names.counter", "m/names.(*.m", "m/names.(*T.m", "m/names.(*T).m", "m/names.T.", "m/names.T", "m/names.", ".", "..", "/", "x")]
    main = "\nfunc main() {}\n"
    for line, col, message, text in wrong:
        p.write("main.go", start + text + ("" if "main()" in text else main))
        p.expect(1, rf"(?m)^# m\n\./main\.go:{line}:{col}: {message}", "build", ".")
    p.write("main.go", start.replace('\t"unsafe"\n', "").replace("var _ unsafe.Pointer\n\n", "") + main)
    p.expect(1, r'^# m\n\./main\.go:9:3: //go:linkname only allowed in Go files that import "unsafe"\n$', "build", ".")
    p.write("assembly/a.go", "package assembly\n\ntype T int\n\nfunc (t T) f()\n\nfunc g()\n\nfunc F() { g() }\n")
    p.write("assembly/a.s", "")
    p.write("main.go", 'package main\n\nimport _ "m/assembly"\n' + main)
    p.expect(1, r"^# m/assembly\nassembly/a\.go:5:6: missing function body\n$", "build", ".")
    p.write("assembly/a.go", p.read("assembly/a.go").replace("f()\n", "f() {}\n"))
    p.expect(1, r"^# m/assembly\nassembly/a\.go:7:6: missing function body\n$", "build", ".")
    for name in ("one", "other", "one"):
        p.write("main.go", (start + "func main() { println(names.Supplied()) }\n").replace("one", name))
        p.expect(0, f"^{name}\n$", "run", ".")


def embedding(p):
    """Lines //go:embed: where they stand, what patterns lead to, files that change."""
    head, main = 'package main\n\nimport "embed"\n\n', "\nvar _ embed.FS\n\nfunc main() {}\n"
    p.write("go.mod", "module m\n\ngo 1.19\n")
    for name in ("x.txt", "y.txt", "other/go.mod", "other/z", "hidden/.z", ".git/z", "bad/a:b", "con.txt", "d/z"):
        p.write(name, "text")
    os.mkfifo(p.path("fifo"))
    os.symlink("x.txt", p.path("link"))
    os.symlink("d", p.path("dlink"))
    patterns = {
        "nosuch x.txt": "nosuch: no matching files found", 'y.txt "a b"': "a b: no matching files found", "x.txt/y": "x.txt/y: no matching files found",
        "[x": r"\[x: invalid pattern syntax", "../x": r"../x: invalid pattern syntax", ".": r"\.: invalid pattern syntax", '""': " : invalid pattern syntax",
        "d//z": "d//z: invalid pattern syntax", "d/": "d/: invalid pattern syntax", "a[]b": r"a\[\]b: invalid pattern syntax", "x\\": r"x\\: invalid pattern syntax",
        "other/z": "other/z: cannot embed file other/z: in different module", "other": "other: cannot embed directory other: in different module",
        "hidden": "hidden: cannot embed directory hidden: contains no embeddable files", ".git/z": "cannot embed file .git/z: in invalid directory .git",
        "*it": "cannot embed directory .git: invalid name .git", "bad": "bad: cannot embed file bad/a:b: invalid name a:b", "con.*": "cannot embed file con.txt: invalid name con.txt",
        "fifo": "fifo: cannot embed irregular file fifo", "link": "link: cannot embed irregular file link", "dlink/z": "dlink/z: cannot embed file dlink/z: in non-directory dlink",
    }
    for pattern, message in patterns.items():
        p.write("main.go", head + f"//go:embed {pattern}\nvar f embed.FS\n" + main)
        p.expect(1, rf"^main\.go:5:\d+: pattern {message.lstrip()}$" if message[0] != "c" else rf"^main\.go:5:12: pattern \S+: {message}$", "build", ".")
    lines = {
        "//go:embed x.txt\nvar a, b string\n": "5:3: go:embed cannot apply to multiple vars",
        "//go:embed x.txt\nvar a = 1\n": "5:3: go:embed cannot apply to var with initializer",
        "func f() {\n\t//go:embed x.txt\n\tvar s string\n\t_ = s\n}\n": "6:4: go:embed cannot apply to var inside func",
        "//go:embed x.txt\nvar (\n\ta string\n)\n": "5:3: misplaced go:embed directive",
        "//go:embed x.txt\nfunc f() {}\n": "5:3: misplaced go:embed directive",
        "var a string //go:embed x.txt\n": "5:16: misplaced compiler directive",
        "//go:embed\nvar a string\n": r"5:3: usage: //go:embed pattern\.\.\.",
        '//go:embed "x.txt\nvar a string\n': r'5:3: invalid quoted string in //go:embed: "x\.txt\n./main.go:5:3: usage: //go:embed pattern\.\.\.',
        "//go:embed x.txt y.txt\nvar a string\n": "6:5: invalid go:embed: multiple files for type string",
        "//go:embed ?.txt\n//go:embed x.txt\nvar a []byte\n": r"7:5: invalid go:embed: multiple files for type \[\]byte",
        "//go:embed x.txt\nvar a int\n": "6:5: go:embed cannot apply to var of type int",
        "type F embed.FS\n\n//go:embed x.txt\nvar a F\n": "8:5: go:embed cannot apply to var of type F",
    }
    for text, message in lines.items():
        p.write("main.go", head + text + main)
        p.expect(1, rf"^# m\n\./main\.go:{message}\n$", "build", ".")
    p.write("main.go", "package main\n\n//go:embed nosuch\nvar s string\n\nfunc main() {}\n")
    p.expect(1, r'^# m\n\./main\.go:3:3: go:embed requires import "embed" \(or import _ "embed", if package is not used\)\n$', "build", ".")
    p.write("go.mod", "module m\n\ngo 1.15\n")
    p.write("main.go", head + "//go:embed x.txt\nvar s string\n" + main)
    p.expect(1, r"^# m\n\./main\.go:5:3: go:embed requires go1\.16 or later \(-lang was set to go1\.15; check go\.mod\)\n$", "build", ".")
    p.write("go.mod", "module m\n\ngo 1.19\n")
    p.write("main.go", head + "//go:embed x.txt\nvar s string\n\n//go:embed odd\nvar odd string\n" + main.replace("{}", "{ println(s, odd) }"))
    p.write("odd", "1")
    shared = user_cache()      # package embed imports much
    for text in ("one", "two", "one"):
        p.write("x.txt", text)
        p.expect(0, f"^{text} 1\n$", "run", ".", env=shared)
    p.write("bin/gcc", f'#!/bin/sh\nprintf more >> x.txt\nexec {shutil.which("gcc")} "$@"\n')
    os.chmod(p.path("bin/gcc"), 0o755)
    p.write("x.txt", f"three {time.time()} ")
    p.expect(1, r"embed x\.txt: .*/x\.txt was changed during the build\n$", "build", ".", env={**shared, "PATH": p.path("bin") + ":" + p.env["PATH"]})
    p.expect(0, r"^three [0-9.]+ (more)+ 1\n$", "run", ".", env=shared)


def defined_variables(p):
    """-ldflags=-X: variables that the command line gives their first value."""
    p.write("m/go.mod", "module ex.org/m\n\ngo 1.26\n")
    p.write("m/p/p.go", 'package p\n\nvar V = "v"\n\nvar N = 1\n')
    p.write("m/main.go", """package main

import "ex.org/m/p"

type S string

var a string
var b, c = "b", "c" + "d"
var d = b
var e = f()
var s S
var n int

func f() string { return a + "f" }

func main() { println(a, b, c, d, e, s, n, p.V, p.N) }
""")
    values = {
        "": " b cd b f  0 v 1", "-X main.a=A -X main.b=B -X main.c=C -X main.d=D -X main.e=E -X ex.org/m/p.V=V": "A B C B Af  0 V 1",
        "-X 'main.a=two words' -X=main.b=1=2": "two words 1=2 cd 1=2 two wordsf  0 v 1", "-X main.a=1 -X main.a=2": "2 b cd b 2f  0 v 1",
        "-X main.nosuch=3 -X nosuch.x=3 -X ex.org/m.a=9 -X main.f=1 -X main.S=1": " b cd b f  0 v 1",
        "ex.org/m/p=-X main.a=1": " b cd b f  0 v 1", "all=-X main.a=1": "1 b cd b 1f  0 v 1",
    }
    for flags, text in values.items():
        p.expect(0, f"^{text}\n$", "run", "-C", "m", f"-ldflags={flags}", ".")
    errors = {
        "-X main.s=1 -X main.n=2 -X ex.org/m/p.N=3": "main.s: cannot set with -X: not a var of type string (type:main.S)\n"
        "main.n: cannot set with -X: not a var of type string (type:int)\nex.org/m/p.N: cannot set with -X: not a var of type string (type:int)",
        "-X": "link: -X flag requires argument of the form importpath.name=value", "-X a=1": "link: -X flag requires argument of the form importpath.name=value",
    }
    for flags, text in errors.items():
        p.expect(1, "^# ex.org/m\n" + re.escape(text) + "\n$", "build", "-C", "m", f"-ldflags={flags}", ".")
    p.expect(0, "", "build", "-C", "m", "-ldflags=-X", "./p")


def build_information(p):
    """What a program was built from: read by itself and by gol version; files that are no programs."""
    p.write("go.mod", "module ex.org/m\n\ngo 1.19\n")
    p.write("main.go", """package main

import "runtime/debug"

func main() {
	info, ok := debug.ReadBuildInfo()
	println(ok, info.GoVersion, info.Path, info.Main.Path, info.Main.Version, len(info.Deps))
	for _, s := range info.Settings {
		println(s.Key, s.Value)
	}
}
""")
    shared = user_cache()
    settings = ["-buildmode exe", "-compiler gol", "-ldflags -s -w", "-tags a,b", "CGO_ENABLED 0"]
    text = p.expect(0, "^true go1.26 ex.org/m ex.org/m \\(devel\\) 0\n", "run", "-ldflags=-s -w", "-tags=a b", ".", env=shared)
    lines = text.splitlines()[1:]
    same("of go 1.19", [line.startswith("DefaultGODEBUG asynctimerchan=1,") for line in lines[4:5]], [True])
    same("settings", lines[:4] + lines[5:6], settings)
    p.expect(0, "", "build", "-o", "prog", "-ldflags=-s -w", ".", env=shared)
    p.expect(0, "", "build", "-o", "pie", "-buildmode=pie", "-trimpath", ".", env=shared)
    same("version", p.expect(0, "", "version", "prog", "pie"), "prog: go1.26\npie: go1.26\n")
    p.expect(0, '^prog: go1.26\n\tpath\tex.org/m\n\tmod\tex.org/m\t\\(devel\\)\t\n\tbuild\t-buildmode=exe\n\tbuild\t-compiler=gol\n\tbuild\t-ldflags="-s -w"\n',
             "version", "-m", "prog")
    p.expect(0, '^{\n\t"GoVersion": "go1.26",\n\t"Path": "ex.org/m",\n\t"Main": {\n\t\t"Path": "ex.org/m",\n\t\t"Version": "\\(devel\\)"\n\t},\n\t"Settings": \\[\n',
             "version", "-m", "-json", "prog")
    p.write("main_test.go", 'package main\n\nimport "testing"\n\nfunc Test(t *testing.T) {}\n')
    p.expect(0, "", "test", "-c", "-o", "tests", ".", env=shared)
    p.expect(0, "^tests: go1.26\n\tpath\tex.org/m.test\n\tmod\tex.org/m\t\\(devel\\)\t\n\tbuild", "version", "-m", "tests")
    os.mkdir(p.path("d"))
    shutil.copy(p.path("prog"), p.path("d/prog"))
    p.write("d/text", "text\n")
    p.write("d/script", "#!/bin/sh\n")
    os.chmod(p.path("d/script"), 0o755)
    same("folder", p.expect(0, "", "version", "d"), "d/prog: go1.26\n")
    p.expect(0, "d/script: could not read Go build info from d/script: unrecognized file format\n", "version", "-v", "d")
    p.expect(1, "^stat nosuch: no such file or directory\n$", "version", "nosuch")
    p.expect(2, "^gol: 'gol version' only accepts -m flag with arguments\n$", "version", "-m")
    p.expect(2, "^gol: 'gol version' with -json flag requires -m flag\n$", "version", "-json", "prog")
    with open(p.path("prog"), "rb") as f:
        whole = f.read()
    at = whole.index(b"\xff Go buildinf:")
    for size in (0, 5, 63, 64, 1000, at + 8, at + 33, at + 60, len(whole) - 1):
        with open(p.path("cut"), "wb") as f:
            f.write(whole[:size])
        p.expect(1, "^$", "version", "-m", "cut")
    for where, what in ((at + 15, b"\0"), (at + 32, b"\xff\xff\xff\xff\xff\xff"), (at + 39, b"\xff\xff\xff\x7f"), (at, b"x"), (32, b"\xff" * 32)):
        with open(p.path("changed"), "wb") as f:
            f.write(whole[:where] + what + whole[where + len(what):])
        p.run("version", "-m", "changed")
        status, text = p.run("version", "changed")
        if status not in (0, 1) or "Sanitizer" in text:
            raise Failure(f"version of a changed program: {status} {text}")


TRACED = """package main

import (
	"os"
	"runtime"
	"time"
)

func work(in <-chan int, out chan<- int) {
	for n := range in {
		out <- n * n
	}
	close(out)
}

func main() {
	in, out := make(chan int), make(chan int)
	go work(in, out)
	sum := 0
	for i := 0; i < 50; i++ {
		in <- i
		sum += <-out
	}
	runtime.GC()
	time.Sleep(time.Millisecond)
	close(in)
	println(sum)
	switch len(os.Args) {
	case 2:
		os.Exit(3)
	case 3:
		panic("end")
	}
}
"""


def traced(p, *arguments, wanted=0):
    """The record that a run of the program writes, as gol trace has it in its page."""
    with subprocess.Popen([p.path("w"), *arguments], cwd=p.dir, env={**p.env, "GODEBUG": "goltrace=t.trace"}, stderr=subprocess.PIPE) as run:
        text = run.communicate(timeout=TIMEOUT)[1].decode()
    if run.returncode != wanted or "40425" not in text:
        raise Failure(f"a traced program: exit {run.returncode}: {text}")
    p.expect(0, r"^t\.trace\.html: \d+ events of \d+ processors in 0\.\d+ s$", "trace", "t.trace")
    data = json.loads(re.search(r"^const T = (\{.*?\});$", p.read("t.trace.html"), re.M | re.S).group(1))
    slices = [data["slices"][i:i + 6] for i in range(0, len(data["slices"]), 6)]
    if not all(s[1] >= 0 and 0 <= s[2] < data["procs"] for s in slices) or sum(s[3] == 1 for s in slices) < 10 or len(data["ready"]) < 150:
        raise Failure(f"the record of {arguments}: {data}")
    return data, slices


def traces(p):
    p.write("w.go", TRACED)
    p.expect(0, r"^$", "build", "-o", "w", "w.go")
    data, slices = traced(p)
    worker = [n for n in data["names"] if re.match(r"main\.main\.gowrap1\t.*w\.go:18$", n)]
    ends = [s[5] for s in slices if s[4] == 1]
    waits = {data["reasons"][str(reason)] for reason in ends}
    if not worker or not {"chan receive", "chan send", "sleep"} & waits or len(data["cycles"]) < 4 or len(data["stops"]) < 4:
        raise Failure(f"names {data['names']}, waits {waits}, collections {data['cycles']}, stops {data['stops']}")
    traced(p, "exit", wanted=3)
    traced(p, "panic", "now", wanted=2)
    with open(p.path("t.trace"), "rb") as f:
        whole = f.read()

    def trace_of(record, status, pattern):
        with open(p.path("x.trace"), "wb") as f:
            f.write(record)
        p.expect(status, pattern, "trace", "x.trace")

    trace_of(b"", 1, r"^gol trace: x\.trace: not a trace: GODEBUG=goltrace=FILE makes one$")
    trace_of(b"\x7fELF" * 100, 1, "not a trace")
    trace_of(whole[:8] + whole[8:16] + b"\x09" + whole[17:], 1, "a trace of version 9; this gol reads version 1")
    trace_of(whole[:-7], 0, "ends in the middle of a record")
    trace_of(whole[:64] + b"\xff" * 32 + whole[64:], 1, r"damaged at byte \d+")
    for i in range(0, len(whole), max(1, len(whole) // 60)):
        with open(p.path("x.trace"), "wb") as f:
            f.write(whole[:i] + bytes([whole[i] ^ 0x85]) + whole[i + 1:])
        status, text = p.run("trace", "-o", "-", "x.trace")
        if status not in (0, 1):
            raise Failure(f"a trace with byte {i} changed: exit {status}: {text[-300:]}")
    p.expect(1, r"none: No such file", "trace", "none")
    p.expect(1, r"\.: not a regular file", "trace", ".")
    p.expect(1, r"no/such: No such file", "trace", "-o", "no/such", "t.trace")
    p.expect(2, "is the trace itself", "trace", "-o", "./t.trace", "t.trace")
    p.expect(2, "invalid duration \"soon\"", "trace", "-from", "soon", "t.trace")
    p.expect(2, "^usage: gol trace", "trace", "-frmo=1s", "t.trace")
    p.expect(0, "^t.trace.html: 0 events", "trace", "-from=1h", "t.trace")
    more = struct.pack("<qQQIHBB", 10, 1, 5, 0, 2000, 5, 1)        # a slice of a processor that there cannot be
    trace_of(whole + more, 1, r"damaged at byte \d+")
    trace_of(whole + struct.pack("<qQQIHBB", -10, 1, 5, 0, 0, 5, 1), 1, r"damaged at byte \d+")
    trace_of(whole + struct.pack("<qQQIHBB", 10, 1, 5, 1 << 31, 0, 2, 0), 1, r"damaged at byte \d+")
    with open(p.path("x.trace"), "wb") as f:
        f.write(whole)
        f.truncate((1 << 30) + 64)
    p.expect(1, r"x\.trace: larger than a trace gets", "trace", "x.trace")
    with subprocess.Popen([p.path("w")], cwd=p.dir, env={**p.env, "GODEBUG": "goltrace=/dev/full"}, stderr=subprocess.PIPE) as run:
        text = run.communicate(timeout=TIMEOUT)[1].decode()
    if run.returncode != 0 or "40425" not in text or "goltrace: the record is not whole: No space left on device\n" not in text:
        raise Failure(f"a trace without room: exit {run.returncode}: {text}")
    with open(p.path("t.trace"), "rb") as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        with subprocess.Popen([p.path("w")], cwd=p.dir, env={**p.env, "GODEBUG": "goltrace=t.trace"}, stderr=subprocess.PIPE) as run:
            text = run.communicate(timeout=TIMEOUT)[1].decode()
    if run.returncode != 0 or "40425" not in text or "t.trace: another process writes it" not in text:
        raise Failure(f"a trace that another process writes: exit {run.returncode}: {text}")


BEATS = """package main

import "time"

func beat() {
	for {
		time.Sleep(20 * time.Millisecond)
	}
}

func main() {
	go beat()
	select {}
}
"""


def traces_of_killed(p):
    """What the last 100 ms did not bring is in the file; names of goroutines that began before the part that is asked for."""
    p.write("beats.go", BEATS)
    p.expect(0, r"^$", "build", "-o", "beats", "beats.go")
    with subprocess.Popen([p.path("beats")], cwd=p.dir, env={**p.env, "GODEBUG": "goltrace=b.trace"}) as run:
        end = time.monotonic() + TIMEOUT
        while not (os.path.exists(p.path("b.trace")) and os.path.getsize(p.path("b.trace")) > 200 * 32) and time.monotonic() < end:
            time.sleep(0.02)
        size = os.path.getsize(p.path("b.trace"))
        run.kill()
    if not 200 * 32 < size < 1024 * 32:
        raise Failure(f"a thread's buffer is written when it is full: {size} bytes")
    p.expect(0, r"^b\.trace\.html: \d+ events of \d+ processors in \d+\.\d+ s$", "trace", "b.trace")
    data = json.loads(re.search(r"^const T = (\{.*?\});$", p.read("b.trace.html"), re.M | re.S).group(1))
    p.expect(0, r"^part: \d+ events", "trace", "-from", f"{data['to'] // 2}ns", "-o", "part", "b.trace")
    part = json.loads(re.search(r"^const T = (\{.*?\});$", p.read("part"), re.M | re.S).group(1))
    names = [part["names"][n].split("\t")[0] for n in part["made"][2::4]]
    if part["from"] < data["to"] // 4 or names != ["main.beat"] or len(part["slices"]) >= len(data["slices"]):
        raise Failure(f"a part: from {part['from']} of {data['to']}, names {names}")


# Every function of this file that takes a place, and nothing else.
CASES = [f for f in list(globals().values()) if inspect.isfunction(f) and list(inspect.signature(f).parameters) == ["p"]]


def run_case(gol, case):
    with tempfile.TemporaryDirectory(prefix="gol-driver-") as folder:
        try:
            case(Place(gol, folder))
        except (Failure, subprocess.SubprocessError, OSError, AttributeError) as e:
            return f"FAIL {case.__name__}: {e}"
    return None


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--gol", default=os.path.join(HERE, "..", "gol"))
    p.add_argument("--only", metavar="REGEX", default="")
    args = p.parse_args()
    progress.heed_signals()
    cases = [c for c in CASES if re.search(args.only, c.__name__)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = progress.results("cases", [pool.submit(run_case, os.path.abspath(args.gol), c) for c in cases])
    failures = [r for r in results if r]
    for text in failures:
        print(text)
    print(f"driver: {len(cases) - len(failures)} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
