# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 150
# machine: wifi
# The radio dies and comes back at each point: idle, scanning, joining, joined. Every
# operation has its end, the interface is the same, and wpa_supplicant joins again by
# itself. The driver lets go of it while it scans, joins, is joined, and an access point.
only_for ko
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
scripted_radio <<END
[ap pig]
bssid = 02:00:00:00:01:01
key = secretsecret
net = tap:hall
END
start_card
index() {
	in_ns a ip -o link show wlan0 | cut -d : -f 1
}
index=$(index)

# It may wait for ever, see scan().
start_scan() {
	start scan in a timeout 15 iw dev wlan0 scan
}

restart_radio() {
	finish radio KILL
	start_radio
	wait_for 20 "the radio to answer" scan
}

restart_radio
start_scan
sleep 0.2
restart_radio
wait "$(cat "$dir/scan.pid")" || true
in_ns a iw dev wlan0 connect pig 2>"$dir/refused.log" || true
restart_radio
wait_for 12 "that nothing is joined" not_linked
# The radio sends from its own address only: this one is told to it in each session.
ip -n a link set wlan0 down
ip -n a link set wlan0 address 02:11:22:33:44:55
ip -n a link set wlan0 up
supplicant card-wpa a wlan0 'ssid="pig"' 'psk="secretsecret"'
wait_joined card-wpa
finish radio KILL
wait_for 10 "that it left" not_linked
expect "no carrier" fails has_carrier a wlan0
start_radio
wait_joined card-wpa
wait_for 10 "carrier" has_carrier a wlan0
ip -n b address replace 10.8.0.1/24 dev hall
ip -n a address replace 10.8.0.2/24 dev wlan0
pings a 10.8.0.1 56
expect "its address" [ "$(address_of a wlan0)" = 02:11:22:33:44:55 ]
expect "the same interface" [ "$(index)" = "$index" ]

# Gone while it is joined, with its supplicant.
finish card
wait_for 5 "no interface" fails ip -n a link show wlan0
finish card-wpa || true
for when in 0 0.1 0.3 0.6 1; do
	start_card
	start_scan
	sleep $when
	finish card
	wait "$(cat "$dir/scan.pid")" || true
	start_card
	supplicant again a wlan0 'ssid="pig"' 'psk="secretsecret"'
	sleep $when
	finish card
	finish again || true
done
start_card
in_ns a iw dev wlan0 interface add uap0 type __ap
PIGTAIL_PASSPHRASE=secretsecret in_ns a pigtail ap start attic --interface uap0 --channel 6
finish card
wait_for 5 "no interface of an access point" fails ip -n a link show uap0
rmmod pigtail
expect "the driver is gone" fails grep -q ^pigtail /proc/modules
