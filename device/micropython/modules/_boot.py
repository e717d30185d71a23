# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Mounts the files and starts the network. A flash that is empty gets a filesystem; one that
# holds something else, wherever, is left alone: only who knows what it is may say that it can go.
import lx
import network
import vfs

# What is written at once, and looked at: littlefs of MicroPython.
_SIZES = {"progsize": 32, "readsize": 32, "lookahead": 32}


class _Beginning:
    """What a format writes, without writing it: all that its two blocks hold at any time."""

    def __init__(self, flash):
        self.flash = flash
        self.images = [[bytearray(b"\xff" * 4096)] for number in range(2)]

    def readblocks(self, number, to, at=0):
        to[:] = self.images[number][-1][at : at + len(to)]

    def writeblocks(self, number, what, at=0):
        self.images[number][-1][at : at + len(what)] = what

    def ioctl(self, what, number):
        if what != _ERASE:
            return self.flash.ioctl(what, number)
        self.images[number].append(bytearray(b"\xff" * 4096))
        return 0


_BLOCKS = 4
_ERASE = 6


def format():
    """Makes a new filesystem; what was there is lost."""
    flash = lx.Flash()
    for number in range(2):  # what littlefs finds there has a part in what it writes
        flash.ioctl(_ERASE, number)
    vfs.VfsLfs2.mkfs(flash, **_SIZES)
    vfs.mount(vfs.VfsLfs2(flash, **_SIZES), "/")
    with open("/boot.py", "w") as file:
        file.write("# Runs at each start, before main.py.\n")


def _is_new(flash):
    """Empty, or a format lost power: no bit is cleared but by that. Nothing of anybody's is in it."""
    beginning = _Beginning(flash)
    vfs.VfsLfs2.mkfs(beginning, **_SIZES)
    block = bytearray(4096)
    for number in range(2):
        flash.readblocks(number, block)
        if not any(all(b & i == i for b, i in zip(block, image)) for image in beginning.images[number]):
            return False
    empty = b"\xff" * 4096
    for number in range(2, flash.ioctl(_BLOCKS, 0)):
        flash.readblocks(number, block)
        if block != empty:
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
        if _is_new(flash):
            format()
        else:
            print("the files are damaged: import _boot; _boot.format() makes new ones")


_mount()
network.LAN().active(True)
