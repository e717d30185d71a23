/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The frames of esp8266-hosted on the wire. See hosted_frame.c. */
#ifndef COMPAT_HOSTED_FRAME_H
#define COMPAT_HOSTED_FRAME_H

#include <pigtail/endpoint.h>

enum {
	HOSTED_LEN_BYTES = 2,
	HOSTED_EXTRA_BYTES = 3, /* length and end byte */
	HOSTED_PACKET_MAX = 1500,
	HOSTED_END_DATA = 0x55,
	HOSTED_END_COMMAND = 0xaa,

	/* Payloads of commands; text with its NUL. */
	HOSTED_SSID_MIN = 2,
	HOSTED_SSID_MAX = 32,
	HOSTED_PASSWORD_MIN = 9,
	HOSTED_PASSWORD_MAX = 64,
	HOSTED_ADDRESS_BYTES = 12, /* address, netmask, gateway */
};

enum hosted_verdict {
	HOSTED_NO,   /* no frame begins here */
	HOSTED_MORE, /* too few bytes to tell */
	HOSTED_DATA,
	HOSTED_COMMAND,
};

/* Does a frame, length first, begin at p, of which n bytes are there? hunting: more
 * evidence is asked for. role: who asks; address: what a host would return to us. */
enum hosted_verdict hosted_judge(const uint8_t *p, size_t n, bool hunting, enum ptl_role role,
				 const uint8_t address[HOSTED_ADDRESS_BYTES]);

/* The payload of a command returns the address that was offered. */
bool hosted_is_echo(const uint8_t *payload, size_t n,
		    const uint8_t address[HOSTED_ADDRESS_BYTES]);

/* The length of a text with its NUL; 0 when it is out of range or NULL. */
uint8_t hosted_text_length(const char *text, uint8_t min, uint8_t max);

#endif
