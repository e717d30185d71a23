/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the owner of a bridge does with its target: writes an image into it, resets it. It
 * stands between the bridge and its UART, see programming.c.
 */
#ifndef PIGTAIL_HOST_PROGRAMMING_H
#define PIGTAIL_HOST_PROGRAMMING_H

#include "host/bridge/flashing.h"
#include "host/bridge/target.h"

struct programming;

struct programming_config {
	const char *name;	       /* of the UART; it stays */
	struct ptl_serial_seam serial; /* the UART */
	struct target *target;
	void *user;
	/* The UART is the bridge's again: ptl_bridge_uart_renewed() is to follow. */
	void (*returned)(void *user);
};

/* NULL with errno. */
struct programming *programming_new(uv_loop_t *loop, const struct programming_config *config);
/* NULL does nothing. Pins under way are let go. */
void programming_free(struct programming *programming);

/* For the bridge's configuration, instead of the UART's and the target's; and the bridge. */
struct ptl_serial_seam programming_serial(struct programming *programming);
struct ptl_programmer_seam programming_programmer(struct programming *programming);
void programming_attach(struct programming *programming, struct ptl_bridge *bridge);

/* After target_change(): what programming_programmer() is now. */
struct ptl_programmer_seam programming_renew(struct programming *programming);

/* What the UART tells; false: it is for the bridge. */
bool programming_uart(struct programming *programming, const uint8_t *bytes, size_t n);
bool programming_room(struct programming *programming);
bool programming_lost(struct programming *programming);

bool programming_is_busy(const struct programming *programming);

/* Writes an image, which stays the caller's until done(). -1 with a line in error. */
int programming_flash(struct programming *programming, enum ptl_target kind,
		      struct image *image, const struct flashing_events *events, char *error,
		      size_t error_size);
void programming_abort(struct programming *programming);

/* Resets the target into its program. false: it has no such pin. */
bool programming_reset(struct programming *programming);

#endif
