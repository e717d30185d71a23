# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $pigtail and others are those of run.sh and lib.sh
#
# The example of docs/porting.md as the radio side.

start_example() {
	start example in_ns b "${pigtail%/*}/example" "$dir/b0" pt0
	wait_for 5 "the example's interface" ip -n b link show dev pt0
	ip -n b link set pt0 address 02:00:00:00:00:01 # the same after a restart
	ip -n b address add 10.7.0.2/24 dev pt0
	ip -n b link set pt0 up
}

case_the_example_of_the_porting_guide() {
	start_wire 0 --ber 1e-5
	start_up 0
	start_example
	wait_up up0
	pings a 10.7.0.2 0 56 1472
	serve web b 10.7.0.2 300000
	download a 10.7.0.2
	serve web2 a 10.7.0.1
	download b 10.7.0.1
	finish example KILL
	start_example
	wait_for 10 "a ping to the restarted example" in_ns a ping -q -n -c 1 -W 1 10.7.0.2
}
