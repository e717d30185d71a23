# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../../netns/lib.sh
# shellcheck disable=SC2154 # $dir, $pigtail are those of run.sh
#
# The flash: boot.elf starts what is in one of its two slots.
#
#	pigtail qemu --- wire --- QEMU: boot.elf, then the slot's program
#	                            +-- $dir/flash, 4 MB

# start_radio [OPTION...]: with a flash that the first start makes.
start_radio() {
	start radio in_ns a "$pigtail" qemu "$FIRMWARE/boot.elf" --name radio \
		--flash "$dir/flash" --net user "$@" -- -nic user,model=open_eth
}

radio_said() {
	grep -qE "the other end says: .*$1" "$dir/radio.log"
}

radio_log_has() {
	grep -qE -- "$1" "$dir/radio.log"
}

# put AT BYTES: into the flash.
put() {
	printf '%b' "$2" | dd of="$dir/flash" bs=1 seek="$(($1))" conv=notrunc status=none
}

case_flash_is_made_with_an_image_and_starts_it() {
	start_radio --factory "$FIRMWARE/wifi.img"
	wait_up radio
	wait_for 5 "what it is" radio_said "wifi on lx60"
	expect "4 MB" [ "$(stat -c %s "$dir/flash")" = 4194304 ]
	expect "nobody else's" [ "$(stat -c %a "$dir/flash")" = 600 ]
	finish radio
	# It is there now: no image is wanted.
	: >"$dir/radio.log"
	start_radio
	wait_up radio
	wait_for 5 "what it is" radio_said "wifi on lx60"
}

case_flash_without_an_intact_image_starts_nothing_and_says_so() {
	start_radio
	wait_for 10 "the words" radio_said "boot: neither slot has an image that is whole"
	finish radio
	rm "$dir/flash"
	start_radio --factory "$FIRMWARE/wifi.img"
	wait_up radio
	finish radio
	put 0x18000 '\0377\0\0377'
	: >"$dir/radio.log"
	start_radio
	wait_for 10 "the words" radio_said "boot: neither slot has an image that is whole"
}

case_flash_that_is_not_there_is_told_to_who_comes_later() {
	start qemu qemu-system-xtensa -M lx60-nommu -cpu lx106 -display none -monitor none \
		-kernel "$FIRMWARE/boot.elf" -chardev "socket,id=c,path=$dir/uart,server=on,wait=off" \
		-serial chardev:c
	wait_for 5 "QEMU's socket" test -S "$dir/uart"
	sleep 1 # it has spoken to nobody
	start radio in_ns a "$pigtail" up "unix:$dir/uart,baud=$baud" user --name radio
	wait_for 10 "the words" radio_said "boot: there is no flash"
}

case_flash_files_that_make_no_sense_are_refused() {
	: >"$dir/flash"
	ended=0
	start_radio
	wait "${pid_of[radio]}" || ended=$?
	expect "an empty file" radio_log_has "flash is no flash: it has to have 4194304 bytes"
	expect "status 1" [ "$ended" = 1 ]
	rm "$dir/flash"
	head -c 1000 "$FIRMWARE/wifi.img" >"$dir/cut"
	start_radio --factory "$dir/cut"
	wait "${pid_of[radio]}" || true
	expect "a cut image" radio_log_has "cut is cut off: it has 828 bytes of"
	cp "$FIRMWARE/wifi.img" "$dir/damaged"
	printf 'x' | dd of="$dir/damaged" bs=1 seek=5000 conv=notrunc status=none
	start_radio --factory "$dir/damaged"
	wait "${pid_of[radio]}" || true
	expect "a damaged image" radio_log_has "damaged is damaged: its SHA-256"
	start_radio --factory "$FIRMWARE/wifi.elf"
	wait "${pid_of[radio]}" || true
	unset "pid_of[radio]"
	expect "no image" radio_log_has "wifi.elf is no firmware image"
	expect "nothing was made" [ ! -e "$dir/flash" ]
}

keeps_greeting() {
	[[ $("$pigtail" get store.greeting --link radio) == "good morning" ]]
}

# What the board has beside its network, by command.
case_flash_store_and_pins_by_command() {
	start_radio --factory "$FIRMWARE/wifi.img"
	wait_for 20 "the radio" "$pigtail" info --link radio
	"$pigtail" set pin.3 output,high --link radio
	expect "the pin" [ "$("$pigtail" get pin.3 --link radio)" = "output high" ]
	"$pigtail" set store.greeting "good morning" --link radio
	"$pigtail" reboot --link radio
	wait_for 20 "it to be kept" keeps_greeting
	"$pigtail" set store.greeting --remove --link radio
	ended=0
	"$pigtail" get store.greeting --link radio || ended=$?
	expect "no such key" [ "$ended" = 1 ]
	ended=0
	"$pigtail" set pin.0 output --link radio || ended=$?
	expect "not allowed" [ "$ended" = 1 ]
	"$pigtail" set mac 02:00:00:00:00:77 --link radio
	expect "the address" [ "$("$pigtail" get mac --link radio)" = 02:00:00:00:00:77 ]
}
