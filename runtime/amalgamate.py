#!/usr/bin/env python3
"""Joins the runtime into two files: OUT/golrt.h (all that generated C may see) and OUT/golrt.c.

The .c files follow each other floor by floor (floors.py). A header goes in where it is first asked for; .def tables go in each time. What two .c files both define for
themselves (static functions and variables, types, constants) is given the name of its file in each, so that
the whole is one translation unit. Macros of a .c file end with it. Nothing is left to flags: pragmas say
that objects may be seen as other types and that a*b+c is two operations.

    amalgamate.py OUT
"""
import collections
import os
import re
import sys

sys.dont_write_bytecode = True
import floors  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
PUBLIC = os.path.join(HERE, "include", "gol")

FLAGS = """\
/* In place of -fno-strict-aliasing -ffp-contract=off. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("no-strict-aliasing")
#pragma GCC optimize("-ffp-contract=off")
#endif
"""

FFI = """\
#ifdef GOL_HAVE_FFI
#include <ffi.h>
#else
%s
#endif
"""

KEYWORDS = set("struct union enum const static inline void int char long short unsigned signed double float bool volatile _Atomic".split())

LIBRARY = {"raise", "signal", "index", "time", "read", "write", "y0", "y1", "j0", "j1", "jn", "yn", "gamma", "remove", "rename", "link", "kill", "wait"}
INCLUDE = r'^[ \t]*#[ \t]*include[ \t]+(<[^>\n]+>|"[^"\n]+").*$'
TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*.*?\*/|[A-Za-z_]\w*|\d[\w.]*|->|\s+|.', re.S)


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def own_names(text):
    """What a .c file defines at file scope for itself."""
    names = set()
    for line in re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), text, flags=re.S).split("\n"):
        if re.match(r"(static|typedef|_Thread_local|enum|struct|union)\b", line) or line.startswith("}"):
            m = re.match(r"static\b(.*)", line)
            if m:
                rest = re.sub(r"\{[^{}]*\}", "", re.sub(r"__attribute__\s*\(\(.*?\)\)", "", m[1]), count=1)
                head = re.split(r"[=;{]", rest.split("(")[0] if "(" in rest.split("=")[0] else rest)[0]
                words = re.findall(r"[A-Za-z_]\w*", re.sub(r"\[.*?\]", "", head))
                if words:
                    names.add(words[-1])
                for extra in re.findall(r",\s*\**\s*([A-Za-z_]\w*)\s*(?=[,;=\[])", rest if "(" not in rest and "{" not in rest else ""):
                    names.add(extra)
            m = re.match(r"(?:typedef\s+)?(?:struct|union|enum)\s+(\w+)\s*\{", line)
            if m:
                names.add(m[1])
            m = re.match(r"(?:typedef\b.*|\}\s*)\b(\w+);", line)
            if m:
                names.add(m[1])
    for body in re.findall(r"^(?:typedef )?enum\s*\w*\s*\{(.*?)\}", text, flags=re.S | re.M):
        names.update(re.findall(r"(?:^|,)\s*([A-Za-z_]\w*)\s*(?==|,|$)", re.sub(r"/\*.*?\*/|\s*=[^,}]*", "", body, flags=re.S)))
    return names - KEYWORDS


def rename(text, table):
    out, previous = [], ""
    for token in TOKEN.findall(text):
        if token in table and previous not in (".", "->"):
            token = table[token]
        if not token.isspace():
            previous = token
        out.append(token)
    return "".join(out)


def headers():
    found = []
    for folder, _, files in os.walk(HERE):
        if os.path.basename(folder) != "tests":
            found += [read(os.path.join(folder, f)) for f in files if f.endswith((".h", ".def"))]
    return found


class Joiner:
    def __init__(self):
        self.done = set()

    def find(self, name, here):
        for folder in (here, HERE, PUBLIC):
            path = os.path.join(folder, name)
            if os.path.exists(path):
                return os.path.realpath(path)
        sys.exit(f"amalgamate.py: no {name}")

    def expand(self, text, here):
        def include(m):
            if m[1] == "<ffi.h>":
                path = self.find("ffi/absent.h", HERE)
                if path in self.done:
                    return ""
                self.done.add(path)
                return FFI % read(path)
            if m[1][0] == "<":
                return m[0]
            path = self.find(m[1].strip('"'), here)
            if not path.endswith(".def"):
                if path in self.done:
                    return ""
                self.done.add(path)
            return self.expand(read(path), os.path.dirname(path))
        return re.sub(INCLUDE, include, text, flags=re.M)


def sources():
    return [os.path.join(HERE, path) for path in floors.sources(HERE) if path.endswith(".c")]


def main():
    out = sys.argv[1]
    os.makedirs(out, exist_ok=True)
    joiner = Joiner()
    header = joiner.expand('#include "generated.h"\n', PUBLIC)
    with open(os.path.join(out, "golrt.h"), "w", encoding="utf-8") as f:
        f.write("/* golrt.h - what C generated by gol includes. Made by runtime/amalgamate.py. */\n" + FLAGS + "\n" + header)
    texts = {path: read(path) for path in sources()}
    own = {path: own_names(text) for path, text in texts.items()}
    words = collections.Counter(w for text in list(texts.values()) + headers() for w in set(re.findall(r"[A-Za-z_]\w*", text)))
    header_text = "\n".join(headers())

    def needs_new_name(name, text):
        if re.search(rf"\b(struct|union|enum) {name}\s*\{{", header_text):    # another one
            return True
        if re.search(rf"\b(struct|union|enum) {name}\b", header_text):        # declared there, defined here
            return False
        if not re.search(rf"\b{name}\(", text) and re.search(rf"(\.|->){name}\b", text):      # a field too
            return sum(name in names for names in own.values()) > 1
        return words[name] > 1 or name in LIBRARY

    with open(os.path.join(out, "golrt.c"), "w", encoding="utf-8") as f:
        f.write("/* golrt.c - the runtime of programs compiled by gol, in one file. Made by runtime/amalgamate.py. */\n"
                "#ifndef _GNU_SOURCE\n#define _GNU_SOURCE 1\n#endif\n" + FLAGS + '\n#include "golrt.h"\n')
        for path, text in texts.items():
            base = re.sub(r"\W", "_", os.path.relpath(path, HERE)[:-2])
            text = re.sub(r"^#define _(GNU|DEFAULT|XOPEN|POSIX_C)_SOURCE.*\n", "", text, flags=re.M)
            table = {name: f"{name}_in_{base}" for name in own[path] if needs_new_name(name, text)}
            f.write(f"\n/* ======== {os.path.relpath(path, HERE)} ======== */\n")
            includes = "".join(m[0] + "\n" for m in re.finditer(INCLUDE, text, flags=re.M) if ".def" not in m[0])
            rest = re.sub(INCLUDE, lambda m: m[0] if ".def" in m[0] else "", text, flags=re.M)
            f.write(joiner.expand(includes, os.path.dirname(path)))
            f.write(joiner.expand(rename(rest, table), os.path.dirname(path)))
            for name in sorted(set(re.findall(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", text, flags=re.M))):
                f.write(f"#undef {name}\n")


if __name__ == "__main__":
    main()
