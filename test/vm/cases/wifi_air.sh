# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
# limit: 60
# machine: wifi
# The air of the Wi-Fi cases by itself, so that a fault in it isn't looked for elsewhere:
# two of Debian's stations at two access points, WPA2 and open, and DHCP.
# shellcheck source=test/vm/guest/wifi.sh
. /test/wifi.sh
air 4
radio 0 hall
radio 1 yard
radio 2 guest
radio 3 passer
access_point hall hall pig secretsecret channel=6
access_point yard yard free "" channel=11
dhcp_server hall-dhcp hall wlan0 10.8.0
supplicant guest guest wlan0 'ssid="pig"' 'psk="secretsecret"'
supplicant passer passer wlan0 'ssid="free"' key_mgmt=NONE
wait_joined guest
wait_joined passer
dhcp guest wlan0
pings guest 10.8.0.1 56 1400
expect "the country's rules" sh -c 'iw reg set DE; sleep 0.5; iw reg get | grep -q "country DE"'
wpa guest disconnect
wait_for 10 "the access point to see it go" grep -q AP-STA-DISCONNECTED "$dir/hall.log"
finish hall
finish yard
