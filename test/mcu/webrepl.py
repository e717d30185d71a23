#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Clients of WebREPL (RFC 6455, and what MicroPython's page says in it), good ones and those that
mean harm, each a story:

    webrepl.py PORT PASSWORD [--tls] STORY...

The device runs webrepl.start(). What is wrong ends it with status 1.
"""
import argparse
import base64
import hashlib
import os
import socket
import ssl
import struct
import sys
import time

SECONDS = 30
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
PUT, GET, VERSION = 1, 2, 3
STRANGERS_BYTES = {False: 10000, True: 60000}  # two of them; with TLS's part


class Gone(Exception):
    """The device has closed."""


class Client:
    port = tls = None

    def __init__(self, upgrade=True, room=None):
        """room: bytes that may be under way to it."""
        self.socket = socket.socket()
        self.socket.settimeout(SECONDS)
        if room:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.socket.connect(("127.0.0.1", self.port))
        if self.tls:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            self.socket = context.wrap_socket(self.socket)
        self.bytes = b""
        self.text = ""
        if upgrade:
            self.upgrade()

    def upgrade(self):
        key = base64.b64encode(os.urandom(16)).decode()
        self.say(f"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        while b"\r\n\r\n" not in self.bytes:
            self.more()
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        wanted = hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        assert head.startswith(b"HTTP/1.1 101 ") and base64.b64encode(wanted) in head, head

    def say(self, data):
        self.socket.sendall(data)

    def more(self):
        try:
            data = self.socket.recv(65536)
        except (ConnectionResetError, ssl.SSLError):
            data = b""
        if not data:
            raise Gone
        self.bytes += data

    def take(self, n):
        while len(self.bytes) < n:
            self.more()
        taken, self.bytes = self.bytes[:n], self.bytes[n:]
        return taken

    def send(self, data, opcode=TEXT, masked=True, length=None):
        """length: what the frame says it is."""
        length = len(data) if length is None else length
        size = (bytes([length]) if length < 126 else b"\x7e" + struct.pack(">H", length) if length < 65536
                else b"\x7f" + struct.pack(">Q", length))
        if not masked:
            self.say(bytes([0x80 | opcode]) + size + data)
            return
        mask = os.urandom(4)
        hidden = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
        self.say(bytes([0x80 | opcode, size[0] | 0x80]) + size[1:] + mask + hidden)

    def receive(self):
        opcode, n = self.take(2)
        assert opcode & 0x80 and not n & 0x80, "a server's frame is whole and not masked"
        if n == 126:
            n = struct.unpack(">H", self.take(2))[0]
        data = self.take(n)
        if opcode & 15 == CLOSE:
            raise Gone
        if opcode & 15 == TEXT:
            self.text += data.decode()  # strictly, as a browser does
        return opcode & 15, data

    def until(self, text):
        """What is printed up to text, which is taken."""
        while text not in self.text:
            self.receive()
        before, self.text = self.text.split(text, 1)
        return before

    def to_end(self):
        try:
            while True:
                self.receive()
        except Gone:
            return self.text

    def binary(self):
        while True:
            opcode, data = self.receive()
            if opcode == BINARY:
                return data

    def login(self, password):
        self.until("Password: ")
        self.send(password.encode() + b"\r")
        return self

    def enter(self, password):
        self.login(password).until("WebREPL connected\r\n>>> ")
        return self

    def python(self, line):
        """What a line prints."""
        self.send(line.encode() + b"\r")
        self.until("\r\n")
        return self.until(">>> ").strip()

    # ---- files ----

    def request(self, kind, name=b"", size=0, name_n=None):
        self.send(struct.pack("<2sBBQLH64s", b"WA", kind, 0, 0, size,
                              len(name) if name_n is None else name_n, name), BINARY)

    def code(self):
        data = self.binary()
        assert data[:2] == b"WB" and len(data) == 4, data
        return data[2]

    def put(self, name, data):
        self.request(PUT, name.encode(), len(data))
        code = self.code()
        for at in range(0, len(data), 1024):
            if code == 0:
                self.send(data[at:at + 1024], BINARY)
        return code or self.code()

    def get(self, name):
        """The bytes, or the code."""
        self.request(GET, name.encode())
        code = self.code()
        data = b""
        while code == 0:
            self.send(b"\0", BINARY)
            part = self.binary()
            n = struct.unpack("<H", part[:2])[0]
            assert len(part) == 2 + n
            data += part[2:]
            if n == 0:
                code = self.code()
                assert code == 0
                return data
        return code


def story_works(password):
    client = Client().enter(password)
    assert client.python("print(6 * 7)") == "42"
    assert client.python("print(chr(0xe4) * 300 + chr(0x20ac) * 300)") == "ä" * 300 + "€" * 300
    client.python("import sys; sys.stdout.buffer.write(b'\\xff\\xc3' + b'.')")
    data = os.urandom(70000)
    began = time.monotonic()
    assert client.put("seventy", data) == 0
    print(f"# 70000 bytes up: {time.monotonic() - began:.1f} s")
    began = time.monotonic()
    assert client.get("seventy") == data
    # A name is one in the flash, wherever the script is; what else is mounted is nobody's by this way.
    client.python("import io, os")
    client.python("F = type('F', (), {'mount': lambda *a: None, 'umount': lambda *a: None, 'chdir': lambda *a: None,"
                  " 'open': lambda *a: io.BytesIO(b'lent')})")  # fmt: skip
    client.python("os.mount(F(), '/lent')")
    client.python("os.chdir('/lent')")
    assert client.python("print(open('seventy').read())") == "b'lent'"
    assert client.get("seventy") == data
    assert client.get("/lent/seventy") == 1
    client.python("os.chdir('/'); os.umount('/lent')")
    print(f"# 70000 bytes down: {time.monotonic() - began:.1f} s")
    assert client.put("empty", b"") == 0 and client.get("empty") == b""
    assert client.get("nothing") != 0
    assert client.put("no/such/folder", b"x") != 0
    client.request(VERSION)
    assert client.binary()[0] == 1
    client.send(b"are you there", PING)
    assert client.receive() == (PONG, b"are you there")
    client.python("import hashlib, os; h = hashlib.sha256(); f = open('seventy', 'rb')")
    client.python("_ = [h.update(f.read(1000)) for i in range(70)]")
    said = client.python(f"print(h.digest() == {hashlib.sha256(data).digest()!r}, os.listdir().count('seventy.new'))")
    assert said == "True 0", said


def story_interrupts(password):
    client = Client().enter(password)
    times = []
    for loop in ("while True: pass", "while True: print(1)", "import time; time.sleep(1000)",
                 "while True: [0] * 1000"):
        client.send(loop.encode() + b"\r\r")
        time.sleep(0.3)
        # Behind more than can be typed ahead, too.
        client.send(b"x" * (0 if len(times) % 2 else 900))
        began = time.monotonic()
        client.send(b"\x03")
        client.until("KeyboardInterrupt")
        client.until(">>> ")
        times.append(time.monotonic() - began)
    print("# Ctrl-C after", ", ".join(f"{1000 * one:.0f}" for one in times), "ms")
    client.send(b"while True: pass\r\r")
    time.sleep(0.3)
    client.send(b"x" * 20000)
    client.send(b"\x03")
    client.until("KeyboardInterrupt")
    client.until(">>> ")
    # The link's REPL interrupts it as well, and files come and go while a script loops.
    client.send(b"while True: pass\r\r")
    assert client.put("beside", b"a loop" * 500) == 0
    client.send(b"\x03")
    client.until(">>> ")


def free(client):
    """Bytes of the heap."""
    client.python("import gc; gc.collect()")
    return int(client.python("print(gc.mem_free())"))


def story_replaces(password):
    one = Client().enter(password)
    two = Client().enter(password)
    assert "another client has the REPL" in one.to_end()
    assert two.python("print('two')") == "two"
    # Who knows no password takes nobody's place, and little memory.
    most = free(two)
    others, least = [], most
    for _ in range(4):
        others.append(Client())
        least = min(least, free(two))
    print(f"# 4 strangers take {most - least} bytes of {most} at once")
    assert most - least < STRANGERS_BYTES[Client.tls]
    for other in others:
        other.socket.close()
    began = time.monotonic()
    for wrong in (password[:-1], "x" * 5000, ""):
        assert "Access denied" in Client().login(wrong).to_end()
    assert time.monotonic() - began > 0.9, "wrong passwords make the next wait"
    assert two.python("print('still')") == "still"
    Client().enter(password)


def story_harms(password):
    def ends(client):
        client.to_end()

    client = Client().enter(password)
    client.send(b"not masked", masked=False)
    ends(client)
    client = Client().enter(password)
    client.send(b"", length=1 << 62)
    ends(client)
    client = Client().enter(password)
    client.send(b"x", opcode=3)
    ends(client)
    client = Client().enter(password)
    client.send(b"not a request for a file" * 10, BINARY)
    assert "no request for a file" in client.to_end()
    client = Client().enter(password)
    client.request(GET, b"boot.py", name_n=65535)
    assert client.code() != 0
    client.request(9, b"boot.py")
    assert client.code() != 0
    client.request(PUT, b"much", size=0xffffffff)  # and then goes
    assert client.code() == 0
    client.send(b"x" * 3000, BINARY)
    client.socket.close()
    # A head that never ends, one of nonsense, one that is too long.
    for head in (b"GET / HTTP/1.1\r\n", b"\0\xff" * 100 + b"\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"x" * 9000):
        client = Client(upgrade=False)
        client.say(head)
    # Replies that nobody reads: no more is read of it then.
    client = Client().enter(password)
    client.socket.settimeout(3)
    try:
        for _ in range(20000):
            client.send(b"x" * 125, PING)
    except (TimeoutError, socket.timeout, ConnectionError):
        pass
    client.socket.close()
    # One that stops reading while a script prints: the script goes on.
    client = Client(room=4096).enter(password)
    client.send(b"import time; t = time.ticks_ms(); all(print('x' * 200) is None for i in range(5000)); "
                b"f = open('printed', 'w'); f.write(str(time.ticks_diff(time.ticks_ms(), t))); f.close()\r")
    time.sleep(8)
    other = Client().enter(password)
    printed = other.get("printed")
    assert isinstance(printed, bytes), "a script waits for who does not read"
    print(f"# 1 MB for nobody: {printed.decode()} ms")
    assert other.python("import os; print('much.new' in os.listdir())") == "False"


def story_pages(password):
    def fetch(target, method="GET"):
        client = Client(upgrade=False)
        client.say(f"{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        try:
            while True:
                client.more()
        except Gone:
            head, _, body = client.bytes.partition(b"\r\n\r\n")
            return head.split()[1], body

    client = Client().enter(password)
    client.python("import os; os.mkdir('/www')")
    page = os.urandom(20000)
    assert client.put("/www/webrepl.html", page) == 0
    assert fetch("/") == (b"200", page) and fetch("/webrepl.html") == (b"200", page)
    for target in ("/nothing", "/../webrepl_cfg.py", "//webrepl_cfg.py", "/.", "/%2e%2e/boot.py"):
        assert fetch(target)[0] == b"404", target
    assert fetch("/", "POST")[0] == b"400"


def story_downloads(password):
    """One after the other, until the file $DONE is there."""
    client = Client().enter(password)
    data = os.urandom(30000)
    assert client.put("thirty", data) == 0
    times = 0
    while not os.path.exists(os.environ["DONE"]):
        assert client.get("thirty") == data, f"download {times} is another file"
        times += 1
        print(f"# {times} downloads", flush=True)


def story_stops(password):
    client = Client().enter(password)
    client.send(b"import webrepl; webrepl.stop()\r")
    client.to_end()
    try:
        Client()
    except (Gone, OSError):
        return
    raise AssertionError("somebody is there still")


def story_setup(password):
    client = Client().enter(password)
    kept = client.get("webrepl_cfg.py")
    assert b"HASH" in kept and password.encode() not in kept, kept


def wait_for_device():
    """Its interpreter may be about to begin anew."""
    until = time.monotonic() + SECONDS
    while True:
        try:
            Client().socket.close()
            return
        except (Gone, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("password")
    parser.add_argument("stories", nargs="+")
    parser.add_argument("--tls", action="store_true")
    options = parser.parse_args()
    Client.port, Client.tls = options.port, options.tls
    wait_for_device()
    for story in options.stories:
        began = time.monotonic()
        globals()["story_" + story](options.password)
        print(f"{story} ({time.monotonic() - began:.1f} s)", flush=True)


if __name__ == "__main__":
    sys.exit(main())
