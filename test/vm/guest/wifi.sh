# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
# shellcheck disable=SC2154 # $dir is case's
#
# For the cases of "# machine: wifi": an air of mac80211_hwsim's radios, and Debian's
# programs on them. A case says
#
#	. /test/wifi.sh
#	air 3                       three radios, all hear each other
#	radio 0 ap; radio 1 radio   the first one's wlan0 goes to the namespace ap, ...
#	access_point hall ap pig secretsecret channel=6
#
# A radio's interface is called wlan0 in its namespace; the number that hwsim gave its phy
# differs from case to case.

# air RADIOS
air() {
	modprobe mac80211_hwsim radios="$1"
	wait_for 10 "$1 radios" sh -c "[ \$(iw dev | grep -c Interface) = $1 ]"
	iw dev | awk '/^phy#/ { sub("#", ""); phy = $1 } /Interface/ { print phy, $2 }' | sort -V \
		>"$dir/radios"
}

# namespace NS...: each with its loopback, without the waiting of IPv6.
namespace() {
	for _ns; do
		[ ! -e "/run/netns/$_ns" ] || continue
		ip netns add "$_ns"
		ip -n "$_ns" link set lo up
		in_ns "$_ns" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad'
	done
}

# radio INDEX NS [NAME]: its phy's name is in $phy then.
radio() {
	namespace "$2"
	phy=$(sed -n "$(($1 + 1))s/ .*//p" "$dir/radios")
	_from=$(sed -n "$(($1 + 1))s/.* //p" "$dir/radios")
	ip link set "$_from" down
	ip link set "$_from" name "${3:-wlan0}"
	iw phy "$phy" set netns name "/run/netns/$2"
}

address_of() {
	ip -n "$1" -o link show "$2" | sed 's/.*link\/ether \([0-9a-f:]*\).*/\1/'
}

# pmk SSID PASSPHRASE: 64 hexadecimal digits.
pmk() {
	wpa_passphrase "$1" "$2" | sed -n 's/^[[:space:]]*psk=//p'
}

# access_point NAME NS SSID [PASSPHRASE [LINE...]]: hostapd on wlan0 of NS, WPA2 with a
# passphrase, open without one ("" too), and more lines of hostapd.conf, which win. Its
# log is NAME.log; finish NAME ends it.
access_point() {
	_name=$1
	_in=$2
	{
		printf '%s\n' interface=wlan0 driver=nl80211 "ssid=$3" hw_mode=g \
			"ctrl_interface=/run/hostapd-$_name"
		if [ -n "${4:-}" ]; then
			printf '%s\n' wpa=2 wpa_key_mgmt=WPA-PSK rsn_pairwise=CCMP \
				"wpa_passphrase=$4"
		fi
		if [ $# -gt 4 ]; then
			shift 4
			printf '%s\n' "$@"
		fi
	} >"$dir/$_name.conf"
	grep -q ^channel= "$dir/$_name.conf" || echo channel=1 >>"$dir/$_name.conf"
	start "$_name" in "$_in" hostapd -t "$dir/$_name.conf"
	wait_for 10 "the access point $_name" grep -q AP-ENABLED "$dir/$_name.log"
	# Of an earlier start with the same log there may be one, too.
	wait_for 10 "its socket" hostapd_cli -p "/run/hostapd-$_name" ping
}

# two_access_points: of the network pig, in the namespace hall and there in one bridge with
# a DHCP server, as 10.8.0.1; $hall and $yard are their addresses. The yard is the weaker one.
two_access_points() {
	air 3
	radio 0 hall
	radio 2 hall wlan2
	[ -d /sys/module/bridge ] || modprobe bridge
	ip -n hall link add br0 type bridge
	ip -n hall link set br0 up
	access_point hall hall pig secretsecret channel=6 bridge=br0 bss_transition=1
	access_point yard hall pig secretsecret channel=11 bridge=br0 bss_transition=1 \
		interface=wlan2
	dhcp_server hall-dhcp hall br0 10.8.0
	# shellcheck disable=SC2034 # for the case
	hall=$(address_of hall wlan0)
	# shellcheck disable=SC2034
	yard=$(address_of hall wlan2)
	signals -40 -40 -80
}

# signals DBM...: at which the air's radios are heard by the others, in their order.
signals() {
	_nth=0
	for _dbm; do
		_nth=$((_nth + 1))
		_phy=$(sed -n "${_nth}s/ .*//p" "$dir/radios")
		# hwsim adds the sender's power. It takes a negative number as the unsigned only.
		printf '0x%x\n' $((_dbm - 20)) >"/sys/kernel/debug/ieee80211/$_phy/hwsim/rx_rssi"
	done
}

# switch_of INDEX: of the air's radio with that number, at the time when only these are there;
# then block 1, and block 0. As their names are seen in namespaces only where nobody has a /sys,
# rfkill(8) doesn't find it.
switch_of() {
	switch=$(printf '%s\n' /sys/class/rfkill/* | sed 's/.*rfkill//' | sort -n | sed -n "$(($1 + 1))p")
}

block() {
	# struct rfkill_event: its index, of type WLAN, is to be changed, to that.
	# shellcheck disable=SC2059 # bytes
	printf "\\$(printf %o "$switch")\\0\\0\\0\\1\\2\\$1\\0" >/dev/rfkill
}

# ask_to_roam NAME BSSID CHANNEL: the access point asks the radio to go there.
ask_to_roam() {
	hostapd_cli -p "/run/hostapd-$1" bss_tm_req "$(address_of b wlan1)" pref=1 abridged=1 \
		disassoc_imminent=1 disassoc_timer=100 "neighbor=$2,0x0000,81,$3,7,0301ff"
}

# roams WHAT AP BSSID CHANNEL COMMAND...: AP asks the radio to go there until the command
# holds. On a busy machine an access point may give a station up that it has just taken.
roams() {
	_asks=6
	_said=$1
	_from=$2
	_to=$3
	_channel=$4
	shift 4
	until
		ask_to_roam "$_from" "$_to" "$_channel" || true
		holds_soon "$@"
	do
		_asks=$((_asks - 1))
		[ $_asks -gt 0 ] || fail "asked in vain: $_said"
	done
}

# holds_soon COMMAND...: within as long as a station has that was asked to go.
holds_soon() {
	for _ in $(seq $((10 * patience))); do
		"$@" >/dev/null 2>&1 && return
		sleep 1
	done
	return 1
}

# supplicant NAME NS IFNAME [LINE...]: wpa_supplicant with these lines as its network; none:
# no network, somebody else will tell it. wpa NAME COMMAND... asks it.
supplicant() {
	_name=$1
	_in=$2
	_if=$3
	shift 3
	{
		echo "ctrl_interface=/run/wpa-$_name"
		[ $# = 0 ] || printf '%s\n' 'network={' "$@" '}'
	} >"$dir/$_name.conf"
	start "$_name" in "$_in" wpa_supplicant -t -Dnl80211 "-i$_if" "-c$dir/$_name.conf"
	wait_for 10 "$_name" wpa_cli -p "/run/wpa-$_name" ping
}

wpa() {
	_name=$1
	shift
	wpa_cli -p "/run/wpa-$_name" "$@"
}

# wait_joined NAME: wpa_supplicant has joined.
wait_joined() {
	wait_for 20 "$1 to join" sh -c "wpa_cli -p /run/wpa-$1 status | grep -q wpa_state=COMPLETED"
}

# dhcp_server NAME NS IFNAME PREFIX: gives addresses PREFIX.50 to .60, having PREFIX.1.
dhcp_server() {
	ip -n "$2" address replace "$4.1/24" dev "$3"
	printf '%s\n' "start $4.50" "end $4.60" "interface $3" "option subnet 255.255.255.0" \
		"lease_file $dir/$1.leases" "pidfile $dir/$1.daemon" >"$dir/$1.conf"
	: >"$dir/$1.leases"
	start "$1" in "$2" udhcpd -f "$dir/$1.conf"
}

# dhcp NS IFNAME: takes an address.
dhcp() {
	# shellcheck disable=SC2016 # for udhcpc
	printf '%s\n' '#!/bin/sh' \
		'[ "$1" != bound ] || ip address replace "$ip/24" dev "$interface"' >"$dir/bound"
	chmod +x "$dir/bound"
	in_ns "$1" udhcpc -i "$2" -n -q -t 10 -T 1 -s "$dir/bound" >>"$dir/dhcp.log" 2>&1
}

# system_bus NS: D-Bus, and udev for the interfaces of NS, which NetworkManager and iwd want.
# (ip netns exec gives them a /sys that shows these interfaces.)
system_bus() {
	grep -q ^messagebus /etc/passwd || {
		echo 'messagebus:x:100:100::/run/dbus:/bin/false' >>/etc/passwd
		echo 'messagebus:x:100:' >>/etc/group
	}
	namespace "$1"
	mkdir -p /run/dbus /var/lib/NetworkManager /var/lib/iwd /etc/iwd \
		/etc/NetworkManager/system-connections
	dbus-uuidgen --ensure=/etc/machine-id
	start dbus dbus-daemon --system --nofork --nopidfile
	wait_for 10 "the system bus" test -S /run/dbus/system_bus_socket
	# It's a link to a program of the image's /usr/bin.
	[ -e /bin/udevadm ] || ln -s /usr/bin/udevadm /bin/udevadm
	# It would tell of each user and group that is not here.
	start udevd ip netns exec "$1" env SYSTEMD_LOG_LEVEL=crit /usr/lib/systemd/systemd-udevd
	wait_for 10 "udevd" test -S /run/udev/control
}

# network_manager NS [LINE...]: with more lines of its configuration. nm COMMAND... is
# nmcli that never waits for a reader.
network_manager() {
	_in=$1
	shift
	printf '%s\n' '[main]' auth-polkit=false plugins=keyfile dhcp=internal \
		'[connectivity]' enabled=false "$@" >/etc/NetworkManager/NetworkManager.conf
	start networkmanager ip netns exec "$_in" NetworkManager --debug
	wait_for 20 "NetworkManager" nmcli -t general
}

nm() {
	PAGER=cat TERM=dumb nmcli "$@"
}

# ---- the card under test ----

# scripted_radio: `pigtail device` in b, in the air that standard input describes.
scripted_radio() {
	make_cable
	cat >"$dir/air.ini"
	start_radio
}

start_radio() {
	start radio in b pigtail device "/dev/ttyNM1,baud=$baud" "air:$dir/air.ini" --name radio
}

# start_card: the driver in a; its Wi-Fi interface, wlan0, is there when this returns.
start_card() {
	start card in a pigtail attach /dev/ttyNM0 --baud "$baud" --name wlan0
	wait_for 10 "a Wi-Fi interface" in_ns a iw dev wlan0 info
	in_ns a ip link set wlan0 up
}

# iw listens only after it has asked, and waits for ever for an end that came before that.
scan() {
	in_ns a timeout 30 iw dev wlan0 scan >"$dir/scan.log" 2>&1
}

# linked BSSID: wlan0 of a has joined it.
linked() {
	in_ns a iw dev wlan0 link | grep -q "Connected to $1"
}

not_linked() {
	in_ns a iw dev wlan0 link | grep -q "Not connected"
}

# wlan_radio INDEX [OPTION]: the same with one of the air's radios, as wlan1 in b.
wlan_radio() {
	make_cable
	radio "$1" b wlan1
	start radio in b pigtail device "/dev/ttyNM1,baud=$baud" "wlan:wlan1${2:-}" --name radio -v
	wait_for 10 "the radio's second interface" ip -n b link show wlan1-ap
}

# start_program [OPTION...]: the program in a, pt0 its interface; radio_is WHAT is what
# 'pigtail info' says.
start_program() {
	start program in a pigtail up "/dev/ttyNM0,baud=$baud" tap:pt0 --name program "$@"
	wait_for 20 "the radio to be there" pigtail info --link program
}

# ask STATUS COMMAND...: a command for it, which ends with that status; its words are in
# asked.log. The password is $password.
ask() {
	_expected=$1
	shift
	_status=0
	PIGTAIL_PASSPHRASE=$password pigtail "$@" --link program >"$dir/asked.log" 2>&1 || _status=$?
	[ "$_status" = "$_expected" ] ||
		fail "pigtail $*: status $_status, not $_expected: $(cat "$dir/asked.log")"
}
