# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # $dir, $status, $top are those of run.sh and script.sh
#
# network.WLAN of script.elf, whose radio is the board's Ethernet behind the scripted air.
#
#	script.elf --- link --- pigtail qemu
#	    '--- scripted air --- QEMU's own network, 10.9.0.0/24

case_script_wlan_scans_joins_and_says_why_not() {
	SCRIPT_NET=user start_script -- -nic user,model=open_eth,net=10.9.0.0/24
	start web in_ns a python3 -m http.server --bind 127.0.0.1 --directory "$top/device/micropython/example" 8000
	cat >"$dir/wlan.py" <<'END'
import network, socket, time
w = network.WLAN(network.STA_IF)
def until(*codes):
    for _ in range(300):
        if w.status() in codes:
            break
        time.sleep_ms(100)
    return w.status()
try:
    w.scan()
except OSError as e:
    print("before:", e)
w.active(True)
for one in w.scan():
    print("found", *one)
w.connect("pigtail", "wrong-key-1")
print("wrong key:", until(2, 3, 4, 5), w.isconnected())
w.connect("nowhere", "wrong-key-1")
print("no network:", until(2, 3, 4, 5))
w.connect("pigtail-refuses")
print("refused:", until(2, 3, 4, 5))
for i in range(10):
    w.connect("pigtail", "pigtail-wpa2")
    print("joined:", until(2, 3, 4, 5), w.config("ssid"), w.config("channel"))
    w.disconnect()
    print("left:", w.status(), w.isconnected())
w.connect("pigtail-3", "pigtail-wpa3")
until(5)
print("address:", w.ifconfig()[0], w.status("rssi") < -40)
s = socket.socket()
s.connect(("10.9.0.2", 8000))
s.send(b"GET /main.py HTTP/1.0\r\n\r\n")
got = b""
while True:
    more = s.recv(512)
    if not more:
        break
    got += more
print("fetched:", got.split(b"\r\n")[0], b"asyncio.run(main())" in got)
w.active(False)
print("off:", w.isconnected(), network.LAN().isconnected())
END
	far run "$dir/wlan.py"
	expect "it runs" [ "$status" = 0 ]
	expect "not before it is active" said '^before: STA is not active'
	expect "the strongest first" [ "$(sed -n 's/^found //p' "$dir/said" | head -n 1 | cut -c 1-10)" = "b'pigtail'" ]
	expect "WPA3" said "^found b'pigtail-3' .* 1 -5[0-9] 6 False"
	expect "a hidden one" said "^found b'' .* 13 -6[0-9] 3 True"
	expect "wrong key" said '^wrong key: 2 False'
	expect "no network" said '^no network: 3'
	expect "refused" said '^refused: 4'
	expect "ten joins" [ "$(grep -c '^joined: 5 pigtail 6' "$dir/said")" = 10 ]
	expect "ten leaves" [ "$(grep -c '^left: 0 False' "$dir/said")" = 10 ]
	expect "address" said '^address: 10.9.0.15 True'
	expect "a page" said "^fetched: b'HTTP/1.0 200 OK' True"
	expect "the link is there without it" said '^off: False True'
	expect "nobody else prints" [ "$(lines_with '^' "$dir/said")" = \
		"$(lines_with '^(before|found|wrong key|no network|refused|joined|left|address|fetched|off)[: ]' "$dir/said")" ]
}

# What a script set stays over joins and leaves.
case_script_wlan_keeps_what_it_was_given() {
	SCRIPT_NET=user start_script -- -nic user,model=open_eth,net=10.9.0.0/24
	cat >"$dir/given.py" <<'END'
import network, time
w = network.WLAN(network.STA_IF)
w.active(True)
def join(name="pigtail", key="pigtail-wpa2"):
    w.connect(name, key)
    for _ in range(300):
        if w.status() > 1:
            break
        time.sleep_ms(100)
    return w.ifconfig()[0]
given = "10.9.0.77", "255.255.255.0", "10.9.0.2", "10.9.0.3"
w.ifconfig(given)
print("given:", join(), w.status(), w.ipconfig("dhcp4"))
w.disconnect()
print("left:", w.ifconfig()[0])
print("given still:", join())
for bad in (("other", "short"), ("x" * 33,), ("other", "long enough", 5), (5,)):
    try:
        w.connect(*bad)
        print("taken:", bad)
    except (ValueError, TypeError) as e:
        print("refused:", w.config("ssid"), w.isconnected())
w.disconnect()
w.ipconfig(dhcp4=True)
time.sleep(1)
join()
for _ in range(100):
    if w.ipconfig("has_dhcp4"):
        break
    time.sleep_ms(100)
print("by DHCP:", w.ifconfig()[0])
print("names:", w.config("hostname"), w.config("reconnects"), w.config("pm") == network.WLAN.PM_NONE)
w.config(hostname="mine", reconnects=2, pm=0)
print("set:", network.hostname(), w.config("reconnects"))
w.config(reconnects=-1)
for bad in ({"txpower": 3}, {"mac": b"123456"}, {"pm": 2}, {"hostname": "x" * 99}):
    try:
        w.config(**bad)
        print("taken:", bad)
    except ValueError as e:
        print("no setting:", e)
END
	far run "$dir/given.py"
	expect "it runs" [ "$status" = 0 ]
	expect "its own address" said '^given: 10.9.0.77 5 False'
	expect "after it left" said '^left: 10.9.0.77'
	expect "and joined again" said '^given still: 10.9.0.77'
	expect "what is refused changes nothing" [ "$(grep -c '^refused: pigtail True' "$dir/said")" = 4 ]
	expect "DHCP, when it is asked for" said '^by DHCP: 10.9.0.15'
	expect "names of settings" said '^names: pigtail -1 True'
	expect "set" said '^set: mine 2'
	expect "no others" [ "$(grep -c '^no setting' "$dir/said")" = 4 ]
}

case_script_wlan_is_an_access_point() {
	SCRIPT_NET=user start_script -- -nic user,model=open_eth,net=10.9.0.0/24
	cat >"$dir/ap.py" <<'END'
import network, time
a, w = network.WLAN(network.AP_IF), network.WLAN(network.STA_IF)
a.active(True)
print("no name, no beacon:", a.status(), a.isconnected())
for bad in ({"key": "short"}, {"channel": 15}, {"ssid": "x" * 33}, {"nonsense": 1}, {"security": 3}):
    try:
        a.config(**bad)
        print("taken:", bad)
    except ValueError as e:
        print("refused:", e)
a.config(ssid="pigtail-own", key="pigtail-wpa2", channel=6, security=network.WLAN.SEC_WPA2)
print("beacons:", a.status(), a.config("ssid"), a.config("channel"), a.ifconfig()[0])
for _ in range(300):
    if a.isconnected():
        break
    time.sleep_ms(100)
print("stations:", a.status("stations"))
w.active(True)
print("scan beside it:", len(w.scan()) > 3, a.isconnected())
w.connect("pigtail", "pigtail-wpa2")
for _ in range(300):
    if w.isconnected():
        break
    time.sleep_ms(100)
print("both:", w.isconnected(), w.config("channel"), a.status())
a.active(False)
print("off:", a.status(), a.isconnected(), w.isconnected())
END
	far run "$dir/ap.py"
	expect "it runs" [ "$status" = 0 ]
	expect "nothing is open by accident" said '^no name, no beacon: 0 False'
	expect "what is wrong is refused" [ "$(grep -c '^refused' "$dir/said")" = 5 ]
	expect "it beacons" said '^beacons: 5 pigtail-own 6 192.168.4.1'
	expect "a station" said "^stations: \\[\\(b'.{4,}',\\)\\]"
	expect "a scan beside it" said '^scan beside it: True True'
	expect "both" said '^both: True 6 5'
	expect "off" said '^off: 0 False True'
}

# What a radio was told stays nowhere, though it was told to stop before it had looked. All of
# dram is searched but the heap of scripts, where the words of the script itself are.
case_script_wlan_keys_are_not_kept() {
	local heap
	SCRIPT_NET=user start_script -- -nic user,model=open_eth,net=10.9.0.0/24
	heap=$(xtensa-lx106-elf-nm -S "$FIRMWARE/script.elf" | awk '$4 == "heap" { print "0x" $1 ", 0x" $2 }')
	cat >"$dir/keys.py" <<END
import machine, network, uctypes
heap, heap_n = $heap
first, last = 0x3ffc0000, 0x3fffc000
def key():
    return bytes(c ^ 1 for c in b"ufspjotaxpv")
def kept():
    parts = (first, heap - first), (heap + heap_n, last - heap - heap_n)
    return sum(bytes(uctypes.bytearray_at(at + i, min(2048, n - i))).count(key())
               for at, n in parts for i in range(0, n, 2038))
w, a = network.WLAN(network.STA_IF), network.WLAN(network.AP_IF)
print("before:", kept())
w.active(True)
w.scan()
w.connect("pigtail", key())
w.active(False)
print("stopped:", kept())
a.config(ssid="own", key=key())
print("an access point's:", kept())
for bad in b"short", key() * 9:
    try:
        a.config(key=bad)
    except ValueError:
        print("refused:", kept())
a.config(key=b"another-one")
print("another:", kept())
a.config(key=key())
a.config(security=0)
print("none:", kept())
END
	far run "$dir/keys.py"
	expect "it runs" [ "$status" = 0 ]
	expect "nothing there before" said '^before: 0'
	expect "nothing of a station's" said '^stopped: 0'
	expect "an access point's, as long as it has it" said "^an access point's: 1"
	expect "what is refused changes nothing" [ "$(grep -c '^refused: 1' "$dir/said")" = 2 ]
	expect "another's" said '^another: 0'
	expect "none's" said '^none: 0'
}
