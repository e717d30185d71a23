/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Do we hear ourselves? While a link is not up it sends hellos, and each has a nonce: when
 * the same bytes come in, TX is joined to RX, or the other end is a tty that echoes.
 */
#ifndef PIGTAIL_HOST_ECHO_H
#define PIGTAIL_HOST_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ECHO_BYTES 24 /* enough to be no chance; less than a hello */

struct echo {
	uint8_t sent[ECHO_BYTES]; /* what left last, or the beginning of it */
	bool known;
	bool told; /* it was heard, and that was said; the owner's */
};

void echo_sent(struct echo *echo, const uint8_t *bytes, size_t n);

/* Whether what came has it in one piece. */
bool echo_heard(struct echo *echo, const uint8_t *bytes, size_t n);

#endif
