# SPDX-License-Identifier: GPL-2.0-only
"""
One class in one direction: sections 4, 5 and 6 of docs/SPEC.md. Everything is kept by the
cell, the unit of numbers; a frame takes a run of them.

A Sender numbers cells once and for all when they are first sent, and each sending gets a
stamp: the wire being first in, first out, an acknowledged stamp proves that all older ones
which are not acknowledged were lost. A cell that a time-out sends again keeps the older
stamp as its proof, since either copy may have arrived.
"""
import collections

from frame import CONTROL, ENDS, GOES_ON, NUMBERS, RANGES_MOST, Frame, ack_entry, cut, encode

CELL = 32
CUTS_MOST = 8
TIMER, TIMER_MOST = 0.2, 1.0
SMALL = 256  # bytes a frame of what timed out twice (section 5)


def ahead(begin, end):
    return (end - begin) % NUMBERS


class Cell:
    def __init__(self, data, ending):
        self.data, self.ending = data, ending
        self.stamp = self.proof = self.sent_at = 0
        self.lost = self.acked = False

    def stops(self):
        """Nothing can follow it in a frame."""
        return len(self.data) < CELL or self.ending != GOES_ON


def cells_of(payload, ending):
    parts = [payload[i : i + CELL] for i in range(0, len(payload), CELL)]
    return [Cell(part, GOES_ON) for part in parts[:-1]] + [Cell(parts[-1], ending)]


class Sender:
    """pack(packet) gives (bytes, ending) when its first byte is about to go; choices says
    how many bytes go in a frame, and when it is cut (choices.py)."""

    def __init__(self, cls, window, pack, choices, counts):
        self.cls, self.window, self.pack, self.choices, self.counts = cls, window, pack, choices, counts
        self.queue = collections.deque()  # packets that are not begun
        self.cells = collections.OrderedDict()  # by number, sent and not delivered
        self.delivered = self.next = 0
        self.rest, self.ending, self.cuts = b"", ENDS, 0  # of the packet that is being sent
        self.stamp, self.timer, self.timeouts = 0, TIMER, 0
        self.progress = 0.0

    def credit(self):
        return self.window - ahead(self.delivered, self.next)

    def idle(self):
        return not (self.queue or self.cells or self.rest)

    def waits(self):
        """For credit, or for the delivery of what has arrived: nothing is on its way."""
        return not self.idle() and not any(not cell.acked for cell in self.cells.values())

    # -- sending

    def frame(self, now, acks):
        """The next frame, encoded, or None. acks: a function that makes them if there is one."""
        lost = next((n for n, cell in self.cells.items() if cell.lost), None)
        if lost is not None:
            return self.again(now, lost, acks)
        if not self.rest and self.queue and self.credit() >= (16 if self.cls == CONTROL else 1):
            self.rest, self.ending = self.pack(self.queue.popleft())
            self.cuts = 0
        if not self.rest or self.credit() < 1:
            return None
        return self.fresh(now, acks)

    def again(self, now, number, acks):
        run, at = [], number
        most = NUMBERS if self.cls == CONTROL else self.choices.again_bytes(SMALL if self.timeouts > 1 else None)
        while at in self.cells and self.cells[at].lost and CELL * len(run) < most:
            run.append(self.cells[at])
            at = (at + 1) % NUMBERS
            if run[-1].stops():
                break
        self.counts["tx again"] += 1
        self.stamp += 1
        for cell in run:
            cell.stamp, cell.sent_at, cell.lost = self.stamp, now, False
            cell.proof = cell.proof if self.timeouts else cell.stamp
        payload = b"".join(cell.data for cell in run)
        return encode(Frame(self.cls, number, payload, run[-1].ending, acks()), self.choices.spare_code())

    def fresh(self, now, acks):
        whole = len(self.rest) if self.cls == CONTROL else self.choices.fresh_bytes(len(self.rest))
        payload = self.rest[: min(whole, CELL * self.credit())]
        if len(payload) < len(self.rest):
            payload = payload[: max(CELL, len(payload) // CELL * CELL)]
        ending = self.ending if len(payload) == len(self.rest) else GOES_ON
        frame = Frame(self.cls, self.next, payload, ending, acks())
        encoded = self.cut(frame) or encode(frame, self.choices.spare_code())
        self.rest = self.rest[len(frame.payload) :]
        self.stamp += 1
        if not self.cells:
            self.progress = now
        for cell in cells_of(frame.payload, frame.ending):
            cell.stamp = cell.proof = self.stamp
            cell.sent_at = now
            self.cells[self.next] = cell
            self.next = (self.next + 1) % NUMBERS
        return encoded

    def cut(self, frame):
        """2.3, by choice; shortens the frame's payload to what is sent of it."""
        if self.cls == CONTROL or self.cuts == CUTS_MOST or not self.choices.cut():
            return None
        done = cut(frame, self.choices.place(len(frame.payload)))
        if not done:
            return None
        encoded, sent = done
        frame.payload, frame.ending = frame.payload[:sent], GOES_ON
        self.cuts += sent % CELL != 0
        self.counts["tx cut"] += 1
        return encoded

    # -- acknowledgements

    def acked(self, delivered, ranges, now):
        step = ahead(self.delivered, delivered)
        if step >= NUMBERS // 2:
            return  # older than what is known
        if step + sum(map(sum, ranges)) > ahead(self.delivered, self.next):
            self.counts["rx ack of what was never sent"] += 1
            return
        proof, moved = 0, step > 0
        for _ in range(step):
            cell = self.cells.pop(self.delivered)
            proof = max(proof, 0 if cell.acked else cell.proof)
            self.delivered = (self.delivered + 1) % NUMBERS
        at = delivered
        for gap, run in ranges:
            at = (at + gap) % NUMBERS
            for _ in range(run):
                cell = self.cells[at]
                if not cell.acked:
                    proof, moved = max(proof, cell.proof), True
                    cell.acked, cell.lost = True, False
                at = (at + 1) % NUMBERS
        if moved:
            self.progress, self.timer, self.timeouts = now, TIMER, 0
        self.lose(lambda cell: cell.stamp < proof)

    def lose(self, which):
        for cell in self.cells.values():
            if not cell.acked and not cell.lost and which(cell):
                cell.lost = True

    def expire(self, now):
        """The newest is sent again, so that its acknowledgement says what else is lost; if
        that did not help, all."""
        flying = [cell for cell in self.cells.values() if not cell.acked and not cell.lost]
        if not flying or any(cell.lost for cell in self.cells.values()):
            return
        newest = max(cell.stamp for cell in flying)
        if now - max(cell.sent_at for cell in flying) < self.timer:
            return
        self.timeouts += 1
        self.timer = min(2 * self.timer, TIMER_MOST)
        self.counts["tx timeout"] += 1
        self.lose(lambda cell: cell.stamp == newest or self.timeouts > 1)


class Receiver:
    """take() puts payloads in order; packets() gives what is whole, and by that delivers it."""

    def __init__(self, cls, window, counts):
        self.cls, self.window, self.counts = cls, window, counts
        self.cells = {}  # by number, not delivered
        self.delivered = 0
        self.unsaid = 0  # cells since the last acknowledgement
        self.news = False
        self.urgent = False

    def take(self, frame):
        payload_cells = cells_of(frame.payload, frame.ending)
        offset = ahead(self.delivered, frame.number)
        behind = offset >= NUMBERS // 2
        if not behind and offset + len(payload_cells) > self.window:
            self.counts["rx beyond the window"] += 1
            return
        self.news = True
        top = max((ahead(self.delivered, number) for number in self.cells), default=-1)
        for i, cell in enumerate(payload_cells):
            number = (frame.number + i) % NUMBERS
            if ahead(self.delivered, number) >= NUMBERS // 2 or number in self.cells:
                self.counts["rx again"] += 1
                continue
            self.cells[number] = cell
            self.unsaid += 1
            self.urgent |= i == 0 and offset > top + 1
        self.urgent |= self.unsaid >= self.window // 4

    def packets(self):
        """Each as (bytes, ending); an off-grid division more than 8 times is an error."""
        while True:
            data, divided, at = [], 0, self.delivered
            while at in self.cells and self.cells[at].ending == GOES_ON:
                divided += len(self.cells[at].data) < CELL
                data.append(self.cells[at].data)
                at = (at + 1) % NUMBERS
            if at not in self.cells:
                return
            if divided > CUTS_MOST:
                self.counts["rx divided too often"] += 1
            ending = self.cells[at].ending
            data.append(self.cells[at].data)
            while ahead(self.delivered, at) < NUMBERS // 2:
                del self.cells[self.delivered]
                self.delivered = (self.delivered + 1) % NUMBERS
            self.news = True
            yield b"".join(data), ending

    def ack(self):
        ranges, offset = [], 0
        have = sorted(ahead(self.delivered, number) for number in self.cells)
        for place in have:
            gap = place - offset
            while gap > 255:
                ranges.append((255, 0))
                gap -= 255
            if ranges and gap == 0 and ranges[-1][1] < 255:
                ranges[-1] = (ranges[-1][0], ranges[-1][1] + 1)
            else:
                ranges.append((gap, 1))
            offset = place + 1
        self.news = self.urgent = False
        self.unsaid = 0
        return ack_entry(self.cls, self.delivered, ranges[:RANGES_MOST])
