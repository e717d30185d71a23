#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
The serial bridge with real programs at its clients' end, and simulated targets behind it.

    test/bridge/run.py [--all] [--cases FOLDER] BIN [PATTERN...]

BIN is the folder with pigtail and bridge_avr. Each function of cases/*.py, or of another
FOLDER, whose name begins with case_ is one case; slow_ is one for --all. PATTERN chooses by parts of names. Prints TAP.
"""
import argparse
import glob
import importlib.util
import os
import signal
import sys
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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--cases", default=os.path.join(HERE, "cases"))
    parser.add_argument("bin")
    parser.add_argument("pattern", nargs="*")
    options = parser.parse_args()
    enter()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # its files go too
    failed = number = 0
    for name, function in cases(options.cases, options.all):
        if options.pattern and not any(pattern in name for pattern in options.pattern):
            continue
        number += 1
        rig = Rig(options.bin)
        try:
            function(rig)
            rig.end()
            print(f"ok {number} - {name}", flush=True)
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}", flush=True)
        except Exception:  # whatever it is, the next case goes on
            failed += 1
            print(f"not ok {number} - {name}")
            for line in (traceback.format_exc() + rig.said()).splitlines():
                print(f"# {line}")
            sys.stdout.flush()
        finally:
            rig.clean()
    print(f"1..{number}")
    return 1 if failed or not number else 0


if __name__ == "__main__":
    sys.exit(main())
