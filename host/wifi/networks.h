/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The networks that a link knows: the file of `pigtail up --wifi-file`, which only its owner
 * may read.
 *
 *	[home]                     any word; a file of one network needs none
 *	ssid=my network            or ssid_hex=6d79...
 *	passphrase=12345678        or password=; 64 hex digits are a PMK; none: an open one
 *	priority=10                the highest that is in reach is joined; default 0
 *	security=wpa3              open, wpa2, wpa3, wpa2-wpa3; default: what fits
 *	bssid=02:00:00:00:00:01    only by this access point
 *	hidden=yes                 it is joined although no scan finds it
 *
 * A value is all that follows the '=', blanks included. Lines that begin with '#' or ';' are
 * comments.
 */
#ifndef PIGTAIL_HOST_NETWORKS_H
#define PIGTAIL_HOST_NETWORKS_H

#include "host/wifi/wifi.h"

#define NETWORKS_MAX 64

struct known_network {
	struct wifi_network network;
	int priority;
};

struct networks {
	char *path; /* NULL: there is no file */
	unsigned int count;
	struct known_network list[NETWORKS_MAX]; /* the highest priority first */
};

/* path NULL: none is known. A file that does not exist yet has no networks. Returns 0, or
 * with a line in error -1 (it can't be read) or -2 (it is wrong). */
int networks_read(const char *path, struct networks **networks, char *error, size_t error_size);

/* NULL: it is not known. */
const struct known_network *networks_find(const struct networks *networks, const uint8_t *ssid,
					  size_t ssid_n);

/* Adds it, in the place of one of the same name, here and in the file. Returns 0, or -1
 * with a line in error. */
int networks_save(struct networks *networks, const struct wifi_network *network, char *error,
		  size_t error_size);

/* Its keys are overwritten. NULL does nothing. */
void networks_free(struct networks *networks);

/* For who reads a network from elsewhere. false: it is none. */
bool network_key_ok(const char *key);
bool network_set_security(struct wifi_network *network, const char *word);
bool network_set_ssid_hex(struct wifi_network *network, const char *digits);
bool network_set_mac(uint8_t mac[6], const char *text);

#endif
