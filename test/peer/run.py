#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
A second end of the wire, written from docs/SPEC.md alone, against the program.

usage: run.py PIGTAIL [WORD...]      (cases whose name has one of the words; default: all)

PEER_ROUNDS=N repeats all cases N times, each round with a seed of its own, and adds the slow
ones. The seed is printed; PEER_SEED=N begins with that one. Speaks TAP. No root needed.
"""
import os
import random
import socket
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[1:1] = [os.path.join(HERE, "..", "vectors"), os.path.join(HERE, "..")]

import malformed  # noqa: E402
import radio  # noqa: E402
from check import read  # noqa: E402
from den import enter  # noqa: E402
from echo_service import Client  # noqa: E402
from frame import CONTROL, decode, encode  # noqa: E402
from rig import Rig  # noqa: E402

VECTORS = os.path.join(sys.path[1], "frames.txt")


class Peer:
    """Makes rigs for a case, and closes them."""

    def __init__(self, binary, rnd):
        self.binary, self.rnd, self.rigs = binary, rnd, []

    def rig(self, wire=None, **how):
        if wire is not None:
            how["wire"] = [*wire, "--seed", str(self.rnd.randrange(1 << 31))]
        self.rigs.append(Rig(self.binary, self.rnd, **how))
        self.rigs[-1].come_up()
        return self.rigs[-1]

    def close(self):
        for rig in self.rigs:
            rig.close()
        return [what for rig in self.rigs for what in rig.wrong]


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


# ---- traffic ----


def vectors(_):
    with open(VECTORS, encoding="ascii") as file:
        for vector in read(file):
            encoded = vector["encoded"].strip(b"\0")
            frame = decode(encoded)
            expect(frame.head() + frame.payload == vector["content"], vector["name"])
            expect(frame.was_cut or encode(frame) == encoded or vector.get("planned"), vector["name"])


def traffic(n, seconds=30, outstanding=24, **how):
    def case(peer):
        rig = peer.rig(**how)
        rig.echoes(n, seconds, outstanding)
        expect(rig.link.counts["sessions"] == 1, f"one session, not {rig.link.counts['sessions']}")

    return case


def bad_wire(*words):
    return {"odd": True, "baud": 921600, "wire": list(words)}


def faults(*words, n=200, outstanding=12):
    return traffic(n, 60, outstanding, **bad_wire(*words))


def connections(n, bytes_each, **how):
    """Clients of this machine at an echo service of ours, by hostfwd."""

    def case(peer):
        port = free_port()
        rig = peer.rig(net=f"user,hostfwd=tcp:127.0.0.1:{port}-10.0.2.15:7", **how)
        clients = [Client(peer.rnd, port, bytes_each) for _ in range(n)]
        rig.until(lambda: all([client.turn() for client in clients]), 60, "all bytes back")
        for client in clients:
            client.socket.close()
        rig.rest(0.1)

    return case


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# ---- sessions ----


def restarts(peer):
    rig = peer.rig()
    for _ in range(4):
        rig.echoes(20, 10)
        for _ in range(10):
            rig.traffic.send()
        rig.rest(0.01)
        rig.link.begin()
        rig.until(lambda: rig.link.up, 5, "a session again")
        rig.traffic.give_up()  # what was begun is lost, what was not may come
    rig.echoes(20, 10)
    counters = rig.program.counters()
    expect(counters["peer_restarts"] == 4, f"4 restarts, not {counters['peer_restarts']}")


def slow_reader(seconds):
    def case(peer):
        rig = peer.rig()
        rig.echoes(1, 5)
        rig.link.reading = False
        for _ in range(60):
            rig.traffic.send()
        rig.rest(seconds)
        expect(rig.traffic.outstanding() == 60, "nothing was read")
        rig.link.resume()
        rig.until(lambda: not rig.traffic.outstanding(), 10, "all replies")
        expect(rig.link.counts["sessions"] == 1, "the session stays")

    return case


def silence(peer):
    rig = peer.rig()
    rig.echoes(10, 10)
    session, end = rig.program.status()["session"], time.monotonic() + 3.5
    while time.monotonic() < end:
        time.sleep(0.01)
        rig.program.socket.setblocking(False)
        try:
            rig.link.feed(rig.program.socket.recv(65536), time.monotonic())
        except BlockingIOError:
            pass
        rig.program.socket.setblocking(True)
    expect(rig.link.heard_types[2] >= 5, f"PING after 1 s, then every 200 ms: {rig.link.heard_types[2]}")
    expect(rig.program.status()["session"] != session, "a new nonce after 3 s")
    rig.link.messages.clear()
    rig.echoes(10, 10)
    expect(rig.program.counters()["peer_silences"] == 1, "counted")


# ---- messages ----


def pings(peer):
    rig = peer.rig()
    for _ in range(3):
        rig.link.ping()
    rig.until(lambda: {*rig.link.pongs} == rig.link.pings, 2, "a PONG for each")


def unknown_messages(peer):
    rig = peer.rig()
    kinds = [6, 99, 255]
    rig.link.inject(*(malformed.message(kind, b"what?") for kind in kinds))
    rig.until(lambda: rig.program.counters()["rx_unknown"] == 3, 2, "3 unknown messages, counted")
    rig.until(lambda: sorted(rig.link.unknown) == [bytes([k]) for k in kinds], 2, "an answer to each")


def unknown_controls(peer):
    rig = peer.rig()
    kinds = range(0x20, 0x30)
    for kind in kinds:
        rig.link.send(CONTROL, bytes([kind]) * peer.rnd.choice((1, 40, 512)))
    rig.until(lambda: len(rig.link.control) == len(kinds), 3, "an answer to each")
    expect(rig.link.control == [bytes([0xFF, kind]) for kind in kinds], f"in order: {rig.link.control}")
    rig.link.send(CONTROL, b"\xff\x20")
    rig.rest(0.2)
    expect(len(rig.link.control) == len(kinds), "FF is not answered")


# ---- malformed.py ----


def rose(rig, before):
    """The counters of errors that differ."""
    now = rig.program.counters()
    names = [n for n in now if n.startswith(("rx_", "peer_", "drop_")) and n not in GOOD]
    return {n: now[n] - before[n] for n in names if now[n] != before[n]}


GOOD = ("rx_packets", "rx_packet_bytes", "rx_frames", "rx_bytes", "rx_out_of_order", "rx_duplicates")


def undisturbed(peer, act, want, offer=None):
    """act(rig) makes the counters rise as wanted, and does nothing else."""
    rig = peer.rig(**(offer or {}))
    rig.echoes(3, 5)
    rig.until(rig.link.quiet, 5, "quiet")
    before, session = rig.program.counters(), rig.program.status()["session"]
    act(rig)
    rig.link.ping()
    rig.until(lambda: rig.link.pings == {*rig.link.pongs}, 3, "a PONG")
    got = rose(rig, before)
    expect(got == want, f"counters: {got}, not {want}")
    rig.echoes(3, 5)
    expect(rig.program.status()["session"] == session, "the session goes on")
    expect(rig.link.counts["sessions"] == 1, "our session goes on")


def counted(frames, counter, times):
    return lambda peer: undisturbed(peer, lambda rig: rig.link.inject(*frames(rig.link)), {counter: times})


def silent(frames):
    return lambda peer: undisturbed(peer, lambda rig: rig.link.inject(*frames(rig.link)), {})


def put(rig, cls, data, ending):
    rig.link.senders[cls].rest, rig.link.senders[cls].ending = data, ending


def dropped(cls, data, ending, counter, offer=None):
    def act(rig):
        put(rig, cls, data, ending)
        rig.until(rig.link.quiet, 3, "its acknowledgement")

    return lambda peer: undisturbed(peer, act, {counter: 1}, offer)


def ends_session(act, counter, offer=None):
    def case(peer):
        rig = peer.rig(**(offer or {}))
        rig.until(rig.link.quiet, 5, "quiet")
        before, session = rig.program.counters(), rig.program.status()["session"]
        act(rig)
        rig.until(lambda: rig.link.counts["peer restarted"] == 1, 3, "a new nonce of the program")
        rig.until(lambda: rig.link.up, 3, "a session again")
        rig.echoes(5, 5)
        expect(rig.program.status()["session"] != session, "another session")
        expect(rose(rig, before).get(counter) == 1, f"{counter} counts it: {rose(rig, before)}")

    return case


def ends_by_packet(cls, data, ending, counter, offer=None):
    return ends_session(lambda rig: put(rig, cls, data, ending), counter, offer)


def ends_by_frames(frames, counter):
    return ends_session(lambda rig: rig.link.inject(*frames(rig.link)), counter)


def cases(slow):
    yield "the vectors", vectors
    yield "plain", traffic(200, capabilities=0)
    yield "header compression", traffic(200, capabilities=1)
    yield "header and payload compression", traffic(200)
    yield "odd choices and cuts", traffic(300, odd=True)
    yield "we are the device", traffic(200, odd=True, role="up")
    yield "one context, small histories, least windows", traffic(
        200, odd=True, contexts=(1, 1), history=(8, 8), windows=(32, 56, 56)
    )
    yield "unknown capabilities and options", traffic(50, capabilities=~4 & 0xFFFFFFFF, more=b"\x63\x03abc\x64\x00")
    yield "short packets only", traffic(200, most=200)
    yield "many numbers", traffic(1500, 60, capabilities=0)
    yield "TCP both ways", connections(4, 40000)
    yield "TCP both ways, odd choices and cuts", connections(3, 20000, odd=True, role="up")
    yield "one bit of 100000 is wrong", faults("--ber", "1e-5")
    yield "one bit of 10000 is wrong", faults("--ber", "1e-4")
    yield "TCP, one bit of 10000 is wrong", connections(3, 10000, **bad_wire("--ber", "1e-4"))
    yield "bytes vanish, come twice, and bursts", faults("--drop", "1e-5", "--dup", "1e-5", "--burst", "2e-5,40")
    yield "restarts", restarts
    yield "we read nothing for 1 s", slow_reader(1)
    if slow:
        yield "we read nothing for 12 s", slow_reader(12)
    yield "silence", silence
    yield "PINGs in a burst", pings
    yield "unknown messages in a burst", unknown_messages
    yield "unknown control messages in a burst", unknown_controls
    for name, case in radio.CASES + (radio.SLOW if slow else []):
        yield f"a radio: {name}", case
    for name, section, *row in malformed.COUNTED:
        yield f"{section} counted: {name}", counted(*row)
    for name, section, *row in malformed.DROPPED:
        yield f"{section} dropped: {name}", dropped(*row)
    for name, section, *row in malformed.ENDS_SESSION:
        yield f"{section} ends the session: {name}", ends_by_packet(*row)
    for name, section, *row in malformed.ANOTHER_PEER:
        yield f"{section} ends the session: {name}", ends_by_frames(*row)
    for name, section, *row in malformed.SILENT:
        yield f"{section} no error: {name}", silent(*row)


def run(binary, case, seed):
    """Returns what went wrong."""
    peer, wrong = Peer(binary, random.Random(seed)), []
    try:
        case(peer)
    except AssertionError as failed:
        wrong.append(str(failed))
    return wrong + peer.close()


def main():
    enter()
    binary, words = sys.argv[1], sys.argv[2:]
    rounds = int(os.environ.get("PEER_ROUNDS", "1"))
    first = int(os.environ.get("PEER_SEED", time.time_ns() % 1000000))
    count = bad = 0
    for seed in range(first, first + rounds):
        print(f"# PEER_SEED={seed}", flush=True)
        for name, case in cases(rounds > 1):
            if words and not any(word in name for word in words):
                continue
            count += 1
            began = time.monotonic()
            wrong = run(binary, case, f"{seed} {name}")
            bad += bool(wrong)
            print(f"{'not ok' if wrong else 'ok'} {count} - {name}", flush=True)
            print(f"# {time.monotonic() - began:.1f} s")
            for line in wrong:
                print(f"#   {line}", flush=True)
    print(f"1..{count}")
    return 1 if bad or not count else 0


if __name__ == "__main__":
    sys.exit(main())
