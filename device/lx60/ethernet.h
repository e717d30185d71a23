/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The board's OpenCores Ethernet MAC as a radio. See ethernet.c. */
#ifndef PIGTAIL_LX60_ETHERNET_H
#define PIGTAIL_LX60_ETHERNET_H

#include <pigtail/device.h>

extern const struct ptl_radio lx60_ethernet;

/* passes: whether a frame that has come goes on, asked for each. NULL: all do. */
void ethernet_start(struct device *device, const uint8_t mac[6], bool (*passes)(void));

#endif
