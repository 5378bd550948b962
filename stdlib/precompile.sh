#!/bin/sh
# Compiles every package of the standard library into the object cache, in its two forms (two versions of each
# function, one version), so that a first program need not wait for it; copies of the objects, for make install, are
# left in SCRATCH/objects. Usage: precompile.sh GOL SCRATCH
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
rm -rf "$scratch/objects" "$scratch/objects.new"
mkdir "$scratch/objects.new"
for versions in "" -versions=1; do
    "$gol" build -progress $versions -o "$scratch/all" "$scratch/all.gol"
    "$gol" build -dump=objects $versions "$scratch/all.gol" | while read -r object; do cp "$object" "$scratch/objects.new/"; done
done
mv "$scratch/objects.new" "$scratch/objects"
