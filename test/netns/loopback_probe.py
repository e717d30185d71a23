#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
loopback_probe.py INTERFACE PORT: what a device that means harm sends to a user network.

Sends a SYN for PORT to each address by which a kernel means itself, which no kernel would
let out: as raw frames. Prints a line for each that was answered by a SYN-ACK. Then one to
10.0.2.2, whose answer, a SYN-ACK or not, says that all of them were looked at.
"""
import ipaddress
import select
import socket
import struct
import sys
import time

INNER = ("127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1")
ROUTER = bytes.fromhex("52550a000202")
OWN = {4: ipaddress.ip_address("10.0.2.15"), 6: ipaddress.ip_address("fd00::15")}
SECONDS = 2


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def syn(mac, address, port, own_port):
    source = OWN[address.version]
    tcp = struct.pack("!HHIIBBHHH", own_port, port, 1, 0, 0x50, 2, 8192, 0, 0)
    pseudo = source.packed + address.packed + struct.pack("!HH", 6, len(tcp))
    if address.version == 6:
        pseudo = source.packed + address.packed + struct.pack("!II", len(tcp), 6)
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    if address.version == 6:
        header = struct.pack("!IHBB", 6 << 28, len(tcp), 6, 64) + source.packed + address.packed
        return ROUTER + mac + b"\x86\xdd" + header + tcp
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0)
    header += source.packed + address.packed
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return ROUTER + mac + b"\x08\0" + header + tcp


def answered_ports(sock):
    """Own ports to which a SYN-ACK came."""
    ports = set()
    until = time.monotonic() + SECONDS
    while (left := until - time.monotonic()) > 0:
        if not select.select([sock], [], [], left)[0]:
            break
        frame, address = sock.recvfrom(2048)
        if address[2] == socket.PACKET_OUTGOING:
            continue
        at = {b"\x08\0": 34, b"\x86\xdd": 54}.get(frame[12:14])
        if at and len(frame) >= at + 20 and frame[at + 13] & 0x12 == 0x12:
            ports.add(struct.unpack("!H", frame[at + 2 : at + 4])[0])
    return ports


def main(interface, port):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    sock.bind((interface, 0))
    mac = sock.getsockname()[4]
    asked = {}
    for i, text in enumerate((*INNER, "10.0.2.2")):
        asked[40000 + i] = text
        sock.send(syn(mac, ipaddress.ip_address(text), port, 40000 + i))
    for own_port in sorted(answered_ports(sock)):
        print(f"answered: {asked.get(own_port, own_port)}")


main(sys.argv[1], int(sys.argv[2]))
