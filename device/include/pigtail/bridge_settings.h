/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a bridge on a device is told by its flash: keys of the store that begin with a dot,
 * so that no host reads the password back over a link.
 */
#ifndef PIGTAIL_BRIDGE_SETTINGS_H
#define PIGTAIL_BRIDGE_SETTINGS_H

#include <pigtail/password.h>
#include <pigtail/serial.h>
#include <pigtail/store.h>
#include <pigtail/target.h>

#define BRIDGE_ADDRESS_MAX     45u /* characters of an IPv6 address */
#define BRIDGE_CERTIFICATE_MAX (4u * PTL_STORE_VALUE_MAX)
#define BRIDGE_KEY_MAX	       PTL_STORE_VALUE_MAX
#define BRIDGE_SEED	       32u
#define BRIDGE_NAME_MAX	       24u /* characters of a host's name */

struct bridge_settings {
	/* A user's line, see password.h. "": none was set, and the bridge doesn't listen. */
	char password[PTL_PASSWORD_LINE];

	/* The one address from which ports 23 and 2323 are open, in the plain. "": none. */
	char plain[BRIDGE_ADDRESS_MAX + 1];

	/* By which multicast DNS tells of it: letters, digits and '-'. "": of its address. */
	char name[BRIDGE_NAME_MAX + 1];

	struct ptl_serial_format format; /* of the UART at the start */
	enum ptl_target target;
};

/* Whether it is a host's name, of the length that fits. */
bool bridge_name_ok(const char *name);

/* What is not stored is as without settings: no password, 115200 8N1, any target. */
void bridge_settings_read(const struct ptl_store *store, struct bridge_settings *settings);

/* false: the store is full, or the flash fails. */
bool bridge_settings_write(struct ptl_store *store, const struct bridge_settings *settings);

/* Of TLS: a certificate and its key as DER; bytes, 0: there is none. And the seed of all
 * chance, 32 bytes that nobody else knows; false: there is none. */
size_t bridge_settings_read_certificate(const struct ptl_store *store,
					uint8_t der[BRIDGE_CERTIFICATE_MAX]);
size_t bridge_settings_read_key(const struct ptl_store *store, uint8_t der[BRIDGE_KEY_MAX]);
bool bridge_settings_read_seed(const struct ptl_store *store, uint8_t seed[BRIDGE_SEED]);

/* false: too long, the store is full, or the flash fails. */
bool bridge_settings_write_certificate(struct ptl_store *store, const uint8_t *der, size_t n);
bool bridge_settings_write_key(struct ptl_store *store, const uint8_t *der, size_t n);
bool bridge_settings_write_seed(struct ptl_store *store, const uint8_t seed[BRIDGE_SEED]);

#endif
