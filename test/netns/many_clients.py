#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Many TCP connections at once, and whether each byte of each comes as it left.

    many_clients.py serve ADDRESS PORT
    many_clients.py ask ADDRESS PORT COUNT SECONDS

A client sends a number of its own, and a request that follows from it; the server checks
the request, and answers with what follows from the number too. All COUNT clients connect
before the first of them is answered; those without an answer after SECONDS hang.
"""
import asyncio
import os
import random
import struct
import sys

REQUEST = 200
ANSWER = 600
BACKLOG = 1024


def follows(number, kind, size):
    return random.Random(f"{kind} {number}").randbytes(size)


async def serve(address, port):
    async def talk(reader, writer):
        try:
            head = await reader.readexactly(8)
            number = struct.unpack("!Q", head)[0]
            request = await reader.readexactly(REQUEST)
            right = request == follows(number, "request", REQUEST)
            writer.write(follows(number, "answer" if right else "complaint", ANSWER))
            await writer.drain()
            await reader.read()  # until the client closes
        except (OSError, asyncio.IncompleteReadError):
            pass
        writer.close()

    server = await asyncio.start_server(talk, address, port, backlog=BACKLOG)
    print("serving", flush=True)
    await server.serve_forever()


async def ask_one(address, port, number):
    reader, writer = await asyncio.open_connection(address, port)
    writer.write(struct.pack("!Q", number) + follows(number, "request", REQUEST))
    answer = await reader.readexactly(ANSWER)
    writer.close()
    return answer == follows(number, "answer", ANSWER)


async def ask(address, port, count, seconds):
    seed = int(os.environ.get("SEED") or random.SystemRandom().getrandbits(32))
    print(f"seed {seed}", flush=True)
    numbers = random.Random(seed).sample(range(1 << 40), count)
    tasks = [asyncio.create_task(ask_one(address, port, number)) for number in numbers]
    done, hanging = await asyncio.wait(tasks, timeout=seconds)
    broken = [task.exception() for task in done if task.exception()]
    right = sum(1 for task in done if not task.exception() and task.result())
    for task in hanging:
        task.cancel()
    print(
        f"{right} of {count} right, {len(done) - len(broken) - right} wrong, "
        f"{len(broken)} broken, {len(hanging)} hang {broken[:1]}"
    )
    return right == count


if sys.argv[1] == "serve":
    asyncio.run(serve(sys.argv[2], int(sys.argv[3])))
else:
    sys.exit(not asyncio.run(ask(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))))
