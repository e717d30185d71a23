# SPDX-License-Identifier: GPL-2.0-only
# What a script does with its files, and what it may find of them after a loss of power:
# see power.c. Before each call that changes anything it says what may be there until that
# call has ended: how it was, how it will be, and nothing between.
import hashlib
import os
import random
import sys

import power

sys.modules["power"] = power
FOLDER = "a folder"
BLOCK = 4096
# boot.py is in the blocks of the root; littlefs may set two before them.
LEAST_BLOCKS = 4
NO_ROOM = 28
KEPT = "/boot.py", "/full", "/full more"
# Of the operations on a full flash one in so many loses power: others with each seed.
FULL_EACH = 24


def digest(data):
    return len(data), hashlib.sha256(data).digest()[:8]


EMPTY = digest(b"")
# While _boot.py makes the files.
BOOT = digest(b"# Runs at each start, before main.py.\n")
FIRST = {}, ({}, {"/boot.py": EMPTY}, {"/boot.py": BOOT})


def read(path):
    with open(path, "rb") as file:
        return file.read()


def found(folder=""):
    there = {}
    for name, kind, *_ in os.ilistdir(folder or "/"):
        path = folder + "/" + name
        there[path] = FOLDER if kind == 0x4000 else digest(read(path))
        if kind == 0x4000:
            there.update(found(path))
    return there


def applied(state, way):
    after = dict(state)
    for path, what in way.items():
        if what is None:
            after.pop(path, None)
        else:
            after[path] = what
    return after


class World:
    """What is there for sure: a digest of each file by its path."""

    def __init__(self, state):
        self.state = state
        self.ways = [{}]

    def may(self, *ways):
        self.ways = ways
        power.keep(repr((self.state, ways)))

    def has(self, way):
        self.state = applied(self.state, way)
        self.may({})

    def settle(self):
        there = found()
        if not any(applied(self.state, way) == there for way in self.ways):
            raise AssertionError("there is %r\nthere was %r\nwhich may have become %r" % (there, self.state, self.ways))
        self.state = there
        self.may({})

    def files(self):
        return [path for path, what in self.state.items() if what != FOLDER and path not in KEPT]

    def folders(self):
        return [""] + [path for path, what in self.state.items() if what == FOLDER]


def some(n):
    """Bytes that are no others'."""
    word = b"%08x" % random.getrandbits(30)
    return (word * (n // 8 + 1))[:n]


def size():
    """Within a block of names, a block, some."""
    return random.choice((0, 1, 20, 60, 200, 700, 4000, 4096, 9000, 20000))


def name(world):
    return random.choice(world.folders()) + "/" + random.choice("abcdefgh")


def file_name(world):
    path = name(world)
    while world.state.get(path) == FOLDER:
        path += "x"
    return path


def before(world, path):
    """What is seen of a file that was opened for writing, until it is closed."""
    old = world.state.get(path)
    return [{path: old}] if old else [{path: None}, {path: EMPTY}]


# ---- steps ----


def write(world, path, data):
    world.may(*before(world, path), {path: digest(data)})
    with open(path, "wb") as file:
        at = 0
        while at < len(data):
            n = random.randint(1, 3000)
            file.write(data[at : at + n])
            at += n
    world.has({path: digest(data)})


def create(world):
    write(world, file_name(world), some(size()))


def append(world):
    path = file_name(world)
    more = some(size())
    whole = (read(path) if path in world.state else b"") + more
    world.may(*before(world, path), {path: digest(whole)})
    with open(path, "ab") as file:
        file.write(more)
    world.has({path: digest(whole)})


def patch(world):
    if not world.files():
        return
    path = random.choice(world.files())
    data = bytearray(read(path))
    at = random.randint(0, len(data))
    new = some(size())
    data[at : at + len(new)] = new
    world.may({path: world.state[path]}, {path: digest(data)})
    with open(path, "r+b") as file:
        file.seek(at)
        file.write(new)
    world.has({path: digest(data)})


def flush(world):
    """A log: each line is there when it was flushed."""
    path = file_name(world)
    data = b""
    seen = before(world, path)
    world.may(*seen)
    with open(path, "wb") as file:
        for _ in range(4):
            data += some(random.choice((30, 300, 3000)))
            world.may(*seen, {path: digest(data)})
            file.write(data[len(data) - (len(data) - file.tell()) :])
            file.flush()
            seen = [{path: digest(data)}]
            world.may(*seen)
    world.has(seen[0])


def replace(world):
    """As a careful script does, and 'pigtail cp'."""
    path = file_name(world)
    new = path + ".new"
    if world.state.get(new) == FOLDER:
        return
    write(world, new, some(size()))
    whole = world.state[new]
    world.may({}, {new: None, path: whole})
    os.rename(new, path)
    world.has({new: None, path: whole})


def two(world):
    """Two files at once."""
    one, other = file_name(world), file_name(world)
    if one == other:
        return
    a, b = some(size()), some(size())
    ways = []
    for x in before(world, one) + [{one: digest(a)}]:
        for y in before(world, other) + [{other: digest(b)}]:
            ways.append(applied(x, {}))
            ways[-1].update(y)
    world.may(*ways)
    with open(one, "wb") as first, open(other, "wb") as second:
        for at in range(0, max(len(a), len(b)), 1000):
            first.write(a[at : at + 1000])
            second.write(b[at : at + 1000])
    world.has({one: digest(a), other: digest(b)})


def remove(world):
    if not world.files():
        return
    path = random.choice(world.files())
    world.may({}, {path: None})
    os.remove(path)
    world.has({path: None})


def move(world):
    if not world.files():
        return
    path, to = random.choice(world.files()), file_name(world)
    if path == to:
        return
    way = {path: None, to: world.state[path]}
    world.may({}, way)
    os.rename(path, to)
    world.has(way)


def make_folder(world):
    path = name(world)
    if path in world.state or path.count("/") > 3:
        return
    world.may({}, {path: FOLDER})
    os.mkdir(path)
    world.has({path: FOLDER})


def remove_folder(world):
    for path in world.folders()[1:]:
        if not any(other.startswith(path + "/") for other in world.state):
            world.may({}, {path: None})
            os.rmdir(path)
            world.has({path: None})
            return


STEPS = (create, append, patch, flush, replace, two, remove, remove, move, make_folder, remove_folder)


def step(world, what=None):
    """It may find the flash full; nothing is lost by it."""
    try:
        (what or random.choice(STEPS))(world)
    except OSError as error:
        if error.errno != NO_ROOM:
            raise
        world.settle()
        return False
    return True


# ---- a full flash ----


def free_blocks():
    """What littlefs counts twice can make it less than none."""
    free = os.statvfs("/")[3]
    return free if free < 1 << 31 else 0


def fill(world, leave):
    """A file of all room but some blocks, in one go."""
    path = "/full"
    n = (free_blocks() - leave) * BLOCK
    if n <= 0:
        return
    data = some(n - n // 500)  # littlefs has words of its own in each block
    world.may(*before(world, path), {path: digest(data)})
    with open(path, "wb") as file:
        file.write(data)
    world.has({path: digest(data)})


def full(world):
    power.cuts(0)
    fill(world, 10)
    power.cuts(FULL_EACH)  # littlefs looks at all of it for each block that it wants
    lacked = 0
    for _ in range(6):
        lacked += not step(world)
    more = some((free_blocks() + 8) * BLOCK)
    lacked += not step(world, lambda world: write(world, "/full more", more))
    if not lacked:
        raise AssertionError("the flash was never full: %d blocks are free" % free_blocks())
    world.may({}, {"/full": None})
    os.remove("/full")
    world.has({"/full": None})
    if not step(world, lambda world: write(world, "/full more", more)):
        raise AssertionError("no room came back")


# ---- lives ----


def check():
    """What was promised is there."""
    state, ways = eval(power.kept()) if power.kept() else FIRST
    world = World(state)
    world.ways = ways
    world.settle()
    return world


def work(steps):
    random.seed(power.chance())
    world = World(found())
    world.may({})
    for _ in range(steps):
        step(world)
    full(world)
    world.settle()


def again():
    world = check()
    random.seed(power.chance())
    for _ in range(4):
        step(world)
    world.settle()


def empty(folder=""):
    for name, kind, *_ in list(os.ilistdir(folder or "/")):
        path = folder + "/" + name
        if kind == 0x4000:
            empty(path)
            os.rmdir(path)
        elif path != "/boot.py":
            os.remove(path)


def end():
    """All room comes back."""
    world = check()
    step(world, create)
    empty()
    world = World(found())
    size = os.statvfs("/")
    power.blocks(size[2] - size[3])
    if size[2] - size[3] > LEAST_BLOCKS:
        raise AssertionError("%d blocks are in use for nothing" % (size[2] - size[3]))
    if power.thorough():
        fill(world, 2)
        world.settle()
