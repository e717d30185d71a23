# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 180
# The ends find the line's rate; in the middle of that, at every moment of it, the MTU is
# raised, the interface is set down and up, or the link is attached anew. Each time there is
# a link again, without detaching.
only_for ko

begin_host() {
	start host in a pigtail attach /dev/ttyNM0 --name pt0
	wait_for 10 "pt0 in a" ip -n a link show pt0
	ip -n a link set pt0 up
	addresses a 1
}

make_cable
begin_host
start device in b pigtail device /dev/ttyNM1 tap:pt0 --name device
wait_for 10 "pt0 in b" ip -n b link show pt0
addresses b 2
wait_up
mtu=1500
i=0
while [ $i -lt 24 ]; do
	i=$((i + 1))
	case $((i % 3)) in
	0)
		finish host
		begin_host
		mtu=1500
		;;
	*)
		ip -n a link set pt0 down
		ip -n a link set pt0 up
		addresses a 1
		;;
	esac
	# The trial begins some tens of milliseconds after the session, and takes as many.
	sleep "0.$(printf '%02d' $((i * 2)))"
	if [ $((i % 2)) = 0 ]; then
		mtu=$((mtu + 500))
		ip -n a link set pt0 mtu $mtu
	else
		ip -n a link set pt0 down
		ip -n a link set pt0 up
		addresses a 1
	fi
	wait_for 10 "an answer in round $i" answers a 10.7.0.2
done
wait_for 20 "the rate to be found" at_least rate_changes 1
pings a 10.7.0.2 56 1472
