# SPDX-License-Identifier: GPL-2.0-only
"""
In network and mount namespaces of its own: a link with an address, a message bus, Avahi's
daemon and a bridge; prints what avahi-browse finds.

    mdns.py PIGTAIL FOLDER
"""
import os
import subprocess
import sys
import time

PIGTAIL, FOLDER = sys.argv[1:]
BUS = f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/>
<allow send_requested_reply="true" send_type="method_return"/><allow send_requested_reply="true" send_type="error"/>
<allow receive_type="method_call"/><allow receive_type="signal"/><allow send_type="signal"/>
<allow receive_type="method_return"/><allow receive_type="error"/></policy></busconfig>
"""


def run(*words):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, cwd=FOLDER, text=True).stdout


def path(name):
    return os.path.join(FOLDER, name)


def write(name, content, mode=0o644):
    with open(path(name), "w", encoding="ascii") as file:
        file.write(content)
    os.chmod(path(name), mode)


def until(condition):
    end = time.monotonic() + 20
    while not condition():
        if time.monotonic() > end:
            sys.exit("waited in vain")
        time.sleep(0.05)


def main():
    running = []
    run("mount", "--make-rprivate", "/")
    run("mount", "-t", "tmpfs", "tmpfs", "/run")
    os.makedirs("/run/dbus")
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "wire", "type", "veth", "peer", "name", "other")
    run("ip", "address", "add", "192.0.2.1/24", "dev", "wire")
    run("ip", "link", "set", "other", "up")
    run("ip", "link", "set", "wire", "up")
    write("bus.conf", BUS)
    write("avahi.conf", "[server]\nhost-name=lab\nuse-ipv6=no\nallow-interfaces=wire\n[publish]\npublish-hinfo=no\n")
    write("password", "x\n", 0o600)
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
        path("key"), "-out", path("crt"), "-subj", "/CN=lab")
    os.chmod(path("key"), 0o600)
    run(PIGTAIL, "passwd", "mary", "--users", path("users"), "--password-file", path("password"), "--iterations", "1000")
    try:
        running.append(subprocess.Popen(["dbus-daemon", "--nofork", "--config-file", path("bus.conf")]))
        until(lambda: os.path.exists("/run/dbus/system_bus_socket"))
        with open(path("bridge.log"), "wb") as log:
            running.append(subprocess.Popen(
                [PIGTAIL, "bridge", "loop:", "--name", "bridge", "-v", "--mdns", "--users", path("users"), "--tls",
                 f"{path('crt')},{path('key')}", "--listen", "192.0.2.1:2300", "--listen", "2301,auto",
                 "--listen", "192.0.2.1:2323,program,armed"], stdout=log, stderr=log))
        # The bridge is there first, and waits for the daemon.
        until(lambda: "waiting for it" in open(path("bridge.log"), encoding="utf-8").read())
        running.append(subprocess.Popen(["avahi-daemon", "--no-drop-root", "--no-chroot", "--no-rlimits", "-f", path("avahi.conf")],
                                        stderr=subprocess.DEVNULL))
        until(lambda: "found as" in open(path("bridge.log"), encoding="utf-8").read())
        print(run("avahi-browse", "--all", "--resolve", "--parsable", "--terminate"))
    finally:
        for program in reversed(running):
            program.terminate()
            program.wait(10)


main()
