# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 120
# The module's parameter gives the next interface little memory: it carries all sizes, a file
# each way and long packets as the other does, and compresses no payload.
only_for ko
modprobe pigtail
echo 1 >/sys/module/pigtail/parameters/small
make_link
pings a 10.7.0.2 0 56 1000 1472
pings a fd07::2 56 1452
serve a
serve b
download a 10.7.0.2
download b 10.7.0.1
ip -n a link set pt0 mtu 9000
ip -n b link set pt0 mtu 9000
wait_for 10 "an answer at MTU 9000" answers a 10.7.0.2
pings a 10.7.0.2 1472
zeros() {
	in_ns a ping -q -n -c 20 -i 0.02 -W 5 -p 00 -s 1400 10.7.0.2 >"$dir/zeros.log"
}

zeros
expect "no payload was compressed" [ "$(counter tx_payload_saved)" = 0 ]
finish host
echo 0 >/sys/module/pigtail/parameters/small
start_host
wait_up
zeros
expect "with much memory it was" at_least tx_payload_saved 10000
echo -1 >/sys/module/pigtail/parameters/small
