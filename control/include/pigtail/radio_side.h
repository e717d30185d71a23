/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The radio's side of the control channel (SPEC 8): what every radio does with messages,
 * whatever makes its waves. It checks requests, answers those that are malformed or
 * unknown, keeps what the link has no room for, and cuts scan results to the line's share.
 *
 *	host ---> ptl_radio_message() ---> ops.request() ---> an answer now, or later
 *	                                   ptl_radio_say(), ptl_radio_bss() ---> host
 *
 * No allocation, no clock, no OS. The owner serialises calls. ops.request may call all
 * but ptl_radio_message() and ptl_radio_poll().
 */
#ifndef PIGTAIL_RADIO_SIDE_H
#define PIGTAIL_RADIO_SIDE_H

#include <pigtail/control.h>
#include <pigtail/share.h>
#include <pigtail/wifi.h>

#define PTL_RADIO_OUTBOX 4 /* messages */

/* ops.request will answer later, by ptl_radio_answer(). */
#define PTL_STATUS_LATER ((enum ptl_status)0xff)

struct ptl_radio_ops {
	void *user;
	const char *board, *firmware; /* constant, 1 to 32 characters */
	uint32_t capabilities;	      /* enum ptl_capability */

	/* Sends on the control class; false: no room, ptl_radio_poll() tries again. */
	bool (*send)(void *user, const uint8_t *message, size_t n);

	/* Puts the fields of READY, also of the answer to INFO, from MAC on; those
	 * before are put from what stands above. */
	void (*info)(void *user, struct ptl_control_writer *to);

	/* A request that passed ptl_control_check(). Fields may be put into answer.
	 * reason: set to a constant, it is told to a person. */
	enum ptl_status (*request)(void *user, const struct ptl_control *message,
				   struct ptl_control_writer *answer, const char **reason);

	/* A session has begun, or is gone: all that an earlier one set or joined is to
	 * go. Nothing can be said in it. */
	void (*reset)(void *user);
};

struct ptl_radio_counters {
	uint64_t requests;
	uint64_t malformed; /* messages that are none */
	uint64_t unknown;   /* requests of an unknown type */
	uint64_t lost;	    /* events without room */
};

struct ptl_radio_control {
	struct ptl_radio_ops ops;
	struct ptl_share *share;
	struct ptl_radio_counters counters;
	ptl_time now;  /* of the last call that said it */
	bool up;       /* a session */
	size_t bss_at; /* bytes of the present BSS's elements that went */
	struct ptl_control_writer outbox[PTL_RADIO_OUTBOX];
	unsigned first, count;
};

void ptl_radio_init(struct ptl_radio_control *radio, const struct ptl_radio_ops *ops,
		    struct ptl_share *share);

/* The link's session began, or is gone. */
void ptl_radio_session(struct ptl_radio_control *radio, ptl_time now, bool up);

/* A message from the host. false: there is no room for its answer; to be offered again
 * when ptl_radio_poll() has been called. */
bool ptl_radio_message(struct ptl_radio_control *radio, ptl_time now, const uint8_t *bytes,
		       size_t n);

/* Answers a request for which PTL_STATUS_LATER was returned. false: there is no room for
 * it; to be called again when ptl_radio_poll() has been. */
bool ptl_radio_answer(struct ptl_radio_control *radio, uint8_t id, uint8_t interface,
		      enum ptl_status status, const char *reason);

/* The same in two steps, if the answer has fields: they are put into it between the two. */
void ptl_radio_begin_answer(struct ptl_control_writer *answer, uint8_t id, uint8_t interface,
			    enum ptl_status status, const char *reason);
bool ptl_radio_end_answer(struct ptl_radio_control *radio,
			  const struct ptl_control_writer *answer);

/* Says an event. false: it was lost, and counted, for want of room. */
bool ptl_radio_say(struct ptl_radio_control *radio, const struct ptl_control_writer *message);

/* Says one BSS, in parts as the line's share allows. false: not yet all of it; the same
 * again when *again has come, or the link has room. bss and its elements must stay. */
bool ptl_radio_bss(struct ptl_radio_control *radio, ptl_time now, const struct ptl_bss *bss,
		   ptl_time *again);

/* Sends what waits; whether all went. To be called when the link has room. */
bool ptl_radio_poll(struct ptl_radio_control *radio);

#endif
