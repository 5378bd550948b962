#!/usr/bin/env python3
"""gol test and go test of a package with 100 tests, warm: the whole command, from its start to its end.

    testdata/bench/testing.py --gol ./gol [--go go] [--rounds 11]

Both run by turns on the same module, after two rounds that count for nothing (caches, linked programs). Three ways: the test is run again
(-count=1), its result is kept (cached), and a test file was changed (compiled and linked anew). Wall and processor time, medians in seconds, and the median of
the rounds' ratios.
"""
import argparse, os, resource, shutil, statistics, subprocess, tempfile, time

CODE = "package p\n\n" + "".join("func F%d(x int) int {\n\tif x > %d {\n\t\treturn x - %d\n\t}\n\treturn x * %d\n}\n\n" % (i, i, i, i + 1) for i in range(100))
TESTS = 'package p\n\nimport (\n\t"fmt"\n\t"strings"\n\t"testing"\n)\n\n' + "".join(
    'func Test%d(t *testing.T) {\n\tif s := fmt.Sprint(F%d(%d)); !strings.Contains(s, "%d") {\n\t\tt.Errorf("F%d: %%s", s)\n\t}\n}\n\n'
    % (i, i, 0, 0, i) for i in range(100))


def run(command, folder, env):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    p = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if p.returncode or not p.stdout.startswith("ok"):
        raise SystemExit("%s: exit %d\n%s%s" % (" ".join(command), p.returncode, p.stdout, p.stderr))
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(args, folder, env, words, change):
    times = {"gol": [], "go": []}
    for n in range(args.rounds + 2):
        if change:
            with open(os.path.join(folder, "p_test.go"), "w") as f:
                f.write(TESTS + "// %d %d\n" % (n, os.getpid()))
        for tool, program in (("gol", os.path.abspath(args.gol)), ("go", args.go)):
            taken = run([program, "test", "-vet=off", *words], folder, env)
            if n >= 2:
                times[tool].append(taken)
    return [[statistics.median(t[i] for t in times[tool]) for tool in ("gol", "go")] +
            [statistics.median(a[i] / b[i] for a, b in zip(times["gol"], times["go"]))] for i in range(2)]


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--gol", default="./gol")
    ap.add_argument("--go", default="go")
    ap.add_argument("--rounds", type=int, default=11)
    args = ap.parse_args()
    folder, env = tempfile.mkdtemp(prefix="gol-bench-"), {**os.environ, "GOFLAGS": "", "GOWORK": "off"}
    try:
        for name, text in (("go.mod", "module example.com/p\n\ngo 1.22\n"), ("p.go", CODE), ("p_test.go", TESTS)):
            with open(os.path.join(folder, name), "w") as f:
                f.write(text)
        time.sleep(2.5)         # results of files younger than 2 s are not kept
        print("%-10s %9s %9s %7s %9s %9s %7s" % ("", "gol wall", "go wall", "ratio", "gol cpu", "go cpu", "ratio"))
        for name, words, change in (("run again", ["-count=1", "."], False), ("cached", ["."], False), ("changed", ["-count=1", "."], True)):
            wall, cpu = measure(args, folder, env, words, change)
            print("%-10s %9.3f %9.3f %7.2f %9.3f %9.3f %7.2f" % (name, *wall, *cpu))
    finally:
        shutil.rmtree(folder)


main()
