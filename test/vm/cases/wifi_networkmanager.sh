# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 70
# machine: wifi
# NetworkManager on the card: it lists networks with signal and security, joins WPA2 with
# DHCP (with the card's address, having looked around with another), says that a password is
# wrong, and switches the radio off and on.
only_for ko
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
scripted_radio <<END
[ap pig]
bssid = 02:00:00:00:01:01
key = secretsecret
channel = 6
signal = -48
net = tap:hall
[ap cafe]
bssid = 02:00:00:00:01:02
channel = 11
signal = -70
net = tap:hall
END
system_bus a
start_card
wait_for 10 "the net behind" ip -n b link show hall
dhcp_server hall-dhcp b hall 10.8.0
start supplicant in a wpa_supplicant -u
network_manager a
lists() {
	nm -t -f SSID,SIGNAL,SECURITY device wifi list >"$dir/list.log" 2>&1
	grep -q '^pig:[0-9]*:WPA2' "$dir/list.log" && grep -q '^cafe:[0-9]*:$' "$dir/list.log"
}
wait_for 30 "the networks" lists
# The card's own, and what NetworkManager shows while nothing is joined.
perm=$(in_ns a ethtool -P wlan0 | sed 's/.*: //')
own_address() {
	ip -n a link show wlan0 | grep -q "ether $perm"
}
expect "another address meanwhile" fails own_address
nm device wifi connect pig password secretsecret >"$dir/connect.log" 2>&1
expect "nmcli says so" grep -q "successfully activated" "$dir/connect.log"
expect "iw link" linked 02:00:00:00:01:01
pings a 10.8.0.1 56 1400
expect "the radio's address" own_address
nm radio wifi off
wait_for 10 "that it left" not_linked
nm radio wifi on
wait_for 30 "that it joins again" linked 02:00:00:00:01:01
wait_for 20 "an answer" answers a 10.8.0.1
nm connection delete pig >/dev/null
expect "a wrong password" fails nm device wifi connect pig password wrongwrong >"$dir/wrong.log" 2>&1
note "nmcli on a wrong password: $(tail -n 1 "$dir/wrong.log")"
nm connection delete pig >/dev/null 2>&1 || true
nm device wifi connect cafe >"$dir/cafe.log" 2>&1
expect "an open network" linked 02:00:00:00:01:02
