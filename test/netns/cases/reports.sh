# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $baud and others are those of run.sh and lib.sh
# shellcheck disable=SC2034 # and they read some of ours
#
# What it says: captures, status, stats.

case_captures_are_readable() {
	command -v tshark >/dev/null || skip_case "no tshark"
	local requests replies frames
	start_wire 0
	start_up 0 --capture "$dir/capture.pcapng"
	start_device 0
	wait_up up0 device0
	in_ns a ping -q -c 5 -i 0.05 10.7.0.2
	finish up0
	read_capture() {
		tshark -r "$dir/capture.pcapng" -Y "$1" 2>"$dir/tshark.log" | wc -l
	}
	requests=$(read_capture 'frame.interface_id == 0 && icmp.type == 8 && frame.packet_flags_direction == 2')
	replies=$(read_capture 'frame.interface_id == 0 && icmp.type == 0 && frame.packet_flags_direction == 1')
	frames=$(read_capture 'frame.interface_id == 1')
	expect "five requests went out" [ "$requests" = 5 ]
	expect "five replies came in" [ "$replies" = 5 ]
	expect "frames of the wire" [ "$frames" -ge 10 ]
	expect "nobody else can read it" [ "$(stat -c %a "$dir/capture.pcapng")" = 600 ]
}

case_full_disk_under_a_capture() {
	mkdir "$dir/small"
	mount -t tmpfs -o size=64k none "$dir/small"
	start_wire 0
	start_up 0 --capture "$dir/small/capture.pcapng"
	start_device 0
	wait_up up0 device0
	in_ns a ping -q -c 60 -i 0.02 -s 1400 10.7.0.2
	wait_for 5 "a line that says so" has_line up0 'capture.*No space left'
	expect "said once" [ "$(lines_with 'No space left' "$dir/up0.log")" = 1 ]
	pings a 10.7.0.2 56
	"$pigtail" status up0 --json | python3 -c '
import json, sys
assert json.load(sys.stdin)["capturing"] is False'
	finish_all
	umount "$dir/small"
}

case_status_and_stats_are_json() {
	make_link 0
	pings a 10.7.0.2 56
	"$pigtail" status up0 --json >"$dir/status.json"
	"$pigtail" stats up0 --json >"$dir/stats.json"
	"$pigtail" status --json >"$dir/all.json"
	"$pigtail" stats --json >"$dir/all-stats.json"
	python3 - "$dir" <<'END'
import json, sys
def load(name):
    return json.load(open(f"{sys.argv[1]}/{name}.json"))
status, stats = load("status"), load("stats")
assert status["name"] == "up0" and status["role"] == "host" and status["state"] == "up"
assert status["framing"] == "pigtail" and status["port"]["open"] is True
assert status["net"]["kind"] == "tap" and status["net"]["interface"] == "pt0"
assert stats["name"] == "up0" and stats["counters"]["tx_packets"] >= 3
for everything in load("all"), load("all-stats"):
    assert sorted(link["name"] for link in everything["links"]) == ["device0", "up0"]
END
	"$pigtail" status >"$dir/status.txt"
	expect "for humans" grep -q '^up0: up' "$dir/status.txt"
	"$pigtail" stats up0 >"$dir/stats.txt"
	expect "for humans" grep -q tx_packets "$dir/stats.txt"
}
