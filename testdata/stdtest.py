#!/usr/bin/env python3
"""Go's own tests of standard packages, by gol test over the Go source tree.

    testdata/stdtest.py --gol ./gol [--only REGEX] [--jobs N] [--update]

testdata/stdtest.pass names packages and how many of their tests and examples pass with -short: over Go 1.26's tree, and, of
those that .ci/run tries, over Go 1.19's (Debian's). $GOROOT chooses the tree. The list only grows: --update writes what was seen into
it, where that is more. A package that is not in it is tried if --only is exactly its path.

testdata/stdtest.skip names tests that are left out, each with the reason. Tests of a file of the tree that a file of gol's
takes the place of (stdlib/strings/export_test.gol) are left out too, and must stand there.
"""
import argparse, concurrent.futures, os, re, subprocess, sys

HERE = os.path.dirname(os.path.abspath(__file__))
STDLIB = os.path.join(os.path.dirname(HERE), "stdlib")
LIST, SKIPS = os.path.join(HERE, "stdtest.pass"), os.path.join(HERE, "stdtest.skip")
COLUMNS = {"1.26": 0, "1.19": 1}
FUNCTION = re.compile(r"(?m)^func ((?:Test|Example|Fuzz)\w*)\(")
LIMIT = 1200    # seconds for one package, compiling included


def rows(path):
    return [line.split(None, 2) for line in open(path) if line.strip() and not line.startswith("#")]


class Tree:
    def __init__(self, gol):
        self.root = subprocess.run([gol, "env", "GOROOT"], capture_output=True, text=True).stdout.strip()
        self.version = None
        for name, pattern in (("VERSION", r"go(1\.\d+)"), ("src/internal/goversion/goversion.go", r"const Version = (\d+)")):
            path = os.path.join(self.root, name)
            found = os.path.exists(path) and re.search(pattern, open(path).read())
            if found and not self.version:
                self.version = found[1] if "." in found[1] else "1." + found[1]
        self.column = COLUMNS.get(self.version)

    def replaced(self, package):
        """Names of tests of files that files of gol's stand in for."""
        names, own = set(), os.path.join(STDLIB, package)
        for name in os.listdir(own) if os.path.isdir(own) else []:
            theirs = os.path.join(self.root, "src", package, name.replace(".gol", ".go"))
            if name.endswith("_test.gol") and os.path.exists(theirs):
                names |= set(FUNCTION.findall(open(theirs).read())) - set(FUNCTION.findall(open(os.path.join(own, name)).read()))
        return names


class Result:
    def __init__(self, gol, tree, package, skips):
        command = [gol, "test", "-short", "-v"]
        if skips and tree.version not in ("1.18", "1.19"):
            command.append("-skip=^(%s)$" % "|".join(sorted(skips)))
        try:
            p = subprocess.run(command + [package], capture_output=True, text=True, errors="replace", timeout=LIMIT)
            status, out, err = p.returncode, p.stdout, p.stderr
        except subprocess.TimeoutExpired as e:
            status, out, err = -1, (e.stdout or b"").decode(errors="replace"), "no end after %d seconds" % LIMIT

        def verdicts(word):
            return set(re.findall(r"(?m)^--- %s: (\S+)" % word, out))
        self.passed, self.failed, self.skipped = verdicts("PASS"), verdicts("FAIL") - skips, verdicts("SKIP")
        self.broken = status != 0 and not verdicts("FAIL")      # did not compile, or did not come to its end
        self.said = (out[-3000:] + err[-3000:]).replace("\n", "\n    ")
        self.left_out = skips
        self.unlisted = tree.replaced(package) - skips


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--gol", default="./gol")
    ap.add_argument("--only", default="")
    ap.add_argument("--update", action="store_true")
    ap.add_argument("--jobs", type=int, default=1)
    args = ap.parse_args()
    gol = os.path.abspath(args.gol)
    tree = Tree(gol)
    known = {row[0]: [int(n) for n in " ".join(row[1:]).split()] for row in rows(LIST)}
    skips = {}
    for package, name, _reason in rows(SKIPS):
        skips.setdefault(package, set()).add(name)

    def wanted(name):
        return known[name][tree.column] if name in known and tree.column is not None and tree.column < len(known[name]) else 0
    names = [n for n in sorted(known) if re.search(args.only, n) and (wanted(n) or tree.column is None)] or [args.only]
    if names == [""]:
        sys.exit("stdtest: no package is listed for Go %s" % tree.version)
    bad, total = 0, {"passed": 0, "failed": 0, "left_out": 0}
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for name, r in zip(names, pool.map(lambda n: Result(gol, tree, n, skips.get(n, set())), names)):
            lost = len(r.passed) < wanted(name)
            print("%-26s %4d passed %3d failed %3d skipped %3d left out%s" %
                  (name, len(r.passed), len(r.failed), len(r.skipped), len(r.left_out), "  LOST" if lost else ""))
            if r.failed or r.broken:
                print("    " + (r.said if r.broken else " ".join(sorted(r.failed))))
            if r.unlisted:
                print("    replaced, but not in stdtest.skip: " + " ".join(sorted(r.unlisted)))
            sys.stdout.flush()
            bad += lost or bool(r.unlisted)
            for word in total:
                total[word] += len(getattr(r, word))
            if args.update and len(r.passed) > wanted(name) and tree.column is not None:
                row = known.setdefault(name, [])
                row += [0] * (tree.column + 1 - len(row))
                row[tree.column] = len(r.passed)
    own = sum(os.path.isdir(os.path.join(STDLIB, n)) for n in names)
    print("stdtest: Go %s: %d far packages, %d of gol's own: %d passed, %d failed, %d left out: %.1f%%" %
          (tree.version, len(names) - own, own, *total.values(), 100 * total["passed"] / max(1, sum(total.values()))))
    if args.update:
        with open(LIST, "w") as f:
            f.write("# package, tests and examples that pass with -short over the tree of Go 1.26, and of 1.19 (.ci/run)\n")
            f.writelines("%s %s\n" % (name, " ".join(map(str, row))) for name, row in sorted(known.items()))
    return bad > 0


sys.exit(main())
