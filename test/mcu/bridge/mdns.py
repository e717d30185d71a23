# SPDX-License-Identifier: GPL-2.0-only
"""
The chip's services found by Avahi's programs, in a network of their own:

    avahi-browse, avahi-daemon, a liar --- tap --- bridge.elf
"""
import os
import re
import sys

from rig import Rig

HERE = os.path.dirname(os.path.abspath(__file__))


def found(rig, what, *words):
    """What mdns_lab.py prints of one of its parts."""
    rig.needs("avahi-daemon", "avahi-browse", "dbus-daemon", "unshare")
    if os.geteuid():
        rig.needs("root")
    return rig.must(
        "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", sys.executable,
        os.path.join(HERE, "..", "mdns_lab.py"), rig.pigtail, rig.folder, what, *words, timeout=240)


def services(said, family):
    lines = [line.split(";") for line in said.splitlines() if line.startswith("=;")]
    return {(each[4], each[8]): each for each in lines if each[2] == family}


def case_avahi_finds_the_chip(rig):
    said = found(rig, "found")
    for family in ("IPv4", "IPv6"):
        seen = services(said, family)
        assert set(seen) == {("_telnets._tcp", "992"), ("_telnet._tcp", "23"), ("_arduino._tcp", "2323")}, (family, said)
        for each in seen.values():
            assert each[3] == "bridge\\032on\\032lab-bench" and each[6] == "lab-bench.local", each
        assert '"access=tls"' in seen["_telnets._tcp", "992"][9]
        assert '"access=armed"' in seen["_telnet._tcp", "23"][9]
        for text in ('"ssh_upload=no"', '"tcp_check=no"', '"auth_upload=no"', '"access=armed"'):
            assert text in seen["_arduino._tcp", "2323"][9], seen
    assert "resolved lab-bench.local\t192.0.2.2" in said and "resolved lab-bench.local\tfe80::" in said, said


def slow_mdns_names_that_are_taken_and_addresses_that_change(rig):
    said = found(rig, "taken")
    assert "mdns: found as lab-bench-2.local" in said, said
    assert re.search(r"=;tap;IPv4;bridge\\032on\\032lab-bench-2;_telnets._tcp;local;lab-bench-2.local;192.0.2.2;992;", said), said
    said = found(rig, "moved")
    assert "before 192.0.2.2" in said and "after 169.254." in said, said


def slow_mdns_says_nothing_where_nobody_is_let_in(rig):
    said = found(rig, "silent")
    assert "heard 0 from port 5353" in said, said


def case_mdns_packets_that_mean_harm(rig):
    said = found(rig, "harm")
    assert "still there after" in said and "in the UART's echo" in said, said


def slow_mdns_packets_that_mean_harm_by_the_thousand(rig):
    assert "still there after" in found(rig, "harm", "20000")
