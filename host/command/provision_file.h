/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a bridge on a device is to be, put into its store from outside: a file that only its
 * owner can read, with lines KEY = VALUE:
 *
 *	user = NAME            who logs in (admin)
 *	password = PASSWORD    8 to 64 characters; without one it doesn't listen
 *	plain = ADDRESS        from there, ports 23 and 2323 are open without password or TLS
 *	baud = N               of the UART at the start (115200)
 *	format = 8N1
 *	target = avr           as of `pigtail bridge --target` (any)
 *	ssid = NAME            the Wi-Fi network that it joins, where its network is one
 *	passphrase = TEXT      of that, 8 to 63 characters; without one it is open
 *	country = DE           where the radio is
 *	address = ADDR/LEN[,GATEWAY]    without one it asks for one by DHCP
 */
#ifndef PIGTAIL_HOST_PROVISION_FILE_H
#define PIGTAIL_HOST_PROVISION_FILE_H

#include <pigtail/bridge_settings.h>
#include <pigtail/wireless_settings.h>

struct provision {
	struct bridge_settings bridge;
	struct wireless_settings wireless;
};

/* What the file doesn't name is as if it were not set. 0; or with a line on standard error
 * -1, or -2: the file is wrong. Who has one wipes it. */
int provision_read(struct provision *provision, const char *path);

/* With a key and a certificate, if the store has none. false: it is full. */
bool provision_put(struct ptl_store *store, const struct provision *provision);

void provision_wipe(struct provision *provision);

#endif
