# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 120
# machine: wifi
# The card as an access point and a station at once, on one channel: WPA2 by a PMK, a
# station that joins, traffic on both, another channel refused, hostapd's WPA2 refused with
# a word why, an open one by hostapd, and both end with the radio.
only_for ko
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
scripted_radio <<END
[ap pig]
bssid = 02:00:00:00:01:01
channel = 6
net = tap:hall
[station phone]
ssid = attic
key = secretsecret
net = tap:phone
END
start_card
wait_for 10 "the nets behind" ip -n b link show phone
ip -n b address replace 10.8.0.1/24 dev hall
ip -n b address replace 10.9.0.2/24 dev phone
in_ns a iw dev wlan0 connect -w pig >"$dir/connect.log"
ip -n a address replace 10.8.0.2/24 dev wlan0
pings a 10.8.0.1 56

in_ns a iw dev wlan0 interface add uap0 type __ap
start events in a iw event
PIGTAIL_PASSPHRASE=secretsecret
export PIGTAIL_PASSPHRASE
expect "no other channel" fails in_ns a pigtail ap start attic --interface uap0 --channel 1
in_ns a pigtail ap start attic --interface uap0 --channel 6
ip -n a address replace 10.9.0.1/24 dev uap0
wait_for 20 "the station" grep -q "new station" "$dir/events.log"
expect "in the list" [ "$(in_ns a iw dev uap0 station dump | grep -c '^Station')" = 1 ]
in_ns a iw dev uap0 info >"$dir/info.log"
expect "iw knows the channel" grep -q "channel 6" "$dir/info.log"
pings a 10.9.0.2 56 1400
pings a 10.8.0.1 56 1400
ping_b() {
	in_ns b ping -q -n -c 3 -i 0.02 -W 5 -s 1400 -I phone 10.9.0.1 >/dev/null
}
expect "the other way" ping_b
signal_of_phone() {
	in_ns a iw dev uap0 station dump | grep -q "signal:.*-[0-9]"
}
wait_for 10 "what the radio says of it" signal_of_phone
in_ns a iw dev uap0 station del "$(in_ns a iw dev uap0 station dump | sed -n 's/^Station \([^ ]*\).*/\1/p')"
wait_for 5 "that it was sent away" grep -q "del station" "$dir/events.log"
in_ns a pigtail ap stop --interface uap0
wait_for 5 "no carrier" fails has_carrier a uap0
pings a 10.8.0.1 56

printf '%s\n' interface=uap0 driver=nl80211 ssid=attic hw_mode=g channel=6 wpa=2 \
	wpa_key_mgmt=WPA-PSK rsn_pairwise=CCMP wpa_passphrase=secretsecret >"$dir/wpa2.conf"
expect "hostapd's WPA2 is refused" fails in_ns a timeout 10 hostapd "$dir/wpa2.conf" >"$dir/wpa2.log" 2>&1
expect "and why" sh -c 'dmesg | grep -q "no key for the access point"'
printf '%s\n' interface=uap0 driver=nl80211 ssid=cellar hw_mode=g channel=6 >"$dir/open.conf"
start open in a hostapd "$dir/open.conf"
wait_for 10 "an open one by hostapd" grep -q AP-ENABLED "$dir/open.log"
finish radio KILL
wait_for 10 "that it is told that it stopped" sh -c "! ip -n a link show uap0 | grep -q LOWER_UP"
wait_for 10 "that the station left" not_linked
finish open || true
start_radio
wait_for 20 "the radio to answer" scan
in_ns a iw dev uap0 del
finish card
