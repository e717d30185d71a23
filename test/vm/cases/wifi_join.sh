# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 90
# machine: wifi
# The card of a radio in a scripted air: iw finds networks, wpa_supplicant joins WPA2, DHCP
# and traffic work, iw tells signal and rates; a wrong password is told as such, an access
# point that goes is told, and rejoined when it is back.
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
start_card
wait_for 10 "the net behind" ip -n b link show hall
dhcp_server hall-dhcp b hall 10.8.0
scan
expect "WPA2 and its signal" sh -c "grep -A 40 '02:00:00:00:01:01' $dir/scan.log | grep -q 'signal: -4[0-9]'"
expect "its RSN element" grep -q "Authentication suites: PSK" "$dir/scan.log"
expect "an open network" grep -q "SSID: cafe" "$dir/scan.log"
start events in a iw event -t

supplicant card-wpa a wlan0 'ssid="pig"' 'psk="secretsecret"'
wait_joined card-wpa
expect "iw link" linked 02:00:00:00:01:01
dhcp a wlan0
pings a 10.8.0.1 56 1472
serve b
download a 10.8.0.1
in_ns a iw dev wlan0 link >"$dir/link.log"
expect "its signal" grep -q "signal: -4[0-9] dBm" "$dir/link.log"
expect "its channel" grep -q "freq: 2437" "$dir/link.log"
wpa card-wpa disconnect
wait_for 5 "that it left" not_linked
expect "no carrier" fails has_carrier a wlan0
finish card-wpa

supplicant wrong a wlan0 'ssid="pig"' 'psk="wrongwrong"'
wait_for 20 "the wrong key to be told" grep -q "ASSOC-REJECT.*status_code=15" "$dir/wrong.log"
finish wrong
expect "in the kernel's log" sh -c "dmesg | grep -q 'not joined: wrong password'"

in_ns a iw dev wlan0 connect -w cafe >"$dir/connect.log" 2>&1
expect "an open network by iw" linked 02:00:00:00:01:02
pings a 10.8.0.1 56
in_ns a iw dev wlan0 disconnect
wait_for 5 "that it left" not_linked
# Asked for again while it is under way: that is one join, which can be left.
in_ns a sh -c 'iw dev wlan0 connect cafe && iw dev wlan0 connect cafe'
wait_for 10 "it to be joined" linked 02:00:00:00:01:02
in_ns a iw dev wlan0 disconnect
wait_for 5 "that it left" not_linked
expect "events" grep -q "connected to 02:00:00:00:01:02" "$dir/events.log"
