/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The Ethernet MAC as the radio of a device. See ethernet_radio.c. */
#ifndef PIGTAIL_LX60_ETHERNET_RADIO_H
#define PIGTAIL_LX60_ETHERNET_RADIO_H

#include "ethernet.h"

#include <pigtail/device.h>

extern const struct ptl_radio lx60_ethernet;

/* What becomes of a frame that has come. */
enum ethernet_lot {
	ETHERNET_FOR_HOST,
	ETHERNET_DONE,	/* it was taken, or is lost */
	ETHERNET_WAITS, /* it and those behind it are offered again after room() */
};

/* sort: asked for each frame. NULL: all are for the host. */
void ethernet_radio_start(struct device *device, const uint8_t mac[6],
			  enum ethernet_lot (*sort)(const uint8_t *frame, size_t n));

#endif
