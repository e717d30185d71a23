/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A turn, by the pump's state:
 *
 *	STOPPED   the endpoint's timers
 *	RUNS      what is left in out goes first, then as much as the pacer lets go
 *	DRAINS    out goes; when the line is dry: set_rate(), and RUNS or SWITCHES
 *	SWITCHES  the endpoint's timers
 *
 * How much may go, the clock and the UART say together: the driver doesn't see what is
 * in the FIFO, the clock doesn't see a stopped line, so the smaller room counts. The
 * clock counts a byte when the UART takes it, not when it is pulled. While less than
 * half of what may be below is free, nothing is pulled.
 *
 * A turn ends in one of these, and `waits` is true in all but the first:
 *
 *	nothing to send			until the endpoint's deadline
 *	no room by the clock		until there is
 *	no room by the driver		until what is too much should have left
 *	the UART took not all		until it wakes us; timers meanwhile
 *	another rate			until the line is dry, or set; timers meanwhile
 */
#include <pigtail/pump.h>

/* While nothing can go, the endpoint's timers run this often. */
#define IDLE_US 100000u
/* Until the UART is asked again what it holds, or offered what it did not take: at least,
 * and twice that each time when nothing has left, but not more than. */
#define LOOK_US	    500u
#define LOOK_MAX_US 16000u
/* To another rate: it is asked so often whether all has left; and how long beyond the
 * moment when it should have. Less than what the peer waits for our first probe. */
#define DRAIN_US    1000u
#define PATIENCE_US 50000u
#define SHIFT_BYTES 2u /* being sent, unseen by all */

void ptl_pump_init(struct ptl_pump *pump, const struct ptl_pump_config *config)
{
	*pump = (struct ptl_pump){.config = *config, .look_us = LOOK_US};
}

static void pace(struct ptl_pump *pump, uint32_t baud)
{
	pump->baud = baud;
	ptl_pacer_init(&pump->pacer, baud);
	if (pump->config.tick_us > 0)
		ptl_pacer_ticks(&pump->pacer, pump->config.tick_us);
	else if (pump->config.punctual)
		ptl_pacer_punctual(&pump->pacer);
}

void ptl_pump_begin(struct ptl_pump *pump, uint32_t baud)
{
	pump->state = PTL_PUMP_RUNS;
	pump->rate = 0;
	pump->out_at = 0;
	pump->out_n = 0;
	pump->waits = false;
	pump->paced = false;
	pump->look_us = LOOK_US;
	pump->queued = 0;
	pump->wake = PTL_NEVER;
	pace(pump, baud);
}

void ptl_pump_stop(struct ptl_pump *pump)
{
	pump->state = PTL_PUMP_STOPPED;
}

void ptl_pump_wakeup(struct ptl_pump *pump)
{
	pump->woken = true;
}

bool ptl_pump_is_blocked(const struct ptl_pump *pump)
{
	return pump->out_at < pump->out_n;
}

bool ptl_pump_was_woken(const struct ptl_pump *pump)
{
	return pump->woken && ptl_pump_is_blocked(pump);
}

bool ptl_pump_is_due(const struct ptl_pump *pump)
{
	const struct ptl_pump_config *config = &pump->config;

	return !pump->waits && config->framing->deadline(config->endpoint) < pump->wake;
}

static size_t transmit(struct ptl_pump *pump, ptl_time now, size_t room)
{
	const struct ptl_pump_config *config = &pump->config;

	return config->framing->transmit(config->endpoint, now, config->out, room);
}

static size_t queued(const struct ptl_pump *pump)
{
	const struct ptl_pump_config *config = &pump->config;

	return config->ops->queued ? config->ops->queued(config->port) : PTL_PACER_UNKNOWN;
}

static void look_again(struct ptl_pump *pump, bool moves)
{
	pump->look_us = moves ? LOOK_US : 2 * pump->look_us;
	if (pump->look_us > LOOK_MAX_US)
		pump->look_us = LOOK_MAX_US;
}

/* Gives the UART what is in out; whether all went. */
static bool flush(struct ptl_pump *pump, ptl_time now)
{
	const struct ptl_pump_config *config = &pump->config;
	size_t took;

	if (!ptl_pump_is_blocked(pump))
		return true;
	pump->woken = false; /* before the write: it may be set within */
	took = config->ops->write(config->port, config->out + pump->out_at,
				  pump->out_n - pump->out_at);
	pump->out_at += took;
	if (pump->queued != PTL_PACER_UNKNOWN)
		pump->queued += took;
	ptl_pacer_sent(&pump->pacer, now, took);
	look_again(pump, took > 0);
	return !ptl_pump_is_blocked(pump);
}

/* ---- pulling ---- */

/* The last turn left bytes for want of room, to come when there would be some. If the
 * line is dry by now, that was too late. */
static void adapt(struct ptl_pump *pump, ptl_time now)
{
	ptl_time dry = ptl_pacer_dry_for(&pump->pacer, now);
	bool below = pump->queued != PTL_PACER_UNKNOWN && pump->queued > 0;

	if (pump->paced && dry > 0 && !below) {
		pump->dry++;
		pump->dry_us += (ptl_count)dry;
		ptl_pacer_late(&pump->pacer);
		pump->adapted = now;
	} else if (now - pump->adapted > PTL_PACER_DECAY_US) {
		ptl_pacer_in_time(&pump->pacer);
		pump->adapted = now;
	}
}

/* Bytes that may be pulled; 0 while it isn't worth it. */
static size_t room_below(struct ptl_pump *pump, ptl_time now)
{
	const struct ptl_pacer *pacer = &pump->pacer;
	size_t enough = ptl_pacer_enough(pacer);
	size_t before = pump->queued;
	size_t by_driver;
	size_t by_clock;

	/* The usual case: the driver need not be asked. */
	if (ptl_pacer_room(pacer, now, PTL_PACER_UNKNOWN) < enough)
		return 0;
	pump->queued = queued(pump);
	adapt(pump, now);
	by_clock = ptl_pacer_room(pacer, now, PTL_PACER_UNKNOWN);
	by_driver = ptl_pacer_room(pacer, now, pump->queued);
	if (by_driver >= enough)
		return by_clock < by_driver ? by_clock : by_driver;
	look_again(pump, pump->queued < before);
	return 0;
}

static void pull(struct ptl_pump *pump, ptl_time now)
{
	size_t room = room_below(pump, now);
	size_t want;
	size_t n;

	do {
		want = room < pump->config.out_size ? room : pump->config.out_size;
		n = transmit(pump, now, want);
		pump->out_at = 0;
		pump->out_n = n;
		room -= n;
	} while (flush(pump, now) && n == want && room > 0);
}

/* ---- another rate ---- */

void ptl_pump_want_rate(struct ptl_pump *pump, uint32_t rate)
{
	pump->state = PTL_PUMP_DRAINS;
	pump->rate = rate;
	pump->give_up = PTL_NEVER; /* its last bytes have not been written yet */
}

static uint32_t settle_us(const struct ptl_pump *pump)
{
	ptl_time shift = ptl_pacer_after(&pump->pacer, 0, SHIFT_BYTES);

	return shift > pump->config.settle_us ? (uint32_t)shift : pump->config.settle_us;
}

static bool is_dry(const struct ptl_pump *pump)
{
	const struct ptl_pump_config *config = &pump->config;
	size_t n = queued(pump);

	if (ptl_pump_is_blocked(pump) || (n != PTL_PACER_UNKNOWN && n > 0))
		return false;
	return !config->ops->drained || config->ops->drained(config->port);
}

/* The line is stopped. What was pulled must not leave at another rate; whether it won't. */
static bool discard(struct ptl_pump *pump)
{
	const struct ptl_pump_config *config = &pump->config;

	pump->out_at = 0;
	pump->out_n = 0;
	if (config->ops->discard)
		config->ops->discard(config->port);
	return config->ops->discard != NULL;
}

/* Returns when to come again for it; now: the state is another. */
static ptl_time drain(struct ptl_pump *pump, ptl_time now)
{
	const struct ptl_pump_config *config = &pump->config;
	bool may_set = true;
	ptl_time quiet;
	uint32_t made;

	(void)flush(pump, now);
	quiet = ptl_pacer_quiet(&pump->pacer, now, settle_us(pump));
	if (pump->give_up == PTL_NEVER)
		pump->give_up = quiet + PATIENCE_US;
	if (quiet > now)
		return quiet;
	if (!is_dry(pump)) {
		if (now < pump->give_up)
			return now + DRAIN_US;
		may_set = discard(pump);
	}
	pump->state = PTL_PUMP_SWITCHES;
	made = may_set ? config->ops->set_rate(config->port, pump->rate) : 0;
	if (made != PTL_PUMP_LATER)
		ptl_pump_rate_set(pump, now, made);
	return now;
}

void ptl_pump_rate_set(struct ptl_pump *pump, ptl_time now, uint32_t rate)
{
	const struct ptl_pump_config *config = &pump->config;
	bool awaited = pump->state == PTL_PUMP_SWITCHES;

	if (!awaited && (rate == 0 || pump->state == PTL_PUMP_STOPPED))
		return;
	if (rate == 0)
		rate = pump->baud;
	if (awaited)
		ptl_pump_begin(pump, rate);
	else
		pace(pump, rate);
	/* While another change is under way, it will tell. */
	if (pump->state == PTL_PUMP_RUNS)
		config->framing->rate_done(config->endpoint, now, rate);
}

void ptl_pump_set_baud(struct ptl_pump *pump, uint32_t baud)
{
	if (pump->state == PTL_PUMP_DRAINS || pump->state == PTL_PUMP_SWITCHES)
		return;
	pace(pump, baud);
}

/* ---- the turn ---- */

/* There is more to send, but no room for it: when will there be? */
static ptl_time next_room(struct ptl_pump *pump, ptl_time now)
{
	const struct ptl_pacer *pacer = &pump->pacer;
	size_t keep = pacer->limit - pacer->base / 2;
	ptl_time at = ptl_pacer_next(pacer, now);
	ptl_time least = now + pump->look_us;
	ptl_time most = now + LOOK_MAX_US;

	pump->paced = at > now;
	if (pump->paced)
		return at;
	if (pump->queued == PTL_PACER_UNKNOWN || pump->queued <= keep)
		return least;
	at = ptl_pacer_after(pacer, now, pump->queued - keep);
	if (at < least)
		return least;
	return at < most ? at : most;
}

static ptl_time next(struct ptl_pump *pump, ptl_time now)
{
	const struct ptl_pump_config *config = &pump->config;
	ptl_time wake;

	if (pump->state == PTL_PUMP_DRAINS) {
		wake = drain(pump, now);
		if (pump->state != PTL_PUMP_SWITCHES)
			return wake;
	}
	wake = config->framing->deadline(config->endpoint);
	if (pump->state != PTL_PUMP_RUNS)
		return wake < now + IDLE_US ? now + IDLE_US : wake;
	if (ptl_pump_is_blocked(pump))
		return pump->woken ? now : now + pump->look_us;
	pump->waits = wake <= now;
	return pump->waits ? next_room(pump, now) : wake;
}

ptl_time ptl_pump_turn(struct ptl_pump *pump, ptl_time now)
{
	if (pump->state == PTL_PUMP_RUNS && flush(pump, now))
		pull(pump, now);
	else
		(void)transmit(pump, now, 0);
	pump->paced = false;
	pump->waits = true;
	pump->wake = next(pump, now);
	return pump->wake;
}
