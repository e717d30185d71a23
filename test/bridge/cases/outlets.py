# SPDX-License-Identifier: GPL-2.0-only
"""
Where else a bridge is heard of, with Debian's own programs at the other end: rsyslogd,
mosquitto, and avahi-daemon on a message bus of its own.
"""
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time

from rig import TARGETS, Client, free_port, wait_for
from security import certificate

HERE = os.path.dirname(TARGETS)
LINE = r'^<14>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z \S+ pigtail \d+ bridge - '


def speak(rig, *lines):
    with open(rig.path("tty"), "wb", buffering=0) as tty:
        subprocess.run(["stty", "-F", rig.path("tty"), "raw", "-echo"], check=True)
        for line in lines:
            tty.write(line)


def syslog(rig, kind):
    rig.needs("rsyslogd")
    port = free_port()
    rig.file("rsyslog.conf", f"""
module(load="im{kind}")
template(name="raw" type="string" string="%rawmsg%\\n")
template(name="fields" type="string" string="%app-name%|%msgid%|%syslogpriority-text%|%msg%\\n")
input(type="im{kind}" port="{port}" {'address="127.0.0.1"'})
action(type="omfile" file="{rig.path('raw')}" template="raw")
action(type="omfile" file="{rig.path('fields')}" template="fields")
""".encode())
    start = lambda: rig.start("rsyslogd", "rsyslogd", "-n", "-f", rig.path("rsyslog.conf"), "-i", rig.path("pid"))  # noqa: E731
    start()
    rig.bridge(f"pty:{rig.path('tty')}", "--syslog", f"{kind}:127.0.0.1:{port}", services=("auto",))

    def arrives(what):
        wait_for(f"{what!r} in rsyslog", lambda: what in text(rig, "fields"))

    wait_for("rsyslogd", lambda: reach(kind, port))
    return start, arrives


def text(rig, name):
    try:
        with open(rig.path(name), encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def reach(kind, port):
    """Whether something is bound to it, by the kernel's table; the bridge has it as its peer."""
    with open(f"/proc/net/{kind}", encoding="ascii") as table:
        return any(line.split()[1].endswith(f":{port:04X}") for line in table)


def case_syslog_by_udp(rig):
    _, arrives = syslog(rig, "udp")
    speak(rig, b"hello\r\nbell\x07 and 100 %n %s\n", b"x" * 700 + b"\n", b"prompt> ")
    arrives("pigtail|bridge|info|hello\n")
    arrives("|bell. and 100 %n %s\n")
    arrives("|" + "x" * 480 + "\n")
    arrives("|" + "x" * 220 + "\n")
    arrives("|prompt> \n")
    for line in text(rig, "raw").splitlines():
        assert re.match(LINE, line), line


def case_syslog_by_udp_that_nobody_hears(rig):
    """It is said, once."""
    (port,) = rig.bridge(f"pty:{rig.path('tty')}", "--syslog", f"127.0.0.1:{free_port()}", services=("raw",))
    console = Client(port)
    speak(rig, b"one\n", b"two\n", b"three\n")
    wait_for("word of it", lambda: "nothing listens on udp:127.0.0.1:" in rig.log("bridge"))
    speak(rig, b"four\n", b"five\n")
    console.wait(b"five")
    assert rig.log("bridge").count("nothing listens") == 1


def case_syslog_by_tcp_whose_server_comes_again(rig):
    start, arrives = syslog(rig, "tcp")
    speak(rig, b"before\n")
    arrives("|before\n")
    rig.finish("rsyslogd")
    wait_for("the bridge sees it", lambda: "lost tcp:" in rig.log("bridge"))
    speak(rig, b"between\n")
    start()
    arrives("|between\n")
    speak(rig, *[b"line %d\n" % i for i in range(200)])
    arrives("|line 199\n")
    said = [line for line in text(rig, "fields").splitlines() if "|line " in line]
    assert len(said) == 200, len(said)


def case_mqtt(rig):
    rig.needs("mosquitto", "mosquitto_sub", "mosquitto_passwd")
    port = free_port()
    rig.must("mosquitto_passwd", "-b", "-c", rig.path("passwords"), "anne", "her secret")
    os.chmod(rig.path("passwords"), 0o644)
    rig.file("mosquitto.conf", f"listener {port} 127.0.0.1\npassword_file {rig.path('passwords')}\nuser root\n".encode())
    os.chmod(rig.file("secret", b"her secret\n"), 0o600)
    broker = ["mosquitto", "-c", rig.path("mosquitto.conf")]
    rig.start("mosquitto", *broker)
    rig.bridge(f"pty:{rig.path('tty')}", "--mqtt", f"mqtt://anne@127.0.0.1:{port}/lab/uart", "--mqtt-password",
               rig.path("secret"), services=("auto",))
    wait_for("the broker", lambda: "takes lines" in rig.log("bridge"))

    def listen(name):
        rig.start(name, "stdbuf", "-o0", "mosquitto_sub", "-p", port, "-u", "anne", "-P", "her secret", "-t", "lab/#", "-v", "-d")
        wait_for("the subscription", lambda: "Subscribed" in rig.log(name))

    listen("sub")
    speak(rig, b"21.5 C\r\n", b"22.0 C\r\n")
    wait_for("the messages", lambda: all(f"lab/uart {t} C" in rig.log("sub") for t in ("21.5", "22.0")))
    rig.finish("sub")
    rig.finish("mosquitto")
    wait_for("the bridge sees it", lambda: "lost 127.0.0.1" in rig.log("bridge"))
    speak(rig, b"nobody hears this\n")
    rig.start("mosquitto", *broker)
    wait_for("it is there again", lambda: "1 lines were lost" in rig.log("bridge"), 30)
    listen("again")
    speak(rig, b"back\n")
    wait_for("the message", lambda: "lab/uart back" in rig.log("again"))
    assert "her secret" not in rig.log("bridge")


def begin_broker(rig):
    rig.start("mosquitto", "mosquitto", "-c", rig.path("mosquitto.conf"))


def secure_broker(rig, begin=begin_broker):
    """Its port."""
    rig.needs("mosquitto", "mosquitto_sub", "mosquitto_passwd", "openssl")
    certificate(rig, "broker", subject="localhost")
    port = free_port()
    rig.must("mosquitto_passwd", "-b", "-c", rig.path("passwords"), "anne", "her secret")
    rig.file("mosquitto.conf", f"listener {port} 127.0.0.1\npassword_file {rig.path('passwords')}\nuser root\n"
             f"certfile {rig.path('broker.crt')}\nkeyfile {rig.path('broker.key')}\n".encode())
    os.chmod(rig.file("secret", b"her secret\n"), 0o600)
    begin(rig)
    return port


def case_mqtts(rig):
    """By TLS, and only to the broker that is meant."""
    port = secure_broker(rig)
    certificate(rig, "other", subject="localhost")
    for name, host, ca in (("stranger", "localhost", "other"), ("elsewhere", "127.0.0.1", "broker"),
                           ("bridge", "localhost", "broker")):
        rig.bridge(f"pty:{rig.path('tty')}-{name}", "--mqtt", f"mqtts://anne@{host}:{port}/lab/uart", "--mqtt-password",
                   rig.path("secret"), "--mqtt-ca", rig.path(ca + ".crt"), services=("auto",), name=name)
        if name != "bridge":
            wait_for("what it says of the broker", lambda n=name: "mqtt: lost" in rig.log(n) or "cannot" in rig.log(n))
    wait_for("the broker", lambda: "takes lines" in rig.log("bridge"))
    rig.start("sub", "stdbuf", "-o0", "mosquitto_sub", "-h", "localhost", "-p", port, "--cafile", rig.path("broker.crt"),
              "-u", "anne", "-P", "her secret", "-t", "lab/#", "-v", "-d")
    wait_for("the subscription", lambda: "Subscribed" in rig.log("sub"))
    with open(rig.path("tty-bridge"), "wb", buffering=0) as tty:
        tty.write(b"21.5 C\n")
    wait_for("the message", lambda: "lab/uart 21.5 C" in rig.log("sub"))
    for name in ("stranger", "elsewhere"):
        assert "takes lines" not in rig.log(name), rig.log(name)


def case_mqtts_whose_broker_is_far(rig):
    """The connection opens after a second, as over a network; on this machine it opens at once."""
    port = secure_broker(rig)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as gate:
        full = [socket.socket() for _ in range(3)]
        for one in full:
            one.setblocking(False)
            one.connect_ex(gate.getsockname())
        rig.bridge(f"pty:{rig.path('tty')}", "--mqtt", f"mqtts://anne@localhost:{gate.getsockname()[1]}/lab/uart",
                   "--mqtt-password", rig.path("secret"), "--mqtt-ca", rig.path("broker.crt"), services=("auto",))
        time.sleep(0.5)
        gate.settimeout(60)
        near, whose = gate.accept()
        while whose in [one.getsockname() for one in full]:
            near.close()
            near, whose = gate.accept()
        for one in full:
            one.close()
        near.settimeout(20)
        assert near.recv(1, socket.MSG_PEEK)
        near.settimeout(None)
        with socket.create_connection(("127.0.0.1", port)) as far:
            threads = [threading.Thread(target=pass_on, args=way, daemon=True) for way in ((near, far), (far, near))]
            for one in threads:
                one.start()
            wait_for("the broker", lambda: "takes lines" in rig.log("bridge"))
            for one in near, far:
                one.shutdown(socket.SHUT_RDWR)
            for one in threads:
                one.join()
        near.close()


def case_mqtts_whose_broker_says_nothing(rig):
    """It is given up, and tried again, without a descriptor left or a core burnt meanwhile."""
    port = secure_broker(rig)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        rig.bridge(f"pty:{rig.path('tty')}", "--mqtt", f"mqtts://anne@localhost:{mute.getsockname()[1]}/lab/uart",
                   "--mqtt-password", rig.path("secret"), "--mqtt-ca", rig.path("broker.crt"), services=("auto",))
        first, _ = mute.accept()
        pid = rig.running["bridge"].pid
        before, fds = cpu_seconds(pid), len(os.listdir(f"/proc/{pid}/fd"))
        mute.settimeout(60)
        second, _ = mute.accept()
        assert "does not answer" in rig.log("bridge"), rig.log("bridge")
        assert len(os.listdir(f"/proc/{pid}/fd")) <= fds
        assert cpu_seconds(pid) - before < 2, cpu_seconds(pid) - before
        first.close()
        second.close()


def case_mqtts_whose_broker_ends_the_handshake(rig):
    """Or never begins one: each time it is said why, once, and no core is burnt until the next try."""
    secure_broker(rig, begin=lambda rig: None)

    def reset(near):
        near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    ends = {"refused": None, "reset": reset, "end": lambda near: None, "garbage": lambda near: near.sendall(b"hello\n" * 9)}
    for name, how in ends.items():
        port = free_port()
        server = socket.create_server(("127.0.0.1", port)) if how else None
        rig.bridge(f"pty:{rig.path('tty')}-{name}", "--mqtt", f"mqtts://anne@127.0.0.1:{port}/lab/uart", "--mqtt-password",
                   rig.path("secret"), "--mqtt-ca", rig.path("broker.crt"), services=("auto",), name=name)
        for _ in range(2 if how else 0):
            server.settimeout(60)
            near, _ = server.accept()
            near.recv(1, socket.MSG_PEEK)
            how(near)
            near.close()
        wait_for("word of it", lambda n=name: "; trying again" in rig.log(n))
        time.sleep(3)
        spent = cpu_seconds(rig.running[name].pid)
        assert spent < 2, f"{name}: {spent} s"
        said = [line for line in rig.log(name).splitlines() if "mqtt:" in line]
        assert len(said) == 1 and "does not answer" not in said[0], said
        if server:
            server.close()


def case_mqtts_whose_broker_comes_late(rig):
    port = secure_broker(rig, begin=lambda rig: None)
    rig.bridge(f"pty:{rig.path('tty')}", "--mqtt", f"mqtts://anne@localhost:{port}/lab/uart", "--mqtt-password",
               rig.path("secret"), "--mqtt-ca", rig.path("broker.crt"), services=("auto",))
    wait_for("word of it", lambda: "; trying again" in rig.log("bridge"))
    begin_broker(rig)
    wait_for("the broker", lambda: "takes lines" in rig.log("bridge"))


def pass_on(source, sink):
    try:
        while data := source.recv(4096):
            sink.sendall(data)
    except OSError:
        pass


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def case_only_mqtt_wants_its_library(rig):
    os.mkdir(rig.path("libraries"))
    rig.file("libraries/libmosquitto.so.1", b"")
    rig.environment["LD_LIBRARY_PATH"] = rig.path("libraries")
    rig.bridge("loop:")
    words = ("bridge", "loop:", "--listen", free_port(), "--name", "b", "--mqtt", "mqtt://localhost")
    status, said = rig.run(rig.pigtail, *words)
    assert status == 1 and "--mqtt: " in said and "install libmosquitto" in said, said


def case_mqtt_that_makes_no_sense(rig):
    for url in ("localhost", "mqtt://", "mqtt://a:b@h", "mqtt://h:0", "mqtt://h:70000", "mqtt://h/a/#", "http://h"):
        status, said = rig.run(rig.pigtail, "bridge", "loop:", "--listen", free_port(), "--name", "b", "--mqtt", url)
        assert status == 2 and "--mqtt" in said, (url, said)


def case_mdns_seen_by_avahi_browse(rig):
    rig.needs("avahi-daemon", "avahi-browse", "dbus-daemon", "unshare")
    if os.geteuid():
        rig.needs("root")
    said = rig.must("unshare", "--net", "--mount", sys.executable, os.path.join(HERE, "mdns.py"), rig.pigtail, rig.folder)
    found = [line.split(";") for line in said.splitlines() if line.startswith("=;")]
    services = {(each[4], each[8]): each[9] for each in found}
    assert ("_telnets._tcp", "2300") in services, said
    assert '"access=tls"' in services["_telnets._tcp", "2300"], services
    texts = services["_arduino._tcp", "2323"]
    for each in ('"ssh_upload=no"', '"tcp_check=no"', '"auth_upload=no"', '"access=armed"'):
        assert each in texts, texts
    assert ("_telnets._tcp", "2301") not in services, services
    assert re.search(r"^bridge on ", found[0][3].replace("\\032", " ")), found[0]
