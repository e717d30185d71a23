#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
The serial bridge end to end, with the programs that people use. In a network namespace of
its own, so that port 23 is free and nobody else's. Prints TAP.

usage: test/bridge/console/run.py [--list] [NAME...]     (names as in globs)
PIGTAIL=FILE is the program, build/release/bin/pigtail unless given.
"""
import fnmatch
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import traceback

import clients
import pyserial_suite
import trouble
from rig import PIGTAIL, TOP, Bridge, close_all


def the_suite_of_pyserial(folder):
    """51 pass, 5 are skipped, 5 can't pass."""
    bridge = Bridge(folder, "loop:", "--listen", "2400", name="suite")
    passed, skipped, failed = pyserial_suite.run(os.path.join(TOP, "build/pyserial"), "rfc2217://127.0.0.1:2400")
    assert failed == pyserial_suite.CANNOT_PASS, failed ^ pyserial_suite.CANNOT_PASS
    assert (passed, skipped) == (51, 5), (passed, skipped)
    assert bridge.close() == 0


def all_cases():
    cases = {}
    for name in clients.CLIENTS:
        cases[name] = lambda folder, name=name: clients.meet(folder, name, os.path.join(folder, "shown"))
    for case in trouble.CASES:
        cases[case.__name__.replace("_", " ")] = case
    cases["the suite of pyserial"] = the_suite_of_pyserial
    return cases


def run_one(case, outcome):
    folder = tempfile.mkdtemp(prefix="pigtail-bridge-")
    try:
        case(folder)
        outcome["ok"] = True
    except Exception:  # whatever it was, the next case goes on
        outcome["why"] = traceback.format_exc()
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    outcome["why"] += f"{name}: {file.read()[-1500:].decode(errors='backslashreplace')}\n"
    close_all(folder)
    shutil.rmtree(folder, ignore_errors=True)


def tell(number, name, outcome):
    print(f"{'ok' if outcome.get('ok') else 'not ok'} {number} - {name}", flush=True)
    for line in outcome.get("why", "").splitlines():
        print("#   " + line)


def run(names):
    cases, failed = all_cases(), 0
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="pigtail-run-")
    print(f"1..{len(names)}", flush=True)
    # The long one waits most of the time, so the others have theirs meanwhile.
    suite, background = {}, None
    if "the suite of pyserial" in names:
        background = threading.Thread(target=run_one, args=(cases["the suite of pyserial"], suite))
        background.start()
    for number, name in enumerate(names, 1):
        outcome = suite
        if name == "the suite of pyserial":
            background.join()
        else:
            outcome = {}
            run_one(cases[name], outcome)
        tell(number, name, outcome)
        failed += not outcome.get("ok")
    shutil.rmtree(os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)
    return 1 if failed else 0


def main():
    arguments = sys.argv[1:]
    inside = arguments[:1] == ["--inside"]
    chosen = arguments[1:] if inside else arguments
    if chosen == ["--list"]:
        print("\n".join(all_cases()))
        return 0
    if not os.access(PIGTAIL, os.X_OK):
        sys.exit(f"test/bridge/console/run.py: {PIGTAIL} is not there; run script/build")
    names = [name for name in all_cases() if not chosen or any(fnmatch.fnmatch(name, each) for each in chosen)]
    if inside:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        # Without another address some resolvers know no IPv4 at all.
        subprocess.run(["ip", "address", "add", "192.0.2.1/32", "dev", "lo"], check=True)
        return run(names)
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    world = ["unshare", "--net", *as_root]
    # The namespace has no network: what has to be fetched is fetched before.
    if "the suite of pyserial" in names:
        subprocess.run([os.path.join(TOP, "script/lib/fetch_source"), "pyserial", os.path.join(TOP, "build")], check=True)
    if subprocess.run([*world, "true"], check=False, stderr=subprocess.DEVNULL).returncode:
        print(f"1..{len(names)}")
        for number, name in enumerate(names, 1):
            print(f"ok {number} - {name} # SKIP neither root nor user namespaces here")
        return 0
    return subprocess.run([*world, sys.executable, os.path.abspath(__file__), "--inside", *chosen], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
