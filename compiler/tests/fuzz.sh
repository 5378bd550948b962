#!/bin/sh
# Runs the fuzz targets, seeded with the programs of testdata, for SECONDS each.
# What they find stays in FOLDER/found. Usage: fuzz.sh FOLDER SECONDS (make fuzz)
set -u
folder=$1 seconds=$2
mkdir -p "$folder/front" "$folder/constant" "$folder/found"
for f in $(find testdata/run testdata/errors testdata/escape -name '*.gol' -size -6k 2>/dev/null); do
	cp "$f" "$folder/front/$(echo "$f" | tr / _)"
done
printf '\000\0000x1p-2 3.5e100' > "$folder/constant/add"
printf '\003\0001_000_000 7' > "$folder/constant/quotient"
printf '\002\0061e10000 1e-10000' > "$folder/constant/range"
cat > "$folder/go.dict" <<'END'
"package main\x0a" "func " "type " "struct{" "interface{" "chan " "map[" "[]" "..." "defer " "go " "select{" "case " "default:"
"switch " "for " "range " "return" "goto " "fallthrough" "const " "iota" "var " ":=" "<-" "&^=" "import \"fmt\"" "~" "any" "comparable"
"make(" "append(" "len(" "recover()" "panic(" "unsafe" "[T any]" "[1<<40]" "'a'" "`" "0x1p-2" "1i" "func()" "int" "string" "error"
END
tr ' ' '\n' < "$folder/go.dict" | grep '^".*"$' | grep -v '^""' > "$folder/words.dict"
status=0
export GOL_FUZZ_STDLIB="$PWD/stdlib" GOL_FUZZ_GENERATED="$PWD/build/stdlib" ASAN_OPTIONS="detect_leaks=0:detect_stack_use_after_return=0:${ASAN_OPTIONS:-}"
for target in constant front; do
	echo "$target: $seconds seconds"
	"$folder/${target}_fuzz" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=4096 -max_len=6000 -mutate_depth=3 -entropic=0 -dict="$folder/words.dict" \
		-artifact_prefix="$folder/found/$target-" "$folder/$target" > "$folder/$target.log" 2>&1 || status=1
	grep -E 'ERROR|SUMMARY|Test unit|^Done' "$folder/$target.log"
done
ls "$folder/found"
exit $status
