# SPDX-License-Identifier: GPL-2.0-only
"""
What the bridge's cases have in common: the program, a target that answers behind a pty, and
clients in a terminal.

    client --- TCP, loopback of a namespace of ours --- pigtail bridge --- pty --- Target

A Target is what microcontrollers are: it echoes what is typed and answers each line, however
it ends, by "you said LINE".
"""
import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
import tty

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
PIGTAIL = os.environ.get("PIGTAIL", os.path.join(TOP, "build/release/bin/pigtail"))


PATIENCE = 3  # of one whose cores are shared


def until(what, condition, seconds=10):
    """Waits for a condition; its value."""
    end = time.monotonic() + seconds * PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s: {what}")


RUNNING = []


def close_all(folder):
    """What a case that failed has left behind."""
    for program in [each for each in RUNNING if each.log.startswith(folder)]:
        program.close(signal.SIGKILL)


class Program:
    """pigtail, or another program, until close()."""

    def __init__(self, *arguments, log):
        self.log = log
        with open(log, "wb") as file:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        RUNNING.append(self)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def close(self, number=signal.SIGTERM):
        if self in RUNNING:
            RUNNING.remove(self)
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(10)


class Bridge(Program):
    def __init__(self, folder, port, *options, name="uart"):
        super().__init__(PIGTAIL, "bridge", port, "--name", name, "-v", *options,
                         log=os.path.join(folder, name + ".log"))
        self.name = name
        until("the bridge listens", lambda: " for " in self.said() or self.process.poll() is not None)
        assert self.process.poll() is None, self.said()

    def ask(self, command="status"):
        said = subprocess.run([PIGTAIL, command, self.name, "--json"], capture_output=True, check=True, text=True)
        return json.loads(said.stdout)

    def request(self, **what):
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(self.ask()["control"])
            file = control.makefile("rw")
            file.write(json.dumps(what) + "\n")
            file.flush()
            return json.loads(file.readline())


class Target(threading.Thread):
    """Behind the tty at path. heard: all bytes that came."""

    def __init__(self, path, chatter=None):
        super().__init__(daemon=True)
        until(f"{path} is there", lambda: os.path.exists(path))
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self.fd)
        self.heard, self.chatter, self.stopped = b"", chatter, False
        self.start()

    def run(self):
        line = b""
        while not self.stopped:
            ready = select.select([self.fd], [], [], 0.02)[0]
            if self.chatter:
                os.write(self.fd, self.chatter)
            if not ready:
                continue
            try:
                data = os.read(self.fd, 4096)
            except OSError:
                return
            self.heard += data
            for byte in data:
                if byte in b"\r\n":
                    if line:
                        os.write(self.fd, b"\r\nyou said " + line + b"\r\n> ")
                    line = b""
                else:
                    os.write(self.fd, bytes([byte]))
                    line += bytes([byte])

    def close(self):
        self.stopped = True
        self.join()
        os.close(self.fd)


class Terminal:
    """A program with a terminal of 80 by 24, as a user has it."""

    def __init__(self, command, log):
        self.shown = b""
        self.log = log
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="vt100", LC_ALL="C", HOME=os.path.dirname(log))
            os.chdir(os.path.dirname(log))
            os.execvp(command[0], command)
        termios.tcsetwinsize(self.fd, (24, 80))

    def read(self, seconds=0.05):
        while select.select([self.fd], [], [], seconds)[0]:
            try:
                data = os.read(self.fd, 4096)
            except OSError:
                break
            if not data:
                break
            self.shown += data
            seconds = 0.02
        return self.shown

    def type(self, text):
        os.write(self.fd, text)

    def close(self):
        with open(self.log, "wb") as file:
            file.write(self.shown)
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def reach(host, port):
    try:
        return socket.create_connection((host, port), timeout=10)
    except ConnectionRefusedError:
        return None


def connect(port, host="127.0.0.1"):
    """To one that may be about to listen."""
    client = until(f"port {port} is open", lambda: reach(host, port))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def receive(client, n, seconds=10):
    """At least n bytes, or what came until the end."""
    client.settimeout(seconds)
    got = b""
    while len(got) < n:
        data = client.recv(65536)
        if not data:
            break
        got += data
    return got


if sys.version_info < (3, 11):
    sys.exit("test/bridge wants Python 3.11")
