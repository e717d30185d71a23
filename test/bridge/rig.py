# SPDX-License-Identifier: GPL-2.0-only
"""
For the cases: a folder, programs that run in it, ports that are free. What they say is in
NAME.log; all of them are ended after the case.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

TARGETS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "targets")
BOOT_LOADERS = "/usr/share/arduino/hardware/arduino/avr/bootloaders"


class Skip(Exception):
    """What the case needs is not here."""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


PATIENCE = 3  # of one whose cores are shared


def wait_for(what, condition, seconds=10):
    end = time.monotonic() + seconds * PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.02)


class Rig:
    def __init__(self, folder_of_programs):
        self.bin = os.path.abspath(folder_of_programs)
        self.pigtail = os.path.join(self.bin, "pigtail")
        self.folder = tempfile.mkdtemp(prefix="pigtail-bridge-")
        self.running = {}
        self.environment = dict(os.environ, XDG_RUNTIME_DIR=self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def needs(self, *programs):
        for program in programs:
            if not shutil.which(program):
                raise Skip(f"{program} is not installed")

    # ---- programs ----

    def start(self, name, *words):
        with open(self.path(name + ".log"), "ab") as log:
            self.running[name] = subprocess.Popen(
                [str(word) for word in words],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self.running[name]

    def finish(self, name, how=signal.SIGTERM):
        one = self.running.pop(name)
        one.send_signal(how)
        return one.wait(timeout=10)

    def run(self, *words, timeout=60):
        """A program that ends by itself; its exit status and what it said."""
        done = subprocess.run(
            [str(word) for word in words],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        )
        return done.returncode, done.stdout.decode(errors="replace")

    def must(self, *words, timeout=60):
        status, said = self.run(*words, timeout=timeout)
        assert status == 0, f"{' '.join(map(str, words))}: exit status {status}\n{said}"
        return said

    def log(self, name):
        with open(self.path(name + ".log"), errors="replace") as log:
            return log.read()

    def said(self):
        names = sorted(os.listdir(self.folder))
        return "\n".join(f"---- {n}\n{self.log(n[:-4])[-3000:]}" for n in names if n.endswith(".log"))

    def end(self):
        """All that still run can be asked to end, and do."""
        for name in list(self.running):
            self.finish(name)

    def clean(self):
        for one in self.running.values():
            one.kill()
            one.wait()
        shutil.rmtree(self.folder)

    # ---- the bridge ----

    def bridge(self, port, *words, name="bridge", services=("auto", "program")):
        """Returns the TCP port of each service."""
        ports = [free_port() for _ in services]
        listens = [word for p, s in zip(ports, services) for word in ("--listen", f"{p},{s}")]
        self.start(name, self.pigtail, "bridge", port, *listens, "--name", name, "-v", *words)
        for p in ports:
            self.until_open(name, p)
        return ports

    def until_open(self, name, port):
        """And the bridge has its control socket and its pages too: of its ports it tells last."""
        wait_for(f"port {port}", lambda: self.is_open(name, port))
        wait_for(f"what {name} says last", lambda: f"port {port} for " in self.log(name))

    def is_open(self, name, port):
        assert self.running[name].poll() is None, self.log(name)
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", port)) == 0

    def counters(self, name="bridge"):
        return json.loads(self.must(self.pigtail, "stats", "--json", name))

    # ---- targets ----

    def avr(self, boot_loader="optiboot", mcu="atmega328p", name="avr"):
        """A board on the tty NAME, its RESET on NAME.reset; what to give to --pins."""
        program = os.path.join(self.bin, "bridge_avr")
        if not os.path.exists(program):
            raise Skip("built without simavr")
        if boot_loader == "optiboot":
            self.needs("avr-gcc")
            image = self.path("optiboot.hex")
            self.must(os.path.join(TARGETS, "optiboot.sh"), image)
        else:
            image = os.path.join(BOOT_LOADERS, boot_loader)
        self.start(name, program, image, self.path(name), self.path(name + ".reset"), mcu)
        wait_for("the board", lambda: os.path.lexists(self.path(name)))
        return f"reset=unix:{self.path(name)}.reset"

    def rom(self, kind, name="chip"):
        """The ROM of targets/KIND.py on the tty NAME; what to give to --pins."""
        self.start(
            name,
            "python3",
            os.path.join(TARGETS, kind + ".py"),
            self.path(name),
            self.path(name + ".reset"),
            self.path(name + ".boot"),
            "--dump",
            self.path(name + ".flash"),
        )
        wait_for("the chip", lambda: os.path.lexists(self.path(name)))
        return f"reset=unix:{self.path(name)}.reset,boot=unix:{self.path(name)}.boot"

    def flash_of(self, name="chip"):
        """Ends the chip; what is in its flash, and its last words."""
        self.finish(name)
        with open(self.path(name + ".flash"), "rb") as file:
            return file.read(), self.log(name)

    def sketch(self, name, text, mcu="atmega328p", gap=100, padding=1000):
        self.needs("avr-gcc")
        self.must(os.path.join(TARGETS, "sketch.sh"), self.path(name), mcu, text, gap, padding)
        return self.path(name)

    def file(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)


class Client:
    """A console: a TCP connection that keeps what comes."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setblocking(False)
        self.got = b""

    def read(self):
        try:
            while data := self.socket.recv(65536):
                self.got += data
            return False
        except BlockingIOError:
            return True

    def wait(self, what, seconds=10):
        """Until it comes, after what has been waited for before."""

        def has():
            self.read()
            return what in self.got

        wait_for(f"{what!r} from the UART, got {self.got[-200:]!r}", has, seconds)
        self.got = self.got[self.got.index(what) + len(what) :]

    def say(self, data):
        self.socket.sendall(data)

    def close(self):
        self.socket.close()
