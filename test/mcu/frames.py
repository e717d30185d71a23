#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Sends Ethernet frames that are nearly right, as fast as the interface takes them:

    frames.py INTERFACE MAC ADDRESS SECONDS [SEED]

MAC and ADDRESS are those of the endpoint. ARP, IPv4 and IPv6 with ICMP, UDP, TCP,
DHCP answers and fragments; in most some bytes are wrong, and in most of these the
checksums are right again.
"""

import random
import socket
import struct
import sys
import time

US = bytes.fromhex("020000000099")
US4 = socket.inet_aton("10.7.0.99")
US6 = socket.inet_pton(socket.AF_INET6, "fe80::99")


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Maker:
    def __init__(self, mac, address, generator):
        self.mac = bytes.fromhex(mac.replace(":", ""))
        self.them4 = socket.inet_aton(address)
        # Its link-local address is made of its MAC.
        half = bytes([self.mac[0] ^ 2]) + self.mac[1:3] + b"\xff\xfe" + self.mac[3:]
        self.them6 = bytes.fromhex("fe80000000000000") + half
        self.generator = generator

    def spoil(self, data, chance=0.7):
        data = bytearray(data)
        if data and self.generator.random() < chance:
            for _ in range(self.generator.randrange(1, 5)):
                data[self.generator.randrange(len(data))] = self.generator.randrange(256)
            if self.generator.random() < 0.2:
                del data[self.generator.randrange(len(data)) :]
        return bytes(data)

    def noise(self, most):
        return self.generator.randbytes(self.generator.randrange(most))

    def segment(self, pseudo):
        """Something for IP to carry: its protocol, its bytes."""
        g = self.generator
        kind = g.randrange(4)
        v6 = len(pseudo) > 8
        if kind == 0:
            ports = struct.pack("!HH", g.choice([67, 9, g.randrange(65536)]), g.choice([7, 9, 68]))
            body = self.noise(1200)
            if ports[2:] == b"\0D":
                body = b"\2\1\6\0" + self.noise(4) + bytes(8) + self.them4 + bytes(220)
                body += b"c\x82Sc" + self.noise(100)
            data = ports + struct.pack("!HH", 8 + len(body), 0) + body
            protocol, at = 17, 6
        elif kind == 1:
            offset = g.randrange(5, 16)
            data = struct.pack(
                "!HHIIBBHHH",
                g.randrange(1024, 1030),
                g.choice([80, 7, 9, 19, 5001, 1]),
                g.choice([1, 1000, g.getrandbits(32)]),
                g.choice([0, g.getrandbits(32)]),
                offset << 4,
                g.choice([2, 2, 16, 24, 17, 4, g.randrange(256)]),
                g.choice([0, 1000, 65535]),
                0,
                g.choice([0, g.randrange(65536)]),
            )
            options = 4 * (offset - 5)
            data += self.noise(options + 1).ljust(options, b"\1") + self.noise(500)
            protocol, at = 6, 16
        elif kind == 2:
            types = [128, 129, 133, 134, 135, 136, 137, 2] if v6 else [8, 0, 3, 5, 11]
            data = bytes([g.choice(types), g.choice([0, 0, 4]), 0, 0]) + self.noise(200)
            protocol, at = (58 if v6 else 1), 2
        else:
            return g.choice([0, 2, 43, 44, 50, 59, 60, g.randrange(256)]), self.noise(300)
        data = bytearray(self.spoil(data))
        if len(data) >= at + 2 and g.random() < 0.8:
            data[at : at + 2] = b"\0\0"
            whole = bytes(data)
            if protocol != 1:
                whole = pseudo + struct.pack("!HH", protocol, len(data)) + whole
            data[at : at + 2] = struct.pack("!H", checksum(whole))
        return protocol, bytes(data)

    def ip4(self):
        g = self.generator
        protocol, data = self.segment(US4 + self.them4)
        fragment = 0
        if g.random() < 0.3:
            fragment = g.choice([0x2000, 0x2000 | g.randrange(8), g.randrange(200)])
        head = bytearray(
            struct.pack(
                "!BBHHHBBH", 0x45, 0, 20 + len(data), g.randrange(4), fragment, 64, protocol, 0
            )
        )
        head += US4 + self.them4
        head = bytearray(self.spoil(head, 0.3).ljust(20, b"\0"))
        head[10:12] = b"\0\0"
        head[10:12] = struct.pack("!H", checksum(bytes(head)))
        return b"\x08\x00" + head + data

    def ip6(self):
        g = self.generator
        protocol, data = self.segment(US6 + self.them6)
        for _ in range(g.choice([0, 0, 1, 3])):
            kind = g.choice([0, 43, 44, 60])
            data = bytes([protocol, 0]) + self.noise(7).ljust(6, b"\0") + data
            protocol = kind
        head = struct.pack("!IHBB", 6 << 28, len(data), protocol, 255) + US6
        head += g.choice([self.them6, bytes.fromhex("ff02" + "00" * 13 + "01")])
        return b"\x86\xdd" + self.spoil(head, 0.3) + data

    def arp(self):
        head = struct.pack("!HHBBH", 1, 0x0800, 6, 4, self.generator.choice([1, 2]))
        return b"\x08\x06" + self.spoil(head + US + US4 + self.mac + self.them4)

    def frame(self):
        to = self.generator.choice([self.mac, self.mac, b"\xff" * 6])
        rest = self.generator.choice([self.ip4, self.ip4, self.ip6, self.arp])()
        return (to + US + rest)[:1514].ljust(14, b"\0")


def main():
    if len(sys.argv) not in (5, 6):
        raise SystemExit(__doc__.strip())
    seed = int(sys.argv[5]) if len(sys.argv) == 6 else random.getrandbits(32)
    maker = Maker(sys.argv[2], sys.argv[3], random.Random(seed))
    print(f"seed {seed}", flush=True)
    sent = 0
    end = time.monotonic() + float(sys.argv[4])
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.bind((sys.argv[1], 0))
        while time.monotonic() < end:
            try:
                out.send(maker.frame())
            except BlockingIOError:
                time.sleep(0.01)
            sent += 1
            if sent % 20 == 0:
                time.sleep(0.002)  # its line is slow
    print(f"{sent} frames")


if __name__ == "__main__":
    main()
