/* SPDX-License-Identifier: GPL-2.0-only */
/* An image into the target behind a UART that is opened for it. */
#ifndef PIGTAIL_HOST_FLASHING_PORT_H
#define PIGTAIL_HOST_FLASHING_PORT_H

#include "host/bridge/flashing.h"
#include "host/bridge/target.h"

struct flashing_port_config {
	const char *port; /* as of uart_open() */
	struct target_config target;
	struct image *image; /* stays the caller's, until flashing_port_free() */
};

struct flashing_port;

/* Opens the UART and the pins, and begins when it is open. -1 or -2 with a line in error. */
int flashing_port_start(uv_loop_t *loop, const struct flashing_port_config *config,
			const struct flashing_events *events, struct flashing_port **flashing,
			char *error, size_t error_size);

/* The target is reset, then done() follows. */
void flashing_port_abort(struct flashing_port *flashing);

/* Not from within its events. The loop has to run once more. NULL does nothing. */
void flashing_port_free(struct flashing_port *flashing);

#endif
