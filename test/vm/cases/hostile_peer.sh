# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 120
# A peer that shakes hands properly and then sends, with right checksums, packets longer
# than negotiated, acknowledgements of what was never sent, and whatever else the
# specification forbids, 30 seconds long. It is counted, and an honest peer is served
# after it.
make_cable
start_host
# Something to acknowledge wrongly.
start pings in a ping -q -n -i 0.05 -s 1000 10.7.0.2
lines=$(dmesg | wc -l)
stty -F /dev/ttyNM1 "$baud" raw -echo
timeout 60 vm_hostile /dev/ttyNM1 30 "${seed:-1}" >"$dir/hostile.log" 2>&1
note "$(tail -n 1 "$dir/hostile.log")"
for name in rx_too_long rx_bad_ack rx_beyond_credit rx_unknown rx_bad_field rx_bad_packed; do
	expect "$name was counted" at_least $name 1
done
expect "the log is short" [ $(($(dmesg | wc -l) - lines)) -lt 100 ]
finish pings || true
start_device
wait_up
# The carrier of a may still be the hostile peer's.
wait_for 10 "an answer to an honest peer" answers a 10.7.0.2
pings a 10.7.0.2 56 1472
