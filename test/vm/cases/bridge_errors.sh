# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# machine: bridge
# limit: 120
# What a real driver's UART tells of errors and breaks comes to pyserial by RFC 2217, as far
# as its mask wants it; and a break of its own goes out.
modprobe nullmodem pairs=1
wait_for 5 "/dev/ttyNM1" test -c /dev/ttyNM1
start bridge pigtail bridge /dev/ttyNM0 --listen 2217,rfc2217 --name errors -v
wait_for 10 "the bridge" grep -q " for " "$dir/bridge.log"
start client python3 -c '
import os, sys, termios, time, tty
sys.path.insert(0, "/usr/share/pyserial")
import serial
import serial.rfc2217 as rfc2217

def setting(name, value):
    with open("/sys/class/tty/ttyNM0/" + name, "w") as file:
        file.write(str(value))

# What follows an 0xff is an error, or a break where it is two zeros.
target = os.open("/dev/ttyNM1", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
tty.setraw(target)
modes = termios.tcgetattr(target)
modes[0] |= termios.PARMRK
modes[2] |= termios.CLOCAL
modes[4] = modes[5] = termios.B115200
termios.tcsetattr(target, termios.TCSANOW, modes)

client = serial.serial_for_url("rfc2217://127.0.0.1:2217", baudrate=115200, timeout=10)
told = []
seen = client._telnet_process_subnegotiation
def process(suboption):
    if suboption[1:2] == rfc2217.SERVER_NOTIFY_LINESTATE:
        told.append(suboption[2])
    seen(suboption)
client._telnet_process_subnegotiation = process

def wait(what, condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, f"{what}; told {told}"
        time.sleep(0.02)

def mask(bits):
    client.rfc2217_send_subnegotiation(rfc2217.SET_LINESTATE_MASK, bytes([bits]))
    os.write(target, b"m")  # and the answer is there with what follows
    assert client.read() == b"m"

OVERRUN, PARITY, FRAMING, BREAK = 2, 4, 8, 16
def an_error(name, bit):
    told.clear()
    setting(name, 999999999)
    os.write(target, b"x")
    assert len(client.read()) == 1
    setting(name, 0)
    time.sleep(0.3)
    return any(state & bit for state in told)

mask(BREAK | FRAMING | PARITY | OVERRUN)
assert an_error("frame_ppb", FRAMING), told
assert an_error("parity_ppb", PARITY), told
told.clear()
termios.tcsendbreak(target, 0)
wait("a break", lambda: any(state & BREAK for state in told))
assert client.read() == b"\0"
mask(PARITY)
assert not an_error("frame_ppb", FRAMING), told
assert an_error("parity_ppb", PARITY), told

client.break_condition = True
time.sleep(0.3)
client.break_condition = False
client.write(b"after")
got = b""
def came():
    global got
    try:
        got += os.read(target, 100)
    except BlockingIOError:
        pass
    return got.endswith(b"after")
wait("the break, then the text", came)
assert got == b"\xff\0\0after", got
print("all came", flush=True)'
wait_for 40 "the client: $(cat "$dir/client.log")" sh -c "grep -q 'all came\|Error' $dir/client.log"
expect "errors and breaks" grep -q "all came" "$dir/client.log"
finish bridge
