# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034,SC2119
# limit: 120
# machine: wifi
# Two access points of one network behind one bridge, a wlan radio, and a download that goes
# on meanwhile. The radio roams by itself when the signal falls, and when the access point
# that it is at asks for it (802.11v); the program says where it is.
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
two_access_points
wlan_radio 1
start_program
password=secretsecret
ask 0 join pig
at() {
	pigtail info --link program --json | grep -q "$1"
}
wait_for 10 "the stronger one" at "$hall"
dhcp a pt0
serve hall
start download in a wget -q -O "$dir/got" http://10.8.0.1:8000/file
sleep 2
signals -80 -40 -40
wait_for 20 "a roam by itself" at "$yard"
roams "a roam that was asked for" yard "$hall" 6 at "$hall"
wait_for 60 "the download" fails runs download
expect "what came is what was served" cmp "$dir/web/file" "$dir/got"
expect "it never left" fails grep -q "DISCONNECTED" "$dir/radio.log"
