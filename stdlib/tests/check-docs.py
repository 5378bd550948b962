#!/usr/bin/env python3
"""Checks that the standard library is documented: every package, and every exported name of a package.

A comment counts on the line above a declaration or behind it on its line; inside of a ( ) group the comment above
the group counts for all its names. Methods of types that are not exported, fields and methods of interfaces are
left out. Generated sources are checked too when build/stdlib is there.

    stdlib/tests/check-docs.py
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FUNCTION = re.compile(r"func (?:\((?:\w+ )?\*?(\w+)(?:\[[^\]]*\])?\) )?(\w+)[\[(]")
SINGLE = re.compile(r"(?:type|var|const) (\w+)")
GROUP = re.compile(r"(?:type|var|const) \($")
ENTRY = re.compile(r"\t(\w+(?:, \w+)*)")


def exported(name):
    return name[:1].isupper()


def names_of(line, in_group):
    """The exported names that a line declares."""
    if in_group:
        entry = ENTRY.match(line)
        return [n for n in entry[1].split(", ") if exported(n)] if entry else []
    function = FUNCTION.match(line)
    if function:
        receiver, name = function[1], function[2]
        return [name] if exported(name) and (not receiver or exported(receiver)) else []
    single = SINGLE.match(line)
    return [single[1]] if single and exported(single[1]) else []


def undocumented(path):
    """(line number, name) of what a file leaves without a comment."""
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    in_group = group_documented = False
    for i, line in enumerate(lines):
        documented = "//" in line or (i > 0 and lines[i - 1].lstrip("\t").startswith("//"))
        if GROUP.match(line):
            in_group, group_documented = True, documented
        elif line.startswith(")"):
            in_group = False
        elif not documented and not (in_group and group_documented):
            yield from ((i + 1, name) for name in names_of(line, in_group))


def sources():
    for top in ("stdlib", "build/stdlib"):
        for folder, folders, files in os.walk(os.path.join(ROOT, top)):
            folders[:] = sorted(d for d in folders if d not in ("tests", "internal"))
            yield from (os.path.join(folder, f) for f in sorted(files)
                        if f.endswith(".gol") and not f.endswith("_test.gol"))


def main():
    problems, packages = [], {}
    for path in sources():
        with open(path, encoding="utf-8") as f:
            has_comment = re.search(r"^//.*\npackage ", f.read(), re.M) is not None
        package = os.path.relpath(os.path.dirname(path), ROOT).removeprefix("build/")
        packages[package] = packages.get(package, False) or has_comment
        problems += [f"{os.path.relpath(path, ROOT)}:{line}: {name} has no comment" for line, name in undocumented(path)]
    problems += [f"{package}: no package comment" for package, has in packages.items() if not has]
    print("\n".join(problems + [f"documentation of {len(packages)} packages: {len(problems)} missing"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
