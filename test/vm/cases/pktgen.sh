# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 120
# A flood of packets, faster than the line: each is sent, or counted as dropped, and none as
# both; also those that are longer than the MTU. Packets that are not the driver's alone are
# refused.
only_for ko
[ -e /sys/kernel/debug/kmemleak ] && skip_case "no pktgen in this kernel"
make_cable
start_host
# So that nothing but the flood is sent.
in_ns a sh -c 'echo 1 >/proc/sys/net/ipv6/conf/pt0/disable_ipv6'
start_device
in_ns b sh -c 'echo 1 >/proc/sys/net/ipv6/conf/pt0/disable_ipv6'
wait_up
ip -n b neigh replace 10.7.0.1 lladdr "$(ip -n a -o link show pt0 |
	sed 's/.*ether \([^ ]*\).*/\1/')" dev pt0 nud permanent
wait_for 10 "an answer" answers a 10.7.0.2
ip -n a neigh replace 10.7.0.2 lladdr "$(ip -n b -o link show pt0 |
	sed 's/.*ether \([^ ]*\).*/\1/')" dev pt0 nud permanent
modprobe pktgen

generate() {
	_file=$1
	shift
	in_ns a sh -c "echo '$*' >/proc/net/pktgen/$_file"
}

# interface FIELD: of /proc/net/dev; 11 is packets sent, 13 dropped
interface() {
	# shellcheck disable=SC2016 # for awk
	in_ns a awk -v field="$1" '/pt0:/ { sub(":", ": "); print $field }' /proc/net/dev
}

all_accounted() {
	[ $(($(interface 11) + $(interface 13) - before)) = "$1" ]
}

# flood COUNT SIZE
flood() {
	before=$(($(interface 11) + $(interface 13)))
	generate pt0 "count $1"
	generate pt0 "pkt_size $2"
	generate pgctrl start
}

generate kpktgend_0 "add_device pt0"
generate pt0 "dst 10.7.0.2"
generate pt0 "dst_mac 02:00:00:00:00:02"
generate pt0 "delay 0"
expect "no packets shared with others" fails generate pt0 "clone_skb 100"
flood 3000 200
note "$(interface 11) sent, $(interface 13) dropped"
wait_for 20 "each packet to be accounted for once: $before" all_accounted 3000
expect "some were dropped" [ "$(interface 13)" -gt 100 ]
dropped=$(interface 13)
flood 50 3000
expect "those too long were counted" [ $(($(interface 13) - dropped)) = 50 ]
wait_for 10 "and not as sent" all_accounted 50
generate kpktgend_0 rem_device_all
rmmod pktgen
wait_for 10 "an answer in the end" answers a 10.7.0.2
