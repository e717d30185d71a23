/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The board's Ethernet MAC as the interface of lwIP. See lan.c. */
#ifndef PIGTAIL_LX60_LAN_H
#define PIGTAIL_LX60_LAN_H

#include <address.h>

/* address: as of address_start(). false: it makes no sense, or there is no memory. */
bool lan_start(const uint8_t mac[6], const char *address, address_told told);

/* Frames both ways, and lwIP's timers; returns when it wants to be called next. */
ptl_time lan_poll(ptl_time now);

#endif
