#!/bin/bash
# Tests the standard library of gol under the installed Go, without gol.
#
# Model: the tree stdlib/ is copied into a temporary module "golstd" (X.gol becomes X.go), so that
# our package strings is golstd/strings there and stands beside the real one. A program of
# stdlib/tests can import both and print where they differ; a program of testdata/run/std is run
# twice, with the real packages and with ours, and both must print its "// Output:" block.
#
#   run-under-go.sh                      everything below, one after the other
#   run-under-go.sh build [PKG...]       only vet that the packages compile (default: all)
#   run-under-go.sh cmp [NAME...]        run stdlib/tests/NAME.go (default: all of them)
#   run-under-go.sh std [GLOB...]        run testdata/run/std/GLOB.gol against real and own packages
#   run-under-go.sh update [GLOB...]     write the "// Output:" block of these programs from real Go
#   run-under-go.sh api [PKG...]         compare the exported API with the real package's
#
# Rules of the copy:
#  - an import of a package that stands in stdlib/ becomes golstd/PKG, except the packages that have a
#    file stdlib/tests/stubs/PKG/NATIVE: those are not copied, the real one serves (runtime, unsafe).
#  - a function without body (an intrinsic) must stand on one line. If stubs/PKG exists, such
#    lines are dropped and the stubs/PKG/*.go files, which define them in Go, are added.
#  - generated sources (build/stdlib/PKG/*.gol, made by stdlib/generate.sh) are added.
# The temporary module is kept in $GOLSTD_DIR if that is set, which makes repeated runs quicker.
set -u
here=$(cd "$(dirname "$0")" && pwd)
stdlib=$(dirname "$here")
root=$(dirname "$stdlib")
module=${GOLSTD_DIR:-$(mktemp -d /tmp/golstd.XXXXXX)}
[ -n "${GOLSTD_DIR:-}" ] || trap 'rm -rf "$module"' EXIT
mkdir -p "$module"
limit=${GOLSTD_TIMEOUT:-240}
failed=0

packages() {   # import paths of all packages in stdlib, NATIVE ones left out
    (cd "$stdlib" && find . -name '*.gol' -not -path './tests/*' -printf '%h\n' | sed 's,^\./,,' | sort -u) |
    while read -r p; do [ -e "$here/stubs/$p/NATIVE" ] || echo "$p"; done
}

rewrite() {    # rewrite FROM TO KEEPBODYLESS: copy one source, imports redirected
    awk -v list="$all_packages" -v keep="$3" '
        BEGIN { n = split(list, a, " "); for (i = 1; i <= n; i++) ours[a[i]] = 1 }
        function redirect(line,   path) {
            if (match(line, /"[^"]+"/)) {
                path = substr(line, RSTART + 1, RLENGTH - 2)
                if (path in ours) return substr(line, 1, RSTART) "golstd/" substr(line, RSTART + 1)
            }
            return line
        }
        keep == 0 && /^import "unsafe"$/ && FILENAME ~ /intrinsics\.gol$/ { next }
        /^import \(/ { inside = 1; print; next }
        inside && /^\)/ { inside = 0; print; next }
        inside { print redirect($0); next }
        /^import / { print redirect($0); next }
        keep == 0 && /^func / && !/[{}][ \t]*$/ && !/\{.*\/\// && !/[(,][ \t]*$/ { next }
        { print }' "$1" > "$2.tmp"
    if cmp -s "$2.tmp" "$2"; then rm "$2.tmp"; else mv "$2.tmp" "$2"; fi
}

copy_package() {
    local p=$1 keep=1 f
    mkdir -p "$module/$p"
    find "$module/$p" -maxdepth 1 -name '*.go' -delete
    [ -d "$here/stubs/$p" ] && keep=0
    for f in "$stdlib/$p"/*.gol "$root/build/stdlib/$p"/*.gol; do
        [ -e "$f" ] || continue
        rewrite "$f" "$module/$p/$(basename "${f%.gol}").go" $keep
    done
    for f in "$here/stubs/$p"/*.go; do
        [ -e "$f" ] && cp "$f" "$module/$p/stub_$(basename "$f")"
    done
}

prepare() {
    "$stdlib/generate.sh" "$root/build/stdlib" || exit 1
    all_packages=$(packages | tr '\n' ' ')
    printf 'module golstd\n\ngo 1.26\n' > "$module/go.mod"
    for p in $all_packages; do copy_package "$p"; done
}

do_build() {
    local list=("$@")
    [ $# -gt 0 ] || read -r -a list <<< "$all_packages"
    (cd "$module" && timeout "$limit" go build -p 2 "${list[@]/#/golstd/}") || failed=1
}

run_program() {   # run_program FILE: build and run a main package in the module
    local dir="$module/cmd/$(basename "$1" .go)"
    mkdir -p "$dir" && cp "$1" "$dir/main.go"
    (cd "$module" && go build -p 2 -o "$dir/prog" "./cmd/$(basename "$1" .go)" && timeout "$limit" "$dir/prog")
}

do_cmp() {
    local f names=()
    for f in "$@"; do names+=("$here/$f.go"); done
    [ $# -gt 0 ] || names=("$here"/*.go)
    for f in "${names[@]}"; do
        [ -e "$f" ] && [ "$(basename "$f")" != apicheck.go ] || continue
        if run_program "$f"; then echo "ok   $(basename "$f" .go)"; else echo "FAIL $(basename "$f" .go)"; failed=1; fi
    done
}

std_files() {
    local g
    [ $# -gt 0 ] || set -- '*'
    for g in "$@"; do ls "$root"/testdata/run/std/${g%.gol}.gol 2>/dev/null; done
}

expected() { sed -n '/^\/\/ Output:$/,$p' "$1" | sed -e 1d -e '/^\/\/ exit:/d' -e 's,^// \?,,'; }

do_std() {
    local f name dir
    for f in $(std_files "$@"); do
        name=$(basename "$f" .gol); dir="$module/std/$name"
        mkdir -p "$dir/real" "$dir/own"
        cp "$f" "$dir/real/main.go"
        rewrite "$f" "$dir/own/main.go" 1
        expected "$f" > "$dir/want"
        for w in real own; do
            if (cd "$module" && go build -p 2 -o "$dir/$w/prog" "./std/$name/$w" && timeout "$limit" "$dir/$w/prog" > "$dir/$w/out" 2>"$dir/$w/err"
                rc=$?; want=$(sed -n 's,^// exit: ,,p' "$f"); [ $rc = "${want:-0}" ]) && diff -Z "$dir/want" "$dir/$w/out" > "$dir/$w/diff"; then
                echo "ok   $name ($w)"
            else
                echo "FAIL $name ($w)"; head -20 "$dir/$w/diff" "$dir/$w/err" 2>/dev/null; failed=1
            fi
        done
    done
}

do_update() {
    local f dir
    for f in $(std_files "$@"); do
        dir="$module/update/$(basename "$f" .gol)"
        mkdir -p "$dir"; cp "$f" "$dir/main.go"
        (cd "$module" && go build -o "$dir/prog" "./update/$(basename "$f" .gol)" && timeout "$limit" "$dir/prog" > "$dir/out" 2>"$dir/err")
        exits=$(sed -n 's,^// exit: .*,&,p' "$f")
        sed '/^\/\/ Output:$/,$d' "$f" > "$dir/new"
        { cat "$dir/new"; echo "// Output:"; sed -e 's,^,// ,' -e 's,^// $,//,' "$dir/out"; [ -z "$exits" ] || grep -q '^// exit:' "$dir/new" || echo "$exits"; } > "$f"
        echo "wrote $(basename "$f")"
    done
}

do_api() {
    local list=("$@")
    [ $# -gt 0 ] || read -r -a list <<< "$all_packages"
    mkdir -p "$module/cmd/apicheck" && cp "$here/apicheck.go" "$module/cmd/apicheck/main.go"
    (cd "$module" && go build -o cmd/apicheck/prog ./cmd/apicheck && cmd/apicheck/prog "${list[@]}") || failed=1
}

prepare
verb=${1:-all}; [ $# -gt 0 ] && shift
case $verb in
build) do_build "$@" ;;
cmp) do_cmp "$@" ;;
std) do_std "$@" ;;
update) do_update "$@" ;;
api) do_api "$@" ;;
all) do_build; do_cmp; do_std; do_api ;;
*) sed -n '2,16p' "$0"; exit 2 ;;
esac
exit $failed
