# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 60
# machine: wifi
# What is set on the card holds on the radio's own interface: power save, power, and which
# groups are heard; also after the radio restarts. What iw tells of the station.
only_for ko
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
air 2
radio 0 hall
access_point hall hall pig "" channel=6
wlan_radio 1
start_card
ip -n hall address replace 10.8.0.1/24 dev wlan0

# radio_has WHAT COMMAND...: of iw dev wlan1, in b.
radio_has() {
	_has=$1
	shift
	in_ns b iw dev wlan1 "$@" | grep -q "$_has"
}
join() {
	in_ns a iw dev wlan0 connect -w pig >"$dir/connect.log"
	ip -n a address replace 10.8.0.2/24 dev wlan0
	wait_for 10 "an answer" answers a 10.8.0.1
	wait_for 5 "power save" radio_has "Power save: on" get power_save
	wait_for 5 "its power" radio_has "txpower 10.00" info
}

# The radio takes its time for that one, and is told all at once when it restarts.
in_ns a iw reg set DE
in_ns a iw dev wlan0 set power_save on
in_ns a iw dev wlan0 set txpower fixed 1000
join
expect "no other address while it is joined" fails ip -n a link set wlan0 address 02:11:22:33:44:66
in_ns a iw dev wlan0 station dump >"$dir/station.log"
for what in "signal:.*dBm" "rx bytes" "tx packets" "connected time"; do
	expect "$what" grep -q "$what" "$dir/station.log"
done

received() {
	in_ns a cat /proc/net/dev | awk '$1 == "wlan0:" { print $3 }'
}
# heard GROUP: how many of twenty packets to it the card gets, and what else comes meanwhile.
heard() {
	_before=$(received)
	in_ns hall ping -q -n -c 20 -i 0.02 -W 1 -I wlan0 "$1" >/dev/null || true
	echo $(($(received) - _before))
}
groups_hold() {
	expect "a group that nobody is in" [ "$(heard 224.9.9.9)" -lt 10 ]
	ip -n a maddress add 01:00:5e:09:09:09 dev wlan0
	sleep 0.2
	expect "one that it is in" [ "$(heard 224.9.9.9)" -ge 20 ]
	expect "and no other" [ "$(heard 224.8.8.8)" -lt 10 ]
	ip -n a link set wlan0 allmulticast on
	sleep 0.2
	expect "all of them" [ "$(heard 224.8.8.8)" -ge 20 ]
	ip -n a link set wlan0 allmulticast off
	ip -n a maddress del 01:00:5e:09:09:09 dev wlan0
	sleep 0.2
}
groups_hold

finish radio KILL
wait_for 10 "that it left" not_linked
start radio in b pigtail device "/dev/ttyNM1,baud=$baud" wlan:wlan1 --name radio
wait_for 10 "the radio" scan
join
groups_hold
in_ns a iw dev wlan0 set txpower auto
wait_for 5 "all of its power" radio_has "txpower 20.00" info
in_ns a iw dev wlan0 set txpower fixed 1000

# The radio's interface is one of this kernel, which sets one address at a time.
in_ns a iw dev wlan0 disconnect
has_address() {
	[ "$(address_of b wlan1)" = 02:11:22:33:44:55 ]
}
ip -n a link set wlan0 down
ip -n a link set wlan0 address 02:11:22:33:44:55
ip -n a link set wlan0 up
wait_for 5 "the radio's to be the same" has_address
join

# Killed, it leaves that address there; the next one takes it back.
own=$(ip -n b -d link show wlan1 | sed -n 's/.*permaddr \([0-9a-f:]*\).*/\1/p')
expect "an address that is not its own" [ -n "$own" ]
finish card
finish radio KILL
expect "the host's" has_address
start radio in b pigtail device "/dev/ttyNM1,baud=$baud" wlan:wlan1 --name radio
wait_for 10 "its own address" sh -c "ip -n b link show wlan1 | grep -q 'ether $own'"
finish radio
expect "that stays" [ "$(address_of b wlan1)" = "$own" ]
