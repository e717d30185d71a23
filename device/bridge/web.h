/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The bridge's page, on port 443: a console in a browser, and what it asks for. A gate like
 * the login's (gate.h), which is started before it, and what else of the bridge it needs: it
 * stands between the core and its UART, for it writes images into the target. A table, so that
 * an image without it has no byte of it.
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_WEB_H
#define PIGTAIL_DEVICE_BRIDGE_WEB_H

#include "gate.h"

#include <pigtail/flash.h>
#include <pigtail/target_pins.h>

struct desk_wifi;

struct web_config {
	struct ptl_bridge *bridge;
	enum ptl_target target;
	const struct desk_wifi *wifi;
	const struct ptl_flash *flash; /* where an image waits, see flash_map.h; NULL: none */
	const char *(*peer)(unsigned client);
	bool (*hang_up)(unsigned client);

	/* Ends connections that a browser only keeps, and those of strangers; never the one
	 * that is being served. */
	void (*make_room)(void);
};

struct bridge_web {
	const struct bridge_gate *gate;

	/* Before the core is made, which gets these instead; pins are the target's. */
	void (*stand_between)(struct ptl_serial_seam *serial,
			      struct ptl_programmer_seam *programmer,
			      const struct ptl_target_pins_seam *pins);
	void (*start)(const struct web_config *config);

	/* What the UART tells; false: it is for the core. */
	bool (*uart)(ptl_time now, const uint8_t *bytes, size_t n);

	/* When to be called again. */
	ptl_time (*poll)(ptl_time now);
};

extern const struct bridge_web bridge_web;

#endif
