/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * When to try to join the Wi-Fi network. Knows no driver: the owner tells what
 * happened and asks what to do.
 *
 *	          due                 joined
 *	WAITING -------> TRYING ------------------> JOINED
 *	   ^               | refused, lost, 20 s      | lost
 *	   +---------------+--------------------------+
 *
 * The pause before a try doubles from 0.25 s to 32 s, with a random quarter on
 * top so that a house full of them does not return in step. It begins anew once
 * a connection has held for 10 s: a network that takes and drops us at once is
 * not hammered. It never gives up.
 */
#ifndef PIGTAIL_ESP8266_JOIN_H
#define PIGTAIL_ESP8266_JOIN_H

#include <pigtail/endpoint.h>

#define JOIN_PAUSE_FIRST_US 250000u
#define JOIN_PAUSE_LAST_US  32000000u
#define JOIN_TRY_US	    20000000u
#define JOIN_HELD_US	    10000000u

enum join_state {
	JOIN_OFF, /* nothing to join */
	JOIN_WAITING,
	JOIN_TRYING,
	JOIN_JOINED,
};

enum join_do {
	JOIN_NOTHING,
	JOIN_CONNECT, /* begin a try */
	JOIN_GIVE_UP, /* end the present try: nothing came of it */
};

struct join {
	enum join_state state;
	ptl_time next;	/* WAITING: of the try; TRYING: its end */
	ptl_time since; /* JOINED */
	uint32_t pause_us;
	uint32_t random; /* state of a xorshift generator, not 0 */
	uint32_t tries;	 /* since last joined */
};

/* Off until join_start(). random: any. */
void join_init(struct join *join, uint32_t random);

/* There is a network to join, and a driver that could. */
void join_start(struct join *join, ptl_time now);

void join_joined(struct join *join, ptl_time now);

/* The network was lost, or the try was refused. */
void join_lost(struct join *join, ptl_time now);

/* What to do now; to be asked when join_deadline() has passed, and after events. */
enum join_do join_poll(struct join *join, ptl_time now);

ptl_time join_deadline(const struct join *join);

#endif
