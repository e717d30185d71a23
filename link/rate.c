/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Rate negotiation (SPEC 12). Both ends begin at the base rate; each trial of a
 * higher one begins there, and each failure ends there, so that two rates are all
 * that a moment knows. The host leads. What moves an end from state to state:
 *
 *	BASE	 host, up, time for it		OFFER: PROPOSE every 30 ms, no data
 *		 device hears PROPOSE		MOVE by ACCEPT; or REFUSE
 *	OFFER	 ACCEPT				MOVE
 *		 REFUSE				BASE, next candidate
 *		 700 ms and more		BASE, data; again after 5 s
 *	MOVE	 all has been pulled		SWITCH: events.rate
 *	SWITCH	 ptl_rate_done()			TRIAL; BASE, if that was where to
 *	TRIAL	 16 probes good, half of all	(both ways) host: CONFIRM
 *		 device hears CONFIRM		FAST, says CONFIRMED
 *		 too late			MOVE to base by FALL
 *	CONFIRM	 CONFIRMED, or any other frame	FAST
 *		 too late			MOVE to base by FALL
 *	FAST	 nothing good though owed	PING; 300 ms: MOVE to base by FALL
 *		 3/4 of the bytes are bad	MOVE to base by FALL
 *	any fast FALL				MOVE to base
 *
 * Each state but BASE and FAST ends by itself, and FAST does when the peer is not
 * there. So whatever message is lost, both meet at base: test/model/rate.pml. The
 * device speaks first neither at a new rate nor twice, so nothing that it said at
 * one rate is heard at another; all said at base by the host but PROPOSE is before.
 */
#include "state.h"
#include "bytes.h"

#ifndef PTL_WITHOUT_RATE

#define PATIENCE_MS  400u	     /* at most, of a host */
#define GIVE_UP_US   5000000u	     /* nobody answered PROPOSE */
#define REST_US	     400000u	     /* of trials, for data, after a fall */
#define CLIMB_US     5000000u	     /* until the next step up, after one */
#define AGAIN_US     10000000u	     /* a failed rate is tried again; then doubled */
#define AGAIN_MAX_US RATE_LONGEST_US /* up to this */
#define SET_AGAIN_US 100000u	     /* until a port that did not go to base is asked again */
#define TOO_SOON_US  5000000u	     /* a rate that falls after less has failed */

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

static void plan(struct ptl_link *link, uint32_t us)
{
	link->rate.plans = true;
	link->rate.next = (uint32_t)link->now + us;
}

static void say(struct ptl_link *link, enum ptl_message message)
{
	link->rate.say = (uint8_t)message;
	link->rate.say_at = (uint32_t)link->now;
	link->rate.said = 0;
}

static void enter(struct ptl_link *link, enum rate_state state, uint32_t us)
{
	link->rate.state = (uint8_t)state;
	link->rate.since = (uint32_t)link->now;
	link->rate.until = link->rate.since + us;
	link->rate.say = 0;
}

/* The candidate in hand did not work. */
static void mark_failed(struct ptl_link *link)
{
	struct rate *rate = &link->rate;

	link->counters.rate_failures++;
	rate->latest = (uint16_t)(1u << rate->index);
	rate->failed |= rate->latest;
}

/* ---- HELLO ---- */

void ptl_rate_init(struct ptl_link *link, const struct ptl_config *config)
{
	struct rate *rate = &link->rate;

	rate->enabled = config->rate_auto && link->events.rate;
	rate->own = config->uart;
	rate->base = config->baud;
	rate->again_us = AGAIN_US;
}

size_t ptl_rate_option(const struct ptl_link *link, uint8_t *to)
{
	const struct ptl_uart *own = &link->rate.own;

	if (!link->rate.enabled)
		return 0;
	to[0] = PTL_OPTION_RATE;
	to[1] = PTL_RATE_OPTION_BYTES;
	put_le32(to + 2, own->clock);
	put_le16(to + 6, own->least_divider);
	put_le32(to + 8, own->max);
	return PTL_OPTION_BYTES + PTL_RATE_OPTION_BYTES;
}

/* It restarted. What failed last did so because it was not there. */
void ptl_rate_forget_peer(struct ptl_link *link)
{
	link->rate.agreed = false;
	link->rate.failed &= (uint16_t)~link->rate.latest;
	link->rate.latest = 0;
}

void ptl_rate_learn(struct ptl_link *link, uint32_t caps, const uint8_t *value, size_t n)
{
	struct rate *rate = &link->rate;
	struct ptl_uart peer;

	if (!rate->enabled || !(caps & PTL_CAP_RATE) || n < PTL_RATE_OPTION_BYTES)
		return;
	peer.clock = get_le32(value);
	peer.least_divider = get_le16(value + 4);
	peer.max = get_le32(value + 6);
	/* Another one at the other end: what failed with the last says nothing. */
	if (peer.clock != rate->peer.clock || peer.max != rate->peer.max) {
		rate->failed = 0;
		rate->again_us = AGAIN_US;
	}
	rate->peer = peer;
	rate->agreed = true;
}

void ptl_rate_session_up(struct ptl_link *link)
{
	if (link->rate.state != RATE_BASE)
		return;
	link->rate.rests = false;
	link->rate.waited = false;
	plan(link, 0);
}

/* ---- moving ---- */

void ptl_rate_leave(struct ptl_link *link, enum ptl_fall_reason reason, bool aloud)
{
	struct rate *rate = &link->rate;
	bool fast = rate->state == RATE_FAST;
	bool soon = (uint32_t)link->now - rate->since < TOO_SOON_US;

	if (!fast)
		link->counters.rate_failures++;
	else if (reason != PTL_FALL_HIGHER)
		link->counters.rate_falls++;
	if (!fast || reason == PTL_FALL_BAD || (reason == PTL_FALL_SILENT && soon))
		mark_failed(link);
	if (fast)
		rate->rests = reason != PTL_FALL_HIGHER;
	rate->reason = (uint8_t)reason;
	rate->wanted = rate->base;
	enter(link, RATE_MOVE, 0);
	if (aloud)
		say(link, PTL_MSG_FALL);
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

/* Data flows again. */
static void rest(struct ptl_link *link, uint32_t us)
{
	enter(link, RATE_BASE, 0);
	plan(link, us);
	refresh_senders(link, false);
}

/* What was on the way is lost, most likely. The peer learns what has arrived here; who
 * comes home last is heard by the other. */
static void come_home(struct ptl_link *link, uint32_t us)
{
	link->rate.away = true;
	link->session.ping_due = link->session.up;
	for (int i = 0; i < DATA_CLASSES; i++)
		link->receivers[i].changed = link->session.up;
	rest(link, us);
}

static void settle(struct ptl_link *link)
{
	struct rate *rate = &link->rate;
	bool climbed = rate->higher == rate->index + 1;

	enter(link, RATE_FAST, 0);
	ptl_rate_watch_begin(link);
	rate->latest = 0;
	rate->higher = 0;
	if (climbed)
		rate->again_us = AGAIN_US;
	plan(link, climbed ? CLIMB_US : rate->again_us);
	rate->plans = ptl_rate_choose_again(rate, link->baud) != RATE_NONE;
	link->counters.rate_changes++;
	refresh_senders(link, rate->away);
}

void ptl_rate_turn(struct ptl_link *link)
{
	struct rate *rate = &link->rate;

	if (rate->state != RATE_MOVE || rate->say || left(link, rate->until) > 0)
		return;
	rate->state = RATE_SWITCH;
	link->events.rate(link->events.user, rate->wanted);
}

/* The port is at another rate than it should be. */
static void ask_for_base(struct ptl_link *link, uint32_t us)
{
	link->rate.wanted = link->rate.base;
	enter(link, RATE_MOVE, us);
}

void ptl_rate_done(struct ptl_link *link, uint32_t now)
{
	struct rate *rate = &link->rate;
	bool switching = rate->state == RATE_SWITCH;
	bool there = switching && ptl_rate_near(now, rate->wanted);
	bool home = ptl_rate_near(now, rate->base);

	if (!rate->enabled)
		return;
	if (there || home)
		now = there ? rate->wanted : rate->base;
	if (!switching && now == link->baud)
		return;
	if (switching && !there && rate->wanted != rate->base)
		mark_failed(link);
	ptl_link_adopt_baud(link, now);
	ptl_noise_init(&link->sending.noise, link->sending.noise.max);
	if (home) {
		come_home(link, rate->rests ? REST_US : 0);
		return;
	}
	if (!there) {
		ask_for_base(link, switching ? SET_AGAIN_US : 0);
		return;
	}
	enter(link, RATE_TRIAL, patience_us(rate));
	rate->heard = false;
	rate->probes = (struct rate_probes){0};
	if (is_host(link))
		say(link, PTL_MSG_PROBE);
}

void ptl_rate_reset(struct ptl_link *link)
{
	struct rate *rate = &link->rate;

	if (!rate->enabled)
		return;
	ptl_link_adopt_baud(link, rate->base);
	come_home(link, 0);
}

uint32_t ptl_rate_now(const struct ptl_link *link)
{
	return link->baud;
}

/* ---- the host's choice ---- */

/* What failed long ago may work now. */
static bool try_higher(struct ptl_link *link)
{
	struct rate *rate = &link->rate;
	uint8_t index = ptl_rate_choose_again(rate, link->baud);

	if (index == RATE_NONE)
		return false;
	rate->failed &= (uint16_t) ~(1u << index);
	rate->higher = (uint8_t)(index + 1);
	rate->again_us = rate->again_us < AGAIN_MAX_US / 2 ? 2 * rate->again_us : AGAIN_MAX_US;
	return true;
}

static void offer(struct ptl_link *link)
{
	struct rate *rate = &link->rate;
	uint8_t index;

	if (rate->waited)
		try_higher(link);
	index = ptl_rate_choose(rate);
	rate->waited = index == RATE_NONE;
	if (rate->waited) {
		/* All have failed, or there are none. */
		plan(link, rate->again_us);
		rate->plans = ptl_rate_choose_again(rate, link->baud) != RATE_NONE;
		return;
	}
	rate->index = index;
	rate->trial++;
	rate->wanted = ptl_rate_candidate(index);
	rate->patience_ms = (uint16_t)(PTL_PATIENCE_MS + 2 * rate->trip_ms);
	if (rate->patience_ms > PATIENCE_MS)
		rate->patience_ms = PATIENCE_MS;
	/* The device may be in the last trial still. */
	enter(link, RATE_OFFER, PTL_PROPOSE_FOR_US + 2 * patience_us(rate));
	say(link, PTL_MSG_PROPOSE);
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

	if (rate->state != RATE_BASE || !rate->agreed || !link->session.up)
		return;
	rate->trial = payload[0];
	rate->wanted = get_le32(payload + 1);
	if (is_host(link) || rate->wanted == rate->base ||
	    !ptl_rate_usable(rate, rate->wanted)) {
		say(link, PTL_MSG_REFUSE);
		return;
	}
	rate->patience_ms = patience < PTL_PATIENCE_MAX_MS ? patience : PTL_PATIENCE_MAX_MS;
	enter(link, RATE_MOVE, 0);
	say(link, PTL_MSG_ACCEPT);
}

static void take_answer(struct ptl_link *link, uint8_t type, const uint8_t *payload)
{
	struct rate *rate = &link->rate;

	if (rate->state != RATE_OFFER || get_le32(payload + 1) != rate->wanted)
		return;
	if (type == PTL_MSG_REFUSE) {
		mark_failed(link);
		rest(link, rate->rests ? REST_US : 0);
		return;
	}
	/* If it answers a copy it took even longer: then so may all that follows. */
	rate->trip_ms = (uint16_t)(((uint32_t)link->now - rate->since) / 1000);
	enter(link, RATE_MOVE, 0);
}

static void take_probe(struct ptl_link *link, const uint8_t *payload)
{
	struct rate *rate = &link->rate;
	uint16_t place = get_le16(payload + 1);

	if (rate->state != RATE_TRIAL)
		return;
	if (!rate->heard) {
		rate->heard = true;
		rate->probes.first = place;
		rate->until = (uint32_t)link->now + patience_us(rate) +
			      ptl_line_us(link->baud, PTL_TRIAL_BYTES);
		if (!is_host(link))
			rate->until += patience_us(rate) + PTL_DEVICE_WAITS_US;
		if (!is_host(link))
			say(link, PTL_MSG_PROBE);
	}
	rate->probes.mine.good++;
	rate->probes.mine.of = (uint16_t)(place - rate->probes.first + 1);
	rate->probes.peers.good = get_le16(payload + 3);
	rate->probes.peers.of = get_le16(payload + 5);
	if (is_host(link) && enough(rate->probes.mine) && enough(rate->probes.peers)) {
		enter(link, RATE_CONFIRM, patience_us(rate));
		say(link, PTL_MSG_CONFIRM);
	}
}

static void take_confirm(struct ptl_link *link)
{
	if (is_host(link))
		return;
	if (link->rate.state == RATE_TRIAL)
		settle(link);
	if (link->rate.state == RATE_FAST)
		say(link, PTL_MSG_CONFIRMED);
}

static void take_fall(struct ptl_link *link, uint8_t reason)
{
	enum rate_state state = (enum rate_state)link->rate.state;

	if (state == RATE_TRIAL || state == RATE_CONFIRM)
		ptl_rate_leave(link, PTL_FALL_FAILED, false);
	else if (state == RATE_FAST)
		ptl_rate_leave(link,
			       reason <= PTL_FALL_HIGHER ? (enum ptl_fall_reason)reason
							 : PTL_FALL_BAD,
			       false);
}

bool ptl_rate_take(struct ptl_link *link, uint8_t type, const uint8_t *payload, size_t n)
{
	static const uint8_t least[] = {
		PTL_PROPOSE_BYTES, PTL_ACCEPT_BYTES,  PTL_ACCEPT_BYTES, PTL_PROBE_HEAD,
		PTL_CONFIRM_BYTES, PTL_CONFIRM_BYTES, PTL_FALL_BYTES,
	};

	if (!link->rate.enabled || type < PTL_MSG_PROPOSE || type > PTL_MSG_FALL)
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
		take_fall(link, payload[1]);
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

	rate->suspects = false;
	if (rate->state == RATE_FAST)
		rate->share.good += (uint32_t)n;
	if (rate->state == RATE_CONFIRM && !about_rate)
		settle(link);
	/* The peer is here as well: what was lost can go again. */
	if (rate->away && (rate->state == RATE_BASE || rate->state == RATE_OFFER))
		refresh_senders(link, true);
}

static size_t probe(struct rate *rate, uint8_t *payload)
{
	static const uint8_t pattern[] = PTL_PROBE_PATTERN;

	put_le16(payload + 1, rate->probes.sent++);
	put_le16(payload + 3, rate->probes.mine.good);
	put_le16(payload + 5, rate->probes.mine.of);
	for (size_t i = PTL_PROBE_HEAD; i < PTL_PROBE_BYTES; i++)
		payload[i] = pattern[i % sizeof(pattern)];
	return PTL_PROBE_BYTES;
}

bool ptl_rate_says(const struct ptl_link *link)
{
	return link->rate.say != 0 && left(link, link->rate.say_at) <= 0;
}

enum ptl_message ptl_rate_message(struct ptl_link *link, uint8_t payload[RATE_PAYLOAD_MAX],
				  size_t *n)
{
	struct rate *rate = &link->rate;
	enum ptl_message message = (enum ptl_message)rate->say;

	payload[0] = rate->trial;
	put_le32(payload + 1, rate->wanted);
	rate->said++;
	switch (message) {
	case PTL_MSG_PROPOSE:
		put_le16(payload + 5, rate->patience_ms);
		rate->say_at = (uint32_t)link->now + PTL_PROPOSE_AGAIN_US;
		*n = PTL_PROPOSE_BYTES;
		break;
	case PTL_MSG_PROBE:
		*n = probe(rate, payload);
		break;
	case PTL_MSG_CONFIRM:
		rate->say_at = (uint32_t)link->now + PTL_CONFIRM_US;
		*n = PTL_CONFIRM_BYTES;
		break;
	case PTL_MSG_FALL:
		payload[1] = rate->reason;
		if (rate->said == PTL_FALLS_SAID)
			rate->say = 0;
		*n = PTL_FALL_BYTES;
		break;
	default:
		rate->say = 0;
		*n = message == PTL_MSG_CONFIRMED ? PTL_CONFIRM_BYTES : PTL_ACCEPT_BYTES;
		break;
	}
	return message;
}

/* ---- time ---- */

/* It is time for the host's next step. */
static bool is_next(const struct ptl_link *link)
{
	return leads(link) && link->rate.plans && left(link, link->rate.next) <= 0;
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
		link->counters.rate_failures++;
		rest(link, GIVE_UP_US);
		break;
	case RATE_TRIAL:
	case RATE_CONFIRM:
		if (late)
			ptl_rate_leave(link, PTL_FALL_FAILED, true);
		break;
	case RATE_FAST:
		if (is_next(link) && try_higher(link))
			ptl_rate_leave(link, PTL_FALL_HIGHER, true);
		else
			ptl_rate_watch(link);
		break;
	case RATE_MOVE:
	case RATE_SWITCH:
		break;
	}
}

ptl_time ptl_rate_deadline(struct ptl_link *link)
{
	const struct rate *rate = &link->rate;
	int32_t least = RATE_LONGEST_US;

	if (rate->state == RATE_FAST)
		least = ptl_rate_watch_left(link);
	else if (rate->state != RATE_BASE && rate->state != RATE_SWITCH)
		least = left(link, rate->until);
	if ((rate->state == RATE_BASE || rate->state == RATE_FAST) && rate->plans &&
	    leads(link) && left(link, rate->next) < least)
		least = left(link, rate->next);
	if (rate->say != 0 && left(link, rate->say_at) < least)
		least = left(link, rate->say_at);
	return least > 0 ? link->now + (uint32_t)least : 0;
}

enum ptl_rate_lets ptl_rate_lets(const struct ptl_link *link)
{
	switch ((enum rate_state)link->rate.state) {
	case RATE_BASE:
	case RATE_FAST:
		return RATE_LETS_ALL;
	case RATE_OFFER:
		return RATE_LETS_LINK;
	default:
		return RATE_LETS_RATE;
	}
}

#endif
