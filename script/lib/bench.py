# SPDX-License-Identifier: GPL-2.0-only
"""
Side by side over the same kind of wire, each stack on a fresh one: what a link carries
and how long a ping takes meanwhile. Runs in the world of world.sh:

    namespace a                                            namespace b
    pt0 10.7.0.1                                           pt0 10.7.0.2
    pigtail up --- pty --- pigtail wire --- pty --- pigtail device

"up" is from a to b. 100 % of the line are baud / 10 bytes/s of TCP payload, by iperf3,
with random bytes. Pings have 56 bytes, one each 100 ms. "damaged" are packets that came
out of the link damaged, as the kernels' checksums found.
"""
import argparse
import json
import os
import signal
import subprocess
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
WARM_UP = 1  # s, not measured
ADDRESS_A, ADDRESS_B = "10.7.0.1", "10.7.0.2"
FULL = [(baud, ber, ("idle", "up", "down", "both")) for baud in (921600, 115200) for ber in (0, 1e-5, 1e-4)]
QUICK = [
    (921600, 0, ("idle", "up", "down", "both")),
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

    def __init__(self, the_lab, stack, baud, ber):
        self.lab, self.stack, self.baud = the_lab, stack, baud
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
        for name, process in (
            ("up", self.start(in_ns("a", up), "up")),
            ("device", self.start(in_ns("b", device), "device")),
        ):
            the_lab.wait_for(lambda name=name: the_lab.is_up(name), f"{stack}, {name}", 15, process)
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

    def iperf(self, port, seconds, to_a):
        """Starts a server in b and a client in a, of which one sends."""
        # Random bytes, new ones each time. Blocks of the default 128 KB are counted
        # as a whole when they are complete: that is 11 s at 115200.
        sender = ["-F", "/dev/urandom"]
        server = self.start(
            in_ns("b", ["iperf3", "-s", "-1", "-J", "-p", str(port)] + (sender if to_a else [])),
            f"server{port}",
        )
        listens = ["ss", "-Hltn", f"sport = :{port}"]
        self.lab.wait_for(lambda: self.lab.run(in_ns("b", listens)), "iperf3", process=server)
        client = self.start(
            in_ns(
                "a",
                ["iperf3", "-c", ADDRESS_B, "-p", str(port), "-t", str(seconds), "-J", "-l", "2K"]
                + ["-O", str(WARM_UP), "--connect-timeout", "3000"]
                + (["-R"] if to_a else sender),
            ),
            f"client{port}",
        )
        return server, client, client if to_a else server

    def result(self, server, client, receiver, seconds):
        """Percent of the line, by what the receiver counted second by second."""
        for process, wait in ((client, WARM_UP + seconds + 4), (client, 2), (server, 2)):
            try:
                process.wait(timeout=wait)
            except subprocess.TimeoutExpired:
                # Its connection for control is stuck; then it says what it has.
                process.send_signal(signal.SIGINT)
        self.lab.stop(client, server)
        with open(receiver.log) as log:
            text = log.read()
        for process in (client, server):
            os.unlink(process.log)
        try:
            intervals = json.loads(text[text.index("{") :]).get("intervals", [])
        except ValueError:
            return 0.0
        sums = [interval["sum"] for interval in intervals if not interval["sum"]["omitted"]]
        # The last one can be a scrap, after all was over.
        got = sum(one["bytes"] for one in sums[:seconds])
        took = max(seconds, sum(one["seconds"] for one in sums[:seconds]))
        return 100 * got / took / (self.baud / 10)


def measure_one_way(link, case, seconds):
    return {case: link.result(*link.iperf(5201, seconds, case == "down"), seconds)}


def measure_both(link, _, seconds):
    up = link.iperf(5201, seconds, False)
    down = link.iperf(5202, seconds, True)
    time.sleep(WARM_UP)
    times = link.ping(int((seconds - 0.5) * 10), 0.1)
    return {
        "both_up": link.result(*up, seconds),
        "both_down": link.result(*down, seconds),
        "ping_load_p50": lab.percentile(times, 50),
        "ping_load_p99": lab.percentile(times, 99),
    }


def measure_idle(link, _, seconds):
    times = link.ping(int(seconds * 5), 0.05)
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
            link = Link(the_lab, stack, baud, ber)
        except Trouble as trouble:
            say(f"{trouble}")
        for case in cases:
            say(case)
            if link:
                found.update(MEASURE[case](link, case, seconds))
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
    parser.add_argument("--quick", action="store_true", help="fewer and shorter: under 3 minutes")
    parser.add_argument("--seconds", type=int, help="for each measurement (10; --quick: 3)")
    parser.add_argument("--stacks", help=f"some of {','.join(STACKS)}", default=",".join(STACKS))
    parser.add_argument("--json", metavar="FILE", help="write each value to FILE, as a line of JSON")
    options = parser.parse_args()
    stacks = options.stacks.split(",")
    for stack in stacks:
        if stack not in STACKS:
            parser.error(f"no such stack '{stack}'")
    seconds = options.seconds or (3 if options.quick else 10)
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
                title = f"[{step}/{len(plan) * len(stacks)}] {stack}, {baud} baud, BER {ber:g}"
                found = measure(
                    the_lab, stack, baud, ber, cases, seconds,
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
