# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../../netns/lib.sh
# shellcheck disable=SC2154 # $dir, $pigtail, $top are those of run.sh
#
# MicroPython on the radio's own CPU: its REPL, files and network, all over one UART.
#
#	pigtail qemu --- wire --- QEMU: script.elf      10.0.2.15, lwIP
#	   |  user: 127.0.0.1:8080 -> :80  +-- $dir/flash, 4 MB
#	   +-- streams: repl, get, put, list
#
# LONG=1: 200 losses of power, and a flash that is full.

# start_script [OPTION...]: with a flash that the first start makes.
start_script() {
	start script in_ns a "$pigtail" qemu "$FIRMWARE/script.elf" --name script \
		--flash "$dir/flash" --net "${SCRIPT_NET:-user,hostfwd=tcp:127.0.0.1:8080-:80}" "$@"
	wait_for 20 "the interpreter" says_two
}

# far COMMAND...: a command to the link, its words in $dir/said, its status in $status.
far() {
	status=0
	in_ns a timeout "${far_seconds:-60}" "$pigtail" "$1" --link script "${@:2}" >"$dir/said" 2>&1 || status=$?
	cat "$dir/said"
}

# python TEXT: runs it on the radio.
python() {
	printf '%s\n' "$1" >"$dir/text.py"
	far run "$dir/text.py"
}

says_two() {
	python 'print(1 + 1)'
	[[ $status = 0 && $(cat "$dir/said") = 2 ]]
}

said() {
	grep -qE -- "$1" "$dir/said"
}

# The number that a script printed after a word.
number() {
	sed -n "s/^$1: //p" "$dir/said"
}

restart_script() {
	python 'import machine; machine.reset()'
	wait_for 20 "the interpreter again" says_two
}

fetch_page() {
	in_ns a curl -sS --noproxy '*' --max-time 5 "http://127.0.0.1:8080$1"
}

is_served() {
	fetch_page / | grep -q "MicroPython on a radio"
}

# gone NAME: it has ended, or will by itself.
gone() {
	wait "${pid_of[$1]}" || true
	unset "pid_of[$1]"
}

case_script_web_server_of_python_answers() {
	start_script
	far cp "$top/device/micropython/example/main.py" :main.py
	expect "copied" [ "$status" = 0 ]
	python 'import machine; machine.reset()'
	wait_for 20 "the page" is_served
	expect "JSON" python3 -c 'import json, sys; json.loads(sys.argv[1])["free"]' "$(fetch_page /state)"
	expect "not found" [ "$(fetch_page /nothing)" = "There is / and /state." ]
	# A file comes and goes while it serves, and it serves on.
	head -c 30000 /dev/urandom >"$dir/thirty"
	far cp "$dir/thirty" :thirty
	far cp :thirty "$dir/back"
	expect "the same" cmp "$dir/thirty" "$dir/back"
	expect "it serves still" is_served
}

case_script_runs_and_says_what_it_raises() {
	start_script
	python 'import sys; print(sys.platform, 2 ** 100, 1 / 3)'
	expect "numbers" said '^pigtail 1267650600228229401496703205376 0.333333'
	# As boot.py and main.py for an ESP8266 often begin.
	python 'import esp; esp.osdebug(None)
import uos, machine, ubinascii; uos.dupterm(None, 1)
import gc; gc.collect()
print(ubinascii.hexlify(machine.unique_id()), esp.freemem() > 50000)'
	expect "its own address" said "^b'525400123456' True"
	python 'print("before"); 1 / 0'
	expect "status 1" [ "$status" = 1 ]
	expect "both" said 'before'
	expect "why" said 'ZeroDivisionError'
	far run "$dir/no-such-file.py"
	expect "no such script" said 'cannot read .*no-such-file.py: No such file'
	printf 'print(6 * 7)\r\n' | in_ns a timeout 20 "$pigtail" repl script >"$dir/said"
	expect "the REPL, by a pipe" said '^42'
	printf 'print(6 * 8)\r\n' >"$dir/lines"
	in_ns a timeout 20 "$pigtail" repl script <"$dir/lines" >"$dir/said"
	expect "the REPL, by a file" said '^48'
	# A loop is interrupted, and the link lives meanwhile.
	printf 'print("it runs")\nwhile True:\n    pass\n' >"$dir/text.py"
	start loop in_ns a "$pigtail" run --link script "$dir/text.py"
	wait_for 10 "the loop" has_line loop 'it runs'
	far ls
	expect "files in a busy loop's time" said 'boot.py'
	kill -INT "${pid_of[loop]}"
	wait "${pid_of[loop]}" && return 1
	unset "pid_of[loop]"
	expect "interrupted" grep -q KeyboardInterrupt "$dir/loop.log"
	python 'print("alive")'
	expect "alive" said alive
}

case_script_files_are_copied_and_refused_in_words() {
	start_script --ber 1e-5 --seed 3
	for n in 0 1 1023 1024 70000; do
		head -c "$n" /dev/urandom >"$dir/file"
		far cp "$dir/file" :file
		expect "$n bytes there" [ "$status" = 0 ]
		far cp :file "$dir/file2"
		expect "$n bytes back" cmp "$dir/file" "$dir/file2"
	done
	umask 077
	far cp :file "$dir/mine"
	umask 022
	expect "nobody else's than asked for" [ "$(stat -c %a "$dir/mine")" = 600 ]
	far cp :file "$dir/theirs"
	expect "as the umask says" [ "$(stat -c %a "$dir/theirs")" = 644 ]
	far ls --json
	expect "listed" said '"name":"file","folder":false,"bytes":70000'
	far cp :nothing "$dir/nothing"
	expect "no such file" said 'script: nothing: no such file'
	expect "nothing was made" [ ! -e "$dir/nothing" ]
	far ls :nowhere
	expect "no such folder" said 'no such file'
	far cp "$dir/file" :no/such/folder
	expect "no such folder to write" [ "$status" = 1 ]
	far cp "$dir/file" "$dir/file2"
	expect "both here" [ "$status" = 2 ]
	far cp : "$dir/nothing"
	expect "which one?" [ "$status" = 2 ]
	far cp :/ "$dir/nothing"
	expect "no folder" said 'it is a folder'
	far cp "$dir/file" ":$(printf 'escape \033[7m and\na line')"
	far ls
	expect "a name is a line, and nothing that a terminal obeys" said '70000  escape \?\[7m and\?a line$'
	# What is there stays until the copy is whole.
	[[ -n ${LONG:-} ]] || return 0
	head -c 1800000 /dev/urandom >"$dir/much"
	far cp "$dir/much" :file
	far cp "$dir/much" :file2
	expect "no room" said 'no room is left in the flash'
	python 'import os; print(os.listdir())'
	expect "nothing is left of it" said "\\['boot.py', 'file'\\]"
}

# What a copy is written to here, and what takes what a script prints.
case_script_files_and_words_go_where_they_are_told() {
	start_script
	far cp :boot.py "$dir/boot"
	# A link stays a link, a mode a mode, and what is no file what it is.
	echo old >"$dir/target"
	chmod 640 "$dir/target"
	ln -s target "$dir/link"
	far cp :boot.py "$dir/link"
	expect "through a link" cmp "$dir/boot" "$dir/target"
	expect "which is there still" [ -L "$dir/link" ]
	expect "with its mode" [ "$(stat -c %a "$dir/target")" = 640 ]
	mkfifo "$dir/pipe"
	start reader cat "$dir/pipe"
	far cp :boot.py "$dir/pipe"
	expect "into a pipe" [ "$status" = 0 ] && [ -p "$dir/pipe" ]
	gone reader
	expect "all of it" cmp "$dir/boot" "$dir/reader.log"
	mknod "$dir/full" c 1 7 2>/dev/null || skip_case "no device can be made here"
	far cp :boot.py "$dir/full"
	expect "a full device is no place" said 'cannot write .*/full: No space left'
	expect "and stays a device" [ -c "$dir/full" ]
	ended=0
	in_ns a "$pigtail" ls --link script >"$dir/full" 2>"$dir/said" || ended=$?
	expect "a list that nobody has" [ "$ended" = 1 ]
	expect "it says why" said 'cannot write: No space left'
	# A script of nothing, and one that would say something else to the raw REPL.
	far run /dev/null
	expect "nothing is done at once" [ "$status" = 0 ]
	printf 'print("a\002b")\n' >"$dir/text.py"
	far run "$dir/text.py"
	expect "refused" said 'is no script: .*control characters'
	# Its reader goes: the script is interrupted.
	printf '%s\n' 'import time' 'try:' '    while True:' '        print("line"); time.sleep_ms(5)' \
		'finally:' '    open("ended", "w").write("ended")' >"$dir/text.py"
	ended=0
	# shellcheck disable=SC2016 # expanded by the inner shell
	in_ns a bash -c 'timeout 30 "$0" run --link script "$1" 2>"$2" | head -n 2; exit ${PIPESTATUS[0]}' \
		"$pigtail" "$dir/text.py" "$dir/said" || ended=$?
	expect "it ends" [ "$ended" = 1 ]
	expect "it says why" said 'cannot write: Broken pipe'
	far ls
	expect "it was interrupted there" said ' ended$'
}

has_radio_twice() {
	[[ $(grep -c 'radio lx60' "$dir/script.log") = 2 ]]
}

# A copy that could not end with its session has no part in what comes by its stream's number.
slow_script_files_end_with_their_session() {
	local ends
	start_script
	printf '%s\n' 'import micropython, time' 'print("held")' \
		'micropython.schedule(lambda _: time.sleep(30), 0)' 'time.sleep(0)' >"$dir/held.py"
	start held in_ns a "$pigtail" run --link script "$dir/held.py"
	wait_for 10 "the script" has_line held held
	finish held KILL
	start copy in_ns a "$pigtail" cp --link script :boot.py "$dir/back"
	sleep 1
	# The host is away for longer than a session lasts.
	mapfile -t ends < <(pgrep -P "${pid_of[script]}" -x pigtail)
	kill -STOP "${ends[@]}"
	sleep 5
	kill -CONT "${ends[@]}"
	gone copy
	expect "the copy was broken off" [ ! -e "$dir/back" ]
	wait_for 10 "the link again" has_radio_twice
	python 'print(1 + 1)'
	expect "who comes next is not" [ "$(cat "$dir/said")" = 2 ]
	far cp :boot.py "$dir/back"
	expect "and files are copied" [ -s "$dir/back" ]
}

# The client has given credit for all of it.
case_script_prints_reach_a_host_that_pauses() {
	local ends
	start_script
	printf '%s\n' 'import time' 'print("begun")' 'for i in range(200):' \
		'    print("line", i); time.sleep_ms(20)' >"$dir/prints.py"
	start prints in_ns a timeout 30 "$pigtail" run --link script "$dir/prints.py"
	wait_for 10 "the script" has_line prints begun
	mapfile -t ends < <(pgrep -P "${pid_of[script]}" -x pigtail)
	kill -STOP "${ends[@]}"
	sleep 1.7
	kill -CONT "${ends[@]}"
	gone prints
	expect "no line is missing" [ "$(grep -c '^line' "$dir/prints.log")" = 200 ]
}

# Somebody sends what is never read, and again when it is cut off.
start_load() {
	head -c 100000 /dev/urandom >"$dir/load"
	# shellcheck disable=SC2016 # expanded by the inner shell
	start load in_ns a bash -c 'while :; do
		curl -sS --noproxy "*" --max-time 5 -H Expect: --data-binary "@$0" \
			http://127.0.0.1:8080/
		sleep 0.05
	done' "$dir/load"
}

case_script_sockets_are_closed_when_it_ends_or_fails() {
	local i times=${LONG:+1000} free=0
	printf '%s\n' 'import socket, gc' 'gc.collect(); print("free", gc.mem_free())' \
		's = socket.socket(); s.bind(("", 80)); s.listen(4)' \
		'u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("", 5000))' \
		'c = socket.socket(); c.connect(("127.0.0.1", 80)); c.send(b"x" * 500)' \
		'raise ValueError("in the middle")' >"$dir/fails.py"
	start_script
	start_load
	for i in $(seq "${times:-10}"); do
		far run "$dir/fails.py"
		expect "round $i: it fails by its own" said 'ValueError: in the middle'
		[[ $free = 0 ]] && free=$(sed -n 's/^free //p' "$dir/said")
		expect "round $i: memory is flat" [ "$(sed -n 's/^free //p' "$dir/said")" -ge $((free - 512)) ]
	done
	finish load
	python 'import socket
for i in range(200):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", 1000 + i % 5)); s.listen(1); s.close()
print("200")'
	expect "listeners come and go" said 200
	python 'import socket
a = socket.socket(); a.bind(("", 80)); a.listen(1)
b = socket.socket()
try:
    b.bind(("", 80))
except OSError as e:
    print("two:", e)'
	expect "but one at a time" said '^two: .*EADDRINUSE'
	far run --stay "$dir/fails.py"
	printf '\x04' | in_ns a timeout 20 "$pigtail" repl script >/dev/null
	far run "$dir/fails.py"
	expect "a soft reset closes them too" said 'ValueError: in the middle'
	expect "it never restarted" [ "$(grep -c 'firmware pigtail script' "$dir/script.log")" = 1 ]
}

# at_the_repl: what somebody hears who comes there.
at_the_repl() {
	printf '\r\n' | in_ns a timeout 20 "$pigtail" repl script >"$dir/said"
	cat "$dir/said"
}

case_script_that_crashes_is_left_out() {
	start_script
	# The guard at the end of the stack.
	printf '%s\n' 'import lx, machine' 'with open("crashes", "a") as f:' '    f.write("x")' \
		'machine.mem32[lx.stack_start()] = 0' >"$dir/main.py"
	far cp "$dir/main.py" :main.py
	python 'import machine; machine.reset()'
	wait_for 30 "the words" grep -q "main.py is left out: three restarts by a crash" "$dir/script.log"
	wait_for 10 "the REPL" says_two
	at_the_repl
	expect "said on the REPL" said '^main.py is left out: three restarts by a crash'
	far ls --json
	expect "after three" said '"name":"crashes","folder":false,"bytes":3\b'
	# If it was boot.py, that is left out as well. A script begins with it, so this one crashes.
	far cp "$dir/main.py" :boot.py
	python 'print("never")'
	wait_for 60 "the words" grep -q "boot.py and main.py are left out: too many" "$dir/script.log"
	wait_for 10 "the REPL" says_two
	at_the_repl
	expect "said on the REPL" said '^boot.py and main.py are left out: too many restarts'
	far ls --json
	# Six more where this machine took so long that the start before had gone well (10 s).
	expect "after three more" said '"name":"crashes","folder":false,"bytes":(6|9)\b'
	expect "both are there" said main.py
	# A soft reset has the same left out, and the log does not say it again.
	printf '\x04' | in_ns a timeout 20 "$pigtail" repl script >/dev/null
	wait_for 10 "the REPL" says_two
	python 'import os; os.remove("main.py"); open("boot.py", "w").write("booted = 1")'
	restart_script
	python 'print("booted", booted)'
	expect "boot.py ran" said '^booted 1'
	at_the_repl
	expect "nothing is left out" [ "$(lines_with 'left out' "$dir/said")" = 0 ]
	expect "the log says each once" [ "$(lines_with 'left out' "$dir/script.log")" = 2 ]
}

case_script_pins_are_refused_in_words() {
	start_script
	python 'from machine import Pin
p = Pin(3, Pin.OUT, value=1)
print(p, p.value()); p.off(); print(p()); p.toggle(); print(p())
for n in (0, 99, -1):
    try:
        Pin(n)
    except ValueError as e:
        print(n, e)'
	expect "a light" said '^Pin\(3\) 1'
	expect "the link's own" said '^0 light 0 shows the state of the link'
	expect "none of the board" said '^99 this board has lights'
	expect "none at all" said '^-1 no such pin'
}

whole() {
	! said torn
}

case_script_loses_power_while_it_writes() {
	local times=${LONG:+200}
	printf '%s\n' 'import os' 'i = 0' 'print("begun")' 'while True:' '    f = open("new", "w")' \
		'    f.write("x" * 3000)' '    f.close()' '    os.rename("new", "data%d" % (i % 4))' \
		'    i += 1' >"$dir/write.py"
	start_script
	for i in $(seq "${times:-4}"); do
		# What lives for less than two seconds too often is not started any more.
		sleep 1.5
		start writer in_ns a "$pigtail" run --link script "$dir/write.py"
		wait_for 10 "what it runs" has_line writer begun
		sleep "0.$((RANDOM % 9 + 1))"
		# As if power were gone; what it runs in starts it again.
		kill -KILL "$(pgrep -f "^qemu-system-xtensa.*$dir/flash" | head -n 1)"
		gone writer
		wait_for 20 "round $i: the interpreter again" says_two
		python 'import os
for name in os.listdir():
    if name.startswith("data"):
        n = len(open(name).read())
        print("whole" if n == 3000 else "torn", name, n)
print("looked")'
		expect "round $i: it looked" said looked
		expect "round $i: nothing is torn" whole
	done
	expect "something was written" said '^whole data'
}

# The first words may come before the pty is in use.
case_script_pty_of_the_repl_has_what_is_said_at_once() {
	start_script
	printf 'while True:\n    print("here")\n' >"$dir/main.py"
	far cp "$dir/main.py" :main.py
	printf '\x04' | in_ns a timeout 3 "$pigtail" repl script >/dev/null || true
	for i in 1 2 3; do
		start "tty$i" in_ns a "$pigtail" repl script --pty "$dir/tty"
		wait_for 10 "the tty" [ -e "$dir/tty" ]
		timeout 20 head -c 200 "$dir/tty" >"$dir/said" || true
		expect "opened $i times: heard" said '^here'
		finish "tty$i"
	done
}

# mpremote COMMAND...: of MicroPython's source, on the tty of `pigtail repl --pty`.
mpremote() {
	PYTHONPATH="$top/build/micropython/tools/mpremote" timeout 60 \
		/usr/bin/python3 -m mpremote connect "$dir/tty" "$@" >"$dir/said" 2>&1 || {
		cat "$dir/said"
		return 1
	}
}

case_script_mpremote_lists_edits_runs_and_interrupts() {
	mkdir "$dir/here"
	start_script --ber 1e-5 --seed 4
	far cp "$top/device/micropython/example/main.py" :main.py
	start tty in_ns a "$pigtail" repl script --pty "$dir/tty"
	wait_for 10 "the tty" [ -e "$dir/tty" ]
	mpremote exec 'print(6 * 7)'
	expect "it computes" said '^42'
	head -c 5000 /dev/urandom >"$dir/five"
	mpremote fs cp "$dir/five" :five
	mpremote fs cp :five "$dir/five2"
	expect "there and back" cmp "$dir/five" "$dir/five2"
	printf 'print("here", open("five.txt").read())\n' >"$dir/here/hello.py"
	echo five >"$dir/here/five.txt"
	mpremote mount "$dir/here" exec 'import hello'
	expect "a folder of the host" said '^here five'
	mpremote fs ls
	expect "listed" said '5000 five$'
	mpremote fs rm :five
	EDITOR='sed -i s/MicroPython/Python/' mpremote edit :main.py
	far cp :main.py "$dir/edited"
	expect "edited" grep -q '>Python on a radio' "$dir/edited"
	sed 's/MicroPython/Python/' "$top/device/micropython/example/main.py" >"$dir/wanted"
	expect "as the editor left it" cmp "$dir/wanted" "$dir/edited"
	printf 'print("it runs", 6 * 9)\n' >"$dir/here/run.py"
	mpremote run "$dir/here/run.py"
	expect "run" said '^it runs 54'
	# main.py serves in a loop by now: of that, and of one that is typed.
	in_ns a timeout 60 /usr/bin/python3 "$top/test/mcu/mpremote_repl.py" \
		"$top/build/micropython/tools/mpremote" "$dir/tty" >"$dir/said" 2>&1 || {
		cat "$dir/said"
		return 1
	}
	expect "interrupted" said '^alive'
}

# As the window of Thonny does, by its own back end.
case_script_thonny_lists_edits_runs_and_interrupts() {
	local thonny=${THONNY:-/usr/lib/python3/dist-packages}
	[[ -e $thonny/thonny/plugins/micropython/bare_metal_backend.py ]] ||
		skip_case "thonny is not installed (script/bootstrap thonny)"
	start_script --ber 1e-5 --seed 4
	far cp "$top/device/micropython/example/main.py" :main.py
	restart_script
	start tty in_ns a "$pigtail" repl script --pty "$dir/tty"
	wait_for 10 "the tty" [ -e "$dir/tty" ]
	in_ns a timeout 200 /usr/bin/python3 "$top/test/mcu/thonny_back_end.py" "$thonny" "$dir/tty" \
		>"$dir/said" 2>&1 || {
		cat "$dir/said"
		return 1
	}
	expect "all of it" said '^alive'
	far cp :main.py "$dir/edited"
	expect "edited" grep -q '>Python on a radio' "$dir/edited"
}

case_script_streams_and_clients_that_mean_harm() {
	local socket
	start_script
	socket=$(in_ns a "$pigtail" status script --json | sed -nE 's/.*"control":[[:space:]]*"([^"]*)".*/\1/p')
	in_ns a timeout 100 python3 "$top/test/mcu/streams.py" "$socket"
	wait_for 10 "the interpreter still" says_two
	far ls
	expect "files still" said boot.py
	python 'import os; print(os.listdir())'
	expect "nothing is left of what was broken off" said "^\\['boot.py'\\]"
	expect "it never restarted" [ "$(grep -c 'firmware pigtail script' "$dir/script.log")" = 1 ]
}

# The seconds since 1970 that the board has, and the host's, are the same but for one.
has_the_time() {
	python 'import time; print(time.time() + 946684800)'
	[[ $(cat "$dir/said") -ge $(($(date +%s) - 2)) && $(cat "$dir/said") -le $(($(date +%s) + 2)) ]]
}

case_script_time_is_the_hosts_or_of_a_server_that_has_it() {
	local kind
	SCRIPT_NET=tap:pt0 start_script --ip 10.7.0.1/24
	expect "the host's" has_the_time
	python 'import machine
r = machine.RTC()
for bad in ((2024, 0, 1), (2024, 13, 1), (2024, 99, 1), (2024, -5, 1), (2024, 1, 0), (2023, 2, 29), (2024, 4, 31),
            (1999, 12, 31), (2100, 1, 1), (2024, 1, 1, 0, 24, 0, 0, 0), (2024, 1, 1, 0, 0, 60, 0, 0),
            (2024, 1, 1, 0, 0, -1, 0, 0), (2024, 1, 1, 0, 0, 0, 60, 0), (2024, 1, 1, 0, 0, 0, 0, 1000)):
    try:
        r.datetime((bad + (0,) * 5)[:8])
        print("taken:", bad)
    except ValueError as e:
        print("refused:", bad)'
	expect "what is no time is refused" [ "$(grep -c '^refused' "$dir/said")" = 14 ]
	expect "and changes nothing" has_the_time
	python 'import machine
r = machine.RTC()
r.datetime((2024, 2, 29, 0, 23, 59, 59, 0)); print(r.datetime()[:7])'
	expect "a leap day" said '^\(2024, 2, 29, 3, 23, 59, 59\)'
	start servers in_ns a python3 "$top/test/mcu/time_servers.py" 10.7.0.1 "$dir/kind"
	python 'import network
network.LAN().ifconfig(("10.7.0.2", "255.255.255.0", "10.7.0.1", "10.7.0.1"))'
	python 'import machine; machine.RTC().datetime((2001, 1, 1, 0, 0, 0, 0, 0))'
	for kind in kiss unset other early nothing; do
		echo "$kind" >"$dir/kind"
		python 'import ntptime, machine
ntptime.host = "10.7.0.1"
try:
    ntptime.settime()
except OSError as e:
    print("refused:", e)
print(machine.RTC().datetime()[0])'
		expect "$kind is refused" said '^refused: '
		expect "$kind sets nothing" said '^2001'
	done
	echo right >"$dir/kind"
	python 'import ntptime
ntptime.host = "10.7.0.1"
ntptime.settime()'
	expect "a right one is taken" has_the_time
}

# In a loop that never waits and in a sleep; a function that raises ends nothing, nobody needs to
# hold a timer, and a soft reset ends all.
case_script_timers_are_called_in_time() {
	start_script
	python 'import gc, machine, time
T = machine.Timer
seen = []
def count(ms, busy):
    seen.clear()
    began = time.ticks_ms()
    while busy and time.ticks_diff(time.ticks_ms(), began) < ms:
        pass
    if not busy:
        time.sleep_ms(ms)
    return len(seen)
t = T(-1)
t.init(period=100, callback=lambda t: seen.append(time.ticks_ms()))
print(t)
print("busy:", count(1050, True))
print("asleep:", count(1050, False))
def third_raises(t):
    seen.append(t)
    1 / (len(seen) - 3)
t.init(freq=20, mode=T.PERIODIC, callback=third_raises)
print("raises:", count(550, False))
t.deinit(); t.deinit()
print("ended:", count(300, True))
T(-1, mode=T.ONE_SHOT, period=50, callback=seen.append)
gc.collect()
rubbish = [bytearray(b"\xff" * 16) for i in range(1200)]
print("once:", count(300, False), "its own:", type(seen[0]) is T)
rubbish = None
seen.clear()
fast = T(-1, period=1, callback=lambda t: time.sleep_ms(30))
for i in range(12):
    T(-1, mode=T.ONE_SHOT, period=100, callback=seen.append)
time.sleep_ms(700)
fast.deinit()
print("twelve beside a slow one:", len(seen))
for wrong in dict(period=-5), dict(tick_hz=0), dict(freq=0), dict(freq=-1.0), dict(freq=1e-9), dict(mode=7), dict(callback=3), \
        dict(period=0x40000000), dict(freq="x"), dict(period=1, tick_hz=-1):
    try:
        T(-1, **wrong)
        print("taken:", wrong)
    except (ValueError, TypeError) as e:
        print("refused:", e)
try:
    T(1)
except ValueError as e:
    print("no such:", e)'
	expect "as its words" said '^Timer\(mode=PERIODIC, period=100\)'
	expect "in a loop" said '^busy: ([6-9]|1[01])$'
	expect "in a sleep" said '^asleep: ([6-9]|1[01])$'
	expect "one raises" said 'ZeroDivisionError'
	expect "and the next come" said '^raises: ([6-9]|1[01])$'
	expect "none after its end" said '^ended: 0$'
	expect "once" said '^once: 1 its own: True$'
	expect "none is lost" said '^twelve beside a slow one: 12$'
	expect "what makes no sense is refused" [ "$(grep -c '^refused: ' "$dir/said")" = 10 ]
	expect "only those of software" said "^no such: "
	# Many, so that one is left where nothing has written since.
	printf '%s\n' 'import machine' 'keep = [machine.Timer(-1, period=50, callback=lambda t: print("lives")) for i in range(16)]' \
		>"$dir/text.py"
	far run --stay "$dir/text.py"
	(sleep 1 && printf '\x04' && sleep 1) | in_ns a timeout 20 "$pigtail" repl script >"$dir/said"
	expect "they outlive the script that stays" grep -q '^lives' <(sed '/soft reboot/,$d' "$dir/said")
	expect "a soft reset ends them" [ "$(sed '1,/soft reboot/d' "$dir/said" | grep -c lives)" = 0 ]
	expect "nothing else does" says_two
	expect "it never restarted" never_restarted
}
