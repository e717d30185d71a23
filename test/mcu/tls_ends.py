#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Servers of TLS that end a connection as few do; each sends ten bytes first.

    tls_ends.py CERTIFICATE KEY PORT     PORT:     says that it ends, and keeps TCP open
                                         PORT + 1: ends TCP, and does not say so
"""
import socket
import ssl
import sys
import threading


def pass_out(out, connection):
    connection.sendall(out.read())


def serve(connection, context, says):
    came, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(came, out, server_side=True)
    while True:
        try:
            tls.do_handshake()
            break
        except ssl.SSLWantReadError:
            pass_out(out, connection)
            came.write(connection.recv(4096))
    tls.write(b"ten bytes.")
    if not says:
        pass_out(out, connection)
        connection.close()
        return
    try:
        tls.unwrap()
    except ssl.SSLWantReadError:
        pass_out(out, connection)
    # Until the other end goes.
    while connection.recv(4096):
        pass


def listen(port, context, says):
    listener = socket.create_server(("127.0.0.1", port))
    while True:
        connection = listener.accept()[0]
        threading.Thread(target=serve, args=(connection, context, says), daemon=True).start()


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    port = int(sys.argv[3])
    threading.Thread(target=listen, args=(port, context, True), daemon=True).start()
    listen(port + 1, context, False)


main()
