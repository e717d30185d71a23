# SPDX-License-Identifier: GPL-2.0-only
"""
Traffic both ways: echo requests of IPv4 and IPv6 from several addresses of ours to the
gateway of net `user`, which answers each. A reply is compared with what it must be, byte
by byte, and replies of one flow come in the order of their requests.

Half of the flows are sent in class sparse, half in class bulk; which one stays.
"""
import collections
import struct

from frame import BULK, SPARSE
from unpack import ones_sum

GATEWAY4, GATEWAY6 = bytes([10, 0, 2, 2]), bytes.fromhex("fd00" + 13 * "00" + "02")
ETHERNET4, ETHERNET6, ETHERNET_ARP = b"\x08\x00", b"\x86\xdd", b"\x08\x06"
GATEWAY_MAC = bytes.fromhex("52550a000202")
TEXT = b"".join(b"line %d of a text that repeats itself, nearly; " % i for i in range(60))


def check(data):
    return (0xFFFF - ones_sum(data + b"\0" * (len(data) & 1))).to_bytes(2, "big")


def echo(kind, flow, number, body, pseudo=b""):
    head = bytes([kind, 0, 0, 0]) + struct.pack(">HH", flow, number)
    total = check(pseudo + head + body)
    return head[:2] + total + head[4:] + body


class Flow:
    def __init__(self, number, ip6):
        self.number, self.ip6, self.sent, self.given_up = number, ip6, 0, 0
        self.cls = SPARSE if number % 2 else BULK
        host = bytes([15 + number // 4])
        self.address = bytes.fromhex("fd00" + 13 * "00") + host if ip6 else bytes([10, 0, 2]) + host

    def pseudo(self, source, to, n):
        return source + to + struct.pack(">II", n, 58) if self.ip6 else b""

    def message(self, kind, source, to, body):
        return echo(kind, self.number, self.sent % 65536, body, self.pseudo(source, to, 8 + len(body)))

    def request(self, mac, body, trailer, identification):
        if self.ip6:
            message = self.message(128, self.address, GATEWAY6, body)
            head = struct.pack(">IHBB", 6 << 28 | self.number, len(message), 58, 64) + self.address + GATEWAY6
            return GATEWAY_MAC + mac + ETHERNET6 + head + message + trailer
        message = self.message(8, self.address, GATEWAY4, body)
        size = 20 + len(message)
        head = struct.pack(">BBHHHBBH", 0x45, 0, size, identification, 0, 64, 1, 0) + self.address + GATEWAY4
        head = head[:10] + check(head) + head[12:]
        return GATEWAY_MAC + mac + ETHERNET4 + head + message + trailer

    def reply(self, body):
        """The part of the answer that is all ours to foretell: addresses and message."""
        if self.ip6:
            return GATEWAY6 + self.address + self.message(129, GATEWAY6, self.address, body)
        return GATEWAY4 + self.address + self.message(0, GATEWAY4, self.address, body)


class Echo:
    def __init__(self, rnd, link, flows=16):
        self.rnd, self.link = rnd, link
        self.flows = [Flow(i, i % 4 >= 2) for i in range(flows)]
        self.addresses = {flow.address for flow in self.flows}
        self.awaited = {flow.number: collections.deque() for flow in self.flows}
        self.done = 0
        self.met = False

    def outstanding(self):
        return sum(map(len, self.awaited.values()))

    def body(self, room):
        n = self.rnd.choice((0, 1, 40, room, self.rnd.randrange(room + 1)))
        at = self.rnd.randrange(500)
        return self.rnd.choice((bytes(n), self.rnd.randbytes(n), (TEXT * 4)[at : at + n]))

    def meet(self):
        """One short request from each address: the gateway asks for their MACs once."""
        self.met = True
        for address in sorted(self.addresses):
            self.send(next(flow for flow in self.flows if flow.address == address), 0)

    def send(self, flow=None, room=None):
        flow = flow or self.rnd.choice(self.flows)
        flow.sent += 1
        room = self.link.most() - (62 if flow.ip6 else 42) - 6 if room is None else room
        body = self.body(room)
        trailer = bytes(self.rnd.choice((0, 0, 0, 6))) if len(body) < 1000 else b""
        packet = flow.request(self.link.offer.mac, body, trailer, self.rnd.choice((flow.sent, 0)))
        self.awaited[flow.number].append(flow.reply(body))
        self.link.send(flow.cls, packet)

    def arrived(self, packet):
        kind = packet[12:14]
        if kind == ETHERNET_ARP:
            self.answer_arp(packet)
        elif kind == ETHERNET4 and packet[23] == 1 and packet[34] == 0:
            self.replied(packet, packet[26 : 14 + int.from_bytes(packet[16:18], "big")], 8)
        elif kind == ETHERNET6 and packet[20] == 58:
            if packet[54] == 129:
                self.replied(packet, packet[22 : 54 + int.from_bytes(packet[18:20], "big")], 32)
            elif packet[54] == 135:
                self.answer_solicitation(packet)

    def replied(self, packet, part, at):
        """at: of the message in part."""
        flow = self.flows[int.from_bytes(part[at + 4 : at + 6], "big") % len(self.flows)]
        if int.from_bytes(part[at + 6 : at + 8], "big") <= flow.given_up:
            return
        awaited = self.awaited[flow.number]
        if not awaited or awaited[0] != part:
            self.link.wrong.append(f"not the next reply of its flow: {packet[:80].hex()}")
            return
        awaited.popleft()
        self.done += 1

    def give_up(self):
        """What is awaited may come or not."""
        for flow in self.flows:
            flow.given_up = flow.sent
            self.awaited[flow.number].clear()

    def answer_arp(self, packet):
        operation, asked = packet[20:22], packet[38:42]
        if operation == b"\0\1" and asked in self.addresses:
            mac = self.link.offer.mac
            answer = packet[12:20] + b"\0\2" + mac + asked + packet[22:32]
            self.link.send(SPARSE, packet[6:12] + mac + answer)

    def answer_solicitation(self, packet):
        asked, asker, mac = packet[62:78], packet[22:38], self.link.offer.mac
        if asked not in self.addresses:
            return
        body = bytes([136, 0, 0, 0, 0x60, 0, 0, 0]) + asked + b"\2\1" + mac
        total = check(asked + asker + struct.pack(">II", len(body), 58) + body)
        head = struct.pack(">IHBB", 6 << 28, len(body), 58, 255) + asked + asker
        self.link.send(SPARSE, packet[6:12] + mac + ETHERNET6 + head + body[:2] + total + body[4:])
