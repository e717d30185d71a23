/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Watches a rate that was agreed on (SPEC 12.5). Two things end it:
 *
 *	nothing good comes though something is owed to us: bytes came that made no
 *	frame, or what we sent is not acknowledged, or there is no session. Asked by
 *	PING from 100 ms on; given up after 300 ms and two of the longest frames.
 *
 *	bytes come, and three quarters of them are in no good frame, twice in a row over
 *	100 ms and 1024 bytes. A line with fewer errors than that still carries more than
 *	the next lower rate is likely to; retransmission and short frames cope with them.
 */
#include "state.h"

#ifndef PTL_WITHOUT_RATE

#define WINDOWS 2 /* with a bad share, in a row */
/* PINGs at least: an end that slept for long has not listened for long. */
#define ASKED 3

void ptl_watch_begin(struct ptl_link *link)
{
	link->rate.watch = (struct rate_watch){.window = (uint32_t)link->now};
}

static bool owed(const struct ptl_link *link)
{
	if (!link->session.up || link->now >= link->session.heard + PTL_PING_AFTER_US)
		return true;
	for (int i = 0; i < DATA_CLASSES; i++)
		if (link->senders[i].flying > 0 || link->senders[i].lost > 0)
			return true;
	return false;
}

static void suspect(struct ptl_link *link)
{
	struct rate_watch *watch = &link->rate.watch;

	if (watch->suspects)
		return;
	watch->suspects = true;
	watch->asked = 0;
	watch->since = (uint32_t)link->now;
	watch->ping_at = watch->since + PTL_SUSPECT_PING_US;
}

/* Microseconds until all patience is used up. */
static int32_t suspect_left(const struct ptl_link *link)
{
	return (int32_t)(link->rate.watch.since + PTL_SUSPECT_FALL_US +
			 2 * ptl_line_us(link->baud, link->own_max_packet) -
			 (uint32_t)link->now);
}

bool ptl_watch_asks(struct ptl_link *link)
{
	struct rate_watch *watch = &link->rate.watch;

	if (!watch->suspects)
		return true;
	if ((int32_t)(watch->ping_at - (uint32_t)link->now) <= 0) {
		link->session.ping_due = link->session.up;
		watch->ping_at = (uint32_t)link->now + PTL_SUSPECT_AGAIN_US;
		watch->asked++;
	}
	return watch->asked < ASKED || suspect_left(link) > 0;
}

int32_t ptl_watch_left(struct ptl_link *link)
{
	const struct rate_watch *watch = &link->rate.watch;
	int32_t ping, end;

	if (owed(link))
		suspect(link);
	if (!watch->suspects)
		return RATE_LONGEST_US;
	ping = (int32_t)(watch->ping_at - (uint32_t)link->now);
	end = suspect_left(link);
	return ping < end || watch->asked < ASKED ? ping : end;
}

void ptl_watch_heard(struct ptl_link *link, size_t n)
{
	link->rate.watch.suspects = false;
	link->rate.watch.good += (uint32_t)n;
}

bool ptl_watch_bytes(struct ptl_link *link, size_t n)
{
	struct rate_watch *watch = &link->rate.watch;
	uint32_t now = (uint32_t)link->now;

	suspect(link);
	if (watch->bytes >= PTL_SHARE_BYTES && now - watch->window >= PTL_SHARE_US) {
		if (watch->good >= watch->bytes / PTL_SHARE_LEAST)
			watch->bad = 0;
		else if (++watch->bad == WINDOWS)
			return false;
		watch->window = now;
		watch->bytes = 0;
		watch->good = 0;
	}
	watch->bytes += (uint32_t)n;
	return true;
}

#endif
