# SPDX-License-Identifier: GPL-2.0-only
"""
A radio, written from section 8 of docs/SPEC.md, that means harm or is broken; asked by the
program's own commands.

	pigtail scan, join, ... -- pigtail up -- socket -- this
"""
import json
import struct
import subprocess

from frame import CONTROL
from program import NAME

CAPABILITY = 8  # of HELLO: control messages
DONE = 0

# Messages and fields of 8.6.
SCAN, JOIN, AP_START = 0x08, 0x0A, 0x0C
READY, BSS, SCAN_DONE, JOINED, FAILED, LEFT, ROAMED, STATION_JOINED, SIGNAL = (
    0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC8, 0xCA,
)  # fmt: skip
ANSWER, STREAM_DATA = 0xF0, 0x82
F_STATUS, F_VERSION, F_CAPABILITIES, F_BOARD, F_FIRMWARE, F_MAC = 1, 3, 4, 5, 6, 9
F_SSID, F_BSSID, F_CHANNEL, F_AKM, F_SIGNAL, F_ELEMENTS, F_PART, F_MORE = 16, 17, 18, 19, 23, 27, 28, 29
F_REASON, F_BY, F_FAILURE = 33, 34, 36


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def message(kind, ident, interface, *fields):
    out = bytes([kind, ident, interface])
    for tag, value in fields:
        out += bytes([tag, len(value)]) + value
    return out


def event(kind, *fields):
    return message(kind, 0, 0, *fields)


def bss(number, ssid=b"net", signal=-60):
    return event(
        BSS,
        (F_BSSID, struct.pack(">HI", 0x0200, number)),
        (F_CHANNEL, b"\x06"),
        (F_SIGNAL, struct.pack("b", signal)),
        (F_SSID, ssid),
        (F_AKM, b"\x01"),
    )


JOINS = event(JOINED, (F_BSSID, bytes(6)), (F_CHANNEL, b"\x06"), (F_SIGNAL, b"\xc4"))
SCANNED = event(SCAN_DONE, (F_STATUS, b"\0"))


class Radio:
    """replies: by the type of a request, what to do; else it is answered DONE."""

    def __init__(self, peer):
        self.rig = peer.rig(role="up", capabilities=CAPABILITY)
        self.asked, self.replies = [], {}
        self.rig.link.on_control = self.take
        self.ready()

    def say(self, *messages):
        for one in messages:
            self.rig.link.send(CONTROL, one)

    def ready(self):
        self.say(
            message(
                READY, 0, 0xFF, (F_VERSION, b"\1"), (F_CAPABILITIES, b"\3\0\0\0"),
                (F_BOARD, b"test"), (F_FIRMWARE, b"bad"), (F_MAC, b"\2\0\0\0\0\7"),
            )  # fmt: skip
        )
        self.rig.until(lambda: self.rig.program.status()["radio"], 5, "the radio")

    def take(self, request):
        kind, ident, interface = request[0], request[1], request[2]
        self.asked.append(kind)
        if kind in self.replies:
            self.replies[kind](ident)
        else:
            self.say(message(ANSWER, ident, interface, (F_STATUS, b"\0")))

    def yes(self, ident, *more):
        self.say(message(ANSWER, ident, 0, (F_STATUS, b"\0")), *more)

    def ask(self, *words, seconds=20):
        """Exit status, what was printed, and what was said of an error."""
        program = self.rig.program
        done = subprocess.Popen(
            [program.binary, *words, "--link", NAME], env=program.environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.rig.until(lambda: done.poll() is not None, seconds, f"the end of {words}")
        return done.returncode, done.stdout.read(), done.stderr.read()

    def restart(self):
        """All is forgotten, as by power."""
        self.rig.link.begin()
        self.rig.until(lambda: self.rig.link.up, 5, "a session")

    def works(self):
        """A scan and a join as they should be."""
        self.replies = {
            SCAN: lambda ident: self.yes(ident, bss(1), SCANNED),
            JOIN: lambda ident: self.yes(ident, JOINS),
        }
        status, out, said = self.ask("scan", "--json")
        expect(status == 0, f"a scan: {status} {said}")
        expect([n["ssid"] for n in json.loads(out)["networks"]] == ["net"], out)
        status, out, said = self.ask("join", "net")
        expect(status == 0, f"a join: {status} {said}")
        expect(self.rig.program.status()["radio"]["station"]["state"] == "joined", "joined")


def ten_thousand(peer):
    radio = Radio(peer)
    radio.replies[SCAN] = lambda ident: radio.yes(
        ident, *(bss(i, b"n%d" % i, -90 + i % 50) for i in range(10000)), SCANNED
    )
    status, out, said = radio.ask("scan", "--json", seconds=60)
    expect(status == 0, said)
    found = json.loads(out)
    expect(len(found["networks"]) == 256 and found["missed"] == 10000 - 256, f"kept: {len(found['networks'])}")
    expect(min(n["signal"] for n in found["networks"]) >= -42, "the strongest")
    radio.works()


def lies(peer):
    radio = Radio(peer)
    whole = bss(7)
    radio.say(
        *(whole[:n] for n in range(1, len(whole))),
        b"\xc1\0\0\x11\xff" + bytes(6),
        event(BSS, (F_BSSID, b"short"), (F_CHANNEL, b"\x06"), (F_SIGNAL, b"\xc4")),
        event(BSS, (F_BSSID, bytes(6)), (F_BSSID, bytes(6)), (F_CHANNEL, b"\x06"), (F_SIGNAL, b"\xc4")),
        *(bytes([kind, ident, 9]) + peer.rnd.randbytes(40) for kind in range(0x100) for ident in (0, 1)
          if kind != READY),
    )  # fmt: skip
    radio.rig.rest(0.5)
    radio.works()


def unasked(peer):
    radio = Radio(peer)
    radio.say(
        bss(1),
        SCANNED,
        JOINS,
        event(FAILED, (F_FAILURE, b"\2")),
        event(LEFT, (F_REASON, b"\3\0"), (F_BY, b"\1")),
        event(ROAMED, (F_BSSID, bytes(6)), (F_CHANNEL, b"\x06")),
        event(STATION_JOINED, (F_MAC, bytes(6))),
        event(SIGNAL, (F_SIGNAL, b"\0")),
        *(message(ANSWER, ident, 0, (F_STATUS, b"\0")) for ident in range(256)),
        *(bytes([kind, 0, number, 74, 1, 0]) for kind in range(0x80, 0x85) for number in range(256)),
    )
    radio.rig.rest(0.5)
    expect(radio.rig.program.status()["radio"]["station"]["state"] == "idle", "it is in no network")
    radio.works()


def elements(peer):
    """Of one that comes in parts: parts that overlap, are missing, never end; a value that lies."""
    radio = Radio(peer)
    head = ((F_BSSID, bytes(6)), (F_CHANNEL, b"\x06"), (F_SIGNAL, b"\xc4"))
    more = (F_MORE, b"")
    radio.replies[SCAN] = lambda ident: radio.yes(
        ident,
        event(BSS, *head, (F_ELEMENTS, b"\0\xff" + bytes(200)), more),
        event(BSS, *head, (F_PART, b"\5\0"), (F_ELEMENTS, bytes(200)), more),
        event(BSS, *head, (F_PART, b"\xff\xff"), (F_ELEMENTS, bytes(200))),
        *(event(BSS, *head, (F_PART, struct.pack("<H", 200 * i)), (F_ELEMENTS, bytes(200)), more) for i in range(50)),
        bss(1),
        SCANNED,
    )
    status, out, said = radio.ask("scan", "--json")
    expect(status == 0 and "net" in out, f"{status} {out} {said}")
    radio.works()


def names(peer):
    """What a terminal would obey, or is no text."""
    radio = Radio(peer)
    evil = [b"\x1b[2J\x07\x9b31m", b"\xff\xfe\0\0", b"a\nb", "\u202eevil".encode(), b"\xc2\x9b2J", b"caf\xc3\xa9"]
    radio.replies[SCAN] = lambda ident: radio.yes(ident, *(bss(i, ssid) for i, ssid in enumerate(evil)), SCANNED)
    status, out, _ = radio.ask("scan")
    expect(status == 0 and len(out.splitlines()) == 1 + len(evil), out)
    expect(all(c.isprintable() or c == "\n" for c in out), repr(out))
    status, out, _ = radio.ask("scan", "--json")
    networks = json.loads(out)["networks"]
    found = {bytes.fromhex(n["ssid_hex"]) if "ssid_hex" in n else n["ssid"].encode() for n in networks}
    expect(found == set(evil), f"{found}")


def silent(*asked, answer):
    """It says nothing, or nothing more than yes."""

    def case(peer):
        radio = Radio(peer)
        for kind in SCAN, JOIN, AP_START:
            radio.replies[kind] = radio.yes if answer else lambda ident: None
        for words in asked:
            status, _, said = radio.ask(*words)
            expect(status == 6 and said.count("\n") == 1, f"{words}: {status} {said}")
        radio.works()

    return case


def restarts(peer):
    """In the middle of each of them: what was begun ends, and the next goes well."""
    radio = Radio(peer)
    points = {
        ("scan",): {SCAN: [lambda i: None, radio.yes, lambda i: radio.yes(i, bss(1))]},
        ("join", "net", "--security", "open"): {JOIN: [lambda i: None, radio.yes]},
        ("ap", "start", "x", "--security", "open"): {AP_START: [lambda i: None]},
    }
    for words, where in points.items():
        for kind, replies in where.items():
            for reply in replies:
                restart_at(radio, words, kind, reply)
    # Joined, and then gone: no network, until it is told anew.
    radio.works()
    radio.restart()
    radio.rig.until(lambda: radio.rig.program.status()["radio"] is None, 5, "nothing is known of it")
    radio.ready()
    radio.rig.until(lambda: radio.rig.program.status()["radio"]["station"]["state"] == "joined", 10, "joined again")


def ended(peer):
    """The program ends while somebody waits."""
    for kind, words in (SCAN, ("scan",)), (JOIN, ("join", "net", "--security", "open")):
        radio = Radio(peer)
        radio.replies[kind] = lambda ident, radio=radio: radio.asked.append("now")
        program = radio.rig.program
        done = subprocess.Popen([program.binary, *words], env=program.environment, stderr=subprocess.DEVNULL)
        radio.rig.until(lambda radio=radio: "now" in radio.asked, 10, f"{words} is asked")
        program.running[-1].terminate()
        expect(program.running[-1].wait(5) == 0, f"it ends well: {program.running[-1].returncode}")
        expect(done.wait(5) != 0, "who waits is told")


def restart_at(radio, words, kind, reply):
    def take(ident):
        reply(ident)
        radio.asked.append("now")

    radio.replies, radio.asked = {kind: take}, []
    program = radio.rig.program
    done = subprocess.Popen(
        [program.binary, *words], env=program.environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    radio.rig.until(lambda: "now" in radio.asked, 10, f"{words} is asked")
    radio.rig.rest(0.05)
    radio.replies = {}
    radio.restart()
    radio.rig.until(lambda: done.poll() is not None, 10, f"the end of {words}")
    said = done.stderr.read()
    expect(done.returncode in (1, 6, 7) and said.count("\n") == 1, f"{words}: {done.returncode} {said}")
    radio.ready()


CASES = [
    ("10000 networks", ten_thousand),
    ("lengths that lie, and noise", lies),
    ("answers to nothing, events in each wrong state", unasked),
    ("parts of a beacon that do not fit", elements),
    ("names that are no text", names),
    ("silence", silent(("scan",), ("ap", "start", "x", "--security", "open"), answer=False)),
    ("restarts in the middle of anything", restarts),
    ("the end in the middle of something", ended),
]

SLOW = [
    ("silence to a join", silent(("join", "net", "--security", "open"), answer=False)),
    ("silence after a yes", silent(("scan",), ("join", "net", "--security", "open"), answer=True)),
]
