/* SPDX-License-Identifier: GPL-2.0-only */
/* The PMK of a WPA2 network, which is made of its password and name. */
#ifndef PIGTAIL_HOST_NET_PMK_H
#define PIGTAIL_HOST_NET_PMK_H

#include <stddef.h>
#include <stdint.h>

#define PMK_BYTES 32

/* IEEE 802.11 J.4.1: PBKDF2 with HMAC-SHA1, 4096 times; it takes some 10 ms. */
void pmk_make(uint8_t pmk[PMK_BYTES], const uint8_t *passphrase, size_t n, const uint8_t *ssid,
	      size_t ssid_n);

#endif
