#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
The page of appliance/m4/page.py on QEMU's orangepi-pc, with Debian's kernel for 32-bit ARM and
Debian's programs; what is its own here is the boot, without the kernel's own DHCP, and Wi-Fi.
The radio is at the third UART, whose rate Debian's device tree with our overlay says. At first
it has an Ethernet, as there; then it restarts as one in a scripted air, with the same servers
behind an open network and one with a password.

    page.py [--all] --baud 115200 IMAGE BIN [PATTERN...]
"""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../m4"), os.path.join(HERE, "../../test/bridge")]
sys.dont_write_bytecode = True

import page  # noqa: E402
from machine import FILES, sockets  # noqa: E402
from rig import wait_for  # noqa: E402
from servers import ADDRESS  # noqa: E402

SECRET = "reed bunting"
AIR = f"""
[ap barn]
channel = 11
net = tap:barn

[ap house]
key = {SECRET}
net = tap:house
"""


class Page(page.Page):
    SSHD = "dropbear -R"
    SET_CLOCK = f"chronyd -q -u root -t 60 'server {ADDRESS} iburst' 'pidfile /tmp/chronyd' 'cmdport 0'"

    case_its_root_over_the_card = None  # it has no IP before its files
    case_connections_take_all_memory = None  # it has a gigabyte
    case_another_baud_rate_in_the_device_tree = None  # QEMU takes another clock for its UARTs'
    slow_beside_slip = None  # the third UART is the radio's

    def machine(self, append, files, radio):
        image = self.options.image
        console, radio, spare = sockets(self.rig)
        words = ["qemu-system-arm", "-M", "orangepi-pc", "-smp", "4", "-nodefaults", "-display", "none"]
        words += ["-no-reboot", "-kernel", os.path.join(image, "vmlinuz"), "-dtb", os.path.join(image, "radio.dtb")]
        words += ["-initrd", os.path.join(image, FILES), "-append", "console=ttyS0,115200 maxcpus=2 panic=-1"]
        for serial in (console, "null", radio, spare):
            words += ["-serial", serial]
        return words

    def case_boots_and_asks_for_its_address_on_the_link(self):
        self.serve()
        self.boot()
        self.board.prompt(240)
        self.look()

    def look(self):
        """The kernel does not wait for the address here."""
        self.ask("dmesg -n 1")
        self.wait_address()
        super().look()

    # ---- Wi-Fi ----

    def case_wlan0_where_the_radio_has_wifi(self):
        rig = self.rig
        with open(rig.path("air"), "w", encoding="ascii") as file:
            file.write(AIR)
        rig.finish("device")
        rig.start("device", rig.pigtail, "device", f"{rig.path('pty')},baud={self.options.baud}", f"air:{rig.path('air')}")
        wait_for("wlan0", lambda: "wlan0" in self.ask("ls /sys/class/net"), 60)
        for name, address in (("barn", "10.8.0.1"), ("house", "10.8.1.1")):
            wait_for(name, lambda name=name: rig.run("ip", "link", "show", name)[0] == 0)
            rig.must("ip", "address", "add", f"{address}/24", "dev", name)
        self.ask("ifconfig wlan0 up")

    def case_a_scan(self):
        said = self.ask("iw dev wlan0 scan")
        assert re.search(r"SSID: barn$", said, re.M) and re.search(r"SSID: house$", said, re.M), said
        assert re.search(r"primary channel: 11$", said, re.M) or "freq: 2462" in said, said

    def case_joins_an_open_network(self):
        self.join('ssid="barn"\\nkey_mgmt=NONE', "10.8.0")

    def case_joins_by_password(self):
        self.join(f'ssid="house"\\npsk="{SECRET}"', "10.8.1")

    def join(self, network, net):
        """By wpa_supplicant, then both ways."""
        self.ask("killall wpa_supplicant; true")
        self.ask(f"printf 'ctrl_interface=/tmp/wpa\\nnetwork={{\\n{network}\\n}}\\n' >/etc/wpa.conf")
        self.ask("wpa_supplicant -B -Dnl80211 -iwlan0 -c/etc/wpa.conf")
        wait_for("the join", lambda: "wpa_state=COMPLETED" in self.ask("wpa_cli -p /tmp/wpa -i wlan0 status"), 30)
        print("# " + "\n# ".join(self.ask("iw dev wlan0 link").splitlines()))
        self.ask(f"ifconfig wlan0 {net}.2")
        self.ask(f"ping -c 3 {net}.1")
        self.rig.must("ping", "-c", "3", f"{net}.2")


if __name__ == "__main__":
    sys.exit(page.main(Page))
