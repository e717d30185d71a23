/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * IPv4 and IPv6 headers as evidence: framings without a checksum tell packets
 * from junk by the version, the length that the header repeats, and IPv4's
 * header checksum. Nothing here looks at addresses or protocols.
 */
#include "ip.h"

size_t compat_ip4_header(const uint8_t *p)
{
	return (size_t)(p[0] & 15) * 4;
}

size_t compat_ip_length(const uint8_t *p, size_t n)
{
	size_t length;

	if (n < 6)
		return 0;
	switch (p[0] >> 4) {
	case 4:
		length = ptl_get_be16(p + 2);
		return compat_ip4_header(p) >= COMPAT_IP4_HEADER &&
				       length >= compat_ip4_header(p)
			       ? length
			       : 0;
	case 6:
		return (size_t)ptl_get_be16(p + 4) + COMPAT_IP6_HEADER;
	default:
		return 0;
	}
}

bool compat_ip4_checksum_ok(const uint8_t *p)
{
	return compat_sum_end(compat_sum(0, p, compat_ip4_header(p))) == 0;
}

uint32_t compat_sum(uint32_t sum, const uint8_t *p, size_t n)
{
	for (; n >= 2; p += 2, n -= 2)
		sum += ptl_get_be16(p);
	if (n)
		sum += (uint32_t)p[0] << 8;
	return sum;
}

uint16_t compat_sum_end(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}
