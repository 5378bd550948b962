"""Builds a program with gol and with go, runs it under the stress settings, and says where two results differ.

A program is {file name: text}, a module whose main package is its root. What it does under `go build` is right; where
no go is installed, what gol's one-version build does without stress. A Finding says what went wrong:

    rejected    go accepts what gol refuses            accepted    gol accepts what go refuses (mutants only)
    internal    gol says that it has failed itself     compiler    the C compiler complains
    crash       gol or a program ends by a signal      hang        one of them does not end
    differs     other output or exit status            go-hang     (no finding: the program is dropped)

A Worker has folders and caches of its own: both compilers keep objects of all they have built, so what a program adds
to a cache is removed before the next.
"""

import collections
import hashlib
import os
import re
import resource
import shutil
import subprocess

CPU_SECONDS = 20            # of a program under gol; a quarter of it under go
HANG_SECONDS = 2            # of one that is known to hang, while it is reduced
WALL_SECONDS = 90           # other work may hold the processors
BUILD_SECONDS, BUILD_WALL = 300, 1500       # the standard library may have to be compiled first
OUTPUT_BYTES = 4 << 20

# reflect's calls want libffi, as gol links it (docs/command.md)
BUNDLE_RUNTIME, BUNDLE_LIBRARIES = ["-DGOL_HAVE_FFI"], ["-lffi", "-lpthread", "-lm"]

Build = collections.namedtuple("Build", "versions level cc bundle flags")
Finding = collections.namedtuple("Finding", "kind build setting text reordered wanted", defaults=[False, None])  # reordered: the right lines; wanted: exit status
Plan = collections.namedtuple("Plan", "builds settings refusals")       # refusals: gol must refuse what go refuses


class Dropped(Exception):
    """A program that is no test: go refuses it, or it does not end, or prints what is not determined."""


def command_of(build):
    options = [f"-versions={build.versions}", f"-O{build.level}", f"-gcflags=-e {build.flags}".strip()]
    return options + (["-emit=c"] if build.bundle else [])


def limits(cpu):
    def set_limits():
        os.setsid()
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return set_limits


def observable(text):
    """What may be compared: no traceback, no addresses, no statistics."""
    text = re.split(r"\n\n?(?:runtime stack:\n|goroutine \d+ (?:gp=\S+ m=\S+ )?(?:mp=\S+ )?\[)", text)[0]
    text = re.sub(r"^(gol stress:|runtime: sp=).*\n?", "", text, flags=re.M)
    text = re.sub(r"\[signal SIGSEGV.*\]\n?", "", text)
    return re.sub(r"0x[0-9a-f]{6,}", "0xADDRESS", text).rstrip("\n")


class Worker:
    def __init__(self, gol, go, folder):
        self.gol, self.go, self.folder = gol, go, folder
        shutil.rmtree(folder, ignore_errors=True)
        self.source = os.path.join(folder, "source")
        os.makedirs(self.source)
        self.environment = {**os.environ, "GO111MODULE": "", "GOFLAGS": "", "GOTOOLCHAIN": "local", "GOTRACEBACK": "single"}
        self.caches = {}
        home = os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))
        self.copy_cache(os.path.join(home, "gol"), "xdg/gol", "XDG_CACHE_HOME", "xdg")
        if go:
            self.copy_cache(subprocess.check_output([go, "env", "GOCACHE"], text=True).strip(), "go-build", "GOCACHE", "go-build")
        self.counts = collections.Counter()

    # ---- folders ---------------------------------------------------------------------

    def copy_cache(self, old, name, variable, value):
        """By links, which both compilers allow: they write aside and rename."""
        new = os.path.join(self.folder, name)
        os.makedirs(new)
        if os.path.isdir(old) and subprocess.run(["cp", "-al", old + "/.", new], stderr=subprocess.DEVNULL).returncode:
            subprocess.run(["cp", "-a", old + "/.", new], check=True)
        self.environment[variable] = os.path.join(self.folder, value)
        self.caches[new] = None

    def keep_caches(self):
        """What the caches hold now stays; later additions go when a program is done."""
        for folder in self.caches:
            self.caches[folder] = {os.path.join(d, f) for d, _, files in os.walk(folder) for f in files}

    def clean(self):
        for folder, kept in self.caches.items():
            for d, _, files in os.walk(folder):
                for f in files if kept is not None else ():
                    path = os.path.join(d, f)
                    if path not in kept:
                        os.unlink(path)

    def write(self, program):
        shutil.rmtree(self.source)
        for name, text in {"go.mod": "module w\n\ngo 1.26\n", **program}.items():
            path = os.path.join(self.source, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", errors="surrogateescape") as f:
                f.write(text)

    # ---- commands --------------------------------------------------------------------

    def execute(self, command, cpu, wall, more=None):
        """(status, output); the status of what does not end is "hang", of what prints without end "flood"."""
        path = os.path.join(self.folder, "output")
        with open(path, "wb") as out:
            p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=self.source,
                                 env={**self.environment, **(more or {})}, preexec_fn=limits(cpu))
            try:
                status = p.wait(timeout=wall)
            except subprocess.TimeoutExpired:
                status = "hang"
            try:
                os.killpg(p.pid, 9)
            except ProcessLookupError:
                pass
            p.wait()
        with open(path, "rb") as f:
            text = f.read(OUTPUT_BYTES)
        if status in (-24, -9):
            status = "hang"
        elif len(text) == OUTPUT_BYTES:
            status = "flood"
        return status, text.decode("utf-8", "replace")

    def binary(self, name):
        return os.path.join(self.folder, name)

    def build_go(self):
        return self.execute([self.go, "build", "-o", self.binary("go.out"), "."], BUILD_SECONDS, BUILD_WALL)

    def build_gol(self, build):
        """(status, messages, Finding or None)."""
        target = self.binary("gol.out")
        folder = self.binary("bundle")
        shutil.rmtree(folder, ignore_errors=True)
        command = [self.gol, "build", *command_of(build), "-o", folder if build.bundle else target, "."]
        status, text = self.execute(command, BUILD_SECONDS, BUILD_WALL, {"CC": build.cc} if build.cc else None)
        self.counts[f"build {build.versions} -O{build.level}{' ' + build.cc if build.cc else ''}{' bundle' if build.bundle else ''}"] += 1
        if "internal compiler error" in text:
            return status, text, Finding("internal", build, None, text)
        if status == "hang":
            return status, text, Finding("hang", build, None, "the build does not end\n" + text)
        if status != 0 and status != 1 and status != 2:
            return status, text, Finding("crash", build, None, text)
        if status == 0 and text:
            return status, text, Finding("compiler", build, None, text)
        if status == 0 and build.bundle:
            status, text = self.build_bundle(folder, target, build)
            if status or text:
                return status, text, Finding("compiler", build, None, text)
        return status, text, None

    def build_bundle(self, folder, target, build):
        """The C of a program by a bare compiler; the runtime is compiled once for each of its texts."""
        cc = [build.cc or "gcc", f"-O{build.level}", "-Wall", "-Wextra"]
        with open(os.path.join(folder, "golrt.c"), "rb") as f:
            kept = self.binary(f"golrt-{hashlib.sha256(f.read() + repr(cc).encode()).hexdigest()[:16]}.o")
        if not os.path.exists(kept):
            status, text = self.execute([*cc, *BUNDLE_RUNTIME, "-c", "-o", kept, os.path.join(folder, "golrt.c")], BUILD_SECONDS, BUILD_WALL)
            if status or text:
                return status, text
        sources = [os.path.join(folder, f) for f in sorted(os.listdir(folder)) if f.endswith(".c") and f != "golrt.c"]
        return self.execute([*cc, "-o", target, *sources, kept, *BUNDLE_LIBRARIES], BUILD_SECONDS, BUILD_WALL)

    # ---- comparison ------------------------------------------------------------------

    def reference(self):
        """What go makes of the program: (status, output)."""
        status, text = self.build_go()
        if status:
            raise Dropped("go refuses: " + text)
        if not os.access(self.binary("go.out"), os.X_OK):
            raise Dropped("no package main")
        return self.run_go()

    def run_go(self):
        status, text = self.execute([self.binary("go.out")], CPU_SECONDS // 4, WALL_SECONDS)
        if status in ("hang", "flood"):
            raise Dropped("does not end under go")
        return status, observable(text)

    def run(self, setting, cpu=CPU_SECONDS):
        status, text = self.execute([self.binary("gol.out")], cpu, WALL_SECONDS,
                                    {"GOLSTRESS": setting + ",stats" if setting else ""})
        for name, value in re.findall(r"\b(freezes|moved|collections|preemptions|compared)=(\d+)", text):
            self.counts["stress " + name] += int(value)
        self.counts["run " + re.sub(r"[:=].*", "", setting or "plain")] += 1
        return status, observable(text)

    def check(self, program, plan):
        """The first Finding of a program, or None; raises Dropped."""
        self.write(program)
        want = None
        if self.go:
            try:
                want = self.reference()
            except Dropped as e:
                if not str(e).startswith("go refuses") or not plan.refusals:
                    raise
                return self.refused(plan.builds[0], str(e))
        for build in plan.builds:
            status, text, finding = self.build_gol(build)
            if not finding and status:
                if not want:
                    raise Dropped("gol refuses: " + text)
                finding = Finding("rejected", build, None, text)
            if finding:
                return finding
            for setting in plan.settings:
                got = self.run(setting)
                want = want or got
                self.counts["comparisons"] += 1
                if got != want:
                    return self.difference(build, setting, want, got)
        return None

    def refused(self, build, text):
        status, gol_text, finding = self.build_gol(build)
        return finding or (None if status else Finding("accepted", build, None, text))

    def difference(self, build, setting, want, got):
        import difflib
        lines = difflib.unified_diff(want[1].splitlines(), got[1].splitlines(), f"want (exit {want[0]})", f"got (exit {got[0]})", lineterm="", n=0)
        text = "\n".join(line[:300] for line in list(lines)[:12])
        kind = "hang" if got[0] == "hang" else "crash" if isinstance(got[0], int) and got[0] < 0 and got[0] != want[0] else "differs"
        reordered = kind == "differs" and got[0] == want[0] and sorted(got[1].splitlines()) == sorted(want[1].splitlines())
        return Finding(kind, build, setting, text or f"exit {got[0]}, want {want[0]}", reordered, want[0])
