#!/usr/bin/env python3
"""Takes repairs out of the compiler, one at a time, and shows that the generator finds what that breaks.

    testdata/fuzz/planted.py [--only REGEX] [--seconds N] [--seed N]
    testdata/fuzz/planted.py --check        only that each place is still there; part of make unit

Each PLANT is a bug that gol once had (the place of its repair, what stood there before), or an edge that is dropped from the
graph of escape analysis; and which programs are made. The compiler is built anew under build/planted with the bug in it;
fuzz_diff.py, or the command that its options begin with, must find it within the time, and reduce it to a program that still has what the bug is about (shows). A place that is no longer there is an error, so
that this list follows the compiler. The exit status is 1 if a bug was not found.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

# name: (file, text there, text with the bug, options of fuzz_diff.py or another command with its own, regexp that the reduced program matches)
PLANTS = {
    "map-key": ("compiler/escape/stmt.c", "\t\tflow_op_assign(e, s->x, NULL);", "\t\tdiscard(e, s->x);",
                ["--mutants", "0", "--modules", "0"], r"\](\+\+|--)"),
    "uintptrescapes": ("compiler/escape/numbers.c", "return d && (!d->body || lets_escape(function) || has_directive(d, \"//go:uintptrkeepalive\"));",
                       "return d && !d->body;", ["--mutants", "0", "--modules", "0"], r"uintptr\(unsafe.Pointer\(&"),
    "switch-tag": ("compiler/emit/stmt.c", 'buf_str(e->out, "switch (");\n\temit_typed(e, s->x);', 'buf_str(e->out, "switch (");\n\temit_expr(e, s->x);',
                   ["--mutants", "0", "--modules", "0"], r"(?s)switch .*case .*\d{10}"),
    "instance-colour": ("compiler/ir/colour.c", "return !caller->is_shared || f->is_shared || f->is_static;",
                        "return caller != NULL || f != NULL;", ["--mutants", "0", "--modules", "100"], r"\[T any\]"),
    # edges that the graph of escape analysis must have
    "append-edge": ("compiler/escape/call.c", 'flow_as(e, noted(e, heap_hole(e), "appended to slice", call, NO_POS), x, elem);', "discard(e, x);",
                    ["fuzz_pointers.py"], r"append\("),
    "round-edge": ("compiler/escape/solve.c", "if (root->func == n->func && root->loop_depth < n->loop_depth)", "if (root->func == n->func && root->loop_depth < n->loop_depth - 5)",
                   ["fuzz_pointers.py"], r"for |goto "),
}


def planted_text(name):
    """The file that a plant changes, with the bug in it."""
    path, old, new, *_ = PLANTS[name]
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        text = f.read()
    if text.count(old) != 1:
        sys.exit(f"{name}: {path} has {text.count(old)} times, not once:\n{old}")
    return text.replace(old, new)


def planted_tree(name):
    """A copy of this tree with a bug, built."""
    tree = os.path.join(ROOT, "build", "planted", name)
    shutil.rmtree(tree, ignore_errors=True)
    os.makedirs(tree + "/build")
    for part in ("compiler", "runtime", "stdlib", "Makefile", "build/compiler", "build/runtime", "build/stdlib", "build/amalgamation",
                 "build/libgolrt.a", "build/stdlib.stamp", "build/deps.stamp"):
        subprocess.run(["cp", "-a", os.path.join(ROOT, part), os.path.join(tree, part)], check=True)
    text = planted_text(name)
    with open(os.path.join(tree, PLANTS[name][0]), "w", encoding="utf-8") as f:
        f.write(text)
    subprocess.run(["make", "-s", "-j2", "-C", tree, "gol", "build/libgolrt.a", "build/amalgamation/golrt.c"], check=True, stdout=subprocess.DEVNULL)
    return tree


def find(args, name):
    """Did the fuzzer find the bug? Prints what it took."""
    *_, options, shows = PLANTS[name]
    tree = planted_tree(name)
    output = os.path.join(tree, "found")
    start = time.monotonic()
    command, options = (options[0], options[1:]) if options[0].endswith(".py") else ("fuzz_diff.py", options)
    p = subprocess.run([sys.executable, os.path.join(HERE, command), "--gol", os.path.join(tree, "gol"), "--seed", str(args.seed), "--stop", "1",
                        "--seconds", str(args.seconds), "--reduce", "200", "--output", output, *options], stdout=subprocess.PIPE, text=True)
    kept = os.path.join(output, "findings")
    found = [os.path.join(kept, f) for f in os.listdir(kept)] if os.path.isdir(kept) else []
    for folder in found:
        texts = {}
        for directory, _, files in os.walk(folder):
            for f in files:
                if f.endswith(".go") and "original" not in directory:
                    with open(os.path.join(directory, f), encoding="utf-8") as source:
                        texts[f] = source.read()
        lines = sum(bool(line.strip()) for text in texts.values() for line in text.split("\n"))
        if re.search(shows, "\n".join(texts.values())):
            print(f"{name}: found in {time.monotonic() - start:.0f} s, reduced to {lines} lines: {os.path.relpath(folder)}", flush=True)
            return True
    print(f"{name}: NOT found\n{p.stdout[-2000:]}", flush=True)
    return False


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--only", metavar="REGEX", default="")
    p.add_argument("--seconds", type=int, default=300)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--check", action="store_true")
    args = p.parse_args()
    if args.check:
        return 0 if all([planted_text(name) for name in PLANTS]) else 1
    return 0 if all([find(args, name) for name in PLANTS if re.search(args.only, name)]) else 1


if __name__ == "__main__":
    sys.exit(main())
