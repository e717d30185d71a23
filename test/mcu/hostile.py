#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
What a web server at the end of a wire must bear.

    hostile.py crowd URL [CLIENTS]     so many at once: each gets its answer
    hostile.py garbage URL SECONDS [SEED]
                                       no requests, or nearly; between them the
                                       server answers a good one within a second
    hostile.py slow URL [CLIENTS]      clients that never finish their request;
                                       somebody else is answered all the same
    hostile.py forms URL               requests with an answer that is prescribed
    hostile.py again URL [TIMES]       connections from one port, each as soon as the server
                                       has ended the one before

Exit status 1, and a line that says what, if the server does not.
"""

import errno
import http.client
import json
import random
import socket
import struct
import sys
import threading
import time
import urllib.parse


class Server:
    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.address = (parts.hostname, parts.port or 80)

    def connect(self, timeout=5.0):
        return socket.create_connection(self.address, timeout)

    def statistics(self, timeout=5.0):
        connection = http.client.HTTPConnection(*self.address, timeout=timeout)
        try:
            connection.request("GET", "/stats.json", headers={"Connection": "close"})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def exchange(self, request, timeout=5.0):
        """All that comes back for these bytes, to the end of the connection."""
        with self.connect(timeout) as client:
            client.sendall(request)
            client.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := client.recv(65536):
                answer += piece
            return answer


def answered_in_the_end(ask, end):
    """Who waits is dismissed when buffers get short, and comes again, as browsers do: how often it was."""
    for dismissed in range(5):
        try:
            ask(timeout=end - time.monotonic())
            return dismissed
        except ConnectionResetError:
            time.sleep(1)
    raise OSError("dismissed five times")


def crowd(server, clients):
    failures = []
    times = []
    dismissed = []

    def ask_and_end(timeout):
        """A client that ends its side at once is owed an answer, too."""
        answer = server.exchange(b"GET /stats.json HTTP/1.0\r\n\r\n", timeout)
        json.loads(answer.partition(b"\r\n\r\n")[2])

    def one(number):
        began = time.monotonic()
        try:
            # SYNs that find no place are sent again after 1, 3, 7, 15, 31 s.
            ask = server.statistics if number % 2 else ask_and_end
            dismissed.append(answered_in_the_end(ask, began + 90))
            times.append(time.monotonic() - began)
        except (OSError, ValueError, http.client.HTTPException) as error:
            failures.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=one, args=(i,)) for i in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"{len(failures)} of {clients} got no answer: {failures[0]}")
    print(f"{clients} clients at once: the last was answered after {max(times):.1f} s, {sum(dismissed)} dismissed before")


def mutilate(generator, request):
    request = bytearray(request)
    for _ in range(generator.randrange(1, 6)):
        at = generator.randrange(len(request) + 1)
        what = generator.randrange(4)
        if what == 0:
            request[at:at] = generator.randbytes(generator.randrange(1, 40))
        elif what == 1:
            del request[at : at + generator.randrange(1, 20)]
        elif what == 2 and at < len(request):
            request[at] = generator.randrange(256)
        else:
            request[at:at] = request[:at]
    return bytes(request[:20000])


GOOD = [
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /bytes?n=3000&seed=5 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    b"PUT /sink HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789",
    b"POST /sink HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
    b"HEAD /stats.json HTTP/1.0\r\n\r\n",
]


def attack(server, generator):
    """One client that means no good; how it ends is its own matter."""
    kind = generator.randrange(5)
    if kind == 0:
        data = generator.randbytes(generator.randrange(1, 8000))
    elif kind == 1:
        data = b"GET /" + b"a" * generator.randrange(9000) + b" HTTP/1.1\r\n\r\n"
    elif kind == 2:
        data = generator.choice(GOOD) * generator.randrange(1, 20)
    else:
        data = mutilate(generator, generator.choice(GOOD))
    try:
        with server.connect(2.0) as client:
            client.settimeout(0.05)
            while data:
                n = generator.randrange(1, len(data) + 1)
                client.sendall(data[:n])
                data = data[n:]
            if generator.randrange(2):
                client.recv(65536)
            if generator.randrange(3) == 0:
                # A reset instead of an end.
                client.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
                )
    except OSError:
        pass


def garbage(server, seconds, seed):
    generator = random.Random(seed)
    end = time.monotonic() + seconds
    attacks = 0
    slowest = 0.0
    print(f"seed {seed}", flush=True)
    while time.monotonic() < end:
        for _ in range(generator.randrange(1, 4)):
            attack(server, generator)
            attacks += 1
        began = time.monotonic()
        server.statistics(timeout=10)
        slowest = max(slowest, time.monotonic() - began)
    print(f"{attacks} bad clients; the slowest good one took {slowest:.2f} s")


def slow(server, clients):
    trickling = []
    began = time.monotonic()
    for _ in range(clients):
        # The later ones find no place; that is theirs to wait for.
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(server.address)
        trickling.append(client)
    done = threading.Event()

    def trickle():
        while not done.wait(0.5):
            for client in trickling:
                try:
                    client.send(b"X")
                except OSError:
                    pass

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        dismissed = answered_in_the_end(server.statistics, began + 60)
    finally:
        done.set()
        thread.join()
        for client in trickling:
            client.close()
    took = time.monotonic() - began
    print(f"beside {clients} that trickle, one was answered after {took:.1f} s, dismissed {dismissed} times before")


def forms(server):
    cases = [
        (b"GET / HTTP/1.1\r\n\r\n", 200),
        (b"\r\nGET / HTTP/1.0\r\n\r\n", 200),
        (b"HEAD / HTTP/1.1\r\n\r\n", 200),
        (b"GET /bytes?n=5 HTTP/1.1\r\n\r\n", 200),
        (b"GET /bytes?seed=5&n=0 HTTP/1.1\r\n\r\n", 200),
        (b"PUT /sink HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 200),
        (b"PUT /sink HTTP/1.1\r\ncontent-length:2\r\n\r\nab", 200),
        (b"GET / HTTP/1.1\nAccept: */*\n\n", 200),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 3000 + b"\r\n\r\n", 200),
        (b"GET /bytes HTTP/1.1\r\n\r\n", 400),
        (b"GET /bytes?n=x HTTP/1.1\r\n\r\n", 400),
        (b"GET /bytes?n=99999999999999999999999 HTTP/1.1\r\n\r\n", 400),
        (b"hello\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA : x\r\n\r\n", 400),
        (b"GET /\0 HTTP/1.1\r\n\r\n", 400),
        (b"PUT /sink HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"PUT /sink HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"GET /nothing HTTP/1.1\r\n\r\n", 404),
        (b"PUT / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx", 405),
        (b"PUT /sink HTTP/1.1\r\n\r\n", 411),
        (b"POST /sink HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", 413),
        (b"GET /" + b"a" * 200 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 1000 + b"\r\n", 431),
        (b"BREW / HTTP/1.1\r\n\r\n", 501),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
    ]
    for request, want in cases:
        answer = server.exchange(request)
        if not answer.startswith(b"HTTP/1.1 %d " % want):
            raise SystemExit(f"{request[:60]!r}: {answer[:60]!r}, but {want} is wanted")
    # Three on one connection; the second has a body.
    answer = server.exchange(
        b"HEAD / HTTP/1.1\r\n\r\nPUT /sink HTTP/1.1\r\nContent-Length: 9\r\n\r\n123456789"
        b"GET /nothing HTTP/1.1\r\n\r\n"
    )
    statuses = [line[9:12] for line in answer.split(b"\r\n") if line[:9] == b"HTTP/1.1 "]
    if statuses != [b"200", b"200", b"404"] or b'"crc32c":"e3069283"' not in answer:
        raise SystemExit(f"three requests in a row: {answer!r}")
    print(f"{len(cases) + 1} forms of requests, each answered as it must be")


def connect_from(port, address):
    """As soon as the end of the connection before has been acknowledged."""
    end = time.monotonic() + 10
    while True:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.settimeout(60)
        try:
            client.bind(("", port))
            client.connect(address)
            return client
        except OSError as error:
            client.close()
            if error.errno != errno.EADDRNOTAVAIL or time.monotonic() > end:
                raise
        time.sleep(0.005)


def again(server, times):
    """Each is answered at once: were the SYN ignored while the old one lasts, it would be sent again."""
    total_retrans = struct.Struct("100xI")  # of struct tcp_info
    port = 0
    asked_again = 0
    for _ in range(times):
        with connect_from(port, server.address) as client:
            port = client.getsockname()[1]
            info = client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, total_retrans.size)
            asked_again += total_retrans.unpack(info)[0] > 0
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            while client.recv(65536):
                pass
    if asked_again > times / 2:
        raise SystemExit(f"{asked_again} of {times} connections from one port had to ask again")
    print(f"{times} connections from one port, of which {asked_again} had to ask again")


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__.strip())
    server = Server(sys.argv[2])
    numbers = [int(text) for text in sys.argv[3:]]
    match sys.argv[1]:
        case "crowd":
            crowd(server, *(numbers or [64]))
        case "garbage":
            garbage(server, numbers[0], numbers[1] if numbers[1:] else random.getrandbits(32))
        case "slow":
            slow(server, *(numbers or [8]))
        case "again":
            again(server, *(numbers or [10]))
        case "forms":
            forms(server)
        case _:
            raise SystemExit(__doc__.strip())


if __name__ == "__main__":
    try:
        main()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from error
