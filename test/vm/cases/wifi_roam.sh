# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 120
# machine: wifi
# Two access points of one network, whose signals take turns: the radio roams by itself, a
# download goes on through it, and iw and wpa_supplicant know where it is.
only_for ko
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
scripted_radio <<END
[ap east]
ssid = pig
bssid = 02:00:00:00:01:01
key = secretsecret
channel = 1
signal = -45 -45@10 -85@14 -85@24 -45@28
period = 30
net = tap:hall
[ap west]
ssid = pig
bssid = 02:00:00:00:01:02
key = secretsecret
channel = 11
signal = -85 -85@10 -45@14 -45@24 -85@28
period = 30
net = tap:hall
END
start_card
start events in a iw event
wait_for 10 "the net behind" ip -n b link show hall
ip -n b address replace 10.7.0.2/24 dev hall
ip -n a address replace 10.7.0.1/24 dev wlan0
supplicant card-wpa a wlan0 'ssid="pig"' 'psk="secretsecret"'
wait_joined card-wpa
serve b
start download in a sh -c "for i in \$(seq 20); do wget -q -O - http://10.7.0.2:8000/file |
	cmp - $dir/web/file || exit 1; done"
wait_for 20 "a roam to the west" linked 02:00:00:00:01:02
wait_for 20 "a roam to the east" linked 02:00:00:00:01:01
expect "the supplicant knows" sh -c 'wpa_cli -p /run/wpa-card-wpa status | grep -q bssid=02:00:00:00:01:01'
expect "events" [ "$(grep -c roamed "$dir/events.log")" -ge 2 ]
runs download || wait "$(cat "$dir/download.pid")" || fail "the download broke"
finish download || true
