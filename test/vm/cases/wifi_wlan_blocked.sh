# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 90
# machine: wifi
# The board of a wlan radio blocks it, by rfkill: the card has left, and hears that nothing goes
# when it asks.
only_for ko
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
air 2
radio 0 hall
access_point hall hall pig "" channel=6
wlan_radio 1
start_card
supplicant card-wpa a wlan0 'ssid="pig"' key_mgmt=NONE
wait_joined card-wpa

# The switch of wlan1's radio is the second of the air's two; then comes the card's. As their
# names are seen in namespaces only where nobody has a /sys, rfkill(8) doesn't find it.
switch=$(printf '%s\n' /sys/class/rfkill/* | sed 's/.*rfkill//' | sort -n | sed -n 2p)
# struct rfkill_event: its index, of type WLAN, is to be changed, to blocked.
# shellcheck disable=SC2059 # bytes
printf "\\$(printf %o "$switch")\\0\\0\\0\\1\\2\\1\\0" >/dev/rfkill
wait_for 10 "that it left" not_linked
wait_for 10 "no carrier" fails has_carrier a wlan0
scan || true
expect "a scan that is none" grep -q "aborted\|failed" "$dir/scan.log"
