# SPDX-License-Identifier: GPL-2.0-only
"""
One end of the wire: sections 5 to 8 of docs/SPEC.md. No input or output of its own: feed()
takes what arrived, pull() gives what is to be sent now, both with the time in seconds.

It is also a judge. What the other end must not do is written down in `wrong`, which is
empty after a good run; what merely happened is counted in `counts`.
"""
import collections
import dataclasses
import struct

from frame import BULK, CONTROL, ENDS, LINK, PACKED, SPARSE, BadFrame, Frame, decode, encode, join_acks, parse_acks
from pack import Packer
from stream import Receiver, Sender
from unpack import Malformed, Unpacker

ACK, HELLO, PING, PONG, UNKNOWN, LOG = range(6)
CLASSES = (CONTROL, SPARSE, BULK)
HELLO_FIELDS = struct.Struct("<BBBBIIIHHHH6s")
REPLY, DEVICE = 0x01, 0x02
HEADERS, PAYLOADS = 0x01, 0x02
CONTROL_MOST = 512
CONTROL_UNKNOWN = 0xFF
NAMES = {ENDS: "last", PACKED: "packed"}


@dataclasses.dataclass
class Offer:
    """What a HELLO says of its sender."""

    device: bool = False
    capabilities: int = HEADERS | PAYLOADS
    most: int = 1518
    windows: tuple = (64, 128, 256)
    contexts: tuple = (16, 16)
    history: tuple = (12, 13)
    mac: bytes = bytes.fromhex("02504545520a")
    more: bytes = b""  # options that nobody knows

    def options(self):
        out = b""
        if self.capabilities & HEADERS:
            out += bytes([1, 2, *self.contexts])
        if self.capabilities & PAYLOADS:
            out += bytes([2, 2, *self.history])
        return out + self.more

    def hello(self, nonce, seen, reply, versions=(1, 1)):
        flags = (REPLY if reply else 0) | (DEVICE if self.device else 0)
        fields = (*versions, flags, 0, nonce, seen, self.capabilities, self.most, *self.windows, self.mac)
        return HELLO_FIELDS.pack(*fields) + self.options()


def parse_hello(payload):
    """Returns nonce, seen, whether a reply is wanted, and the Offer."""
    _, _, flags, _, nonce, seen, capabilities, most, *windows, mac = HELLO_FIELDS.unpack_from(payload)
    options, rest = {}, payload[HELLO_FIELDS.size :]
    while len(rest) >= 2 and len(rest) >= 2 + rest[1]:
        options[rest[0]] = rest[2 : 2 + rest[1]]
        rest = rest[2 + rest[1] :]
    contexts = tuple(options.get(1, b"\0\0")[:2]) if capabilities & HEADERS else (0, 0)
    history = tuple(options.get(2, b"\0\0")[:2]) if capabilities & PAYLOADS else (0, 0)
    offer = Offer(bool(flags & DEVICE), capabilities, most, tuple(windows), contexts, history, mac)
    return nonce, seen, bool(flags & REPLY), offer


class Link:
    def __init__(self, choices, offer, baud, on_packet):
        self.choices, self.offer, self.baud, self.on_packet = choices, offer, baud, on_packet
        self.counts, self.wrong, self.heard_types = collections.Counter(), [], collections.Counter()
        self.unknown, self.control, self.pongs = [], [], []
        self.on_control = None  # who takes control messages; None: none is known
        self.partial = b""
        self.messages, self.raw = collections.deque(), collections.deque()
        self.line_free = self.now = 0.0
        self.reading = True
        self.nonces = set()
        self.queues = {cls: collections.deque() for cls in CLASSES}
        self.begin()

    # ---- 7.1, sessions ----

    def begin(self):
        """All state is lost: a nonce that was never used."""
        self.nonce = self.choices.rnd.randrange(1, 1 << 32)
        while self.nonce in self.nonces:
            self.nonce = self.choices.rnd.randrange(1, 1 << 32)
        self.nonces.add(self.nonce)
        self.peer = self.theirs = None
        self.forget()

    def forget(self):
        """Numbers, windows and half packets of both directions."""
        self.up = False
        self.hellos, self.hello_at = 0, 0.0
        self.heard, self.ping_at, self.ack_at = self.now, 0.0, None
        self.pings = set()
        self.senders = self.receivers = self.unpackers = None

    def set_up(self):
        theirs, ours = self.theirs, self.offer
        both = theirs.capabilities & ours.capabilities
        self.senders, self.receivers, self.unpackers = {}, {}, {}
        for i, cls in enumerate(CLASSES):
            pack, unpacker = (lambda message: (message, ENDS)), None
            if cls != CONTROL:
                contexts = min(theirs.contexts[i - 1], ours.contexts[i - 1]) if both & HEADERS else 0
                pack = Packer(contexts, theirs.history[i - 1] if both & PAYLOADS else 0, self.choices).take
                size = ours.history[i - 1] if both & PAYLOADS else 0
                unpacker = Unpacker(contexts, size and 1 << size, self.most())
            self.senders[cls] = Sender(cls, theirs.windows[i], pack, self.choices, self.counts)
            self.senders[cls].queue = self.queues[cls]
            self.receivers[cls] = Receiver(cls, ours.windows[i], self.counts)
            self.unpackers[cls] = unpacker
        self.up = True
        self.counts["sessions"] += 1

    def most(self):
        return min(self.offer.most, self.theirs.most)

    def hello(self, reply=None):
        reply = not self.up if reply is None else reply
        self.say(HELLO, self.offer.hello(self.nonce, self.peer or 0, reply))

    def take_hello(self, payload):
        if len(payload) < HELLO_FIELDS.size:
            self.wrong.append("a short HELLO")
            return
        nonce, seen, reply, offer = parse_hello(payload)
        if nonce in (0, self.nonce):
            self.wrong.append(f"a HELLO with nonce {nonce}, ours is {self.nonce}")
            return
        if offer.device == self.offer.device:
            self.wrong.append("a HELLO of the same role")
        new = nonce != self.peer
        if new:
            self.counts["peer restarted"] += self.peer is not None
            self.forget()
            self.peer, self.theirs = nonce, offer
        if seen == self.nonce and not self.up:
            self.set_up()
        if reply or new:
            self.hello()

    # ---- what arrives ----

    def feed(self, data, now):
        self.now = now
        *whole, self.partial = (self.partial + data).split(b"\0")
        for encoded in filter(None, whole):
            try:
                frame = decode(encoded)
            except BadFrame as bad:
                self.counts[f"rx bad: {bad}"] += 1
                continue
            self.counts["rx cut"] += frame.was_cut
            self.take(frame)

    def take(self, frame):
        self.heard = self.now
        acks = parse_acks(frame.acks)[0] if frame.acks else []
        if self.up:
            for cls, delivered, ranges in acks:
                self.senders[cls].acked(delivered, ranges, self.now)
        if frame.cls == LINK:
            self.take_message(frame.number, frame.payload, [cls for cls, _, _ in acks])
        elif self.up:
            self.receivers[frame.cls].take(frame)
            self.deliver(frame.cls)
        elif not self.peer:
            self.counts["rx before up"] += 1

    def deliver(self, cls):
        if not self.reading:
            return
        for data, ending in self.receivers[cls].packets():
            if cls == CONTROL:
                self.take_control(data)
                continue
            try:
                packet = self.unpackers[cls].take(data, NAMES.get(ending, "added"))
            except Malformed:
                self.wrong.append(f"class {cls}: malformed {data[:24].hex()}, {len(data)} bytes")
                self.begin()
                return
            if not 14 <= len(packet) <= self.most():
                self.wrong.append(f"a packet of {len(packet)} bytes")
            self.on_packet(packet)

    def take_control(self, message):
        self.control.append(message)
        if len(message) > CONTROL_MOST:
            self.wrong.append("a control message of more than 512 bytes")
        if self.on_control:
            self.on_control(message)
        elif message[0] != CONTROL_UNKNOWN:
            self.queues[CONTROL].append(bytes([CONTROL_UNKNOWN, message[0]]))

    def take_message(self, number, payload, acks):
        kind = number & 0xFF
        self.heard_types[kind] += 1
        if kind == HELLO:
            self.take_hello(payload)
        elif kind == PING:
            if self.up:
                self.say(PONG, payload[:4], all_acks=True)
        elif kind == PONG:
            self.pongs.append(payload)
            if payload not in self.pings:
                self.wrong.append(f"a PONG for no PING: {payload.hex()}")
            if sorted(acks) != list(CLASSES):
                self.wrong.append(f"a PONG with acknowledgements of {acks}")
        elif kind == UNKNOWN:
            self.unknown.append(payload)
        elif kind not in (ACK, LOG):
            self.say(UNKNOWN, bytes([kind]))

    # ---- what is sent ----

    def say(self, kind, payload=b"", all_acks=False):
        self.messages.append((kind, payload, all_acks))

    def ping(self):
        token = self.choices.rnd.randbytes(4)
        self.pings.add(token)
        self.say(PING, token)

    def send(self, cls, packet):
        self.queues[cls].append(packet)

    def inject(self, *frames):
        """As they are, before all else, one after the other; bytes: already encoded."""
        self.raw.extend(frame if isinstance(frame, bytes) else encode(frame) for frame in frames)

    def acks(self, all_of_them=False):
        if not self.up:
            return b""
        self.ack_at = None
        return join_acks([r.ack() for r in self.receivers.values() if r.news or all_of_them])

    def resume(self):
        self.reading = True
        for cls in CLASSES:
            self.deliver(cls)

    def timers(self):
        now = self.now
        if self.up and now - self.heard > 3:
            self.counts["silences"] += 1
            self.begin()
        if not self.up:
            if now >= self.hello_at:
                self.hello()
                self.hellos += 1
                self.hello_at = now + (0.1 if self.hellos <= 50 else 1.0)
            return
        for sender in self.senders.values():
            sender.expire(now)
        silent = now - self.heard > 1
        if now >= self.ping_at and (silent or any(s.waits() for s in self.senders.values())):
            self.ping()
            self.ping_at = now + 0.2

    def ack_due(self):
        if any(r.urgent for r in self.receivers.values()):
            return True
        if self.ack_at is None and any(r.news for r in self.receivers.values()):
            self.ack_at = self.now + max(0.005, 64 * 10 / self.baud)
        return self.ack_at is not None and self.now >= self.ack_at

    def frame(self):
        if self.raw:
            return self.raw.popleft()
        if self.messages:
            kind, payload, all_acks = self.messages.popleft()
            acks = self.acks(True) if all_acks and self.up else b""
            return encode(Frame(LINK, kind, payload, ENDS, acks), self.choices.spare_code())
        if not self.up:
            return None
        for sender in self.senders.values():
            encoded = sender.frame(self.now, self.acks)
            if encoded:
                return encoded
        if self.ack_due():
            return encode(Frame(LINK, ACK, b"", ENDS, self.acks()))
        return None

    def pull(self, now):
        """At most some milliseconds of the line's time ahead."""
        self.now = now
        self.timers()
        out = b""
        while self.line_free < now + 0.004:
            encoded = self.frame()
            if encoded is None:
                break
            # 2.1: after an idle line one more delimiter.
            out += (b"\0" if self.line_free < now else b"") + encoded + b"\0"
            self.line_free = max(self.line_free, now) + (len(encoded) + 1) * 10 / self.baud
        return out

    def quiet(self):
        return self.up and not self.raw and all(sender.idle() for sender in self.senders.values())
