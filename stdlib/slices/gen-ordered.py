#!/usr/bin/env python3
"""Writes the functions of sort_func.gol for the order of <, NaNs first: compare(a, b) < 0 becomes !(a >= b) && b == b,
which calls nothing and costs one comparison for types without NaN."""

import os
import re

ARGUMENT = r"((?:[^(),\[\]]|\[[^]]*\])+)"

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "sort_func.gol")) as f:
    text = f.read()
text = text.replace('package slices\n', 'package slices\n\nimport "cmp"\n', 1)
text = re.sub(r"\n// The functions of Sort.*\n", "\n// Generated from sort_func.gol.\n", text)
text = re.sub(r"compare\(" + ARGUMENT + ", " + ARGUMENT + r"\) < 0", r"(!(\1 >= \2) && \2 == \2)", text)
text = re.sub(r"compare\(" + ARGUMENT + ", " + ARGUMENT + r"\) >= 0", r"(\1 >= \2 || \2 != \2)", text)
text = text.replace(", compare func(a, b E) int)", ")").replace(", compare)", ")")
text = text.replace("[E any]", "[E cmp.Ordered]").replace("Func", "Ordered")
assert "compare(" not in text
print(text, end="")
