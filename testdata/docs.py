#!/usr/bin/env python3
"""Checks that what the docs name exists: for each *.md of the tree, in text and in indented examples alike,

    a path of the tree (compiler/emit/size.c, runtime/base/)   the file or folder
    a link [text](path)                                        the same, from the page's folder
    and in `backticks`:
    make TARGET                                                the Makefile's target
    -flag, -flag=value                                         a string of the driver, the runtime or a script
    name_with_underscores, names_of(calls), CamelCase          a word of the sources
    pkg.Name                                                   a declaration of the standard library
    NAME (environment variables, macros)                       a word of the sources

What is not one of these (Go code, C fragments, shell lines, patterns of mangled names such as `f_3N`) is left alone.
docs/contributing.md describes other code bases too: its words are not checked. What looks like paths in docs/packages.md are
packages of Go.

    testdata/docs.py
"""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOPS = ("compiler", "runtime", "stdlib", "testdata", "docs")
SOURCES = (".c", ".h", ".l", ".y", ".def", ".gol", ".py", ".sh", ".mk", ".awk", "Makefile", ".go")
PATH = re.compile(r"(?<![\w/.$-])((?:%s)/[\w./-]*\w(?:/|\.\w+|\b))" % "|".join(TOPS))
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
BACKTICKS = re.compile(r"`([^`\n]+)`")
WORD = re.compile(r"[A-Za-z_]\w*")
MANGLED = re.compile(r"[A-Za-z]?_\d\w*")


def tree(top="."):
    for folder, folders, files in os.walk(os.path.join(ROOT, top)):
        folders[:] = sorted(d for d in folders if d != ".git" and not (folder == ROOT and d == "build"))
        yield from (os.path.relpath(os.path.join(folder, f), ROOT) for f in sorted(files))


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as f:
        return f.read()


class Sources:
    """Every word and every flag that the sources know."""

    def __init__(self):
        self.words, self.flags, self.declared = set(), set(), {}
        for path in tree():
            if not path.endswith(SOURCES) or path == "testdata/docs.py":
                continue
            text = read(path)
            self.words.update(WORD.findall(text))
            self.flags.update(re.findall(r"(?<!\w)-{1,2}([A-Za-z][\w-]*)", text))
            if path.startswith("compiler/driver/"):
                self.flags.update(re.findall(r'"([a-z][a-z0-9]*)"', text))
            if path.startswith("stdlib/"):
                self.declare(os.path.basename(os.path.dirname(path)), text)
        self.targets = set(re.findall(r"^([\w-]+)(?: [^:=]*)?:(?!=)", read("Makefile"), re.M))

    def declare(self, package, text):
        names = self.declared.setdefault(package, set())
        names.update(re.findall(r"^(?:func|type|var|const|\t)\s*(?:\([^)]*\) )?(\w+)", text, re.M))

    def missing(self, code):
        """Why a text in backticks names something that is not there; None where all is well."""
        make = re.fullmatch(r"make ([a-z][\w-]*)(?: .*)?", code)
        if make:
            return None if make[1] in self.targets else "no such target of the Makefile"
        flag = re.fullmatch(r"--?([A-Za-z][\w-]*)(?:=.*| .*)?", code)
        if flag:
            return None if flag[1] in self.flags or re.fullmatch(r"[OWDXfm][\w-]*", flag[1]) else "no such flag"
        member = re.fullmatch(r"([a-z]\w*)\.([A-Z]\w*)(?:\(.*\))?", code)
        if member and member[1] in self.declared:
            return None if member[2] in self.declared[member[1]] else f"not declared in package {member[1]}"
        word = re.fullmatch(r"([A-Za-z_]\w*)(?:\(.*\)|=.*)?", code)
        if word and not MANGLED.fullmatch(word[1]) and re.search(r"_|[a-z][A-Z]|^[A-Z][A-Z0-9]+$", word[1]):
            return None if word[1] in self.words else "no such word in the sources"
        return None


def problems(path, sources, files):
    """(line number, text) for what a page names and the tree does not have."""
    folder = os.path.dirname(path)
    for i, line in enumerate(read(path).split("\n"), 1):
        for name in PATH.findall(line) if path != "docs/packages.md" else []:
            if not any(os.path.exists(os.path.join(ROOT, top, place)) for top in ("", folder, "stdlib")
                       for place in (name, os.path.dirname(name) + "/" + os.path.basename(name).split(".")[0])):
                yield i, f"{name}: no such file or folder"
        for name in LINK.findall(line):
            if not os.path.exists(os.path.join(ROOT, folder, name)):
                yield i, f"{name}: the link leads nowhere"
        if path == "docs/contributing.md":
            continue
        for code in BACKTICKS.findall(line):
            why = sources.missing(code)
            name = os.path.join(folder, code)
            if why and code not in files and not os.path.exists(os.path.join(ROOT, name)):
                yield i, f"`{code}`: {why}"


def main():
    sources = Sources()
    pages = [p for p in tree() if p.endswith(".md")]
    files = {os.path.basename(p) for p in tree()}
    found = [f"{p}:{line}: {text}" for p in pages for line, text in problems(p, sources, files)]
    print("\n".join(found + [f"docs: {len(pages)} pages, {len(found)} names that do not exist"]))
    return 1 if found or len(pages) < 5 else 0


if __name__ == "__main__":
    sys.exit(main())
