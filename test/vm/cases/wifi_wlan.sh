# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034,SC2119
# limit: 120
# machine: wifi
# A wlan interface as the radio, told by the program's commands:
#
#	a: pigtail up === ttyNM0 ... ttyNM1 === b: pigtail device wlan:wlan1 ~~~ hall: hostapd
#
# Scan, wrong password, no such network, join, DHCP and traffic.
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
air 2
radio 0 hall
access_point hall hall pig secretsecret channel=6
dhcp_server hall-dhcp hall wlan0 10.8.0
wlan_radio 1
start_program

ask 0 scan
expect "the network and its signal" grep -q "pig.*-30" "$dir/asked.log"
password=wrongwrong
ask 4 join pig
password=secretsecret
ask 3 join nowhere
ask 0 join pig
wait_for 10 "carrier" has_carrier a pt0
dhcp a pt0
pings a 10.8.0.1 56 1400
serve hall
download a 10.8.0.1
serve a
download hall 10.8.0.5"$(ip -n a -o -4 address show pt0 | sed -n 's/.* 10\.8\.0\.5\([0-9]\).*/\1/p')"
