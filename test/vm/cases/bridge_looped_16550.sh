# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# machine: bridge
# limit: 500
# pigtail bridge on a real driver's tty: a 16550 in loop-back (TX-RX, RTS-CTS, DTR-DSR),
# pyserial's own suite by RFC 2217. 51 tests pass, 5 are skipped, and the 5 that fail fail
# with every server. Then the same with ser2net.
[ "$clock" = real ] || skip_case "its tests look at the clock"
[ "$(cat /sys/class/tty/ttyS5/type 2>/dev/null || echo 0)" != 0 ] || skip_case "no emulated port"
! dmesg | grep -q "serial .*: no GSI" || skip_case "the kernel found no interrupt for it"
# TIOCMBIS of TIOCM_LOOP, and the port is held open.
start loop python3 -c '
import fcntl, os, struct, time, tty
port = os.open("/dev/ttyS5", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
tty.setraw(port)
fcntl.ioctl(port, 0x5416, struct.pack("I", 0x8000))
print("looped", flush=True)
time.sleep(10000)'
wait_for 20 "the loop" grep -q looped "$dir/loop.log"

# suite NAME PORT: its first line to the result.
suite() {
	python3 /usr/share/pyserial/pyserial_suite.py /usr/share/pyserial "rfc2217://127.0.0.1:$2" \
		>"$dir/suite-$1.log" 2>&1 || fail "the suite: $(tail -n 3 "$dir/suite-$1.log")"
	note "$1: $(head -n 1 "$dir/suite-$1.log")"
}

start bridge pigtail bridge /dev/ttyS5 --listen 2217 --name bridge -v
wait_for 10 "the bridge" grep -q " for " "$dir/bridge.log"
suite pigtail 2217
finish bridge
# With none but the loopback's, its resolver knows no IPv4 at all.
ip address replace 192.0.2.1/32 dev lo
printf '%s\n' 'connection: &one' '  accepter: telnet(rfc2217),tcp,127.0.0.1,2218' \
	'  connector: serialdev(nouucplock=true),/dev/ttyS5,115200n81,local' \
	'  options:' '    max-connections: 4' >"$dir/ser2net.yaml"
start ser2net ser2net -n -c "$dir/ser2net.yaml"
wait_for 10 "ser2net" sh -c 'netstat -lnt | grep -q :2218'
suite ser2net 2218
expect "51 of pyserial's tests pass" grep -q "^51 passed, 5 skipped, 5 failed" "$dir/suite-pigtail.log"
expect "the 5 that cannot" test "$(grep -c 'which cannot pass' "$dir/suite-pigtail.log")" = 5
