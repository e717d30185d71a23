# SPDX-License-Identifier: GPL-2.0-only
"""A tty that is pulled out while its target is being programmed, and put in again."""
import os

from rig import Client, wait_for


def plug(rig):
    """The board on the tty avr, by a cable that can be pulled out: the tty usb."""
    rig.needs("socat", "avrdude")
    # In this order: with the tty there is a cable.
    rig.start("usb", "socat", f"OPEN:{rig.path('avr')},rawer", f"PTY,rawer,link={rig.path('usb')}")
    wait_for("a tty", lambda: os.path.exists(rig.path("usb")))


def runs(rig):
    """Whether the board is in its sketch: RESET is high, and it was started."""
    rig.finish("avr")
    last = rig.log("avr").splitlines()[-1]
    assert "reset high" in last, last


def case_avrdude_whose_targets_tty_is_pulled_out(rig):
    image = rig.sketch("large.hex", "large", padding=20000)
    pins = rig.avr()
    plug(rig)
    ports = rig.bridge(rig.path("usb"), "--pins", pins)
    avrdude = rig.start(
        "avrdude", "avrdude", "-c", "arduino", "-p", "m328p", "-P", f"net:127.0.0.1:{ports[1]}", "-U",
        f"flash:w:{image}:i",
    )  # fmt: skip
    wait_for("its work", lambda: "Writing" in rig.log("avrdude"))
    rig.finish("usb")
    wait_for("its end", lambda: avrdude.poll() is not None or "lost" in rig.log("bridge"))
    assert "lost" in rig.log("bridge")
    plug(rig)  # the client is reset then at the latest: its target has lost bytes
    assert avrdude.wait(timeout=30) != 0
    del rig.running["avrdude"]
    image = rig.sketch("small.hex", "small")
    rig.must(
        "avrdude", "-D", "-c", "arduino", "-p", "m328p", "-P", f"net:127.0.0.1:{ports[1]}", "-U",
        f"flash:w:{image}:i",
    )  # fmt: skip
    console = Client(ports[0])
    console.wait(b"small\r\nsmall\r\n")
    rig.finish("bridge")
    runs(rig)


def case_flash_whose_tty_is_pulled_out(rig):
    image = rig.sketch("large.hex", "large", padding=20000)
    pins = rig.avr()
    plug(rig)
    flash = rig.start("flash", rig.pigtail, "flash", image, rig.path("usb"), "-t", "avr", "-p", pins, "-v")
    wait_for("its work", lambda: "write" in rig.log("flash"))
    rig.finish("usb")
    assert flash.wait(timeout=30) == 1
    del rig.running["flash"]
    assert f"lost {rig.path('usb')}" in rig.log("flash"), rig.log("flash")
    assert rig.log("flash").rindex("let go") > rig.log("flash").rindex("active")
    runs(rig)
