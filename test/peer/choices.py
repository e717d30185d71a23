# SPDX-License-Identifier: GPL-2.0-only
"""
What docs/SPEC.md leaves to a sender, decided by a seeded generator: a plain sender takes
the usual way, an odd one every way that is allowed.
"""


class Choices:
    def __init__(self, rnd, odd=False):
        self.rnd, self.odd = rnd, odd

    def chance(self, p):
        return self.odd and self.rnd.random() < p

    def fresh_bytes(self, n):
        """Payload of a packet's next frame, of n bytes that are left; whole cells if fewer."""
        return min(n, self.rnd.choice((32, 64, 256, 2048, 2048))) if self.odd else n

    def again_bytes(self, most):
        most = most or 2048
        return self.rnd.choice((32, 128, most)) if self.odd else most

    def cut(self):
        return self.chance(0.15)

    def place(self, n):
        """Where a frame is cut, in bytes on the wire."""
        return self.rnd.randrange(2, n + 16)

    def spare_code(self):
        return self.chance(0.2)
