# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # $dir, $status are those of run.sh and script.sh
#
# Scripts that mean harm to the board they run on: after each the REPL answers, files and network
# are there, and nothing restarted. LONG=1: the flash is filled, and
# each kind of long call is made.

never_restarted() {
	[[ $(grep -c 'firmware pigtail script' "$dir/script.log") = 1 ]]
}

# harm WHAT PATTERN: the script in $dir/text.py ends with words like these.
harm() {
	far run "$dir/text.py"
	expect "$1: it ends in words" said "$2"
	expect "$1: the REPL answers" says_two
	far ls
	expect "$1: the files are there" said 'boot.py'
}

case_script_that_takes_everything() {
	start_script
	printf 'l = []\nwhile True:\n    l.append(bytearray(1000))\n' >"$dir/text.py"
	harm "memory" '^MemoryError: memory allocation failed'
	printf 'import socket\nl = [socket.socket() for i in range(100)]\n' >"$dir/text.py"
	harm "sockets" '^OSError'
	printf 'import socket\nl = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for i in range(100)]\n' \
		>"$dir/text.py"
	harm "datagrams" '^OSError'
	printf 'def f(): f()\nf()\n' >"$dir/text.py"
	harm "the stack" '^RuntimeError: maximum recursion depth'
	printf '%s\n' 'import micropython, time' 'for i in range(4):' \
		'    micropython.schedule(lambda x: 1 / 0, i)' 'time.sleep_ms(100)' 'print("it went on")' \
		>"$dir/text.py"
	harm "callbacks that raise" 'ZeroDivisionError'
	printf 'import socket\ns = socket.socket()\ns.connect(("10.0.2.2", 1))\n' >"$dir/text.py"
	harm "nobody there" '^OSError: .*ECONN'
	expect "it never restarted" never_restarted
	[[ -n ${LONG:-} ]] || return 0
	# Two megabytes, for which a busy machine takes longer than far() waits else.
	# shellcheck disable=SC2034 # far() reads it
	far_seconds=300
	printf '%s\n' 'f = open("full", "w")' 'while True:' '    f.write("x" * 4096)' >"$dir/text.py"
	harm "the flash" '^OSError: (28|.*ENOSPC)'
	python 'import os; os.remove("full"); open("some", "w").write("some")'
	expect "there is room again" [ "$status" = 0 ]
	expect "it never restarted" never_restarted
}

# One instruction that lasts: the link lives meanwhile, and Ctrl-C ends it.
case_script_that_loops_in_one_call() {
	local line number=0 least=2
	start_script
	while read -r line; do
		number=$((number + 1))
		[[ -n ${LONG:-} || $number -le $least ]] || break
		printf '%s\n' 'import re' 'print("it runs")' "$line" >"$dir/text.py"
		start "call$number" in_ns a timeout 50 "$pigtail" run --link script "$dir/text.py"
		wait_for 10 "$line: it" has_line "call$number" "it runs"
		if [[ $line == sum* ]]; then
			far ls
			expect "$line: files meanwhile" said 'boot.py'
		fi
		sleep 3
		expect "$line: the link lives" [ "$(lines_with 'peer silent' "$dir/script.log")" = 0 ]
		# timeout hands it on.
		kill -INT "${pid_of[call$number]}"
		gone "call$number"
		expect "$line: interrupted" has_line "call$number" KeyboardInterrupt
	done <<-'END'
		sum(range(10 ** 9))
		5.5 in range(10 ** 9)
		l = list(range(15000)); l.sort()
		re.match("(a|aa)+$", "a" * 40 + "b")
		str(1 << 150000)
		pow(3, 1 << 9000 | 1, 1 << 9000 | 7)
		("a" * 30000).find("a" * 15000 + "b") + sum(range(10 ** 9))
	END
	# What contains itself, and patterns as deep, end before the stack does.
	for line in 'a = [3]; a.append(a); b = [3]; b.append(b); a == b' \
		'import re; re.match("(" * 200 + "a" + ")" * 200, "a")'; do
		printf '%s\n' "$line" >"$dir/text.py"
		harm "$line" '^RuntimeError: maximum recursion depth'
	done
	python 'print(hex(1 << 40), str(-(1 << 70)), "{:,}".format(10 ** 21), 10 ** 30 + 7, oct(1 << 70), "{:#X}".format(0xabc << 60))'
	expect "texts of large ints are right" \
		said '^0x10000000000 -1180591620717411303424 1,000,000,000,000,000,000,000 1000000000000000000000000000007 0o200000000000000000000000 0XABC000000000000000$'
	expect "it never restarted" never_restarted
}

# All that can be called, with all that it does not want.
case_script_calls_with_wrong_types() {
	start_script
	cat >"$dir/text.py" <<'END'
import esp, gc, json, lx, machine, network, ntptime, os, select, socket, ssl, time, vfs, webrepl, _webrepl
s, u = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
things = (machine, machine.Timer, machine.Timer(-1), esp, time, machine.Signal(machine.Pin(3)), network, network.LAN(), network.WLAN(0), network.WLAN(1), machine.Pin, machine.Pin(3), machine.RTC(),
          lx, lx.Flash(), os, s, u, select.poll(), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)._context, vfs, _webrepl)
wrong = (None, -1, 1 << 70, 1.5, "", "x" * 300, b"\0" * 7, [], {}, (1, 2), object(), print, s)
# Not these: they do as they are told.
left_out = ("reset", "soft_reset", "umount", "mkfs", "writeblocks", "ioctl", "deepsleep", "lightsleep", "mem8",
            "mem16", "mem32", "dupterm", "scan", "accept", "recv", "recvfrom", "read", "readinto", "readline",
            "poll", "ipoll", "disable_irq", "bootloader", "remove", "unlink", "rename", "rmdir", "mkdir", "idle",
            "sleep", "sleep_ms", "sleep_us")
def use(made):
    str(made)
    if hasattr(made, "value"):
        made.value(), made.value(1)
calls = refused = 0
for thing in things:
    for name in dir(thing):
        if name in left_out or name.startswith("__"):
            continue
        what = getattr(thing, name)
        if not callable(what):
            continue
        for n in range(4):
            for a in wrong:
                for b in (wrong if n == 2 else wrong[:1]):
                    calls += 1
                    try:
                        use(what(*((a, b, a)[:n])))
                    except Exception:
                        refused += 1
                if n == 0:
                    break
    gc.collect()
print("calls", calls, "refused", refused)
END
	far run "$dir/text.py"
	expect "all were made" said '^calls [0-9]{4,} refused [0-9]{4,}'
	expect "the REPL answers" says_two
	expect "it never restarted" never_restarted
}

case_script_files_are_never_made_anew_unasked() {
	start_script
	python 'import os; os.remove("boot.py")'
	restart_script
	python 'open("mine", "w").write("mine"); import os; os.sync()'
	python 'import lx
for n in (0, 1):
    lx.Flash().writeblocks(n, b"\x55" * 4096)
import machine; machine.reset()'
	wait_for 20 "the interpreter" says_two
	far ls
	expect "no files" [ ! -s "$dir/said" ]
	python 'import lx
b = bytearray(4096); lx.Flash().readblocks(0, b); print(b[:4])'
	expect "nothing was written over it" said 'UUUU'
	# Nor if its first sectors are as of an empty one.
	python 'import lx
for n in (0, 1):
    lx.Flash().ioctl(6, n)
lx.Flash().writeblocks(300, b"somebody", 0)
import machine; machine.reset()'
	wait_for 20 "the interpreter" says_two
	far ls
	expect "no files on what is not empty" [ ! -s "$dir/said" ]
	python 'import _boot; _boot.format()'
	restart_script
	far ls
	expect "made anew when asked" said 'boot.py'
}
