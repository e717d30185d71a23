// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a transfer does to a ping: a stream without end from host to device beside pings
 * that are answered at once, in virtual time; on a line as fast as it was said to be, and on
 * slower ones, whose driver does not tell that bytes wait in it (a socket, an emulator).
 */
#include "story.h"

#include "sim/sim.h"

#include <pigtail/link.h>
#include <pigtail/streams.h>

#define POLL_US	  250u /* a program's loop */
#define PINGS	  400u
#define PING_US	  50000u
#define PING_SIZE 98u
#define WINDOW	  2048u
#define ORIGIN	  (SIM_ORIGIN + 2 * SIM_SECOND)

struct world;

struct end {
	struct world *world;
	int side;
	struct ptl_share share;
	struct ptl_streams streams;
};

struct world {
	struct sim *sim;
	uint32_t baud;
	struct end ends[2];
	int stream;
	uint64_t read;
	ptl_time pinged;
	unsigned pings, answers;
	ptl_time took[PINGS];
};

static bool on_send(void *user, const uint8_t *message, size_t n)
{
	struct end *end = user;

	return sim_send_control(end->world->sim, end->side, message, n, NULL) == PTL_OK;
}

static enum ptl_status on_open(void *user, unsigned stream, const uint8_t *name, size_t name_n,
			       const uint8_t *argument, size_t argument_n)
{
	(void)user;
	(void)stream;
	(void)name;
	(void)name_n;
	(void)argument;
	(void)argument_n;
	return PTL_STATUS_DONE;
}

static void on_data(void *user, unsigned stream, const uint8_t *bytes, size_t n)
{
	struct end *end = user;

	(void)bytes;
	end->world->read += n;
	ptl_stream_took(&end->streams, stream, n);
}

static void on_room(void *user, unsigned stream)
{
	static const uint8_t bytes[1024];
	struct end *end = user;

	if (end->side == 0)
		while (ptl_stream_write(&end->streams, sim_now(end->world->sim), stream, bytes,
					sizeof(bytes)) > 0)
			;
}

static void poll(void *user)
{
	struct world *world = user;
	ptl_time now = sim_now(world->sim);

	for (int i = 0; i < 2; i++) {
		struct end *end = &world->ends[i];
		struct ptl_info info;

		ptl_framing_pigtail.info(sim_endpoint(world->sim, i), &info);
		ptl_share_set(&end->share, world->baud, info.waiting > 0, info.messages);
		(void)ptl_streams_poll(&end->streams, now);
	}
	sim_at(world->sim, now + POLL_US, poll, world);
}

static void ping(void *user)
{
	struct world *world = user;
	uint8_t packet[PING_SIZE] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5};

	/* Not in step with anything. */
	ptl_time next = sim_now(world->sim) + PING_US + prng_below(sim_prng(world->sim), 9999);

	world->pinged = sim_now(world->sim);
	assert_int_equal(sim_send(world->sim, 0, packet, sizeof(packet)), PTL_OK);
	if (++world->pings < PINGS)
		sim_at(world->sim, next, ping, world);
}

static bool on_packet(void *user, int side, const uint8_t *packet, size_t n)
{
	struct world *world = user;

	if (side == 1)
		return sim_send(world->sim, 1, packet, n) == PTL_OK;
	world->took[world->answers++] = sim_now(world->sim) - world->pinged;
	return true;
}

static bool on_control(void *user, int side, const uint8_t *bytes, size_t n)
{
	struct world *world = user;
	struct ptl_control message = {bytes, n};

	assert_int_equal(ptl_control_check(&message), PTL_STATUS_DONE);
	ptl_streams_message(&world->ends[side].streams, &message);
	return true;
}

static int by_time(const void *one, const void *other)
{
	ptl_time a = *(const ptl_time *)one, b = *(const ptl_time *)other;

	return (a > b) - (a < b);
}

struct outcome {
	ptl_time p50, p99; /* of the pings */
	uint64_t rate;	   /* of the stream, bytes/s */
};

/* percent: what the line really makes of its rate. */
static struct outcome run(uint64_t seed, uint32_t baud, uint32_t percent, bool transfer)
{
	static struct world world;
	struct sim_config config;
	ptl_time from;

	world = (struct world){.baud = baud};
	sim_config_default(&config, &ptl_framing_pigtail, baud, seed);
	for (int i = 0; i < 2; i++)
		config.wire[i].baud = baud / 100 * percent;
	config.hooks =
		(struct sim_hooks){.user = &world, .packet = on_packet, .control = on_control};
	world.sim = sim_new(&config);
	assert_non_null(world.sim);
	for (int i = 0; i < 2; i++) {
		struct end *end = &world.ends[i];
		const struct ptl_stream_events events = {.user = end,
							 .send = on_send,
							 .open = on_open,
							 .data = on_data,
							 .room = on_room};

		*end = (struct end){.world = &world, .side = i};
		ptl_streams_init(&end->streams, i == 0 ? PTL_HOST : PTL_DEVICE, WINDOW, &events,
				 &end->share);
	}
	assert_true(sim_run(world.sim, ORIGIN));
	poll(&world);
	if (transfer)
		assert_int_equal(ptl_stream_open(&world.ends[0].streams, "sink", NULL, 0), 0);
	ping(&world);
	from = sim_now(world.sim);
	while (world.answers < PINGS)
		assert_true(sim_run_for(world.sim, SIM_SECOND));
	qsort(world.took, PINGS, sizeof(world.took[0]), by_time);
	world.read = world.read * SIM_SECOND / (sim_now(world.sim) - from);
	sim_free(world.sim);
	return (struct outcome){world.took[PINGS / 2], world.took[PINGS - PINGS / 100],
				world.read};
}

static void a_ping_waits_for_two_messages_at_most(void **state)
{
	static const struct {
		uint32_t baud, percent;
	} lines[] = {{115200, 100}, {115200, 85}, {921600, 100}, {921600, 85}, {921600, 50}};

	struct prng prng = story_seed("streams beside pings", 921);
	uint64_t seed = prng_next(&prng);

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct outcome alone = run(seed, lines[i].baud, lines[i].percent, false);
		struct outcome beside = run(seed, lines[i].baud, lines[i].percent, true);

		uint64_t line = (uint64_t)lines[i].baud / 10 * lines[i].percent / 100;
		size_t message =
			ptl_share_message(&(struct ptl_share){.line = lines[i].baud / 10});
		ptl_time two = 2 * SIM_SECOND * (message + PTL_FRAME_OVERHEAD) / line;

		print_message("%u baud, %u %% of it: pings of %lu us, beside %lu bytes/s "
			      "%lu us, 99 of 100 in %lu\n",
			      lines[i].baud, lines[i].percent, (unsigned long)alone.p50,
			      (unsigned long)beside.rate, (unsigned long)beside.p50,
			      (unsigned long)beside.p99);
		assert_true(beside.p99 <= alone.p99 + two);
		assert_true(beside.rate >= line * 7 / 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ping_waits_for_two_messages_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
