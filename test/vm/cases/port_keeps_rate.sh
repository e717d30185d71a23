# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 120
# The port does not go back to the rate where a session begins, which a longer packet wants:
# there is no carrier, rather than an interface that swallows packets; and once the port
# obeys, the longer packet passes.
only_for ko
make_cable
start host in a pigtail attach /dev/ttyNM0 --name pt0
wait_for 10 "pt0 in a" ip -n a link show pt0
ip -n a link set pt0 up
addresses a 1
start device in b pigtail device /dev/ttyNM1 tap:pt0 --name device --mtu 4000
wait_for 10 "pt0 in b" ip -n b link show pt0
addresses b 2
wait_up
wait_for 20 "the rate to be found" at_least rate_changes 1
cable 0 stubborn 1
ip -n a link set pt0 mtu 4000 || note "the MTU was refused"
wait_for 10 "carrier to go" fails has_carrier a pt0
sleep 1
expect "it stays away" fails has_carrier a pt0
cable 0 stubborn 0
wait_for 20 "a packet of 4000 bytes" in_ns a ping -q -n -c 1 -W 1 -M "do" -s 3972 10.7.0.2
