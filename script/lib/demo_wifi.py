# SPDX-License-Identifier: GPL-2.0-only
"""
The demo of Wi-Fi without any radio: a scripted air (pigtail-air(5)), a card in it at the
other end of a simulated UART cable, told what to do by the commands that one uses.

    a namespace                                     another one
    web server on 127.0.0.1
         |
    net of "home" ))) ((( pigtail device            pigtail up ... tap:wlan --ap tap:ap
    tap of a phone ))) (((      |                        |
                               pty --- pigtail wire --- pty

`pigtail air` runs in the first; the phone is a station of its script. No root: namespaces
of users will do.
"""
import hashlib
import json
import os
import subprocess
import sys
import time

import demo_report
import lab
from demo import BAUD, LINE, Namespace
from lab import PIGTAIL, Trouble

SSID, KEY = "home", "correct horse battery"
OWN_SSID, OWN_KEY = "workshop", "staple these words"
PHONE = "02:70:68:6f:6e:65"
STRONG, WEAK = -48, -86
LEAD_S, STEADY_S, FADE_S, WEAK_S = 9, 3, 5, 3  # until the download, then strong, fading, weak
SIZE = 1_300_000
LIMIT = 45

AIR = f"""\
seed = 7

[ap home]
key = {KEY}
channel = 6
signal = {{course}}
net = user,loopback=on

[ap neighbour]
channel = 11
key = nothing to tell
signal = -74

[ap cafe]
channel = 1
signal = -67

[station phone]
ssid = {OWN_SSID}
key = {OWN_KEY}
mac = {PHONE}
signal = -58
net = tap:phone
"""


class Web:
    """A web server where the air is, of one file."""

    port = 8000

    def __init__(self, the_lab, side):
        self.folder = the_lab.path("web")
        os.mkdir(self.folder)
        server = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1"]
        the_lab.start(side.inside([*server, "--directory", self.folder, str(self.port)]), "web")

    def put(self, name, content):
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(content)
        return hashlib.sha256(content).hexdigest()


class Card:
    """The link, and the commands for its radio."""

    def __init__(self, the_lab, upper, air_side, say):
        self.lab, self.upper, self.air_side, self.say = the_lab, upper, air_side, say
        self.radio, self.host, self.air = (the_lab.path(name) for name in ("radio", "host", "air"))

    def start(self, course):
        path = self.lab.path("air.ini")
        with open(path, "w") as file:
            file.write(AIR.format(course=course))
        wire = [PIGTAIL, "wire", f"pty:{self.radio}", f"pty:{self.host}", "--baud", str(BAUD)]
        wire = self.lab.start(wire, "wire")
        self.lab.wait_for(
            lambda: os.path.exists(self.radio) and os.path.exists(self.host), "the wire", process=wire
        )
        began = time.monotonic()
        command = [PIGTAIL, "device", self.radio, f"air:unix:{self.air}", "--name", "device"]
        air = self.lab.start(self.air_side.inside([PIGTAIL, "air", path, "--listen", f"unix:{self.air}"]), "air")
        self.lab.wait_for(lambda: os.path.exists(self.air), "the air", process=air)
        device = self.lab.start(command, "device")
        up = [PIGTAIL, "up", self.host, "tap:wlan", "--ap", "tap:ap", "--name", "card"]
        up = self.lab.start(self.upper.inside([*up, "--ip", "10.0.2.15/24"]), "up")
        for process in (device, up):
            self.lab.wait_for(lambda: process.poll() is None, "the link", process=process)
        self.lab.wait_for(
            lambda: self.lab.attempt([PIGTAIL, "info", "--link", "card"]).returncode == 0,
            "the radio",
            process=up,
        )
        return began

    def ask(self, *words, key=None, fails=False):
        """What a command answers as JSON; fails: it is to fail, and this is what it says."""
        environment = dict(self.lab.environment, PIGTAIL_PASSPHRASE=key or "")
        if not key:
            del environment["PIGTAIL_PASSPHRASE"]
        result = subprocess.run(
            [PIGTAIL, *words, "--link", "card", "--json"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=environment,
            timeout=30,
            check=False,
        )
        said = result.stderr.strip().removeprefix("pigtail: ")
        if fails and result.returncode != 0:
            return said
        if fails or result.returncode != 0:
            raise Trouble(f"pigtail {' '.join(words)}: {said or 'it did not fail'}")
        return json.loads(result.stdout) if result.stdout.strip() else {}

    def shown(self, words):
        self.say.line(self.say.bold(f"$ {words}"))


def bars(signal):
    """As phones show it."""
    return "#" * sum(signal >= step for step in (-88, -78, -68, -58))


class Scene:
    def __init__(self, card, web, say, report):
        self.card, self.web, self.say, self.report = card, web, say, report

    def scan(self):
        self.card.shown("pigtail scan")
        networks = self.card.ask("scan")["networks"]
        for network in networks:
            self.say.line(
                f"  {network['ssid']:12} {bars(network['signal']):4} {network['signal']} dBm  "
                f"channel {network['channel']:2}  {', '.join(network['security'])}"
            )
        self.report["networks"] = [network["ssid"] for network in networks]
        if SSID not in self.report["networks"]:
            raise Trouble("the scan did not find the network")

    def join(self):
        self.card.shown(f"pigtail join {SSID}    # with a wrong password")
        self.report["wrong_password"] = self.card.ask("join", SSID, key="wrong horse", fails=True)
        self.say.line(f"  {self.report['wrong_password']}")
        self.card.shown(f"pigtail join {SSID}")
        began = time.monotonic()
        self.card.ask("join", SSID, key=KEY)
        self.report["join_s"] = round(time.monotonic() - began, 2)
        self.say.line(f"  joined in {self.report['join_s']:.1f} s")

    def download(self):
        """While the signal fades and comes back; a line a second."""
        lab_, say = self.card.lab, self.say
        digest = self.web.put("file", os.urandom(SIZE))
        target = lab_.path("download")
        lab_.wait_for(lambda: self.card.upper.answers(self.web), "the network behind it")
        self.card.shown(f"curl http://10.0.2.2/file    # {SIZE / 1e6:.1f} MB, and the signal fades")
        curl = lab_.start(
            self.card.upper.inside(
                ["curl", "--disable", "--silent", "--noproxy", "*", "--max-time", str(LIMIT)]
                + ["--output", target, f"{self.card.upper.url(self.web)}/file"]
            ),
            "curl",
        )
        began, last, samples = time.monotonic(), 0, []
        while curl.poll() is None:
            time.sleep(1)
            size = os.path.getsize(target) if os.path.exists(target) else 0
            signal = self.card.ask("info")["station"]["signal"]
            seconds = time.monotonic() - began
            rate = (size - last) / (seconds - sum(sample["seconds"] for sample in samples))
            samples.append(
                {
                    "seconds": round(seconds - sum(sample["seconds"] for sample in samples), 3),
                    "signal": signal,
                    "bytes_per_second": round(rate),
                }
            )
            last = size
            say.line(
                f"  {signal} dBm {bars(signal):4}  {'=' * min(40, round(40 * rate / LINE)):40} {rate / 1000:5.1f} kB/s"
            )
        lab_.processes.remove(curl)
        content = b""
        if os.path.exists(target):
            with open(target, "rb") as file:
                content = file.read()
        found = {
            "bytes": len(content),
            "seconds": round(time.monotonic() - began, 1),
            "intact": hashlib.sha256(content).hexdigest() == digest,
            "weakest_dbm": min(sample["signal"] for sample in samples),
            "samples": samples,
        }
        self.report["download"] = found
        if found["intact"]:
            say.line("  " + say.good("every byte right") + f", at the worst {found['weakest_dbm']} dBm")
        else:
            say.line("  " + say.bad(f"gave up with {found['bytes']} bytes of {SIZE}"))

    def access_point(self):
        """Beside the station: a phone joins, and is spoken to."""
        lab_, say = self.card.lab, self.say
        self.card.shown(f"pigtail ap start {OWN_SSID}")
        self.card.ask("ap", "start", OWN_SSID, key=OWN_KEY)
        stations = lab_.wait_for(lambda: self.card.ask("stations")["stations"], "the phone")
        self.card.shown("pigtail stations")
        for station in stations:
            say.line(f"  {station['mac']}")
        inside, there = self.card.upper.inside, self.card.air_side.inside
        lab_.run(inside(["ip", "address", "add", "192.168.7.1/24", "dev", "ap"]))
        lab_.run(there(["ip", "address", "add", "192.168.7.2/24", "dev", "phone"]))
        ping = ["ping", "-n", "-i", "0.2", "-W", "2"]
        both = [
            lab.ping_times(lab_.attempt(inside([*ping, "-c", "5", "192.168.7.2"])).stdout),
            lab.ping_times(lab_.attempt(inside([*ping, "-c", "5", "10.0.2.2"])).stdout),
        ]
        self.report["access_point"] = {
            "stations": [station["mac"] for station in stations],
            "ping_phone_ms": lab.percentile(both[0], 50),
            "ping_home_ms": lab.percentile(both[1], 50),
        }
        for times, whom in zip(both, ("the phone", "a host behind home, meanwhile")):
            median = lab.percentile(times, 50)
            say.line(f"  ping {whom}: " + (f"{median:.1f} ms" if times else say.bad("no answer")))


def run(_options, say, report):
    the_lab = lab.Lab()
    try:
        upper, air_side = Namespace(the_lab), Namespace(the_lab)
    except OSError as trouble:
        raise Trouble(f"no namespace can be made here: {trouble}") from None
    report["mode"] = upper.mode
    web = Web(the_lab, air_side)
    card = Card(the_lab, upper, air_side, say)
    say.line(say.bold(f"Pigtail: a Wi-Fi card over a {BAUD} baud wire"))
    say.line(f"No radio here: the air is a script. The card is in {upper.words}.")
    say.line()
    scene = Scene(card, web, say, report)
    # The course of the signal begins with the air: what comes before the download has its
    # time, also on a slow machine.
    at = [LEAD_S + STEADY_S]
    for seconds in (FADE_S, WEAK_S, FADE_S):
        at.append(at[-1] + seconds)
    began = card.start(f"{STRONG} {STRONG}@{at[0]} {WEAK}@{at[1]} {WEAK}@{at[2]} {STRONG}@{at[3]}")
    scene.scan()
    scene.join()
    time.sleep(max(0, began + LEAD_S - time.monotonic()))
    scene.download()
    scene.access_point()
    card.shown("pigtail leave")
    card.ask("leave")
    report["ok"] = bool(
        report["download"]["intact"]
        and report["wrong_password"].endswith("wrong password")
        and report["access_point"]["stations"] == [PHONE]
        and report["access_point"]["ping_phone_ms"] is not None
        and report["access_point"]["ping_home_ms"] is not None
    )
    the_lab.close()


def main():
    demo_report.show(
        "demo wifi",
        "Shows a Wi-Fi card over a simulated serial wire, in a scripted air. Needs no root, "
        "and no radio.",
        run,
        {
            "baud": BAUD,
            "line_bytes_per_second": LINE,
            "file_bytes": SIZE,
            "networks": [],
            "wrong_password": None,
            "join_s": None,
            "download": None,
            "access_point": None,
        },
    )


if __name__ == "__main__":
    main()
