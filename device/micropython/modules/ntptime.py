# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The time by SNTP (RFC 4330). What is not surely the answer of the server that was asked, about
# a clock that is set, raises OSError and sets nothing.
import os
import socket
import struct
import time

host = "pool.ntp.org"
timeout = 1

_EPOCH = 3155673600  # of MicroPython here, 2000, in seconds since 1900
_ERA = 1 << 32
_FIRST = 757382400  # nobody asks before 2024
_LAST = 3155760000  # or after 2099


def _ask(address):
    query = bytearray(48)
    query[0] = 0x23  # version 4, client
    query[40:] = nonce = os.urandom(8)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        s.settimeout(timeout)
        began = time.ticks_us()
        s.sendto(query, address)
        while True:
            answer, sender = s.recvfrom(64)
            # Another's, or one to an earlier question.
            if sender == address and len(answer) >= 48 and answer[24:32] == nonce:
                return answer, time.ticks_diff(time.ticks_us(), began)
            if time.ticks_diff(time.ticks_us(), began) > timeout * 1000000:
                raise OSError(110)
    finally:
        s.close()


def _microseconds():
    """Since the epoch."""
    answer, round_trip = _ask(socket.getaddrinfo(host, 123)[0][-1])
    leap, version, mode = answer[0] >> 6, answer[0] >> 3 & 7, answer[0] & 7
    stratum = answer[1]
    if stratum == 0:
        raise OSError("the server says %s" % bytes(answer[12:16]).decode())
    if mode != 4 or version not in (3, 4) or leap == 3 or stratum > 15:
        raise OSError("the server has no time")
    seconds, fraction = struct.unpack("!II", answer[40:48])
    if seconds < _EPOCH:
        seconds += _ERA  # from 2036 on
    seconds -= _EPOCH
    if not _FIRST <= seconds < _LAST:
        raise OSError("the server's time makes no sense")
    return seconds * 1000000 + (fraction * 1000000 >> 32) + round_trip // 2


def time_seconds():
    """Since the epoch."""
    return _microseconds() // 1000000


def settime():
    import machine
    us = _microseconds()
    t = time.gmtime(us // 1000000)
    machine.RTC().datetime((t[0], t[1], t[2], t[6], t[3], t[4], t[5], us // 1000 % 1000))
