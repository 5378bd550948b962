#!/bin/sh
# intrinsics.sh LIBRARY: every function without a body in stdlib/ has its C in the library. Lists those that have not.
cd "$(dirname "$0")/../.." || exit 1
library=${1:-build/libgolrt.a}
list=$(mktemp) && have=$(mktemp) || exit 1
trap 'rm -f "$list" "$have"' EXIT
nm --defined-only "$library" 2>/dev/null | awk 'NF == 3 && $2 ~ /[TWD]/ {print $3}' | sort -u > "$have"
find stdlib -name '*.gol' ! -path 'stdlib/tests/*' | LC_ALL=C sort | xargs awk '
FNR == 1 {
	package = FILENAME; sub(/^stdlib\//, "", package); sub(/\/[^\/]*$/, "", package)
	gsub(/_/, "_0", package); gsub(/\//, "_1", package); gsub(/\./, "_2", package); gsub(/-/, "_3", package)
}
/^\/\/go:linkname / { linked = 1 }       # its body is in another package
!/^\/\// { if (linked) { linked = 0; next } }
/^func [A-Za-z_]/ && !/[{]/ {
	name = $0; sub(/^func /, "", name); sub(/[\[(].*/, "", name); gsub(/_[0-9]/, "_0&", name); gsub(/_0_/, "_0", name)
	print "gol_" package "_" name
}' | sort -u > "$list"
missing=$(comm -23 "$list" "$have")
[ -z "$missing" ] && exit 0
echo "functions of stdlib/ without a body and without C:" >&2
echo "$missing" >&2
exit 1
