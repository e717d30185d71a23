/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lwIP on a device without an OS: its clock and chance, its one interface, and that one's
 * addresses (address.h). One per program, for lwIP is. All runs in the main loop, in which
 * stack_poll() has its turns.
 */
#ifndef PIGTAIL_DEVICE_STACK_H
#define PIGTAIL_DEVICE_STACK_H

#include <pigtail/clock.h>

#include <lwip/netif.h>

struct stack_config {
	struct ptl_clock clock;
	const uint8_t *mac; /* 6 bytes, of the interface */
	uint16_t mtu;

	/* Sends a frame, which has ETH_PAD_SIZE bytes before it. */
	netif_linkoutput_fn output;
};

/* Starts lwIP, and makes netif its interface, which stays down. false: no memory. */
bool stack_begin(struct netif *netif, const struct stack_config *config);

/* A frame that came, without ETH_PAD_SIZE, is copied and lwIP's. false: it has no buffer now.
 */
bool stack_take(struct netif *netif, const uint8_t *frame, size_t n);

/* lwIP's timers; returns when it wants to be called next. */
ptl_time stack_poll(ptl_time now);

/* ms since the start. */
uint64_t stack_uptime(void);

/* Whether n bytes can be taken from lwIP's heap, so that reserve are left. */
bool stack_heap_has(size_t n, size_t reserve);

#endif
