# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $baud and others are those of run.sh and lib.sh
#
# The scripted air itself, below links that are as real as the others: one that many
# radios share, and one whose access points come and go.
#
#	ns a                  wires                    ns b
#	up0 pt0, pa0 -- pty -------- pty -- device0 --.
#	                                               air -- access points -- tap ap0
#	ns c   up1 pt1 -- pty ------ pty -- device1 --'

air_key='correct horse battery'

# by LINK ARGUMENT...: a command for its radio.
by() {
	local link=$1
	shift
	PIGTAIL_PASSPHRASE=$air_key "$pigtail" "$@" --link "$link"
}

# start_radio I NS OPTION...
start_radio() {
	local i=$1 ns=$2
	shift 2
	start_wire "$i"
	start "device$i" "$pigtail" device "$dir/b$i,baud=$baud" "air:unix:$dir/air" \
		--name "device$i"
	start "up$i" in_ns "$ns" "$pigtail" up "$dir/a$i,baud=$baud" "tap:pt$i" --name "up$i" "$@"
	wait_for 10 "radio $i" has_line "up$i" 'radio air'
}

start_shared_air() {
	start air in_ns b "$pigtail" air "$dir/air.ini" --listen "unix:$dir/air"
	wait_for 5 "the air" has_line air "the air of"
}

has_station() {
	by up0 stations --json | grep -q '"mac"'
}

has_no_station() {
	! has_station
}

case_air_two_radios_hear_each_other() {
	printf '[ap home]\nchannel = 6\nkey = %s\n' "$air_key" >"$dir/air.ini"
	ip netns add c
	start_shared_air
	expect "nobody else's" [ "$(stat -c %a "$dir/air")" = 600 ]
	refused 1 "somebody does already" in_ns b "$pigtail" air "$dir/air.ini" \
		--listen "unix:$dir/air"
	start_radio 0 a --ap tap:pa0
	start_radio 1 c
	by up0 ap start mine
	by up1 scan >"$dir/scan"
	expect "it is found" grep -qE '^mine .* WPA2-PSK' "$dir/scan"
	by up1 join mine
	wait_for 5 "the station" has_station
	in_ns a ip address add 10.9.7.1/24 dev pa0
	in_ns c ip address add 10.9.7.2/24 dev pt1
	pings a 10.9.7.2 56 1400
	pings c 10.9.7.1 56 1400
	# One board loses its power.
	finish device1 KILL
	rm "$XDG_RUNTIME_DIR/pigtail/device1.sock" # others look for what is left
	wait_for 5 "it is gone" has_no_station
	# The whole air goes, and comes back: nothing is joined.
	finish air
	wait_for 5 "both hear of it" has_line device0 'lost the air'
	start_shared_air
	wait_for 10 "it is found again" has_line device0 'the air at .* is there'
	wait_for 10 "and runs no network" has_line up0 'mine no more'
	by up0 join home
	finish air
	expect "nothing is left" [ ! -e "$dir/air" ]
}

# Two access points, of which each is the stronger one for four seconds.
slow_air_tcp_outlives_roaming() {
	cat >"$dir/air.ini" <<-END
		[ap one]
		ssid = home
		key = $air_key
		channel = 1
		signal = -50 -84@4 -50@8
		period = 8
		net = tap:ap0

		[ap two]
		ssid = home
		key = $air_key
		channel = 11
		signal = -84 -50@4 -84@8
		period = 8
		net = tap:ap0
	END
	start_wire 0
	start device0 in_ns b "$pigtail" device "$dir/b0,baud=$baud" "air:$dir/air.ini" --name device0
	start up0 in_ns a "$pigtail" up "$dir/a0,baud=$baud" tap:pt0 --name up0
	wait_for 10 "the radio" has_line up0 'radio air'
	by up0 join home
	in_ns a ip address add 10.8.7.2/24 dev pt0
	in_ns b ip address add 10.8.7.1/24 dev ap0
	serve server b 10.8.7.1 1200000
	download a 10.8.7.1
	expect "it roamed meanwhile" [ "$(lines_with 'roamed' "$dir/up0.log")" -ge 2 ]
	expect "and never left" [ "$(lines_with 'left home' "$dir/up0.log")" = 0 ]
}

# With one net the station keeps it.
case_air_an_access_point_beside_a_station() {
	printf '[ap home]\nkey = %s\nnet = tap:ap0\n' "$air_key" >"$dir/air.ini"
	start_shared_air
	start_radio 0 a
	by up0 join home
	in_ns a ip address add 10.8.7.2/24 dev pt0
	in_ns b ip address add 10.8.7.1/24 dev ap0
	by up0 ap start mine
	wait_for 5 "what to do" has_line up0 '--ap NET'
	pings a 10.8.7.1 56
	in_ns a ip neigh flush dev pt0
	pings a 10.8.7.1 56
}

case_air_says_what_is_wrong() {
	printf '[ap home]\nchanel = 6\n' >"$dir/air.ini"
	refused 2 "air.ini:2: no such key 'chanel'" "$pigtail" air "$dir/air.ini" \
		--listen "unix:$dir/air"
	refused 2 "air.ini:2: no such key" "$pigtail" device "pty:$dir/p" "air:$dir/air.ini"
	refused 1 "no air at" "$pigtail" device "pty:$dir/p" "air:unix:$dir/air"
	refused 2 "is missing" "$pigtail" air "$dir/air.ini"
	refused 2 "unix:PATH" "$pigtail" air "$dir/air.ini" --listen tcp:1
	printf '[ap home]\nnet = tun\n' >"$dir/air.ini"
	refused 2 "in an air there is no net 'tun'" in_ns b "$pigtail" air "$dir/air.ini" \
		--listen "unix:$dir/air"
	refused 2 "is a radio" "$pigtail" up "pty:$dir/p" "air:$dir/air.ini"
}
