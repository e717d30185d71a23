# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $baud and others are those of run.sh and lib.sh
# shellcheck disable=SC2034 # and they read some of ours
#
# The other framings, and being told that the peer speaks one.

case_another_framing_is_named() {
	local framing said net
	while read -r framing net said; do
		start_wire 0
		start up0 in_ns a "$pigtail" up "$dir/a0" tap:pt0 --name up0
		start device0 in_ns b "$pigtail" device "$dir/b0" "$net:pt0" --name device0 \
			--framing "$framing" --ip 10.7.0.2/24
		# Something for it to say.
		wait_for 5 "the interface" in_ns b ip link show pt0
		start ping in_ns b ping -q -i 0.1 10.7.0.1
		wait_for 10 "'seems to speak $said'" has_line up0 "seems to speak $said"
		expect "said once" [ "$(lines_with 'seems to speak' "$dir/up0.log")" = 1 ]
		finish_all
		rm -f "$dir/up0.log"
	done <<'END'
slip tun SLIP
len16 tap len16
END
}

case_len16_with_an_independent_peer() {
	join_by_veth
	start up0 in_ns a "$pigtail" up tcp-listen:10.8.0.1:5556 tap:pt0 --framing len16 \
		--name up0 --ip 192.168.100.1/24
	start peer in_ns b python3 "$here/len16_peer.py" 10.8.0.1:5556 --tap pt0 \
		--address 192.168.100.2/24
	wait_for 10 "the peer to connect" has_line peer connected
	wait_up up0
	pings a 192.168.100.2 0 1 56 1000 1471 1472
	pings b 192.168.100.1 0 1472
	serve web b 192.168.100.2 300000
	download a 192.168.100.2
	expect "it never lost alignment" [ "$(lines_with 'alignment lost' "$dir/peer.log")" = 0 ]
}

case_len16_connects_to_an_independent_peer() {
	join_by_veth
	start peer in_ns b python3 "$here/len16_peer.py" --listen 10.8.0.2:5556 --tap pt0 \
		--address 192.168.100.2/24
	start up0 in_ns a "$pigtail" up tcp:10.8.0.2:5556 tun:pt0 --framing len16 \
		--name up0 --ip 192.168.100.1/24
	wait_for 10 "the peer to accept" has_line peer connected
	wait_up up0
	# A tun: ARP is answered for it, and asked for it.
	pings a 192.168.100.2 0 56 1472
	pings b 192.168.100.1 0 56 1472
}

# Acknowledgements of NS that waited for their timer (40 ms).
delayed_acks() {
	in_ns "$1" python3 -c '
names, values = [line.split() for line in open("/proc/net/netstat") if line.startswith("TcpExt:")]
print(values[names.index("DelayedACKs")])'
}

# Either way round; a peer whose frame waits for its length to be acknowledged.
slow_tcp_peer_that_writes_in_pieces() {
	local side before
	join_by_veth
	for side in tcp-listen:10.8.0.1 tcp:10.8.0.2; do
		start up0 in_ns a "$pigtail" up "$side:5556" tap:pt0 --framing len16 \
			--name up0 --ip 192.168.100.1/24
		if [[ $side == tcp:* ]]; then
			start peer in_ns b python3 "$here/len16_peer.py" --listen 10.8.0.2:5556 \
				--apart --tap pt0 --address 192.168.100.2/24
		else
			start peer in_ns b python3 "$here/len16_peer.py" 10.8.0.1:5556 \
				--apart --tap pt0 --address 192.168.100.2/24
		fi
		wait_for 10 "the peer" in_ns a ping -q -n -c 1 -W 1 192.168.100.2
		before=$(delayed_acks a)
		in_ns a ping -n -c 50 -i 0.05 -W 5 192.168.100.2 | tail -n 1
		expect "hardly any acknowledgement was late" [ "$(delayed_acks a)" -lt $((before + 10)) ]
		finish up0
		finish peer
	done
}

case_slip_between_tap_and_tun() {
	local left right
	for left in tap tun; do
		for right in tap tun; do
			start_wire 0
			start up0 in_ns a "$pigtail" up "$dir/a0" "$left:pt0" --framing slip \
				--name up0 --ip 10.7.0.1/24
			start device0 in_ns b "$pigtail" device "$dir/b0" "$right:pt0" \
				--framing slip --name device0 --ip 10.7.0.2/24
			wait_up up0 device0
			add_ipv6 0
			pings a 10.7.0.2 0 56 192 1472
			pings b 10.7.0.1 0 1472
			pings a fd07:0::2 0 56 1452
			finish_all
		done
	done
}

case_esp8266_hosted() {
	local left right
	printf 'ssid=a network\npassword=correct horse\n' >"$dir/wifi"
	chmod 600 "$dir/wifi"
	for left in tap tun; do
		for right in tap tun; do
			start_wire 0
			# The host calls once, then only after 15 s: a real device needs that.
			start device0 in_ns b "$pigtail" device "$dir/b0" "$right:pt0" \
				--framing esp8266-hosted --ip 10.7.0.1/24 --gateway 10.7.0.2 \
				--name device0
			wait_for 5 "the device" is_open device0
			start up0 in_ns a "$pigtail" up "$dir/a0" "$left:pt0" \
				--framing esp8266-hosted --wifi-file "$dir/wifi" --name up0 \
				--capture "$dir/capture"
			wait_up up0 device0
			ip -n b address add 10.7.0.2/24 dev pt0
			wait_for 5 "the address that was handed out" \
				grep -q 10.7.0.1/24 <(ip -n a address show dev pt0)
			pings a 10.7.0.2 0 56 1472
			pings b 10.7.0.1 0 56 1472
			finish_all
			expect "the password is in no capture" \
				[ "$(lines_with 'correct horse' "$dir/capture")" = 0 ]
		done
	done
	expect "nor in a log" [ "$(lines_with 'correct horse' "$dir"/*.log)" = 0 ]
}
