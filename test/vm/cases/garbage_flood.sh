# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 120
# 30 seconds of garbage at the line's full speed, of several kinds and with error flags:
# the link stays quiet about it, and works right after. The kernel's log stays short.
make_cable
start_host
stty -F /dev/ttyNM1 "$baud" raw -echo
lines=$(dmesg | wc -l)
cable 0 frame_ppb 1000000
cable 0 parity_ppb 1000000
mark_memory
# Noise; zeros, which are delimiters; ones; text; noise again.
(
	timeout 10 cat /dev/urandom
	timeout 5 cat /dev/zero
	timeout 5 tr '\0' '\377' </dev/zero
	timeout 5 yes "ets Jan  8 2013,rst cause:2, boot mode:(3,6)"
	timeout 5 cat /dev/urandom
) >/dev/ttyNM1 || true
[ "$stack" != ko ] || check_memory 100
sent=$(cable 1 sent)
expect "the line was full" [ "$sent" -gt $((baud * 2)) ]
note "$((sent / 1000)) KB of garbage, $(($(dmesg | wc -l) - lines)) lines in the log"
expect "the log is short" [ $(($(dmesg | wc -l) - lines)) -lt 100 ]
cable 0 frame_ppb 0
cable 0 parity_ppb 0
start_device
wait_up
pings a 10.7.0.2 56 1472
expect "garbage was counted" [ $(($(counter rx_bad_crc) + $(counter rx_bad_framing) +
	$(counter rx_too_short) + $(counter rx_too_long))) -gt 100 ]
