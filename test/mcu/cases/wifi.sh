# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../../netns/lib.sh
# shellcheck disable=SC2154 # $dir, $pigtail, $baud are those of run.sh
#
# The Wi-Fi card: an lx106 with the scripted air of scripted_air.c, all of which leads to
# QEMU's network. RESTARTS=N: how often it is restarted.
#
#   +--- namespace a ---+               +-------------- namespace b ---------------+
#   | pt0, by DHCP      |               |  QEMU: lx106 ((air)) open_eth 10.0.2.0/24|
#   |  |                |  unix socket  |          |                       10.0.2.2 |
#   | pigtail up -------+---------------+-------- UART                             |
#   +-------------------+               +------------------------------------------+

# start_wifi [APPEND]: QEMU with the card and the host's end, until the radio is ready.
start_wifi() {
	start qemu in_ns b qemu-system-xtensa -M lx60-nommu -cpu lx106 -m 4 -display none \
		-monitor none -kernel "$FIRMWARE/wifi.elf" -append "baud=$baud ${1:-}" \
		-chardev "socket,id=uart,path=$dir/uart,server=on,wait=off" \
		-serial chardev:uart -nic user,model=open_eth
	wait_for 10 "QEMU's socket" test -S "$dir/uart"
	start up in_ns a "$pigtail" up "unix:$dir/uart,baud=$baud" tap:pt0 --name up
	wait_up up
	wait_for 10 "the radio" radio_is '"boots": *1\b'
	(umask 077 && echo pigtail-wpa2 >"$dir/key" && echo pigtail-wrong >"$dir/wrong" &&
		echo pigtail-wpa3 >"$dir/key3")
}

# Its own commands, as a person gives them.
radio() {
	in_ns a "$pigtail" "$@" --link up
}

# radio_is PATTERN: of what `pigtail info` says.
radio_is() {
	radio info --json >"$dir/info" && grep -qE "$1" "$dir/info"
}

# expect_status NUMBER COMMAND...: its exit status.
expect_status() {
	local wanted=$1 status=0
	shift
	"$@" || status=$?
	expect "status $wanted" [ "$status" = "$wanted" ]
}

case_wifi_scans_joins_and_leaves() {
	local ssid
	start_wifi
	radio scan --json >"$dir/scan"
	for ssid in pigtail pigtail-3 pigtail-open pigtail-refuses; do
		expect "$ssid is heard" grep -q "\"$ssid\"" "$dir/scan"
	done
	radio join pigtail --passphrase-file "$dir/key"
	get_address
	pings a 10.0.2.2 0 56 1472
	radio leave
	if answers 1; then
		echo "frames pass though nothing is joined"
		return 1
	fi
	radio join pigtail-3 --passphrase-file "$dir/key3"
	answers 10
	radio join pigtail-open
	answers 10
	radio join pigtail-hidden --passphrase-file "$dir/key"
	answers 10
}

# The script has a station that looks for this network.
station_is_there() {
	radio stations --json | grep -q '"02:70:69:67:01:01"'
}

case_wifi_is_an_access_point() {
	start_wifi
	radio join pigtail --passphrase-file "$dir/key"
	get_address
	expect_status 1 radio ap start pigtail-own --channel 1 --passphrase-file "$dir/key"
	radio ap start pigtail-own --passphrase-file "$dir/key"
	wait_for 10 "a station" station_is_there
	pings a 10.0.2.2 56
	radio ap stop
	pings a 10.0.2.2 56
	# The wrong key: nobody comes.
	radio ap start pigtail-own --passphrase-file "$dir/wrong"
	sleep 2
	if station_is_there; then
		echo "it came with another key"
		return 1
	fi
}

case_wifi_says_why_a_join_failed() {
	start_wifi
	expect_status 4 radio join pigtail --passphrase-file "$dir/wrong"
	expect_status 4 radio join pigtail-3 --passphrase-file "$dir/wrong"
	expect_status 3 radio join nowhere
	expect_status 5 radio join pigtail-refuses
	radio join pigtail --passphrase-file "$dir/key"
}

case_wifi_is_back_after_each_restart() {
	local i
	start_wifi
	radio join pigtail --passphrase-file "$dir/key"
	get_address
	for ((i = 1; i <= ${RESTARTS:-12}; i++)); do
		radio reboot
		wait_for 20 "start $((i + 1))" radio_is "\"boots\": *$((i + 1))\\b"
		expect "it was asked to" radio_is '"boot": *"asked to"'
		radio join pigtail --passphrase-file "$dir/key"
		answers 10
	done
	expect "it stayed the same interface" is_up up
}

# Three starts that crash; the fourth leaves the radio alone, and the host hears it.
case_wifi_safe_mode_after_three_crashes() {
	start_wifi "fault=crash faults=3"
	wait_for 60 "safe mode" radio_is '"boot": *"safe mode'
	radio info
	expect_status 7 radio scan
	radio reboot
	wait_for 20 "a usual start" radio_is '"boot": *"asked to"'
	radio join pigtail --passphrase-file "$dir/key"
}
