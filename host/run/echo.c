/* SPDX-License-Identifier: GPL-2.0-only */
/* See echo.h. */
#include "host/run/echo.h"

#include <string.h>

void echo_sent(struct echo *echo, const uint8_t *bytes, size_t n)
{
	if (n < ECHO_BYTES)
		return;
	memcpy(echo->sent, bytes, ECHO_BYTES);
	echo->known = true;
}

bool echo_heard(struct echo *echo, const uint8_t *bytes, size_t n)
{
	return echo->known && memmem(bytes, n, echo->sent, ECHO_BYTES);
}
