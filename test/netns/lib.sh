# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # $dir, $pigtail, $baud are run.sh's
# shellcheck disable=SC2034 # and it reads $ended
#
# For run.sh: namespaces, processes, and links in them. All of it happens in a world
# of its own, see script/lib/world.sh.
#
# In a case: $dir is an empty folder; processes are known by names, and NAME.log in
# $dir has what they print. A command that fails ends the case.

# shellcheck source=../../script/lib/world.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../script/lib/world.sh"

# ---- processes ----

declare -A pid_of=()

# start NAME [in_ns NS] COMMAND...
start() {
	local name=$1
	shift
	# The process itself, rather than a shell that waits for it.
	[[ $1 != in_ns ]] || set -- nsenter --net="/run/netns/$2" "${@:3}"
	"$@" >>"$dir/$name.log" 2>&1 </dev/null &
	pid_of[$name]=$!
}

# finish NAME [SIGNAL]: sends it, waits for the end; its exit status is in $ended.
finish() {
	local name=$1
	ended=0
	kill "-${2:-TERM}" "${pid_of[$name]}"
	wait "${pid_of[$name]}" 2>/dev/null || ended=$?
	unset "pid_of[$name]"
}

finish_all() {
	local name
	for name in "${!pid_of[@]}"; do
		kill -TERM "${pid_of[$name]}" 2>/dev/null || true
	done
	# One that does not listen must not hold up the others' case.
	(sleep 5 && kill -KILL "${pid_of[@]}") >/dev/null 2>&1 &
	local killer=$!
	for name in "${!pid_of[@]}"; do
		wait "${pid_of[$name]}" 2>/dev/null || true
	done
	kill "$killer" 2>/dev/null || true
	pid_of=()
}

# What has its CPU to itself needs no more than the cases say; cores that are shared, more.
patience=3

# wait_for SECONDS WHAT COMMAND...
wait_for() {
	local until=$((${EPOCHREALTIME/./} + $1 * patience * 1000000)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		if ((${EPOCHREALTIME/./} > until)); then
			fail "waited in vain: $what"
		fi
		sleep 0.05
	done
}

fail() {
	echo "FAILED: $*" >&2
	exit 1
}

expect() {
	local what=$1
	shift
	"$@" || fail "$what ($*)"
}

skip_case() {
	echo "$*" >"$dir/SKIP"
	exit 0
}

# lines_with PATTERN FILE...: how many.
lines_with() {
	cat "${@:2}" | { grep -aE -- "$1" || true; } | wc -l
}

has_line() {
	grep -qE -- "$2" "$dir/$1.log"
}

# ---- namespaces ----

make_ns() {
	local ns
	for ns; do
		ip netns add "$ns"
		ip -n "$ns" link set lo up
		# Addresses can be used at once.
		echo 0 | in_ns "$ns" tee /proc/sys/net/ipv6/conf/default/accept_dad >/dev/null
	done
}

in_ns() {
	local ns=$1
	shift
	nsenter --net="/run/netns/$ns" "$@"
}

# join_by_veth: 10.8.0.1 in a, 10.8.0.2 in b, for ports that go through TCP.
join_by_veth() {
	ip -n a link add v0 type veth peer name v0 netns b
	ip -n a address add 10.8.0.1/24 dev v0
	ip -n b address add 10.8.0.2/24 dev v0
	ip -n a link set v0 up
	ip -n b link set v0 up
}

# ---- links ----

is_up() {
	"$pigtail" status "$1" --json | grep -qE '"state":[[:space:]]*"up"'
}

# Its port is open.
is_open() {
	"$pigtail" status "$1" --json | grep -qE '"open":[[:space:]]*true'
}

wait_up() {
	local name
	for name; do
		wait_for 10 "link $name to come up" is_up "$name"
	done
}

# start_wire I [OPTION...]: from $dir/aI to $dir/bI, $baud.
start_wire() {
	local i=$1
	shift
	start "wire$i" "$pigtail" wire "pty:$dir/a$i" "pty:$dir/b$i" --baud "$baud" "$@"
	wait_for 5 "the ptys" test -e "$dir/a$i" -a -e "$dir/b$i"
}

# start_up I [OPTION...], start_device I [OPTION...]: the ends at the wire I.
start_up() {
	local i=$1
	shift
	start "up$i" in_ns a "$pigtail" up "$dir/a$i,baud=$baud" "tap:pt$i" --name "up$i" \
		--ip "10.7.$i.1/24" "$@"
}

start_device() {
	local i=$1
	shift
	start "device$i" in_ns b "$pigtail" device "$dir/b$i,baud=$baud" "tap:pt$i" \
		--name "device$i" --ip "10.7.$i.2/24" "$@"
}

add_ipv6() {
	local i=$1
	ip -n a address add "fd07:$i::1/64" dev "pt$i" nodad
	ip -n b address add "fd07:$i::2/64" dev "pt$i" nodad
}

# make_link I [WIRE-OPTION...]: all of it, and waits until it is up.
make_link() {
	local i=$1
	start_wire "$@"
	start_up "$i"
	start_device "$i"
	wait_up "up$i" "device$i"
}

# pings NS ADDRESS SIZE...: three of each size, all answered.
pings() {
	local ns=$1 address=$2 size
	shift 2
	for size; do
		in_ns "$ns" ping -q -n -c 3 -i 0.02 -W 5 -s "$size" "$address" >"$dir/ping.log" ||
			fail "ping -s $size $address: $(grep received "$dir/ping.log")"
	done
}

# serve NAME NS ADDRESS [BYTES]: a web server with a file of random bytes.
serve() {
	mkdir -p "$dir/web"
	[[ -e $dir/web/file ]] || head -c "${4:-2000000}" /dev/urandom >"$dir/web/file"
	start "$1" in_ns "$2" python3 -u -m http.server --directory "$dir/web" --bind "$3" 8000
	wait_for 10 "the web server" has_line "$1" Serving
}

sum_of() {
	sha256sum "$1" | cut -d ' ' -f 1
}

# download NS ADDRESS: what came is what was served.
download() {
	in_ns "$1" curl -sS --noproxy '*' --max-time 120 -o "$dir/got-$2" "http://$2:8000/file"
	expect "what came is what was served" [ "$(sum_of "$dir/got-$2")" = "$(sum_of "$dir/web/file")" ]
}

# Damaged packets that a link let through, as the kernel of NS saw it.
damaged_in() {
	in_ns "$1" cat /proc/net/snmp /proc/net/snmp6 | python3 -c '
import sys
total, keys = 0, None
for line in sys.stdin:
    name, *rest = line.split()
    if name.endswith(":"):
        if keys and keys[0] == name:
            total += sum(int(v) for k, v in zip(keys[1], rest)
                         if k in ("InCsumErrors", "InHdrErrors"))
            keys = None
        else:
            keys = (name, rest)
    elif name.endswith(("InCsumErrors", "InHdrErrors")):
        total += int(rest[0])
print(total)'
}
