# SPDX-License-Identifier: GPL-2.0-only
"""
What script/demo and script/bench share: processes that end with us, network
namespaces, numbers, and words for a terminal.
"""
import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PIGTAIL = os.environ.get("PIGTAIL", os.path.join(TOP, "build/release/bin/pigtail"))


class Trouble(Exception):
    """What went wrong, in words for the user."""


# ---- processes ----


class Lab:
    """
    A temporary folder and the processes that were started in it. Both are gone when
    the lab is closed, or the program ends in any way but by SIGKILL.
    """

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="pigtail-")
        self.environment = dict(os.environ, XDG_RUNTIME_DIR=self.folder, LC_ALL="C")
        self.processes = []
        atexit.register(self.close)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit(130))

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, command, log):
        with open(self.path(log + ".log"), "ab") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment,
            )
        process.log = self.path(log + ".log")
        self.processes.append(process)
        return process

    def run(self, command, timeout=30):
        """Its standard output; Trouble if it fails."""
        result = self.attempt(command, timeout)
        if result.returncode != 0:
            raise Trouble(f"{' '.join(command)}: {result.stderr.strip() or 'failed'}")
        return result.stdout

    def attempt(self, command, timeout=30):
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=timeout,
            check=False,
        )

    def stop(self, *processes):
        """Asks all of them to end, then makes them."""
        processes = [process for process in processes if process]
        for process in processes:
            with contextlib.suppress(OSError):
                process.terminate()
        for process in processes:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process in self.processes:
                self.processes.remove(process)

    def close(self):
        self.stop(*reversed(self.processes))
        shutil.rmtree(self.folder, ignore_errors=True)

    def wait_for(self, condition, what, seconds=10, process=None):
        """Until condition() is true, which it returns."""
        until = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if process and process.poll() is not None:
                raise Trouble(f"{what}: {last_line(process.log)}")
            if time.monotonic() > until:
                raise Trouble(f"{what}: nothing after {seconds} s")
            time.sleep(0.02)

    def status(self, name):
        """Of a link; {} if it doesn't run yet."""
        answer = self.attempt([PIGTAIL, "status", name, "--json"])
        return json.loads(answer.stdout) if answer.returncode == 0 else {}

    def counters(self, name):
        """Of a link, and the time_us when they were read."""
        answer = json.loads(self.run([PIGTAIL, "stats", name, "--json"]))
        return dict(answer["counters"], time_us=answer["time_us"])

    def is_up(self, name):
        return self.status(name).get("state") == "up"

    def is_open(self, name):
        return self.status(name).get("port", {}).get("open", False)


def last_line(path):
    with open(path, errors="replace") as log:
        lines = log.read().strip().splitlines()
    return lines[-1] if lines else "it ended without a word"


# ---- numbers ----


def percentile(values, percent):
    """The nearest-rank one; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, min(len(ordered), int(rank)) - 1)]


def ping_times(text):
    """Milliseconds, from the output of ping. A packet whose time came back damaged is none."""
    words = (word for word in text.split() if word.startswith("time="))
    return [time_ms for time_ms in (float(word[5:]) for word in words) if 0 <= time_ms < 60_000]


def damaged_packets(snmp):
    """Packets that the link let through damaged: what the kernel's checksums found."""
    total = 0
    keys = {}
    for line in snmp.splitlines():
        name, *rest = line.split()
        if name not in keys:
            keys[name] = rest
            continue
        for key, value in zip(keys[name], rest):
            if key in ("InCsumErrors", "InHdrErrors"):
                total += int(value)
    return total


# ---- words ----


class Terminal:
    """Lines, one of which can be written over and over while it is not finished."""

    def __init__(self, live=True, out=sys.stdout):
        self.out = out
        tty = out.isatty()
        self.live = live and tty
        self.colours = tty and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self.unfinished = False

    def paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.colours else text

    def bold(self, text):
        return self.paint("1", text)

    def good(self, text):
        return self.paint("32", text)

    def bad(self, text):
        return self.paint("31", text)

    def line(self, text=""):
        if self.unfinished:
            self.out.write("\r\033[K")
            self.unfinished = False
        self.out.write(text + "\n")
        self.out.flush()

    def progress(self, text):
        if not self.live:
            return
        width = shutil.get_terminal_size().columns
        self.out.write("\r\033[K" + text[: width - 1])
        self.out.flush()
        self.unfinished = True

    def table(self, rows, indent="  "):
        """The first row is the head; columns after the first are right-aligned."""
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        for number, row in enumerate(rows):
            cells = [
                cell.ljust(width) if i == 0 else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(row, widths))
            ]
            text = indent + "  ".join(cells).rstrip()
            self.line(self.bold(text) if number == 0 else text)
