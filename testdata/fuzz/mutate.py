"""Changes of the programs in testdata/run: statements go, come twice, change places; operators, constants, types change.

mutant(seed, only) -> (program, name of the original). A mutant may be refused by go; then gol must refuse it too. What
a mutant prints may no longer be determined (a race, the order of a map): steady() runs it under go again and again
before a difference counts. Programs that print what the two runtimes need not agree on are left out (UNSTEADY).
"""

import os
import random
import re

import source

RUN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "run")
UNSTEADY = re.compile(r"// gol only|runtime\.(MemStats|ReadMem|NumGoroutine|Callers|Stack|SetFinalizer|NumCgo)|Mallocs|debug\.|time\.(Now|Since|After|Sleep|New)|"
                      r"os\.(Args|Getpid|Environ|Create|Write|Remove|Mkdir|Open)|rand\.|testing\.|linkname|\bcap\(|unsafe\.Pointer|GOLSTRESS|AddCleanup|\"weak\"")
SWAPS = [["+", "-", "*", "|", "&", "^", "&^"], ["/", "%"], ["<<", ">>"], ["==", "!="], ["<", "<=", ">", ">="], ["&&", "||"], ["++", "--"],
         ["+=", "-=", "*=", "|=", "&=", "^=", "&^="], ["=", ":="], ["break", "continue", "return"],
         ["int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "float64", "string"], ["true", "false"],
         ["float32", "float64"], ["go", "defer"], ["len", "cap"]]
NUMBERS = ["0", "1", "2", "3", "7", "63", "64", "127", "128", "255", "256", "1000", "65535", "1<<31", "1<<32", "1<<63 - 1"]


def programs(only):
    for directory, folders, files in os.walk(RUN):
        folders.sort()
        if "main.gol" in files:
            continue
        for f in sorted(files):
            path = os.path.join(directory, f)
            if f.endswith(".gol") and (not only or re.search(only, path)) and os.path.getsize(path) < 60000:
                yield path


LISTS = {}


def texts(only):
    if only not in LISTS:
        LISTS[only] = []
        for path in programs(only):
            with open(path, encoding="utf-8", errors="surrogateescape") as f:
                text = f.read()
            if not UNSTEADY.search(text):
                LISTS[only].append((os.path.relpath(path, RUN), text.rsplit("\n// Output:\n", 1)[0] + "\n"))
    return LISTS[only]


def mutant(seed, only):
    r = random.Random(f"{seed} mutant")
    name, text = r.choice(texts(only))
    for _ in range(r.choice([1, 1, 2, 3, 6])):
        text = change_nodes(r, text) if r.random() < 0.45 else change_token(r, text)
    return {"main.go": text}, name


def change_nodes(r, text):
    """One statement goes, comes twice, changes places with its neighbour, or moves elsewhere."""
    nodes = source.parse(text)
    lists = [(owner, i) for owner in lists_of(nodes) for i in range(len(owner)) if owner is not nodes and owner[i].line.strip()]
    if not lists:
        return text
    owner, i = r.choice(lists)
    choice = r.randrange(5)
    if choice == 0:
        del owner[i]
    elif choice == 1:
        owner.insert(i, owner[i])
    elif choice == 2 and i + 1 < len(owner):
        owner[i], owner[i + 1] = owner[i + 1], owner[i]
    elif choice == 3:
        other, k = r.choice(lists)
        other.insert(k, owner[i]) if other is not owner[i] and not inside(owner[i], other) else None
    elif owner[i].parts:
        owner[i:i + 1] = [n for part, _ in owner[i].parts for n in part]
    return source.join(nodes)


def inside(node, wanted):
    return any(part is wanted or any(inside(n, wanted) for n in part) for part, _ in node.parts)


def lists_of(nodes):
    yield nodes
    for n in nodes:
        for part, _ in n.parts:
            yield from lists_of(part)


def change_token(r, text):
    """An operator, a number, a word becomes another of its kind; a name becomes another name of the program."""
    ts = source.tokens(text)
    swaps = {t: group for group in SWAPS for t in group}
    numbers = [i for i, (kind, t) in enumerate(ts) if kind == "number"]
    words = [i for i, (kind, t) in enumerate(ts) if t in swaps and kind in ("operator", "name")]
    names = [i for i, (kind, t) in enumerate(ts) if kind == "name" and t not in swaps]
    places = r.choices([numbers, words, names], [4, 6, 1])[0]
    if not places:
        return text
    i = r.choice(places)
    kind, t = ts[i]
    if kind == "number":
        ts[i] = (kind, r.choice(NUMBERS))
    elif places is names:
        ts[i] = (kind, ts[r.choice(names)][1])
    else:
        ts[i] = (kind, r.choice([x for x in swaps[t] if x != t]))
    return "".join(t for _, t in ts)


def steady(worker, program):
    """Does go always print the same, on one processor and on several, and without races?"""
    if not worker.go:
        return True
    worker.write(program)
    status, _ = worker.build_go()
    if status:
        return True
    results = {worker.execute([worker.binary("go.out")], 10, 60, {"GOMAXPROCS": str(1 + i % 4), "GOGC": str(20 + 40 * (i % 3))}) for i in range(12)}
    if len({(status, re.sub(r"(?s)\n\n?goroutine \d+ .*", "", text)) for status, text in results}) > 1:
        return False
    status, _ = worker.execute([worker.go, "build", "-race", "-o", worker.binary("go.race"), "."], 300, 300)
    if status:
        return True
    _, text = worker.execute([worker.binary("go.race")], 30, 90)
    return "WARNING: DATA RACE" not in text
