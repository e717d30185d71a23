/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The second interface of a wlan radio, for its access point, and what a process that was
 * killed has left behind: this interface, and the address that its host gave to the first.
 */
#ifndef PIGTAIL_HOST_WLAN_SECOND_H
#define PIGTAIL_HOST_WLAN_SECOND_H

#include "host/net/nl80211.h"

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/* Adds it to interface, whose own address is given. true: name and mac are its; false: the
 * radio can have none, which was said, and name is "". */
bool wlan_second_add(struct nl80211 *nl80211, const char *interface, const uint8_t own[6],
		     char name[IFNAMSIZ], uint8_t mac[6]);

/* To be called first, with the address that interface has. If a process was killed there, it
 * gets its permanent one again, which is in mac then. */
void wlan_second_take_back(const char *interface, uint8_t mac[6]);

#endif
