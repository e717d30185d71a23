/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A frame with a LOG message, made without a link: what a device that has
 * panicked writes to its UART. It begins with a delimiter, which ends whatever
 * was on the wire before it.
 */
#include "bytes.h"
#include "cobs.h"
#include "crc32c.h"

#include <pigtail/link.h>

size_t ptl_log_frame(uint8_t out[PTL_LOG_FRAME], const char *text, size_t n)
{
	struct cobs_encoder encoder;
	uint8_t part[PTL_CHECK_BYTES];
	uint32_t crc = CRC32C_START;

	if (n > PTL_LOG_MAX)
		n = PTL_LOG_MAX;
	out[0] = PTL_DELIMITER;
	ptl_cobs_begin(&encoder, out + 1);
	put_le16(part, PTL_CLASS_LINK << PTL_CLASS_SHIFT | PTL_MSG_LOG);
	crc = ptl_crc32c_add(crc, part, PTL_HEADER_BYTES);
	ptl_cobs_put(&encoder, part, PTL_HEADER_BYTES);
	crc = ptl_crc32c_add(crc, (const uint8_t *)text, n);
	ptl_cobs_put(&encoder, (const uint8_t *)text, n);
	put_le32(part, crc32c_end(crc)); /* the xor of PTL_ENDS is 0 */
	ptl_cobs_put(&encoder, part, sizeof(part));
	n = 1 + ptl_cobs_end(&encoder);
	out[n++] = PTL_DELIMITER;
	return n;
}
