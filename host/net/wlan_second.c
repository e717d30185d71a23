/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * See wlan_second.h. Its name is that of the first with -ap behind, by which one that was
 * left is known; its address that of the first with a bit turned. What the first was called
 * by before a host gave it another address nobody has noted: the permanent one is right for
 * all but those who had changed it themselves.
 */
#include "host/net/wlan_second.h"

#include "host/base/log.h"
#include "host/net/interface.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SUFFIX	  "-ap"
#define LOCAL_BIT 0x02 /* of an address: given by nobody in particular */
#define OTHER_BIT 0x04

static void name_it(char to[IFNAMSIZ], const char *interface)
{
	(void)snprintf(to, IFNAMSIZ, "%.*s" SUFFIX, (int)(IFNAMSIZ - sizeof(SUFFIX)),
		       interface);
}

bool wlan_second_add(struct nl80211 *nl80211, const char *interface, const uint8_t own[6],
		     char name[IFNAMSIZ], uint8_t mac[6])
{
	uint8_t made[6];

	memcpy(made, own, sizeof(made));
	made[0] ^= made[0] & LOCAL_BIT ? OTHER_BIT : LOCAL_BIT;
	name_it(name, interface);
	if (if_nametoindex(name))
		(void)nl80211_remove(nl80211, name);
	if (nl80211_add_ap(nl80211, interface, name, made) < 0) {
		log_line("%s can be no access point beside a station: %s", interface,
			 strerror(errno));
		*name = 0;
		return false;
	}
	memcpy(mac, made, sizeof(made));
	return true;
}

void wlan_second_take_back(const char *interface, uint8_t mac[6])
{
	char left[IFNAMSIZ];
	uint8_t own[6];

	name_it(left, interface);
	if (!if_nametoindex(left) || interface_get_permanent_mac(interface, own) < 0 ||
	    memcmp(own, mac, sizeof(own)) == 0)
		return;
	if (interface_set_down(interface) < 0 || interface_set_mac(interface, own) < 0)
		return;
	log_line("%s has its own address again; a radio that was killed left another",
		 interface);
	memcpy(mac, own, sizeof(own));
}
