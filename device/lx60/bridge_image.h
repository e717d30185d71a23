/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What differs among the images with a bridge: one file for each, linked with
 * bridge_image.c. */
#ifndef PIGTAIL_LX60_BRIDGE_IMAGE_H
#define PIGTAIL_LX60_BRIDGE_IMAGE_H

#include "boot.h"

#include "../bridge/gate.h"
#include "../bridge/web.h"

#include <address.h>

struct bridge_network {
	/* Starts lwIP on it. false: the settings make no sense, or there is no memory. */
	bool (*start)(const struct boot *boot, struct ptl_store *store, address_told told);
	/* Frames both ways, and lwIP's timers; returns when it wants to be called next. */
	ptl_time (*poll)(ptl_time now);
	const struct desk_wifi *wifi; /* NULL: it is no radio */
};

extern const struct bridge_network bridge_image_network;

/* NULL: it has no TLS. */
extern const struct bridge_gate *const bridge_image_gate;

/* NULL: it has no page. */
extern const struct bridge_web *const bridge_image_web;

#endif
