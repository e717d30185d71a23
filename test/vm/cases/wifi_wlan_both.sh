# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034
# limit: 120
# machine: wifi
# Station and access point at once on one wlan radio, each with a net of its own at the
# host's end, and traffic on both:
#
#	hall: hostapd ~~~ wlan1 \                            / pt0
#	                         b: pigtail device === a: pigtail up
#	guest: a station ~~~ wlan1-ap                        \ pt1
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
air 3
radio 0 hall
radio 2 guest
access_point hall hall pig secretsecret channel=6
dhcp_server hall-dhcp hall wlan0 10.8.0
wlan_radio 1
start_program --ap tap:pt1
password=secretsecret
ask 0 join pig
dhcp a pt0
password=othersecret
ask 1 ap start mine --channel 11
expect "that one radio has one channel" grep -q "channel" "$dir/asked.log"
ask 0 ap start mine
supplicant guest guest wlan0 'ssid="mine"' 'psk="othersecret"' scan_freq=2437
wait_joined guest
dhcp_server mine-dhcp a pt1 10.9.0
dhcp guest wlan0
ask 0 stations
serve a
pings guest 10.9.0.1 56 1400
pings a 10.8.0.1 56 1400
download guest 10.9.0.1
