/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An access point on a Wi-Fi interface of the kernel's whose card shakes hands itself, as
 * pigtail.ko's do: such a card has to be told the key when it starts, which hostapd 2.10
 * does not.
 */
#ifndef PIGTAIL_HOST_NET_NL80211_AP_H
#define PIGTAIL_HOST_NET_NL80211_AP_H

#include <stdbool.h>
#include <stddef.h>

struct nl80211_ap {
	const char *ssid; /* 1 to 32 bytes */
	const char
		*passphrase; /* of WPA2, 8 to 63 bytes, or the PMK's 64 hex digits; "": open */
	unsigned channel;    /* 1 to 14 */
	bool hidden;
};

/* Interfaces of the type AP (`iw dev wlan0 interface add uap0 type __ap`). The interface is
 * set up. 0, or -1 and a line of text: what failed, why, and what to do. */
int nl80211_start_ap(const char *ifname, const struct nl80211_ap *ap, char *error, size_t size);
int nl80211_stop_ap(const char *ifname, char *error, size_t size);

#endif
