# SPDX-License-Identifier: GPL-2.0-only
"""Usage: cut_update.py CUT SOCKET PID WHEN: the link of SOCKET by another name, whose radio loses
its power at one request: CUT is a control socket that it serves, PID QEMU's, which is killed.

WHEN is `end`: the radio has done update.end, and its answer is lost; or `restart`: wifi.restart
never reaches it. Prints each request.
"""

import json
import os
import signal
import socket
import sys

REQUESTS = {"end": "update.end", "restart": "wifi.restart"}
INTERRUPTED = {"code": "failed", "failure": "interrupted", "reason": "the power went"}
GONE = {"code": "not-ready", "reason": "the radio is gone"}


def serve(client, link, pid, when):
    for line in client:
        request = json.loads(line)
        cut = pid and request["request"] == REQUESTS[when]
        print(request["request"], "cut" if cut else "", flush=True)
        answer = None
        if not cut or when == "end":
            print(line, end="", file=link, flush=True)
            answer = json.loads(link.readline())
        if cut:
            assert answer is None or "result" in answer, answer
            os.kill(pid, signal.SIGKILL)
            pid = 0
            answer = {"id": request["id"], "error": INTERRUPTED if when == "end" else GONE}
        print(json.dumps(answer), file=client, flush=True)
    return pid


def main():
    path, of, pid, when = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    while True:
        client = listener.accept()[0].makefile("rw")
        link = socket.socket(socket.AF_UNIX)
        link.connect(of)
        pid = serve(client, link.makefile("rw"), pid, when)


main()
