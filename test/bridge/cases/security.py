# SPDX-License-Identifier: GPL-2.0-only
"""
Who may come in: TLS, passwords, certificates and armed ports, with openssl, avrdude and tio
at the other end. Wherever somebody is not let in, the UART must not have heard of it, nor he
of the UART: the target chatters all the time, and counts what it hears.
"""
import json
import os
import re
import select
import signal
import socket
import ssl
import subprocess
import threading
import time

from rig import free_port, wait_for

SECRET = "a secret of 18 chars"


def openssl(rig, *words):
    rig.must("openssl", *words)


def certificate(rig, name, issuer=None, days=30, subject=None):
    """NAME.crt and NAME.key; issuer's, or its own."""
    key, crt = rig.path(name + ".key"), rig.path(name + ".crt")
    openssl(rig, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
    os.chmod(key, 0o600)
    request = ["req", "-new", "-key", key, "-subj", f"/CN={subject or name}"]
    if not issuer:
        openssl(rig, *request, "-x509", "-days", days, "-out", crt, "-addext", "subjectAltName=DNS:localhost")
        return
    openssl(rig, *request, "-out", rig.path(name + ".csr"))
    rig.file("ca.cnf", f"[ca]\ndefault_ca=d\n[d]\ndatabase={rig.path('db')}\nserial={rig.path('serial')}\n"
             f"new_certs_dir={rig.folder}\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n".encode())
    rig.file("db", b"")
    rig.file("serial", b"%04x" % (hash(name) % 65536))
    until = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + days * 86400))
    openssl(rig, "ca", "-batch", "-config", rig.path("ca.cnf"), "-notext", "-cert", rig.path(issuer + ".crt"),
            "-keyfile", rig.path(issuer + ".key"), "-in", rig.path(name + ".csr"), "-out", crt,
            "-startdate", "20200101000000Z", "-enddate", until)


class World:
    """A bridge with TLS and a user mary, on a pty whose target chatters."""

    def __init__(self, rig, *options, services=("auto,tls",), host=""):
        rig.needs("openssl")
        self.rig = rig
        certificate(rig, "bridge", subject="localhost")
        rig.environment["PIGTAIL_BRIDGE_PASSWORD"] = SECRET
        rig.must(rig.pigtail, "passwd", "mary", "--users", rig.path("users"), "--iterations", 1000)
        self.ports = [free_port() for _ in services]
        listens = [w for p, s in zip(self.ports, services) for w in ("--listen", f"{host}{p},{s}")]
        # The kernel keeps a program's environment, and this is no program that wants it.
        rig.start("bridge", "env", "-u", "PIGTAIL_BRIDGE_PASSWORD", rig.pigtail, "bridge", f"pty:{rig.path('tty')}",
                  *listens, "--name", "bridge", "-v", "--tls",
                  f"{rig.path('bridge.crt')},{rig.path('bridge.key')}", "--users", rig.path("users"), *options)
        wait_for("the bridge", lambda: "its certificate is" in rig.log("bridge") or rig.running["bridge"].poll())
        assert rig.running["bridge"].poll() is None, rig.log("bridge")
        self.heard, self.stopped = b"", False
        self.tty = os.open(rig.path("tty"), os.O_RDWR | os.O_NOCTTY)
        subprocess.run(["stty", "-F", rig.path("tty"), "raw", "-echo"], check=True)
        self.thread = threading.Thread(target=self.chatter, daemon=True)
        self.thread.start()

    def chatter(self):
        os.set_blocking(self.tty, False)
        while not self.stopped:
            try:
                os.write(self.tty, b"UART speaks\r\n")
                self.heard += os.read(self.tty, 4096)
            except BlockingIOError:
                pass
            except OSError:  # the bridge is gone
                return
            time.sleep(0.01)

    def close(self):
        self.stopped = True
        self.thread.join()
        os.close(self.tty)

    def memory(self):
        with open(f"/proc/{self.rig.running['bridge'].pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s*(\d+)", status.read()).group(1))

    def fingerprint(self):
        return re.search(r"SHA256 ([0-9A-F:]{95})", self.rig.log("bridge")).group(1)


def tls(port, certificate=None, version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
    if certificate:
        context.load_cert_chain(*certificate)
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=10))


def read_until(client, what, seconds=10):
    got, end = b"", time.monotonic() + seconds
    while what not in got and time.monotonic() < end:
        try:
            data = client.recv(4096)
        except (TimeoutError, ssl.SSLError, ConnectionError):
            break
        if not data:
            break
        got += data
    return got


def log_in(port, name="mary", password=SECRET, **how):
    client = tls(port, **how)
    assert read_until(client, b"user: ") == b"user: "
    client.sendall(f"{name}\r\n".encode())
    assert b"password: " in read_until(client, b"password: ")
    client.sendall(f"{password}\r\n".encode())
    return client, read_until(client, b"\n")


def is_closed(client):
    """Nothing comes any more; what came."""
    client.settimeout(10)
    got = b""
    try:
        while data := client.recv(4096):
            got += data
    except (ConnectionError, ssl.SSLError):
        pass
    return got


# ---- logins ----


def case_a_login_and_then_the_uart(rig):
    world = World(rig)
    client, said = log_in(world.ports[0])
    assert said.startswith(b"ok\r\n"), said
    assert b"UART speaks" in read_until(client, b"UART speaks")
    client.sendall(b"hello")
    wait_for("the target hears it", lambda: b"hello" in world.heard)
    assert world.heard == b"hello", world.heard
    world.close()
    assert SECRET not in rig.log("bridge")


def case_who_says_no_more_hears_the_answer(rig):
    """As of a pipe: login and command at once, then the end of what it sends."""
    rig.needs("socat")
    world = World(rig)
    talk = subprocess.run(
        ["socat", "-t5", "-", f"OPENSSL:127.0.0.1:{world.ports[0]},verify=0"], timeout=30, check=True,
        input=f"mary\r\n{SECRET}\r\nhello".encode(), stdout=subprocess.PIPE,
    ).stdout  # fmt: skip
    assert b"ok\r\n" in talk and b"UART speaks" in talk.split(b"ok\r\n")[1], talk
    wait_for("the target hears it", lambda: world.heard == b"hello")
    world.close()


def case_wrong_passwords_are_told_nothing_and_have_to_wait(rig):
    world = World(rig)
    for name, password in (("mary", "wrong"), ("eve", SECRET), ("mary", "")):
        client, said = log_in(world.ports[0], name, password)
        assert said.startswith(b"wrong name or password\r\n"), said
        client.close()
    client, said = log_in(world.ports[0])
    assert re.match(rb"too many attempts; again in \d s\r\n", said), said
    client.close()
    time.sleep(2.1)  # that wait itself is what is tested
    client, said = log_in(world.ports[0])
    assert said.startswith(b"ok"), said
    world.close()
    assert world.heard == b"" and "mary: wrong name or password" in rig.log("bridge")


def case_telnet_within_tls(rig):
    world = World(rig, services=("rfc2217,tls",))
    client = tls(world.ports[0])
    client.sendall(b"\xff\xfb\x2c")
    assert read_until(client, b"user: ") == b"user: "
    client.sendall(b"mary\r\0")
    assert read_until(client, b"password: ") == b"\xff\xfb\x01password: "
    client.sendall(SECRET.encode() + b"\r\0")
    said = read_until(client, b"UART")
    assert b"ok\r\n" in said and b"\xff" in said, said
    client.sendall(b"\xff\xfa\x2c\x00\xff\xf0")  # the signature, please
    assert b"pigtail" in read_until(client, b"pigtail")
    world.close()


def case_what_is_no_login_gets_nothing(rig):
    """As nmap does: silence, other protocols, pieces of TLS, and a login that is left half."""
    world = World(rig)
    probes = [b"GET / HTTP/1.0\r\n\r\n", b"\r\n\r\n", b"\x16\x03\x01", b"\x16\x03\x01\x40\x00" + b"\x01" * 3000,
              b"\x80\x2e\x01\x00\x02", b"SSH-2.0-x\r\n", b"\xff\xfb\x2c\xff\xfd\x2c", os.urandom(5000), b"\x00" * 100]
    for probe in probes:
        with socket.create_connection(("127.0.0.1", world.ports[0]), timeout=10) as client:
            try:
                client.sendall(probe)
                client.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            got = is_closed(client)
            assert b"UART" not in got and len(got) < 100, (probe[:20], got)
    halves = [tls(world.ports[0]) for _ in range(8)]
    for client in halves:
        client.sendall(b"mary\r\n" + b"x" * 3000)
    with socket.create_connection(("127.0.0.1", world.ports[0]), timeout=10) as client:
        assert is_closed(client) == b""  # its address has its share already
    for client in halves:
        assert b"UART" not in read_until(client, b"UART", 0.2)
        client.close()
    wait_for("the places are free", lambda: rig.run(
        "openssl", "s_client", "-connect", f"127.0.0.1:{world.ports[0]}", "-brief")[1].count("TLSv1.2"))
    client, said = log_in(world.ports[0])
    assert said.startswith(b"ok"), said
    world.close()
    assert world.heard == b"" and rig.counters()["counters"]["connects"] == 1


def case_older_versions_are_refused(rig):
    world = World(rig)
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        try:
            tls(world.ports[0], version=version)
            raise AssertionError(f"{version} was taken")
        except (ssl.SSLError, ConnectionError):
            pass
    for options in (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], ["-tls1_2", "-cipher", "AES128-SHA:AES256-SHA256"],
                    ["-tls1_2", "-cipher", "NULL:@SECLEVEL=0"]):
        status, said = rig.run("openssl", "s_client", "-connect", f"127.0.0.1:{world.ports[0]}", *options)
        assert status != 0 and "user:" not in said, said
    assert tls(world.ports[0]).version() == "TLSv1.2"
    world.close()


def case_certificates_of_clients(rig):
    rig.needs("openssl")
    certificate(rig, "ca")
    certificate(rig, "other")
    certificate(rig, "anne", "ca")
    certificate(rig, "late", "ca", days=-1)
    certificate(rig, "eve", "other")
    world = World(rig, "--client-ca", rig.path("ca.crt"))

    def pair(name):
        return rig.path(name + ".crt"), rig.path(name + ".key")

    for name in ("late", "eve"):
        client = tls(world.ports[0], pair(name))
        assert is_closed(client) == b"", name
    assert read_until(tls(world.ports[0]), b"user: ") == b"user: "
    client = tls(world.ports[0], pair("anne"))
    assert read_until(client, b"UART speaks").startswith(b"UART")
    world.close()
    assert "anne has logged in" in rig.log("bridge") and "expired" in rig.log("bridge")


# ---- pigtail serial ----


def serial(rig, name, *words):
    return rig.start(name, rig.pigtail, "serial", *words)


def says(rig, name, what, ends=True):
    wait_for(f"{name} says {what}: {rig.log(name)}", lambda: what in rig.log(name))
    if ends:
        assert rig.running.pop(name).wait(10) == 1
        assert SECRET not in rig.log(name)


def case_pigtail_serial_knows_its_bridge(rig):
    world = World(rig)
    rig.environment["XDG_CONFIG_HOME"] = rig.path("config")
    at = [f"localhost:{world.ports[0]}", "--tls", "--user", "mary", "--pty", rig.path("near")]
    certificate(rig, "ca")
    serial(rig, "unknown", *at)
    says(rig, "unknown", "is not known here")
    serial(rig, "another", *at, "--pin", world.fingerprint()[:-2] + "..")
    says(rig, "another", "ANOTHER ONE")
    serial(rig, "unsigned", *at, "--ca", rig.path("ca.crt"))
    says(rig, "unsigned", "not correctly signed")
    rig.environment["PIGTAIL_BRIDGE_PASSWORD"] = "wrong"
    serial(rig, "wrong", *at, "--pin", world.fingerprint())
    says(rig, "wrong", "wrong name or password")
    assert world.heard == b""
    rig.environment["PIGTAIL_BRIDGE_PASSWORD"] = SECRET
    serial(rig, "right", *at, "--ca", rig.path("bridge.crt"))
    says(rig, "right", "connected: ok", ends=False)
    near = os.open(rig.path("near"), os.O_RDWR | os.O_NOCTTY)
    os.write(near, b"through TLS")
    wait_for("the target hears it", lambda: b"through TLS" in world.heard)
    got = b""
    while b"UART speaks" not in got:
        got += os.read(near, 4096)
    os.close(near)
    world.close()


def case_a_new_bridge_is_asked_about_once(rig):
    """At a terminal: yes, and from then on it is known; what is typed is no password."""
    world = World(rig)
    rig.environment["XDG_CONFIG_HOME"] = rig.path("config")
    words = [rig.pigtail, "serial", f"localhost:{world.ports[0]}", "--tls", "--user", "mary", "--pty", rig.path("near")]
    for answer, outcome in ((b"no\n", b"is not known here"), (b"yes\n", b"connected: ok"), (None, b"connected: ok")):
        pid, terminal = os.forkpty()
        if not pid:
            os.execvpe(words[0], words, rig.environment)
        said = bytearray()

        def says(what):
            if select.select([terminal], [], [], 0)[0]:
                said.extend(os.read(terminal, 4096))
            return what in said

        if answer:
            wait_for("the question", lambda: says(b"(yes or no): "))
            assert world.fingerprint().encode() in said, said
            os.write(terminal, answer)
        wait_for("what comes of it", lambda what=outcome: says(what))
        assert answer or b"(yes or no)" not in said, said
        if outcome.startswith(b"connected"):
            os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
        os.close(terminal)
    world.close()


def case_an_expired_bridge_and_one_without_tls(rig):
    certificate(rig, "ca")
    certificate(rig, "late", "ca", days=-1, subject="localhost")
    world = World(rig)
    port = free_port()
    rig.start("late", rig.pigtail, "bridge", "loop:", "--listen", f"{port},auto,tls", "--name", "late", "--users",
              rig.path("users"), "--tls", f"{rig.path('late.crt')},{rig.path('late.key')}")
    wait_for("the other bridge", lambda: "its certificate" in rig.log("late"))
    pin = re.search(r"SHA256 (\S+)", rig.log("late")).group(1)
    for name, options in (("by-pin", ["--pin", pin]), ("by-ca", ["--ca", rig.path("ca.crt")])):
        serial(rig, name, f"localhost:{port}", "--tls", "--user", "mary", "--pty", rig.path("near"), *options)
        says(rig, name, "expired")
    (plain,) = rig.bridge("loop:", services=("raw",), name="plain")
    serial(rig, "plain-one", f"localhost:{plain}", "--tls", "--user", "mary", "--pty", rig.path("near"), "--pin", pin)
    says(rig, "plain-one", "--plain is for servers without TLS")
    world.close()


SHADOW = 1 << 32  # from here on a mapping is a sanitizer's book of what is whose, and no memory


def holds(pid, secret):
    """Where it is in a process's memory, all of which root can read."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            part = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if not part:
                continue
            start, stop = (int(each, 16) for each in part.groups())
            if stop - start >= SHADOW:
                continue
            memory.seek(start)
            try:
                at = memory.read(stop - start).find(secret)
            except OSError:
                continue
            if at >= 0:
                return f"{line.strip()}: {start + at:#x}"
    return None


def case_secrets_are_in_no_core(rig):
    """Who was told that the password is right finds it nowhere any more."""
    web = free_port()
    world = World(rig, "--web", web)
    pid = rig.running["bridge"].pid
    with open(f"/proc/{pid}/environ", "rb") as environment:
        assert SECRET.encode() not in environment.read()
    client, _ = log_in(world.ports[0])
    assert not holds(pid, SECRET.encode()), holds(pid, SECRET.encode())
    page = tls(web)
    body = json.dumps({"user": "mary", "password": SECRET})
    page.sendall(f"POST /api/login HTTP/1.1\r\nHost: localhost:{web}\r\nX-Pigtail: 1\r\nContent-Type: "
                 f"application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    assert b" 200 " in read_until(page, b"\r\n\r\n")
    assert not holds(pid, SECRET.encode()), holds(pid, SECRET.encode())
    # Who may not be traced by its own user has no core either: its files are root's.
    assert os.stat(f"/proc/{pid}/maps").st_uid == 0
    with open(f"/proc/{pid}/cmdline", "rb") as line:
        assert SECRET.encode() not in line.read()
    page.close()
    client.close()
    world.close()


# ---- armed ports ----


def case_a_port_is_armed_for_one_address(rig):
    world = World(rig, services=("auto,tls", "raw,armed"))
    secure, armed = world.ports

    def probe(source="127.0.0.1"):
        with socket.socket() as client:
            client.settimeout(10)
            client.bind((source, 0))
            try:
                client.connect(("127.0.0.1", armed))
                return client.recv(100)
            except ConnectionError as why:
                return why.errno

    assert probe() == 111  # nobody listens
    said = rig.must(rig.pigtail, "serial", f"localhost:{secure}", "--tls", "--user", "mary", "--pin",
                    world.fingerprint(), "--arm", "127.0.0.2,1")
    assert "ok, armed for 127.0.0.2, 1 minute" in said, said
    assert probe("127.0.0.2").startswith(b"UART")
    assert probe("127.0.0.3") == 104  # reset, without a byte
    status = json.loads(rig.must(rig.pigtail, "status", "--json", "bridge"))
    assert status["armed"]["address"] == "127.0.0.2" and status["armed"]["seconds"] <= 60, status
    client = socket.socket()
    client.bind(("127.0.0.2", 0))
    client.connect(("127.0.0.1", armed))
    # Another arming ends the first, and its connections.
    client2, said = log_in(secure, "mary arm 127.0.0.3 5")
    assert said.startswith(b"ok, armed for 127.0.0.3"), said
    is_closed(client)
    assert probe("127.0.0.2") == 104 and probe("127.0.0.3").startswith(b"UART")
    client3, said = log_in(secure, "mary arm nowhere 5")
    assert b"is no address" in said, said
    for each in (client, client2, client3):
        each.close()
    world.close()


def case_nothing_is_opened_beyond_loopback_without_a_login(rig):
    for words in (["--listen", "0.0.0.0:2300"], ["--listen", "2300,raw,armed"], ["--listen", "2300,raw,tls"]):
        status, said = rig.run(rig.pigtail, "bridge", "loop:", "--name", "b", *words)
        assert status == 2 and "--users" in said and said.count("\n") == 1, said
    certificate(rig, "bridge")
    pair = f"{rig.path('bridge.crt')},{rig.path('bridge.key')}"
    os.chmod(rig.path("bridge.key"), 0o644)
    os.chmod(rig.file("p", b"x\n"), 0o600)
    rig.must(rig.pigtail, "passwd", "mary", "--users", rig.path("users"), "--password-file", rig.path("p"))
    for words, what in ((["--tls", pair], "--users FILE"), (["--users", "u"], "--tls CERT,KEY"),
                        (["--tls", pair, "--users", rig.path("users")], "chmod 600")):
        status, said = rig.run(rig.pigtail, "bridge", "loop:", "--name", "b", "--listen", "2300", *words)
        assert status and what in said, said
    os.chmod(rig.path("bridge.key"), 0o600)
    os.chmod(rig.path("users"), 0o640)
    status, said = rig.run(rig.pigtail, "bridge", "loop:", "--name", "b", "--tls", pair, "--users", rig.path("users"))
    assert status and "chmod 600" in said, said


# ---- many ----


def many(rig, connects):
    """Memory is flat: what a tenth needed, all need."""
    # A sanitizer keeps what was freed for a while, so that it is not used: here it may not.
    rig.environment["ASAN_OPTIONS"] = "quarantine_size_mb=0:thread_local_quarantine_size_kb=0"
    world = World(rig)
    port, before = world.ports[0], 0
    for number in range(connects):
        client = tls(port)
        if number % 20 == 0:
            client.sendall(b"nobody\r\n")
        client.close()
        if number == connects // 10:
            before = world.memory()
    wait_for("they are gone", lambda: rig.counters()["counters"]["connects"] == 0)
    after = world.memory()
    print(f"# VmRSS after {connects // 10}: {before} kB, after {connects}: {after} kB")
    assert after <= before + 1024, (before, after)
    client, said = log_in(port)
    assert said.startswith(b"ok"), said
    client.close()
    world.close()
    assert world.heard == b""


def case_300_connects_leave_nothing(rig):
    many(rig, 300)


def slow_10000_connects_leave_nothing(rig):
    many(rig, 10000)
