/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The line's share of what goes in the control class and can wait: streams and scan
 * results (SPEC 8.5). That class goes before all packets, so it paces itself: while
 * packets wait a quarter of the line is its, and one message takes at most about 2.5 ms. One
 * share a link, for all of them together.
 *
 * It is a moment: what is sent moves it by the time that it takes of the share, and
 * nothing more goes until it has passed. No 64-bit division, which a 32-bit kernel lacks.
 *
 * That is by the clock, and a line may be slower than it was said to be: a socket, an
 * emulator, a peer that holds RTS back. What has gone too early waits there, and all packets
 * behind it. So nothing more goes either while so many messages are unacknowledged.
 */
#ifndef PIGTAIL_SHARE_H
#define PIGTAIL_SHARE_H

#include <pigtail/endpoint.h>

#define PTL_SHARE_PARTS	   4u	 /* of the line, while packets wait */
#define PTL_SHARE_MESSAGES 400u	 /* a second: 2.5 ms each */
#define PTL_SHARE_SHORTEST 64u	 /* bytes of a message, however slow the line is */
#define PTL_SHARE_AHEAD	   2u	 /* messages that are not acknowledged */
#define PTL_SHARE_LOOK_US  1000u /* until they are counted again, when nobody says so */

struct ptl_share {
	uint32_t line; /* bytes/s, 30 or more */
	bool packets;  /* wait for the line */
	uint32_t messages;
	ptl_time free_at;
};

/* line: bits/s; packets: whether any wait (ptl_info.waiting); messages: of control, waiting
 * or unacknowledged (ptl_info.messages; 0: nobody knows). At first, and before a decision. */
static inline void ptl_share_set(struct ptl_share *share, uint32_t line, bool packets,
				 uint32_t messages)
{
	share->line = line / 10 > 30 ? line / 10 : 30;
	share->packets = packets;
	share->messages = messages;
}

/* Bytes that a message may have. */
static inline size_t ptl_share_message(const struct ptl_share *share)
{
	uint32_t n = share->line / PTL_SHARE_MESSAGES;

	return n < PTL_SHARE_SHORTEST ? PTL_SHARE_SHORTEST : n;
}

static inline bool ptl_share_free(const struct ptl_share *share, ptl_time now)
{
	return share->free_at <= now && share->messages < PTL_SHARE_AHEAD;
}

/* When it may be free, if it isn't. */
static inline ptl_time ptl_share_next(const struct ptl_share *share, ptl_time now)
{
	ptl_time look = now + PTL_SHARE_LOOK_US;

	return share->messages < PTL_SHARE_AHEAD || share->free_at > look ? share->free_at
									  : look;
}

/* n bytes, at most 4096, have been given to the link. What was not used is not saved up: two
 * messages at once would stay two as long as more follow, for a packet to wait for. */
static inline void ptl_share_book(struct ptl_share *share, ptl_time now, size_t n)
{
	uint32_t sixteenths = 16000000u / share->line; /* of a microsecond, a byte */
	uint32_t takes = (uint32_t)n * sixteenths / 16 * (share->packets ? PTL_SHARE_PARTS : 1);

	if (share->free_at < now)
		share->free_at = now;
	share->free_at += takes;
}

#endif
