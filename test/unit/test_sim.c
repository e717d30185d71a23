/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The simulator and the judge of its traffic, tried with the simplest framing
 * that there is: a length, then the packet, no check and no repair. On a clean
 * wire all must arrive; on a bad one the judge must notice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "sim/traffic.h"

#define QUEUE  16384u
#define PACKET 1518u

struct plain {
	struct ptl_events events;
	struct ptl_counters counters;
	uint8_t queue[QUEUE];
	size_t queued;
	uint8_t in[2 + PACKET];
	size_t got;
	bool full;
	int spin; /* faults to be found: claims to have bytes, writes too much */
	bool overrun;
};

static size_t plain_size(const struct ptl_config *config)
{
	return config->baud ? sizeof(struct plain) : 0;
}

static enum ptl_error plain_init(void *memory, size_t size, const struct ptl_config *config,
				 const struct ptl_events *events, ptl_time now,
				 struct ptl_endpoint **endpoint)
{
	struct plain *plain = memory;

	(void)config;
	assert_true(size >= sizeof(*plain));
	assert_true(now >= SIM_ORIGIN);
	memset(plain, 0, sizeof(*plain));
	plain->events = *events;
	*endpoint = memory;
	return PTL_OK;
}

static void plain_receive(struct ptl_endpoint *endpoint, ptl_time now, const uint8_t *bytes,
			  size_t n)
{
	struct plain *plain = (struct plain *)endpoint;

	(void)now;
	for (size_t i = 0; i < n; i++) {
		size_t length;

		plain->in[plain->got++] = bytes[i];
		length = (size_t)(plain->in[0] << 8 | plain->in[1]);
		if (plain->got == 2 && length > PACKET)
			plain->got = 0;
		if (plain->got < 2 || plain->got < 2 + length)
			continue;
		plain->got = 0;
		if (plain->events.packet(plain->events.user, plain->in + 2, length))
			plain->counters.rx_packets++;
		else
			plain->counters.rx_refused++;
	}
}

static size_t plain_transmit(struct ptl_endpoint *endpoint, ptl_time now, uint8_t *out,
			     size_t room)
{
	struct plain *plain = (struct plain *)endpoint;
	size_t n = plain->queued < room ? plain->queued : room;

	(void)now;
	if (plain->overrun)
		out[room] = (uint8_t)~out[room];
	memcpy(out, plain->queue, n);
	memmove(plain->queue, plain->queue + n, plain->queued - n);
	plain->queued -= n;
	if (plain->full && plain->queued < QUEUE / 2) {
		plain->full = false;
		plain->events.room(plain->events.user);
	}
	return n;
}

static enum ptl_error plain_send(struct ptl_endpoint *endpoint, ptl_time now,
				 const uint8_t *packet, size_t n)
{
	struct plain *plain = (struct plain *)endpoint;

	(void)now;
	if (n > PACKET)
		return PTL_TOO_LONG;
	if (plain->queued + 2 + n > QUEUE) {
		plain->full = true;
		return PTL_FULL;
	}
	plain->queue[plain->queued++] = (uint8_t)(n >> 8);
	plain->queue[plain->queued++] = (uint8_t)n;
	memcpy(plain->queue + plain->queued, packet, n);
	plain->queued += n;
	plain->counters.tx_packets++;
	return PTL_OK;
}

static ptl_time plain_deadline(const struct ptl_endpoint *endpoint)
{
	const struct plain *plain = (const struct plain *)endpoint;

	return plain->queued || plain->spin ? 0 : PTL_NEVER;
}

static void plain_wire_reset(struct ptl_endpoint *endpoint, ptl_time now)
{
	(void)now;
	((struct plain *)endpoint)->got = 0;
}

static const struct ptl_counters *plain_counters(const struct ptl_endpoint *endpoint)
{
	return &((const struct plain *)endpoint)->counters;
}

static const struct ptl_framing plain_framing = {
	.name = "plain",
	.payload = PTL_ETHERNET,
	.size = plain_size,
	.init = plain_init,
	.receive = plain_receive,
	.transmit = plain_transmit,
	.send = plain_send,
	.deadline = plain_deadline,
	.wire_reset = plain_wire_reset,
	.counters = plain_counters,
};

struct bench {
	struct sim *sim;
	struct traffic *traffic[2];
	struct sim_config config;
};

static void bench_begin(struct bench *bench, uint64_t seed)
{
	sim_config_default(&bench->config, &plain_framing, 921600, seed);
	for (unsigned i = 0; i < 2; i++) {
		struct traffic_config config;

		traffic_config_default(&config, seed + i);
		bench->traffic[i] = traffic_new(&config);
		assert_non_null(bench->traffic[i]);
	}
	traffic_hooks(&bench->config.hooks, bench->traffic);
}

static void bench_start(struct bench *bench)
{
	bench->sim = sim_new(&bench->config);
	assert_non_null(bench->sim);
}

static void bench_end(struct bench *bench)
{
	sim_free(bench->sim);
	traffic_free(bench->traffic[0]);
	traffic_free(bench->traffic[1]);
}

static void on_a_clean_wire_all_arrive(void **state)
{
	(void)state;
	for (int chunks = SIM_CHUNKS_WHOLE; chunks <= SIM_CHUNKS_RANDOM; chunks++) {
		struct bench bench;

		bench_begin(&bench, 7);
		bench.config.chunks = (enum sim_chunks)chunks;
		bench.config.late_us = chunks == SIM_CHUNKS_RANDOM ? 500 : 0;
		bench_start(&bench);
		traffic_play(bench.traffic[0], bench.sim, 0, 5000, 0);
		traffic_play(bench.traffic[1], bench.sim, 1, 1000, 10000);
		assert_true(sim_run_for(bench.sim, 60 * SIM_SECOND));
		for (int i = 0; i < 2; i++) {
			if (!traffic_is_done(bench.traffic[i]) ||
			    !traffic_is_clean(bench.traffic[i]))
				fail_msg("chunks %d: %s", chunks,
					 traffic_report(bench.traffic[i]));
		}
		bench_end(&bench);
	}
}

/* 4000 packets of 750 bytes fill a line of 92160 bytes/s for half a minute. */
static void a_saturated_line_is_full(void **state)
{
	struct bench bench;
	struct wire_counters counters;

	(void)state;
	bench_begin(&bench, 8);
	bench_start(&bench);
	traffic_play(bench.traffic[0], bench.sim, 0, 100000, 0);
	sim_run_for(bench.sim, 10 * SIM_SECOND);
	wire_get_counters(sim_wire(bench.sim, 0), &counters);
	assert_in_range(counters.bytes_in, 921600 - 1, 921600 + 1);
	bench_end(&bench);
}

static void the_judge_notices_a_bad_wire(void **state)
{
	struct bench bench;
	const struct traffic_counters *counters;

	(void)state;
	bench_begin(&bench, 9);
	bench.config.wire[0].faults.ber = 1e-5;
	bench_start(&bench);
	traffic_play(bench.traffic[0], bench.sim, 0, 5000, 0);
	sim_run_for(bench.sim, 60 * SIM_SECOND);
	counters = traffic_counters(bench.traffic[0]);
	assert_true(counters->corrupt + counters->unknown > 0);
	assert_true(traffic_missing(bench.traffic[0]) > 0);
	assert_false(traffic_is_clean(bench.traffic[0]));
	bench_end(&bench);
}

static void what_the_sender_counts_is_accounted_for(void **state)
{
	struct traffic_config config;
	struct traffic *traffic;
	struct ptl_counters sender = {.drop_codel = 1, .drop_down = 1};
	size_t n;

	(void)state;
	traffic_config_default(&config, 15);
	traffic = traffic_new(&config);
	traffic_next(traffic, &n);
	traffic_sent(traffic, PTL_DOWN);
	traffic_next(traffic, &n);
	traffic_sent(traffic, PTL_OK);
	assert_int_equal(traffic_unaccounted(traffic, &sender), 0);
	traffic_next(traffic, &n);
	traffic_sent(traffic, PTL_OK);
	assert_int_equal(traffic_unaccounted(traffic, &sender), 1);
	traffic_free(traffic);
}

static void the_judge_notices_each_fault(void **state)
{
	struct traffic_config config;
	struct traffic *traffic;
	uint8_t first[TRAFFIC_MAX], second[TRAFFIC_MAX];
	size_t first_n, second_n;

	(void)state;
	traffic_config_default(&config, 10);
	config.flows = 1;
	config.min = 100;
	traffic = traffic_new(&config);
	memcpy(first, traffic_next(traffic, &first_n), sizeof(first));
	assert_false(traffic_arrived(traffic, first, first_n));
	assert_int_equal(traffic_counters(traffic)->unknown, 1);
	traffic_sent(traffic, PTL_OK);
	memcpy(second, traffic_next(traffic, &second_n), sizeof(second));
	traffic_sent(traffic, PTL_OK);
	second[60] ^= 1;
	assert_false(traffic_arrived(traffic, second, second_n));
	assert_int_equal(traffic_counters(traffic)->corrupt, 1);
	second[60] ^= 1;
	assert_true(traffic_arrived(traffic, second, second_n));
	assert_false(traffic_arrived(traffic, second, second_n));
	assert_int_equal(traffic_counters(traffic)->doubled, 1);
	assert_false(traffic_arrived(traffic, first, first_n));
	assert_int_equal(traffic_counters(traffic)->reordered, 1);
	assert_int_equal(traffic_missing(traffic), 0);
	traffic_free(traffic);
}

static void one_seed_is_one_history(void **state)
{
	char reports[2][400];
	struct wire_counters counters[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct bench bench;

		bench_begin(&bench, 11);
		bench.config.wire[0].faults.ber = 1e-5;
		bench.config.late_us = 300;
		bench_start(&bench);
		traffic_play(bench.traffic[0], bench.sim, 0, 2000, 3000);
		sim_run_for(bench.sim, 10 * SIM_SECOND);
		snprintf(reports[i], sizeof(reports[i]), "%s",
			 traffic_report(bench.traffic[0]));
		wire_get_counters(sim_wire(bench.sim, 0), &counters[i]);
		bench_end(&bench);
	}
	assert_string_equal(reports[0], reports[1]);
	assert_memory_equal(&counters[0], &counters[1], sizeof(counters[0]));
}

static void restart_side_0(void *user)
{
	sim_restart(((struct bench *)user)->sim, 0);
}

static void refuse_at_side_1(void *user)
{
	sim_refuse(((struct bench *)user)->sim, 1, true);
}

static void cut(void *user)
{
	sim_set_line(((struct bench *)user)->sim, WIRE_LINE_STUCK, false);
}

static void mend(void *user)
{
	sim_set_line(((struct bench *)user)->sim, WIRE_LINE_OK, true);
}

static void things_happen_at_their_time(void **state)
{
	struct bench bench;
	struct ptl_counters total;
	struct wire_counters counters;
	uint64_t before;

	(void)state;
	bench_begin(&bench, 12);
	bench_start(&bench);
	sim_at(bench.sim, SIM_ORIGIN + 4 * SIM_SECOND, refuse_at_side_1, &bench);
	sim_at(bench.sim, SIM_ORIGIN + 3 * SIM_SECOND, mend, &bench);
	sim_at(bench.sim, SIM_ORIGIN + 2 * SIM_SECOND, cut, &bench);
	sim_at(bench.sim, SIM_ORIGIN + 1 * SIM_SECOND, restart_side_0, &bench);
	traffic_play(bench.traffic[0], bench.sim, 0, 1000000, 0);

	sim_run(bench.sim, SIM_ORIGIN + 2 * SIM_SECOND);
	assert_int_equal(sim_restarts(bench.sim, 0), 1);
	sim_total(bench.sim, 0, &total);
	assert_true(total.tx_packets > sim_counters(bench.sim, 0)->tx_packets);
	before = traffic_counters(bench.traffic[0])->arrived;
	assert_true(before > 100);

	sim_run(bench.sim, SIM_ORIGIN + 3 * SIM_SECOND);
	assert_in_range(traffic_counters(bench.traffic[0])->arrived, before, before + 1);
	wire_get_counters(sim_wire(bench.sim, 0), &counters);
	assert_in_range(counters.stuck, 92000, 92200);

	sim_run(bench.sim, SIM_ORIGIN + 5 * SIM_SECOND);
	assert_true(sim_counters(bench.sim, 1)->rx_refused > 100);
	assert_int_equal(sim_now(bench.sim), SIM_ORIGIN + 5 * SIM_SECOND);
	bench_end(&bench);
}

static void an_endpoint_that_misbehaves_is_named(void **state)
{
	struct bench bench;

	(void)state;
	bench_begin(&bench, 13);
	bench_start(&bench);
	((struct plain *)sim_endpoint(bench.sim, 1))->spin = 1;
	assert_false(sim_run_for(bench.sim, SIM_SECOND));
	assert_non_null(strstr(sim_error(bench.sim), "plain on side 1"));
	assert_non_null(strstr(sim_error(bench.sim), "seed 13"));
	bench_end(&bench);

	bench_begin(&bench, 14);
	bench_start(&bench);
	((struct plain *)sim_endpoint(bench.sim, 0))->overrun = true;
	assert_false(sim_run_for(bench.sim, SIM_SECOND));
	assert_non_null(strstr(sim_error(bench.sim), "wrote more"));
	bench_end(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(on_a_clean_wire_all_arrive),
		cmocka_unit_test(a_saturated_line_is_full),
		cmocka_unit_test(the_judge_notices_a_bad_wire),
		cmocka_unit_test(what_the_sender_counts_is_accounted_for),
		cmocka_unit_test(the_judge_notices_each_fault),
		cmocka_unit_test(one_seed_is_one_history),
		cmocka_unit_test(things_happen_at_their_time),
		cmocka_unit_test(an_endpoint_that_misbehaves_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
