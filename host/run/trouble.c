/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What comes and goes is told of four times, then only after 30 s of quiet.
 */
#include "host/run/trouble.h"

#include "host/base/log.h"

#include <pigtail/guess.h>

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#define QUIET_AFTER 30000000u
#define FLAPS_SAID  4u

void trouble_line(void *name, ptl_time us, uint64_t count, const char *what)
{
	log_line("%s: in %" PRIu64 " s %" PRIu64 " %s", (const char *)name, us / 1000000u,
		 count, what);
}

const char *trouble_advice(const char *guess)
{
	static const struct {
		const char *guess, *advice;
	} known[] = {
		{PTL_GUESS_TELNET, ": set the serial server's port to raw TCP"},
		{PTL_GUESS_CONTIKI, ": use --framing slip with a tun that has one, as "
				    "--ip fd01::1/64"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(guess, known[i].guess))
			return known[i].advice;
	return "";
}

enum trouble_say trouble_flapped(struct trouble_flaps *flaps, ptl_time now)
{
	if (now - flaps->last >= QUIET_AFTER)
		flaps->count = 0;
	flaps->last = now;
	if (flaps->count >= FLAPS_SAID)
		return TROUBLE_HUSH;
	return ++flaps->count == FLAPS_SAID ? TROUBLE_SAY_LAST : TROUBLE_SAY;
}
