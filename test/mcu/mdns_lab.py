# SPDX-License-Identifier: GPL-2.0-only
"""
In namespaces of its own: bridge.elf in QEMU on a tap, Avahi's daemon at its other end, and
what the cases of bridge/mdns.py want to see of them.

    mdns_lab.py PIGTAIL FOLDER found|taken|moved|silent|harm [PACKETS]
"""
import errno
import os
import pty
import random
import re
import socket
import struct
import sys
import time
import tty

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../bridge"))
sys.dont_write_bytecode = True

from avahi_lab import Lab, until  # noqa: E402

PIGTAIL, FOLDER, PART = sys.argv[1:4]
IMAGE = os.path.join(HERE, "../../build/firmware/bridge.elf")
SETTINGS = "password = correct horse battery\nplain = 192.0.2.1\nname = lab-bench\n"
GROUPS = ("224.0.0.251", "ff02::fb")
PORT = 5353


def has_tap():
    return any(name == "tap" for _, name in socket.if_nameindex())


def start_chip(lab, provision=True, address="192.0.2.2/24", net="tap:tap"):
    """The master of its UART."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    words = ["--append", f"address={address}"] if address else []
    if provision:
        lab.write("bridge.ini", SETTINGS, 0o600)
        words += ["--provision", lab.path("bridge.ini")]
    lab.start("chip", PIGTAIL, "qemu", IMAGE, "--flash", lab.path("flash"), "--serial", os.ttyname(slave), "--net",
              net, *words)
    if net == "tap:tap":
        until("the tap", has_tap)
        lab.run("ip", "address", "add", "192.0.2.1/24", "dev", "tap")
        lab.run("ip", "route", "add", "169.254.0.0/16", "dev", "tap")
    return master


def is_found(lab):
    return re.findall(r"mdns: found as (\S+)", lab.log("chip"))


def see_all(lab):
    """Three services, in each family."""
    until("Avahi to see it", lambda: sum(line.startswith("=;") for line in lab.browse().splitlines()) == 6, 60)


def listen():
    """What is told to 224.0.0.251 on the tap."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind((GROUPS[0], PORT))
    membership = socket.inet_aton(GROUPS[0]) + socket.inet_aton("192.0.2.1")
    one.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    one.settimeout(1)
    return one


def found(lab):
    start_chip(lab)
    lab.start_avahi("bystander", "tap", "yes")
    until("its name", lambda: is_found(lab))
    see_all(lab)
    print(lab.browse())
    for family in ("-4", "-6"):
        print("resolved", lab.run("avahi-resolve", family, "-n", "lab-bench.local"))


def taken(lab):
    """Avahi has the name before the chip comes."""
    lab.run("ip", "link", "add", "tap", "type", "bridge")
    lab.run("ip", "link", "add", "port", "type", "veth", "peer", "name", "other")
    lab.run("ip", "link", "set", "port", "master", "tap")
    for interface in ("tap", "port", "other"):
        lab.run("ip", "link", "set", interface, "up")
    lab.run("ip", "address", "add", "192.0.2.9/24", "dev", "tap")
    lab.start_avahi("lab-bench", "tap", "yes")
    start_chip(lab, net="bridge:tap")
    until("its other name", lambda: "lab-bench-2.local" in is_found(lab))
    print(lab.log("chip"))
    see_all(lab)
    print(lab.browse())


def moved(lab):
    """An address more is told before anybody asks for it."""
    start_chip(lab)
    until("its name", lambda: is_found(lab))
    lab.start_avahi("bystander", "tap", "yes")
    lab.run("avahi-resolve", "-4", "-n", "lab-bench.local")
    print("before 192.0.2.2")
    lab.running.pop(0 if len(lab.running) == 1 else -2).terminate()  # the chip, not Avahi
    until("no tap", lambda: not has_tap())
    start_chip(lab, address=None)
    ear = listen()
    until("its address", lambda: "169.254." in lab.log("chip"))
    new = re.findall(r"address (169\.254\.[0-9.]+)", lab.log("chip"))[-1]
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            said, (who, _) = ear.recvfrom(2000)
        except TimeoutError:
            continue
        # An answer's A record with it.
        if who == new and said[2] & 0x80 and b"\x00\x04" + socket.inet_aton(new) in said:
            print("after", new)
            return


def is_there():
    with socket.socket() as one:
        return one.connect_ex(("192.0.2.2", 992)) == errno.ECONNREFUSED


def silent(lab):
    start_chip(lab, provision=False)
    ear = listen()
    heard, end = 0, time.monotonic() + 8
    until("that it is there", is_there)
    while time.monotonic() < end:
        try:
            heard += ear.recvfrom(2000)[1][0] == "192.0.2.2"
        except TimeoutError:
            pass
    print(f"heard {heard} from port {PORT}")


# ---- those that mean harm ----


def name(*labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


HOST = name(b"lab-bench", b"local")
KIND = name(b"_telnets", b"_tcp", b"local")
INSTANCE = name(b"bridge on lab-bench", b"_telnets", b"_tcp", b"local")


def head(flags=0, questions=0, answers=0, authorities=0, more=0):
    return struct.pack(">6H", 0, flags, questions, answers, authorities, more)


def broken(chance):
    """One of each kind of what no honest responder sends."""
    size = chance.randrange(1400)
    return chance.choice((
        b"",
        head(questions=1)[: chance.randrange(12)],
        head(questions=0xFFFF, answers=0xFFFF, authorities=0xFFFF, more=0xFFFF) + HOST,
        head(questions=1) + b"\xc0\x0c\0\xff\0\1",  # a name that is itself
        head(questions=2) + b"\xc0\x12\0\xff\0\1\xc0\x0c\0\xff\0\1",  # and two that are each other
        head(questions=1) + 200 * b"\1a" + b"\xc0\x0c\0\xff\0\1",
        head(questions=1) + b"\x3f" + chance.randbytes(chance.randrange(63)),  # cut off
        head(questions=1) + name(*[chance.randbytes(63) for _ in range(20)]) + b"\0\xff\0\1",  # too long
        head(questions=300) + 300 * b"\xc0\x0c\0\x0c\0\1",
        head(0x8400, answers=1) + INSTANCE + struct.pack(">HHIH", 33, 1, 120, 0xFFFF),  # its data isn't there
        head(0x8400, answers=1) + INSTANCE + struct.pack(">HHIH", 33, 1, 120, 3) + b"\0\0\0",
        head(0x8400, answers=1) + INSTANCE + struct.pack(">HHIH", 16, 1, 120, 2) + b"\xffa",
        head(questions=1, authorities=1) + HOST + b"\0\xff\0\1" + HOST + struct.pack(">HHIH", 1, 1, 120, 0),
        head(chance.randrange(0x10000), *[chance.randrange(40) for _ in range(4)]) + chance.randbytes(size),
        head(questions=20) + b"".join(
            chance.choice((HOST, KIND, INSTANCE)) + struct.pack(">HH", chance.choice((1, 12, 16, 28, 33, 255)), 1)
            for _ in range(20)),
        head(questions=1) + KIND + b"\0\x0c\0\1" + chance.randbytes(size),
    ))


def has_six():
    """Its address on the tap may be used."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as one:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("tap"))
        try:
            return one.sendto(b"", (GROUPS[1], 9, 0, socket.if_nametoindex("tap"))) == 0
        except OSError:
            return False


def senders():
    four = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    four.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    four.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("192.0.2.1"))
    four.bind(("192.0.2.1", PORT))
    six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    six.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    index = socket.if_nametoindex("tap")
    six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)
    six.bind(("::", PORT))
    odd = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # from another port, as old resolvers
    odd.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("192.0.2.1"))
    return ((four, (GROUPS[0], PORT)), (six, (GROUPS[1], PORT, 0, index)), (odd, (GROUPS[0], PORT)),
            (four, ("192.0.2.2", PORT)), (odd, ("192.0.2.2", PORT)))


def ask_as_of_old(lab):
    """A question from a port of one's own, and its answer, by the name that it has again."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("192.0.2.1"))
    one.settimeout(1)
    for _ in range(20):
        host = name(is_found(lab)[-1].split(".")[0].encode(), b"local")
        question = b"\x12\x34" + head(questions=1)[2:] + host + b"\0\1\0\1"
        one.sendto(question, (GROUPS[0], PORT))
        try:
            said = one.recv(2000)
        except TimeoutError:
            continue
        assert said[:2] == b"\x12\x34" and said[2] & 0x80 and question[12:] in said, said
        assert socket.inet_aton("192.0.2.2") in said, said
        return
    sys.exit("no answer to who asks from another port")


def harm(lab):
    uart = start_chip(lab)
    until("its name", lambda: is_found(lab))
    seed = int(os.environ.get("PIGTAIL_SEED", "0")) or random.randrange(1 << 32)
    chance = random.Random(seed)
    print(f"PIGTAIL_SEED={seed}")
    until("IPv6 here", has_six)
    ways = senders()
    packets = int(sys.argv[4]) if len(sys.argv) > 4 else 600
    for i in range(packets):
        one, to = chance.choice(ways)
        one.sendto(broken(chance), to)
        if i % 20 == 0:
            time.sleep(0.02)  # a MAC with three buffers hears no more
    # Who says that it has each name that the chip takes.
    mdns = ways[0]
    for n in ("", *[f"-{i}" for i in range(2, 30)]):
        host = name(f"lab-bench{n}".encode(), b"local")
        mdns[0].sendto(head(0x8400, answers=1) + host + struct.pack(">HHIH", 1, 0x8001, 120, 4) + b"\1\2\3\4", mdns[1])
        time.sleep(0.02)
    ask = socket.create_connection(("192.0.2.2", 23), timeout=20)
    ask.sendall(b"in the UART's echo")
    got = b""
    while b"echo" not in got:
        got += os.read(uart, 100)
    print(got.decode())
    ask_as_of_old(lab)
    lab.start_avahi("bystander", "tap", "yes")
    see_all(lab)
    assert "restart" not in lab.log("chip") and "ended" not in lab.log("chip"), lab.log("chip")
    print(f"still there after {packets} packets, as {is_found(lab)[-1]}")


def main():
    lab = Lab(FOLDER)
    try:
        lab.start_bus()
        {"found": found, "taken": taken, "moved": moved, "silent": silent, "harm": harm}[PART](lab)
    finally:
        lab.end()


main()
