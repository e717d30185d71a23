# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $pigtail and others are those of run.sh and lib.sh
#
# What a process has to bear from the one that started it.

# A link between two processes that needs no interface: "up" is started by a command.
start_up_by() {
	start up "$@" "$pigtail" up "unix-listen:$dir/wire" user --name up
}

start_peer() {
	start peer "$pigtail" device "unix:$dir/wire" user --name peer
}

unread() {
	start_up_by python3 "$here/stderr.py" "$1" "$dir"
	wait_for 5 "the socket" test -S "$dir/wire"
	start_peer
	wait_up up peer
	touch "$dir/read"
	wait_for 5 "reading to begin" test -e "$dir/said"
	finish peer
	start_peer
	wait_up up peer
	wait_for 5 "lines again" grep -qa 'lost here: nobody took' "$dir/said"
	expect "no line is cut" [ "$(tr -d '.\r' <"$dir/said" | lines_with '^([^p]|p[^i])' -)" = 0 ]
	finish up
	expect "exit status 0" [ "$ended" = 0 ]
	finish peer
	rm "$dir/read" "$dir/said"
}

case_nobody_reads_standard_error() {
	unread pipe
	unread tty
	unread socket
}

case_standard_descriptors_are_closed() {
	local fd
	start_up_by python3 "$here/stderr.py" closed "$dir"
	start_peer
	wait_up up peer
	for fd in 0 1 2; do
		expect "descriptor $fd leads nowhere" \
			[ "$(readlink "/proc/${pid_of[up]}/fd/$fd")" = /dev/null ]
	done
	finish peer
	finish up
	expect "exit status 0" [ "$ended" = 0 ]
}

case_nohup() {
	start_up_by bash -c 'trap "" HUP; exec "$@"' bash
	start_peer
	wait_up up peer
	kill -HUP "${pid_of[up]}"
	# It gets signals in their order.
	expect "it lives" is_up up
	finish peer HUP
	expect "the other one ends" [ "$ended" = 0 ]
	expect "it still lives" "$pigtail" status up
	finish up
	expect "exit status 0" [ "$ended" = 0 ]
}
