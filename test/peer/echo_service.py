# SPDX-License-Identifier: GPL-2.0-only
"""
More traffic, by TCP: an echo service of ours behind the program's hostfwd, and clients of
this machine. The service has no timers and sends nothing twice: between the wire, which is
reliable, and the program's network, which repeats what it must, it needs neither.
"""
import errno
import socket
import struct

from frame import BULK, SPARSE
from pings import ETHERNET4, GATEWAY_MAC, check

ADDRESS, PORT = bytes([10, 0, 2, 15]), 7
FIN, SYN, RST, ACK = 0x01, 0x02, 0x04, 0x10
LARGEST, WINDOW = 1460, 65535


class Connection:
    def __init__(self, service, packet, tcp):
        self.service = service
        self.address, self.port = packet[26:30], tcp[:2]
        self.first = service.rnd.getrandbits(32)
        self.data = b""  # to go back, not acknowledged; of it the first is number `first`
        self.sent = self.expected = self.window = 0
        self.ended = self.finished = False
        self.number = 0

    def segment(self, flags, at, data=b"", options=b""):
        self.number += 1
        size = 20 + len(options)
        head = struct.pack(">H", PORT) + self.port + struct.pack(
            ">IIBBHHH", at % (1 << 32), self.expected, size << 2, flags, WINDOW, 0, 0
        )
        message = head + options + data
        pseudo = ADDRESS + self.address + struct.pack(">HH", 6, len(message))
        message = message[:16] + check(pseudo + message) + message[18:]
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(message), self.number, 0x4000, 64, 6, 0)
        ip = ip[:10] + check(ip + ADDRESS + self.address) + ADDRESS + self.address
        mac = self.service.link.offer.mac
        self.service.link.send(self.service.cls, GATEWAY_MAC + mac + ETHERNET4 + ip + message)

    def take(self, tcp, data):
        seq, acked, flags = int.from_bytes(tcp[4:8], "big"), int.from_bytes(tcp[8:12], "big"), tcp[13]
        if flags & SYN and not self.number:
            self.expected = (seq + 1) % (1 << 32)
            self.segment(SYN | ACK, self.first, options=struct.pack(">BBH", 2, 4, LARGEST))
            self.first = self.sent = (self.first + 1) % (1 << 32)
            return
        self.window = int.from_bytes(tcp[14:16], "big")
        if (acked - self.first) % (1 << 32) <= len(self.data):
            self.data = self.data[(acked - self.first) % (1 << 32) :]
            self.first = acked
        news = bool(data) or bool(flags & FIN)
        if news and seq == self.expected and not self.ended:
            self.data += data
            self.ended = bool(flags & FIN)
            self.expected = (seq + len(data) + self.ended) % (1 << 32)
        if not self.push() and news:
            self.segment(ACK, self.sent)

    def push(self):
        """Sends what the window takes; returns whether anything went."""
        went = False
        while True:
            flying = (self.sent - self.first) % (1 << 32)
            part = self.data[flying : flying + min(LARGEST, max(0, self.window - flying))]
            if not part:
                break
            self.segment(ACK | 0x08, self.sent, part)
            self.sent = (self.sent + len(part)) % (1 << 32)
            went = True
        if self.ended and not self.finished and not self.data:
            self.segment(FIN | ACK, self.sent)
            self.sent = (self.sent + 1) % (1 << 32)
            self.finished = went = True
        return went


class Service:
    """cls: all of it in one class."""

    def __init__(self, rnd, link):
        self.rnd, self.link, self.cls = rnd, link, rnd.choice((SPARSE, BULK))
        self.connections = {}

    def arrived(self, packet):
        """Whether it is for the service."""
        if packet[12:14] != ETHERNET4 or packet[23] != 6 or packet[30:34] != ADDRESS:
            return False
        end = 14 + int.from_bytes(packet[16:18], "big")
        tcp = packet[34:end]
        if check(packet[26:34] + struct.pack(">HH", 6, len(tcp)) + tcp) != b"\0\0":
            self.link.wrong.append("a TCP checksum")
        key = packet[26:30] + tcp[:2]
        if tcp[13] & SYN and key not in self.connections:
            self.connections[key] = Connection(self, packet, tcp)
        if key in self.connections and not tcp[13] & RST:
            self.connections[key].take(tcp, tcp[tcp[12] >> 4 << 2 :])
        return True


class Client:
    """Sends n bytes to the service and takes them back."""

    def __init__(self, rnd, port, n):
        self.wanted = rnd.choice((rnd.randbytes(n), b"all the same " * (n // 13)))
        self.left, self.got = self.wanted, b""
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(("127.0.0.1", port))

    def turn(self):
        """Whether all is back."""
        try:
            if self.left:
                self.left = self.left[self.socket.send(self.left[:4000]) :]
            self.got += self.socket.recv(65536)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.ENOTCONN, errno.EINPROGRESS):
                raise AssertionError(f"a client: {error}") from error
        if self.got != self.wanted[: len(self.got)]:
            raise AssertionError("other bytes came back")
        return len(self.got) == len(self.wanted)
