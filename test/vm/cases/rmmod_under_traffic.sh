# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 300
# The module can't be removed while it is in use, and 50 times it is removed the moment
# that it is not, with traffic on its way. It loads again by itself.
only_for ko
rounds=$((rounds / 4))

removed() {
	rmmod pigtail
}

one_round() {
	expect "it is in use" fails rmmod pigtail
	[ $(($1 % 2)) = 0 ] || wait_for 10 "carrier" has_carrier a pt0
	kill "$(cat "$dir/host.pid")"
	wait_for 10 "the module's removal" removed
	wait "$(cat "$dir/host.pid")" || true
	start_host
}

make_link
start_traffic
for i in 1 2 3 4 5; do
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
