# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2154 # $dir, $pigtail, $baud, $top are run.sh's
#
# The endpoint, started by `pigtail qemu`: what it is for. endpoint_trouble.sh has the
# rest, with the functions from here.
#
#	+-------------- namespace a --------------+
#	|  pt0 10.7.0.1/24                        |
#	|   |                                     |
#	|  pigtail up --- pigtail wire --- QEMU   |   10.7.0.2, lwIP on an lx106
#	+-----------------------------------------+
#
# LONG=1: as long, and as much, as docs/DESIGN.md says.

url=http://10.7.0.2

# boot_endpoint NAME [OPTION...]: the endpoint in namespace a, behind tap pt0, as 10.7.0.2.
boot_endpoint() {
	local name=$1
	shift
	start "$name" in_ns a "$pigtail" qemu "$FIRMWARE/endpoint.elf" --net tap:pt0 \
		--ip 10.7.0.1/24 --baud "$baud" \
		--append "address=10.7.0.2/24,10.7.0.1 ${BOOT_WORDS:-}" "$@"
	wait_for 20 "the endpoint to answer" in_ns a ping -q -c 1 -W 1 10.7.0.2
}

page() {
	in_ns a curl -sS --noproxy '*' --max-time "${1:-10}" "$url${2:-/stats.json}"
}

# stat SECTION NAME: a number of /stats.json.
stat_of() {
	page | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]][sys.argv[2]])' "$@"
}

transfer() {
	in_ns a python3 "$top/test/mcu/transfer.py" "$1" "$url" "$2" "${3:-1}"
}

hostile() {
	in_ns a python3 "$top/test/mcu/hostile.py" "$1" "$url" "${@:2}"
}

case_endpoint_page_without_root() {
	local run=()
	if setpriv --reuid 65534 --regid 65534 --clear-groups true 2>/dev/null; then
		run=(setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all)
	fi
	chmod 755 /run
	mkdir -m 777 "$dir/free"
	start qemu env -u XDG_RUNTIME_DIR TMPDIR="$dir/free" HOME="$dir/free" \
		XDG_RUNTIME_DIR="$dir/free" "${run[@]}" \
		"$pigtail" qemu "$FIRMWARE/endpoint.elf" \
		--net user,hostfwd=tcp:127.0.0.1:8080-:80
	wait_for 20 "the endpoint's address" has_line qemu "address 10.0.2.15, dhcp"
	curl -sS --noproxy '*' --max-time 10 -o "$dir/page" http://127.0.0.1:8080/
	expect "it is the page" grep -q "<title>pigtail endpoint" "$dir/page"
	curl -sS --noproxy '*' --max-time 10 http://127.0.0.1:8080/stats.json |
		python3 -m json.tool >"$dir/stats"
	expect "it has the link's counters" grep -q '"rx_bad_crc": 0' "$dir/stats"
}

case_endpoint_pings_of_all_sizes() {
	boot_endpoint qemu
	pings a 10.7.0.2 0 56 1472 4000
	in_ns a ping -q -M "do" -c 3 -i 0.1 -s 1472 10.7.0.2
	# Its link-local address is of its MAC.
	in_ns a ping -q -c 3 -i 0.1 -W 5 -s 1452 fe80::5054:ff:fe12:3456%pt0
	in_ns a curl -sS --noproxy '*' --max-time 10 -o /dev/null \
		'http://[fe80::5054:ff:fe12:3456%25pt0]/stats.json'
}

case_endpoint_megabytes_with_checksum_each_way() {
	local bytes=1000000
	[[ -z ${LONG:-} ]] || bytes=10000000
	baud=3000000
	boot_endpoint qemu
	transfer down "$bytes" 4711
	transfer up "$bytes" 4711
	expect "nothing was lost" [ "$(stat_of device radio_tx_dropped)" = 0 ]
}

slow_endpoint_over_len16() {
	local bytes=1000000
	[[ -z ${LONG:-} ]] || bytes=10000000
	baud=3000000
	boot_endpoint qemu --framing len16
	pings a 10.7.0.2 56 1472
	page 10 / | grep -q "<title>pigtail endpoint"
	transfer down "$bytes" 4711
	transfer up "$bytes" 4711
}

case_endpoint_echo_discard_and_source() {
	boot_endpoint qemu
	in_ns a python3 - <<'END'
import random, socket, threading

data = random.Random(5).randbytes(100000)
with socket.create_connection(("10.7.0.2", 7), 30) as echo:
    def send():
        echo.sendall(data)
        echo.shutdown(socket.SHUT_WR)

    writer = threading.Thread(target=send)
    writer.start()
    back = b""
    while piece := echo.recv(65536):
        back += piece
    writer.join()
assert back == data, "what came back is not what was sent"

for port in 9, 5001:
    with socket.create_connection(("10.7.0.2", port), 30) as discard:
        discard.sendall(data)
        discard.shutdown(socket.SHUT_WR)
        assert discard.recv(1) == b"", "discard answered"

with socket.create_connection(("10.7.0.2", 19), 30) as source:
    got = b""
    while len(got) < 50000:
        got += source.recv(65536)
assert got == (b"0123456789" * (len(got) // 10 + 1))[: len(got)], "a wrong sequence"

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
    udp.settimeout(5)
    udp.sendto(data[:1472], ("10.7.0.2", 7))
    assert udp.recv(2000) == data[:1472], "the echo by UDP"
END
}

# Any machine: here the same, told by hand.
case_qemu_of_another_kind() {
	start qemu in_ns a "$pigtail" qemu --qemu qemu-system-xtensa --net tap:pt0 \
		--ip 10.7.0.1/24 --name other -- -M lx60-nommu -cpu lx106 \
		-kernel "$FIRMWARE/endpoint.elf" -append address=10.7.0.2/24
	wait_for 20 "the endpoint to answer" in_ns a ping -q -c 1 -W 1 10.7.0.2
	page >/dev/null
	is_up other
}

slow_endpoint_link_local_address_without_dhcp() {
	start qemu in_ns a "$pigtail" qemu "$FIRMWARE/endpoint.elf" --net tap:pt0 \
		--ip 169.254.7.1/16
	wait_for 30 "an address" has_line qemu 'address 169\.254\.[0-9.]+, link-local'
	url=http://$(sed -nE 's/.*address (169[0-9.]+),.*/\1/p' "$dir/qemu.log")
	page >/dev/null
	expect "it says so" [ "$(stat_of system address_source)" = link-local ]
}
