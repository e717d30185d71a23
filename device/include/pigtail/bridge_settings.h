/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a bridge on a device is told by its flash: keys of the store that begin with a dot,
 * so that no host reads the password back over a link.
 */
#ifndef PIGTAIL_BRIDGE_SETTINGS_H
#define PIGTAIL_BRIDGE_SETTINGS_H

#include <pigtail/serial.h>
#include <pigtail/store.h>
#include <pigtail/target.h>

#define BRIDGE_ADDRESS_MAX 45u /* characters of an IPv6 address */

struct bridge_settings {
	/* As it is stored, see login.h. "": none was set, and the bridge doesn't listen. */
	char password[PTL_STORE_VALUE_MAX + 1];

	/* The one address from which ports 23 and 2323 are open, in the plain. "": none. */
	char plain[BRIDGE_ADDRESS_MAX + 1];

	struct ptl_serial_format format; /* of the UART at the start */
	enum ptl_target target;
};

/* What is not stored is as without settings: no password, 115200 8N1, any target. */
void bridge_settings_read(const struct ptl_store *store, struct bridge_settings *settings);

/* false: the store is full, or the flash fails. */
bool bridge_settings_write(struct ptl_store *store, const struct bridge_settings *settings);

#endif
