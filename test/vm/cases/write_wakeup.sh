# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154,SC2034
# limit: 60
# A port that takes 64 bytes of a write, and says from within it that it takes more: no such
# word is lost. (One that was cost 100 ms, and the link kept to 640 bytes a second.)
only_for ko
bytes=100000
make_link
cable 0 take 64
serve a
expect "the download in time" in_ns b timeout $((20 * patience)) wget -q -O "$dir/got" \
	http://10.7.0.1:8000/file
expect "what came is what was served" cmp "$dir/web/file" "$dir/got"
