/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A reader that takes nothing for longer than the link's patience with a peer
 * that makes no progress. Nothing may be lost, sent twice or given up for it:
 * the peer is heard, and has all that it was sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pigtail/link.h>

#include "sim/sim.h"

#define PACKET 1500u

static unsigned arrived;

static bool on_packet(void *user, int side, const uint8_t *packet, size_t n)
{
	(void)user;
	(void)packet;
	assert_int_equal(side, 1);
	assert_int_equal(n, PACKET);
	arrived++;
	return true;
}

static struct sim *start(void)
{
	struct sim_config config;
	struct sim *sim;

	sim_config_default(&config, &ptl_framing_pigtail, 921600, 3);
	config.hooks.packet = on_packet;
	sim = sim_new(&config);
	assert_non_null(sim);
	assert_true(sim_run_for(sim, SIM_SECOND));
	arrived = 0;
	return sim;
}

/* Of one flow, and nothing that compresses. */
static void send(struct sim *sim, unsigned count)
{
	while (count--) {
		uint8_t packet[PACKET] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5};

		for (size_t i = 14; i < sizeof(packet); i++)
			packet[i] = (uint8_t)prng_next(sim_prng(sim));
		assert_int_equal(sim_send(sim, 0, packet, sizeof(packet)), PTL_OK);
	}
}

static void nothing_was_lost(struct sim *sim, unsigned sent)
{
	sim_refuse(sim, 1, false);
	assert_true(sim_run_for(sim, 3 * SIM_SECOND));
	assert_int_equal(arrived, sent);
	for (int side = 0; side < 2; side++) {
		assert_int_equal(sim_counters(sim, side)->sessions, 1);
		assert_int_equal(sim_counters(sim, side)->tx_lost, 0);
		assert_int_equal(sim_counters(sim, side)->drop_flushed, 0);
	}
	sim_free(sim);
}

/* More than 255 cells wait at the receiver: their range is written as two. */
static void a_full_window_waits(void **state)
{
	struct sim *sim = start();

	(void)state;
	sim_refuse(sim, 1, true);
	send(sim, 20);
	assert_true(sim_run_for(sim, 30 * SIM_SECOND));
	nothing_was_lost(sim, 20);
}

static void one_more_comes_after_a_long_wait(void **state)
{
	struct sim *sim = start();

	(void)state;
	sim_refuse(sim, 1, true);
	send(sim, 1);
	assert_true(sim_run_for(sim, 15 * SIM_SECOND));
	send(sim, 1);
	assert_true(sim_run_for(sim, 5 * SIM_SECOND));
	nothing_was_lost(sim, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_window_waits),
		cmocka_unit_test(one_more_comes_after_a_long_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
