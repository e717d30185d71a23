// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* On a PC, which has Debian's libsodium and no hurry: all in the first step. A
 * microcontroller has signature_steps.c in place of this file. */
#include <pigtail/signature.h>

#include <sodium/crypto_sign_ed25519.h>

void ptl_signature_begin(struct ptl_signature *signature, const struct ptl_image *image,
			 const uint8_t *key)
{
	signature->image = image;
	signature->key = key;
}

enum ptl_verdict ptl_signature_step(struct ptl_signature *signature)
{
	uint8_t head[PTL_IMAGE_HEAD];

	ptl_image_write(signature->image, head);
	return crypto_sign_ed25519_verify_detached(signature->image->signature, head,
						   PTL_IMAGE_SIGNED, signature->key) == 0
		       ? PTL_VERDICT_GOOD
		       : PTL_VERDICT_BAD;
}
