#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
The serial bridge with real programs at its clients' end, and simulated targets behind it.

    test/bridge/run.py [--all] [--cases FOLDER] [--jobs N] BIN [PATTERN...]

BIN is the folder with pigtail and bridge_avr. Each function of cases/*.py, or of another
FOLDER, whose name begins with case_ is one case; slow_ is one for --all. PATTERN chooses by
parts of names. N cases run side by side. Prints TAP.
"""
import argparse
import contextlib
import glob
import importlib.util
import io
import os
import signal
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
sys.dont_write_bytecode = True

from den import enter  # noqa: E402
from rig import Rig, Skip  # noqa: E402


def cases(folder, with_slow):
    sys.path.append(folder)  # after ours, whose names it may have too
    for path in sorted(glob.glob(os.path.join(folder, "*.py"))):
        spec = importlib.util.spec_from_file_location(os.path.basename(path)[:-3], path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, function in list(vars(module).items()):
            if name.startswith("case_") or (with_slow and name.startswith("slow_")):
                yield f"{spec.name}: {name.split('_', 1)[1].replace('_', ' ')}", function


def run(bin_folder, chosen, queue):
    """
    Takes a case's number from the queue, and the next. Returns whether one failed. What is said
    of a case is said at once: others speak beside it.
    """
    any_failed = False
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # its files go too
    while number := int.from_bytes(os.read(queue, 2), "big"):
        name, function = chosen[number - 1]
        rig = Rig(bin_folder)
        began = time.monotonic()
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            try:
                function(rig)
                rig.end()
                print(f"ok {number} - {name} ({time.monotonic() - began:.0f} s)")
            except Skip as why:
                print(f"ok {number} - {name} # SKIP {why}")
            except Exception:  # whatever it is, the next case goes on
                any_failed = True
                print(f"not ok {number} - {name}")
                for line in (traceback.format_exc() + rig.said()).splitlines():
                    print(f"# {line}")
            finally:
                rig.clean()
        os.write(1, said.getvalue().encode(errors="backslashreplace"))
    return any_failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--cases", default=os.path.join(HERE, "cases"))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("bin")
    parser.add_argument("pattern", nargs="*")
    options = parser.parse_args()
    enter()
    chosen = [case for case in cases(options.cases, options.all)
              if not options.pattern or any(pattern in case[0] for pattern in options.pattern)]  # fmt: skip
    queue, end = os.pipe()
    os.write(end, b"".join(number.to_bytes(2, "big") for number in range(1, len(chosen) + 1)))
    os.close(end)
    workers = []
    signal.signal(signal.SIGTERM, lambda number, frame: [os.kill(pid, number) for pid in workers])
    for _ in range(options.jobs):
        pid = os.fork()
        if not pid:
            return run(options.bin, chosen, queue)
        workers.append(pid)
    failed = False
    while workers:
        failed |= os.waitpid(workers[0], 0)[1] != 0
        workers.pop(0)  # signals go to those that there are
    print(f"1..{len(chosen)}")
    return failed or not chosen


if __name__ == "__main__":
    sys.exit(main())
