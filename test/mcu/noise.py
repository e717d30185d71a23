# SPDX-License-Identifier: GPL-2.0-only
"""noise.py LISTEN CONNECT KIND...: a cable between two unix sockets.

USR1: both ends hear noise, at about 90 KB/s, in the place of each other, each time of
the next KIND (the last stays); USR2: each other again. KIND is random (bytes), zeros, ones, frames
(random bytes between delimiters), flips (a wrong bit in each 64 bytes of what passes).
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
noise = None  # its kind, while there is any


def set_noise(kind):
    global noise
    noise = kind


def noise_of(kind):
    if kind == "zeros":
        return bytes(CHUNK)
    if kind == "ones":
        return b"\xff" * CHUNK
    data = bytearray(os.urandom(CHUNK))
    if kind == "frames":
        for i in range(0, CHUNK, random.randint(5, 60)):
            data[i] = 0
    return bytes(data)


def flipped(data):
    data = bytearray(data)
    for i in range(random.randrange(64), len(data), 64):
        data[i] ^= 1 << random.randrange(8)
    return bytes(data)


def main():
    listen, connect, *kinds = sys.argv[1:]
    signal.signal(signal.SIGUSR1, lambda *_: set_noise(kinds.pop(0) if kinds[1:] else kinds[0]))
    signal.signal(signal.SIGUSR2, lambda *_: set_noise(None))
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
            if not noise:
                target.sendall(data)
            elif noise == "flips":
                target.sendall(flipped(data))
        if noise and noise != "flips" and time.monotonic() >= last + PERIOD:
            last = time.monotonic()
            for end in (near, far):
                end.sendall(noise_of(noise))


if __name__ == "__main__":
    main()
