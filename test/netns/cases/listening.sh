# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $pigtail and others are those of run.sh and lib.sh
#
# Ports that somebody connects to, and who all does.

# connect NAME TEXT: holds a connection to $target, says TEXT, reads nothing.
connect() {
	start "$1" python3 -c '
import signal, socket, sys
kind, address, text = sys.argv[1:]
if kind == "unix":
    client = socket.socket(socket.AF_UNIX)
    client.connect(address)
else:
    client = socket.create_connection(("127.0.0.1", int(address)))
text and client.sendall(text.encode())
print("connected", flush=True)
signal.pause()' "${target%%:*}" "${target##*:}" "$2"
	wait_for 5 "a connection" has_line "$1" connected
}

listen_at() {
	start up "$pigtail" up "$1" user --name up
	wait_for 5 "the port" "$pigtail" status up
}

peer() {
	start "$1" "$pigtail" device "$target" user --name "$1"
}

sessions() {
	"$pigtail" stats up --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["counters"]["sessions"])'
}

one_packet_came() {
	"$pigtail" stats up --json | grep -q '"rx_packets":[[:space:]]*1\b'
}

mute_ones_do_not_hold() {
	listen_at "$1"
	connect mute1 ""
	connect mute2 "GET / HTTP/1.0"
	peer device
	wait_up up device
	connect mute3 ""
	peer second
	# Longer than any of them is let wait.
	sleep 6
	expect "the link is the same" [ "$(sessions)" = 1 ]
	kill -STOP "${pid_of[device]}"
	wait_for 20 "the second one to have it" is_up second
	kill -CONT "${pid_of[device]}"
	finish second
	wait_for 20 "the first one to have it again" is_up device
	finish_all
}

slow_a_mute_connection_does_not_hold_the_port() {
	target=unix:$dir/socket
	mute_ones_do_not_hold "unix-listen:$dir/socket"
	target=tcp:127.0.0.1:5556
	mute_ones_do_not_hold tcp-listen:5556
}

# Each framing knows sense by its own frames: here SLIP's, from somebody who says one
# packet (an IPv4 header with a right checksum) while another holds the place.
case_sense_is_what_the_framing_takes() {
	start up "$pigtail" up tcp-listen:5556 user --framing slip --name up
	wait_for 5 "the port" "$pigtail" status up
	target=tcp:127.0.0.1:5556
	connect nonsense "hello"
	start packet python3 -c '
import socket, time
client = socket.create_connection(("127.0.0.1", 5556))
head = bytes([0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17, 0x26, 0xe0, 10, 0, 2, 15, 10, 0, 2, 2])
total = sum(int.from_bytes(head[i:i + 2], "big") for i in range(0, 20, 2) if i != 10)
check = 0xffff - (total % 0xffff)
head = head[:10] + check.to_bytes(2, "big") + head[12:]
client.sendall(b"\xc0" + head + b"\xc0")
time.sleep(60)'
	wait_for 10 "its packet" one_packet_came
}
