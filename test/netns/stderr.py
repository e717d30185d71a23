#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
stderr.py KIND FOLDER COMMAND...: becomes COMMAND, whose standard error nobody reads.
KIND is how: pipe (a full one), tty (a terminal stopped by Ctrl-S), socket (a full one),
closed (it, standard input and output are closed). Once FOLDER/read exists, the first
three are read, into FOLDER/said, until COMMAND ends.
"""
import fcntl
import os
import select
import socket
import sys
import termios
import time

kind, folder, command = sys.argv[1], sys.argv[2], sys.argv[3:]


def fill(fd):
    os.set_blocking(fd, False)
    try:
        while True:
            os.write(fd, b"." * 256)
    except BlockingIOError:
        os.set_blocking(fd, True)


if kind == "closed":
    os.closerange(0, 3)
    os.execv(command[0], command)
if kind == "pipe":
    ours, its = os.pipe()
    fcntl.fcntl(its, 1031, 4096)  # F_SETPIPE_SZ
    fill(its)
elif kind == "tty":
    ours, its = os.openpty()
    termios.tcflow(its, termios.TCOOFF)
elif kind == "socket":
    ends = socket.socketpair()
    ours, its = (end.detach() for end in ends)
    fill(its)
else:
    sys.exit(f"no such kind: {kind}")

alive, its_life = os.pipe()
if os.fork():
    os.set_inheritable(its_life, True)
    os.dup2(its, 2)
    os.execv(command[0], command)

os.close(its_life)
if kind != "tty":
    os.close(its)
while not os.path.exists(folder + "/read"):
    if select.select([alive], [], [], 0.05)[0]:
        sys.exit()
if kind == "tty":
    termios.tcflow(its, termios.TCOON)
    os.close(its)
with open(folder + "/said", "wb", buffering=0) as said:
    while True:
        ready = select.select([alive, ours], [], [], 10)[0]
        try:
            data = os.read(ours, 4096) if ours in ready else b""
        except OSError:
            data = b""
        said.write(data)
        if not data and alive in ready:
            sys.exit()
        if not data:
            time.sleep(0.05)
