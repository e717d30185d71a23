# SPDX-License-Identifier: GPL-2.0-only
"""
In network and mount namespaces of its own: a link with an address, a message bus, Avahi's
daemon and a bridge; prints what avahi-browse finds.

    mdns.py PIGTAIL FOLDER
"""
import os
import sys

from avahi_lab import Lab, until

PIGTAIL, FOLDER = sys.argv[1:]


def main():
    lab = Lab(FOLDER)
    lab.run("ip", "link", "add", "wire", "type", "veth", "peer", "name", "other")
    lab.run("ip", "address", "add", "192.0.2.1/24", "dev", "wire")
    lab.run("ip", "link", "set", "other", "up")
    lab.run("ip", "link", "set", "wire", "up")
    lab.write("password", "x\n", 0o600)
    lab.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
            lab.path("key"), "-out", lab.path("crt"), "-subj", "/CN=lab")
    os.chmod(lab.path("key"), 0o600)
    lab.run(PIGTAIL, "passwd", "mary", "--users", lab.path("users"), "--password-file", lab.path("password"),
            "--iterations", "1000")
    try:
        lab.start_bus()
        lab.start("bridge", PIGTAIL, "bridge", "loop:", "--name", "bridge", "-v", "--mdns", "--users", lab.path("users"),
                  "--tls", f"{lab.path('crt')},{lab.path('key')}", "--listen", "192.0.2.1:2300", "--listen", "2301,auto",
                  "--listen", "192.0.2.1:2323,program,armed")
        # The bridge is there first, and waits for the daemon.
        until("the bridge", lambda: "waiting for it" in lab.log("bridge"))
        lab.start_avahi("lab", "wire", "no")
        until("its name", lambda: "found as" in lab.log("bridge"))
        print(lab.browse())
    finally:
        lab.end()


main()
