# SPDX-License-Identifier: GPL-2.0-only
"""
What docs/SPEC.md says of frames that no good sender makes, as tables: each row is sent into
a session that is up. COUNTED: it is counted, under that name and so often, and has no other
effect. ENDS_SESSION, ANOTHER_PEER: the program begins anew. SILENT: it is no error at all.
"""
from frame import ADDED, BULK, CONTROL, ENDS, GOES_ON, LINK, NUMBERS, PACKED, SPARSE, Frame
from frame import ack_entry, cobs_encode, crc32c, cut_bytes, encode
from link import ACK, HELLO, LOG, PING, UNKNOWN

NOTHING_SENT = NUMBERS // 4
# An echo request over IPv4, from docs/SPEC.md 9.5.
REGULAR = bytes.fromhex(
    "020000000002020000000001080045000020300040004001f6da"
    "0a0000010a000002080019270007000170696e67"
)


def message(kind, payload=b"", acks=b"", ending=ENDS):
    return Frame(LINK, kind, payload, ending, acks)


def behind(link, cls, frame_of):
    """A frame with the number that is next, which is not used up by it."""
    return [frame_of(link.senders[cls].next)]


def ack(entry):
    return [message(ACK, acks=entry)]


def hello(nonce=None, payload=lambda fields: fields, **changes):
    """This session's HELLO with something in it changed."""

    def make(link):
        versions = changes.pop("versions", (1, 1))
        kept = {name: getattr(link.offer, name) for name in changes}
        for name, value in changes.items():
            setattr(link.offer, name, value)
        own = link.nonce if nonce is None else nonce(link)
        made = link.offer.hello(own, link.peer, False, versions)
        for name, value in kept.items():
            setattr(link.offer, name, value)
        return [message(HELLO, payload(made))]

    return make


def with_check(content, xor):
    return cobs_encode(content + (crc32c(content) ^ xor).to_bytes(4, "little"))


def cut_inside(content, trailer):
    """In a block that owes more than its trailer."""
    assert 0 not in content + trailer
    return bytes([len(content) + len(trailer) + 20]) + content + trailer


PING_NOW = b"\x02\x01tok!"  # a PING without a zero in it but for bits that are ignored

# (name, section, frames of a link, counter, how often)
COUNTED = [
    ("a wrong check", "2.4", lambda link: [with_check(b"\2\0tokn", 0x12345678)], "rx_bad_crc", 1),
    ("five bytes", "2", lambda link: [cobs_encode(b"\2\0tok")], "rx_bad_framing", 1),
    ("one byte", "2", lambda link: [b"\2x"], "rx_bad_framing", 1),
    ("longer than any frame", "2", lambda link: [encode(Frame(BULK, 0, bytes(4000)))], "rx_too_long", 1),
    ("a block without an end", "2.3", lambda link: [b"\x50abcdefgh"], "rx_bad_framing", 1),
    (
        "a cut frame whose check's bytes have bit 7 clear",
        "2.3",
        lambda link: [cut_inside(PING_NOW, bytes(b & 0x7F | 0x01 for b in cut_bytes(PING_NOW)))],
        "rx_bad_framing",
        1,
    ),
    ("a link message that was cut", "2.3", lambda link: [cut_inside(PING_NOW, cut_bytes(PING_NOW))], "rx_bad_field", 1),
    ("a link message that goes on", "2.4", lambda link: [message(PING, b"tokn", ending=GOES_ON)], "rx_bad_field", 1),
    ("a link message, packed", "2.4", lambda link: [message(PING, b"tokn", ending=PACKED)], "rx_bad_field", 1),
    (
        "a control message that goes on",
        "2.4",
        lambda link: behind(link, CONTROL, lambda n: Frame(CONTROL, n, b"\x20" * 32, GOES_ON)),
        "rx_bad_field",
        1,
    ),
    (
        "a control message, added",
        "2.4",
        lambda link: behind(link, CONTROL, lambda n: Frame(CONTROL, n, b"\x20abc", ADDED)),
        "rx_bad_field",
        1,
    ),
    ("no payload", "2.3", lambda link: behind(link, BULK, lambda n: Frame(BULK, n, b"", GOES_ON)), "rx_too_short", 1),
    (
        "cells beyond the window",
        "6",
        lambda link: behind(link, BULK, lambda n: Frame(BULK, n + link.theirs.windows[2], b"x" * 40)),
        "rx_beyond_credit",
        1,
    ),
    ("delivered what was never sent", "5", lambda link: ack(ack_entry(BULK, NOTHING_SENT, [])), "rx_bad_ack", 1),
    ("ranges of what was never sent", "5", lambda link: ack(ack_entry(BULK, 0, [(1, 200)])), "rx_bad_ack", 1),
    ("an acknowledgement of class 0", "5", lambda link: ack(ack_entry(LINK, 0, [])), "rx_bad_field", 1),
    ("an acknowledgement without its ranges", "5", lambda link: ack(b"\x63\0\0\1\1"), "rx_bad_field", 1),
    ("half an acknowledgement", "5", lambda link: ack(b"\x60\0"), "rx_bad_field", 1),
    ("another entry, which is not there", "5", lambda link: ack(ack_entry(BULK, 0, [], more=True)), "rx_bad_field", 1),
    ("ranges over 2048 cells", "5", lambda link: ack(ack_entry(BULK, 0, [(255, 255)] * 5)), "rx_bad_field", 1),
    (
        "once, though an entry before it is wrong as well",
        "5",
        lambda link: ack(ack_entry(BULK, NOTHING_SENT, [], more=True) + b"\x40"),
        "rx_bad_field",
        1,
    ),
    ("a PING with half a token", "7", lambda link: [message(PING, b"to")], "rx_bad_field", 1),
    ("an empty LOG", "7", lambda link: [message(LOG)], "rx_bad_field", 1),
    ("a LOG of 129 bytes", "7", lambda link: [message(LOG, b"x" * 129)], "rx_bad_field", 1),
    ("UNKNOWN", "7", lambda link: [message(UNKNOWN, b"\x21")], "rx_peer_unknown", 1),
    ("a HELLO without its end", "7.1", hello(payload=lambda made: made[:29]), "rx_bad_field", 1),
    ("a HELLO of nonce 0", "7.1", hello(nonce=lambda link: 0), "rx_bad_field", 1),
    ("its own HELLO", "7.1", hello(nonce=lambda link: link.peer), "peer_mismatches", 1),
    ("a HELLO of version 2", "7.1", hello(versions=(2, 2)), "peer_mismatches", 1),
    ("a HELLO of version 0", "7.1", hello(versions=(0, 0)), "peer_mismatches", 1),
    ("a HELLO that takes 63 bytes", "7.1", hello(most=63), "peer_mismatches", 1),
    ("a HELLO of a control window of 31", "6", hello(windows=(31, 128, 256)), "peer_mismatches", 1),
    ("a HELLO of a bulk window of 1025", "6", hello(windows=(64, 128, 1025)), "peer_mismatches", 1),
    ("a HELLO of a sparse window of 8", "6", hello(windows=(64, 8, 256)), "peer_mismatches", 1),
]

# (name, section, class, bytes as they are sent, ending, counter[, what our HELLO offers]): given to the class's
# sender, in the place of a packet; taken, and not delivered.
DROPPED = [
    ("a packet of 13 bytes", "1", BULK, b"\0" + bytes(13), ENDS, "rx_too_short"),
    ("a control message of 513 bytes", "8", CONTROL, b"\x20" * 513, ENDS, "rx_too_long"),
    ("a packet over the agreed maximum", "7.1", BULK, b"\0" + bytes(601), ENDS, "rx_too_long", {"most": 600}),
]

# The same; the program's state and ours differ for good, so the session ends.
ENDS_SESSION = [
    ("a reserved first octet", "9.2", BULK, b"\x05abcdef", ENDS, "rx_bad_packed"),
    ("a difference to an empty context", "9.2", SPARSE, b"\x20\x80ab", ENDS, "rx_bad_packed"),
    ("a context beyond the agreed number", "9.2", SPARSE, b"\x14" + REGULAR, ENDS, "rx_bad_packed", {"contexts": (4, 4)}),
    ("packed, which was not agreed", "10.1", BULK, b"\x50hello", PACKED, "rx_bad_packed", {"capabilities": 0}),
    ("added, which was not agreed", "10.1", BULK, bytes(64), ADDED, "rx_bad_packed", {"capabilities": 0}),
    ("headers that are not regular", "9.2", BULK, b"\x10" + bytes(60), ENDS, "rx_bad_packed"),
    ("a block with an offset beyond the history", "10.4", BULK, bytes.fromhex("106110001062"), PACKED, "rx_bad_packed"),
    ("a block of too few literals", "10.4", SPARSE, b"\x50hell", PACKED, "rx_bad_packed"),
    ("a block that makes too long a packet", "10.4", BULK, b"\x1fa\1\0" + b"\xff" * 7 + b"\0\x10b", PACKED, "rx_bad_packed"),
]

# (name, section, frames, counter): of a peer that is not the one of the session, which ends.
ANOTHER_PEER = [
    ("a HELLO out of range, of a new nonce", "7.1", hello(nonce=lambda link: link.nonce ^ 1, most=63), "peer_mismatches"),
]

# (name, section, frames): in order, though not usual.
SILENT = [
    ("empty frames", "2.1", lambda link: [b"", b"", b""]),
    ("an older acknowledgement", "5", lambda link: ack(ack_entry(BULK, NUMBERS - 1, []))),
    ("ignored bits of an acknowledgement", "5", lambda link: ack(b"\x70\0\0")),
    ("a HELLO with options that nobody knows", "7.1", hello(more=b"\x63\x03abc\x64\x00\x65\xff")),
    ("a LOG of 128 bytes", "7", lambda link: [message(LOG, b"x" * 128)]),
    ("a PING with more than its token", "7", lambda link: [longer_ping(link)]),
    ("bits of a type that are ignored", "7", lambda link: [longer_ping(link, PING | 0x1F00)]),
]

def longer_ping(link, kind=PING):
    token = b"long"
    link.pings.add(token)
    return message(kind, token + b"and more")
