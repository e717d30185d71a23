#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
The page: what a small Linux board does with its network, on a Cortex-M4 whose network is a
radio on a UART. In a world of its own (script/lib/world.sh), in which the radio's network is:

    board's ptl0 === 2nd UART === unix socket === pigtail wire === pty
                                                                    |
                               servers, 10.7.1.2, pt0 === pigtail device

    page.py [--all] [--memory MB] [--baud N] [--small] IMAGE BIN [PATTERN...]

IMAGE is what appliance/m4/build made, BIN has pigtail. The cases run in their order on one
board; PATTERN chooses by parts of names (the first, the boot, is always run), and what is
named slow_ is for --all. Prints TAP; what the consoles said is left in IMAGE/console.log.
"""
import argparse
import os
import re
import signal
import socket
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../../test/bridge")]
sys.dont_write_bytecode = True

import pexpect  # noqa: E402
from selenium import webdriver  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402

from machine import FILES, Board, command, sockets  # noqa: E402
from rig import Rig, Skip, wait_for  # noqa: E402
from servers import ADDRESS, BEYOND, Servers  # noqa: E402

PASSWORD = "reed warbler"


class Page:
    SSHD = "inetd"
    SET_CLOCK = f"ntpd -n -q -p {ADDRESS}"

    def __init__(self, options):
        self.options = options
        self.rig = Rig(options.bin)
        self.servers = Servers(self.rig)
        self.board = None
        self.consoles = ""
        self.address = None

    # ---- the world ----

    def serve(self):
        rig = self.rig
        self.start_radio()
        wait_for("pt0", lambda: rig.run("ip", "link", "show", "pt0")[0] == 0)
        self.servers.addresses()

    def start_radio(self):
        self.start_wire()
        self.start_device()

    def start_wire(self):
        rig, rate = self.rig, self.options.baud
        rig.start("wire", rig.pigtail, "wire", f"unix:{rig.path('radio')}", f"pty:{rig.path('pty')}", "--baud", rate)
        wait_for("the wire's end", lambda: os.path.exists(rig.path("pty")))

    def stop_radio(self):
        for name in ("device", "wire"):
            if name in self.rig.running:
                self.rig.finish(name)

    def start_device(self, rate=None):
        rig, rate = self.rig, rate or self.options.baud
        rig.start("device", rig.pigtail, "device", f"{rig.path('pty')},baud={rate}", "tap:pt0", "--ip", f"{ADDRESS}/24")

    def ask(self, line, seconds=60):
        return self.board.run(line, seconds)

    def wait_accepted(self, port):
        """A server that goes into the background may not listen yet."""
        wait_for(f"the board's port {port}", lambda: self.rig.run("nc", "-z", self.address, port)[0] == 0, 30)

    # ---- the page ----

    def boot(self, append="ip=dhcp", files=True, radio=None):
        """radio: the tty at its second UART, if the wire is not at a socket."""
        if self.board:
            self.power_off()
        self.board = Board(self.rig, self.machine(append, files, radio))

    def machine(self, append, files, radio):
        rig, options = self.rig, self.options
        tree, memory = rig.path("board.dtb"), options.memory << 20
        console, socket_of_radio, spare = sockets(rig)
        ports = (console, radio or socket_of_radio, spare)
        return command(options.image, tree, memory, options.baud, append, *ports, options.files if files else None)

    def power_off(self):
        self.board.off()
        self.consoles += self.board.said
        self.board = None

    def case_boots_and_asks_for_its_address_on_the_link(self):
        self.serve()
        self.boot()
        self.board.wait("IP-Config: Complete", 120)
        self.board.prompt()
        self.look()

    def look(self):
        """Its address, which is by DHCP, and whether that told the rest."""
        printed = self.ask("ifconfig ptl0; route -n; cat /etc/resolv.conf")
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
        self.ask(f"chmod 700 /root /root/.ssh; chmod 600 /root/.ssh/authorized_keys; {self.SSHD}")
        self.wait_accepted(22)
        options = ["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={rig.path('known')}"]
        by_key = ["ssh", *options, "-o", "BatchMode=yes", "-i", rig.path("key"), f"root@{self.address}"]
        said = rig.must(*by_key, "uname -m; cat /proc/uptime")
        assert "armv7" in said, said
        # The other way, with nothing of the key's.
        password = [*options, "-o", "PubkeyAuthentication=no", f"root@{self.address}", "ps"]
        ssh = pexpect.spawn("ssh", password, timeout=60, encoding="utf-8")
        ssh.expect("assword: ")
        ssh.sendline(PASSWORD)
        ssh.expect("dropbear -")
        ssh.expect(pexpect.EOF)
        ssh = pexpect.spawn("ssh", [*password[:-1], "-o", "NumberOfPasswordPrompts=1", "true"], timeout=60, encoding="utf-8")
        ssh.expect("assword: ")
        ssh.sendline("another")
        ssh.expect("denied")

    def case_ntpd_sets_the_clock(self):
        self.servers.time()
        self.ask("date -s @1000000")
        self.ask(self.SET_CLOCK, 120)
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

            wait_for("the page's processes", lambda: re.search(r"^ +1 root .*init$", shown(), re.M), 60)
            day = re.search(r"^\w{3} \w{3} +\d+ (\d\d:\d\d:\d\d) UTC \d{4}$", shown(), re.M)
            assert day, shown()
            wait_for("a later time", lambda: day[1] not in shown(), 60)
        finally:
            browser.quit()

    def case_a_flood_leaves_it_usable(self):
        before = self.free()
        said = self.rig.run("ping", "-f", "-q", "-s", "1400", "-c", "3000", "-W", "2", self.address, timeout=120)[1]
        print(f"# {re.search('.*packets transmitted.*', said)[0]}")
        assert self.ask("echo usable") == "usable\n"
        wait_for("its memory back", lambda: self.free() > before - 256, 30)

    def free(self):
        """Kilobytes that are available."""
        return int(re.search(r"Mem:.* (\d+)$", self.ask("free"), re.M)[1])

    def case_what_it_costs(self):
        """No judgement, but the numbers in the log."""
        for line in self.ask("free; cat /proc/net/dev").splitlines():
            print(f"# {line}")

    def case_a_full_console(self):
        """Nobody reads what a program writes there; the radio is reset meanwhile."""
        self.ask("dmesg -c >/dev/null; httpd -p 81 -h /httpd/html")
        self.wait_accepted(81)
        fourfold = "cat /tmp/a /tmp/a /tmp/a /tmp/a >/tmp/b; mv /tmp/b /tmp/a"
        self.ask(f"cat /proc/version >/tmp/a; for i in 1 2 3 4; do {fourfold}; done")
        self.board.type("cat /tmp/a; rm /tmp/a; echo =$?=\n")
        for reset in (False, True):
            if reset:
                self.reset_radio()
            wait_for("pings", lambda: self.rig.run("ping", "-c", "1", "-W", "1", self.address)[0] == 0, 30)
            said = self.rig.must("curl", "-s", "-S", f"http://{self.address}:81/cgi-bin/now")
            assert re.search(r"cat /tmp/a|{cat}", said), said
        self.board.wait("^=0=\n", 120)
        self.board.prompt()
        assert "up, peer" in self.ask("dmesg")

    def case_connections_take_all_memory(self):
        """Each is a login, and so a process, until no piece of memory is left for one."""
        self.ask("telnetd -p 24")
        self.wait_accepted(24)
        before = self.free()
        flood = []
        while self.board.attempt("ps")[0] == 0:
            assert len(flood) < 200
            flood += [socket.create_connection((self.address, 24), 30) for _ in range(5)]
        print(f"# {len(flood)} connections")
        assert self.ask("echo usable") == "usable\n"
        status, said = self.rig.run("ping", "-c", "20", "-i", "0.1", "-s", "1400", self.address)
        assert status == 0 and " 0% packet loss" in said, said
        for one in flood:
            one.close()
        wait_for("a process", lambda: self.board.attempt("ps")[0] == 0, 60)
        wait_for("its memory back", lambda: self.free() > before - 256, 60)
        assert self.log_has("Allocation of length [0-9]+ .* failed")

    def case_another_baud_rate_in_the_device_tree(self):
        """On a wire that garbles what is sent at another rate than the other end's."""
        rig, rate = self.rig, int(self.options.baud)
        self.stop_radio()
        rig.start("wire", rig.pigtail, "wire", f"pty:{rig.path('uart')}", f"pty:{rig.path('pty')}", "--baud", "auto")
        wait_for("the wire's ends", lambda: os.path.exists(rig.path("uart")) and os.path.exists(rig.path("pty")))
        self.start_device(rate // 2)
        self.boot("", radio=rig.path("uart"))
        self.board.prompt(60)
        wait_for("a line of it", lambda: self.log_has("bad frames: noise on the wire, or another baud rate"), 60)
        assert "inet addr" not in self.ask("ifconfig ptl0")
        rig.finish("device")
        self.start_device(rate)
        self.wait_address()
        self.look()
        self.ask(f"ping -c 1 {ADDRESS}")
        self.power_off()
        self.stop_radio()

    def case_without_a_radio_until_one_appears(self):
        self.without_a_radio(0)

    def slow_ten_minutes_without_a_radio(self):
        self.without_a_radio(600)

    def without_a_radio(self, seconds):
        """For so long, after it has been told of in the log."""
        self.stop_radio()
        self.start_wire()
        self.boot("")  # the kernel itself would wait for minutes
        self.board.prompt(60)
        assert "Link encap:Ethernet" in self.ask("ifconfig ptl0")
        wait_for("a line of it", lambda: self.log_has("nothing comes from the other end"), 60)
        self.board.listen(seconds)
        assert self.ask("echo usable") == "usable\n"
        self.start_device()
        self.wait_address()
        self.look()
        self.ask(f"ping -c 1 {ADDRESS}")

    def wait_address(self):
        wait_for("its address", lambda: "inet addr:10.7.1." in self.ask("ifconfig ptl0"), 60)

    def log_has(self, pattern):
        return self.board.attempt(f"dmesg | grep -qE '{pattern}'")[0] == 0

    def case_its_root_over_the_card(self):
        self.servers.nfs()
        root = self.rig.path("root")
        files = os.path.join(self.options.image, self.options.files)
        self.rig.must("sh", "-c", f"zcat {files} | (cd {root} && cpio -idm --quiet -f dev/console)")
        self.boot("ip=dhcp root=/dev/nfs rw init=/init", files=False)
        self.board.wait("VFS: Mounted root .nfs filesystem", 120)
        self.board.prompt(120)
        assert f"{root} / nfs" in self.ask("cat /proc/mounts")
        self.ask("echo written >/root/here")
        with open(os.path.join(root, "root/here"), encoding="ascii") as file:
            assert file.read() == "written\n"

    def slow_resets_under_nfs(self):
        """100 of the radio, then 50 of the wire; the copies under them finish and compare."""
        self.boot()
        self.board.prompt(120)
        self.look()
        self.servers.nfs()
        total = self.servers.offer("again", 100_000)
        self.ask(f"mount -t nfs -o nolock,rsize=1024 {ADDRESS}:{self.servers.files} /mnt")
        for name, times, reset in (("radio", 100, self.reset_radio), ("wire", 50, self.reset_wire)):
            for copy in range(times // 2):
                self.copy_under_resets(total, reset)
                if copy % 10 == 9:
                    print(f"# {2 * copy + 2} resets of the {name}, {copy + 1} copies", flush=True)

    def copy_under_resets(self, total, reset):
        """Two in a copy: TCP's own patience doubles with each that it notices."""
        self.board.type("sha256sum /mnt/again; echo =$?=\n")
        self.board.wait(r"=\n?\$\n?\?\n?=\n")
        begin = self.board.seen
        for _ in range(2):
            self.board.listen(1)
            reset()
        self.board.wait(r"=0=\n", 300)
        self.board.prompt()
        assert total in self.board.said[begin:]
        self.ask("echo 3 >/proc/sys/vm/drop_caches")

    def slow_beside_slip(self):
        """A file each way and pings under it at the same rate: the kernel's SLIP on the third
        UART, then the card; prints both."""
        rig, rate = self.rig, self.options.baud
        self.boot()
        self.board.prompt(120)
        self.look()
        self.servers.http()
        rig.start("slip-wire", rig.pigtail, "wire", f"unix:{rig.path('spare')}", f"pty:{rig.path('slip')}", "--baud", rate)
        wait_for("the wire's end", lambda: os.path.exists(rig.path("slip")))
        rig.start("slip", rig.pigtail, "device", f"{rig.path('slip')},baud={rate}", "tun:pt9", "--framing", "slip", "--ip", "10.8.1.2/24")
        self.ask(f"stty -F /dev/ttyMPS2 raw; slattach -p slip -s {rate} /dev/ttyMPS2 & sleep 1")
        self.ask("ifconfig sl0 10.8.1.1 pointopoint 10.8.1.2 mtu 1500 up")
        self.servers.offer("file", 500_000)
        self.ask("httpd -h /tmp")
        print(f"# {rate} baud: kB/s down, kB/s up, ping under load p50 and p99 in ms, QEMU's CPU in %")
        for name, here, there in (("SLIP", "10.8.1.1", "10.8.1.2"), ("pigtail", self.address, ADDRESS)):
            assert rig.run("ping", "-c", "3", here)[0] == 0, name
            print(f"# {name}: {', '.join(self.measure(here, there))}")

    def measure(self, here, there):
        rig = self.rig
        worked, started = self.emulated(), time.monotonic()
        rig.start("pings", "ping", "-i", "0.1", here)
        began = time.monotonic()
        self.ask(f"wget -q -O /tmp/file http://{there}/file", 300)
        down = 500 / (time.monotonic() - began)
        began = time.monotonic()
        rig.must("curl", "-s", "-o", rig.path("up"), f"http://{here}/file", timeout=300)
        up = 500 / (time.monotonic() - began)
        busy = 100 * (self.emulated() - worked) / (time.monotonic() - started)
        rig.finish("pings", signal.SIGINT)
        rig.must("cmp", rig.path("up"), os.path.join(self.servers.files, "file"))
        times = sorted(float(t) for t in re.findall(r"time=([\d.]+)", rig.log("pings")))
        os.unlink(rig.path("pings.log"))
        self.ask("rm /tmp/file")
        p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
        return f"{down:.1f}", f"{up:.1f}", f"{p50:.0f}", f"{p99:.0f}", f"{busy:.0f}"

    def emulated(self):
        """Seconds that QEMU has worked: the board's own 100 ticks a second see no interrupts."""
        with open(f"/proc/{self.board.process.pid}/stat", encoding="ascii") as file:
            words = file.read().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def reset_radio(self):
        self.rig.finish("device", signal.SIGKILL)
        self.start_device()

    def reset_wire(self):
        self.rig.finish("wire", signal.SIGKILL)
        self.start_wire()


def open_browser():
    options = webdriver.ChromeOptions()
    for word in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"):
        options.add_argument("--" + word)
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def cases(page, with_slow, patterns):
    """In the order of their names' first definition; a page of another board redefines some, or
    says None."""
    members = {name: getattr(page, name) for one in reversed(page.__mro__) for name in vars(one)}
    every = [
        (name.split("_", 1)[1].replace("_", " "), function)
        for name, function in members.items()
        if function and (name.startswith("case_") or (with_slow and name.startswith("slow_")))
    ]
    for number, (name, function) in enumerate(every):
        if number == 0 or not patterns or any(pattern in name for pattern in patterns):
            yield name, function


def main(kind=Page):
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--memory", type=int, default=16)
    parser.add_argument("--baud", default="230400")
    parser.add_argument("--small", dest="files", action="store_const", const="small.cpio.gz", default=FILES)
    parser.add_argument("image")
    parser.add_argument("bin")
    parser.add_argument("pattern", nargs="*")
    options = parser.parse_args()
    page = kind(options)
    failed = number = 0
    try:
        for name, function in cases(kind, options.all, options.pattern):
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
        if page.board:
            page.consoles += page.board.said
        with open(os.path.join(options.image, "console.log"), "w", encoding="utf-8") as file:
            file.write(page.consoles)
        page.rig.clean()
    print(f"1..{number}")
    return 1 if failed or not number else 0


if __name__ == "__main__":
    sys.exit(main())
