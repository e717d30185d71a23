#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Checks the models of the protocol with spin: every state that a run can reach.
#
#	check.sh            the properties: two to three minutes
#	check.sh --quick    them in the smallest sizes only: one minute
#	check.sh --mutants  faults put into the models: each must be found; one minute
#	check.sh --all      both
#
# One line for each, ok or not ok; what fails leaves its trail in a folder that is
# named, and its last messages here. Two run at once, or one with JOBS=1; each may take
# 1.5 GB, and takes a third of that. Exit status 1: something failed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
jobs=${JOBS:-2}
((jobs <= 2)) || jobs=2
memory=1500 # MB
seconds=300 # of CPU, for one run

# ---- what is checked ----

# Sizes of arq.pml: window, numbers, records of pieces.
small="-DN=8 -DW=2 -DPIECES=2"
middle="-DN=12 -DW=3 -DPIECES=3"
large="-DN=16 -DW=4"

# name | model | claim; - for none, but assertions and deadlocks | options
properties() {
	cat <<END
each cell once, in order, unchanged; credit kept; only the lost is called lost|arq|-|$large -DCELLS=4 -DTRUE_LOSS
the same with too few records of pieces|arq|-|$large -DPIECES=3 -DCELLS=5 -DTRUE_LOSS
the same with packets of up to three cells|arq|-|$middle -DCELLS=6 -DMAX_PACKET=3 -DTRUE_LOSS
the same with a longer wire|arq|-|$middle -DCELLS=5 -DDEPTH=3 -DTRUE_LOSS
the same with a reader that refuses|arq|-|$middle -DCELLS=5 -DREFUSALS -DTRUE_LOSS
the same with all numbers used again|arq|-|$small -DCELLS=12 -DREFUSALS -DTRUE_LOSS
the same with the least credit|arq|-|$small -DCELLS=6 -DMIN_CREDIT=1 -DREFUSALS -DTRUE_LOSS
acknowledgements that cannot name all lose no packet|arq|-|$middle -DCELLS=4 -DPAIRS_MAX=1 -DRUN_MAX=1 -DREFUSALS
a slow reader's sender is never stuck|arq|-|$small -DCELLS=6 -DREFUSALS -DSTUCK
all is delivered in the end, reader refusing|arq|live|$small -DCELLS=4 -DREFUSALS
all is delivered in the end, three pieces flying|arq|live|$middle -DCELLS=4
all is delivered in the end, acknowledgements of one range|arq|live|$middle -DCELLS=3 -DPAIRS_MAX=1 -DRUN_MAX=2
nothing is sent again for ever to a reader that refuses|arq|rest|$middle -DCELLS=4 -DREST -DRUN_MAX=2
nothing of an old session is taken in a new one|session|-|-DRESTARTS=4 -DITEMS=2
the same with a longer wire|session|-|-DRESTARTS=2 -DITEMS=1 -DDEPTH=3
restarts are noticed, both come up and stay up, hellos end, all is exchanged|session|settled|-DRESTARTS=2
nobody is sure of a rate that the other is not at, nothing of one rate is taken at another|rate|-|-DTRIALS=2
both ends come to the same rate, whatever is lost|rate|met|-DTRIALS=2 -DDEPTH=1
END
}

mutants() {
	cat <<END
NO_CREDIT: sends without credit|arq|-|$small -DCELLS=4 -DREFUSALS
CREDIT_BY_ARRIVAL: credit for what was not delivered|arq|-|$small -DCELLS=4 -DREFUSALS
GUESS_PROVES: a time-out's copy proves losses|arq|-|$small -DCELLS=4 -DTRUE_LOSS
NO_TIMER: no time-outs|arq|-|$small -DCELLS=4
NO_PING: nobody asks for lost acknowledgements|arq|live|$small -DCELLS=4 -DREFUSALS
SPLIT_KEEPS_END: both halves of a split piece end the packet|arq|-|$small -DCELLS=4
STORE_OLD: takes cells that it has delivered|arq|-|$small -DCELLS=4
HIGH_BEHIND: ranges begin after what was received|arq|-|$small -DCELLS=4
NUMBERS: numbers modulo twice the window|arq|-|-DN=4 -DW=2 -DPIECES=2 -DCELLS=4
RUNS_APART: a piece across two runs is not acknowledged|arq|rest|$middle -DCELLS=4 -DREST -DRUN_MAX=2
RESUME_FORGOTTEN: resume() in the middle of a frame does nothing|arq|live|$small -DCELLS=2 -DREFUSALS
STUCK_BY_READER: time with nothing to send counts as no progress|arq|-|$small -DCELLS=4 -DREFUSALS -DSTUCK
KEEP_STATE_ON_RESTART: a peer's restart clears nothing|session|-|-DRESTARTS=2 -DITEMS=2
KEEP_RECEIVER: it does not clear what was received|session|-|-DRESTARTS=2
KEEP_SENDER: it does not clear what was sent|session|-|-DRESTARTS=2 -DITEMS=2
SEEN_IGNORED: up at any hello|session|-|-DRESTARTS=2
TAKE_WHEN_DOWN: takes data while not up|session|-|-DRESTARTS=2
SAME_NONCE: restarts with the nonce it had|session|-|-DRESTARTS=2
REORDER: the wire reorders frames|session|-|-DRESTARTS=2
REPLY_ALWAYS: answers hellos that want no answer|session|settled|-DRESTARTS=1
NO_REPLY: answers no hello|session|settled|-DRESTARTS=1
OLD_TRIAL: takes messages of any trial|rate|-|-DTRIALS=2
HOST_IS_SURE: the host does not wait to be confirmed|rate|-|-DTRIALS=2
CHATTY: the device speaks after it has accepted|rate|-|-DTRIALS=2
NO_TRIAL_TIMER: a trial has no end|rate|met|-DTRIALS=1 -DDEPTH=1
NO_CONFIRM_TIMER: the host waits for ever to be confirmed|rate|met|-DTRIALS=1 -DDEPTH=1
NO_WATCH: nobody leaves a rate at which he is alone|rate|met|-DTRIALS=1 -DDEPTH=1
NOT_TOLD: a fresh link takes its port to be at base|rate|met|-DTRIALS=1 -DDEPTH=1
LATE_SET: a change that ends when nobody waits for it is no news|rate|met|-DTRIALS=1 -DDEPTH=1
END
}

# The sizes of a property that are not its first are left out, and a rate is tried once.
quick() {
	properties | sed '/^the same/d; s/-DTRIALS=2/-DTRIALS=1/'
}

# ---- running ----

usage() {
	sed -n '4,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

kinds=(properties)
case ${1:-} in
"") ;;
--quick) kinds=(quick) ;;
--mutants) kinds=(mutants) ;;
--all) kinds=(properties mutants) ;;
--help | -h)
	usage
	exit 0
	;;
*)
	usage >&2
	exit 2
	;;
esac

for program in spin gcc; do
	command -v "$program" >/dev/null || {
		echo "check.sh: $program is not installed (script/bootstrap test)" >&2
		exit 2
	}
done

top=$(mktemp -d "${TMPDIR:-/tmp}/pigtail-model.XXXXXX")
keep=false
children=()
cleanup() {
	local child
	trap '' INT TERM HUP
	for child in "${children[@]}"; do
		kill -TERM -- "-$child" 2>/dev/null || true
	done
	wait # so that none makes another file
	$keep || rm -rf "$top"
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP

# verify FOLDER MODEL CLAIM OPTION...: leaves FOLDER/out. A folder of its own, for
# spin's files have fixed names.
verify() {
	local folder=$1 model=$2 claim=$3
	local pan=(-n -w23 -m3000000) cc=(-O2 -w -DCOLLAPSE "-DMEMLIM=$memory" -DNFAIR=5)
	shift 3
	cd "$folder"
	if [[ $claim == - ]]; then
		cc+=(-DSAFETY)
	else
		set -- "$@" -DLIVE
		pan+=(-a -f)
	fi
	cp "$here/$model.pml" "$here/../../link/rate_rules.h" .
	echo "$*" >options
	touch out
	nice spin "$@" -a "$model.pml" >spin.out 2>&1 || return 0
	nice gcc "${cc[@]}" -o pan pan.c >>spin.out 2>&1 || return 0
	(ulimit -t "$seconds" && exec nice ./pan "${pan[@]}") >out 2>&1 || true
}

# verdict FOLDER: holds, broken, or unknown (did not compile, or did not finish).
verdict() {
	if grep -q 'errors: [1-9]' "$1/out"; then
		echo broken
	elif grep -q 'errors: 0' "$1/out" &&
		! grep -qE 'too small|out of memory|memory limit|not completed|truncated' "$1/out"; then
		echo holds
	else
		echo unknown
	fi
}

# What pan did: "1234 states, 5.6 s".
figures() {
	awk '/states, stored/ { n = $1 } /elapsed time/ { s = $4 }
		END { printf "%d states, %.1f s", n, s }' "$1/out"
}

# The last messages of a trail: who took what, and how it ended.
show() {
	local folder=$1 model=$2 options
	echo "# trail: $folder/$model.pml.trail; all of it: cd $folder &&"
	echo "#   spin $(<"$folder/options") -k $model.pml.trail -p -g $model.pml"
	grep -E '^pan|error' "$folder/out" "$folder/spin.out" | cut -d: -f2- | head -n 5 | sed 's/^/# /' || true
	[[ -e $folder/$model.pml.trail ]] || return 0
	read -ra options <"$folder/options"
	(cd "$folder" && timeout 20 spin "${options[@]}" -k "$model.pml.trail" -T -r -s -u100000 "$model.pml" 2>&1) |
		grep -E 'Recv|Send|START OF CYCLE|spin:|^[[:space:]]+[a-z_]+(\[[0-9]\]\.[a-z_]+)? = ' |
		grep -vE '^[[:space:]]+(i|j|k|v|at|stop|seen|proof|found|proved|behind|novel|any) = ' |
		tail -n 60 | sed 's/^/# /' || true
}

number=0
passed=0
failed=0
report() { # KIND FOLDER NAME MODEL
	local kind=$1 folder=$2 name=$3 model=$4 result
	result=$(verdict "$folder")
	number=$((number + 1))
	if [[ $kind != mutants && $result == holds ]]; then
		echo "ok $number - $model: $name ($(figures "$folder"))"
	elif [[ $kind == mutants && $result == broken ]]; then
		echo "ok $number - $model: found $name ($(figures "$folder"))"
	else
		failed=$((failed + 1))
		keep=true
		echo "not ok $number - $model: ${name}: FAILED ($result, $(figures "$folder"))"
		show "$folder" "$model"
		return
	fi
	passed=$((passed + 1))
	rm -rf "$folder"
}

for kind in "${kinds[@]}"; do
	names=() models=() folders=() children=()
	done_=0
	while IFS='|' read -r name model claim options; do
		folder=$top/$kind-${#names[@]}
		mkdir "$folder"
		if [[ $kind == mutants && ${name%%:*} != NUMBERS ]]; then
			options+=" -DMUTANT_${name%%:*}"
		fi
		if ((${#names[@]} - done_ >= jobs)); then
			wait "${children[done_]}" || true
			report "$kind" "${folders[done_]}" "${names[done_]}" "${models[done_]}"
			done_=$((done_ + 1))
		fi
		read -ra words <<<"$options"
		set -m
		verify "$folder" "$model" "$claim" "${words[@]}" </dev/null &
		set +m
		names+=("$name") models+=("$model") folders+=("$folder") children+=($!)
	done < <("$kind")
	while ((done_ < ${#names[@]})); do
		wait "${children[done_]}" || true
		report "$kind" "${folders[done_]}" "${names[done_]}" "${models[done_]}"
		done_=$((done_ + 1))
	done
done
children=()

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
