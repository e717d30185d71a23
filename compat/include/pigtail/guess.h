/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What does the other end speak, if not what we expect? Feed all bytes from the
 * wire while the link is not up; the answer goes into a message such as "the
 * other end seems to speak SLIP".
 *
 * Every answer needs evidence that random bytes practically never give: two whole
 * frames with consistent lengths and valid checksums, negotiations in a row, or long
 * clean text. Noise, a wrong baud rate and Pigtail's own frames give no answer.
 */
#ifndef PIGTAIL_GUESS_H
#define PIGTAIL_GUESS_H

#include <pigtail/endpoint.h>

#define PTL_GUESS_TEXT	  "text, as a boot log or a login prompt"
#define PTL_GUESS_TELNET  "telnet"
#define PTL_GUESS_CONTIKI "SLIP, as a Contiki border router that asks for a prefix"

enum {
	PTL_GUESS_WINDOW = 256, /* bytes looked back at, and head room */
	PTL_GUESS_HEADER = 60,	/* decoded bytes kept of a SLIP frame */
};

struct ptl_guess {
	uint8_t window[PTL_GUESS_WINDOW];
	uint16_t have;

	/* The frame between two SLIP ends. */
	uint8_t slip_header[PTL_GUESS_HEADER];
	uint16_t slip_n;
	bool slip_open, slip_escape, slip_bad;

	/* The frame between two PPP flags. */
	uint8_t ppp_header[2];
	uint16_t ppp_n, ppp_fcs;
	bool ppp_open, ppp_escape;

	uint16_t hosted_wait; /* bytes until the end byte of a data frame */

	uint16_t text_run; /* text bytes without any other in between */
	uint8_t text_lines;
	bool strange; /* a byte came that no text has */

	/* Consistent frames seen of each kind, and bytes until they are old. */
	uint8_t slip_frames, ppp_frames, len16_frames, hosted_frames;
	uint8_t contiki_frames, telnet_frames;
	uint16_t fresh;
};

void ptl_guess_init(struct ptl_guess *guess);

/* n bytes from the wire, any chunking. The name of what the other end seems to
 * speak (SLIP, PPP, len16, esp8266-hosted or a PTL_GUESS_ above), once there is enough
 * evidence in these bytes, else NULL. After an answer the evidence is gathered anew;
 * the caller limits how often it says so. */
const char *ptl_guess_feed(struct ptl_guess *guess, const uint8_t *bytes, size_t n);

#endif
