# SPDX-License-Identifier: GPL-2.0-only
"""
The bridge of the firmware in a Wi-Fi network: bridge_wifi.elf, which joins it by itself.

    avrdude, telnet --- QEMU's user network --- scripted air --- bridge_wifi.elf --- pty --- simavr
                                                                    \\-- pin frames -- RESET
"""
import os
import re

from device import PASSWORD, PLAIN, Target, avrdude, device
from rig import Client, wait_for
from secure import SECURE, four_clients_by_tls

WORD = "pigtail-wpa2"
HOME = PLAIN + f"ssid = pigtail\npassphrase = {WORD}\n"


def joins(rig, ini, uart, *words, **more):
    return device(rig, ini, uart, *words, elf="bridge_wifi", **more)


def case_avrdude_through_the_air(rig):
    rig.needs("avrdude")
    image = rig.sketch("one.hex", "one")
    pins = rig.avr()
    ports = joins(rig, HOME, "avr", "--pins", pins)
    assert re.search(r"device: joined pigtail, channel 6, -\d+ dBm", rig.log("device"))
    console = Client(ports[0])
    for port in ports:
        avrdude(rig, port, image)
        console.wait(b"one\r\none\r\n")
    wait_for("what the bridge says of the end", lambda: rig.log("device").count("the programmer is done") == 2)
    rig.finish("device")
    rig.finish("avr")
    assert "reset high" in rig.log("avr")
    assert WORD not in rig.log("device")


def slow_a_network_that_goes_and_returns(rig):
    """In the middle of programming: the target runs, and clients find it again."""
    rig.needs("avrdude")
    image = rig.sketch("one.hex", "one")
    pins = rig.avr()
    ports = joins(rig, HOME.replace("ssid = pigtail", "ssid = pigtail-returns"), "avr", "--pins", pins)
    avrdude(rig, ports[1], image)
    programmer = Client(ports[1])
    programmer.say(b"0 ")
    programmer.wait(b"\x14\x10")
    wait_for("the loss", lambda: "device: pigtail-returns: lost: " in rig.log("device"), 20)
    wait_for("the return", lambda: rig.log("device").count("device: joined pigtail-returns") == 2, 20)
    Client(ports[0]).wait(b"one\r\none\r\n")
    avrdude(rig, ports[1], image)
    Client(ports[0]).wait(b"one\r\none\r\n")
    rig.finish("device")
    rig.finish("avr")
    assert re.findall(r"reset (low|high)", rig.log("avr"))[-1] == "high"


def slow_four_clients_by_tls_through_the_air(rig):
    four_clients_by_tls(rig, SECURE + f"ssid = pigtail\npassphrase = {WORD}\n", "bridge_wifi")


def case_a_wrong_passphrase_is_told_and_tried_again(rig):
    target = Target(rig)
    joins(rig, HOME.replace(WORD, "wrong-word"), "uart", waits=False)
    wait_for("the refusal", lambda: "device: pigtail: wrong password; next try in 10 s" in rig.log("device"))
    wait_for("another try", lambda: rig.log("device").count("wrong password") == 2, 20)
    assert "wrong-word" not in rig.log("device")
    rig.finish("device")
    # And the right one, into the same flash.
    ports = joins(rig, HOME, "uart", name="again")
    Client(ports[0]).say(b"in")
    assert target.hear(2) == b"in"
    target.close()


def case_an_image_for_a_real_chip(rig):
    """`pigtail provision`: 4 KB, which are at both places of a flash as esptool puts them there."""
    target = Target(rig)
    os.chmod(rig.file("chip.ini", HOME.encode()), 0o600)
    image, ini = rig.path("store.bin"), rig.path("chip.ini")

    def provision(*words):
        return rig.run(rig.pigtail, "provision", *words)

    status, said = provision(ini, image)
    assert status == 0 and "fingerprint" in said and WORD not in said, said
    assert os.stat(image).st_mode & 0o777 == 0o600
    # Again: the certificate stays.
    status, said = provision(ini, image)
    assert status == 0 and "fingerprint" not in said, said
    with open(image, "rb") as file:
        store = file.read()
    assert len(store) == 4096 and PASSWORD.encode() not in store
    flash = bytearray(b"\xff" * (4 << 20))
    for place in (0x100000, 0x200000):
        flash[place : place + len(store)] = store
    rig.file("bridge.flash", bytes(flash))
    ports = joins(rig, None, "uart")
    Client(ports[0]).say(b"in")
    assert target.hear(2) == b"in"
    target.close()
    # What is no image is not overwritten, and what is wrong leaves what is there.
    status, said = provision(ini, ini)
    assert status == 1 and "no image of a store" in said, said
    os.chmod(rig.file("wrong.ini", b"password = short\n"), 0o600)
    status, said = provision(rig.path("wrong.ini"), image)
    assert status == 2 and "8 to 64" in said, said
    with open(image, "rb") as file:
        assert file.read() == store
    status, said = provision(ini)
    assert status == 2 and "FILE and IMAGE" in said, said


def case_without_a_network_it_says_so(rig):
    target = Target(rig)
    joins(rig, PLAIN, "uart", waits=False)
    wait_for("a word of it", lambda: "device: no network is set" in rig.log("device"))
    target.close()
