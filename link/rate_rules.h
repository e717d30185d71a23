/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The rules of rate negotiation (SPEC 12.3): in which state what event takes whom to
 * which state, and what is said first there. All of them, each once: link/rate.c obeys
 * them, and test/model/rate.pml is made of them, so that what spin has checked is what
 * runs. What is not named here is ignored. No two rules fit one event.
 *
 *	BASE      at the base rate, and data flows
 *	OFFER     the same, link messages only; the host has said PROPOSE
 *	MOVE      the last bytes at a rate, ACCEPT or FALL
 *	SWITCH    the owner changes the rate
 *	TRIAL     probes at the new one
 *	CONFIRM   the host has said CONFIRM
 *	FAST      at the new rate, confirmed, and data flows
 *
 * Events: messages, and
 *
 *	NEXT      the host has a rate to try
 *	USABLE    PROPOSE of a rate that this end can use; UNUSABLE: of another
 *	EMPTY     all that was to be said at this rate has been given
 *	THERE     the port is at the rate of the trial
 *	HOME      the port is at the base rate, opened anew maybe
 *	ELSEWHERE the port is where it should not be
 *	HEARD     the first probe
 *	PROVED    probes enough, both ways
 *	ANSWERED  a good frame that only an end in FAST says
 *	FAILS     the time of a state is over; in FAST the watch has given the rate up,
 *	          or the host wants to try a higher one
 */
#ifndef PIGTAIL_RATE_RULES_H
#define PIGTAIL_RATE_RULES_H

/* clang-format off */
#define RATE_RULES(RULE)                                     \
	/*   in       who     event      to       says    */ \
	RULE(BASE,    HOST,   NEXT,      OFFER,   PROPOSE)   \
	RULE(BASE,    DEVICE, USABLE,    MOVE,    ACCEPT)    \
	RULE(BASE,    EITHER, UNUSABLE,  BASE,    REFUSE)    \
	RULE(OFFER,   HOST,   ACCEPT,    MOVE,    NOTHING)   \
	RULE(OFFER,   HOST,   REFUSE,    BASE,    NOTHING)   \
	RULE(OFFER,   HOST,   FAILS,     BASE,    NOTHING)   \
	RULE(MOVE,    EITHER, EMPTY,     SWITCH,  NOTHING)   \
	RULE(SWITCH,  HOST,   THERE,     TRIAL,   PROBE)     \
	RULE(SWITCH,  DEVICE, THERE,     TRIAL,   NOTHING)   \
	RULE(TRIAL,   DEVICE, HEARD,     TRIAL,   PROBE)     \
	RULE(TRIAL,   HOST,   PROVED,    CONFIRM, CONFIRM)   \
	RULE(TRIAL,   DEVICE, CONFIRM,   FAST,    CONFIRMED) \
	RULE(TRIAL,   EITHER, FAILS,     MOVE,    FALL)      \
	RULE(TRIAL,   EITHER, FALL,      MOVE,    NOTHING)   \
	RULE(CONFIRM, HOST,   ANSWERED,  FAST,    NOTHING)   \
	RULE(CONFIRM, HOST,   FAILS,     MOVE,    FALL)      \
	RULE(CONFIRM, HOST,   FALL,      MOVE,    NOTHING)   \
	RULE(FAST,    DEVICE, CONFIRM,   FAST,    CONFIRMED) \
	RULE(FAST,    EITHER, FAILS,     MOVE,    FALL)      \
	RULE(FAST,    EITHER, FALL,      MOVE,    NOTHING)   \
	RULE(ANY,     EITHER, HOME,      BASE,    NOTHING)   \
	RULE(ANY,     EITHER, ELSEWHERE, MOVE,    NOTHING)
/* clang-format on */

#endif
