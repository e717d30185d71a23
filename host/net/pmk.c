// SPDX-License-Identifier: GPL-2.0-only
/* See pmk.h: PBKDF2 (RFC 8018, 5.2) over GLib's HMAC. */
#include "host/net/pmk.h"

#include <glib.h>
#include <string.h>

#define SHA1_BYTES 20
#define TIMES	   4096

/* first and second may be what is written to. */
static void hmac(uint8_t to[SHA1_BYTES], const uint8_t *key, size_t key_n, const uint8_t *first,
		 size_t n, const uint8_t *second, size_t m)
{
	GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA1, key, key_n);
	gsize size = SHA1_BYTES;

	g_hmac_update(hmac, first, (gssize)n);
	if (m > 0)
		g_hmac_update(hmac, second, (gssize)m);
	g_hmac_get_digest(hmac, to, &size);
	g_hmac_unref(hmac);
}

void pmk_make(uint8_t pmk[PMK_BYTES], const uint8_t *passphrase, size_t n, const uint8_t *ssid,
	      size_t ssid_n)
{
	for (size_t at = 0; at < PMK_BYTES; at += SHA1_BYTES) {
		const uint8_t block[4] = {0, 0, 0, (uint8_t)(1 + at / SHA1_BYTES)};
		size_t part = MIN(PMK_BYTES - at, SHA1_BYTES);
		uint8_t u[SHA1_BYTES], sum[SHA1_BYTES];

		hmac(u, passphrase, n, ssid, ssid_n, block, sizeof(block));
		memcpy(sum, u, sizeof(sum));
		for (int i = 1; i < TIMES; i++) {
			hmac(u, passphrase, n, u, sizeof(u), NULL, 0);
			for (size_t j = 0; j < SHA1_BYTES; j++)
				sum[j] ^= u[j];
		}
		memcpy(pmk + at, sum, part);
	}
}
