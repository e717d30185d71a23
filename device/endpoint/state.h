/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the files of the endpoint share. */
#ifndef PIGTAIL_DEVICE_ENDPOINT_STATE_H
#define PIGTAIL_DEVICE_ENDPOINT_STATE_H

#include "endpoint.h"

#include <address.h>
#include <lwip/sys.h>
#include <stack_link.h>

struct endpoint {
	struct ptl_clock clock;
	struct endpoint_counters counters;
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
