# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck source=../lib.sh
# shellcheck disable=SC2154 # $dir, $baud and others are those of run.sh and lib.sh
# shellcheck disable=SC2034 # and they read some of ours
#
# The user-mode network.

case_user_network() {
	start_wire 0
	serve web a 0.0.0.0 300000
	start outside python3 -u -m http.server --directory "$dir/web" --bind 127.0.0.1 8001
	wait_for 5 "the web server outside" has_line outside Serving
	start device0 "$pigtail" device "$dir/b0" \
		user,loopback=on,hostfwd=tcp:127.0.0.1:8080-:8000 --name device0
	start up0 in_ns a "$pigtail" up "$dir/a0" tap:pt0 --name up0 --ip 10.0.2.15/24
	wait_up up0 device0
	pings a 10.0.2.2 0 56 1472
	in_ns a curl -sS --max-time 30 -o "$dir/down" http://10.0.2.2:8001/file
	expect "out" cmp "$dir/down" "$dir/web/file"
	curl -sS --max-time 30 -o "$dir/forwarded" http://127.0.0.1:8080/file
	expect "in, through hostfwd" cmp "$dir/forwarded" "$dir/web/file"
}

# asks_services: what of this machine's loopback is reached from namespace a.
asks_services() {
	in_ns a python3 "$here/loopback_probe.py" pt0 8001
	in_ns a curl -sS --noproxy '*' --max-time 5 -o /dev/null http://10.0.2.2:8001/file &&
		echo "fetched from 10.0.2.2"
	in_ns a curl -sS --noproxy '*' --max-time 5 -o /dev/null "http://[fd00::2]:8001/file" &&
		echo "fetched from fd00::2"
	true
}

case_user_network_keeps_loopback_closed() {
	local address
	start_wire 0
	mkdir "$dir/web"
	head -c 1000 /dev/urandom >"$dir/web/file"
	for address in 127.0.0.1 ::1; do
		start "at$address" python3 -u -m http.server --directory "$dir/web" --bind "$address" 8001
		wait_for 5 "the web server at $address" has_line "at$address" Serving
	done
	start device0 "$pigtail" device "$dir/b0" user --name device0
	start up0 in_ns a "$pigtail" up "$dir/a0" tap:pt0 --name up0 --ip 10.0.2.15/24
	wait_up up0 device0
	ip -n a address add fd00::15/64 dev pt0 nodad
	pings a 10.0.2.2 56
	asks_services >"$dir/closed" 2>"$dir/closed.log"
	expect "nothing is reached: $(cat "$dir/closed")" [ ! -s "$dir/closed" ]

	finish device0
	start device0 "$pigtail" device "$dir/b0" user,loopback=on --name device0
	wait_up up0 device0
	pings a 10.0.2.2 56
	asks_services >"$dir/open" 2>"$dir/open.log"
	printf '%s\n' "answered: 10.0.2.2" "fetched from 10.0.2.2" "fetched from fd00::2" >"$dir/wanted"
	expect "what was asked for is reached: $(cat "$dir/open")" cmp "$dir/open" "$dir/wanted"
}

case_no_root_at_all() {
	local inside
	unshare --user --map-root-user --net true 2>/dev/null || skip_case "no user namespaces"
	start_wire 0
	start device0 "$pigtail" device "$dir/b0" user,loopback=on --name device0
	start inside unshare --user --map-root-user --net sleep 1000
	inside="nsenter --user --net --preserve-credentials --target ${pid_of[inside]}"
	# shellcheck disable=SC2086 # several words
	wait_for 5 "the user namespace" $inside ip link set lo up
	# shellcheck disable=SC2086
	start up0 $inside "$pigtail" up "$dir/a0" tap:pt0 --name up0 --ip 10.0.2.15/24
	wait_up up0 device0
	# shellcheck disable=SC2086
	$inside ping -q -c 3 -i 0.05 -W 5 10.0.2.2
	start outside python3 -u -m http.server --directory "$here" --bind 127.0.0.1 8001
	wait_for 5 "the web server outside" has_line outside Serving
	# shellcheck disable=SC2086
	$inside curl -sS --max-time 30 -o "$dir/down" http://10.0.2.2:8001/run.sh
	expect "what came is what was served" cmp "$dir/down" "$here/run.sh"
}

case_user_network_asks_ipv6_name_servers() {
	[[ -e /etc/resolv.conf ]] || skip_case "no /etc/resolv.conf here"
	start_wire 0
	in_ns b ip addr add fd07::53/128 dev lo nodad
	start names in_ns b python3 "$here/names.py" serve fd07::53 10.11.12.13
	wait_for 5 "the name server" has_line names serving
	# The second has nobody behind it: only the first is asked.
	printf 'nameserver fd07::53\nnameserver fd07::54\n' >"$dir/resolv"
	# shellcheck disable=SC2016 # expanded by the inner shell
	start device0 in_ns b unshare --mount sh -c 'mount --bind "$0" /etc/resolv.conf && exec "$@"' \
		"$dir/resolv" "$pigtail" device "$dir/b0" user --name device0
	start up0 in_ns a "$pigtail" up "$dir/a0" tap:pt0 --name up0 --ip 10.0.2.15/24
	wait_up up0 device0
	expect "ten names at once" in_ns a python3 "$here/names.py" ask 10.0.2.3 10.11.12.13 10
}
