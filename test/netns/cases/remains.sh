# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $baud and others are those of run.sh and lib.sh
# shellcheck disable=SC2034 # and they read some of ours
#
# What is left when it ends, or refuses to begin.

left_behind() {
	ip -n a -o link show | grep -vE ': lo:' || true
	ip -n b -o link show | grep -vE ': lo:' || true
	find "$dir" "$XDG_RUNTIME_DIR" -name '*.sock' -o -type s -o -type l
}

case_signals_leave_nothing() {
	local signal
	for signal in TERM INT HUP; do
		start_wire 0
		start_up 0
		start_device 0
		wait_up up0 device0
		finish up0 "$signal"
		expect "exit status 0 after SIG$signal" [ "$ended" = 0 ]
		finish device0 "$signal"
		expect "exit status 0 after SIG$signal" [ "$ended" = 0 ]
		[[ $signal == HUP ]] && signal=TERM
		finish wire0 "$signal"
		expect "exit status 0 of wire after SIG$signal" [ "$ended" = 0 ]
		expect "nothing is left" [ -z "$(left_behind)" ]
	done
	start listen "$pigtail" up "unix-listen:$dir/socket" user --name listen
	wait_for 5 "the socket" test -S "$dir/socket"
	finish listen
	expect "nothing is left" [ -z "$(left_behind)" ]
}

case_what_a_killed_one_left_is_no_obstacle() {
	make_link 0
	finish up0 KILL
	finish device0 KILL
	finish wire0 KILL
	expect "a link to a pty is left" [ -L "$dir/a0" ]
	make_link 0
	pings a 10.7.0.2 56
	finish_all
	expect "nothing is left" [ -z "$(left_behind)" ]
}

# refused STATUS PATTERN COMMAND...: ends at once with this status, and one line on
# standard error; leaves nothing. A case says of all its commands whether they do, and
# then calls none_accepted.
refused() {
	local status=$1 pattern=$2 is=0 before wrong=""
	shift 2
	[[ $1 != in_ns ]] || set -- nsenter --net="/run/netns/$2" "${@:3}"
	before=$(left_behind)
	timeout -s KILL 5 "$@" >"$dir/out" 2>"$dir/err" </dev/null || is=$?
	[[ $is = "$status" ]] || wrong+=" exit status $is, not $status;"
	[[ $(wc -l <"$dir/err") = 1 ]] || wrong+=" not one line;"
	grep -qiE -- "$pattern" "$dir/err" || wrong+=" doesn't say '$pattern';"
	[[ ! -s $dir/out ]] || wrong+=" something on standard output;"
	[[ $before = "$(left_behind)" ]] || wrong+=" something is left behind;"
	[[ -n $wrong ]] || return 0
	echo "$*"
	cat "$dir/err"
	echo "    $wrong"
	touch "$dir/accepted"
}

none_accepted() {
	[[ ! -e $dir/accepted ]] || fail "see above"
}

case_bad_input() {
	local up="in_ns a $pigtail up"
	start_wire 0
	start_wire 1
	start_device 0
	wait_for 5 "the device" in_ns b ip link show pt0
	ip -n a link add taken type bridge
	printf 'ssid=x\npassword=12345678\n' >"$dir/wifi"
	chmod 644 "$dir/wifi"
	# shellcheck disable=SC2086 # $up: several words
	{
		refused 1 "cannot open $dir/none.*plug it in" $up "$dir/none" tap
		refused 1 "another program has it" $up "$dir/b0" tap
		refused 1 "not a tty" $up /dev/null tap
		refused 1 "directory|not a tty" $up "$dir" tap
		refused 1 "the name is taken" $up "$dir/a1" tap:taken
		refused 1 "the name is taken" in_ns b "$pigtail" up "$dir/a1" tap:pt0
		refused 1 "bridge" $up "$dir/a1" bridge:none
		refused 1 "cannot write the capture /dev/full: No space" $up "$dir/a1" tap --capture /dev/full
		refused 1 "cannot write the capture" $up "$dir/a1" tap --capture "$dir/no/such/file"
		refused 1 "mode 0644.*chmod 600" $up "$dir/a1" tap --framing esp8266-hosted --wifi-file "$dir/wifi"
		refused 1 "cannot make the link" $up "pty:$dir/wifi" tap
		refused 1 "cannot make the link" $up "pty:$dir/no/such/link" tap
		refused 1 "name device0 is taken" $up "$dir/a1" tap --name device0
		refused 1 "cannot listen" $up tcp-listen:10.99.99.99:5556 tap
		refused 2 "baud" $up "$dir/a1,baud=17" tap
		refused 2 "baud" $up "$dir/a1,baud=fast" tap
		refused 2 "baud" $up "$dir/a1,baud=" tap
		refused 2 "speed" $up "$dir/a1,speed=115200" tap
		refused 2 "rate=auto or rate=fixed" $up "$dir/a1,rate=fast" tap
		refused 2 "max=50 to" $up "$dir/a1,max=lots" tap
		refused 2 "clock=0 to" $up "$dir/a1,clock=-1" tap
		refused 2 "for ttys only" $up "pty:$dir/x,rate=auto" tap
		refused 2 "needs .*pigtail.* at both ends" $up "$dir/a1,rate=auto" tap --framing slip
		refused 2 "rtscts" $up "$dir/a1,rtscts=maybe" tap
		refused 2 "no such framing 'morse'" $up "$dir/a1" tap --framing morse
		refused 2 "net" $up "$dir/a1" wifi
		refused 2 "name for an interface" $up "$dir/a1" tap:a-name-that-is-too-long
		refused 2 "name for an interface" $up "$dir/a1" tap:a/b
		refused 2 "hostfwd" $up "$dir/a1" user,hostfwd=tcp:80
		refused 2 "unknown option" $up "$dir/a1" user,color=red
		refused 2 "on or off" $up "$dir/a1" user,loopback=yes
		refused 2 "mtu" $up "$dir/a1" tap --mtu 67
		refused 2 "mtu" $up "$dir/a1" tap --mtu many
		refused 2 "mac" $up "$dir/a1" tap --mac 01:00:00:00:00:01
		refused 2 "ip" $up "$dir/a1" tap --ip 10.0.0.256/24
		refused 2 "ip" $up "$dir/a1" tap --ip 10.0.0.1/33
		refused 2 "name" $up "$dir/a1" tap --name ../x
		refused 2 "missing" $up
		refused 2 "NET is missing" $up "$dir/a1"
		refused 2 "one argument too many" $up "$dir/a1" tap tap
		refused 2 "bogus" $up "$dir/a1" tap --bogus
		refused 2 "wifi-file" $up "$dir/a1" tap --framing esp8266-hosted
		refused 1 "mode 0644.*chmod 600" $up "$dir/a1" tap --wifi-file "$dir/wifi"
		refused 2 "framing" $up "$dir/a1" tap --framing len16 --wifi-file "$dir/wifi"
		refused 2 "port" $up tcp:localhost tap
		refused 2 "port" $up tcp-listen:99999 tap
		refused 2 "" $up unix: tap
		refused 2 "" $up pty: tap
		refused 2 "hands out an address" in_ns b "$pigtail" device "$dir/b1" tap --framing esp8266-hosted
		refused 2 "baud" "$pigtail" wire "pty:$dir/x" "pty:$dir/y" --baud 1
		refused 2 "need --baud auto" "$pigtail" wire "pty:$dir/x" "pty:$dir/y" --baud 9600 --ppm 1,1
		refused 2 "two numbers" "$pigtail" wire "pty:$dir/x" "pty:$dir/y" --ppm 100
		refused 2 "two numbers" "$pigtail" wire "pty:$dir/x" "pty:$dir/y" --clock=-1,2
		refused 2 "seconds and a rate" "$pigtail" wire "pty:$dir/x" "pty:$dir/y" --max-baud-after 10
		refused 2 "max-baud" "$pigtail" wire "pty:$dir/x" "pty:$dir/y" --max-baud 7
		refused 2 "ber" "$pigtail" wire "pty:$dir/x" "pty:$dir/y" --ber 2
		refused 2 "burst" "$pigtail" wire "pty:$dir/x" "pty:$dir/y" --burst 1e-5
		refused 2 "" "$pigtail" wire "pty:$dir/x"
		refused 1 "cannot write" "$pigtail" wire "pty:$dir/x" "pty:$dir/y" --stats "$dir/no/such/file"
		refused 1 "nobody|no .*link|no such" "$pigtail" status nobody
		refused 1 "nobody|no .*link|no such" "$pigtail" stats nobody --json
		refused 2 "no such command" "$pigtail" fly
		refused 2 "no command" "$pigtail"
	}
	none_accepted
}

case_no_permission() {
	chmod 755 "$dir"
	setpriv --reuid 65534 --regid 65534 --clear-groups true 2>/dev/null ||
		skip_case "cannot become somebody else in a user namespace"
	local nobody="setpriv --reuid 65534 --regid 65534 --clear-groups env -u XDG_RUNTIME_DIR"
	start_wire 0
	chmod 600 "$(readlink "$dir/a0")"
	# It may lie below a folder that is not everybody's.
	install -m 755 "$pigtail" "$dir/pigtail"
	# shellcheck disable=SC2086 # several words
	{
		refused 1 "Permission denied; add yourself to its group" \
			$nobody "$dir/pigtail" up "$dir/a0" user
		chmod 666 "$(readlink "$dir/a0")"
		refused 1 "root" $nobody "$dir/pigtail" up "$dir/a0" tap
		refused 1 "cannot write the capture" \
			$nobody "$dir/pigtail" up "$dir/a0" user --capture /run/x
	}
	none_accepted
}

case_no_dev_net_tun() {
	start_wire 0
	refused 1 "/dev/net/tun" unshare --mount sh -c '
		mount -t tmpfs none /dev/net
		exec "$@"' sh "$pigtail" up "$dir/a0" tap
	none_accepted
}
