/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Whether the head of an image is signed (Ed25519, RFC 8032), looked at in steps: on a
 * microcontroller all of it takes a good part of a second, in which a link wants to be
 * served.
 *
 *	ptl_signature_begin() --> ptl_signature_step() ... --> good or bad
 *
 * What is good is what libsodium's crypto_sign_verify_detached() accepts. No allocation;
 * nothing of it is secret.
 */
#ifndef PIGTAIL_SIGNATURE_H
#define PIGTAIL_SIGNATURE_H

#include <pigtail/image.h>

#define PTL_SIGNATURE_POINTS 16 /* fields of numbers modulo 2^255 - 19, of 40 bytes */

struct ptl_signature {
	const struct ptl_image *image;
	const uint8_t *key;
	int step;
	uint8_t factor[64]; /* of the key's point */
	uint64_t points[PTL_SIGNATURE_POINTS][5];
};

/* Both, key of PTL_IMAGE_KEY bytes, must stay until there is a verdict. */
void ptl_signature_begin(struct ptl_signature *signature, const struct ptl_image *image,
			 const uint8_t *key);

/* Takes 1 KB of stack, and on an ESP8266 1 ms, but for 3 of the 256 steps: about 15 ms. */
enum ptl_verdict ptl_signature_step(struct ptl_signature *signature);

#endif
