#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
The page: what a small Linux board does with its network, on a Cortex-M4 whose network is a
radio on a UART. In a world of its own (script/lib/world.sh), in which the radio's network is:

    board's ptl0 === 2nd UART === unix socket === pigtail wire === pty
                                                                    |
                               servers, 10.7.1.2, pt0 === pigtail device

    page.py [--memory MB] [--baud N] [--small] IMAGE BIN [PATTERN...]

IMAGE is what appliance/m4/build made, BIN has pigtail. The cases run in their order on one
board; PATTERN chooses by parts of names (the first, the boot, is always run). Prints TAP.
"""
import argparse
import inspect
import os
import re
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../../test/bridge")]
sys.dont_write_bytecode = True

import pexpect  # noqa: E402
from selenium import webdriver  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402

from machine import FILES, Board  # noqa: E402
from rig import Rig, Skip, wait_for  # noqa: E402
from servers import ADDRESS, BEYOND, Servers  # noqa: E402

PASSWORD = "reed warbler"


class Page:
    def __init__(self, options):
        self.options = options
        self.rig = Rig(options.bin)
        self.servers = Servers(self.rig)
        self.board = None
        self.address = None

    # ---- the world ----

    def serve(self):
        rig = self.rig
        self.start_radio()
        wait_for("pt0", lambda: rig.run("ip", "link", "show", "pt0")[0] == 0)
        self.servers.addresses()

    def start_radio(self):
        rig, rate = self.rig, self.options.baud
        rig.start("wire", rig.pigtail, "wire", f"unix:{rig.path('radio')}", f"pty:{rig.path('pty')}", "--baud", rate)
        wait_for("the wire's end", lambda: os.path.exists(rig.path("pty")))
        rig.start("device", rig.pigtail, "device", f"{rig.path('pty')},baud={rate}", "tap:pt0", "--ip", f"{ADDRESS}/24")

    def ask(self, line, seconds=60):
        return self.board.run(line, seconds)

    def wait_accepted(self, port):
        """A server that goes into the background may not listen yet."""
        wait_for(f"the board's port {port}", lambda: self.rig.run("nc", "-z", self.address, port)[0] == 0, 30)

    # ---- the page ----

    def case_boots_and_asks_for_its_address_on_the_link(self):
        self.serve()
        self.board = Board(
            self.rig, self.options.image, self.options.memory << 20, files=self.options.files
        )
        self.board.wait("IP-Config: Complete", 120)
        self.board.prompt()
        printed = self.ask("dmesg -n 1; ifconfig ptl0; route -n; cat /etc/resolv.conf")
        self.address = re.search(r"inet addr:(10\.7\.1\.\d+)", printed)[1]
        assert re.search(rf"^0\.0\.0\.0 +{re.escape(ADDRESS)} .* ptl0$", printed, re.M), printed
        assert f"nameserver {ADDRESS}" in printed, printed

    def case_ping_to_the_board(self):
        status, said = self.rig.run("ping", "-c", "10", "-i", "0.2", self.address)
        assert status == 0 and " 0% packet loss" in said, said

    def case_ping_from_the_board(self):
        said = self.ask(f"ping -c 5 {ADDRESS}")
        assert " 0% packet loss" in said, said

    def case_default_route_and_names(self):
        said = self.ask("ping -c 2 far.example")
        assert BEYOND in said and " 0% packet loss" in said, said


    def case_telnetd_and_a_login_by_password(self):
        self.set_password()
        self.ask("telnetd")
        assert "telnetd" in self.ask("ps")
        self.wait_accepted(23)
        telnet = pexpect.spawn("telnet", [self.address], timeout=30, encoding="utf-8")
        telnet.expect("login: ")
        telnet.sendline("root")
        telnet.expect("assword: ")
        telnet.sendline(PASSWORD)
        telnet.expect("# ")
        telnet.sendline("cat /proc/version")
        telnet.expect(r"Linux version 6\.1")
        telnet.sendline("exit")
        telnet.expect("closed by foreign host")

    def set_password(self):
        self.board.type("passwd\n")
        for _ in range(2):
            self.board.wait("[Pp]assword: *")
            self.board.type(PASSWORD + "\n")
        self.board.wait("password for root changed")
        self.board.prompt()

    def case_dropbear_by_key_and_by_password(self):
        if self.options.files != FILES:
            raise Skip("built without dropbear")
        rig = self.rig
        rig.must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", rig.path("key"))
        os.rename(rig.path("key.pub"), os.path.join(self.servers.files, "key.pub"))
        self.servers.http()
        self.ask(f"mkdir -p /root/.ssh; wget -q -O /root/.ssh/authorized_keys http://{ADDRESS}/key.pub")
        self.ask("chmod 700 /root /root/.ssh; chmod 600 /root/.ssh/authorized_keys; inetd")
        self.wait_accepted(22)
        options = ["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={rig.path('known')}"]
        by_key = ["ssh", *options, "-o", "BatchMode=yes", "-i", rig.path("key"), f"root@{self.address}"]
        said = rig.must(*by_key, "uname -m; cat /proc/uptime")
        assert "armv7ml" in said, said
        # The other way, with nothing of the key's.
        password = [*options, "-o", "PubkeyAuthentication=no", f"root@{self.address}", "ps"]
        ssh = pexpect.spawn("ssh", password, timeout=60, encoding="utf-8")
        ssh.expect("assword: ")
        ssh.sendline(PASSWORD)
        ssh.expect("dropbear -i")
        ssh.expect(pexpect.EOF)
        ssh = pexpect.spawn("ssh", [*password[:-1], "-o", "NumberOfPasswordPrompts=1", "true"], timeout=60, encoding="utf-8")
        ssh.expect("assword: ")
        ssh.sendline("another")
        ssh.expect("denied")

    def case_ntpd_sets_the_clock(self):
        self.servers.time()
        assert int(self.ask("date +%s").split()[0]) < 1_000_000, "the clock was right already"
        self.ask(f"ntpd -n -q -p {ADDRESS}", 120)
        assert abs(int(self.ask("date +%s").split()[0]) - time.time()) < 5

    def case_wget_by_http_and_ftp(self):
        self.servers.http()
        self.servers.ftp()
        total = self.servers.offer("file", 200_000)
        for scheme in ("http", "ftp"):
            said = self.ask(f"cd /tmp; wget {scheme}://{ADDRESS}/file; sha256sum file; rm file; cd /", 120)
            assert total in said, said

    def case_nfs_with_small_reads_both_ways(self):
        self.servers.nfs()
        total = self.servers.offer("over-nfs", 200_000)
        self.ask(f"mount -t nfs -o nolock,rsize=1024,wsize=1024 {ADDRESS}:{self.servers.files} /mnt")
        assert total in self.ask("sha256sum /mnt/over-nfs", 120)
        self.ask("cp /mnt/over-nfs /mnt/back; umount /mnt", 120)
        assert self.servers.sum("back") == total

    def case_httpd_in_a_browser(self):
        self.ask("httpd -h /httpd/html")
        self.wait_accepted(80)
        browser = open_browser()
        try:
            browser.get(f"http://{self.address}/")

            def shown():
                return browser.execute_script("return document.getElementById('now').textContent")

            wait_for("the page's processes", lambda: "/init" in shown(), 60)
            day = re.search(r"^\w{3} \w{3} +\d+ (\d\d:\d\d:\d\d) UTC \d{4}$", shown(), re.M)
            assert day, shown()
            wait_for("a later time", lambda: day[1] not in shown(), 60)
        finally:
            browser.quit()

    def case_what_it_costs(self):
        """No judgement, but the numbers in the log."""
        for line in self.ask("free; cat /proc/net/dev").splitlines():
            print(f"# {line}")


def open_browser():
    options = webdriver.ChromeOptions()
    for word in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"):
        options.add_argument("--" + word)
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def cases(patterns):
    every = [(name[5:].replace("_", " "), function) for name, function in inspect.getmembers(Page) if name[:5] == "case_"]
    every.sort(key=lambda case: case[1].__code__.co_firstlineno)
    for number, (name, function) in enumerate(every):
        if number == 0 or not patterns or any(pattern in name for pattern in patterns):
            yield name, function


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--memory", type=int, default=16)
    parser.add_argument("--baud", default="921600")
    parser.add_argument("--small", dest="files", action="store_const", const="small.cpio.gz", default=FILES)
    parser.add_argument("image")
    parser.add_argument("bin")
    parser.add_argument("pattern", nargs="*")
    options = parser.parse_args()
    page = Page(options)
    failed = number = 0
    try:
        for name, function in cases(options.pattern):
            number += 1
            began = time.monotonic()
            try:
                function(page)
                print(f"ok {number} - {name} ({time.monotonic() - began:.1f} s)", flush=True)
            except Skip as why:
                print(f"ok {number} - {name} # SKIP {why}", flush=True)
            except Exception:  # whatever it is, the next case goes on
                failed += 1
                print(f"not ok {number} - {name}")
                for line in (traceback.format_exc() + page.rig.said()).splitlines():
                    print(f"# {line}")
                if number == 1:
                    print("# " + (page.board.said if page.board else "").replace("\n", "\n# "))
                    break
    finally:
        page.rig.clean()
    print(f"1..{number}")
    return 1 if failed or not number else 0


if __name__ == "__main__":
    sys.exit(main())
