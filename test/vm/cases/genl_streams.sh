# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 150
# machine: script
# Streams on a link that the driver has, by its netlink family: MicroPython on a radio in a QEMU
# outside (script.elf, see machine), its REPL, a script that is run, files there and back.
attach_firmware

wait_for 60 "the radio" in_ns a pigtail info
asked streams info

# A question is all that goes: what the radio wants to know, the driver has told it.
sent() {
	in_ns a ethtool -S lx0 | awk '$1 == "tx_control:" { print $2 }'
}
before=$(sent)
asked "" info
expect "one message" [ "$(sent)" = $((before + 1)) ]

# The REPL, by a pipe.
printf 'print("sum", 6 * 7)\r\n' | in_ns a pigtail repl >"$dir/said" 2>&1 ||
	fail "repl: $(cat "$dir/said")"
grep -q "sum 42" "$dir/said" || fail "the REPL said: $(cat "$dir/said")"

# A script that is run.
printf 'import sys\nprint(sys.platform, sum(range(10)))\n' >"$dir/script.py"
asked " 45" run "$dir/script.py"

# Files, there and back; streams of two programs at once.
head -c 20000 /dev/urandom >"$dir/file"
asked "" cp "$dir/file" :file
asked "file" ls
start there in a pigtail cp "$dir/file" :other
in_ns a pigtail cp :file "$dir/back" || fail "it did not come back"
expect "the same bytes" cmp "$dir/file" "$dir/back"
wait_for 30 "the other to end" fails runs there
asked "other" ls

# Its processes end with their streams: eight programs are the most.
for _ in 1 2 3 4 5 6 7 8 9 10; do
	asked "file" ls
done

# A program that dies in the middle leaves nothing, neither here nor there.
copies() {
	cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' | grep -q ':thir[d]'
}
for _ in 1 2 3; do
	start there in a pigtail cp "$dir/file" :third
	sleep 0.5
	expect "it copies" copies
	finish there KILL
	wait_for 10 "its process to end" fails copies
done
asked "file" ls
finish host
