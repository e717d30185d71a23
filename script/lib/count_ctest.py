#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Counts the tests in the JUnit file of ctest: the cases of a cmocka program each, any
other program as one. Prints "PASSED FAILED SKIPPED", then a line for each failure.
"""
import re
import sys
import xml.etree.ElementTree as xml

OUTCOME = re.compile(r"^\[ *(OK|FAILED|SKIPPED|ERROR) *\] (\w+)$", re.MULTILINE)


def main():
    passed = failed = skipped = 0
    failures = []
    for case in xml.parse(sys.argv[1]).getroot().iter("testcase"):
        program = case.get("name")
        outcomes = dict()
        for outcome, name in OUTCOME.findall(case.findtext("system-out") or ""):
            outcomes[name] = outcome
        bad = [name for name, outcome in outcomes.items() if outcome in ("FAILED", "ERROR")]
        good = [name for name, outcome in outcomes.items() if outcome == "OK"]
        status = case.get("status")
        if status in ("notrun", "disabled"):
            skipped += 1
            continue
        if status != "run" and not bad:
            bad = ["(the program itself)"]
        if status == "run" and not outcomes:
            good = [program]
        passed += len(good)
        failed += len(bad)
        skipped += len(outcomes) - len(good) - len([b for b in bad if b in outcomes])
        failures += [f"{program}: {name}" for name in bad]
    print(passed, failed, skipped)
    for failure in failures:
        print(failure)


if __name__ == "__main__":
    main()
