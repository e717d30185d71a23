/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The nic: the board's Ethernet MAC in the place of a radio, as an ESP8266 is the Wi-Fi
 * of a Linux board. The device says its own address in its HELLO; a host may give its
 * interface that one. This MAC can have any: it takes the host's, whatever that is.
 */
#include "ethernet_radio.h"
#include "personality.h"

/*
 * The network is fast and its TCP sends bursts: with the profile's two packets of queue
 * a download goes at 4 % of a line of 921600 baud, with six at over 80. The link drops
 * what is too much, from the longest flow, and not the MAC, from any. What is rare
 * need not shrink: a history for bulk alone. All in all 33 KB.
 */
#define BLOCKS	 96
#define CONTEXTS 4
#define HISTORY	 11 /* log2: 2 KB */

const char personality_name[] = "nic";

void personality_init(struct device_config *config, const struct boot *boot)
{
	(void)boot;
	config->radio = lx60_ethernet;
	config->link.contexts = CONTEXTS;
	config->link.history[1] = HISTORY;
	config->link.tx_blocks = BLOCKS;
	config->link.drop_when_full = true;
}

bool personality_start(struct device *device, const struct device_config *config,
		       const struct boot *boot)
{
	(void)boot;
	ethernet_radio_start(device, config->link.mac, NULL);
	return true;
}
