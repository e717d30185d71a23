# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 60
# An address comes by DHCP, from a server at the far end.
make_link
ip -n a address flush dev pt0 scope global
mkdir -p /var/lib/misc
: >/var/lib/misc/udhcpd.leases
cat >"$dir/udhcpd.conf" <<END
start 10.7.0.50
end 10.7.0.60
interface pt0
option subnet 255.255.255.0
option router 10.7.0.2
END
# shellcheck disable=SC2016 # for udhcpc
printf '%s\n' '#!/bin/sh' 'case $1 in bound) ip address add "$ip/24" dev "$interface" ;; esac' \
	>"$dir/bound"
chmod +x "$dir/bound"
start udhcpd in b udhcpd -f "$dir/udhcpd.conf"
sleep 0.5
in_ns a udhcpc -i pt0 -n -q -t 10 -T 1 -s "$dir/bound"
expect "an address of the server's" sh -c 'ip -n a address show pt0 | grep -q "10.7.0.5[0-9]/24\|10.7.0.60/24"'
pings a 10.7.0.2 56 1472
