/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * lwIP in the place of a radio: its interface is the link. What runs on it (a web server, an
 * interpreter) is told of two events. One per program, for lwIP is; lwIP runs in
 * device_poll(), or within its owner's own calls of it outside of that.
 *
 *	config.radio = stack_link_radio(&owner);
 *	device_init(memory, size, &config, &device);
 *	stack_link_begin(device, &config);
 */
#ifndef PIGTAIL_DEVICE_STACK_LINK_H
#define PIGTAIL_DEVICE_STACK_LINK_H

#include "stack.h"

#include <pigtail/device.h>

#include <lwip/pbuf.h>

#define STACK_RX_FRAMES 8  /* taken from the link, not seen by lwIP yet */
#define STACK_TX_FRAMES 16 /* the link had no room for them yet */

/* Counters, as in endpoint.h of the link. */
#define STACK_LINK_COUNTERS(X)                                                                 \
	X(rx_waits, "times that a frame waited for a free buffer")                             \
	X(tx_waits, "frames that waited for the link")                                         \
	X(tx_dropped, "frames dropped because too many waited")

struct stack_link_counters {
#define STACK_LINK_COUNTER_FIELD(name, what) uint32_t name;
	STACK_LINK_COUNTERS(STACK_LINK_COUNTER_FIELD)
#undef STACK_LINK_COUNTER_FIELD
};

/* Either may be NULL. */
struct stack_link_owner {
	void (*polled)(void);	  /* lwIP has run */
	void (*host_up)(bool up); /* the host's side is there or not; true again: restarted */
};

struct stack_frames {
	struct pbuf *frame[STACK_TX_FRAMES];
	unsigned int first, count;
};

extern struct stack_link {
	struct device *device;
	const struct stack_link_owner *owner;
	struct netif netif;
	bool started;
	bool rx_starved; /* a frame waits in the link */
	struct stack_frames rx, tx;
	struct stack_link_counters counters;
	uint8_t flat[1536]; /* a frame of several pbufs, in one piece */
} stack_link;

struct ptl_radio stack_link_radio(const struct stack_link_owner *owner);

/* Once, after device_init() with the same config: starts lwIP and adds the interface, down
 * and without an address. false: memory is too small. */
bool stack_link_begin(struct device *device, const struct device_config *config);

#endif
