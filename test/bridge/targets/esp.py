#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
The boot loader in the ROM of an ESP32, as esptool's "Serial Protocol" tells it: SLIP, SYNC,
registers, flash with deflate left out, MD5. RESET is EN, BOOT is GPIO0. A SYNC is answered
eight times. See chip.py.
"""
import hashlib
import struct

from chip import Chip

FLASH_BEGIN, FLASH_DATA, FLASH_END, SYNC = 0x02, 0x03, 0x04, 0x08
SECURITY_INFO = 0x14  # of later chips; esptool asks any
WRITE_REG, READ_REG, SPI_SET_PARAMS, SPI_ATTACH, CHANGE_BAUD, FLASH_MD5 = 0x09, 0x0A, 0x0B, 0x0D, 0x0F, 0x13
SECTOR = 4096
MAGIC_REGISTER, MAGIC = 0x40001000, 0x00F01D83  # by which esptool knows an ESP32
BAD_DATA, BAD_CHECK, BAD_COMMAND = 0x05, 0x07, 0x05


class Esp(Chip):
    deaf = 0.05
    flash_base, flash_size = 0, 4 * 1024 * 1024

    def rom_starts(self):
        self.frame = None
        self.escaped = False
        self.written = None
        self.say(b"ets Jun  8 2016 00:22:57\r\nrst:0x1 (POWERON_RESET),boot:0x3 (DOWNLOAD_BOOT)\r\n")

    def rom_hears(self):
        for byte in self.held:
            if byte == 0xC0:
                if self.frame:
                    self.command(bytes(self.frame))
                    self.frame = None
                else:
                    self.frame = bytearray()
            elif self.frame is not None:
                if self.escaped:
                    self.frame.append({0xDC: 0xC0, 0xDD: 0xDB}.get(byte, byte))
                    self.escaped = False
                elif byte == 0xDB:
                    self.escaped = True
                else:
                    self.frame.append(byte)
        self.held.clear()

    def answer(self, op, value=0, body=b"", error=0):
        body += bytes([1 if error else 0, error, 0, 0])
        packet = struct.pack("<BBHI", 1, op, len(body), value) + body
        self.say(b"\xc0" + packet.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc") + b"\xc0")

    def command(self, frame):
        if len(frame) < 8 or frame[0] != 0:
            self.complain(f"not a command: {frame[:16].hex()}")
            return
        _, op, size, check = struct.unpack_from("<BBHI", frame)
        body = frame[8:]
        if size != len(body):
            self.complain(f"size {size} of {len(body)}")
            self.answer(op, error=BAD_DATA)
        elif op == SYNC:
            for _ in range(8):
                self.answer(op)
        elif op == READ_REG:
            self.answer(op, MAGIC if struct.unpack("<I", body)[0] == MAGIC_REGISTER else 0)
        elif op in (WRITE_REG, SPI_SET_PARAMS, SPI_ATTACH, CHANGE_BAUD):
            self.answer(op)
        elif op == FLASH_BEGIN:
            self.flash_begin(op, body)
        elif op == FLASH_DATA:
            self.flash_data(op, body, check)
        elif op == FLASH_END:
            self.written = None
            self.answer(op)
            if struct.unpack("<I", body)[0] == 0:
                self.where = "program"
                self.say(b"program\r\n")
        elif op == FLASH_MD5:
            address, n = struct.unpack_from("<II", body)
            if self.inside(address, n):
                self.answer(op, body=hashlib.md5(self.flash[address : address + n]).hexdigest().encode())
            else:
                self.answer(op, error=BAD_DATA)
        elif op == SECURITY_INFO:  # not known: it repeats itself, by what esptool expects of it
            for _ in range(8):
                self.answer(SYNC, error=BAD_COMMAND)
        else:
            self.complain(f"command {op:02x}")
            self.answer(op, error=BAD_COMMAND)

    def flash_begin(self, op, body):
        size, packets, block, offset = struct.unpack_from("<IIII", body)
        end = -(-(offset + size) // SECTOR) * SECTOR
        start = offset // SECTOR * SECTOR
        if not self.inside(start, end - start):
            self.complain(f"flash of {size} bytes at 0x{offset:x}")
            self.answer(op, error=BAD_DATA)
            return
        self.erase(start, end - start)
        self.written = (offset, packets, block)
        self.answer(op)

    def flash_data(self, op, body, check):
        size, number = struct.unpack_from("<II", body)
        data = body[16:]
        sum_ = 0xEF
        for byte in data:
            sum_ ^= byte
        if sum_ != check & 0xFF:
            self.complain("checksum")
            self.answer(op, error=BAD_CHECK)
        elif not self.written or size != len(data) or number >= self.written[1] or size > self.written[2]:
            self.complain(f"data {number} of {size} bytes")
            self.answer(op, error=BAD_DATA)
        else:
            self.program(self.written[0] + number * self.written[2], data)
            self.answer(op)


if __name__ == "__main__":
    Esp().run()
