#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
A TCP flow of random bytes and its meter, for script/bench:

    flow.py sink ADDRESS PORT WARM_UP SECONDS
    flow.py source ADDRESS PORT

The sink takes one connection, and prints the bytes/s that came within SECONDS, which
begin WARM_UP after it accepted. It is not iperf3, because that counts in whole blocks
or whole seconds, and wants a second connection over the same bad line.
"""
import os
import socket
import sys
import time


def sink(address, port, warm_up, seconds):
    with socket.create_server((address, port)) as server:
        print("listening", flush=True)
        stream = server.accept()[0]
    begin = time.monotonic() + warm_up
    end = begin + seconds
    count = 0
    while (now := time.monotonic()) < end:
        stream.settimeout(end - now)
        try:
            part = stream.recv(65536)
        except socket.timeout:
            break
        if not part:
            break
        if begin <= time.monotonic() < end:
            count += len(part)
    print(count / seconds, flush=True)


def source(address, port):
    with socket.create_connection((address, port)) as stream:
        while True:
            stream.sendall(os.urandom(4096))


def main():
    what, address, port, *times = sys.argv[1:]
    if what == "sink":
        sink(address, int(port), *(float(word) for word in times))
    else:
        try:
            source(address, int(port))
        except OSError:
            pass  # the sink has enough


if __name__ == "__main__":
    main()
