#!/bin/bash
# unwind.sh BINARY [COUNT [SEED]]: random programs through unwind_test.c and unwind.go; outputs and first lines of panics
# must agree. Needs a Go toolchain; without one it passes.
binary=$1 count=${2:-150} RANDOM=${3:-1}
command -v go >/dev/null || { echo "unwind: no go, skipped"; exit 0; }
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cp "$here/unwind.go" "$scratch/main.go"
(cd "$scratch" && go build -o reference main.go) || exit 1

program() {         # $1: depth
	local n=$((RANDOM % 4 + 1)) s=
	while [ $n -gt 0 ]; do
		n=$((n - 1))
		case $((RANDOM % 12)) in
		0) s+=".$((RANDOM % 9))" ;;
		1|2) s+="r" ;;
		3) s+="p$((RANDOM % 9))" ;;
		4) s+="y" ;;
		5) s+="b" ;;
		6) [ $((RANDOM % 3)) = 0 ] && s+="g" || s+="i" ;;
		7|8|9|10) [ $1 -gt 0 ] && s+="d($(program $(($1 - 1))))" ;;
		11) [ $1 -gt 0 ] && s+="c($(program $(($1 - 1))))" ;;
		esac
	done
	echo "$s"
}

show() {            # output, exit code, panic lines without the trace
	GOMAXPROCS=1 timeout 10 "$@" >"$scratch/out" 2>"$scratch/err"
	echo "exit $?"
	cat "$scratch/out"
	grep -v '^gol stress' "$scratch/err" | sed '/^$/,$d' | grep -v '^goroutine\|^\[signal'
}

for ((i = 0; i < count; i++)); do
	p=$(program 4)
	want=$(show "$scratch/reference" "$p")
	got=$(show "$binary" "$p")
	if [ "$want" != "$got" ]; then
		echo "unwind: program $p"
		diff <(echo "$want") <(echo "$got")
		exit 1
	fi
done
echo ok
