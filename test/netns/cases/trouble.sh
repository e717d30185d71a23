# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $baud and others are those of run.sh and lib.sh
# shellcheck disable=SC2034 # and they read some of ours
#
# What breaks: the peer, the cable, the port, bits.

# while_downloading COMMAND...: runs it in the midst of a download, which must finish,
# right, over the same connection. $gap is the longest time without a byte, seconds.
while_downloading() {
	local got
	start fetch in_ns a python3 "$here/fetch.py" http://10.7.0.2:8000/file
	wait_for 20 "a part of it" has_line fetch begun
	"$@"
	wait "${pid_of[fetch]}" || fail "the download did not finish"
	unset "pid_of[fetch]"
	read -r got _ _ gap <<<"$(tail -n 1 "$dir/fetch.log")"
	expect "what came is what was served" [ "$got" = "$(sum_of "$dir/web/file")" ]
	echo "longest gap: $gap s"
}

ifindex() {
	in_ns "$1" ip -o link show "$2" | cut -d : -f 1
}

# $outage: seconds without a link; $rto: after how many TCP repeats what got no answer.
outage_of() {
	local began
	rto=$(in_ns b ss -tin "sport = :8000" | sed -n 's/.* rto:\([0-9]*\).*/\1/p' | head -n 1)
	began=$EPOCHREALTIME
	"$@"
	wait_up up0 device0
	outage=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
	echo "outage $outage s, TCP repeats after $rto ms"
}

# That time doubles at each repetition, so what an outage costs TCP is at most as much
# again and one such time. An address that changed costs it the neighbour's memory, 52 s.
tcp_went_on() {
	awk -v gap="$gap" -v outage="$outage" -v rto="$rto" \
		'BEGIN { exit !(rto > 0 && gap < 2 * outage + 3 * rto / 1000) }'
}

kill_and_restart_device() {
	finish device0 KILL
	start_device 0
}

kill_and_restart_up() {
	finish up0 KILL
	start_up 0
}

case_peer_killed_while_downloading() {
	local index
	make_link 0
	index=$(ifindex a pt0)
	serve web b 10.7.0.2 400000
	while_downloading outage_of kill_and_restart_device
	expect "TCP went on at once" tcp_went_on
	expect "the interface stayed" [ "$index" = "$(ifindex a pt0)" ]
}

case_host_end_killed_while_downloading() {
	make_link 0
	serve web b 10.7.0.2 400000
	while_downloading outage_of kill_and_restart_up
	expect "TCP went on at once" tcp_went_on
}

case_peer_killed_with_user_network() {
	start_wire 0
	start device0 "$pigtail" device "$dir/b0" user --name device0
	start up0 in_ns a "$pigtail" up "$dir/a0" tap:pt0 --name up0 --ip 10.0.2.15/24
	wait_up up0 device0
	pings a 10.0.2.2 56
	finish device0 KILL
	start device0 "$pigtail" device "$dir/b0" user --name device0
	wait_for 2 "the new one to answer" in_ns a ping -q -c 1 -W 0.2 10.0.2.2
}

cut_for_a_second() {
	kill -USR1 "${pid_of[wire0]}"
	sleep 1
	kill -USR2 "${pid_of[wire0]}"
}

case_cable_cut_while_downloading() {
	local index
	make_link 0
	index=$(ifindex a pt0)
	serve web b 10.7.0.2 400000
	while_downloading cut_for_a_second
	expect "the interface stayed" [ "$index" = "$(ifindex a pt0)" ]
}

carrier() {
	in_ns a ip -o link show pt0 | grep -q LOWER_UP
}

no_carrier() {
	! carrier
}

# The ptys, both ends' ttys, are gone with the wire.
unplug_and_replug() {
	finish wire0 "$1"
	wait_for 5 "the carrier to go" no_carrier
	start_wire 0
	wait_for 5 "the carrier to come" carrier
}

case_port_unplugged_while_downloading() {
	local index signal
	make_link 0
	index=$(ifindex a pt0)
	serve web b 10.7.0.2 400000
	for signal in TERM KILL; do
		while_downloading unplug_and_replug "$signal"
		expect "the interface stayed" [ "$index" = "$(ifindex a pt0)" ]
	done
}

case_tcp_port_reconnects() {
	join_by_veth
	start up0 in_ns a "$pigtail" up tcp-listen:10.8.0.1:5556 tap:pt0 --name up0 --ip 10.7.0.1/24
	start device0 in_ns b "$pigtail" device tcp:10.8.0.1:5556 tap:pt0 --name device0 \
		--ip 10.7.0.2/24
	wait_up up0 device0
	finish up0 KILL
	start up0 in_ns a "$pigtail" up tcp-listen:10.8.0.1:5556 tap:pt0 --name up0 --ip 10.7.0.1/24
	wait_up up0 device0
	pings a 10.7.0.2 56 1472
}

case_a_missing_tty_is_waited_for() {
	start up0 in_ns a "$pigtail" up "$dir/a0,wait" tap:pt0 --name up0 --ip 10.7.0.1/24
	wait_for 5 "the interface" in_ns a ip link show pt0
	expect "no carrier yet" no_carrier
	start_wire 0
	start_device 0
	wait_up up0 device0
	pings a 10.7.0.2 56
}

noisy() {
	make_link 0 --ber "$1" --seed 7
	serve web b 10.7.0.2 "$2"
	download a 10.7.0.2
	pings a 10.7.0.2 0 56 1472
	expect "nothing damaged came to a" [ "$(damaged_in a)" = 0 ]
	expect "nothing damaged came to b" [ "$(damaged_in b)" = 0 ]
	"$pigtail" stats up0 --json >"$dir/stats.json"
	expect "there was noise" grep -qE '"rx_bad_(crc|framing)":[[:space:]]*[1-9]' "$dir/stats.json"
}

case_noise_1e-5() {
	noisy 1e-5 600000
}

slow_noise_1e-4() {
	noisy 1e-4 600000
}

case_noise_1e-3() {
	noisy 1e-3 60000
}

case_bytes_lost_and_doubled() {
	make_link 0 --drop 1e-4 --dup 1e-4 --burst 1e-5,20 --seed 7
	serve web b 10.7.0.2 400000
	download a 10.7.0.2
	expect "nothing damaged came to a" [ "$(damaged_in a)" = 0 ]
}

case_hearing_itself_is_told() {
	start echo python3 -c '
import os, sys, tty
ours, its = os.openpty()
tty.setraw(its)
os.symlink(os.ttyname(its), sys.argv[1])
while True:
    os.write(ours, os.read(ours, 4096))' "$dir/a0"
	wait_for 5 "the tty" test -e "$dir/a0"
	start up0 "$pigtail" up "$dir/a0" user --name up0
	wait_for 10 "the cause" has_line up0 "it hears itself"
	wait_for 10 "another line" has_line up0 "hellos that do not fit"
	expect "said once" [ "$(lines_with 'hears itself' "$dir/up0.log")" = 1 ]
}

# who_says NAME CODE: one who is at the port $dir/a0, and what it does there.
who_says() {
	start "$1" python3 -c "
import os, sys, time, tty
ours, its = os.openpty()
tty.setraw(its)
os.symlink(os.ttyname(its), sys.argv[1])
$2" "$dir/a0"
	wait_for 5 "the tty" test -e "$dir/a0"
}

case_contiki_border_router_is_told() {
	who_says router '
while True:
    os.write(ours, bytes.fromhex("c03f50c0"))
    time.sleep(1)'
	start up0 "$pigtail" up "$dir/a0" user --name up0 --framing slip
	wait_for 10 "the cause" has_line up0 "Contiki border router that asks for a prefix"
}

case_contiki_border_router_gets_its_prefix() {
	start router in_ns a python3 -u -c '
import os, sys, time, tty
ours, its = os.openpty()
tty.setraw(its)
os.symlink(os.ttyname(its), sys.argv[1])
os.set_blocking(ours, False)
came = b""
while b"\xc0!P\xfd\x01\0\0\0\0\0\0\xc0" not in came:
    os.write(ours, bytes.fromhex("c03f50c0"))
    time.sleep(0.2)
    try:
        came += os.read(ours, 4096)
    except BlockingIOError:
        pass
print("has its prefix")
time.sleep(60)' "$dir/a0"
	wait_for 5 "the tty" test -e "$dir/a0"
	start up0 in_ns a "$pigtail" up "$dir/a0" tun:pt0 --name up0 --framing slip --ip fd01::1/64
	wait_for 10 "the prefix" has_line router "has its prefix"
}

case_telnet_server_is_told() {
	start server python3 -c '
import socket
listener = socket.create_server(("127.0.0.1", 5570))
print("listening", flush=True)
peer, _ = listener.accept()
peer.sendall(bytes.fromhex("fffb03fffb01fffe01fffd00"))
while peer.recv(4096):
    pass'
	wait_for 5 "the server" has_line server listening
	start up0 "$pigtail" up tcp:127.0.0.1:5570 user --name up0
	wait_for 10 "the cause" has_line up0 "seems to speak telnet: set the serial server"
	expect "said once" [ "$(lines_with 'seems to speak' "$dir/up0.log")" = 1 ]
}

# mangled KIND: a serial server between two ends, which does that to the bytes for up0, once
# the link is up: a HELLO has random bytes, and one without two of them never arrives.
mangled() {
	start server python3 -c '
import os, socket, sys, threading
kind, begun = sys.argv[1:]
undo = {"telnet": lambda b: b.replace(b"\xff", b"\xff\xff"),
        "xonxoff": lambda b: b.replace(b"\x11", b"").replace(b"\x13", b"")}[kind]
listener = socket.create_server(("127.0.0.1", 5570))
print("listening", flush=True)
ours, _ = listener.accept()
theirs, _ = listener.accept()
def carry(a, b, how):
    while data := a.recv(4096):
        b.sendall(how(data) if os.path.exists(begun) else data)
threading.Thread(target=carry, args=(ours, theirs, lambda b: b), daemon=True).start()
carry(theirs, ours, undo)' "$1" "$dir/mangle"
	wait_for 5 "the server" has_line server listening
	start up0 "$pigtail" up tcp:127.0.0.1:5570 tap:pt0 --ip 10.0.2.20/24 --name up0
	wait_for 5 "the first" ip link show pt0
	start device0 "$pigtail" device tcp:127.0.0.1:5570 user --name device0
	wait_up up0 device0
	touch "$dir/mangle"
	# Answers with one such byte each.
	start pings ping -q -i 0.05 -c 600 -s 24 -p 0102030405060708090a11ff0b0c0d0e 10.0.2.2
}

case_doubled_ff_is_told() {
	mangled telnet
	wait_for 15 "the cause" has_line up0 "each FF is doubled: the port is a telnet server"
}

case_xon_xoff_is_told() {
	mangled xonxoff
	wait_for 15 "the cause" has_line up0 "lack a byte 11 or 13"
}
