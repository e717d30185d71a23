/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pump, in virtual time, between an endpoint that counts (its bytes are 0, 1, 2 ...,
 * and every one that leaves is looked at) and a UART that can be made bad:
 *
 *	endpoint --> pump --> driver's buffer --> FIFO --> wire
 *	                      (queued() sees it)  (nobody does)
 */
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

static struct bench *bench_of(const struct ptl_endpoint *endpoint)
{
	return (struct bench *)(uintptr_t)endpoint;
}

static size_t give(struct ptl_endpoint *endpoint, ptl_time now, uint8_t *out, size_t room)
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

static ptl_time deadline(const struct ptl_endpoint *endpoint)
{
	const struct bench *bench = bench_of(endpoint);

	if (!bench->changing && bench->given < bench->to_give)
		return 0;
	return bench->timer;
}

static void rate_done(struct ptl_endpoint *endpoint, ptl_time now, uint32_t rate)
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

static size_t uart_write(void *port, const uint8_t *bytes, size_t n)
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

static size_t uart_queued(void *port)
{
	const struct bench *bench = port;

	return bench->n > bench->fifo ? bench->n - bench->fifo : 0;
}

static bool uart_drained(void *port)
{
	return ((struct bench *)port)->n == 0;
}

static void uart_discard(void *port)
{
	struct bench *bench = port;

	bench->discards++;
	bench->n = 0;
}

static uint32_t uart_set_rate(void *port, uint32_t rate)
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

static void wire(struct bench *bench)
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

static void turn(struct bench *bench)
{
	bench->wake = ptl_pump_turn(&bench->pump, bench->now);
	assert_true(bench->wake >= bench->now);
	bench->turns++;
}

static void run(struct bench *bench, ptl_time us)
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

static void open_bench(struct bench *bench, uint32_t rate)
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

static void begin(struct bench *bench)
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
static void all_is_well(const struct bench *bench)
{
	assert_int_equal(bench->lost, 0);
	assert_int_equal(bench->at_new, 0);
	assert_int_equal(bench->given,
			 bench->left + bench->n + bench->pump.out_n - bench->pump.out_at);
}

static double share(const struct bench *bench, uint64_t bytes, ptl_time us)
{
	return (double)bytes / ((double)us * bench->rate / 1e7);
}

static void a_line_with_enough_to_send_is_full(void **state)
{
	static const uint32_t rates[] = {1200, 9600, BASE, FAST, 3000000, 5000000};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(rates); i++) {
		struct bench bench;
		uint32_t rate = rates[i / 2];
		ptl_time us = 1000000 + 4000000000u / rate;

		open_bench(&bench, rate);
		bench.to_give = 100000000;
		if (i % 2) {
			bench.out_size = 32;
			bench.fifo = 64;
		}
		begin(&bench);
		run(&bench, us);
		all_is_well(&bench);
		if (share(&bench, bench.left, us) < 0.995)
			fail_msg("%u baud: %f of the line", rate,
				 share(&bench, bench.left, us));
		/* And no more below it than the pacer lets go. */
		assert_in_range(bench.most, 1, bench.pump.pacer.base + 1);
		assert_int_equal(bench.pump.dry, 0);
	}
}

static unsigned turns_in_a_second(uint32_t rate, bool punctual)
{
	struct bench bench;

	open_bench(&bench, rate);
	bench.to_give = 100000000;
	bench.punctual = punctual;
	begin(&bench);
	run(&bench, 1000000);
	all_is_well(&bench);
	assert_true(share(&bench, bench.left, 1000000) > 0.995);
	assert_in_range(bench.most, 1, bench.pump.pacer.base + 1);
	assert_int_equal(bench.pump.dry, 0);
	return bench.turns;
}

/* A wakeup is dear. Late ones cost no latency: what is below is as much at most, and less
 * between. */
static void who_is_punctual_is_woken_less(void **state)
{
	static const uint32_t rates[] = {BASE, FAST, 3000000};

	(void)state;
	for (size_t i = 0; i < COUNT(rates); i++) {
		unsigned often = turns_in_a_second(rates[i], false);
		unsigned less = turns_in_a_second(rates[i], true);

		if (less > often * 3 / 4)
			fail_msg("%u baud: %u wakeups, not under three quarters of %u",
				 rates[i], less, often);
	}
}

static void what_the_uart_did_not_take_goes_first(void **state)
{
	struct prng prng = story_seed("pump, short writes", 21);

	(void)state;
	for (int round = 0; round < 40; round++) {
		struct bench bench;

		open_bench(&bench, FAST);
		bench.to_give = 100000000;
		bench.room = random_from(&prng, 16, 400);
		bench.wakes = round % 2;
		bench.out_size = random_from(&prng, 30, sizeof(bench.out));
		begin(&bench);
		for (int i = 0; i < 100; i++) {
			bench.mouthful = random_from(&prng, 1, 200);
			run(&bench, random_from(&prng, 10, 10000));
			all_is_well(&bench);
		}
		assert_true(bench.left > 10000);
	}
}

/* A FIFO of 128 bytes that nobody can look into: its writes are short as a rule. */
static void a_fifo_alone_is_kept_full(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	bench.ops.queued = NULL;
	bench.room = bench.fifo = 128;
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 1000000);
	all_is_well(&bench);
	assert_true(share(&bench, bench.left, 1000000) > 0.995);
}

/* As a pty does: it takes a part, its reader has it at once, and says so before write()
 * is over. The owner must not sleep then. */
static void a_wakeup_within_the_write_is_not_lost(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, 3000000);
	bench.mouthful = 100;
	bench.wakes_within = true;
	bench.to_give = 300;
	begin(&bench);
	turn(&bench);
	assert_int_equal(bench.n, 100);
	assert_int_equal(bench.wake, bench.now);
	turn(&bench);
	turn(&bench);
	assert_int_equal(bench.n, 300);
	assert_true(bench.wake > bench.now);
}

/* It comes when the turn is over and the owner has not set its timer yet: setting it
 * would undo what the wake-up did. */
static void a_wakeup_before_the_timer_is_set_is_not_lost(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	bench.room = 20;
	bench.to_give = 40;
	begin(&bench);
	turn(&bench);
	assert_false(ptl_pump_was_woken(&bench.pump));
	ptl_pump_wakeup(&bench.pump);		      /* "timer = now" */
	assert_true(ptl_pump_was_woken(&bench.pump)); /* after "timer = wake" */
	bench.n = 0;
	bench.left = 20;
	turn(&bench);
	assert_false(ptl_pump_was_woken(&bench.pump));
	assert_int_equal(bench.n, 20);
	/* All has been taken: a wake-up has nothing to tell. */
	ptl_pump_wakeup(&bench.pump);
	assert_false(ptl_pump_was_woken(&bench.pump));
}

static void a_blocked_port_costs_no_time_and_loses_nothing(void **state)
{
	(void)state;
	for (int tells = 0; tells < 2; tells++) {
		struct bench bench;
		uint64_t pulled;

		open_bench(&bench, FAST);
		bench.room = 64;
		bench.wakes = tells;
		bench.to_give = 100000000;
		begin(&bench);
		run(&bench, 100000);
		bench.stopped = true;
		run(&bench, 10000);
		pulled = bench.given;
		bench.turns = bench.timers = 0;
		run(&bench, 10000000);
		/* The endpoint's timers go on, nothing is pulled. */
		assert_in_range(bench.timers, 9, 10);
		assert_int_equal(bench.given, pulled);
		assert_true(bench.turns < 1000);
		bench.stopped = false;
		pulled = bench.left;
		run(&bench, 20000);
		assert_true(bench.left > pulled);
		run(&bench, 100000);
		all_is_well(&bench);
		/* That was not a timer's fault. */
		assert_int_equal(bench.pump.dry, 0);
		assert_int_equal(bench.pump.pacer.limit, bench.pump.pacer.base);
	}
}

/* A driver with a buffer without end takes everything: queued() shows that the line
 * stands, and the clock does not. */
static void a_stopped_line_is_not_filled(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 100000);
	bench.stopped = true;
	bench.turns = 0;
	run(&bench, 1000000);
	assert_true(bench.n <= bench.pump.pacer.base);
	assert_true(bench.turns < 100);
	bench.stopped = false;
	run(&bench, 20000);
	bench.idle_us = 0;
	run(&bench, 100000);
	assert_int_equal(bench.idle_us, 0);
	assert_int_equal(bench.pump.dry, 0);
	all_is_well(&bench);
}

/* The UART's clock is 4 % off ours, as an ESP8266's can be: the driver's count is what
 * keeps the buffer short, and the line is full. */
static void a_line_slower_than_its_name_is_full(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	bench.to_give = 100000000;
	begin(&bench);
	bench.rate = FAST * 96 / 100;
	run(&bench, 50000);
	bench.idle_us = 0;
	bench.turns = 0;
	run(&bench, 1000000);
	assert_int_equal(bench.idle_us, 0);
	assert_int_equal(bench.most, bench.pump.pacer.base);
	assert_int_equal(bench.pump.dry, 0);
	assert_true(bench.turns < 1300);
	/* A turn that comes late finds the clock dry, but not the line. */
	bench.rate = FAST / 2;
	bench.late_us = 1500;
	run(&bench, 1000000);
	assert_int_equal(bench.idle_us, 0);
	assert_int_equal(bench.pump.dry, 0);
	all_is_well(&bench);
}

static void where_timers_are_late_more_goes_down(void **state)
{
	struct bench bench;
	ptl_time dry;

	(void)state;
	open_bench(&bench, FAST);
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 10000);
	bench.idle_us = 0;
	bench.late_us = 3000;
	run(&bench, 200000); /* it learns */
	assert_true(bench.pump.dry > 0);
	dry = bench.idle_us;
	assert_true(bench.pump.dry_us <= dry + dry / 10);
	assert_true(bench.pump.dry_us >= dry - dry / 10);
	assert_true(bench.pump.pacer.limit > bench.pump.pacer.base);
	bench.idle_us = 0;
	run(&bench, 1000000);
	assert_true(bench.idle_us < 10000);
	/* Not for ever so much. */
	bench.late_us = 50000;
	run(&bench, 1000000);
	assert_true(bench.n <= 4 * bench.pump.pacer.base);
	/* And it unlearns: latency is what the limit is for. */
	bench.late_us = 0;
	run(&bench, 20000000);
	assert_int_equal(bench.pump.pacer.limit, bench.pump.pacer.base);
	all_is_well(&bench);
}

static void where_timers_tick_the_line_is_full(void **state)
{
	static const uint32_t rates[] = {9600, BASE, FAST, 3000000};
	static const uint32_t ticks[] = {1000, 4000, 10000};

	(void)state;
	for (size_t i = 0; i < COUNT(rates) * COUNT(ticks); i++) {
		struct bench bench;
		size_t below;

		open_bench(&bench, rates[i / COUNT(ticks)]);
		bench.to_give = 100000000;
		bench.punctual = true;
		bench.tick_us = ticks[i % COUNT(ticks)];
		begin(&bench);
		run(&bench, 50000);
		bench.idle_us = 0;
		run(&bench, 1000000);
		all_is_well(&bench);
		assert_int_equal(bench.idle_us, 0);
		assert_int_equal(bench.pump.dry, 0);
		/* What goes between two ticks, and what the pacer lets go anywhere. */
		below = bench.rate / 10 * (2000 + bench.tick_us) / 1000000;
		if (below < 64 + bench.rate / 10 * bench.tick_us / 1000000)
			below = 64 + bench.rate / 10 * bench.tick_us / 1000000;
		assert_in_range(bench.most, 1, below + 2);
	}
}

static void there_is_no_turn_for_nothing(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	begin(&bench);
	assert_true(ptl_pump_is_due(&bench.pump)); /* the first */
	turn(&bench);
	assert_int_equal(bench.wake, bench.timer);
	assert_false(ptl_pump_is_due(&bench.pump));
	bench.to_give = 1000;
	assert_true(ptl_pump_is_due(&bench.pump));
	turn(&bench);
	/* There is no room: more to send, or something heard, changes nothing. */
	bench.to_give = 2000;
	assert_false(ptl_pump_is_due(&bench.pump));
	run(&bench, 100000);
	assert_int_equal(bench.left, 2000);
	assert_false(ptl_pump_is_due(&bench.pump));
}

/* ---- another rate ---- */

static void run_change(struct bench *bench, uint32_t to)
{
	unsigned ends = bench->dones + bench->fails;

	bench->change_to = to;
	bench->change_at = bench->given;
	for (int i = 0; i < 20000 && bench->dones + bench->fails == ends; i++)
		run(bench, 100);
	assert_int_equal(bench->dones + bench->fails, ends + 1);
}

/* Whatever the UART hides, and however little it takes: up, down, and back. */
static void no_byte_leaves_at_another_rate(void **state)
{
	static const uint32_t rates[] = {1200, 9600, BASE, 460800, FAST, 3000000};
	struct prng prng = story_seed("pump, rates", 22);

	(void)state;
	for (int round = 0; round < 100; round++) {
		struct bench bench;

		open_bench(&bench, rates[random_from(&prng, 0, COUNT(rates) - 1)]);
		bench.room = random_from(&prng, 16, 300);
		bench.mouthful = random_from(&prng, 1, 300);
		bench.fifo = random_from(&prng, 0, 64);
		bench.wakes = prng_below(&prng, 2);
		bench.to_give = 100000000;
		switch (prng_below(&prng, 3)) {
		case 0:
			bench.ops.queued = NULL;
			break;
		case 1:
			bench.ops.drained = uart_drained;
			break;
		default:
			break;
		}
		begin(&bench);
		for (int i = 0; i < 5; i++) {
			unsigned before = bench.dones;

			run(&bench, random_from(&prng, 100, 20000));
			if (bench.ops.queued)
				bench.late_us = prng_below(&prng, 2000);
			run_change(&bench, rates[random_from(&prng, 0, COUNT(rates) - 1)]);
			assert_int_equal(bench.dones, before + 1);
			assert_int_equal(bench.pump.baud, bench.rate);
		}
		run(&bench, 10000);
		all_is_well(&bench);
	}
}

/* queued() says 0 and the clock agrees, but the line is slower than it thinks. */
static void a_uart_that_knows_better_is_believed(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	bench.to_give = 100000000;
	bench.fifo = 4096;
	bench.ops.drained = uart_drained;
	begin(&bench);
	bench.rate = FAST / 4;
	run(&bench, 3000);
	assert_true(bench.n > 0);
	run_change(&bench, BASE);
	assert_int_equal(bench.dones, 1);
	run(&bench, 10000);
	all_is_well(&bench);
}

static void a_rate_is_set_as_soon_as_the_line_is_dry(void **state)
{
	struct bench bench;
	ptl_time from;

	(void)state;
	open_bench(&bench, FAST);
	bench.to_give = 1000;
	begin(&bench);
	run(&bench, 100000);
	from = bench.now;
	bench.to_give = 100000000;
	bench.change_to = 2000000;
	bench.change_at = bench.given + 20;
	bench.wake = bench.now;
	for (int i = 0; i < 1000 && !bench.dones; i++)
		run(&bench, 10);
	assert_int_equal(bench.dones, 1);
	run(&bench, STEP_US);
	/* 20 bytes, and what settle_us says. */
	assert_in_range(bench.now - from, 1000 + 217, 1000 + 217 + 100);
	/* The first bytes at the new one don't wait. */
	assert_true(bench.n > 0);
	all_is_well(&bench);
}

/* Nobody knows what is below; what the UART has not even taken is known. */
static void a_line_that_stops_for_a_moment_loses_nothing(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	bench.ops.queued = NULL;
	bench.room = 64;
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 10000);
	bench.stopped = true;
	run(&bench, 10000);
	assert_true(bench.pump.out_at < bench.pump.out_n);
	bench.changing = true;
	bench.change_to = BASE;
	ptl_pump_want_rate(&bench.pump, BASE);
	run(&bench, 20000);
	assert_int_equal(bench.set_rates, 0);
	bench.stopped = false;
	run(&bench, 50000);
	assert_int_equal(bench.dones, 1);
	run(&bench, 50000);
	all_is_well(&bench);
}

static void a_stopped_line_drops_what_it_holds(void **state)
{
	struct bench bench;
	uint64_t left;

	(void)state;
	open_bench(&bench, FAST);
	bench.room = 64; /* so that something stays in the pump as well */
	bench.ops.discard = uart_discard;
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 10000);
	bench.stopped = true;
	run(&bench, 10000);
	assert_true(bench.n > 0 && bench.pump.out_at < bench.pump.out_n);
	left = bench.left;
	ptl_pump_want_rate(&bench.pump, BASE); /* a fall, say, without a last word */
	bench.changing = true;
	bench.change_to = BASE;
	run(&bench, 100000);
	assert_int_equal(bench.dones, 1);
	assert_int_equal(bench.discards, 1);
	assert_int_equal(bench.left, left);
	assert_int_equal(bench.rate, BASE);
	bench.stopped = false;
	run(&bench, 100000);
	assert_true(bench.lost > 0);
	assert_int_equal(bench.at_new, 0);
	assert_true(bench.left > left + 1000);
}

static void without_a_way_to_drop_the_rate_stays(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, FAST);
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 10000);
	bench.stopped = true;
	run_change(&bench, BASE);
	assert_int_equal(bench.fails, 1);
	assert_int_equal(bench.set_rates, 0);
	bench.stopped = false;
	run(&bench, 100000);
	assert_int_equal(bench.pump.baud, FAST);
	all_is_well(&bench);
}

static void a_rate_that_cannot_be_set_changes_nothing(void **state)
{
	struct bench bench;
	uint64_t left;

	(void)state;
	open_bench(&bench, FAST);
	bench.to_give = 100000000;
	bench.refuses = true;
	begin(&bench);
	run(&bench, 10000);
	run_change(&bench, 3000000);
	assert_int_equal(bench.fails, 1);
	assert_int_equal(bench.pump.baud, FAST);
	run(&bench, 5000);
	left = bench.left;
	run(&bench, 100000);
	assert_true(share(&bench, bench.left - left, 100000) > 0.99);
	all_is_well(&bench);
}

/* As in the kernel: setting a rate may sleep, so somebody else does it. */
static void a_rate_may_be_set_later(void **state)
{
	struct bench bench;
	uint64_t given;

	(void)state;
	open_bench(&bench, BASE);
	bench.to_give = 100000000;
	bench.later = true;
	begin(&bench);
	run(&bench, 50000);
	bench.change_to = FAST;
	bench.change_at = bench.given;
	run(&bench, 50000);
	assert_int_equal(bench.being_set, FAST);
	assert_int_equal(bench.n, 0);
	given = bench.given;
	bench.turns = bench.timers = 0;
	run(&bench, 5000000);
	assert_in_range(bench.timers, 4, 5);
	assert_true(bench.turns < 60);
	assert_int_equal(bench.given, given);
	assert_int_equal(bench.set_rates, 1);

	bench.rate = FAST;
	bench.rate_from = bench.given;
	ptl_pump_rate_set(&bench.pump, bench.now, FAST);
	assert_int_equal(bench.dones, 1);
	assert_true(ptl_pump_is_due(&bench.pump));
	turn(&bench);
	run(&bench, 100000);
	assert_true(share(&bench, bench.left, 100000) > 0.9);

	/* And it may fail. */
	bench.change_to = 3000000;
	bench.change_at = bench.given;
	run(&bench, 50000);
	ptl_pump_rate_set(&bench.pump, bench.now, 0);
	assert_int_equal(bench.fails, 1);
	assert_int_equal(bench.pump.baud, FAST);
	turn(&bench);
	run(&bench, 50000);
	all_is_well(&bench);
}

static void a_rate_that_comes_too_late_is_told(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, BASE);
	bench.to_give = 100000000;
	bench.later = true;
	begin(&bench);
	bench.change_to = FAST;
	bench.change_at = 100;
	run(&bench, 50000);
	assert_int_equal(bench.being_set, FAST);
	ptl_pump_stop(&bench.pump);
	ptl_pump_rate_set(&bench.pump, bench.now, FAST);
	assert_int_equal(bench.dones, 0);
	bench.changing = false; /* the owner's wire_reset() */
	ptl_pump_begin(&bench.pump, BASE);
	assert_int_equal(bench.told, 0);
	/* The change was on its way all the time: the line is not where it should be. */
	bench.rate = FAST;
	ptl_pump_rate_set(&bench.pump, bench.now, FAST);
	assert_int_equal(bench.told, FAST);
	assert_int_equal(bench.pump.baud, FAST);
	bench.wake = bench.now;
	run(&bench, 50000);
	all_is_well(&bench);
	/* It has ended long ago. */
	bench.told = 0;
	ptl_pump_rate_set(&bench.pump, bench.now, 0);
	assert_int_equal(bench.told, 0);
}

/* ---- the port comes and goes ---- */

static void without_a_port_there_are_timers_only(void **state)
{
	struct bench bench;
	uint64_t given;

	(void)state;
	open_bench(&bench, FAST);
	bench.room = 64;
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 10000);
	ptl_pump_stop(&bench.pump);
	given = bench.given;
	bench.turns = bench.timers = 0;
	bench.wake = bench.now;
	run(&bench, 5000000);
	assert_in_range(bench.timers, 4, 5);
	assert_true(bench.turns < 60);
	assert_int_equal(bench.given, given);
	/* What was half written belongs to the wire that was cut. */
	bench.n = 0;
	bench.lost = 0;
	bench.left = given;
	ptl_pump_begin(&bench.pump, FAST);
	bench.wake = bench.now;
	run(&bench, 10000);
	all_is_well(&bench);
	assert_true(bench.left > given + 500);
}

static void another_hand_sets_the_rate(void **state)
{
	struct bench bench;

	(void)state;
	open_bench(&bench, BASE);
	bench.to_give = 100000000;
	begin(&bench);
	run(&bench, 10000);
	bench.rate = FAST;
	ptl_pump_set_baud(&bench.pump, FAST);
	run(&bench, 10000);
	bench.idle_us = 0;
	run(&bench, 100000);
	assert_int_equal(bench.idle_us, 0);
	/* In the middle of a change of our own it is ours that we hear of. */
	bench.later = true;
	bench.change_to = 3000000;
	bench.change_at = bench.given;
	run(&bench, 50000);
	ptl_pump_set_baud(&bench.pump, 3000000);
	assert_int_equal(bench.pump.baud, FAST);
	bench.rate = 3000000;
	bench.rate_from = bench.given;
	ptl_pump_rate_set(&bench.pump, bench.now, 3000000);
	assert_int_equal(bench.dones, 1);
	assert_int_equal(bench.pump.baud, 3000000);
	all_is_well(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_with_enough_to_send_is_full),
		cmocka_unit_test(who_is_punctual_is_woken_less),
		cmocka_unit_test(what_the_uart_did_not_take_goes_first),
		cmocka_unit_test(a_fifo_alone_is_kept_full),
		cmocka_unit_test(a_wakeup_within_the_write_is_not_lost),
		cmocka_unit_test(a_wakeup_before_the_timer_is_set_is_not_lost),
		cmocka_unit_test(a_blocked_port_costs_no_time_and_loses_nothing),
		cmocka_unit_test(a_stopped_line_is_not_filled),
		cmocka_unit_test(a_line_slower_than_its_name_is_full),
		cmocka_unit_test(where_timers_are_late_more_goes_down),
		cmocka_unit_test(where_timers_tick_the_line_is_full),
		cmocka_unit_test(there_is_no_turn_for_nothing),
		cmocka_unit_test(no_byte_leaves_at_another_rate),
		cmocka_unit_test(a_uart_that_knows_better_is_believed),
		cmocka_unit_test(a_rate_is_set_as_soon_as_the_line_is_dry),
		cmocka_unit_test(a_line_that_stops_for_a_moment_loses_nothing),
		cmocka_unit_test(a_stopped_line_drops_what_it_holds),
		cmocka_unit_test(without_a_way_to_drop_the_rate_stays),
		cmocka_unit_test(a_rate_that_cannot_be_set_changes_nothing),
		cmocka_unit_test(a_rate_may_be_set_later),
		cmocka_unit_test(a_rate_that_comes_too_late_is_told),
		cmocka_unit_test(without_a_port_there_are_timers_only),
		cmocka_unit_test(another_hand_sets_the_rate),
	};

	return cmocka_run_group_tests_name("pump", tests, NULL, NULL);
}
