# SPDX-License-Identifier: GPL-2.0-only
"""A running bridge programs its target: an image that comes in pieces by its control socket."""
import base64
import fcntl
import hashlib
import json
import os
import socket
import struct
import time

from rig import Client, wait_for

PIECE = 1000


def rate_of(path):
    """By TCGETS2, since any rate is one for its ospeed."""
    tty = os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        return struct.unpack_from("I", fcntl.ioctl(tty, 0x802C542A, bytes(44)), 40)[0]
    finally:
        os.close(tty)


class Control:
    """The control socket of a bridge."""

    def __init__(self, rig, name="bridge"):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(rig.path(f"pigtail/{name}.sock"))
        self.lines = self.socket.makefile("rw")

    def say(self, request, **arguments):
        print(json.dumps({"id": 1, "request": request, "arguments": arguments}), file=self.lines, flush=True)

    def ask(self, request, **arguments):
        """The answer; events that come before it are dropped."""
        self.say(request, **arguments)
        while True:
            line = json.loads(self.lines.readline())
            if "event" not in line:
                return line.get("result", line.get("error"))

    def upload(self, path, **more):
        with open(path, "rb") as file:
            data = file.read()
        begun = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), **more}
        at = self.ask("image.begin", **begun)["have"]
        while at < len(data):
            piece = base64.b64encode(data[at : at + PIECE]).decode()
            at = self.ask("image.write", offset=at, data=piece)["have"]

    def end_of_flash(self):
        while True:
            state = self.ask("flash.state")
            if state["state"] != "running":
                return state
            time.sleep(0.05)


def case_an_image_by_the_control_socket(rig):
    old, new = rig.sketch("old.hex", "old"), rig.sketch("new.hex", "new", padding=9000)
    pins = rig.avr()
    rig.must(rig.pigtail, "flash", old, rig.path("avr"), "-t", "avr", "-p", pins)
    ports = rig.bridge(rig.path("avr"), "--pins", pins)
    console = Client(ports[0])
    console.wait(b"old\r\n")
    control = Control(rig)

    # It may break in the middle, and goes on where it was.
    control.upload(new, name="new.hex")
    assert control.ask("image.write", offset=5, data="AAAA")["have"] > 9000
    Control(rig).upload(new)
    assert control.ask("flash")["code"] == "bad-argument"  # a target that was never named
    assert control.ask("flash", target="avr")["state"] == "running"
    wait_for("its work", lambda: control.ask("flash.state")["phase"] == "write")

    # Others wait meanwhile, and a programmer is told by a reset.
    console.say(b"held back")
    assert control.ask("flash", target="avr")["code"] == "busy"
    assert control.ask("reset")["code"] == "not-ready"
    # What somebody sets is for afterwards: the boot loader's rate stays.
    assert control.ask("set", baud=9600)["port"]["baud"] == 9600
    assert rate_of(rig.path("avr")) == 115200
    status, said = rig.run(
        "avrdude", "-c", "arduino", "-p", "m328p", "-P", f"net:127.0.0.1:{ports[1]}", "-U", f"flash:w:{old}:i", timeout=20
    )
    assert status != 0, said

    state = control.end_of_flash()
    assert state["state"] == "verified" and state["verified"] == state["total"] > 3000, state
    wait_for("that rate", lambda: rate_of(rig.path("avr")) == 9600)
    control.ask("set", baud=115200)
    console.wait(b"new\r\n")

    # A reset, by itself.
    assert control.ask("reset") == {}
    console.wait(b"new\r\n")
    rig.finish("bridge")
    rig.finish("avr")
    assert "reset high" in rig.log("avr"), rig.log("avr")


def case_an_image_that_is_wrong_moves_no_pin(rig):
    pins = rig.avr()
    rig.bridge(rig.path("avr"), "--pins", pins, "--target", "avr")
    control = Control(rig)
    assert control.ask("flash")["code"] == "not-ready"
    bad = rig.file("bad.hex", b":0400000001020304F3\n:00000001FF\n")
    control.upload(bad, name="bad.hex")
    assert "bad.hex:1: bad checksum" in control.ask("flash")["reason"]
    assert control.ask("image.begin", size=4, sha256="0" * 64) == {"have": 0}
    assert "0 of 4 bytes are here" in control.ask("flash")["reason"]
    assert control.ask("image.write", offset=0, data=base64.b64encode(b"12345").decode())["code"] == "bad-argument"
    assert control.ask("image.write", offset=0, data=base64.b64encode(b"1234").decode()) == {"have": 4}
    assert "damaged" in control.ask("flash")["reason"]
    # A first file that is the last of the image before: what came before it is gone.
    assert control.ask("image.begin", size=2, sha256="0" * 64, append=True) == {"have": 0}
    assert control.ask("image.write", offset=0, data=base64.b64encode(b"1").decode()) == {"have": 1}
    assert control.ask("image.begin", size=2, sha256="0" * 64) == {"have": 0}
    assert control.ask("image.begin", size=1 << 25, sha256="0" * 64)["code"] == "bad-argument"
    rig.finish("bridge")
    rig.finish("avr")
    assert "starts 1 reset high" in rig.log("avr"), rig.log("avr")


def case_a_bridge_that_ends_while_it_programs(rig):
    pins = rig.avr()
    rig.bridge(rig.path("avr"), "--pins", pins, "--target", "avr")
    control = Control(rig)
    control.upload(rig.sketch("large.hex", "large", padding=25000))
    control.ask("flash")
    wait_for("its work", lambda: control.ask("flash.state")["phase"] == "write")
    rig.finish("bridge")
    moves = [line.split()[3] for line in rig.log("bridge").splitlines() if "pin reset: " in line]
    assert moves[-4:] == ["active", "let", "active", "let"], moves
