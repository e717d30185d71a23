# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 80
# machine: wifi
# iwd on the card: WPA2 by the PMK, WPA3 by the password that it hands down, each twenty
# joins in a row, and a wrong password.
only_for ko
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
scripted_radio <<END
[ap pig]
bssid = 02:00:00:00:01:01
key = secretsecret
channel = 6
net = tap:hall
[ap sow]
bssid = 02:00:00:00:01:02
key = secretsecret
security = wpa3
channel = 11
net = tap:hall
END
system_bus a
for module in algif_hash algif_skcipher cmac hmac ecb cbc md4 des_generic pkcs8_key_parser; do
	modprobe $module 2>/dev/null || true
done
start_card
wait_for 10 "the net behind" ip -n b link show hall
ip -n b address replace 10.8.0.1/24 dev hall
printf '%s\n' '[General]' UseDefaultInterface=true >/etc/iwd/main.conf
start iwd in a iwd
wait_for 20 "iwd's device" sh -c 'iwctl device list | grep -q wlan0'
iw_ctl() {
	iwctl --passphrase "${secret:-secretsecret}" station wlan0 "$@" >>"$dir/iwctl.log" 2>&1
}
sees() {
	iwctl station wlan0 scan >/dev/null 2>&1 || true
	iwctl station wlan0 get-networks >"$dir/networks.log" 2>&1
	grep -q sow "$dir/networks.log"
}
wait_for 30 "the networks" sees
for name in pig sow; do
	bssid=02:00:00:00:01:0$([ $name = pig ] && echo 1 || echo 2)
	for round in $(seq 20); do
		iw_ctl connect $name || fail "join $round of $name: $(tail -n 1 "$dir/iwctl.log")"
		expect "joined $name" linked "$bssid"
		if [ "$round" = 1 ]; then
			ip -n a address replace 10.8.0.2/24 dev wlan0
			wait_for 10 "an answer" answers a 10.8.0.1
		fi
		iw_ctl disconnect
		wait_for 5 "that it left" not_linked
	done
	iwctl known-networks $name forget >/dev/null 2>&1
done
secret=wrongwrong
expect "a wrong password" fails iw_ctl connect pig
note "iwctl on a wrong password: $(tr -cd "[:print:]\n" <"$dir/iwctl.log" | grep -v "^\[" | tail -n 1)"
