#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Somebody at a terminal in mpremote's REPL: starts main.py by Ctrl-D and interrupts it, does the
same with a loop that is typed, and leaves by Ctrl-X.

    mpremote_repl.py FOLDER TTY

FOLDER has mpremote. What is wrong ends it with status 1.
"""
import os
import pty
import select
import sys
import time

SECONDS = 30


class Terminal:
    def __init__(self, folder, tty):
        pid, self.file = pty.fork()
        if pid == 0:
            os.environ["PYTHONPATH"] = folder
            os.execv("/usr/bin/python3", ["python3", "-m", "mpremote", "connect", tty, "repl"])
        self.pid = pid
        self.text = b""

    def until(self, text, meanwhile=b""):
        """meanwhile: is typed each second."""
        end = time.monotonic() + SECONDS
        while text not in self.text:
            assert time.monotonic() < end, f"waited in vain for {text}: {self.text}"
            if select.select([self.file], [], [], 1)[0]:
                self.text += os.read(self.file, 4096)
            else:
                self.type(meanwhile)
        self.text = self.text.split(text, 1)[1]

    def type(self, text):
        os.write(self.file, text)

    def interrupt(self):
        began = time.monotonic()
        self.type(b"\x03")
        self.until(b"KeyboardInterrupt")
        self.until(b">>> ")
        print(f"interrupted after {time.monotonic() - began:.2f} s")


def main():
    terminal = Terminal(*sys.argv[1:])
    # What is typed before it has its terminal as it wants it is no Enter.
    terminal.until(b">>> ", meanwhile=b"\r")
    terminal.type(b"\x04")
    terminal.until(b"soft reboot")
    time.sleep(0.5)  # of main.py, which says nothing
    terminal.interrupt()
    terminal.type(b"while True: print('loops')\r\r")
    terminal.until(b"loops\r\nloops")
    terminal.interrupt()
    terminal.type(b"print('ali' + 've')\r")
    terminal.until(b"alive")
    terminal.type(b"\x18")
    assert os.waitpid(terminal.pid, 0)[1] == 0, "mpremote's status"
    print("alive")


if __name__ == "__main__":
    sys.exit(main())
