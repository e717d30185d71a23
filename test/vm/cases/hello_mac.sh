# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 60
# The peer knows the interface's address, also one that was given to it later, and the one
# that it took from the peer.
only_for ko

peer_knows() {
	pigtail status device --json | grep -q "\"peer_mac\": *\"$1\""
}

make_link
for mac in 02:00:00:00:0a:01 02:00:00:00:0a:02; do
	ip -n a link set pt0 address $mac
	wait_for 10 "the peer to hear of $mac" peer_knows $mac
	wait_for 10 "an answer" answers a 10.7.0.2
done
finish host
start_host --mac peer
mac=$(ip -n b -o link show pt0 | sed 's/.*ether \([^ ]*\).*/\1/')
wait_for 10 "the peer's address at a" sh -c "ip -n a link show pt0 | grep -q $mac"
wait_for 10 "the peer to hear of that" peer_knows "$mac"
