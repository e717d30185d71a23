# SPDX-License-Identifier: GPL-2.0-only
"""noise.py LISTEN CONNECT KIND: a cable between two unix sockets.

USR1: both ends hear noise, at about 90 KB/s, in the place of each other; USR2: each
other again. KIND of noise: random bytes, zeros, ones, frames (random bytes between
delimiters), flips (a wrong bit in each 64 bytes of what passes).
"""

import os
import random
import select
import signal
import socket
import sys
import time

CHUNK = 450
PERIOD = 0.005
noisy = False


def set_noise(on):
    global noisy
    noisy = on


def noise_of(kind):
    if kind == "zeros":
        return bytes(CHUNK)
    if kind == "ones":
        return b"\xff" * CHUNK
    noise = bytearray(os.urandom(CHUNK))
    if kind == "frames":
        for i in range(0, CHUNK, random.randint(5, 60)):
            noise[i] = 0
    return bytes(noise)


def flipped(data):
    data = bytearray(data)
    for i in range(random.randrange(64), len(data), 64):
        data[i] ^= 1 << random.randrange(8)
    return bytes(data)


def main():
    listen, connect, kind = sys.argv[1:]
    signal.signal(signal.SIGUSR1, lambda *_: set_noise(True))
    signal.signal(signal.SIGUSR2, lambda *_: set_noise(False))
    server = socket.socket(socket.AF_UNIX)
    server.bind(listen)
    server.listen(1)
    far = socket.socket(socket.AF_UNIX)
    far.connect(connect)
    near, _ = server.accept()
    last = time.monotonic()
    while True:
        ready, _, _ = select.select([near, far], [], [], PERIOD)
        for source, target in ((near, far), (far, near)):
            if source not in ready:
                continue
            data = source.recv(4096)
            if not data:
                return
            if not noisy:
                target.sendall(data)
            elif kind == "flips":
                target.sendall(flipped(data))
        if noisy and kind != "flips" and time.monotonic() >= last + PERIOD:
            last = time.monotonic()
            for end in (near, far):
                end.sendall(noise_of(kind))


if __name__ == "__main__":
    main()
