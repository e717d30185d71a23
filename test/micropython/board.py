# SPDX-License-Identifier: GPL-2.0-only
"""script.elf in QEMU, with a tty that is its REPL: what MicroPython's test drivers want."""
import os
import subprocess
import sys
import time

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
PIGTAIL = os.environ.get("PIGTAIL", os.path.join(TOP, "build/release/bin/pigtail"))
FIRMWARE = os.environ.get("FIRMWARE", os.path.join(TOP, "build/firmware"))
TESTS = os.path.join(TOP, "build/micropython/tests")


class Board:
    def __init__(self, folder, name, net, *options):
        self.folder = folder
        self.name = name
        self.tty = os.path.join(folder, name + ".tty")
        self.running = [self.start("qemu", os.path.join(FIRMWARE, "script.elf"), "--name", name,
                                   "--flash", os.path.join(folder, name + ".flash"), "--net", net,
                                   *options)]
        self.wait(lambda: subprocess.run([PIGTAIL, "ls", "--link", name], capture_output=True,
                                         check=False).returncode == 0)
        self.running.append(self.start("repl", name, "--pty", self.tty))
        self.wait(lambda: os.path.exists(self.tty))

    def start(self, command, *arguments):
        with open(os.path.join(self.folder, f"{self.name}.{command}.log"), "w") as log:
            return subprocess.Popen([PIGTAIL, command, *arguments], stdout=log, stderr=log,
                                    stdin=subprocess.DEVNULL)

    @staticmethod
    def wait(there):
        until = time.monotonic() + 60
        while not there():
            if time.monotonic() > until:
                sys.exit("test/micropython: the board does not answer")
            time.sleep(0.2)

    def put(self, path, text=None):
        """A file of the host by its path, or a text, to the board."""
        name = os.path.basename(path)
        if text is not None:
            path = os.path.join(self.folder, name)
            with open(path, "w") as file:
                file.write(text)
        subprocess.run([PIGTAIL, "cp", "--link", self.name, path, ":" + name], check=True,
                       capture_output=True)

    def close(self):
        for one in reversed(self.running):
            one.terminate()
            one.wait()
