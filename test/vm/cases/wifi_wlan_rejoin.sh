# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034
# limit: 180
# machine: wifi
# Without anybody's doing the program keeps a wlan radio in the networks that it knows: the
# one it finds, though another has a wrong password; the same after the access point sent it
# away, after it was gone for longer than the first tries take, and after the radio's end.
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
air 3
radio 0 hall
radio 2 yard
access_point hall hall pig secretsecret channel=6
access_point yard yard cow othersecret channel=11
ip -n hall address replace 10.8.0.1/24 dev wlan0
(umask 077 && printf '%s\n' '[cow]' ssid=cow 'passphrase=wrongwrong' priority=9 \
	'[pig]' ssid=pig passphrase=secretsecret >"$dir/networks")
wlan_radio 1
start_program --wifi-file "$dir/networks"
# joined TIMES: so often.
joined() {
	[ "$(grep -c 'joined pig' "$dir/program.log")" -ge "$1" ] && has_carrier a pt0
}
wait_for 40 "the one with the right password" joined 1
expect "the wrong one is told" grep -q "cow.*wrong password" "$dir/program.log"
ip -n a address replace 10.8.0.2/24 dev pt0
pings a 10.8.0.1 56
hostapd_cli -p /run/hostapd-hall deauthenticate "$(address_of b wlan1)"
wait_for 30 "it to come back" joined 2
finish hall
wait_for 20 "that it left" fails has_carrier a pt0
sleep 8
access_point hall hall pig secretsecret channel=6
ip -n hall address replace 10.8.0.1/24 dev wlan0
wait_for 60 "the access point that is back" joined 3
wait_for 10 "an answer" answers a 10.8.0.1
finish radio KILL
wait_for 20 "that the radio is gone" fails has_carrier a pt0
start radio in b pigtail device "/dev/ttyNM1,baud=$baud" wlan:wlan1 --name radio
wait_for 60 "the radio that is back" joined 4
wait_for 10 "an answer again" answers a 10.8.0.1
