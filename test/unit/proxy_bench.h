/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests of programmers, in virtual time: a real bridge with its proxy, and a board whose
 * boot loader is awake for a while after reset, as far as getting in step goes.
 */
#ifndef TEST_PROXY_BENCH_H
#define TEST_PROXY_BENCH_H

#include "bridge_bench.h"

#include <pigtail/proxy.h>

#define MS 1000u

/* What the boards answer, and when. */
struct board {
	const char *ask, *answer;
	size_t ask_n, answer_n;
	unsigned copies;
	ptl_time awake_after, leaves_after; /* reset, and the last byte; 0: never */
	bool once;			    /* a second question is an error */
};

static const struct board uno = {"0 ", "\x14\x10", 2, 2, 1, 375 * MS, 1000 * MS, false};
static struct bench bench;
static struct ptl_proxy *proxy;
static struct {
	const struct board *board; /* NULL: dead */
	bool active[PTL_TARGET_PINS], booted;
	ptl_time awake, leaves;
	unsigned starts, asked, errors;
	enum ptl_proxy_event event;
	unsigned events;
	enum ptl_target target;
} world;

static bool board_is_awake(void)
{
	return world.board && world.booted && !world.active[PTL_TARGET_RESET] &&
	       bench.now >= world.awake && bench.now < world.leaves;
}

static void set_pin(void *user, enum ptl_target_pin pin, bool active)
{
	(void)user;
	if (pin == PTL_TARGET_RESET && world.active[pin] && !active && world.board) {
		world.starts++;
		world.asked = 0;
		world.booted = true;
		world.awake = bench.now + world.board->awake_after;
		world.leaves = world.board->leaves_after
				       ? world.awake + world.board->leaves_after
				       : PTL_NEVER;
	}
	world.active[pin] = active;
}

static void on_event(void *user, enum ptl_proxy_event event, enum ptl_target target)
{
	(void)user;
	world.event = event;
	world.target = target;
	world.events++;
}

static void begin_with(enum ptl_target target, const struct board *board, bool boot)
{
	struct ptl_bridge_config config;
	struct ptl_proxy_config own;

	memset(&bench, 0, sizeof(bench));
	memset(&world, 0, sizeof(world));
	world.board = board;
	config = bench_config(&bench);
	own = (struct ptl_proxy_config){
		.target = target,
		.serial = config.serial,
		.pins = {NULL, set_pin, {true, boot}, 0, 0, false},
		.event = on_event,
	};
	free(proxy);
	proxy = ptl_proxy_init(malloc(ptl_proxy_size()), &own);
	config.programmer = ptl_proxy_seam(proxy);
	bench_start(&bench, &config);
	ptl_proxy_attach(proxy, bench.bridge);
}

static int stop(void **state)
{
	(void)state;
	bench_stop(&bench);
	free(proxy);
	proxy = NULL;
	return 0;
}

/* The board answers each question of the bridge that it can hear. */
static void board_turn(void)
{
	const struct board *board = world.board;
	size_t at = 0;

	if (!board_is_awake()) {
		if (bench.wrote_n > 3 && !board_is_awake())
			bench.wrote_n = 0; /* lost, but for what its FIFO takes */
		return;
	}
	while (bench.wrote_n - at >= board->ask_n &&
	       !memcmp(bench.wrote + at, board->ask, board->ask_n)) {
		at += board->ask_n;
		if (board->once && world.asked)
			world.errors++;
		world.asked++;
		if (board->leaves_after)
			world.leaves = bench.now + board->leaves_after;
		for (unsigned i = 0; i < board->copies; i++)
			bench_uart(&bench, board->answer, board->answer_n);
	}
	bench.wrote_n -= at;
	memmove(bench.wrote, bench.wrote + at, bench.wrote_n);
}

static void pass(ptl_time us)
{
	for (ptl_time end = bench.now + us; bench.now < end;) {
		bench_pass(&bench, MS);
		board_turn();
	}
}

static bool got(unsigned client, const char *bytes, size_t n)
{
	return bench.client[client].got_n == n && !memcmp(bench.client[client].got, bytes, n);
}

#endif
