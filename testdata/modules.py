#!/usr/bin/env python3
"""Modules: what gol says of go.mod, go.work, go.sum, vendor and the module cache, in Go's words.

    testdata/modules.py --gol ./gol [--only REGEX] [--jobs N]
    testdata/modules.py --oracle go [--update]          the same cases through an installed go; --update writes what it says

A case of modules/*.txt starts with "=== name", then settings, then files:

    run: build .            words for gol (default: build .); several lines: several runs, until one fails
    sums: all               lines of go.sum for the modules of the case: all (default), none, or "P@V" for a zip and "P@V/go.mod"
    cache: all              what is in the module cache: all (default), none, mods (go.mod files only)
    env: NAME=value         $W stands for the case's folder, $PROXY for a GOPROXY that has the modules
    dir: sub                working directory, in the folder m where the files are
    exit: 1                 (default: 1)
    only: gol               not for --oracle: what Go has not
    -- go.mod --            a file of the main module
    -- a.com/x@v1.0.0/x.go --       a file of a module in cache and proxy; without go.mod it gets one
    -- hash a.com/x@v1.0.0 --       what .ziphash says instead of the truth
    -- output --            standard error, then standard output; $W, $C (cache) and $T (Go source tree) for folders

Nothing here needs the network or an installed go.
"""

import argparse
import base64
import concurrent.futures
import difflib
import glob
import hashlib
import io
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = os.path.join(os.path.dirname(HERE), "build")
STDLIB = os.path.join(os.path.dirname(HERE), "stdlib")
FILE = re.compile(r"^-- (.*) --$")
SETTING = re.compile(r"^(run|sums|cache|env|dir|exit|only): ?(.*)$")


class Case:
    def __init__(self, path, name):
        self.path, self.name = path, name
        self.run, self.env, self.sums, self.cache, self.dir, self.exit = [], [], ["all"], "all", ".", 1
        self.files, self.modules, self.hashes, self.output, self.only = {}, {}, {}, "", ""

    def setting(self, key, value):
        if key in ("run", "env"):
            getattr(self, key).append(value)
        elif key == "exit":
            self.exit = int(value)
        else:
            setattr(self, key, value.split() if key == "sums" else value)

    def file(self, name, text):
        module = re.match(r"^([^ ]+@v[^/]+)/(.*)$", name)
        if name == "output":
            self.output = text
        elif name.startswith("hash "):
            self.hashes[name[5:]] = text.strip()
        elif module:
            self.modules.setdefault(module[1], {})[module[2]] = text
        else:
            self.files[name] = text


def read_cases(path):
    cases, case, name, lines = [], None, None, []
    for line in open(path):
        line = line.rstrip("\n")
        file, setting = FILE.match(line), SETTING.match(line)
        if line.startswith("=== ") or file:
            if name:
                case.file(name, "".join(l + "\n" for l in lines))
            name, lines = None, []
        if line.startswith("=== "):
            case = Case(path, line[4:])
            cases.append(case)
        elif file:
            name = file[1]
        elif name:
            lines.append(line)
        elif case and setting:
            case.setting(setting[1], setting[2])
    if name:
        case.file(name, "".join(l + "\n" for l in lines))
    return cases


# ---- proxies and caches ----------------------------------------------------------------------------------


def escape(text):
    return re.sub("[A-Z]", lambda m: "!" + m[0].lower(), text)


def h1(files):
    lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return "h1:" + base64.b64encode(hashlib.sha256(lines.encode()).digest()).decode()


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())


class Module:
    def __init__(self, name, files):
        self.name = name
        self.path, self.version = name.split("@")
        self.go_mod = files.get("go.mod", f"module {self.path}\n")
        self.files = {f"{name}/{n}": t.encode() for n, t in files.items()}
        self.zip_hash, self.mod_hash = h1(self.files), h1({"go.mod": self.go_mod.encode()})

    def download(self, folder, parts, hash_text=None):
        base = f"{folder}/{escape(self.path)}/@v/{escape(self.version)}"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as z:
            for name, data in self.files.items():
                z.writestr(name, data)
        texts = {"mod": self.go_mod, "info": '{"Version":"%s","Time":"2020-01-01T00:00:00Z"}' % self.version, "zip": packed.getvalue(),
                 "ziphash": hash_text or self.zip_hash}
        for part in parts:
            write(f"{base}.{part}", texts[part])

    def unpack(self, cache):
        for name, data in self.files.items():
            write(f"{cache}/{escape(self.path)}@{escape(self.version)}/{name[len(self.name) + 1:]}", data)


def prepare(case, folder):
    modules = [Module(name, files) for name, files in case.modules.items()]
    cache, proxy = f"{folder}/cache", f"{folder}/proxy"
    os.makedirs(f"{folder}/m")
    os.makedirs(cache)
    for m in modules:
        m.download(proxy, ("mod", "info", "zip"))
        with open(f"{proxy}/{escape(m.path)}/@v/list", "a") as f:
            f.write(m.version + "\n")
        if case.cache in ("all", "mods"):
            m.download(f"{cache}/cache/download", ("mod", "info") if case.cache == "mods" else ("mod", "info", "zip", "ziphash"), case.hashes.get(m.name))
        if case.cache == "all":
            m.unpack(cache)
    lines = [f"{m.path} {m.version} {m.zip_hash}\n" for m in modules if "all" in case.sums or m.name in case.sums]
    lines += [f"{m.path} {m.version}/go.mod {m.mod_hash}\n" for m in modules if "all" in case.sums or m.name + "/go.mod" in case.sums]
    for name, text in case.files.items():
        write(f"{folder}/m/{name}", text)
    if lines and "go.sum" not in case.files:
        write(f"{folder}/m/go.sum", "".join(sorted(lines)))


# ---- running ----------------------------------------------------------------------------------------------


TREE = ""           # the Go source tree in use


def normal(text, folder, oracle):
    text = text.replace(f"{folder}/cache", "$C").replace(folder, "$W").replace(TREE or "$T", "$T").replace(STDLIB, "$T/src")
    if oracle:
        text = re.sub(r"^go: ", "gol: ", text, flags=re.M)
        text = re.sub(r"\(running go 1\.26\.\d+;", "(running go 1.26;", text)
        text = re.sub(r"\(toolchain is go1\.26\.\d+\)", "(toolchain is go1.26)", text)
        text = re.sub(r"^go(\w+: build output|: build)", r"gol\1", text, flags=re.M)
    return text


def run(case, command, oracle):
    os.makedirs(WORK, exist_ok=True)            # not in /tmp: there may be a go.mod
    folder = os.path.realpath(tempfile.mkdtemp(prefix="modules-", dir=WORK))
    try:
        prepare(case, folder)
        cache = os.environ.get("GOLCACHE") or os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "gol")
        env = {"PATH": os.environ["PATH"], "HOME": folder, "GOLCACHE": cache, "GOMODCACHE": f"{folder}/cache", "GOPROXY": "off", "GONOSUMDB": "*",
               "GOFLAGS": "-modcacherw", "GOTOOLCHAIN": "local", "GOCACHE": os.path.expanduser("~/.cache/go-build"), "TMPDIR": "/tmp"}
        if "GOROOT" in os.environ:
            env["GOROOT"] = os.environ["GOROOT"]
        for line in case.env:
            name, _, value = line.partition("=")
            value = value.replace("$PROXY", f"file://{folder}/proxy").replace("$W", folder)
            env[name] = f"-modcacherw {value}" if name == "GOFLAGS" else value
        output, status = "", 0
        for words in case.run or ["build ."]:
            p = subprocess.run([command] + words.split(), cwd=f"{folder}/m/{case.dir}", env=env, stdin=subprocess.DEVNULL,
                               capture_output=True, text=True, errors="replace", timeout=300)
            output += p.stderr + p.stdout
            status = p.returncode
            if status:
                break
        return status, normal(output, folder, oracle)
    finally:
        for dir, _, _ in os.walk(folder):
            os.chmod(dir, stat.S_IRWXU)
        shutil.rmtree(folder, ignore_errors=True)


def check(case, command, oracle):
    try:
        status, output = run(case, command, oracle)
    except subprocess.TimeoutExpired:
        return case, None, "no end after 300 s", ""
    faults = [f"exit status {status}, not {case.exit}"] if status != case.exit else []
    if output != case.output:
        faults += difflib.unified_diff(case.output.splitlines(), output.splitlines(), "wanted", "got", lineterm="")
    return case, status, "\n".join(faults), output


def update(path, results):
    """Writes outputs and exit statuses of an installed go into a file of cases."""
    text = open(path).read()
    parts = re.split(r"^(?==== )", text, flags=re.M)
    for i, part in enumerate(parts):
        name = part[4:].split("\n", 1)[0]
        if name not in results:
            continue
        status, output = results[name]
        part = re.sub(r"^-- output --\n(?s:.*?)(?=^-- |\Z)", "", part, flags=re.M).rstrip("\n") + "\n"
        part = re.sub(r"^exit: .*\n", "", part, flags=re.M)
        if status != 1:
            part = part.replace("\n", f"\nexit: {status}\n", 1)
        parts[i] = part + "-- output --\n" + output + ("" if output.endswith("\n") or not output else "\n")
    with open(path, "w") as f:
        f.write("".join(parts))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--gol", default="./gol")
    p.add_argument("--oracle")
    p.add_argument("--update", action="store_true")
    p.add_argument("--only", default="")
    p.add_argument("--jobs", type=int, default=os.cpu_count())
    args = p.parse_args()
    cases = [c for path in sorted(glob.glob(os.path.join(HERE, "modules", "*.txt"))) for c in read_cases(path)]
    cases = [c for c in cases if re.search(args.only, c.name) and not (args.oracle and c.only == "gol")]
    command = args.oracle or os.path.abspath(args.gol)
    global TREE
    TREE = subprocess.run([command, "env", "GOROOT"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    failed, results = 0, {}
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for case, status, faults, output in pool.map(lambda c: check(c, command, bool(args.oracle)), cases):
            results.setdefault(case.path, {})[case.name] = (status, output)
            if faults and not args.update:
                failed += 1
                print(f"FAIL {os.path.basename(case.path)}: {case.name}\n{faults}")
    if args.update:
        for path, of_path in results.items():
            update(path, of_path)
    print(f"modules: {len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
