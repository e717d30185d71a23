/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A receiver whose rate is not the sender's: a little off it hears all, far off
 * nothing of it; and a line that does not carry high rates.
 */
#include "story.h"

#include "sim/wire.h"

#define BYTES  2000u
#define ORIGIN UINT64_C(5000000000)

struct result {
	size_t n;     /* bytes that were heard */
	size_t right; /* of them, at their place */
	uint64_t misread;
};

static struct result send(const struct wire_config *config, uint64_t seed)
{
	struct prng prng = prng_seed(seed, 1);
	struct wire *wire = wire_new(config);
	struct wire_counters counters;
	uint8_t sent[BYTES], heard[300 * BYTES];
	struct result result = {0};

	assert_non_null(wire);
	random_bytes(&prng, sent, sizeof(sent));
	assert_int_equal(wire_offer(wire, ORIGIN, sent, sizeof(sent)), sizeof(sent));
	result.n = wire_take(wire, ORIGIN + UINT64_C(100000000000), heard, sizeof(heard));
	for (size_t i = 0; i < sizeof(sent) && i < result.n; i++)
		result.right += sent[i] == heard[i];
	wire_get_counters(wire, &counters);
	result.misread = counters.misread;
	wire_free(wire);
	return result;
}

static struct result send_apart(uint32_t baud, uint32_t rx_baud, int32_t ppm, int32_t rx_ppm)
{
	struct wire_config config = {.baud = baud,
				     .ppm = ppm,
				     .rx_baud = rx_baud,
				     .rx_ppm = rx_ppm,
				     .fifo = WIRE_BUFFER_MAX,
				     .seed = 4711};

	return send(&config, 1);
}

static void clocks_a_little_apart_do_no_harm(void **state)
{
	static const int32_t ppms[][2] = {{0, 0},     {7000, -7000}, {-7000, 7000},
					  {15000, 0}, {-9000, 9000}, {0, 19000}};

	(void)state;
	for (size_t i = 0; i < COUNT(ppms); i++) {
		struct result result = send_apart(921600, 921600, ppms[i][0], ppms[i][1]);

		if (result.n != BYTES || result.right != BYTES)
			fail_msg("%d and %d ppm: %zu of %zu bytes", ppms[i][0], ppms[i][1],
				 result.right, result.n);
	}
}

static void clocks_apart_spoil_bytes(void **state)
{
	size_t before = BYTES;

	(void)state;
	/* The last bits first: the more, the further apart. */
	for (int32_t ppm = 30000; ppm <= 60000; ppm += 10000) {
		struct result slow = send_apart(1000000, 1000000, ppm, 0);
		struct result fast = send_apart(1000000, 1000000, -ppm, 0);

		assert_int_equal(slow.misread, BYTES);
		if (slow.right >= before || fast.right == BYTES)
			fail_msg("%d ppm: %zu and %zu right", ppm, slow.right, fast.right);
		before = slow.right;
	}
	assert_true(before < BYTES / 10);
}

static void other_rates_are_garbage(void **state)
{
	static const uint32_t rates[][2] = {
		{115200, 1000000}, {115200, 5000000},  {1000000, 115200},
		{5000000, 115200}, {1000000, 1250000}, {460800, 500000},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rates); i++) {
		struct result result = send_apart(rates[i][0], rates[i][1], 0, 0);
		size_t ratio = rates[i][1] / rates[i][0];

		/* About one byte in 256 is right by accident. */
		if (result.right > BYTES / 20 || result.n > (ratio + 1) * BYTES ||
		    result.n < BYTES / 200)
			fail_msg("%u heard at %u: %zu bytes, %zu right", rates[i][0],
				 rates[i][1], result.n, result.right);
	}
}

static void a_slow_byte_heard_fast_is_what_it_looks_like(void **state)
{
	struct misread misread;
	uint8_t out[MISREAD_MAX];

	(void)state;
	misread_init(&misread, 1);
	/* Low for ten bits of the receiver, then high: a break. */
	assert_int_equal(misread_byte(&misread, 0xff, 100, 1000, out), 1);
	assert_int_equal(out[0], 0);
	assert_int_equal(misread_idle(&misread, out), 0);
	/* At four times the rate: start, three low, six high: F8. */
	assert_int_equal(misread_byte(&misread, 0xff, 100, 400, out), 1);
	assert_int_equal(out[0], 0xf8);
	/* A low of twice the length is no start bit and seven, but eight: 80. */
	assert_int_equal(misread_byte(&misread, 0xfe, 100, 400, out), 1);
	assert_int_equal(out[0], 0x80);
}

static void a_fast_byte_heard_slowly_is_part_of_one(void **state)
{
	struct misread misread;
	uint8_t out[MISREAD_MAX];
	size_t n = 0;

	(void)state;
	misread_init(&misread, 1);
	for (int i = 0; i < 100; i++)
		n += misread_byte(&misread, 0x55, 1000, 100, out);
	n += misread_idle(&misread, out);
	assert_in_range(n, 1, 11);
}

static void a_line_carries_so_much_and_no_more(void **state)
{
	struct wire_config config = {.rx_baud = 921600, .max_baud = 921600, .seed = 99};

	(void)state;
	config.baud = config.rx_baud;
	assert_int_equal(send(&config, 3).right, BYTES);
	config.ppm = 1000;
	assert_in_range(send(&config, 3).right, 0, BYTES * 95 / 100);
	config.ppm = 0;
	config.baud = config.rx_baud = 1500000;
	assert_in_range(send(&config, 3).right, 0, BYTES / 4);
}

static void rates_change_at_run_time(void **state)
{
	struct wire *wire =
		wire_new(&(struct wire_config){.baud = 115200, .rx_baud = 115200, .seed = 5});
	uint8_t sent[16] = "fifteen letters", heard[64];
	uint64_t now = ORIGIN;

	(void)state;
	for (int round = 0; round < 3; round++) {
		wire_offer(wire, now, sent, sizeof(sent));
		now += 100000000;
		assert_int_equal(wire_take(wire, now, heard, sizeof(heard)), sizeof(sent));
		assert_memory_equal(sent, heard, sizeof(sent));
		/* One end alone, then both. */
		assert_true(wire_set_baud(wire, now, 1000000));
		wire_offer(wire, now, sent, sizeof(sent));
		now += 100000000;
		assert_in_range(wire_take(wire, now, heard, sizeof(heard)), 0, 15);
		assert_true(wire_set_rx_baud(wire, now, 1000000));
		wire_offer(wire, now, sent, sizeof(sent));
		now += 100000000;
		assert_int_equal(wire_take(wire, now, heard, sizeof(heard)), sizeof(sent));
		assert_memory_equal(sent, heard, sizeof(sent));
		wire_set_max_baud(wire, now, 50000);
		wire_offer(wire, now, sent, sizeof(sent));
		now += 100000000;
		wire_take(wire, now, heard, sizeof(heard));
		assert_memory_not_equal(sent, heard, sizeof(sent));
		wire_set_max_baud(wire, now, 0);
		assert_true(wire_set_baud(wire, now, 115200));
		assert_true(wire_set_rx_baud(wire, now, 115200));
	}
	assert_false(wire_set_rx_baud(wire, now, 49));
	wire_free(wire);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks_a_little_apart_do_no_harm),
		cmocka_unit_test(clocks_apart_spoil_bytes),
		cmocka_unit_test(other_rates_are_garbage),
		cmocka_unit_test(a_slow_byte_heard_fast_is_what_it_looks_like),
		cmocka_unit_test(a_fast_byte_heard_slowly_is_part_of_one),
		cmocka_unit_test(a_line_carries_so_much_and_no_more),
		cmocka_unit_test(rates_change_at_run_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
