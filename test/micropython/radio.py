# SPDX-License-Identifier: GPL-2.0-only
# What a script does with a radio by network.py, the same wherever it runs: in CPython, in
# MicroPython's unix port, in its WebAssembly build. The air is that of test/netns/cases/wifi.sh.
import time

import network

network.link("up0")
w, a = network.WLAN(network.STA_IF), network.WLAN(network.AP_IF)


def until(*codes):
    for _ in range(600):
        if w.status() in codes:
            break
        time.sleep(0.05)
    return w.status()


try:
    w.scan()
except OSError as e:
    print("before:", e)
w.active(True)
found = w.scan()
print("found:", [(f[0], f[2], f[4], f[5]) for f in found], len(found[0][1]))
w.connect("home", "wrong key 1")
print("wrong key:", until(2, 3, 4, 5), w.isconnected())
w.connect("nowhere", "wrong key 1")
print("no network:", until(2, 3, 4, 5))
w.connect("home", "correct horse battery")
print("joined:", until(2, 3, 4, 5), w.config("ssid"), w.config("channel"), w.status("rssi") < -40, len(w.config("mac")))
w.disconnect()
print("left:", until(0), w.isconnected())
a.active(True)
print("no name, no beacon:", a.status())
a.config(ssid="mine", key="correct horse battery", channel=6)
for _ in range(400):
    if a.isconnected():
        break
    time.sleep(0.05)
print("beacons:", a.status(), a.isconnected(), len(a.status("stations")))
a.active(False)
print("off:", a.status(), a.isconnected())
w.active(False)
