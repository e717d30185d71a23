/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The control channel: messages that are refused and offered again, room that packets
 * cannot take and that they are not taken from, sessions that end under way, and messages
 * that nobody knows. Last, all of it at once over a bad line, in virtual time.
 */
#include "link_end.h"

#include "sim/sim.h"

enum { HEARD = 64 };

/* The owner of the channel at one end. */
struct channel {
	struct one_end end;
	bool refuse;
	unsigned refusals, rooms, losses;
	unsigned heard;
	uint8_t first[HEARD]; /* byte of each message */
	size_t length[HEARD];
	uint32_t lost_first, lost_count;
	unsigned states_at_loss; /* had been told by then */
};

static bool on_control(void *user, const uint8_t *message, size_t n)
{
	struct channel *channel = user;

	if (channel->refuse) {
		channel->refusals++;
		return false;
	}
	assert_true(channel->heard < HEARD);
	channel->first[channel->heard] = message[0];
	channel->length[channel->heard++] = n;
	return true;
}

static void on_control_room(void *user)
{
	((struct channel *)user)->rooms++;
}

static void on_control_lost(void *user, uint32_t first, uint32_t count)
{
	struct channel *channel = user;

	channel->losses++;
	channel->lost_first = first;
	channel->lost_count = count;
	channel->states_at_loss = channel->end.states;
}

/* The one_end is the first in a channel, so its own events find it as well. */
static void open_channel(struct channel *channel, enum ptl_role role, enum ptl_profile profile)
{
	struct ptl_config config = link_config(role, profile);
	struct ptl_events events;

	memset(channel, 0, sizeof(*channel));
	events = end_events(&channel->end);
	events.control = on_control;
	events.control_room = on_control_room;
	events.control_lost = on_control_lost;
	end_open_with(&channel->end, &ptl_framing_pigtail, &config, &events);
}

static enum ptl_error say(struct channel *channel, uint8_t first, size_t n, uint32_t *number)
{
	uint8_t message[PTL_CONTROL_MAX] = {first};

	return ptl_framing_pigtail.send_control(channel->end.endpoint, channel->end.now,
						message, n, number);
}

static void open_channels(struct channel *a, struct channel *b, enum ptl_profile profile)
{
	open_channel(a, PTL_HOST, profile);
	open_channel(b, PTL_DEVICE, profile);
	exchange(&a->end, &b->end);
	assert_int_equal(a->end.state, PTL_STATE_UP);
	assert_int_equal(b->end.state, PTL_STATE_UP);
}

static void a_refused_message_is_offered_again(void **state)
{
	static struct channel a, b;
	unsigned sent = 0;

	(void)state;
	open_channels(&a, &b, PTL_PROFILE_MCU);
	b.refuse = true;
	while (say(&a, (uint8_t)sent, sent % 7 + 1, NULL) == PTL_OK)
		sent++;
	pass(&a.end, &b.end, 20000000);
	assert_true(b.refusals > 0);
	assert_int_equal(b.heard, 0);
	assert_int_equal(end_counters(&b.end)->rx_control, 0);
	/* Longer than any patience, but no reason to give up. */
	assert_int_equal(a.end.states, 1);
	assert_int_equal(a.rooms, 0);

	b.refuse = false;
	ptl_link_resume(link_in(&b.end), b.end.now);
	pass(&a.end, &b.end, 1000000);
	assert_int_equal(b.heard, sent);
	for (unsigned i = 0; i < sent; i++) {
		assert_int_equal(b.first[i], i);
		assert_int_equal(b.length[i], i % 7 + 1);
	}
	assert_int_equal(a.rooms, 1);
	assert_int_equal(end_counters(&a.end)->tx_control, sent);
	assert_int_equal(end_counters(&b.end)->rx_control, sent);
	assert_int_equal(a.losses, 0);
	close_pair(&a.end, &b.end);
}

/* More messages than the window holds wait for a reader that has no room: the sender
 * stops, nothing is lost, and packets pass meanwhile. */
static void credit_stops_who_sends_messages(void **state)
{
	static struct channel a, b;
	uint8_t packet[200];
	unsigned sent = 0;

	(void)state;
	open_channels(&a, &b, PTL_PROFILE_HOST);
	b.refuse = true;
	for (int round = 0; round < 50; round++) {
		while (say(&a, (uint8_t)sent, PTL_CONTROL_MAX, NULL) == PTL_OK)
			sent++;
		make_packet(packet, sizeof(packet), 1, round);
		assert_int_equal(end_send(&a.end, packet, sizeof(packet)), PTL_OK);
		pass(&a.end, &b.end, 50000);
	}
	assert_int_equal(b.end.packets, 50);
	assert_int_equal(end_counters(&b.end)->rx_beyond_credit, 0);
	assert_true(sent < HEARD);
	b.refuse = false;
	ptl_link_resume(link_in(&b.end), b.end.now);
	pass(&a.end, &b.end, 1000000);
	assert_int_equal(b.heard, sent);
	close_pair(&a.end, &b.end);
}

static unsigned fill_packets(struct one_end *end, size_t n)
{
	uint8_t packet[1514];
	unsigned taken = 0;

	make_packet(packet, n, 1, 1);
	while (end_send(end, packet, n) == PTL_OK)
		taken++;
	return taken;
}

/* What either takes when it comes first, or second, in small ones or in large. */
static void neither_takes_the_others_room(void **state)
{
	static const enum ptl_profile profiles[] = {PTL_PROFILE_MCU, PTL_PROFILE_HOST};
	static const size_t sizes[] = {1, 40, 512};
	static struct channel channel;

	(void)state;
	for (size_t i = 0; i < COUNT(profiles) * COUNT(sizes); i++) {
		size_t size = sizes[i / 2];
		unsigned packets[2], messages[2];

		for (int later = 0; later < 2; later++) {
			struct ptl_info info;

			open_channel(&channel, PTL_HOST, profiles[i & 1]);
			meet_peer(&channel.end);
			link_in(&channel.end)->queue.drop_when_full = false;
			messages[later] = 0;
			packets[later] = later ? fill_packets(&channel.end, size + 14) : 0;
			while (say(&channel, 1, size, NULL) == PTL_OK)
				messages[later]++;
			if (!later)
				packets[later] = fill_packets(&channel.end, size + 14);
			ptl_link_info(link_in(&channel.end), &info);
			assert_int_equal(info.messages, messages[later]);
			/* Only packets: a driver counts its own by these. */
			assert_int_equal(info.queued, packets[later]);
			assert_int_equal(info.waiting, packets[later]);
			end_close(&channel.end);
		}
		assert_int_equal(packets[0], packets[1]);
		assert_int_equal(messages[0], messages[1]);
		assert_true(messages[0] >= (size == 512 ? 1u : 4u));
		assert_true(packets[0] > 2 * messages[0]);
	}
}

static void room_is_told_to_who_waits_for_it(void **state)
{
	static struct channel channel;
	uint8_t packet[600];

	(void)state;
	open_channel(&channel, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&channel.end);
	while (say(&channel, 1, 512, NULL) == PTL_OK)
		;
	says_all(&channel.end);
	assert_int_equal(channel.rooms, 0);
	hear_ack(&channel.end, PTL_CLASS_CONTROL, 16);
	assert_int_equal(channel.rooms, 1);
	assert_int_equal(channel.end.rooms, 0);
	hear_ack(&channel.end, PTL_CLASS_CONTROL, 16);
	assert_int_equal(channel.rooms, 1);

	/* And the other way round. */
	make_packet(packet, sizeof(packet), 1, 1);
	while (end_send(&channel.end, packet, sizeof(packet)) == PTL_OK)
		;
	says_all(&channel.end);
	hear_ack(&channel.end, PTL_CLASS_BULK, 19 * 3);
	assert_int_equal(channel.end.rooms, 1);
	assert_int_equal(channel.rooms, 1);
	end_close(&channel.end);
}

/* A burst of messages that nobody knows, more than there is room for answers. */
static void each_unknown_message_is_answered(void **state)
{
	enum { BURST = 30 };
	struct ref_frame frame;
	struct one_end end;
	unsigned answered = 0;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	for (unsigned i = 0; i < BURST; i++) {
		uint8_t type = (uint8_t)(i + 1);

		hear(&end, PTL_CLASS_CONTROL, i, NULL, 0, &type, 1, true);
	}
	for (int round = 0; round < 40; round++) {
		while (says(&end, &frame)) {
			if (frame.class != PTL_CLASS_CONTROL)
				continue;
			assert_int_equal(frame.number, answered);
			assert_int_equal(frame.n - frame.acks_n, 2);
			assert_int_equal(frame.body[frame.acks_n], PTL_CONTROL_UNKNOWN);
			answered++;
			assert_int_equal(frame.body[frame.acks_n + 1], answered);
		}
		hear_ack(&end, PTL_CLASS_CONTROL, answered);
	}
	assert_int_equal(answered, BURST);
	assert_int_equal(end_counters(&end)->rx_unknown, BURST);
	end_close(&end);
}

/* Two that know nothing could answer each other for ever. */
static void what_says_unknown_is_not_answered(void **state)
{
	static const uint8_t message[] = {PTL_CONTROL_UNKNOWN, 7};
	struct ref_frame frame;
	struct one_end end;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	hear(&end, PTL_CLASS_CONTROL, 0, NULL, 0, message, sizeof(message), true);
	end.now += 1000000;
	while (says(&end, &frame))
		assert_int_not_equal(frame.class, PTL_CLASS_CONTROL);
	assert_int_equal(end_counters(&end)->rx_peer_unknown, 1);
	assert_int_equal(end_counters(&end)->rx_unknown, 0);
	end_close(&end);
}

/* Each says in its HELLO whether somebody owns its channel, and sends only to such a peer. */
static void messages_go_to_who_takes_them(void **state)
{
	static struct channel channel;
	struct ref_frame frame;

	(void)state;
	for (unsigned peer = 0; peer < 2; peer++) {
		struct ptl_info info;
		struct hello hello;

		open_channel(&channel, PTL_HOST, PTL_PROFILE_MCU);
		assert_true(says(&channel.end, &frame));
		assert_int_equal(get_le32(frame.body + PTL_HELLO_CAPS) & PTL_CAP_CONTROL,
				 PTL_CAP_CONTROL);
		hello = peer_hello(&channel.end);
		hello.caps = peer ? PTL_CAP_CONTROL : 0;
		hear_hello(&channel.end, &hello);
		ptl_link_info(link_in(&channel.end), &info);
		assert_int_equal(info.control, peer);
		assert_int_equal(say(&channel, 1, 5, NULL), peer ? PTL_OK : PTL_REFUSED);
		end_wait(&channel.end, PTL_SILENT_AFTER_US);
		ptl_link_info(link_in(&channel.end), &info);
		assert_false(info.control);
		end_close(&channel.end);
	}
	open_link(&channel.end, PTL_HOST, PTL_PROFILE_MCU);
	assert_true(says(&channel.end, &frame));
	assert_int_equal(get_le32(frame.body + PTL_HELLO_CAPS) & PTL_CAP_CONTROL, 0);
	end_close(&channel.end);
}

/* The peer comes back with less: what it took before it takes no more. */
static void a_restarted_peer_may_take_none(void **state)
{
	static struct channel channel;
	struct hello hello;

	(void)state;
	open_channel(&channel, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&channel.end);
	assert_int_equal(say(&channel, 1, 5, NULL), PTL_OK);
	hello = peer_hello(&channel.end);
	hello.nonce++;
	hello.caps = 0;
	hear_hello(&channel.end, &hello);
	assert_int_equal(channel.end.reason, PTL_REASON_PEER_RESTARTED);
	assert_int_equal(channel.lost_count, 1);
	assert_int_equal(say(&channel, 1, 5, NULL), PTL_REFUSED);
	end_close(&channel.end);
}

/* Of four messages one is delivered, one is on its way, one is on the wire, one waits. */
static void a_session_takes_its_messages_with_it(void **state)
{
	static struct channel channel;

	(void)state;
	for (int silence = 0; silence < 2; silence++) {
		struct hello hello;
		struct ref_frame frame;
		uint8_t bytes[20];
		uint32_t number;

		open_channel(&channel, PTL_HOST, PTL_PROFILE_MCU);
		meet_peer(&channel.end);
		for (uint8_t i = 0; i < 2; i++) {
			assert_int_equal(say(&channel, i, 40, &number), PTL_OK);
			assert_int_equal(number, i);
			assert_true(says(&channel.end, &frame));
		}
		hear_ack(&channel.end, PTL_CLASS_CONTROL, 2);
		assert_int_equal(say(&channel, 2, 40, &number), PTL_OK);
		end_transmit(&channel.end, bytes, sizeof(bytes));
		assert_int_equal(say(&channel, 3, 40, &number), PTL_OK);
		assert_int_equal(number, 3);
		assert_int_equal(channel.losses, 0);
		if (silence) {
			end_wait(&channel.end, PTL_SILENT_AFTER_US);
			assert_int_equal(channel.end.reason, PTL_REASON_PEER_SILENT);
		} else {
			hello = peer_hello(&channel.end);
			hello.nonce++;
			hear_hello(&channel.end, &hello);
			assert_int_equal(channel.end.reason, PTL_REASON_PEER_RESTARTED);
		}
		/* The first is known to be delivered; the rest is told once, before why. */
		assert_int_equal(channel.losses, 1);
		assert_int_equal(channel.lost_first, 1);
		assert_int_equal(channel.lost_count, 3);
		assert_int_equal(channel.states_at_loss, 1);
		assert_int_equal(channel.end.states, 2);
		assert_int_equal(end_counters(&channel.end)->drop_control, 3);
		assert_int_equal(end_counters(&channel.end)->drop_flushed, 0);
		if (silence) {
			assert_int_equal(say(&channel, 9, 1, NULL), PTL_DOWN);
			meet_peer(&channel.end);
		}
		says_all(&channel.end);
		/* Nothing of the old session; numbers go on. */
		assert_int_equal(say(&channel, 4, 5, &number), PTL_OK);
		assert_int_equal(number, 4);
		assert_true(says(&channel.end, &frame));
		assert_int_equal(frame.class, PTL_CLASS_CONTROL);
		assert_int_equal(frame.number, 0);
		assert_int_equal(frame.body[frame.acks_n], 4);
		assert_false(says(&channel.end, &frame));
		end_close(&channel.end);
	}
}

/* The peer restarted and has not answered yet: what is said now is for the old one. */
static void between_two_sessions_there_is_no_channel(void **state)
{
	static struct channel channel;
	struct hello hello;
	struct ref_frame frame;

	(void)state;
	open_channel(&channel, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&channel.end);
	hello = peer_hello(&channel.end);
	hello.nonce++;
	hello.seen = 0;
	hear_hello(&channel.end, &hello);
	assert_int_equal(channel.end.states, 1);
	assert_int_equal(say(&channel, 1, 5, NULL), PTL_OK);
	hello.seen = 0x11111111;
	hear_hello(&channel.end, &hello);
	assert_int_equal(channel.end.reason, PTL_REASON_PEER_RESTARTED);
	assert_int_equal(channel.losses, 1);
	assert_int_equal(channel.lost_count, 1);
	while (says(&channel.end, &frame))
		assert_int_not_equal(frame.class, PTL_CLASS_CONTROL);
	end_close(&channel.end);
}

/* A control frame must not go on (SPEC 2.4): not for noise, nor for want of credit. */
static void a_message_is_one_frame(void **state)
{
	static struct channel channel;
	struct ref_frame frame;
	unsigned acked = 0;

	(void)state;
	open_channel(&channel, PTL_HOST, PTL_PROFILE_HOST);
	meet_peer(&channel.end); /* a window of 32 cells */
	link_in(&channel.end)->sending.noise.limit = PTL_CELL_BYTES;
	for (unsigned sent = 0; sent < 12;) {
		while (sent < 12 && say(&channel, 1, sent & 1 ? 512 : 200, NULL) == PTL_OK)
			sent++;
		while (says(&channel.end, &frame)) {
			if (frame.class != PTL_CLASS_CONTROL)
				continue;
			assert_int_equal(frame.end, REF_LAST);
			assert_true(frame.n == 512 || frame.n == 200);
			acked = (unsigned)(frame.number + PTL_CELLS(frame.n)) & PTL_NUMBER_MASK;
		}
		/* All of it once more. */
		channel.end.now += 100000;
		while (says(&channel.end, &frame))
			assert_true(frame.class != PTL_CLASS_CONTROL || frame.end == REF_LAST);
		hear_ack(&channel.end, PTL_CLASS_CONTROL, acked);
	}
	assert_int_equal(end_counters(&channel.end)->tx_splits, 0);
	end_close(&channel.end);
}

/* On a line of 2400 baud 512 bytes would take 2 s, in which nothing else is heard. */
static void a_slow_line_takes_no_long_message(void **state)
{
	static struct channel channel;

	(void)state;
	open_channel(&channel, PTL_HOST, PTL_PROFILE_HOST);
	meet_peer(&channel.end);
	ptl_link_set_baud(link_in(&channel.end), 2400);
	assert_int_equal(say(&channel, 1, 512, NULL), PTL_TOO_LONG);
	assert_int_equal(say(&channel, 1, 2400 / 20 / 32 * 32, NULL), PTL_OK);
	ptl_link_set_baud(link_in(&channel.end), 115200);
	assert_int_equal(say(&channel, 1, 512, NULL), PTL_OK);
	end_close(&channel.end);
}

/*
 * Both ends say numbered messages over a bad line; their readers refuse now and then,
 * ends restart. What was taken arrives once and in order, or its owner is told that
 * it may not have.
 */
struct bad_line {
	struct sim *sim;
	uint32_t said[2];    /* messages in this life, as the link numbers them */
	uint32_t lost[2];    /* told to be, in this life */
	uint32_t arrived[2]; /* at that side */
	uint32_t next[2];    /* least number that may arrive at that side */
	uint32_t count[2];   /* of all lives */
	bool quiet;
};

/* A message: the life of its sender, and its number in that. */
static bool bad_line_control(void *user, int side, const uint8_t *message, size_t n)
{
	struct bad_line *line = user;
	uint32_t number;

	assert_true(n >= 4);
	number = get_le32(message);
	if (!line->quiet && prng_below(sim_prng(line->sim), 3) == 0)
		return false;
	assert_true(number >= line->next[side]);
	line->next[side] = number + 1;
	line->arrived[side]++;
	return true;
}

static void bad_line_lost(void *user, int side, uint32_t first, uint32_t count)
{
	struct bad_line *line = user;

	assert_int_equal(first + count, line->said[side]);
	line->lost[side] += count;
}

static void all_is_delivered_or_told(void **state)
{
	struct prng seeds = story_seed("control, a bad line", 11);

	(void)state;
	for (int round = 0; round < 12; round++) {
		struct bad_line line = {.quiet = false};
		struct sim_config config;
		uint32_t all[2] = {0, 0}, lost[2] = {0, 0};

		sim_config_default(&config, &ptl_framing_pigtail, 921600, prng_next(&seeds));
		ptl_config_default(&config.link[1], PTL_PROFILE_MCU);
		config.link[1].role = PTL_DEVICE;
		config.link[1].baud = 921600;
		config.hooks.user = &line;
		config.hooks.control = bad_line_control;
		config.hooks.control_lost = bad_line_lost;
		config.wire[0].faults.ber = config.wire[1].faults.ber = round & 1 ? 1e-4 : 1e-5;
		line.sim = sim_new(&config);
		assert_non_null(line.sim);
		assert_true(sim_run_for(line.sim, SIM_SECOND));
		for (int step = 0; step < 600; step++) {
			int side = step & 1;
			uint8_t message[PTL_CONTROL_MAX];
			uint32_t number;
			size_t n = random_from(sim_prng(line.sim), 4,
					       round & 2 ? sizeof(message) : 40);

			memset(message, step, n);
			put_le32(message, line.count[side]);
			if (sim_send_control(line.sim, side, message, n, &number) == PTL_OK) {
				assert_int_equal(number, line.said[side]++);
				line.count[side]++;
			}
			if (prng_below(sim_prng(line.sim), 4) == 0)
				sim_resume(line.sim, !side);
			if (prng_below(sim_prng(line.sim), 150) == 0) {
				/* Its own owner goes with it. */
				all[side] += line.said[side];
				lost[side] += line.said[side];
				line.said[side] = line.lost[side] = 0;
				sim_restart(line.sim, side);
				assert_true(sim_run_for(line.sim, SIM_SECOND));
			}
			assert_true(sim_run_for(line.sim, 4000));
		}
		line.quiet = true;
		for (int i = 0; i < 20; i++) {
			sim_resume(line.sim, 0);
			sim_resume(line.sim, 1);
			assert_true(sim_run_for(line.sim, SIM_SECOND));
		}
		for (int side = 0; side < 2; side++) {
			all[side] += line.said[side];
			lost[side] += line.lost[side];
			assert_true(all[side] > 50);
			assert_true(line.arrived[!side] <= all[side]);
			assert_true(line.arrived[!side] + lost[side] >= all[side]);
			if (sim_restarts(line.sim, 0) + sim_restarts(line.sim, 1) == 0)
				assert_int_equal(line.arrived[!side], all[side]);
		}
		sim_free(line.sim);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refused_message_is_offered_again),
		cmocka_unit_test(credit_stops_who_sends_messages),
		cmocka_unit_test(neither_takes_the_others_room),
		cmocka_unit_test(room_is_told_to_who_waits_for_it),
		cmocka_unit_test(each_unknown_message_is_answered),
		cmocka_unit_test(what_says_unknown_is_not_answered),
		cmocka_unit_test(messages_go_to_who_takes_them),
		cmocka_unit_test(a_restarted_peer_may_take_none),
		cmocka_unit_test(a_session_takes_its_messages_with_it),
		cmocka_unit_test(between_two_sessions_there_is_no_channel),
		cmocka_unit_test(a_message_is_one_frame),
		cmocka_unit_test(a_slow_line_takes_no_long_message),
		cmocka_unit_test(all_is_delivered_or_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
