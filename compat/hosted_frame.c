/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Which bytes are a frame of esp8266-hosted? Nothing marks a beginning, so a frame
 * is believed where length, end byte and payload agree: data is IPv4 of that very
 * length, commands are text with one NUL at its end, or an address. A receiver that
 * lost alignment tries each next position and asks of data that the IPv4 header's
 * checksum is right too. This also gets over the 49 stray bytes that the original
 * host driver sends after the address.
 */
#include "hosted_frame.h"

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#include "ip.h"

uint8_t hosted_text_length(const char *text, uint8_t min, uint8_t max)
{
	uint8_t n = 0;

	if (!text)
		return 0;
	while (n < max && text[n])
		n++;
	return n < max && n + 1 >= min ? (uint8_t)(n + 1) : 0;
}

/* One NUL, at the end. */
static bool is_text(const uint8_t *payload, size_t n)
{
	if (n < HOSTED_SSID_MIN || n > HOSTED_PASSWORD_MAX)
		return false;
	for (size_t i = 0; i < n - 1; i++)
		if (!payload[i])
			return false;
	return !payload[n - 1];
}

/* An address that a station can have, and a netmask without holes. */
static bool is_address(const uint8_t *payload, size_t n)
{
	uint32_t holes;

	if (n != HOSTED_ADDRESS_BYTES || payload[0] == 0 || payload[0] == 127 ||
	    payload[0] >= 224)
		return false;
	holes = ~ptl_get_be32(payload + 4);
	return (holes & (holes + 1)) == 0;
}

bool hosted_is_echo(const uint8_t *payload, size_t n,
		    const uint8_t address[HOSTED_ADDRESS_BYTES])
{
	return n == HOSTED_ADDRESS_BYTES && !memcmp(payload, address, n);
}

/* Could n bytes at p begin an IPv4 packet of just this length? */
static bool may_be_data(const uint8_t *p, size_t n, size_t length, bool hunting)
{
	if (length < COMPAT_IP4_HEADER)
		return false;
	if (n && p[0] >> 4 != 4)
		return false;
	if (n >= 6 && compat_ip_length(p, n) != length)
		return false;
	return !hunting || n < 6 || n < compat_ip4_header(p) || compat_ip4_checksum_ok(p);
}

enum hosted_verdict hosted_judge(const uint8_t *p, size_t n, bool hunting, enum ptl_role role,
				 const uint8_t address[HOSTED_ADDRESS_BYTES])
{
	const uint8_t *payload = p + HOSTED_LEN_BYTES;
	size_t length;
	bool data, command;

	if (n < HOSTED_LEN_BYTES)
		return HOSTED_MORE;
	length = (size_t)p[0] | (size_t)p[1] << 8;
	if (length > HOSTED_PACKET_MAX)
		return HOSTED_NO;
	data = may_be_data(payload, n - HOSTED_LEN_BYTES, length, hunting);
	command = length >= HOSTED_SSID_MIN && length <= HOSTED_PASSWORD_MAX;
	if (!data && !command)
		return HOSTED_NO;
	if (n < length + HOSTED_EXTRA_BYTES)
		return HOSTED_MORE;
	if (data && payload[length] == HOSTED_END_DATA)
		return HOSTED_DATA;
	if (!command || payload[length] != HOSTED_END_COMMAND)
		return HOSTED_NO;
	if (role == PTL_HOST)
		command = is_address(payload, length);
	else
		command = hosted_is_echo(payload, length, address) || is_text(payload, length);
	return command ? HOSTED_COMMAND : HOSTED_NO;
}
