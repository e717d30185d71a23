# SPDX-License-Identifier: GPL-2.0-only
"""
TLS and the login of bridge.elf: four clients, wrong ones, armed ports; and programs that
speak no TLS, by `pigtail serial`.
"""
import os
import re
import socket
import ssl
import time

from device import PASSWORD, PLAIN, Target, avrdude, device, is_refused
from rig import Client, free_port, wait_for

SECURE = f"password = {PASSWORD}\ntarget = avr\n"


def tls(port, version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=20))


def read_until(client, what):
    got = b""
    while what not in got:
        data = client.recv(4096)
        assert data, got
        got += data
    return got


def ask(client, name, password, again=False):
    """What it answers to a name and a password. again: its question came with the answer before."""
    if not again:
        read_until(client, b"user: ")
    client.sendall(name + b"\r")
    read_until(client, b"password: ")
    client.sendall(password + b"\r")
    return read_until(client, b"\r\n")


def log_in(port, name=b"admin"):
    client = tls(port)
    assert ask(client, name, PASSWORD.encode()) == b"ok\r\n"
    return client


def four_clients_by_tls(rig, settings, elf):
    target = Target(rig)
    (port,) = device(rig, settings, "uart", ports=(992,), elf=elf)
    clients = [log_in(port) for _ in range(4)]
    for client in clients:
        assert client.version() == "TLSv1.2"
        client.sendall(b"by TLS \xff")
        assert target.hear(8) == b"by TLS \xff"
    for answer in (os.urandom(1000), os.urandom(500)):
        # At once, which is faster than a UART is: as much as a client may fall behind by.
        target.say(answer)
        for client in clients:
            got = b""
            while len(got) < len(answer):
                got += client.recv(4096)
            assert got == answer
    try:
        tls(port)
        raise AssertionError("a fifth client was let in")
    except (ConnectionError, ssl.SSLError):
        pass
    clients[0].close()
    wait_for("a place", lambda: not is_full(port))
    target.close()


def case_four_clients_by_tls(rig):
    four_clients_by_tls(rig, SECURE, "bridge")


def is_full(port):
    try:
        with tls(port) as one:
            return one.recv(4096) == b""  # hung up on, for want of memory
    except (ConnectionError, ssl.SSLError):
        return True


def case_who_is_wrong_gets_no_byte_and_gives_none(rig):
    target = Target(rig)
    (port,) = device(rig, SECURE, "uart", ports=(992,))

    def chatter():
        target.say(b"UART speaks")

    chatter()
    # Not TLS at all, an older TLS, and one that says nothing: nothing comes.
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        plain.sendall(b"\r\n0 0 UART\r\n")
        heard = b""
        try:
            while data := plain.recv(100):
                heard += data
        except ConnectionError:
            pass
        assert b"UART" not in heard, heard
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        try:
            tls(port, version)
            raise AssertionError(f"{version} was accepted")
        except (ssl.SSLError, ConnectionError):
            pass
    # Three wrong ones, then it hangs up.
    client = tls(port)
    wrong = ((b"admin", b"wrong"), (b"nobody", PASSWORD.encode()), (b"x" * 500, b"y" * 500))
    for i, (name, password) in enumerate(wrong):
        chatter()
        said = ask(client, name, password, again=i > 0)
        assert b"wrong name or password" in said, said
        if i < 2 and b"user: " not in said:
            read_until(client, b"user: ")
    assert client.recv(100) == b""
    # And the next one has to wait, however right it is.
    client = tls(port)
    assert b"too many attempts" in ask(client, b"admin", PASSWORD.encode())
    client.close()
    time.sleep(0.2)
    assert target.nothing()
    target.close()


def case_a_user_arms_the_plain_ports(rig):
    target = Target(rig)
    secure, console = device(rig, SECURE, "uart", ports=(992, 23))
    assert is_refused(console)
    client = tls(secure)
    assert ask(client, b"admin arm nowhere 5", PASSWORD.encode()).startswith(b"that is no address")
    client.close()
    log_in(secure, b"admin arm me 1").close()
    one = Client(console)
    one.say(b"in the plain")
    assert target.hear(12) == b"in the plain"
    # Another arming ends the first, and its connections.
    log_in(secure, b"admin arm 10.0.2.99 1").close()
    assert is_refused(console)
    wait_for("the end of it", lambda: is_closed(one))
    target.close()


def is_closed(client):
    try:
        return not client.read()
    except ConnectionResetError:
        return True


def case_avrdude_by_tls_through_pigtail_serial(rig):
    rig.needs("avrdude")
    image = rig.sketch("one.hex", "one")
    pins = rig.avr()
    (port,) = device(rig, SECURE, "avr", "--pins", pins, ports=(992,))
    pin = re.search(r"fingerprint ([0-9A-F:]{95})", rig.log("device")).group(1)
    here = free_port()
    rig.environment["PIGTAIL_BRIDGE_PASSWORD"] = PASSWORD
    rig.start("serial", rig.pigtail, "serial", f"localhost:{port}", "--tls", "--user", "admin", "--pin", pin,
              "--listen", here, "-v")
    wait_for("pigtail serial", lambda: rig.is_open("serial", here))
    wait_for("the login", lambda: "has logged in" in rig.log("device"))
    avrdude(rig, here, image)


def slow_a_record_is_never_too_long_for_the_chip(rig):
    """pigtail serial has records made as short as the chip takes them."""
    target = Target(rig)
    (port,) = device(rig, SECURE, "uart", ports=(992,))
    pin = re.search(r"fingerprint ([0-9A-F:]{95})", rig.log("device")).group(1)
    here = free_port()
    rig.environment["PIGTAIL_BRIDGE_PASSWORD"] = PASSWORD
    rig.start("serial", rig.pigtail, "serial", f"localhost:{port}", "--tls", "--user", "admin", "--pin", pin,
              "--listen", here, "-v")
    wait_for("pigtail serial", lambda: rig.is_open("serial", here))
    wait_for("the login", lambda: "has logged in" in rig.log("device"))
    data = os.urandom(40000)
    writer = Client(here)
    writer.socket.setblocking(True)
    writer.say(data)
    got = b""
    while len(got) < len(data):
        got += target.hear(1)
    assert got == data
    target.close()


def slow_each_start_has_another_seed(rig):
    def seeds():
        with open(rig.path("bridge.flash"), "rb") as flash:
            return re.findall(rb"\.bridge\.seed(.{32})", flash.read(), re.S)

    target = Target(rig)
    device(rig, PLAIN, "uart", name="first")
    rig.finish("first")
    before = seeds()
    device(rig, None, "uart", name="second")
    rig.finish("second")
    after = seeds()
    assert len(after) == len(before) + 1 and len(set(after)) == len(after), (before, after)
    target.close()
