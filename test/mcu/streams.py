#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Clients of a control socket's streams that mean harm: streams.py SOCKET. Prints a line for
each that was dealt with as docs/control-socket.md says.
"""
import json
import socket
import struct
import sys

DATA, END = 0, 1


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def say(self, request, **arguments):
        line = {"id": 1, "request": request}
        if arguments:
            line["arguments"] = arguments
        self.socket.sendall(json.dumps(line).encode() + b"\n")

    def line(self):
        return json.loads(self.file.readline())

    def open(self, name, argument=""):
        self.say("stream.open", name=name, argument=argument)
        return self.line()

    def frame(self, kind, payload, n=None):
        self.socket.sendall(struct.pack("<BH", kind, len(payload) if n is None else n) + payload)

    def read_frame(self):
        head = self.file.read(3)
        if len(head) < 3:
            return None
        kind, n = struct.unpack("<BH", head)
        return kind, self.file.read(n)

    def is_hung_up_on(self):
        try:
            while self.read_frame():
                pass
        except ConnectionResetError:
            pass
        return True

    def close(self):
        self.file.close()
        self.socket.close()


def bad_frames(path):
    for kind, payload, n in ((9, b"x", None), (DATA, b"", None), (DATA, b"x" * 2000, None), (END, b"", None),
                             (DATA, b"abc", 60000)):
        client = Client(path)
        assert "result" in client.open("repl")
        client.frame(kind, payload, n)
        assert client.is_hung_up_on()
        client.close()


def half_a_frame(path):
    client = Client(path)
    assert "result" in client.open("repl")
    client.socket.sendall(b"\x00\x10")
    client.close()


def more_behind_the_request(path):
    client = Client(path)
    client.socket.sendall(b'{"id": 1, "request": "stream.open", "arguments": {"name": "repl"}}\n'
                          b'{"id": 2, "request": "status"}\n{"id": 3')
    answers = [client.line(), client.line()]
    assert any(answer.get("id") == 2 for answer in answers), answers
    client.close()


def no_such_service(path):
    client = Client(path)
    assert "error" in client.open("nothing"), "no such service"
    assert "result" in client.open("list", "/"), "the connection is good for another one"
    kinds = []
    while frame := client.read_frame():
        kinds.append(frame[0])
    assert kinds[-1] == END, kinds
    client.close()


def arguments_that_make_no_sense(path):
    for arguments in ({}, {"name": ""}, {"name": "x" * 32}, {"name": "get", "argument": "x" * 256},
                      {"name": "get", "argument": 1}, {"name": "get", "more": 1}):
        client = Client(path)
        client.say("stream.open", **arguments)
        assert "error" in client.line(), arguments
        client.close()


def all_streams_at_once(path):
    clients = [Client(path) for _ in range(12)]
    answers = [client.open("repl") for client in clients]
    assert any("result" in answer for answer in answers)
    for client in clients:
        client.close()


def goes_in_the_middle(path):
    for _ in range(20):
        client = Client(path)
        if "result" in client.open("put", "/harm"):
            client.frame(DATA, b"y" * 1000)
        client.close()


def a_reader_that_takes_nothing(path):
    client = Client(path)
    assert "result" in client.open("repl")
    client.frame(DATA, b"print('x' * 20000)\r")
    other = Client(path)
    assert "result" in other.open("list", "/")
    while other.read_frame():
        pass
    other.close()
    client.close()


def main():
    for case in (bad_frames, half_a_frame, more_behind_the_request, no_such_service, arguments_that_make_no_sense,
                 all_streams_at_once, goes_in_the_middle, a_reader_that_takes_nothing):
        case(sys.argv[1])
        print(case.__name__.replace("_", " "), flush=True)


main()
