# SPDX-License-Identifier: GPL-2.0-only
"""A name server for one answer, and who asks one (RFC 1035, over UDP).

names.py serve ADDRESS IPV4     answers each question for an address by IPV4
names.py ask SERVER IPV4 N      asks N questions at once, and wants IPV4 from each
"""
import secrets
import socket
import sys


def question(number):
    name = f"host{number}.example".encode()
    labels = b"".join(bytes([len(part)]) + part for part in name.split(b"."))
    head = secrets.token_bytes(2) + bytes.fromhex("01000001000000000000")
    return head + labels + bytes.fromhex("0000010001")


def answer(asked, address):
    record = bytes.fromhex("c00c000100010000003c0004") + socket.inet_aton(address)
    return asked[:2] + bytes.fromhex("81800001000100000000") + asked[12:] + record


def serve(at, address):
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
        sock.bind((at, 53))
        print("serving", flush=True)
        while True:
            asked, whom = sock.recvfrom(2000)
            sock.sendto(answer(asked, address), whom)


def ask(server, address, count):
    socks = []
    for number in range(count):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.settimeout(5)
        sock.connect((server, 53))
        asked = question(number)
        sock.send(asked)
        socks.append((sock, asked))
    for sock, asked in socks:
        came = sock.recv(2000)
        if came != answer(asked, address):
            sys.exit(f"asked {asked.hex()}, got {came.hex()}")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(*sys.argv[2:])
    else:
        ask(sys.argv[2], sys.argv[3], int(sys.argv[4]))
