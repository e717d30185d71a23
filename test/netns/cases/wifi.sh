# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $baud and others are those of run.sh and lib.sh
# shellcheck disable=SC2034 # and they read some of ours
#
# A radio at the other end, told what to do by the commands. The radio is one with a
# scripted air:
#
#	ns a                       wire                         ns b
#	up0, tap pt0 -- pty ---------------- pty -- device0, air -- access point home -- tap ap0
#	                                                         -- access point cafe
#
# 10.8.7.1 is behind home. A phone, its interface ph0 in b, looks for the network mine, which
# up0's radio makes.

key='correct horse battery'

# start_air [OPTION-OF-UP...]
start_air() {
	cat >"$dir/air.ini" <<-END
		[ap home]
		key = $key
		channel = 6
		signal = -50
		net = tap:ap0

		[ap cafe]
		channel = 1
		signal = -70

		[station phone]
		ssid = mine
		key = $key
		net = tap:ph0
	END
	start_wire 0
	start device0 in_ns b "$pigtail" device "$dir/b0,baud=$baud" "air:$dir/air.ini" --name device0
	start up0 in_ns a "$pigtail" up "$dir/a0,baud=$baud" tap:pt0 --name up0 "$@"
	wait_for 10 "the radio" has_line up0 'radio air'
	in_ns b ip address add 10.8.7.1/24 dev ap0
	echo "$key" >"$dir/key"
	chmod 600 "$dir/key"
}

# ask EXIT-STATUS ARGUMENT...: a command; what it printed is in $dir/asked.
ask() {
	local expected=$1 status=0
	shift
	"$pigtail" "$@" >"$dir/asked" 2>&1 </dev/null || status=$?
	[[ $status = "$expected" ]] ||
		fail "pigtail $*: exit status $status, not $expected: $(cat "$dir/asked")"
}

has_carrier() {
	ip -n a link show pt0 | grep -q LOWER_UP
}

has_none() {
	! has_carrier
}

# Of the interface, and of the radio.
mac_here() {
	ip -n a -j link show pt0 | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["address"])'
}

mac_there() {
	"$pigtail" info --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["mac"])'
}

case_wifi_scan_join_and_leave() {
	start_air
	expect "no network, no carrier" has_none
	ask 0 scan
	expect "home is found" grep -qE '^home +#### +-50 +6 .*WPA2-PSK' "$dir/asked"
	expect "cafe is found" grep -qE '^cafe .* open' "$dir/asked"
	ask 4 join home
	expect "it says what is missing" grep -q 'wants a password' "$dir/asked"
	ask 3 join nowhere
	echo "wrong horse battery" >"$dir/wrong"
	chmod 600 "$dir/wrong"
	ask 4 join home --passphrase-file "$dir/wrong"
	expect "it says so" grep -q 'wrong password' "$dir/asked"
	expect "still no carrier" has_none
	ask 0 join home --passphrase-file "$dir/key"
	wait_for 5 "the carrier" has_carrier
	in_ns a ip address add 10.8.7.2/24 dev pt0
	pings a 10.8.7.1 56 1400
	expect "the interface has the radio's address" [ "$(mac_here)" = "$(mac_there)" ]
	ask 0 leave
	wait_for 5 "no carrier" has_none
	ask 7 leave
	ask 0 join cafe
	ask 0 info
	expect "where it is" grep -q 'station *joined cafe' "$dir/asked"
	finish up0
	expect "it ends well" [ "$ended" = 0 ]
	ask 1 scan
}

# Of a password there is no trace but on the wire.
case_wifi_passwords_stay_secret() {
	start_air --capture "$dir/capture.pcapng" -v
	PIGTAIL_PASSPHRASE=$key ask 0 join home
	ask 2 join home "$key"
	expect "said how to" grep -q 'passphrase-file' "$dir/asked"
	expect "no core, no debugger" [ "$(stat -c %u "/proc/${pid_of[up0]}/mem")" = 0 ]
	finish up0
	finish device0
	expect "the join is in the capture" grep -qa home "$dir/capture.pcapng"
	grep -la "$key" "$dir/capture.pcapng" "$dir"/*.log && fail "the password is in a file"
	chmod 644 "$dir/key"
	ask 1 join home --passphrase-file "$dir/key"
}

# dist/pigtail.lua: messages and their fields by name, acknowledgements, no password.
case_wifi_captures_are_dissected() {
	command -v tshark >/dev/null || skip_case "no tshark"
	start_air --capture "$dir/capture.pcapng"
	ask 0 join home --passphrase-file "$dir/key"
	in_ns a ip address add 10.8.7.2/24 dev pt0
	in_ns a ping -q -c 3 -i 0.05 10.8.7.1
	ask 0 leave
	finish up0
	dissect() {
		tshark -X "lua_script:$top/dist/pigtail.lua" -r "$dir/capture.pcapng" "$@" 2>>"$dir/tshark.log"
	}
	# A frame a line: what it is, then fields, each one empty where it has none.
	dissect -Y pigtail -T fields -E 'separator=;' -e _ws.col.Info -e pigtail.ssid -e pigtail.secret \
		-e pigtail.unchecked -e pigtail.malformed -e pigtail.ack.class >"$dir/frames"
	expect "a session" grep -q '^HELLO' "$dir/frames"
	expect "what the radio is" grep -q '^READY' "$dir/frames"
	expect "the join; the zeros in the password's place break the check" \
		grep -qE '^JOIN #[0-9]+.*;home;.+;.+;;' "$dir/frames"
	expect "the answer" grep -q '^ANSWER: done #' "$dir/frames"
	expect "a packet" grep -qE '^(sparse|bulk) [0-9]+, [0-9]+ bytes' "$dir/frames"
	expect "acknowledgements" grep -qE '^[^;]*ack control [0-9]+.*;1(,[23])*$' "$dir/frames"
	expect "no other check" [ "$(grep -v '^JOIN' "$dir/frames" | awk -F';' '$4 $5' | wc -l)" = 0 ]
	expect "a filter" [ "$(dissect -Y 'pigtail.control == 0x0a && pigtail.ssid == "home"' | wc -l)" = 1 ]
	# Whatever a wire makes of it: one byte of twenty is another, in ten ways.
	for seed in {1..10}; do
		editcap -E 0.05 --seed "$seed" "$dir/capture.pcapng" "$dir/damaged.pcapng" >>"$dir/tshark.log" 2>&1
		tshark -V -X "lua_script:$top/dist/pigtail.lua" -r "$dir/damaged.pcapng" \
			-Y pigtail >>"$dir/damaged" 2>>"$dir/tshark.log"
	done
	expect "damaged frames are shown" grep -q 'pigtail.unchecked\|check does not fit' "$dir/damaged"
	expect "the script is well" [ "$(cat "$dir/tshark.log" "$dir/damaged" | grep -ci 'lua')" = 0 ]
}

joined_again() {
	[[ $(lines_with 'joined home' "$dir/up0.log") -ge 2 ]]
}

case_wifi_networks_are_joined_again() {
	(umask 077 && printf 'ssid=cafe\n[work]\nssid=work\npassphrase=nothing secret\n' >"$dir/nets")
	start_air --wifi-file "$dir/nets"
	wait_for 10 "the only one in reach" has_line up0 'joined cafe'
	ask 0 join home --passphrase-file "$dir/key" --save
	expect "nobody else's" [ "$(stat -c %a "$dir/nets")" = 600 ]
	expect "the others stay" [ "$(grep -c '^ssid=' "$dir/nets")" = 3 ]
	# The radio restarts: it is in no network, until it is told.
	finish device0
	wait_for 10 "the end" has_line up0 'up0 down'
	start device0 in_ns b "$pigtail" device "$dir/b0,baud=$baud" "air:$dir/air.ini" --name device0
	wait_for 20 "home again" joined_again
	# Without a password, for it is known.
	ask 0 leave
	ask 0 join home
	ask 0 leave
	sleep 2
	ask 0 info
	expect "who left stays out" grep -q 'station *idle' "$dir/asked"
	finish up0
	printf 'ssid=x\npassphrase=short\n' >"$dir/nets"
	refused 2 "passphrase: it has 8 to 63 bytes" "$pigtail" up "$dir/a0,baud=$baud" user \
		--wifi-file "$dir/nets"
}

# by_phone: the phone's interface has an address, and so has the access point's.
by_phone() {
	in_ns b ip address add 10.9.7.2/24 dev ph0
	in_ns a ip address add 10.9.7.1/24 dev "$1"
}

phone_is_there() {
	"$pigtail" stations --json | grep -q '"mac"'
}

phone_is_gone() {
	! phone_is_there
}

# The radio is a station and an access point, each with a net of its own.
case_wifi_station_and_access_point() {
	start_air --ap tap:pa0
	ask 0 join home --passphrase-file "$dir/key"
	in_ns a ip address add 10.8.7.2/24 dev pt0
	ask 1 ap start mine </dev/null
	expect "said what is missing" grep -q 'give it a password' "$dir/asked"
	PIGTAIL_PASSPHRASE=$key ask 0 ap start mine
	wait_for 20 "the phone" phone_is_there
	by_phone pa0
	pings a 10.9.7.2 56 1400
	pings b 10.9.7.1 56
	pings a 10.8.7.1 56 1400
	serve server b 10.8.7.1 200000
	download a 10.8.7.1
	ask 0 stations
	expect "the phone, and its signal" grep -qE '^02:[^ ]+ +[0-9]+ +-[0-9]+ ' "$dir/asked"
	# One of both ends, the other goes on.
	ask 0 leave
	pings a 10.9.7.2 56
	ask 0 join home --passphrase-file "$dir/key"
	pings a 10.8.7.1 56
	ask 0 ap stop
	ask 7 ap stop
	pings a 10.8.7.1 56
	expect "no carrier" in_ns a sh -c 'ip link show pa0 | grep -q NO-CARRIER'
}

# With one net it is the access point's, when the radio is nothing else.
case_wifi_access_point_alone() {
	start_air
	PIGTAIL_PASSPHRASE=$key ask 0 ap start mine --channel 11
	wait_for 20 "the phone" phone_is_there
	wait_for 5 "the carrier" has_carrier
	by_phone pt0
	pings a 10.9.7.2 56 1400
	ask 0 stations --kick "$("$pigtail" stations --json | grep -oE '([0-9a-f]{2}:){5}[0-9a-f]{2}')"
	wait_for 5 "gone" phone_is_gone
	ask 0 ap stop
	wait_for 5 "no carrier" has_none
}

# network.py, the same file in each interpreter that is here: test/micropython/hosts.sh makes
# those of MicroPython.
case_wifi_network_py_is_the_same_in_every_python() {
	local host=$top/device/micropython/host script=$top/test/micropython/radio.py run
	local wasm=$top/build/micropython-wasm/node_modules/@micropython/micropython-webassembly-pyscript
	local unix=$top/build/micropython-unix/micropython
	start_air
	for run in "env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$host python3 $script" \
		"env MICROPYPATH=$host:.frozen $unix $script" \
		"node $top/test/micropython/wasm.mjs $wasm/micropython.mjs $host $script"; do
		[[ $run != *"$unix"* || -x $unix ]] || continue
		[[ $run != node* || -d $wasm ]] || continue
		# shellcheck disable=SC2086 # words
		in_ns a timeout 90 $run >"$dir/said" 2>&1 || {
			cat "$dir/said"
			return 1
		}
		cat "$dir/said"
		expect "not before it is active" grep -q '^before: STA is not active' "$dir/said"
		expect "the strongest first" grep -q "^found: \[(b'home', 6, 3, False), (b'cafe', 1, 0, False)\] 6" "$dir/said"
		expect "wrong key" grep -q '^wrong key: 2 False' "$dir/said"
		expect "no network" grep -q '^no network: 3' "$dir/said"
		expect "joined" grep -q '^joined: 5 home 6 True 6' "$dir/said"
		expect "left" grep -q '^left: 0 False' "$dir/said"
		expect "an access point" grep -q '^beacons: 5 True 1' "$dir/said"
		expect "off" grep -q '^off: 0 False' "$dir/said"
	done
}
