# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $baud and others are those of run.sh and lib.sh
# shellcheck disable=SC2034 # and they read some of ours
#
# What goes through.

case_ping_every_size() {
	make_link 0
	add_ipv6 0
	pings a 10.7.0.2 0 1 7 8 9 56 100 127 128 129 254 255 256 257 511 512 1000 1400 1471 1472
	pings b 10.7.0.1 0 1 56 253 254 255 508 1024 1471 1472
	pings a fd07:0::2 0 1 7 8 56 127 128 254 255 256 511 512 1000 1400 1451 1452
	pings b fd07:0::1 0 56 255 1452
	# Two fragments, and several.
	pings a 10.7.0.2 1473 4000
	pings a fd07:0::2 1453 4000
}

case_download_2_mb() {
	make_link 0
	serve web b 10.7.0.2
	download a 10.7.0.2
}

case_upload_and_download_over_ipv6() {
	baud=2000000
	make_link 0
	add_ipv6 0
	serve web b fd07:0::2 600000
	serve web6 a fd07:0::1
	download a '[fd07:0::2]' &
	download b '[fd07:0::1]'
	wait $!
}

slow_three_links_at_once() {
	local i
	for i in 0 1 2; do
		make_link "$i"
		serve "web$i" b "10.7.$i.2" 500000
	done
	for i in 0 1 2; do
		start "get$i" download a "10.7.$i.2"
	done
	for i in 0 1 2; do
		wait "${pid_of[get$i]}" || fail "download over link $i"
		unset "pid_of[get$i]"
	done
	"$pigtail" status >"$dir/status"
	expect "three links of two ends are listed" [ "$(lines_with ': up for' "$dir/status")" = 6 ]
}

case_a_bridge() {
	start_wire 0
	start_up 0
	ip -n b link add br0 type bridge
	ip -n b address add 10.7.0.2/24 dev br0
	ip -n b link set br0 up
	start device0 in_ns b "$pigtail" device "$dir/b0" bridge:br0 --name device0
	wait_up up0 device0
	wait_for 5 "the bridge to forward" in_ns a ping -q -c 1 -W 1 10.7.0.2
	pings a 10.7.0.2 56 1472
}

case_tun_at_both_ends() {
	start_wire 0
	start up0 in_ns a "$pigtail" up "$dir/a0" tun:pt0 --name up0 --ip 10.7.0.1/24
	start device0 in_ns b "$pigtail" device "$dir/b0" tun:pt0 --name device0 --ip 10.7.0.2/24
	wait_up up0 device0
	add_ipv6 0
	pings a 10.7.0.2 0 56 1472
	pings b fd07:0::1 0 56 1452
}

case_other_mtus() {
	local mtu
	for mtu in 576 1500 4000; do
		start_wire 0
		start_up 0 --mtu "$mtu"
		start_device 0 --mtu "$mtu"
		wait_up up0 device0
		expect "the interface's MTU" \
			[ "$(in_ns a cat /sys/class/net/pt0/mtu 2>/dev/null || ip -n a -j link show pt0 |
				grep -oE '"mtu":[0-9]+' | grep -oE '[0-9]+')" = "$mtu" ]
		pings a 10.7.0.2 0 $((mtu - 29)) $((mtu - 28))
		finish_all
	done
}

case_unix_ports() {
	start up0 in_ns a "$pigtail" up "unix-listen:$dir/socket" tap:pt0 --name up0 --ip 10.7.0.1/24
	start device0 in_ns b "$pigtail" device "unix:$dir/socket" tap:pt0 --name device0 \
		--ip 10.7.0.2/24
	wait_up up0 device0
	expect "the socket is ours alone" [ "$(stat -c %a "$dir/socket")" = 600 ]
	pings a 10.7.0.2 0 56 1472
	finish up0
	expect "the socket is gone" [ ! -e "$dir/socket" ]
}

case_tcp_ports() {
	join_by_veth
	# The one that connects comes first, and waits.
	start device0 in_ns b "$pigtail" device tcp:10.8.0.1:5556 tap:pt0 --name device0 \
		--ip 10.7.0.2/24
	sleep 0.3
	start up0 in_ns a "$pigtail" up tcp-listen:10.8.0.1:5556 tap:pt0 --name up0 --ip 10.7.0.1/24
	wait_up up0 device0
	pings a 10.7.0.2 0 56 1472
}
