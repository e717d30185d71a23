# SPDX-License-Identifier: GPL-2.0-only
"""
Packs the packets of one class in one direction: sections 9 and 10 of docs/SPEC.md, as a
sender. Its other half, and the contexts of both, are in test/vectors/unpack.py.
"""
from frame import ADDED, ENDS, PACKED
from unpack import ETHERNET, TCP, UDP, Context, Malformed, headers_length

SHORT_MASKS = {0x00: 0, 0x01: 1, 0x03: 2, 0x07: 3}

# ---- section 9 ----


def number(value):
    out = bytearray()
    while value > 0x7F:
        out.append(0x80 | value & 0x7F)
        value >>= 7
    return bytes(out + bytes([value]))


def folded(value, bits):
    value %= 1 << bits
    if value >> (bits - 1):
        value -= 1 << bits
    return number(2 * value if value >= 0 else -2 * value - 1)


class Difference:
    """9.3, 9.4: of a packet's headers to a context; changes the steps of the new one."""

    def __init__(self, before, now, trailer):
        self.before, self.now = before, now
        self.mask = self.more = 0
        self.fields = b""
        now.id_step, now.ack_step, now.time_step = before.id_step, before.ack_step, before.time_step
        self.common(trailer)
        if now.protocol == TCP:
            self.tcp()
        elif now.protocol != UDP:
            self.field(folded(self.moved(now.at + 6, 2) - 1, 16), mask=0x20, unless=number(0))
        check_at = now.at + {TCP: 16, UDP: 6}.get(now.protocol, 2)
        self.fields += now.headers[check_at : check_at + 2]
        if self.more:
            self.mask |= 0x40
            self.fields = bytes([self.more]) + self.fields

    def field(self, value, mask=0, more=0, unless=None):
        if value == unless:
            return False
        self.mask |= mask
        self.more |= more
        self.fields += value
        return True

    def moved(self, at, n):
        return (self.now.get(at, n) - self.before.get(at, n)) % (1 << 8 * n)

    def copy(self, at, n, more):
        self.field(self.now.headers[at : at + n], more=more, unless=self.before.headers[at : at + n])

    def common(self, trailer):
        now, at = self.now, self.now.at
        self.copy(*((at, 4) if now.protocol in (TCP, UDP) else (at + 4, 2)), more=0x40)
        self.copy(*((15, 1) if now.is_ip4 else (14, 4)), more=0x20)
        self.copy(22 if now.is_ip4 else 21, 1, more=0x10)
        if now.is_ip4:
            step = self.moved(18, 2)
            bits = {"more": 0x08} if now.protocol == TCP else {"mask": 0x01}
            if self.field(number(step), unless=number(self.before.id_step), **bits) and step in (0, 1, 256):
                now.id_step = step
        self.field(number(trailer), more=0x80, unless=number(0))

    def tcp(self):
        before, now, at = self.before, self.now, self.now.at
        flags, was = now.headers[at + 13], before.headers[at + 13]
        foretold = before.get(at + 4, 4) + before.payload() + bool(was & 2) + bool(was & 1)
        self.field(folded(now.get(at + 4, 4) - foretold, 32), mask=0x20, unless=number(0))
        now.ack_step = self.moved(at + 8, 4)
        self.field(number(now.ack_step), mask=0x04, unless=number(before.ack_step))
        self.field(folded(self.moved(at + 14, 2), 16), mask=0x08, unless=number(0))
        reserved = bytes([now.headers[at + 12] & 15])
        if (flags & ~8, reserved[0]) != (was & ~8, before.headers[at + 12] & 15):
            self.field(reserved + bytes([flags]), more=0x01)
        elif flags & 8:
            self.mask |= 0x10
        self.copy(at + 18, 2, more=0x04)
        self.options(at + 20)

    def options(self, at):
        before, now = self.before, self.now
        both = before.has_timestamps and now.has_timestamps
        skip = at + (12 if both else 0)
        if now.headers[skip:] != before.headers[skip:]:
            words = (len(now.headers) - at) // 4
            self.field(bytes([words | (0x10 if both else 0)]) + now.headers[skip:], more=0x02)
        if not both:
            return
        value, echo = self.moved(at + 4, 4), self.moved(at + 8, 4)
        if value:
            self.field(folded(value - before.time_step, 32), mask=0x01)
            now.time_step = value
        if echo:
            self.field(folded(echo - value, 32), mask=0x02)


def alike(a, b):
    """9.4: whether one can be said as a difference to the other."""
    if a.headers[:14] != b.headers[:14] or a.protocol != b.protocol:
        return False
    if a.is_ip4:
        same = a.headers[26:34] == b.headers[26:34] and (a.headers[20] ^ b.headers[20]) & 0xE0 == 0
    else:
        same = a.headers[22:54] == b.headers[22:54]
    return same and (a.protocol in (TCP, UDP) or a.headers[a.at] == b.headers[b.at])


def ports(context):
    at = context.at
    return context.headers[at : at + 4] if context.protocol in (TCP, UDP) else context.headers[at + 4 : at + 6]


class Headers:
    def __init__(self, count, choices):
        self.contexts, self.current, self.choices = [None] * count, None, choices
        self.used = [0] * count
        self.clock = 0

    def take(self, packet):
        try:
            length = headers_length(packet)
        except Malformed:
            return b"\0" + packet
        if self.choices.chance(0.05):
            return b"\0" + packet
        now = Context(packet[:length])
        self.clock += 1
        like = [c for c, known in enumerate(self.contexts) if known and alike(known, now)]
        same = [c for c in like if ports(self.contexts[c]) == ports(now)]
        if self.choices.chance(0.2):
            like = same = like[:1] if self.choices.chance(0.5) else []
        to = same[0] if same else min(range(len(self.used)), key=lambda c: self.used[c])
        first = self.first_bytes(to, same, like)
        if first is None:
            self.keep(to, now)
            return bytes([0x10 + to]) + packet
        end = (ETHERNET if now.is_ip4 else 54) + (now.get(16, 2) if now.is_ip4 else now.get(18, 2))
        difference = Difference(self.contexts[same[0] if same else like[0]], now, len(packet) - end)
        out = first(difference.mask) + difference.fields + packet[length:]
        self.keep(to, now)
        return out

    def first_bytes(self, to, same, like):
        """9.2: a function from the mask to the octets that begin a difference."""
        if not like:
            return None
        if not same:
            return lambda mask: bytes([0x30 + to, like[0], 0x80 + mask])
        if to == self.current and not self.choices.chance(0.2):
            return lambda mask: bytes([0x80 + mask])
        long = self.choices.chance(0.2)
        return lambda mask: (
            bytes([0x40 + 16 * SHORT_MASKS[mask] + to])
            if mask in SHORT_MASKS and not long
            else bytes([0x20 + to, 0x80 + mask])
        )

    def keep(self, to, context):
        self.contexts[to], self.current, self.used[to] = context, to, self.clock


# ---- section 10 ----


def lz4_lengths(literals, match):
    """The token and the rest of both lengths; match: less 4, or None in the last sequence."""

    def more(n):
        return bytes([255]) * ((n - 15) // 255) + bytes([(n - 15) % 255]) if n >= 15 else b""

    token = min(literals, 15) << 4 | min(match or 0, 15)
    return bytes([token]) + more(literals), more(match or 0)


def lz4_encode(data, history):
    whole, seen, out = history + data, {}, b""
    for place in range(len(history) - 3):
        seen[whole[place : place + 4]] = place
    at = literals = len(history)
    while at + 12 <= len(whole):
        key = whole[at : at + 4]
        match, seen[key] = seen.get(key), at
        if match is None or at - match > 65535:
            at += 1
            continue
        n = 4
        while at + n < len(whole) - 5 and whole[match + n] == whole[at + n]:
            n += 1
        begin, more = lz4_lengths(at - literals, n - 4)
        out += begin + whole[literals:at] + (at - match).to_bytes(2, "little") + more
        at = literals = at + n
    return out + lz4_lengths(len(whole) - literals, None)[0] + whole[literals:]


class Packer:
    """contexts, history: agreed; log2 of the history, 0: none."""

    def __init__(self, contexts, history, choices):
        self.headers = Headers(contexts, choices) if contexts else None
        self.size, self.history, self.choices = history and 1 << history, b"", choices

    def take(self, packet):
        """Returns what is sent, and its ending."""
        packet = self.headers.take(packet) if self.headers else packet
        if not self.size:
            return packet, ENDS
        block = lz4_encode(packet, self.history)
        packed = len(block) < len(packet)
        if not packed and self.choices.chance(0.5):
            return packet, ENDS
        self.history = (self.history + packet)[-self.size :]
        return (block, PACKED) if packed else (packet, ADDED)
