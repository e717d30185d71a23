/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rate negotiation over a wire whose ends have clocks and dividers of their own, in
 * virtual time: the highest rate that works is reached, data flows meanwhile and
 * none is lost, and a line that goes bad, or an end that restarts, is back in under a
 * second.
 *
 * PIGTAIL_SEED=N runs all stories with that one seed, which a failure prints;
 * PIGTAIL_ROUNDS=N with that many; PIGTAIL_STORY=S only that story; PIGTAIL_TELL=1
 * prints times.
 */
#include "story.h"

#include <pigtail/link.h>
#include <pigtail/wire.h>

#include "sim/traffic.h"

#define BASE 115200u

enum event {
	NOTHING,
	GOES_BAD,	 /* after 5 s the line carries no more than `later` */
	GOES_BAD_FROM_0, /* the same, but only from side 0 */
	GOES_BAD_FROM_1,
	RESTARTS_0, /* after 5 s side 0 loses its state */
	RESTARTS_1, /* ... */
	RESTARTS_OFTEN,
	CUT,	  /* after 5 s the cable is out for a while */
	REOPENED, /* the same, and both ports are opened again */
	NOISE,	  /* after 5 s there are bit errors of `ber` */
};

struct story {
	const char *name;
	struct ptl_uart uart[2]; /* max 0: any rate up to 5 M */
	int32_t ppm[2];
	uint32_t max_baud; /* of the line */
	uint32_t later;
	uint32_t best; /* the rate that both should reach; 0: of no interest */
	uint32_t then; /* after the event; 0: the same */
	enum event event;
	double ber;
	enum sim_chunks chunks;
	uint32_t late_us;
	bool mcu;
	bool one_sided; /* the device does not negotiate */
	bool idle;	/* no traffic before the event */
};

/* clang-format off */
#define ANY_UART {0, 0, 0}
#define ESP8266	 {80000000, 16, 5000000}
#define PC_16550 {115200, 1, 115200}
#define FAST_16550 {921600, 1, 921600}
#define FTDI	 {24000000, 8, 3000000}
#define STM32	 {42000000, 16, 2625000}
/* clang-format on */

static const struct story stories[] = {
	{.name = "clean", .best = 5000000},
	{.name = "clean, byte by byte", .best = 5000000, .chunks = SIM_CHUNKS_BYTE},
	{.name = "clean, whole chunks",
	 .best = 5000000,
	 .chunks = SIM_CHUNKS_WHOLE,
	 .mcu = true},
	{.name = "late timers", .best = 5000000, .late_us = 5000},
	{.name = "up to 230400", .max_baud = 235000, .best = 230400},
	{.name = "up to 921600", .max_baud = 930000, .best = 921600},
	{.name = "up to 2M", .max_baud = 2010000, .best = 2000000, .mcu = true},
	{.name = "up to 100000", .max_baud = 120000, .best = BASE},
	{.name = "clocks 1 % apart",
	 .ppm = {5000, -5000},
	 .max_baud = 1100000,
	 .best = 1000000},
	{.name = "clocks 1.6 % apart", .ppm = {-8000, 8000}, .best = 5000000},
	{.name = "ESP8266 and FTDI", .uart = {FTDI, ESP8266}, .best = 3000000},
	{.name = "ESP8266 and FTDI, clocks 1.7 % apart",
	 .uart = {FTDI, ESP8266},
	 .ppm = {10000, -7000},
	 .best = 2000000},
	{.name = "ESP8266 and a PC", .uart = {PC_16550, ESP8266}, .best = BASE},
	{.name = "ESP8266 and a fast 16550", .uart = {FAST_16550, ESP8266}, .best = 921600},
	{.name = "fast 16550, clock 1.5 % off",
	 .uart = {FAST_16550, ESP8266},
	 .ppm = {-7000, 8000},
	 .best = 921600},
	{.name = "STM32 and FTDI", .uart = {FTDI, STM32}, .best = 2000000},
	{.name = "bit errors 1e-5", .best = 5000000, .ber = 1e-5},
	{.name = "bit errors 1e-4", .best = 5000000, .ber = 1e-4},
	{.name = "bit errors 1e-3", .ber = 1e-3},
	{.name = "the other end does not negotiate", .one_sided = true, .best = BASE},
	{.name = "goes bad", .event = GOES_BAD, .later = 200000, .best = 5000000, .then = BASE},
	{.name = "goes bad, idle",
	 .event = GOES_BAD,
	 .later = 200000,
	 .best = 5000000,
	 .then = BASE,
	 .idle = true},
	{.name = "goes bad a little",
	 .event = GOES_BAD,
	 .later = 1100000,
	 .max_baud = 2100000,
	 .best = 2000000,
	 .then = 1000000},
	{.name = "goes bad, mcu",
	 .event = GOES_BAD,
	 .later = 480000,
	 .max_baud = 1100000,
	 .best = 1000000,
	 .then = 460800,
	 .mcu = true},
	{.name = "goes bad from the host",
	 .event = GOES_BAD_FROM_0,
	 .later = 1100000,
	 .max_baud = 2100000,
	 .best = 2000000,
	 .then = 1000000},
	{.name = "goes bad from the device",
	 .event = GOES_BAD_FROM_1,
	 .later = 1100000,
	 .max_baud = 2100000,
	 .best = 2000000,
	 .then = 1000000},
	{.name = "goes bad from the device, idle",
	 .event = GOES_BAD_FROM_1,
	 .later = 1100000,
	 .max_baud = 2100000,
	 .best = 2000000,
	 .then = 1000000,
	 .idle = true},
	{.name = "noise that is bearable",
	 .event = NOISE,
	 .ber = 1e-4,
	 .max_baud = 2010000,
	 .best = 2000000,
	 .then = 2000000},
	{.name = "host restarts", .event = RESTARTS_0, .best = 5000000},
	{.name = "host restarts, idle", .event = RESTARTS_0, .best = 5000000, .idle = true},
	{.name = "device restarts", .event = RESTARTS_1, .best = 5000000},
	{.name = "device restarts, slower line",
	 .event = RESTARTS_1,
	 .max_baud = 930000,
	 .best = 921600},
	{.name = "device restarts, idle", .event = RESTARTS_1, .best = 5000000, .idle = true},
	{.name = "restarts often", .event = RESTARTS_OFTEN, .best = 5000000},
	{.name = "cable pulled and put back", .event = CUT, .best = 5000000},
	{.name = "ports opened again", .event = REOPENED, .best = 5000000},
};

struct play {
	const struct story *story;
	uint64_t seed;
	struct sim *sim;
	struct traffic *traffic[2];
	struct sim_hooks inner; /* of the traffic */
	ptl_time reached;
	ptl_time last[2], gap[2]; /* of what arrived at a side */
	int restarts;
	uint32_t wanted;
	ptl_time since; /* both have the wanted rate */
};

static void settled_at(struct play *play, uint32_t rate)
{
	play->wanted = rate;
	play->since = PTL_NEVER;
}

/* Both have been confirmed at that rate, which is so when it has lasted. */
static bool is_settled(void *user)
{
	struct play *play = user;
	struct ptl_info info[2];

	for (int i = 0; i < 2; i++)
		ptl_framing_pigtail.info(sim_endpoint(play->sim, i), &info[i]);
	if (info[0].rate != play->wanted || info[1].rate != play->wanted ||
	    info[0].state != PTL_STATE_UP || info[1].state != PTL_STATE_UP)
		play->since = PTL_NEVER;
	else if (play->since == PTL_NEVER)
		play->since = sim_now(play->sim);
	return play->since != PTL_NEVER && sim_now(play->sim) - play->since > 300000;
}

/* Each packet, by way of the traffic's own hook. */
static bool on_packet(void *user, int side, const uint8_t *packet, size_t n)
{
	struct play *play = user;
	ptl_time now = sim_now(play->sim);

	if (now - play->last[side] > play->gap[side])
		play->gap[side] = now - play->last[side];
	play->last[side] = now;
	return play->inner.packet(play->inner.user, side, packet, n);
}

static void on_room(void *user, int side)
{
	struct play *play = user;

	play->inner.room(play->inner.user, side);
}

static void bad(const struct play *play, const char *what)
{
	struct ptl_info info[2];

	for (int i = 0; i < 2; i++)
		ptl_framing_pigtail.info(sim_endpoint(play->sim, i), &info[i]);
	fail_msg("%s, PIGTAIL_SEED=%llu, at %.3f s, rates %u and %u: %s%s%s", play->story->name,
		 (unsigned long long)play->seed,
		 (double)(sim_now(play->sim) - SIM_ORIGIN) / 1e6, info[0].rate, info[1].rate,
		 what, sim_error(play->sim) ? ": " : "",
		 sim_error(play->sim) ? sim_error(play->sim) : "");
}

static void restart_one(void *user)
{
	struct play *play = user;

	sim_restart(play->sim, (int)prng_below(sim_prng(play->sim), 2));
	if (++play->restarts < 20)
		sim_at(play->sim,
		       sim_now(play->sim) + 1 + prng_below(sim_prng(play->sim), 700000),
		       restart_one, play);
}

static void make_event(struct play *play)
{
	const struct story *story = play->story;
	struct fault_rates noise = {.ber = story->ber};

	switch (story->event) {
	case GOES_BAD:
	case GOES_BAD_FROM_0:
	case GOES_BAD_FROM_1:
		for (int i = 0; i < 2; i++)
			if (story->event == GOES_BAD ||
			    (story->event == GOES_BAD_FROM_0) == (i == 0))
				sim_set_max_baud(play->sim, i, story->later);
		break;
	case RESTARTS_0:
		sim_restart(play->sim, 0);
		break;
	case RESTARTS_1:
		sim_restart(play->sim, 1);
		break;
	case RESTARTS_OFTEN:
		restart_one(play);
		sim_run_for(play->sim, 15 * SIM_SECOND);
		break;
	case CUT:
	case REOPENED:
		sim_set_line(play->sim, WIRE_LINE_STUCK, false);
		sim_run_for(play->sim, 700000);
		sim_set_line(play->sim, WIRE_LINE_OK, story->event == REOPENED);
		break;
	case NOISE:
		for (int i = 0; i < 2; i++)
			sim_set_faults(play->sim, i, &noise);
		break;
	case NOTHING:
		break;
	}
}

static void set_up(struct play *play)
{
	const struct story *story = play->story;
	struct sim_config config;

	sim_config_default(&config, &ptl_framing_pigtail, BASE, play->seed);
	for (int i = 0; i < 2; i++) {
		struct traffic_config traffic;
		struct ptl_config *link = &config.link[i];

		if (story->mcu && i)
			ptl_config_default(link, PTL_PROFILE_MCU);
		link->role = i ? PTL_DEVICE : PTL_HOST;
		link->mac[0] = 2;
		link->mac[5] = (uint8_t)(i + 1);
		link->baud = BASE;
		link->drop_when_full = false;
		link->codel = false;
		link->rate_auto = !(story->one_sided && i);
		if (story->uart[i].max)
			config.uart[i] = link->uart = story->uart[i];
		config.clock_ppm[i] = story->ppm[i];
		config.wire[i].max_baud = story->max_baud;
		if (story->event != NOISE)
			config.wire[i].faults.ber = story->ber;
		traffic_config_default(&traffic, play->seed * 2 + (uint64_t)i);
		play->traffic[i] = traffic_new(&traffic);
		assert_non_null(play->traffic[i]);
	}
	config.chunks = story->chunks;
	config.late_us = story->late_us;
	traffic_hooks(&play->inner, play->traffic);
	config.hooks = (struct sim_hooks){.user = play, .packet = on_packet, .room = on_room};
	play->sim = sim_new(&config);
	assert_non_null(play->sim);
}

static bool never(void *user)
{
	(void)user;
	return false;
}

static void one_play(const struct story *story, uint64_t seed)
{
	struct play play = {.story = story, .seed = seed};
	ptl_time base;
	bool sessions_end = story->event == RESTARTS_0 || story->event == RESTARTS_1 ||
			    story->event == RESTARTS_OFTEN;

	set_up(&play);
	settled_at(&play, story->best);
	if (!story->idle)
		for (int i = 0; i < 2; i++)
			traffic_play(play.traffic[i], play.sim, i, 1000000, 3000);
	if (story->best &&
	    (!sim_run_until(play.sim, is_settled, &play, SIM_ORIGIN + 3 * SIM_SECOND) ||
	     play.since > SIM_ORIGIN + 2 * SIM_SECOND))
		bad(&play, "not reached");
	play.reached = play.since;
	sim_run_until(play.sim, never, &play, SIM_ORIGIN + 5 * SIM_SECOND);
	make_event(&play);
	base = sim_now(play.sim);
	if (story->idle)
		for (int i = 0; i < 2; i++)
			traffic_play(play.traffic[i], play.sim, i, 1000000, 3000);
	for (int i = 0; i < 2; i++) {
		play.last[i] = base;
		play.gap[i] = 0;
	}
	settled_at(&play, story->then ? story->then : story->best);
	if (play.wanted && !sim_run_until(play.sim, is_settled, &play, base + 20 * SIM_SECOND))
		bad(&play, "not reached again");
	sim_run_for(play.sim, 5 * SIM_SECOND);
	if (getenv("PIGTAIL_TELL"))
		print_message("             %s: %.0f ms; then %.0f ms, longest gaps %.0f and "
			      "%.0f ms\n",
			      story->name,
			      story->best ? (double)(play.reached - SIM_ORIGIN) / 1e3 : 0,
			      play.wanted ? (double)(play.since - base) / 1e3 : 0,
			      (double)play.gap[0] / 1e3, (double)play.gap[1] / 1e3);
	for (int i = 0; i < 2; i++)
		if (play.gap[i] > SIM_SECOND || sim_now(play.sim) - play.last[i] > SIM_SECOND)
			bad(&play, "nothing came for a second");
	if (sim_error(play.sim))
		bad(&play, "broken");
	for (int i = 0; i < 2; i++) {
		if (!traffic_is_clean(play.traffic[i]))
			bad(&play, traffic_report(play.traffic[i]));
		struct ptl_counters total;

		sim_total(play.sim, i, &total);
		if (total.sessions != 1 && !sessions_end)
			bad(&play, "a session ended");
		if (total.drop_flushed > 0 && !sessions_end)
			bad(&play, "packets were lost");
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
	for (size_t i = 0; i < COUNT(stories); i++) {
		if (only && strcmp(only, stories[i].name) != 0)
			continue;
		for (uint64_t seed = 1; seed <= (fixed ? 1 : n); seed++) {
			uint64_t used = fixed ? strtoull(fixed, NULL, 0) : seed + i * 1000;

			if (!fixed)
				print_message("             %s, PIGTAIL_SEED=%llu\n",
					      stories[i].name, (unsigned long long)used);
			one_play(&stories[i], used);
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
