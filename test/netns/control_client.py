#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Clients of a control socket, by docs/control-socket.md alone: a well-behaved one, and
some that mean harm. Usage: control_client.py SOCKET STORY..."""
import json
import random
import socket
import sys
import time

path = sys.argv[1]


def connect():
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(20)
    client.connect(path)
    return client, client.makefile("rb")


def say(client, **request):
    client.sendall(json.dumps(request).encode() + b"\n")


def ask(**request):
    client, lines = connect()
    say(client, **request)
    answer = json.loads(lines.readline())
    client.close()
    return answer


def sane():
    """Whatever came before, it is served."""
    answer = ask(id=1, request="status")
    assert answer["id"] == 1 and answer["result"]["control"] == path, answer


def polite():
    listed = ask(request="help")["result"]
    assert listed["protocol"] == 1
    assert {"status", "stats", "help", "subscribe"} <= {r["name"] for r in listed["requests"]}
    client, lines = connect()
    # Many at once, and each answer has its id.
    for number in range(50):
        say(client, id=number, request="stats")
    for number in range(50):
        answer = json.loads(lines.readline())
        assert answer["id"] == number and "tx_bytes" in answer["result"]["counters"], answer
    say(client, id="s", request="subscribe", arguments={"event": "stats", "every": 0.1})
    assert json.loads(lines.readline()) == {"id": "s", "result": {}}
    times = []
    for _ in range(5):
        told = json.loads(lines.readline())
        assert told["id"] == "s" and told["event"] == "stats", told
        times.append(told["data"]["time_us"])
    assert times == sorted(set(times)), times


def half_closed():
    client, lines = connect()
    say(client, request="status")
    client.shutdown(socket.SHUT_WR)
    assert "result" in json.loads(lines.readline())
    assert lines.readline() == b""


def garbage():
    seed = random.randrange(1 << 32)
    print(f"garbage: seed {seed}")
    dice = random.Random(seed)
    for _ in range(50):
        client, _ = connect()
        try:
            client.sendall(dice.randbytes(dice.randrange(1, 3000)))
            client.sendall(b"[" * dice.randrange(1, 60000) + b"\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        client.close()


def huge_line():
    client, lines = connect()
    try:
        for _ in range(1000):
            client.sendall(b"x" * 10000)
    except (BrokenPipeError, ConnectionResetError):
        pass
    else:
        raise AssertionError("ten megabytes without an end were taken")


def half_a_line():
    client, lines = connect()
    client.sendall(b'{"request":"stat')
    began = time.monotonic()
    assert json.loads(lines.readline())["error"]["code"] == "timeout"
    assert lines.readline() == b""
    assert time.monotonic() - began >= 9


def crowd():
    """A thousand that say nothing; who speaks is served in spite of them."""
    silent = []
    for number in range(1000):
        silent.append(connect()[0])
        if number % 100 == 0:
            sane()
    sane()
    for client in silent:
        client.close()


def deaf_subscriber():
    client, _ = connect()
    say(client, request="subscribe", arguments={"event": "stats", "every": 0.1})
    try:
        # It asks for more than will ever be kept for it, and takes none of it.
        client.settimeout(1)
        while True:
            client.sendall(b'{"request":"help"}\n' * 100)
    except TimeoutError:
        pass
    sane()


def watch_state():
    """Prints the link's state each time that it is told."""
    client, lines = connect()
    say(client, request="subscribe", arguments={"event": "status"})
    assert "result" in json.loads(lines.readline())
    client.settimeout(None)
    for line in lines:
        print("state", json.loads(line)["data"]["state"], flush=True)


for story in sys.argv[2:]:
    globals()[story]()
    print(f"{story}: done", flush=True)
