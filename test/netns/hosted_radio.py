#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
hosted_radio.py TTY ADDRESS NETMASK GATEWAY: a radio that speaks esp8266-hosted, and takes
any SSID. It assigns what it was told to, sense or not, and then says nothing more.
"""
import socket
import sys
import termios
import time

tty = open(sys.argv[1], "r+b", buffering=0)
mode = termios.tcgetattr(tty)
mode[0] = mode[1] = mode[3] = 0
termios.tcsetattr(tty, termios.TCSANOW, mode)
print("listening", flush=True)
heard = b""
while heard.count(b"\xaa") < 2:  # SSID, password
    heard += tty.read(256)
lease = b"".join(socket.inet_aton(text) for text in sys.argv[2:5])
tty.write(len(lease).to_bytes(2, "little") + lease + b"\xaa")
time.sleep(1000)
