# SPDX-License-Identifier: GPL-2.0-only
"""
Unpacks the packets of one class in one direction: sections 9 and 10 of docs/SPEC.md,
written from them alone. Malformed: what no sender in step makes.
"""
import copy

ETHERNET = 14
TCP, UDP = 6, 17


class Malformed(Exception):
    pass


def need(condition):
    if not condition:
        raise Malformed


class Bytes:
    """Read from the front."""

    def __init__(self, data):
        self.data = data

    def take(self, n):
        need(len(self.data) >= n)
        taken, self.data = self.data[:n], self.data[n:]
        return taken

    def octet(self):
        return self.take(1)[0]

    def number(self, bits):
        """9.4: seven bits an octet, the lowest first."""
        value = 0
        for i in range(5):
            octet = self.octet()
            value |= (octet & 0x7F) << 7 * i
            if not octet & 0x80:
                need(value < 1 << bits)
                return value
        raise Malformed

    def folded(self, bits):
        number = self.number(bits)
        return -(number + 1 >> 1) if number & 1 else number >> 1


# ---- section 9 ----


def big(data):
    return int.from_bytes(data, "big")


def ones_sum(data):
    total = sum(big(data[i : i + 2]) for i in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


class Context:
    """9.2, 9.4: the headers of a flow's last packet."""

    def __init__(self, headers):
        self.headers = bytearray(headers)
        self.id_step, self.ack_step, self.time_step = 1, 0, 0

    @property
    def is_ip4(self):
        return big(self.headers[12:14]) == 0x0800

    @property
    def at(self):
        return 34 if self.is_ip4 else 54

    @property
    def protocol(self):
        return self.headers[23 if self.is_ip4 else 20]

    @property
    def has_timestamps(self):
        options = self.headers[self.at + 20 :]
        return self.protocol == TCP and len(options) >= 12 and options[:4] == b"\x01\x01\x08\x0a"

    def get(self, at, n):
        return big(self.headers[at : at + n])

    def put(self, at, n, value):
        self.headers[at : at + n] = (value % (1 << 8 * n)).to_bytes(n, "big")

    def payload(self):
        """Bytes after the headers, as the IP header says."""
        end = ETHERNET + self.get(16, 2) if self.is_ip4 else 54 + self.get(18, 2)
        return end - len(self.headers)


def headers_length(packet):
    """9.1: of regular headers; else malformed, for they must be."""
    need(len(packet) >= 34)
    if big(packet[12:14]) == 0x0800:
        need(packet[14] == 0x45 and not big(packet[20:22]) & 0x3FFF and ones_sum(packet[14:34]) == 0xFFFF)
        at, end, echo, types = 34, ETHERNET + big(packet[16:18]), 1, (0, 8)
        protocol = packet[23]
    else:
        need(len(packet) >= 54 and big(packet[12:14]) == 0x86DD and packet[14] >> 4 == 6)
        at, end, echo, types = 54, 54 + big(packet[18:20]), 58, (128, 129)
        protocol = packet[20]
    need(at + 8 <= end <= len(packet))
    if protocol == TCP:
        need(at + 20 <= end and packet[at + 12] >> 4 >= 5)
        length = at + 4 * (packet[at + 12] >> 4)
    else:
        need(protocol in (UDP, echo))
        need(protocol != UDP or big(packet[at + 4 : at + 6]) == end - at)
        need(protocol != echo or (packet[at] in types and packet[at + 1] == 0))
        length = at + 8
    need(length <= end)
    return length


def common_fields(context, mask, more, data):
    """Those that stand first; returns the bytes of trailer."""
    at, tcp = context.at, context.protocol == TCP
    if more & 0x40:
        where, n = (at, 4) if context.protocol in (TCP, UDP) else (at + 4, 2)
        context.headers[where : where + n] = data.take(n)
    if more & 0x20:
        where, n = (15, 1) if context.is_ip4 else (14, 4)
        context.headers[where : where + n] = data.take(n)
        need(context.is_ip4 or context.headers[14] >> 4 == 6)
    if more & 0x10:
        context.headers[22 if context.is_ip4 else 21] = data.octet()
    changed = more & 0x08 if tcp else mask & 0x01
    need(context.is_ip4 or not changed)
    if changed:
        step = data.number(16)
        context.put(18, 2, context.get(18, 2) + step)
        if step in (0, 1, 256):
            context.id_step = step
    elif context.is_ip4:
        context.put(18, 2, context.get(18, 2) + context.id_step)
    return data.number(16) if more & 0x80 else 0


def tcp_fields(context, mask, more, data):
    at = context.at
    flags = context.headers[at + 13]
    foretold = context.get(at + 4, 4) + context.payload() + bool(flags & 2) + bool(flags & 1)
    context.put(at + 4, 4, foretold + (data.folded(32) if mask & 0x20 else 0))
    if mask & 0x04:
        context.ack_step = data.number(32)
    context.put(at + 8, 4, context.get(at + 8, 4) + context.ack_step)
    if mask & 0x08:
        context.put(at + 14, 2, context.get(at + 14, 2) + data.folded(16))
    if more & 0x01:
        reserved, context.headers[at + 13] = data.take(2)
        need(reserved < 16)
        context.headers[at + 12] = context.headers[at + 12] & 0xF0 | reserved
    else:
        context.headers[at + 13] = flags & ~8 | (8 if mask & 0x10 else 0)
    if more & 0x04:
        context.headers[at + 18 : at + 20] = data.take(2)
    had = context.has_timestamps
    times = context.headers[at + 24 : at + 32]
    if more & 0x02:
        octet = data.octet()
        words, kept = octet & 15, octet & 16
        need(octet < 32 and words <= 10)
        need(not kept or (had and words >= 3))
        need(kept or not mask & 3)
        before = context.headers[at + 20 : at + 32] if kept else b""
        context.headers[at + 20 :] = before + data.take(4 * words - len(before))
        context.headers[at + 12] = (5 + words) << 4 | context.headers[at + 12] & 15
    need(not mask & 3 or had)
    moved = 0
    if mask & 1:
        moved = (data.folded(32) + context.time_step) % (1 << 32)
        context.time_step = moved
        context.put(at + 24, 4, big(times[:4]) + moved)
    if mask & 2:
        context.put(at + 28, 4, big(times[4:]) + data.folded(32) + moved)


def echo_fields(context, mask, data):
    at = context.at
    context.put(at + 6, 2, context.get(at + 6, 2) + 1 + (data.folded(16) if mask & 0x20 else 0))


def difference(context, mask, data):
    """9.3, 9.4: changes the context; returns the packet."""
    need(not mask & 0x80)
    more = data.octet() if mask & 0x40 else 0
    protocol = context.protocol
    if protocol != TCP:
        need(not mask & 0x1E and not more & 0x0F)
        need(protocol != UDP or not mask & 0x20)
    trailer = common_fields(context, mask, more, data)
    if protocol == TCP:
        tcp_fields(context, mask, more, data)
    elif protocol != UDP:
        echo_fields(context, mask, data)
    check_at = context.at + {TCP: 16, UDP: 6}.get(protocol, 2)
    context.headers[check_at : check_at + 2] = data.take(2)
    need(trailer <= len(data.data))
    whole = len(context.headers) + len(data.data)
    need(whole <= 65535)
    end = whole - trailer
    if context.is_ip4:
        context.put(16, 2, end - ETHERNET)
        context.put(24, 2, 0)
        context.put(24, 2, 0xFFFF - ones_sum(context.headers[14:34]))
    else:
        context.put(18, 2, end - 54)
    if protocol == UDP:
        context.put(context.at + 4, 2, end - context.at)
    return bytes(context.headers) + data.data


SHORT_MASKS = (0x00, 0x01, 0x03, 0x07)


class Headers:
    def __init__(self, count):
        self.contexts = [None] * count
        self.current = None

    def known(self, number):
        need(number is not None and number < len(self.contexts) and self.contexts[number])
        return copy.deepcopy(self.contexts[number])

    def keep(self, number, context):
        need(number < len(self.contexts))
        self.contexts[number] = context
        self.current = number

    def take(self, packet):
        """9.2; returns the packet as it was."""
        data = Bytes(packet)
        first = data.octet()
        number = first & 15
        if first == 0:
            return data.data
        need(first >= 0x10)
        if first < 0x20:
            self.keep(number, Context(data.data[: headers_length(data.data)]))
            return data.data
        if first < 0x30:
            before, mask = self.known(number), data.octet() - 0x80
        elif first < 0x40:
            before = data.octet()
            need(before < 16)
            before, mask = self.known(before), data.octet() - 0x80
        elif first < 0x80:
            before, mask = self.known(number), SHORT_MASKS[first >> 4 & 3]
        else:
            number, mask = self.current, first - 0x80
            before = self.known(number)
        need(mask >= 0)
        out = difference(before, mask, data)
        self.keep(number, before)
        return out


# ---- section 10 ----


def lz4_more(data, nibble):
    if nibble < 15:
        return nibble
    octet = 255
    while octet == 255:
        octet = data.octet()
        nibble += octet
    return nibble


def lz4_decode(block, history, most):
    data, out = Bytes(block), bytearray()
    while True:
        token = data.octet()
        out += data.take(lz4_more(data, token >> 4))
        need(len(out) <= most)
        if not data.data:
            return bytes(out)
        offset = int.from_bytes(data.take(2), "little")
        need(0 < offset <= len(out) + len(history))
        for _ in range(lz4_more(data, token & 15) + 4):
            need(len(out) < most)
            back = len(out) - offset
            out.append(out[back] if back >= 0 else history[back])


class Unpacker:
    """take() unpacks the packets of a class in the order in which it delivers them."""

    def __init__(self, contexts, history, longest):
        self.headers = Headers(contexts) if contexts else None
        self.most = longest + bool(contexts)  # 10.4, of a block
        self.size, self.history = history, b""

    def take(self, sent, end):
        need(end == "last" or self.size)
        inner = lz4_decode(sent, self.history, self.most) if end == "packed" else sent
        packet = self.headers.take(inner) if self.headers else inner
        if end != "last":
            self.history = (self.history + inner)[-self.size :]
        return packet
