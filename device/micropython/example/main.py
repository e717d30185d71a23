# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""
A web server on the radio, in Python alone: one page, and what the board knows as JSON.

    pigtail cp device/micropython/example/main.py :main.py
    pigtail run - <<<'import machine; machine.reset()'
    curl http://ADDRESS/
"""
import asyncio
import gc
import json
import time

import network

PAGE = """\
<!doctype html><meta charset="utf-8"><title>pigtail</title>
<h1>MicroPython on a radio</h1>
<p>Up for {seconds} s, {free} bytes of heap are free. <a href="/state">As JSON</a>
"""


def state():
    lan = network.LAN()
    return {"seconds": time.ticks_ms() // 1000, "free": gc.mem_free(), "address": lan.ifconfig()[0]}


def answer(path):
    if path == "/":
        return "200 OK", "text/html", PAGE.format(**state())
    if path == "/state":
        return "200 OK", "application/json", json.dumps(state())
    return "404 Not Found", "text/plain", "There is / and /state.\n"


async def serve(reader, writer):
    try:
        request = (await asyncio.wait_for(reader.readline(), 5)).split()
        while (await asyncio.wait_for(reader.readline(), 5)).strip():
            pass
        status, kind, body = answer(request[1].decode()) if len(request) == 3 else (
            "400 Bad Request", "text/plain", "This is no request.\n")
        body = body.encode()
        writer.write("HTTP/1.0 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n".format(
            status, kind, len(body)).encode())
        writer.write(body)
        await writer.drain()
    except (OSError, asyncio.TimeoutError):
        pass
    finally:
        writer.close()
        await writer.wait_closed()


async def main():
    await asyncio.start_server(serve, "0.0.0.0", 80)
    while True:
        await asyncio.sleep(60)


asyncio.run(main())
