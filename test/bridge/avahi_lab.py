# SPDX-License-Identifier: GPL-2.0-only
"""
In network and mount namespaces of one's own: a message bus and Avahi's daemon.
"""
import os
import subprocess
import sys
import time

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=/run/dbus/system_bus_socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/>
<allow send_requested_reply="true" send_type="method_return"/><allow send_requested_reply="true" send_type="error"/>
<allow receive_type="method_call"/><allow receive_type="signal"/><allow send_type="signal"/>
<allow receive_type="method_return"/><allow receive_type="error"/></policy></busconfig>
"""


def until(what, condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"waited in vain: {what}")
        time.sleep(0.05)


class Lab:
    def __init__(self, folder):
        self.folder = folder
        self.running = []
        self.run("mount", "--make-rprivate", "/")
        self.run("mount", "-t", "tmpfs", "tmpfs", "/run")
        os.makedirs("/run/dbus")
        self.run("ip", "link", "set", "lo", "up")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content, mode=0o644):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(content)
        os.chmod(self.path(name), mode)

    def run(self, *words):
        return subprocess.run(words, check=True, stdout=subprocess.PIPE, cwd=self.folder, text=True).stdout

    def start(self, name, *words):
        with open(self.path(name + ".log"), "ab") as log:
            self.running.append(subprocess.Popen(words, stdout=log, stderr=log, cwd=self.folder))

    def log(self, name):
        with open(self.path(name + ".log"), encoding="utf-8", errors="replace") as log:
            return log.read()

    def start_bus(self):
        self.write("bus.conf", BUS)
        self.start("bus", "dbus-daemon", "--nofork", "--config-file", self.path("bus.conf"))
        until("the bus", lambda: os.path.exists("/run/dbus/system_bus_socket"))

    def start_avahi(self, host, interface, ipv6):
        self.write("avahi.conf", f"[server]\nhost-name={host}\nuse-ipv6={ipv6}\nallow-interfaces={interface}\n"
                   "[publish]\npublish-hinfo=no\n")
        before = self.log("avahi").count("startup complete") if os.path.exists(self.path("avahi.log")) else 0
        self.start("avahi", "avahi-daemon", "--no-drop-root", "--no-chroot", "--no-rlimits", "-f", self.path("avahi.conf"))
        until("Avahi", lambda: self.log("avahi").count("startup complete") > before)

    def browse(self):
        return self.run("avahi-browse", "--all", "--resolve", "--parsable", "--no-db-lookup", "--terminate")

    def end(self):
        for program in reversed(self.running):
            program.terminate()
            program.wait(10)
