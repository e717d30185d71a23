/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tells a human of a link's troubles, by its counters: one line for a kind of
 * trouble, then silence about it until it has been quiet for a while.
 */
#ifndef PIGTAIL_HOST_TROUBLE_H
#define PIGTAIL_HOST_TROUBLE_H

#include <pigtail/endpoint.h>

#define TROUBLE_KINDS 4

struct trouble {
	struct ptl_counters seen;
	struct trouble_state {
		uint64_t count; /* in this burst */
		ptl_time began; /* 0: no burst */
		ptl_time last;
		const char *told; /* what was said of it */
	} state[TROUBLE_KINDS];
};

void trouble_init(struct trouble *trouble);

/* To be called about once a second. cause: what makes frames bad, if that is known (see
 * cause.h), or NULL. */
void trouble_look(struct trouble *trouble, const char *name,
		  const struct ptl_counters *counters, const char *cause, ptl_time now);

/* What to do about one who speaks what ptl_guess_feed() has named: to stand after the
 * name, perhaps empty. */
const char *trouble_advice(const char *guess);

/* What came since the last look is no trouble. */
void trouble_skip(struct trouble *trouble, const struct ptl_counters *counters);

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
