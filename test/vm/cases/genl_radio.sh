# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 150
# machine: wifi
# Our commands on a link that the driver has, by its netlink family: who may, how many at
# once, what is nl80211's; a radio that goes and comes, the interface in another namespace,
# the driver that goes in the middle, and a radio that lies.
only_for ko
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
scripted_radio <<END
[ap pig]
bssid = 02:00:00:00:01:01
net = tap:hall
END
start_card

# says WORDS COMMAND...: what a command prints, whatever becomes of it.
says() {
	_words=$1
	shift
	"$@" >"$dir/said" 2>&1 || true
	grep -Eq "$_words" "$dir/said" || fail "$* said: $(cat "$dir/said")"
}

says "^wlan0: air" in_ns a pigtail info
says '"capabilities":\["station"' in_ns a pigtail info --link wlan0 --json
says "^00$|^[A-Z][A-Z]$" in_ns a pigtail get country
in_ns a ip link set wlan0 up
says "^wlan0: up, pigtail.ko" in_ns a pigtail status
says "port  ttyNM0, $baud baud" in_ns a pigtail status wlan0
says '"role":"driver","state":"up","port":\{"name":"ttyNM0"' in_ns a pigtail status --json
says "tx_frames" in_ns a pigtail stats wlan0
says '"baud":[0-9]+,"counters":\{.*"rx_frames":[1-9]' in_ns a pigtail stats wlan0 --json
says "^wlan0  tx [0-9]+ B/s" in_ns a timeout 4 pigtail stats wlan0 --watch
says "no link named wlan7 is running" in_ns a pigtail status wlan7
says "no link named wlan0 is running" in_ns b pigtail status wlan0
for command in scan "join pig" leave stations "ap stop"; do
	# shellcheck disable=SC2086 # words
	says "use iw, nmcli" in_ns a pigtail $command
	expect "one line" [ "$(wc -l <"$dir/said")" = 1 ]
done
says "iw, nmcli and ip link set it" in_ns a pigtail set power-save on
says "no link named wlan7" in_ns a pigtail info --link wlan7
says "no link named wlan0" in_ns b pigtail info --link wlan0

# Who has not the right, and does not even see it.
nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"
# shellcheck disable=SC2086 # words
says "those of the kernel driver are for root" in_ns a $nobody pigtail info
# shellcheck disable=SC2086 # words
says "named wlan0 .*those of the kernel driver are for root" in_ns a $nobody pigtail status wlan0
# Root, but of a namespace of its own; the debug kernel has none.
[ ! -e /proc/self/ns/user ] ||
	says "those of the kernel driver are for root" in_ns a unshare -U -r pigtail info

# Eight at once; who goes makes room.
logs="1 2 3 4 5 6 7 8 9 10"
for i in $logs; do
	start "log$i" in a pigtail log --link wlan0
done
wait_for 10 "two to be refused" sh -c "[ \$(grep -l 'too many programs' $dir/log*.log | wc -l) = 2 ]"
says "too many programs" in_ns a pigtail info
expect "one line" [ "$(wc -l <"$dir/said")" = 1 ]
ended=0
for i in $logs; do
	if [ $ended -lt 4 ] && runs "log$i"; then
		kill -KILL "$(cat "$dir/log$i.pid")"
		ended=$((ended + 1))
	fi
done
wait_for 10 "a place again" in_ns a pigtail info

# The radio dies and comes back while it is asked.
start asking in a sh -c 'while :; do pigtail info; pigtail get country; done'
for _ in 1 2; do
	sleep 1
	finish radio KILL
	sleep 1
	says "not there|not said yet|timed out|aborted" timeout 20 nsenter --net=/run/netns/a pigtail info
	start_radio
	wait_for 20 "the radio again" in_ns a pigtail info
done
finish asking

# It is where its interface is.
ip netns add c
in_ns a iw "$(in_ns a iw dev | grep '^phy#')" set netns name /run/netns/c
wait_for 10 "it there" in_ns c pigtail info
says "no link" in_ns a pigtail info
finish card
for i in $logs; do
	wait_for 10 "program $i to end" fails runs "log$i"
done
expect "they know why" grep -q "the link has ended" "$dir"/log*.log
ip netns del c

# The driver goes while programs ask.
start_card
wait_for 20 "the radio" in_ns a pigtail info
start asking in a sh -c 'while :; do pigtail info; done'
start log in a pigtail log
sleep 0.5
finish card
rmmod pigtail
sleep 0.5
expect "the driver is gone" fails grep -q ^pigtail /proc/modules
finish asking
finish radio

# A radio that lies to whoever asks.
stty -F /dev/ttyNM1 "$baud" raw -echo
start liar vm_hostile_radio /dev/ttyNM1 10 "${seed:-1}"
start_card
while runs liar; do
	for command in info "get country" "get pin.3" "get store.key" "set pin.3 output,high" \
		"set store.key value" "reboot"; do
		# shellcheck disable=SC2086 # words
		in_ns a timeout 5 pigtail $command >>"$dir/lies" 2>&1 || true
	done
done
note "$(tail -n 1 "$dir/liar.log")"
expect "it was asked" test -s "$dir/lies"
start_radio
wait_for 20 "an honest radio" in_ns a pigtail info
finish card
