# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $baud and others are those of run.sh and lib.sh
# shellcheck disable=SC2034 # and they read some of ours
#
# The control socket, as programs use and misuse it. The links need no privileges.

# A link without root: up0 and device0.
start_plain_link() {
	start_wire 0
	start up0 "$pigtail" up "$dir/a0,baud=$baud" user --name up0
	start device0 "$pigtail" device "$dir/b0,baud=$baud" user --name device0
	wait_up up0 device0
}

# said_often TIMES PATTERN NAME: in its log.
said_often() {
	[[ $(lines_with "$2" "$dir/$3.log") -ge $1 ]]
}

# has_descriptors N NAME: not more.
has_descriptors() {
	[[ $(find "/proc/${pid_of[$2]}/fd" -mindepth 1 | wc -l) -le $1 ]]
}

socket_of() {
	"$pigtail" status "$1" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["control"])'
}

case_control_socket_takes_requests_and_subscriptions() {
	local socket
	start_plain_link
	socket=$(socket_of up0)
	expect "its user's alone" [ "$(stat -c %a "$socket")" = 600 ]
	python3 "$here/control_client.py" "$socket" polite half_closed
	# What happens is told when it happens.
	start watcher python3 "$here/control_client.py" "$socket" watch_state
	wait_for 5 "the state of now" has_line watcher 'state up'
	finish device0
	wait_for 20 "the end of the peer" has_line watcher 'state down'
	start device0 "$pigtail" device "$dir/b0,baud=$baud" user --name device0
	wait_for 20 "the peer again" said_often 2 "state up" watcher
}

case_control_socket_and_clients_that_mean_harm() {
	local socket story before
	start_plain_link
	socket=$(socket_of up0)
	before=$(find "/proc/${pid_of[up0]}/fd" -mindepth 1 | wc -l)
	for story in garbage huge_line half_a_line crowd deaf_subscriber; do
		python3 "$here/control_client.py" "$socket" "$story" sane ||
			fail "$story"
	done
	expect "the link lives on" is_up up0
	wait_for 10 "no descriptor is left open" has_descriptors "$before" up0
	finish up0
	expect "it ends well" [ "$ended" = 0 ]
}

case_stats_are_watched_by_subscription() {
	start_plain_link
	start watch "$pigtail" stats up0 --watch --json
	start all "$pigtail" stats --watch --json
	wait_for 10 "three lines" said_often 3 tx_bytes watch
	wait_for 10 "three lines" said_often 3 tx_bytes all
	# One that stands still is waited for.
	kill -STOP "${pid_of[up0]}"
	sleep 4
	kill -CONT "${pid_of[up0]}"
	wait_for 10 "more" said_often $(($(lines_with tx_bytes "$dir/watch.log") + 3)) tx_bytes watch
	# One that begins later is told of, too.
	start more "$pigtail" up "tcp-listen:127.0.0.1:5999" user --name more
	wait_for 10 "the new link" has_line all '"name":"more"'
	finish more
	python3 - "$dir/all.log" <<'END'
import json, sys
rounds = [json.loads(line)["links"] for line in open(sys.argv[1]) if line.startswith("{")]
assert any({link["name"] for link in r} == {"device0", "more", "up0"} for r in rounds)
assert all(len({link["name"] for link in r}) == len(r) for r in rounds)
END
	finish up0
	wait_for 5 "its end is told" has_line watch 'the link up0 has ended'
}

case_links_are_found_after_the_user_logged_out() {
	local -x XDG_RUNTIME_DIR=$dir/runtime
	mkdir -m 700 "$dir/runtime"
	start_plain_link
	expect "its socket is there" test -S "$dir/runtime/pigtail/up0.sock"
	# What systemd does when the user's last session ends.
	rm -r "$dir/runtime"
	wait_for 5 "where it is now is said" has_line up0 'control socket was removed; it is at /'
	wait_for 5 "it is found" is_up up0
	# The next session: the links of before are found, and a name is still taken.
	mkdir -m 700 "$dir/runtime"
	wait_for 5 "both are found" is_up device0
	refused 1 "taken" "$pigtail" up "tcp-listen:127.0.0.1:5998" user --name up0
	finish up0
	expect "its socket went with it" [ "$("$pigtail" status --json | grep -c '"name":"up0"')" = 0 ]
}
