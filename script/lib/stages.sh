# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sourced by script/test: what a stage counts and runs its steps with, and how stages are
# run. They go in two lanes side by side, which take them from one list: one from its
# front, where those are that mostly compute, the other from its end, where those are that
# mostly wait (for a wire of 115200 baud, for a peer that is silent). Each stage is a
# process of its own, stage_NAME(), that leaves its counts in NAME.counts; what it says is
# printed when it has ended, or at once when there is one lane only.

# ---- in a stage: counting and running ----

# Of one stage.
passed=0
failed=0
skipped=0
failures=()
skips=() # the reasons
child=""
logs=build/test

ok() {
	passed=$((passed + ${2:-1}))
	echo "  ok    $1${2:+ ($2)}"
}

bad() {
	failed=$((failed + ${2:-1}))
	failures+=("$stage: $1")
	echo "  FAIL  $1"
}

skip() {
	skipped=$((skipped + 1))
	skips+=("$2")
	echo "  skip  $1: $2"
}

# run LOG COMMAND...: in a process group of its own, which stop() can end.
run() {
	local log=$1 status=0
	shift
	set -m
	"$@" >"$log" 2>&1 </dev/null &
	child=$!
	set +m
	wait "$child" || status=$?
	child=""
	return "$status"
}

show() {
	echo "  ---- the end of $1:"
	tail -n "${2:-40}" "$1" | sed 's/^/  | /'
	echo "  ----"
}

# show_failed LOG: each failed case of a log in TAP, with what it said.
show_failed() {
	echo "  ---- of $1:"
	awk '/^(not )?ok|^1\.\./ { failed = /^not/; lines = 0 } failed && lines++ < 80' "$1" | sed 's/^/  | /'
	echo "  ----"
}

# check NAME COMMAND...: one test.
check() {
	local name=$1 log="$logs/$stage-${1//[^a-zA-Z0-9]/-}.log"
	shift
	if run "$log" "$@"; then
		ok "$name"
	else
		bad "$name"
		show "$log"
		return 1
	fi
}

# count_tap LOG STATUS: the lines 'ok', 'not ok' and '# SKIP' of a log.
count_tap() {
	local log=$1 status=$2 line good=0 any=false
	while IFS= read -r line; do
		case $line in
		"ok "*"# SKIP"*)
			line=${line#ok * - }
			skip "${line%% # SKIP*}" "${line##*# SKIP }"
			any=true
			;;
		"ok "*)
			good=$((good + 1))
			any=true
			;;
		"not ok "*)
			bad "${line#not ok * - }"
			any=true
			;;
		esac
	done <"$log"
	[[ $good -eq 0 ]] || ok "cases" "$good"
	if [[ $status -ne 0 ]]; then
		if grep -q '^not ok ' "$log"; then
			show_failed "$log"
		else # it was the script itself
			bad "exit status $status"
			show "$log" 80
		fi
	elif ! $any; then
		ok "as a whole"
	fi
}

# ---- stages ----

end_child() {
	trap '' INT TERM HUP
	if [[ -n $child ]]; then
		kill -TERM -- "-$child" 2>/dev/null || true
		wait "$child" 2>/dev/null || true
	fi
	exit 130
}

# run_stage STAGE: leaves its counts, one to a line.
run_stage() {
	local began=$SECONDS failure reason
	stage=$1
	trap end_child INT TERM HUP
	echo "$stage"
	"stage_$stage"
	{
		echo "passed $passed"
		echo "failed $failed"
		echo "skipped $skipped"
		for failure in "${failures[@]}"; do
			echo "failure $failure"
		done
		for reason in "${skips[@]}"; do
			echo "reason $reason"
		done
	} >"$logs/$stage.counts"
	echo "  $((SECONDS - began)) s"
}

# next_stage END: takes a stage from the list's front or end, and says which; fails when
# there is none any more.
next_stage() {
	local list
	{
		flock 7
		mapfile -t list <"$logs/.list"
		[[ ${#list[@]} -gt 0 ]] || return 1
		if [[ $1 = front ]]; then
			echo "${list[0]}"
			list=("${list[@]:1}")
		else
			echo "${list[-1]}"
			unset "list[-1]"
		fi
		printf '%s\n' "${list[@]}" | sed '/^$/d' >"$logs/.list"
	} 7>"$logs/.list.lock"
}

# lane ALONE END: one stage after the other.
lane() {
	local alone=$1 end=$2 stage running=""
	trap '[[ -z $running ]] || kill -TERM "$running" 2>/dev/null; wait; exit 130' INT TERM HUP
	while stage=$(next_stage "$end"); do
		if $alone; then
			run_stage "$stage" 2>&1 &
		else
			run_stage "$stage" >"$logs/$stage.said" 2>&1 &
		fi
		running=$!
		wait "$running" || true
		running=""
		$alone || (
			flock 7
			cat "$logs/$stage.said"
		) 7>"$logs/.printing"
	done
}

lanes=()
stop() {
	trap '' INT TERM HUP
	[[ ${#lanes[@]} -eq 0 ]] || kill -TERM "${lanes[@]}" 2>/dev/null || true
	wait
	echo "script/test: stopped" >&2
	exit 130
}

# sum_up STAGE...: the line that counts them all. Fails when one has.
sum_up() {
	local passed=0 failed=0 skipped=0 failures=() stage what value reason
	local -A reasons=() # of what was skipped: how often
	for stage in "$@"; do
		if [[ ! -e $logs/$stage.counts ]]; then
			failed=$((failed + 1))
			failures+=("$stage: it ended before its end")
			continue
		fi
		while read -r what value; do
			case $what in
			passed) passed=$((passed + value)) ;;
			failed) failed=$((failed + value)) ;;
			skipped) skipped=$((skipped + value)) ;;
			failure) failures+=("$value") ;;
			reason) reasons["$value"]=$((${reasons["$value"]-0} + 1)) ;;
			esac
		done <"$logs/$stage.counts"
	done
	if [[ ${#failures[@]} -gt 0 ]]; then
		echo
		echo "failed:"
		printf '  %s\n' "${failures[@]}"
	fi
	echo
	for reason in "${!reasons[@]}"; do
		echo "not tested here: ${reasons[$reason]} for this reason: $reason"
	done
	if [[ $skipped -gt 0 ]]; then
		echo "$passed passed, $failed failed, $skipped skipped"
	else
		echo "$passed passed, $failed failed"
	fi
	[[ $failed -eq 0 ]]
}

# run_stages STAGE...: those that mostly wait last; side by side if there is a second CPU.
run_stages() {
	local stage alone=false
	for stage in "$@"; do
		rm -f "$logs/$stage.counts"
	done
	printf '%s\n' "$@" >"$logs/.list"
	# shellcheck disable=SC2154 # of build.sh
	[[ $jobs -gt 1 && $# -gt 1 ]] || alone=true
	trap stop INT TERM HUP
	$alone || echo "two at a time: $*"
	lane $alone front &
	lanes+=($!)
	$alone || {
		lane false end &
		lanes+=($!)
	}
	wait
	sum_up "$@"
}
