# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $pigtail, $here are those of run.sh and lib.sh
# shellcheck disable=SC2034 # and they read some of ours
#
# Connections into the link, through hostfwd= of the user-mode network.
#
#   +---------- namespace a ----------+                    +------- namespace b -------+
#   | clients -> 127.0.0.1:8080       |                    |  10.0.2.15:8000 <- server |
#   |             pigtail up ... user |--- pigtail wire ---|  pt0, pigtail device      |
#   +---------------------------------+                    +---------------------------+

# crowd BAUD: 300 clients at once.
crowd() {
	baud=$1
	start_wire 0
	start up0 in_ns a "$pigtail" up "$dir/a0,baud=$baud" \
		user,hostfwd=tcp:127.0.0.1:8080-:8000 --name up0
	start device0 in_ns b "$pigtail" device "$dir/b0,baud=$baud" tap:pt0 --name device0 \
		--ip 10.0.2.15/24
	wait_up up0 device0
	start server in_ns b python3 "$here/many_clients.py" serve 10.0.2.15 8000
	wait_for 10 "the server" has_line server serving
	expect "all answered, all bytes right" \
		in_ns a python3 "$here/many_clients.py" ask 127.0.0.1 8080 300 150
}

case_hostfwd_takes_300_clients_at_once_at_3_mbaud() {
	crowd 3000000
}

slow_hostfwd_takes_300_clients_at_once_at_115200() {
	crowd 115200
}
