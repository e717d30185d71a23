/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Rate negotiation (SPEC 12). Both ends begin at the base rate; each trial of a
 * higher one begins there, and each failure ends there, so that two rates are all
 * that a moment knows. The host leads. States, events and what follows from them are
 * the table in rate_rules.h, which only happens() reads and only it changes the state;
 * here is what raises an event, and what else is done then.
 *
 * Each state but BASE and FAST ends by itself, and FAST does when the peer is not
 * there. So whatever message is lost, both meet at base: test/model/rate.pml. The
 * device speaks first neither at a new rate nor twice, so nothing that it said at
 * one rate is heard at another; all said at base by the host but PROPOSE is before.
 *
 * What rate the port has is a fact that only its owner knows, and says after each
 * change (ptl_rate_done); one that nobody waits for is as good.
 */
#include "state.h"
#include "bytes.h"
#include "rate_rules.h"

#ifndef PTL_WITHOUT_RATE

#define PATIENCE_MS  400u     /* at most, of a host */
#define GIVE_UP_US   5000000u /* nobody answered PROPOSE */
#define REST_US	     400000u  /* of trials, for data, after a fall */
#define SET_AGAIN_US 100000u  /* until a port that did not go to base is asked again */
#define TOO_SOON_US  5000000u /* a rate that falls after less has failed */

enum who {
	WHO_HOST = 1,
	WHO_DEVICE = 2,
	WHO_EITHER = WHO_HOST | WHO_DEVICE,
};

enum event {
	ON_NEXT,
	ON_USABLE,
	ON_UNUSABLE,
	ON_ACCEPT,
	ON_REFUSE,
	ON_EMPTY,
	ON_THERE,
	ON_HOME,
	ON_ELSEWHERE,
	ON_HEARD,
	ON_PROVED,
	ON_CONFIRM,
	ON_ANSWERED,
	ON_FALL,
	ON_FAILS,
};

enum {
	SAY_NOTHING = 0,
	SAY_PROPOSE = PTL_MSG_PROPOSE,
	SAY_ACCEPT = PTL_MSG_ACCEPT,
	SAY_REFUSE = PTL_MSG_REFUSE,
	SAY_PROBE = PTL_MSG_PROBE,
	SAY_CONFIRM = PTL_MSG_CONFIRM,
	SAY_CONFIRMED = PTL_MSG_CONFIRMED,
	SAY_FALL = PTL_MSG_FALL,
};

static const struct rule {
	uint8_t in, who, event, to, says;
} rules[] = {
#define RULE(in, who, event, to, says)                                                         \
	{RATE_##in, WHO_##who, ON_##event, RATE_##to, SAY_##says},
	RATE_RULES(RULE)
#undef RULE
};

/* What may be sent, by state. */
static const uint8_t lets[] = {
	[RATE_FIXED] = RATE_LETS_ALL,	 [RATE_BASE] = RATE_LETS_ALL,
	[RATE_OFFER] = RATE_LETS_LINK,	 [RATE_MOVE] = RATE_LETS_RATE,
	[RATE_SWITCH] = RATE_LETS_RATE,	 [RATE_TRIAL] = RATE_LETS_RATE,
	[RATE_CONFIRM] = RATE_LETS_RATE, [RATE_FAST] = RATE_LETS_ALL,
};

static bool leads(const struct ptl_link *link)
{
	return link->rate.agreed && is_host(link) && link->session.up;
}

/* Microseconds until then. */
static int32_t left(const struct ptl_link *link, uint32_t at)
{
	return (int32_t)(at - (uint32_t)link->now);
}

static uint32_t patience_us(const struct rate *rate)
{
	return rate->patience_ms * 1000u;
}

/* The state ends then, if nothing happens. */
static void lasts(struct ptl_link *link, uint32_t us)
{
	link->rate.until = (uint32_t)link->now + us;
}

/* False: not in this state. */
static bool happens(struct ptl_link *link, enum event event)
{
	struct rate *rate = &link->rate;
	unsigned who = is_host(link) ? WHO_HOST : WHO_DEVICE;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct rule *rule = &rules[i];

		if (rule->event != event || !(rule->who & who) ||
		    (rule->in != rate->state && rule->in != RATE_ANY))
			continue;
		if (rate->state != rule->to)
			rate->since = (uint32_t)link->now;
		rate->state = rule->to;
		rate->say = rule->says;
		rate->say_at = (uint32_t)link->now;
		rate->said = 0;
		return true;
	}
	return false;
}

/* The rate in hand did not work. */
static void failed(struct ptl_link *link)
{
	link->counters.rate_failures++;
	if (is_host(link))
		ptl_plan_failed(link);
}

/* ---- HELLO ---- */

void ptl_rate_init(struct ptl_link *link, const struct ptl_config *config)
{
	struct rate *rate = &link->rate;

	rate->state = config->rate_auto && link->events.rate ? RATE_BASE : RATE_FIXED;
	rate->own = config->uart;
	rate->base = config->baud;
	ptl_plan_begin(link);
}

/* It restarted. What failed last did so because it was not there. */
void ptl_rate_forget_peer(struct ptl_link *link)
{
	link->rate.agreed = false;
	ptl_plan_doubt(link);
}

void ptl_rate_learn(struct ptl_link *link, uint32_t caps, const uint8_t *value, size_t n)
{
	struct rate *rate = &link->rate;
	struct ptl_uart peer;

	if (rate->state == RATE_FIXED || !(caps & PTL_CAP_RATE) || n < PTL_RATE_OPTION_BYTES)
		return;
	peer.clock = get_le32(value);
	peer.least_divider = get_le16(value + 4);
	peer.max = get_le32(value + 6);
	/* Another one at the other end: what failed with the last says nothing. */
	if (peer.clock != rate->peer.clock || peer.max != rate->peer.max)
		ptl_plan_begin(link);
	rate->peer = peer;
	rate->agreed = true;
}

void ptl_rate_session_up(struct ptl_link *link)
{
	if (link->rate.state != RATE_BASE)
		return;
	link->rate.plan.rest_us = 0;
	ptl_plan_trial(link, 0);
}

/* ---- moving ---- */

/* To base: a trial has failed, or a rate is given up. */
static void leave(struct ptl_link *link, enum event event, enum ptl_fall_reason reason)
{
	struct rate *rate = &link->rate;
	bool fast = rate->state == RATE_FAST;
	bool soon = (uint32_t)link->now - rate->since < TOO_SOON_US;

	if (!happens(link, event))
		return;
	lasts(link, 0);
	rate->wanted = rate->base;
	rate->reason = (uint8_t)reason;
	if (!fast) {
		failed(link);
		return;
	}
	if (reason != PTL_FALL_HIGHER)
		link->counters.rate_falls++;
	if (reason == PTL_FALL_BAD || (reason == PTL_FALL_SILENT && soon))
		failed(link);
	rate->plan.rest_us = reason == PTL_FALL_HIGHER ? 0 : REST_US;
}

static void refresh_senders(struct ptl_link *link, bool lost)
{
	link->sending.trip.smooth_us = 0;
	link->sending.trip.spread_us = 0;
	if (lost)
		link->rate.away = false;
	for (int i = 0; i < DATA_CLASSES; i++)
		ptl_sender_refresh(&link->senders[i], &link->sending, link->now, lost);
}

/* Data flows again; the next trial is in a while. */
static void rest(struct ptl_link *link, uint32_t us)
{
	ptl_plan_trial(link, us);
	refresh_senders(link, false);
}

/* What was on the way is lost, most likely. The peer learns what has arrived here; who
 * comes home last is heard by the other. */
static void come_home(struct ptl_link *link, uint32_t us)
{
	happens(link, ON_HOME);
	link->rate.away = true;
	link->session.ping_due = link->session.up;
	for (int i = 0; i < DATA_CLASSES; i++)
		link->receivers[i].changed = link->session.up;
	rest(link, us);
}

static void settle(struct ptl_link *link)
{
	ptl_watch_begin(link);
	if (is_host(link))
		ptl_plan_works(link);
	link->counters.rate_changes++;
	refresh_senders(link, link->rate.away);
}

void ptl_rate_turn(struct ptl_link *link)
{
	struct rate *rate = &link->rate;

	if (rate->state != RATE_MOVE || rate->say || left(link, rate->until) > 0)
		return;
	happens(link, ON_EMPTY);
	link->events.rate(link->events.user, rate->wanted);
}

static void begin_trial(struct ptl_link *link)
{
	happens(link, ON_THERE);
	lasts(link, patience_us(&link->rate));
	link->rate.probes = (struct rate_probes){0};
}

static void ask_for_base(struct ptl_link *link, uint32_t us)
{
	happens(link, ON_ELSEWHERE);
	lasts(link, us);
	link->rate.wanted = link->rate.base;
}

void ptl_rate_done(struct ptl_link *link, uint32_t now)
{
	struct rate *rate = &link->rate;
	bool asked = rate->state == RATE_SWITCH;
	bool up = asked && rate->wanted != rate->base;

	if (ptl_rate_near(now, rate->base))
		now = rate->base;
	else if (ptl_rate_near(now, rate->wanted))
		now = rate->wanted;
	if (rate->state == RATE_FIXED || (!asked && now == link->baud))
		return;
	ptl_link_adopt_baud(link, now);
	ptl_noise_init(&link->sending.noise, link->sending.noise.max);
	if (up && now == rate->wanted) {
		begin_trial(link);
		return;
	}
	if (up)
		failed(link);
	if (now == rate->base)
		come_home(link, rate->plan.rest_us);
	else
		ask_for_base(link, asked ? SET_AGAIN_US : 0);
}

void ptl_rate_reset(struct ptl_link *link)
{
	if (link->rate.state == RATE_FIXED)
		return;
	ptl_link_adopt_baud(link, link->rate.base);
	come_home(link, 0);
}

uint32_t ptl_rate_now(const struct ptl_link *link)
{
	return link->baud;
}

static void offer(struct ptl_link *link)
{
	struct rate *rate = &link->rate;
	uint32_t wanted = ptl_plan_choose(link);

	if (!wanted || !happens(link, ON_NEXT))
		return;
	rate->trial++;
	rate->wanted = wanted;
	rate->patience_ms = (uint16_t)(PTL_PATIENCE_MS + 2 * rate->trip_ms);
	if (rate->patience_ms > PATIENCE_MS)
		rate->patience_ms = PATIENCE_MS;
	/* The device may be in the last trial still. */
	lasts(link, PTL_PROPOSE_FOR_US + 2 * patience_us(rate));
}

/* ---- messages ---- */

static bool enough(struct rate_count count)
{
	return count.good >= PTL_PROBES_GOOD && 2 * (uint32_t)count.good >= count.of;
}

static void take_propose(struct ptl_link *link, const uint8_t *payload)
{
	struct rate *rate = &link->rate;
	uint16_t patience = get_le16(payload + 5);
	bool usable;

	if (rate->state != RATE_BASE || !rate->agreed || !link->session.up)
		return;
	rate->trial = payload[0];
	rate->wanted = get_le32(payload + 1);
	usable = !is_host(link) && rate->wanted != rate->base &&
		 ptl_rate_usable(rate, rate->wanted);
	happens(link, usable ? ON_USABLE : ON_UNUSABLE);
	rate->patience_ms = patience < PTL_PATIENCE_MAX_MS ? patience : PTL_PATIENCE_MAX_MS;
	lasts(link, 0);
}

static void take_answer(struct ptl_link *link, uint8_t type, const uint8_t *payload)
{
	struct rate *rate = &link->rate;

	if (rate->state != RATE_OFFER || get_le32(payload + 1) != rate->wanted)
		return;
	if (type == PTL_MSG_REFUSE) {
		happens(link, ON_REFUSE);
		failed(link);
		rest(link, rate->plan.rest_us);
		return;
	}
	/* If it answers a copy it took even longer: then so may all that follows. */
	rate->trip_ms = (uint16_t)(((uint32_t)link->now - rate->since) / 1000);
	happens(link, ON_ACCEPT);
	lasts(link, 0);
}

static void take_probe(struct ptl_link *link, const uint8_t *payload)
{
	struct rate *rate = &link->rate;
	uint16_t place = get_le16(payload + 1);

	if (rate->state != RATE_TRIAL)
		return;
	if (rate->probes.mine.good == 0) {
		rate->probes.first = place;
		lasts(link, patience_us(rate) + ptl_line_us(link->baud, PTL_TRIAL_BYTES));
		if (happens(link, ON_HEARD))
			rate->until += patience_us(rate) + PTL_DEVICE_WAITS_US;
	}
	rate->probes.mine.good++;
	rate->probes.mine.of = (uint16_t)(place - rate->probes.first + 1);
	rate->probes.peers.good = get_le16(payload + 3);
	rate->probes.peers.of = get_le16(payload + 5);
	if (enough(rate->probes.mine) && enough(rate->probes.peers) && happens(link, ON_PROVED))
		lasts(link, patience_us(rate));
}

static void take_confirm(struct ptl_link *link)
{
	bool trial = link->rate.state == RATE_TRIAL;

	if (happens(link, ON_CONFIRM) && trial)
		settle(link);
}

bool ptl_rate_take(struct ptl_link *link, uint8_t type, const uint8_t *payload, size_t n)
{
	static const uint8_t least[] = {
		PTL_PROPOSE_BYTES, PTL_ACCEPT_BYTES,  PTL_ACCEPT_BYTES, PTL_PROBE_HEAD,
		PTL_CONFIRM_BYTES, PTL_CONFIRM_BYTES, PTL_FALL_BYTES,
	};

	if (link->rate.state == RATE_FIXED || type < PTL_MSG_PROPOSE || type > PTL_MSG_FALL)
		return false;
	if (n < least[type - PTL_MSG_PROPOSE]) {
		link->counters.rx_bad_field++;
		return true;
	}
	if (type == PTL_MSG_PROPOSE) {
		take_propose(link, payload);
		return true;
	}
	if (payload[0] != link->rate.trial)
		return true;
	switch (type) {
	case PTL_MSG_ACCEPT:
	case PTL_MSG_REFUSE:
		take_answer(link, type, payload);
		break;
	case PTL_MSG_PROBE:
		take_probe(link, payload);
		break;
	case PTL_MSG_CONFIRM:
		take_confirm(link);
		break;
	case PTL_MSG_CONFIRMED:
		break; /* ptl_rate_heard() has seen it */
	default:
		leave(link, ON_FALL,
		      payload[1] <= PTL_FALL_HIGHER ? (enum ptl_fall_reason)payload[1]
						    : PTL_FALL_BAD);
		break;
	}
	return true;
}

/* At the new rate the host has nothing to fear of frames from before it: the
 * device said nothing after ACCEPT. */
void ptl_rate_heard(struct ptl_link *link, enum ptl_class class, uint16_t number, size_t n)
{
	struct rate *rate = &link->rate;
	uint8_t type = (uint8_t)(number & PTL_TYPE_MASK);
	bool about_rate = class == PTL_CLASS_LINK && type >= PTL_MSG_PROPOSE &&
			  type <= PTL_MSG_FALL && type != PTL_MSG_CONFIRMED;

	if (rate->state == RATE_FAST)
		ptl_watch_heard(link, n);
	if (rate->state == RATE_CONFIRM && !about_rate && happens(link, ON_ANSWERED))
		settle(link);
	/* The peer is here as well: what was lost can go again. */
	if (rate->away && (rate->state == RATE_BASE || rate->state == RATE_OFFER))
		refresh_senders(link, true);
}

bool ptl_rate_bytes(struct ptl_link *link, size_t n)
{
	if (link->rate.state != RATE_FAST)
		return false;
	if (!ptl_watch_bytes(link, n))
		leave(link, ON_FAILS, PTL_FALL_BAD);
	return true;
}

/* ---- time ---- */

/* It is time for the host's next step. */
static bool is_next(const struct ptl_link *link)
{
	return leads(link) && link->rate.plan.next != RATE_NEXT_NOTHING &&
	       left(link, link->rate.plan.at) <= 0;
}

void ptl_rate_timers(struct ptl_link *link)
{
	struct rate *rate = &link->rate;
	bool late = left(link, rate->until) <= 0;

	switch ((enum rate_state)rate->state) {
	case RATE_BASE:
		if (is_next(link))
			offer(link);
		break;
	case RATE_OFFER:
		if (!late && leads(link))
			break;
		happens(link, ON_FAILS);
		link->counters.rate_failures++;
		rest(link, GIVE_UP_US);
		break;
	case RATE_TRIAL:
	case RATE_CONFIRM:
		if (late)
			leave(link, ON_FAILS, PTL_FALL_FAILED);
		break;
	case RATE_FAST:
		if (is_next(link) && ptl_plan_climbs(link))
			leave(link, ON_FAILS, PTL_FALL_HIGHER);
		else if (!ptl_watch_asks(link))
			leave(link, ON_FAILS, PTL_FALL_SILENT);
		break;
	default:
		break;
	}
}

/* Microseconds until the state ends by time, or asks for something. */
static int32_t state_left(struct ptl_link *link)
{
	switch ((enum rate_state)link->rate.state) {
	case RATE_FIXED:
	case RATE_BASE:
	case RATE_SWITCH:
		return RATE_LONGEST_US;
	case RATE_FAST:
		return ptl_watch_left(link);
	default:
		return left(link, link->rate.until);
	}
}

ptl_time ptl_rate_deadline(struct ptl_link *link)
{
	const struct rate *rate = &link->rate;
	int32_t least = state_left(link);

	if ((rate->state == RATE_BASE || rate->state == RATE_FAST) && leads(link) &&
	    rate->plan.next != RATE_NEXT_NOTHING && left(link, rate->plan.at) < least)
		least = left(link, rate->plan.at);
	if (rate->say != 0 && left(link, rate->say_at) < least)
		least = left(link, rate->say_at);
	return least > 0 ? link->now + (uint32_t)least : 0;
}

enum ptl_rate_lets ptl_rate_lets(const struct ptl_link *link)
{
	return (enum ptl_rate_lets)lets[link->rate.state];
}

#endif
