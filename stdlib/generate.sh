#!/bin/sh
# Writes the generated sources of the standard library, OUT/<import path>/*.gol, which are compiled
# together with stdlib/<import path>/*.gol. Usage: generate.sh [OUT] (default: build/stdlib).
# Needs python3 and, from Debian's package unicode-data, /usr/share/unicode. A file that is newer than its
# generator and what this reads is left alone.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$(dirname "$here")/build/stdlib}

generate() {   # generate PACKAGE GENERATOR FILE [SOURCE of the package that the generator reads]
    [ "$out/$1/$3" -nt "$here/$1/$2" ] && [ -z "${4:-}" -o "$out/$1/$3" -nt "$here/$1/${4:-}" ] && return
    mkdir -p "$out/$1"
    python3 "$here/$1/$2" > "$out/$1/$3.$$"
    mv "$out/$1/$3.$$" "$out/$1/$3"
}

generate strconv gen-powers.py powers.gol
generate strconv gen-printable.py printable.gol
[ ! -e "$here/unicode/gen-tables.py" ] || generate unicode gen-tables.py tables.gol
generate slices gen-ordered.py sort_ordered.gol sort_func.gol
generate math/rand gen-cooked.py cooked.gol
generate internal/gol/ziggurat gen-tables.py tables.gol
