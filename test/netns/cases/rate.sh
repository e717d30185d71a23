# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $baud and others are those of run.sh and lib.sh
# shellcheck disable=SC2034 # and they read some of ours
#
# The rate found by the ends themselves, over a wire that follows what they set. How
# long it takes is measured in virtual time (unit/test_rate_sim.c): here a wire that is
# not scheduled for 0.3 s is a line that went bad.

# start_free_wire OPTION...: each end at the rate that its user sets.
start_free_wire() {
	start wire0 "$pigtail" wire "pty:$dir/a0" "pty:$dir/b0" --baud auto "$@"
	wait_for 5 "the ptys" test -e "$dir/a0" -a -e "$dir/b0"
}

# start_free NAME [,OPTIONS of its port]
start_free() {
	case $1 in
	up0) start up0 in_ns a "$pigtail" up "$dir/a0${2:-}" tap:pt0 --name up0 --ip 10.7.0.1/24 -v ;;
	device0) start device0 in_ns b "$pigtail" device "$dir/b0${2:-}" tap:pt0 --name device0 \
		--ip 10.7.0.2/24 -v ;;
	esac
}

start_both() {
	start_free up0
	start_free device0
	wait_up up0 device0
}

baud_of() {
	"$pigtail" stats "$1" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["baud"])'
}

counter_of() {
	"$pigtail" stats "$1" --json |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["counters"][sys.argv[1]])' "$2"
}

have_rate() {
	[[ $(baud_of up0) = "$1" && $(baud_of device0) = "$1" ]]
}

# Confirmed, not only tried. On a busy machine a trial may fail; it is tried again.
wait_rate() {
	wait_for 150 "both ends at $1 baud" has_line up0 "up0 at $1 baud"
	wait_for 60 "both ends at $1 baud" have_rate "$1"
}

case_rate_auto_finds_the_highest_that_works() {
	# 1000000 by a clock that is 0.2 % fast is above 1000000.
	start_free_wire --max-baud 1010000 --ppm 2000,-2000
	start_both
	wait_rate 1000000
	pings a 10.7.0.2 56 1472
	serve web b 10.7.0.2 1000000
	download a 10.7.0.2
	expect "no damage" [ "$(damaged_in a)" = 0 ]
}

case_rate_auto_with_dividers_and_clocks() {
	# An ESP8266 makes 80 MHz / n, a PC's UART 921600 / n, both a bit off.
	start_free_wire --clock 921600,80000000 --ppm 4000,-3000
	start_free up0 ,clock=921600
	start_free device0 ,clock=80000000
	wait_up up0 device0
	wait_rate 921600
	pings a 10.7.0.2 56 1472
}

case_rate_auto_and_a_peer_that_does_not() {
	start_free_wire
	start_free up0
	start_free device0 ,baud=115200
	wait_up up0 device0
	pings a 10.7.0.2 56 1472
	expect "it stays where both began" have_rate 115200
	expect "nothing was tried" [ "$(counter_of up0 rate_failures)" = 0 ]
}

fallen_below() {
	[[ $(counter_of up0 rate_falls) != 0 || $(counter_of device0 rate_falls) != 0 ]] || return 1
	[[ $(baud_of up0) -lt $1 && $(baud_of device0) -lt $1 ]]
}

wait_fallen_below() {
	wait_for 60 "both ends to be below $1 baud" fallen_below "$1"
}

# The line carries less from its tenth second on; a download began before.
case_line_goes_bad_while_downloading() {
	local index
	start_free_wire --max-baud 1000000 --max-baud-after 10:480000
	start_both
	wait_rate 1000000
	index=$(ifindex a pt0)
	serve web b 10.7.0.2 1000000
	while_downloading wait_fallen_below 480000
	expect "the interface stayed" [ "$index" = "$(ifindex a pt0)" ]
	expect "no session ended" [ "$(counter_of up0 sessions)" = 1 ]
}

kill_and_restart_free_device() {
	finish device0 KILL
	start_free device0
}

fast_again() {
	[[ $(counter_of device0 rate_changes) != 0 && $(baud_of up0) -gt 115200 ]]
}

case_peer_killed_at_a_high_rate() {
	local index
	start_free_wire --max-baud 1000000
	start_both
	wait_rate 1000000
	index=$(ifindex a pt0)
	serve web b 10.7.0.2 800000
	while_downloading kill_and_restart_free_device
	wait_for 60 "both ends to be fast again" fast_again
	expect "the interface stayed" [ "$index" = "$(ifindex a pt0)" ]
}
