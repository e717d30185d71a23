#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Thonny's own back end at a board, as its window drives it: lists the files, edits main.py, runs
what an editor has, interrupts it, answers input(), and leaves the board as it was.

    thonny_back_end.py FOLDER TTY

FOLDER has the package thonny. main.py, of device/micropython/example, serves in a loop when it
begins. The back end is a process that takes commands and gives answers, each a line that says
how it is made in Python: a class, and what it has by name. What is wrong ends this with status 1.
"""
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time

SECONDS = 60
MARK = "\x02"
ANSWERS = ("ToplevelResponse", "InlineResponse", "BackendEvent", "OscEvent", "DistInfo")


class Answer(dict):
    """One of ANSWERS, which it has as 'kind'."""

    def __init__(self, kind, *_, **what):
        super().__init__(what, kind=kind)


def made_of(text):
    words = {kind: lambda *a, kind=kind, **what: Answer(kind, *a, **what) for kind in ANSWERS}
    return eval(text, {"__builtins__": {}, "set": set}, words)  # pylint: disable=eval-used


class BackEnd:
    def __init__(self, folder, tty, own):
        how = {"clean": False, "port": tty, "dtr": None, "rts": None, "submit_mode": None,
               "interrupt_on_connect": True, "write_block_size": None, "write_block_delay": None,
               "proxy_class": "GenericBareMetalMicroPythonProxy", "sync_time": True,
               "validate_time": True, "local_rtc": True}
        environment = dict(os.environ, PYTHONPATH=folder, THONNY_USER_DIR=own)
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-u", "-m", "thonny.plugins.micropython.bare_metal_backend", repr(how)],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.answers = queue.Queue()
        self.printed = ""  # by scripts
        self.noise = ""  # by the back end itself
        self.ids = 0
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            if not line.startswith(MARK):
                self.noise += line
                continue
            count, text = line[1:].rstrip("\n").split(" ", 1)
            for _ in range(int(count) - 1):
                text += self.process.stdout.readline().rstrip("\n")
            self.answers.put(made_of(text))
        self.answers.put(None)

    def next(self, end):
        left = end - time.monotonic()
        try:
            answer = self.answers.get(timeout=max(left, 0.01))
        except queue.Empty:
            answer = None
        assert answer is not None, f"no answer; printed: {self.printed!r}; it says: {self.noise!r}"
        if answer.get("event_type") == "ProgramOutput":
            self.printed += answer["data"]
        return answer

    def until_printed(self, text):
        end = time.monotonic() + SECONDS
        while text not in self.printed:
            self.next(end)

    def until_idle(self):
        end = time.monotonic() + SECONDS
        while self.next(end)["kind"] != "ToplevelResponse":
            pass

    def say(self, kind, *name, **what):
        words = [repr(word) for word in name] + [f"{key}={value!r}" for key, value in what.items()]
        self.process.stdin.write(f"{MARK}1 {kind}({', '.join(words)})\n")
        self.process.stdin.flush()

    def ask(self, name, **what):
        """What files are asked by: the answer."""
        self.ids += 1
        self.say("InlineCommand", name, id=self.ids, **what)
        end = time.monotonic() + SECONDS
        while True:
            answer = self.next(end)
            if answer.get("command_id") == self.ids and answer["kind"] == "InlineResponse":
                assert not answer.get("error"), f"{name}: {answer['error']}"
                return answer

    def run(self, source, name="Run"):
        self.printed = ""
        self.say("ToplevelCommand", name, source=source)

    def interrupt(self):
        began = time.monotonic()
        self.say("ImmediateCommand", "interrupt")
        self.until_idle()
        assert "KeyboardInterrupt" in self.printed, f"interrupted: {self.printed[-200:]!r}"
        print(f"interrupted after {time.monotonic() - began:.2f} s")


def files(board):
    answer = board.ask("get_dirs_children_info", paths=["/"], include_hidden=True, node_id="")
    return {name: what["size"] for name, what in answer["data"]["/"].items()}


def write(board, path, content):
    board.ask("write_file", path=path, content_bytes=content, editor_id=1, make_shebang_scripts_executable=False)


def edit(board):
    there = files(board)
    assert there.keys() == {"boot.py", "main.py"}, f"listed: {there}"
    before = board.ask("read_file", path="/main.py")["content_bytes"]
    assert len(before) == there["main.py"], f"of {there['main.py']} bytes {len(before)}"
    after = before.replace(b"MicroPython", b"Python") + "# ü\n".encode()
    write(board, "/main.py", after)
    assert board.ask("read_file", path="/main.py")["content_bytes"] == after, "edited"
    print("edited")


def run(board):
    board.run("for n in range(3):\n    print('it runs', n * 21)\n")
    board.until_idle()
    assert board.printed.replace("\r", "").endswith("it runs 0\nit runs 21\nit runs 42\n"), board.printed
    board.run("1 / 0\n")
    board.until_idle()
    assert "ZeroDivisionError" in board.printed, board.printed
    board.run("print(6 * 7)", name="execute_source")
    board.until_idle()
    assert "42" in board.printed, board.printed
    board.run("print('hello', input('who? '))\n")
    board.until_printed("who? ")
    board.say("InputSubmission", "somebody\n")
    board.until_idle()
    assert "hello somebody" in board.printed, board.printed
    print("run")


def interrupt(board):
    for source in ("while True: print('loops')\n", "print('waits')\nimport time\ntime.sleep(1000)\n"):
        board.run(source)
        board.until_printed(source.split("'")[1])
        board.interrupt()


def more_files(board):
    board.ask("mkdir", path="/lib")
    write(board, "/lib/big.bin", bytes(range(256)) * 80)
    there = board.ask("read_file", path="/lib/big.bin")["content_bytes"]
    assert there == bytes(range(256)) * 80, "20480 bytes"
    board.ask("delete", paths=["/lib"])
    assert files(board).keys() == {"boot.py", "main.py"}, "deleted"
    print("files")


def main():
    folder, tty = sys.argv[1:]
    with tempfile.TemporaryDirectory() as own:
        board = BackEnd(folder, tty, own)
        try:
            board.until_idle()  # main.py is interrupted
            edit(board)
            run(board)
            interrupt(board)
            more_files(board)
            assert "PROBLEM" not in board.noise, board.noise
            print("alive")
        finally:
            board.process.kill()
            board.process.wait()


if __name__ == "__main__":
    sys.exit(main())
