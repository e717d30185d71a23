# SPDX-License-Identifier: GPL-2.0-only
"""
What script/bench measures on: a fresh wire and a stack at both of its ends, in the world
of world.sh.

    namespace a                                            namespace b
    pt0 10.7.0.1                                           pt0 10.7.0.2
    pigtail up --- socket --- pigtail wire --- socket --- pigtail device

The sockets are Unix's: a pty hands bytes on in the kernel's own time, about 0.03 ms each, four
times a ping, which is none of the wire's nor of a stack's.
"up" is from a to b. Nothing is left of a link when it is closed.
"""
import contextlib
import itertools
import os
import subprocess
import sys
import time

import lab
from lab import PIGTAIL, Trouble

STACKS = {
    # net, framing
    "pigtail": ("tap", "pigtail"),
    "len16": ("tap", "len16"),
    "slip": ("tun", "slip"),
    "esp8266-hosted": ("tun", "esp8266-hosted"),
}
ADDRESS_A, ADDRESS_B = "10.7.0.1", "10.7.0.2"
# What TCP learned in one measurement is not for the next one; IPv6's own messages would
# be in the way.
QUIET = "echo 1 >/proc/sys/net/ipv4/tcp_no_metrics_save; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6"
FLOW = [sys.executable, os.path.join(lab.TOP, "script/lib/flow.py")]


def in_ns(name, command):
    return ["nsenter", f"--net=/run/netns/{name}", *command]


flow_names = itertools.count(1)


class Link:
    """Trouble, with nothing left behind, if the stack doesn't come up."""

    def __init__(self, the_lab, stack, baud, ber, seed):
        self.lab, self.stack, self.baud = the_lab, stack, baud
        self.line = baud / 10  # bytes/s: 8 data bits, a start and a stop bit
        self.started, self.flows = [], []
        try:
            self.open(ber, seed)
        except Trouble:
            self.close()
            raise

    def open(self, ber, seed):
        for name in "ab":
            self.lab.run(["ip", "netns", "add", name])
            self.lab.run(["ip", "-n", name, "link", "set", "lo", "up"])
            self.lab.run(in_ns(name, ["sh", "-c", QUIET]))
        a, b = self.lab.path("a"), self.lab.path("b")
        wire = [PIGTAIL, "wire", f"unix-listen:{a}", f"unix-listen:{b}", "--baud", str(self.baud)]
        if ber:
            wire += ["--ber", str(ber), "--seed", str(seed)]
        wire = self.start(wire, "wire")
        # It stands for hardware, which would not wait for a CPU.
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(wire.pid, os.SCHED_RR, os.sched_param(2))
        self.lab.wait_for(lambda: os.path.exists(a) and os.path.exists(b), "the wire")
        up, device = self.ends(a, b)
        # The device listens first: a host that speaks esp8266-hosted calls but every 15 s.
        process = self.start(in_ns("b", device), "device")
        self.lab.wait_for(lambda: self.lab.is_open("device"), f"{self.stack}, device", 5, process)
        process = self.start(in_ns("a", up), "up")
        for name in ("up", "device"):
            self.lab.wait_for(lambda name=name: self.lab.is_up(name), f"{self.stack}, {name}", 20, process)
        if self.stack == "esp8266-hosted":
            self.lab.run(["ip", "-n", "b", "address", "add", f"{ADDRESS_B}/24", "dev", "pt0"])
        self.lab.wait_for(lambda: self.ping(1, 0.1), f"{self.stack}, a ping's answer", 15)

    def ends(self, a, b):
        """The two commands."""
        net, framing = STACKS[self.stack]
        options = [f"{net}:pt0", "--framing", framing, "--name"]
        up = [PIGTAIL, "up", f"unix:{a},baud={self.baud}", *options, "up"]
        device = [PIGTAIL, "device", f"unix:{b},baud={self.baud}", *options, "device"]
        if self.stack != "esp8266-hosted":
            return up + ["--ip", f"{ADDRESS_A}/24"], device + ["--ip", f"{ADDRESS_B}/24"]
        secret = self.lab.path("wifi")
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("ssid=bench\npassword=bench-bench\n")
        up += ["--wifi-file", secret]
        return up, device + ["--ip", f"{ADDRESS_A}/24", "--gateway", ADDRESS_B]

    def close(self):
        self.lab.stop(*reversed(self.started))
        for name in "ab":
            self.lab.attempt(["ip", "netns", "del", name])

    def start(self, command, log):
        process = self.lab.start(command, log)
        self.started.append(process)
        return process

    def damaged(self):
        """Packets that came out of the link damaged, as the kernels' checksums found."""
        return sum(
            lab.damaged_packets(self.lab.run(in_ns(name, ["cat", "/proc/net/snmp"]))) for name in "ab"
        )

    def ping(self, count, interval):
        """Milliseconds of those that were answered."""
        ping = ["ping", "-n", "-c", str(count), "-i", str(interval), "-W", "2", ADDRESS_B]
        try:
            text = self.lab.attempt(in_ns("a", ping), timeout=count * interval + 20).stdout
        except subprocess.TimeoutExpired as late:  # answers that come back damaged confuse it
            text = (late.stdout or b"").decode(errors="replace")
        return lab.ping_times(text)

    def flow(self, at, work, *what):
        """Starts flow.py at a or b; waits until it says something, if it is no source."""
        sends = work in ("source", "udp-source", "fill")
        address = ADDRESS_A if (at == "a") != sends else ADDRESS_B
        process = self.start(in_ns(at, [*FLOW, work, address, *map(str, what)]), f"flow{next(flow_names)}")
        self.flows.append(process)
        if not sends:
            self.lab.wait_for(lambda: said(process), f"flow.py {work}", process=process)
        return process

    @contextlib.contextmanager
    def on_one_cpu(self):
        """
        For what happens one after the other: waking a program on another CPU takes long on
        a virtual machine, and is nothing that a wire or a stack does.
        """
        allowed = os.sched_getaffinity(0)
        processes = [0, *(process.pid for process in self.started if process.poll() is None)]
        try:
            for pid in processes:
                os.sched_setaffinity(pid, {max(allowed)})
            yield
        finally:
            for pid in processes:
                with contextlib.suppress(ProcessLookupError):
                    os.sched_setaffinity(pid, allowed)

    def is_quiet(self):
        """Nothing but keep-alives for some packets' time."""
        before = [self.lab.counters(name)["tx_bytes"] for name in ("up", "device")]
        time.sleep(0.05 + 1500 / self.line)
        after = [self.lab.counters(name)["tx_bytes"] for name in ("up", "device")]
        return all(new - old < 100 for old, new in zip(before, after))

    def drain(self):
        """Waits until what still stands in queues has gone."""
        with contextlib.suppress(Trouble):  # a bad line may take very long
            self.lab.wait_for(self.is_quiet, "quiet", 10)

    def rest(self):
        """Ends all flows."""
        self.lab.stop(*reversed(self.flows))
        self.flows.clear()
        self.drain()


def said(process):
    """The lines of a flow.py so far, each a list of words."""
    with open(process.log) as log:
        return [line.split() for line in log.read().splitlines()]


def numbers(process):
    """Of what a flow.py said, the lines that are numbers: all but its complaints."""
    lines = []
    for words in said(process):
        with contextlib.suppress(ValueError):
            lines.append([float(word) for word in words])
    return lines
