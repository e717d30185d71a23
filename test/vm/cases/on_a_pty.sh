# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 60
# On a pty the driver works as on any tty; the pty's end is a hang-up, in traffic too.
only_for ko
make_cable
for _ in 1 2 3; do
	start wire pigtail wire "pty:$dir/a" "pty:$dir/b" --baud "$baud"
	wait_for 5 "the ptys" test -e "$dir/a" -a -e "$dir/b"
	start host in a pigtail attach "$dir/a" --baud "$baud" --name pt0
	wait_for 10 "pt0 in a" ip -n a link show pt0
	ip -n a link set pt0 up
	addresses a 1
	start device in b pigtail device "$dir/b,baud=$baud" tap:pt0 --name device
	wait_for 10 "pt0 in b" ip -n b link show pt0
	addresses b 2
	wait_up
	pings a 10.7.0.2 56 1472
	start_traffic
	sleep 1
	finish wire KILL
	wait_for 10 "the interface to go" fails ip -n a link show pt0
	finish host
	finish device
	stop_traffic
done
