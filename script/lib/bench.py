# SPDX-License-Identifier: GPL-2.0-only
"""
Side by side over the same kind of wire, each stack on a fresh one: what a link carries
and how long a ping takes meanwhile. Runs in the world of world.sh:

    namespace a                                            namespace b
    pt0 10.7.0.1                                           pt0 10.7.0.2
    pigtail up --- pty --- pigtail wire --- pty --- pigtail device

"up" is from a to b. 100 % of the line are baud / 10 bytes/s; what is counted is TCP's
payload, random bytes, as the receiving program gets it.
Pings have 56 bytes, one each 100 ms; they take 1 % of a line of 921600 baud, 9 % of one
of 115200. "damaged" are packets that came out of the link damaged, as the kernels' checksums found.
"""
import argparse
import json
import math
import os
import sys
import time

import lab
from lab import PIGTAIL, Trouble

STACKS = {
    # net, and what both ends want
    "pigtail": ("tap", ["--framing", "pigtail"]),
    "len16": ("tap", ["--framing", "len16"]),
    "slip": ("tun", ["--framing", "slip"]),
    "esp8266-hosted": ("tun", ["--framing", "esp8266-hosted"]),
}
ADDRESS_A, ADDRESS_B = "10.7.0.1", "10.7.0.2"
# Baud, bit error rate, cases.
ALL = ("idle", "up", "down", "both")
FULL = [(baud, ber, ALL) for baud in (921600, 115200) for ber in (0, 1e-5, 1e-4)]
QUICK = [
    (921600, 0, ALL),
    (921600, 1e-5, ("down",)),
    (921600, 1e-4, ("down",)),
    (115200, 0, ("both",)),
]
# (case, column of the table); a pair of cases shares a column.
COLUMNS = [
    (("up",), "up, %"),
    (("down",), "down, %"),
    (("both_up", "both_down"), "both at once, %"),
    (("ping_idle_p50", "ping_idle_p99"), "ping p50 / p99, ms"),
    (("ping_load_p50", "ping_load_p99"), "under load, ms"),
    (("damaged",), "damaged"),
]


def in_ns(name, command):
    return ["nsenter", f"--net=/run/netns/{name}", *command]


class Link:
    """Two fresh namespaces, a wire and a stack between them."""

    def __init__(self, the_lab, stack, baud, ber, seconds):
        self.lab, self.stack, self.baud = the_lab, stack, baud
        self.seconds = seconds  # that a flow takes on a good line
        self.limit = 1.3 * seconds + 2
        self.started = []
        for name in "ab":
            the_lab.run(["ip", "netns", "add", name])
            the_lab.run(["ip", "-n", name, "link", "set", "lo", "up"])
            # What TCP learned in one measurement is not for the next one. Nor are
            # IPv6's own messages.
            the_lab.run(
                in_ns(name, ["sh", "-c", "echo 1 >/proc/sys/net/ipv4/tcp_no_metrics_save;"
                             "echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6"])
            )
        a, b = the_lab.path("a"), the_lab.path("b")
        wire = [PIGTAIL, "wire", f"pty:{a}", f"pty:{b}", "--baud", str(baud)]
        if ber:
            wire += ["--ber", str(ber), "--seed", "1"]
        self.start(wire, "wire")
        the_lab.wait_for(lambda: os.path.exists(a) and os.path.exists(b), "the wire")
        net, options = STACKS[stack]
        up = [PIGTAIL, "up", f"{a},baud={baud}", f"{net}:pt0", "--name", "up", *options]
        device = [PIGTAIL, "device", f"{b},baud={baud}", f"{net}:pt0", "--name", "device", *options]
        if stack == "esp8266-hosted":
            secret = the_lab.path("wifi")
            with open(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write("ssid=bench\npassword=bench-bench\n")
            up += ["--wifi-file", secret]
            device += ["--ip", f"{ADDRESS_A}/24", "--gateway", ADDRESS_B]
        else:
            up += ["--ip", f"{ADDRESS_A}/24"]
            device += ["--ip", f"{ADDRESS_B}/24"]
        # The device listens first: a host that speaks esp8266-hosted calls but every 15 s.
        process = self.start(in_ns("b", device), "device")
        the_lab.wait_for(lambda: the_lab.is_open("device"), f"{stack}, device", 5, process)
        process = self.start(in_ns("a", up), "up")
        for name in ("up", "device"):
            the_lab.wait_for(lambda name=name: the_lab.is_up(name), f"{stack}, {name}", 20, process)
        if stack == "esp8266-hosted":
            the_lab.run(["ip", "-n", "b", "address", "add", f"{ADDRESS_B}/24", "dev", "pt0"])
        the_lab.wait_for(
            lambda: self.ping(1, 0.1), f"{stack}, a ping's answer", 15
        )

    def start(self, command, log):
        process = self.lab.start(command, log)
        self.started.append(process)
        return process

    def close(self):
        self.lab.stop(*reversed(self.started))
        for name in "ab":
            self.lab.attempt(["ip", "netns", "del", name])

    # ---- measuring ----

    def ping(self, count, interval):
        ping = ["ping", "-n", "-c", str(count), "-i", str(interval), "-W", "2", ADDRESS_B]
        answer = self.lab.attempt(in_ns("a", ping), timeout=count * interval + 20)
        return lab.ping_times(answer.stdout)

    def damaged(self):
        return sum(
            lab.damaged_packets(self.lab.run(in_ns(name, ["cat", "/proc/net/snmp"]))) for name in "ab"
        )

    def flow(self, port, to_a):
        """Starts one TCP flow to a or to b; its sink and source."""
        flow = [sys.executable, os.path.join(lab.TOP, "script/lib/flow.py")]
        to, at, address = ("a", "b", ADDRESS_A) if to_a else ("b", "a", ADDRESS_B)
        what = [address, str(port), str(int(self.seconds * self.baud / 10))]
        sink = self.start(in_ns(to, [*flow, "sink", *what, str(self.limit)]), f"sink{port}")
        self.lab.wait_for(lambda: os.path.getsize(sink.log), "a TCP sink", process=sink)
        return sink, self.start(in_ns(at, [*flow, "source", *what]), f"source{port}")

    def result(self, sink, source):
        """Percent of the line."""
        sink.wait(timeout=self.limit + 10)
        self.lab.stop(sink, source)
        with open(sink.log) as log:
            words = log.read().split()
        os.unlink(sink.log)
        # "listening", and what it measured, unless nobody connected.
        return 100 * float(words[1]) / (self.baud / 10) if len(words) == 2 else 0.0


def measure_one_way(link, case):
    return {case: link.result(*link.flow(5201, case == "down"))}


def measure_both(link, _):
    up = link.flow(5201, False)
    down = link.flow(5202, True)
    time.sleep(1)
    times = link.ping(int((link.seconds - 1.5) * 10), 0.1)
    return {
        "both_up": link.result(*up),
        "both_down": link.result(*down),
        "ping_load_p50": lab.percentile(times, 50),
        "ping_load_p99": lab.percentile(times, 99),
    }


def measure_idle(link, _):
    times = link.ping(20, 0.05)
    return {
        "ping_idle_p50": lab.percentile(times, 50),
        "ping_idle_p99": lab.percentile(times, 99),
    }


MEASURE = {
    "idle": measure_idle,
    "up": measure_one_way,
    "down": measure_one_way,
    "both": measure_both,
}


def unit(case):
    return "ms" if case.startswith("ping") else "packets" if case == "damaged" else "% of line"


def measure(the_lab, stack, baud, ber, cases, seconds, say):
    """All cases over one link; {case: value}."""
    found = {}
    link = None
    try:
        try:
            link = Link(the_lab, stack, baud, ber, seconds)
        except Trouble as trouble:
            say(f"{trouble}")
        for case in cases:
            say(case)
            if link:
                found.update(MEASURE[case](link, case))
            elif case in ("up", "down"):
                found[case] = 0.0
            elif case == "both":
                found.update(both_up=0.0, both_down=0.0)
        if link:
            found["damaged"] = link.damaged()
    finally:
        if link:
            link.close()
        else:
            the_lab.stop(*reversed(the_lab.processes))
            for name in "ab":
                the_lab.attempt(["ip", "netns", "del", name])
    return {case: None if value is None else round(value, 2) for case, value in found.items()}


def cell(found, cases):
    if not any(case in found for case in cases):
        return None
    values = [found.get(case) for case in cases]
    digits = 0 if unit(cases[0]) == "packets" else 1
    return " / ".join("-" if value is None else f"{value:.{digits}f}" for value in values)


def markdown(results):
    """A table for each baud rate and noise."""
    lines = []
    for baud, ber in dict.fromkeys((baud, ber) for _, baud, ber, _ in results):
        rows = [(stack, found) for stack, b, e, found in results if (b, e) == (baud, ber)]
        columns = [(c, t) for c, t in COLUMNS if any(cell(found, c) for _, found in rows)]
        noise = f"bit error rate {ber:g}" if ber else "no errors"
        lines += ["", f"**{baud} baud, {noise}**", ""]
        lines.append("| stack | " + " | ".join(title for _, title in columns) + " |")
        lines.append("|---" + "|---:" * len(columns) + "|")
        for stack, found in rows:
            cells = [cell(found, cases) or "-" for cases, _ in columns]
            lines.append(f"| {stack} | " + " | ".join(cells) + " |")
    return "\n".join(lines[1:])


def main():
    parser = argparse.ArgumentParser(
        prog="script/bench",
        description="Measures Pigtail and others' framings over the same simulated wire. "
        "Progress goes to standard error, a Markdown table to standard output.",
    )
    parser.add_argument("--quick", action="store_true", help="fewer and shorter: under 3 minutes rather than about 15")
    parser.add_argument(
        "--seconds",
        type=float,
        help="for each measurement at 921600 baud (10; --quick: 3.5); slower lines get more",
    )
    parser.add_argument("--stacks", help=f"some of {','.join(STACKS)}", default=",".join(STACKS))
    parser.add_argument("--json", metavar="FILE", help="write each value to FILE, as a line of JSON")
    options = parser.parse_args()
    stacks = options.stacks.split(",")
    for stack in stacks:
        if stack not in STACKS:
            parser.error(f"no such stack '{stack}'")
    seconds = options.seconds or (3.5 if options.quick else 10)
    plan = QUICK if options.quick else FULL
    words = lab.Terminal(out=sys.stderr)
    the_lab = lab.Lab()
    output = open(options.json, "w") if options.json else None
    results = []
    began = time.monotonic()
    try:
        for number, (baud, ber, cases) in enumerate(plan):
            for stack in stacks:
                step = number * len(stacks) + stacks.index(stack) + 1
                # Half a second is a lot for a slow line.
                scale = math.sqrt(921600 / baud)
                title = f"[{step}/{len(plan) * len(stacks)}] {stack}, {baud} baud, BER {ber:g}"
                found = measure(
                    the_lab, stack, baud, ber, cases, seconds * scale,
                    lambda what, title=title: words.progress(f"{title}: {what}"),
                )
                results.append((stack, baud, ber, found))
                summary = ", ".join(f"{case} {value}" for case, value in found.items())
                words.line(f"{title}: {summary}")
                for case, value in found.items() if output else ():
                    line = dict(stack=stack, baud=baud, ber=ber, case=case, value=value, unit=unit(case))
                    print(json.dumps(line), file=output, flush=True)
    except Trouble as trouble:
        sys.exit(f"script/bench: {trouble}")
    except KeyboardInterrupt:
        words.line()
        sys.exit(130)
    finally:
        the_lab.close()
    words.line(f"{time.monotonic() - began:.0f} s")
    print(markdown(results))


if __name__ == "__main__":
    main()
