#!/usr/bin/env python3
"""Writes package unicode's tables from the Unicode Character Database (Debian: unicode-data).

Usage: gen-tables.py [DIRECTORY]. What is written: a RangeTable for each category, script and property, the maps of
them by name, CaseRanges, the case-folding orbits that are not plain upper/lower pairs, the tables of what case
folding adds to a category or script, and one byte of properties for each Latin-1 character.
"""
import sys

DIRECTORY = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
LAST = 0x10FFFF
CATEGORY_NAMES = """Cc Cf Cn Co Cs Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs""".split()
LONG_NAMES = [("Other", "C"), ("Letter", "L"), ("Lower", "Ll"), ("Title", "Lt"), ("Upper", "Lu"), ("Mark", "M"),
              ("Number", "N"), ("Digit", "Nd"), ("Punct", "P"), ("Symbol", "S"), ("Space", "Z")]


def records(name):
    """Yields the fields of each line of a database file, comments stripped."""
    for line in open(DIRECTORY + "/" + name, encoding="utf-8"):
        line = line.split("#")[0].strip()
        if line:
            yield [field.strip() for field in line.split(";")]


def code_range(text):
    low, _, high = text.partition("..")
    return range(int(low, 16), int(high or low, 16) + 1)


def load_characters():
    """Returns category by code point, and the case mappings (upper, lower, title) of those that have any."""
    category, cases, start = ["Cn"] * (LAST + 1), {}, None
    for fields in records("UnicodeData.txt"):
        code = int(fields[0], 16)
        if fields[1].endswith(", First>"):
            start = code
            continue
        for c in range(code if start is None else start, code + 1):
            category[c] = fields[2]
        start = None
        upper, lower, title = fields[12], fields[13], fields[14]
        if upper or lower or title:
            value = lambda text: int(text, 16) if text else code
            cases[code] = (value(upper), value(lower), value(title or upper))
    return category, cases


def load_sets(name):
    """Returns the code points of each value in a file of lines "range ; value"."""
    sets = {}
    for fields in records(name):
        sets.setdefault(fields[1], set()).update(code_range(fields[0]))
    return sets


def strided(codes):
    """Packs sorted code points into (low, high, stride), within one plane size."""
    runs = []
    for code in codes:
        if runs and runs[-1][1] == code - 1 and code != 0x10000:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    result = []
    for low, high in runs:
        if low == high and result and (low < 0x10000) == (result[-1][0] < 0x10000):
            last_low, last_high, stride = result[-1]
            if last_low == last_high:
                result[-1] = (last_low, low, low - last_high)
                continue
            if stride > 1 and low - last_high == stride:
                result[-1] = (last_low, low, stride)
                continue
        result.append((low, high, 1))
    # A pair with a gap saves nothing over two singles but is one entry; keep it.
    return result


def write_table(name, codes):
    ranges = strided(sorted(codes))
    small = [r for r in ranges if r[1] < 0x10000]
    large = [r for r in ranges if r[0] >= 0x10000]
    assert len(small) + len(large) == len(ranges)
    print("var %s = &RangeTable{" % name)
    for field, kind, part in (("R16", "Range16", small), ("R32", "Range32", large)):
        if part:
            print("\t%s: []%s{" % (field, kind))
            for i in range(0, len(part), 4):
                print("\t\t" + " ".join("{0x%04x, 0x%04x, %d}," % r for r in part[i:i + 4]))
            print("\t},")
    offset = sum(1 for r in small if r[1] <= 0xFF)
    if offset:
        print("\tLatinOffset: %d," % offset)
    print("}\n")


def write_map(name, comment, entries):
    print("// %s %s" % (name, comment))
    print("var %s = map[string]*RangeTable{" % name)
    for key, value in entries:
        print('\t"%s": %s,' % (key, value))
    print("}\n")


def write_case_ranges(cases):
    """Runs of equal deltas, and of alternating upper and lower letters."""
    codes = sorted(cases)
    rows, i = [], 0
    while i < len(codes):
        low = codes[i]
        pairs = 0
        while cases.get(low + 2 * pairs) == (low + 2 * pairs, low + 2 * pairs + 1, low + 2 * pairs) and \
                cases.get(low + 2 * pairs + 1) == (low + 2 * pairs, low + 2 * pairs + 1, low + 2 * pairs):
            pairs += 1
        if pairs > 0:
            rows.append("\t{0x%04X, 0x%04X, d{UpperLower, UpperLower, UpperLower}}," % (low, low + 2 * pairs - 1))
            i += 2 * pairs
            continue
        delta = tuple(value - low for value in cases[low])
        high = low
        while high + 1 in cases and tuple(v - high - 1 for v in cases[high + 1]) == delta:
            high += 1
        rows.append("\t{0x%04X, 0x%04X, d{%d, %d, %d}}," % ((low, high) + delta))
        i += high - low + 1
    print("// CaseRanges holds the case mappings of all letters that have any.")
    print("var CaseRanges = []CaseRange{\n%s\n}\n" % "\n".join(rows))


def fold_orbits():
    """Returns the set of code points equal under simple folding, for each code point that has others."""
    classes = {}
    for fields in records("CaseFolding.txt"):
        if fields[1] in ("C", "S"):
            code, target = int(fields[0], 16), int(fields[2], 16)
            classes.setdefault(target, {target}).add(code)
    return {member: sorted(group) for group in classes.values() for member in group}


def write_orbits(orbits, cases):
    rows = []
    for code in range(LAST + 1):
        orbit = orbits.get(code, [code])
        following = orbit[(orbit.index(code) + 1) % len(orbit)]
        upper, lower, _ = cases.get(code, (code, code, code))
        if following != (lower if lower != code else upper):
            rows.append("\t{0x%04X, 0x%04X}," % (code, following))
    print("// foldOrbit holds the characters whose successor in folding is not their other case.")
    print("var foldOrbit = [...][2]uint16{\n%s\n}\n" % "\n".join(rows))


def fold_additions(members, orbits):
    added = set()
    for code, orbit in orbits.items():
        if code not in members and any(other in members for other in orbit):
            added.add(code)
    return added


def write_latin(category):
    bits = {"Cc": "pC", "Ll": "pLl", "Lu": "pLu", "Lo": "pLo", "Nd": "pN", "No": "pN", "Cf": "0", "Zs": "pZ"}
    print("// latin holds the properties of the Latin-1 characters.\nvar latin = [256]uint8{")
    for code in range(256):
        name = category[code]
        value = bits.get(name) or {"P": "pP", "S": "pS"}[name[0]]
        if 0x20 <= code and name[0] in "LMNPS" or code == 0x20:
            value += " | pPrint"
        print("\t0x%02X: %s," % (code, value))
    print("}\n")


def main():
    category, cases = load_characters()
    scripts, properties = load_sets("Scripts.txt"), load_sets("PropList.txt")
    version = open(DIRECTORY + "/Scripts.txt").readline().strip().removeprefix("# Scripts-").removesuffix(".txt")
    print("// Code generated by gen-tables.py. DO NOT EDIT.\n\npackage unicode\n")
    print("// Version is the edition of Unicode that the tables are from.\nconst Version = \"%s\"\n" % version)
    sets = {name: set() for name in CATEGORY_NAMES}
    for code, name in enumerate(category):
        sets[name].add(code)
    for name in CATEGORY_NAMES:
        sets.setdefault(name[0], set()).update(sets[name])
    sets["LC"] = sets["Lu"] | sets["Ll"] | sets["Lt"]
    for name in sorted(sets):
        print("// %s is the set of characters in category %s." % (name, name))
        write_table(name, sets[name])
    for name, target in LONG_NAMES:
        print("// %s is category %s.\nvar %s = %s\n" % (name, target, name, target))
    for title, group in (("script", scripts), ("property", properties)):
        for name in sorted(group):
            print("// %s is the set of characters with %s %s." % (name, title, name))
            write_table(name, group[name])
    print("// STerm is Sentence_Terminal.\nvar STerm = Sentence_Terminal\n")
    write_map("Categories", "holds the tables of categories by name.", [(n, n) for n in sorted(sets)])
    write_map("Scripts", "holds the tables of scripts by name.", [(n, n) for n in sorted(scripts)])
    write_map("Properties", "holds the tables of properties by name.",
              sorted([(n, n) for n in properties] + [("STerm", "Sentence_Terminal")]))
    print("// CategoryAliases maps the aliases of categories to their names.\nvar CategoryAliases = map[string]string{")
    aliases = {}
    for fields in records("PropertyValueAliases.txt"):
        if fields[0] == "gc":
            for alias in fields[2:]:
                aliases[alias] = fields[1]
    for alias in sorted(aliases):
        print('\t"%s": "%s",' % (alias, aliases[alias]))
    print("}\n")
    write_case_ranges(cases)
    orbits = fold_orbits()
    write_orbits(orbits, cases)
    for variable, prefix, title, group in (("FoldCategory", "foldCategory", "category", sets),
                                           ("FoldScript", "foldScript", "script", scripts)):
        entries = []
        for name in sorted(group):
            added = fold_additions(group[name], orbits)
            if added and name != "LC":
                write_table(prefix + name, added)
                entries.append((name, prefix + name))
        write_map(variable, "maps a %s to the characters outside that fold to characters inside." % title, entries)
    write_latin(category)


main()
