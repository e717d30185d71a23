#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
The boot loader in the ROM of an LPC2103 (NXP's UM10161, chapter 20): autobaud by '?', echo,
uuencoded data. RESET is RESET, BOOT is P0.14, active low. In ISP the ROM's own vectors are at
address 0; a program is started only if the sum of its vectors is 0. See chip.py.
"""
import binascii

from chip import Chip

PART = 327441  # LPC2103
RAM_BASE, RAM_SIZE = 0x40000000, 8 * 1024
OK, INVALID, BAD_ADDRESS, NOT_PREPARED, COMPARE = 0, 1, 13, 9, 10
SECTOR = 4096
ROM_VECTORS = bytes.fromhex("18f09fe5") * 16
LINES = 20  # of data, before a checksum


class Lpc(Chip):
    deaf = 0.005
    flash_base, flash_size = 0, 32 * 1024

    def start(self):
        super().start()
        vectors = [int.from_bytes(self.flash[i : i + 4], "little") for i in range(0, 32, 4)]
        if self.where == "program" and set(vectors) != {0xFFFFFFFF} and sum(vectors) % (1 << 32):
            self.complain("the vectors' sum is not 0")

    def rom_starts(self):
        self.ram = bytearray(RAM_SIZE)
        self.echo = self.by_byte = True
        self.prepared = set()
        self.talk = self.conversation()
        next(self.talk)

    def rom_hears(self):
        """By bytes first (the '?'), then by lines."""
        while self.held:
            if self.by_byte:
                self.talk.send(self.held.pop(0))
                continue
            end = self.held.find(b"\n")
            cr = self.held.find(b"\r")
            if cr >= 0 and (end < 0 or cr < end):
                end = cr
            if end < 0:
                return
            line = bytes(self.held[:end])
            while end < len(self.held) and self.held[end] in b"\r\n":
                end += 1
            raw = bytes(self.held[:end])
            del self.held[:end]
            if self.echo:
                self.say(raw)
            self.talk.send(line)

    def conversation(self):
        while (yield) != ord("?"):
            self.complain("first byte is not '?'")
        self.by_byte = False
        self.say(b"Synchronized\r\n")
        if (yield) != b"Synchronized":
            self.complain("it is not synchronized")
            yield from self.silence()
        self.say(b"OK\r\n")
        yield  # the crystal, in kHz
        self.say(b"OK\r\n")
        while True:
            words = (yield).decode("latin-1").split()
            if not words:
                continue
            try:
                handler = getattr(self, "do_" + words[0].lower())
                numbers = [int(word) for word in words[1:] if word.isdigit()]
                rest = [word for word in words[1:] if not word.isdigit()]
                result = handler(*numbers, *rest)
            except (AttributeError, TypeError):
                self.complain(f"command {words}")
                self.say(b"1\r\n")
                continue
            if hasattr(result, "send"):
                yield from result

    def silence(self):
        while True:
            yield

    def status(self, code):
        self.say(b"%d\r\n" % code)

    def do_u(self, code):
        self.status(OK if code == 23130 else INVALID)

    def do_j(self):
        self.say(b"0\r\n%d\r\n" % PART)

    def do_k(self):
        self.say(b"0\r\n2\r\n2\r\n")

    def do_a(self, on):
        self.status(OK)
        self.echo = bool(on)

    def do_p(self, first, last):
        self.prepared = set(range(first, last + 1))
        self.status(OK)

    def do_e(self, first, last):
        if not set(range(first, last + 1)) <= self.prepared:
            self.status(NOT_PREPARED)
            return
        self.erase(first * SECTOR, (last - first + 1) * SECTOR)
        self.prepared.clear()
        self.status(OK)

    def memory(self, address, n):
        if self.inside(address, n):
            return self.flash, address
        if RAM_BASE <= address and address + n <= RAM_BASE + RAM_SIZE:
            return self.ram, address - RAM_BASE
        return None

    def do_w(self, address, n):
        if not RAM_BASE + 0x200 <= address or not self.memory(address, n):
            self.status(BAD_ADDRESS)
            return
        self.status(OK)
        at, left = address - RAM_BASE, n
        while left:
            sum_, block = 0, b""
            while left and len(block) < LINES * 45:
                line = yield
                data = binascii.a2b_uu(line)
                if line[0] == 0x60:
                    data = b""
                sum_ += sum(data)
                block += data
                left -= len(data)
                if len(block) % 45:
                    break
            said = yield
            if said != b"%d" % sum_:
                self.complain(f"checksum {said} for {sum_}")
                left += len(block)
                self.say(b"RESEND\r\n")
                continue
            self.ram[at : at + len(block)] = block
            at += len(block)
            self.say(b"OK\r\n")

    def do_r(self, address, n):
        found = self.memory(address, n)
        if not found:
            self.status(BAD_ADDRESS)
            return
        self.status(OK)
        memory, at = found
        data = bytes(memory[at : at + n])
        if memory is self.flash and at < len(ROM_VECTORS):
            data = (ROM_VECTORS[at:] + data[len(ROM_VECTORS) - at :])[:n]
        while data:
            block, data = data[: LINES * 45], data[LINES * 45 :]
            for i in range(0, len(block), 45):
                self.say(binascii.b2a_uu(block[i : i + 45], backtick=True).strip() + b"\r\n")
            self.say(b"%d\r\n" % sum(block))
            if (yield) != b"OK":
                self.complain("a block was not taken")

    def do_c(self, to, source, n):
        first, last = to // SECTOR, (to + n - 1) // SECTOR
        found = self.memory(source, n)
        if not found or not self.inside(to, n):
            self.status(BAD_ADDRESS)
        elif not set(range(first, last + 1)) <= self.prepared:
            self.status(NOT_PREPARED)
        else:
            memory, at = found
            self.program(to, memory[at : at + n])
            self.prepared.clear()
            self.status(OK)

    def do_i(self, first, last):
        blank = all(byte == 0xFF for byte in self.flash[first * SECTOR : (last + 1) * SECTOR])
        self.say(b"0\r\n" if blank else b"8\r\n0\r\n0\r\n")

    def do_m(self, a, b, n):
        same = self.memory(a, n) and self.memory(b, n)
        self.status(OK if same else COMPARE)

    def do_g(self, address, mode):
        self.status(OK)
        self.where = "program"
        self.say(b"program\r\n")
        yield from self.silence()


if __name__ == "__main__":
    Lpc().run()
