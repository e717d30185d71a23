// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Whether an image is signed: libsodium's Ed25519. */
#include <pigtail/image.h>

#include <sodium/crypto_sign_ed25519.h>

bool ptl_image_signed(const struct ptl_image *image, const uint8_t key[PTL_IMAGE_KEY])
{
	uint8_t head[PTL_IMAGE_HEAD];

	ptl_image_write(image, head);
	return crypto_sign_ed25519_verify_detached(image->signature, head, PTL_IMAGE_SIGNED,
						   key) == 0;
}
