# SPDX-License-Identifier: GPL-2.0-only
"""
script/bench: every stack over the same kind of wire, in the same run. A plan says which
cases (bench_cases.py) are measured on which lines; each line gets each stack in turn, on a
fresh link (bench_link.py); the whole plan is gone through several times, so that what else
the machine does meets all of them alike, and of each value the median counts.
Runs in the world of world.sh.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time

import bench_machine
import bench_report
import lab
from bench_cases import CASES, UNITS
from bench_link import STACKS, Link
from lab import Trouble

BAUDS = (115200, 921600, 3000000)
BERS = (0, 1e-5, 1e-4)
NOISY = ("idle", "up", "down", "both", "udp")
# Baud, bit error rate, cases.
FULL = [
    *((baud, 0, tuple(case for case in CASES if case != "fairness" or baud < 3000000)) for baud in BAUDS),
    *((baud, ber, NOISY) for baud in BAUDS for ber in BERS if ber),
]
QUICK = [
    (921600, 0, ("idle", "up", "down", "both", "udp", "http")),
    (921600, 1e-5, ("down",)),
    (921600, 1e-4, ("down",)),
    (115200, 0, ("both",)),
    (3000000, 0, ("down",)),
]
# What stands for a stack in results that say what was measured on.
MACHINE = "machine"
# Of the seconds of a case.
QUICK_SHARE = 0.22
SETUP_SECONDS = 0.5
# Where the report goes that is not of a complete run.
ELSEWHERE = os.path.join(lab.TOP, "build/bench")


def duration(case, baud, share):
    """Seconds that a case measures; a packet is a lot for a slow line."""
    return CASES[case].seconds * share * math.sqrt(921600 / min(baud, 921600))


def cost(case, baud, share):
    """Seconds that it will probably take."""
    return CASES[case].times * duration(case, baud, share) + CASES[case].more


class Progress:
    """Says what runs, how far we are, and how long it takes yet."""

    def __init__(self, terminal, costs):
        self.terminal, self.costs = terminal, costs
        self.began, self.done, self.step = time.monotonic(), 0.0, 0

    def left(self):
        spent = time.monotonic() - self.began
        pace = spent / self.done if self.done else 1
        seconds = max(0, sum(self.costs) - self.done) * pace
        return f"{seconds:.0f} s left" if seconds < 100 else f"{seconds / 60:.0f} min left"

    def title(self):
        return f"[{self.step + 1}/{len(self.costs)}, {self.left()}]"

    def say(self, text):
        self.terminal.progress(f"{self.title()} {text}")

    def finish(self, text):
        """A step."""
        self.terminal.line(f"{self.title()} {text}")
        self.done += self.costs[self.step]
        self.step += 1


def nothing(case):
    """What a stack has that does not come up."""
    zeros = {"up": ("up",), "down": ("down",), "both": ("both_up", "both_down"), "udp": ("udp",)}
    return dict.fromkeys(zeros.get(case, ()), 0.0)


def measure(the_lab, step, seed, share, progress):
    """All cases of a step over one link; {value's name: value}."""
    stack, baud, ber, cases = step
    name = f"{stack}, {baud} baud, BER {ber:g}"
    found = {}
    link = None
    try:
        link = Link(the_lab, stack, baud, ber, seed)
        for case in cases:
            progress.say(f"{name}: {CASES[case].what}")
            found.update(CASES[case].measure(link, duration(case, baud, share)))
            link.rest()
        found["damaged"] = link.damaged()
    except (Trouble, subprocess.TimeoutExpired) as trouble:
        progress.terminal.line(f"{name}: {trouble}")
        for case in cases:
            found = {**nothing(case), **found}
    finally:
        if link:
            link.close()
    values = (f"{case} {bench_report.number(case, value)}" for case, value in found.items())
    progress.finish(f"{name}: {', '.join(values)}")
    return found


def median(values):
    """None, which is no answer, counts as worse than all others."""
    answers = [value for value in values if value is not None]
    return round(statistics.median(answers), 3) if 2 * len(answers) > len(values) else None


def run(options, plan, terminal):
    """{(stack, baud, ber, value's name): [a value of each round]}, and whether that is all."""
    steps = [(stack, *line) for line in plan for stack in options.stacks]
    costs = [SETUP_SECONDS + sum(cost(case, baud, options.share) for case in cases) for _, baud, _, cases in steps]
    progress = Progress(terminal, costs * options.rounds)
    found, complete = {}, False
    the_lab = lab.Lab()
    try:
        for number in range(options.rounds):
            for step in steps:
                for case, value in measure(the_lab, step, number + 1, options.share, progress).items():
                    found.setdefault((*step[:3], case), []).append(value)
        complete = True
    except KeyboardInterrupt:
        terminal.line("interrupted: what follows is what there is so far")
    finally:
        the_lab.close()
    return found, complete


# ---- results in and out ----


def row(stack, baud, ber, case, value):
    return {"stack": stack, "baud": baud, "ber": ber, "case": case, "value": value, "unit": UNITS.get(case, "")}


def read_rows(path):
    """{(stack, baud, ber, case): value}, and what it says of the machine."""
    results, machine = {}, {}
    with open(path) as file:
        for found in map(json.loads, file):
            if found["stack"] == MACHINE:
                machine[found["case"]] = found["value"]
            else:
                results[found["stack"], found["baud"], found["ber"], found["case"]] = found["value"]
    return results, machine


def write(options, results, machine, guest):
    """The report, into its folder; its Markdown."""
    os.makedirs(options.out, exist_ok=True)
    text = bench_report.report(results, machine, guest, options.out)
    with open(os.path.join(options.out, "README.md"), "w") as file:
        file.write(text)
    rows = [row(MACHINE, 0, 0, case, value) for case, value in machine.items()]
    rows += [row(*key, value) for key, value in results.items()]
    for path in filter(None, (os.path.join(options.out, "results.json"), options.json)):
        with open(path, "w") as file:
            file.writelines(json.dumps(one) + "\n" for one in rows)
    return text


def arguments():
    def some(known):
        def parse(text):
            values = [type(known[0])(word) for word in text.split(",")]
            for value in values:
                if value not in known:
                    raise argparse.ArgumentTypeError(f"'{value}' is none of {', '.join(map(str, known))}")
            return values

        return parse

    parser = argparse.ArgumentParser(
        prog="script/bench",
        description="Measures Pigtail and others' framings over the same simulated wire. Progress goes to standard "
        "error, a report in Markdown to standard output; it, its plots and its values go to a folder as well.",
        epilog="As the first argument, --vm measures the kernel's stacks in a virtual machine instead, and --scale many "
        "links in one process; each has its own --help.",
    )
    quick = "once, less, and shorter: under 3 minutes rather than 3 hours"
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--rounds", type=int, help="medians of so many (3; --quick: 1)")
    share = f"of the time that each case takes (1; --quick: {QUICK_SHARE})"
    parser.add_argument("--share", type=float, help=share)
    stacks = f"some of {', '.join(STACKS)}"
    parser.add_argument("--stacks", type=some(list(STACKS)), default=list(STACKS), metavar="A,B", help=stacks)
    cases = f"some of {', '.join(CASES)}, wherever the full plan has them"
    parser.add_argument("--case", type=some(list(CASES)), metavar="A,B", help=cases)
    parser.add_argument("--baud", type=some(BAUDS), metavar="A,B", help="some of the rates")
    parser.add_argument("--ber", type=some([float(ber) for ber in BERS]), metavar="A,B", help="some of the bit error rates")
    parser.add_argument("--guest", metavar="FILE", help="report what script/bench --vm --json FILE has measured, too")
    parser.add_argument("--from", dest="earlier", metavar="FILE", help="measure nothing: report results.json of an earlier run")
    parser.add_argument("--json", metavar="FILE", help="write each value to FILE, as a line of JSON")
    parser.add_argument("--out", metavar="DIR", help="where the report goes (docs/bench; with any choice: build/bench)")
    return parser.parse_args()


def settle(options):
    """Fills in what follows from other options; the plan."""
    chosen = options.case or options.baud or options.ber or options.quick or len(options.stacks) < len(STACKS)
    plan = QUICK if options.quick and not options.case else FULL
    options.out = options.out or (ELSEWHERE if chosen else os.path.join(lab.TOP, "docs/bench"))
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.share = options.share or (QUICK_SHARE if options.quick else 1)
    plan = [
        (baud, ber, tuple(case for case in cases if not options.case or case in options.case))
        for baud, ber, cases in plan
        if (not options.baud or baud in options.baud) and (not options.ber or ber in options.ber)
    ]
    return [line for line in plan if line[2]]


def measured(options, terminal):
    """A run; results, and the machine."""
    plan = settle(options)
    machine = dict(bench_machine.describe(), rounds=options.rounds, first=bench_machine.go_first())
    terminal.line(f"{bench_report.machine_words(machine)}; load average {os.getloadavg()[0]:.1f}")
    began, meter = time.monotonic(), bench_machine.Meter()
    found, complete = run(options, plan, terminal)
    machine["others"] = round(meter.others(), 2)
    if machine["others"] > bench_machine.BUSY:
        terminal.line(f"warning: the machine was busy, others used {machine['others']:.1f} of {machine['cpus']} CPUs")
    if not complete:
        options.out = ELSEWHERE
    terminal.line(f"{time.monotonic() - began:.0f} s; the report is in {os.path.relpath(options.out)}")
    return {key: median(values) for key, values in found.items()}, machine


def main():
    options = arguments()
    terminal = lab.Terminal(out=sys.stderr)
    try:
        if options.earlier:
            results, machine = read_rows(options.earlier)
            options.out = options.out or os.path.dirname(os.path.abspath(options.earlier))
        else:
            results, machine = measured(options, terminal)
        guest = read_rows(options.guest)[0] if options.guest else {}
        print(write(options, results, machine, guest), end="")
    except (Trouble, OSError) as trouble:
        sys.exit(f"script/bench: {trouble}")


if __name__ == "__main__":
    main()
