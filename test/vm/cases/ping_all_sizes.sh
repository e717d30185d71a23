# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# Every kind of size passes, IPv4 and IPv6, and comes back whole.
make_link
pings a 10.7.0.2 0 1 17 18 46 47 64 255 256 1000 1471 1472
pings b 10.7.0.1 0 56 1472
pings a fd07::2 0 1 56 1000 1451 1452
pings b fd07::1 0 56 1452
expect "1473 does not fit" fails in_ns a ping -q -c 1 -W 1 -M "do" -s 1473 10.7.0.2
