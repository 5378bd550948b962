#!/bin/sh
# Compiles every package of the standard library into the object cache, in its two forms (two versions of each
# function, one version), so that a first program need not wait for it. Usage: precompile.sh GOL SCRATCH
set -eu
gol=$1 scratch=$2
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$scratch"
{
    echo "package main"
    echo "import ("
    (cd "$here" && find . -name '*.gol' ! -path './tests/*' | sed 's|/[^/]*$||; s|^\./||' | sort -u | grep -v internal |
        sed 's|.*|\t_ "&"|')
    echo ")"
    echo "func main() {}"
} > "$scratch/all.gol"
"$gol" build -o "$scratch/all" "$scratch/all.gol"
"$gol" build -versions=1 -o "$scratch/all" "$scratch/all.gol"
