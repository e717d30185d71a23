# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 180
# Two megabytes arrive as they were sent, on a good wire and on one that flips bits and
# swallows bytes, either way.

# Both at once.
download_both() {
	for _end in a:2 b:1; do
		start "get-${_end%:*}" in "${_end%:*}" wget -q -O "$dir/got-${_end%:*}" \
			"http://10.7.0.${_end#*:}:8000/file"
	done
	for _ns in a b; do
		wait "$(cat "$dir/get-$_ns.pid")" || fail "the download to $_ns"
		expect "what came is what was served" cmp "$dir/web/file" "$dir/got-$_ns"
	done
}

make_link
serve a
serve b
download_both
for port in 0 1; do
	cable $port ber_ppb 20000
	cable $port drop_ppb 20000
done
download_both
expect "the noise was there" [ "$(cable 0 flipped)" -gt 20 ]
expect "and was noticed" at_least rx_bad_crc 20
