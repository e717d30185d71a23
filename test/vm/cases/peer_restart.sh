# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 90
# The far end is killed in the middle of a transfer and starts again: the interface stays,
# the same TCP connection goes on, and what it carries is right.
make_link
index=$(index_of_pt0)
serve a
start download in b wget -q -O "$dir/got" http://10.7.0.1:8000/file
for _ in 1 2 3; do
	sleep 2
	finish device KILL
	wait_for 10 "carrier to go" fails has_carrier a pt0
	start_device --mac 02:00:00:00:00:02
	wait_up
done
wait "$(cat "$dir/download.pid")" || fail "the connection broke"
expect "what came is what was served" cmp "$dir/web/file" "$dir/got"
expect "the interface stayed" [ "$(index_of_pt0)" = "$index" ]
expect "sessions were counted" at_least sessions 4
