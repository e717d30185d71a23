# SPDX-License-Identifier: GPL-2.0-only
"""
A way through the network that takes its time: what comes on one side leaves on the other
MS milliseconds later, in both directions, connections, ends and resets too. For machines
whose kernel has no netem, and to change the delay of one connection alone.

    with Relay(port, ms) as far: connect to 127.0.0.1:far.port

What ends is closed with the relay at the latest; ends may come late.
"""
import asyncio
import contextlib
import socket
import struct
import threading

RESET = object()
END = object()


class Relay:
    def __init__(self, to, ms, connected=None, end_ms=0, pauses=None):
        """
        connected() is called with each connection that has got through; an end takes end_ms more,
        and each piece what pauses(up) says, in ms, up being to the server; those behind it wait for it.
        """
        self.to, self.delay, self.end_delay, self.connected = to, ms / 1000, end_ms / 1000, connected
        self.pauses = pauses or (lambda up: 0)
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        self.ready.wait()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    def run(self):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self.serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()
        self.loop.run_until_complete(self.end(server))
        self.loop.close()

    async def end(self, server):
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def serve(self, reader, writer):
        with contextlib.suppress(asyncio.CancelledError):
            await self.relay(reader, writer)

    async def relay(self, reader, writer):
        await asyncio.sleep(self.delay)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            reset(writer)
            return
        if self.connected:
            self.connected()
        try:
            await asyncio.gather(self.carry(reader, far_writer, True), self.carry(far_reader, writer, False))
        finally:
            for each in (writer, far_writer):
                each.close()

    async def carry(self, reader, writer, up):
        """A queue in between, as what is on its way doesn't hinder what follows."""
        way = asyncio.Queue()
        delivery = asyncio.ensure_future(self.deliver(way, writer))
        what = None
        while what not in (END, RESET):
            try:
                what = await reader.read(65536) or END
            except ConnectionError:
                what = RESET
            more = self.end_delay if what in (END, RESET) else self.pauses(up) / 1000
            way.put_nowait((self.loop.time() + self.delay + more, what))
        await delivery

    async def deliver(self, way, writer):
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            due, what = await way.get()
            await asyncio.sleep(due - self.loop.time())
            with contextlib.suppress(ConnectionError):
                if what is RESET:
                    reset(writer)
                elif what is END:
                    writer.write_eof()
                elif not writer.is_closing():
                    writer.write(what)
                    await writer.drain()
                    continue
            if what in (END, RESET):
                return


def reset(writer):
    """By an RST, which an ordinary close is not."""
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
