# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034,SC2119
# limit: 240
# machine: wifi
# What the air costs: iperf3 each way over the wire to the far end's own interface, and over
# the same wire and through the air to an access point, by turns. Medians are compared; the
# limit is one for a busy machine, --virtual-time 1 tells what it is without others.
only_for ko
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
air 2
radio 0 hall
access_point hall hall pig secretsecret channel=6
ip -n hall address replace 10.8.0.1/24 dev wlan0
make_cable
radio 1 b wlan1

# rate up|down OVER NS ADDRESS: another line, kbit/s, in the file rate.OVER-up. It is the mean
# of the seconds as whoever receives has them, without the first two. What iperf3 sends of
# itself would be compressed.
rate() {
	_at_server='' _at_client='-F /dev/urandom'
	[ "$1" = up ] || { _at_server=$_at_client && _at_client=-R; }
	# shellcheck disable=SC2086 # words of options
	in_ns "$3" iperf3 -s -1 -f k $_at_server >"$dir/up.log" 2>&1 &
	wait_for 10 "iperf3" in_ns "$3" sh -c 'netstat -lnt | grep -q :5201'
	# shellcheck disable=SC2086
	in_ns a iperf3 -c "$4" -t 8 -f k $_at_client >"$dir/down.log" 2>&1
	wait $!
	awk '/Kbits\/sec/ && !/receiver|sender/ {
			split($3, at, "-")
			if (at[1] >= 2 && at[2] - at[1] > 0.9) {
				sum += $7
				n++
			}
		}
		END { printf "%d\n", sum / n }' "$dir/$1.log" >>"$dir/rate.$2-$1"
}

over_the_wire() {
	start_host
	start_device
	wait_up
	rate up wire b 10.7.0.2
	rate down wire b 10.7.0.2
	finish host
	finish device
}

through_the_air() {
	start radio in b pigtail device "/dev/ttyNM1,baud=$baud" wlan:wlan1 --name radio
	start_card
	supplicant card-wpa a wlan0 'ssid="pig"' 'psk="secretsecret"' scan_freq=2437
	wait_joined card-wpa
	ip -n a address replace 10.8.0.2/24 dev wlan0
	wait_for 20 "an answer" answers a 10.8.0.1
	rate up air hall 10.8.0.1
	rate down air hall 10.8.0.1
	finish card-wpa
	finish card
	finish radio
}

median() {
	sort -n "$dir/rate.$1" | awk '{ at[NR] = $1 } END { print at[int((NR + 1) / 2)] }'
}

for _ in 1 2 3; do
	over_the_wire
	through_the_air
done
for way in up down; do
	wire=$(median wire-$way)
	air=$(median air-$way)
	share=$((air * 100 / wire))
	note "$way: $air kbit/s through the air, $wire without it, $share %"
	expect "the air takes no more than it must" [ "$share" -ge 70 ]
done
