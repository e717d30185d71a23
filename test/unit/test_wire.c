/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wire model: its rates are exact, its faults as frequent as asked for and
 * the same in any chunking, its FIFO overruns unless RTS/CTS holds the sender.
 * PIGTAIL_SEED in the environment sets the seed of the random parts.
 */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "sim/wire.h"

#define SECOND UINT64_C(1000000000)
#define ORIGIN (5 * SECOND)

static uint64_t seed = 20240607;

static const uint32_t bauds[] = {50,	  9600,	   115200,  460800,  921600,
				 1250000, 3000000, 3686400, 4000000, 10000000};

/* A line that always has bytes to send carries baud/10 a second, in any second
 * and after an hour. */
static void a_saturated_line_has_its_rate(void **state)
{
	uint8_t bytes[4096] = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bauds) / sizeof(bauds[0]); i++) {
		struct wire *wire = wire_new(&(struct wire_config){.baud = bauds[i]});
		struct wire_counters counters;
		uint64_t now = ORIGIN;
		uint64_t end = ORIGIN + 7 * SECOND;
		uint64_t expected = (uint64_t)bauds[i] * 7 / 10;

		while (now < end) {
			wire_offer(wire, now, bytes, sizeof(bytes));
			wire_take(wire, now, bytes, sizeof(bytes));
			now = wire_dry(wire);
		}
		while (wire_take(wire, end, bytes, sizeof(bytes)))
			;
		wire_get_counters(wire, &counters);
		assert_in_range(counters.bytes_out, expected - 1, expected);
		wire_free(wire);
	}
}

static void a_clock_error_changes_the_rate(void **state)
{
	struct wire *wire = wire_new(&(struct wire_config){.baud = 1000000, .ppm = -20000});
	uint8_t byte = 1;

	(void)state;
	wire_offer(wire, ORIGIN, &byte, 1);
	assert_int_equal(wire_arrival(wire, 1), ORIGIN + 10204);
	wire_free(wire);
}

static void a_byte_arrives_with_its_stop_bit(void **state)
{
	struct wire *wire =
		wire_new(&(struct wire_config){.baud = 4000000, .delay_ns = 3000000});
	uint8_t bytes[3] = {1, 2, 3};
	uint8_t out[4];

	(void)state;
	assert_int_equal(wire_arrival(wire, 1), WIRE_NEVER);
	assert_int_equal(wire_offer(wire, ORIGIN, bytes, 3), 3);
	for (size_t i = 0; i < 3; i++) {
		uint64_t due = ORIGIN + 3000000 + 2500 * (i + 1);

		assert_int_equal(wire_arrival(wire, 1), due);
		assert_int_equal(wire_arrival(wire, 100), ORIGIN + 3000000 + 7500);
		assert_int_equal(wire_take(wire, due - 1, out, 4), 0);
		assert_int_equal(wire_take(wire, due, out, 4), 1);
		assert_int_equal(out[0], i + 1);
	}
	/* A gap: the next begins when it is offered. */
	wire_offer(wire, ORIGIN + SECOND, bytes, 1);
	assert_int_equal(wire_arrival(wire, 1), ORIGIN + SECOND + 3002500);
	wire_free(wire);
}

/* Bytes offered later than the line ran dry, but for a moment before it, go on
 * without a gap: a driver that is late may make up for it. */
static void an_offer_in_the_past_makes_up_for_it(void **state)
{
	struct wire *wire = wire_new(&(struct wire_config){.baud = 1000000});
	uint8_t bytes[10] = {0};
	uint8_t out[32];
	uint64_t dry;

	(void)state;
	wire_offer(wire, ORIGIN, bytes, 10);
	dry = wire_dry(wire);
	assert_int_equal(dry, ORIGIN + 100000);
	wire_run(wire, dry + 50000);
	wire_offer(wire, dry, bytes, 10);
	assert_int_equal(wire_take(wire, dry + 50000, out, 32), 15);
	assert_int_equal(wire_dry(wire), ORIGIN + 200000);
	wire_free(wire);
}

/* Sends n bytes of a pattern in random chunks of up to max; keeps what arrives.
 * Returns how many. */
static size_t send_all(struct wire *wire, size_t n, uint32_t max, uint64_t chunk_seed,
		       uint8_t *out)
{
	struct prng prng = prng_seed(chunk_seed, 0);
	uint64_t now = ORIGIN;
	size_t sent = 0, got = 0;
	uint8_t bytes[4096];

	while (sent < n || wire_arrival(wire, 1) != WIRE_NEVER || wire_level(wire)) {
		size_t want = 1 + prng_below(&prng, max);

		if (want > n - sent)
			want = n - sent;
		for (size_t i = 0; i < want; i++)
			bytes[i] = (uint8_t)((sent + i) * 167 >> 3);
		sent += wire_offer(wire, now, bytes, want);
		now += prng_below(&prng, 2 * wire_bytes_ns(wire, max));
		got += wire_take(wire, now, out + got, 1 + prng_below(&prng, max * 3));
	}
	return got;
}

static void faults_do_not_depend_on_chunks(void **state)
{
	enum { N = 200000 };
	static const uint32_t chunks[] = {1, 7, 300, 4000};
	struct wire_config config = {
		.baud = 921600,
		.seed = seed,
		.fifo = 1 << 20,
		.faults = {.ber = 1e-3, .drop = 1e-3, .dup = 1e-3, .burst = 1e-4},
	};
	uint8_t *first = malloc(2 * N), *other = malloc(2 * N);
	struct wire_counters first_counters, counters;
	size_t first_n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		struct wire *wire = wire_new(&config);
		size_t n = send_all(wire, N, chunks[i], seed + i, i ? other : first);

		wire_get_counters(wire, &counters);
		assert_int_equal(counters.overruns, 0);
		if (i) {
			assert_int_equal(n, first_n);
			assert_memory_equal(other, first, n);
			assert_memory_equal(&counters, &first_counters, sizeof(counters));
		}
		first_n = n;
		first_counters = counters;
		wire_free(wire);
	}
	config.seed++;
	struct wire *wire = wire_new(&config);
	size_t n = send_all(wire, N, 300, seed, other);
	assert_true(n != first_n || memcmp(first, other, n) != 0);
	wire_free(wire);
	free(first);
	free(other);
}

/* Within five standard deviations of a binomial distribution. */
static void assert_rate(const char *what, uint64_t count, double trials, double p)
{
	double expected = trials * p;

	if (fabs((double)count - expected) > 5 * sqrt(expected * (1 - p)) + 1)
		fail_msg("%s: %" PRIu64 ", expected %.0f (PIGTAIL_SEED=%" PRIu64 ")", what,
			 count, expected, seed);
}

static void faults_are_as_frequent_as_asked_for(void **state)
{
	static const double rates[] = {1e-6, 1e-4, 1e-2, 0.3};
	const double n = 4e6;

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		double p = rates[i];
		struct wire_config config = {
			.baud = 4000000,
			.seed = seed + i,
			.fifo = 1 << 14,
			.faults = {.ber = p, .drop = p, .dup = p},
		};
		struct wire *wire = wire_new(&config);
		struct wire_counters counters;
		uint8_t bytes[4000] = {0};
		uint64_t now = ORIGIN;

		for (int k = 0; k < 1000; k++) {
			wire_offer(wire, now, bytes, sizeof(bytes));
			now = wire_dry(wire);
			wire_run(wire, now);
			wire_flush_receiver(wire, now);
		}
		wire_get_counters(wire, &counters);
		assert_int_equal(counters.bytes_in, 4000000);
		assert_rate("bits", counters.faults.bits_flipped, n * 10, p);
		assert_rate("drops", counters.faults.dropped, n, p);
		assert_rate("start bits", counters.faults.start_errors, n * (1 - p), p);
		assert_rate("stop bits", counters.faults.framing_errors, n * (1 - p) * (1 - p),
			    p);
		assert_rate("doubles", counters.faults.duplicated, n * (1 - p) * (1 - p), p);
		wire_free(wire);
	}
}

static void bursts_have_their_mean_length(void **state)
{
	struct fault_rates rates = {.burst = 1e-3, .burst_bytes = 20};
	struct faults faults;
	uint8_t out[2];
	uint64_t changed = 0;
	double mean;

	(void)state;
	assert_true(faults_init(&faults, &rates, seed));
	for (int i = 0; i < 4000000; i++) {
		assert_int_equal(faults_pass(&faults, 0, out), 1);
		changed += out[0] != 0;
	}
	assert_rate("bursts", faults.counters.bursts, 4e6, 1e-3);
	/* Bursts that begin within bursts replace what is left of them. */
	mean = (double)faults.counters.burst_bytes / (double)faults.counters.bursts;
	assert_true(mean > 19 && mean < 21);
	assert_rate("random bytes", changed, (double)faults.counters.burst_bytes, 255.0 / 256);
}

/* Each kind of fault has its own sequence. */
static void drops_do_not_move_bit_errors(void **state)
{
	struct fault_rates rates = {.ber = 1e-3};
	struct faults bits, both;
	uint8_t a[2], b[2];

	(void)state;
	faults_init(&bits, &rates, seed);
	rates.drop = 0.1;
	faults_init(&both, &rates, seed);
	for (int i = 0; i < 100000; i++) {
		size_t plain = faults_pass(&bits, 0x55, a);

		if (faults_pass(&both, 0x55, b)) {
			assert_int_equal(plain, 1);
			assert_int_equal(a[0], b[0]);
		}
	}
	assert_int_equal(bits.counters.bits_flipped, both.counters.bits_flipped);
}

static void a_flip_does_what_a_uart_does(void **state)
{
	struct fault_rates rates = {.ber = 0.02};
	struct faults faults;
	uint64_t lost = 0, zero = 0, flipped = 0;

	(void)state;
	faults_init(&faults, &rates, seed);
	for (int i = 0; i < 1000000; i++) {
		uint8_t out[2] = {0x81, 0};

		if (!faults_pass(&faults, 0x81, out))
			lost++;
		else if (!out[0])
			zero++;
		else if (out[0] != 0x81)
			flipped++;
	}
	assert_rate("lost", lost, 1e6, 0.02);
	/* Two data bits flipped at once may make a zero, too: 0.0004. */
	assert_true(zero >= faults.counters.framing_errors);
	assert_rate("zero", zero, 1e6, 0.98 * (0.02 + 0.98 * 0.0004 * pow(0.98, 6)));
	assert_rate("flipped", flipped, 1e6,
		    0.98 * 0.98 * (1 - pow(0.98, 8) - 0.0004 * pow(0.98, 6)));
}

static void the_fifo_overruns(void **state)
{
	struct wire *wire = wire_new(&(struct wire_config){.baud = 115200, .fifo = 16});
	struct wire_counters counters;
	uint8_t bytes[100], out[100];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	wire_offer(wire, ORIGIN, bytes, 100);
	assert_int_equal(wire_take(wire, ORIGIN + SECOND, out, 100), 16);
	assert_memory_equal(out, bytes, 16);
	wire_get_counters(wire, &counters);
	assert_int_equal(counters.overruns, 84);
	wire_free(wire);
}

/* Given a FIFO of 16 that is read seldom, RTS/CTS stops the sender in time and
 * lets it go on: slow, but nothing is lost. */
static void rts_stops_the_sender(void **state)
{
	struct wire_config config = {.baud = 115200, .fifo = 16, .rtscts = true};
	struct wire *wire = wire_new(&config);
	struct wire_counters counters;
	uint8_t bytes[1000], out[1000];
	uint64_t now = ORIGIN;
	size_t got = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	assert_int_equal(wire_offer(wire, now, bytes, 1000), 1000);
	wire_run(wire, now + SECOND);
	assert_true(wire_stopped(wire));
	assert_int_equal(wire_level(wire), 12); /* the mark */
	assert_int_equal(wire_arrival(wire, 1), WIRE_NEVER);
	for (now += SECOND; got < 1000 && now < ORIGIN + 100 * SECOND; now += SECOND / 100)
		got += wire_take(wire, now, out + got, 5);
	assert_int_equal(got, 1000);
	assert_memory_equal(out, bytes, 1000);
	wire_get_counters(wire, &counters);
	assert_int_equal(counters.overruns, 0);
	assert_true(counters.stops > 50);
	wire_free(wire);
}

/* A reader that keeps up is not slowed down by RTS/CTS. */
static void rts_costs_a_good_reader_nothing(void **state)
{
	struct wire_config config = {.baud = 921600, .fifo = 128, .rtscts = true};
	struct wire *wire = wire_new(&config);
	struct wire_counters counters;
	uint8_t bytes[512] = {0};

	(void)state;
	for (uint64_t now = ORIGIN; now < ORIGIN + SECOND; now += 500000) {
		wire_take(wire, now, bytes, sizeof(bytes));
		wire_offer(wire, now, bytes, 100);
	}
	wire_get_counters(wire, &counters);
	assert_in_range(counters.bytes_in, 92110, 92160);
	assert_int_equal(counters.overruns + counters.stops, 0);
	wire_free(wire);
}

static void a_line_is_cut_and_mended(void **state)
{
	struct wire *wire = wire_new(&(struct wire_config){.baud = 100000});
	struct wire_counters counters;
	uint8_t bytes[100], out[100];

	(void)state;
	memset(bytes, 0x5a, sizeof(bytes));
	wire_offer(wire, ORIGIN, bytes, 100);
	wire_set_line(wire, ORIGIN + 3000000, WIRE_LINE_STUCK); /* 30 arrived */
	wire_set_line(wire, ORIGIN + 5000000, WIRE_LINE_BREAK);
	wire_set_line(wire, ORIGIN + 7000000, WIRE_LINE_OK);
	assert_int_equal(wire_take(wire, ORIGIN + SECOND, out, 100), 61);
	assert_int_equal(out[29], 0x5a);
	assert_int_equal(out[30], 0);
	assert_int_equal(out[31], 0x5a);
	wire_get_counters(wire, &counters);
	assert_int_equal(counters.stuck, 40);
	assert_int_equal(counters.breaks, 1);
	wire_free(wire);
}

static void the_rate_changes_for_what_has_not_begun(void **state)
{
	struct wire *wire = wire_new(&(struct wire_config){.baud = 100000});
	uint8_t bytes[20] = {0};

	(void)state;
	wire_offer(wire, ORIGIN, bytes, 20);
	assert_true(wire_set_baud(wire, ORIGIN + 950000, 1000000)); /* in the 10th */
	assert_int_equal(wire_arrival(wire, 1), ORIGIN + 1000000);
	assert_int_equal(wire_arrival(wire, 20), ORIGIN + 1100000);
	assert_false(wire_set_baud(wire, ORIGIN + 950000, 49));
	wire_free(wire);
}

static void a_reset_empties_what_it_should(void **state)
{
	struct wire *wire = wire_new(&(struct wire_config){.baud = 100000});
	uint8_t bytes[20] = {0};

	(void)state;
	wire_offer(wire, ORIGIN, bytes, 20);
	assert_int_equal(wire_flush_sender(wire, ORIGIN + 450000), 15);
	assert_int_equal(wire_flush_receiver(wire, ORIGIN + 450000), 4);
	assert_int_equal(wire_take(wire, ORIGIN + SECOND, bytes, 20), 1);
	wire_free(wire);
}

static void a_bad_config_is_refused(void **state)
{
	static const struct wire_config bad[] = {
		{.baud = 49},
		{.baud = 10000001},
		{.baud = 9600, .delay_ns = WIRE_DELAY_MAX_NS + 1},
		{.baud = 9600, .fifo = WIRE_BUFFER_MAX + 1},
		{.baud = 9600, .faults = {.ber = 1.5}},
		{.baud = 9600, .faults = {.drop = -1}},
		{.baud = 9600, .faults = {.dup = NAN}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(wire_new(&bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_saturated_line_has_its_rate),
		cmocka_unit_test(a_clock_error_changes_the_rate),
		cmocka_unit_test(a_byte_arrives_with_its_stop_bit),
		cmocka_unit_test(an_offer_in_the_past_makes_up_for_it),
		cmocka_unit_test(faults_do_not_depend_on_chunks),
		cmocka_unit_test(faults_are_as_frequent_as_asked_for),
		cmocka_unit_test(bursts_have_their_mean_length),
		cmocka_unit_test(drops_do_not_move_bit_errors),
		cmocka_unit_test(a_flip_does_what_a_uart_does),
		cmocka_unit_test(the_fifo_overruns),
		cmocka_unit_test(rts_stops_the_sender),
		cmocka_unit_test(rts_costs_a_good_reader_nothing),
		cmocka_unit_test(a_line_is_cut_and_mended),
		cmocka_unit_test(the_rate_changes_for_what_has_not_begun),
		cmocka_unit_test(a_reset_empties_what_it_should),
		cmocka_unit_test(a_bad_config_is_refused),
	};

	if (getenv("PIGTAIL_SEED"))
		seed = strtoull(getenv("PIGTAIL_SEED"), NULL, 0);
	printf("PIGTAIL_SEED=%" PRIu64 "\n", seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
