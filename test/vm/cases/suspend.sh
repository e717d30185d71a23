# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 120
# The system suspends (all devices; the machine itself stays on, by pm_test) and resumes,
# under traffic: the interface is the same, and packets flow.
[ -e /sys/power/pm_test ] || skip_case "this kernel has no pm_test"
make_link
start_traffic
sleep 1
index=$(index_of_pt0)
echo devices >/sys/power/pm_test
for _ in 1 2 3; do
	echo mem >/sys/power/state
	wait_for 20 "an answer after resuming" answers a 10.7.0.2
done
expect "the interface stayed" [ "$(index_of_pt0)" = "$index" ]
