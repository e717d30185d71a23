/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The link over a hostile wire, in virtual time. Whatever the wire does, packets
 * arrive exactly once, unchanged, in order within their flow; or, when a session
 * ended, are counted as dropped.
 *
 * Each case runs with several seeds. PIGTAIL_SEED=N runs them all with that one
 * seed, which a failure prints; PIGTAIL_ROUNDS=N with that many. PIGTAIL_STORY=S
 * runs only the case of that name; PIGTAIL_LONG=1 makes the long cases whole; PIGTAIL_TELL=1
 * prints all counters.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <pigtail/link.h>
#include <pigtail/wire.h>

#include "sim/traffic.h"

enum trouble {
	TROUBLE_NONE,
	TROUBLE_RESTARTS, /* a side loses its state now and then */
	TROUBLE_CUTS,	  /* the cable is unplugged, shorter than the patience */
	TROUBLE_LONG_CUTS,
	TROUBLE_REFUSALS, /* a reader has no room for a while */
	TROUBLE_LONG_REFUSALS,
	TROUBLE_BREAKS,
	TROUBLE_WEATHER, /* noise comes and goes */
};

struct story {
	const char *name;
	uint32_t baud;
	struct fault_rates faults;
	enum sim_chunks chunks;
	enum ptl_profile profile[2];
	enum trouble trouble;
	uint32_t gap_us; /* 0: saturating */
	uint32_t late_us;
	uint64_t delay_us;
	uint64_t packets; /* each way */
	uint32_t seconds; /* limit, virtual */
	bool knows_queued;
	uint16_t queue; /* packets a sender holds; 0: the profile's number */

	bool is_long;  /* a 20th of it, without PIGTAIL_LONG */
	bool hopeless; /* calm until the handshake, then too bad to last */
};

#define HOSTS                                                                                  \
	{                                                                                      \
		PTL_PROFILE_HOST, PTL_PROFILE_HOST                                             \
	}
#define MCU                                                                                    \
	{                                                                                      \
		PTL_PROFILE_HOST, PTL_PROFILE_MCU                                              \
	}
#define MCUS                                                                                   \
	{                                                                                      \
		PTL_PROFILE_MCU, PTL_PROFILE_MCU                                               \
	}
#define ANY SIM_CHUNKS_RANDOM

static const struct story stories[] = {
	{.name = "clean, hosts",
	 .baud = 921600,
	 .profile = HOSTS,
	 .chunks = ANY,
	 .packets = 4000,
	 .seconds = 120},
	{.name = "clean, byte by byte",
	 .baud = 115200,
	 .profile = MCU,
	 .chunks = SIM_CHUNKS_BYTE,
	 .packets = 500,
	 .seconds = 120},
	{.name = "clean, whole chunks",
	 .baud = 921600,
	 .profile = MCUS,
	 .chunks = SIM_CHUNKS_WHOLE,
	 .packets = 3000,
	 .seconds = 120,
	 .knows_queued = true},
	{.name = "clean, 9600 baud",
	 .baud = 9600,
	 .profile = MCU,
	 .chunks = ANY,
	 .packets = 60,
	 .seconds = 300},
	{.name = "clean, 4800 baud",
	 .baud = 4800,
	 .profile = HOSTS,
	 .chunks = ANY,
	 .packets = 40,
	 .seconds = 300},
	{.name = "clean, 1200 baud",
	 .baud = 1200,
	 .profile = MCU,
	 .chunks = ANY,
	 .packets = 12,
	 .seconds = 600},
	{.name = "clean, 4 Mbaud",
	 .baud = 4000000,
	 .profile = MCU,
	 .chunks = ANY,
	 .packets = 10000,
	 .seconds = 120},
	{.name = "clean, far away",
	 .baud = 921600,
	 .profile = HOSTS,
	 .chunks = ANY,
	 .packets = 2000,
	 .seconds = 120,
	 .delay_us = 50000},
	{.name = "clean, late timers",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .packets = 2000,
	 .seconds = 120,
	 .late_us = 3000},
	{.name = "clean, sparse",
	 .baud = 115200,
	 .profile = MCU,
	 .chunks = ANY,
	 .packets = 300,
	 .seconds = 600,
	 .gap_us = 200000},
	{.name = "ber 1e-6",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .faults = {.ber = 1e-6},
	 .packets = 4000,
	 .seconds = 120},
	{.name = "ber 1e-5",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .faults = {.ber = 1e-5},
	 .packets = 4000,
	 .seconds = 120},
	{.name = "ber 1e-4",
	 .baud = 921600,
	 .profile = HOSTS,
	 .chunks = ANY,
	 .faults = {.ber = 1e-4},
	 .packets = 4000,
	 .seconds = 120},
	{.name = "ber 1e-4, mcus",
	 .baud = 921600,
	 .profile = MCUS,
	 .chunks = ANY,
	 .faults = {.ber = 1e-4},
	 .packets = 2000,
	 .seconds = 120},
	{.name = "ber 1e-3",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .faults = {.ber = 1e-3},
	 .packets = 500,
	 .seconds = 300},
	{.name = "ber 1e-2",
	 .baud = 921600,
	 .profile = HOSTS,
	 .chunks = ANY,
	 .faults = {.ber = 1e-2},
	 .packets = 10,
	 .seconds = 900,
	 .hopeless = true},
	{.name = "ber 1e-4, 115200",
	 .baud = 115200,
	 .profile = MCU,
	 .chunks = ANY,
	 .faults = {.ber = 1e-4},
	 .packets = 500,
	 .seconds = 300,
	 .knows_queued = true},
	{.name = "drops",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .faults = {.drop = 1e-3},
	 .packets = 2000,
	 .seconds = 120},
	{.name = "duplicates",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .faults = {.dup = 1e-3},
	 .packets = 2000,
	 .seconds = 120},
	{.name = "bursts",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .faults = {.burst = 1e-4, .burst_bytes = 200},
	 .packets = 1000,
	 .seconds = 200},
	{.name = "all at once",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .faults = {.ber = 3e-5, .drop = 1e-4, .dup = 1e-4, .burst = 1e-5},
	 .packets = 1000,
	 .seconds = 300,
	 .late_us = 2000,
	 .delay_us = 3000},
	{.name = "sparse with noise",
	 .baud = 115200,
	 .profile = MCU,
	 .chunks = ANY,
	 .faults = {.ber = 1e-4},
	 .packets = 500,
	 .seconds = 600,
	 .gap_us = 100000},
	{.name = "restarts",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .trouble = TROUBLE_RESTARTS,
	 .packets = 4000,
	 .seconds = 300},
	{.name = "restarts with noise",
	 .baud = 921600,
	 .profile = MCUS,
	 .chunks = ANY,
	 .faults = {.ber = 1e-4, .drop = 1e-4},
	 .trouble = TROUBLE_RESTARTS,
	 .packets = 2000,
	 .seconds = 300,
	 .late_us = 1000},
	{.name = "cable pulled and put back",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .trouble = TROUBLE_CUTS,
	 .packets = 4000,
	 .seconds = 300},
	{.name = "cable pulled for long",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .faults = {.ber = 1e-5},
	 .trouble = TROUBLE_LONG_CUTS,
	 .packets = 2000,
	 .seconds = 400},
	{.name = "reader refuses",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .trouble = TROUBLE_REFUSALS,
	 .packets = 3000,
	 .seconds = 300},
	{.name = "reader refuses, noise",
	 .baud = 921600,
	 .profile = MCUS,
	 .chunks = ANY,
	 .faults = {.ber = 1e-4},
	 .trouble = TROUBLE_REFUSALS,
	 .packets = 1500,
	 .seconds = 300},
	{.name = "reader refuses for long",
	 .baud = 921600,
	 .profile = HOSTS,
	 .chunks = ANY,
	 .trouble = TROUBLE_LONG_REFUSALS,
	 .queue = 64,
	 .packets = 2000,
	 .seconds = 600},
	{.name = "reader refuses for long, sparse",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .trouble = TROUBLE_LONG_REFUSALS,
	 .gap_us = 700000,
	 .packets = 100,
	 .seconds = 600},
	{.name = "breaks",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .faults = {.ber = 1e-5},
	 .trouble = TROUBLE_BREAKS,
	 .packets = 3000,
	 .seconds = 300},
	{.name = "weather",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .trouble = TROUBLE_WEATHER,
	 .packets = 3000,
	 .seconds = 300},
	{.name = "100 MB, ber 1e-4",
	 .baud = 921600,
	 .profile = HOSTS,
	 .chunks = ANY,
	 .faults = {.ber = 1e-4},
	 .queue = 6,
	 .is_long = true,
	 .packets = 66000,
	 .seconds = 5000},
	{.name = "100 MB, mcu, ber 1e-4",
	 .baud = 921600,
	 .profile = MCU,
	 .chunks = ANY,
	 .faults = {.ber = 1e-4},
	 .queue = 6,
	 .is_long = true,
	 .packets = 66000,
	 .seconds = 5000},
};

struct play {
	const struct story *story;
	struct sim *sim;
	struct traffic *traffic[2];
	struct sim_config config;
	bool refusing[2];
	bool off;
};

static void plan(struct play *play);

static void next_trouble(void *user)
{
	struct play *play = user;
	struct prng *prng = sim_prng(play->sim);
	int side = (int)prng_below(prng, 2);
	struct fault_rates rates = play->story->faults;

	switch (play->story->trouble) {
	case TROUBLE_RESTARTS:
		sim_restart(play->sim, side);
		break;
	case TROUBLE_CUTS:
	case TROUBLE_LONG_CUTS:
		play->off = !play->off;
		sim_set_line(play->sim, play->off ? WIRE_LINE_STUCK : WIRE_LINE_OK,
			     prng_below(prng, 2) != 0);
		break;
	case TROUBLE_BREAKS:
		play->off = !play->off;
		sim_set_line(play->sim, play->off ? WIRE_LINE_BREAK : WIRE_LINE_OK, false);
		break;
	case TROUBLE_REFUSALS:
	case TROUBLE_LONG_REFUSALS:
		play->refusing[side] = !play->refusing[side];
		sim_refuse(play->sim, side, play->refusing[side]);
		break;
	case TROUBLE_WEATHER:
		rates.ber =
			prng_below(prng, 2) ? 0 : 1e-3 / (double)(1 + prng_below(prng, 100));
		sim_set_faults(play->sim, side, &rates);
		break;
	case TROUBLE_NONE:
		return;
	}
	plan(play);
}

/* Trouble comes for the first 20 s; then all is well, and must work again. */
static void plan(struct play *play)
{
	ptl_time now = sim_now(play->sim);
	uint64_t most = play->story->trouble == TROUBLE_LONG_CUTS	? 6000000
			: play->story->trouble == TROUBLE_LONG_REFUSALS ? 25000000
									: 600000;
	ptl_time when = now + 1 + prng_below(sim_prng(play->sim), (uint32_t)most);

	if (now < SIM_ORIGIN + 20 * SIM_SECOND || play->off || play->refusing[0] ||
	    play->refusing[1])
		sim_at(play->sim, when, next_trouble, play);
}

static bool sessions_end(const struct story *story)
{
	/* A burst is so many bytes: of a line that is nearly idle, seconds. */
	if (story->faults.burst > 0)
		return true;
	return story->trouble == TROUBLE_RESTARTS || story->trouble == TROUBLE_LONG_CUTS ||
	       story->trouble == TROUBLE_WEATHER || story->hopeless;
}

/* How many packets the two ends have counted as lost with a session. */
static uint64_t excused(const struct play *play, int side)
{
	struct ptl_counters total;

	sim_total(play->sim, side, &total);
	return total.drop_flushed + total.drop_overflow + total.drop_codel;
}

static bool all_done(void *user)
{
	struct play *play = user;
	uint64_t missing = 0;

	for (int i = 0; i < 2; i++) {
		if (traffic_left(play->traffic[i]) > 0)
			return false;
		missing += traffic_missing(play->traffic[i]);
		/* What queues dropped does not come any more. */
		if (!sessions_end(play->story))
			missing -= excused(play, i);
	}
	return missing == 0 && sim_now(play->sim) % 50000 < 2000 && !play->off;
}

static void tell(const struct story *story, uint64_t seed)
{
	const char *gate = getenv("PIGTAIL_SEED");

	if (!gate)
		print_message("             %s, PIGTAIL_SEED=%llu\n", story->name,
			      (unsigned long long)seed);
}

static void tell_counters(const struct sim *sim, int side)
{
	struct ptl_counters total;
	const ptl_count *value = (const ptl_count *)&total;

	sim_total(sim, side, &total);
	print_message("side %d at %.3f s:", side, (double)(sim_now(sim) - SIM_ORIGIN) / 1e6);
	for (int i = 0; i < PTL_COUNTER_COUNT; i++)
		if (value[i])
			print_message(" %s %llu", ptl_counter_names[i].name,
				      (unsigned long long)value[i]);
	print_message("\n");
}

static void one_play(const struct story *story, uint64_t seed)
{
	struct play play = {.story = story};
	struct sim_config *config = &play.config;

	sim_config_default(config, &ptl_framing_pigtail, story->baud, seed);
	for (int i = 0; i < 2; i++) {
		struct traffic_config traffic;
		struct ptl_config *link = &config->link[i];
		uint8_t mac[6] = {2, 0, 0, 0, 0, (uint8_t)i};

		ptl_config_default(link, story->profile[i]);
		link->role = i ? PTL_DEVICE : PTL_HOST;
		link->baud = story->baud;
		link->nonce = 0;
		link->drop_when_full = false;
		if (story->queue)
			link->tx_packets = story->queue;
		for (int j = 0; j < 6; j++)
			link->mac[j] = mac[j];
		if (!story->hopeless)
			config->wire[i].faults = story->faults;
		config->wire[i].delay_ns = story->delay_us * 1000;
		traffic_config_default(&traffic, seed * 2 + (uint64_t)i);
		play.traffic[i] = traffic_new(&traffic);
		assert_non_null(play.traffic[i]);
	}
	config->chunks = story->chunks;
	config->late_us = story->late_us;
	config->knows_queued = story->knows_queued;
	traffic_hooks(&config->hooks, play.traffic);
	play.sim = sim_new(config);
	assert_non_null(play.sim);

	if (!sim_run_for(play.sim, 2 * SIM_SECOND))
		goto broken;
	for (int i = 0; i < 2; i++)
		sim_set_faults(play.sim, i, &story->faults);
	for (int i = 0; i < 2; i++)
		traffic_play(play.traffic[i], play.sim, i,
			     story->is_long && !getenv("PIGTAIL_LONG") ? story->packets / 20
								       : story->packets,
			     story->gap_us);
	plan(&play);
	sim_run_until(play.sim, all_done, &play, SIM_ORIGIN + story->seconds * SIM_SECOND);
broken:
	if (getenv("PIGTAIL_TELL"))
		for (int i = 0; i < 2; i++)
			tell_counters(play.sim, i);
	if (sim_error(play.sim))
		fail_msg("%s, PIGTAIL_SEED=%llu: %s", story->name, (unsigned long long)seed,
			 sim_error(play.sim));
	for (int i = 0; i < 2; i++) {
		const struct traffic_counters *counters = traffic_counters(play.traffic[i]);
		uint64_t missing = traffic_missing(play.traffic[i]);
		uint64_t allowed = excused(&play, i);
		struct ptl_counters total;

		sim_total(play.sim, i, &total);
		if (story->trouble == TROUBLE_RESTARTS)
			/* What a side had taken and held when it lost its memory. */
			allowed += sim_restarts(play.sim, i) * 600 +
				   sim_restarts(play.sim, !i) * 600;
		if (!traffic_is_clean(play.traffic[i]) || traffic_left(play.traffic[i]) > 0 ||
		    missing > allowed || (missing != allowed && !sessions_end(story)))
			fail_msg("%s, PIGTAIL_SEED=%llu, from side %d: %s", story->name,
				 (unsigned long long)seed, i, traffic_report(play.traffic[i]));
		if (counters->arrived == 0 && !story->hopeless)
			fail_msg("%s, PIGTAIL_SEED=%llu, from side %d: nothing arrived",
				 story->name, (unsigned long long)seed, i);
		if (total.sessions != 1 && !sessions_end(story) && story->faults.burst <= 0)
			fail_msg("%s, PIGTAIL_SEED=%llu: side %d ended its session",
				 story->name, (unsigned long long)seed, i);
		if (total.rx_beyond_credit > 0 && story->faults.dup == 0 &&
		    !sessions_end(story))
			fail_msg("%s, PIGTAIL_SEED=%llu: side %d was sent more than its credit",
				 story->name, (unsigned long long)seed, i);
	}
	sim_free(play.sim);
	traffic_free(play.traffic[0]);
	traffic_free(play.traffic[1]);
}

static void every_story(void **state)
{
	const char *fixed = getenv("PIGTAIL_SEED");
	const char *rounds = getenv("PIGTAIL_ROUNDS");
	const char *only = getenv("PIGTAIL_STORY");
	unsigned long n = rounds ? strtoul(rounds, NULL, 10) : 1;

	(void)state;
	for (size_t i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
		if (only && strcmp(only, stories[i].name) != 0)
			continue;
		for (uint64_t seed = 1; seed <= (fixed ? 1 : n); seed++) {
			tell(&stories[i], seed + i * 1000);
			one_play(&stories[i],
				 fixed ? strtoull(fixed, NULL, 10) : seed + i * 1000);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_story),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
