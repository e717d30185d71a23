/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a person should be told of a link's troubles, by its counters: one line for a kind
 * of trouble, then silence about it until it has been quiet for a while. For programs and
 * drivers alike, and for every framing.
 */
#ifndef PIGTAIL_TROUBLE_H
#define PIGTAIL_TROUBLE_H

#include <pigtail/endpoint.h>

#define PTL_TROUBLE_KINDS 4

struct ptl_trouble {
	struct ptl_counters seen;
	struct ptl_trouble_burst {
		uint64_t count; /* in this burst */
		ptl_time began; /* 0: no burst */
		ptl_time last;
		const char *told; /* what was said of it */
	} bursts[PTL_TROUBLE_KINDS];
};

/* Of an endpoint whose counters are 0. */
void ptl_trouble_init(struct ptl_trouble *trouble);

/*
 * To be called about once a second, with the endpoint's counters. cause: what makes frames
 * bad, if that is known, or NULL. say is called for what is to be told: in the last `us`
 * microseconds there were `count` of `what`, a text that lives on. A rate that was tried and
 * did not work was tried on purpose: what it spoiled is no trouble.
 */
void ptl_trouble_look(struct ptl_trouble *trouble, const struct ptl_counters *counters,
		      const char *cause, ptl_time now,
		      void (*say)(void *user, ptl_time us, uint64_t count, const char *what),
		      void *user);

#endif
