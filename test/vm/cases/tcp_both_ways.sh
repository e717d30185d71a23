# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 90
# iperf3 both ways at once, for ten seconds, while pings are answered.
make_link
for ns in a b; do
	start "server-$ns" in $ns iperf3 -s -1
	wait_for 10 "iperf3 in $ns" in_ns $ns sh -c 'netstat -lnt | grep -q :5201'
done
start up in a iperf3 -c 10.7.0.2 -t 10 -l 1K -f k
start down in b iperf3 -c 10.7.0.1 -t 10 -l 1K -f k
sleep 2
in_ns a ping -q -n -c 50 -i 0.1 -W 3 10.7.0.2 >"$dir/ping.log"
# Where the program at the far end gets no CPU, its tap's queue overflows with TCP.
answered=$(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$dir/ping.log")
dropped=$(in_ns b cat /proc/net/dev | awk '/pt0:/ { print $13 }')
[ "$answered" = 50 ] || note "$answered of 50 pings answered; that tap dropped $dropped"
expect "pings answered" [ "$answered" -ge 47 ]
for name in up down; do
	wait "$(cat "$dir/$name.pid")" || fail "iperf3 $name"
	grep -q 'receiver' "$dir/$name.log" || fail "no result of iperf3 $name"
	note "$name:$(grep receiver "$dir/$name.log" | cut -c 25-60)"
done
# A guest that gets no CPU for most of a second loses bytes in the tty layer.
lost=$(($(cable 0 buf_overruns) + $(cable 1 buf_overruns)))
[ $lost = 0 ] || note "$lost bytes lost in the tty layer"
[ $lost != 0 ] || expect "nothing damaged on a good wire" [ "$(counter rx_bad_crc)" = 0 ]
