# SPDX-License-Identifier: GPL-2.0-only
"""Clients that mean harm or stand still, and what is done to a bridge that runs."""
import hashlib
import os
import random
import socket
import subprocess
import threading
import time

import serial

from rig import PIGTAIL, Bridge, Program, Target, connect, receive, until

IAC = b"\xff"


def resident(bridge):
    """Bytes of memory."""
    with open(f"/proc/{bridge.process.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def a_stalled_client_harms_nobody(folder):
    """Given 2 MB through a looped UART at 4 Mbaud, three clients, one of which doesn't read."""
    bridge = Bridge(folder, "loop:,baud=4000000", "--listen", "2300,raw", "--history", "64")
    data = random.Random(1).randbytes(2_000_000)
    writer, reader, stalled = (connect(2300) for _ in range(3))
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    got = {}

    def read(name, client):
        got[name] = receive(client, len(data), 30)

    until("all are there", lambda: len(bridge.ask()["clients"]) == 3)
    threads = [threading.Thread(target=read, args=pair) for pair in (("writer", writer), ("reader", reader))]
    for thread in threads:
        thread.start()
    writer.sendall(data)
    for thread in threads:
        thread.join()
    for name in got:
        assert hashlib.sha256(got[name]).digest() == hashlib.sha256(data).digest(), f"{name}: {len(got[name])} bytes"
    clients = bridge.ask()["clients"]
    lost = [client["lost"] for client in clients]
    assert lost[0] == lost[1] == 0 and lost[2] > 100000, lost
    assert clients[2]["lost"] + clients[2]["sent"] + clients[2]["waits"] == len(data)
    assert bridge.said().count("is too slow") == 1
    assert bridge.close() == 0


def a_stalled_client_is_dropped_if_wanted(folder):
    bridge = Bridge(folder, "loop:,baud=4000000", "--listen", "2300,raw", "--history", "16", "--slow", "drop")
    writer, stalled = connect(2300), connect(2300)
    until("both are there", lambda: len(bridge.ask()["clients"]) == 2)

    def read():
        receive(writer, 1_000_000, 20)

    thread = threading.Thread(target=read)
    thread.start()
    writer.sendall(bytes(1_000_000))
    thread.join()
    until("one is left", lambda: len(bridge.ask()["clients"]) == 1)
    assert "it is too slow" in bridge.said()
    assert bridge.close() == 0
    stalled.close()


def a_flood_of_connections_leaves_nothing(folder):
    """Given 1000 that come and go, some of which speak."""
    bridge = Bridge(folder, "loop:", "--listen", "2300")
    folder_of_fds = f"/proc/{bridge.process.pid}/fd"
    before = len(os.listdir(folder_of_fds))
    for i in range(1000):
        with connect(2300) as client:
            if i % 3 == 0:
                client.sendall(IAC + b"\xfd\x03" + IAC + b"\xfa\x2c" + bytes(200))
            if i % 7 == 0:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    until("all are gone", lambda: not bridge.ask()["clients"], 20)
    assert len(os.listdir(folder_of_fds)) <= before + 1
    with connect(2300) as client:
        client.sendall(b"still here")
        assert receive(client, 10) == b"still here"
    assert bridge.close() == 0


def one_client_too_many_is_refused(folder):
    bridge = Bridge(folder, "loop:", "--listen", "2300,raw", "--clients", "3")
    clients = [connect(2300) for _ in range(3)]
    until("three are there", lambda: len(bridge.ask()["clients"]) == 3)
    with connect(2300) as fourth:
        fourth.settimeout(5)
        try:
            assert fourth.recv(1) == b""
        except ConnectionResetError:
            pass
    assert bridge.ask("stats")["counters"]["refused"] == 1
    clients[0].sendall(b"x")
    assert receive(clients[1], 1) == b"x"
    assert bridge.close() == 0


def endless_telnet_is_bounded(folder):
    """Given an endless subnegotiation, option loops, and questions whose answers nobody reads."""
    bridge = Bridge(folder, "loop:", "--listen", "2300")
    good = connect(2300)
    bad = [connect(2300) for _ in range(3)]
    bad[0].sendall(IAC + b"\xfd\x03" + IAC + b"\xfa\x2c" + b"x" * 1_000_000)
    for client, bytes_ in ((bad[1], (IAC + b"\xfb\x18") * 2000), (bad[2], (IAC + b"\xf6") * 200000)):
        client.settimeout(0.5)
        try:
            client.sendall(IAC + b"\xfd\x03" + bytes_)
        except TimeoutError:
            pass
    good.sendall(b"fine")
    assert receive(good, 4) == b"fine"
    assert resident(bridge) < 40_000_000
    assert bridge.close() == 0


def lying_lengths_are_counted(folder):
    """Given commands of RFC 2217 that are too short, too long, or none: the next one is heard."""
    bridge = Bridge(folder, "loop:", "--listen", "2300")
    client = connect(2300)
    client.sendall(IAC + b"\xfb\x2c")
    bad = (b"", b"\x01", b"\x01\0\0", b"\x01" + bytes(40), b"\x02", b"\x05", b"\xff\xff", b"\x63" * 300)
    for command in bad:
        for part in (IAC + b"\xfa\x2c", command[:1], command[1:], IAC, b"\xf0"):
            client.sendall(part)
    client.sendall(IAC + b"\xfa\x2c\x01\0\0\x25\x80" + IAC + b"\xf0")
    until("9600 baud", lambda: bridge.ask()["port"]["baud"] == 9600)
    assert bridge.ask()["clients"][0]["malformed"] >= 5, bridge.ask()["clients"]
    assert bridge.close() == 0
    client.close()


def a_thousand_connects_a_second_delay_nobody(folder):
    """Given floods of connections, some half closed, some silent: one that types is answered."""
    bridge = Bridge(folder, "loop:,baud=1000000", "--listen", "2300", "--listen", "2301,raw", "--clients", "16")
    good = connect(2301)
    silent = [connect(2300) for _ in range(8)]
    for each in silent[:4]:
        each.shutdown(socket.SHUT_WR)
    stopped, counts = threading.Event(), []

    def flood():
        n = 0
        while not stopped.is_set():
            try:
                with socket.create_connection(("127.0.0.1", 2300), timeout=5) as one:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    n += 1
            except OSError:
                pass
            time.sleep(0.002)
        counts.append(n)

    threads = [threading.Thread(target=flood) for _ in range(3)]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    delays = []
    while time.monotonic() < began + 2:
        at = time.monotonic()
        good.sendall(b"x")
        assert receive(good, 1) == b"x"
        delays.append(time.monotonic() - at)
        time.sleep(0.002)
    stopped.set()
    for thread in threads:
        thread.join()
    delays.sort()
    print(f"# {sum(counts) / 2:.0f} connects a second; a byte's round trip: p50 {delays[len(delays) // 2] * 1e3:.1f} ms, "
          f"p99 {delays[int(len(delays) * 0.99)] * 1e3:.1f} ms")
    until("only those who stay are left", lambda: len(bridge.ask()["clients"]) <= 9, 20)
    assert resident(bridge) < 40_000_000
    assert bridge.close() == 0
    for each in silent:
        each.close()


def a_target_that_floods_is_bounded(folder):
    """Given one that never stops, and clients of all kinds, most of which don't read."""
    uart = os.path.join(folder, "uart")
    bridge = Bridge(folder, f"pty:{uart}", "--listen", "2300", "--listen", "2301,telnet", "--listen", "2302,raw")
    target = Target(uart, chatter=b"flood \xff\r\n" * 100)
    stalled = [connect(port) for port in (2300, 2300, 2301, 2302) for _ in range(4)]
    good = connect(2302)
    end = time.monotonic() + 3
    read = 0
    while time.monotonic() < end:
        read += len(receive(good, 1))
    assert read > 50_000, read
    good.sendall(b"heard\r")
    until("it is heard above all", lambda: b"heard\r" in target.heard)
    assert resident(bridge) < 40_000_000
    good.close()
    target.close()
    for each in stalled:
        each.close()
    assert bridge.close() == 0


def what_a_client_says_last_arrives(folder):
    """Given clients that say something and end their side at once."""
    bridge = Bridge(folder, "loop:", "--listen", "2300,raw")
    for i in range(5):
        text = f"number {i}".encode()
        said = subprocess.run(["nc", "-N", "127.0.0.1", "2300"], input=text, capture_output=True, timeout=10, check=True)
        assert said.stdout == text, said.stdout
    assert bridge.close() == 0


def policies_and_requests(folder):
    bridge = Bridge(folder, "loop:", "--listen", "2300,raw", "--write", "exclusive")
    first = connect(2300)
    until("one is there", lambda: len(bridge.ask()["clients"]) == 1)
    second = connect(2300)
    until("two are there", lambda: len(bridge.ask()["clients"]) == 2)
    second.sendall(b"no")
    first.sendall(b"yes")
    assert receive(second, 3) == b"yes"
    until("it is counted", lambda: bridge.ask()["clients"][1]["denied"] == 2)
    assert "result" in bridge.request(request="take", arguments={"client": 1})
    second.sendall(b"now")
    assert receive(first, 6) == b"yesnow"
    assert bridge.request(request="take", arguments={"client": 7})["error"]["code"] == "not-ready"
    port = bridge.request(request="set", arguments={"baud": 9600, "format": "7E2"})["result"]["port"]
    assert (port["baud"], port["format"]) == (9600, "7E2")
    assert bridge.request(request="set", arguments={"format": "9N1"})["error"]["code"] == "bad-argument"
    assert "result" in bridge.request(request="hang-up", arguments={"client": 0})
    until("one is left", lambda: len(bridge.ask()["clients"]) == 1)
    text = subprocess.run([PIGTAIL, "status", "uart"], capture_output=True, text=True, check=True).stdout
    assert "loop:, open, 9600 baud 7E2" in text, text
    assert bridge.close() == 0


def a_uart_that_goes_and_comes(folder):
    """Given a tty that vanishes: clients stay, and format and lines are set anew."""
    far = os.path.join(folder, "tty")
    link = Program("socat", f"PTY,link={far},rawer", "TCP-LISTEN:2399,reuseaddr,bind=127.0.0.1",
                   log=os.path.join(folder, "socat.log"))
    until("the tty is there", lambda: os.path.exists(far))
    bridge = Bridge(folder, far, "--listen", "2300,raw")
    client = connect(2300)
    target = connect(2399)
    client.sendall(b"one")
    assert receive(target, 3) == b"one"
    link.close()
    target.close()
    until("it is noticed", lambda: bridge.ask()["state"] == "down")
    link = Program("socat", f"PTY,link={far},rawer", "TCP-LISTEN:2399,reuseaddr,bind=127.0.0.1",
                   log=os.path.join(folder, "socat.log"))
    until("it is back", lambda: bridge.ask()["state"] == "up")
    target = connect(2399)
    client.sendall(b"two")
    assert receive(target, 3) == b"two"
    assert bridge.close() == 0
    link.close()


def a_cable_outlives_its_server(folder):
    """Given pigtail serial, and a bridge that is started again within a session."""
    far = os.path.join(folder, "far")
    bridge = Bridge(folder, "loop:", "--listen", "2300")
    cable = Program(PIGTAIL, "serial", "127.0.0.1:2300", "--pty", far, "-v", log=os.path.join(folder, "cable.log"))
    until("it is connected", lambda: "connected" in cable.said())
    assert bridge.ask()["port"]["baud"] == 115200
    tty = os.open(far, os.O_RDWR | os.O_NOCTTY)
    subprocess.run(["stty", "-F", far, "raw", "-echo", "19200", "cstopb"], check=True)
    until("the rate goes through", lambda: bridge.ask()["port"]["baud"] == 19200)
    assert bridge.ask()["port"]["format"] == "8N2"
    bridge.close()
    until("it is lost", lambda: "lost" in cable.said())
    os.write(tty, b"while it was away")
    bridge = Bridge(folder, "loop:", "--listen", "2300")
    got = b""
    while len(got) < 17:
        got += os.read(tty, 100)
    assert got == b"while it was away", got
    until("so does the format", lambda: bridge.ask()["port"]["format"] == "8N2")
    assert bridge.ask()["port"]["dtr"]
    os.close(tty)
    until("DTR follows", lambda: not bridge.ask()["port"]["dtr"])
    assert bridge.close() == 0
    assert cable.close() == 0
    assert not os.path.lexists(far)


def two_cables_make_one(folder):
    """Given two units, each with its UART: a tty here is a tty there."""
    ends = [os.path.join(folder, name) for name in ("a", "b")]
    bridge = Bridge(folder, f"pty:{ends[1]}", "--listen", "2300")
    cable = Program(PIGTAIL, "serial", "127.0.0.1:2300", "--pty", ends[0], "-v", log=os.path.join(folder, "cable.log"))
    until("it is connected", lambda: "connected" in cable.said())
    target = Target(ends[1])
    tty = os.open(ends[0], os.O_RDWR | os.O_NOCTTY)
    every = bytes(byte for byte in range(256) if byte not in b"\r\n")
    os.write(tty, every + b"\r")
    until("every byte arrives", lambda: target.heard == every + b"\r")
    got = b""
    while b"you said " + every not in got:
        got += os.read(tty, 4096)
    os.close(tty)
    target.close()
    assert cable.close() == 0
    assert bridge.close() == 0


def chatter_does_not_hide_a_client(folder):
    """Given a target that never stops: telnet's first command is cut in three."""
    uart = os.path.join(folder, "uart")
    bridge = Bridge(folder, f"pty:{uart}", "--listen", "2300")
    target = Target(uart, chatter=b"tick \xff")
    client = connect(2300)
    for byte in IAC + b"\xfd\x03":
        client.sendall(bytes([byte]))
        time.sleep(0.1)
    until("it is known", lambda: bridge.ask()["clients"][0]["service"] == "telnet")
    client.sendall(b"hello\r\0")
    until("it is heard", lambda: target.heard == b"hello\r")
    client.close()
    target.close()
    assert bridge.close() == 0


def lines_of_a_client_hold_the_pins(folder):
    """pyserial as in a script that keeps a chip in reset; who leaves lets go."""
    paths = {pin: os.path.join(folder, pin) for pin in ("reset", "boot")}
    pins = f"reset=file:{paths['reset']},boot=file:{paths['boot']},boot-active=high,lines=level"
    bridge = Bridge(folder, "loop:", "--listen", "2300", "--target", "stm32", "--pins", pins)

    def have(reset, boot):
        def levels():
            return [open(paths[pin], encoding="ascii").read().strip() for pin in ("reset", "boot")]

        until(f"reset {reset}, boot {boot}, but {levels()}", lambda: levels() == [str(reset), str(boot)])

    have(1, 0)
    port = serial.serial_for_url("rfc2217://127.0.0.1:2300")
    have(0, 1)  # as a port that is opened has both lines on
    port.rts = False
    have(0, 0)
    port.dtr = False
    have(1, 0)
    port.dtr = port.rts = True
    have(0, 1)
    port.close()
    have(1, 0)
    assert bridge.close() == 0


def a_port_that_cannot_be_had(folder):
    """The error says why, and what to do."""
    taken = socket.create_server(("127.0.0.1", 2300))
    said = subprocess.run([PIGTAIL, "bridge", "loop:", "--listen", "2300"], capture_output=True, text=True, check=False)
    assert said.returncode == 1 and "choose another one" in said.stderr, said
    taken.close()
    if os.geteuid() == 0 and subprocess.run(["setpriv", "--bounding-set=-all", "true"], check=False).returncode == 0:
        said = subprocess.run(["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--reuid=65534", "--clear-groups",
                               PIGTAIL, "bridge", "loop:"], capture_output=True, text=True, check=False)
        assert said.returncode == 1 and "--listen" in said.stderr, said


CASES = (
    a_stalled_client_harms_nobody,
    a_stalled_client_is_dropped_if_wanted,
    a_flood_of_connections_leaves_nothing,
    one_client_too_many_is_refused,
    endless_telnet_is_bounded,
    lying_lengths_are_counted,
    a_thousand_connects_a_second_delay_nobody,
    a_target_that_floods_is_bounded,
    what_a_client_says_last_arrives,
    policies_and_requests,
    a_uart_that_goes_and_comes,
    a_cable_outlives_its_server,
    two_cables_make_one,
    chatter_does_not_hide_a_client,
    lines_of_a_client_hold_the_pins,
    a_port_that_cannot_be_had,
)
