# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $baud and others are those of run.sh and lib.sh
#
# Many links in one process, from a file: links upI in a, deviceI in b.

# write_section ROLE I [LINE...]
write_section() {
	local role=$1 i=$2 port=a host=1
	shift 2
	[[ $role = up ]] || port=b host=2
	printf '[%s%d]\nport = %s,baud=%d\nnet = tap:pt%d\nip = 10.7.%d.%d/24\n' \
		"$role" "$i" "$dir/$port$i" "$baud" "$i" "$i" "$host"
	[[ $# = 0 ]] || printf '%s\n' "$@"
}

# write_file ROLE I...
write_file() {
	local role=$1 i
	shift
	for i; do
		write_section "$role" "$i"
	done >"$dir/$role.ini"
}

start_many() {
	start ups in_ns a "$pigtail" up --config "$dir/up.ini"
	start devices in_ns b "$pigtail" device --config "$dir/device.ini"
}

session_of() {
	"$pigtail" status "$1" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["session"])'
}

is_failed() {
	"$pigtail" status "$1" --json | grep -q '"state":"failed"'
}

# introduced NAME TIMES: was opened so often.
introduced() {
	[[ $(lines_with "$1: .*, framing" "$dir/ups.log") = "$2" ]]
}

case_many_links_from_a_file() {
	local i
	for i in {0..7}; do
		start_wire "$i"
	done
	write_file up {0..7}
	write_file device {0..7}
	start_many
	wait_up up{0..7} device{0..7}
	for i in {0..7}; do
		pings a "10.7.$i.2" 56 1400
	done
	"$pigtail" status --brief >"$dir/brief.txt"
	expect "a line for each" [ "$(wc -l <"$dir/brief.txt")" = 16 ]
	"$pigtail" stats --json | python3 -c '
import json, sys
links = json.load(sys.stdin)["links"]
assert len(links) == 16 and all(link["counters"]["tx_packets"] >= 6 for link in links)'
	expect "two processes" [ "$("$pigtail" status --json | grep -oE '"pid":[0-9]+' | sort -u | wc -l)" = 2 ]
	# One cable dies; the others don't notice.
	finish wire3
	wait_for 5 "the lost port" has_line ups "up3: lost .*/a3"
	for i in {0..2} {4..7}; do
		pings a "10.7.$i.2" 56
	done
	start_wire 3
	wait_up up3 device3
	pings a 10.7.3.2 56
	finish ups
	expect "exit status 0" [ "$ended" = 0 ]
	finish devices INT
	expect "exit status 0" [ "$ended" = 0 ]
	for i in {0..7}; do
		finish "wire$i"
	done
	expect "nothing is left" [ -z "$(left_behind)" ]
}

case_a_file_that_is_read_again() {
	local i session
	for i in {0..3}; do
		start_wire "$i"
	done
	write_file up 0 1 2
	write_file device {0..3}
	start_many
	wait_up up{0..2} device{0..2}
	session=$(session_of up0)
	start pings in_ns a ping -n -i 0.02 10.7.0.2
	# 1 goes, 2 changes, 3 is new; 0 stays as it is.
	{
		write_section up 0
		write_section up 2 "mtu = 1400"
		write_section up 3
	} >"$dir/up.ini"
	kill -HUP "${pid_of[ups]}"
	wait_for 5 "the file to be read again" has_line ups "up.ini was read again"
	wait_up up2 up3
	pings a 10.7.2.2 56
	pings a 10.7.3.2 56
	in_ns a ip link show pt2 >"$dir/link.txt"
	expect "the MTU" grep -q "mtu 1400" "$dir/link.txt"
	"$pigtail" status --brief >"$dir/brief.txt"
	expect "no link up1" [ "$(lines_with '^up1 ' "$dir/brief.txt")" = 0 ]
	expect "up0 was left alone" introduced up0 1
	expect "no interface of it" [ -z "$(ip -n a -o link show | sed -n '/ pt1:/p')" ]
	expect "the same session" [ "$(session_of up0)" = "$session" ]
	# Nonsense changes nothing.
	echo "bogus = 1" >>"$dir/up.ini"
	kill -HUP "${pid_of[ups]}"
	wait_for 5 "a line that says so" has_line ups "up.ini:[0-9]+: no such key 'bogus'; .*stay as they are"
	is_up up3
	finish pings INT
	# The last one may have been on its way.
	expect "no ping was lost" [ "$(lines_with 'bytes from' "$dir/pings.log")" = \
		"$(sed -n 's/.*icmp_seq=\([0-9]*\).*/\1/p' "$dir/pings.log" | tail -n 1)" ]
	finish_all
	expect "nothing is left" [ -z "$(left_behind)" ]
}

slow_one_link_of_many_fails() {
	start_wire 0
	write_file up 0 1
	write_file device 0 1
	start_many
	wait_up up0 device0
	is_failed up1
	expect "said once" [ "$(lines_with 'up1: cannot open' "$dir/ups.log")" = 1 ]
	"$pigtail" status up1 >"$dir/status.txt"
	expect "why" grep -q 'up1: failed (cannot open' "$dir/status.txt"
	"$pigtail" stats up1 --json >"$dir/stats.txt"
	# What it wants comes to be there.
	start_wire 1
	wait_up up1 device1
	pings a 10.7.1.2 56
	# Its interface is deleted: it makes a new one.
	ip -n a link delete pt1
	wait_for 5 "a line that says so" has_line ups "up1: the interface was deleted"
	wait_for 5 "another interface" introduced up1 2
	wait_up up1
	pings a 10.7.1.2 56
	pings a 10.7.0.2 56
	finish_all
	expect "nothing is left" [ -z "$(left_behind)" ]
}

case_bad_files() {
	local up="in_ns a $pigtail up"
	start_wire 0
	write_file up 0
	# shellcheck disable=SC2086 # $up: several words
	{
		refused 1 "cannot read $dir/none.ini: No such file" $up --config "$dir/none.ini"
		refused 1 "cannot read $dir: Is a directory" $up --config "$dir"
		refused 2 "up.ini is|--config" $up --config "$dir/up.ini" "$dir/a0" tap
		refused 2 "put 'mtu' into the file" $up --config "$dir/up.ini" --mtu 1400
		echo "[x]" >>"$dir/up.ini"
		refused 2 "$dir/up.ini:5: this section has no port" $up --config "$dir/up.ini"
		printf 'port=%s\nnet=tap\nmtu=many\n' "$dir/a0" >>"$dir/up.ini"
		refused 2 "$dir/up.ini:8: mtu 'many'" $up --config "$dir/up.ini"
		# What only opening finds out: the good one is not begun either.
		sed -i -e '/^mtu/d' -e 's/^port=.*/&,baud=17/' "$dir/up.ini"
		refused 2 "$dir/up.ini:5: port .*baud" $up --config "$dir/up.ini"
		write_file up 1
		refused 1 "up1: cannot open $dir/a1: .*plug it in" $up --config "$dir/up.ini"
	}
	none_accepted
}
