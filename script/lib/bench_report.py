# SPDX-License-Identifier: GPL-2.0-only
"""
The report of script/bench: Markdown tables, plots by gnuplot, and what cannot be compared.
Results are {(stack, baud, ber, case): value}.
"""
import os
import subprocess

from bench_cases import FLOWS, FRESH, UNITS
from bench_machine import BUSY
from lab import Trouble

# Title, then (cases, column): cases that share a column stand in it with a slash.
TABLES = [
    (
        "throughput, % of the line",
        [
            (("up",), "TCP up"),
            (("down",), "TCP down"),
            (("both_up", "both_down"), "TCP both ways"),
            (("udp",), "UDP"),
            (("udp_loss",), "UDP loss at 90 %, %"),
            (("damaged",), "damaged packets"),
        ],
    ),
    (
        "delay, ms",
        [
            (("ping_idle_p50", "ping_idle_p99"), "idle, p50 / p99"),
            (("ping_idle_ratio",), "times its bytes' own time"),
            (("ping_load_p50", "ping_load_p99"), "TCP both ways, p50 / p99"),
            (("ping_load_lost",), "lost meanwhile, %"),
        ],
    ),
    (
        "TCP both ways with a ping each 100 ms, % of the line",
        [
            (("both_up_and_pings", "both_down_and_pings"), "TCP payload and the pings' IP packets"),
            (("both_up_line", "both_down_line"), "bytes that were sent"),
        ],
    ),
    (
        "downloads by HTTP, % of the line",
        [(("http_text",), "C source"), (("http_json",), "JSON"), (("http_random",), "random bytes")],
    ),
    ("CPU time, ms a MB", [(("cpu_up", "cpu_down"), "TCP up / down")]),
    (
        f"beside {FLOWS} TCP flows",
        [
            (("eight_ping_p50", "eight_ping_p99"), "ping p50 / p99, ms"),
            (("eight_least", "eight_most"), "least / most of the eight, % of a fair share"),
            *(((f"fresh_{window}s",), f"a new flow's first {window} s, %") for window in FRESH),
        ],
    ),
]

# What has been promised of pigtail: what, (baud, ber, cases), at least or at most.
PROMISES = [
    ("TCP one way", (921600, 0, ("up", "down")), ">=", 98),
    ("TCP both ways at once", (921600, 0, ("both_up", "both_down")), ">=", 96),
    ("ping p99 under TCP both ways, ms", (115200, 0, ("ping_load_p99",)), "<=", 30),
    ("ping p99 under TCP both ways, ms", (921600, 0, ("ping_load_p99",)), "<=", 10),
    ("TCP and pings together", (115200, 0, ("both_up_and_pings", "both_down_and_pings")), ">=", 96),
    ("TCP and pings together", (921600, 0, ("both_up_and_pings", "both_down_and_pings")), ">=", 96),
    ("idle ping, times its bytes' own time", (115200, 0, ("ping_idle_ratio",)), "<=", 1.25),
    ("idle ping, times its bytes' own time", (921600, 0, ("ping_idle_ratio",)), "<=", 1.25),
    ("C source and JSON by HTTP", (921600, 0, ("http_text", "http_json")), ">=", 200),
    ("random bytes by HTTP", (921600, 0, ("http_random",)), ">=", 97),
    ("TCP one way, 1 bit in 100,000 wrong", (921600, 1e-5, ("up", "down")), ">=", 92),
    ("TCP one way, 1 bit in 10,000 wrong", (921600, 1e-4, ("up", "down")), ">=", 80),
]

NOT_COMPARED = [
    "kernel SLIP, CSLIP and pppd with what stands above: they are line disciplines, and the kernel of a build "
    "machine seldom has them. `script/bench --vm` measures them, and the kernel driver, in a virtual machine, over a "
    "wire that is a module in it; an emulated CPU's times are not this machine's",
    "ESP-Hosted-MCU, eppp_link and the ESP8266 and ESP32 firmware of the others: they need their chips. "
    "What stands here under len16 and esp8266-hosted is our implementation of their framing, in our program, "
    "which paces and buffers better than theirs",
    "a real UART: the wire is simulated, 8N1, exact byte times, errors by chance in each bit",
]


def digits(case, value):
    return 2 if case == "ping_idle_ratio" else 0 if UNITS.get(case) == "packets" or abs(value) >= 200 else 1


def number(case, value):
    return "-" if value is None else f"{value:.{digits(case, value)}f}"


def ber_words(ber):
    return f"1 bit in {round(1 / ber):,} wrong" if ber else "no errors"


def stacks_of(results):
    return list(dict.fromkeys(stack for stack, _, _, _ in results))


def table(results, baud, ber, columns):
    """Its lines; none if nothing of it was measured."""
    columns = [
        (cases, title) for cases, title in columns if any((s, baud, ber, cases[0]) in results for s in stacks_of(results))
    ]
    if not columns or all(cases == ("damaged",) for cases, _ in columns):
        return []
    lines = ["| stack | " + " | ".join(title for _, title in columns) + " |", "|---" + "|---:" * len(columns) + "|"]
    for stack in stacks_of(results):
        values = [[results.get((stack, baud, ber, case)) for case in cases] for cases, _ in columns]
        if any((stack, baud, ber, cases[0]) in results for cases, _ in columns):
            cells = [" / ".join(map(number, cases, row)) for (cases, _), row in zip(columns, values)]
            lines.append(f"| {stack} | " + " | ".join(cells) + " |")
    return lines


def tables(results):
    lines = []
    for baud, ber in dict.fromkeys((baud, ber) for _, baud, ber, _ in results):
        lines += ["", f"### {baud} baud, {ber_words(ber)}"]
        for title, columns in TABLES:
            rows = table(results, baud, ber, columns)
            lines += ["", f"{title[0].upper()}{title[1:]}:", "", *rows] if rows else []
    return lines


def promises(results):
    lines = ["| pigtail | baud | promised | measured | |", "|---|---:|---:|---:|---|"]
    for what, (baud, ber, cases), sign, bound in PROMISES:
        values = [results.get(("pigtail", baud, ber, case)) for case in cases]
        if not all(("pigtail", baud, ber, case) in results for case in cases):
            continue
        good = all(value is not None and (value >= bound if sign == ">=" else value <= bound) for value in values)
        cells = " / ".join(map(number, cases, values))
        unit = " %" if UNITS[cases[0]].startswith("%") else ""
        sign = {">=": "≥", "<=": "≤"}[sign]
        lines.append(f"| {what} | {baud} | {sign} {bound}{unit} | {cells}{unit} | {'yes' if good else '**no**'} |")
    return lines if len(lines) > 2 else []


def machine_words(machine):
    return f"{machine['date']}, {machine['cpu']}, {machine['cpus']} CPUs, Linux {machine['kernel']}"


def pictures(plots):
    return [line for name, title in plots for line in ("", f"![{title}]({name})")]


def markdown(results, machine, plots, guest, guest_plots):
    rounds = f"medians of {machine['rounds']} rounds" if machine["rounds"] > 1 else "one round"
    lines = ["# Side by side over the same wire", "", f"Made by `script/bench`: {machine_words(machine)}; "
             f"{rounds}. Other work used {machine['others']:.1f} CPUs meanwhile"
             + (", but all programs here had real-time priority." if machine["first"] else "."), ""]
    if machine["others"] > BUSY:
        lines += ["**The machine was busy: on a quiet one pings are faster, and all stacks carry more.**", ""]
    lines += ["100 % of a line are baud / 10 bytes/s (8N1). TCP and UDP carry random bytes, and what is counted is "
              "their payload as the receiving program gets it. up is from host to device."]
    lines += pictures(plots)
    kept = promises(results)
    lines += ["", "## What was promised", "", *kept] if kept else []
    lines += ["", "## All of it", *tables(results)]
    if guest:
        lines += ["", "## In a virtual machine", "", "The kernel's stacks, by `script/bench --vm`: a computer that is "
                  "emulated, slower and exact, so compare within this section.", *pictures(guest_plots), *tables(guest)]
    lines += ["", "## What is not compared", ""]
    lines += [f"- {what}." for what in NOT_COMPARED]
    return "\n".join(lines) + "\n"


# ---- plots ----

# Okabe and Ito's colours, which people tell apart who see fewer than others.
COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999"]


def mean(results, stack, baud, ber, cases):
    values = [results.get((stack, baud, ber, case)) for case in cases]
    values = [value for value in values if value is not None]
    return sum(values) / len(values) if values else None


def by_baud(results, cases):
    bauds = sorted({baud for _, baud, ber, case in results if ber == 0 and case in cases})
    return [(f"{baud} baud", lambda stack, baud=baud: mean(results, stack, baud, 0, cases)) for baud in bauds]


def by_ber(results, cases):
    bers = sorted({ber for _, baud, ber, case in results if baud == 921600 and case in cases})
    groups = [(ber_words(ber), lambda stack, ber=ber: mean(results, stack, 921600, ber, cases)) for ber in bers]
    return groups if len(groups) > 1 else []


# File, title, axis, groups, the cases whose mean it shows, settings of the axis.
PLOTS = [
    ("goodput.svg", "TCP one way, no errors", "% of the line", by_baud, ("up", "down"),
     "set yrange [0:115]; set ytics 20", 1),
    ("delay.svg", "Ping under TCP both ways, 99th percentile (less is better)", "ms, logarithmic", by_baud,
     ("ping_load_p99",), "set logscale y; set yrange [1:3000]", 0),
    ("errors.svg", "TCP one way at 921600 baud, with bit errors", "% of the line", by_ber, ("up", "down"),
     "set yrange [0:115]; set ytics 20", 1),
]


def script_of(path, title, axis, groups, stacks, settings, places, words):
    """A gnuplot script: a box for each stack in each group, its value on top."""
    width = 0.86 / len(stacks)
    lines = [
        "set terminal svg size 900,460 dynamic font 'sans-serif,14' background '#ffffff'",
        f"set output '{path}'",
        f"set title \"{{/:Bold=17 {title}}}\\n{{/=11 {words}}}\" enhanced",
        f"set ylabel '{axis}'",
        "set style fill solid 1 noborder",
        f"set boxwidth {width * 0.92:.4f} absolute",
        "set border 3 linecolor '#444444'; set tics nomirror; set xtics scale 0",
        "set grid ytics linecolor '#dddddd' linetype 1",
        "set key outside bottom center horizontal reverse Left samplen 1.2 width 2",
        f"set xrange [-0.6:{len(groups) - 0.4}]",
        settings,
        "set xtics (" + ", ".join(f"'{name}' {place}" for place, (name, _) in enumerate(groups)) + ")",
    ]
    plots, data = [], []
    for index, stack in enumerate(stacks):
        plots.append(f"$d{index} using 1:2 with boxes linecolor rgb '{COLOURS[index % len(COLOURS)]}' title '{stack}'")
        plots.append(f"$d{index} using 1:2:3 with labels offset 0,0.6 font ',11' notitle")
        data.append(f"$d{index} << end")
        for place, (_, value_of) in enumerate(groups):
            value = value_of(stack)
            if value is not None:
                at = place + (index - (len(stacks) - 1) / 2) * width
                data.append(f"{at:.4f} {value:.4f} {value:.{places if value < 100 else 0}f}")
        data.append("end")
    return "\n".join([*data, *lines, "plot " + ", \\\n  ".join(plots), ""])


def plot(results, words, folder, prefix=""):
    """Writes the SVGs for which there are results; their (name, title)."""
    made = []
    for name, title, axis, groups_of, cases, settings, places in PLOTS:
        groups = groups_of(results, cases)
        stacks = [s for s in stacks_of(results) if any(value(s) is not None for _, value in groups)]
        if not stacks:
            continue
        script = script_of(os.path.join(folder, prefix + name), title, axis, groups, stacks, settings, places, words)
        done = subprocess.run(["gnuplot"], input=script, text=True, capture_output=True, check=False)
        if done.returncode != 0:
            raise Trouble(f"gnuplot: {done.stderr.strip()}")
        made.append((prefix + name, title))
    return made


def report(results, machine, guest, folder):
    """The Markdown; its plots are written to the folder."""
    plots = plot(results, machine_words(machine), folder)
    guest_plots = plot(guest, f"in a virtual machine, {machine['date']}", folder, "vm-")
    return markdown(results, machine, plots, guest, guest_plots)
