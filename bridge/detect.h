/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Whether a client that connected to a port for all speaks telnet. See detect.c. */
#ifndef PTL_BRIDGE_DETECT_H
#define PTL_BRIDGE_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PTL_DETECT_COMMAND 3u /* bytes of IAC WILL OPTION */

enum ptl_detected {
	PTL_DETECT_RAW,	      /* what is held, if anything, are its first bytes */
	PTL_DETECT_TELNET,    /* by a command: begins with the bytes that are held */
	PTL_DETECT_TELNET_CR, /* by CR NUL: the CR was given, the NUL goes with it */
	PTL_DETECT_MORE,      /* the bytes taken are to be given as raw ones, see held */
	PTL_DETECT_HOLD,      /* they are kept: more may make a command of them */
};

struct ptl_detect {
	uint8_t held[PTL_DETECT_COMMAND];
	uint8_t held_n;
	bool begun; /* with text */
	bool cr;    /* and then a CR */
};

void ptl_detect_init(struct ptl_detect *detect);

/* The next byte of the client. After RAW, TELNET and TELNET_CR there is nothing to find
 * out any more. */
enum ptl_detected ptl_detect_byte(struct ptl_detect *detect, uint8_t byte);

#endif
