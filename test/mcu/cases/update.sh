# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../../netns/lib.sh
# shellcheck source=flash.sh
# shellcheck disable=SC2154 # $dir, $pigtail, $top are those of run.sh
#
# Updates of the firmware, over the link, into the flash of flash.sh. Images differ in
# what their heads call them, which is what the radio says it is.

key=$FIRMWARE/update-key.pem
body=$FIRMWARE/device/lx60/wifi.body

# sign NAME [BODY [BOARD [KEY]]]: $dir/NAME.img.
sign() {
	"$top/script/sign" image --key "${4:-$key}" --board "${3:-lx60}" --firmware "$1" \
		"${2:-$body}" "$dir/$1.img"
}

# start_updatable [OPTION...]: runs the firmware "old".
start_updatable() {
	sign old
	sign new
	start_radio --factory "$dir/old.img" "$@"
	wait_for 20 "the radio" runs old
}

# runs FIRMWARE [SLOT]
runs() {
	local said
	said=$("$pigtail" info --link radio --json) || return 1
	grep -qE "\"firmware\":[[:space:]]*\"$1\"" <<<"$said" || return 1
	[[ -z ${2:-} ]] || grep -qE "\"slot\":[[:space:]]*$2\b" <<<"$said"
}

# update IMAGE [OPTION...]: its words are in $dir/said, its status in $status.
update() {
	status=0
	"$pigtail" update "$dir/$1.img" --link radio "${@:2}" >"$dir/said" 2>&1 || status=$?
	cat "$dir/said"
}

# update_refused WHAT IMAGE WORDS
update_refused() {
	update "$2"
	expect "$1: status 1" [ "$status" = 1 ]
	expect "$1: why" grep -q "$3" "$dir/said"
	expect "$1: in one line" [ "$(wc -l <"$dir/said")" = 1 ]
	expect "$1: the old firmware runs" runs old 0
}

case_update_is_taken_over_a_noisy_line() {
	start_updatable --ber 2e-5 --seed 1
	update new --json
	expect "it went well" [ "$status" = 0 ]
	expect "it says so" grep -qE '"runs":[[:space:]]*true' "$dir/said"
	expect "the new one runs" runs new 1
	update old
	expect "and back" runs old 0
	expect "in words" grep -qE "^radio: old, [0-9]+ KB in" "$dir/said"
	update new --no-restart
	expect "not yet" runs old 0
	"$pigtail" reboot --link radio
	wait_for 10 "the new one" runs new 1
}

case_update_refuses_what_is_not_for_it() {
	start_updatable
	head -c 50000 "$dir/new.img" >"$dir/cut.img"
	update_refused "truncated" cut "cut off: it has 49828 bytes of"
	cp "$dir/new.img" "$dir/damaged.img"
	printf 'x' | dd of="$dir/damaged.img" bs=1 seek=60000 conv=notrunc status=none
	update_refused "corrupted" damaged "is damaged"
	"$top/script/sign" new-key "$dir/other-key.pem"
	expect "a key is its owner's" [ "$(stat -c %a "$dir/other-key.pem")" = 600 ]
	sign foreign "$body" lx60 "$dir/other-key.pem"
	update_refused "signed by another" foreign "not signed with this radio's key"
	cp "$dir/new.img" "$dir/unsigned.img"
	dd if=/dev/zero of="$dir/unsigned.img" bs=1 seek=108 count=64 conv=notrunc status=none
	update_refused "unsigned" unsigned "not signed with this radio's key"
	sign board "$body" esp8266
	update_refused "another board" board "the image is for another board"
	head -c 1000000 /dev/zero >"$dir/zeros"
	sign large "$dir/zeros"
	update_refused "too large" large "has 1000000 bytes, and a radio has room for"
	(cat "$dir/new.img" && echo more) >"$dir/long.img"
	update_refused "too long" long "is longer than it says"
	cp "$FIRMWARE/wifi.elf" "$dir/elf.img"
	update_refused "no image" elf "is no firmware image"
}

# What the radio is sent, and not what its file says, is compared.
case_update_that_is_damaged_on_its_way_is_not_started() {
	start_updatable
	expect "the radio's words" python3 "$here/damaged_update.py" "$dir/new.img" \
		"$("$pigtail" status radio --json | sed -nE 's/.*"control":[[:space:]]*"([^"]*)".*/\1/p')"
	"$pigtail" reboot --link radio
	wait_for 10 "the old one" runs old 0
	update new
	expect "whole, it is" runs new 1
}

case_update_that_does_not_run_gives_the_old_one_back() {
	start_updatable
	head -c 40000 /dev/urandom >"$dir/random"
	sign broken "$dir/random"
	update broken
	expect "status 1" [ "$status" = 1 ]
	expect "it says so" grep -q "the old firmware runs again" "$dir/said"
	expect "three starts" [ "$(lines_with "boot: slot 1 has no program" "$dir/radio.log")" = 3 ]
	expect "the old one" runs old 0
	update new
	expect "the next one is taken" runs new 1
}

# cut_at WHEN IMAGE: an update by a link whose radio loses its power then.
cut_at() {
	local socket
	socket=$("$pigtail" status radio --json | sed -nE 's/.*"control":[[:space:]]*"([^"]*)".*/\1/p')
	rm -f "${socket%/*}/cut.sock"
	start "cut-$1" python3 "$here/cut_update.py" "${socket%/*}/cut.sock" "$socket" \
		"$(pgrep -P "${pid_of[radio]}" qemu-system)" "$1"
	wait_for 10 "the other name" "$pigtail" info --link cut
	status=0
	"$pigtail" update "$dir/$2.img" --link cut --json || status=$?
	expect "it went well" [ "$status" = 0 ]
	expect "the power went" has_line "cut-$1" cut
	expect "the bytes went once" [ "$(lines_with update.begin "$dir/cut-$1.log")" = 1 ]
	finish "cut-$1"
}

# What the radio has done is found out, though its answer is lost.
slow_update_that_loses_power_at_its_end_has_been_done() {
	start_updatable
	cut_at end new
	expect "the new one" runs new 1
	cut_at restart old
	expect "and back" runs old 0
}

case_update_resumes_after_losses_of_power() {
	local cuts=3 cut=0 to=new seed=${SEED:-$RANDOM} updates=0 seconds short=0
	[[ -z ${LONG:-} ]] || cuts=200
	echo "SEED=$seed, $cuts cuts"
	RANDOM=$seed
	start_updatable --baud 115200
	while ((cut < cuts)); do
		start update "$pigtail" update "$dir/$to.img" --link radio --json
		while kill -0 "${pid_of[update]}" 2>/dev/null; do
			seconds=$((1 + RANDOM % 3))
			# QEMU that is killed within a second six times in a row is not started again.
			if ((seconds > 1 || ++short > 4)); then
				seconds=$((seconds > 1 ? seconds : 2))
				short=0
			fi
			sleep "$seconds.$((RANDOM % 1000 + 1000))"
			((cut < cuts)) || continue
			kill -KILL "$(pgrep -P "${pid_of[radio]}" qemu-system)" || continue
			cut=$((cut + 1))
		done
		ended=0
		wait "${pid_of[update]}" || ended=$?
		unset "pid_of[update]"
		expect "the update $((++updates))" [ "$ended" = 0 ]
		wait_for 20 "$to to run" runs "$to"
		to=$([[ $to == new ]] && echo old || echo new)
	done
	echo "$updates updates"
	cat "$dir/update.log"
	expect "it always had something to start" [ "$(lines_with "boot: neither" "$dir/radio.log")" = 0 ]
}
