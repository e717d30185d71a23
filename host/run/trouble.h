/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells a person of a link's troubles: what <pigtail/trouble.h> finds in its counters, what
 * to do about it, and how often what comes and goes is worth a line. */
#ifndef PIGTAIL_HOST_TROUBLE_H
#define PIGTAIL_HOST_TROUBLE_H

#include <pigtail/trouble.h>

/* For ptl_trouble_look(): a line of the link of that name. */
void trouble_line(void *name, ptl_time us, uint64_t count, const char *what);

/* What to do about one who speaks what ptl_guess_feed() has named: to stand after the
 * name, perhaps empty. */
const char *trouble_advice(const char *guess);

/* For what comes and goes: a port, a peer. */
struct trouble_flaps {
	ptl_time last;
	unsigned int count;
};

enum trouble_say {
	TROUBLE_SAY,	  /* log it */
	TROUBLE_SAY_LAST, /* log it, and that it will not be said again for now */
	TROUBLE_HUSH,	  /* it was said often enough */
};

/* It went away (again). What is hushed now is hushed for its return as well. */
enum trouble_say trouble_flapped(struct trouble_flaps *flaps, ptl_time now);

#endif
