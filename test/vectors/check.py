#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Checks the test vectors against docs/SPEC.md, without any code of the link.

usage: check.py [FILE...]     (default: frames.txt and packets.txt beside this program)

Each frame is decoded from its bytes, and made again from its fields. The packets are
unpacked one after the other (sections 9 and 10, unpack.py).
"""
import os
import sys

from unpack import Malformed, Unpacker

CLASSES = ["link", "control", "sparse", "bulk"]
XORS = {"last": 0, "continued": 0x5BD1E995, "packed": 0x9E3779B9, "added": 0xC2B2AE35}
CONTINUED = XORS["continued"]
USUAL_LONGEST = 1518


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def cobs_encode(data):
    out, block = b"", b""
    for i, byte in enumerate(data):
        if byte:
            block += bytes([byte])
        if not byte or (len(block) == 254 and i + 1 < len(data)):
            out += bytes([len(block) + 1]) + block
            block = b""
    return out + bytes([len(block) + 1]) + block


def cobs_decode(encoded):
    """Returns the bytes, and how many the last block still owes."""
    out, owed, zero = b"", 0, False
    for byte in encoded:
        if owed:
            out, owed = out + bytes([byte]), owed - 1
        else:
            out += b"\0" if zero else b""
            owed, zero = byte - 1, byte != 0xFF
    return out, owed


def decode(encoded):
    """Section 2: bytes without delimiters to content and how it ended."""
    data, owed = cobs_decode(encoded)
    if owed:
        content, trailer = data[:-5], data[-5:]
        assert all(b & 0x80 for b in trailer), "trailer bytes have bit 7 set"
        check = sum((b & 0x7F) << 7 * i for i, b in enumerate(trailer))
        assert check == crc32c(content) ^ CONTINUED, "check of a cut frame"
        return content, "cut"
    content, check = data[:-4], int.from_bytes(data[-4:], "little")
    return content, {xor: end for end, xor in XORS.items()}[check ^ crc32c(content)]


def encode(vector):
    """Sections 2 and 3: fields to bytes without delimiters."""
    acks, payload = vector["acks"], vector["payload"]
    header = CLASSES.index(vector["class"]) << 14 | bool(acks) << 13 | int(vector["number"])
    head = header.to_bytes(2, "little") + acks
    check = crc32c(head + payload) ^ XORS.get(vector["end"], CONTINUED)
    if not vector.get("planned"):
        return head, cobs_encode(head + payload + check.to_bytes(4, "little"))
    whole = head + vector["planned"]
    planned = cobs_encode(whole + crc32c(whole).to_bytes(4, "little"))
    for at in range(len(planned)):  # where the frame was cut
        data, owed = cobs_decode(planned[:at] + (b"\1" if vector["end"] == "continued" else b""))
        if data == head + payload and bool(owed) == (vector["end"] == "cut"):
            break
    if vector["end"] == "continued":
        return head, planned[:at] + cobs_encode(check.to_bytes(4, "little"))
    assert owed > 5, "a cut inside of a block leaves room for the check"
    return head, planned[:at] + bytes(0x80 | check >> 7 * i & 0x7F for i in range(5))


def read(file):
    """Blocks of 'field: value'; hexadecimal values follow on indented lines."""
    vector = {}
    for line in file:
        if line.startswith("  "):
            vector[field] += bytes.fromhex(line.strip())
        elif line.strip() and not line.startswith("#"):
            field, value = (part.strip() for part in line.split(":", 1))
            if field == "name" and vector:
                yield vector
                vector = {}
            vector[field] = value if value else b""
    yield vector


def check_frame(vector):
    wire = vector["encoded"]
    assert wire[-1] == 0 and 0 not in wire.strip(b"\0"), vector["name"]
    content, end = decode(wire.strip(b"\0"))
    head, made = encode(vector)
    assert content == vector["content"] == head + vector["payload"], vector["name"]
    assert end == vector["end"], vector["name"]
    assert made == wire.strip(b"\0"), vector["name"]


def check_packet(vector, unpackers):
    """unpackers: of the session's classes; and its longest packet."""
    if "session" in vector:
        sizes = {word: int(number) for word, number in map(str.split, vector["session"].split(","))}
        unpackers["longest"] = sizes.get("longest", USUAL_LONGEST)
        for name in ("sparse", "bulk"):
            unpackers[name] = Unpacker(sizes["contexts"], sizes[name] and 1 << sizes[name], unpackers["longest"])
    try:
        packet = unpackers[vector["class"]].take(vector["sent"], vector["end"])
    except Malformed:
        packet = b""
    assert packet == vector.get("dropped", vector.get("packet")), vector["name"]
    assert (len(packet) > unpackers["longest"]) == ("dropped" in vector), vector["name"]


def main():
    beside = os.path.dirname(os.path.abspath(__file__))
    usual = [os.path.join(beside, name) for name in ("frames.txt", "packets.txt")]
    count = 0
    unpackers = {}
    for path in sys.argv[1:] or usual:
        with open(path, encoding="ascii") as file:
            for vector in read(file):
                if "sent" in vector:
                    check_packet(vector, unpackers)
                else:
                    check_frame(vector)
                count += 1
    assert crc32c(b"123456789") == 0xE3069283
    print(f"{count} vectors are right")


if __name__ == "__main__":
    main()
