#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
MicroPython's tests that want two, of its source, with two boards of script.elf: TCP, UDP and TLS
from one to the other, by its own run-multitests.py.

    script.elf === link === tap --- bridge --- tap === link === script.elf
    10.8.0.2                       10.8.0.1                       10.8.0.3

in namespaces of its own, which no root is wanted for. Prints TAP, a line for a test. A test that
is not expected to pass is named below with its reason; one of these that passes is told too.
"""
import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile
import time

from board import TESTS, Board

WITHIN = "PIGTAIL_PAIRS_WITHIN"
CERTIFICATES = ("ec_cert.der", "ec_key.der", "expired_cert.der", "rsa_cert.der", "rsa_key.der")
EXPECTED = {}
TRIES = 3  # on a busy machine


def run(*command):
    subprocess.run(command, check=True)


def make_net():
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "br0", "type", "bridge")
    run("ip", "addr", "add", "10.8.0.1/24", "dev", "br0")
    run("ip", "link", "set", "br0", "up")


def make_board(folder, number):
    board = Board(folder, f"pair{number}", "bridge:br0", "--append", f"mac=02:00:00:00:00:{number:02x}")
    for name in CERTIFICATES:
        board.put(os.path.join(TESTS, "multi_net", name))
    board.put("boot.py", "import network\nnic = network.LAN()\n"
              f"nic.ifconfig(('10.8.0.{number}', '255.255.255.0', '10.8.0.1', '10.8.0.1'))\n")
    return board


def run_test(boards, test):
    instances = [word for board in boards for word in ("-i", "pyb:" + board.tty)]
    done = subprocess.run(["/usr/bin/python3", "run-multitests.py", *instances, test], cwd=TESTS,
                          capture_output=True, text=True, check=False)
    outcome = re.search(r": (pass|FAIL|skip)$", done.stdout, re.M)
    return outcome[1] if outcome else "FAIL", done.stdout + done.stderr


def judge(boards, test):
    """Whether it is well, what to say of it, and what the driver said."""
    name = os.path.basename(test)[:-3]
    for _ in range(TRIES):
        outcome, said = run_test(boards, test)
        if outcome != "FAIL" or name in EXPECTED:
            break
    if outcome == "FAIL":
        return name in EXPECTED, f"failed as expected: {EXPECTED.get(name)}", said
    if name in EXPECTED:
        return False, "passes now", said
    return True, "skipped" if outcome == "skip" else "", said


def main():
    parser = argparse.ArgumentParser(description="MicroPython's tests for two, on script.elf.")
    parser.add_argument("tests", nargs="*", metavar="TEST", default=["*"], help="names, as in globs")
    if WITHIN not in os.environ:
        os.environ[WITHIN] = "1"
        os.execvp("unshare", ["unshare", "--user", "--map-root-user", "--net", sys.executable, *sys.argv])
    tests = sorted({os.path.relpath(path, TESTS) for pattern in parser.parse_args().tests
                    for path in glob.glob(os.path.join(TESTS, "multi_net", pattern + ".py"))})
    print(f"1..{len(tests)}")
    make_net()
    ended = 0
    with tempfile.TemporaryDirectory() as folder:
        boards = []
        try:
            boards = [make_board(folder, number) for number in (2, 3)]
            for number, test in enumerate(tests, 1):
                began = time.monotonic()
                well, words, said = judge(boards, test)
                print(f"{'ok' if well else 'not ok'} {number} - {test[:-3]}"
                      f"{': ' if words else ''}{words} ({time.monotonic() - began:.0f} s)", flush=True)
                if not well:
                    ended = 1
                    for line in said.splitlines()[-40:]:
                        print(f"#   {line}")
        finally:
            for board in boards:
                board.close()
    return ended


if __name__ == "__main__":
    sys.exit(main())
