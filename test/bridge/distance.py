# SPDX-License-Identifier: GPL-2.0-only
"""
avrdude from far away: through a relay with a delay, into a board that a bridge has at its
UART, a console client connected all the time. Our bridge, on Linux and on the chip in QEMU,
and the ways of others:

    avrdude --- relay, MS each way --- bridge --- pty, RESET --- simavr with its boot loader
                             console ---^
"""
import os
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

from relay import Relay
from rig import Client, Rig, free_port, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "../mcu/bridge"))

from device import PLAIN, device  # noqa: E402

BOARDS = {  # -c of avrdude: its -p, boot loader, chip
    "arduino": ("m328p", "optiboot", "atmega328p"),
    "wiring": ("m2560", "stk500v2/stk500boot_v2_mega2560.hex", "atmega2560"),
}
OURS = "pigtail bridge, 2323"
OURS_FOR_ALL = "pigtail bridge, 23"
CHIP = "bridge.elf, 2323"
CHIP_FOR_ALL = "bridge.elf, 23"
FIRST_BYTES = "reset at the first bytes (esp-link's way)"
SER2NET = "ser2net"
SER2NET_ALONE = "ser2net without the console: it opens the tty, DTR resets"
WAYS = (OURS, OURS_FOR_ALL, CHIP, CHIP_FOR_ALL, FIRST_BYTES, SER2NET, SER2NET_ALONE)
LIMIT = 150  # s: an avrdude that takes longer spins
AT_ONCE = 2  # boards; more of them on two CPUs are no Arduinos any more
FIRST_BYTES_PROGRAM = os.path.join(HERE, "others", "first_bytes.py")

SER2NET_CONFIG = """connection: &one
  accepter: tcp(nodelay),127.0.0.1,{port}
  connector: serialdev(nouucplock=true),{tty},115200n81,local
  options:
    max-connections: 4
"""


class Board:
    """One with a bridge of some kind before it; attempt() programs it from MS away."""

    def __init__(self, programs, way, programmer):
        self.rig, self.way, self.programmer = Rig(programs), way, programmer
        self.part, loader, mcu = BOARDS[programmer]
        self.images = [self.rig.sketch(text + ".hex", text, mcu, padding=300) for text in ("one", "two")]
        self.pins = self.rig.avr(loader, mcu)
        # A boot loader without a program to start never leaves, and wants no reset.
        self.rig.must(
            self.rig.pigtail, "flash", self.rig.sketch("any.hex", "any", mcu), self.rig.path("avr"), "--target",
            self.target(), "--pins", self.pins,
        )  # fmt: skip
        self.attempts = 0
        self.port = self.start()
        self.console = None if way == SER2NET_ALONE else Client(self.port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.rig.clean()

    def target(self):
        return "avr" if self.programmer == "arduino" else "mega"

    def start(self):
        rig = self.rig
        if self.way in (CHIP, CHIP_FOR_ALL):
            settings = PLAIN.replace("target = avr", f"target = {self.target()}")
            for_all, for_programs = device(rig, settings, "avr", "--pins", self.pins)
            return for_programs if self.way == CHIP else for_all
        if self.way in (OURS, OURS_FOR_ALL):
            for_all, for_programs = rig.bridge(rig.path("avr"), "--pins", self.pins)
            return for_programs if self.way == OURS else for_all
        port = free_port()
        if self.way == FIRST_BYTES:
            rig.start("bridge", sys.executable, FIRST_BYTES_PROGRAM, port, rig.path("avr"), rig.path("avr.reset"))
        else:
            config = rig.file("ser2net.yaml", SER2NET_CONFIG.format(port=port, tty=rig.path("avr")).encode())
            rig.needs("ser2net")
            rig.start("bridge", "ser2net", "-n", "-c", config)
        wait_for("the bridge", lambda: rig.is_open("bridge", port))
        return port

    def opens(self):
        """What DTR does through a capacitor when a program opens the tty."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as pin:
            pin.sendto(b"0", self.rig.path("avr.reset"))
            time.sleep(0.002)
            pin.sendto(b"1", self.rig.path("avr.reset"))

    def attempt(self, ms, pauses=None):
        """Whether avrdude ends well, and what it said; pauses: as of Relay."""
        image = self.images[self.attempts % 2]
        self.attempts += 1
        alone = self.way == SER2NET_ALONE
        relayed = ms or alone or pauses
        way = Relay(self.port, ms, self.opens if alone else None, pauses=pauses) if relayed else nullcontext(self)
        with way as far:
            try:
                status, said = self.rig.run(
                    "avrdude", "-D", "-c", self.programmer, "-p", self.part, "-P", f"net:127.0.0.1:{far.port}",
                    "-U", f"flash:w:{image}:i", timeout=LIMIT,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                return False, f"no end in {LIMIT} s"
        if self.console:
            self.console.read()
        time.sleep(0.3)
        return status == 0 and "verified" in said, said


def score(programs, way, programmer, ms, times, tell=lambda text: None):
    """Of so many attempts, how many end well; what went wrong goes to tell()."""
    good = 0
    with Board(programs, way, programmer) as board:
        for _ in range(times):
            well, said = board.attempt(ms)
            good += well
            if not well:
                tell(f"{way}, {programmer}, {ms} ms:\n{said}\n{board.rig.said()}")
    return good


def scores(programs, what, times, tell=lambda text: None):
    """(way, programmer, ms) of each -> score; some at once, as they mostly wait."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = [pool.submit(score, programs, *key, times, tell) for key in what]
        return {key: result.result() for key, result in zip(what, results)}


def programs_from(rig, delays, ways, times):
    """All of them end well."""
    rig.needs("avrdude", "avr-gcc")
    what = [(way, programmer, ms) for ms in delays for way in ways for programmer in BOARDS]
    results = scores(rig.bin, what, times, lambda text: print("# " + text.replace("\n", "\n# ")))
    for key in what:
        print(f"# {', '.join(map(str, key))} ms: {results[key]} of {times}")
    assert all(result == times for result in results.values())
