# SPDX-License-Identifier: GPL-2.0-only
"""
The demo: downloads through a simulated UART cable, by Pigtail and by others' framings.

    this machine                                 a namespace of its own
    web server on 127.0.0.1
         |
    pigtail device ... user,loopback=on          pigtail up ... tap, 10.0.2.15
         |   (the machine is 10.0.2.2)                |
         pty ------------- pigtail wire ------------- pty

Where there can be no namespace, or no tap in it, the upper end has a user-mode network
too, 10.0.3.0/24, and a forward of a port of this machine to 10.0.2.2 stands in for the
tap. There a ping is a small HTTP request on a connection that is kept.
"""
import functools
import hashlib
import http.client
import http.server
import os
import socket
import subprocess
import threading
import time

import demo_report
import lab
from lab import PIGTAIL, Trouble

BAUD = 921600
LINE = BAUD / 10  # bytes/s: 8 data bits, a start and a stop bit
SIZE = 420_000
STACKS = ("pigtail", "len16", "slip")
RATES = (0, 1e-5, 1e-4)
# A download that would be done in 5 s on a good line.
LIMIT = 20
LIMIT_NOISY = 7
SAID = {
    "pigtail": "this project",
    "len16": "the ESP32 QEMU tunnel's framing",
    "slip": "RFC 1055",
}


class Web:
    """A web server on this machine's loopback, serving files of random bytes."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def copyfile(self, source, outputfile):
            try:
                super().copyfile(source, outputfile)
            except OSError:
                pass  # whoever asked has gone

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *_):
            pass

    def __init__(self, folder):
        self.folder = folder
        os.mkdir(folder)
        handler = functools.partial(self.Handler, directory=folder)
        self.server = self.Server(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.put("small", b"!")

    def put(self, name, content):
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(content)
        return hashlib.sha256(content).hexdigest()


# ---- the upper end: where the link's user sits ----


class Namespace:
    """A network namespace; without root it is one of a user namespace."""

    def __init__(self, the_lab):
        self.lab = the_lab
        self.root = os.geteuid() == 0
        how = ["--net"] if self.root else ["--user", "--map-root-user", "--net"]
        self.words = "a network namespace" if self.root else "a user namespace, no root"
        self.mode = "namespace" if self.root else "user namespace"
        if the_lab.attempt(["unshare", *how, "true"]).returncode != 0:
            raise Trouble("namespaces are forbidden")
        tap = ["ip", "tuntap", "add", "dev", "trial", "mode", "tap"]
        if the_lab.attempt(["unshare", *how, *tap]).returncode != 0:
            raise Trouble("/dev/net/tun is missing or forbidden")
        self.holder = the_lab.start(["unshare", *how, "sleep", "infinity"], "namespace")
        self.enter = ["nsenter", "--target", str(self.holder.pid), "--net"]
        if not self.root:
            self.enter += ["--user", "--preserve-credentials"]
        mine = os.readlink("/proc/self/ns/net")
        the_lab.wait_for(
            lambda: os.readlink(f"/proc/{self.holder.pid}/ns/net") != mine
            and the_lab.attempt(self.inside(["ip", "link", "set", "lo", "up"])).returncode == 0,
            "a namespace",
            process=self.holder,
        )

    def inside(self, command):
        return [*self.enter, *command]

    def start_up(self, port, framing):
        return self.lab.start(
            self.inside(
                [PIGTAIL, "up", port, "tap:pigtail0", "--framing", framing]
                + ["--name", "up", "--ip", "10.0.2.15/24"]
            ),
            "up",
        )

    def url(self, web):
        return f"http://10.0.2.2:{web.port}"

    def answers(self, _):
        ping = ["ping", "-n", "-c", "1", "-W", "1", "-s", "16", "10.0.2.2"]
        return self.lab.attempt(self.inside(ping)).returncode == 0

    def ping(self, _, count):
        command = ["ping", "-n", "-c", str(count), "-i", "0.1", "-W", "1", "-s", "16", "10.0.2.2"]
        return lab.ping_times(self.lab.attempt(self.inside(command)).stdout)

    def ping_meanwhile(self, _):
        command = ["ping", "-n", "-i", "0.1", "-W", "5", "-s", "16", "10.0.2.2"]
        process = subprocess.Popen(
            self.inside(command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self.lab.environment,
        )
        self.lab.processes.append(process)

        def finish():
            process.terminate()
            text = process.communicate()[0]
            self.lab.stop(process)
            return lab.ping_times(text)

        return finish

    def damaged(self):
        with open(f"/proc/{self.holder.pid}/net/snmp") as snmp:
            return lab.damaged_packets(snmp.read())


class Forward:
    """A forwarded port of this machine; for where there is no namespace."""

    words = "forwarded ports, no namespace"
    mode = "forwarded ports"

    def __init__(self, the_lab, web):
        self.lab = the_lab
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.to = web.port

    def inside(self, command):
        return command

    def start_up(self, port, framing):
        net = f"user,net=10.0.3.0/24,hostfwd=tcp:127.0.0.1:{self.port}-10.0.2.2:{self.to}"
        return self.lab.start(
            [PIGTAIL, "up", port, net, "--framing", framing, "--name", "up"], "up"
        )

    def url(self, _):
        return f"http://127.0.0.1:{self.port}"

    def request(self, connection):
        began = time.monotonic()
        connection.request("HEAD", "/small")
        connection.getresponse().read()
        return (time.monotonic() - began) * 1000

    def connect(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def answers(self, _):
        try:
            self.request(self.connect())
            return True
        except (OSError, http.client.HTTPException):
            return False

    def ping(self, _, count):
        times = []
        try:
            connection = self.connect()
            self.request(connection)
            for _ in range(count):
                times.append(self.request(connection))
                time.sleep(0.1)
        except (OSError, http.client.HTTPException):
            pass
        return times

    def ping_meanwhile(self, web):
        times = []
        over = threading.Event()

        def work():
            while not over.is_set():
                times.extend(self.ping(web, 1))

        thread = threading.Thread(target=work, daemon=True)
        thread.start()

        def finish():
            over.set()
            thread.join(timeout=6)
            return times

        return finish

    def damaged(self):
        return None


# ---- one scene: a fresh wire, a link over it, a download ----


class Scene:
    def __init__(self, the_lab, upper, web, say):
        self.lab, self.upper, self.web, self.say = the_lab, upper, web, say

    def play(self, stack, ber, limit):
        """What was measured; see the keys below. A link that never comes up is Trouble."""
        found = {
            "ber": ber,
            "link_up_s": None,
            "ping_p50_ms": None,
            "bytes": 0,
            "seconds": None,
            "goodput_percent": 0.0,
            "complete": False,
            "intact": None,
            "ping_load_p50_ms": None,
            "ping_load_p99_ms": None,
            "damaged_packets": None,
        }
        started = []
        try:
            self.link(stack, ber, found, started)
            self.pings(found)
            self.download(stack, ber, limit, found)
        finally:
            self.lab.stop(*reversed(started))
        return found

    def link(self, stack, ber, found, started):
        radio, host = self.lab.path("radio"), self.lab.path("host")
        wire = [PIGTAIL, "wire", f"pty:{radio}", f"pty:{host}", "--baud", str(BAUD)]
        if ber:
            wire += ["--ber", str(ber), "--seed", "1"]
        wire = self.lab.start(wire, "wire")
        started.append(wire)
        self.lab.wait_for(
            lambda: os.path.exists(radio) and os.path.exists(host), "the wire", process=wire
        )
        began = time.monotonic()
        device = [PIGTAIL, "device", radio, "user,loopback=on", "--framing", stack, "--name", "device"]
        device = self.lab.start(device, "device")
        started.append(device)
        up = self.upper.start_up(host, stack)
        started.append(up)
        self.lab.wait_for(lambda: self.lab.is_up("up"), "the link", process=up)
        self.lab.wait_for(lambda: self.lab.is_up("device"), "the link", process=device)
        found["link_up_s"] = round(time.monotonic() - began, 3)
        self.say.line(f"  link up    {found['link_up_s']:.2f} s after both ends started")

    def pings(self, found):
        try:
            self.lab.wait_for(lambda: self.upper.answers(self.web), "the other end")
        except Trouble:
            self.say.line("  ping       " + self.say.bad("no answer"))
            return
        times = self.upper.ping(self.web, 5)
        if times:
            found["ping_p50_ms"] = round(lab.percentile(times, 50), 2)
            self.say.line(f"  ping       {found['ping_p50_ms']:.1f} ms")

    def download(self, stack, ber, limit, found):
        name = f"{stack}-{ber}"
        digest = self.web.put(name, os.urandom(SIZE))
        target = self.lab.path("download")
        damaged = self.upper.damaged()
        pings = self.upper.ping_meanwhile(self.web)
        curl = subprocess.Popen(
            self.upper.inside(
                ["curl", "--disable", "--silent", "--noproxy", "*", "--max-time", str(limit)]
                + ["--output", target, "--write-out", "%{time_starttransfer} %{time_total}"]
                + [f"{self.upper.url(self.web)}/{name}"]
            ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self.lab.environment,
        )
        self.lab.processes.append(curl)
        began = time.monotonic()
        while curl.poll() is None:
            time.sleep(0.1)
            size = os.path.getsize(target) if os.path.exists(target) else 0
            self.progress(size, time.monotonic() - began)
        times = [float(word) for word in curl.communicate()[0].split()]
        self.lab.processes.remove(curl)
        loaded = pings()
        content = b""
        if os.path.exists(target):
            with open(target, "rb") as file:
                content = file.read()
            os.unlink(target)
        seconds = max(times[1] - times[0], 0.001) if times[0] else times[1]
        found["bytes"] = len(content)
        found["seconds"] = round(seconds, 3)
        found["goodput_percent"] = round(100 * len(content) / seconds / LINE, 1)
        found["complete"] = curl.returncode == 0 and len(content) == SIZE
        if found["complete"]:
            found["intact"] = hashlib.sha256(content).hexdigest() == digest
        for key, percent in (("ping_load_p50_ms", 50), ("ping_load_p99_ms", 99)):
            value = lab.percentile(loaded, percent)
            found[key] = None if value is None else round(value, 1)
        if damaged is not None:
            found["damaged_packets"] = self.upper.damaged() - damaged
        self.result(found, limit)

    def progress(self, size, seconds):
        rate = size / seconds
        done = int(20 * size / SIZE)
        self.say.progress(
            f"  download   [{'#' * done}{'.' * (20 - done)}] {size / 1000:4.0f} kB, "
            f"{rate / 1000:5.1f} kB/s, {100 * rate / LINE:3.0f} % of the line"
        )

    def result(self, found, limit):
        say = self.say
        rate = found["bytes"] / found["seconds"] / 1000
        text = f"{rate:.1f} kB/s, {found['goodput_percent']:.0f} % of the line, "
        if found["intact"]:
            text += say.good("every byte right")
        elif found["complete"]:
            text += say.bad("but it is not the file that was sent")
        else:
            text += say.bad(f"gave up after {limit} s at {100 * found['bytes'] // SIZE} % of the file")
        say.line("  download   " + text)
        if found["damaged_packets"]:
            say.line(f"             {found['damaged_packets']} damaged packets came out of the link")
        if found["ping_load_p99_ms"] is not None:
            say.line(
                f"  meanwhile  ping p50 {found['ping_load_p50_ms']:.0f} ms, "
                f"p99 {found['ping_load_p99_ms']:.0f} ms"
            )


# ---- the whole ----


def good(run):
    return bool(run["complete"] and run["intact"] and run["ping_p50_ms"] is not None)


def closing_table(say, stacks):
    rows = [
        ("stack", "goodput", "BER 1e-5", "BER 1e-4", "damaged", "ping under load"),
        ("", "% of line", "% of line", "% of line", "packets", "p50 / p99, ms"),
    ]
    for stack in stacks:
        runs = stack["runs"]
        cells = [stack["name"]]
        for run in runs:
            mark = "" if run["complete"] and run["intact"] else " *"
            cells.append(f"{run['goodput_percent']:.1f}{mark}")
        damaged = [run["damaged_packets"] for run in runs if run["damaged_packets"] is not None]
        cells.append(str(sum(damaged)) if damaged else "-")
        clean = runs[0]
        if clean["ping_load_p99_ms"] is None:
            cells.append("-")
        else:
            cells.append(f"{clean['ping_load_p50_ms']:.0f} / {clean['ping_load_p99_ms']:.0f}")
        rows.append(tuple(cells))
    say.line()
    say.table(rows)
    if any("*" in cell for row in rows for cell in row):
        say.line("  * the download did not finish in time, or came out wrong")


def upper_end(the_lab, web, say, force_forward):
    if force_forward:
        return Forward(the_lab, web)
    try:
        return Namespace(the_lab)
    except (Trouble, OSError) as trouble:
        say.line(f"There can be no network interface of our own here: {trouble}.")
        say.line("So the link is used through a forwarded port of this machine.")
        say.line()
        return Forward(the_lab, web)


def run(options, say, report):
    the_lab = lab.Lab()
    web = Web(the_lab.path("web"))
    upper = upper_end(the_lab, web, say, options.no_namespace)
    report["mode"] = upper.mode
    say.line(say.bold(f"Pigtail: a network card over a {BAUD} baud wire"))
    say.line(f"It can carry {LINE / 1000:.1f} kB/s each way. A virtual radio at one end, at the")
    say.line(f"other a network interface ({upper.words}).")
    scene = Scene(the_lab, upper, web, say)
    stacks = {name: {"name": name, "runs": []} for name in STACKS}
    report["stacks"] = list(stacks.values())
    for ber in RATES:
        for name in STACKS:
            noise = f"one bit in {1 / ber:,.0f} flips" if ber else "a clean wire"
            say.line()
            say.line(say.bold(f"{name} ({SAID[name]}), {noise}"))
            limit = LIMIT if name == "pigtail" or not ber else LIMIT_NOISY
            stacks[name]["runs"].append(scene.play(name, ber, limit))
    closing_table(say, report["stacks"])
    report["ok"] = all(good(run) for run in stacks["pigtail"]["runs"])
    the_lab.close()


def main():
    demo_report.show(
        "demo",
        "Shows a network card over a simulated serial wire, and how others' framings do on "
        "the same wire. Needs no root.",
        run,
        {"baud": BAUD, "line_bytes_per_second": LINE, "file_bytes": SIZE, "stacks": []},
        lambda parser: parser.add_argument(
            "--no-namespace", action="store_true", help="do as where namespaces are forbidden"
        ),
    )


if __name__ == "__main__":
    main()
