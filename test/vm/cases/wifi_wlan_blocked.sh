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

switch_of 1
block 1
wait_for 10 "that it left" not_linked
wait_for 10 "no carrier" fails has_carrier a wlan0
scan || true
expect "a scan that is none" grep -q "aborted\|failed" "$dir/scan.log"
