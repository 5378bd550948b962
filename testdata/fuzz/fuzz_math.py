#!/usr/bin/env python3
"""fuzz_math.py: the bits that functions of math and math/cmplx give, against an installed go's, on random arguments.

    fuzz_math.py --gol ./gol [--go go] [--seconds 60] [--seed 1]

The program is run/std/math_bits.gol, which hashes the results of each function; go must make code for amd64 with fused
multiplication, as gol's Exp does. Names the functions that differ and the seed, exits with 1.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "run", "std", "math_bits.gol")
COUNT = "3000"


def lines(program, seed):
    return subprocess.run([program, str(seed), COUNT], check=True, capture_output=True, text=True).stdout.splitlines()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gol", required=True)
    parser.add_argument("--go", default="go")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "main.go")
        shutil.copyfile(PROGRAM, source)
        ours, theirs = os.path.join(folder, "ours"), os.path.join(folder, "theirs")
        subprocess.run([os.path.abspath(options.gol), "build", "-o", ours, source], check=True)
        subprocess.run([options.go, "build", "-o", theirs, source], check=True, env=dict(os.environ, GOARCH="amd64", GO111MODULE="off"))
        end = time.monotonic() + options.seconds
        seed, failures = options.seed, 0
        while failures < 10 and (time.monotonic() < end or seed == options.seed):
            for a, b in zip(lines(ours, seed), lines(theirs, seed), strict=True):
                if a != b:
                    print(f"seed {seed}: gol {a}\n{' ' * len(str(seed))}       go {b}")
                    failures += 1
            seed += 1
        print(f"{seed - options.seed} seeds, {failures} differences")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
