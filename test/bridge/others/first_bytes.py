#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
The way of bridges that know a programmer by its first bytes and leave the rest to it, as
esp-link does: a connection whose first segment is "0 " makes a pulse of 2 ms on RESET, that
segment is thrown away, and everything that follows is passed on, in both directions. What
the target says goes to all clients. It knows no other boot loader.

    first_bytes.py PORT TTY RESET_SOCKET
"""
import os
import selectors
import socket
import sys
import time
import tty


def pulse(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as pin:
        pin.sendto(b"0", path)
        time.sleep(0.002)
        pin.sendto(b"1", path)


def main():
    port, path, reset = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    uart = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(uart)
    server = socket.create_server(("127.0.0.1", port))
    ready = selectors.DefaultSelector()
    ready.register(server, selectors.EVENT_READ)
    ready.register(uart, selectors.EVENT_READ)
    new, clients = set(), set()
    while True:
        for key, _ in ready.select():
            one = key.fileobj
            if one is server:
                client, _ = server.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                ready.register(client, selectors.EVENT_READ)
                new.add(client)
                clients.add(client)
            elif one == uart:
                said = os.read(uart, 4096)
                for client in clients:
                    try:
                        client.sendall(said)
                    except OSError:
                        pass  # its end is read, too
            else:
                try:
                    said = one.recv(4096)
                except OSError:
                    said = b""
                if not said:
                    ready.unregister(one)
                    clients.discard(one)
                    new.discard(one)
                    one.close()
                elif one in new and said == b"0 ":
                    pulse(reset)
                else:
                    os.write(uart, said)
                new.discard(one)


if __name__ == "__main__":
    main()
