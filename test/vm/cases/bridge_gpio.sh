# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# machine: bridge
# limit: 120
# The target's reset on a line of a real GPIO driver (gpio-pca953x; its chip is i2c-stub, a
# memory of registers). What the chip was told is read from its registers by the bus, and
# not by the way that told it.
modprobe i2c-stub chip_addr=0x20 2>/dev/null || skip_case "this kernel has no i2c-stub"
modprobe -a gpio-pca953x i2c-dev || skip_case "no driver of a GPIO chip"
bus=$(grep -l "SMBus stub" /sys/bus/i2c/devices/i2c-*/name | sed 's|.*/\(i2c-[0-9]*\)/name|\1|')
# As the chip is when power comes: outputs high, all pins inputs.
registers() {
	python3 -c '
import ctypes, fcntl, os, struct, sys, time
bus = os.open("/dev/" + sys.argv[1], os.O_RDWR)
fcntl.ioctl(bus, 0x0706, 0x20)
def transfer(read, register, value=0):
    data = ctypes.create_string_buffer(bytes([value]), 34)
    fcntl.ioctl(bus, 0x0720, struct.pack("BBIP", read, register, 2, ctypes.addressof(data)))
    return data.raw[0]
if sys.argv[2] == "power":
    transfer(0, 1, 0xff)
    transfer(0, 3, 0xff)
last = None
while sys.argv[2] == "watch":
    now = "output" if not transfer(1, 3) >> 3 & 1 else "input", transfer(1, 1) >> 3 & 1
    if now != last:
        print(*now, flush=True)
    last = now
    time.sleep(0.005)' "$bus" "$1"
}
registers power
echo pca9554 0x20 >"/sys/bus/i2c/devices/$bus/new_device"
wait_for 5 "the chip" test -e /dev/gpiochip0
start watch registers watch
wait_for 10 "the first look" grep -q "input 1" "$dir/watch.log"
start bridge pigtail bridge loop: --listen 2323,program --target avr --name gpio -v \
	--pins reset=gpio:gpiochip0/3,pulse=200
wait_for 10 "the line" grep -q "output 1" "$dir/watch.log"
# An optiboot programmer's first words.
start programmer python3 -c '
import socket, time
with socket.create_connection(("127.0.0.1", 2323)) as client:
    client.sendall(b"0 ")
    time.sleep(2)'
wait_for 10 "reset" grep -q "output 0" "$dir/watch.log"
wait_for 10 "its end" sh -c "tail -n 1 $dir/watch.log | grep -q 'output 1'"
expect "one pulse, or one for each try" test "$(grep -c 'output 0' "$dir/watch.log")" -le \
	"$(grep -c 'pin reset: active' "$dir/bridge.log")"
refused() {
	! pigtail bridge loop: --listen 2324 --target avr --pins "reset=gpio:$1" >"$dir/refused" 2>&1
	grep -q "pin reset: cannot open $2" "$dir/refused"
}
expect "a line that somebody has" refused gpiochip0/3 "gpiochip0: another program has this line"
expect "no such line" refused gpiochip0/99 "gpiochip0: this chip has no such line"
expect "no such chip" refused gpiochip9/3 "gpiochip9: No such file or directory"
finish bridge
finish watch
