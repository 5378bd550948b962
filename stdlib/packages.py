#!/usr/bin/env python3
"""Writes docs/packages.md: every standard package of Go, and where gol has it from.

    stdlib/packages.py [--gol ./gol] [--tree DIR] > docs/packages.md

Made from what is there: the folders of stdlib/, the hooks below stdlib/internal/gol, the tables of compiler/load/tree.c, the
Go source tree (that of 1.26 for the page in docs/), testdata/stdtest.pass.
"""
import argparse, glob, json, os, re, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STDLIB = os.path.join(ROOT, "stdlib")
sys.path.insert(0, os.path.join(ROOT, "testdata"))
import check_tree

HEAD = """# Standard packages

Made by `stdlib/packages.py` from the code; the tree is that of Go %s, with %d public packages.

- **own**: written in gol, in stdlib/. What they leave out is in [stdlib/README.md](../stdlib/README.md).
- **tree**: read from a Go source tree, unchanged ([language.md](language.md) says which). Functions that Go's runtime or its assembly would supply
  come from the package's hooks below stdlib/internal/gol/hooks.
- **none**: refused with the message that stands beside it; what imports such a package **waits** for it.

Tests: how many test functions and examples of Go's own pass (testdata/stdtest.pass; 0: not listed yet).

| package | from | tests | |
|---|---|---|---|
"""


def own_packages():
    found = []
    for top in (STDLIB, os.path.join(ROOT, "build/stdlib")):
        for folder, folders, _files in os.walk(top):
            folders[:] = [d for d in folders if d != "tests"]
            if check_tree.has_sources(folder, ".gol"):
                found.append(os.path.relpath(folder, top))
    return sorted(set(found) - {"."})


def table_of(function):
    """The rows of two texts in a function of tree.c."""
    text = open(os.path.join(ROOT, "compiler/load/tree.c")).read()
    body = text[text.index(function):]
    return dict(re.findall(r'\{"([^"]+)", "([^"]+)"\}', body[:body.index("\n}\n")]))


def hooks(package):
    names = set()
    for path in glob.glob(os.path.join(STDLIB, "internal/gol/hooks", package, "*.gol")):
        for line in re.findall(r"(?m)^//(?:go:linkname|gol:replace) (.*)$", open(path).read()):
            target = line.split()[-1]
            if target.startswith(package + "."):            # others are taken from there, not given
                names.add(target.removeprefix(package + "."))
    return sorted(names)


def imports_of(gol, tree, packages):
    """What each package imports, and those behind it; None if none of its files is compiled."""
    command = [gol, "list", "-e", "-deps", "-json=ImportPath,Imports,GoFiles"] + packages
    out = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "GOROOT": tree}).stdout
    graph, decoder, at = {}, json.JSONDecoder(), 0
    while at < len(out):
        value, at = decoder.raw_decode(out, at)
        graph[value["ImportPath"]] = value.get("Imports", []) if value.get("GoFiles") else None
        at += len(out[at:]) - len(out[at:].lstrip())
    return graph


def reached(graph, package, seen=None):
    seen = set() if seen is None else seen
    for path in graph.get(package) or []:
        if path not in seen:
            seen.add(path)
            reached(graph, path, seen)
    return seen


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--gol", default=os.path.join(ROOT, "gol"))
    ap.add_argument("--tree")
    args = ap.parse_args()
    gol = os.path.abspath(args.gol)
    tree = os.path.abspath(args.tree or subprocess.run([gol, "env", "GOROOT"], capture_output=True, text=True).stdout.strip())
    version = open(os.path.join(tree, "VERSION")).read().split()[0].removeprefix("go")
    own, far = own_packages(), check_tree.far_packages(tree)
    absent, tags = table_of("not_supported("), table_of("own_tag(")
    rows = [line.split() for line in open(os.path.join(ROOT, "testdata/stdtest.pass")) if not line.startswith("#")]
    tests = {row[0]: row[1] for row in rows}
    graph = imports_of(gol, tree, [p for p in far if p not in absent])
    public = [p for p in own if "internal" not in p.split("/") and p != "main"]
    sys.stdout.write(HEAD % (version, len(set(public) | set(far))))
    for p in sorted(set(public) | set(far) | {"unsafe"}):
        notes = []
        if p in absent:
            origin, notes = "none", [absent[p]]
        elif p in public or p == "unsafe":
            origin = "own"
        elif graph.get(p) is None:
            origin, notes = "none", ["its files are for other machines, or experiments of Go"]
        else:
            waits = sorted(reached(graph, p) & absent.keys())
            origin = "waits" if waits else "tree"
            notes += ["for " + ", ".join(waits)] if waits else []
        notes += ["hooks: " + ", ".join("`%s`" % n for n in hooks(p))] if hooks(p) else []
        notes += ["read with the tag %s" % tags[p]] if p in tags else []
        print("| %s | %s | %s | %s |" % (p, origin, tests.get(p, 0), "; ".join(notes)))
    internal = [p for p in own if "internal" in p.split("/") and not p.startswith("internal/gol")]
    hooked = sorted(os.path.relpath(os.path.dirname(f), os.path.join(STDLIB, "internal/gol/hooks"))
                    for f in glob.glob(os.path.join(STDLIB, "internal/gol/hooks/**/*.gol"), recursive=True))
    print("\nInternal packages that the tree has too and gol has itself: %s. All others that are wanted are the tree's." %
          ", ".join(internal))
    print("\nInternal packages of the tree with hooks:\n\n| package | hooks |\n|---|---|")
    for p in hooked:
        if p not in far:
            print("| %s | %s |" % (p, ", ".join("`%s`" % n for n in hooks(p))))


if __name__ == "__main__":
    main()
