/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rate negotiation, message by message: two ends over a wire that loses whole frames
 * as a test says. Whatever is lost, both come to the same rate, the session stays, and
 * data passes.
 */
#include "rate_side.h"

struct pair {
	struct side side[2];
	/* Whether a frame of that side is lost: its place, type of a link message
	 * or -1. */
	bool (*loses)(const struct pair *pair, int side, unsigned place, int type);
	unsigned lost[2]; /* for loses() */
	int lost_side[2];
	int lost_type;
	bool garbage; /* is heard where rates do not fit */
};

static void open_both(struct pair *pair)
{
	memset(pair, 0, sizeof(*pair));
	open_side(&pair->side[0], PTL_HOST, NULL);
	open_side(&pair->side[1], PTL_DEVICE, NULL);
}

static void close_both(struct pair *pair)
{
	free(pair->side[0].end.memory);
	free(pair->side[1].end.memory);
}

static struct ptl_link *link_of(struct pair *pair, int side)
{
	return link_in(&pair->side[side].end);
}

static const struct ptl_counters *counters_of(struct pair *pair, int side)
{
	return ptl_link_counters(link_of(pair, side));
}

static void change_rate(struct side *side)
{
	if (!side->asked || side->end.now < side->free)
		return;
	if (side->refuses == 0)
		side->rate = side->asked;
	else
		side->refuses--;
	side->asked = 0;
	ptl_link_rate_done(link_in(&side->end), side->end.now, side->rate);
}

/* One frame, if the line is free and there is one. */
static void say_one(struct pair *pair, int from)
{
	struct side *side = &pair->side[from];
	struct side *other = &pair->side[!from];
	uint8_t line[LINES];
	struct ref_frame frame;
	size_t n = 0;
	int type;

	change_rate(side);
	if (side->end.now < side->free || side->asked)
		return;
	do {
		assert_true(n < sizeof(line));
		if (end_transmit(&side->end, line + n, 1) == 0) {
			assert_int_equal(n, 0);
			return;
		}
		n++;
		/* Not in the midst of a frame. */
		assert_true(side->asked == 0 || line[n - 1] == PTL_DELIMITER);
	} while (line[n - 1] != PTL_DELIMITER || n == 1);
	side->free = side->end.now + n * 10000000 / side->rate;
	ref_frame_decode(&frame, line + (line[0] == 0), n - 1 - (line[0] == 0));
	type = frame.class == PTL_CLASS_LINK ? (int)frame.number : -1;
	if (pair->loses && pair->loses(pair, from, side->said++, type))
		return;
	if (side->rate == other->rate)
		other->end.framing->receive(other->end.endpoint, other->end.now, line, n);
	else if (pair->garbage)
		other->end.framing->receive(other->end.endpoint, other->end.now,
					    (const uint8_t *)"\xf0\x01\xc0\0\0\xfe\0", 7);
}

/* Time passes in steps of 50 us. */
static void pass_time(struct pair *pair, ptl_time us)
{
	for (ptl_time done = 0; done < us; done += 50)
		for (int i = 0; i < 2; i++) {
			pair->side[i].end.now += 50;
			say_one(pair, i);
		}
}

static bool both_at(struct pair *pair, uint32_t rate)
{
	return pair->side[0].rate == rate && pair->side[1].rate == rate &&
	       ptl_rate_lets(link_of(pair, 0)) == RATE_LETS_ALL &&
	       ptl_rate_lets(link_of(pair, 1)) == RATE_LETS_ALL;
}

/* Packets pass both ways. */
static void data_passes(struct pair *pair, const char *what, unsigned which)
{
	uint8_t packet[200];
	unsigned before[2];

	make_packet(packet, sizeof(packet), 1, 7);
	for (int i = 0; i < 2; i++) {
		before[i] = pair->side[i].end.packets;
		assert_int_equal(pair->side[i].end.state, PTL_STATE_UP);
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(end_send(&pair->side[i].end, packet, sizeof(packet)), PTL_OK);
	pass_time(pair, 1000000);
	for (int i = 0; i < 2; i++)
		if (pair->side[i].end.packets != before[i] + 1 ||
		    counters_of(pair, i)->sessions != 1)
			fail_msg("%s %u: no data", what, which);
}

/* ---- what a UART makes ---- */

static void a_uart_makes_what_its_divider_divides(void **state)
{
	static const struct {
		struct ptl_uart uart;
		uint32_t wanted, made;
	} cases[] = {
		{{0, 1, 5000000}, 921600, 921600},
		{{0, 1, 5000000}, 5000001, 0},
		{{80000000, 16, 5000000}, 115200, 115273},
		{{80000000, 16, 5000000}, 921600, 919540},
		{{80000000, 16, 5000000}, 1250000, 1250000},
		{{80000000, 16, 5000000}, 3000000, 2962962},
		{{80000000, 40, 5000000}, 5000000, 0},
		{{115200, 1, 5000000}, 115200, 115200},
		{{115200, 1, 5000000}, 230400, 0},
		{{115200, 0, 5000000}, 230400, 0},
		{{24000000, 8, 3000000}, 3000000, 3000000},
		{{24000000, 8, 3000000}, 2500000, 0},
		{{0xffffffff, 1, 5000000}, 5000000, 4999961},
		{{1, 1, 5000000}, 115200, 0},
		{{0, 1, 5000000}, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint32_t made = ptl_uart_rate(&cases[i].uart, cases[i].wanted);

		if (made != cases[i].made)
			fail_msg("case %zu: %u makes %u", i, cases[i].wanted, made);
	}
}

/* ---- the way up ---- */

static void both_go_up_at_once(void **state)
{
	struct pair pair;

	(void)state;
	open_both(&pair);
	pass_time(&pair, 50000);
	assert_true(both_at(&pair, 5000000));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(counters_of(&pair, i)->rate_changes, 1);
		assert_int_equal(counters_of(&pair, i)->rate_failures, 0);
		assert_int_equal(ptl_rate_now(link_of(&pair, i)), 5000000);
	}
	data_passes(&pair, "clean", 0);
	close_both(&pair);
}

static void what_is_on_the_way_is_not_lost(void **state)
{
	struct pair pair;
	uint8_t packet[1500];

	(void)state;
	open_both(&pair);
	while (pair.side[0].end.state != PTL_STATE_UP || pair.side[1].end.state != PTL_STATE_UP)
		pass_time(&pair, 50);
	for (uint8_t i = 0; i < 2; i++)
		for (int j = 0; j < 2; j++) {
			make_packet(packet, sizeof(packet), i, j + 1);
			assert_int_equal(end_send(&pair.side[j].end, packet, sizeof(packet)),
					 PTL_OK);
		}
	pass_time(&pair, 300000);
	assert_true(both_at(&pair, 5000000));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pair.side[i].end.packets, 2);
		assert_int_equal(counters_of(&pair, i)->tx_timeouts, 0);
		assert_int_equal(counters_of(&pair, i)->rx_duplicates, 0);
	}
	close_both(&pair);
}

static void a_rate_that_cannot_be_set_is_left_out(void **state)
{
	(void)state;
	for (int side = 0; side < 2; side++) {
		struct pair pair;

		open_both(&pair);
		pair.side[side].refuses = 2;
		pass_time(&pair, 600000);
		assert_true(both_at(&pair, 3000000));
		data_passes(&pair, "refused", (unsigned)side);
		close_both(&pair);
	}
}

/* ---- losses ---- */

static bool loses_these(const struct pair *pair, int side, unsigned place, int type)
{
	(void)type;
	return (side == pair->lost_side[0] && place == pair->lost[0]) ||
	       (side == pair->lost_side[1] && place == pair->lost[1]);
}

static void one_or_two_lost(unsigned first, int first_side, unsigned second, int second_side)
{
	struct pair pair;

	open_both(&pair);
	pair.loses = loses_these;
	pair.lost[0] = first;
	pair.lost_side[0] = first_side;
	pair.lost[1] = second;
	pair.lost_side[1] = second_side;
	pair.garbage = first & 1;
	pass_time(&pair, 1000000);
	if (!both_at(&pair, 5000000) && !both_at(&pair, 4000000))
		fail_msg("lost %u of side %d, %u of side %d: %u and %u baud", first, first_side,
			 second, second_side, pair.side[0].rate, pair.side[1].rate);
	data_passes(&pair, "lost", first * 1000 + second);
	close_both(&pair);
}

/* Of a clean run each end says fewer than so many until both are confirmed. */
#define FRAMES 60u

static void each_frame_may_be_lost(void **state)
{
	(void)state;
	for (int side = 0; side < 2; side++)
		for (unsigned i = 0; i < FRAMES; i++)
			one_or_two_lost(i, side, i, side);
}

static void each_two_frames_may_be_lost(void **state)
{
	struct prng prng = story_seed("each two frames may be lost", 1);
	const char *rounds = getenv("PIGTAIL_ROUNDS");
	unsigned long n = rounds ? strtoul(rounds, NULL, 10) * 100 : 100;

	(void)state;
	for (unsigned long i = 0; i < n; i++)
		one_or_two_lost(prng_below(&prng, FRAMES), (int)prng_below(&prng, 2),
				prng_below(&prng, FRAMES), (int)prng_below(&prng, 2));
}

static bool loses_type(const struct pair *pair, int side, unsigned place, int type)
{
	(void)side;
	(void)place;
	return type == pair->lost_type;
}

/* A message that never gets through: the link works at base, or without it. */
static void each_message_may_be_lost_always(void **state)
{
	(void)state;
	for (int type = PTL_MSG_PROPOSE; type <= PTL_MSG_FALL; type++) {
		struct pair pair;

		open_both(&pair);
		pair.loses = loses_type;
		pair.lost_type = type;
		pass_time(&pair, 5500000);
		if (pair.side[0].rate != pair.side[1].rate)
			fail_msg("never %d: %u and %u baud", type, pair.side[0].rate,
				 pair.side[1].rate);
		data_passes(&pair, "never", (unsigned)type);
		close_both(&pair);
	}
}

static bool loses_all_above_base(const struct pair *pair, int side, unsigned place, int type)
{
	(void)place;
	(void)type;
	return pair->side[side].rate > BASE;
}

static bool loses_one_way_above_base(const struct pair *pair, int side, unsigned place,
				     int type)
{
	(void)place;
	(void)type;
	return side == pair->lost_side[0] && pair->side[side].rate > BASE;
}

static void a_line_that_goes_bad_is_left(void **state)
{
	(void)state;
	for (int how = 0; how < 6; how++) {
		struct pair pair;
		uint8_t packet[100];

		open_both(&pair);
		pass_time(&pair, 50000);
		assert_true(both_at(&pair, 5000000));
		pair.loses = how < 2 ? loses_all_above_base : loses_one_way_above_base;
		pair.lost_side[0] = how / 2 - 1;
		pair.garbage = true;
		make_packet(packet, sizeof(packet), 1, 7);
		end_send(&pair.side[how & 1].end, packet, sizeof(packet));
		pass_time(&pair, 900000);
		if (pair.side[!(how & 1)].end.packets != 1)
			fail_msg("way %d: not back in time", how);
		assert_int_equal(counters_of(&pair, 0)->rate_falls, 1);
		assert_int_equal(counters_of(&pair, 1)->rate_falls, 1);
		/* Between the trials there is time for data. */
		for (int i = 0; i < 10; i++)
			data_passes(&pair, "bad line", (unsigned)how);
		close_both(&pair);
	}
}

static void a_better_line_is_found_out(void **state)
{
	struct pair pair;

	(void)state;
	open_both(&pair);
	pair.loses = loses_all_above_base;
	pass_time(&pair, 3000000);
	assert_true(both_at(&pair, BASE));
	assert_int_equal(counters_of(&pair, 0)->rate_changes, 0);
	pair.loses = NULL;
	for (int i = 0; i < 7; i++)
		data_passes(&pair, "waiting", 0);
	assert_true(both_at(&pair, BASE));
	/* After 10 s the lowest, and then a step every 5 s. */
	pass_time(&pair, 4000000);
	assert_false(both_at(&pair, BASE));
	pass_time(&pair, 75000000);
	assert_true(both_at(&pair, 5000000));
	assert_int_equal(counters_of(&pair, 0)->rate_falls, 0);
	data_passes(&pair, "better", 0);
	close_both(&pair);
}

static void an_open_port_begins_at_base(void **state)
{
	(void)state;
	for (unsigned ms = 0; ms < 40; ms++) {
		struct pair pair;

		open_both(&pair);
		pass_time(&pair, ms * 1000);
		for (int i = 0; i < 2; i++) {
			pair.side[i].rate = BASE;
			pair.side[i].asked = 0;
			pair.side[i].end.framing->wire_reset(pair.side[i].end.endpoint,
							     pair.side[i].end.now);
			assert_int_equal(ptl_rate_now(link_of(&pair, i)), BASE);
		}
		pass_time(&pair, 1000000);
		if (!both_at(&pair, 5000000) && !both_at(&pair, 4000000))
			fail_msg("reopened after %u ms: %u and %u", ms, pair.side[0].rate,
				 pair.side[1].rate);
		data_passes(&pair, "reopened", ms);
		close_both(&pair);
	}
}

/* As the kernel does when an interface goes down and up: the port stays as it is. */
static void make_anew(struct side *side, enum ptl_role role)
{
	side->asked = 0;
	open_side(side, role, NULL);
	ptl_link_rate_done(link_in(&side->end), side->end.now, side->rate);
}

static void a_fresh_link_asks_for_the_base_rate(void **state)
{
	struct side side = {0};
	uint8_t byte;

	(void)state;
	open_side(&side, PTL_HOST, NULL);
	side.rate = 921600;
	make_anew(&side, PTL_HOST);
	assert_int_equal(end_transmit(&side.end, &byte, 1), 0);
	assert_int_equal(side.asked, BASE);
	/* Nothing leaves before. */
	side.end.now += 1000000;
	assert_int_equal(end_transmit(&side.end, &byte, 1), 0);
	change_rate(&side);
	assert_int_equal(ptl_rate_now(link_in(&side.end)), BASE);
	assert_int_equal(end_transmit(&side.end, &byte, 1), 1);
	assert_int_equal(side.asked, 0);
	free(side.end.memory);
}

static void a_link_made_anew_in_any_moment_comes_home(void **state)
{
	(void)state;
	for (unsigned ms = 0; ms < 80; ms++) {
		struct pair pair;
		int side = ms & 1;

		open_both(&pair);
		pass_time(&pair, ms / 2 * 1000);
		make_anew(&pair.side[side], side ? PTL_DEVICE : PTL_HOST);
		pass_time(&pair, 1500000);
		if (!both_at(&pair, 5000000) && !both_at(&pair, 4000000))
			fail_msg("side %d made anew after %u ms: %u and %u", side, ms / 2,
				 pair.side[0].rate, pair.side[1].rate);
		for (int i = 0; i < 2; i++)
			assert_int_equal(pair.side[i].end.state, PTL_STATE_UP);
		close_both(&pair);
	}
}

/* The port is opened anew while its owner, who cannot be stopped, changes the rate. */
static void a_change_that_ends_too_late_is_taken_back(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		for (unsigned late = 0; late < 100; late += 7) {
			struct pair pair;
			struct side *side = &pair.side[i];
			uint32_t rate;

			open_both(&pair);
			while (!side->asked)
				pass_time(&pair, 50);
			rate = side->asked;
			side->asked = 0;
			ptl_link_wire_reset(link_in(&side->end), side->end.now);
			pass_time(&pair, late * 1000);
			side->rate = rate;
			ptl_link_rate_done(link_in(&side->end), side->end.now, rate);
			pass_time(&pair, 1500000);
			if (!both_at(&pair, pair.side[0].rate))
				fail_msg("side %d, %u ms late: %u and %u", i, late,
					 pair.side[0].rate, pair.side[1].rate);
			data_passes(&pair, "too late", late);
			close_both(&pair);
		}
}

/* Home is asked for until the port is there. */
static void a_port_that_does_not_go_home_is_asked_again(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct pair pair;

		open_both(&pair);
		pass_time(&pair, 50000);
		assert_true(both_at(&pair, 5000000));
		pair.side[i].refuses = 5;
		pair.loses = loses_all_above_base;
		for (unsigned ms = 0; ms < 2000 && pair.side[i].refuses > 0; ms++)
			pass_time(&pair, 1000);
		assert_int_equal(pair.side[i].refuses, 0);
		pair.loses = NULL;
		pass_time(&pair, 2000000);
		if (!both_at(&pair, pair.side[0].rate))
			fail_msg("side %d: %u and %u", i, pair.side[0].rate, pair.side[1].rate);
		data_passes(&pair, "home at last", (unsigned)i);
		close_both(&pair);
	}
}

/* What a divider makes is not quite what was asked for, and is the same rate. */
static void a_rate_is_taken_as_it_was_made(void **state)
{
	struct side side = {0};

	(void)state;
	open_side(&side, PTL_DEVICE, NULL);
	ptl_link_rate_done(link_in(&side.end), side.end.now, 115273);
	assert_int_equal(ptl_rate_now(link_in(&side.end)), BASE);
	end_transmit(&side.end, NULL, 0);
	assert_int_equal(side.asked, 0);
	ptl_link_rate_done(link_in(&side.end), side.end.now, 0);
	end_transmit(&side.end, NULL, 0);
	assert_int_equal(side.asked, BASE);
	free(side.end.memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_uart_makes_what_its_divider_divides),
		cmocka_unit_test(both_go_up_at_once),
		cmocka_unit_test(what_is_on_the_way_is_not_lost),
		cmocka_unit_test(a_rate_that_cannot_be_set_is_left_out),
		cmocka_unit_test(each_frame_may_be_lost),
		cmocka_unit_test(each_two_frames_may_be_lost),
		cmocka_unit_test(each_message_may_be_lost_always),
		cmocka_unit_test(a_line_that_goes_bad_is_left),
		cmocka_unit_test(a_better_line_is_found_out),
		cmocka_unit_test(an_open_port_begins_at_base),
		cmocka_unit_test(a_fresh_link_asks_for_the_base_rate),
		cmocka_unit_test(a_link_made_anew_in_any_moment_comes_home),
		cmocka_unit_test(a_change_that_ends_too_late_is_taken_back),
		cmocka_unit_test(a_port_that_does_not_go_home_is_asked_again),
		cmocka_unit_test(a_rate_is_taken_as_it_was_made),
	};

	return cmocka_run_group_tests_name("rate", tests, NULL, NULL);
}
