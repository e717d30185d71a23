# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 120
# The port takes nothing any more, for good: who has sent is not kept waiting for it, nor
# charged; and when the port goes on, the link does.
only_for ko

# What the kernel holds of the sockets of ping, in bytes.
charged() {
	in_ns a cat /proc/net/raw /proc/net/icmp |
		awk '$5 ~ /:/ { split($5, queue, ":"); sum += queue[1] != "00000000" } END { print sum + 0 }'
}

nothing_charged() {
	[ "$(charged)" = 0 ]
}

something_charged() {
	[ "$(charged)" != 0 ]
}

make_link
# The neighbour stays known without carrier.
ip -n a neigh replace 10.7.0.2 lladdr "$(in_ns b cat /sys/class/net/pt0/address 2>/dev/null ||
	ip -n b -o link show pt0 | sed 's/.*ether \([^ ]*\).*/\1/')" dev pt0 nud permanent
start pings in a ping -q -n -i 0.05 -s 1400 10.7.0.2
wait_for 5 "pings" at_least tx_packets 5
cable 0 stuck 1
wait_for 10 "a packet that waits" something_charged
wait_for 20 "its owner to be let go" nothing_charged
expect "ping is still there" runs pings
cable 0 stuck 0
finish pings || true
wait_for 20 "an answer in the end" answers a 10.7.0.2
