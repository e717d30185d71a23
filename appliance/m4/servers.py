# SPDX-License-Identifier: GPL-2.0-only
"""
What the radio's network has for the board: addresses and names (dnsmasq), files by HTTP
(BusyBox), FTP (pyftpdlib) and NFS (NFS-Ganesha with rpcbind: many a build machine's kernel
serves none), and the time (chronyd, which leaves this machine's clock alone).
"""
import os
import time

ADDRESS = "10.7.1.2"
BEYOND = "10.9.9.9"  # which the router knows, and the board does not

DNSMASQ = f"""
interface=pt0
bind-interfaces
dhcp-range=10.7.1.20,10.7.1.30,255.255.255.0
dhcp-option=option:router,{ADDRESS}
dhcp-option=option:dns-server,{ADDRESS}
dhcp-option=option:root-path,"%(folder)s/root,vers=3,tcp"
dhcp-leasefile=%(folder)s/leases
no-ping
no-resolv
no-hosts
address=/far.example/{BEYOND}
user=root
"""

CHRONY = """
local stratum 8
allow 10.7.1.0/24
cmdport 0
pidfile %(folder)s/chronyd.pid
"""

GANESHA = """
NFS_CORE_PARAM { Protocols = 3; MNT_Port = 20048; Enable_NLM = false; Enable_RQUOTA = false; Enable_UDP = true; }
EXPORT_DEFAULTS { Access_Type = RW; Squash = No_Root_Squash; SecType = sys; Protocols = 3; Transports = TCP, UDP; }
EXPORT { Export_Id = 1; Path = %(folder)s/files; Pseudo = /files; FSAL { Name = VFS; } }
EXPORT { Export_Id = 2; Path = %(folder)s/root; Pseudo = /root; FSAL { Name = VFS; } }
NFSv4 { Graceless = true; RecoveryRoot = %(folder)s; }
"""


def wait_accepted(rig, name, port):
    """Listening begins after binding: asked until somebody answers."""
    end = time.monotonic() + 20
    while rig.run("nc", "-z", ADDRESS, port)[0]:
        assert rig.running[name].poll() is None, rig.log(name)
        assert time.monotonic() < end, f"{name} does not answer at {port}"
        time.sleep(0.1)


class Servers:
    def __init__(self, rig):
        self.rig = rig
        self.files = rig.path("files")
        os.mkdir(self.files)
        os.mkdir(rig.path("root"))

    def configured(self, name, text):
        path = self.rig.path(name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text % {"folder": self.rig.folder})
        return path

    def addresses(self):
        self.rig.must("ip", "address", "add", f"{BEYOND}/32", "dev", "lo")
        self.rig.start("dnsmasq", "dnsmasq", "--keep-in-foreground", "-C", self.configured("dnsmasq.conf", DNSMASQ))
        wait_accepted(self.rig, "dnsmasq", 53)

    def http(self):
        if "httpd" not in self.rig.running:
            self.rig.start("httpd", "busybox", "httpd", "-f", "-p", "80", "-h", self.files)
            wait_accepted(self.rig, "httpd", 80)

    def ftp(self):
        self.rig.start("ftpd", "/usr/bin/python3", "-m", "pyftpdlib", "-i", ADDRESS, "-p", 21, "-d", self.files)
        wait_accepted(self.rig, "ftpd", 21)

    def time(self):
        self.rig.needs("chronyd")
        self.rig.start("chronyd", "chronyd", "-d", "-x", "-u", "root", "-f", self.configured("chrony.conf", CHRONY))

    def nfs(self):
        self.rig.needs("ganesha.nfsd", "rpcbind")
        if "ganesha" in self.rig.running:
            return
        os.makedirs("/run/ganesha", exist_ok=True)
        self.rig.start("rpcbind", "rpcbind", "-f")
        wait_accepted(self.rig, "rpcbind", 111)
        words = ["-F", "-L", "/dev/stderr", "-N", "NIV_EVENT", "-p", self.rig.path("ganesha.pid")]
        self.rig.start("ganesha", "ganesha.nfsd", *words, "-f", self.configured("ganesha.conf", GANESHA))
        wait_accepted(self.rig, "ganesha", 2049)
        wait_accepted(self.rig, "ganesha", 20048)

    def offer(self, name, size):
        """A file of bytes that do not compress; its SHA-256."""
        path = os.path.join(self.files, name)
        with open(path, "wb") as file:
            file.write(os.urandom(size))
        return self.sum(name)

    def sum(self, name):
        return self.rig.must("sha256sum", os.path.join(self.files, name)).split()[0]
