#!/usr/bin/env python3
"""Every standard package of a Go source tree that gol does not have itself, compiled by gol build.

    testdata/check_tree.py --gol ./gol [--tree DIR] [--jobs N] [--only REGEX] [-- FLAGS of gol build]

A line for each package: "ok", "waits" (imports what gol says it does not have yet: net ...) or "FAILED" with what was said, then a
summary. Packages named internal are compiled where others import them. Exit status 1 if one failed. `make check-tree TREE=DIR`
"""
import argparse, concurrent.futures, os, re, subprocess, sys, time

STDLIB = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "stdlib")


def has_sources(folder, ending):
    return any(f.endswith(ending) and not f.endswith("_test" + ending) for f in os.listdir(folder))


def far_packages(tree):
    """Public packages below src, but those that gol has: sorted."""
    source, found = os.path.join(tree, "src"), []
    for folder, folders, _files in os.walk(source):
        folders[:] = sorted(d for d in folders if d not in ("testdata", "internal", "vendor") and d[0] not in "._")
        if folder == source:
            folders.remove("cmd")
        path = os.path.relpath(folder, source)
        own = os.path.join(STDLIB, path)
        if path not in (".", "builtin", "unsafe") and has_sources(folder, ".go") and not (os.path.isdir(own) and has_sources(own, ".gol")):
            found.append(path)
    return found


class Result:
    def __init__(self, gol, tree, package, flags):
        start = time.time()
        p = subprocess.run([gol, "build", *flags, package], capture_output=True, text=True, errors="replace", env={**os.environ, "GOROOT": tree})
        self.seconds, self.said = time.time() - start, p.stdout + p.stderr
        reason = re.search(r"(?:the package|^package) (\S* ?(?:needs|loads|is part of) .*)$", self.said, re.M)
        excluded = "build constraints exclude all Go files" in self.said
        self.verdict = "ok" if p.returncode == 0 else "waits" if reason or excluded else "FAILED"
        path = re.findall(r"imports (\S+?)(?=[: \n]|$)", self.said)
        self.note = "no file for this machine" if excluded else "" if not reason else " -> ".join(path + [reason[1]])


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--gol", default="./gol")
    ap.add_argument("--tree")
    ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument("--only", default="")
    ap.add_argument("flags", nargs="*", default=["-O0"])
    args = ap.parse_args()
    gol = os.path.abspath(args.gol)
    tree = os.path.abspath(args.tree or subprocess.run([gol, "env", "GOROOT"], capture_output=True, text=True).stdout.strip())
    names = [n for n in far_packages(tree) if re.search(args.only, n)]
    count = {"ok": 0, "waits": 0, "FAILED": 0}
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for name, r in zip(names, pool.map(lambda n: Result(gol, tree, n, args.flags), names)):
            count[r.verdict] += 1
            print("%-32s %-6s %6.1f s  %s" % (name, r.verdict, r.seconds, r.note))
            if r.verdict == "FAILED":
                print("    " + r.said[:3000].rstrip().replace("\n", "\n    "))
            sys.stdout.flush()
    print("check-tree: %s: %d packages: %d compile, %d wait, %d failed" % (tree, len(names), count["ok"], count["waits"], count["FAILED"]))
    return count["FAILED"] > 0 or count["ok"] == 0


if __name__ == "__main__":
    sys.exit(main())
