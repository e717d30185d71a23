#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: test/mcu/power/run.sh [OPTION...]
# The files of script.elf on a flash that loses power at each operation: see power.c, which has
# the options. Without any: in TAP, one seed; LONG=1: twenty.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../../.." && pwd)
build=$top/build/power

"$top/script/lib/fetch_source" micropython "$top/build"
mkdir -p "$build"
if ! env -u CFLAGS -u LDFLAGS nice make -s -C "$here" -j "${JOBS:-$(nproc)}" MPY="$top/build/micropython" \
	BUILD="$build" PIGTAIL="$top" >"$build/log" 2>&1; then
	tail -n 40 "$build/log" >&2
	exit 1
fi
power=("$build/power")
files=("$top/device/micropython/modules/_boot.py" "$here/power.py")
if [[ $# -gt 0 ]]; then
	exec "${power[@]}" "$@" "${files[@]}"
fi

seeds=1
[[ -z ${LONG:-} ]] || seeds=20
echo "1..$seeds"
status=0
for ((seed = 1; seed <= seeds; seed++)); do
	result=ok
	if ! said=$(nice "${power[@]}" --seed "$seed" "${files[@]}" 2>&1); then
		result="not ok"
		status=1
	fi
	echo "$result $seed - files outlive a loss of power at each operation: $(tail -n 1 <<<"$said")"
	[[ $result == ok ]] || echo "# ${said//$'\n'/$'\n# '}"
done
exit "$status"
