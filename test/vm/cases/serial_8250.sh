# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 150
# A real driver of a real UART, if an emulated one: 8250 at 115200 baud, the far end being
# pigtail device on the machine outside (see machine).
baud=115200
tty=$far_tty
[ "$clock" = real ] || skip_case "the far end's clock is the real one"
[ "$(cat "/sys/class/tty/${tty##*/}/type" 2>/dev/null || echo 0)" != 0 ] || skip_case "no emulated port"
# The slow debug kernel gives up on ACPI's routing of PCI interrupts.
! dmesg | grep -q "serial .*: no GSI" || skip_case "the kernel found no interrupt for it"
ip netns add a
if [ "$stack" = ko ]; then
	start host in a pigtail attach "$tty" --baud $baud --name pt0
else
	start host in a pigtail up "$tty,baud=$baud" tap:pt0 --name host
fi
wait_for 10 "pt0 in a" ip -n a link show pt0
ip -n a link set pt0 up
ip -n a address add 10.7.1.1/24 dev pt0
wait_for 20 "carrier" has_carrier a pt0
pings a 10.7.1.2 56 1472
cd "$dir" || exit
if ! in_ns a timeout $((60 * patience)) wget -q http://10.7.1.2:8000/sum \
	http://10.7.1.2:8000/file; then
	in_ns a ethtool -S pt0 | grep -v ': 0$'
	fail "the download"
fi
expect "what came is what was served" sha256sum -c sum
