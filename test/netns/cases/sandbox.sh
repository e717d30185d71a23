# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $pigtail and others are those of run.sh and lib.sh
#
# What a running link may still do, and that it suffices.

with_sandbox() {
	# Its leak check needs what is forbidden.
	! grep -qa __asan_init "$pigtail" || skip_case "a sanitizer needs ptrace()"
}

# may NAME LINE CAPABILITIES: each of its threads, as in /proc/PID/task/*/status.
may() {
	local task
	for task in "/proc/${pid_of[$1]}/task"/*/status; do
		expect "$1 has $2 as capabilities: $(grep Cap "$task")" \
			[ "$(sed -n 's/^Cap\(Prm\|Eff\):\t0*//p' "$task" | sort -u)" = "$2" ]
		expect "no new privileges" grep -q '^NoNewPrivs:[[:space:]]1$' "$task"
		expect "a filter of system calls" grep -q '^Seccomp:[[:space:]]2$' "$task"
	done
}

case_privileges_go() {
	with_sandbox
	make_link 0
	may up0 1000 # CAP_NET_ADMIN
	start user "$pigtail" up tcp:127.0.0.1:5556 user --name user
	start peer "$pigtail" device tcp-listen:5556 user --name peer
	wait_up user peer
	may user 2000 # CAP_NET_RAW
	printf '[web]\nport = tcp-listen:5557\nnet = user\n' >"$dir/links.ini"
	start many "$pigtail" up --config "$dir/links.ini"
	wait_for 5 "the link web" "$pigtail" status web
	may many 3400 # CAP_NET_ADMIN, CAP_NET_BIND_SERVICE, CAP_NET_RAW
	# The file is read again, with what needs them.
	printf '[web]\nport = tcp-listen:557\nnet = tap:pt9\n' >"$dir/links.ini"
	kill -HUP "${pid_of[many]}"
	wait_for 5 "the interface" ip link show pt9
	wait_for 5 "the port" "$pigtail" status web
	finish many
	expect "nothing is left of it" [ ! -e "$XDG_RUNTIME_DIR/pigtail/web.sock" ]
}

# A tty that is another user's, and which root may open only as such.
case_a_tty_of_another_user_comes_back() {
	local name
	with_sandbox
	start_wire 0
	chown 1234 "$(readlink "$dir/a0")" || skip_case "no other user here"
	start_up 0
	start_device 0
	wait_up up0 device0
	may up0 1002 # CAP_NET_ADMIN, CAP_DAC_OVERRIDE
	finish device0
	finish wire0
	start_wire 0
	chown 1234 "$(readlink "$dir/a0")"
	start_device 0
	wait_up up0 device0
	for name in up0 device0; do
		finish "$name"
		expect "exit status 0" [ "$ended" = 0 ]
	done
}

# As dist/pigtail@.service.in does: a user of its own with two ambient capabilities.
case_as_the_service_runs_it() {
	with_sandbox
	chown 1234 "$dir" 2>/dev/null || skip_case "no other user here"
	# As udev makes it.
	mknod -m 666 "$dir/tun" c 10 200 && mount --bind "$dir/tun" /dev/net/tun
	install -d -o 1234 /run/pigtail
	printf '[serve]\nport = tcp-listen:557\nnet = tap:pt9\nip = 10.9.0.1/24\n' >"$dir/links.ini"
	start many setpriv --reuid 1234 --regid 1234 --clear-groups --no-new-privs \
		--inh-caps=-all,+net_admin,+net_bind_service \
		--ambient-caps=-all,+net_admin,+net_bind_service \
		--bounding-set=-all,+net_admin,+net_bind_service \
		env -u XDG_RUNTIME_DIR "$pigtail" up --config "$dir/links.ini"
	wait_for 5 "root to find its socket" "$pigtail" status serve
	may many 1400 # CAP_NET_ADMIN, CAP_NET_BIND_SERVICE
	start peer "$pigtail" device tcp:127.0.0.1:557 user --name peer
	wait_up serve peer
	printf '[serve]\nport = tcp-listen:558\nnet = tap:pt8\nip = 10.9.1.1/24\n' >"$dir/links.ini"
	kill -HUP "${pid_of[many]}"
	wait_for 5 "the other interface" ip link show pt8
	finish many
	expect "exit status 0" [ "$ended" = 0 ]
	rm -r /run/pigtail
	umount /dev/net/tun
}

# dumps_core COMMAND...: whether it leaves one when it is ended by SIGABRT, a second on.
dumps_core() {
	(cd "$dir" && python3 -c '
import os, resource, subprocess, sys, time
most = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (most, most))
process = subprocess.Popen(sys.argv[1:])
time.sleep(1)
process.send_signal(6)
sys.exit(not os.WCOREDUMP(os.waitpid(process.pid, 0)[1]))' "$@")
}

case_a_password_is_in_no_core() {
	local up=("$pigtail" up "unix-listen:$dir/socket" user)
	dumps_core "${up[@]}" || skip_case "this system makes no cores"
	rm "$dir/socket"
	printf 'ssid=field\npassword=correct horse\n' >"$dir/wifi"
	chmod 600 "$dir/wifi"
	if dumps_core "${up[@]}" --framing esp8266-hosted --wifi-file "$dir/wifi"; then
		fail "there is a core, and the password in it"
	fi
	# What the killed ones left.
	rm "$XDG_RUNTIME_DIR/pigtail/"*.sock
}
