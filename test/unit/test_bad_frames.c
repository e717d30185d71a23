/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames that are wrong: by noise, or by a peer that says what cannot be. They are
 * counted, change nothing, and the next one is as good as ever. */
#include "link_end.h"

static void malformed_acknowledgements_are_counted(void **state)
{
	static const struct {
		const char *what;
		uint8_t bytes[40];
		size_t n;
	} rows[] = {
		{"nothing", {0}, 0},
		{"two bytes", {0x40, 0}, 2},
		{"of class link", {0x00, 0, 0}, 3},
		{"ranges missing", {0x43, 0, 0, 1, 1, 1, 1}, 7},
		{"more, but no more", {0xc0, 0, 0}, 3},
		{"more, half of it", {0xc0, 0, 0, 0x60, 0}, 5},
		{"ranges beyond any window",
		 {0x69, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
		 21},
	};
	uint8_t packet[100];

	(void)state;
	make_packet(packet, sizeof(packet), 1, 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct one_end end;
		uint8_t bytes[40];

		memset(bytes, 255, sizeof(bytes));
		memcpy(bytes, rows[i].bytes, rows[i].n < 13 ? rows[i].n : 13);
		open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
		meet_peer(&end);
		hear(&end, PTL_CLASS_LINK, PTL_MSG_ACK, bytes, rows[i].n, NULL, 0, true);
		if (end_counters(&end)->rx_bad_field != 1)
			fail_msg("%s: taken", rows[i].what);
		/* The next frame is as good as ever. */
		hear(&end, PTL_CLASS_BULK, 0, NULL, 0, packet, sizeof(packet), true);
		assert_int_equal(end.packets, 1);
		end_close(&end);
	}
}

static void what_was_never_sent_cannot_be_acknowledged(void **state)
{
	static const struct {
		const char *what;
		uint16_t next;
		uint8_t ranges[4];
		uint8_t pairs;
		bool bad;
	} rows[] = {
		{"ahead of all", 100, {0}, 0, true},
		{"one too many", 5, {0}, 0, true},
		{"a range ahead", 0, {1, 4}, 1, true},
		{"a range far ahead", 0, {200, 1}, 1, true},
		{"two ranges, the second ahead", 0, {1, 1, 1, 3}, 2, true},
		{"from the past", 8191, {0}, 0, false},
		{"from half of the past", 4097, {0}, 0, false},
		{"all", 4, {0}, 0, false},
		{"a range to the end", 0, {1, 3}, 1, false},
		{"empty ranges", 0, {0, 0, 0, 0}, 2, false},
	};
	uint8_t packet[100];

	(void)state;
	make_packet(packet, sizeof(packet), 1, 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ref_frame frame;
		uint8_t entry[16];
		struct one_end end;

		open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
		meet_peer(&end);
		end_send(&end, packet, sizeof(packet)); /* of four cells */
		assert_true(says(&end, &frame));
		hear(&end, PTL_CLASS_LINK, PTL_MSG_ACK, entry,
		     put_ack(entry, frame.class, rows[i].next, rows[i].ranges, rows[i].pairs,
			     false),
		     NULL, 0, true);
		if (end_counters(&end)->rx_bad_ack != rows[i].bad)
			fail_msg("%s: %s", rows[i].what, rows[i].bad ? "believed" : "refused");
		assert_int_equal(end_counters(&end)->rx_bad_field, 0);
		/* It still waits for the right one. */
		hear_ack(&end, frame.class, 4);
		assert_int_equal(link_in(&end)->queue.free_packets,
				 link_in(&end)->queue.packet_count);
		end_close(&end);
	}
}

/* Also while the frame is being sent: not a byte of it is acknowledged early. */
static void a_frame_under_way_cannot_be_acknowledged(void **state)
{
	uint8_t packet[1000], bytes[1100];
	struct one_end end;

	(void)state;
	make_packet(packet, sizeof(packet), 1, 1);
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	end_send(&end, packet, sizeof(packet));
	end_transmit(&end, bytes, 900);
	hear_ack(&end, PTL_CLASS_BULK, 32);
	hear_ack(&end, PTL_CLASS_BULK, 5);
	assert_int_equal(end_counters(&end)->rx_bad_ack, 2);
	end_drain(&end, bytes, sizeof(bytes), 500);
	hear_ack(&end, PTL_CLASS_BULK, 32);
	assert_int_equal(end_counters(&end)->rx_bad_ack, 2);
	end_close(&end);
}

static void no_wrong_byte_is_ever_delivered(void **state)
{
	struct prng prng = story_seed("frame, wrong bytes", 4);
	uint8_t packet[300], encoded[400], content[310];
	struct one_end end;
	size_t n;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	make_packet(packet, sizeof(packet), 1, 0);
	for (size_t i = 14; i < sizeof(packet); i++)
		packet[i] = prng_below(&prng, 4) ? 0 : (uint8_t)prng_next(&prng);
	put_le16(content, PTL_CLASS_BULK << PTL_CLASS_SHIFT);
	memcpy(content + 2, packet, sizeof(packet));
	n = ref_frame_encode(content, 2 + sizeof(packet), true, encoded);
	for (size_t at = 0; at < n; at++) {
		for (unsigned wrong = 1; wrong < 256; wrong += at % 16 ? 37 : 1) {
			encoded[at] ^= (uint8_t)wrong;
			end_receive(&end, encoded, n, 50, NULL);
			end_receive(&end, (const uint8_t *)"", 1, 1, NULL);
			encoded[at] ^= (uint8_t)wrong;
			assert_int_equal(end.packets, 0);
		}
		if (at + 1 == n)
			break;
		/* Also without that byte. */
		end_receive(&end, encoded, at, 50, NULL);
		end_receive(&end, encoded + at + 1, n - at - 1, 50, NULL);
		assert_int_equal(end.packets, 0);
		end_receive(&end, encoded, at, 50, NULL);
		end_receive(&end, encoded + at, n - at, 50, NULL);
		assert_int_equal(end.packets, 1);
		/* As if it had not come: for the next round. */
		end.packets = 0;
		ptl_receiver_reset(receiver_of(link_in(&end), PTL_CLASS_BULK));
	}
	end_close(&end);
}

static void what_is_too_long_or_short_is_counted(void **state)
{
	static uint8_t much[3000];
	uint8_t packet[20];
	struct one_end end;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	memset(much, 7, sizeof(much));
	hear(&end, PTL_CLASS_BULK, 0, NULL, 0, much, sizeof(much), true);
	assert_int_equal(end_counters(&end)->rx_too_long, 1);
	hear(&end, PTL_CLASS_BULK, 0, NULL, 0, much, 1519, true);
	assert_int_equal(end_counters(&end)->rx_too_long, 2);
	assert_int_equal(end.packets, 0);
	/* It was delivered to nobody, but it is done with: the next follows. */
	make_packet(packet, sizeof(packet), 1, 1);
	hear(&end, PTL_CLASS_BULK, 48, NULL, 0, packet, sizeof(packet), true);
	assert_int_equal(end.packets, 1);
	/* Shorter than an Ethernet header; and nothing at all. */
	hear(&end, PTL_CLASS_SPARSE, 0, NULL, 0, packet, 13, true);
	hear(&end, PTL_CLASS_SPARSE, 1, NULL, 0, packet, 0, true);
	assert_int_equal(end_counters(&end)->rx_too_short, 2);
	/* Frames without a whole header. */
	for (size_t n = 1; n < 6; n++) {
		end_receive(&end, much, n, 1, NULL);
		end_receive(&end, (const uint8_t *)"", 1, 1, NULL);
	}
	assert_int_equal(end_counters(&end)->rx_bad_framing, 5);
	assert_int_equal(end.packets, 1);
	end_close(&end);
}

/* Only packets are packed or in pieces; the check says so, and must fit. */
static void link_and_control_messages_just_end(void **state)
{
	static const uint32_t xors[] = {REF_XOR_CONTINUED, REF_XOR_PACKED, REF_XOR_ADDED};
	static const uint8_t ping[] = {PTL_MSG_PING, 0, 1, 2, 3, 4};
	static const uint8_t control[] = {0, PTL_CLASS_CONTROL << 6, 1};

	(void)state;
	for (size_t i = 0; i < COUNT(xors); i++) {
		uint8_t encoded[40];
		struct one_end end;

		open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
		meet_peer(&end);
		end_receive(&end, encoded,
			    ref_frame_encode_with(ping, sizeof(ping), xors[i], encoded), 5,
			    NULL);
		assert_int_equal(end_counters(&end)->rx_bad_field, 1);
		assert_int_equal(says_all(&end), 0);
		end_receive(&end, encoded,
			    ref_frame_encode_with(control, sizeof(control), xors[i], encoded),
			    5, NULL);
		assert_int_equal(end_counters(&end)->rx_bad_field, 2);
		assert_int_equal(end.states, 1);
		end_close(&end);
	}
}

/* The end of a packet that was never agreed to be packed: the session is over, and
 * nothing that waits behind it is delivered. */
static void what_cannot_be_unpacked_ends_the_session(void **state)
{
	for (int how = 0; how < 2; how++) {
		uint8_t content[60], encoded[80];
		struct one_end end;

		open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
		meet_peer(&end);
		end.refuse = how; /* or it happens in resume() */
		make_packet(content + 2, 40, 1, 1);
		for (uint16_t number = 0; number < 6; number += 2) {
			put_le16(content,
				 (uint16_t)(PTL_CLASS_BULK << PTL_CLASS_SHIFT | number));
			end_receive(&end, encoded,
				    ref_frame_encode_with(content, 42,
							  number == 2 ? REF_XOR_PACKED : 0,
							  encoded),
				    100, NULL);
		}
		if (how) {
			assert_int_equal(end.state, PTL_STATE_UP);
			end.refuse = false;
			end.framing->resume(end.endpoint, end.now);
		}
		assert_int_equal(end.packets, 1);
		assert_int_equal(end.state, PTL_STATE_DOWN);
		assert_int_equal(end.reason, PTL_REASON_OUT_OF_STEP);
		assert_int_equal(end_counters(&end)->rx_bad_packed, 1);
		end_close(&end);
	}
	(void)state;
}

static void delimiters_alone_are_nothing(void **state)
{
	uint8_t zeros[500] = {0};
	struct one_end end;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	end_receive(&end, zeros, sizeof(zeros), 3, NULL);
	assert_int_equal(end_counters(&end)->rx_bad_framing, 0);
	assert_int_equal(end_counters(&end)->rx_bad_crc, 0);
	meet_peer(&end);
	end_close(&end);
}

static void half_a_frame_does_not_spoil_the_next_session(void **state)
{
	uint8_t junk[100];
	struct one_end end;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	memset(junk, 9, sizeof(junk));
	end_receive(&end, junk, sizeof(junk), 100, NULL);
	end_wait(&end, 1000000);
	says_all(&end);
	assert_int_equal(end_counters(&end)->rx_bad_framing, 1);
	hear_message(&end, PTL_MSG_PING, "1234", 4);
	assert_int_equal(end_counters(&end)->rx_bad_crc, 0);
	assert_int_equal(says_all(&end), 1);
	end_close(&end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(malformed_acknowledgements_are_counted),
		cmocka_unit_test(what_was_never_sent_cannot_be_acknowledged),
		cmocka_unit_test(a_frame_under_way_cannot_be_acknowledged),
		cmocka_unit_test(no_wrong_byte_is_ever_delivered),
		cmocka_unit_test(what_is_too_long_or_short_is_counted),
		cmocka_unit_test(link_and_control_messages_just_end),
		cmocka_unit_test(what_cannot_be_unpacked_ends_the_session),
		cmocka_unit_test(delimiters_alone_are_nothing),
		cmocka_unit_test(half_a_frame_does_not_spoil_the_next_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
