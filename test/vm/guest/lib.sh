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

# The job has $baud, $bytes for transfers, and $rounds for what is done many times.

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
	[ -c /dev/net/tun ] || modprobe tun
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

# It is another one after each attachment.
index_of_pt0() {
	in_ns a ip -o link show pt0 2>/dev/null | cut -d : -f 1
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

# serve NS: a web server with a file of $bytes that do not compress.
serve() {
	mkdir -p "$dir/web"
	[ -e "$dir/web/file" ] || head -c "$bytes" /dev/urandom >"$dir/web/file"
	start "web-$1" in "$1" setsid httpd -f -p 8000 -h "$dir/web"
	wait_for 5 "the web server" in_ns "$1" sh -c 'netstat -lnt | grep -q :8000'
}

# download NS ADDRESS: what comes is what is served.
download() {
	rm -f "$dir/got"
	in_ns "$1" wget -q -O "$dir/got" "http://$2:8000/file"
	expect "what came is what was served" cmp "$dir/web/file" "$dir/got"
}

# Downloads from a and pings from b, as long as the case lasts. In process groups of their
# own, so that nothing of them goes on.
start_traffic() {
	serve a
	start traffic-tcp in b setsid sh -c 'while :; do
		timeout --foreground 20 wget -q -O /dev/null http://10.7.0.1:8000/file; sleep 0.1; done'
	start traffic-ping in b setsid sh -c 'while :; do
		ping -q -n -i 0.01 -s 1000 -c 1000 -W 1 10.7.0.1 >/dev/null; sleep 0.1; done'
}

stop_traffic() {
	for _traffic in traffic-tcp traffic-ping web-a; do
		kill -KILL "-$(cat "$dir/$_traffic.pid")"
		wait "$(cat "$dir/$_traffic.pid")" || true
	done
}

# counter NAME: of the link under test.
counter() {
	if [ "$stack" = ko ]; then
		in_ns a ethtool -S pt0 | awk -v name="$1:" '$1 == name { print $2; found = 1 }
			END { exit !found }'
	else
		pigtail stats host | awk -v name="$1" '$2 == name { print $1; found = 1 }
			END { if (!found) print 0 }'
	fi
}

at_least() {
	_value=$(counter "$1")
	[ "$_value" -ge "$2" ]
}

# The firmware in a QEMU outside, see machine, is the radio of the driver's link lx0 in a.
attach_firmware() {
	only_for ko
	[ "$clock" = real ] || skip_case "the radio's clock is the real one"
	[ "$(cat /sys/class/tty/ttyS6/type 2>/dev/null || echo 0)" != 0 ] || skip_case "no emulated port"
	[ -e /test/new.img ] || skip_case "no firmware; script/firmware builds it"
	! dmesg | grep -q "serial .*: no GSI" || skip_case "the kernel found no interrupt for it"
	ip netns add a
	start host in a pigtail attach /dev/ttyS6 --baud 115200 --name lx0
}

# asked WORDS COMMAND...: it is done, and says that (an extended regular expression).
asked() {
	_words=$1
	shift
	in_ns a pigtail "$@" >"$dir/said" 2>&1 || fail "pigtail $*: $(cat "$dir/said")"
	[ -z "$_words" ] || grep -Eq "$_words" "$dir/said" || fail "pigtail $* said: $(cat "$dir/said")"
}

# ---- what is left behind ----

# Objects of every cache, and kilobytes of what isn't in caches. (vmap_area are freed some
# time, when many have come together; VmallocUsed is what they held.)
memory_now() {
	for _cache in /sys/kernel/slab/*; do
		echo 1 >"$_cache/shrink"
	done 2>/dev/null
	awk 'NR > 2 && $1 != "vmap_area" { print $1, $2 }' /proc/slabinfo
	awk '/^(VmallocUsed|Percpu|SUnreclaim|KernelStack):/ { print $1, $2 }' /proc/meminfo
}

# What the kernel frees later is freed: RCU, work queues, dead namespaces.
settle() {
	sleep 1
	echo 3 >/proc/sys/vm/drop_caches
	sleep 1
}

# Traffic stands still for it.
mark_memory() {
	settle
	memory_now >"$dir/memory.before"
}

# check_memory ROUNDS: since mark_memory nothing grew by an object, or a page, a round.
check_memory() {
	# In a few rounds it can't be told from the caches' own ups and downs.
	[ "$1" -ge 20 ] || return 0
	settle
	# It finds them itself, while KASAN keeps what was freed.
	[ ! -e /sys/kernel/debug/kmemleak ] || return 0
	memory_now >"$dir/memory.after"
	awk -v rounds="$1" '
		NR == FNR { before[$1] = $2; next }
		{
			grown = $2 - before[$1]
			limit = $1 ~ /:$/ ? rounds * 3.5 : rounds * 0.8 + 32
			if (grown > limit) {
				print "grew: " $1 " by " grown
				bad = 1
			}
		}
		END { exit bad }' "$dir/memory.before" "$dir/memory.after" ||
		fail "memory is not given back in $1 rounds"
}
