# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034
# limit: 150
# machine: wifi
# The whole chain: Debian's programs on the driver's card, over the wire a wlan radio, over
# the air hostapd. Scan, WPA2, DHCP, traffic, iw link with the signal; the access point
# restarts and is rejoined; the wrong password is told; WPA3 is not, but as a failure.
only_for ko
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
air 2
radio 0 hall
access_point hall hall pig secretsecret channel=6
dhcp_server hall-dhcp hall wlan0 10.8.0
wlan_radio 1
start_card
scan
expect "WPA2 and its signal" grep -q "signal: -30" "$dir/scan.log"
expect "its RSN element" grep -q "Authentication suites: PSK" "$dir/scan.log"

supplicant wrong a wlan0 'ssid="pig"' 'psk="wrongwrong"' scan_freq=2437
wait_for 30 "the wrong key to be told" grep -q "ASSOC-REJECT.*status_code=15" "$dir/wrong.log"
finish wrong

supplicant card-wpa a wlan0 'ssid="pig"' 'psk="secretsecret"' scan_freq=2437
wait_joined card-wpa
dhcp a wlan0
pings a 10.8.0.1 56 1472
expect "iw link with the signal" sh -c "nsenter --net=/run/netns/a iw dev wlan0 link | grep -q 'signal: -30'"
serve hall
download a 10.8.0.1
finish hall
wait_for 20 "that it left" not_linked
access_point hall hall pig secretsecret channel=6
ip -n hall address replace 10.8.0.1/24 dev wlan0
wait_for 40 "the network to be rejoined" linked "$(address_of hall wlan0)"
wait_for 20 "an answer" answers a 10.8.0.1
