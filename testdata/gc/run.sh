#!/bin/sh
# run.sh GOL: the programs of this folder's README at full size. Takes a minute or two.
gol=${1:-./gol}
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
status=0
check() {       # NAME EXPECTED-LAST-LINE ENVIRONMENT ARGUMENTS...
	name=$1 expected=$2 setting=$3
	shift 3
	"$gol" build -O2 -o "$scratch/$name" "testdata/run/$name.gol" || { status=1; return; }
	last=$(GOLSTRESS=$setting "$scratch/$name" "$@" 2>&1 | tee /dev/stderr | tail -n 1)
	[ "$last" = "$expected" ] || { echo "FAIL $name $setting $*"; status=1; }
}
check gc_steady steady "" 20480 20 100
check gc_crossings "all there" gc=1
check gc_crossings "all there" gc=3,barrier
check gc_finalizers done ""
check gc_finalizers done gc=3,barrier
exit $status
