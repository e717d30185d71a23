# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $baud and others are those of run.sh and lib.sh
# shellcheck disable=SC2034 # and they read some of ours
#
# Interfaces that were there before, and settings that cannot be.

# says WORDS COMMAND...: it fails, and its last line has the words.
says() {
	local words=$1
	shift
	"$@" >"$dir/says" 2>&1 && fail "no failure: $*"
	grep -qF -- "$words" <(tail -n 1 "$dir/says") || fail "no '$words' in '$(cat "$dir/says")'"
}

case_a_tap_left_with_offloads_on() {
	in_ns a python3 "$here/left_tap.py" pt0
	make_link 0
	serve web a 10.7.0.1 200000
	download b 10.7.0.1
	expect "no damaged packet" [ "$(damaged_in b)" = 0 ]
}

case_a_tap_that_was_there_is_taken_as_it_is() {
	local up=(in_ns a timeout 5 "$pigtail" up "$dir/a0")
	start_wire 0
	ip -n a tuntap add dev pt0 mode tap
	ip -n a link set dev pt0 mtu 1300 address 02:00:00:00:00:0a
	says "pt0 exists and has an MTU of 1300" "${up[@]}" tap:pt0 --mtu 1400
	says "pt0 exists and has another MAC" "${up[@]}" tap:pt0 --mac 02:00:00:00:00:0b
	start_up 0 --mtu 1300 --mac 02:00:00:00:00:0a
	start_device 0 --mtu 1300
	wait_up up0 device0
	pings b 10.7.0.1 0 1272
	finish up0
	start_up 0
	wait_up up0
	pings b 10.7.0.1 0 1272
	expect "its MTU is told" grep -qE '"mtu":[[:space:]]*1300' <("$pigtail" status up0 --json)
}

# as_somebody COMMAND...: not root, but at a /dev/net/tun that all may open, as it is usual.
as_somebody() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare --mount sh -c 'mount --bind "$0" /dev/net/tun &&
		exec setpriv --reuid 12345 --clear-groups "$@"' "$dir/tun" "$@"
}

case_a_tap_that_is_down_and_not_roots() {
	mknod -m 666 "$dir/tun" c 10 200 2>/dev/null || skip_case "no device can be made here"
	as_somebody test -r /dev/net/tun || skip_case "cannot become somebody else here"
	start_wire 0
	chmod 666 "$(readlink -f "$dir/a0")"
	ip -n a tuntap add dev pt0 mode tap user 12345
	# It has to get at the program.
	cp "$pigtail" "$dir/pigtail"
	export -f as_somebody
	export dir
	says "'ip link set dev pt0 up'" in_ns a bash -c 'as_somebody "$@"' - \
		"$dir/pigtail" up "$dir/a0" tap:pt0
}

has_address() {
	ip -n a address show dev pt0 | grep -q "inet $1 "
}

case_networks_of_two_and_of_one_have_no_broadcast() {
	local length
	start_wire 0
	for length in 31 32; do
		start up0 in_ns a "$pigtail" up "$dir/a0,baud=$baud" tap:pt0 --name up0 \
			--ip "10.7.0.0/$length"
		wait_for 5 "the address" has_address "10.7.0.0/$length"
		expect "no broadcast" [ -z "$(ip -n a -o -4 address show dev pt0 | grep -o ' brd [^ ]*')" ]
		finish up0
	done
}

case_ipv6_that_is_switched_off_is_said() {
	start_wire 0
	echo 1 | in_ns a tee /proc/sys/net/ipv6/conf/default/disable_ipv6 >/dev/null
	says "IPv6 is switched off" in_ns a timeout 5 "$pigtail" up "$dir/a0" tap:pt0 --ip fd07::1/64
}

case_a_peer_with_a_smaller_mtu_is_said() {
	start_wire 0
	start_up 0
	start_device 0 --mtu 1400
	wait_up up0 device0
	wait_for 2 "the advice" has_line up0 'set --mtu 1400$'
}

# assigned ADDRESS NETMASK GATEWAY [OPTION...]: a link whose radio assigns this.
assigned() {
	rm -f "$dir"/up0.log "$dir"/radio.log
	start_wire 0
	start radio python3 "$here/hosted_radio.py" "$dir/b0" "$1" "$2" "$3"
	wait_for 5 "the radio" has_line radio listening
	start up0 in_ns a "$pigtail" up "$dir/a0" tap:pt0 --name up0 --framing esp8266-hosted \
		--wifi-file "$dir/wifi" "${@:4}"
	wait_up up0
}

# The framing itself believes in no loopback, group, or netmask with holes.
case_a_radio_assigns_what_makes_sense_only() {
	local address netmask
	printf 'ssid=a network\npassword=correct horse\n' >"$dir/wifi"
	chmod 600 "$dir/wifi"
	while read -r address netmask; do
		assigned "$address" "$netmask" 10.7.0.2
		wait_for 2 "the refusal of $address $netmask" has_line up0 "not taken: .* $address, "
		expect "no address" [ -z "$(ip -n a -4 address show dev pt0)" ]
		finish_all
		wait_for 2 "the wire to be gone" test ! -e "$dir/a0"
	done <<-'ADDRESSES'
		10.7.0.1 0.0.0.0
		10.7.0.1 254.0.0.0
		10.7.0.255 255.255.255.0
		10.7.0.0 255.255.255.0
	ADDRESSES
}

has_default_route() {
	default_routes | grep -q '^default via 10.7.0.2 dev pt0'
}

default_routes() {
	ip -n a route show default
}

case_a_default_route_only_when_asked_for() {
	printf 'ssid=a network\npassword=correct horse\n' >"$dir/wifi"
	chmod 600 "$dir/wifi"
	assigned 10.7.0.1 255.255.255.0 10.7.0.2
	wait_for 2 "the address" has_address 10.7.0.1/24
	expect "none" [ -z "$(default_routes)" ]
	finish_all
	wait_for 2 "the wire to be gone" test ! -e "$dir/a0"
	assigned 10.7.0.1 255.255.255.0 10.7.0.2 --default-route
	wait_for 2 "the route" has_default_route
	finish_all
	wait_for 2 "the wire to be gone" test ! -e "$dir/a0"
	assigned 10.7.0.1 255.255.255.0 192.168.1.1 --default-route
	wait_for 2 "the reason" has_line up0 "no default route: the gateway 192.168.1.1"
	expect "none" [ -z "$(default_routes)" ]
}
