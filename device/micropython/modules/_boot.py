# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Mounts the files and starts the network. A flash that is empty gets a filesystem; one that
# holds something else is left alone: only who knows what it is may say that it can go.
import lx
import network
import vfs

# What is written at once, and looked at: littlefs of MicroPython.
_SIZES = {"progsize": 32, "readsize": 32, "lookahead": 32}


def format():
    """Makes a new filesystem; what was there is lost."""
    vfs.VfsLfs2.mkfs(lx.Flash(), **_SIZES)
    vfs.mount(vfs.VfsLfs2(lx.Flash(), **_SIZES), "/")
    with open("/boot.py", "w") as file:
        file.write("# Runs at each start, before main.py.\n")


def _is_empty(flash):
    block = bytearray(4096)
    for number in range(2):
        flash.readblocks(number, block)
        if any(byte != 255 for byte in block):
            return False
    return True


def _mount():
    try:
        flash = lx.Flash()
    except OSError:
        print("no flash: there are no files")
        return
    try:
        vfs.mount(vfs.VfsLfs2(flash, **_SIZES), "/")
    except OSError:
        if _is_empty(flash):
            format()
        else:
            print("the files are damaged: import _boot; _boot.format() makes new ones")


_mount()
network.LAN().active(True)
