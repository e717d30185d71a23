# SPDX-License-Identifier: GPL-2.0-only
"""
What script/bench measures: a table of cases, each a function of a link (bench_link.py)
that returns its values. 100 % of a line are baud / 10 bytes/s. What TCP is said to carry is
its payload, random bytes unless the case says otherwise, as the receiving program gets it.

Pings have 56 bytes, 84 as an IP packet. One each 100 ms is 1 % of a line of 921600 baud
and 7 % of one of 115200.
"""
import os
import random
import sys
import time
from collections import namedtuple

import lab
from bench_link import ADDRESS_B, in_ns, numbers, said
from flow import TICK
from lab import Trouble

PING_IP_BYTES = 84
PING_INTERVAL = 0.1
# An acknowledgement alone, on an idle line: delimiter, COBS code, header, one entry, check,
# delimiter (docs/SPEC.md 2, 3, 5).
ACK_BYTES = 12
FLOWS = 8
# Seconds: until they are measured, while they are, and of a fresh flow.
SETTLE, SHARING, FRESH = 5, 15, (5, 15)


# ---- one after the other ----


def idle(link, seconds):
    """The time of a ping, also in terms of what its own bytes take on the wire."""
    before = [link.lab.counters(name) for name in ("up", "device")]
    with link.on_one_cpu():
        times = link.ping(int(seconds * 20), 0.05)
    after = [link.lab.counters(name) for name in ("up", "device")]
    bytes_a_ping = sum(
        new["tx_bytes"] - old["tx_bytes"] - ACK_BYTES * (new["tx_acks"] - old["tx_acks"])
        for old, new in zip(before, after)
    ) / max(1, len(times))
    own_ms = 1000 * bytes_a_ping / link.line
    p50 = lab.percentile(times, 50)
    return {
        "ping_idle_p50": p50,
        "ping_idle_p99": lab.percentile(times, 99),
        "ping_idle_bytes": bytes_a_ping,
        "ping_idle_ratio": p50 / own_ms if times and own_ms else None,
    }


def one_way(link, seconds, to):
    """Percent of the line, from the first byte to the last of so many seconds' worth."""
    count, limit = int(seconds * link.line), 1.3 * seconds + 2
    sink = link.flow(to, "sink", 5201, count, limit)
    source = link.flow("a" if to == "b" else "b", "source", 5201, count)
    sink.wait(timeout=limit + 10)
    link.lab.stop(source)
    ((rate,),) = numbers(sink) or [[0]]  # nobody connected
    return 100 * rate / link.line


def up(link, seconds):
    return {"up": one_way(link, seconds, "b")}


def down(link, seconds):
    return {"down": one_way(link, seconds, "a")}


# ---- at once ----


def fill(link, to, port, flows):
    """TCP flows until the link rests; they tell how much has arrived."""
    link.flow(to, "drain", port)
    return link.flow("a" if to == "b" else "b", "fill", port, flows)


def arrived(filler, begin, end):
    """Bytes of each of its flows between two times."""
    ticks = [(at, counts) for at, *counts in numbers(filler)]
    before = max((tick for tick in ticks if tick[0] <= begin), default=None) or (ticks or [None])[0]
    after = max((tick for tick in ticks if tick[0] <= end), default=before)
    return [new - old for old, new in zip(before[1], after[1])] if before else []


def both(link, seconds):
    """Bulk both ways, and pings meanwhile."""
    fillers = {"up": fill(link, "b", 5201, 1), "down": fill(link, "a", 5202, 1)}
    ends = {"up": "up", "down": "device"}
    time.sleep(2)  # TCP begins with too much, which then has to be sent again
    before = {way: link.lab.counters(end) for way, end in ends.items()}
    begin = time.monotonic()
    pings = int(seconds / PING_INTERVAL)
    times = link.ping(pings, PING_INTERVAL)
    end = time.monotonic()
    after = {way: link.lab.counters(end) for way, end in ends.items()}
    capacity = (end - begin) * link.line
    found = {
        "ping_load_p50": lab.percentile(times, 50),
        "ping_load_p99": lab.percentile(times, 99),
        "ping_load_lost": 100 * (1 - len(times) / pings),
    }
    for way, filler in fillers.items():
        found[f"both_{way}"] = 100 * sum(arrived(filler, begin, end)) / capacity
        found[f"both_{way}_and_pings"] = found[f"both_{way}"] + 100 * len(times) * PING_IP_BYTES / capacity
        sent = after[way]["tx_bytes"] - before[way]["tx_bytes"]
        took = (after[way]["time_us"] - before[way]["time_us"]) / 1e6
        found[f"both_{way}_line"] = 100 * sent / took / link.line
    return found


def fairness(link, _seconds):
    """A ping beside bulk flows; the shares of these; and one that begins beside them."""
    filler = fill(link, "a", 5201, FLOWS)
    time.sleep(SETTLE)
    begin = time.monotonic()
    times = link.ping(int(SHARING / PING_INTERVAL), PING_INTERVAL)
    fresh = link.flow("b", "fill", 5201, 1)
    started = time.monotonic()
    time.sleep(max(FRESH) + 2 * TICK)
    counts = arrived(filler, begin, started)
    fair = max(1, sum(counts)) / FLOWS
    found = {
        "eight_ping_p50": lab.percentile(times, 50),
        "eight_ping_p99": lab.percentile(times, 99),
        "eight_least": 100 * min(counts, default=0) / fair,
        "eight_most": 100 * max(counts, default=0) / fair,
    }
    for window in FRESH:
        old, new = (sum(arrived(flows, started, started + window)) for flows in (filler, fresh))
        found[f"fresh_{window}s"] = 100 * new * (FLOWS + 1) / max(1, old + new)
    return found


# ---- datagrams ----


def only_line(flow):
    lines = numbers(flow)
    if len(lines) != 1:
        raise Trouble(lab.last_line(flow.log))
    return lines[0]


def udp_run(link, percent_of_line, seconds):
    """Packets sent, packets received, bytes/s of the latter."""
    sink = link.flow("b", "udp-sink", 5203)
    source = link.flow("a", "udp-source", 5203, percent_of_line / 100 * link.line, seconds)
    source.wait(timeout=seconds + 10)
    link.drain()
    link.rest()
    (sent,), (received, rate) = only_line(source), only_line(sink)
    return sent, received, rate


def udp(link, seconds):
    """Of an offer of 90 % of the line, what is lost; of 110 %, what is carried."""
    sent, received, _ = udp_run(link, 90, seconds / 2)
    _, _, rate = udp_run(link, 110, seconds / 2)
    return {"udp_loss": 100 * (1 - received / sent), "udp": 100 * rate / link.line}


# ---- the web ----


def source_text(_size):
    text = b""
    for folder in ("link", "compat", "sim", "host", "test/unit"):
        for where, folders, names in os.walk(os.path.join(lab.TOP, folder)):
            folders.sort()
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    with open(os.path.join(where, name), "rb") as file:
                        text += file.read()
    return text


def readings(_size):
    """JSON as an interface of sensors would answer, the same each time."""
    chance = random.Random(1)
    rows = []
    for number in range(8000):
        rows.append(
            f'{{"id":{number},"time":"2026-01-{1 + number // 1440 % 28:02}T{number // 60 % 24:02}:'
            f'{number % 60:02}:{chance.randrange(60):02}Z","sensor":"{chance.choice("abcdef")}{chance.randrange(40)}",'
            f'"temperature":{chance.gauss(21, 3):.2f},"humidity":{chance.gauss(50, 9):.1f},'
            f'"battery":{chance.randrange(2800, 3300)},"ok":{chance.choice(("true", "true", "true", "false"))}}}'
        )
    return ("[" + ",\n".join(rows) + "]\n").encode()


# Their content, and how much of it in terms of what the line carries: as much as a stack
# that compresses may get done, for a download that is cut off says less.
FILES = {"http_text": (source_text, 3), "http_json": (readings, 4), "http_random": (os.urandom, 1)}


def http(link, seconds):
    """Downloads by curl, of which each byte is compared."""
    folder = link.lab.path("web")
    os.makedirs(folder, exist_ok=True)
    server = [sys.executable, "-u", "-m", "http.server", "--directory", folder, "--bind", ADDRESS_B, "8080"]
    server = link.start(in_ns("b", server), f"web{time.monotonic_ns()}")
    link.lab.wait_for(lambda: said(server), "a web server", process=server)
    target = link.lab.path("download")
    found = {}
    for name, (content, times) in FILES.items():
        most = int(times * seconds * link.line)
        bytes_there = content(most)[:most]
        with open(os.path.join(folder, name), "wb") as file:
            file.write(bytes_there)
        curl = ["curl", "--silent", "--max-time", str(1.2 * seconds + 0.5)]
        curl += ["--output", target, "--write-out", "%{size_download} %{time_total}"]
        curl += [f"http://{ADDRESS_B}:8080/{name}"]
        size, took = map(float, link.lab.attempt(in_ns("a", curl), timeout=seconds + 60).stdout.split())
        if size:
            with open(target, "rb") as file:
                if file.read() != bytes_there[: int(size)]:
                    raise Trouble(f"{link.stack}: {name} came out damaged")
            os.unlink(target)
        found[name] = 100 * size / took / link.line if took else 0.0
        link.rest()
    return found


# ---- all of them ----

Case = namedtuple("Case", "measure seconds times more what")
# By name. Seconds are those at 921600 baud, of a full run; slower lines get more. So
# many times that and so many seconds more is what a case probably takes.
CASES = {
    "idle": Case(idle, 5, 1, 0.1, "ping on an idle line"),
    "up": Case(up, 10, 1.1, 0.3, "TCP from host to device"),
    "down": Case(down, 10, 1.1, 0.3, "TCP from device to host"),
    "both": Case(both, 10, 1, 2.8, "TCP both ways, and pings meanwhile"),
    "udp": Case(udp, 8, 1, 1.5, "UDP from host to device"),
    "http": Case(http, 5, 3.6, 2, "downloads of C source, of JSON, of random bytes"),
    # What a share is cannot be told in less.
    "fairness": Case(fairness, 0, 0, SETTLE + SHARING + FRESH[1] + 1, "ping beside 8 TCP flows, and a ninth"),
}
UNITS = {
    "ping_idle_p50": "ms",
    "ping_idle_p99": "ms",
    "ping_idle_bytes": "bytes on the line, both ways",
    "ping_idle_ratio": "times its bytes' own time",
    "up": "% of line",
    "down": "% of line",
    "both_up": "% of line",
    "both_down": "% of line",
    "both_up_and_pings": "% of line, TCP payload and the pings' IP packets",
    "both_down_and_pings": "% of line, TCP payload and the pings' IP packets",
    "both_up_line": "% of line, bytes that were sent",
    "both_down_line": "% of line, bytes that were sent",
    "ping_load_p50": "ms",
    "ping_load_p99": "ms",
    "ping_load_lost": "% of pings",
    "udp": "% of line, of 110 % offered",
    "udp_loss": "% of packets, at 90 % of the line",
    "http_text": "% of line",
    "http_json": "% of line",
    "http_random": "% of line",
    "eight_ping_p50": "ms",
    "eight_ping_p99": "ms",
    "eight_least": "% of a fair share",
    "eight_most": "% of a fair share",
    **{f"fresh_{window}s": "% of a fair share" for window in FRESH},
    "damaged": "packets",
}
