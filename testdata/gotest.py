#!/usr/bin/env python3
"""gol test on small packages: what it prints and how it ends, to the letter but for times.

    testdata/gotest.py --gol ./gol [--only REGEX] [--jobs N]
    testdata/gotest.py --oracle go [--only REGEX] [--update]

A case is a file of testdata/testing: lines "$ test -v ./..." are the commands, "-- name --" begins a file of the module they
run in, "-- want --" what they print: for each command its line, standard output, "stderr:" and standard error,
"exit: N". "-- want 1.19 --" is what a command prints with package testing of Go 1.19, where that differs.
"# quick" in the first lines marks what make check runs. With --oracle the commands are given to an installed go, whose answers
must be those stored (--update stores them).

Not compared: times, the numbers of benchmarks, tracebacks, what is said of the machine.
"""
import argparse, concurrent.futures, os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = os.path.join(HERE, "testing")


class Case:
    def __init__(self, name):
        self.name, self.commands, self.files, self.want, self.quick = name, [], {}, {}, False
        self.order = []
        part = None
        for line in open(os.path.join(CASES, name + ".txt"), encoding="utf-8", newline=""):
            m = re.fullmatch(r"-- (.+) --\n", line)
            if m:
                part = m.group(1)
                self.files[part] = ""
                self.order.append(part)
            elif part is not None:
                self.files[part] += line
            elif line.startswith("$ "):
                self.commands.append(line[2:].rstrip("\n"))
            elif line.startswith("# quick"):
                self.quick = True
        for part in [p for p in self.files if p.split(" ")[0] == "want"]:
            self.want[part.partition(" ")[2]] = self.files.pop(part)
        if "go.mod" not in self.files and "no-module" not in self.files:
            self.files["go.mod"] = "module example.com/m\n\ngo 1.19\n"

    def lay_out(self, folder):
        for name, text in self.files.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="") as f:
                f.write(text)

    def store(self, version, text):
        """Writes the answers of version into the file."""
        path = os.path.join(CASES, self.name + ".txt")
        whole = open(path, encoding="utf-8", newline="").read()
        head = "-- want%s --\n" % (version and " " + version)
        at = whole.find(head)
        if at >= 0:
            end = whole.find("\n-- want", at + 1)
            whole = whole[:at] + head + text + (whole[end + 1:] if end >= 0 else "")
        else:
            whole += head + text
        with open(path, "w", encoding="utf-8", newline="") as f:
            f.write(whole)


def drop_tracebacks(text):
    """A traceback ends with an empty line, or where a line begins that a traceback does not have."""
    out, inside = [], False
    for line in text.split("\n"):
        if re.match(r"(\x16)?goroutine \d+ .*\[.*\]:$", line):
            inside = True
            continue
        if inside and (line == "" or re.match(r"\t|created by |[^\t ]+\(.*\)$|.*\[recovered\]|rax |r[a-z0-9]+ +0x|[cfg]s +0x|eflags|rip |runtime\.", line)):
            continue
        inside = False
        out.append(line)
    return "\n".join(out)


def normalise(text, folder, goroot):
    text = text.replace(folder, "DIR")
    for root in goroot:
        text = text.replace(root, "GOROOT")
    text = drop_tracebacks(text)
    text = re.sub(r"(?m)^=== NAME  .*\n", "", text)
    text = re.sub(r"\[signal (SIG\w+): [^\]]*\]\n", "", text)
    text = re.sub(r"/tmp/gol?-(build|test)-?\w+", "WORK", text)
    text = re.sub(r"(tests in parallel|simultaneously) \(default \d+\)", r"\1 (default N)", text)
    text = re.sub(r"(--- BENCH: Benchmark\w+)-\d+", r"\1", text)
    text = re.sub(r'.*"Output":"(cpu: .*|Benchmark\w+(-\d+)? *\\t)"}\n', "", text)
    text = re.sub(r"(?m)^(\s*--- \w+: .*) \(\d+\.\d+s\)$", r"\1 (T)", text)
    text = re.sub(r"\t\d+\.\d{3}s\b", "\tT", text)
    text = re.sub(r"(?m)^(Benchmark\S*?)(-\d+)?( *)\t.*ns/op(.*)$", benchmark, text)
    text = re.sub(r"(?m)^cpu: .*\n", "", text)
    text = re.sub(r"(?m)^goarch: .*$", "goarch: ARCH", text)
    text = re.sub(r'"Time":"[^"]*",', "", text)
    text = re.sub(r'"Elapsed":[0-9.e-]+', '"Elapsed":T', text)
    text = re.sub(r'\(\d+\.\d+s\)\\n', r'(T)\\n', text)
    text = re.sub(r'\\t\d+\.\d{3}s', r'\\tT', text)
    text = re.sub(r"(?m)^(-test.shuffle) \d{15,}", r"\1 SEED", text)
    text = re.sub(r"\n?\texit status", r"\n\texit status", text)
    text = re.sub(r"\bgo(?=: |\.mod requires| help | test \[| test: )", "gol", re.sub(r"(?m)^go: ", "gol: ", text))
    return text


def sort_blocks(text):
    """What is said of packages comes in the order in which compilers end."""
    blocks = re.split(r"(?m)^(?=# )", text)
    return blocks[0] + "".join(sorted(b if b.endswith("\n") else b + "\n" for b in blocks[1:]))


def benchmark(m):
    rest = re.sub(r"[0-9.e+-]+", "N", m.group(4))
    return m.group(1) + "\tN\tN ns/op" + re.sub(r" +", " ", rest)


def run_case(case, command, version, env):
    folder = os.path.realpath(tempfile.mkdtemp(prefix="gotest-"))
    out = ""
    try:
        case.lay_out(folder)
        for line in case.commands:
            shown, cwd = line, folder
            m = re.match(r"cd (\S+) && (.*)", line)
            if m:
                cwd, line = os.path.join(folder, m.group(1)), m.group(2)
            line = re.sub(r"(^|&& |; |\| )(test|clean|build|run)\b", lambda k: k.group(1) + command + " " + k.group(2), line)
            p = subprocess.run(["sh", "-c", line], cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=900)
            out += "$ %s\n" % shown
            sort = " -json" not in line
            goroot = [version[1]] if version[1] else []
            texts = [normalise(b.decode("utf-8", "replace"), folder, goroot) for b in (p.stdout, p.stderr)]
            texts[1] = re.sub(r"^gol: waiting for .*\n", "", texts[1], flags=re.M)      # cases beside each other share objects
            out += texts[0] + ("" if texts[0].endswith("\n") or not texts[0] else "\n")
            if texts[1]:
                texts[1] = sort_blocks(texts[1]) if sort else texts[1]
                out += "stderr:\n" + texts[1] + ("" if texts[1].endswith("\n") else "\n")
            out += "exit: %d\n" % p.returncode
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return out


def compare(case, got, minor):
    want = case.want.get("", "")
    if minor <= 19 and "1.19" in case.want:
        want = case.want["1.19"]
    if got == want:
        return True
    import difflib
    print("FAIL", case.name)
    sys.stdout.writelines(line + "\n" for line in difflib.unified_diff(want.split("\n"), got.split("\n"), "want", "got", lineterm=""))
    return False


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--gol", default="./gol")
    ap.add_argument("--oracle")
    ap.add_argument("--update", action="store_true")
    ap.add_argument("--only", default="")
    ap.add_argument("--quick", action="store_true")
    ap.add_argument("--jobs", type=int, default=os.cpu_count())
    args = ap.parse_args()
    command = shutil.which(args.oracle) if args.oracle else os.path.abspath(args.gol)
    env = dict(os.environ, GOFLAGS="", GOMAXPROCS="2")
    env.pop("GOLSTRESS", None)
    goroot = subprocess.run([command, "env", "GOROOT"], capture_output=True, text=True, env=env).stdout.strip()
    if not goroot:
        print("skipped: no Go source tree")
        return 0
    version = open(os.path.join(goroot, "VERSION")).read() if os.path.exists(os.path.join(goroot, "VERSION")) else \
        "go1." + re.search(r"const Version = (\d+)", open(os.path.join(goroot, "src/internal/goversion/goversion.go")).read()).group(1)
    minor = int(re.match(r"go1\.(\d+)", version).group(1))
    names = sorted(f[:-4] for f in os.listdir(CASES) if f.endswith(".txt"))
    cases = [c for c in map(Case, names) if re.search(args.only, c.name) and (c.quick or not args.quick)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        runs = [(c, pool.submit(run_case, c, command, (version, goroot), env)) for c in cases]
        for case, future in runs:
            got = future.result()
            if args.update:
                case.store("1.19" if minor <= 19 else "", got)
            elif not compare(case, got, minor):
                failed += 1
    print("%d cases, %d failed" % (len(cases), failed))
    return failed > 0


sys.exit(main())
