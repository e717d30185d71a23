#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
The boot loader in the ROM of an STM32F103, medium density: ST's AN3155, version 2.2. Its
8E1 is that of a real tty (--tty); on a pty it cannot be seen. See chip.py.
"""
import termios

from chip import Chip

ACK, NACK = b"\x79", b"\x1f"
RAM_BASE, RAM_SIZE = 0x20000000, 20 * 1024
PAGE = 1024
GET, VERSION, ID, READ, GO, WRITE, ERASE = 0x00, 0x01, 0x02, 0x11, 0x21, 0x31, 0x43


def xor(data):
    sum_ = 0
    for byte in data:
        sum_ ^= byte
    return sum_


class Stm32(Chip):
    boot_is_high = True
    deaf = 0.005
    parity = termios.PARENB  # even
    flash_base, flash_size = 0x08000000, 128 * 1024

    def rom_starts(self):
        self.ram = bytearray(RAM_SIZE)
        self.talk = self.conversation()
        self.wants = next(self.talk)

    def rom_hears(self):
        while len(self.held) >= self.wants:
            data = bytes(self.held[: self.wants])
            del self.held[: self.wants]
            self.wants = self.talk.send(data)
            if self.wants is None:
                return

    def conversation(self):
        """A coroutine: yields how many bytes it wants, is sent them."""
        while (yield 1) != b"\x7f":
            self.complain("first byte is not 7f")
        self.say(ACK)
        while True:
            command, check = yield 2
            if command ^ check != 0xFF:
                self.complain(f"command {command:02x} {check:02x}")
                self.say(NACK)
                continue
            if command == GET:
                known = [GET, VERSION, ID, READ, GO, WRITE, ERASE]
                self.say(ACK + bytes([len(known), 0x22, *known]) + ACK)
            elif command == VERSION:
                self.say(ACK + b"\x22\x00\x00" + ACK)
            elif command == ID:
                self.say(ACK + b"\x01\x04\x10" + ACK)
            elif command == READ:
                yield from self.read()
            elif command == WRITE:
                yield from self.write()
            elif command == ERASE:
                yield from self.erase_pages()
            elif command == GO:
                address = yield from self.address()
                if address is not None:
                    self.where = "program"
                    self.say(b"program\r\n" if self.inside(address, 4) else b"from RAM\r\n")
                    yield None
            else:
                self.say(NACK)

    def address(self):
        self.say(ACK)
        data = yield 5
        if xor(data):
            self.complain("address checksum")
            self.say(NACK)
            return None
        address = int.from_bytes(data[:4], "big")
        if not self.memory(address, 4):
            self.complain(f"address 0x{address:x}")
            self.say(NACK)
            return None
        self.say(ACK)
        return address

    def memory(self, address, n):
        if self.inside(address, n):
            return self.flash, address - self.flash_base
        if RAM_BASE + 0x200 <= address and address + n <= RAM_BASE + RAM_SIZE:
            return self.ram, address - RAM_BASE
        return None

    def read(self):
        address = yield from self.address()
        if address is None:
            return
        n, check = yield 2
        if n ^ check != 0xFF or not self.memory(address, n + 1):
            self.say(NACK)
            return
        memory, at = self.memory(address, n + 1)
        self.say(ACK + memory[at : at + n + 1])

    def write(self):
        address = yield from self.address()
        if address is None:
            return
        (n,) = yield 1
        data = yield n + 2
        if n ^ xor(data) or (n + 1) % 4 or not self.memory(address, n + 1):
            self.complain(f"write of {n + 1} bytes to 0x{address:x}")
            self.say(NACK)
            return
        if self.inside(address, n + 1):
            self.program(address, data[:-1])
        else:
            self.ram[address - RAM_BASE :][: n + 1] = data[:-1]
        self.say(ACK)

    def erase_pages(self):
        self.say(ACK)
        (n,) = yield 1
        if n == 0xFF:
            yield 1
            self.erase(self.flash_base, self.flash_size)
        else:
            pages = yield n + 2
            if n ^ xor(pages):
                self.complain("erase checksum")
                self.say(NACK)
                return
            for page in pages[:-1]:
                self.erase(self.flash_base + page * PAGE, PAGE)
        self.say(ACK)


if __name__ == "__main__":
    Stm32().run()
