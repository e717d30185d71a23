/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the files of the endpoint share. */
#ifndef PIGTAIL_DEVICE_ENDPOINT_STATE_H
#define PIGTAIL_DEVICE_ENDPOINT_STATE_H

#include "endpoint.h"

#include <address.h>
#include <lwip/netif.h>
#include <lwip/pbuf.h>
#include <lwip/sys.h>
#include <stack.h>

#define ENDPOINT_RX_FRAMES 8  /* taken from the link, not seen by lwIP yet */
#define ENDPOINT_TX_FRAMES 16 /* the link had no room for them yet */

struct frames {
	struct pbuf *frame[ENDPOINT_TX_FRAMES];
	unsigned int first, count;
};

struct endpoint {
	struct device *device;
	struct ptl_clock clock;
	struct netif netif;
	bool started;
	bool rx_starved; /* a frame waits in the link */
	struct frames rx, tx;
	struct endpoint_counters counters;
	uint8_t flat[1536]; /* a frame of several pbufs, in one piece */
};

extern struct endpoint endpoint;

/* Kept free of the heap by whoever sends much: for acknowledgements, answers to pings
 * and the like. */
#define ENDPOINT_HEAP_RESERVE 3000u

/* stream.c, http.c: listen. false: a pool is too small. */
bool stream_start(void);
bool http_start(void);

/* http.c: after lwIP has run; whoever waits takes the places that have become free. */
void http_seat_waiters(void);

#endif
