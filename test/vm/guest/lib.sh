# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# shellcheck disable=SC2154 # $dir is case's, $stack and $patience the job's
# shellcheck disable=SC2034 # and cases read $ended
# shellcheck disable=SC2119,SC2120 # all options are optional
#
# For the cases, which run as
#
#   +------- namespace a --------+                    +------- namespace b --------+
#   |  10.7.0.1/24               |                    |               10.7.0.2/24  |
#   |  fd07::1/64                |                    |                fd07::2/64  |
#   |  pt0                       |                    |                       pt0  |
#   |   |                        |                    |                        |   |
#   |  pigtail.ko (stack=ko), or |                    |            pigtail device  |
#   |  pigtail up (stack=up)     |                    |                        |   |
#   +---|------------------------+                    +------------------------|---+
#   /dev/ttyNM0 ------- nullmodem.ko, 8N1 at $baud ------------------ /dev/ttyNM1
#
# Processes are known by names; NAME.log in $dir is what they print. A command that fails
# ends the case.

baud=921600

# ---- processes ----

# start NAME [in NS] COMMAND...
start() {
	_name=$1
	shift
	if [ "$1" = in ]; then
		_ns=$2
		shift 2
		set -- nsenter --net="/run/netns/$_ns" "$@"
	fi
	"$@" >>"$dir/$_name.log" 2>&1 </dev/null &
	echo $! >"$dir/$_name.pid"
}

# finish NAME [SIGNAL]: sends it, and waits for the end; its exit status is in $ended.
finish() {
	_pid=$(cat "$dir/$1.pid")
	kill "-${2:-TERM}" "$_pid"
	ended=0
	wait "$_pid" || ended=$?
	rm "$dir/$1.pid"
}

runs() {
	[ -e "$dir/$1.pid" ] && kill -0 "$(cat "$dir/$1.pid")" 2>/dev/null
}

# wait_for SECONDS WHAT COMMAND...
wait_for() {
	_tries=$(($1 * patience * 10))
	_what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		_tries=$((_tries - 1))
		[ $_tries -gt 0 ] || fail "waited in vain: $_what"
		sleep 0.1
	done
}

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

# fails COMMAND...: that it does is what we want.
fails() {
	! "$@"
}

expect() {
	_what=$1
	shift
	"$@" || fail "$_what ($*)"
}

# note TEXT: shown with the case's result.
note() {
	echo "note: $*"
}

skip_case() {
	echo "$*" >"$dir/skip"
	exit 0
}

only_for() {
	[ "$stack" = "$1" ] || skip_case "only for stack=$1"
}

in_ns() {
	_ns=$1
	shift
	nsenter --net="/run/netns/$_ns" "$@"
}

# ---- links ----

make_cable() {
	[ -e /dev/ttyNM0 ] || modprobe nullmodem
	wait_for 5 "/dev/ttyNM0" test -c /dev/ttyNM0
	for _ns in a b; do
		[ ! -e "/run/netns/$_ns" ] || continue
		ip netns add "$_ns"
		ip -n "$_ns" link set lo up
		# Addresses can be used at once.
		in_ns "$_ns" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad'
	done
	modprobe tun
}

# cable PORT SETTING [VALUE]: reads it or sets it, PORT is 0 or 1.
cable() {
	if [ $# -eq 3 ]; then
		echo "$3" >"/sys/class/tty/ttyNM$1/$2"
	else
		cat "/sys/class/tty/ttyNM$1/$2"
	fi
}

has_carrier() {
	ip -n "$1" link show "$2" | grep -q LOWER_UP
}

addresses() {
	ip -n "$1" address replace "10.7.0.$2/24" dev pt0
	ip -n "$1" address replace "fd07::$2/64" dev pt0 nodad
}

# What is under test, in a. Its interface is there when this returns.
start_host() {
	if [ "$stack" = ko ]; then
		start host in a pigtail attach /dev/ttyNM0 --baud "$baud" --name pt0 "$@"
	else
		start host in a pigtail up "/dev/ttyNM0,baud=$baud" tap:pt0 --name host "$@"
	fi
	wait_for 10 "pt0 in a" ip -n a link show pt0
	ip -n a link set pt0 up
	addresses a 1
}

start_device() {
	start device in b pigtail device "/dev/ttyNM1,baud=$baud" tap:pt0 --name device "$@"
	wait_for 10 "pt0 in b" ip -n b link show pt0
	addresses b 2
}

wait_up() {
	wait_for 10 "carrier of pt0 in a" has_carrier a pt0
	wait_for 10 "carrier of pt0 in b" has_carrier b pt0
}

make_link() {
	make_cable
	start_host
	start_device
	wait_up
}

# pings NS ADDRESS SIZE...: three of each size, all answered.
pings() {
	_ns=$1
	_to=$2
	shift 2
	for _size; do
		nsenter --net="/run/netns/$_ns" ping -q -n -c 3 -i 0.02 -W 5 -s "$_size" "$_to" \
			>"$dir/ping.log" 2>&1 ||
			fail "ping -s $_size $_to: $(grep received "$dir/ping.log")"
	done
}

answers() {
	nsenter --net="/run/netns/$1" ping -q -n -c 1 -W 1 "$2" >/dev/null 2>&1
}

# send_file FROM TO ADDRESS: what comes is what is sent, and its length is right.
send_file() {
	[ -e "$dir/file" ] || head -c 2000000 /dev/urandom >"$dir/file"
	rm -f "$dir/got"
	start sink in "$2" sh -c "nc -l -p 9 >$dir/got"
	wait_for 5 "the sink" in_ns "$2" sh -c 'netstat -lnt | grep -q ":9 "'
	nsenter --net="/run/netns/$1" nc "$3" 9 <"$dir/file"
	wait "$(cat "$dir/sink.pid")"
	rm "$dir/sink.pid"
	expect "what came is what was sent" cmp "$dir/file" "$dir/got"
}
