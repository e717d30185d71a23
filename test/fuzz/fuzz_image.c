/* SPDX-License-Identifier: GPL-2.0-only */
/* The head of a firmware image: one that is read is written as it was, is never longer than
 * it says, and none is signed by a key that signed nothing. */
#include <pigtail/signature.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static bool is_signed(const struct ptl_image *image, const uint8_t *key)
{
	struct ptl_signature signature;
	enum ptl_verdict verdict;

	ptl_signature_begin(&signature, image, key);
	do
		verdict = ptl_signature_step(&signature);
	while (verdict == PTL_VERDICT_NONE);
	return verdict == PTL_VERDICT_GOOD;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	/* A public key that is a point of the curve (RFC 8032 7.1, test 1). */
	static const uint8_t key[PTL_IMAGE_KEY] = {
		0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe,
		0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
		0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a};
	uint8_t head[PTL_IMAGE_HEAD], again[PTL_IMAGE_HEAD];
	struct ptl_image image;

	if (n < sizeof(head))
		return 0;
	memcpy(head, bytes, sizeof(head));
	if (!ptl_image_read(&image, head))
		return 0;
	ptl_image_write(&image, again);
	if (memcmp(head, again, sizeof(head)) != 0 || strlen(image.board) > PTL_IMAGE_TEXT ||
	    strlen(image.firmware) > PTL_IMAGE_TEXT || is_signed(&image, key))
		abort();
	return 0;
}
