#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
A TCP flow of random bytes and its meter, for script/bench:

    flow.py sink ADDRESS PORT COUNT LIMIT
    flow.py source ADDRESS PORT COUNT

The sink takes one connection and prints the bytes/s at which COUNT bytes came over it;
or, when that takes longer than LIMIT seconds, what came in these.

It is not iperf3, which measures for a time. What TCP has lost holds back all behind it,
up to a second's worth, so the bytes of a short time say little; and iperf3 wants a
second connection, over the same bad line.
"""
import os
import socket
import sys
import time


def sink(address, port, count, limit):
    until = time.monotonic() + limit
    with socket.create_server((address, port)) as server:
        print("listening", flush=True)
        server.settimeout(limit)
        stream = server.accept()[0]
    began, got = time.monotonic(), 0
    try:
        while got < count:
            stream.settimeout(max(until - time.monotonic(), 0.001))
            part = stream.recv(65536)
            if not part:
                break
            got += len(part)
    except socket.timeout:
        pass
    took = time.monotonic() - began if got >= count else limit
    print(got / took, flush=True)


def source(address, port, count):
    with socket.create_connection((address, port)) as stream:
        while count > 0:
            stream.sendall(os.urandom(min(count, 4096)))
            count -= 4096
        # The sink hangs up.
        stream.recv(1)


def main():
    what, address, port, count, *limit = sys.argv[1:]
    try:
        if what == "sink":
            sink(address, int(port), int(count), float(limit[0]))
        else:
            source(address, int(port), int(count))
    except OSError as error:
        sys.exit(f"flow.py {what}: {error}")


if __name__ == "__main__":
    main()
