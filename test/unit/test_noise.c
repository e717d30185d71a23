/* SPDX-License-Identifier: GPL-2.0-only */
/* The length of frames follows the noise: near sqrt(8 / e) while it lasts, back
 * to the longest when it is over, and one accident changes nothing. */
#include <math.h>

#include "story.h"

#include "link/noise.h"
#include <pigtail/wire.h>

#define MAX 1518

/* Sends total bytes over a line that spoils each byte with chance e. */
static void send_over(struct noise *noise, struct prng *prng, double e, uint32_t total)
{
	for (uint32_t sent = 0; sent < total;) {
		uint16_t payload = noise->limit;
		double whole = exp(-e * (payload + PTL_FRAME_OVERHEAD));

		if (prng_unit(prng) < whole)
			ptl_noise_delivered(noise, payload);
		else
			ptl_noise_lost(noise, payload);
		sent += payload + PTL_FRAME_OVERHEAD;
	}
}

static void a_clean_line_has_long_frames(void **state)
{
	struct prng prng = story_seed("no noise", 1);
	struct noise noise;

	(void)state;
	ptl_noise_init(&noise, MAX);
	assert_int_equal(noise.limit, MAX);
	send_over(&noise, &prng, 0, 10000000);
	assert_int_equal(noise.limit, MAX);
	assert_int_equal(ptl_noise_ppm(&noise), 0);
}

static void one_accident_is_no_rate(void **state)
{
	struct noise noise;

	(void)state;
	ptl_noise_init(&noise, MAX);
	ptl_noise_lost(&noise, MAX);
	assert_int_equal(noise.limit, MAX);
}

static void the_limit_is_near_the_best(void **state)
{
	static const double rates[] = {1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5};
	struct prng prng = story_seed("noise", 2);

	(void)state;
	for (size_t i = 0; i < COUNT(rates); i++) {
		double best = sqrt(PTL_FRAME_OVERHEAD / rates[i]);
		double sum = 0;
		struct noise noise;

		if (best < PTL_CELL_BYTES)
			best = PTL_CELL_BYTES;
		ptl_noise_init(&noise, MAX);
		send_over(&noise, &prng, rates[i], 500000);
		for (int j = 0; j < 200; j++) {
			send_over(&noise, &prng, rates[i], 10000);
			assert_true(noise.limit == MAX || noise.limit % PTL_CELL_BYTES == 0);
			assert_in_range(noise.limit, PTL_CELL_BYTES, MAX);
			sum += noise.limit;
		}
		sum /= 200;
		/* On a line with a loss in 64 KB or so, it is a guess. */
		if (sum < best * 0.6 || sum > best * (rates[i] < 5e-5 ? 3 : 1.5) + 32)
			fail_msg("noise %g: frames of %.0f bytes, best is %.0f", rates[i], sum,
				 best);
	}
}

static void short_frames_cost_less_than_they_save(void **state)
{
	struct prng prng = story_seed("goodput", 3);

	(void)state;
	/* The adaptive length comes near the goodput of the best fixed one. */
	for (double e = 1e-5; e < 1e-2; e *= 3) {
		double best = 0, good = 0, all = 0;
		struct noise noise;

		for (unsigned length = 32; length <= MAX; length += 32) {
			double rate = length * exp(-e * (length + 8)) / (length + 8);

			best = rate > best ? rate : best;
		}
		ptl_noise_init(&noise, MAX);
		send_over(&noise, &prng, e, 300000);
		while (all < 3e6) {
			uint16_t payload = noise.limit;
			bool whole = prng_unit(&prng) < exp(-e * (payload + 8));

			good += whole ? payload : 0;
			all += payload + 8;
			if (whole)
				ptl_noise_delivered(&noise, payload);
			else
				ptl_noise_lost(&noise, payload);
		}
		if (good / all < best * 0.95)
			fail_msg("noise %g: goodput %.3f, best %.3f", e, good / all, best);
	}
}

static void it_recovers(void **state)
{
	struct prng prng = story_seed("noise over", 4);
	struct noise noise;
	uint32_t sent = 0;

	(void)state;
	ptl_noise_init(&noise, MAX);
	send_over(&noise, &prng, 3e-3, 1000000);
	assert_true(noise.limit <= 96);
	while (noise.limit != MAX) {
		send_over(&noise, &prng, 0, 1000);
		sent += 1000;
		assert_true(sent < 1000000);
	}
	print_message("             back to %d bytes after %u KB\n", MAX, sent / 1000);
	send_over(&noise, &prng, 0, 1000000);
	assert_int_equal(ptl_noise_ppm(&noise), 0);
}

static void a_slow_line_sets_a_limit_of_its_own(void **state)
{
	struct prng prng = story_seed("noise, slow line", 5);
	struct noise noise;

	(void)state;
	ptl_noise_init(&noise, MAX);
	ptl_noise_set_max(&noise, 480);
	assert_int_equal(noise.limit, 480);
	send_over(&noise, &prng, 3e-3, 300000);
	assert_true(noise.limit <= 96);
	ptl_noise_set_max(&noise, 64);
	assert_true(noise.limit <= 64);
	ptl_noise_set_max(&noise, MAX);
	assert_true(noise.limit <= 96); /* the noise is still there */
	send_over(&noise, &prng, 0, 1000000);
	assert_int_equal(noise.limit, MAX);
}

/* Its sums stay within 32 bits, whatever comes. */
static void the_worst_line_does_not_overflow(void **state)
{
	struct noise noise;

	(void)state;
	ptl_noise_init(&noise, 9018);
	for (int i = 0; i < 100000; i++) {
		ptl_noise_lost(&noise, i & 1 ? 1 : noise.limit);
		assert_in_range(noise.limit, PTL_CELL_BYTES, 9018);
		assert_in_range(ptl_noise_ppm(&noise), 0, 120000);
	}
	assert_int_equal(noise.limit, PTL_CELL_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clean_line_has_long_frames),
		cmocka_unit_test(one_accident_is_no_rate),
		cmocka_unit_test(the_limit_is_near_the_best),
		cmocka_unit_test(short_frames_cost_less_than_they_save),
		cmocka_unit_test(it_recovers),
		cmocka_unit_test(a_slow_line_sets_a_limit_of_its_own),
		cmocka_unit_test(the_worst_line_does_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
