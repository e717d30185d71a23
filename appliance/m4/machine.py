# SPDX-License-Identifier: GPL-2.0-only
"""
The board: QEMU's mps2-an386 with what appliance/m4/build left, its console and its second
UART, where the radio is, as unix sockets or as the caller says.

A command typed on the console ends with a line that no echo of it can be, so what is between
is what it printed. The echo of a long one is broken where the terminal's line ends.
"""
import os
import re
import socket
import subprocess
import time

RAM = 0x21000000
KERNEL = 0x21008000
DEVICE_TREE = 0x20000000
RADIO = "/soc/apb@40000000/serial@5000/ethernet"
FILES = "files.cpio.gz"


class Failed(Exception):
    """A command on the board ended with an error, or did not end."""


def device_tree(image, path, memory, baud, append, files):
    """Writes it to path; where the file system is to be put, or None."""
    with open(os.path.join(image, "radio.dtb"), "rb") as source, open(path, "wb") as copy:
        copy.write(source.read())

    def put(kind, node, name, *values):
        subprocess.run(["fdtput", "-t", kind, path, node, name, *values], check=True)

    put("x", f"/memory@{RAM:x}", "reg", f"{RAM:x}", f"{memory:x}")
    put("u", RADIO, "current-speed", str(baud))
    put("s", "/chosen", "bootargs", f"console=ttyMPS0,115200 {append}".strip())
    if not files:
        return None
    length = os.path.getsize(os.path.join(image, files))
    at = (RAM + memory - length) & ~0xFFF
    put("x", "/chosen", "linux,initrd-start", f"{at:x}")
    put("x", "/chosen", "linux,initrd-end", f"{at + length:x}")
    return at


def command(image, tree, memory, baud, append, console, radio, spare=None, files=FILES):
    """QEMU's words; console, radio and spare are what -serial takes; radio may be a tty's path.
    tree is made. files None: the root is where append says."""
    at = device_tree(image, tree, memory, baud, append, files)

    def load(path, address):
        return ["-device", f"loader,file={path},addr={address:#x},force-raw=on"]

    words = ["qemu-system-arm", "-M", "mps2-an386", "-nodefaults", "-display", "none", "-monitor", "none"]
    words += ["-no-reboot", "-kernel", os.path.join(image, "start.elf")]
    words += load(os.path.join(image, "Image"), KERNEL) + load(tree, DEVICE_TREE)
    if files:
        words += load(os.path.join(image, files), at)
    if radio.startswith("/"):
        words += ["-chardev", f"serial,id=radio,path={radio}"]
        radio = "chardev:radio"
    for serial in (console, radio, spare or "null"):
        words += ["-serial", serial]
    return words


def sockets(rig):
    """Console, radio and spare for a Board."""
    waits = (("console", "on"), ("radio", "off"), ("spare", "off"))
    return [f"unix:{rig.path(name)},server=on,wait={wait}" for name, wait in waits]


class Board:
    def __init__(self, rig, words):
        """QEMU's words, with sockets() as serial ports."""
        self.rig = rig
        self.said = ""
        self.seen = 0
        rig.start("board", *words)
        self.process = rig.running["board"]
        self.console = socket.socket(socket.AF_UNIX)
        end = time.monotonic() + 10
        while self.console.connect_ex(rig.path("console")):
            if time.monotonic() > end or self.process.poll() is not None:
                raise Failed("QEMU did not start")
            time.sleep(0.05)

    def off(self):
        self.console.close()
        self.rig.finish("board")

    def read(self, seconds):
        self.console.settimeout(seconds)
        try:
            got = self.console.recv(65536)
        except socket.timeout:
            return
        if not got:
            raise Failed("the board is off")
        self.said += got.decode(errors="replace").replace("\r", "")

    def listen(self, seconds):
        """To what it says in that time."""
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0:
            self.read(rest)

    def has(self, pattern):
        """Whether it has said it, after what was waited for last."""
        return re.compile(pattern, re.M).search(self.said, self.seen)

    def wait(self, pattern, seconds=60):
        """Until the console says it, after what was waited for last; the match."""
        end = time.monotonic() + seconds
        while True:
            found = self.has(pattern)
            if found:
                self.seen = found.end()
                return found
            if time.monotonic() > end:
                raise Failed(f"no {pattern!r} in {seconds} s after: {self.said[self.seen:][-500:]}")
            self.read(0.5)

    def type(self, text):
        self.console.sendall(text.encode())

    def prompt(self, seconds=60):
        self.wait("^/ # ", seconds)

    def attempt(self, line, seconds=60):
        """A line for the shell: its exit status, and what it printed."""
        self.type(f"{line}; echo =$?=\n")
        self.wait(r"=\n?\$\n?\?\n?=\n", seconds)
        begin = self.seen
        status = self.wait(r"=(\d+)=\n", seconds)
        self.wait("/ # ", seconds)
        return int(status[1]), self.said[begin : status.start()]

    def run(self, line, seconds=60):
        """What it printed; Failed if it did not succeed."""
        status, printed = self.attempt(line, seconds)
        if status:
            raise Failed(f"{line}: status {status}: {printed.strip()}")
        return printed
