# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $baud and others are those of run.sh and lib.sh
# shellcheck disable=SC2034 # and they read some of ours
#
# MAC addresses: where one comes from, and who hears of it.

# hide_identity: the program runs where there is neither a machine-id nor a serial number,
# as in many containers and on many small boards.
hide_identity() {
	cat >"$dir/anonymous" <<END
#!/bin/sh
exec unshare --mount sh -c '
	for file in /etc/machine-id /proc/device-tree/serial-number \\
		/sys/devices/soc0/serial_number /sys/class/dmi/id/product_uuid \\
		/sys/class/dmi/id/board_serial; do
		[ ! -e "\$file" ] || mount --bind /dev/null "\$file"
	done
	exec "\$0" "\$@"' "$pigtail" "\$@"
END
	chmod +x "$dir/anonymous"
	pigtail=$dir/anonymous
}

# mac_in NS INTERFACE
mac_in() {
	ip -n "$1" -o link show dev "$2" | sed -E 's/.*ether ([0-9a-f:]+).*/\1/'
}

case_host_end_killed_without_a_machine_id() {
	local before
	hide_identity
	case_host_end_killed_while_downloading
	before=$(mac_in a pt0)
	finish up0
	start_up 0
	wait_up up0
	expect "the same address" [ "$(mac_in a pt0)" = "$before" ]
}

# Another MAC for addresses that the peer knows: nothing but the announcement tells it.
case_a_changed_mac_is_heard_at_once() {
	local mac again=false
	start_wire 0
	start_device 0
	for mac in 02:00:00:00:00:0a 02:00:00:00:00:0b; do
		! $again || finish up0 KILL
		start_up 0 --mac "$mac"
		wait_up up0 device0
		ip -n a address add fd07:0::1/64 dev pt0 nodad
		$again || ip -n b address add fd07:0::2/64 dev pt0 nodad
		again=true
		wait_for 2 "an IPv4 answer of $mac" in_ns b ping -q -n -c 1 -W 0.2 10.7.0.1
		wait_for 2 "an IPv6 answer of $mac" in_ns b ping -q -n -c 1 -W 0.2 fd07:0::1
	done
	ip -n a link set dev pt0 address 02:00:00:00:00:0c
	wait_for 2 "an IPv4 answer of the third" in_ns b ping -q -n -c 1 -W 0.2 10.7.0.1
	wait_for 2 "an IPv6 answer of the third" in_ns b ping -q -n -c 1 -W 0.2 fd07:0::1
}

# An address that another machine had comes to a link that is up.
case_an_address_that_comes_later_is_heard() {
	make_link 0
	in_ns b ip neigh replace 10.7.0.77 lladdr 02:00:00:00:00:77 dev pt0 nud stale
	ip -n a address add 10.7.0.77/24 dev pt0
	wait_for 2 "an answer of the moved address" in_ns b ping -q -n -c 1 -W 0.2 10.7.0.77
}

# br0 has another port, a network card of the machine, with a high address.
case_a_bridge_keeps_its_address() {
	ip -n a link add br0 type bridge
	ip -n a link add nic0 address fc:ff:ff:12:34:56 type veth peer name nic1
	ip -n a link set nic0 master br0 up
	ip -n a link set br0 up
	expect "the card's" [ "$(mac_in a br0)" = fc:ff:ff:12:34:56 ]
	start_wire 0
	start up0 in_ns a "$pigtail" up "$dir/a0,baud=$baud" bridge:br0 --name up0
	start_device 0
	wait_up up0 device0
	expect "the bridge's address" [ "$(mac_in a br0)" = fc:ff:ff:12:34:56 ]
	expect "the port's address" grep -q '^fe:' <<<"$(mac_in a pigtail0)"
}
