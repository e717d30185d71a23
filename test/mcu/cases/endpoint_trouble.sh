# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # $dir, $pigtail, $baud, $top are run.sh's, $ended lib.sh's
#
# The endpoint and `pigtail qemu` in trouble. LONG=1 and RESTARTS=N: for longer.

endpoint_program=${ENDPOINT:-$top/build/asan/bin/pigtail-endpoint}

# Traffic both ways over and over: no connection is lost, no session ends.
case_endpoint_bit_errors() {
	local seconds=10 until
	[[ -z ${LONG:-} ]] || seconds=600
	boot_endpoint qemu --ber 1e-5
	until=$((SECONDS + seconds))
	while ((SECONDS < until)); do
		transfer down 500000 $RANDOM
		transfer up 500000 $RANDOM
	done
	expect "one session" [ "$(stat_of link sessions)" = 1 ]
	expect "errors there were" [ "$(stat_of link rx_bad_crc)" -gt 0 ]
	expect "no restart" [ "$(stat_of system uptime_ms)" -gt $((seconds * 1000)) ]
}

slow_endpoint_64_clients_at_once() {
	boot_endpoint qemu
	hostile crowd 64
	page >/dev/null
}

slow_endpoint_requests_and_their_answers() {
	boot_endpoint qemu
	hostile forms
}

slow_endpoint_garbage_for_a_web_server() {
	boot_endpoint qemu
	hostile garbage $((10 + ${LONG:+9}0))
	page >/dev/null
	expect "no restart" [ "$(stat_of link sessions)" = 1 ]
}

slow_endpoint_clients_that_never_finish() {
	boot_endpoint qemu
	hostile slow 24
}

# The same against the program, whose sanitizers see what QEMU doesn't.
case_endpoint_with_sanitizers() {
	[[ -x $endpoint_program ]] || skip_case "$endpoint_program is not there"
	baud=3000000
	start up in_ns a "$pigtail" up "unix-listen:$dir/line,baud=$baud" tap:pt0 --name up \
		--ip 10.7.0.1/24
	start endpoint "$endpoint_program" "unix:$dir/line" --baud "$baud" --address 10.7.0.2/24
	wait_up up
	pings a 10.7.0.2 56 1472 4000
	hostile forms
	hostile again
	hostile crowd 64
	hostile garbage $((10 + ${LONG:+9}0))
	hostile slow 24
	in_ns a python3 "$top/test/mcu/frames.py" pt0 02:70:74:00:00:02 10.7.0.2 \
		$((10 + ${LONG:+11}0))
	wait_for 10 "an answer" page 1
	transfer down 1000000 3
	transfer up 1000000 3
	finish endpoint
	expect "it ends well" [ "$ended" = 0 ]
}

# Whatever it heard, it answers soon after its end: the gap that is told is under a second
# where this machine isn't busy with something else.
case_endpoint_answers_again_after_noise() {
	local kind began took longest=0
	start qemu qemu-system-xtensa -M lx60-nommu -cpu lx106 -display none -monitor none \
		-kernel "$FIRMWARE/endpoint.elf" -append "baud=$baud address=10.7.0.2/24" \
		-chardev "socket,id=c,path=$dir/uart,server=on,wait=off" -serial chardev:c
	wait_for 5 "QEMU's socket" test -S "$dir/uart"
	for kind in random zeros ones frames flips; do
		rm -f "$dir/noisy"
		start noise python3 "$top/test/mcu/noise.py" "$dir/noisy" "$dir/uart" "$kind"
		wait_for 5 "the cable" test -S "$dir/noisy"
		start up in_ns a "$pigtail" up "unix:$dir/noisy,baud=$baud" tap:pt0 --name up \
			--ip 10.7.0.1/24
		wait_up up
		pings a 10.7.0.2 56
		kill -USR1 "${pid_of[noise]}"
		sleep "$((1 + RANDOM % 4))"
		kill -USR2 "${pid_of[noise]}"
		began=${EPOCHREALTIME/./}
		# Of this kernel's: it asks for an address once a second.
		ip -n a neighbour replace 10.7.0.2 lladdr 52:54:00:12:34:56 dev pt0
		wait_for 3 "an answer soon after $kind" in_ns a ping -q -c 1 -W 0.1 10.7.0.2
		took=$(((${EPOCHREALTIME/./} - began) / 1000))
		[[ $took -le $longest ]] || longest=$took
		page 5 >/dev/null
		# The cable first: it ends by itself when it is let go.
		finish noise
		finish up
	done
	echo "longest gap: $longest ms"
}

# qemu_of NAME: the process of QEMU below `pigtail qemu`.
qemu_of() {
	pgrep -P "${pid_of[$1]}" -x qemu-system-xte
}

slow_endpoint_comes_back_whenever_qemu_is_killed() {
	local times=${RESTARTS:-5} i
	boot_endpoint qemu
	for ((i = 0; i < times; i++)); do
		start client in_ns a python3 "$top/test/mcu/transfer.py" down "$url" 1000000
		sleep "0.$((RANDOM % 900 + 100))"
		kill -KILL "$(qemu_of qemu)"
		finish client
		wait_for 10 "the endpoint after kill $i" page 1
	done
	expect "it was told each time" [ "$(lines_with 'starting it again' "$dir/qemu.log")" = "$times" ]
	transfer down 100000
}

# Nothing is left of it: processes, sockets, interface.
nothing_left() {
	! pgrep -x qemu-system-xte && ! pgrep -x pigtail &&
		! ip -n a link show pt0 2>/dev/null &&
		[[ -z $(find /run/user -name 'pigtail-*') ]]
}

case_qemu_leaves_nothing() {
	local signal
	for signal in TERM INT; do
		boot_endpoint qemu
		finish qemu "$signal"
		expect "status 0" [ "$ended" = 0 ]
		expect "nothing is left" nothing_left
	done
	# Nobody is left to remove its folder then, but its processes end with it.
	boot_endpoint qemu
	finish qemu KILL
	wait_for 5 "QEMU to end with it" bash -c '! pgrep -x qemu-system-xte'
	wait_for 5 "the others to end with it" bash -c '! pgrep -x pigtail'
	rmdir /run/user/pigtail-*
}

case_qemu_several_at_once() {
	local i
	for i in 1 2 3; do
		start "qemu$i" "$pigtail" qemu "$FIRMWARE/endpoint.elf" \
			--net "user,hostfwd=tcp:127.0.0.1:808$i-:80"
	done
	for i in 1 2 3; do
		wait_for 20 "address of $i" has_line "qemu$i" "address 10.0.2.15"
		curl -sS --noproxy '*' --max-time 10 "http://127.0.0.1:808$i/stats.json" |
			grep -q '"sessions":1,'
	done
	"$pigtail" status >"$dir/status"
	expect "three names" [ "$(lines_with '^endpoint(-[23])?:' "$dir/status")" = 3 ]
}

# refused STATUS PATTERN ARGUMENT...: one line, that exit status.
refused() {
	local want=$1 pattern=$2 status=0
	shift 2
	# shellcheck disable=SC2086 # it may be env with a variable
	timeout 60 $pigtail qemu "$@" >"$dir/refused" 2>&1 || status=$?
	expect "status of $*" [ "$status" = "$want" ]
	expect "what it says of $*" grep -qE -- "$pattern" "$dir/refused"
}

case_qemu_says_what_makes_no_sense() {
	local image=$FIRMWARE/endpoint.elf
	refused 2 'IMAGE is missing'
	refused 2 '--net is missing' "$image"
	refused 1 'cannot read /nowhere: No such file' /nowhere --net user
	refused 2 "no such net 'usr'" "$image" --net usr
	refused 2 "--ber '2'" "$image" --net user --ber 2
	refused 2 "no such framing 'x'" "$image" --net user --framing x
	refused 1 'qemu: -nonsense: invalid option' "$image" --net user -- -nonsense
	refused 1 'could not load kernel' "$top/README.md" --net user
	refused 1 'install the package qemu-system-arm' --qemu /nowhere/qemu-system-arm --net user
	pigtail="env PATH=/nowhere $pigtail" refused 1 'install the package qemu-system-misc' \
		"$image" --net user
	expect "nothing is left" nothing_left
}
