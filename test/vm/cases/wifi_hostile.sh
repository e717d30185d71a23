# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 120
# machine: wifi
# A radio that lies: events in each wrong state, answers to nothing, elements of garbage,
# 10000 networks, silence, restarts; while wpa_supplicant and iw do all that they can. The
# kernel has nothing to complain of, and an honest radio is served after it.
only_for ko
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
make_cable
stty -F /dev/ttyNM1 "$baud" raw -echo
# A slower kernel gets through as much in more time.
start liar vm_hostile_radio /dev/ttyNM1 $((20 * patience)) "${seed:-1}"
start_card
start events in a iw event
printf '%s\n' ctrl_interface=/run/wpa-liar 'network={' 'ssid="pig"' key_mgmt=NONE '}' >"$dir/liar.conf"
# It ends when the interface goes under it, as a radio that becomes another one makes it go.
supplicate() {
	runs wpa-liar || start wpa-liar in a wpa_supplicant -t -Dnl80211 -iwlan0 "-c$dir/liar.conf"
}
# A beacon's fixed part, SSID and rates.
beacon=80000000ffffffffffff0200000003020200000003020000000000000000000064000100
beacon=${beacon}00067069672d6170010482848b96
iws() {
	in_ns a timeout 3 iw "$@" >>"$dir/iw.log" 2>&1 || true
}
while runs liar; do
	supplicate
	iws dev wlan0 scan
	iws dev wlan0 scan dump # a scan that did not come to its end has found some, too
	iws dev wlan0 link
	iws dev wlan0 station dump
	iws dev wlan0 interface add uap0 type __ap
	in_ns a ip link set uap0 up 2>/dev/null || true
	iws dev uap0 ap start pig-ap 2412 100 2 head "$beacon"
	iws dev uap0 station dump
	in_ns a ping -q -c 2 -i 0.1 -W 1 -b 10.9.9.255 >/dev/null 2>&1 || true
	iws dev uap0 ap stop
	iws dev uap0 del
	iws dev wlan0 disconnect
	iws dev wlan0 connect pig
	in_ns a ip link set wlan0 down 2>/dev/null || true
	in_ns a ip link set wlan0 up 2>/dev/null || true
done
note "$(tail -n 1 "$dir/liar.log")"
expect "it had something to say" grep -q '[0-9]\{3\} messages' "$dir/liar.log"
expect "networks were found" grep -q "on wlan0" "$dir/iw.log"
expect "and joined" grep -q "connected to" "$dir/events.log"
finish wpa-liar || true
scripted_radio <<END
[ap pig]
bssid = 02:00:00:00:01:01
net = tap:hall
END
# What iw waits for may be the end of its request to the liar.
joins() {
	in_ns a ip link set wlan0 up
	in_ns a timeout 5 iw dev wlan0 connect -w pig
	linked 02:00:00:00:01:01
}
wait_for 20 "an honest radio" joins
wait_for 10 "the net behind" ip -n b address replace 10.8.0.1/24 dev hall
ip -n a address replace 10.8.0.2/24 dev wlan0
pings a 10.8.0.1 56 1472
finish card
