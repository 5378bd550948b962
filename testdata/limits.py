#!/usr/bin/env python3
"""Programs at the edge of what a compiler can take: very long, very deep, very many. Each must compile and print
what it should, and gol's own part (to C, without the C compiler) must stay within LIMIT seconds of CPU time:
whatever grows with the square of the size is far beyond.

    testdata/limits.py --gol ./gol [--only REGEX] [--all]

Without --all a few programs are only taken to C: those for which the C compiler needs more than a second. The native
frames of FRAMES must be small without optimisation too (frames.sh).
"""

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile

import progress

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 3.0
TIMEOUT = 300


def main(body, before=""):
    return f"package main\n\n{before}\nfunc main() {{\n{body}\n}}\n"


def many(n, text, separator="\n"):
    """text(0) ... text(n-1), joined."""
    return separator.join(text(i) for i in range(n))


def nested(n, before, inner, after):
    return before * n + inner + after * n


PROGRAMS = {  # name: (source, output, does the C compiler need long for it?)
    "long function": (main("x := 1\n" + many(10000, lambda i: f"x += {i} ^ x") + "\nprintln(x)"), "-10001", False),
    "many statements": (main("x, s, a := 1, \"a\", []int{1, 2, 3}\nq := p{}\n" + many(58, lambda i:
                             f"if y, ok := f(x + {i}); ok {{ x = y % 1000 }}\ns = g(s)[:2]\na = append(a[:3], x)\nq = h(p{{x, len(a[x%3:]), s}})") +
                             "\nprintln(x, s, len(a), q.a)",
                             "type p struct { a, b int; s string }\nfunc f(n int) (int, bool) { return n, n > 0 }\n"
                             "func g(s string) string { return s + \"b\" }\nfunc h(q p) p { q.a++; return q }"), "654 ab 4 655", False),
    "many calls": (main("x := f(1)\n" + "x = f(x)\n" * 10000 + "println(x)",
                        "func f(x int) int { if x < 0 { panic(x) }; return x + 1 }"), "10002", True),
    "many cases": (main("println(f(4321))", "func f(x int) int {\nswitch x {\n" +
                        many(10000, lambda i: f"case {i}: return {i % 1000}") + "\n}\nreturn -1\n}"), "321", False),
    "many string cases": (main('println(f("k432"))', "func f(x string) int {\nswitch x {\n" +
                               many(1000, lambda i: f'case "k{i}": return {i}') + "\n}\nreturn -1\n}"), "432", False),
    "long slice literal": (main("println(len(a), a[9999])", f"var a = []int{{{many(10000, str, ', ')}}}"), "10000 9999", False),
    "long literal of variables": (main(f"x := 3\na := []int{{{many(10000, lambda i: f'x + {i}', ', ')}}}\nprintln(a[9999])"),
                                  "10002", False),
    "long map literal": (main("println(len(m), m[77])", "var m = map[int]string{\n" +
                              many(10000, lambda i: f'{i}: "v{i}",') + "\n}"), "10000 v77", True),
    "deep parentheses": (main("x := 1\nprintln(" + nested(5000, "(", "x", ")") + ")"), "1", False),
    "deep complement": (main("x := 1\nprintln(" + "^" * 5000 + "x)"), "1", False),
    "deep blocks": (main(nested(2000, "{", "println(1)", "}")), "1", False),
    "deep ifs": (main("x := 1\n" + nested(2000, "if x > 0 {\n", "println(x)\n", "}\n")), "1", False),
    "else-if chain": (main("x := 1\n" + many(2000, lambda i: f"if x == {i + 2} {{ println({i}) }}", " else ") +
                           " else { println(x) }"), "1", False),
    "deep loops": (main("x := 1\n" + nested(1000, "for i := 0; i < 1; i++ {\n", "println(x)\n", "}\n")), "1", True),
    "deep closures": (main("x := 1\n" + nested(500, "func() {\n", "println(x)\n", "}()\n")), "1", True),
    "deep iterators": (main("x := 1\n" + nested(200, "for range once {\n", "x++\n", "}\n") + "println(x)",
                            "func once(yield func() bool) { yield() }"), "2", True),
    "deep arguments": (main("x := 1\n" + nested(200, "call(func() {\n", "x++\n", "})\n") + "println(x)",
                            "func call(f func()) { f() }"), "2", True),
    "deep composite literal": (main("n := 5\nv := " + nested(3000, "&T{n, ", "nil", "}") + "\nprintln(v.n)",
                                    "type T struct { n int; p *T }"), "5", False),
    "deep constant literal": (main("println(v.n)", "type T struct { n int; p *T }\n\nvar v = " +
                                   nested(3000, "&T{1, ", "nil", "}")), "1", False),
    "deep slice literal": (main("println(len(" + nested(3000, "S{", "", "}") + "))", "type S []S"), "1", False),
    "long string": (main("println(len(s), s[1<<19])", f'const s = "{"abcdefgh" * (1 << 17)}"'), "1048576 97", False),
    "long sum": (main(f"a := 1\nprintln({'+'.join('a' * 20000)})"), "20000", False),
    "long concatenation": (main(f'a := "x"\nprintln(len({"+".join("a" * 20000)}))'), "20000", False),
    "long conjunction": (main(f"a := true\nprintln({'&&'.join('a' * 20000)})"), "true", False),
    "deep calls": (main("println(" + nested(2000, "f(", "1", ")") + ")", "func f(x int) int { return x + 1 }"), "2001", False),
    "deep index": (main("a := []int{0}\nprintln(" + nested(2000, "a[", "0", "]") + ")"), "0", False),
    "long selector": (main(f"var t T\nt.p = &t\nprintln(t{'.p' * 3000}.n)", "type T struct { p *T; n int }"), "0", False),
    "many functions": (main("println(f9999(1))", many(10000, lambda i: f"func f{i}(x int) int {{ return " +
                                                      (f"f{i - 1}(x) + 1" if i % 100 else "x") + " }")), "100", True),
    "many types": (main("var v I = &T1999{}\nprintln(v.M())", "type I interface { M() int }\n" +
                        many(2000, lambda i: f"type T{i} struct {{ x int }}\n\nfunc (t *T{i}) M() int {{ return {i} }}")), "1999", True),
    "many variables": (main("println(v4999)", "var v0 = 1\n" + many(4999, lambda i: f"var v{i + 1} = v{i} + 1")), "5000", False),
    "many locals": (main(many(10000, lambda i: f"v{i} := {i}") + f"\nprintln({many(10000, 'v{}'.format, '+')})"), "49995000", False),
    "many fields": (main("var t T\nprintln(t.f9999)", "type T struct {\n" + many(10000, "f{} int".format) + "\n}"), "0", False),
    "many labels": (main("x := 0\n" + many(2000, lambda i: f"L{i}:\nx++\nif x == -{i} {{ goto L{i} }}") + "\nprintln(x)"), "2000", False),
    "many defers": (main("f()", "func f() {\nx := 0\n" + "defer func() { x++ }()\n" * 1000 + "println(x)\n}"), "0", True),
    "deep pointer type": (main(f"var p {'*' * 3000}int\nprintln(p == nil)"), "true", False),
}

FRAMES = {"many statements"}


def run(command, env=None):
    """(exit status, output, seconds of CPU time of the command and what it started)"""
    def used():
        u = resource.getrusage(resource.RUSAGE_CHILDREN)
        return u.ru_utime + u.ru_stime
    before = used()
    try:
        p = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT, env={**os.environ, **(env or {})})
        return p.returncode, p.stdout.decode("utf-8", "replace"), used() - before
    except subprocess.TimeoutExpired:
        return -1, f"timed out after {TIMEOUT}s", 0


def judge(gol, path, output, to_c_only, frames):
    """What is wrong with a program, or nothing."""
    status, text, seconds = run([gol, "build", "-dump=c", path])
    if status:
        return f"exit status {status}: {text[:500]}"
    if seconds > LIMIT:
        return f"{seconds:.1f} seconds to C"
    if to_c_only:
        return ""
    for versions in ("-versions=1", "-versions=2") if frames else ("-versions=1",):
        env = {"CC": os.path.join(HERE, "frames.sh")} if frames else {}
        status, text, _ = run([gol, "run", versions, path], env)
        if status or text != output + "\n":
            return f"{versions}: exit status {status}: {text[:500]}"
    return ""


def command():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--gol", default=os.path.join(HERE, "..", "gol"))
    p.add_argument("--only", metavar="REGEX", default="")
    p.add_argument("--all", action="store_true", help="run those too for which the C compiler needs long")
    args = p.parse_args()
    failed = 0
    shown = progress.Progress("limits", len(PROGRAMS))
    with tempfile.TemporaryDirectory() as folder:
        for name, (source, output, slow) in PROGRAMS.items():
            if not re.search(args.only, name):
                continue
            path = os.path.join(folder, name.replace(" ", "_") + ".gol")
            with open(path, "w") as f:
                f.write(source)
            shown.step()
            problem = judge(os.path.abspath(args.gol), path, output, slow and not args.all, name in FRAMES)
            if problem:
                failed += 1
                shown.clear()
                print(f"FAIL limits {name}: {problem}")
    shown.clear()
    print(f"limits: {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(command())
