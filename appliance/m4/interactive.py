#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
The board for a person: its console is this terminal, and behind its radio is this machine's
network, by libslirp; see pigtail(1), "user". All of it ends when QEMU does.

    interactive.py [--memory MB] [--baud N] [--small] IMAGE BIN
"""
import argparse
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../../test/bridge")]
sys.dont_write_bytecode = True

from machine import FILES, command  # noqa: E402
from rig import Rig, wait_for  # noqa: E402


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--memory", type=int, default=16)
    parser.add_argument("--baud", default="230400")
    parser.add_argument("--small", dest="files", action="store_const", const="small.cpio.gz", default=FILES)
    parser.add_argument("image")
    parser.add_argument("bin")
    options = parser.parse_args()
    rig = Rig(options.bin)
    radio, pty = rig.path("radio"), rig.path("pty")
    try:
        rig.start("wire", rig.pigtail, "wire", f"unix:{radio}", f"pty:{pty}", "--baud", options.baud)
        wait_for("the wire's end", lambda: os.path.exists(pty))
        rig.start("device", rig.pigtail, "device", f"{pty},baud={options.baud}", "user")
        words = command(
            options.image,
            rig.path("board.dtb"),
            options.memory << 20,
            options.baud,
            "ip=dhcp",
            "mon:stdio",
            f"unix:{radio},server=on,wait=off",
            files=options.files,
        )
        print("Ctrl-A X ends it; the network is 10.0.2.0/24, this machine's behind it", flush=True)
        return subprocess.run(words, check=False).returncode
    finally:
        rig.clean()


if __name__ == "__main__":
    sys.exit(main())
