#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The program end to end: real interfaces, real ptys and sockets, real ping and curl,
# a paced wire between the ends. A link I of a case is, unless it says otherwise,
#
#   +-------- namespace a --------+                     +-------- namespace b --------+
#   |  ptI 10.7.I.1/24            |                     |            10.7.I.2/24 ptI  |
#   |      fd07:I::1/64           |                     |           fd07:I::2/64      |
#   |   |                         |                     |                         |   |
#   |  pigtail up                 |                     |            pigtail device   |
#   |   |                         |                     |                         |   |
#   +---|-------------------------+                     +-------------------------|---+
#      pty $dir/aI ------------- pigtail wire, $baud ----------------- $dir/bI pty
#
# and for ports that are TCP there is a cable, 10.8.0.1 in a and 10.8.0.2 in b.
#
# Prints TAP. What a failed case printed follows as comments. Root or user
# namespaces are needed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
pigtail=${PIGTAIL:-$top/build/release/bin/pigtail}
BESIDE=${BESIDE:-1}
# shellcheck source=lib.sh
source "$here/lib.sh"
# The cases: functions case_*, and slow_*, which only run by name or with LONG=1.
# CASES: another folder with such files, see test/mcu.
folder=${CASES:-$here/cases}
files=(
	process
	sandbox
	listening
	traffic
	trouble
	rate
	framings
	user
	hostfwd
	addresses
	interfaces
	reports
	control
	wifi
	air
	remains
	many
	porting
)
if [[ -n ${CASES:-} ]]; then
	mapfile -t files < <(basename -s .sh "$CASES"/*.sh)
fi
for file in "${files[@]}"; do
	# shellcheck source=/dev/null
	source "$folder/$file.sh"
done

usage() {
	cat <<'END'
Usage: test/netns/run.sh [--list] [CASE...]
Runs all cases but the slow ones, or those whose names match (as in globs).
LONG=1: the slow ones too. BESIDE=N: so many cases side by side, each in a world.
PIGTAIL=FILE is the program, build/release/bin/pigtail unless given.
END
}

# cases KIND: in the order of the files.
cases() {
	local file
	for file in "${files[@]}"; do
		sed -nE "s/^($1)_([a-z0-9_-]+).*/\2/p" "$folder/$file.sh"
	done
}

chosen() {
	local name pattern
	if [[ $# -eq 0 ]]; then
		cases "case${LONG:+|slow}"
		return
	fi
	for name in $(cases "case|slow"); do
		for pattern; do
			# shellcheck disable=SC2053 # a glob
			if [[ $name == $pattern ]]; then
				echo "$name"
				break
			fi
		done
	done
}

run_case() {
	local name=$1
	cd /
	make_ns a b
	# A case's end is its processes' end.
	trap finish_all EXIT
	trap 'echo "line $LINENO: $BASH_COMMAND" >&2' ERR
	if declare -F "slow_$name" >/dev/null; then
		"slow_$name"
	else
		"case_$name"
	fi
}

run_cases() {
	local name number=0 failed=0 status words took
	furnish_world
	echo "1..$#"
	for name; do
		number=$((number + 1))
		dir=/run/case
		baud=921600
		mkdir -m 755 "$dir"
		took=$SECONDS
		set +e
		(
			set -eE
			run_case "$name"
		) >"$dir/case.out" 2>&1
		status=$?
		set -e
		took=$((SECONDS - took))
		words=${name//_/ }
		if [[ $status -ne 0 ]]; then
			failed=$((failed + 1))
			echo "not ok $number - $words"
			(cd "$dir" && shopt -s nullglob && tail -n 40 case.out ./*.log) 2>&1 |
				sed 's/^/#   /'
		elif [[ -e $dir/SKIP ]]; then
			echo "ok $number - $words # SKIP $(cat "$dir/SKIP")"
		else
			echo "ok $number - $words ($took s$(sed -n 's/^longest gap: \(.*\)/, gap \1/p' "$dir/case.out" | tr -d '\n'))"
		fi
		umount "$dir"/* 2>/dev/null || true
		ip netns del a 2>/dev/null || true
		ip netns del b 2>/dev/null || true
		rm -rf "$dir"
	done
	[[ $failed -eq 0 ]]
}

case ${1:-} in
--in-world)
	shift
	run_cases "$@"
	exit
	;;
--list)
	cases "case|slow"
	exit
	;;
--help | -h)
	usage
	exit
	;;
esac

if [[ ! -x $pigtail ]]; then
	echo "test/netns/run.sh: $pigtail is not there; run script/build" >&2
	exit 1
fi
mapfile -t names < <(chosen "$@")
if [[ ${#names[@]} -eq 0 ]]; then
	echo "test/netns/run.sh: no such case; see --list" >&2
	exit 2
fi
export PIGTAIL=$pigtail

# shares FOLDER: as many worlds as jobs, each with its share of the cases; what they print
# is in FOLDER. Fails when one does, with 77 if there can be none.
shares() {
	local job i share status=0 pids=()
	for ((job = 0; job < jobs; job++)); do
		share=()
		for ((i = job; i < ${#names[@]}; i += jobs)); do
			share+=("${names[i]}")
		done
		(enter_world "${BASH_SOURCE[0]}" --in-world "${share[@]}") >"$1/$job" 2>&1 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i" || status=$?
	done
	return "$status"
}

status=0
jobs=$((BESIDE < ${#names[@]} ? BESIDE : ${#names[@]}))
if ((jobs <= 1)); then
	enter_world "${BASH_SOURCE[0]}" --in-world "${names[@]}" || status=$? # it only comes back if it can't
else
	said=$(mktemp -d)
	trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$said"' EXIT
	trap 'exit 130' INT TERM HUP
	shares "$said" || status=$?
	awk '/^1\.\./ { next } /^(not )?ok / { sub(/ [0-9]+ /, " " ++number " ") } 1
		END { print "1.." number }' "$said"/*
fi
[[ $status -eq 77 ]] || exit "$status"
echo "1..${#names[@]}"
for ((i = 0; i < ${#names[@]}; i++)); do
	echo "ok $((i + 1)) - ${names[i]//_/ } # SKIP neither root nor user namespaces here"
done
