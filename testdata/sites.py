#!/usr/bin/env python3
"""Does what -m=frames, gol explain, -m=html, gol escape-diff and //gol:noalloc say of memory hold?

    testdata/sites.py --gol ./gol

sites/places.gol counts what each of its functions takes from the heap: gol explain -list must have a site in the heap
in just those. Then the other ways to ask, bad input among them. Exit status 1 if anything differs.
"""
import argparse, collections, html.parser, os, re, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SITES = os.path.join(HERE, "sites")
FIELDS = 7
bad = 0


def check(what, ok, seen=""):
    global bad
    if not ok:
        bad += 1
        print(f"FAIL {what}\n{seen}")


class Runner:
    def __init__(self, gol):
        self.gol = os.path.abspath(gol)

    def __call__(self, *words, cwd=SITES):
        return subprocess.run([self.gol, *words], cwd=cwd, capture_output=True, text=True)


def truth(gol):
    """Sites against what the program counts."""
    listed = collections.defaultdict(list)
    p = gol("explain", "-list", "places.gol")
    check("explain -list ends well", p.returncode == 0, p.stderr)
    for line in p.stdout.splitlines():
        fields = line.split("\t")
        check("a line has its fields", len(fields) == FIELDS, line)
        listed[fields[0]].append(fields[3])
    for flags in ("-O0", "-O2"):
        p = gol("run", flags, "places.gol")
        counts = dict(line.split() for line in p.stdout.splitlines())
        check("all functions are counted", len(counts) > 40, p.stdout + p.stderr)
        for name, n in counts.items():
            told = "heap" in listed[name] or "grows" in listed[name]
            check(f"{flags} {name}: {n} objects of the heap, sites {listed[name]}", told == (int(n) > 0))
            place = name.rsplit("_", 1)[1]
            worst = [k for k in ("heap", "grows", "small", "frame", "data", "shared", "none") if k in listed[name]]
            check(f"{name} is as its name says: {listed[name]}", worst[:1] == ([] if place == "nothing" else [place]))


def noalloc(gol):
    """//gol:noalloc above every function op...: an error for each that takes something, and the calls that lead there."""
    with tempfile.TemporaryDirectory() as d:
        with open(os.path.join(SITES, "places.gol")) as f:
            text = f.read().replace("//go:noinline\nfunc op_", "//go:noinline\n//gol:noalloc\nfunc op_")
        with open(os.path.join(d, "all.gol"), "w") as f:
            f.write(text)
        p = gol("build", "-gcflags=-e", "all.gol", cwd=d)
        check("errors end the build", p.returncode == 1 and not os.path.exists(os.path.join(d, "all")), p.stderr)
        wrong = set(re.findall(r"(op_\w+) must not allocate", p.stderr))
        for line in gol("run", "places.gol").stdout.splitlines():
            name, n = line.split()
            check(f"noalloc {name}, which takes {n} objects", n == "0" or name in wrong)
        for name in re.findall(r"(?m)^func (op_\w+_(?:frame|shared|data|none|nothing))\(", text):
            known = name in ("op_map_frame", "op_closure_frame", "op_closure_shared_frame", "op_method_value_frame",
                             "op_box_method_frame")
            check(f"noalloc {name}, which takes nothing", known == (name in wrong), p.stderr)
    p = gol("build", "-gcflags=-e", "noalloc.gol")
    check("what is said of it", p.stderr == NOALLOC, p.stderr)
    with tempfile.TemporaryDirectory() as d:
        with open(os.path.join(d, "a.gol"), "w") as f:
            f.write("package main\n\n//gol:noalloc\nvar x = 1\n\nfunc main() { println(x) }\n")
        p = gol("build", "a.gol", cwd=d)
        check("elsewhere it is misplaced", "./a.gol:3:3: misplaced //gol:noalloc: it stands above a function" in p.stderr, p.stderr)


NOALLOC = """# command-line-arguments
./noalloc.gol:67:20: Push must not allocate (//gol:noalloc), but may:
	./noalloc.gol:67:48: append(s.items, e) may grow
./noalloc.gol:78:6: calls must not allocate (//gol:noalloc), but may:
	./noalloc.gol:80:8: calls main.twice
	./noalloc.gol:73:6: calls main.push
	./noalloc.gol:70:27: literal &T{...} is in the heap
./noalloc.gol:85:6: text must not allocate (//gol:noalloc), but may:
	./noalloc.gol:85:39: text s + "!" is in the heap
./noalloc.gol:88:6: unknown must not allocate (//gol:noalloc), but may:
	./noalloc.gol:88:27: calls f, which is not known
./noalloc.gol:91:6: through must not allocate (//gol:noalloc), but may:
	./noalloc.gol:91:42: calls s.Area, which is not known
./noalloc.gol:94:6: maps must not allocate (//gol:noalloc), but may:
	./noalloc.gol:94:29: the map may grow
./noalloc.gol:97:6: starts must not allocate (//gol:noalloc), but may:
	./noalloc.gol:97:17: a goroutine is started
./noalloc.gol:100:6: library must not allocate (//gol:noalloc), but may:
	./noalloc.gol:100:64: calls strconv.AppendInt
	../../stdlib/strconv/integer.gol:54:16: append(dst, its result...) may grow
./noalloc.gol:103:6: boxes must not allocate (//gol:noalloc), but may:
	./noalloc.gol:103:32: box n is in the heap
./noalloc.gol:106:6: vast must not allocate (//gol:noalloc), but may:
	./noalloc.gol:106:29: variable x is in the heap
"""


def remarks(gol):
    """-m=frames: the sites of -list, as remarks."""
    with tempfile.TemporaryDirectory() as d:
        p = gol("build", "-gcflags=-m=frames", "-o", os.path.join(d, "out"), "way.gol")
        both = gol("build", "-gcflags=-m -m=frames", "-o", os.path.join(d, "out"), "way.gol").stderr
        refused = gol("build", "-gcflags=-m=frame", "-o", os.path.join(d, "out"), "way.gol")
    told = gol("explain", "-list", "way.gol").stdout.splitlines()
    lines = p.stderr.splitlines()[1:]
    check("as many remarks as sites", len(lines) == len(told), p.stderr)
    for line in ("./way.gol:16:2: variable first: heap, 16 bytes: kept = last (line 21)",
                 "./way.gol:19:15: literal &T{...}: heap, 16 bytes, in a loop: last.next = &T{...} (line 19)",
                 "./way.gol:22:6: variable other: frame, 16 bytes",
                 "./way.gol:38:3: variable item: heap, 16 bytes, in a loop: list = &item: list keeps it from one round of the loop to the next "
                 "(line 39)"):
        check("-m=frames says: " + line, line in lines, p.stderr)
    check("-m beside it", "./way.gol:16:2: moved to heap: first" in both and "variable other: frame" in both, both)
    check("other words are refused", refused.returncode == 1 and 'invalid value "frame" for flag -m: parse error' in refused.stderr, refused.stderr)


FIRST = """./way.gol:16:2: variable first of build: in the heap
\tT, 16 bytes
\tits way: the address of &first  at ./way.gol:17:15
\t         argument of same(&first)  at ./way.gol:17:14
\t         last := same(&first)  at ./way.gol:17:7
\t         kept = last  at ./way.gol:21:7
\twhy: kept = last
\twithout the last step it would be in the frame
"""

SIZES = """//go:build ignore

package main

var kept any

func main() {
	var pointer *[9]int
	var table map[string]int
	var channel chan int
	var function func()
	var boxed any
	var slice []int
	var text string
	kept = []any{&pointer, &table, &channel, &function, &boxed, &slice, &text}
}
"""


def explain(gol):
    p = gol("explain", "way.gol:16")
    check("the way of a variable", p.stdout == FIRST, p.stdout + p.stderr)
    check("a column", gol("explain", "way.gol:16:2").stdout == FIRST and "nothing on this line" in gol("explain", "way.gol:16:9").stdout)
    check("two reasons", "without the last step it would be in the heap for another reason" in gol("explain", "way.gol:29").stdout)
    check("nothing there", gol("explain", "way.gol:4000").stdout == "way.gol:4000: nothing on this line needs memory of its own\n")
    for words, status, text in ((["none.gol:3"], 1, "none.gol"), (["a.gol", "b.gol"], 2, "usage: gol explain"),
                                (["a_test.go:1"], 1, "gol explain: a_test.go is a test file"), (["-nosuch"], 2, "flag provided but not defined: -nosuch"), (["nosuch"], 1, "nosuch")):
        p = gol("explain", *words)
        check(f"explain {words}", p.returncode == status and text in p.stderr and "internal" not in p.stderr, p.stderr)
    with tempfile.TemporaryDirectory() as d:
        for name, text in (("go.mod", "module m\n\ngo 1.22\n"), ("a.go", "package main\n\nfunc main() { keep(new(int)) }\n"),
                           ("b.go", "package main\n\nvar kept *int\n\nfunc keep(p *int) { kept = p }\n"),
                           ("alone.go", "//go:build ignore\n\npackage main\n\nfunc main() { println(new(int) != nil) }\n"),
                           ("sizes.go", SIZES), ("broken.go_", "package main\n\nfunc f( {\n")):
            with open(os.path.join(d, name), "w") as f:
                f.write(text)
        p = gol("explain", "a.go:3", cwd=d)
        check("a file of a module is part of its package", "new(int) of main: in the heap" in p.stdout and "kept = p" in p.stdout, p.stdout + p.stderr)
        p = gol("explain", os.path.join(d, "alone.go"), cwd=d)
        check("a file that the package leaves out", "new(int) of main: in the frame" in p.stdout, p.stdout + p.stderr)
        p = gol("explain", os.path.join(d, "sizes.go"), cwd=d)
        sizes = [int(line.split()[-2]) for line in p.stdout.splitlines() if line.endswith(" bytes")]
        check("sizes of variables, a box and a slice", sizes == [8, 8, 8, 8, 16, 24, 16, 24, 112], p.stdout + p.stderr)
        p = gol("explain", cwd=d)
        check("the package of the folder", "new(int) of main: in the heap" in p.stdout, p.stdout + p.stderr)
        os.rename(os.path.join(d, "broken.go_"), os.path.join(d, "broken.go"))
        p = gol("explain", "broken.go", cwd=d)
        check("mistakes are told", p.returncode == 1 and "syntax error" in p.stderr, p.stdout + p.stderr)


def diff(gol):
    with tempfile.TemporaryDirectory() as d:
        text = open(os.path.join(SITES, "way.gol")).read()
        versions = {"old.gol": text.replace("\tkept = last\n", "\tprintln(last.n)\n"), "way.gol": text,
                    "moved.gol": "// a line more\n" + text.replace("list", "chain"),
                    "more.gol": text.replace("\treturn same(pointer).n\n", "\tkept = new(T)\n\treturn same(pointer).n\n")}
        for name, body in versions.items():
            with open(os.path.join(d, name), "w") as f:
                f.write(body)
        with open(os.path.join(d, "saved"), "w") as f:
            f.write(gol("explain", "-list", "way.gol", cwd=d).stdout)
        with open(os.path.join(d, "torn"), "w") as f:
            f.write("main\tnew\n")
        expected = "way.gol:16:2: variable first (build): frame -> heap: kept = last\n"
        for words, status, out in ((["old.gol", "way.gol"], 1, expected), (["old.gol", "saved"], 1, expected), (["saved", "way.gol"], 0, ""),
                                   (["way.gol", "moved.gol"], 0, ""),
                                   (["way.gol", "old.gol"], 0, "old.gol:16:2: variable first (build): heap -> frame\n"),
                                   (["way.gol", "more.gol"], 1, "build: new: 0 in the heap -> 1\n\tmore.gol:24:12: new(T): kept = new(T)\n"),
                                   (["more.gol", "way.gol"], 0, "build: new: 1 in the heap -> 0\n")):
            p = gol("escape-diff", *words, cwd=d)
            check(f"escape-diff {words}", (p.returncode, p.stdout.replace("./", "")) == (status, out), f"{p.returncode}\n{p.stdout}{p.stderr}")
        for words, status, said in ((["way.gol"], 2, "usage: gol escape-diff"), (["torn", "way.gol"], 1, "torn:1: not a line of gol explain -list"),
                                    (["none.gol", "way.gol"], 1, "none.gol"), (["-list", "saved", "saved"], 2, "usage")):
            p = gol("escape-diff", *words, cwd=d)
            check(f"escape-diff {words}", p.returncode == status and said in p.stderr, p.stdout + p.stderr)


class Page(html.parser.HTMLParser):
    """Counts marks; open tags must be closed in order."""
    def __init__(self):
        super().__init__()
        self.open, self.details, self.wrong = [], 0, ""

    def handle_starttag(self, tag, attrs):
        if tag != "meta":
            self.open.append(tag)
        self.details += tag == "details"

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong += " " + tag


def page(gol):
    with tempfile.TemporaryDirectory() as d:
        p = gol("build", "-gcflags=-m=html", "-o", os.path.join(d, "out"), "places.gol")
        check("the program is built all the same", os.path.exists(os.path.join(d, "out")), p.stderr)
    marks = {line.split("\t")[5].split(":")[1] for line in gol("explain", "-list", "places.gol").stdout.splitlines()}
    seen = Page()
    seen.feed(p.stdout)
    check("the page's tags", not seen.wrong and not seen.open, seen.wrong + str(seen.open))
    check("a mark for each line", seen.details == len(marks), f"{seen.details} {len(marks)}")
    check("text is quoted", "for i := 0; i &lt; n; i++" in p.stdout and "Of[E any]" in p.stdout)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--gol", default="./gol")
    gol = Runner(ap.parse_args().gol)
    for part in (truth, noalloc, remarks, explain, diff, page):
        part(gol)
    print(f"sites: {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
