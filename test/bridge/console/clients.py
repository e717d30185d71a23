# SPDX-License-Identifier: GPL-2.0-only
"""
Every client of the kind that people have: connects, types a line, sees the answer; and the
target hears that line and an end of line, and nothing else. Most have nothing in common but
the port, which has to find out what each of them speaks.
"""
import os
import time

from rig import PIGTAIL, Bridge, Program, Target, Terminal, until

HOST, PORT = "127.0.0.1", "2300"
TTY = "{tty}"  # of pigtail serial

# name: command, what is typed; where a program wants keys before, they come first
CLIENTS = {
    "telnet to port 23": (["telnet", HOST], b"hello\r"),
    "telnet to another port": (["telnet", HOST, PORT], b"hello\r"),
    "telnet to a port for telnet": (["telnet", HOST, "2301"], b"hello\r"),
    "busybox telnet": (["busybox", "telnet", HOST, PORT], b"hello\r"),
    "busybox telnet to a port for telnet": (["busybox", "telnet", HOST, "2301"], b"hello\r"),
    "plink -telnet": (["plink", "-telnet", "-P", PORT, HOST], b"hello\r"),
    "plink -raw": (["plink", "-raw", "-P", PORT, HOST], b"hello\r"),
    "socat": (["socat", "-,rawer", f"TCP:{HOST}:{PORT}"], b"hello\r"),
    "nc": (["nc", HOST, PORT], b"hello\r"),
    "screen //telnet": (["screen", "-c", "/dev/null", "//telnet", HOST, PORT], b"hello\r"),
    "kermit -j": (["kermit", "-j", f"{HOST}:{PORT}", "-c"], b"hello\r"),
    "gensiot telnet": (["gensiot", "-i", "stdio(self)", f"telnet,tcp,{HOST},{PORT}"], b"hello\r"),
    "gensiot telnet(rfc2217)": (["gensiot", "-i", "stdio(self)", f"telnet(rfc2217),tcp,{HOST},{PORT}"], b"hello\r"),
    "microcom -t": (["microcom", "-t", f"{HOST}:{PORT}", "-s", "115200"], b"hello\r"),
    "pyserial-miniterm": (["pyserial-miniterm", f"rfc2217://{HOST}:{PORT}", "115200"], b"hello\r"),
    "tio on pigtail serial": (["tio", TTY], b"hello\r"),
    "picocom on pigtail serial": (["picocom", "-q", TTY], b"hello\r"),
    "minicom on pigtail serial": (["minicom", "-o", "-D", TTY], b"hello\r"),
    "microcom on pigtail serial": (["microcom", "-f", "-p", TTY], b"hello\r"),
    "screen on pigtail serial": (["screen", "-c", "/dev/null", TTY, "115200"], b"hello\r"),
    "miniterm on pigtail serial": (["pyserial-miniterm", TTY, "115200"], b"hello\r"),
}
ENDS = (b"\r", b"\n", b"\r\n")


def meet(folder, name, log):
    """One client against a bridge that was never used."""
    command, typed = CLIENTS[name]
    uart, far = os.path.join(folder, "uart"), os.path.join(folder, "far")
    bridge = Bridge(folder, f"pty:{uart}", "--listen", "23", "--listen", PORT, "--listen", "2301,telnet")
    target = Target(uart)
    cable = None
    if TTY in command:
        cable = Program(PIGTAIL, "serial", f"{HOST}:{PORT}", "--pty", far, "-v", log=os.path.join(folder, "cable.log"))
        until("the far tty is there", lambda: os.path.exists(far) and "connected" in cable.said())
    terminal = Terminal([far if word == TTY else word for word in command], log)
    try:
        until("it connects", lambda: terminal.read() and False or bridge.ask()["clients"])
        if cable:
            until("it opens the tty", lambda: terminal.read() and False or "opened" in cable.said())
        end = time.monotonic() + 1.5  # what it has to say first
        while time.monotonic() < end:
            terminal.read()
        for byte in typed:
            terminal.type(bytes([byte]))
        until("it shows the answer", lambda: b"you said hello" in terminal.read())
        heard = [b"hello" + end for end in ENDS]
        assert target.heard in heard, f"the target heard {target.heard!r}"
        assert b"\xff" not in terminal.shown, f"it shows {terminal.shown!r}"
        assert b"you said hello" in terminal.shown
    finally:
        terminal.close()
        target.close()
        if cable:
            cable.close()
        status = bridge.close()
    assert status == 0, f"the bridge ended with {status}"
    assert not os.path.lexists(uart), "the bridge left its link"
