# SPDX-License-Identifier: GPL-2.0-only
"""
The kernel driver beside the kernel's other stacks, all of them in one guest, over the same
made-up null-modem cable (test/vm/nullmodem), in turn, in rounds; medians. Measured by
test/vm/guest/bench, whose topology is at its top.

The guest's clock counts instructions, 2 ns each, on one CPU that both ends share, so the
numbers don't depend on what else this machine does; it is a computer of 500 million
instructions a second, made for comparing. CPU time is of both ends, the cable's interrupts
and the web server together. Stacks have their defaults, and Debian's fq_codel in front of the
interface where they queue there.
"""
import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STACKS = {
    # As the guest calls them: as we do.
    "kos": "pigtail.ko, both ends",
    "ko": "pigtail.ko and pigtail device",
    "up": "pigtail up and device",
    "slip": "kernel SLIP",
    "slip-296": "kernel SLIP, MTU 296",
    "cslip": "kernel CSLIP",
    "ppp": "pppd",
    "ppp-296": "pppd, MTU 296",
}
COLUMNS = [
    (("up",), "up, %"),
    (("down",), "down, %"),
    (("both_up", "both_down"), "both at once, %"),
    (("ping_idle_p50", "ping_idle_p99"), "ping p50 / p99, ms"),
    (("ping_load_p50", "ping_load_p99"), "under load, ms"),
    (("cpu_up", "cpu_down"), "CPU up / down, ms/MB"),
]


def summary(found, unit):
    """(median, unit, least, most)"""
    if not found:
        return None, unit, None, None
    median, least, most = statistics.median(found), min(found), max(found)
    return round(median, 2), unit, round(least, 2), round(most, 2)


def medians(lines):
    """{(baud, ber, stack): {case: summary()}}"""
    values = {}
    for line in lines:
        key = (line["baud"], line["ber"], line["stack"])
        cases = values.setdefault(key, {}).setdefault((line["case"], line["unit"]), [])
        if line["value"] is not None:
            cases.append(line["value"])
    return {
        key: {
            case: summary(found, unit)
            for (case, unit), found in cases.items()
        }
        for key, cases in values.items()
    }


def cell(found, cases):
    of_cpu = cases[0].startswith("cpu")
    words = []
    for case in cases:
        value, _, least, most = found.get(case, (None,) * 4)
        if value is None:
            words.append("-")
        elif not of_cpu:
            words.append(f"{value:.1f}")
        elif least == most:
            words.append(f"{value:.0f}")
        else:
            words.append(f"{value:.0f} ({least:.0f} to {most:.0f})")
    return " / ".join(words)


def markdown(results):
    lines = []
    for baud, ber in dict.fromkeys((baud, ber) for baud, ber, _ in results):
        noise = f"bit error rate {ber:g}" if ber else "no errors"
        lines += ["", f"**{baud} baud, {noise}**", ""]
        lines.append("| stack | " + " | ".join(title for _, title in COLUMNS) + " |")
        lines.append("|---" + "|---:" * len(COLUMNS) + "|")
        for stack, name in STACKS.items():
            found = results.get((baud, ber, stack))
            if found:
                cells = (cell(found, cases) for cases, _ in COLUMNS)
                lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines[1:])


def run_guest(settings, words):
    """Yields the lines of JSON that the guest prints."""
    command = [os.path.join(TOP, "test/vm/run.sh"), "--job", "bench", "--virtual-time", "1"]
    environment = dict(os.environ, JOB_SETTINGS=settings, VM_LIMIT="36000")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as guest:
        try:
            for line in guest.stdout:
                if line.startswith("{"):
                    yield json.loads(line)
                else:
                    words(line.rstrip())
        finally:
            guest.terminate()
    if guest.returncode:
        sys.exit("vm_bench: the guest failed, see above")


def main():
    parser = argparse.ArgumentParser(
        prog="script/bench --vm",
        description="Measures the kernel driver and the kernel's other stacks in a guest. "
        "Progress goes to standard error, a Markdown table to standard output.",
    )
    parser.add_argument("--quick", action="store_true", help="one short round")
    parser.add_argument("--rounds", type=int, help="(5)")
    parser.add_argument("--seconds", type=float, help="of each flow at 921600 baud (8); slower lines get more")
    parser.add_argument("--bauds", default="921600,115200")
    parser.add_argument("--bers", default="0", help="bit error rates, as in 0,1e-5")
    parser.add_argument("--stacks", default=",".join(STACKS), help=f"some of {','.join(STACKS)}")
    parser.add_argument("--json", metavar="FILE", help="write the medians to FILE, each as a line of JSON")
    options = parser.parse_args()
    stacks = options.stacks.split(",")
    for stack in stacks:
        if stack not in STACKS:
            parser.error(f"no such stack '{stack}'")
    rounds = options.rounds or (1 if options.quick else 5)
    seconds = options.seconds or (4 if options.quick else 8)
    lines = " ".join(
        f"{baud}:{round(float(ber) * 1e9)}:{math.ceil(seconds * math.sqrt(921600 / int(baud)))}"
        for baud in options.bauds.split(",")
        for ber in options.bers.split(",")
    )
    settings = f"stacks='{' '.join(stacks)}'\nlines='{lines}'\nrounds={rounds}\n"
    began = time.monotonic()
    measured = []
    try:
        for line in run_guest(settings, lambda text: print(text, file=sys.stderr, flush=True)):
            measured.append(line)
    except KeyboardInterrupt:
        print("interrupted: these are the medians of what was measured", file=sys.stderr)
    results = medians(measured)
    if options.json:
        with open(options.json, "w") as output:
            for (baud, ber, stack), cases in results.items():
                for case, (value, unit, least, most) in cases.items():
                    line = dict(stack=STACKS[stack], baud=baud, ber=ber, case=case, value=value, unit=unit,
                                least=least, most=most)
                    print(json.dumps(line), file=output)
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    print(markdown(results))


if __name__ == "__main__":
    main()
