# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034,SC2119
# limit: 120
# machine: wifi
# A wlan radio as an access point that another radio joins, told by the program's commands:
# WPA2, traffic, what is known of the station, its end; then an open one on another channel.
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
air 2
radio 0 guest
wlan_radio 1
start_program
password=secretsecret
ask 0 ap start attic --channel 11
supplicant guest guest wlan0 'ssid="attic"' 'psk="secretsecret"' scan_freq=2462
wait_joined guest
wait_for 10 "carrier" has_carrier a pt0
dhcp_server attic-dhcp a pt0 10.9.0
dhcp guest wlan0
pings guest 10.9.0.1 56 1400
serve a
download guest 10.9.0.1
guest=$(address_of guest wlan0)
# station KEY LEAST: what is told of the one station there is.
station() {
	_told=$(pigtail stations --link program --json | tr -d '\n' |
		sed -n "s/.*\"$1\": *\(-*[0-9]*\).*/\1/p")
	[ -n "$_told" ] && [ "$_told" -ge "$2" ]
}
wait_for 10 "what went to it" station tx_bytes "$bytes"
expect "what came from it" station rx_bytes 20000
expect "its signal" station signal -40
expect "its rate, kbit/s" station tx_rate 1000
ask 0 stations
note "$(sed -n 2p "$dir/asked.log")"
ask 0 stations --kick "$guest"
wait_for 10 "that it was sent away" grep -q "CTRL-EVENT-DISCONNECTED" "$dir/guest.log"
finish guest
ask 0 ap stop
wait_for 5 "no carrier" fails has_carrier a pt0
password=
ask 0 ap start cellar --channel 1 --security open
supplicant open guest wlan0 'ssid="cellar"' key_mgmt=NONE scan_freq=2412
wait_joined open
wait_for 10 "an answer" answers guest 10.9.0.1
