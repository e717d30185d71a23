/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames: cut at every byte, in what order they go, and what they carry. Those that
 * are wrong: test_bad_frames.c. */
#include "link_end.h"

#define LONG 1514

enum content { ZEROS, NO_ZEROS, RANDOM, MOSTLY_ZEROS, ZERO_EACH_255, CONTENTS };

static void fill(uint8_t *p, size_t n, enum content content, struct prng *prng)
{
	for (size_t i = 14; i < n; i++) {
		p[i] = (uint8_t)prng_next(prng);
		if (content == ZEROS || (content == MOSTLY_ZEROS && prng_below(prng, 4)) ||
		    (content == ZERO_EACH_255 && i % 255 == 0))
			p[i] = 0;
		else if (content != RANDOM && p[i] == 0)
			p[i] = 0xff;
	}
}

static bool got(const struct one_end *end, const uint8_t *packet, size_t n)
{
	for (unsigned i = 0; i < end->packets && i < END_PACKETS; i++)
		if (end->length[i] == n && memcmp(end->packet[i], packet, n) == 0)
			return true;
	return false;
}

/* Pulls n bytes from one end to the other, in one chunk. */
static void pull(struct one_end *from, struct one_end *to, size_t n)
{
	uint8_t bytes[4096];

	assert_int_equal(end_transmit(from, bytes, n), n);
	to->framing->receive(to->endpoint, to->now, bytes, n);
}

/* Bytes until the receiver has delivered another packet. */
static size_t until_packet(struct one_end *from, struct one_end *to)
{
	unsigned before = to->packets;
	size_t n = 0;

	while (to->packets == before) {
		pull(from, to, 1);
		assert_true(++n < 4000);
	}
	return n;
}

static void a_long_frame_is_cut_at_every_byte(void **state)
{
	struct prng prng = story_seed("frame, cuts", 1);
	uint8_t bulk[LONG], urgent[60];
	struct one_end a, b;
	unsigned cuts = 0, within = 0;

	(void)state;
	open_pair(&a, &b, PTL_PROFILE_MCU);
	for (enum content content = 0; content < CONTENTS; content++) {
		for (size_t at = 1; at < LONG + 6; at++) {
			uint64_t cut = end_counters(&a)->tx_cuts;
			size_t wait;

			/* Two flows, the allowance of the urgent one is full. */
			a.now += 1000000;
			b.now += 1000000;
			exchange(&a, &b);
			a.packets = b.packets = 0;
			make_packet(bulk, LONG, 1, 0);
			fill(bulk, LONG, content, &prng);
			make_packet(urgent, sizeof(urgent), 2, (int)at);
			assert_int_equal(end_send(&a, bulk, LONG), PTL_OK);
			pull(&a, &b, at);
			assert_int_equal(end_send(&a, urgent, sizeof(urgent)), PTL_OK);
			if (b.packets == 0) {
				wait = until_packet(&a, &b);
				cut = end_counters(&a)->tx_cuts - cut;
				if (at < LONG - 100)
					assert_int_equal(cut, 1);
				cuts += (unsigned)cut;
				within += b.packets && got(&b, urgent, sizeof(urgent));
				/* A place for the cut, its trailer, the frame itself. */
				if (wait > 64 + 7 + sizeof(urgent) + 12)
					fail_msg("cut at %zu, content %d: %zu bytes to the "
						 "urgent packet",
						 at, (int)content, wait);
			}
			exchange(&a, &b);
			assert_int_equal(b.packets, 2);
			if (!got(&b, bulk, LONG) || !got(&b, urgent, sizeof(urgent)))
				fail_msg("cut at %zu, content %d: not what was sent", at,
					 (int)content);
		}
	}
	assert_true(cuts > CONTENTS * (LONG - 200));
	assert_true(within >= cuts);
	assert_int_equal(end_counters(&b)->rx_bad_crc, 0);
	assert_int_equal(end_counters(&b)->rx_bad_framing, 0);
	assert_int_equal(end_counters(&b)->rx_bad_field, 0);
	assert_int_equal(end_counters(&a)->tx_lost, 0);
	assert_int_equal(end_counters(&a)->tx_timeouts, 0);
	close_pair(&a, &b);
}

/* The same, seen by the reference: each frame is whole, and the pieces in their
 * order are the packet. */
static void a_cut_frame_is_what_the_spec_says(void **state)
{
	struct prng prng = story_seed("frame, cuts by the SPEC", 2);
	uint8_t bulk[LONG], urgent[60], bytes[LONG + 20];
	unsigned seen[REF_BROKEN + 1] = {0};

	(void)state;
	for (enum content content = 0; content < CONTENTS; content++) {
		for (size_t at = 1; at < LONG; at += 7) {
			uint8_t together[LONG];
			size_t n = 0, done = 0;
			struct ref_frame frame;
			struct one_end end;
			unsigned next = 0;

			open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
			meet_peer(&end);
			end.now += 500000;
			make_packet(bulk, LONG, 1, 0);
			fill(bulk, LONG, content, &prng);
			make_packet(urgent, sizeof(urgent), 2, 3);
			end_send(&end, bulk, LONG);
			n = end_transmit(&end, bytes, at);
			end_send(&end, urgent, sizeof(urgent));
			do
				assert_int_equal(end_transmit(&end, bytes + n, 1), 1);
			while (bytes[n++] != PTL_DELIMITER);
			assert_int_equal(bytes[0], PTL_DELIMITER); /* the line was idle */
			ref_frame_decode(&frame, bytes + 1, n - 2);
			seen[frame.end]++;
			for (;;) {
				assert_int_not_equal(frame.end, REF_BROKEN);
				if (frame.class == PTL_CLASS_BULK) {
					size_t length = frame.n - frame.acks_n;

					assert_int_equal(frame.number, next);
					assert_true(done + length <= LONG);
					memcpy(together + done, frame.body + frame.acks_n,
					       length);
					done += length;
					next += (unsigned)PTL_CELLS(length);
					assert_int_equal(frame.end == REF_LAST, done == LONG);
				} else {
					assert_int_equal(frame.class, PTL_CLASS_SPARSE);
					assert_int_equal(frame.end, REF_LAST);
				}
				if (!says(&end, &frame))
					break;
			}
			assert_int_equal(done, LONG);
			assert_memory_equal(together, bulk, LONG);
			end_close(&end);
		}
	}
	print_message("             %u whole, %u cut at a block, %u within one\n",
		      seen[REF_LAST], seen[REF_CONTINUED], seen[REF_CUT]);
	assert_true(seen[REF_LAST] > 10 && seen[REF_CONTINUED] > 100 && seen[REF_CUT] > 100);
}

static void a_packet_cut_again_and_again_still_arrives(void **state)
{
	uint8_t bulk[LONG], urgent[40];
	struct prng prng = story_seed("frame, many cuts", 3);
	struct one_end a, b;

	(void)state;
	open_pair(&a, &b, PTL_PROFILE_MCU);
	for (int round = 0; round < 300; round++) {
		unsigned sent = 0;

		a.now += 1000000;
		b.now += 1000000;
		exchange(&a, &b);
		b.packets = 0;
		make_packet(bulk, LONG, 1, 0);
		fill(bulk, LONG, (enum content)(round % CONTENTS), &prng);
		end_send(&a, bulk, LONG);
		while (!got(&b, bulk, LONG)) {
			uint8_t bytes[64];
			size_t n = end_transmit(&a, bytes, random_from(&prng, 1, 50));

			end_receive(&b, bytes, n, 13, NULL);
			if (sent < 40) { /* each of a flow of its own */
				make_packet(urgent, sizeof(urgent), (uint8_t)(10 + sent), 1);
				sent += end_send(&a, urgent, sizeof(urgent)) == PTL_OK;
			}
			if (n == 0)
				carry(&b, &a);
		}
		exchange(&a, &b);
		assert_int_equal(b.packets, sent + 1);
	}
	assert_int_equal(end_counters(&b)->rx_beyond_credit, 0);
	assert_int_equal(a.states, 1);
	close_pair(&a, &b);
}

static void the_order_is_control_sparse_bulk(void **state)
{
	uint8_t bulk[1000], sparse[100], message[] = "scan";
	struct ref_frame frame;
	struct one_end end;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	end.now += 500000;
	make_packet(bulk, sizeof(bulk), 1, 1);
	make_packet(sparse, sizeof(sparse), 2, 2);
	assert_int_equal(end_send(&end, bulk, sizeof(bulk)), PTL_OK);
	assert_int_equal(end_send(&end, sparse, sizeof(sparse)), PTL_OK);
	assert_int_equal(
		ptl_link_send_control(link_in(&end), end.now, message, sizeof(message), NULL),
		PTL_OK);
	hear_message(&end, PTL_MSG_PING, "1234", 4);
	static const unsigned classes[] = {PTL_CLASS_LINK, PTL_CLASS_CONTROL, PTL_CLASS_SPARSE,
					   PTL_CLASS_BULK};
	for (size_t i = 0; i < COUNT(classes); i++) {
		assert_true(says(&end, &frame));
		assert_int_equal(frame.class, classes[i]);
		assert_int_equal(frame.end, REF_LAST);
	}
	assert_false(says(&end, &frame));
	end_close(&end);
}

static void control_cuts_sparse_and_bulk(void **state)
{
	static const size_t lengths[] = {300, 1000};
	static const uint8_t message[100] = {7};
	uint8_t packet[1000], bytes[100];

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		enum ptl_class class = i ? PTL_CLASS_BULK : PTL_CLASS_SPARSE;
		struct ref_frame frame;
		struct one_end end;

		open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
		meet_peer(&end);
		end.now += 500000;
		make_packet(packet, lengths[i], 1, 1);
		assert_int_equal(end_send(&end, packet, lengths[i]), PTL_OK);
		end_transmit(&end, bytes, 100);
		ptl_link_send_control(link_in(&end), end.now, message, sizeof(message), NULL);
		while (end_transmit(&end, bytes, 1) == 1 && bytes[0] != PTL_DELIMITER)
			;
		assert_int_equal(end_counters(&end)->tx_cuts, 1);
		assert_true(says(&end, &frame));
		assert_int_equal(frame.class, PTL_CLASS_CONTROL);
		assert_true(says(&end, &frame));
		assert_int_equal(frame.class, class);
		assert_int_equal(frame.end, REF_LAST);
		end_close(&end);
	}
}

static void what_is_nearly_sent_is_not_cut(void **state)
{
	uint8_t bulk[1000], urgent[60], bytes[1100];
	struct one_end end;
	size_t n;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	end.now += 500000;
	make_packet(bulk, sizeof(bulk), 1, 1);
	make_packet(urgent, sizeof(urgent), 2, 2);
	end_send(&end, bulk, sizeof(bulk));
	n = end_transmit(&end, bytes, sizeof(bulk) - 10);
	end_send(&end, urgent, sizeof(urgent));
	do
		end_transmit(&end, bytes + n, 1);
	while (bytes[n++] != PTL_DELIMITER);
	assert_int_equal(end_counters(&end)->tx_cuts, 0);
	assert_true(n > sizeof(bulk));
	end_close(&end);
}

static void an_acknowledgement_rides_on_data(void **state)
{
	uint8_t packet[200];
	struct ref_frame frame;
	struct one_end end;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	make_packet(packet, sizeof(packet), 1, 1);
	hear(&end, PTL_CLASS_BULK, 0, NULL, 0, packet, sizeof(packet), true);
	hear(&end, PTL_CLASS_SPARSE, 0, NULL, 0, packet, 64, true);
	assert_false(says(&end, &frame)); /* not at once: something may go anyway */
	end_send(&end, packet, sizeof(packet));
	assert_true(says(&end, &frame));
	assert_true(frame.class >= PTL_CLASS_SPARSE);
	assert_true(frame.acks);
	assert_int_equal(frame.acks_n, 2 * PTL_ACK_BYTES);
	assert_int_equal(frame.body[0], PTL_CLASS_SPARSE << PTL_ACK_CLASS_SHIFT | PTL_ACK_MORE);
	assert_int_equal(get_le16(frame.body + 1), 2);
	assert_int_equal(frame.body[3], PTL_CLASS_BULK << PTL_ACK_CLASS_SHIFT);
	assert_int_equal(get_le16(frame.body + 4), 7);
	assert_memory_equal(frame.body + frame.acks_n, packet, sizeof(packet));
	/* Said: it is not said again. */
	assert_int_equal(end_counters(&end)->tx_acks, 0);
	end.now += PTL_ACK_DELAY_US;
	assert_false(says(&end, &frame));
	end_close(&end);
}

static void without_data_it_goes_alone_when_due(void **state)
{
	static const uint8_t zeros[16 * 32];
	uint8_t packet[200];
	struct ref_frame frame;
	struct one_end end;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	make_packet(packet, sizeof(packet), 1, 1);
	hear(&end, PTL_CLASS_BULK, 0, NULL, 0, packet, sizeof(packet), true);
	assert_int_equal(end.framing->deadline(end.endpoint), end.now + PTL_ACK_DELAY_US);
	end.now += PTL_ACK_DELAY_US - 1;
	assert_false(says(&end, &frame));
	end.now++;
	assert_true(says(&end, &frame));
	assert_int_equal(frame.class, PTL_CLASS_LINK);
	assert_int_equal(frame.number, PTL_MSG_ACK);
	assert_int_equal(frame.n, PTL_ACK_BYTES);
	/* A hole is told at once. */
	hear(&end, PTL_CLASS_BULK, 10, NULL, 0, packet, sizeof(packet), true);
	assert_true(says(&end, &frame));
	assert_int_equal(frame.number, PTL_MSG_ACK);
	assert_int_equal(frame.n, PTL_ACK_BYTES + 2);
	assert_int_equal(frame.body[3], 3);
	assert_int_equal(frame.body[4], 7);
	/* Also a quarter of the window. */
	hear(&end, PTL_CLASS_SPARSE, 0, NULL, 0, packet, 14, false);
	hear(&end, PTL_CLASS_SPARSE, 1, NULL, 0, zeros, sizeof(zeros), false);
	assert_true(says(&end, &frame));
	assert_int_equal(frame.number, PTL_MSG_ACK);
	end_close(&end);
}

static void a_ping_is_answered_with_all_that_is_known(void **state)
{
	struct ref_frame frame;
	uint8_t packet[200];
	struct one_end end;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	hear_message(&end, PTL_MSG_PING, "abcd", 4); /* before we know it: no */
	while (says(&end, &frame))
		assert_int_equal(frame.number, PTL_MSG_HELLO);
	meet_peer(&end);
	make_packet(packet, sizeof(packet), 1, 1);
	hear(&end, PTL_CLASS_BULK, 0, NULL, 0, packet, sizeof(packet), true);
	hear_message(&end, PTL_MSG_PING, "wxyz", 4);
	assert_true(says(&end, &frame));
	assert_int_equal(frame.number, PTL_MSG_PONG);
	assert_int_equal(frame.acks_n, 3 * PTL_ACK_BYTES);
	assert_int_equal(get_le16(frame.body + 7), 7);
	assert_memory_equal(frame.body + frame.acks_n, "wxyz", 4);
	assert_int_equal(frame.n, frame.acks_n + 4);
	for (size_t n = 0; n < 4; n++)
		hear_message(&end, PTL_MSG_PING, "wxyz", n);
	assert_int_equal(end_counters(&end)->rx_bad_field, 4);
	assert_false(says(&end, &frame));
	end_close(&end);
}

static void an_unknown_message_is_answered_so(void **state)
{
	struct ref_frame frame;
	struct one_end end;
	unsigned unknown = 0;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	for (unsigned type = 0; type < 256; type++) {
		if (type <= PTL_MSG_LOG)
			continue;
		hear_message(&end, type, "whatever it means", 17);
		assert_true(says(&end, &frame));
		assert_int_equal(frame.class, PTL_CLASS_LINK);
		assert_int_equal(frame.number, PTL_MSG_UNKNOWN);
		assert_int_equal(frame.n - frame.acks_n, 1);
		assert_int_equal(frame.body[frame.acks_n], type);
		assert_false(says(&end, &frame));
		unknown++;
	}
	assert_int_equal(end_counters(&end)->rx_unknown, unknown);
	/* That answer, and a log message, are not answered. */
	hear_message(&end, PTL_MSG_UNKNOWN, "\x63", 1);
	hear_message(&end, PTL_MSG_LOG, "hello", 5);
	assert_false(says(&end, &frame));
	assert_int_equal(end_counters(&end)->rx_peer_unknown, 1);
	assert_int_equal(end.states, 1);
	end_close(&end);
}

static void a_reopened_port_loses_nothing(void **state)
{
	uint8_t packet[1000], bytes[500];
	struct one_end a, b;

	(void)state;
	open_pair(&a, &b, PTL_PROFILE_MCU);
	for (size_t at = 1; at < 1000; at += 13) {
		size_t n;

		a.packets = b.packets = 0;
		make_packet(packet, sizeof(packet), 1, (int)at);
		assert_int_equal(end_send(&a, packet, sizeof(packet)), PTL_OK);
		n = end_transmit(&a, bytes, at % sizeof(bytes));
		end_receive(&b, bytes, n / 2, 100, NULL);
		a.framing->wire_reset(a.endpoint, a.now);
		b.framing->wire_reset(b.endpoint, b.now);
		pass(&a, &b, 3000000);
		assert_int_equal(b.packets, 1);
		assert_last_packet(&b, packet, sizeof(packet));
	}
	assert_int_equal(a.states, 1);
	close_pair(&a, &b);
}

static void a_refused_packet_is_offered_again(void **state)
{
	uint8_t packet[3][500];
	struct ref_frame frame;
	struct one_end end;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	end.refuse = true;
	for (uint8_t i = 0; i < 3; i++) {
		make_packet(packet[i], 500, 1, i);
		hear(&end, PTL_CLASS_BULK, i * 16u, NULL, 0, packet[i], 500, true);
	}
	/* It has them, says so, and gives no credit for them. */
	assert_true(says(&end, &frame));
	assert_int_equal(get_le16(frame.body + 1), 0);
	assert_int_equal(frame.body[3], 0);
	assert_int_equal(frame.body[4], 48);
	end.framing->resume(end.endpoint, end.now);
	assert_int_equal(end.packets, 0);
	end.refuse = false;
	end.framing->resume(end.endpoint, end.now);
	assert_int_equal(end.packets, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_memory_equal(end.packet[i], packet[i], 500);
	assert_true(says(&end, &frame)); /* credit is back: said at once */
	assert_int_equal(get_le16(frame.body + 1), 48);
	end_close(&end);
}

/* The reader is ready again while a frame is half received; nothing else will
 * remind the link. */
static void resume_within_a_frame_is_not_forgotten(void **state)
{
	uint8_t packet[500], more[100], encoded[200], content[200];
	size_t n;

	(void)state;
	for (int how = 0; how < 3; how++) {
		struct one_end end;

		open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
		meet_peer(&end);
		end.refuse = true;
		make_packet(packet, sizeof(packet), 1, 1);
		hear(&end, PTL_CLASS_BULK, 0, NULL, 0, packet, sizeof(packet), true);
		make_packet(more, sizeof(more), 2, 2);
		put_le16(content, PTL_CLASS_SPARSE << PTL_CLASS_SHIFT);
		memcpy(content + 2, more, sizeof(more));
		n = ref_frame_encode(content, 2 + sizeof(more), true, encoded);
		end_receive(&end, encoded, 50, 50, NULL);
		end.refuse = false;
		end.framing->resume(end.endpoint, end.now);
		if (how == 0) /* its end comes */
			end_receive(&end, encoded + 50, n - 50, 50, NULL);
		else if (how == 1) /* the port is reopened */
			end.framing->wire_reset(end.endpoint, end.now);
		else /* it never ends */
			end_wait(&end, 1000000);
		if (!got(&end, packet, sizeof(packet)))
			fail_msg("case %d: the refused packet is still there", how);
		assert_int_equal(end.packets, how == 0 ? 2 : 1);
		end_close(&end);
	}
}

struct control_log {
	unsigned messages;
	size_t length;
	uint8_t last[PTL_CONTROL_MAX];
};

static bool log_control(void *user, const uint8_t *message, size_t n)
{
	struct control_log *log = user;

	log->messages++;
	log->length = n;
	assert_true(n <= sizeof(log->last));
	memcpy(log->last, message, n);
	return true;
}

static bool take_packet(void *user, const uint8_t *packet, size_t n)
{
	(void)user;
	(void)packet;
	(void)n;
	return true;
}

/* Control messages have their own limit, whatever packets have. */
static void control_messages_up_to_512_bytes_arrive(void **state)
{
	static const uint16_t packets[] = {64, 100, 300, 512, 1518};

	(void)state;
	for (size_t p = 0; p < COUNT(packets); p++) {
		struct control_log log = {0};
		struct ptl_link *link[2];
		void *memory[2];
		uint8_t message[PTL_CONTROL_MAX + 1], bytes[1000];
		unsigned sent = 0;

		for (int i = 0; i < 2; i++) {
			struct ptl_config config =
				link_config(i ? PTL_DEVICE : PTL_HOST, PTL_PROFILE_MCU);
			struct ptl_events events = {
				.user = &log, .packet = take_packet, .control = log_control};

			config.max_packet = packets[p];
			memory[i] = malloc(ptl_link_size(&config));
			assert_non_null(memory[i]);
			assert_int_equal(ptl_link_init(memory[i], ptl_link_size(&config),
						       &config, &events, 0, &link[i]),
					 PTL_OK);
		}
		for (int round = 0; round < 20; round++)
			ptl_link_receive(
				link[!(round & 1)], 0, bytes,
				ptl_link_transmit(link[round & 1], 0, bytes, sizeof(bytes)));
		assert_int_equal(ptl_link_send_control(link[0], 0, message, 0, NULL),
				 PTL_TOO_SHORT);
		assert_int_equal(
			ptl_link_send_control(link[0], 0, message, PTL_CONTROL_MAX + 1, NULL),
			PTL_TOO_LONG);
		for (size_t n = 1; n <= PTL_CONTROL_MAX; n += n < 500 ? 37 : 1) {
			memset(message, (int)n, n);
			assert_int_equal(ptl_link_send_control(link[0], 0, message, n, NULL),
					 PTL_OK);
			sent++;
			for (int round = 0; round < 60; round++) {
				ptl_time now = sent * 100000u + (unsigned)round * 1000u;

				ptl_link_receive(link[!(round & 1)], now, bytes,
						 ptl_link_transmit(link[round & 1], now, bytes,
								   sizeof(bytes)));
			}
			if (log.messages != sent || log.length != n ||
			    memcmp(log.last, message, n) != 0)
				fail_msg("packets of %u: a message of %zu bytes is lost",
					 packets[p], n);
		}
		free(memory[0]);
		free(memory[1]);
	}
}

static void a_longer_control_message_is_refused(void **state)
{
	static const uint8_t message[PTL_CONTROL_MAX + 1] = {1};
	struct one_end end;

	(void)state;
	open_link(&end, PTL_HOST, PTL_PROFILE_MCU);
	meet_peer(&end);
	hear(&end, PTL_CLASS_CONTROL, 0, NULL, 0, message, sizeof(message), true);
	assert_int_equal(end_counters(&end)->rx_too_long, 1);
	end_close(&end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_frame_is_cut_at_every_byte),
		cmocka_unit_test(a_cut_frame_is_what_the_spec_says),
		cmocka_unit_test(a_packet_cut_again_and_again_still_arrives),
		cmocka_unit_test(the_order_is_control_sparse_bulk),
		cmocka_unit_test(control_cuts_sparse_and_bulk),
		cmocka_unit_test(what_is_nearly_sent_is_not_cut),
		cmocka_unit_test(an_acknowledgement_rides_on_data),
		cmocka_unit_test(without_data_it_goes_alone_when_due),
		cmocka_unit_test(a_ping_is_answered_with_all_that_is_known),
		cmocka_unit_test(an_unknown_message_is_answered_so),
		cmocka_unit_test(a_reopened_port_loses_nothing),
		cmocka_unit_test(a_refused_packet_is_offered_again),
		cmocka_unit_test(resume_within_a_frame_is_not_forgotten),
		cmocka_unit_test(control_messages_up_to_512_bytes_arrive),
		cmocka_unit_test(a_longer_control_message_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
