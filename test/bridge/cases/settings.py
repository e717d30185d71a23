# SPDX-License-Identifier: GPL-2.0-only
"""The pins of a bridge's target, and the radio of a link beside it, set while it runs."""
import json
import os
import re
import socket

from rig import Skip, wait_for
from security import holds
from web import OURS, access, ask_tls, control, web

SETTINGS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "web", "settings.py")
KEY = "battery of a horse"


class Pin:
    """The other end of unix:PATH."""

    def __init__(self, rig, name):
        self.path = rig.path(name)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)
        self.levels = ""

    def place(self):
        return "unix:" + self.path

    def heard(self):
        try:
            while True:
                self.levels += self.socket.recv(10).decode()
        except BlockingIOError:
            return self.levels

    def wait(self, levels):
        wait_for(f"{levels} at {self.path}, {self.levels!r} came", lambda: self.heard().endswith(levels))
        self.levels = ""


def radio(rig):
    """A link with a radio whose air is a script; its name."""
    rig.file("air.ini", f"[ap home]\nkey = {KEY}\nchannel = 6\nsignal = -50\n\n[ap cafe]\nsignal = -70\n".encode())
    rig.start("radio", rig.pigtail, "device", f"pty:{rig.path('wire')}", f"air:{rig.path('air.ini')}", "--name", "radio")
    wait_for("the wire", lambda: os.path.exists(rig.path("wire")))
    rig.start("wlan", rig.pigtail, "up", rig.path("wire"), "user", "--name", "wlan")
    wait_for("the radio", lambda: "radio air" in rig.log("wlan"))
    return "wlan"


def result(number, request, **arguments):
    answer = control(number, request, **arguments)[2]
    assert "result" in answer, answer
    return answer["result"]


def put(number, **pins):
    """When the target is no longer being reset."""
    wait_for("the pins", lambda: "programmed" not in str(control(number, "pins", **pins)[2].get("error")))
    return result(number, "status")


def reason(number, request, **arguments):
    return control(number, request, **arguments)[2]["error"]["reason"]


# ---- pins ----


def case_pins_are_put_elsewhere(rig):
    one, other = Pin(rig, "one"), Pin(rig, "other")
    number = web(rig, "--pins", f"reset={one.place()}", "--pin", other.place(), "--target", "avr")
    status = result(number, "status")
    assert status["pins"] == {"reset": one.place()}
    assert status["pin_settings"] == {
        "reset_active": "low", "boot_active": "low", "pulse": 0, "lines": "pulse",
        "places": ["dtr", "rts", other.place(), one.place()],
    }  # fmt: skip
    result(number, "reset")
    one.wait("01")
    now = put(number, reset=other.place(), reset_active="high", boot=one.place(), pulse=30, target="stm32")
    assert now["target"] == "stm32" and now["pins"] == {"reset": other.place(), "boot": one.place()}, now
    other.wait("0")  # let go
    assert now["pin_settings"]["boot_active"] == "high", now  # as BOOT0 is
    one.heard()
    one.levels = ""
    result(number, "reset")
    other.wait("10")
    assert one.heard() == ""
    # A line is a pin, and a line again.
    put(number, reset="dtr", boot="none", reset_active="low")
    assert reason(number, "pins", boot="dtr") == "reset and boot are two pins"
    result(number, "reset")
    put(number, reset="none")
    assert reason(number, "reset").startswith("no pin resets the target")


def case_pins_are_only_put_where_the_owner_said(rig):
    """Else who may use the bridge could write as its user, wherever that may."""
    one = Pin(rig, "one")
    victim = rig.file("victim", b"precious")
    number = web(rig, "--pins", f"reset={one.place()}")
    for place in (f"file:{victim}", f"unix:{rig.path('bridge.sock')}", "gpio:gpiochip0/1", "dtr2", "", "x" * 5000):
        assert "error" in control(number, "pins", reset=place)[2], place
    for wrong in ({"reset_active": "up"}, {"pulse": 10001}, {"pulse": -1}, {"lines": "edges"}, {"target": "pic"}, {"boot": one.place()}):
        assert control(number, "pins", **wrong)[2]["error"]["code"] == "bad-argument", wrong
    with open(victim, "rb") as file:
        assert file.read() == b"precious"
    assert result(number, "status")["pins"] == {"reset": one.place()}
    result(number, "reset")
    one.wait("01")


def case_a_programmer_follows_its_pins(rig):
    """avr's reset moves; avrdude, which needs it, still programs."""
    rig.needs("avrdude")
    pins = rig.avr()
    place = pins.split("=", 1)[1]
    number = web(rig, "--pins", "reset=dtr", "--pin", place, port=rig.path("avr"))
    image = rig.sketch("new.hex", "new", padding=3000)
    port = result(number, "status")["listens"][1]["port"]
    words = ("avrdude", "-q", "-c", "arduino", "-p", "m328p", "-P", f"net:localhost:{port}", "-U", f"flash:w:{image}:i")
    result(number, "pins", target="avr", reset=place)
    assert "bytes of flash verified" in rig.must(*words)


# ---- the radio ----


def case_the_radio_of_a_link_by_the_web_port(rig):
    link = radio(rig)
    number = web(rig, "--link", link)
    assert result(number, "status")["link"] == link
    assert result(number, "link.status")["radio"]["station"]["state"] == "idle"
    assert [one["ssid"] for one in result(number, "wifi.scan")["networks"]] == ["home", "cafe"]
    assert result(number, "wifi.networks")["networks"][0]["channel"] == 6
    wrong = control(number, "wifi.join", ssid="home", passphrase="not the right one")[2]["error"]
    assert wrong == {"code": "failed", "reason": "wrong password", "failure": "wrong-key"}, wrong
    assert control(number, "wifi.join", ssid="home")[2]["error"]["failure"] == "key-needed"
    assert result(number, "wifi.join", ssid="home", passphrase=KEY)["station"]["ssid"] == "home"
    pid = rig.running["bridge"].pid
    assert not holds(pid, KEY.encode()), holds(pid, KEY.encode())
    assert KEY not in rig.log("bridge") + rig.log(link)
    assert result(number, "wifi.leave") == {}
    # The radio's other requests are its owner's.
    for request in ("wifi.restart", "wifi.set", "wifi.get", "wifi.ap_start", "wifi.kick"):
        assert control(number, request)[2]["error"]["code"] == "unknown-request", request
    # The link goes, and comes back.
    rig.finish(link)
    assert re.match("no link wlan runs here", reason(number, "link.status"))
    rig.start(link, rig.pigtail, "up", rig.path("wire"), "user", "--name", link)
    wait_for("the radio again", lambda: "result" in control(number, "link.status")[2])


def case_a_link_that_says_nothing_holds_up_nobody(rig):
    link = radio(rig)
    number = web(rig, "--link", link)
    running = rig.running[link]
    running.send_signal(19)  # SIGSTOP
    try:
        waiting = []
        for _ in range(8):
            one = socket.create_connection(("localhost", number))
            body = b'{"request":"link.status"}'
            one.sendall(b"POST /api/control HTTP/1.1\r\nHost: localhost\r\nX-Pigtail: 1\r\n"
                        b"Content-Length: %d\r\n\r\n" % len(body) + body)  # fmt: skip
            waiting.append(one)
        wait_for("a refusal", lambda: control(number, "link.status")[2].get("error", {}).get("code") == "busy")
        assert result(number, "status")["port"]["open"]
        for one in waiting:
            one.close()
    finally:
        running.send_signal(18)  # SIGCONT
    wait_for("it answers again", lambda: "result" in control(number, "link.status")[2])


def case_settings_are_for_who_has_logged_in(rig):
    one = Pin(rig, "one")
    words, _ = access(rig)
    number = web(rig, "--pins", f"reset={one.place()}", "--link", "wlan", *words)
    for request in ("pins", "link.status", "wifi.scan", "wifi.join", "wifi.leave"):
        assert ask_tls(number, "POST", "/api/control", {"request": request}, OURS)[0] == 401
        assert ask_tls(number, "POST", "/api/control", {"request": request})[0] == 403
    status, said = rig.run(rig.pigtail, "bridge", "loop:", "--link", "wlan")
    assert status == 2 and "--link is for the page of --web" in said, said


def case_a_browser_sets_pins_and_wifi(rig):
    if not os.path.exists("/usr/bin/chromedriver"):
        raise Skip("chromium-driver is not installed")
    link = radio(rig)
    one = Pin(rig, "one")
    words, _ = access(rig)
    number = web(rig, "--pins", "reset=dtr", "--pin", one.place(), "--link", link, *words)
    os.chmod(rig.file("key", KEY.encode()), 0o600)
    shots = os.environ.get("PIGTAIL_SHOTS")
    rig.must(
        *("/usr/bin/python3", SETTINGS, f"https://localhost:{number}/", one.place(), "home", rig.path("key")),
        *("--user", "ann", "--password-file", rig.path("password"), *(["--shots", shots] if shots else [])),
        timeout=180,
    )
    assert "10" in one.heard(), one.levels
    pid = rig.running["bridge"].pid
    assert not holds(pid, KEY.encode()), holds(pid, KEY.encode())
    status = json.loads(rig.must(rig.pigtail, "status", "--json", "bridge"))
    assert status["target"] == "avr" and status["pins"] == {"reset": "dtr"}, status
