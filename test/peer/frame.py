# SPDX-License-Identifier: GPL-2.0-only
"""
Frames: sections 2, 3 and 5 of docs/SPEC.md, written from them alone.

encode() makes of a Frame the bytes between two delimiters, decode() the reverse; a frame
that decode() cannot take raises BadFrame. cut() ends a frame early. Acknowledgement
entries are packed and parsed here as well; what they mean is in stream.py.
"""
import dataclasses

LINK, CONTROL, SPARSE, BULK = range(4)
ENDS, GOES_ON, PACKED, ADDED = 0x00000000, 0x5BD1E995, 0x9E3779B9, 0xC2B2AE35
ENDINGS = (ENDS, GOES_ON, PACKED, ADDED)
NUMBERS = 8192
HAS_ACKS = 1 << 13
CHECK_BYTES, CUT_BYTES = 4, 5


class BadFrame(Exception):
    pass


@dataclasses.dataclass
class Frame:
    cls: int
    number: int
    payload: bytes = b""
    ending: int = ENDS
    acks: bytes = b""
    was_cut: bool = False

    def head(self):
        bits = self.number % NUMBERS | (HAS_ACKS if self.acks else 0) | self.cls << 14
        return bits.to_bytes(2, "little") + self.acks


# ---- 2.4, the check ----


def table():
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        yield byte


TABLE = tuple(table())


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def check_bytes(content, ending):
    return (crc32c(content) ^ ending).to_bytes(CHECK_BYTES, "little")


def cut_bytes(content):
    check = crc32c(content) ^ GOES_ON
    return bytes(0x80 | check >> 7 * i & 0x7F for i in range(CUT_BYTES))


# ---- 2.2, COBS ----


def cobs_encode(data, spare_code=False):
    """spare_code: one more block where the shortest encoding would have none."""
    out = bytearray()
    runs = data.split(b"\0")
    for i, run in enumerate(runs):
        while len(run) >= 254:
            out += b"\xff" + run[:254]
            run = run[254:]
            if not run and i == len(runs) - 1 and not spare_code:
                return bytes(out)
        out.append(len(run) + 1)
        out += run
    return bytes(out)


def cobs_decode(encoded):
    """Returns the bytes, how many the last block still owes, and whether a zero follows
    if another block does."""
    out, owed, zero, at = bytearray(), 0, False, 0
    while at < len(encoded):
        if zero:
            out.append(0)
        code = encoded[at]
        block = encoded[at + 1 : at + code]
        out += block
        owed, zero = code - 1 - len(block), code != 0xFF
        at += code
    return bytes(out), owed, zero


# ---- whole frames ----


def encode(frame, spare_code=False):
    content = frame.head() + frame.payload
    return cobs_encode(content + check_bytes(content, frame.ending), spare_code)


def cut(frame, at):
    """2.3: ends the frame where about that many of its bytes were sent. Returns what is
    on the wire then and how much of the payload; None: it cannot be cut there."""
    encoded = encode(frame)
    data, owed, zero = cobs_decode(encoded[:at])
    if owed == 0 and zero:
        data += b"\0"
    sent = len(data) - len(frame.head())
    if not 1 <= sent < len(frame.payload) or 0 < owed <= CUT_BYTES:
        return None
    tail = cut_bytes(data) if owed else cobs_encode(check_bytes(data, GOES_ON))
    return encoded[:at] + tail, sent


def uncheck(encoded):
    """Returns content, ending and whether the frame was cut inside a block."""
    data, owed, _ = cobs_decode(encoded)
    size = CUT_BYTES if owed else CHECK_BYTES
    content, tail = data[:-size], data[-size:]
    if len(content) < 2:
        raise BadFrame("too short")
    if not owed:
        ending = int.from_bytes(tail, "little") ^ crc32c(content)
        if ending not in ENDINGS:
            raise BadFrame("check")
        return content, ending, False
    if tail != cut_bytes(content):
        raise BadFrame("check of a cut frame")
    return content, GOES_ON, True


def decode(encoded):
    content, ending, was_cut = uncheck(encoded)
    bits = int.from_bytes(content[:2], "little")
    cls, rest, acks = bits >> 14, content[2:], b""
    if bits & HAS_ACKS:
        _, after = parse_acks(rest)
        acks, rest = rest[: len(rest) - len(after)], after
    if cls in (LINK, CONTROL) and ending != ENDS:
        raise BadFrame("a link or control message that does not just end")
    if cls != LINK and not rest:
        raise BadFrame("no payload")
    return Frame(cls, bits % NUMBERS, rest, ending, acks, was_cut)


# ---- 5, acknowledgement entries ----

RANGES_MOST = 15


def ack_entry(cls, delivered, ranges, more=False):
    """ranges: pairs of gap and run, each under 256, at most 15."""
    first = cls << 5 | len(ranges) | (0x80 if more else 0)
    return bytes([first]) + delivered.to_bytes(2, "little") + bytes(sum(ranges, ()))


def join_acks(entries):
    """Entries made without 'more', as they stand in a frame."""
    return b"".join(bytes([e[0] | 0x80]) + e[1:] for e in entries[:-1]) + b"".join(entries[-1:])


def parse_acks(data):
    """Returns (class, delivered, ranges) of each entry, and what follows them."""
    entries, more = [], True
    while more:
        if len(data) < 3:
            raise BadFrame("truncated acknowledgement")
        more, cls, pairs = data[0] & 0x80, data[0] >> 5 & 3, data[0] & 15
        size = 3 + 2 * pairs
        if cls == LINK or len(data) < size or cls in (e[0] for e in entries):
            raise BadFrame("acknowledgement")
        flat = data[3:size]
        entries.append((cls, int.from_bytes(data[1:3], "little") % NUMBERS, list(zip(flat[::2], flat[1::2]))))
        if sum(flat) > 2048:
            raise BadFrame("acknowledgement of too much")
        data = data[size:]
    return entries, data
