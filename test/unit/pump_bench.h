/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pump, in virtual time, between an endpoint that counts (its bytes are 0, 1, 2 ...,
 * and every one that leaves is looked at) and a UART that can be made bad:
 *
 *	endpoint --> pump --> driver's buffer --> FIFO --> wire
 *	                      (queued() sees it)  (nobody does)
 */
#ifndef TEST_PUMP_BENCH_H
#define TEST_PUMP_BENCH_H

#include "story.h"

#include <pigtail/pump.h>

#define STEP_US	 10u
#define BASE	 115200u
#define FAST	 921600u
#define BUFFER	 4096u
#define NEVER_AT ((uint64_t)-1)

struct bench {
	ptl_time now;
	struct ptl_pump pump;
	struct ptl_pump_ops ops;
	uint8_t out[512];
	size_t out_size;

	/* the endpoint */
	uint64_t given;	    /* bytes pulled */
	uint64_t to_give;   /* up to this one */
	uint64_t change_at; /* wants another rate when so many were given */
	uint32_t change_to;
	bool changing;
	ptl_time timer; /* its deadline when it has nothing to send */
	unsigned timers, dones, fails;
	uint32_t told; /* rate */

	/* the UART */
	uint8_t bytes[BUFFER];
	size_t n;	 /* in buffer and FIFO */
	size_t fifo;	 /* of them unseen */
	size_t room;	 /* for all */
	size_t mouthful; /* the most that one write takes */
	uint32_t rate;
	double credit;
	bool stopped;	   /* CTS */
	bool wakes;	   /* tells that there is room */
	bool wakes_within; /* from within write() */
	bool waiting;	   /* it owes that */
	bool refuses;	   /* another rate */
	bool later;	   /* it takes its time to set it */
	uint32_t being_set;
	unsigned set_rates, discards;

	/* the wire */
	uint64_t left;	    /* bytes that have left */
	uint64_t lost;	    /* numbers left out */
	uint64_t at_new;    /* left at another rate than they were given at */
	uint64_t rate_from; /* bytes from this one on are for the UART's present rate */
	size_t most;	    /* that were below */
	ptl_time idle_us;   /* it was dry */

	/* the owner */
	ptl_time wake, late_us;
	bool punctual;
	uint32_t tick_us;
	unsigned turns;
};

/* ---- the endpoint ---- */

static inline struct bench *bench_of(const struct ptl_endpoint *endpoint)
{
	return (struct bench *)(uintptr_t)endpoint;
}

static inline size_t give(struct ptl_endpoint *endpoint, ptl_time now, uint8_t *out,
			  size_t room)
{
	struct bench *bench = bench_of(endpoint);
	size_t n = 0;

	assert_int_equal(now, bench->now);
	if (now >= bench->timer) {
		bench->timers++;
		bench->timer = now + 1000000;
	}
	while (n < room && !bench->changing && bench->given < bench->to_give &&
	       bench->given < bench->change_at)
		out[n++] = (uint8_t)bench->given++;
	if (bench->given == bench->change_at && !bench->changing) {
		bench->changing = true;
		bench->change_at = NEVER_AT;
		ptl_pump_want_rate(&bench->pump, bench->change_to);
	}
	return n;
}

static inline ptl_time deadline(const struct ptl_endpoint *endpoint)
{
	const struct bench *bench = bench_of(endpoint);

	if (!bench->changing && bench->given < bench->to_give)
		return 0;
	return bench->timer;
}

static inline void rate_done(struct ptl_endpoint *endpoint, ptl_time now, uint32_t rate)
{
	struct bench *bench = bench_of(endpoint);

	assert_int_equal(now, bench->now);
	bench->told = rate;
	bench->changing = false;
	if (rate == bench->change_to)
		bench->dones++;
	else
		bench->fails++;
}

static const struct ptl_framing counting = {
	.name = "counting",
	.transmit = give,
	.deadline = deadline,
	.rate_done = rate_done,
};

/* ---- the UART ---- */

static inline size_t uart_write(void *port, const uint8_t *bytes, size_t n)
{
	struct bench *bench = port;
	size_t took = bench->room - bench->n;

	if (took > bench->mouthful)
		took = bench->mouthful;
	if (took > n)
		took = n;
	memcpy(bench->bytes + bench->n, bytes, took);
	bench->n += took;
	if (bench->most < bench->n)
		bench->most = bench->n;
	bench->waiting = took < n;
	if (bench->wakes_within) {
		bench->waiting = false;
		ptl_pump_wakeup(&bench->pump);
	}
	return took;
}

static inline size_t uart_queued(void *port)
{
	const struct bench *bench = port;

	return bench->n > bench->fifo ? bench->n - bench->fifo : 0;
}

static inline bool uart_drained(void *port)
{
	return ((struct bench *)port)->n == 0;
}

static inline void uart_discard(void *port)
{
	struct bench *bench = port;

	bench->discards++;
	bench->n = 0;
}

static inline uint32_t uart_set_rate(void *port, uint32_t rate)
{
	struct bench *bench = port;

	bench->set_rates++;
	if (bench->later) {
		bench->being_set = rate;
		return PTL_PUMP_LATER;
	}
	if (bench->refuses)
		return 0;
	bench->rate = rate;
	bench->rate_from = bench->given;
	return rate;
}

/* ---- the wire ---- */

static inline void wire(struct bench *bench)
{
	size_t n = 0;

	bench->credit += bench->rate / 1e7 * STEP_US;
	if (bench->stopped || bench->n == 0)
		bench->credit = bench->credit < 1 ? bench->credit : 1;
	if (bench->n == 0)
		bench->idle_us += STEP_US;
	while (!bench->stopped && bench->credit >= 1 && n < bench->n) {
		uint8_t gap = (uint8_t)(bench->bytes[n] - (uint8_t)(bench->left + bench->lost));

		bench->lost += gap;
		if (bench->left + bench->lost < bench->rate_from)
			bench->at_new++;
		bench->left++;
		bench->credit--;
		n++;
	}
	bench->n -= n;
	memmove(bench->bytes, bench->bytes + n, bench->n);
}

/* ---- the owner ---- */

static inline void turn(struct bench *bench)
{
	bench->wake = ptl_pump_turn(&bench->pump, bench->now);
	assert_true(bench->wake >= bench->now);
	bench->turns++;
}

static inline void run(struct bench *bench, ptl_time us)
{
	ptl_time until = bench->now + us;

	while (bench->now < until) {
		bench->now += STEP_US;
		wire(bench);
		if (bench->wakes && bench->waiting && bench->n < bench->room) {
			bench->waiting = false;
			ptl_pump_wakeup(&bench->pump);
			bench->wake = bench->now;
		}
		if (bench->wake == PTL_NEVER || bench->wake > bench->now ||
		    bench->wake + bench->late_us > bench->now)
			continue;
		if (bench->tick_us && bench->now % bench->tick_us >= STEP_US)
			continue;
		turn(bench);
	}
}

static inline void open_bench(struct bench *bench, uint32_t rate)
{
	memset(bench, 0, sizeof(*bench));
	bench->now = 5000000;
	bench->timer = bench->now + 1000000;
	bench->change_at = NEVER_AT;
	bench->rate = rate;
	bench->room = bench->mouthful = BUFFER;
	bench->wakes = true;
	bench->out_size = sizeof(bench->out);
	bench->ops = (struct ptl_pump_ops){
		.write = uart_write, .queued = uart_queued, .set_rate = uart_set_rate};
}

static inline void begin(struct bench *bench)
{
	const struct ptl_pump_config config = {
		.ops = &bench->ops,
		.port = bench,
		.framing = &counting,
		.endpoint = (struct ptl_endpoint *)(void *)bench,
		.out = bench->out,
		.out_size = bench->out_size,
		.settle_us = 1000,
		.punctual = bench->punctual,
		.tick_us = bench->tick_us,
	};

	ptl_pump_init(&bench->pump, &config);
	ptl_pump_begin(&bench->pump, bench->rate);
	bench->wake = bench->now;
}

/* Nothing was lost, nothing left twice, nothing at a wrong rate. */
static inline void all_is_well(const struct bench *bench)
{
	assert_int_equal(bench->lost, 0);
	assert_int_equal(bench->at_new, 0);
	assert_int_equal(bench->given,
			 bench->left + bench->n + bench->pump.out_n - bench->pump.out_at);
}

static inline double share(const struct bench *bench, uint64_t bytes, ptl_time us)
{
	return (double)bytes / ((double)us * bench->rate / 1e7);
}

#endif
