# SPDX-License-Identifier: GPL-2.0-only
"""The web port: a browser's user, and those who mean harm."""
import base64
import http.client
import http.server
import json
import os
import select
import signal
import socket
import ssl
import threading
import time

from relay import Relay
from rig import Client, Skip, free_port, wait_for
from security import holds

BROWSE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "web", "browse.py")
OURS = {"X-Pigtail": "1"}


def web(rig, *words, port="loop:"):
    number = free_port()
    rig.bridge(port, "--web", number, *words)
    wait_for("the web port", lambda: rig.is_open("bridge", number))
    return number


def ask(number, method, path, body=None, headers=None):
    """Status, headers, and the JSON or bytes of an answer."""
    one = http.client.HTTPConnection("localhost", number, timeout=10)
    one.request(method, path, body, headers or {})
    answer = one.getresponse()
    text = answer.read()
    one.close()
    is_json = answer.getheader("Content-Type") == "application/json"
    return answer.status, answer.headers, json.loads(text) if is_json else text


def control(number, request, headers=None, **arguments):
    body = json.dumps({"request": request, "arguments": arguments})
    return ask(number, "POST", "/api/control", body, OURS if headers is None else headers)


class Raw:
    """Bytes as they are."""

    def __init__(self, number):
        self.socket = socket.create_connection(("localhost", number), timeout=15)

    def say(self, data):
        self.socket.sendall(data)

    def rest(self):
        """All until the other side ends."""
        got = b""
        try:
            while data := self.socket.recv(65536):
                got += data
        except ConnectionResetError:
            pass
        self.socket.close()
        return got


PASSWORD = "correct horse battery"


def access(rig):
    """A certificate, and the user ann; words for the bridge, and the certificate's fingerprint."""
    rig.needs("openssl")
    rig.must(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"),
        *("-subj", "/CN=bridge", "-addext", "subjectAltName=DNS:localhost"),
        *("-keyout", rig.path("key.pem"), "-out", rig.path("cert.pem")),
    )
    os.chmod(rig.path("key.pem"), 0o600)
    os.chmod(rig.file("password", PASSWORD.encode() + b"\n"), 0o600)
    users = rig.path("users")
    rig.must(rig.pigtail, "passwd", "--users", users, "-p", rig.path("password"), "--iterations", 20000, "ann")
    said = rig.must("openssl", "x509", "-in", rig.path("cert.pem"), "-noout", "-fingerprint", "-sha256")
    return ("--tls", f"{rig.path('cert.pem')},{rig.path('key.pem')}", "--users", users), said.split("=")[1].strip()


def ask_tls(number, method, path, body=None, headers=None):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    one = http.client.HTTPSConnection("localhost", number, timeout=10, context=context)
    one.request(method, path, json.dumps(body) if body else None, headers or {})
    answer = one.getresponse()
    text = answer.read()
    one.close()
    return answer.status, answer.headers, json.loads(text)


def case_a_browser_programs_an_arduino(rig):
    if not os.path.exists("/usr/bin/chromedriver"):
        raise Skip("chromium-driver is not installed")
    pins = rig.avr()
    old, new = rig.sketch("old.hex", "old", gap=700), rig.sketch("blink.hex", "blinking", gap=700, padding=6000)
    rig.must(rig.pigtail, "flash", old, rig.path("avr"), "-t", "avr", "-p", pins)
    words, _ = access(rig)
    number = web(rig, "--pins", pins, "--target", "avr", *words, port=rig.path("avr"))
    shots = os.environ.get("PIGTAIL_SHOTS")
    words = ["--board", rig.running["avr"].pid, *(["--shots", shots] if shots else [])]
    rig.must(
        *("/usr/bin/python3", BROWSE, f"https://localhost:{number}/", new, "blinking"),
        *("--user", "ann", "--password-file", rig.path("password"), *words),
        timeout=180,
    )


# ---- who may ----


def case_other_sites_get_nothing(rig):
    number = web(rig)
    for headers, status in (
        ({"Host": "evil.example"}, 421),
        ({"Host": f"evil.example:{number}"}, 421),
        ({"Host": f"127.0.0.1:{number}"}, 200),
        ({"Host": f"[::1]:{number}"}, 200),
    ):
        assert ask(number, "GET", "/", headers=headers)[0] == status, headers
    here = f"localhost:{number}"
    for headers, status in (
        ({}, 403),
        ({"Content-Type": "text/plain"}, 403),
        ({**OURS, "Origin": "http://evil.example"}, 403),
        ({**OURS, "Origin": "null"}, 403),
        ({**OURS, "Origin": f"https://{here}"}, 403),
        ({**OURS, "Sec-Fetch-Site": "cross-site"}, 403),
        ({**OURS, "Sec-Fetch-Site": "same-site"}, 403),
        ({**OURS, "Origin": f"http://{here}", "Sec-Fetch-Site": "same-origin"}, 200),
        (OURS, 200),
    ):
        assert control(number, "status", headers)[0] == status, headers
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    }
    assert ask(number, "GET", "/api/socket", headers={**upgrade, "Origin": "http://evil.example"})[0] == 403
    assert ask(number, "GET", "/api/socket", headers={**upgrade, "Sec-WebSocket-Version": "12"})[0] == 426
    status, headers, _ = ask(number, "GET", "/")
    policy = headers["Content-Security-Policy"]
    assert status == 200 and "script-src 'self';" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy and headers["X-Content-Type-Options"] == "nosniff"


def case_a_login(rig):
    words, _ = access(rig)
    number = web(rig, *words)
    status = {"request": "status"}
    right = {"user": "ann", "password": PASSWORD}
    assert ask_tls(number, "GET", "/api/session")[2] == {"login": True}
    for cookie in ("", "pigtail=", "pigtail=" + 64 * "0", "pigtail=" + 64 * "\0"):
        assert ask_tls(number, "POST", "/api/control", status, {**OURS, "Cookie": cookie})[0] in (400, 401)
    assert ask_tls(number, "GET", "/api/socket", headers={"Upgrade": "websocket", "Connection": "Upgrade"})[0] == 401
    assert ask_tls(number, "POST", "/api/login", right)[0] == 403  # a form of another site could send that
    answer, headers, _ = ask_tls(number, "POST", "/api/login", right, OURS)
    cookie = headers["Set-Cookie"]
    assert answer == 200 and all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Secure")), cookie
    session = {**OURS, "Cookie": cookie.split(";")[0]}
    for more, status_of_it in ((f"x{session['Cookie']}", 401), (f"xpigtail=0; {session['Cookie']}", 200)):
        assert ask_tls(number, "POST", "/api/control", status, {**OURS, "Cookie": more})[0] == status_of_it, more
    assert ask_tls(number, "GET", "/api/session", headers=session)[2] == {"login": True, "user": "ann"}
    assert ask_tls(number, "POST", "/api/control", status, session)[2]["result"]["state"] == "up"
    assert ask_tls(number, "POST", "/api/logout", {}, session)[0] == 200
    assert ask_tls(number, "POST", "/api/control", status, session)[0] == 401
    # Guessing: a few, then not even the right one, for a while.
    for _ in range(4):
        answer, _, said = ask_tls(number, "POST", "/api/login", {**right, "password": "guess"}, OURS)
        assert answer == 401, said
    answer, _, said = ask_tls(number, "POST", "/api/login", right, OURS)
    assert answer == 401 and "too many" in said["error"]["reason"], said
    assert PASSWORD not in rig.log("bridge") and "guess" not in rig.log("bridge")
    # Plain HTTP gets nothing there.
    raw = Raw(number)
    raw.say(b"GET /api/session HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b"login" not in raw.rest()


def case_flash_by_the_web_port(rig):
    pins = rig.avr()
    words, fingerprint = access(rig)
    number = web(rig, "--pins", pins, "--target", "avr", *words, port=rig.path("avr"))
    image = rig.sketch("far.hex", "far away", padding=5000)
    place = f"localhost:{number}"
    flash = (rig.pigtail, "flash", image, place)
    ann = ("--user", "ann", "--password-file", rig.path("password"))
    for more, status, why in (
        ((), 2, "not known here"),
                (("--pin", fingerprint.replace("A", "B").replace("1", "2"), *ann), 2, "ANOTHER ONE"),
        (("--ca", "/etc/ssl/certs/ca-certificates.crt", *ann), 1, ""),
        (("--pin", fingerprint, "--user", "bob", "--password-file", rig.path("password")), 1, "localhost: "),
        (("--pins", "reset=dtr"), 2, "--pins"),
    ):
        got, said = rig.run(*flash, *more)
        assert got == status and why in said, (more, got, said)
    assert "active" not in rig.log("bridge")
    said = rig.must(*flash, "--pin", fingerprint.lower(), *ann, "--json")
    outcome = json.loads(said[said.index("{") :])
    assert outcome["verified"] and outcome["bytes"] > 5000 and outcome["target"] == "avr", outcome
    said = rig.must(*flash, "--ca", rig.path("cert.pem"), *ann)
    assert "written and verified" in said and "verify: ATmega328P" in said, said


def case_flash_keeps_no_password_that_it_has_said(rig):
    words, fingerprint = access(rig)
    number = web(rig, "--pins", rig.avr(), "--target", "avr", *words, port=rig.path("avr"))
    image = rig.sketch("large.hex", "large", padding=20000)
    flash = rig.start(
        "flash", rig.pigtail, "flash", image, f"localhost:{number}", "--pin", fingerprint, "--user", "ann",
        "--password-file", rig.path("password"),
    )  # fmt: skip
    wait_for("its work", lambda: "write" in rig.log("flash"))
    with open(rig.path("password"), "rb") as file:
        secret = file.read().strip()
    found = holds(flash.pid, secret)
    assert flash.poll() is None and len(secret) > 8 and not found, found
    rig.finish("flash", signal.SIGINT)


def case_an_lpc_by_the_web_port(rig):
    pins = rig.rom("lpc")
    number = web(rig, "--pins", pins, port=rig.path("chip"))
    image = rig.file("image.bin", os.urandom(3000))
    said = rig.must(rig.pigtail, "flash", image, f"http://127.0.0.1:{number}", "-t", "lpc")
    assert "written and verified" in said, said


class Breaking:
    """A way to a port on which the first connections break, each after so many bytes to it."""

    def __init__(self, to, after):
        self.to, self.after = to, list(after)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            near, _ = self.listener.accept()
            left = self.after.pop(0) if self.after else 1 << 30
            with near, socket.create_connection(("127.0.0.1", self.to)) as far:
                while left > 0:
                    ready, _, _ = select.select([near, far], [], [])
                    data = ready[0].recv(4096)
                    if not data:
                        break
                    (far if ready[0] is near else near).sendall(data)
                    left -= len(data) if ready[0] is near else 0


def case_flash_goes_on_after_connections_that_broke(rig):
    pins = rig.avr()
    number = web(rig, "--pins", pins, "--target", "avr", port=rig.path("avr"))
    way = Breaking(number, (3000, 9000, 20000))
    said = rig.must(rig.pigtail, "flash", rig.sketch("far.hex", "far", padding=9000), f"http://127.0.0.1:{way.port}")
    assert "written and verified" in said and way.after == [], said


def slow_flash_from_far_away(rig):
    """300 ms each way, five times, with TLS and a login."""
    pins = rig.avr()
    words, fingerprint = access(rig)
    number = web(rig, "--pins", pins, "--target", "avr", *words, port=rig.path("avr"))
    ann = ("--user", "ann", "--password-file", rig.path("password"), "--pin", fingerprint)
    images = [rig.sketch(f"{name}.hex", name, padding=4000) for name in ("even", "odd")]
    for i in range(5):
        begin = time.monotonic()
        with Relay(number, 300) as far:
            assert "verified" in rig.must(rig.pigtail, "flash", images[i % 2], f"127.0.0.1:{far.port}", *ann)
        print(f"# {time.monotonic() - begin:.1f} s")


def slow_flash_by_the_web_port_ten_times(rig):
    """With a console that listens all the time, two images in turn."""
    pins = rig.avr()
    words, fingerprint = access(rig)
    images = [rig.sketch(f"{name}.hex", name, padding=4000) for name in ("even", "odd")]
    number, plain = free_port(), free_port()
    rig.start(
        *("bridge", rig.pigtail, "bridge", rig.path("avr"), "--listen", f"{plain},raw", "--web", number),
        *("--pins", pins, "--target", "avr", "--name", "bridge", *words),
    )
    wait_for("the bridge", lambda: rig.is_open("bridge", number))
    console = Client(plain)
    ann = ("--user", "ann", "--password-file", rig.path("password"), "--pin", fingerprint)
    for i in range(10):
        assert "verified" in rig.must(rig.pigtail, "flash", images[i % 2], f"localhost:{number}", *ann)
        console.read()
        console.got = b""
        console.wait(b"odd" if i % 2 else b"even")


def case_flash_says_what_is_wrong_far_away(rig):
    pins = rig.avr()
    number = web(rig, "--pins", pins, port=rig.path("avr"))
    place = f"http://localhost:{number}"
    image = rig.sketch("small.hex", "small")
    big = rig.file("big.bin", os.urandom(40000))
    for words, status, why in (
        ((image, place), 1, "what the target is must be said"),
        ((big, place, "-t", "avr"), 1, "does not fit the chip's flash"),
        ((image, "http://localhost:1"), 1, "is it a bridge with --web?"),
        ((image, "http://192.0.2.1"), 2, "leave http:// out"),
        ((rig.file("bad.hex", b":00\n"), place), 1, "bad.hex:1: "),
    ):
        got, said = rig.run(rig.pigtail, "flash", *words)
        assert got == status and why in said, (words, got, said)
    rig.start("flash", rig.pigtail, "flash", rig.sketch("large.hex", "large", padding=25000), place, "-t", "avr")
    wait_for("its work", lambda: "write" in rig.log("flash"))
    assert rig.finish("flash") == 1
    assert "aborted" in rig.log("flash"), rig.log("flash")


class TakesNothing(http.server.BaseHTTPRequestHandler):
    """A bridge that has as much of a file as it had before, always."""

    protocol_version = "HTTP/1.1"

    def answer(self, what):
        text = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        self.answer({"login": False})

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer({"result": {"have": 1200}})

    def log_message(self, *_):
        pass


def case_flash_gives_up_a_bridge_that_takes_nothing(rig):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), TakesNothing) as bridge:
        bridge.daemon_threads = True
        threading.Thread(target=bridge.serve_forever, daemon=True).start()
        place = f"http://127.0.0.1:{bridge.server_address[1]}"
        status, said = rig.run(rig.pigtail, "flash", rig.file("image.bin", bytes(9000)), place, "-t", "avr")
        bridge.shutdown()
    assert status == 1 and "takes no more than 1200 of 9000 bytes" in said, said


def case_beyond_loopback_is_refused_without_a_login(rig):
    status, said = rig.run(
        rig.pigtail, "bridge", "loop:", "--listen", free_port(), "--web", f"0.0.0.0:{free_port()}", "--name", "b"
    )
    assert status != 0 and "give --tls" in said, said


def case_a_port_that_is_taken_is_told_as_the_option_that_it_is(rig):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for words, example in ((["--web", port], "--web 8080"), ([], "--listen 2300,auto")):
            listen = free_port() if words else port
            status, said = rig.run(rig.pigtail, "bridge", "loop:", "--listen", listen, *words, "--name", "b")
            assert status == 1 and f"another program has it; choose another one, as in {example}\n" in said, said


# ---- what it is asked ----


def case_requests_of_the_control_socket_by_http(rig):
    number = web(rig)
    assert control(number, "status")[2]["result"]["port"]["baud"] == 115200
    assert control(number, "set", baud=9600, format="7E1")[2]["result"]["port"]["format"] == "7E1"
    assert control(number, "set", format="9X9")[2]["error"]["code"] == "bad-argument"
    assert control(number, "no-such")[2]["error"]["code"] == "unknown-request"
    assert control(number, "subscribe", event="stats")[0] == 400
    assert ask(number, "POST", "/api/control", "[1]", OURS)[0] == 400
    assert ask(number, "POST", "/api/control", "{", OURS)[0] == 400
    assert ask(number, "GET", "/api/control")[0] == 405
    assert ask(number, "POST", "/api/control", b"x" * 2049, OURS)[0] == 413
    # On one connection, the next request already sent with the one before it.
    raw = Raw(number)
    body = b'{"request":"stats"}'
    one = b"POST /api/control HTTP/1.1\r\nHost: localhost\r\nX-Pigtail: 1\r\nContent-Length: %d\r\n" % len(body)
    raw.say(2 * (one + b"\r\n" + body) + one + b"Connection: close\r\n\r\n" + body)
    assert raw.rest().count(b'"counters"') == 3


def case_http_that_is_no_http(rig):
    number = web(rig)
    host = b"Host: localhost\r\n"
    for data, status in (
        (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n" + host + b"\r\n", 505),
        (b"GET / HTTP/1.1\r\n" + host + host + b"\r\n", 400),
        (b"GET /" + 300 * b"a" + b" HTTP/1.1\r\n" + host + b"\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + host + b"X: " + 9000 * b"a", 431),
        (b"GET / HTTP/1.1\r\n" + host + b"Cookie: " + 600 * b"a" + b"\r\n\r\n", 431),
        (b"POST /api/control HTTP/1.1\r\n" + host + b"Content-Length: 9999999999\r\n\r\n", 413),
        (b"POST /api/control HTTP/1.1\r\n" + host + b"Content-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc", 400),
        (b"POST / HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n" + 40 * b"64\r\n" + 100 * b"a", 400),
        (b"GET /../../etc/passwd HTTP/1.1\r\nConnection: close\r\n" + host + b"\r\n", 404),
        (b"GET /%2e%2e/etc/passwd HTTP/1.1\r\nConnection: close\r\n" + host + b"\r\n", 404),
        (b"GET /console.js%00.html HTTP/1.1\r\nConnection: close\r\n" + host + b"\r\n", 404),
        (b"DELETE / HTTP/1.1\r\nConnection: close\r\n" + host + b"\r\n", 405),
    ):
        raw = Raw(number)
        raw.say(data)
        if status < 404:  # byte by byte as well
            slow = Raw(number)
            try:
                for i in range(len(data)):
                    slow.say(data[i : i + 1])
            except (BrokenPipeError, ConnectionResetError):
                pass  # it was told before its end
            slow.socket.close()
        got = raw.rest()
        assert got.startswith(b"HTTP/1.1 %d " % status) and b"root:" not in got, (data[:60], got[:200])
    assert ask(number, "GET", "/")[0] == 200


def slow_many_who_say_nothing_harm_nobody(rig):
    """A place is taken for 10 s at most by who says nothing, or says it slowly."""
    number = web(rig)
    silent = [Raw(number) for _ in range(30)]
    slow = [Raw(number) for _ in range(20)]
    for one in slow:
        one.say(b"GET / HTTP/1.1\r\nHost: local")
    begin = time.monotonic()
    assert ask(number, "GET", "/")[0] == 200
    assert time.monotonic() - begin < 5
    for one in slow:
        assert one.rest().startswith(b"HTTP/1.1 408 ")
    for one in silent:
        assert one.rest() == b""
    assert ask(number, "GET", "/")[0] == 200


# ---- the WebSocket ----


def frame(opcode, data, mask=b"\1\2\3\4", head=None):
    size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return (head or bytes([0x80 | opcode])) + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data))


def open_socket(number):
    raw = Raw(number)
    raw.say(
        b"GET /api/socket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    head = b""
    while b"\r\n\r\n" not in head:
        head += raw.socket.recv(1)
    assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head, head  # the example of RFC 6455
    return raw


def case_websockets_that_speak_nonsense(rig):
    number = web(rig)
    for data in (
        b"\x82\x05hello",  # not masked
        frame(1, b"\xff\xfe"),  # no UTF-8
        frame(3, b""),  # no such message
        frame(9, b"x" * 125, head=b"\x09"),  # a ping in pieces
        frame(2, b"x", head=b"\xc2"),  # of an extension that was never agreed on
        b"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\2\3\4",  # endless
        frame(2, b"x" * 9000),  # too large
        b"\x88\x81\1\2\3\4x",  # a close of one byte
        os.urandom(200),
    ):
        raw = open_socket(number)
        raw.say(data)
        raw.socket.shutdown(socket.SHUT_WR)
        raw.rest()
    wait_for("they are gone", lambda: control(number, "status")[2]["result"]["clients"] == [], 1)
    raw = open_socket(number)
    raw.say(frame(1, b"no JSON") + frame(1, b"{}\n{}\n") + frame(2, b"over") + frame(9, b"ping"))
    got = b""
    while b"over" not in got or b"ping" not in got:
        got += raw.socket.recv(4096)
    assert got.count(b"bad-request") == 4, got
    raw.say(frame(8, b"\x03\xe8"))
    assert b"\x88\x02\x03\xe8" in raw.rest()


def case_a_page_that_takes_nothing_loses_alone(rig):
    number = web(rig, "--history", "16")
    lazy = open_socket(number)
    busy = open_socket(number)
    busy.socket.setblocking(False)
    sent = got = 0
    control(number, "set", baud=4000000)
    while got < 2000000:
        try:
            if sent < got + 20000:
                busy.say(frame(2, b"x" * 100))
                sent += 100
        except BlockingIOError:
            pass
        try:
            got += busy.socket.recv(65536).count(b"x")
        except BlockingIOError:
            pass
    clients = control(number, "status")[2]["result"]["clients"]
    assert [one["lost"] > 0 for one in clients] == [True, False], clients
    lazy.socket.close()
    busy.socket.close()
    wait_for("both are gone", lambda: control(number, "status")[2]["result"]["clients"] == [])


def case_a_thousand_visits_leave_nothing(rig):
    number = web(rig)

    def held():
        pid = rig.running["bridge"].pid
        return len(os.listdir(f"/proc/{pid}/fd"))

    Client(number).close()
    control(number, "status")
    wait_for("they go", lambda: held() < 40)
    before = held()
    for i in range(250):
        for one in (Raw(number), Raw(number), Raw(number), open_socket(number)):
            if i % 2:
                one.say(b"GET / HTTP/1.1\r\n")
            one.socket.close()
    wait_for("they go", lambda: held() <= before)
