# SPDX-License-Identifier: GPL-2.0-only
"""
The bridge of the firmware: bridge.elf in QEMU between a simulated AVR and real programs.

    avrdude, telnet --- QEMU's user network --- bridge.elf --- pty --- simavr
                                                     \\-- pin frames -- RESET
"""
import os
import pty
import re
import socket
import tty

from rig import Client, free_port, wait_for

FIRMWARE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../build/firmware")
PASSWORD = "correct horse battery"
PLAIN = f"password = {PASSWORD}\nplain = 10.0.2.2\ntarget = avr\n"


def device(rig, settings, uart, *words, ports=(23, 2323), name="device", elf="bridge", waits=True):
    """Starts it with these settings (None: as they are); where its ports are here."""
    here = [free_port() for _ in ports]
    net = "user" + "".join(f",hostfwd=tcp::{h}-:{p}" for h, p in zip(here, ports))
    provision = []
    if settings is not None:
        os.chmod(rig.file("bridge.ini", settings.encode()), 0o600)
        provision = ["--provision", rig.path("bridge.ini")]
    image = os.path.join(FIRMWARE, elf + ".elf")
    rig.start(
        name, rig.pigtail, "qemu", image, "--flash", rig.path("bridge.flash"), *provision,
        "--serial", rig.path(uart), "--net", net, *words,
    )
    if waits:
        wait_for("its address", lambda: "device: address 10.0.2.15" in rig.log(name))
    return here


def avrdude(rig, port, image):
    said = rig.must(
        "avrdude", "-D", "-c", "arduino", "-p", "m328p", "-P", f"net:127.0.0.1:{port}", "-U", f"flash:w:{image}:i"
    )
    assert "verified" in said, said


def programs(rig, times):
    """On both ports, one sketch after another, which a console sees at work."""
    rig.needs("avrdude")
    images = [(text, rig.sketch(text + ".hex", text)) for text in ("one", "two")]
    pins = rig.avr()
    ports = device(rig, PLAIN, "avr", "--pins", pins)
    console = Client(ports[0])
    for i in range(times):
        for port in ports:
            text, image = images[i % 2]
            avrdude(rig, port, image)
            console.wait(text.encode() + b"\r\n" + text.encode() + b"\r\n")
    wait_for("what the bridge says of the end", lambda: rig.log("device").count("the programmer is done") == 2 * times)
    rig.finish("device")
    rig.finish("avr")
    assert "reset high" in rig.log("avr")


def case_avrdude_through_the_chip(rig):
    programs(rig, 1)


def slow_avrdude_through_the_chip_ten_times_each(rig):
    programs(rig, 10)


class Target:
    """The other end of a tty, which stays when the device goes."""

    def __init__(self, rig):
        self.fd, self.slave = pty.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.fd, False)
        os.symlink(os.ttyname(self.slave), rig.path("uart"))

    def say(self, data):
        os.write(self.fd, data)

    def hear(self, n):
        got = b""

        def has():
            nonlocal got
            try:
                got += os.read(self.fd, 65536)
            except BlockingIOError:
                pass
            return len(got) >= n

        wait_for(f"{n} bytes at the target, got {len(got)}", has)
        return got

    def nothing(self):
        try:
            return os.read(self.fd, 4096) == b""
        except BlockingIOError:
            return True

    def close(self):
        os.close(self.fd)
        os.close(self.slave)


def is_refused(port):
    """QEMU accepts in the device's place, and passes its reset on."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        try:
            return one.recv(100) == b""
        except ConnectionResetError:
            return True


def case_four_clients_and_a_fifth(rig):
    target = Target(rig)
    ports = device(rig, PLAIN, "uart")
    clients = [Client(ports[0]) for _ in range(4)]
    for i, client in enumerate(clients):
        client.say(b"hello %d\r" % i)
        assert target.hear(8) == b"hello %d\r" % i
    target.say(bytes(range(256)) * 4)
    for client in clients:
        client.wait(bytes(range(256)) * 4)
    assert is_refused(ports[0])
    clients[0].close()
    wait_for("a place", lambda: not is_refused_soon(ports[0]))
    target.close()


def is_refused_soon(port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as one:
        one.settimeout(0.3)
        try:
            one.recv(100)
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        return True


def case_a_telnet_client_and_ff(rig):
    """Doubled where telnet is spoken and only there; a format is answered as it is in force."""
    target = Target(rig)
    ports = device(rig, PLAIN, "uart")
    raw, telnet = Client(ports[0]), Client(ports[0])
    telnet.say(b"\xff\xfd\x03\xff\xfb\x2c")  # DO SGA, WILL COM-PORT
    telnet.wait(b"\xff\xfd\x2c")
    telnet.say(b"\xff\xfa\x2c\x01\x00\x00\x25\x80\xff\xf0")  # 9600
    telnet.wait(b"\xff\xfa\x2c\x65\x00\x00\x25\x80\xff\xf0")
    telnet.say(b"\xff\xfa\x2c\x01\x00\x0f\x42\x40\xff\xf0")  # 1 Mbaud, which it cannot
    telnet.wait(b"\xff\xfa\x2c\x65\x00\x01\xc2\x00\xff\xf0")
    telnet.say(b"a\xff\xffb")
    assert target.hear(3) == b"a\xffb"
    raw.say(b"c\xffd")
    assert target.hear(3) == b"c\xffd"
    target.say(b"x\xffy")
    telnet.wait(b"x\xff\xffy")
    raw.wait(b"x\xffy")
    target.close()


def slow_nothing_is_lost_on_the_way_to_the_target(rig):
    """64 KB at once, as fast as TCP takes them, from one client while another one reads."""
    target = Target(rig)
    ports = device(rig, PLAIN, "uart")
    writer, reader = Client(ports[1]), Client(ports[0])
    data = os.urandom(65536)
    writer.socket.setblocking(True)
    writer.say(data)
    got = b""
    while len(got) < len(data):
        got += target.hear(1)
    assert got == data
    target.say(b"still here")
    reader.wait(b"still here")
    target.close()


def case_without_a_password_nobody_is_let_in(rig):
    target = Target(rig)
    ports = device(rig, None, "uart")
    assert "no password is set" in rig.log("device")
    for port in ports:
        assert is_refused(port)
    rig.finish("device")
    # What is set stays in the flash; the password itself is not in it.
    device(rig, PLAIN, "uart", name="provisioned")
    rig.finish("provisioned")
    ports = device(rig, None, "uart", name="again")
    Client(ports[0]).say(b"in")
    assert target.hear(2) == b"in"
    with open(rig.path("bridge.flash"), "rb") as flash:
        flash = flash.read()
    assert PASSWORD.encode() not in flash
    assert re.search(rb"admin:\$pbkdf2-sha256\$\d+\$", flash)
    target.close()


def slow_plain_ports_are_for_one_address(rig):
    target = Target(rig)
    ports = device(rig, PLAIN.replace("10.0.2.2", "10.0.2.77"), "uart")
    for port in ports:
        assert is_refused(port)
    target.close()


def case_what_cannot_be_is_refused_with_a_sentence(rig):
    image = os.path.join(FIRMWARE, "bridge.elf")
    flash, uart = rig.path("bridge.flash"), rig.path("uart")

    def fails(status, what, *words, ini=PLAIN, mode=0o600):
        os.chmod(rig.file("bridge.ini", ini.encode()), mode)
        got, said = rig.run(rig.pigtail, "qemu", image, "--net", "user", *words)
        assert got == status and what in said and len(said.splitlines()) < 4, (got, said)
        assert PASSWORD not in said

    provision = ["--flash", flash, "--serial", uart, "--provision", rig.path("bridge.ini")]
    fails(1, "can be accessed by others", *provision, mode=0o644)
    fails(2, "no password", *provision, ini="target = avr\n")
    fails(2, "8 to 64", *provision, ini="password = short\n")
    fails(2, "no target 'pdp'", *provision, ini=PLAIN.replace("avr", "pdp"))
    fails(2, "one IP address", *provision, ini=PLAIN.replace("10.0.2.2", "everybody"))
    fails(2, "unknown key", *provision, ini=PLAIN + "pasword = x\n")
    fails(2, "8 to 63", *provision, ini=PLAIN + "ssid = home\npassphrase = short\n")
    fails(2, "1 to 32 bytes", *provision, ini=PLAIN + f"ssid = {'x' * 33}\n")
    fails(2, "no ssid", *provision, ini=PLAIN + "passphrase = long enough\n")
    fails(2, "like DE or US", *provision, ini=PLAIN + "ssid = home\ncountry = Germany\n")
    fails(2, "like 10.0.0.2/24", *provision, ini=PLAIN + "ssid = home\naddress = 10.0.0.2\n")
    fails(2, "wants a --flash", "--provision", rig.path("bridge.ini"))
    fails(2, "goes with --serial", "--pins", "reset=unix:/x")
    fails(2, "no dtr", "--serial", uart, "--pins", "reset=dtr")
    fails(2, "no wire", "--serial", uart, "--ber", "1e-5")
