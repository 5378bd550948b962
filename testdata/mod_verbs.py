#!/usr/bin/env python3
"""Verbs by programs of the Go source tree that gol compiles: gol mod tidy, get, work ... by cmd/go; gol vet; gol doc; gol list -f.

    testdata/mod_verbs.py --gol ./gol [--oracle go] [--only REGEX]

A case is a list of commands in a folder, with modules from a proxy that is a folder of files. Each case says how the commands
end and what is then in some files. With --oracle every case is run by go too, in a folder of its own: output (both
streams), exit statuses and all files must be equal. cmd/go takes minutes to compile the first time (`make check-tools`).
"""

import argparse
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))

# Reports what panic(nil) is, which depends on the go line.
PROGRAM_C = """package main

import (
	"fmt"
	"os"

	"example.com/a"
)

func main() {
	defer func() {
		fmt.Println("c of a", a.A, os.Args[1:], recover())
	}()
	panic(nil)
}
"""

# Modules of the proxy: files by module and version.
MODULES = {
    ("example.com/a", "v1.0.0"): {"go.mod": "module example.com/a\n\ngo 1.18\n\nrequire example.com/b v1.0.0\n",
                                  "a.go": 'package a\n\nimport "example.com/b"\n\nconst A = b.B + 1\n'},
    ("example.com/a", "v1.1.0"): {"go.mod": "module example.com/a\n\ngo 1.18\n\nrequire example.com/b v1.1.0\n",
                                  "a.go": 'package a\n\nimport "example.com/b"\n\nconst A = b.B + 2\n', "LICENSE": "free\n"},
    ("example.com/b", "v1.0.0"): {"go.mod": "module example.com/b\n\ngo 1.18\n", "b.go": "package b\n\nconst B = 1\n"},
    ("example.com/b", "v1.1.0"): {"go.mod": "module example.com/b\n\ngo 1.18\n", "b.go": "package b\n\nconst B = 10\n",
                                  "sub/sub.go": "package sub\n\nconst S = 5\n"},
    ("example.com/c", "v1.0.0"): {"go.mod": "module example.com/c\n\ngo 1.18\n\nrequire example.com/a v1.0.0\n\nrequire example.com/b v1.0.0 // indirect\n", "c.go": PROGRAM_C},
    ("example.com/c", "v1.1.0"): {"go.mod": "module example.com/c\n\ngo 1.18\n\nrequire example.com/a v1.0.0\n\nrequire example.com/b v1.0.0 // indirect\n", "c.go": PROGRAM_C, "d/d.go": PROGRAM_C},
    ("example.com/replaces", "v1.0.0"): {"go.mod": "module example.com/replaces\n\ngo 1.18\n\nreplace example.com/b => ../b\n", "r.go": "package main\n\nfunc main() {}\n"},
}

GO_MOD = "module m\n\ngo 1.18\n"
USES_A = 'package main\n\nimport "example.com/a"\n\nfunc main() { println(a.A) }\n'
SUMS_A = {"example.com/a v1.1.0 h1:", "example.com/a v1.1.0/go.mod h1:", "example.com/b v1.1.0 h1:", "example.com/b v1.1.0/go.mod h1:"}


class Case:
    """files: what is there; commands: (words, exit status, regular expression for the output); then: what files hold."""

    def __init__(self, name, files, commands, then=None, env=None):
        self.name, self.files, self.commands, self.then, self.env = name, files, commands, then or {}, env or {}


CASES = [
    Case("init", {"main.go": "package main\n\nfunc main() {}\n"},
         [("mod init example.com/m", 0, r"creating new go.mod: module example.com/m"), ("mod init example.com/m", 1, r"go.mod already exists"),
          ("mod init", 1, "go.mod already exists")], {"go.mod": r"^module example.com/m\n\ngo 1\.\d+"}),
    Case("init_without_path", {"x.txt": ""}, [("mod init", 1, r"cannot determine module path for source directory"), ("mod init bad path", 1, ".")]),
    Case("tidy", {"go.mod": GO_MOD, "main.go": USES_A},
         [("mod tidy", 0, r"finding module for package example.com/a\n(?s:.*)found example.com/a in example.com/a v1.1.0"), ("mod tidy", 0, "^$")],
         {"go.mod": r"example.com/a v1.1.0\n(?s:.*)example.com/b v1.1.0 // indirect", "go.sum": SUMS_A}),
    Case("tidy_removes", {"go.mod": GO_MOD + "\nrequire example.com/b v1.0.0\n", "main.go": "package main\n\nfunc main() {}\n"},
         [("mod tidy -v", 0, r"unused example.com/b")], {"go.mod": r"^module m\n\ngo 1.18\n$"}),
    Case("tidy_of_missing", {"go.mod": GO_MOD, "main.go": 'package main\n\nimport _ "example.com/nosuch"\n\nfunc main() {}\n'},
         [("mod tidy", 1, r"m imports\n\texample.com/nosuch: .*(no such file or directory|404 Not Found|cannot find module)")]),
    Case("offline", {"go.mod": GO_MOD, "main.go": USES_A}, [("mod tidy", 1, "module lookup disabled by GOPROXY=off")], env={"GOPROXY": "off"}),
    Case("syntax", {"go.mod": "module m\n\nrequire (\n", "main.go": USES_A}, [("mod tidy", 1, r"go.mod:\d+:?.*(unexpected|syntax)"), ("mod graph", 1, "go.mod")]),
    Case("edit", {"go.mod": GO_MOD},
         [("mod edit -require=example.com/b@v1.0.0 -replace=example.com/b=../b -exclude=example.com/a@v1.0.0", 0, "^$"), ("mod edit -json", 0, '"Path": "m"'),
          ("mod edit -print", 0, "exclude example.com/a v1.0.0"), ("mod edit -require=example.com/b", 1, "need path@version"), ("mod edit -nosuch", 2, "flag provided but not defined: -nosuch")],
         {"go.mod": r"require example.com/b v1.0.0\n\nreplace example.com/b => ../b"}),
    Case("get", {"go.mod": GO_MOD, "main.go": USES_A},
         [("get example.com/a@v1.0.0", 0, "added example.com/a v1.0.0"), ("get example.com/a", 0, "^"), ("get example.com/a@upgrade", 0, ""),
          ("get example.com/b@v1.0.0", 0, r"downgraded example.com/a v1.1.0 => v1.0.0"), ("get example.com/a@none", 0, "removed example.com/a"),
          ("get example.com/a@v9.9.9", 1, r"example.com/a@v9.9.9: (reading|invalid)"), ("get example.com/nosuch/x", 1, "example.com/nosuch")],
         {"go.mod": r"require example.com/b v1.0.0"}),
    Case("get_u", {"go.mod": GO_MOD + "\nrequire (\n\texample.com/a v1.0.0\n\texample.com/b v1.0.0 // indirect\n)\n", "main.go": USES_A},
         [("get -u ./...", 0, "upgraded example.com/a v1.0.0 => v1.1.0")], {"go.sum": SUMS_A}),
    Case("graph_and_why", {"go.mod": GO_MOD, "main.go": USES_A},
         [("mod tidy", 0, ""), ("mod graph", 0, r"m example.com/a@v1.1.0\n"), ("mod why example.com/b", 0, r"^# example.com/b\nm\nexample.com/a\nexample.com/b\n$"),
          ("mod why -m example.com/a", 0, "# example.com/a\nm\nexample.com/a\n"), ("mod why fmt", 0, "# fmt\n"), ("mod graph x", 1, "mod graph: graph takes no arguments|go: ")]),
    Case("vendor", {"go.mod": GO_MOD, "main.go": USES_A},
         [("mod vendor", 1, r"no required module provides package example.com/a"), ("mod tidy", 0, ""), ("mod vendor -v", 0, "# example.com/a v1.1.0\n(## .*\n)?example.com/a\n"), ("mod vendor", 0, "^$")],
         {"vendor/modules.txt": r"# example.com/a v1.1.0\n## explicit; go 1.18\nexample.com/a\n", "vendor/example.com/a/LICENSE": "free"}),
    Case("vendor_nothing", {"go.mod": GO_MOD, "main.go": "package main\n\nfunc main() {}\n"}, [("mod vendor", 0, "no dependencies to vendor")]),
    Case("work", {"one/go.mod": "module one\n\ngo 1.18\n", "one/one.go": "package one\n", "two/go.mod": "module two\n\ngo 1.18\n", "two/two.go": "package two\n"},
         [("work init one", 0, "^$"), ("work use ./two", 0, "^$"), ("work edit -json", 0, '"DiskPath": "./one"'), ("work sync", 0, "^$"), ("work init", 1, "go.work already exists"),
          ("work use ./three", 1, "three"), ("work nosuch", 2, "unknown command")], {"go.work": r"use \(\n\t./one\n\t./two\n\)"}),
    Case("commands", {"go.mod": GO_MOD}, [("mod nosuch", 2, "go mod.*: unknown command"), ("get -nosuch", 2, "flag provided but not defined: -nosuch"), ("mod why", 0, "matched no packages")]),
    Case("sums", {"go.mod": GO_MOD + "\nrequire example.com/b v1.0.0\n", "go.sum": "example.com/b v1.0.0 h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
                  "main.go": 'package main\n\nimport "example.com/b"\n\nfunc main() { println(b.B) }\n'}, [("mod tidy", 1, "SECURITY ERROR")]),
]

# What vet finds, in a module of its own.
VET_FILES = {
    "go.mod": "module example.com/m\n\ngo 1.18\n",
    "a/a.go": """package a

import (
\t"context"
\t"fmt"
\t"log"
\t"sync"

\t"example.com/m/b"
)

type locked struct{ mu sync.Mutex }

func copies(l locked) { fmt.Printf("%d\\n", "text") }

func Use(ctx context.Context) {
\tctx, _ = context.WithCancel(ctx)
\tlog.Printf("%s %s", "one")
\tb.Logf("%d", "two")
\t_ = ctx
\tx := 1
\tx = x
\treturn
\tprintln(x)
}
""",
    "a/in_test.go": """package a

import "testing"

func Testsmall(t *testing.T) {}

func TestIn(t *testing.T) { t.Errorf("%d", "three") }

func Reexport(format string, args ...any) { logf(format, args...) }

func logf(format string, args ...any) { panic(format) }
""",
    "a/out_test.go": """package a_test

import (
\t"testing"

\t"example.com/m/a"
\t"example.com/m/user"
)

func TestOut(t *testing.T) {
\ta.Reexport("")
\tuser.Print("%d", "four")
\tt.Fatalf("%s")
}
""",
    "b/b.go": """package b

import "fmt"

func Logf(format string, args ...any) { fmt.Println(fmt.Sprintf(format, args...)) }
""",
    "user/user.go": """package user

import (
\t"example.com/m/a"
\t"example.com/m/b"
)

func Print(format string, args ...any) {
\ta.Use(nil)
\tb.Logf(format, args...)
}
""",
    "tags/t.go": "// +build linux\n\npackage tags\n",
    "clean/c.go": "package clean\n\nfunc C() int { return 1 }\n",
    "bad/bad.go": "package bad\n\nfunc f() { undefined() }\n",
    "syntax/s.go": "package syntax\n\nfunc f( {\n",
    "on/on.go": 'package on\n\nimport _ "example.com/m/bad"\n',
    "only/o_test.go": 'package only\n\nimport "testing"\n\nfunc TestO(t *testing.T) { t.Logf("%d", "x") }\n',
    "empty/x.txt": "",
}

CASES += [
    Case("vet", VET_FILES,
         [("vet ./a", 1, r"a/a.go:14:37: .*%d .*(?s:.*)a/out_test.go:13:\d+: .*%s"), ("vet ./b ./clean", 0, "^$"), ("vet ./user", 0, "^$"), ("vet ./tags", 0, "^$"),
          ("vet -printf ./a", 1, "a/a.go:14"), ("vet -printf=false ./a", 1, "copies passes lock by value"), ("vet -copylocks -assign ./a", 1, "self-assignment"),
          ("vet -c=1 ./only", 1, "o_test.go:5:.*\n4\t\n5\tfunc TestO"), ("vet -c 0 ./only", 1, "\n5\tfunc TestO"), ("vet -printf.funcs=Print ./user ./a", 1, "a/a.go"), ("vet ./only", 1, "only/o_test.go:5"),
          ("vet -unusedresult.funcs x ./clean", 0, "^$"), ("vet -json ./only ./clean", 0, '"printf": \\[')]),
    Case("vet_flags", VET_FILES,
         [("vet -nosuch ./a", 2, "flag provided but not defined: -nosuch"), ("vet ./nosuch", 1, "nosuch"), ("vet ./empty", 1, "no Go files in"), ("vet ./empty/...", 1, "no packages to vet|matched no packages"),
          ("vet -printf=x ./a", 2, "invalid boolean value"), ("vet -V=full", 2, "invalid boolean value"), ("vet -tags=x,y -v ./clean", 0, "")]),
    Case("vet_broken", VET_FILES, [("vet ./bad", 1, "# example.com/m/bad\n(# .*\n)?vet: bad/bad.go:3:12: undefined: undefined"), ("vet ./syntax", 1, "syntax/s.go:3:9: "),
                                   ("vet ./bad ./only", 1, "only/o_test.go:5")]),
    Case("doc", {**VET_FILES, "d/d.go": "// Package d is documented.\npackage d\n\n// F does it.\nfunc F() {}\n"},
         [("doc ./d", 0, "Package d is documented"), ("doc ./d F", 0, "F does it"), ("doc -src ./d.F", 0, "func F"), ("doc example.com/m/d", 0, "package d"), ("doc fmt.Println", 0, "func Println"),
          ("doc ./d nosuch", 1, "no symbol nosuch"), ("doc nosuch.example/x", 1, "no such package|doc: "), ("doc -C d .", 0, "package d")]),
    Case("list_versions", {"go.mod": GO_MOD, "main.go": USES_A},
         [("mod tidy", 0, ""), ("list -m -versions example.com/a", 0, "^example.com/a v1.0.0 v1.1.0\n$"), ("list -m -u all", 0, "example.com/a v1.1.0"),
          ("list -m example.com/b@latest", 0, "^example.com/b v1.1.0\n$"), ("list -m -f {{.Path}}={{.Version}} all", 0, "example.com/a=v1.1.0"),
          ("list -f {{.ImportPath}}{{range.Imports}}_{{.}}{{end}} ./...", 0, "^m_example.com/a\n$"), ("list -f {{join.Deps(\",\")}} .", 1, "template: main:1"),
          ("list -f {{.Nosuch}} .", 1, "can't evaluate field Nosuch"), ("list -f {{.Module}} example.com/a", 0, "^example.com/a v1.1.0\n$"), ("list -f {{if.Standard}}x{{end}} .", 0, "^$")]),
    Case("at_version", {"x.txt": ""},
         [("install example.com/c@v1.0.0", 0, "^go: downloading example.com/c v1.0.0\n"), ("run example.com/c@latest one", 0, r"\nc of a 2 \[one\] <nil>\n$"), ("run example.com/c/d@v1.1.0", 0, r"^c of a 2 \[\] <nil>\n$"),
          ("install example.com/c/d@latest example.com/c@latest", 0, "^$"), ("install example.com/c@v1.0.7", 1, "unknown revision|no such file"), ("run example.com/c/d@v1.0.0", 1, "does not contain package example.com/c/d"), ("run example.com/c/v9@latest", 1, "example.com/c/v9@latest: "),
          ("install example.com/c@v1.0.0 example.com/c@v1.1.0", 1, "all arguments must refer to packages in the same module at the same version"),
          ("install example.com/c@", 1, "version must not be empty"), ("install example.com/replaces@v1.0.0", 1, "more replace directives"), ("install fmt@v1.0.0", 1, "must not be a package in the standard library")]),
]

INFO = '{"Version":"%s","Time":"2024-01-02T03:04:05Z"}'


def make_proxy(folder):
    """The proxy's folder: PATH/@v/{list,V.info,V.mod,V.zip}."""
    versions = {}
    for (path, version), files in MODULES.items():
        at = os.path.join(folder, path, "@v")
        os.makedirs(at, exist_ok=True)
        versions.setdefault(at, []).append(version)
        base = os.path.join(at, version)
        for end, text in ((".info", INFO % version), (".mod", files["go.mod"])):
            with open(base + end, "w") as f:
                f.write(text)
        with zipfile.ZipFile(base + ".zip", "w") as z:
            for name, text in files.items():
                z.writestr(f"{path}@{version}/{name}", text)
    for at, list_ in versions.items():
        with open(os.path.join(at, "list"), "w") as f:
            f.write("".join(v + "\n" for v in list_))


def remove(folder):
    """Folders of the module cache cannot be written to."""
    for at, _, _ in os.walk(folder):
        os.chmod(at, stat.S_IRWXU)
    shutil.rmtree(folder)


def run_commands(case, program, proxy, folder):
    """[(exit status, output)], {file: text}. GOROOT is set: without it Go's doc says other things of packages that are not there."""
    goroot = subprocess.run([program, "env", "GOROOT"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    work = os.path.join(folder, "m")
    for name, text in case.files.items():
        os.makedirs(os.path.dirname(os.path.join(work, name)), exist_ok=True)
        with open(os.path.join(work, name), "w") as f:
            f.write(text)
    env = {**os.environ, "GOPROXY": "file://" + proxy, "GOSUMDB": "off", "GOFLAGS": "", "GOWORK": "", "GO111MODULE": "", "GOTOOLCHAIN": "local",
           "GOROOT": goroot, "GOENV": "off", "GOPATH": os.path.join(folder, "gopath"), "GOMODCACHE": os.path.join(folder, "cache"), **case.env}
    results = []
    for words, _, _ in case.commands:
        p = subprocess.run([program, *words.split()], cwd=work, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        text = p.stdout.replace(folder, "FOLDER").replace(proxy, "PROXY")
        text = re.sub(r"\bgol(?=:| vet| list| mod| tool| help)", "go", text)      # gol's own words
        if words.startswith("vet") and " -c=" not in words and " -c " not in words:
            text = "".join(sorted(text.splitlines(True)))
        results.append((p.returncode, text))
    files = {}
    for at, _, names in os.walk(work):
        for name in names:
            path = os.path.join(at, name)
            with open(path) as f:
                files[os.path.relpath(path, work)] = f.read()
    return results, files


def check_case(case, results, files):
    failures = []
    for (words, status, pattern), (got, text) in zip(case.commands, results):
        if got != status or not re.search(pattern, text):
            failures.append(f"{words}: exit {got}, want {status} and {pattern!r}:\n{text}")
    for name, wanted in case.then.items():
        text = files.get(name, "")
        if isinstance(wanted, set):
            missing = [w for w in wanted if w not in text]
            if missing:
                failures.append(f"{name}: lacks {missing}:\n{text}")
        elif not re.search(wanted, text):
            failures.append(f"{name}: want {wanted!r}:\n{text}")
    return failures


def compare(case, ours, theirs):
    failures = []
    for (words, _, _), a, b in zip(case.commands, ours[0], theirs[0]):
        if a != b:
            failures.append(f"{words}: gol exit {a[0]}:\n{a[1]}go exit {b[0]}:\n{b[1]}")
    for name in sorted(set(ours[1]) | set(theirs[1])):
        if ours[1].get(name) != theirs[1].get(name):
            failures.append(f"{name}: gol:\n{ours[1].get(name)}\ngo:\n{theirs[1].get(name)}")
    return failures


def run_case(case, args, proxy):
    failures = []
    folders = [tempfile.mkdtemp(prefix="gol-mod-") for _ in range(2)]
    try:
        ours = run_commands(case, os.path.abspath(args.gol), proxy, folders[0])
        failures += check_case(case, *ours)
        if args.oracle:
            failures += compare(case, ours, run_commands(case, args.oracle, proxy, folders[1]))
    finally:
        for folder in folders:
            remove(folder)
    return [f"FAIL {case.name}: {text}" for text in failures]


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--gol", default=os.path.join(HERE, "..", "gol"))
    p.add_argument("--oracle", metavar="GO", help="a go command of the tree's release, to compare with")
    p.add_argument("--only", metavar="REGEX", default="")
    args = p.parse_args()
    cases = [c for c in CASES if re.search(args.only, c.name)]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="gol-proxy-") as proxy:
        make_proxy(proxy)
        for case in cases:
            texts = run_case(case, args, proxy)
            failed += bool(texts)
            for text in texts:
                print(text)
    print(f"mod_verbs: {len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
