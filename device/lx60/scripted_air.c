/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One of everything that a station can meet. All of them lead to QEMU's network.
 *
 *	SSID	        key	        channel
 *	pigtail	        pigtail-wpa2	6	WPA2, strong; a second one on 11, weaker
 *	pigtail-3       pigtail-wpa3	1	WPA3
 *	pigtail-open    -	        1
 *	pigtail-fades   -	        3	comes and goes: heard, weak, gone in two minutes
 *	pigtail-refuses -	        9	each association is refused
 *	pigtail-returns pigtail-wpa2	4	WPA2; away from 25 s after the start to 40 s
 *	(hidden)        pigtail-wpa2	13	pigtail-hidden
 *
 * And a station that joins the radio's own access point, if that is called pigtail-own with
 * the key pigtail-wpa2. It says nothing.
 */
#include "scripted_air.h"

#define STEADY(dbm) .points = {{0, dbm}}, .point_count = 1
#define NAME(name)  .ssid = name, .ssid_n = sizeof(name) - 1

static const struct air_ap aps[] = {
	{NAME("pigtail"), .bssid = {0x02, 'p', 'i', 'g', 0, 1}, .channel = 6,
	 .akms = PTL_AKM_PSK, .key = "pigtail-wpa2", STEADY(-48)},
	{NAME("pigtail"), .bssid = {0x02, 'p', 'i', 'g', 0, 2}, .channel = 11,
	 .akms = PTL_AKM_PSK, .key = "pigtail-wpa2", STEADY(-67)},
	{NAME("pigtail-3"), .bssid = {0x02, 'p', 'i', 'g', 0, 3}, .channel = 1,
	 .akms = PTL_AKM_SAE, .key = "pigtail-wpa3", STEADY(-55)},
	{NAME("pigtail-open"), .bssid = {0x02, 'p', 'i', 'g', 0, 4}, .channel = 1,
	 .akms = PTL_AKM_OPEN, STEADY(-60)},
	{NAME("pigtail-fades"), .bssid = {0x02, 'p', 'i', 'g', 0, 5}, .channel = 3,
	 .akms = PTL_AKM_OPEN, .points = {{0, -50}, {60000, -78}, {120000, -110}},
	 .point_count = 3},
	{NAME("pigtail-refuses"), .bssid = {0x02, 'p', 'i', 'g', 0, 6}, .channel = 9,
	 .akms = PTL_AKM_OPEN, .failure = AIR_FAILS_ASSOCIATION, .failure_share = AIR_ALWAYS,
	 STEADY(-58)},
	{NAME("pigtail-returns"), .bssid = {0x02, 'p', 'i', 'g', 0, 8}, .channel = 4,
	 .akms = PTL_AKM_PSK, .key = "pigtail-wpa2",
	 .points = {{0, -52}, {25000, -52}, {25001, -110}, {40000, -110}, {40001, -52}},
	 .point_count = 5},
	{NAME("pigtail-hidden"), .bssid = {0x02, 'p', 'i', 'g', 0, 7}, .channel = 13,
	 .akms = PTL_AKM_PSK, .key = "pigtail-wpa2", .hidden = true, STEADY(-63)},
};

static const struct air_visitor visitors[] = {
	{.mac = {0x02, 'p', 'i', 'g', 1, 1},
	 NAME("pigtail-own"),
	 .key = "pigtail-wpa2",
	 .signal = -58},
};

void scripted_air(struct air *air, uint32_t seed)
{
	*air = (struct air){
		.seed = seed,
		.aps = aps,
		.ap_count = sizeof(aps) / sizeof(aps[0]),
		.visitors = visitors,
		.visitor_count = sizeof(visitors) / sizeof(visitors[0]),
	};
}
