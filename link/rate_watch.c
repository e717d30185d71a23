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

void ptl_rate_watch_begin(struct ptl_link *link)
{
	link->rate.suspects = false;
	link->rate.bad = 0;
	link->rate.share = (struct rate_share){.since = (uint32_t)link->now};
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
	struct rate *rate = &link->rate;

	if (rate->suspects)
		return;
	rate->suspects = true;
	rate->asked = 0;
	rate->suspect = (uint32_t)link->now;
	rate->until = rate->suspect + PTL_SUSPECT_PING_US;
}

/* Microseconds until all patience is used up. */
static int32_t suspect_left(const struct ptl_link *link)
{
	return (int32_t)(link->rate.suspect + PTL_SUSPECT_FALL_US +
			 2 * ptl_line_us(link->baud, link->own_max_packet) -
			 (uint32_t)link->now);
}

void ptl_rate_watch(struct ptl_link *link)
{
	struct rate *rate = &link->rate;

	if (!rate->suspects)
		return;
	if ((int32_t)(rate->until - (uint32_t)link->now) <= 0) {
		link->session.ping_due = link->session.up;
		rate->until = (uint32_t)link->now + PTL_SUSPECT_AGAIN_US;
		rate->asked++;
	}
	if (rate->asked >= ASKED && suspect_left(link) <= 0)
		ptl_rate_leave(link, PTL_FALL_SILENT, true);
}

int32_t ptl_rate_watch_left(struct ptl_link *link)
{
	int32_t ping, end;

	if (owed(link))
		suspect(link);
	if (!link->rate.suspects)
		return RATE_LONGEST_US;
	ping = (int32_t)(link->rate.until - (uint32_t)link->now);
	end = suspect_left(link);
	return ping < end || link->rate.asked < ASKED ? ping : end;
}

void ptl_rate_bytes(struct ptl_link *link, size_t n)
{
	struct rate *rate = &link->rate;
	bool bad;

	if (rate->state != RATE_FAST)
		return;
	suspect(link);
	if (rate->share.bytes >= PTL_SHARE_BYTES &&
	    (uint32_t)link->now - rate->share.since >= PTL_SHARE_US) {
		bad = rate->share.good < rate->share.bytes / PTL_SHARE_LEAST;
		rate->bad = bad ? (uint8_t)(rate->bad + 1) : 0;
		rate->share = (struct rate_share){.since = (uint32_t)link->now};
		if (rate->bad == WINDOWS)
			ptl_rate_leave(link, PTL_FALL_BAD, true);
	}
	rate->share.bytes += (uint32_t)n;
}

#endif
