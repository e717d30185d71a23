# SPDX-License-Identifier: GPL-2.0-only
"""
The program under test, from outside: `pigtail device` with the net `user` behind a UNIX
socket, if wanted with `pigtail wire` between. No root, no interface.

	peer -- socket -- [pigtail wire --] socket -- pigtail device -- user (10.0.2.2)
"""
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

NAME = "peer"


class Program:
    def __init__(self, binary, role="device", baud=3000000, wire=None, net="user"):
        self.binary, self.baud = binary, baud
        self.folder = tempfile.mkdtemp(prefix="pigtail-peer-")
        self.log = open(os.path.join(self.folder, "log"), "w+")
        self.environment = dict(os.environ, XDG_RUNTIME_DIR=self.folder)
        self.running = []
        path = os.path.join(self.folder, "port")
        self.start(role, f"unix-listen:{path},baud={baud}", net, "--name", NAME)
        if wire is not None:
            self.wait_for(lambda: os.path.exists(path), path)
            beyond = os.path.join(self.folder, "wire")
            self.start("wire", f"unix:{path}", f"unix-listen:{beyond}", "--baud", str(baud), *wire)
            path = beyond
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # There is the path before there is somebody who listens.
        self.wait_for(lambda: self.socket.connect_ex(path) == 0, path)

    def start(self, *words):
        self.running.append(
            subprocess.Popen([self.binary, *words], stdout=self.log, stderr=self.log, env=self.environment)
        )

    def wait_for(self, condition, what):
        end = time.monotonic() + 10
        while not condition():
            if time.monotonic() > end or self.running[-1].poll() is not None:
                raise AssertionError(f"no {what}: {self.said()}")
            time.sleep(0.005)

    def said(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()

    def ask(self, what):
        words = [self.binary, what, "--json", NAME]
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=10)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def counters(self):
        return self.ask("stats")["counters"]

    def status(self):
        return self.ask("status")

    def close(self):
        """Returns what went wrong, in words."""
        wrong = []
        for process in reversed(self.running):
            if process.poll() is not None and process.returncode != 0:
                wrong.append(f"{process.args[1]} had ended with {process.returncode}")
            process.terminate()
            try:
                if process.wait(5) != 0:
                    wrong.append(f"{process.args[1]} ended with {process.returncode}")
            except subprocess.TimeoutExpired:
                process.kill()
                wrong.append(f"{process.args[1]} did not end")
        self.socket.close()
        if wrong:
            wrong.append(self.said()[-2000:])
        shutil.rmtree(self.folder)
        return wrong
