/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Which network a device joins that has no host to tell it: keys of the store that begin with
 * a dot, so that no host reads the passphrase back over a link.
 */
#ifndef PIGTAIL_WIRELESS_SETTINGS_H
#define PIGTAIL_WIRELESS_SETTINGS_H

#include <pigtail/store.h>

#define WIRELESS_SSID_MAX	32u
#define WIRELESS_PASSPHRASE_MIN 8u
#define WIRELESS_PASSPHRASE_MAX 63u
#define WIRELESS_ADDRESS_MAX	34u /* "255.255.255.255/32,255.255.255.255" */

/* All end with a NUL. */
struct wireless_settings {
	char ssid[WIRELESS_SSID_MAX + 1];	      /* "": it is to join none */
	char passphrase[WIRELESS_PASSPHRASE_MAX + 1]; /* "": the network is open */
	char country[2 + 1];			      /* ISO 3166; "": as the radio has it */
	char address[WIRELESS_ADDRESS_MAX + 1];	      /* as of address.h; "": by DHCP */
};

/* What is not stored is "". */
void wireless_settings_read(const struct ptl_store *store, struct wireless_settings *settings);

/* false: the store is full, or the flash fails. A loss of power leaves name and passphrase both
 * as they were, or both as they are now. */
bool wireless_settings_write(struct ptl_store *store, const struct wireless_settings *settings);

/* What held a passphrase. */
void wireless_wipe(void *what, size_t n);

#endif
