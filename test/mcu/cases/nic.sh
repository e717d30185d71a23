# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../../netns/lib.sh
# shellcheck disable=SC2154 # $dir, $pigtail, $baud are those of run.sh
#
# The nic: an lx106 between a UART and QEMU's user network.
#
#   +--- namespace a ---+               +-------------- namespace b ---------------+
#   | pt0, by DHCP      |               |  QEMU: lx106 --- open_eth --- 10.0.2.0/24|
#   |  |                |  unix socket  |          |                       10.0.2.2 |
#   | pigtail up -------+---------------+-------- UART                    = 127.0.0.1
#   +-------------------+               |                web server, iperf3        |
#                                       +------------------------------------------+

here=$CASES/..

# start_nic [APPEND]: QEMU with the nic, its UART at the socket $dir/uart, which it
# makes; with $listening set, at $dir/listen, where the host waits for it.
start_nic() {
	local uart=path=$dir/uart,server=on,wait=off
	[[ -z ${listening:-} ]] || uart=path=$dir/listen,reconnect=1
	start qemu in_ns b qemu-system-xtensa -M lx60-nommu -cpu lx106 -m 4 -display none \
		-monitor none -kernel "$FIRMWARE/nic.elf" -append "baud=$baud ${1:-}" \
		-chardev "socket,id=uart,$uart" -serial chardev:uart \
		-nic user,model=open_eth
}

# start_host [PORT [OPTION...]]
start_host() {
	start up in_ns a "$pigtail" up "${1:-unix:$dir/uart},baud=$baud" tap:pt0 --name up "${@:2}"
}

start_both() {
	start_nic "${1:-}"
	wait_for 10 "QEMU's socket" test -S "$dir/uart"
	start_host
	wait_up up
}

# What busybox's DHCP client calls.
write_dhcp_script() {
	cat >"$dir/dhcp" <<'END'
#!/bin/sh
case $1 in
bound)
	ip address add "$ip/$mask" dev "$interface"
	ip route add default via "$router" dev "$interface"
	;;
esac
END
	chmod +x "$dir/dhcp"
}

get_address() {
	write_dhcp_script
	in_ns a busybox udhcpc -i pt0 -n -q -f -t 10 -T 1 -s "$dir/dhcp"
	expect "the address of QEMU's network" \
		grep -qE "10\.0\.2\.1[5-9]/24" <<<"$(ip -n a -4 -brief address show dev pt0)"
}

# answers [SECONDS]
answers() {
	in_ns a ping -q -n -c 1 -i 0.1 -w "${1:-3}" 10.0.2.2
}

# host_heard PATTERN: a line of the device's log.
host_heard() {
	grep -qE "the other end says: .*$1" "$dir/up.log"
}

# pt0's number or MAC.
link_index() {
	ip -n a -o link show dev pt0 | cut -d : -f 1
}

link_mac() {
	ip -n a -o link show dev pt0 | sed -E 's/.*ether ([0-9a-f:]+).*/\1/'
}

case_nic_carries_dhcp_ping_http_and_iperf3() {
	start_both
	get_address
	pings a 10.0.2.2 0 56 1472
	serve web b 127.0.0.1 300000
	download a 10.0.2.2
	start iperf3 in_ns b iperf3 -s --forceflush -B 127.0.0.1
	wait_for 10 "iperf3" has_line iperf3 listening
	head -c 1000000 /dev/urandom >"$dir/random"
	expect "iperf3 up" in_ns a iperf3 -c 10.0.2.2 -t 2 -F "$dir/random" -f k
	expect "iperf3 down" in_ns a iperf3 -c 10.0.2.2 -t 2 -R -f k
	expect "it said what it is" host_heard "nic on lx60, power-up"
}

case_nic_takes_the_hosts_address_or_gives_its_own() {
	local mac=52:54:00:12:34:56
	start_nic
	wait_for 10 "QEMU's socket" test -S "$dir/uart"
	start_host "unix:$dir/uart" --mac "$mac"
	wait_up up
	expect "HELLO has its address" grep -q "peer $mac" "$dir/up.log"
	get_address
	pings a 10.0.2.2 56
	finish up
	start_host # with an address of its own
	wait_up up
	expect "another address" [ "$(link_mac)" != "$mac" ]
	get_address
	pings a 10.0.2.2 56
}

# The UART's bytes go through noise.py, which a signal makes noisy.
case_nic_answers_again_after_noise() {
	local kind began took longest=0 kinds=(random zeros ones frames flips)
	start_nic
	wait_for 10 "QEMU's socket" test -S "$dir/uart"
	start noise python3 "$here/noise.py" "$dir/noisy" "$dir/uart" "${kinds[@]}"
	wait_for 5 "the relay" test -S "$dir/noisy"
	start_host "unix:$dir/noisy"
	wait_up up
	get_address
	for kind in "${kinds[@]}"; do
		pings a 10.0.2.2 56
		kill -USR1 "${pid_of[noise]}"
		sleep 0.5
		[[ $kind = flips ]] || ! answers 1 || fail "an answer in $kind noise"
		kill -USR2 "${pid_of[noise]}"
		began=${EPOCHREALTIME/./}
		wait_for 5 "an answer after $kind noise" answers
		took=$(((${EPOCHREALTIME/./} - began) / 1000))
		((took < longest)) || longest=$took
		pings a 10.0.2.2 1400
	done
	echo "longest gap: $longest ms"
	expect "no panic" [ "$(lines_with "panic" "$dir/up.log")" = 0 ]
}

case_nic_comes_back_whenever_qemu_is_killed() {
	local i index listening=true
	start_host "unix-listen:$dir/listen"
	wait_for 10 "the host's socket" test -S "$dir/listen"
	start_nic
	wait_up up
	get_address
	serve web b 127.0.0.1 1000000
	index=$(link_index)
	start ping in_ns a ping -q -n -i 0.02 -s 700 10.0.2.2
	start curls in_ns a bash -c \
		"while :; do curl -s -m 5 --noproxy '*' -o /dev/null http://10.0.2.2:8000/file; sleep 0.05; done"
	for ((i = 0; i < ${RESTARTS:-12}; i++)); do
		sleep "0.$((RANDOM % 500 + 100))"
		finish qemu KILL
		wait_for 5 "the host's socket" test -S "$dir/listen"
		start_nic
		wait_for 10 "an answer after restart $i" answers
	done
	expect "the same interface" [ "$(link_index)" = "$index" ]
	finish curls
	download a 10.0.2.2
	expect "no panic" [ "$(lines_with "panic" "$dir/up.log")" = 0 ]
}

# Its main loop is too slow for a while, and nothing holds the sender up.
# A host that gets little CPU sends too slowly for it.
sends_until_it_overruns() {
	in_ns a iperf3 -c 10.0.2.2 -t 3 -P 4 -f k
	host_heard "lost bytes"
}

slow_nic_repairs_an_overrun_of_its_uart() {
	start_both "rtscts=off fault=slow"
	get_address
	serve web b 127.0.0.1 300000
	start iperf3 in_ns b iperf3 -s --forceflush -B 127.0.0.1
	wait_for 10 "iperf3" has_line iperf3 listening
	wait_for 60 "the overrun to be told" sends_until_it_overruns
	wait_for 5 "an answer" answers
	download a 10.0.2.2
	expect "one session" [ "$(lines_with "up up" "$dir/up.log")" = 1 ]
}

slow_nic_tells_why_it_died_and_restarts() {
	local fault word
	while read -r fault word; do
		: >"$dir/up.log"
		start_both "fault=$fault"
		wait_for 15 "the reason of $fault" host_heard "panic: .*$word"
		wait_for 10 "the registers" host_heard "a0..a5( [0-9a-f]{8}){6}"
		wait_for 10 "the restart" host_heard "nic on lx60, restart 1"
		get_address
		pings a 10.0.2.2 56
		finish up
		finish qemu
	done <<'END'
hang watchdog
crash exception 15, address dead0001
stack the stack is too small
END
}

case_nic_sleeps_when_idle() {
	local before after
	start_both
	get_address
	sleep 1
	before=$(cut -d ' ' -f 14,15 "/proc/${pid_of[qemu]}/stat" | tr ' ' +)
	sleep 3
	after=$(cut -d ' ' -f 14,15 "/proc/${pid_of[qemu]}/stat" | tr ' ' +)
	# In 1/100 s. A loop that polls would take all 300.
	echo "CPU of 300: $((after - (before)))"
	expect "it sleeps" [ $((after - (before))) -lt 150 ]
}

case_nic_says_which_boot_option_it_does_not_know() {
	start_both "bad_option=1 baud=0 mac=1"
	wait_for 5 "the complaint" host_heard "a boot option makes no sense: bad_option=1"
}
