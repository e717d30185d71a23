# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# machine: bridge
# limit: 240
# stm32flash as its users have it, with 8E1, which a pty cannot carry: ttys that garble what
# is in another format. The bridge's UART is 8N1 until it is programmed:
#
#	stm32flash -- ttyNM1 === ttyNM0 -- socat -- TCP -- pigtail bridge -- ttyNM2
#	                              a simulated STM32, RESET, BOOT0 -- ttyNM3 ==='
modprobe nullmodem pairs=2
wait_for 5 "/dev/ttyNM3" test -c /dev/ttyNM3
head -c 8000 /dev/urandom >"$dir/image.bin"
start chip python3 /usr/share/targets/stm32.py /dev/ttyNM3 "$dir/reset" "$dir/boot" --tty --dump "$dir/flash"
wait_for 10 "the chip" test -S "$dir/boot"
start bridge pigtail bridge /dev/ttyNM2 --listen 2323,program --target stm32 --name stm -v \
	--pins "reset=unix:$dir/reset,boot=unix:$dir/boot"
wait_for 10 "the bridge" grep -q " for " "$dir/bridge.log"
start socat socat /dev/ttyNM0,rawer,b115200,parenb=1,parodd=0,clocal TCP:127.0.0.1:2323,nodelay
wait_for 10 "its client" grep -q "on a port for program" "$dir/bridge.log"
stm32flash -b 115200 -w "$dir/image.bin" -v /dev/ttyNM1 >"$dir/stm32flash.log" 2>&1 ||
	fail "stm32flash"
expect "in its format" grep -q "115200 8E1" "$dir/stm32flash.log"
expect "all of it" grep -q "(100.00%) Done" "$dir/stm32flash.log"
finish socat
wait_for 10 "the target's own format" sh -c "stty -aF /dev/ttyNM2 | grep -q -- -parenb"
# The same by our own.
head -c 5000 /dev/urandom >"$dir/other.bin"
finish bridge
pigtail flash "$dir/other.bin" /dev/ttyNM2 -t stm32 -p "reset=unix:$dir/reset,boot=unix:$dir/boot" \
	>"$dir/flash.log" 2>&1 || fail "pigtail flash"
expect "and then 8N1" sh -c "stty -aF /dev/ttyNM2 | grep -q -- -parenb"
finish chip
head -c 5000 "$dir/flash" | cmp - "$dir/other.bin" || fail "its flash has not the second image"
head -c 8000 "$dir/flash" | tail -c 2880 >"$dir/rest"
tail -c 2880 "$dir/image.bin" | cmp - "$dir/rest" || fail "nor has it the first one beyond its pages"
expect "no complaints of the chip" grep -q "complaints 0" "$dir/chip.log"
