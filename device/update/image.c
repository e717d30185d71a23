// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* See image.h. Nothing of a head is believed before all of it has been looked at. */
#include <pigtail/image.h>

#include <string.h>

#define MAGIC	    "PTLI"
#define FORM	    1u
#define AT_FORM	    4
#define AT_BOARD    8
#define AT_FIRMWARE (AT_BOARD + PTL_IMAGE_TEXT)
#define AT_SIZE	    (AT_FIRMWARE + PTL_IMAGE_TEXT)
#define AT_DIGEST   (AT_SIZE + 4)

static uint32_t get_le32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put_le32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

/* Printable ASCII, at least one character, and 0 behind it. */
static bool get_text(char to[PTL_IMAGE_TEXT + 1], const uint8_t *at)
{
	size_t n = 0;

	while (n < PTL_IMAGE_TEXT && at[n] >= 0x20 && at[n] <= 0x7e)
		n++;
	memcpy(to, at, n);
	to[n] = 0;
	for (size_t i = n; i < PTL_IMAGE_TEXT; i++)
		if (at[i])
			return false;
	return n > 0;
}

bool ptl_image_read(struct ptl_image *image, const uint8_t head[PTL_IMAGE_HEAD])
{
	if (memcmp(head, MAGIC, AT_FORM) != 0 || get_le32(head + AT_FORM) != FORM)
		return false;
	image->size = get_le32(head + AT_SIZE);
	memcpy(image->digest, head + AT_DIGEST, sizeof(image->digest));
	memcpy(image->signature, head + PTL_IMAGE_SIGNED, sizeof(image->signature));
	return get_text(image->board, head + AT_BOARD) &&
	       get_text(image->firmware, head + AT_FIRMWARE) && image->size > 0;
}

void ptl_image_write(const struct ptl_image *image, uint8_t head[PTL_IMAGE_HEAD])
{
	memset(head, 0, PTL_IMAGE_HEAD);
	memcpy(head, MAGIC, AT_FORM);
	put_le32(head + AT_FORM, FORM);
	memcpy(head + AT_BOARD, image->board, strlen(image->board));
	memcpy(head + AT_FIRMWARE, image->firmware, strlen(image->firmware));
	put_le32(head + AT_SIZE, image->size);
	memcpy(head + AT_DIGEST, image->digest, sizeof(image->digest));
	memcpy(head + PTL_IMAGE_SIGNED, image->signature, sizeof(image->signature));
}
