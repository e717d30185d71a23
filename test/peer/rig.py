# SPDX-License-Identifier: GPL-2.0-only
"""The peer and the program, joined: a loop, and what to wait for."""
import select
import time

from choices import Choices
from echo_service import Service
from link import Link, Offer
from pings import Echo
from program import Program

PATIENCE = 3  # of one whose cores are shared


class Rig:
    def __init__(self, binary, rnd, odd=False, role="device", wire=None, baud=3000000, net="user", **offer):
        self.rnd = rnd
        self.program = Program(binary, role, baud, wire, net)
        self.link = Link(Choices(rnd, odd), Offer(device=role == "up", **offer), baud, self.arrived)
        self.traffic = Echo(rnd, self.link)
        self.service = Service(rnd, self.link)
        self.wrong = self.link.wrong

    def arrived(self, packet):
        if not self.service.arrived(packet):
            self.traffic.arrived(packet)

    def turn(self, wait=0.001):
        ready, _, _ = select.select([self.program.socket], [], [], wait)
        if ready:
            data = self.program.socket.recv(65536)
            if not data:
                raise AssertionError(f"the program closed the port: {self.program.said()}")
            self.link.feed(data, time.monotonic())
        self.program.socket.sendall(self.link.pull(time.monotonic()))

    def until(self, condition, seconds, what):
        end = time.monotonic() + seconds * PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {what}; {dict(self.link.counts)}")
            self.turn()

    def rest(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.turn()

    def come_up(self):
        self.until(lambda: self.link.up, 10, "a session")
        # Our last HELLO can be lost: then it is up a little later.
        self.until(lambda: self.program.status()["state"] == "up", 5, "the program's session")

    def echoes(self, n, seconds, outstanding=24):
        """n packets there and back."""
        if not self.traffic.met:
            self.traffic.meet()
            self.until(lambda: not self.traffic.outstanding(), seconds, "replies to each address")
        end, goal = time.monotonic() + seconds, self.traffic.done + n
        while self.traffic.done < goal:
            left = goal - self.traffic.done - self.traffic.outstanding()
            for _ in range(min(left, outstanding - self.traffic.outstanding())):
                self.traffic.send()
            if time.monotonic() > end:
                raise AssertionError(f"{goal - self.traffic.done} of {n} echoes are missing; {self.state()}")
            self.turn()

    def state(self):
        dropped = {k: v for k, v in self.program.counters().items() if v and k.startswith(("drop", "rx_"))}
        return f"{dict(self.link.counts)}, program: {dropped}"

    def close(self):
        self.wrong += self.program.close()
