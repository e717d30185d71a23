/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The network's name and password for the esp8266-hosted framing. They come from
 * a file that only its owner can read, never from the command line, and go to
 * the wire only: not to logs, not to captures.
 */
#ifndef PIGTAIL_HOST_WIFI_SECRET_H
#define PIGTAIL_HOST_WIFI_SECRET_H

#include <stddef.h>
#include <stdint.h>

struct wifi_secret {
	char ssid[32];	   /* 1 to 31 bytes and a NUL */
	char password[64]; /* 8 to 63 bytes and a NUL */
};

/*
 * Reads lines "ssid=..." and "password=..." (others: empty, or after '#'). The
 * file must be regular, and accessible to nobody but its owner. Returns 0, or -1
 * with a line in error.
 */
int wifi_secret_read(const char *path, struct wifi_secret *secret, char *error,
		     size_t error_size);

/* Forgets it. */
void wifi_secret_wipe(struct wifi_secret *secret);

/* A frame of that framing as it may be shown: texts (name, password) zeroed.
 * shown has room for n bytes. */
void wifi_secret_conceal(const uint8_t *frame, size_t n, uint8_t *shown);

#endif
