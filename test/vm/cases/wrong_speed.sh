# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034
# limit: 60
# Ends of different speed don't understand each other, and say nothing wrong; once they
# agree the link comes up by itself.
make_cable
start_host
right=$baud
baud=$((right / 2))
start_device
sleep 3
expect "no carrier" fails has_carrier a pt0
expect "it was garbled" [ "$(cable 1 garbled)" -gt 0 ]
finish device
baud=$right
start_device
wait_up
pings a 10.7.0.2 56 1472
