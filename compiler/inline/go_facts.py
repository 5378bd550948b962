#!/usr/bin/env python3
"""go_facts.py - makes go_facts.def: what Go 1.26 does with functions of its standard library that gol has itself.

    compiler/inline/go_facts.py [--gol ./gol] [PACKAGE...] > go_facts.new; mv go_facts.new compiler/inline/go_facts.def
    compiler/inline/go_facts.py --check

For every exported function and method of a package of stdlib/ a function is written that does nothing but call it, and both compilers
say of it what -gcflags=-m=2 says: which calls are replaced, what is allocated, what parameters leak. Where they agree, there is no row.
Costs are those of `go build -gcflags=-m=2 PACKAGE`. Needs Go 1.26 for amd64, and a built gol, which is told to know no facts.

--check: the rows that are there name functions that are in stdlib/; needs neither.
"""
import argparse, collections, os, re, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TABLE = os.path.join(ROOT, "compiler/inline/go_facts.def")
LINE = re.compile(r"^(?:\S*/)?([^/:\s]+):(\d+):(\d+): (.*)$")

# prints, for each function: its name as remarks have it, the function that calls it
CALLERS = r'''
package main

import (
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"sort"
	"strings"
)

func main() {
	exports := map[string]string{}
	data, _ := os.ReadFile(os.Args[1])
	for _, line := range strings.Split(string(data), "\n") {
		if name, file, ok := strings.Cut(strings.TrimPrefix(line, "packagefile "), "="); ok {
			exports[name] = file
		}
	}
	imp := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	pkg, err := imp.Import(os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	imports := map[string]string{}
	hidden := false
	qualify := func(p *types.Package) string {
		imports[p.Path()] = p.Name()
		return p.Name()
	}
	var look func(t types.Type, depth int)
	look = func(t types.Type, depth int) {
		if depth > 6 {
			return
		}
		switch t := t.(type) {
		case *types.Named:
			hidden = hidden || t.Obj().Pkg() != nil && (!t.Obj().Exported() || strings.Contains(t.Obj().Pkg().Path(), "internal/"))
			for i := 0; i < t.TypeArgs().Len(); i++ {
				look(t.TypeArgs().At(i), depth+1)
			}
		case *types.Alias:
			hidden = hidden || t.Obj().Pkg() != nil && !t.Obj().Exported()
		case interface{ Elem() types.Type }:
			look(t.Elem(), depth+1)
		case *types.Signature:
			look(t.Params(), depth+1)
			look(t.Results(), depth+1)
		case *types.Tuple:
			for i := 0; i < t.Len(); i++ {
				look(t.At(i).Type(), depth+1)
			}
		}
	}
	var names, bodies []string
	add := func(f *types.Func, recv types.Type, name string) {
		sig := f.Type().(*types.Signature)
		if !f.Exported() || sig.TypeParams().Len() > 0 || sig.RecvTypeParams().Len() > 0 {
			return
		}
		hidden = false
		look(sig.Params(), 0)
		look(sig.Results(), 0)
		if hidden {
			return
		}
		var params, args, results []string
		if recv != nil {
			params = append(params, "a0 "+types.TypeString(recv, qualify))
		}
		for i := 0; i < sig.Params().Len(); i++ {
			n := fmt.Sprintf("a%d", len(params))
			text := types.TypeString(sig.Params().At(i).Type(), qualify)
			if sig.Variadic() && i == sig.Params().Len()-1 {
				text = "..." + strings.TrimPrefix(text, "[]")
				args = append(args, n+"...")
			} else {
				args = append(args, n)
			}
			params = append(params, n+" "+text)
		}
		for i := 0; i < sig.Results().Len(); i++ {
			results = append(results, types.TypeString(sig.Results().At(i).Type(), qualify))
		}
		callee := pkg.Name() + "." + f.Name()
		if recv != nil {
			callee = "a0." + f.Name()
		}
		word := ""
		if len(results) > 0 {
			word = "return "
		}
		names = append(names, name)
		bodies = append(bodies, fmt.Sprintf("(%s) (%s) { %s%s(%s) }", strings.Join(params, ", "), strings.Join(results, ", "), word,
			callee, strings.Join(args, ", ")))
	}
	imports[pkg.Path()] = pkg.Name()
	for _, n := range pkg.Scope().Names() {
		switch o := pkg.Scope().Lookup(n).(type) {
		case *types.Func:
			add(o, nil, n)
		case *types.TypeName:
			t, ok := o.Type().(*types.Named)
			if !ok || !o.Exported() || t.TypeParams().Len() > 0 || types.IsInterface(t) {
				continue
			}
			for i := 0; i < t.NumMethods(); i++ {
				m := t.Method(i)
				if _, ok := m.Type().(*types.Signature).Recv().Type().(*types.Pointer); ok {
					add(m, types.NewPointer(t), "(*"+n+")."+m.Name())
				} else {
					add(m, t, n+"."+m.Name())
				}
			}
		}
	}
	var paths []string
	for p := range imports {
		paths = append(paths, p)
	}
	sort.Strings(paths)
	for _, p := range paths {
		fmt.Printf("import %q\n", p)
	}
	for i := range names {
		fmt.Printf("%s\t%s\n", names[i], bodies[i])
	}
}
'''


def run(command, **more):
    p = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    return p.returncode, p.stdout, p.stderr


def packages():
    names = set()
    for top in ("stdlib", "build/stdlib"):
        for folder, _, files in os.walk(os.path.join(ROOT, top)):
            name = os.path.relpath(folder, os.path.join(ROOT, top))
            if any(f.endswith(".gol") and not f.endswith("_test.gol") for f in files) and "internal" not in name and name != "tests":
                names.add(name)
    return sorted(names)


class Report:
    """What one compiler says of the function that calls."""
    def __init__(self):
        self.inlined, self.remarks, self.leaks = [], [], collections.defaultdict(set)

    def words(self, count):
        return " ".join("+".join(sorted(self.leaks[f"a{i}"])) or "-" for i in range(count))

    def key(self, count):
        return set(self.inlined), set(self.remarks), self.words(count)


def read(text, name):
    """Line number -> Report."""
    reports = collections.defaultdict(Report)
    seen = set()
    for s in text.splitlines():
        m = LINE.match(s)
        if not m or m[1] != name or s in seen:
            continue
        seen.add(s)
        r, t = reports[int(m[2])], m[4]
        leak = re.match(r"leaking param( content)?: (a\d+)(?: to result ~r(\d+) level=(\d+))?$", t)
        if t.startswith("inlining call to "):
            r.inlined.append(t[len("inlining call to "):])
        elif leak:
            r.leaks[leak[2]].add(f"{leak[3]}={leak[4]}" if leak[3] else "C" if leak[1] else "H")
        elif re.search(r" (escapes to heap|does not escape)$|^moved to heap: ", t) and not re.match(r"a\d+ ", t):
            r.remarks.append(t)
    return reports


def write_program(path, imports, functions):
    with open(path, "w") as f:
        f.write("package main\n" + "".join(f'import "{i}"\n' for i in imports))
        for i, (_, body) in enumerate(functions):
            f.write(f"func w{i}{body}\n")
        f.write("func main() {}\n")
    return 2 + len(imports)         # line of the first function


def layout(texts):
    """A row, in lines of up to 120 columns: long texts are broken behind their bars."""
    lines = ["GO_FACT("]
    parts = []
    for i, text in enumerate(texts):
        end = ")" if i == len(texts) - 1 else ", "
        pieces = ['"%s"' % t for t in re.findall(r"[^|]*\|", text.strip('"'))] if len(text) > 60 and "|" in text else [text]
        parts += [piece + (" " if j < len(pieces) - 1 else end) for j, piece in enumerate(pieces)]
    for part in parts:
        if len(lines[-1] + part.rstrip()) > 116:
            lines[-1] = lines[-1].rstrip()
            lines.append("\t" + part)
        else:
            lines[-1] += part
    return "\n".join(lines)


def facts_of(args, package, work):
    code, out, err = run([os.path.join(work, "callers"), os.path.join(work, "importcfg"), package])
    if code:
        print(f"{package}: {err.strip()}", file=sys.stderr)
        return []
    lines = out.splitlines()
    imports = [s.split('"')[1] for s in lines if s.startswith("import ")]
    functions = [tuple(s.split("\t")) for s in lines if not s.startswith("import ")]
    path = os.path.join(work, "calls.go")
    env = dict(os.environ, CC=os.path.join(work, "cc"), XDG_CACHE_HOME=work)
    for _ in range(20):             # without functions that only one of them has
        if not functions:
            return []
        used = [i for i in imports if i == package or any(re.search(r"\b%s\." % os.path.basename(i), b) for _, b in functions)]
        if not any(re.search(r"\b%s\." % os.path.basename(package), b) for _, b in functions):
            used.remove(package)
        first = write_program(path, used, functions)
        code, gol, err = run([args.gol, "build", "-gcflags=-m=2 -d=facts=0", "-o", os.path.join(work, "program"), path], env=env)
        gol += err
        if code == 0:
            break
        bad = {int(m[2]) - first for m in map(LINE.match, gol.splitlines()) if m and m[1] == "calls.go"}
        if not bad:
            print(f"{package}: {gol[-400:]}", file=sys.stderr)
            return []
        functions = [f for i, f in enumerate(functions) if i not in bad]
    code, go, err = run(["go", "tool", "compile", "-p", "main", "-importcfg", os.path.join(work, "importcfg"), "-m=2", "-o",
                         os.path.join(work, "calls.o"), path])
    if code:
        print(f"{package}: {go[-400:]}", file=sys.stderr)
        return []
    costs = {}
    for s in "\n".join(run(["go", "build", "-gcflags=-m=2", package])[1:]).splitlines():
        m = re.search(r": can inline (\S+) with cost (\d+)", s)
        if m:
            costs[m[1]] = int(m[2])
    theirs, ours = read(go, "calls.go"), read(gol, "calls.go")
    rows = []
    for i, (name, body) in enumerate(functions):
        g, o = theirs[first + i], ours[first + i]
        count = len(re.findall(r"\ba\d+ ", body[:body.index("{")]))
        if g.key(count) == o.key(count):
            continue
        cost = str(costs.get(name, 80)) if g.inlined else "GO_CALLS"
        calls = "".join(c + "|" for c in dict.fromkeys(g.inlined[1:])) if g.inlined else ""
        remarks = "".join(t.replace("\\", "\\\\").replace('"', '\\"') + "|" for t in dict.fromkeys(g.remarks) if not re.search(r"\ba\d+\b|\|", t))
        leaks = "NULL" if g.words(count) == o.words(count) else '"%s"' % g.words(count)
        texts = [f'"{package}"', f'"{name}"', cost, f'"{calls}"', f'"{remarks}"', leaks]
        rows.append((package, name, layout(texts)))
    return rows


def check():
    texts, bad = {}, 0
    for m in re.finditer(r'^GO_FACT\("([^"]*)", "([^"]*)"', open(TABLE).read(), re.M):
        if m[1] not in texts:
            texts[m[1]] = ""
            for top in ("stdlib", "build/stdlib"):
                folder = os.path.join(ROOT, top, m[1])
                for f in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
                    if f.endswith(".gol"):
                        texts[m[1]] += open(os.path.join(folder, f), encoding="utf8").read()
        method = re.match(r"(\(\*)?(\w+)\)?\.(\w+)$", m[2])
        wanted = rf"^func \((\w+ )?{'[*]' if method[1] else ''}{method[2]}\) {method[3]}\(" if method else rf"^func {m[2]}\("
        if not re.search(wanted, texts[m[1]], re.M):
            print(f"go_facts.def: there is no {m[1]}.{m[2]} in stdlib/")
            bad = 1
    return bad


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("packages", nargs="*")
    p.add_argument("--gol", default=os.path.join(ROOT, "gol"))
    p.add_argument("--check", action="store_true")
    args = p.parse_args()
    if args.check:
        return check()
    rows = []
    with tempfile.TemporaryDirectory() as work:
        with open(os.path.join(work, "callers.go"), "w") as f:
            f.write(CALLERS)
        with open(os.path.join(work, "cc"), "w") as f:
            f.write('#!/bin/sh\nwhile [ $# -gt 0 ]; do [ "$1" = -o ] && : > "$2"; shift; done\nexit 0\n')
        os.chmod(os.path.join(work, "cc"), 0o755)
        code, out, err = run(["go", "build", "-o", os.path.join(work, "callers"), os.path.join(work, "callers.go")])
        if code:
            sys.exit(err)
        exports = run(["go", "list", "-export", "-deps", "-f", "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}", "std"])[1]
        with open(os.path.join(work, "importcfg"), "w") as f:
            f.write(exports)
        for package in args.packages or packages():
            print(package, file=sys.stderr)
            rows += facts_of(args, package, work)
    rows.sort(key=lambda r: (r[0].encode(), r[1].encode()))
    print("/* Made by go_facts.py; go_facts.h says what the columns are. */")
    for row in rows:
        print(row[2])
    return 0


if __name__ == "__main__":
    sys.exit(main())
