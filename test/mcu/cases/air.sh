# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../../netns/lib.sh
# shellcheck source=../../netns/cases/air.sh
# shellcheck disable=SC2154 # $dir, $pigtail, $baud are those of run.sh
#
# Two boards that hear each other: each an lx106 in QEMU, its Ethernet in an air that
# `pigtail air` serves.
#
#	ns a  up0 pt0, pa0 -- unix -- QEMU: lx106 air.elf --.
#	                                                    air (ns b) -- access point home -- tap ap0
#	ns c  up1 pt1 ------- unix -- QEMU: lx106 air.elf --'

air_key='correct horse battery'

# by LINK ARGUMENT...: a command for its radio.
by() {
	local link=$1
	shift
	PIGTAIL_PASSPHRASE=$air_key "$pigtail" "$@" --link "$link"
}

# Other cases may have made it.
third_net() {
	[[ -e /run/netns/c ]] || ip netns add c
}

start_air() {
	start air in_ns b "$pigtail" air "$dir/air.ini" --listen "unix:$dir/air"
	wait_for 5 "the air" has_line air "the air of"
}

# start_board I
start_board() {
	start "qemu$1" qemu-system-xtensa -M lx60-nommu -cpu lx106 -m 4 -display none \
		-monitor none -kernel "$FIRMWARE/air.elf" \
		-append "baud=$baud mac=02:00:00:00:0b:0$1" \
		-chardev "socket,id=uart,path=$dir/uart$1,server=on,wait=off" -serial chardev:uart \
		-netdev "stream,id=air,server=off,addr.type=unix,addr.path=$dir/air" \
		-net nic,model=open_eth,netdev=air
	wait_for 10 "the socket of board $1" test -S "$dir/uart$1"
}

# start_end I NS OPTION...
start_end() {
	start "up$1" in_ns "$2" "$pigtail" up "unix:$dir/uart$1,baud=$baud" "tap:pt$1" \
		--name "up$1" "${@:3}"
	wait_for 10 "radio $1" has_line "up$1" 'radio air'
}

has_station() {
	by up0 stations --json | grep -q '"02:00:00:00:0b:01"'
}

has_no_station() {
	! has_station
}

case_air_two_boards_hear_each_other() {
	printf '[ap home]\nchannel = 6\nkey = %s\nnet = tap:ap0\n' "$air_key" >"$dir/air.ini"
	third_net
	start_air
	start_board 0
	start_board 1
	start_end 0 a --ap tap:pa0
	start_end 1 c
	expect "a board is in the air by its address" has_line air 'radio 02:00:00:00:0b:01: is there'
	by up0 ap start mine --channel 6
	by up1 scan >"$dir/scan"
	expect "it is found" grep -qE '^mine .* WPA2-PSK' "$dir/scan"
	by up1 join mine
	wait_for 5 "the station" has_station
	in_ns a ip address add 10.9.7.1/24 dev pa0
	in_ns c ip address add 10.9.7.2/24 dev pt1
	pings a 10.9.7.2 56 1400
	pings c 10.9.7.1 56 1400
	# Both at once: the access point's board is a station of another network.
	by up0 join home
	in_ns a ip address add 10.8.7.2/24 dev pt0
	in_ns b ip address add 10.8.7.1/24 dev ap0
	pings a 10.8.7.1 56 1400
	pings c 10.9.7.1 56 1400
	# The other one loses its power.
	finish qemu1 KILL
	wait_for 5 "it is gone" has_no_station
}

# Its host goes and comes: the board's radio begins anew.
case_air_a_board_forgets_with_its_session() {
	printf '[ap home]\nkey = %s\nnet = tap:ap0\n' "$air_key" >"$dir/air.ini"
	start_air
	start_board 0
	start_end 0 a
	by up0 join home
	in_ns a ip address add 10.8.7.2/24 dev pt0
	in_ns b ip address add 10.8.7.1/24 dev ap0
	pings a 10.8.7.1 56
	finish up0
	: >"$dir/up0.log"
	start_end 0 a
	by up0 info | tee "$dir/info"
	expect "nothing is joined" [ "$(grep -c 'joined home' "$dir/info")" = 0 ]
	by up0 join home
	in_ns a ip address add 10.8.7.2/24 dev pt0
	pings a 10.8.7.1 56 1400
}

# As a person starts them: `pigtail qemu` finds each an address.
case_air_is_where_pigtail_qemu_puts_boards() {
	printf '[ap home]\nchannel = 6\n' >"$dir/air.ini"
	ended=0
	"$pigtail" qemu "$FIRMWARE/air.elf" --air "unix:$dir/air" --net user \
		>"$dir/refused" 2>&1 || ended=$?
	expect "without an air: status 1" [ "$ended" = 1 ]
	expect "and what to do" grep -q "no air at .* start one by 'pigtail air" "$dir/refused"
	third_net
	start_air
	start up0 in_ns a "$pigtail" qemu "$FIRMWARE/air.elf" --air "unix:$dir/air" --name up0 \
		--net tap:pt0 --ap tap:pa0
	start up1 in_ns c "$pigtail" qemu "$FIRMWARE/air.elf" --air "unix:$dir/air" --name up1 \
		--net tap:pt1
	wait_for 20 "radio 0" has_line up0 'radio air'
	wait_for 20 "radio 1" has_line up1 'radio air'
	expect "two addresses" \
		[ "$(sed -nE 's/.*radio (02:00:[0-9a-f:]*): is there.*/\1/p' "$dir/air.log" | sort -u | wc -l)" = 2 ]
	by up0 ap start mine
	by up1 join mine
	in_ns a ip address add 10.9.7.1/24 dev pa0
	in_ns c ip address add 10.9.7.2/24 dev pt1
	pings a 10.9.7.2 56 1400
}

# script_in_air I: a board whose interpreter has the air for a radio; its REPL is $dir/ttyI.
script_in_air() {
	start "board$1" "$pigtail" qemu "$FIRMWARE/script.elf" --air "unix:$dir/air" --name "board$1" \
		--flash "$dir/flash$1" --net user
	wait_for 20 "interpreter $1" "$pigtail" ls --link "board$1"
	start "repl$1" "$pigtail" repl "board$1" --pty "$dir/tty$1"
	wait_for 10 "the REPL of board $1" [ -e "$dir/tty$1" ]
}

# scans N: interpreter 0 has searched as often.
scans() {
	has_line scan "^$1 scans,"
}

# The board that is an access point searches all channels meanwhile, again and again.
slow_air_access_point_of_a_script_answers_while_it_scans() {
	local how
	printf '[ap home]\nchannel = 11\n' >"$dir/air.ini"
	third_net
	start_air
	script_in_air 0
	cat >"$dir/ap.py" <<-END
		import network, time
		a, w = network.WLAN(network.AP_IF), network.WLAN(network.STA_IF)
		a.active(True)
		a.config(ssid="own", channel=6, key="$air_key")
		w.active(True)
		print("beacons")
		while not a.isconnected():
		    time.sleep_ms(100)
		time.sleep(12)
		n = 0
		while True:
		    w.scan()
		    n += 1
		    print(n, "scans, stations:", len(a.status("stations")))
	END
	start scan "$pigtail" run --link board0 "$dir/ap.py"
	wait_for 20 "the access point" has_line scan beacons
	start_board 1
	start_end 1 c
	by up1 join own
	in_ns c ip address add 192.168.4.9/24 dev pt1
	for how in quiet scanning; do
		in_ns c ping -q -c 40 -i 0.2 -W 10 192.168.4.1 | tee "$dir/$how"
		expect "$how: each is answered" grep -q ' 0% packet loss' "$dir/$how"
		wait_for 30 "scans" scans 1
	done
	expect "it went on searching" scans 3
	expect "its station stayed" [ "$(lines_with 'scans, stations: [^1]' "$dir/scan.log")" = 0 ]
}

# A network that a script wants is joined when it is there, and again when it is back.
slow_air_station_of_a_script_comes_back() {
	printf '[ap home]\nchannel = 11\n' >"$dir/air.ini"
	start_air
	script_in_air 0
	script_in_air 1
	cat >"$dir/wants.py" <<-END
		import network, time
		w = network.WLAN(network.STA_IF)
		w.active(True)
		w.connect("own", "$air_key")
		last = None
		while True:
		    s = w.status()
		    if s != last:
		        print("status:", s, w.ifconfig()[0])
		    last = s
		    time.sleep_ms(20)
	END
	cat >"$dir/ap.py" <<-END
		import network
		a = network.WLAN(network.AP_IF)
		a.active(True)
		a.config(ssid="own", channel=6, key="$air_key")
		a.ifconfig(("10.77.0.1", "255.255.255.0", "10.77.0.1", "10.77.0.1"))
	END
	start wants "$pigtail" run --link board1 "$dir/wants.py"
	wait_for 20 "nobody there" has_line wants '^status: 3 0.0.0.0'
	"$pigtail" run --link board0 "$dir/ap.py"
	wait_for 40 "it joins, with an address of the net that the access point moved to" \
		has_line wants '^status: 5 10.77.0.16'
	: >"$dir/wants.log"
	echo 'import network; network.WLAN(network.AP_IF).active(False)' | "$pigtail" run --link board0 -
	wait_for 20 "it is lost" has_line wants '^status: [13] 0.0.0.0'
	"$pigtail" run --link board0 "$dir/ap.py"
	wait_for 60 "it is back" has_line wants '^status: 5 10.77.0.16'
	finish wants INT
	# Not if it is not wanted any more, or should not be.
	cat >"$dir/not.py" <<-END
		import network, time
		w = network.WLAN(network.STA_IF)
		w.connect("own", "another key")
		while w.status() == 1:
		    time.sleep_ms(20)
		print("wrong key:", w.status())
		time.sleep(4)
		print("still:", w.status())
		w.config(reconnects=1)
		w.connect("nowhere")
		for _ in range(400):
		    time.sleep_ms(20)
		w.disconnect()
		time.sleep(4)
		print("left:", w.status())
	END
	"$pigtail" run --link board1 "$dir/not.py" | tee "$dir/said"
	expect "a wrong key" grep -q '^wrong key: 2' "$dir/said"
	expect "is not tried again" grep -q '^still: 2' "$dir/said"
	expect "nor what is left" grep -q '^left: 0' "$dir/said"
}

# MicroPython's own test of an access point and a station, each on a board.
case_air_two_interpreters_run_multi_wlan() {
	printf '[ap home]\nchannel = 6\n' >"$dir/air.ini"
	start_air
	script_in_air 0
	script_in_air 1
	(
		cd "$top/build/micropython/tests" || exit
		timeout 120 /usr/bin/python3 -u run-multitests.py -i "pyb:$dir/tty0" -i "pyb:$dir/tty1" \
			multi_wlan/01_ap_sta.py
	) | tee "$dir/said"
	expect "it passes" grep -q '^1 tests passed' "$dir/said"
}
