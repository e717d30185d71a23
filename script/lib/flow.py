#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Flows of random bytes and their meters, for script/bench:

    flow.py sink ADDRESS PORT COUNT LIMIT
    flow.py source ADDRESS PORT COUNT
    flow.py drain ADDRESS PORT
    flow.py fill ADDRESS PORT FLOWS
    flow.py udp-sink ADDRESS PORT
    flow.py udp-source ADDRESS PORT RATE SECONDS

Each sink prints "listening" first. The sink takes one TCP connection and prints the
bytes/s at which COUNT bytes came over it; or, when that takes longer than LIMIT seconds,
what came in these.

The drain takes any number of connections and all that comes over them. Fill makes FLOWS of
them, fills them for as long as it lives and prints each 100 ms a line: the time, and how
many bytes of each have arrived so far. That is what the other end's TCP has acknowledged,
selectively or in order: its reader gets nothing while a packet is missing, then much at
once, so what the reader gets in a short time says little.

The UDP source sends packets of 1472 bytes, RATE bytes/s of them, and prints how many; the
UDP sink, when it is told to end (SIGTERM), how many came and the bytes/s between the first
and the last.

It is not iperf3: its own payload compresses, and it wants a second connection, over the
same bad line.
"""
import os
import selectors
import signal
import socket
import struct
import sys
import time

UDP_BYTES = 1472  # fills an IPv4 packet of 1500
TICK = 0.1
# Fields of the kernel's struct tcp_info: snd_mss, sacked, bytes_acked.
TCP_INFO = (("=I", 16), ("=I", 28), ("=Q", 120))


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


def drain(address, port):
    selector = selectors.DefaultSelector()
    server = socket.create_server((address, port), backlog=64)
    selector.register(server, selectors.EVENT_READ)
    print("listening", flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is server:
                selector.register(server.accept()[0], selectors.EVENT_READ)
            elif not key.fileobj.recv(65536):
                selector.unregister(key.fileobj)


def arrived(stream):
    info = stream.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 136)
    segment, sacked, acked = (struct.unpack_from(kind, info, at)[0] for kind, at in TCP_INFO)
    # The SYN is acknowledged as a byte.
    return max(0, acked - 1) + sacked * segment


def fill(address, port, flows):
    selector = selectors.DefaultSelector()
    streams = []
    for _ in range(flows):
        stream = socket.create_connection((address, port))
        stream.setblocking(False)
        selector.register(stream, selectors.EVENT_WRITE)
        streams.append(stream)
    tick = time.monotonic()
    while True:
        for key, _ in selector.select(max(0, tick - time.monotonic())):
            key.fileobj.send(os.urandom(8192))
        if time.monotonic() >= tick:
            print(f"{time.monotonic():.6f}", *map(arrived, streams), flush=True)
            tick += TICK


def udp_sink(address, port):
    times = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        server.bind((address, port))
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        print("listening", flush=True)
        try:
            while True:
                server.recv(2048)
                times.append(time.monotonic())
        finally:
            took = times[-1] - times[0] if len(times) > 1 else 0
            print(len(times), (len(times) - 1) * UDP_BYTES / took if took else 0, flush=True)


def udp_source(address, port, rate, seconds):
    began = time.monotonic()
    sent = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        while sent * UDP_BYTES < rate * seconds:
            time.sleep(max(0, began + sent * UDP_BYTES / rate - time.monotonic()))
            client.sendto(os.urandom(UDP_BYTES), (address, port))
            sent += 1
    print(sent, flush=True)


# What each wants.
WORK = {
    "sink": (sink, (str, int, int, float)),
    "source": (source, (str, int, int)),
    "drain": (drain, (str, int)),
    "fill": (fill, (str, int, int)),
    "udp-sink": (udp_sink, (str, int)),
    "udp-source": (udp_source, (str, int, float, float)),
}


def main():
    work, types = WORK[sys.argv[1]]
    try:
        work(*(kind(text) for kind, text in zip(types, sys.argv[2:], strict=True)))
    except OSError as error:
        sys.exit(f"flow.py {sys.argv[1]}: {error}")


if __name__ == "__main__":
    main()
