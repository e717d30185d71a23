#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
MicroPython's own tests, of its source, against script.elf: each suite by its own run-tests.py,
over the REPL of the link ('pigtail repl --pty'), with the network beside it.

    run-tests.py --- pty --- pigtail repl === link === script.elf in QEMU

Prints TAP, a line for a suite: what passed and was skipped. A test that is not expected to
pass is named below with its reason; one of these that passes is told too.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

from board import TESTS, Board

SUITES = {
    "basics": {},
    "float": {},
    "micropython": {},
    "misc": {
        "rge_sm": "its results are of double precision",
    },
    "extmod": {
        "tls_sslcontext_ciphers": "wants ciphers without ephemeral keys",
    },
    "net_hosted": {
        "connect_nonblock": "wants the Internet",
        "connect_nonblock_xfer": "wants the Internet",
        "connect_poll": "wants the Internet",
        "ssl_getpeercert": "wants the Internet",
        "ssl_verify_callback": "wants the Internet",
    },
}


# By the clock, to 10 ms, which a busy machine does not give: they may be run again, alone.
BY_THE_CLOCK = {"asyncio_fair", "asyncio_gather_notimpl", "asyncio_heaplock", "asyncio_lock",
                "asyncio_wait_for", "asyncio_cancel_fair", "time_res", "ticks_diff", "sleep_ms_us"}
TRIES = 3


def run_tests(board, results, *what):
    return subprocess.run(["/usr/bin/python3", "run-tests.py", "-t", board.tty, "-r", results, *what],
                          cwd=TESTS, capture_output=True, text=True, check=False)


def outcomes(done):
    results_of = {"pass": [], "FAIL": [], "skip": []}
    for kind, test in re.findall(r"^(pass|FAIL|skip)\s+(\S+)\.py", done.stdout, re.M):
        results_of[kind].append(os.path.basename(test))
    return results_of


def run_suite(board, suite, results):
    done = run_tests(board, results, "-d", suite)
    results_of = outcomes(done)
    for test in [test for test in results_of["FAIL"] if test in BY_THE_CLOCK]:
        if any(outcomes(run_tests(board, results, f"{suite}/{test}.py"))["pass"] for _ in range(TRIES)):
            results_of["FAIL"].remove(test)
            results_of["pass"].append(test)
    return results_of, done.stdout + done.stderr


def judge(suite, results_of):
    """What is wrong with it, in words; none: nothing."""
    expected = SUITES[suite]
    failed = set(results_of["FAIL"])
    wrong = [f"{test} failed" for test in sorted(failed - set(expected))]
    wrong += [f"{test} passes now" for test in sorted(set(expected) & set(results_of["pass"]))]
    if not results_of["pass"]:
        wrong.append("nothing ran")
    return wrong


def main():
    parser = argparse.ArgumentParser(description="MicroPython's own tests on script.elf.")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(SUITES))
    suites = parser.parse_args().suites or list(SUITES)
    unknown = [suite for suite in suites if suite not in SUITES]
    if unknown:
        parser.error(f"no such suite: {', '.join(unknown)}")
    print(f"1..{len(suites)}")
    ended = 0
    with tempfile.TemporaryDirectory() as folder:
        board = Board(folder, "micropython-tests", "user")
        try:
            for number, suite in enumerate(suites, 1):
                began = time.monotonic()
                results_of, said = run_suite(board, suite, os.path.join(folder, "results"))
                wrong = judge(suite, results_of)
                counts = (f"{len(results_of['pass'])} passed, {len(results_of['skip'])} skipped, "
                          f"{len(results_of['FAIL'])} failed as expected" if not wrong else "; ".join(wrong))
                print(f"{'not ok' if wrong else 'ok'} {number} - {suite}: {counts} "
                      f"({time.monotonic() - began:.0f} s)", flush=True)
                for test in sorted(set(results_of["FAIL"]) & set(SUITES[suite])):
                    print(f"#   {test}: {SUITES[suite][test]}")
                if wrong:
                    ended = 1
                    for line in said.splitlines()[-40:]:
                        print(f"#   {line}")
        finally:
            board.close()
    return ended


if __name__ == "__main__":
    sys.exit(main())
