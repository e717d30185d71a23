# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034
# limit: 180
# machine: wifi
# The driver's card over a wlan radio and two access points of one network. The radio roams
# by itself, a download goes on through it, and iw and wpa_supplicant know where it is. Not
# when one of the two is asked for.
only_for ko
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
two_access_points
wlan_radio 1
start_card
start events in a iw event
supplicant card-wpa a wlan0 'ssid="pig"' 'psk="secretsecret"'
wait_joined card-wpa
expect "the stronger one" linked "$hall"
dhcp a wlan0
serve hall
start download in a wget -q -O "$dir/got" http://10.8.0.1:8000/file
sleep 2
signals -80 -40 -40
wait_for 20 "a roam by itself" linked "$yard"
roams "a roam that was asked for" yard "$hall" 6 linked "$hall"
signals -40 -40 -80 # where it stays, however long the rest takes
wait_for 60 "the download" fails runs download
expect "what came is what was served" cmp "$dir/web/file" "$dir/got"
wait_for 10 "the supplicant to know" sh -c "wpa_cli -p /run/wpa-card-wpa status | grep -q bssid=$hall"
expect "iw says so" [ "$(grep -c roamed "$dir/events.log")" = 2 ]
expect "it never left" fails grep -q disconnected "$dir/events.log"

finish card-wpa
supplicant fixed-wpa a wlan0 'ssid="pig"' 'psk="secretsecret"' "bssid=$hall"
wait_joined fixed-wpa
expect "the one that was asked for" linked "$hall"
signals -80 -40 -40
# As long as it has for a roam above.
sleep $((20 * patience / 2))
expect "it stays" linked "$hall"
expect "there was no other roam" [ "$(grep -c roamed "$dir/events.log")" = 2 ]
