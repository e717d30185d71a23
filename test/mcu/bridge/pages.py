# SPDX-License-Identifier: GPL-2.0-only
"""
The page of bridge.elf: a browser's user, `pigtail flash`, and those who mean harm.
"""
import base64
import hashlib
import http.client
import json
import os
import re
import ssl

from device import PASSWORD, Target, device
from rig import Skip, wait_for
from secure import SECURE, read_until, tls
from secure import log_in as log_in_at_console

BROWSE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../bridge/web/browse.py")
OURS = {"X-Pigtail": "1"}
RIGHT = {"user": "admin", "password": PASSWORD}


def case_a_browser_programs_an_arduino_through_the_chip(rig):
    if not os.path.exists("/usr/bin/chromedriver"):
        raise Skip("chromium-driver is not installed")
    pins = rig.avr()
    old, new = rig.sketch("old.hex", "old", gap=700), rig.sketch("blink.hex", "blinking", gap=700, padding=6000)
    rig.must(rig.pigtail, "flash", old, rig.path("avr"), "-t", "avr", "-p", pins)
    (port,) = device(rig, SECURE, "avr", "--pins", pins, ports=(443,))
    shots = os.environ.get("PIGTAIL_SHOTS")
    words = ["--board", rig.running["avr"].pid, *(["--shots", shots] if shots else [])]
    rig.must(
        *("/usr/bin/python3", BROWSE, f"https://localhost:{port}/", new, "blinking"),
        *("--user", "admin", "--password-file", rig.file("password", PASSWORD.encode() + b"\n"), *words),
        timeout=240,
    )


def case_pigtail_flash_by_the_chip(rig):
    pins = rig.avr()
    (port,) = device(rig, SECURE, "avr", "--pins", pins, ports=(443,))
    pin = re.search(r"fingerprint ([0-9A-F:]{95})", rig.log("device")).group(1)
    rig.environment["PIGTAIL_BRIDGE_PASSWORD"] = PASSWORD
    flash = (rig.pigtail, "flash", rig.sketch("far.hex", "far", padding=5000), f"localhost:{port}", "--user", "admin")
    got, said = rig.run(*flash, "--pin", pin, "--target", "stm32")
    assert got == 1 and "no boot loader answers" in said, said
    said = rig.must(*flash, "--pin", pin, "--json")
    outcome = json.loads(said[said.index("{") :])
    assert outcome["verified"] and outcome["bytes"] > 5000 and outcome["target"] == "avr", outcome


def send(port, session, data, target="avr", **words):
    """A file by the API; the last answer."""
    request = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "name": "a.hex", **words}
    said = control(port, session, "image.begin", **request)
    for at in range(0, len(data), said.get("result", {}).get("piece", 1)):
        piece = base64.b64encode(data[at : at + said["result"]["piece"]]).decode()
        wrote = control(port, session, "image.write", offset=at, data=piece)
        if "error" in wrote:
            return wrote["error"]["reason"]
    return control(port, session, "flash", target=target).get("error", {}).get("reason")


def control(port, session, request, **arguments):
    return ask(port, "POST", "/api/control", {"request": request, "arguments": arguments}, session)[2]


def slow_images_that_are_none_never_touch_the_target(rig):
    target = Target(rig)
    (port,) = device(rig, SECURE, "uart", ports=(443,))
    session = log_in(port)
    end = b":00000001FF\n"
    for data, why in (
        (b":0100000041BE\n:0100000041BF\n" + end, "a.hex:2: bad checksum"),
        (b":0100000041BE\n", "no end record"),
        (b":0100000041BE\n:0200010042" + b"4279\n:0100020041BC\n" + end, "given twice at 0x00000002"),
        (b"".join(b":01%04X0041%02X\n" % (2 * i, -(0x42 + 2 * i) & 255) for i in range(40)) + end, "too many runs"),
        (end, "no bytes for the target"),
    ):
        said = send(port, session, data)
        assert said and why in said, (data, said)
    assert "damaged" in send(port, session, b":0100000041BE\n" + end, sha256="0" * 64)
    assert "image.begin" in control(port, session, "flash", target="avr")["error"]["reason"]
    for name in ("stm32f103", "pic", 5):
        said = send(port, session, b":0100000041BE\n" + end, target=name)
        assert said and "must be said" in said, (name, said)
    assert "a piece" in control(port, session, "image.write", offset=0, data="A" * 500)["error"]["reason"]
    assert target.nothing()
    # One that is well, with its runs out of order: the target is asked, and doesn't answer.
    assert send(port, session, b":0100020041BC\n:0200000042427A\n" + end) is None
    assert target.hear(1)
    assert control(port, session, "flash")["error"]["reason"].startswith("an image is being written")
    assert control(port, session, "image.begin", size=1, sha256="0" * 64)["error"]["code"] == "failed"
    control(port, session, "flash.abort")
    wait_for("its end", lambda: control(port, session, "flash.state")["result"]["state"] == "failed")
    assert control(port, session, "flash.state")["result"]["error"] == "aborted"
    target.close()


# ---- who may ----


def ask(port, method, path, body=None, headers=None):
    """Status, headers, and the JSON or bytes of an answer."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    one = http.client.HTTPSConnection("localhost", port, timeout=20, context=context)
    one.request(method, path, json.dumps(body) if body is not None else None, headers or {})
    answer = one.getresponse()
    text = answer.read()
    one.close()
    is_json = answer.getheader("Content-Type") == "application/json"
    return answer.status, answer.headers, json.loads(text) if is_json else text


def log_in(port):
    """The headers of who has logged in."""
    status, headers, said = ask(port, "POST", "/api/login", RIGHT, OURS)
    assert status == 200, said
    cookie = headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Strict", "Secure")), cookie
    return {**OURS, "Cookie": cookie.split(";")[0]}


UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def case_strangers_and_other_sites_get_nothing(rig):
    target = Target(rig)
    (port,) = device(rig, SECURE, "uart", ports=(443,))
    status = {"request": "status"}
    assert ask(port, "GET", "/api/session")[2] == {"login": True}
    for cookie in ("", "pigtail=", "pigtail=" + 32 * "0", "x" * 300):
        assert ask(port, "POST", "/api/control", status, {**OURS, "Cookie": cookie})[0] in (401, 431)
    assert ask(port, "GET", "/api/socket", headers=UPGRADE)[0] == 401
    assert ask(port, "POST", "/api/login", RIGHT)[0] == 403  # a form of another site could send that
    session = log_in(port)
    for cookie, expected in ((f"x{session['Cookie']}", 401), (f"xpigtail=0; {session['Cookie']}", 200)):
        assert ask(port, "POST", "/api/control", status, {**OURS, "Cookie": cookie})[0] == expected, cookie
    here = f"localhost:{port}"
    for headers, expected in (
        ({}, 200),
        ({"Origin": f"https://{here}", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": f"http://{here}"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ):
        assert ask(port, "POST", "/api/control", status, {**session, **headers})[0] == expected, headers
    assert ask(port, "GET", "/api/socket", headers={**session, **UPGRADE, "Origin": "https://evil.example"})[0] == 403
    assert ask(port, "GET", "/api/socket", headers={**session, **UPGRADE, "Sec-WebSocket-Version": "12"})[0] == 426
    _, headers, _ = ask(port, "GET", "/")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert ask(port, "GET", "/", headers={"If-None-Match": headers["ETag"]})[0] == 304
    assert ask(port, "POST", "/api/logout", {}, session)[0] == 200
    assert ask(port, "POST", "/api/control", status, session)[0] == 401
    for _ in range(3):
        assert ask(port, "POST", "/api/login", {**RIGHT, "password": "guess"}, OURS)[0] == 401
    said = ask(port, "POST", "/api/login", RIGHT, OURS)[2]
    assert "too many" in said["error"]["reason"], said
    assert target.nothing()
    target.close()


def slow_requests_that_are_none(rig):
    target = Target(rig)
    (port,) = device(rig, SECURE, "uart", ports=(443,))
    host = b"Host: localhost\r\n"
    for data, status in (
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n" + host + b"\r\n", 505),
        (b"GET / HTTP/1.1\r\n" + host + host + b"\r\n", 431),
        (b"GET /" + 300 * b"a" + b" HTTP/1.1\r\n" + host + b"\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + host + b"X: " + 5000 * b"a", 431),
        (b"POST /api/control HTTP/1.1\r\n" + host + b"Content-Length: 9999999999\r\n\r\n", 413),
        (b"POST /api/login HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n", 400),
        (b"GET /../etc/passwd HTTP/1.1\r\nConnection: close\r\n" + host + b"\r\n", 404),
        (b"DELETE / HTTP/1.1\r\nConnection: close\r\n" + host + b"\r\n", 405),
    ):
        client = tls(port)
        for at in range(0, len(data), 1000):  # a record for the chip is short
            client.sendall(data[at : at + 1000])
        got = client.recv(4096)
        assert got.startswith(b"HTTP/1.1 %d " % status), (data[:60], got[:200])
        client.close()
    session = log_in(port)
    for body in ("[1]", {"request": 5}, {"request": "set", "arguments": {"baud": 5}}, {"arguments": {"request": "set"}}):
        status, _, said = ask(port, "POST", "/api/control", body, session)
        assert status == 400 or "error" in said, (body, said)
    assert ask(port, "POST", "/api/control", "x" * 700, session)[0] == 413
    target.close()


# ---- the WebSocket ----


def frame(opcode, data, mask=b"\1\2\3\4", head=None):
    size = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return (head or bytes([0x80 | opcode])) + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(data))


def open_socket(port, session):
    client = tls(port)
    head = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "localhost", **session, **UPGRADE}.items())
    client.sendall(f"GET /api/socket HTTP/1.1\r\n{head}\r\n".encode())
    # The example of RFC 6455.
    assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in read_until(client, b"\r\n\r\n")
    return client


def rest(client):
    got = b""
    try:
        while data := client.recv(4096):
            got += data
    except (ConnectionError, ssl.SSLError):
        pass
    client.close()
    return got


def case_a_websocket_and_what_is_none(rig):
    target = Target(rig)
    (port,) = device(rig, SECURE, "uart", ports=(443,))
    session = log_in(port)
    client = open_socket(port, session)
    client.sendall(frame(2, b"to the ") + frame(9, b"ping") + frame(2, b"UART"))
    read_until(client, b"\x8a\x04ping")
    assert target.hear(11) == b"to the UART"
    target.say(b"from the UART")
    read_until(client, b"\x82")
    client.sendall(frame(1, b'{"id":7,"request":"stats"}', head=b"\x01")[:9])
    client.sendall(frame(1, b'{"id":7,"request":"stats"}', head=b"\x01")[9:] + frame(0, b""))
    assert b'"id":7,' in read_until(client, b"programmers")
    client.sendall(frame(1, b"no JSON") + frame(8, b"\x03\xe8"))
    got = rest(client)
    assert b"bad-request" in got and got.endswith(b"\x88\x02\x03\xe8"), got
    for data, code in (
        (b"\x82\x05hello", 1002),  # not masked
        (frame(3, b""), 1002),  # no such message
        (frame(9, b"x" * 100, head=b"\x09"), 1002),  # a ping in pieces
        (b"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\2\3\4", 1009),  # endless
        (frame(1, b"x" * 700), 1009),  # too large a request
    ):
        client = open_socket(port, session)
        client.sendall(data)
        assert rest(client).endswith(b"\x88\x02" + code.to_bytes(2, "big")), data[:20]
    # Who logs out takes the consoles along.
    client = open_socket(port, session)
    assert ask(port, "POST", "/api/logout", {}, session)[0] == 200
    target.say(b"!")
    assert rest(client).endswith(b"\x88\x02\x03\xe9")
    target.close()


def has_ended(one):
    """Whether the other side has closed it; it has nothing more to say else."""
    one.settimeout(0.5)
    try:
        return one.recv(1) == b""
    except TimeoutError:
        return False
    except (ConnectionError, ssl.SSLError):
        return True


def slow_pages_are_bounded(rig):
    """Four places, whoever has them; who says nothing gives up its own."""
    target = Target(rig)
    (port,) = device(rig, SECURE, "uart", ports=(443,))
    session = log_in(port)
    consoles = []
    try:
        for _ in range(6):
            consoles.append(open_socket(port, session))
    except (ConnectionError, ssl.SSLError, AssertionError):
        pass
    assert 2 <= len(consoles) <= 4, len(consoles)
    for one in consoles:
        one.sendall(frame(2, b"me too"))
        assert target.hear(6) == b"me too"
    consoles.pop().close()

    def is_free():
        try:
            return ask(port, "GET", "/api/session")[0] == 200
        except (ConnectionError, ssl.SSLError):
            return False

    for one in consoles:
        one.close()
    wait_for("a place", is_free)
    # Those that only wait for a request make room: all twelve stay, and the oldest are ended.
    idle = []
    for _ in range(12):
        idle.append(tls(port))
        idle[-1].sendall(b"GET /api/session HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"login" in read_until(idle[-1], b"}")
    open_still = [one for one in idle if not has_ended(one)]
    assert 1 <= len(open_still) <= 4 and open_still == idle[-len(open_still) :], len(open_still)
    target.close()


def say(page, request, **arguments):
    """Asks by a WebSocket; the answer."""
    page.sendall(frame(1, json.dumps({"id": 1, "request": request, "arguments": arguments}).encode()))
    got = b""
    while b'"id":1,' not in got or not got.endswith(b"}"):
        data = page.recv(4096)
        assert data, got
        got += data
    return got


def case_connections_that_asked_for_nothing_make_room_for_an_image(rig):
    """A browser opens more than it uses; its user's upload doesn't wait until these are old."""
    target = Target(rig)
    port, secure = device(rig, SECURE, "uart", ports=(443, 992))
    console = log_in_at_console(secure)
    page = open_socket(port, log_in(port))
    spare = []

    def open_spare():
        try:
            for _ in range(2):
                spare.append(tls(port))
        except (ConnectionError, ssl.SSLError):
            pass  # there is no memory for one more

    data = b":0100000041BE\n:00000001FF\n"
    for request, arguments in (
        ("image.begin", {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "name": "a.hex"}),
        ("image.write", {"offset": 0, "data": base64.b64encode(data).decode()}),
        ("flash", {"target": "avr"}),
    ):
        open_spare()
        said = say(page, request, **arguments)
        assert b"error" not in said, (request, said)
    assert spare
    assert target.hear(1)
    console.sendall(b"still here")
    for one in (*spare, page, console):
        one.close()
    target.close()
