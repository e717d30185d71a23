#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
time_servers.py ADDRESS FILE: an SNTP server on port 123 whose answers are of the kind that the
file says: right, kiss, unset, other, early, nothing.
"""
import socket
import struct
import sys
import time

SINCE_1900 = 2208988800


def answer_to(query, kind):
    now = time.time() + SINCE_1900
    leap, stratum, reference, originate = 0, 2, b"\x0a\x07\x00\x01", query[40:48]
    if kind == "kiss":
        stratum, reference = 0, b"RATE"
    elif kind == "unset":
        leap = 3
    elif kind == "other":
        originate = b"12345678"
    elif kind == "early":
        now = 3155673600 + 1000
    stamp = struct.pack("!II", int(now) & 0xffffffff, int(now % 1 * 2 ** 32))
    return bytes((leap << 6 | 4 << 3 | 4, stratum, 6, 0xec)) + bytes(8) + reference + bytes(8) + originate + stamp * 2


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((sys.argv[1], 123))
    while True:
        query, client = server.recvfrom(100)
        kind = open(sys.argv[2]).read().strip()
        if kind != "nothing":
            server.sendto(answer_to(query, kind), client)


main()
