/* SPDX-License-Identifier: GPL-2.0-only */
/* A peer that does not keep to the page, or to what was agreed with it, is counted and
 * believed no further; and one that asks much at once gets all of its answers. */
#include "link_end.h"

static void a_hello_out_of_range_does_not_end_the_session(void **state)
{
	static const struct {
		const char *what;
		uint8_t version, version_min;
		uint16_t max_packet, windows[3];
	} rows[] = {
		{"a version to come", 9, 9, 1518, {32, 64, 64}},
		{"a version of none", 0, 0, 1518, {32, 64, 64}},
		{"short packets", 1, 1, 63, {32, 64, 64}},
		{"no window", 1, 1, 1518, {32, 64, 0}},
		{"a window beyond all", 1, 1, 1518, {32, 64, 2048}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct one_end end;
		struct hello hello;

		open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
		meet_peer(&end);
		hello = peer_hello(&end);
		hello.flags = PTL_HELLO_WANT_REPLY;
		hello.version = rows[i].version;
		hello.version_min = rows[i].version_min;
		hello.max_packet = rows[i].max_packet;
		memcpy(hello.windows, rows[i].windows, sizeof(hello.windows));
		hear_hello(&end, &hello);
		if (end.state != PTL_STATE_UP || end.states != 1)
			fail_msg("%s: the session is over", rows[i].what);
		assert_int_equal(end_counters(&end)->peer_mismatches, 1);
		assert_int_equal(says_all(&end), 0);
		end_close(&end);
	}
}

/* All of a frame is dropped, also what stands before the fault. */
static void a_malformed_entry_takes_the_good_one_with_it(void **state)
{
	static const struct {
		const char *what;
		uint8_t bytes[8];
		size_t n;
	} rows[] = {
		{"of class link", {0xc0, 4, 0, 0x00, 0, 0}, 6},
		{"half of one", {0xc0, 4, 0, 0x60, 0}, 5},
		{"a class twice", {0xc0, 4, 0, 0x40, 4, 0}, 6},
	};
	uint8_t packet[100];

	(void)state;
	make_packet(packet, sizeof(packet), 1, 1);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct one_end end;
		struct ptl_info info;

		open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
		meet_peer(&end);
		assert_int_equal(end_send(&end, packet, sizeof(packet)), PTL_OK);
		says_all(&end);
		hear(&end, PTL_CLASS_LINK, PTL_MSG_ACK, rows[i].bytes, rows[i].n, NULL, 0,
		     true);
		assert_int_equal(end_counters(&end)->rx_bad_field, 1);
		ptl_link_info(link_in(&end), &info);
		if (info.queued != 1)
			fail_msg("%s: the entry before it was believed", rows[i].what);
		hear_ack(&end, PTL_CLASS_SPARSE, 4);
		ptl_link_info(link_in(&end), &info);
		assert_int_equal(info.queued, 0);
		end_close(&end);
	}
}

/* The first packet of SPEC 9.5. */
static const uint8_t segment[] = {
	0x02, 0,    0,	  0,	0,    0x02, 0x02, 0,	0,    0,    0,	  0x01, 0x08, 0,
	0x45, 0,    0,	  0x38, 0x10, 0,    0x40, 0,	0x40, 0x06, 0x16, 0xbe, 0x0a, 0,
	0,    0x01, 0x0a, 0,	0,    0x02, 0x9c, 0x40, 0x14, 0x51, 0,	  0,	0x03, 0xe8,
	0,    0,    0x13, 0x88, 0x80, 0x10, 0x01, 0xf5, 0xd3, 0xf6, 0,	  0,	0x01, 0x01,
	0x08, 0x0a, 0,	  0x01, 0,    0,    0,	  0x02, 0,    0,    0x61, 0x62, 0x63, 0x64,
};

static void contexts_end_with_the_agreed_number(void **state)
{
	(void)state;
	for (uint8_t context = 3; context <= 4; context++) {
		uint8_t payload[1 + sizeof(segment)] = {(uint8_t)(0x10 + context)};
		struct one_end end;
		struct hello hello;

		memcpy(payload + 1, segment, sizeof(segment));
		open_link(&end, PTL_HOST, PTL_PROFILE_HOST); /* has 16 */
		hello = peer_hello(&end);
		hello.caps = PTL_CAP_HEADER_COMPRESSION;
		memcpy(hello.options, "\x01\x02\x04\x04", 4);
		hello.length += 4;
		hear_hello(&end, &hello);
		hear(&end, PTL_CLASS_BULK, 0, NULL, 0, payload, sizeof(payload), true);
		assert_int_equal(end.packets, context == 3 ? 1 : 0);
		assert_int_equal(end_counters(&end)->rx_bad_packed, context == 3 ? 0 : 1);
		assert_int_equal(end.state, context == 3 ? PTL_STATE_UP : PTL_STATE_DOWN);
		end_close(&end);
	}
}

/* Plain, and as a block: a run of one byte, which is short however long it becomes. */
static void packets_end_with_the_agreed_length(void **state)
{
	static const uint8_t head[14] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0x88, 0xb5};

	(void)state;
	for (size_t n = 600; n <= 601; n++)
		for (int block = 0; block < 2; block++) {
			uint8_t payload[700], content[760], encoded[800];
			size_t at = 0, match = n - 15 - 5;
			struct one_end end;
			struct hello hello;

			open_link(&end, PTL_HOST, PTL_PROFILE_HOST);
			hello = peer_hello(&end);
			hello.max_packet = 600;
			hello.caps = PTL_CAP_PAYLOAD_COMPRESSION;
			hear_hello(&end, &hello);
			assert_int_equal(end.state, PTL_STATE_UP);
			make_packet(payload, n, 1, 9);
			if (block) {
				payload[at++] = 0xff;
				payload[at++] = 0; /* 15 literals */
				memcpy(payload + at, head, sizeof(head));
				at += sizeof(head);
				payload[at++] = 9;
				payload[at++] = 1; /* offset */
				payload[at++] = 0;
				for (match -= 4 + 15; match >= 255; match -= 255)
					payload[at++] = 255;
				payload[at++] = (uint8_t)match;
				payload[at++] = 0x50;
				memset(payload + at, 9, 5);
				at += 5;
			}
			put_le16(content, PTL_CLASS_BULK << PTL_CLASS_SHIFT);
			memcpy(content + 2, payload, block ? at : n);
			end_receive(&end, encoded,
				    ref_frame_encode_with(content, 2 + (block ? at : n),
							  block ? REF_XOR_PACKED : 0, encoded),
				    100, NULL);
			assert_int_equal(end.packets, n == 600 ? 1 : 0);
			if (n == 600)
				assert_int_equal(end.length[0], 600);
			else if (block)
				assert_int_equal(end_counters(&end)->rx_bad_packed, 1);
			else
				assert_int_equal(end_counters(&end)->rx_too_long, 1);
			end_close(&end);
		}
}

static void packed_needs_the_capability_of_both(void **state)
{
	static const uint8_t block[] = {0, 0xc0, 0xe0, 2, 2, 2, 2,    2,   2,
					2, 2,	 2,    2, 2, 2, 0x88, 0xb5};

	(void)state;
	for (int agreed = 0; agreed < 2; agreed++) {
		uint8_t encoded[40];
		struct one_end end;
		struct hello hello;

		open_link(&end, PTL_HOST, PTL_PROFILE_HOST);
		hello = peer_hello(&end);
		hello.caps = agreed ? PTL_CAP_PAYLOAD_COMPRESSION : 0;
		hear_hello(&end, &hello);
		end_receive(
			&end, encoded,
			ref_frame_encode_with(block, sizeof(block), REF_XOR_PACKED, encoded),
			100, NULL);
		assert_int_equal(end.packets, agreed);
		assert_int_equal(end_counters(&end)->rx_bad_packed, !agreed);
		assert_int_equal(end.state, agreed ? PTL_STATE_UP : PTL_STATE_DOWN);
		end_close(&end);
	}
}

/* As many as there is room for, in order; what is more is counted. */
static void each_question_of_a_burst_is_answered(void **state)
{
	struct ref_frame frame;
	struct one_end end;
	unsigned answered = 0;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	for (unsigned i = 0; i < 12; i++) {
		uint8_t token[4] = {(uint8_t)i, 1, 2, 3};

		if (i & 1)
			hear_message(&end, 100 + i, NULL, 0);
		else
			hear_message(&end, PTL_MSG_PING, token, sizeof(token));
	}
	while (says(&end, &frame)) {
		bool pong = frame.number == PTL_MSG_PONG;

		assert_int_equal(frame.class, PTL_CLASS_LINK);
		assert_int_equal(frame.number, answered & 1 ? PTL_MSG_UNKNOWN : PTL_MSG_PONG);
		assert_int_equal(frame.n - frame.acks_n, pong ? 4 : 1);
		assert_int_equal(frame.body[frame.acks_n], pong ? answered : 100 + answered);
		/* A PONG has all three classes. */
		assert_true(!pong || frame.acks_n == 3 * PTL_ACK_BYTES);
		answered++;
	}
	assert_int_equal(answered, ANSWERS);
	assert_int_equal(end_counters(&end)->rx_unanswered, 12 - ANSWERS);
	end_close(&end);
}

static void a_message_too_short_is_counted(void **state)
{
	static const struct {
		unsigned type;
		size_t n;
	} rows[] = {{PTL_MSG_HELLO, 29},
		    {PTL_MSG_PING, 3},
		    {PTL_MSG_PONG, 3},
		    {PTL_MSG_UNKNOWN, 0},
		    {PTL_MSG_LOG, 0}};
	static const uint8_t bytes[30] = {1, 1};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct one_end end;

		open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
		meet_peer(&end);
		hear_message(&end, rows[i].type, bytes, rows[i].n);
		if (end_counters(&end)->rx_bad_field != 1)
			fail_msg("type %u of %zu bytes was taken", rows[i].type, rows[i].n);
		assert_int_equal(end_counters(&end)->rx_peer_unknown, 0);
		assert_int_equal(says_all(&end), 0);
		end_close(&end);
	}
}

/* The last HELLO says the peer's address, whatever else it says. */
static void a_peer_may_change_its_address(void **state)
{
	struct ptl_info info;
	struct one_end end;
	struct hello hello;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	hello = peer_hello(&end);
	hello.mac_5 = 0x78;
	hello.max_packet = 700;
	hear_hello(&end, &hello);
	ptl_link_info(link_in(&end), &info);
	assert_int_equal(info.peer_mac[5], 0x78);
	assert_int_equal(info.max_packet, 1518);
	assert_int_equal(end.states, 1);
	end_close(&end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hello_out_of_range_does_not_end_the_session),
		cmocka_unit_test(a_malformed_entry_takes_the_good_one_with_it),
		cmocka_unit_test(contexts_end_with_the_agreed_number),
		cmocka_unit_test(packets_end_with_the_agreed_length),
		cmocka_unit_test(packed_needs_the_capability_of_both),
		cmocka_unit_test(each_question_of_a_burst_is_answered),
		cmocka_unit_test(a_message_too_short_is_counted),
		cmocka_unit_test(a_peer_may_change_its_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
