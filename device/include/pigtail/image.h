/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A firmware image (SPEC 8.4): what a file of one begins with, and what its signature is
 * of. The file is this head and then the body, which is what a slot of flash holds.
 *
 *	  0  4   "PTLI"
 *	  4  2   1, the version of this form
 *	  6  2   0
 *	  8  32  board, filled up with 0
 *	 40  32  firmware, name and version, likewise
 *	 72  4   bytes of the body
 *	 76  32  SHA-256 of the body
 *	108  64  Ed25519 (RFC 8032) of the 108 bytes before
 *
 * Numbers are little endian.
 */
#ifndef PIGTAIL_IMAGE_H
#define PIGTAIL_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PTL_IMAGE_SIGNED    108u /* bytes of the head that are signed */
#define PTL_IMAGE_SIGNATURE 64u
#define PTL_IMAGE_HEAD	    (PTL_IMAGE_SIGNED + PTL_IMAGE_SIGNATURE)
#define PTL_IMAGE_DIGEST    32u
#define PTL_IMAGE_KEY	    32u /* bytes of a public key */
#define PTL_IMAGE_TEXT	    32u /* characters of board and firmware at most */

struct ptl_image {
	char board[PTL_IMAGE_TEXT + 1];
	char firmware[PTL_IMAGE_TEXT + 1];
	uint32_t size;
	uint8_t digest[PTL_IMAGE_DIGEST];
	uint8_t signature[PTL_IMAGE_SIGNATURE];
};

/* false: this is no head of an image. A true one need not be signed by anybody. */
bool ptl_image_read(struct ptl_image *image, const uint8_t head[PTL_IMAGE_HEAD]);

/* The opposite. Texts of no printable ASCII make a head that ptl_image_read() refuses. */
void ptl_image_write(const struct ptl_image *image, uint8_t head[PTL_IMAGE_HEAD]);

/* What one step of looking at something long says of it. */
enum ptl_verdict {
	PTL_VERDICT_NONE, /* another step is wanted */
	PTL_VERDICT_GOOD,
	PTL_VERDICT_BAD,
};

#endif
