# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 150
# Our commands on a link that the driver has: what a radio with a flash and pins can, firmware
# for an LX60 board in a QEMU outside (see machine). Pins, store, log, an update that is
# refused and one that is taken, a restart.
attach_firmware

# refused WORDS COMMAND...
refused() {
	_words=$1
	shift
	! in_ns a pigtail "$@" >"$dir/said" 2>&1 || fail "pigtail $* was done"
	[ -z "$_words" ] || grep -Eq "$_words" "$dir/said" || fail "pigtail $* said: $(cat "$dir/said")"
	expect "one line" [ "$(wc -l <"$dir/said")" = 1 ]
}

wait_for 40 "the radio" in_ns a pigtail info
asked "^lx0: lx60, firmware pigtail wifi" info
asked "gpio.* store" info
asked '"board":"lx60"' info --link lx0 --json
expect "the air is iw's" fails grep -q '"station":' "$dir/said"

# Pins: lights and switches of the board.
asked "" set pin.3 output,high
asked "^output high$" get pin.3
asked "" set pin.3 low
asked '"level":0' get pin.3 --json
refused "the pin's first request has to say its mode" set pin.4 high
refused "light 0 shows the state of the link" set pin.0 output
refused "lights 0 to 7 and switches 8 to 15" get pin.16
asked "^low$" get pin.9

# The store.
asked "" set store.greeting "good morning"
asked "^good morning$" get store.greeting
asked "" set store.greeting --remove
refused "no such key" get store.greeting
refused "the firmware's own" set store..slot 1
asked "" set store.kept yes

start log in a pigtail log
asked "" set time now
refused "iw, nmcli and ip link" set country DE

# An update.
ip -n a link set lx0 up
refused "not signed with this radio's key" update /test/foreign.img
asked "^lx0: new, [0-9]+ KB in" update /test/new.img
note "$(cat "$dir/said")"
asked "firmware new" info
asked "^yes$" get store.kept
asked "" reboot
wait_for 30 "the radio again" in_ns a pigtail info
asked "firmware new" info
wait_for 10 "its words" grep -q . "$dir/log.log"
expect "what it said at its start" grep -q "lx60" "$dir/log.log"
finish log
finish host
