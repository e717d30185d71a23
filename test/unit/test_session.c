/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions: two ends meet, one restarts, falls silent, gets stuck, or is no peer
 * at all. */
#include "link_end.h"

static void two_ends_meet(void **state)
{
	static const enum ptl_profile profiles[] = {PTL_PROFILE_HOST, PTL_PROFILE_MCU,
						    PTL_PROFILE_SMALL};

	(void)state;
	for (size_t i = 0; i < 9; i++) {
		struct one_end a, b;
		struct ptl_info info;

		open_link(&a, PTL_HOST, profiles[i % 3]);
		open_link(&b, PTL_DEVICE, profiles[i / 3]);
		exchange(&a, &b);
		assert_int_equal(a.state, PTL_STATE_UP);
		assert_int_equal(b.state, PTL_STATE_UP);
		assert_int_equal(a.reason, PTL_REASON_START);
		a.framing->info(a.endpoint, &info);
		assert_int_equal(info.session, 0x11111111);
		assert_int_equal(info.peer_session, 0x22222222);
		assert_int_equal(info.peer_mac[5], 2);
		assert_int_equal(info.max_packet, 1518);

		/* They stay so, and tell it once. */
		pass(&a, &b, 30000000);
		assert_int_equal(a.states, 1);
		assert_int_equal(b.states, 1);
		assert_int_equal(end_counters(&a)->sessions, 1);
		assert_int_equal(end_counters(&a)->peer_restarts, 0);
		assert_int_equal(end_counters(&a)->rx_bad_field, 0);
		close_pair(&a, &b);
	}
}

/* What endpoint.h says of each. */
static void a_profile_takes_the_memory_that_it_says(void **state)
{
	static const struct {
		enum ptl_profile profile;
		size_t least, most;
	} says[] = {
		{PTL_PROFILE_HOST, 1000000, 1600000},
		{PTL_PROFILE_MCU, 10000, 17000},
		{PTL_PROFILE_SMALL, 30000, 60000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
		struct ptl_config config = link_config(PTL_HOST, says[i].profile);

		assert_in_range(ptl_link_size(&config), says[i].least, says[i].most);
	}
}

static void a_hello_says_who_we_are(void **state)
{
	struct ref_frame frame;
	struct hello hello;
	struct one_end end;
	const uint8_t *body;

	(void)state;
	open_link(&end, PTL_DEVICE, PTL_PROFILE_MCU);
	assert_true(says(&end, &frame));
	assert_int_equal(frame.end, REF_LAST);
	assert_int_equal(frame.class, PTL_CLASS_LINK);
	assert_int_equal(frame.number, PTL_MSG_HELLO);
	assert_false(frame.acks);
	assert_true(frame.n >= PTL_HELLO_BYTES);
	body = frame.body;
	assert_int_equal(body[PTL_HELLO_VERSION], 1);
	assert_int_equal(body[PTL_HELLO_VERSION_MIN], 1);
	assert_int_equal(body[PTL_HELLO_FLAGS], PTL_HELLO_WANT_REPLY | PTL_HELLO_DEVICE);
	assert_int_equal(get_le32(body + PTL_HELLO_NONCE), 0x22222222);
	assert_int_equal(get_le32(body + PTL_HELLO_SEEN), 0);
	assert_int_equal(get_le16(body + PTL_HELLO_MAX_PACKET), 1518);
	assert_int_equal(get_le16(body + PTL_HELLO_WINDOWS), 32);
	assert_int_equal(get_le16(body + PTL_HELLO_WINDOWS + 2), 64);
	assert_int_equal(get_le16(body + PTL_HELLO_WINDOWS + 4), 64);
	assert_int_equal(body[PTL_HELLO_MAC + 5], 2);
	assert_false(says(&end, &frame));

	/* Answering, it names the peer; up, it does not want a reply. */
	hello = peer_hello(&end);
	hear_hello(&end, &hello);
	assert_true(says(&end, &frame));
	assert_int_equal(frame.number, PTL_MSG_HELLO);
	assert_int_equal(get_le32(frame.body + PTL_HELLO_SEEN), PEER_NONCE);
	assert_int_equal(frame.body[PTL_HELLO_FLAGS], PTL_HELLO_DEVICE);
	end_close(&end);
}

static void whose_address_is_in_use_is_said_and_heard(void **state)
{
	struct ptl_config config = link_config(PTL_HOST, PTL_PROFILE_MCU);
	struct ref_frame frame;
	struct ptl_info info;
	struct hello hello;
	struct one_end end;

	(void)state;
	config.mac_in_use = true;
	end_open(&end, &ptl_framing_pigtail, &config);
	assert_true(says(&end, &frame));
	assert_int_equal(frame.body[PTL_HELLO_FLAGS],
			 PTL_HELLO_WANT_REPLY | PTL_HELLO_MAC_IN_USE);
	hello = peer_hello(&end);
	hear_hello(&end, &hello);
	end.framing->info(end.endpoint, &info);
	assert_false(info.peer_mac_in_use);
	hello.flags |= PTL_HELLO_MAC_IN_USE;
	hear_hello(&end, &hello);
	end.framing->info(end.endpoint, &info);
	assert_true(info.peer_mac_in_use);
	end_close(&end);
}

static void hellos_come_fast_then_slowly(void **state)
{
	struct one_end end;
	ptl_time start, last = 0;
	unsigned fast = 0, slow = 0;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	start = end.now;
	while (end.now < start + 60000000) {
		struct ref_frame frame;
		ptl_time deadline = end.framing->deadline(end.endpoint);

		if (deadline > end.now)
			end.now = deadline;
		if (!says(&end, &frame))
			continue;
		if (last) {
			fast += end.now - last == PTL_HELLO_FAST_US;
			slow += end.now - last == PTL_HELLO_SLOW_US;
			assert_true(end.now - last == PTL_HELLO_FAST_US ||
				    (fast > 40 && end.now - last == PTL_HELLO_SLOW_US));
		}
		last = end.now;
	}
	assert_in_range(fast, PTL_HELLO_FAST_MAX - 2, PTL_HELLO_FAST_MAX);
	assert_in_range(slow, 50, 60);
	assert_int_equal(end.states, 0);
	end_close(&end);
}

static void versions_and_limits_must_fit(void **state)
{
	static const struct {
		const char *what;
		uint8_t version, version_min;
		uint16_t max_packet, windows[3];
		bool good;
	} rows[] = {
		{"the same", 1, 1, 1518, {32, 64, 64}, true},
		{"newer, still speaks ours", 7, 1, 1518, {32, 64, 64}, true},
		{"newer, does not", 7, 2, 1518, {32, 64, 64}, false},
		{"older", 0, 0, 1518, {32, 64, 64}, false},
		{"large windows", 1, 1, 9018, {1024, 1024, 1024}, true},
		{"larger than there are", 1, 1, 1518, {32, 64, 2048}, false},
		{"too large", 1, 1, 1518, {32, 65535, 64}, false},
		{"small packets, small windows", 1, 1, 64, {32, 16, 16}, true},
		{"packets too small", 1, 1, 63, {32, 64, 64}, false},
		{"no room for a packet", 1, 1, 1518, {32, 64, 32}, false},
		{"no room for control", 1, 1, 1518, {16, 64, 64}, false},
		{"no windows", 1, 1, 1518, {0, 0, 0}, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct one_end end;
		struct hello hello;

		open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
		hello = peer_hello(&end);
		hello.version = rows[i].version;
		hello.version_min = rows[i].version_min;
		hello.max_packet = rows[i].max_packet;
		memcpy(hello.windows, rows[i].windows, sizeof(hello.windows));
		hear_hello(&end, &hello);
		if ((end.state == PTL_STATE_UP) != rows[i].good)
			fail_msg("%s: %s", rows[i].what, rows[i].good ? "refused" : "accepted");
		assert_int_equal(end_counters(&end)->peer_mismatches, !rows[i].good);
		/* A good one may follow. */
		hello = peer_hello(&end);
		hear_hello(&end, &hello);
		assert_int_equal(end.state, PTL_STATE_UP);
		end_close(&end);
	}
}

static void a_peer_that_changes_to_another_version_is_gone(void **state)
{
	struct one_end end;
	struct hello hello;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	hello = peer_hello(&end);
	hello.version = hello.version_min = 2;
	hello.nonce++;
	hear_hello(&end, &hello);
	assert_int_equal(end.state, PTL_STATE_DOWN);
	assert_int_equal(end.reason, PTL_REASON_PEER_VERSION);
	end_close(&end);
}

static void what_a_later_version_adds_is_ignored(void **state)
{
	struct one_end end;
	struct hello hello;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	hello = peer_hello(&end);
	hello.caps = 0xfffffff0;
	hello.flags = 0xfc;
	hello.length = PTL_HELLO_BYTES + 100; /* options of types unknown */
	hear_hello(&end, &hello);
	assert_int_equal(end.state, PTL_STATE_UP);
	end_close(&end);
}

static void half_a_hello_is_none(void **state)
{
	struct one_end end;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	for (size_t n = 0; n < PTL_HELLO_BYTES; n++) {
		struct hello hello = peer_hello(&end);

		hello.length = n;
		hear_hello(&end, &hello);
		assert_int_equal(end.states, 0);
		assert_int_equal(end_counters(&end)->rx_bad_field, n + 1);
	}
	end_close(&end);
}

static void a_nonce_of_zero_is_none(void **state)
{
	struct one_end end;
	struct hello hello;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	hello = peer_hello(&end);
	hello.nonce = 0;
	hear_hello(&end, &hello);
	assert_int_equal(end.states, 0);
	assert_int_equal(end_counters(&end)->rx_bad_field, 1);
	end_close(&end);
}

static void its_own_echo_is_no_peer(void **state)
{
	struct one_end end;
	uint8_t bytes[256];

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	for (int i = 0; i < 200; i++) {
		size_t n = end_transmit(&end, bytes, sizeof(bytes));

		end_receive(&end, bytes, n, 1000, NULL);
		end_wait(&end, 100000);
	}
	assert_int_equal(end.states, 0);
	assert_true(end_counters(&end)->peer_mismatches > 10);
	assert_int_equal(end_counters(&end)->tx_frames, end_counters(&end)->peer_mismatches);
	end_close(&end);
}

static void a_restart_is_noticed_at_once(void **state)
{
	uint8_t packet[1000];
	struct hello hello;
	struct one_end end;
	struct ref_frame frame;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	/* Two packets on the wire, one half sent, one in the queue. */
	for (uint8_t i = 0; i < 4; i++) {
		make_packet(packet, 500, 1, i);
		assert_int_equal(end_send(&end, packet, 500), PTL_OK);
	}
	assert_true(says(&end, &frame));
	assert_true(says(&end, &frame));
	end_transmit(&end, packet, 100);

	hello = peer_hello(&end);
	hello.nonce++;
	hello.seen = 0;
	hello.flags = PTL_HELLO_WANT_REPLY;
	hear_hello(&end, &hello);
	assert_int_equal(end_counters(&end)->peer_restarts, 1);
	assert_int_equal(end.states, 1); /* the interface stays */
	/* What was half sent ends there; then our hello names the new peer. */
	assert_int_equal(end_transmit(&end, packet, 1), 1);
	assert_int_equal(packet[0], PTL_DELIMITER);
	assert_true(says(&end, &frame));
	assert_int_equal(frame.number, PTL_MSG_HELLO);
	assert_int_equal(get_le32(frame.body + PTL_HELLO_SEEN), PEER_NONCE + 1);
	/* Packets are still taken meanwhile. */
	make_packet(packet, 500, 1, 4);
	assert_int_equal(end_send(&end, packet, 500), PTL_OK);

	hello.seen = get_le32(frame.body + PTL_HELLO_NONCE);
	hello.flags = 0;
	hear_hello(&end, &hello);
	assert_int_equal(end.states, 2);
	assert_int_equal(end.state, PTL_STATE_UP);
	assert_int_equal(end.reason, PTL_REASON_PEER_RESTARTED);
	assert_int_equal(end_counters(&end)->drop_flushed, 3);
	/* What was not on the wire yet goes out, numbered from 0. */
	assert_true(says(&end, &frame));
	assert_int_equal(frame.class, PTL_CLASS_BULK);
	assert_int_equal(frame.number, 0);
	assert_int_equal(frame.body[frame.n - 1], 3);
	end_close(&end);
}

static void a_restarted_end_meets_the_old_one(void **state)
{
	struct one_end a, b;

	(void)state;
	open_pair(&a, &b, PTL_PROFILE_MCU);
	for (uint32_t life = 1; life < 20; life++) {
		struct ptl_config config = link_config(PTL_DEVICE, PTL_PROFILE_MCU);
		ptl_time now = b.now;
		uint8_t packet[100];
		unsigned before = a.states;

		end_close(&b);
		config.nonce += life;
		end_open(&b, &ptl_framing_pigtail, &config);
		b.now = now;
		pass(&a, &b, 1000000);
		assert_int_equal(a.states, before + 1);
		assert_int_equal(a.reason, PTL_REASON_PEER_RESTARTED);
		assert_int_equal(b.states, 1);
		make_packet(packet, sizeof(packet), 1, (int)life);
		assert_int_equal(end_send(&a, packet, sizeof(packet)), PTL_OK);
		pass(&a, &b, 10000);
		assert_int_equal(b.packets, 1);
		assert_last_packet(&b, packet, sizeof(packet));
	}
	close_pair(&a, &b);
}

/* The owner waits for room, and all that filled the queue is gone with the old
 * session: it must be told, for no acknowledgement will come. */
static void room_is_told_after_a_restart(void **state)
{
	uint8_t packet[300];
	struct hello hello;
	struct one_end end;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	make_packet(packet, sizeof(packet), 1, 7);
	while (end_send(&end, packet, sizeof(packet)) == PTL_OK)
		says_all(&end);
	assert_int_equal(end.rooms, 0);
	hello = peer_hello(&end);
	hello.nonce++;
	hear_hello(&end, &hello);
	says_all(&end);
	assert_int_equal(end.state, PTL_STATE_UP);
	if (end.rooms == 0)
		assert_int_not_equal(end_send(&end, packet, sizeof(packet)), PTL_OK);
	end_close(&end);
}

/* It comes back with a smaller limit: what waits and is too long for it now must
 * not block what follows. */
static void a_peer_may_come_back_smaller(void **state)
{
	uint8_t packet[1518];
	struct hello hello;
	struct ref_frame frame;
	struct one_end end;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	make_packet(packet, sizeof(packet), 1, 7);
	assert_int_equal(end_send(&end, packet, 1514), PTL_OK);
	hello = peer_hello(&end);
	hello.nonce++;
	hello.max_packet = 576;
	hello.windows[1] = hello.windows[2] = 32;
	hear_hello(&end, &hello);
	assert_int_equal(end.reason, PTL_REASON_PEER_RESTARTED);
	assert_int_equal(end_send(&end, packet, 577), PTL_TOO_LONG);
	make_packet(packet, sizeof(packet), 1, 8);
	assert_int_equal(end_send(&end, packet, 576), PTL_OK);
	while (says(&end, &frame))
		if (frame.class == PTL_CLASS_BULK && frame.n > 576)
			fail_msg("a piece of %zu bytes for a peer that takes 576", frame.n);
	assert_int_equal(end_counters(&end)->drop_flushed, 1);
	end_close(&end);
}

static void silence_is_asked_about_then_it_is_the_end(void **state)
{
	struct ref_frame frame;
	struct one_end end;
	uint8_t packet[100];
	struct ptl_info info;
	ptl_time start;
	unsigned pings = 0;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	start = end.now;
	while (end.state == PTL_STATE_UP) {
		ptl_time deadline = end.framing->deadline(end.endpoint);

		assert_true(deadline <= start + PTL_SILENT_AFTER_US);
		if (deadline > end.now)
			end.now = deadline;
		while (says(&end, &frame)) {
			if (frame.number == PTL_MSG_HELLO)
				break;
			assert_int_equal(frame.number, PTL_MSG_PING);
			assert_int_equal(end.now,
					 start + PTL_PING_AFTER_US + pings * PTL_PING_AGAIN_US);
			pings++;
		}
	}
	assert_int_equal(end.now, start + PTL_SILENT_AFTER_US);
	assert_int_equal(pings, (PTL_SILENT_AFTER_US - PTL_PING_AFTER_US) / PTL_PING_AGAIN_US);
	assert_int_equal(end.reason, PTL_REASON_PEER_SILENT);
	assert_int_equal(end_counters(&end)->peer_silences, 1);
	end.framing->info(end.endpoint, &info);
	assert_int_not_equal(info.session, 0x11111111); /* a new session, if it returns */
	make_packet(packet, sizeof(packet), 1, 0);
	assert_int_equal(end_send(&end, packet, sizeof(packet)), PTL_DOWN);
	assert_int_equal(end_counters(&end)->drop_down, 1);
	meet_peer(&end);
	assert_int_equal(end.reason, PTL_REASON_PEER_BACK);
	end_close(&end);
}

static void an_answered_ping_keeps_it_up(void **state)
{
	struct ref_frame frame;
	struct one_end end;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	for (int i = 0; i < 60; i++) {
		end.now += PTL_PING_AFTER_US;
		assert_true(says(&end, &frame));
		assert_int_equal(frame.number, PTL_MSG_PING);
		assert_int_equal(frame.n, 4);
		hear_message(&end, PTL_MSG_PONG, frame.body, 4);
		assert_false(says(&end, &frame));
	}
	assert_int_equal(end.states, 1);
	end_close(&end);
}

static void a_peer_that_acknowledges_nothing_is_stuck(void **state)
{
	struct ref_frame frame;
	uint8_t packet[100];
	struct one_end end;
	ptl_time start;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	make_packet(packet, sizeof(packet), 1, 0);
	assert_int_equal(end_send(&end, packet, sizeof(packet)), PTL_OK);
	start = end.now;
	for (int i = 0; end.state == PTL_STATE_UP; i++) {
		assert_true(i < 200);
		says_all(&end);
		hear_message(&end, PTL_MSG_PONG, "1234", 4); /* it is heard all the time */
		end.now += 100000;
		while (says(&end, &frame))
			;
	}
	assert_int_equal(end.reason, PTL_REASON_STUCK);
	assert_in_range(end.now - start, PTL_STUCK_AFTER_US, PTL_STUCK_AFTER_US + 300000);
	assert_int_equal(end_counters(&end)->drop_flushed, 1);
	end_close(&end);
}

/* A reader that refuses for minutes stops the peer's sender, not the session. */
static void a_slow_reader_is_not_stuck(void **state)
{
	struct one_end a, b;
	uint8_t packet[500];

	(void)state;
	open_pair(&a, &b, PTL_PROFILE_MCU);
	b.refuse = true;
	for (uint8_t i = 0; i < 3; i++) {
		make_packet(packet, sizeof(packet), 1, i);
		assert_int_equal(end_send(&a, packet, sizeof(packet)), PTL_OK);
	}
	pass(&a, &b, 120000000);
	assert_int_equal(a.states, 1);
	assert_int_equal(b.packets, 0);
	b.refuse = false;
	b.framing->resume(b.endpoint, b.now);
	pass(&a, &b, 2000000);
	assert_int_equal(b.packets, 3);
	close_pair(&a, &b);
}

static void data_before_the_handshake_is_refused(void **state)
{
	uint8_t packet[100];
	struct one_end end;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	make_packet(packet, sizeof(packet), 1, 0);
	for (unsigned class = PTL_CLASS_CONTROL; class < PTL_CLASSES; class ++)
		hear(&end, class, 0, NULL, 0, packet, sizeof(packet), true);
	assert_int_equal(end_counters(&end)->rx_before_up, 3);
	assert_int_equal(end.packets, 0);
	assert_int_equal(end_send(&end, packet, sizeof(packet)), PTL_DOWN);
	end_close(&end);
}

/* A frame takes half a second of the line at most, so that the peer is not thought
 * silent, and an answer comes in time. */
static void on_a_slow_line_frames_are_short(void **state)
{
	static const struct {
		uint32_t baud;
		uint16_t limit;
	} rows[] = {{300, 32},	 {1200, 32},   {2400, 96},
		    {9600, 480}, {19200, 960}, {115200, 1519}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ptl_info info;
		struct one_end end;

		open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
		end.framing->set_baud(end.endpoint, rows[i].baud);
		end.framing->info(end.endpoint, &info);
		assert_int_equal(info.frame_limit, rows[i].limit);
		/* And back. */
		end.framing->set_baud(end.endpoint, 921600);
		end.framing->info(end.endpoint, &info);
		assert_int_equal(info.frame_limit, 1519);
		end.framing->set_baud(end.endpoint, 0);
		end_close(&end);
	}
}

static void a_config_out_of_range_is_refused(void **state)
{
	struct ptl_config good = link_config(PTL_HOST, PTL_PROFILE_HOST);
	struct ptl_config bad[14];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		bad[i] = good;
	bad[n++].max_packet = 63;
	bad[n++].max_packet = 9019;
	bad[n++].tx_packets = 3;
	bad[n++].tx_packets = 4097;
	bad[n++].tx_block_size = 31;
	bad[n++].tx_block_size = 100;
	bad[n++].tx_block_size = 2080;
	bad[n++].tx_flows = 100;
	bad[n++].tx_flows = 2048;
	bad[n++].tx_blocks = 2;
	bad[n++].rx_window[0] = 512;
	bad[n++].rx_window[1] = 1024;
	bad[n++].rx_window[2] = 3000;
	bad[n++].baud = 0;
	assert_int_equal(n, COUNT(bad));
	assert_true(ptl_link_size(&good) > 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(ptl_link_size(&bad[i]), 0);
}

static void a_microcontroller_has_room_for_it(void **state)
{
	struct ptl_config config = link_config(PTL_DEVICE, PTL_PROFILE_MCU);
	uint8_t packet[1514];
	struct one_end end;

	(void)state;
	/* 16 KB where pointers have 32 bits, which script/sizes shows. */
	assert_in_range(ptl_link_size(&config), 1000, sizeof(void *) == 4 ? 16384 : 17408);
	open_link(&end, PTL_DEVICE, PTL_PROFILE_MCU);
	meet_peer(&end);
	/* Two packets, so that one can be filled while the other is on the wire, and a
	 * control message. */
	make_packet(packet, sizeof(packet), 1, 1);
	assert_int_equal(end_send(&end, packet, 1514), PTL_OK);
	assert_int_equal(end_send(&end, packet, 1514), PTL_OK);
	assert_int_equal(
		ptl_link_send_control(link_in(&end), end.now, packet, PTL_CONTROL_MAX, NULL),
		PTL_OK);
	end_close(&end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_ends_meet),
		cmocka_unit_test(a_profile_takes_the_memory_that_it_says),
		cmocka_unit_test(a_hello_says_who_we_are),
		cmocka_unit_test(whose_address_is_in_use_is_said_and_heard),
		cmocka_unit_test(hellos_come_fast_then_slowly),
		cmocka_unit_test(versions_and_limits_must_fit),
		cmocka_unit_test(a_peer_that_changes_to_another_version_is_gone),
		cmocka_unit_test(what_a_later_version_adds_is_ignored),
		cmocka_unit_test(half_a_hello_is_none),
		cmocka_unit_test(a_nonce_of_zero_is_none),
		cmocka_unit_test(its_own_echo_is_no_peer),
		cmocka_unit_test(a_restart_is_noticed_at_once),
		cmocka_unit_test(a_restarted_end_meets_the_old_one),
		cmocka_unit_test(room_is_told_after_a_restart),
		cmocka_unit_test(a_peer_may_come_back_smaller),
		cmocka_unit_test(silence_is_asked_about_then_it_is_the_end),
		cmocka_unit_test(an_answered_ping_keeps_it_up),
		cmocka_unit_test(a_peer_that_acknowledges_nothing_is_stuck),
		cmocka_unit_test(a_slow_reader_is_not_stuck),
		cmocka_unit_test(data_before_the_handshake_is_refused),
		cmocka_unit_test(on_a_slow_line_frames_are_short),
		cmocka_unit_test(a_config_out_of_range_is_refused),
		cmocka_unit_test(a_microcontroller_has_room_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
