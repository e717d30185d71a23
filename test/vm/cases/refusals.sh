# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 60
# What cannot be: without the right, twice on one tty, on a tty that can't write, on no
# tty. One clear line each, nothing is left, and nothing is in the way afterwards.
only_for ko
make_cable
modprobe pigtail

# refuses WHAT PATTERN COMMAND...
refuses() {
	_what=$1
	_pattern=$2
	shift 2
	if "$@" >"$dir/refused.log" 2>&1; then
		fail "$_what went through"
	fi
	grep -qiE "$_pattern" "$dir/refused.log" || {
		cat "$dir/refused.log"
		fail "$_what was refused in other words"
	}
	[ "$(wc -l <"$dir/refused.log")" = 1 ] || fail "$_what: not one line"
}

chmod 666 /dev/ttyNM0 /dev/ttyNW0
refuses "attaching without CAP_NET_ADMIN" "not permitted|root|CAP_NET_ADMIN" \
	setpriv --reuid 65534 --clear-groups pigtail attach /dev/ttyNM0 --name pt0
refuses "TIOCSETD without CAP_NET_ADMIN" "not permitted" \
	setpriv --reuid 65534 --clear-groups ldattach 29 /dev/ttyNM0
refuses "a tty without write" "not supported|cannot" pigtail attach /dev/ttyNW0 --name pt0
refuses "a file" "not a tty|ioctl" pigtail attach /test/job --name pt0
refuses "nothing" "no such" pigtail attach /dev/ttyNM7 --name pt0
start_host
refuses "a second attachment" "busy|another" pigtail attach /dev/ttyNM0 --name pt1
refuses "a taken name" "exist|taken|already" \
	nsenter --net=/run/netns/a pigtail attach /dev/ttyNM1 --name pt0
start_device
wait_up
pings a 10.7.0.2 56
finish host
finish device
expect "the module is not held" rmmod pigtail
