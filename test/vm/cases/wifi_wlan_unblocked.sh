# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 60
# machine: wifi
# A wlan radio does not begin where rfkill blocks it, and says that; unblocked, it does.
only_for ko
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
air 2
radio 0 hall
access_point hall hall pig "" channel=6
switch_of 1
block 1
make_cable
radio 1 b wlan1
status=0
in_ns b pigtail device /dev/ttyNM1 wlan:wlan1 2>"$dir/said" || status=$?
expect "a failure" [ "$status" = 1 ]
expect "what to do" grep -q "^pigtail: wlan1 is blocked by rfkill; 'rfkill unblock wlan'" "$dir/said"
expect "one line" [ "$(wc -l <"$dir/said")" = 1 ]
expect "nothing left" fails ip -n b link show wlan1-ap
block 0
start radio in b pigtail device "/dev/ttyNM1,baud=$baud" wlan:wlan1 --name radio
start_card
in_ns a iw dev wlan0 connect -w pig >"$dir/connect.log"
