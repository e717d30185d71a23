# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 120
# The UART's driver is unbound from under the link, and bound again: the interface goes and
# comes back, and sysfs has nothing to complain of.
only_for ko
tty=$far_tty
uart=$(readlink -f "/sys/class/tty/${tty##*/}/device")
[ "$(cat "/sys/class/tty/${tty##*/}/type" 2>/dev/null || echo 0)" != 0 ] || skip_case "no emulated port"
# As in serial_8250; without an interrupt nothing leaves, and each close waits for that.
! dmesg | grep -q "serial .*: no GSI" || skip_case "the kernel found no interrupt for it"
driver=$(readlink -f "$uart/driver")
make_cable
start host in a pigtail attach "$tty" --baud 115200 --name pt0
wait_for 10 "pt0 in a" ip -n a link show pt0
ip -n a link set pt0 up
expect "the interface's device is the UART's" \
	[ "$(in_ns a ethtool -i pt0 | sed -n 's/bus-info: //p')" = "${tty##*/}" ]
for _ in 1 2 3; do
	echo "${uart##*/}" >"$driver/unbind"
	wait_for 10 "the interface to go" fails ip -n a link show pt0
	echo "${uart##*/}" >"$driver/bind"
	wait_for 20 "the interface to come back" ip -n a link show pt0
	ip -n a link set pt0 up
done
finish host
expect "it ended well" [ "$ended" = 0 ]
