#!/bin/sh
# The whole matrix of tests, in shards that run one after the other; each is one line of output
# and a log. Usage: check-full.sh GOL [SHARD...] (default: all; `check-full.sh GOL list` names them).
# GOL_ONLY=REGEX limits the shards that run programs to some of them, GOL_LOGS says where the logs go.
#
#   diagnostics            testdata/errors and escape
#   CC-OLEVEL-vN           every program of testdata/run: {gcc,clang} x {O0,O2,O3} x {1,2} versions, each built once
#                          and run under all settings, the random ones with several seeds
#   sanitize-asan          the programs with program and runtime under ASan and UBSan
#   frames-vN              every program, no native frame above 16 KiB, at -O0 and -O2
#   unit-asan, unit-tsan   the unit tests of the runtime under sanitizers
#   interleave             what decides races in the runtime in every order of its steps, up to 3 preemptions; rules taken out of it are missed
#   process                programs as processes
#   faults                 the nth call of the system fails
#   warnings-CC            all emitted C with -Wall -Wextra
#   bundle-CC              a few bundles of -emit=c, compiled by the bare compiler at -O0 to -O3
#   bundle-aarch64         the same for another processor, where cross compiler and qemu-user are installed
#   diff-go                the programs against an installed go
set -u
gol=$1
shift
here=$(cd "$(dirname "$0")" && pwd)
logs=${GOL_LOGS:-build/check-full}
mkdir -p "$logs"

shards() {
	echo diagnostics
	for cc in gcc clang; do
		command -v $cc >/dev/null || continue
		for level in 0 2 3; do
			for versions in 1 2; do
				echo "$cc-O$level-v$versions"
			done
		done
		echo "warnings-$cc"
		echo "bundle-$cc"
	done
	if command -v aarch64-linux-gnu-gcc >/dev/null && command -v qemu-aarch64 >/dev/null; then echo bundle-aarch64; fi
	echo frames-v1
	echo frames-v2
	echo sanitize-asan
	echo unit-asan
	echo unit-tsan
	echo interleave
	echo process
	echo faults
	echo diff-go
}

check() { python3 "$here/check.py" ${GOL_ONLY:+--only "$GOL_ONLY"} "$@"; }

# The runtime with flags of a sanitizer, in a tree beside: $1 folder, $2 flags.
sanitized_tree() {
	make -s B="$1" CFLAGS="-O1 -g $2" "$1/libgolrt.a"
}

run_matrix() {   # cc-Olevel-vN
	IFS=- read -r cc level versions <<END
$1
END
	CC=$cc check --gol "$gol" --folders run --seeds 4 --versions "${versions#v}" -O "${level#O}"
}

# $1 compiler with flags, $2 levels of optimisation, $3 versions; more: options of check.py.
bundle() {
	compiler=$1 levels=$2 versions=$3
	shift 3
	for level in $levels; do
		check --gol "$gol" --folders run --only 'run/(stack_pointers|panic_table)' --settings plain,freeze,sched \
			--versions "$versions" --bundle "$compiler -O$level" "$@" || return 1
	done
}

frames() {      # $1: 1 or 2 versions
	for level in 0 2; do
		CC=$here/frames.sh check --gol "$gol" --folders run --settings plain --versions "$1" -O $level || return 1
	done
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
		check --gol "$tree/gol" --folders run --settings plain,freeze,window,sched --versions 2 -O 1
}

# The scheduler's tests; those of heap and lang have one thread, and flags of their own (runtime/tests/lang.mk).
unit() {    # $1 name, $2 flags
	make -s B="$logs/$1" CFLAGS="-O1 -g $2" unit-runtime
}

run_shard() {
	case $1 in
	diagnostics) check --gol "$gol" --folders errors,escape ;;
	gcc-*|clang-*) run_matrix "$1" ;;
	warnings-*) python3 "$here/c_warnings.py" --gol "$gol" --cc "${1#warnings-} -O2" ;;
	bundle-aarch64) bundle "aarch64-linux-gnu-gcc -static" "2" 1,2 --runner qemu-aarch64 ;;
	bundle-*) bundle "${1#bundle-} -Wall -Wextra" "0 1" 1 && bundle "${1#bundle-} -Wall -Wextra" "2 3" 2 ;;
	faults) python3 "$here/faults.py" --gol "$gol" ;;
	process) python3 "$here/process.py" --gol "$gol" ;;
	frames-v*) frames "${1#frames-v}" ;;
	sanitize-asan) sanitize_programs ;;
	unit-asan) unit asan "-fsanitize=address,undefined -fno-sanitize-recover=undefined" && make -s test-lang-asan ;;
	unit-tsan) unit tsan "-fsanitize=thread" ;;
	interleave) for t in sched status; do build/runtime/tests/interleave/${t}_test 3 60 || return 1; done; python3 runtime/tests/interleave/bugs.py ;;
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
