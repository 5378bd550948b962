#!/usr/bin/env python3
"""Tests of modules that many programs use, by gol test and by go test: the same names, the same verdicts?

    testdata/modtest.py --gol ./gol [--go go] [--work DIR] [--only REGEX] [--long]
    testdata/modtest.py --gol ./gol --vet [--work DIR] [--only REGEX]        the same modules by gol vet and gol fmt

Each module is downloaded by gol (gol mod download) into a module cache of its own, which is empty at first, with what it
requires; its folder is copied twice (one without a go.mod gets one with go 1.18), and ./... is tested in both copies, with -short if --long is not given. Then gol tests once more
with GOPROXY=off. Needs the network and an installed go, and takes an hour; not part of make check. --work keeps all for the next time.

A line for each module: how many tests go ran (subtests included), how many had another verdict under gol or ran under one of
the two only, packages that gol could not build. The names follow. Exit status 1 if a module differs.

With --vet nothing is tested. gol and go vet ./... of both copies, with several sets of analyzers; then both format ./..., the files
as they are and with the blanks at the start of their lines taken away. What is printed (lines sorted: which package is looked at
first is chance in Go), exit statuses and the files that fmt leaves must be equal. The numbers are lines printed, then lines that differ.
"""
import argparse, difflib, json, os, re, shutil, subprocess, sys, tempfile, time

MODULES = """
github.com/pkg/errors@v0.9.1
github.com/google/uuid@v1.6.0
github.com/dustin/go-humanize@v1.0.1
github.com/shopspring/decimal@v1.4.0
github.com/Masterminds/semver/v3@v3.3.1
github.com/google/btree@v1.1.3
github.com/hashicorp/golang-lru/v2@v2.0.7
github.com/samber/lo@v1.49.1
github.com/cespare/xxhash/v2@v2.3.0
github.com/golang/snappy@v0.0.4
github.com/spf13/cobra@v1.8.1
github.com/alecthomas/kong@v1.8.1
github.com/fatih/color@v1.18.0
github.com/mattn/go-runewidth@v0.0.16
github.com/stretchr/testify@v1.10.0
github.com/google/go-cmp@v0.6.0
github.com/davecgh/go-spew@v1.1.1
github.com/BurntSushi/toml@v1.4.0
github.com/pelletier/go-toml/v2@v2.2.3
gopkg.in/yaml.v3@v3.0.1
github.com/tidwall/gjson@v1.18.0
github.com/vmihailenco/msgpack/v5@v5.4.1
google.golang.org/protobuf@v1.36.5
github.com/sirupsen/logrus@v1.9.3
go.uber.org/zap@v1.27.0
""".split()
LIMIT = 1800    # seconds for one run of all tests of a module


class Work:
    def __init__(self, args, folder):
        self.gol, self.go, self.folder, self.long = os.path.abspath(args.gol), args.go, folder, args.long
        self.env = {**os.environ, "GOMODCACHE": os.path.join(folder, "mod"), "GOFLAGS": "-mod=mod", "GOWORK": "off", "GOTOOLCHAIN": "local"}

    def fetch(self, module):
        """The folder of the module in the cache. Outside of any module, so that nothing but it is asked for."""
        empty = os.path.join(self.folder, "empty")
        os.makedirs(empty, exist_ok=True)
        p = subprocess.run([self.gol, "mod", "download", "-json", module], cwd=empty, env=self.env, capture_output=True, text=True)
        try:
            return json.loads(p.stdout)["Dir"]
        except (ValueError, KeyError):
            sys.exit("%s: %s%s" % (module, p.stdout, p.stderr))

    def copy(self, source, name, module):
        to = os.path.join(self.folder, name)
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(source, to, symlinks=True)
        subprocess.run(["chmod", "-R", "u+w", to], check=True)
        if not os.path.exists(os.path.join(to, "go.mod")):
            with open(os.path.join(to, "go.mod"), "w") as f:
                f.write("module %s\n\ngo 1.18\n" % module.split("@")[0])
        return to

    def test(self, tool, folder, **more):
        """{(package, test): verdict}, packages that were not built, seconds."""
        command = [tool, "test", "-json", "-vet=off"] + ([] if self.long else ["-short"]) + ["./..."]
        start = time.time()
        try:
            p = subprocess.run(command, cwd=folder, env={**self.env, **more}, capture_output=True, text=True, errors="replace", timeout=LIMIT)
            out, said = p.stdout, p.stderr
        except subprocess.TimeoutExpired as e:
            out, said = (e.stdout or b"").decode(errors="replace"), "no end after %d seconds" % LIMIT
        verdicts, broken, words = {}, set(), []
        for line in out.splitlines():
            event = json.loads(line) if line.startswith("{") else {}
            action = event.get("Action")
            if action in ("pass", "fail", "skip"):
                verdicts[event["Package"], re.sub(r"0x[0-9a-f]{6,}", "ADDRESS", event.get("Test", ""))] = action
            if event.get("FailedBuild"):
                broken.add(event["Package"])
            if action == "build-output":
                words.append(event["Output"])
        if not verdicts:
            words.append(said)
        return verdicts, broken, time.time() - start, "".join(words)


    def run(self, tool, words, folder):
        """The exit status and the lines printed, sorted."""
        p = subprocess.run([tool, *words], cwd=folder, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           text=True, errors="replace", timeout=LIMIT)
        lines = p.stdout.replace(folder, "FOLDER").splitlines()
        return ["exit %d" % p.returncode] + sorted(re.sub("^gol: ", "go: ", line) for line in lines if not re.match("gol?: downloading ", line))


def sources(folder):
    """{path: text} of all .go files."""
    found = {}
    for at, _, names in os.walk(folder):
        for path in [os.path.join(at, name) for name in names if name.endswith(".go")]:
            if not os.path.islink(path):
                with open(path, "rb") as f:
                    found[path] = f.read()
    return found


def spoil(folder):
    for path, text in sources(folder).items():
        with open(path, "wb") as f:
            f.write(re.sub(rb"(?m)^[ \t]+", b"", text))


VET = (["./..."], ["-printf", "-composites", "-unusedresult", "-json", "./..."], ["-copylocks=false", "-c=1", "./..."])


def vet_and_format(work, source, name, module):
    """Lines that go vet printed, lines that go fmt printed, what differs."""
    ours, theirs = [work.copy(source, name + end, module) for end in (".gol", ".go")]
    differ, printed = [], {"vet": 0, "fmt": 0}
    for words in [["vet", *w] for w in VET] + [["fmt", "./..."], ["spoil"], ["fmt", "./..."]]:
        if words == ["spoil"]:
            spoil(ours)
            spoil(theirs)
            continue
        said, wanted = work.run(work.gol, words, ours), work.run(work.go, words, theirs)
        printed[words[0]] += len(wanted) - 1
        differ += ["%s: %s" % (" ".join(words), line) for line in difflib.ndiff(wanted, said) if line[0] in "-+"]
        left = [{os.path.relpath(path, folder): text for path, text in sources(folder).items()} for folder in (ours, theirs)]
        differ += ["%s: %s differs" % (" ".join(words), path) for path in sorted(left[0].keys() | left[1].keys()) if left[0].get(path) != left[1].get(path)]
    return printed["vet"], printed["fmt"], differ


def vet_all(work, names):
    print("%-44s %6s %6s %7s" % ("module", "vet", "fmt", "differ"))
    same = 0
    for module in names:
        vetted, formatted, differ = vet_and_format(work, work.fetch(module), re.sub(r"[^\w.]+", "-", module) + ".vet", module)
        print("%-44s %6d %6d %7d" % (module, vetted, formatted, len(differ)))
        for line in differ[:20] + ["..."] * (len(differ) > 20):
            print("    " + line)
        sys.stdout.flush()
        same += not differ
    print("modtest: %d modules, %d vetted and formatted as by go" % (len(names), same))
    return same


def differences(theirs, ours):
    return ["%s %s: %s, by gol %s" % (*key, theirs.get(key, "not run"), ours.get(key, "not run"))
            for key in sorted(theirs.keys() | ours.keys()) if theirs.get(key) != ours.get(key)]


def test_all(work, names):
    same = 0
    print("%-44s %6s %6s %7s %8s %8s %8s" % ("module", "tests", "differ", "unbuilt", "gol s", "go s", "again s"))
    for module in names:
        source, name = work.fetch(module), re.sub(r"[^\w.]+", "-", module)
        ours, broken, seconds, said = work.test(work.gol, work.copy(source, name + ".gol", module))
        theirs, _, go_seconds, _ = work.test(work.go, work.copy(source, name + ".go", module))
        again, _, again_seconds, _ = work.test(work.gol, os.path.join(work.folder, name + ".gol"), GOPROXY="off")
        differ = differences(theirs, ours)
        offline = differences(ours, again)
        print("%-44s %6d %6d %7d %8.1f %8.1f %8.1f" % (module, len(theirs), len(differ), len(broken), seconds, go_seconds, again_seconds))
        for line in differ[:20] + ["..."] * (len(differ) > 20) + ["offline: " + line for line in offline[:5]]:
            print("    " + line)
        if broken or not ours:
            print("    " + said[:2000].rstrip().replace("\n", "\n    "))
        sys.stdout.flush()
        same += bool(theirs) and not differ and not offline
    print("modtest: %d modules, %d with the verdicts of go test" % (len(names), same))
    return same


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--gol", default="./gol")
    ap.add_argument("--go", default="go")
    ap.add_argument("--work")
    ap.add_argument("--only", default="")
    ap.add_argument("--long", action="store_true")
    ap.add_argument("--vet", action="store_true")
    args = ap.parse_args()
    folder = os.path.abspath(args.work) if args.work else tempfile.mkdtemp(prefix="gol-modtest-")
    work, names = Work(args, folder), [m for m in MODULES if re.search(args.only, m)]
    same = vet_all(work, names) if args.vet else test_all(work, names)
    if not args.work:
        subprocess.run(["chmod", "-R", "u+w", folder])
        shutil.rmtree(folder)
    return same < len(names)


sys.exit(main())
