/* SPDX-License-Identifier: GPL-2.0-only */
#include "host/wifi/wifi_arguments.h"

const struct control_argument wifi_scan_arguments[] = {
	{"ssid", CONTROL_STRING, false, 1, 32, "only this network; finds a hidden one"},
	{"channels", CONTROL_STRING, false, 1, 256, "numbers and commas; all if not given"},
	{"passive", CONTROL_BOOL, false, 0, 0, "listen only"},
	{0},
};

#define SSID_ARGUMENTS                                                                         \
	{"ssid", CONTROL_STRING, false, 1, 32, "name of the network"},                         \
		{"ssid_hex", CONTROL_STRING, false, 2, 64, "the same as hex digits"},          \
		{"passphrase", CONTROL_STRING,                                                 \
		 false,	       8,                                                              \
		 64,	       "8 to 63 bytes, or a PMK as 64 hex digits"},                    \
		{"security", CONTROL_STRING,                                                   \
		 false,	     1,                                                                \
		 16,	     "open, wpa2, wpa3 or wpa2-wpa3; what fits if not given"},         \
	{                                                                                      \
		"channel", CONTROL_INTEGER, false, 1, 177, "its channel"                       \
	}

const struct control_argument wifi_join_arguments[] = {
	SSID_ARGUMENTS,
	{"bssid", CONTROL_STRING, false, 17, 17, "only this access point"},
	{"save", CONTROL_BOOL, false, 0, 0, "put it into the file of --wifi-file"},
	{0},
};

const struct control_argument wifi_ap_arguments[] = {
	SSID_ARGUMENTS,
	{"hidden", CONTROL_BOOL, false, 0, 0, "beacons do not say the name"},
	{"stations", CONTROL_INTEGER, false, 1, 255, "at most"},
	{0},
};

const struct control_argument wifi_kick_arguments[] = {
	{"mac", CONTROL_STRING, true, 17, 17, "of the station; ff:ff:ff:ff:ff:ff: all"},
	{0},
};

const struct control_argument wifi_set_arguments[] = {
	{"country", CONTROL_STRING, false, 2, 2, "ISO 3166 letters, or 00"},
	{"power_save", CONTROL_BOOL, false, 0, 0, "of the station"},
	{"tx_power", CONTROL_INTEGER, false, -30, 33, "dBm, at most"},
	{"time", CONTROL_BOOL, false, 0, 0, "true: tell it the time of this machine"},
	{"mac", CONTROL_STRING, false, 17, 17, "of the station, while it is in no network"},
	{"pin", CONTROL_INTEGER, false, 0, 255, "number of a pin; with mode, level or both"},
	{"mode", CONTROL_STRING, false, 1, 16, "input, input-pullup, output or open-drain"},
	{"level", CONTROL_INTEGER, false, 0, 1, "of an output"},
	{"key", CONTROL_STRING, false, 1, 15, "of its store; without a value it is removed"},
	{"value", CONTROL_STRING, false, 0, 255, "text"},
	{"value_hex", CONTROL_STRING, false, 0, 510, "the same as hex digits"},
	{0},
};

const struct control_argument wifi_get_arguments[] = {
	{"setting", CONTROL_STRING, true, 1, 32,
	 "country, power_save, tx_power, mac, ap_mac, time, channel, pin or key"},
	{"pin", CONTROL_INTEGER, false, 0, 255, "of setting pin: which"},
	{"key", CONTROL_STRING, false, 1, 15, "of setting key: which"},
	{0},
};

const struct control_argument wifi_restart_arguments[] = {
	{"bootloader", CONTROL_BOOL, false, 0, 0, "into the boot loader"},
	{0},
};
