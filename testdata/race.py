#!/usr/bin/env python3
"""Runs the programs of testdata/race, compiled with -race, and compares what the race detector says with what they say.

A line on which one side of a race stands says so: `// RACE write`, `// RACE read`, `// RACE atomic write`. The places at
the top of the stacks of all reports must be exactly these; where there are none, nothing may be reported. A race whose
sides depend on the order of goroutines has `// RACE read|write`: one of them, or both. `// STACK main.f` names functions
that stand below in some stack. The program ends with status 66 where there is a race, else 0, or as `// exit: N` says;
`// GORACE: ...` is its environment. `// Output:` is as in testdata/run, without the reports.

    testdata/race.py --gol ./gol [--only REGEX] [--rounds N] [--settings plain,freeze,...]
"""
import argparse
import concurrent.futures
import glob
import os
import re
import sys
import tempfile

sys.dont_write_bytecode = True
import check  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
REPORT = re.compile(r"^={18}\nWARNING: DATA RACE\n.*?^={18}\n", re.M | re.S)
SIDE = re.compile(r"^(?:Previous )?((?:atomic )?(?:read|write)) at 0x[0-9a-f]{12} by (?:main goroutine|goroutine \d+):\n"
                  r"  \S+\(\)\n      (\S+):(\d+) \+0x[0-9a-f]+$", re.M | re.I)
STARTED = re.compile(r"^Goroutine \d+ \((?:running|finished)\) created at:\n  \S+\(\)\n      \S+:\d+ \+0x[0-9a-f]+$", re.M)


def wanted(text):
    """{line: kinds} of the marks."""
    marks = {}
    for number, line in enumerate(text.split("\n"), 1):
        m = re.search(r"// RACE ([a-z |]+)$", line)
        if m:
            marks[number] = set(m[1].split("|"))
    return marks


def found(reports, path):
    marks, problems = {}, []
    for report in reports:
        sides = SIDE.findall(report)
        if len(sides) != 2:
            problems.append("a report has not two sides:\n" + report)
        if "by goroutine" in report and not STARTED.search(report):
            problems.append("a report does not say where the goroutine was created:\n" + report)
        for kind, file, line in sides:
            if os.path.basename(file) != os.path.basename(path):
                problems.append(f"a side in {file}:{line}:\n" + report)
            marks.setdefault(int(line), set()).add(kind.lower())
    return marks, problems


def compare(path, text, status, output):
    want, reports = wanted(text), REPORT.findall(output)
    got, problems = found(reports, path)
    for line in sorted(set(want) | set(got)):
        if not got.get(line) or line not in want or not got[line] <= want[line]:
            problems.append(f"line {line}: reported {sorted(got.get(line, []))}, want {sorted(want.get(line, []))}")
    for name in re.findall(r"// STACK (\S+)", text):
        if not any(f"  {name}()\n" in report for report in reports):
            problems.append(f"{name} is in no stack")
    said = re.search(r"^// exit: (\d+)$", text, re.M)
    must = int(said[1]) if said else 66 if want else 0
    if status != must:
        problems.append(f"exit status {status}, want {must}")
    halts = "halt_on_error=1" in text
    if want and not halts and not output.endswith(f"Found {len(reports)} data race(s)\n"):
        problems.append("does not end with the number of reports")
    rest = re.sub(r"^Found \d+ data race\(s\)\n", "", REPORT.sub("", output), flags=re.M)
    output_wanted, _ = check.expectation(text)
    if output_wanted is not None and rest != output_wanted:
        problems.append(f"printed {rest!r}, want {output_wanted!r}")
    if problems:
        problems.append(output)
    return problems


def run_program(options, path, table):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    problems = []
    setting = re.search(r"^// GORACE: (.*)$", text, re.M)
    with tempfile.TemporaryDirectory(prefix="gol-race-") as scratch:
        for versions in ("1", "2"):
            program = os.path.join(scratch, "program" + versions)
            code, said = check.execute([options.gol, "build", "-race", "-versions=" + versions, "-o", program, path], timeout=check.BUILD_TIMEOUT)
            if code:
                problems.append(f"{path}: does not compile\n{said}")
                continue
            for name, values in table.items():
                for stress in values * options.rounds:
                    env = {"GOLSTRESS": stress.replace(",stats", ""), "GORACE": setting[1] if setting else ""}
                    code, output = check.execute([program], env, scratch)
                    found = compare(path, text, code, output)
                    if found:
                        problems.append(f"{path} versions={versions} {name} ({stress}):\n" + "\n".join(found))
    return problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--gol", default="./gol")
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--settings", default="plain,freeze,window,gc,sched")
    options = parser.parse_args()
    options.gol = os.path.abspath(options.gol)
    table = {name: values for name, values in check.settings(1, 1).items() if name in options.settings.split(",")}
    paths = [p for p in sorted(glob.glob(os.path.join(HERE, "race", "*.gol"))) if re.search(options.only, p)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for problems in pool.map(lambda p: run_program(options, p, table), paths):
            failed += bool(problems)
            for problem in problems[:3]:
                print("FAIL " + problem)
    print(f"{len(paths) - failed} passed, {failed} failed")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
