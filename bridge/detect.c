/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Telnet or raw, by what the client says first. We say nothing before: to a raw client it
 * would be garbage. Two things prove telnet:
 *
 *	IAC WILL|WONT|DO|DONT OPTION as the first three bytes, however they are cut;
 *	printable text, or none, and then CR NUL: what telnet's Enter key is as long as no
 *	option changed it, and what no terminal and no program sends to a raw port.
 *
 * A client that is silent and then sends CR LF may be either (`telnet` on an odd port; a
 * script with an AT command), so it is taken for raw: both see and send what they mean. A
 * port that is said to be telnet's speaks first.
 *
 * The three bytes are held back until they are a command or not; text is not held, for it
 * means the same in both.
 */
#include "detect.h"

#include <pigtail/telnet.h>

#define OPTION_MAX 63u /* those that clients begin with are below 50 */

void ptl_detect_init(struct ptl_detect *detect)
{
	*detect = (struct ptl_detect){0};
}

static bool may_be_command(const struct ptl_detect *detect)
{
	const uint8_t *held = detect->held;

	return (detect->held_n < 2 ||
		(held[1] >= PTL_TELNET_WILL && held[1] <= PTL_TELNET_DONT)) &&
	       (detect->held_n < 3 || held[2] <= OPTION_MAX);
}

enum ptl_detected ptl_detect_byte(struct ptl_detect *detect, uint8_t byte)
{
	if (detect->cr)
		return byte == 0 ? PTL_DETECT_TELNET_CR : PTL_DETECT_RAW;
	if (detect->held_n || (byte == PTL_TELNET_IAC && !detect->begun)) {
		detect->held[detect->held_n++] = byte;
		if (!may_be_command(detect))
			return PTL_DETECT_RAW;
		return detect->held_n == PTL_DETECT_COMMAND ? PTL_DETECT_TELNET
							    : PTL_DETECT_HOLD;
	}
	detect->begun = true;
	if (byte == '\r')
		detect->cr = true;
	else if ((byte < ' ' && byte != '\t' && byte != '\b') || byte > 0x7f)
		return PTL_DETECT_RAW;
	return PTL_DETECT_MORE;
}
