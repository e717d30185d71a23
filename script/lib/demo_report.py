# SPDX-License-Identifier: GPL-2.0-only
"""
What the demos have in common around what they show: options, the report of --json, the end.
"""
import argparse
import json
import sys
import time

import lab
from lab import Trouble


def show(command, description, run, report, more_options=None):
    """
    Runs run(options, say, report), which fills the report and sets its "ok", and exits.
    report: what this demo's has besides, in the order of the file. more_options(parser).
    """
    parser = argparse.ArgumentParser(prog=f"script/{command}", description=description)
    parser.add_argument("--once", action="store_true", help="no live progress: for machines")
    parser.add_argument("--json", metavar="FILE", help="write the results to FILE as JSON")
    if more_options:
        more_options(parser)
    options = parser.parse_args()
    say = lab.Terminal(live=not options.once)
    began = time.monotonic()
    report = {
        "tool": f"pigtail {command}",
        "ok": False,
        "error": None,
        "mode": None,
        "seconds": None,
        **report,
    }
    try:
        run(options, say, report)
    except Trouble as trouble:
        report["error"] = str(trouble)
    except KeyboardInterrupt:
        say.line()
        sys.exit(130)
    report["seconds"] = round(time.monotonic() - began, 1)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=2)
            file.write("\n")
    if report["error"]:
        print(f"script/{command}: {report['error']}", file=sys.stderr)
    sys.exit(0 if report["ok"] else 1)
