/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See trouble.h. A burst begins when a counter of a kind moves, is told of 5 s later with
 * what has come together, and ends when the kind was quiet for 30 s.
 */
#include <pigtail/trouble.h>

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif

#define TELL_AFTER  5000000u
#define QUIET_AFTER 30000000u

#define AT(counter) (offsetof(struct ptl_counters, counter) / sizeof(ptl_count))
#define NONE	    PTL_COUNTER_COUNT
#define BAD_FRAMES  0 /* of kinds */

/* A few is what a link coming up on a line in use sees: not worth a line. */
static const struct kind {
	const char *what; /* with the count before it */
	uint64_t few;
	size_t counters[4];
} kinds[PTL_TROUBLE_KINDS] = {
	{"bad frames: noise on the wire, or another baud rate at the other end",
	 3,
	 {AT(rx_bad_crc), AT(rx_bad_framing), AT(rx_too_long), AT(rx_too_short)}},
	{"frames with fields out of range: is the other end of another version?",
	 3,
	 {AT(rx_bad_field), AT(rx_beyond_credit), AT(rx_bad_ack), NONE}},
	{"packets refused for their length; is the MTU larger than the framing takes?",
	 0,
	 {AT(drop_length), NONE, NONE, NONE}},
	{"hellos that do not fit: is the other end of another version?",
	 0,
	 {AT(peer_mismatches), NONE, NONE, NONE}},
};

static ptl_count counter_at(const struct ptl_counters *counters, size_t index)
{
	ptl_count value;

	memcpy(&value, (const unsigned char *)counters + index * sizeof(value), sizeof(value));
	return value;
}

static uint64_t more_of(const struct kind *kind, const struct ptl_counters *now,
			const struct ptl_counters *before)
{
	uint64_t more = 0;

	for (size_t i = 0; i < 4 && kind->counters[i] != NONE; i++)
		more += (ptl_count)(counter_at(now, kind->counters[i]) -
				    counter_at(before, kind->counters[i]));
	return more;
}

void ptl_trouble_init(struct ptl_trouble *trouble)
{
	memset(trouble, 0, sizeof(*trouble));
}

void ptl_trouble_look(struct ptl_trouble *trouble, const struct ptl_counters *counters,
		      const char *cause, ptl_time now,
		      void (*say)(void *user, ptl_time us, uint64_t count, const char *what),
		      void *user)
{
	if (counters->rate_failures != trouble->seen.rate_failures)
		trouble->seen = *counters;
	for (size_t i = 0; i < PTL_TROUBLE_KINDS; i++) {
		struct ptl_trouble_burst *burst = &trouble->bursts[i];
		const char *what = i == BAD_FRAMES && cause ? cause : kinds[i].what;
		uint64_t more = more_of(&kinds[i], counters, &trouble->seen);

		if (more) {
			if (!burst->began)
				burst->began = now;
			burst->last = now;
			burst->count += more;
		}
		if (!burst->began)
			continue;
		/* Once; and once more when its cause has been found. */
		if ((!burst->told || (what == cause && burst->told != cause)) &&
		    now - burst->began >= TELL_AFTER && burst->count > kinds[i].few) {
			say(user, now - burst->began, burst->count, what);
			burst->told = what;
		}
		if (now - burst->last >= QUIET_AFTER)
			memset(burst, 0, sizeof(*burst));
	}
	trouble->seen = *counters;
}
