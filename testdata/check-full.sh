#!/bin/sh
# The whole matrix of tests, in shards that run one after the other; each is one line of output
# and a log. Usage: check-full.sh GOL [SHARD...] (default: all; `check-full.sh GOL list` names them)
#
#   CC-OLEVEL-vN-SETTING   every program of testdata: {gcc,clang} x {O0,O2,O3} x {1,2} versions x
#                          {plain,freeze,window,gc}
#   sanitize-asan          the programs with program and runtime under ASan and UBSan
#   unit-asan, unit-tsan   the unit tests of the runtime under sanitizers
#   diff-go                the programs against an installed go
set -u
gol=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
logs=${GOL_LOGS:-build/check-full}
mkdir -p "$logs"

shards() {
	for cc in gcc clang; do
		command -v $cc >/dev/null || continue
		for level in 0 2 3; do
			for versions in 1 2; do
				for setting in plain freeze window gc; do
					echo "$cc-O$level-v$versions-$setting"
				done
			done
		done
	done
	echo sanitize-asan
	echo unit-asan
	echo unit-tsan
	echo diff-go
}

# The runtime with flags of a sanitizer, in a tree beside: $1 folder, $2 flags.
sanitized_tree() {
	make -s B="$1" CFLAGS="-O1 -g $2" "$1/libgolrt.a"
}

run_matrix() {   # cc-Olevel-vN-setting
	IFS=- read -r cc level versions setting <<END
$1
END
	CC=$cc python3 "$here/check.py" --gol "$gol" --settings "$setting" --versions "${versions#v}" -O "${level#O}"
}

# gol links with build/libgolrt.a beside it: a folder with links to all but that.
sanitize_programs() {
	flags="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
	tree=$PWD/$logs/tree
	sanitized_tree "$logs/asan" "$flags" || return 1
	mkdir -p "$tree/build"
	cp "$gol" "$tree/gol"
	ln -sfn "$PWD/stdlib" "$tree/stdlib"
	ln -sfn "$PWD/runtime" "$tree/runtime"
	ln -sfn "$PWD/build/stdlib" "$tree/build/stdlib"
	cp "$logs/asan/libgolrt.a" "$tree/build/libgolrt.a"
	CFLAGS="$flags" ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1 \
		python3 "$here/check.py" --gol "$tree/gol" --settings plain,freeze --versions 2 -O 1
}

unit() {    # $1 name, $2 flags
	for t in runtime/tests/*_test.c; do
		name=$(basename "$t" .c)
		sanitized_tree "$logs/$1" "$2" || return 1
		make -s B="$logs/$1" CFLAGS="-O1 -g $2" "$logs/$1/runtime/tests/$name" || return 1
		"$logs/$1/runtime/tests/$name" || return 1
	done
}

run_shard() {
	case $1 in
	gcc-*|clang-*) run_matrix "$1" ;;
	sanitize-asan) sanitize_programs ;;
	unit-asan) unit asan "-fsanitize=address,undefined" ;;
	unit-tsan) unit tsan "-fsanitize=thread" ;;
	diff-go) python3 "$here/diff-go.py" --gol "$gol" ;;
	*) echo "no shard $1"; return 1 ;;
	esac
}

[ $# -gt 0 ] || set -- $(shards)
[ "$1" != list ] || { shards; exit 0; }
failed=0
for shard; do
	start=$(date +%s)
	if run_shard "$shard" > "$logs/$shard.log" 2>&1; then verdict=ok; else verdict=FAILED failed=$((failed + 1)); fi
	printf '%-28s %-6s %4ds  %s\n' "$shard" $verdict $(($(date +%s) - start)) "$(tail -1 "$logs/$shard.log")"
done
exit $((failed > 0))
