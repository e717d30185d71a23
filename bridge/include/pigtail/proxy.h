/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The programmer of a bridge (programmer.h) for clients like avrdude, stm32flash and
 * esptool. It resets the target, gets in step with the boot loader by itself, and only
 * then answers the client, once; what the client says from then on is passed on as it is.
 * So no delay on the way to the client matters. How, see bridge/proxy.c.
 *
 * A client that leaves in the middle, or is silent for long, leaves no target in its boot
 * loader: it is reset into its program. One whose target does not answer is dropped.
 *
 * The caller owns the memory and serialises all calls; the seams must stay.
 */
#ifndef PIGTAIL_PROXY_H
#define PIGTAIL_PROXY_H

#include <pigtail/bridge.h>
#include <pigtail/target_pins.h>
#include <pigtail/target.h>

enum ptl_proxy_event {
	PTL_PROXY_BEGINS,    /* a programmer was recognised */
	PTL_PROXY_IN_STEP,   /* and has been answered */
	PTL_PROXY_ENDS,	     /* it left, all being done */
	PTL_PROXY_LEFT,	     /* it left in the middle */
	PTL_PROXY_NO_TARGET, /* the boot loader doesn't answer */
};

struct ptl_proxy_config {
	enum ptl_target target;
	struct ptl_serial_seam serial;
	struct ptl_target_pins_seam pins;
	void *user;
	/* For a log; the target is never ANY. May be NULL. */
	void (*event)(void *user, enum ptl_proxy_event event, enum ptl_target target);
};

struct ptl_proxy;

size_t ptl_proxy_size(void);

/* memory: aligned for any type, of ptl_proxy_size() bytes. All pins are let go. */
struct ptl_proxy *ptl_proxy_init(void *memory, const struct ptl_proxy_config *config);

/* For the configuration of a bridge; and that bridge, before it is given any client. */
struct ptl_programmer_seam ptl_proxy_seam(struct ptl_proxy *proxy);
void ptl_proxy_attach(struct ptl_proxy *proxy, struct ptl_bridge *bridge);

#endif
