# SPDX-License-Identifier: GPL-2.0-only
"""
A microcontroller on a pty, with RESET and BOOT pins that are datagram sockets (a level, "0"
or "1", each). A chip in reset hears and says nothing; at the end of reset it looks at BOOT
and starts its ROM's boot loader or the program, which is deaf for a while and then says
hello and what it hears.

    python3 NAME.py TTY_LINK RESET_SOCKET BOOT_SOCKET [--dump FILE]

With --tty TTY_LINK is the chip's UART itself, a real one, in the format that the ROM has.
At SIGTERM the flash is written to FILE, and a line tells how often the chip was started,
where it ended, and what it did not like.
"""
import argparse
import os
import select
import signal
import socket
import sys
import termios
import time
import tty


class Chip:
    boot_is_high = False  # the level at which BOOT asks for the ROM
    deaf = 0.01  # s, after reset
    flash_base, flash_size = 0, 0
    parity = 0  # flags of termios

    def __init__(self):
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("link")
        parser.add_argument("reset")
        parser.add_argument("boot")
        parser.add_argument("--dump", metavar="FILE")
        parser.add_argument("--tty", action="store_true")
        self.options = parser.parse_args()
        self.flash = bytearray(b"\xff" * self.flash_size)
        self.level = {"reset": "1", "boot": "0" if self.boot_is_high else "1"}
        self.sockets = {name: self.open_socket(getattr(self.options, name)) for name in self.level}
        self.starts, self.complaints, self.where = 0, [], "off"
        self.held = bytearray()
        self.out = bytearray()
        self.master = self.open_uart() if self.options.tty else self.open_pty()
        os.set_blocking(self.master, False)
        self.start()

    def open_uart(self):
        uart = os.open(self.options.link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(uart)
        iflag, oflag, cflag, lflag, _, _, cc = termios.tcgetattr(uart)
        cflag = cflag & ~(termios.PARENB | termios.PARODD) | termios.CLOCAL | self.parity
        baud = termios.B115200
        termios.tcsetattr(uart, termios.TCSANOW, [iflag, oflag, cflag, lflag, baud, baud, cc])
        return uart

    def open_pty(self):
        master, self.slave = os.openpty()
        tty.setraw(self.slave)
        if os.path.islink(self.options.link):
            os.unlink(self.options.link)
        os.symlink(os.ttyname(self.slave), self.options.link)
        return master

    @staticmethod
    def open_socket(path):
        if os.path.exists(path):
            os.unlink(path)
        one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        one.bind(path)
        one.setblocking(False)
        return one

    # ---- the pins ----

    def read_pin(self, name):
        try:
            while True:
                level = self.sockets[name].recv(16).decode()
                if name == "reset":
                    self.read_pin("boot")  # moved before it
                    if level == "1" and self.level["reset"] == "0":
                        self.start()
                    elif level == "0":
                        self.where = "reset"
                self.level[name] = level
        except BlockingIOError:
            pass

    def start(self):
        self.starts += 1
        self.hears_at = time.monotonic() + self.deaf
        self.held.clear()
        if self.level["boot"] == ("1" if self.boot_is_high else "0"):
            self.where = "rom"
            self.rom_starts()
        else:
            self.where = "program"
            self.say(b"program\r\n")

    def rom_starts(self):
        raise NotImplementedError

    def rom_hears(self):
        """Eats what it can of self.held."""
        raise NotImplementedError

    def complain(self, what):
        self.complaints.append(what)

    # ---- the UART ----

    def say(self, data):
        self.out += data

    def hear(self, data):
        if self.where == "reset" or time.monotonic() < self.hears_at:
            return
        self.held += data
        if self.where == "rom":
            self.rom_hears()
        else:
            self.say(b"heard " + bytes(self.held) + b"\r\n")
            self.held.clear()

    def run(self):
        ended = []
        signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
        wake_read, wake_write = os.pipe()
        os.set_blocking(wake_write, False)
        signal.set_wakeup_fd(wake_write)
        fds = [self.master, wake_read, *self.sockets.values()]
        while not ended:
            readable, writable, _ = select.select(fds, [self.master] if self.out else [], [])
            for name, one in self.sockets.items():
                if one in readable:
                    self.read_pin(name)
            if self.master in readable:
                self.hear(os.read(self.master, 4096))
            if self.master in writable:
                del self.out[: os.write(self.master, self.out[:256])]
        if self.options.dump:
            with open(self.options.dump, "wb") as file:
                file.write(self.flash)
        if not self.options.tty:
            os.unlink(self.options.link)
        reset = "low" if self.level["reset"] == "0" else "high"
        print(f"starts {self.starts} reset {reset} in {self.where} complaints {len(self.complaints)}", file=sys.stderr)
        for complaint in self.complaints[:20]:
            print(complaint, file=sys.stderr)

    # ---- memory ----

    def inside(self, address, n):
        return self.flash_base <= address and address + n <= self.flash_base + self.flash_size

    def program(self, address, data):
        """Flash: bits only go from 1 to 0."""
        at = address - self.flash_base
        if any(self.flash[at + i] != 0xFF for i in range(len(data))):
            self.complain(f"writes 0x{address:x}, which is not erased")
        for i, byte in enumerate(data):
            self.flash[at + i] &= byte

    def erase(self, address, n):
        at = address - self.flash_base
        self.flash[at : at + n] = b"\xff" * n
