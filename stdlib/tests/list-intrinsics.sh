#!/bin/sh
# list-intrinsics.sh: rewrites stdlib/INTRINSICS.md from the sources.
#
# An intrinsic is a function without a body. For each one the list shows its C prototype,
# whether it may panic or freeze, and what it must do (the comment above its
# declaration). C types: all pointers, maps, channels and func values are void * here, the
# emitter may use narrower ones; a struct gol_..._result holds several results r0, r1, ...
cd "$(dirname "$0")/.." || exit 1
{
cat <<'H'
# Intrinsics of the standard library

Made by `stdlib/tests/list-intrinsics.sh` from the declarations: do not edit by hand.

Each is a Go function without a body, implemented by C in `runtime/` under the name below. `g` is the
goroutine. Several results come back in a struct with the fields r0, r1, ... Grades: **pure**
cannot freeze nor panic (may allocate), **nofreeze** may panic, **freeze** may do both; **address**: calls check that
the first argument is not nil. A pointer of any
type, a map, a channel and a func value (the address of {code, captures...}) are `void *` here.

## What C takes from Go code

Package runtime defines, in error.gol, the types of the values that run-time panics carry; C makes values
of them by their descriptors: runtime.errorString, runtime.boundsError (struct of one string: the text without
"runtime error: "), runtime.plainError, *runtime.TypeAssertionError (three descriptor addresses, then the missing
method's name), *runtime.PanicNilError. The function runtime.panicText(v any) string (runtime_panicText) gives
what an uncaught panic prints after "panic: "; it calls methods of v, so it runs as gol code. The constants
stat... in runtime/memstats.gol order the numbers of gol_runtime_memoryStatistics.

The finalizer goroutine is Go code (runtime/finalizer.gol), started by the first SetFinalizer or AddCleanup; it waits
in gol_runtime_nextFinalizer.

H
find . -name '*.gol' -path './*' ! -path './tests/*' | LC_ALL=C sort | xargs awk '
function ctype(t,   b) {
    if (t ~ /^\.\.\./) return "gol_slice"
    if (t ~ /^\[\]/) return "gol_slice"
    if (t ~ /^(\*|map\[|chan |func\(|unsafe\.Pointer|<-)/) {
        b = substr(t, 2)
        if (t ~ /^\*u?int(8|16|32|64)$/) return b "_t *"
        if (t == "*uintptr") return "uintptr_t *"
        if (t == "*unsafe.Pointer") return "void **"
        return "void *"
    }
    if (t ~ /^u?int(8|16|32|64)$/) return t "_t"
    if (t == "int") return "gol_int"; if (t == "uint") return "gol_uint"
    if (t == "uintptr") return "uintptr_t"; if (t == "bool") return "bool"
    if (t == "byte") return "uint8_t"; if (t == "rune") return "int32_t"
    if (t == "string") return "gol_string"; if (t == "any" || t == "interface{}") return "gol_eface"
    if (t == "error") return "gol_iface"
    if (t == "float64") return "double"; if (t == "float32") return "float"
    return "?" t
}
function mangle(s,   o, i, c) {      # names: a _ before a digit becomes _0
    o = ""
    for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (c == "_" && substr(s, i + 1, 1) ~ /[0-9]/) c = "_0"
        o = o c
    }
    return o
}
# split s at commas outside brackets into parts[1..n]
function cut(s, parts,   n, i, c, depth, cur) {
    n = 0; depth = 0; cur = ""
    for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (c ~ /[([{]/) depth++
        if (c ~ /[])}]/) depth--
        if (c == "," && depth == 0) { parts[++n] = cur; cur = ""; continue }
        cur = cur c
    }
    if (cur !~ /^ *$/) parts[++n] = cur
    for (i = 1; i <= n; i++) { sub(/^ +/, "", parts[i]); sub(/ +$/, "", parts[i]) }
    return n
}
# the types of a list of parameters or results, in types[]; names in names[]
function list(s, names, types,   parts, n, i, p, named) {
    n = cut(s, parts); named = 0
    for (i = 1; i <= n; i++) if (parts[i] ~ /^[A-Za-z_][A-Za-z_0-9]* [^ ]/ && parts[i] !~ /^(chan|func) /) named = 1
    for (i = n; i >= 1; i--) {
        if (!named) { types[i] = parts[i]; names[i] = ""; continue }
        p = index(parts[i], " ")
        if (p) { names[i] = substr(parts[i], 1, p - 1); types[i] = substr(parts[i], p + 1) }
        else { names[i] = parts[i]; types[i] = types[i + 1] }
    }
    return n
}
function closing(s, from,   i, c, depth) {
    for (i = from; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (c == "(") depth++
        if (c == ")" && --depth == 0) return i
    }
    return 0
}
function emit(line,   name, a, b, rest, n, i, pn, pt, rn, rt, m, c, ret, t) {
    sub(/^func /, "", line); sub(/ *\/\/.*/, "", line)
    a = index(line, "("); name = substr(line, 1, a - 1); sub(/\[.*/, "", name)
    b = closing(line, a)
    n = list(substr(line, a + 1, b - a - 1), pn, pt)
    rest = substr(line, b + 1); sub(/^ +/, "", rest); sub(/ +$/, "", rest)
    if (rest ~ /^\(/) rest = substr(rest, 2, length(rest) - 2)
    m = list(rest, rn, rt)
    if (pkg != shown) { printf "## %s\n\n", pkg; shown = pkg }
    c = "gol_" mpkg "_" mangle(name)
    ret = m == 0 ? "void" : m == 1 ? ctype(rt[1]) : "struct {"
    if (m > 1) {
        for (i = 1; i <= m; i++) { t = ctype(rt[i]); ret = ret " " t (t ~ /\*$/ ? "" : " ") "r" (i - 1) ";" }
        ret = ret " }"
    }
    printf "    %s%s%s(gol_g *g", ret, ret ~ /\*$/ ? "" : " ", c
    for (i = 1; i <= n; i++) { t = ctype(pt[i]); printf ", %s%s%s", t, t ~ /\*$/ ? "" : " ", pn[i] == "" ? "a" i : pn[i] }
    printf ");\n\n%s: %s\n\n", grade, text
}
FNR == 1 {
    pkg = FILENAME; sub(/^\.\//, "", pkg); sub(/\/[^\/]*$/, "", pkg)
    mpkg = pkg; gsub(/_/, "_0", mpkg); gsub(/\//, "_1", mpkg); gsub(/\./, "_2", mpkg); gsub(/-/, "_3", mpkg)
    text = ""; grade = "**freeze**"
}
/^\/\/gol:pure/ { grade = "**pure**"; next }
/^\/\/gol:nofreeze/ { grade = "**nofreeze**"; next }
/^\/\/gol:address/ { grade = grade ", **address**"; next }
/^\/\/go:linkname / { linked = 1; next }      # the body is in another package
/^\/\/go:/ { next }
/^\/\/ ?/ { l = $0; sub(/^\/\/ ?/, "", l); text = text (text == "" ? "" : l == "" ? "" : "\n") l; next }
linked { linked = 0; text = ""; grade = "**freeze**"; next }
/^func [A-Za-z_]/ && !/\{/ { emit($0); text = ""; grade = "**freeze**"; next }
{ text = ""; grade = "**freeze**" }
'
} > INTRINSICS.md
