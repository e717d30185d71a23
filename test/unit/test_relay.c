/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The real-time half of `pigtail wire`, run in virtual time by a process that
 * is scheduled late: a saturated line keeps its exact rate, an idle line begins
 * when bytes are seen, and a writer feels back-pressure.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sim/relay.h"

#define SECOND UINT64_C(1000000000)
#define ORIGIN (5 * SECOND)

/* A process with a relay, an input that holds bytes and an output. */
struct process {
	struct relay relay;
	struct prng prng;
	uint64_t now;
	uint64_t late; /* up to so much, at each wake */
	uint64_t turns;

	bool endless;	/* a writer that always has more */
	size_t input;	/* bytes in the input */
	uint8_t next;	/* number of the next byte */
	uint64_t taken; /* from the input */

	size_t room; /* of the output */
	uint8_t expected;
	uint64_t came;
	uint64_t last_came; /* when */
	bool in_order;
};

static size_t read_input(void *user, uint8_t *bytes, size_t n)
{
	struct process *process = user;

	if (!process->endless && n > process->input)
		n = process->input;
	for (size_t i = 0; i < n; i++)
		bytes[i] = process->next++;
	process->input -= process->endless ? 0 : n;
	process->taken += n;
	return n;
}

static size_t write_output(void *user, const uint8_t *bytes, size_t n)
{
	struct process *process = user;

	if (n > process->room)
		n = process->room;
	process->room -= n;
	for (size_t i = 0; i < n; i++)
		process->in_order &= bytes[i] == process->expected++;
	process->came += n;
	if (n)
		process->last_came = process->now;
	return n;
}

static void begin(struct process *process, const struct wire_config *config, uint64_t late)
{
	*process = (struct process){
		.prng = prng_seed(1, 0),
		.now = ORIGIN,
		.late = late,
		.room = SIZE_MAX,
		.in_order = true,
	};
	process->relay.wire = wire_new(config);
	assert_non_null(process->relay.wire);
	process->relay.user = process;
	process->relay.read = read_input;
	process->relay.write = write_output;
	relay_init(&process->relay);
}

static void end(struct process *process)
{
	wire_free(process->relay.wire);
}

/* Turns, as a real loop does, until a moment. */
static void run(struct process *process, uint64_t until)
{
	while (process->now < until) {
		struct relay_wish wish = relay_turn(&process->relay, process->now);
		uint64_t wake = wish.wake;

		process->turns++;
		if (wish.read && (process->input || process->endless))
			wake = process->now;
		if (wish.write && process->room)
			wake = process->now;
		if (wake < process->now)
			wake = process->now;
		if (wake == process->now)
			wake += 1000; /* nothing is faster */
		if (process->late)
			wake += prng_below(&process->prng, process->late);
		process->now = wake < until ? wake : until;
	}
}

static void a_saturated_line_keeps_its_rate_however_late(void **state)
{
	static const uint32_t bauds[] = {9600, 115200, 921600, 3000000, 4000000};
	static const uint64_t lates[] = {0, 60000, 2000000, 80000000};

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		for (size_t k = 0; k < 4; k++) {
			struct process process;
			struct wire_config config = {.baud = bauds[i]};
			uint64_t expected = bauds[i] / 10 * 20;
			uint64_t behind = bauds[i] / 10 * lates[k] / SECOND + bauds[i] / 4000;

			begin(&process, &config, lates[k]);
			process.endless = true;
			run(&process, ORIGIN + 20 * SECOND);
			if (process.came > expected || process.came + behind + 2 < expected ||
			    !process.in_order)
				fail_msg("%u baud, late %" PRIu64 ": %" PRIu64, bauds[i],
					 lates[k], process.came);
			/* No more than 1 ms or 16 bytes were read ahead. */
			assert_true(process.taken <= expected + 17 + bauds[i] / 10000);
			end(&process);
		}
	}
}

static void an_idle_line_begins_when_bytes_are_seen(void **state)
{
	struct process process;

	(void)state;
	begin(&process, &(struct wire_config){.baud = 20000}, 0);
	process.input = 1;
	run(&process, ORIGIN + SECOND);
	assert_int_equal(process.came, 1);
	assert_int_equal(process.last_came, ORIGIN + 500000);
	assert_in_range(process.turns, 1, 4);

	process.input = 3;
	run(&process, ORIGIN + SECOND + 1250000);
	assert_int_equal(process.came, 3);
	run(&process, ORIGIN + 2 * SECOND);
	assert_int_equal(process.came, 4);
	assert_int_equal(process.last_came, ORIGIN + SECOND + 1500000);
	end(&process);
}

/* A slow line hands over each byte at its time, a fast one in batches. */
static void batches_are_as_long_as_the_rate_allows(void **state)
{
	struct process process;

	(void)state;
	begin(&process, &(struct wire_config){.baud = 9600}, 0);
	process.endless = true;
	run(&process, ORIGIN + SECOND);
	assert_in_range(process.turns, 960, 2000);
	end(&process);

	begin(&process, &(struct wire_config){.baud = 4000000}, 0);
	process.endless = true;
	run(&process, ORIGIN + SECOND);
	assert_in_range(process.turns, 3300, 7000);
	end(&process);
}

static void lateness_does_not_overrun_a_small_fifo(void **state)
{
	struct process process;
	struct wire_counters counters;

	(void)state;
	for (int rtscts = 0; rtscts < 2; rtscts++) {
		begin(&process,
		      &(struct wire_config){.baud = 921600, .fifo = 16, .rtscts = rtscts},
		      20000000);
		process.endless = true;
		run(&process, ORIGIN + 5 * SECOND);
		wire_get_counters(process.relay.wire, &counters);
		assert_int_equal(counters.overruns + counters.stops, 0);
		assert_in_range(process.came, 460800 - 2100, 460800);
		end(&process);
	}
}

static void an_output_that_stalls_overruns_the_fifo(void **state)
{
	struct process process;
	struct wire_counters counters;

	(void)state;
	begin(&process, &(struct wire_config){.baud = 100000, .fifo = 256}, 0);
	process.endless = true;
	process.room = 1000;
	run(&process, ORIGIN + SECOND);
	assert_int_equal(process.came, 1000);
	wire_get_counters(process.relay.wire, &counters);
	assert_in_range(counters.overruns, 8742, 8744);
	process.room = SIZE_MAX;
	run(&process, ORIGIN + 2 * SECOND);
	assert_in_range(process.came, 1000 + 256 + 9998, 1000 + 256 + 10000);
	end(&process);
}

/* The same with RTS/CTS: the input is left alone, nothing is lost, and the time
 * of the stall is not made up for. */
static void an_output_that_stalls_stops_the_sender(void **state)
{
	struct process process;
	struct wire_counters counters;

	(void)state;
	begin(&process, &(struct wire_config){.baud = 100000, .fifo = 256, .rtscts = true}, 0);
	process.endless = true;
	process.room = 1000;
	run(&process, ORIGIN + SECOND);
	assert_int_equal(process.came, 1000);
	assert_in_range(process.taken, 1192, 1192 + 17);
	process.room = SIZE_MAX;
	run(&process, ORIGIN + 2 * SECOND);
	wire_get_counters(process.relay.wire, &counters);
	assert_int_equal(counters.overruns, 0);
	assert_true(process.in_order);
	assert_in_range(process.came, 1192 + 9990, 1192 + 10001);
	end(&process);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_saturated_line_keeps_its_rate_however_late),
		cmocka_unit_test(an_idle_line_begins_when_bytes_are_seen),
		cmocka_unit_test(batches_are_as_long_as_the_rate_allows),
		cmocka_unit_test(lateness_does_not_overrun_a_small_fifo),
		cmocka_unit_test(an_output_that_stalls_overruns_the_fifo),
		cmocka_unit_test(an_output_that_stalls_stops_the_sender),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
