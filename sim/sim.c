/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event loop in virtual time. What can happen next: a call that the user
 * asked for (a heap by time), bytes that reach a side, a side that wants to
 * transmit. The earliest goes first; at the same moment calls go before bytes,
 * bytes before transmitting, side 0 before side 1. So the order depends on
 * nothing but the seed.
 */
#include "sim/sim.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/sim_side.h"

enum stream {
	STREAM_USER,
	STREAM_RESETS,
	STREAM_SIDE,		       /* and the next: one a side */
	STREAM_WIRE = STREAM_SIDE + 2, /* and the next */
};

struct call {
	uint64_t when; /* ns */
	uint64_t order;
	void (*call)(void *user);
	void *user;
};

struct sim {
	uint64_t seed;
	uint64_t now; /* ns */
	bool stop;
	struct sim_hooks hooks;
	struct sim_side side[2];
	struct wire *wire[2];
	struct prng prng;

	struct call *calls; /* a binary heap */
	size_t calls_n, calls_size;
	uint64_t calls_order;

	char error[256];
};

void sim_config_default(struct sim_config *config, const struct ptl_framing *framing,
			uint32_t baud, uint64_t seed)
{
	*config = (struct sim_config){.seed = seed, .chunks = SIM_CHUNKS_RANDOM};
	for (int i = 0; i < 2; i++) {
		config->framing[i] = framing;
		ptl_config_default(&config->link[i], PTL_PROFILE_HOST);
		config->link[i].role = i ? PTL_DEVICE : PTL_HOST;
		config->link[i].mac[0] = 0x02;
		config->link[i].mac[5] = (uint8_t)(i + 1);
		config->link[i].nonce = 0;
		config->link[i].baud = baud;
		config->wire[i].baud = baud;
		config->uart[i] = (struct ptl_uart){0, 1, WIRE_BAUD_MAX};
	}
}

static bool start_side(struct sim *sim, const struct sim_config *config, int i)
{
	struct sim_side *side = &sim->side[i];

	side->index = i;
	side->framing = config->framing[i];
	side->config = config->link[i];
	side->hooks = &sim->hooks;
	side->chunks = config->chunks;
	side->knows_queued = config->knows_queued;
	side->late_us = config->late_us;
	side->uart = config->uart[i];
	side->out = sim->wire[i];
	side->in = sim->wire[!i];
	side->prng = prng_seed(config->seed, STREAM_SIDE + (unsigned)i);
	return sim_side_start(side, sim->now);
}

struct sim *sim_new(const struct sim_config *config)
{
	struct sim *sim = calloc(1, sizeof(*sim));

	if (!sim)
		return NULL;
	sim->seed = config->seed;
	sim->now = SIM_ORIGIN * 1000;
	sim->hooks = config->hooks;
	sim->prng = prng_seed(config->seed, STREAM_USER);
	for (unsigned i = 0; i < 2; i++) {
		struct wire_config wire = config->wire[i];
		struct prng prng = prng_seed(config->seed, STREAM_WIRE + i);

		if (!wire.seed)
			wire.seed = prng_next(&prng);
		wire.ppm += config->clock_ppm[i];
		wire.rx_ppm += config->clock_ppm[!i];
		sim->wire[i] = wire_new(&wire);
	}
	if (!sim->wire[0] || !sim->wire[1] || !start_side(sim, config, 0) ||
	    !start_side(sim, config, 1)) {
		sim_free(sim);
		return NULL;
	}
	return sim;
}

void sim_free(struct sim *sim)
{
	if (!sim)
		return;
	for (int i = 0; i < 2; i++) {
		sim_side_end(&sim->side[i]);
		wire_free(sim->wire[i]);
	}
	free(sim->calls);
	free(sim);
}

static bool before(const struct call *a, const struct call *b)
{
	return a->when != b->when ? a->when < b->when : a->order < b->order;
}

void sim_at(struct sim *sim, ptl_time when, void (*call)(void *user), void *user)
{
	struct call new = {when * 1000, sim->calls_order++, call, user};
	size_t i = sim->calls_n++;

	if (new.when < sim->now)
		new.when = sim->now;
	if (i == sim->calls_size) {
		sim->calls_size = sim->calls_size ? 2 * sim->calls_size : 64;
		sim->calls = realloc(sim->calls, sim->calls_size * sizeof(new));
		if (!sim->calls)
			abort();
	}
	for (; i && before(&new, &sim->calls[(i - 1) / 2]); i = (i - 1) / 2)
		sim->calls[i] = sim->calls[(i - 1) / 2];
	sim->calls[i] = new;
}

static struct call pop_call(struct sim *sim)
{
	struct call first = sim->calls[0];
	struct call last = sim->calls[--sim->calls_n];
	size_t i = 0;

	for (size_t child; (child = 2 * i + 1) < sim->calls_n; i = child) {
		if (child + 1 < sim->calls_n &&
		    before(&sim->calls[child + 1], &sim->calls[child]))
			child++;
		if (!before(&sim->calls[child], &last))
			break;
		sim->calls[i] = sim->calls[child];
	}
	sim->calls[i] = last;
	return first;
}

/* After anything happened: what was queued goes out, who waits for room hears
 * of it. */
static void settle(struct sim *sim)
{
	for (int i = 0; i < 2; i++) {
		struct sim_side *side = &sim->side[i];

		if (side->dirty)
			sim_side_transmit(side, sim->now);
		if (!side->room)
			continue;
		side->room = false;
		if (sim->hooks.room && !side->off)
			sim->hooks.room(sim->hooks.user, i);
	}
}

static bool is_settled(const struct sim *sim)
{
	return !sim->side[0].dirty && !sim->side[0].room && !sim->side[1].dirty &&
	       !sim->side[1].room;
}

static bool check(struct sim *sim)
{
	for (int i = 0; i < 2; i++) {
		if (!sim->side[i].error[0] || sim->error[0])
			continue;
		snprintf(sim->error, sizeof(sim->error),
			 "%s on side %d at %" PRIu64 " us: %s (seed %" PRIu64 ")",
			 sim->side[i].framing->name, i, sim->now / 1000, sim->side[i].error,
			 sim->seed);
	}
	return !sim->error[0];
}

/* One event, not later than until; false: none left. */
static bool step(struct sim *sim, uint64_t until)
{
	enum { CALL, RECEIVE, TRANSMIT } what = CALL;
	uint64_t when = sim->calls_n ? sim->calls[0].when : WIRE_NEVER;
	int who = 0;

	if (!is_settled(sim)) {
		settle(sim);
		return true;
	}
	for (int i = 0; i < 2; i++) {
		uint64_t rx = sim_side_rx_wake(&sim->side[i]);

		if (rx < when) {
			when = rx;
			what = RECEIVE;
			who = i;
		}
	}
	for (int i = 0; i < 2; i++) {
		if (sim->side[i].tx_wake < when) {
			when = sim->side[i].tx_wake;
			what = TRANSMIT;
			who = i;
		}
	}
	if (when > until) {
		if (until != WIRE_NEVER && until > sim->now)
			sim->now = until;
		wire_run(sim->wire[0], sim->now);
		wire_run(sim->wire[1], sim->now);
		return false;
	}
	if (sim->now < when)
		sim->now = when;
	if (what == CALL) {
		struct call call = pop_call(sim);

		call.call(call.user);
	} else if (what == RECEIVE) {
		sim_side_receive(&sim->side[who], sim->now);
	} else {
		sim_side_transmit(&sim->side[who], sim->now);
	}
	return true;
}

bool sim_run_until(struct sim *sim, bool (*done)(void *user), void *user, ptl_time limit)
{
	uint64_t until = limit < PTL_NEVER / 1000 ? limit * 1000 : WIRE_NEVER;

	sim->stop = false;
	while (check(sim) && !sim->stop) {
		if (done && done(user))
			return true;
		if (!step(sim, until))
			return !done;
	}
	return !sim->error[0] && !done;
}

bool sim_run(struct sim *sim, ptl_time until)
{
	return sim_run_until(sim, NULL, NULL, until);
}

bool sim_run_for(struct sim *sim, ptl_time duration)
{
	return sim_run(sim, sim_now(sim) + duration);
}

void sim_stop(struct sim *sim)
{
	sim->stop = true;
}

const char *sim_error(const struct sim *sim)
{
	return sim->error[0] ? sim->error : NULL;
}

ptl_time sim_now(const struct sim *sim)
{
	return sim->now / 1000;
}

struct prng *sim_prng(struct sim *sim)
{
	return &sim->prng;
}

enum ptl_error sim_send(struct sim *sim, int side, const uint8_t *packet, size_t n)
{
	struct sim_side *from = &sim->side[side];

	if (from->off)
		return PTL_DOWN;
	from->dirty = true;
	return from->framing->send(from->endpoint, sim_now(sim), packet, n);
}

enum ptl_error sim_send_control(struct sim *sim, int side, const uint8_t *message, size_t n,
				uint32_t *number)
{
	struct sim_side *from = &sim->side[side];

	if (from->off)
		return PTL_DOWN;
	from->dirty = true;
	return from->framing->send_control(from->endpoint, sim_now(sim), message, n, number);
}

void sim_refuse(struct sim *sim, int side, bool refuse)
{
	sim->side[side].refusing = refuse;
	if (!refuse)
		sim_resume(sim, side);
}

void sim_resume(struct sim *sim, int side)
{
	struct sim_side *to = &sim->side[side];

	if (!to->off && to->framing->resume)
		to->framing->resume(to->endpoint, sim_now(sim));
	to->dirty = true;
}

void sim_restart(struct sim *sim, int side)
{
	sim_side_restart(&sim->side[side], sim->now);
}

void sim_power_off(struct sim *sim, int side)
{
	sim->side[side].off = true;
	sim->side[side].tx_wake = WIRE_NEVER;
	wire_flush_sender(sim->wire[side], sim->now);
}

void sim_set_line(struct sim *sim, enum wire_line line, bool reset)
{
	for (int i = 0; i < 2; i++)
		wire_set_line(sim->wire[i], sim->now, line);
	for (int i = 0; i < 2 && reset && line == WIRE_LINE_OK; i++) {
		struct sim_side *side = &sim->side[i];

		if (!side->off) {
			sim_side_base(side, sim->now);
			side->framing->wire_reset(side->endpoint, sim_now(sim));
		}
		side->dirty = true;
	}
}

void sim_set_faults(struct sim *sim, int side, const struct fault_rates *rates)
{
	wire_set_faults(sim->wire[side], sim->now, rates);
}

void sim_set_baud(struct sim *sim, uint32_t baud)
{
	for (int i = 0; i < 2; i++) {
		struct sim_side *side = &sim->side[i];

		wire_set_baud(sim->wire[i], sim->now, baud);
		side->config.baud = baud;
		ptl_pacer_init(&side->pacer, baud);
		if (!side->off && side->framing->set_baud)
			side->framing->set_baud(side->endpoint, baud);
		side->dirty = true;
	}
}

void sim_set_max_baud(struct sim *sim, int side, uint32_t baud)
{
	wire_set_max_baud(sim->wire[side], sim->now, baud);
}

uint32_t sim_rate(const struct sim *sim, int side)
{
	return sim->side[side].rate;
}

struct ptl_endpoint *sim_endpoint(struct sim *sim, int side)
{
	return sim->side[side].endpoint;
}

const struct ptl_counters *sim_counters(const struct sim *sim, int side)
{
	return sim->side[side].framing->counters(sim->side[side].endpoint);
}

void sim_total(const struct sim *sim, int side, struct ptl_counters *total)
{
	*total = sim->side[side].past;
	sim_side_add_counters(&sim->side[side], total);
}

const struct wire *sim_wire(const struct sim *sim, int side)
{
	return sim->wire[side];
}

unsigned sim_restarts(const struct sim *sim, int side)
{
	return sim->side[side].restarts;
}
