# SPDX-License-Identifier: GPL-2.0-only
"""
The Wi-Fi of bridge_wifi.elf, set on its own page: looked for, joined, left; and back, when the
other network is none.
"""
import os
import re

from air import WORD, joins
from device import Target, device
from pages import OURS, ask, control, log_in, open_socket, say
from rig import Client, Skip, wait_for
from secure import SECURE

BROWSE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bridge/web/device_wifi.py")
HOME = SECURE + f"ssid = pigtail\npassphrase = {WORD}\n"
OTHER, OTHERS_WORD = "pigtail-3", "pigtail-wpa3"


def result(port, session, request, **arguments):
    said = control(port, session, request, **arguments)
    assert "result" in said, said
    return said["result"]


def station(port, session):
    return result(port, session, "link.status")["radio"]["station"]


def memory_has(rig, name, what):
    """Whether the device's memory has it, as QEMU's; its flash is a file of its own."""
    pids = [rig.running[name].pid]
    for pid in pids:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            pids += [int(child) for child in file.read().split()]
    for pid in pids[1:]:
        with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
            for line in maps:
                begin, end = (int(x, 16) for x in line.split()[0].split("-"))
                if " rw" not in line or line.split()[-1].endswith(".flash"):
                    continue
                try:
                    memory.seek(begin)
                    if what in memory.read(end - begin):
                        return line
                except (OSError, ValueError, OverflowError):
                    continue
    assert len(pids) > 1
    return None


def case_a_browser_sets_the_network_of_the_chip(rig):
    if not os.path.exists("/usr/bin/chromedriver"):
        raise Skip("chromium-driver is not installed")
    target = Target(rig)
    (port,) = joins(rig, HOME, "uart", ports=(443,))
    os.chmod(rig.file("key", OTHERS_WORD.encode()), 0o600)
    shots = os.environ.get("PIGTAIL_SHOTS")
    rig.must(
        *("/usr/bin/python3", BROWSE, f"https://localhost:{port}/", OTHER, rig.path("key")),
        *("--user", "admin", "--password-file", rig.file("password", b"correct horse battery\n")),
        *(["--shots", shots] if shots else []),
        timeout=180,
    )
    assert f"device: {OTHER}: wrong password" in rig.log("device")
    assert f"device: {OTHER}: a user has come; it is kept" in rig.log("device")
    assert OTHERS_WORD not in rig.log("device")
    rig.finish("device")
    joins(rig, None, "uart", ports=(443,), name="again")
    assert f"device: joined {OTHER}, channel 1" in rig.log("again")
    target.close()


def case_networks_by_the_api_of_the_chip(rig):
    target = Target(rig)
    (port,) = joins(rig, HOME, "uart", ports=(443,))
    for request in ("link.status", "wifi.scan", "wifi.join", "wifi.leave"):
        assert ask(port, "POST", "/api/control", {"request": request}, OURS)[0] == 401
    session = log_in(port)
    assert result(port, session, "status")["radio"] == "own"
    now = station(port, session)
    assert (now["state"], now["ssid"], now["channel"], now["failure"]) == ("joined", "pigtail", 6, None), now
    assert now["security"] == ["WPA2-PSK"] and -60 < now["signal"] < -40, now
    found = result(port, session, "wifi.scan")["networks"]
    names = {one["ssid"]: one for one in found}
    assert {"pigtail", OTHER, "pigtail-open", "", "pigtail-refuses"} <= set(names), found
    assert names[OTHER]["security"] == ["WPA3-SAE"] and names[""]["hidden"], found
    assert [one["signal"] for one in found] == sorted((one["signal"] for one in found), reverse=True), found
    # One that is none: told, and the device is where it was.
    for ssid, word, why in (
        (OTHER, "some wrong word", "wrong password"),
        ("nowhere", "some wrong word", "no such network in reach"),
        ("pigtail-refuses", None, "association refused"),
    ):
        words = {"passphrase": word} if word else {}
        said = control(port, session, "wifi.join", ssid=ssid, save=True, **words)["error"]
        assert said == {"code": "failed", "reason": why}, said
        now = station(port, session)
        assert now["state"] == "joined" and now["ssid"] == "pigtail", now
        assert now["failure"] == {"ssid": ssid, "reason": why}, now
    # By a WebSocket as well, which stays: in its memory, no word stays.
    page = open_socket(port, session)
    said = say(page, "wifi.join", ssid=OTHER, passphrase="some wrong word")
    assert b'"reason":"wrong password"' in said, said
    assert b'"signal"' in say(page, "link.status")
    assert memory_has(rig, "device", WORD.encode())
    assert not memory_has(rig, "device", b"some wrong word"), memory_has(rig, "device", b"some wrong word")
    assert "wrong word" not in rig.log("device")
    page.close()
    for words in ({}, {"ssid": ""}, {"ssid": "x" * 33}, {"ssid": "x", "passphrase": "short"}, {"ssid": "x", "passphrase": "x" * 64}, {"ssid": 5}):
        assert control(port, session, "wifi.join", **words)["error"]["code"] == "bad-argument", words
    assert station(port, session)["ssid"] == "pigtail"
    # Only until the next start.
    said = result(port, session, "wifi.join", ssid="pigtail-open")
    assert said["station"]["ssid"] == "pigtail-open" and said["station"]["security"] == ["open"], said
    assert station(port, session)["ssid"] == "pigtail-open"
    wait_for("a word of it", lambda: "pigtail-open: a user has come; it stays until" in rig.log("device"))
    rig.finish("device")
    joins(rig, None, "uart", ports=(443,), name="again")
    assert "device: joined pigtail, channel 6" in rig.log("again")
    target.close()


def case_a_network_is_left_and_forgotten(rig):
    target = Target(rig)
    ports = joins(rig, HOME + "plain = 10.0.2.2\n", "uart", ports=(443, 23))
    console = Client(ports[1])
    assert result(ports[0], log_in(ports[0]), "wifi.leave") == {}
    wait_for("its end", lambda: "device: no network is set" in rig.log("device"))
    assert re.search("device: pigtail: left until the next start", rig.log("device"))
    console.close()
    rig.finish("device")
    ports = joins(rig, None, "uart", ports=(443, 23), name="again")
    Client(ports[1]).say(b"in")
    assert target.hear(2) == b"in"
    assert result(ports[0], log_in(ports[0]), "wifi.leave", forget=True) == {}
    wait_for("its end", lambda: "device: no network is set" in rig.log("again"))
    rig.finish("again")
    joins(rig, None, "uart", ports=(443, 23), name="forgotten", waits=False)
    wait_for("its end", lambda: "device: no network is set" in rig.log("forgotten"))
    target.close()


def case_without_a_radio_there_is_no_wifi(rig):
    target = Target(rig)
    (port,) = device(rig, SECURE, "uart", ports=(443,))
    session = log_in(port)
    assert "radio" not in result(port, session, "status")
    for request in ("link.status", "wifi.scan", "wifi.join", "wifi.leave"):
        assert control(port, session, request)["error"]["code"] == "unknown-request", request
    target.close()
