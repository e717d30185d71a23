/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The nic: the board's Ethernet MAC in the place of a radio, as an ESP8266 is the Wi-Fi
 * of a Linux board. The device says its own address in its HELLO; a host may give its
 * interface that one. This MAC can have any: it takes the host's, whatever that is.
 */
#include "ethernet.h"
#include "personality.h"

#define CONTEXTS 4
#define HISTORY	 11 /* 2 KB for each class */

const char personality_name[] = "nic";

void personality_init(struct device_config *config, const struct boot *boot)
{
	(void)boot;
	config->radio = lx60_ethernet;
	config->link.contexts = CONTEXTS;
	config->link.history[0] = config->link.history[1] = HISTORY;
	config->link.drop_when_full = true;
}

bool personality_start(struct device *device, const struct device_config *config,
		       const struct boot *boot)
{
	(void)boot;
	ethernet_start(device, config->link.mac);
	return true;
}
