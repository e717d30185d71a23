# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 60
# A tty becomes an Ethernet card by one command, and a tty again at its end. The module
# loads by itself.
has_open() {
	for fd in "/proc/$(cat "$dir/$1.pid")"/fd/*; do
		[ "$(readlink "$fd")" = "$2" ] && return
	done
	return 1
}

only_for ko
make_cable
expect "the module is not loaded yet" fails grep -q '^pigtail ' /proc/modules
start_host
expect "the module loaded by its alias" grep -q '^pigtail ' /proc/modules
expect "no carrier without a peer" fails has_carrier a pt0
in_ns a ethtool -i pt0 >"$dir/driver.log"
expect "its driver's name" grep -q '^driver: pigtail' "$dir/driver.log"
expect "it is Ethernet" [ "$(in_ns a cat /proc/net/dev | grep -c pt0)" = 1 ]
ip -n a link show pt0 | grep -q link/ether || fail "no Ethernet"
expect "the tty is in use" fails pigtail attach /dev/ttyNM0 --name pt1
start_device
wait_up
in_ns a ethtool pt0 >"$dir/settings.log" 2>&1
expect "full duplex" grep -q 'Duplex: Full' "$dir/settings.log"
pings a 10.7.0.2 56
expect "packets were counted" at_least tx_packets 3
expect "and the interface's too" [ "$(ip -n a -s link show pt0 | grep -A1 RX: |
	awk 'NR == 2 { print $2 }')" -ge 3 ]
for mtu in 9000 576 1500; do
	ip -n a link set pt0 mtu $mtu
	wait_for 10 "an answer at MTU $mtu" answers a 10.7.0.2
done
# The link is there whether the interface is up or not, longer than the peer's patience.
sessions=$(counter sessions)
ip -n a link set pt0 down
in_ns b ping -q -n -c 4 -W 1 10.7.0.1 >"$dir/closed.log" || true
expect "the peer has its carrier" has_carrier b pt0
expect "what came was counted" at_least line_rx_closed 1
ip -n a link set pt0 up
addresses a 1
expect "the session is the same" [ "$(counter sessions)" = "$sessions" ]
pings a 10.7.0.2 56 1472
finish host
expect "it ended well" [ "$ended" = 0 ]
expect "the interface is gone" fails ip -n a link show pt0
# It is a tty again.
finish device
stty -F /dev/ttyNM0 115200 raw -echo
stty -F /dev/ttyNM1 115200 raw -echo
start reader head -c 6 /dev/ttyNM1
wait_for 5 "its reader" has_open reader /dev/ttyNM1
echo hello >/dev/ttyNM0
wait_for 5 "what was written" grep -q hello "$dir/reader.log"
