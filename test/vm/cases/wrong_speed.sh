# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034
# limit: 60
# Ends of different speed don't understand each other, and say so; once they agree the link
# comes up by itself.
says_it() {
	{
		dmesg | tail -n "+$lines"
		cat "$dir/host.log"
	} | grep -q "noise on the wire, or another baud rate at the other end"
}

lines=$(($(dmesg | wc -l) + 1))
make_cable
start_host
right=$baud
baud=$((right / 2))
start_device
wait_for 20 "a line about it" says_it
expect "no carrier" fails has_carrier a pt0
expect "it was garbled" [ "$(cable 1 garbled)" -gt 0 ]
finish device
baud=$right
start_device
wait_up
pings a 10.7.0.2 56 1472
