# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 60
# Programs that were built with an older or a newer header than the module attach all the
# same, or hear why not; one that can't be told of its interface has none.
only_for ko
make_cable
modprobe pigtail
mkfifo "$dir/hold"

# attach HOW WHAT: says that. The program stays until release.
attach() {
	vm_attach_struct /dev/ttyNM0 "$1" <"$dir/hold" >"$dir/attach-$1.log" 2>&1 &
	program=$!
	exec 8>"$dir/hold"
	wait_for 10 "an answer to $1" test -s "$dir/attach-$1.log"
	grep -q "^$2" "$dir/attach-$1.log" || fail "$1: $(cat "$dir/attach-$1.log")"
}

release() {
	exec 8>&-
	wait "$program" || true
}

for how in older newer; do
	attach $how "attached pt0"
	expect "its interface" ip link show pt0
	release
done
attach unknown "Invalid argument"
expect "no interface" fails ip link show pt0
release
attach readonly "Bad address"
expect "no interface is left" fails ip link show pt0
release
