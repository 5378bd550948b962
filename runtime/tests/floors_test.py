#!/usr/bin/env python3
"""Plants what runtime/floors.py must find: an include and a call of a higher floor, a folder without a floor.

    floors_test.py BUILD      where the runtime's objects are
"""
import os
import shutil
import subprocess
import sys
import tempfile

RUNTIME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def run(root, build):
    p = subprocess.run([sys.executable, os.path.join(root, "floors.py"), build], capture_output=True, text=True)
    return p.returncode, p.stdout


def append(path, text):
    with open(path, "a", encoding="utf-8") as f:
        f.write(text)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        root, build = os.path.join(scratch, "runtime"), os.path.join(scratch, "build")
        shutil.copytree(RUNTIME, root)
        shutil.copytree(sys.argv[1], build, ignore=shutil.ignore_patterns("tests", "*.d"))
        assert run(root, build) == (0, ""), run(root, build)

        append(os.path.join(root, "heap", "span.c"), '#include "sched/proc.h"\n')
        append(os.path.join(root, "stack", "list.h"), '#include "tests/support.h"\n')
        append(os.path.join(root, "gc", "planted.c"), "void proc_loop(void);\nvoid planted(void);\nvoid planted(void) { proc_loop(); }\n")
        subprocess.run(["cc", "-c", "-o", os.path.join(build, "gc", "planted.o"), os.path.join(root, "gc", "planted.c")], check=True)
        code, text = run(root, build)
        for wanted in ("heap includes sched/proc.h, of a higher floor", "tests/support.h stands on no floor",
                       "gc/planted.c: uses proc_loop of sched/worker.c, a higher floor"):
            assert code == 1 and wanted in text, (wanted, text)


if __name__ == "__main__":
    main()
