# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 400
# 200 times (fewer in a slow kernel) under traffic: the tty hangs up as when an adapter is pulled out (and comes
# back), the program detaches, or is killed. What an interface took is given back.
only_for ko

attached() {
	[ -n "$(index_of_pt0)" ]
}

attached_anew() {
	attached && [ "$(index_of_pt0)" != "$index" ]
}

attach_again() {
	runs host || start host in a pigtail attach /dev/ttyNM0 --baud "$baud" --name pt0
	wait_for 10 "pt0 in a" attached
	ip -n a link set pt0 up
	addresses a 1
}

# The tty has to be waited for half a second after a hang-up, so that there are fewer.
# Then the same program attaches it again.
one_round() {
	case $(($1 % 4)) in
	0)
		index=$(index_of_pt0)
		cable 0 hangup 1
		wait_for 5 "another interface" attached_anew
		;;
	1) finish host KILL ;;
	*) finish host ;;
	esac
	attach_again
	# Half of them in the middle of the handshake.
	[ $(($1 % 2)) = 0 ] || wait_for 10 "carrier" has_carrier a pt0
}

make_link
start_traffic
i=0
while [ $i -lt $((rounds / 20 + 4)) ]; do
	i=$((i + 1))
	one_round $i
done
stop_traffic
mark_memory
start_traffic
i=0
while [ $i -lt "$rounds" ]; do
	i=$((i + 1))
	one_round $i
done
stop_traffic
check_memory "$rounds"
wait_for 20 "an answer in the end" answers a 10.7.0.2
