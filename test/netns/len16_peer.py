#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
A peer that speaks the wire of the ESP32 QEMU tunnel: a big endian 16-bit length,
then an Ethernet frame, over TCP. Written from the reference's description alone, so
that pigtail's own len16 is tested against something else than itself.

	pigtail up tcp-listen:5556 tap --framing len16     (one namespace)
	len16_peer.py HOST:5556 --tap esp0 --address 192.168.100.2/24   (another)

It connects (or listens, as QEMU may, too), moves frames between the connection and
a TAP device, and comes back when the connection breaks. --strict refuses what the
reference's device refuses: lengths of 0 and over 1500. --apart writes as the
ESP32 template's bridge and QEMU's chardev do: length and frame by themselves, and
with Nagle's algorithm.
"""
import argparse
import fcntl
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
FRAME_MIN, FRAME_MAX, STRICT_MAX = 14, 1518, 1500
BODY_TIMEOUT = 1.0


class LostAlignment(Exception):
    """The other side sent a length that no frame has."""


def open_tap(name, mac, address, mtu):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    for command in (
        ["link", "set", name, "address", mac, "mtu", str(mtu)],
        ["address", "add", address, "dev", name] if address else None,
        ["link", "set", name, "up"],
    ):
        if command:
            subprocess.run(["ip", *command], check=True)
    return fd


def split_port(text):
    host, _, port = text.rpartition(":")
    return host or "127.0.0.1", int(port)


def connections(host, port, listen):
    """Yields one connected socket after the other, for ever."""
    if listen:
        server = socket.create_server((host, port))
        while True:
            yield server.accept()[0]
    while True:
        try:
            yield socket.create_connection((host, port))
        except OSError:
            time.sleep(0.1)


def read_exactly(stream, count, timeout):
    stream.settimeout(timeout)
    parts = bytearray()
    while len(parts) < count:
        part = stream.recv(count - len(parts))
        if not part:
            raise ConnectionError("the other side closed")
        parts += part
    return bytes(parts)


def frame_from(stream, largest):
    (length,) = struct.unpack(">H", read_exactly(stream, 2, BODY_TIMEOUT))
    if not FRAME_MIN <= length <= largest:
        raise LostAlignment(f"a length of {length}")
    return read_exactly(stream, length, BODY_TIMEOUT)


def write_frame(stream, frame, apart):
    stream.settimeout(None)
    pieces = (struct.pack(">H", len(frame)), frame)
    for piece in pieces if apart else (b"".join(pieces),):
        stream.sendall(piece)


def bridge(stream, tap, largest, apart, counts):
    """Moves frames both ways until the connection breaks."""
    while True:
        ready, _, _ = select.select([stream, tap], [], [])
        if stream in ready:
            frame = frame_from(stream, largest)
            counts["from_wire"] += 1
            os.write(tap, frame)
        if tap in ready:
            frame = os.read(tap, 65536)
            if len(frame) > largest:
                counts["too_long"] += 1
                continue
            counts["to_wire"] += 1
            write_frame(stream, frame, apart)


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("port", metavar="[HOST:]PORT")
    parser.add_argument("--listen", action="store_true", help="listen instead of connecting")
    parser.add_argument("--tap", default="esp0", metavar="NAME")
    parser.add_argument("--mac", default="02:00:00:00:00:02")
    parser.add_argument("--address", metavar="ADDRESS/PREFIX")
    parser.add_argument("--strict", action="store_true", help="frames of up to 1500 bytes only")
    parser.add_argument("--apart", action="store_true", help="length and frame by themselves")
    options = parser.parse_args()

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    counts = {"from_wire": 0, "to_wire": 0, "too_long": 0, "lost": 0}
    largest = STRICT_MAX if options.strict else FRAME_MAX
    mtu = min(1500, largest - FRAME_MIN)
    tap = open_tap(options.tap, options.mac, options.address, mtu)
    try:
        for stream in connections(*split_port(options.port), options.listen):
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, not options.apart)
            print("connected", file=sys.stderr, flush=True)
            try:
                bridge(stream, tap, largest, options.apart, counts)
            except (LostAlignment, socket.timeout) as error:
                # On TCP nothing is ever lost: this is the other side's mistake.
                counts["lost"] += 1
                print(f"alignment lost: {error}", file=sys.stderr, flush=True)
            except OSError as error:
                print(f"disconnected: {error}", file=sys.stderr, flush=True)
            finally:
                stream.close()
    except (KeyboardInterrupt, SystemExit):
        pass
    print(" ".join(f"{name}={value}" for name, value in counts.items()), flush=True)


if __name__ == "__main__":
    main()
