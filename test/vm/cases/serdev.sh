# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 180
# A radio that firmware tables tell of (radio.asl), at an emulated 8250 without a tty: the
# driver binds to it, is unbound and unloaded under traffic, and sleeps with the system.
only_for ko
[ "$clock" = real ] || skip_case "the far end's clock is the real one"
[ -e /sys/bus/serial/devices/serial0-0 ] || skip_case "no serdev in this kernel"

driver() {
	echo serial0-0 >"/sys/bus/serial/drivers/pigtail/$1"
}

bring_up() {
	driver bind
	wait_for 5 "ptl0" ip link show ptl0
	ip link set ptl0 up
	ip address add 10.7.2.1/24 dev ptl0
}

carrier() {
	ip link show ptl0 | grep -q LOWER_UP
}

answer() {
	ping -q -n -c 1 -W 1 10.7.2.2 >/dev/null
}

modprobe pigtail
bring_up
wait_for 20 "carrier" carrier
wait_for 5 "an answer" answer
for size in 0 56 1472; do
	ping -q -n -c 3 -i 0.1 -W 5 -s $size 10.7.2.2 >"$dir/ping.log" || fail "ping -s $size"
done
case $(uname -m) in
x86_64) # which has none: the other end is no radio, and uses its address itself
	peer=$(ip neigh show 10.7.2.2 dev ptl0 | sed -n 's/.*lladdr \([^ ]*\).*/\1/p')
	expect "the address of the other end" [ -n "$peer" ]
	expect "one made of it" sh -c "dmesg | grep 'takes the address' | grep -q 'uses its own itself'"
	expect "another one" fails grep -q "$peer" /sys/class/net/ptl0/address
	expect "all but the first byte" grep -q "${peer#*:}" /sys/class/net/ptl0/address
	;;
*) expect "the MAC of the table" grep -q 02:00:00:00:00:77 /sys/class/net/ptl0/address ;;
esac
expect "its name" sh -c 'ethtool -i ptl0 | grep -q "bus-info: serial0-0"'
for round in 1 2 3 4 5 6 7 8 9 10; do
	start "flood$round" ping -q -f -s 1000 10.7.2.2
	[ $((round % 2)) = 0 ] || wait_for 20 "carrier" carrier
	if [ $round -gt 5 ]; then
		rmmod pigtail
		modprobe pigtail
	else
		driver unbind
	fi
	expect "the interface is gone" fails ip link show ptl0
	bring_up
done
wait_for 20 "an answer after $round rounds" answer
if [ -e /sys/power/pm_test ]; then
	echo devices >/sys/power/pm_test
	echo freeze >/sys/power/state
	echo none >/sys/power/pm_test
	wait_for 20 "an answer after the sleep" answer
fi
driver unbind
