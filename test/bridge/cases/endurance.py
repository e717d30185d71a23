# SPDX-License-Identifier: GPL-2.0-only
"""Minutes at full speed through the simulated UART, in real time."""
import hashlib
import json
import os
import random
import socket
import threading
import time
from contextlib import contextmanager

from rig import free_port, wait_for

BAUD = 921600
PIECE = 9216  # bytes, a tenth of a second
MARK = b"\xa5\x5aMARK"


@contextmanager
def before_others(*processes):
    """What else runs on this machine is not what is measured. Whether that was possible."""

    def give(policy, priority):
        for pid in processes:
            os.sched_setscheduler(pid, policy, os.sched_param(priority))

    try:
        give(os.SCHED_RR, 1)
    except PermissionError:
        yield False
        return
    try:
        yield True
    finally:
        give(os.SCHED_OTHER, 0)


def stream(rig, seconds):
    """
    writer --> bridge, a looped UART --> writer, reader, and one that stops to read

    Each piece begins with a mark and the time at which it was to be sent, so that the
    reader knows how late it is. The line is kept at 90 %, as a full one has a queue.
    """
    port = free_port()
    rig.start("bridge", rig.pigtail, "bridge", f"loop:,baud={BAUD}", "--listen", f"{port},raw", "--name", "bridge",
              "--history", "256")  # fmt: skip
    rig.until_open("bridge", port)
    wait_for("nobody is there", lambda: not clients(rig))
    writer, reader = (socket.create_connection(("127.0.0.1", port)) for _ in range(2))
    stalled = socket.socket()
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # or the kernel may hold all that it misses
    stalled.connect(("127.0.0.1", port))
    wait_for("all are there", lambda: len(clients(rig)) == 3)
    seed = int(os.environ.get("PIGTAIL_SEED", "1"))
    print(f"# PIGTAIL_SEED={seed}")
    noise = random.Random(seed)
    pieces = int(seconds * BAUD / 10 * 0.9 / PIECE)
    total = pieces * PIECE
    sums = {name: hashlib.sha256() for name in ("sent", "writer", "reader")}
    delays = []

    def read(name, client):
        got, buffer = 0, b""
        while got < total:
            data = client.recv(65536)
            assert data, f"{name}: the end after {got} bytes"
            sums[name].update(data)
            got += len(data)
            buffer += data
            while (at := buffer.find(MARK)) >= 0 and len(buffer) >= at + 14:
                sent = int.from_bytes(buffer[at + 6 : at + 14], "big")
                delays.append((time.monotonic_ns() - sent) / 1e6)
                buffer = buffer[at + 14 :]
            buffer = buffer[-13:] if MARK not in buffer else buffer

    began = time.monotonic()
    with before_others(0, rig.running["bridge"].pid) as priority:
        threads = [threading.Thread(target=read, args=pair) for pair in (("writer", writer), ("reader", reader))]
        for thread in threads:
            thread.start()
        for i in range(pieces):
            time.sleep(max(0, began + i * PIECE / (BAUD / 10 * 0.9) - time.monotonic()))
            piece = MARK + time.monotonic_ns().to_bytes(8, "big")
            piece += noise.randbytes(PIECE - len(piece)).replace(MARK, bytes(len(MARK)))
            sums["sent"].update(piece)
            writer.sendall(piece)
        for thread in threads:
            thread.join(timeout=60)
    assert sums["writer"].digest() == sums["reader"].digest() == sums["sent"].digest()
    seen = clients(rig)
    assert [one["lost"] for one in seen[:2]] == [0, 0], seen
    assert seen[2]["lost"] > 0 and seen[2]["lost"] + seen[2]["sent"] + seen[2]["waits"] == total, seen
    delays.sort()
    print(f"# {total} bytes in {time.monotonic() - began:.0f} s; the third lost {seen[2]['lost']}; delay of a mark "
          f"p50 {delays[len(delays) // 2]:.2f} ms, p99 {delays[int(len(delays) * 0.99)]:.2f} ms, most {delays[-1]:.2f} ms; load {os.getloadavg()[0]:.0f}, "
          f"{'before' if priority else 'among'} other processes")
    for each in (writer, reader, stalled):
        each.close()


def clients(rig):
    return json.loads(rig.must(rig.pigtail, "status", "--json", "bridge"))["clients"]


def case_five_seconds_at_921600_baud(rig):
    stream(rig, 5)


def slow_five_minutes_at_921600_baud(rig):
    stream(rig, 300)
