#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Moves bytes through an endpoint's HTTP server and checks each of them.

    transfer.py down URL BYTES [SEED]   GET URL/bytes?n=BYTES&seed=SEED
    transfer.py up URL BYTES [SEED]     PUT URL/sink

Prints the rate; exit status 1 if a byte or the endpoint's CRC-32C is not as it
must be.
"""

import http.client
import json
import sys
import time
import urllib.parse

PIECE = 16384


def table():
    entries = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        entries.append(value)
    return entries


TABLE = table()


def crc32c(crc, data):
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ crc >> 8
    return crc


class Sequence:
    """xorshift32, four bytes a state, as device/endpoint/http_pages.c says."""

    def __init__(self, seed):
        self.state = seed & 0xFFFFFFFF or 1
        self.rest = b""

    def take(self, n):
        words = bytearray(self.rest)
        state = self.state
        while len(words) < n:
            state ^= state << 13 & 0xFFFFFFFF
            state ^= state >> 17
            state ^= state << 5 & 0xFFFFFFFF
            words += state.to_bytes(4, "little")
        self.state = state
        self.rest = bytes(words[n:])
        return bytes(words[:n])


def down(connection, n, seed):
    connection.request("GET", f"/bytes?n={n}&seed={seed}")
    answer = connection.getresponse()
    if answer.status != 200:
        raise SystemExit(f"status {answer.status}")
    sequence = Sequence(seed)
    done = 0
    while data := answer.read1(PIECE):
        if data != sequence.take(len(data)):
            raise SystemExit(f"wrong bytes between {done} and {done + len(data)}")
        done += len(data)
    if done != n:
        raise SystemExit(f"{done} of {n} bytes came")


def up(connection, n, seed):
    sequence = Sequence(seed)
    crc = 0xFFFFFFFF
    connection.putrequest("PUT", "/sink")
    connection.putheader("Content-Length", str(n))
    connection.endheaders()
    for at in range(0, n, PIECE):
        data = sequence.take(min(PIECE, n - at))
        crc = crc32c(crc, data)
        connection.send(data)
    answer = connection.getresponse()
    said = json.loads(answer.read())
    want = {"bytes": n, "crc32c": f"{crc ^ 0xFFFFFFFF:08x}"}
    if said != want:
        raise SystemExit(f"the endpoint says {said}, but it is {want}")


def main():
    if len(sys.argv) not in (4, 5) or sys.argv[1] not in ("up", "down"):
        raise SystemExit(__doc__.strip())
    url = urllib.parse.urlsplit(sys.argv[2])
    n = int(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) == 5 else 1
    connection = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=30)
    began = time.monotonic()
    {"up": up, "down": down}[sys.argv[1]](connection, n, seed)
    seconds = time.monotonic() - began
    print(f"{sys.argv[1]} {n} bytes, seed {seed}: {n / seconds / 1000:.1f} kB/s, all right")


if __name__ == "__main__":
    try:
        main()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from error
