# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 120
# A UART that marks bytes as damaged, breaks, and whose FIFO runs over because interrupts
# come late: it is counted by kind, and all data arrive.
only_for ko
make_link
serve b
cable 0 frame_ppb 20000
cable 0 parity_ppb 20000
# Longer than the FIFO takes to fill.
cable 0 hold_us $((25 * 10000000 / baud))
cable 0 late_ppm 2000
download a 10.7.0.2
in_ns a ethtool -S pt0 >"$dir/stats.log"
for kind in frame_errors parity_errors overruns; do
	expect "$kind were counted" at_least "line_$kind" 1
	note "$kind: $(counter line_$kind)"
done
cable 0 late_ppm 0
cable 0 frame_ppb 0
cable 0 parity_ppb 0
pings a 10.7.0.2 56 1472
