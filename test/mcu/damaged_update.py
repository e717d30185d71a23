# SPDX-License-Identifier: GPL-2.0-only
"""Usage: damaged_update.py IMAGE SOCKET: what `pigtail update` does, with one bit wrong.

The head is right and signed, so the radio takes the bytes; what it says at the end has to
be that they are not what was signed. Exit status 0 if so.
"""

import base64
import json
import socket
import sys

HEAD = 172


def main():
    with open(sys.argv[1], "rb") as file:
        head, body = file.read(HEAD), bytearray(file.read())
    body[len(body) // 2] ^= 4
    link = socket.socket(socket.AF_UNIX)
    link.connect(sys.argv[2])
    lines = link.makefile("rw")

    def ask(request, **arguments):
        print(json.dumps({"request": request, "arguments": arguments}), file=lines, flush=True)
        answer = json.loads(lines.readline())
        print(request, answer.get("error", answer.get("result")))
        return answer

    def text(at):
        return head[at : at + 32].rstrip(b"\0").decode()

    offset = ask("update.begin", size=len(body), digest=head[76:108].hex(),
                 signature=head[108:].hex(), board=text(8), firmware=text(40))["result"]["offset"]
    while offset < len(body):
        data = base64.b64encode(body[offset : offset + 3000]).decode()
        offset = ask("update.data", data=data)["result"]["offset"]
    # Too much is refused by the program.
    assert "error" in ask("update.data", data="AAAA")
    error = ask("update.end")["error"]
    assert error["code"] == "failed" and "not what was signed" in error["reason"], error
    assert ask("update.end")["error"]["code"] == "not-ready"


main()
