/* SPDX-License-Identifier: GPL-2.0-only */
/* The sending half of a class: what is sent, sent again, sent smaller, and given
 * up. A link lends its queue and its senders; nothing goes over a wire. */
#include "link_end.h"

struct desk {
	struct one_end end;
	struct sender *sender;
	struct sending *shared;
	struct queue *queue;
};

static const enum ptl_class class = PTL_CLASS_BULK;

static void open_desk(struct desk *desk, uint16_t window)
{
	open_link(&desk->end, PTL_HOST, PTL_PROFILE_HOST);
	desk->sender = sender_of(link_in(&desk->end), class);
	desk->shared = &link_in(&desk->end)->sending;
	desk->queue = &link_in(&desk->end)->queue;
	desk->queue->drop_when_full = false;
	ptl_sender_reset(desk->sender, desk->shared, window, desk->end.now);
}

static void close_desk(struct desk *desk)
{
	end_close(&desk->end);
}

/* Packets of a greedy flow; byte 14 says which. */
static void put(struct desk *desk, uint8_t which, size_t n)
{
	uint8_t packet[1518];

	make_packet(packet, n, 1, which);
	assert_int_equal(ptl_queue_put(desk->queue, 0, 4, packet, n), PTL_OK);
}

static struct piece *next(struct desk *desk)
{
	return ptl_sender_next(desk->sender, desk->shared, class, desk->end.now);
}

/* Sends the next piece in full, which must be this one. */
static void send_piece(struct desk *desk, uint16_t number, uint16_t length)
{
	struct piece *piece = next(desk);

	assert_non_null(piece);
	assert_int_equal(piece->number, number);
	assert_int_equal(piece->length, length);
	desk->end.now += 1000;
	ptl_sender_sent(desk->sender, desk->shared, number, length, desk->end.now);
}

/* The line is quiet, whatever the losses of a story: frames are long. */
static void calm(struct desk *desk)
{
	ptl_noise_init(&desk->shared->noise, 1518);
}

static void acked(struct desk *desk, uint16_t to, const struct ack_range *ranges, size_t n)
{
	desk->end.now += 100;
	ptl_sender_acked(desk->sender, desk->shared, to, ranges, n, desk->end.now);
	calm(desk);
}

static void assert_all_free(const struct desk *desk)
{
	assert_int_equal(desk->queue->free_packets, desk->queue->packet_count);
	assert_int_equal(desk->queue->free_blocks, desk->queue->block_count);
	assert_int_equal(desk->queue->all_sent, 0);
	assert_int_equal(desk->sender->count, 0);
	assert_int_equal(desk->sender->lost, 0);
	assert_int_equal(desk->sender->flying, 0);
	assert_int_equal(desk->sender->timer, PTL_NEVER);
}

static const struct ptl_counters *counters(const struct desk *desk)
{
	return end_counters(&desk->end);
}

static void what_was_delivered_leaves_the_store(void **state)
{
	struct desk desk;

	(void)state;
	open_desk(&desk, 512);
	for (uint8_t i = 0; i < 3; i++)
		put(&desk, i, 320);
	for (uint16_t i = 0; i < 3; i++)
		send_piece(&desk, (uint16_t)(i * 10), 320);
	assert_null(next(&desk));
	acked(&desk, 10, NULL, 0);
	assert_int_equal(desk.sender->count, 2);
	acked(&desk, 30, NULL, 0);
	assert_all_free(&desk);
	assert_int_equal(counters(&desk)->tx_lost, 0);
	close_desk(&desk);
}

static void assert_info(const struct desk *desk, uint32_t queued, uint32_t waiting)
{
	struct ptl_info info;

	ptl_link_info(link_in((struct one_end *)&desk->end), &info);
	assert_int_equal(info.queued, queued);
	assert_int_equal(info.waiting, waiting);
}

static void what_has_gone_is_queued_but_does_not_wait(void **state)
{
	struct desk desk;

	(void)state;
	open_desk(&desk, 512);
	for (uint8_t i = 0; i < 3; i++)
		put(&desk, i, 320);
	assert_info(&desk, 3, 3);
	send_piece(&desk, 0, 320);
	assert_info(&desk, 3, 2);
	/* Of a packet that is cut the rest waits. */
	assert_int_equal(next(&desk)->length, 320);
	assert_info(&desk, 3, 1);
	ptl_sender_sent(desk.sender, desk.shared, 10, 96, desk.end.now);
	assert_info(&desk, 3, 2);
	send_piece(&desk, 13, 224);
	send_piece(&desk, 20, 320);
	assert_info(&desk, 3, 0);
	acked(&desk, 30, NULL, 0);
	assert_info(&desk, 0, 0);
	assert_all_free(&desk);
	close_desk(&desk);
}

static void what_a_later_one_overtook_is_lost(void **state)
{
	const struct ack_range third = {20, 30};
	struct desk desk;

	(void)state;
	open_desk(&desk, 512);
	for (uint8_t i = 0; i < 4; i++)
		put(&desk, i, 320);
	for (uint16_t i = 0; i < 4; i++)
		send_piece(&desk, (uint16_t)(i * 10), 320);
	acked(&desk, 0, &third, 1);
	assert_int_equal(counters(&desk)->tx_lost, 2);
	/* At once, the oldest first; the fourth may still be on its way. */
	send_piece(&desk, 0, 320);
	send_piece(&desk, 10, 320);
	assert_null(next(&desk));
	acked(&desk, 40, NULL, 0);
	assert_all_free(&desk);
	close_desk(&desk);
}

static void the_second_copy_can_be_lost_too(void **state)
{
	const struct ack_range second = {10, 20}, later[] = {{10, 30}};
	struct desk desk;

	(void)state;
	open_desk(&desk, 512);
	for (uint8_t i = 0; i < 4; i++)
		put(&desk, i, 320);
	send_piece(&desk, 0, 320);
	send_piece(&desk, 10, 320);
	acked(&desk, 0, &second, 1);
	send_piece(&desk, 0, 320); /* again */
	send_piece(&desk, 20, 320);
	acked(&desk, 0, &second, 1); /* says nothing new */
	assert_int_equal(counters(&desk)->tx_lost, 1);
	acked(&desk, 0, later, 1); /* what was sent after the copy has arrived */
	assert_int_equal(counters(&desk)->tx_lost, 2);
	send_piece(&desk, 0, 320);
	send_piece(&desk, 30, 320);
	acked(&desk, 40, NULL, 0);
	assert_all_free(&desk);
	close_desk(&desk);
}

static void on_a_bad_line_it_goes_again_in_smaller_pieces(void **state)
{
	const struct ack_range second = {40, 50};
	struct desk desk;

	(void)state;
	open_desk(&desk, 512);
	put(&desk, 0, 1280);
	put(&desk, 1, 320);
	send_piece(&desk, 0, 1280);
	send_piece(&desk, 40, 320);
	acked(&desk, 0, &second, 1);
	desk.shared->noise.limit = 512;
	send_piece(&desk, 0, 512);
	send_piece(&desk, 16, 512);
	send_piece(&desk, 32, 256);
	assert_int_equal(counters(&desk)->tx_splits, 2);
	assert_null(next(&desk));
	acked(&desk, 50, NULL, 0);
	assert_all_free(&desk);
	close_desk(&desk);
}

static void a_control_message_is_never_divided(void **state)
{
	static const uint8_t message[PTL_CONTROL_MAX] = {0x20};
	static const enum ptl_class control = PTL_CLASS_CONTROL;
	uint32_t number;
	struct desk desk;
	struct piece *piece;

	(void)state;
	open_desk(&desk, 512);
	desk.sender = sender_of(link_in(&desk.end), control);
	ptl_sender_reset(desk.sender, desk.shared, PTL_WINDOW_MIN_CTRL, desk.end.now);
	for (int i = 0; i < 100; i++)
		ptl_noise_lost(&desk.shared->noise, 512);
	assert_in_range(desk.shared->noise.limit, 1, 128);
	for (size_t n = PTL_CONTROL_MAX; n > 100; n -= 100)
		assert_int_equal(ptl_queue_put_control(desk.queue, 0, message, n, &number),
				 PTL_OK);
	/* Not by noise: 16 cells, */
	piece = ptl_sender_next(desk.sender, desk.shared, control, desk.end.now);
	assert_int_equal(piece->length, PTL_CONTROL_MAX);
	assert_true(piece->last);
	ptl_sender_sent(desk.sender, desk.shared, 0, PTL_CONTROL_MAX, desk.end.now);
	/* not by credit: 13 of 16, then none with 3 left, */
	piece = ptl_sender_next(desk.sender, desk.shared, control, desk.end.now);
	assert_int_equal(piece->length, PTL_CONTROL_MAX - 100);
	assert_true(piece->last);
	ptl_sender_sent(desk.sender, desk.shared, 16, piece->length, desk.end.now);
	assert_null(ptl_sender_next(desk.sender, desk.shared, control, desk.end.now));
	/* and not when it goes again. */
	ptl_sender_refresh(desk.sender, desk.shared, desk.end.now, true);
	piece = ptl_sender_next(desk.sender, desk.shared, control, desk.end.now);
	assert_int_equal(piece->number, 0);
	assert_int_equal(piece->length, PTL_CONTROL_MAX);
	close_desk(&desk);
}

static void the_timer_asks_with_the_newest_then_with_all(void **state)
{
	struct desk desk;

	(void)state;
	open_desk(&desk, 512);
	for (uint8_t i = 0; i < 3; i++)
		put(&desk, i, 320);
	for (uint16_t i = 0; i < 3; i++)
		send_piece(&desk, (uint16_t)(i * 10), 320);
	assert_int_not_equal(desk.sender->timer, PTL_NEVER);
	desk.end.now = desk.sender->timer;
	assert_false(ptl_sender_expired(desk.sender, desk.shared, desk.end.now));
	calm(&desk);
	send_piece(&desk, 20, 320);
	assert_null(next(&desk));
	/* Either copy may have arrived: it proves nothing about what was between. */
	assert_int_equal(counters(&desk)->tx_timeouts, 1);
	desk.end.now = desk.sender->timer;
	assert_false(ptl_sender_expired(desk.sender, desk.shared, desk.end.now));
	calm(&desk);
	for (uint16_t i = 0; i < 3; i++)
		send_piece(&desk, (uint16_t)(i * 10), 320);
	assert_null(next(&desk));
	acked(&desk, 30, NULL, 0);
	assert_all_free(&desk);
	close_desk(&desk);
}

static void the_timer_backs_off_up_to_a_limit(void **state)
{
	ptl_time wait[8];
	struct desk desk;

	(void)state;
	open_desk(&desk, 512);
	put(&desk, 0, 320);
	send_piece(&desk, 0, 320);
	for (size_t i = 0; i < COUNT(wait); i++) {
		wait[i] = desk.sender->timer - desk.end.now;
		desk.end.now = desk.sender->timer;
		ptl_sender_expired(desk.sender, desk.shared, desk.end.now);
		calm(&desk);
		send_piece(&desk, 0, 320);
	}
	for (size_t i = 1; i < COUNT(wait); i++)
		assert_true(wait[i] >= wait[i - 1]);
	assert_true(wait[3] > 3 * wait[0]);
	assert_int_equal(wait[7], wait[6]);
	/* An answer ends that. */
	put(&desk, 1, 320);
	acked(&desk, 10, NULL, 0);
	send_piece(&desk, 10, 320);
	assert_true(desk.sender->timer - desk.end.now <= wait[1]);
	close_desk(&desk);
}

static void credit_is_never_exceeded(void **state)
{
	struct prng prng = story_seed("sender, credit", 1);
	struct desk desk;

	(void)state;
	for (int round = 0; round < 50; round++) {
		uint16_t window = (uint16_t)(64 << prng_below(&prng, 3));
		uint16_t head = 0;

		open_desk(&desk, window);
		for (int i = 0; i < 2000; i++) {
			struct piece *piece;

			if (desk.queue->free_packets > 30)
				put(&desk, (uint8_t)i, random_from(&prng, 14, 1514));
			piece = next(&desk);
			if (piece) {
				uint16_t end =
					(uint16_t)((piece->number + PTL_CELLS(piece->length)) &
						   PTL_NUMBER_MASK);

				if (((end - head) & PTL_NUMBER_MASK) > window)
					fail_msg("a piece up to %u, credit ends at %u", end,
						 head + window);
				ptl_sender_sent(desk.sender, desk.shared, piece->number,
						piece->length, desk.end.now);
				continue;
			}
			/* The receiver takes the oldest packet. */
			assert_true(desk.sender->count > 0);
			for (uint16_t at = 0; at < desk.sender->count; at++) {
				const struct piece *oldest =
					&desk.sender->pieces[(desk.sender->first + at) %
							     desk.sender->size];

				head = (uint16_t)((oldest->number + PTL_CELLS(oldest->length)) &
						  PTL_NUMBER_MASK);
				if (oldest->last)
					break;
			}
			acked(&desk, head, NULL, 0);
		}
		assert_true(counters(&desk)->tx_blocked > 0);
		assert_int_equal(counters(&desk)->rx_bad_ack, 0);
		close_desk(&desk);
	}
}

static void a_cut_is_free_at_first_and_on_the_grid_later(void **state)
{
	const struct ack_range second = {32, 42};
	struct piece *piece;
	struct desk desk;

	(void)state;
	open_desk(&desk, 512);
	put(&desk, 0, 1000);
	put(&desk, 1, 320);
	piece = next(&desk);
	assert_int_equal(piece->length, 1000);
	assert_int_equal(ptl_sender_cut(desk.sender, 0, 1), 1);
	assert_int_equal(ptl_sender_cut(desk.sender, 0, 333), 333);
	assert_int_equal(ptl_sender_cut(desk.sender, 0, 999), 999);
	assert_int_equal(ptl_sender_cut(desk.sender, 0, 1000), 0);
	assert_int_equal(ptl_sender_cut(desk.sender, 0, 0), 0);
	assert_int_equal(ptl_sender_cut(desk.sender, 7, 100), 0); /* no such piece */
	/* Nothing of it was cut after all. */
	ptl_sender_sent(desk.sender, desk.shared, 0, 1000, desk.end.now);
	assert_int_equal(ptl_sender_cut(desk.sender, 0, 333), 352);
	send_piece(&desk, 32, 320);
	acked(&desk, 0, &second, 1);
	piece = next(&desk);
	assert_int_equal(piece->number, 0);
	assert_int_equal(ptl_sender_cut(desk.sender, 0, 333), 352);
	assert_int_equal(ptl_sender_cut(desk.sender, 0, 993), 0);
	/* The rest of a copy that was cut goes again as well. */
	ptl_sender_sent(desk.sender, desk.shared, 0, 352, desk.end.now);
	send_piece(&desk, 11, 648);
	acked(&desk, 42, NULL, 0);
	assert_all_free(&desk);
	close_desk(&desk);
}

static void eight_cuts_off_the_grid_then_on_it(void **state)
{
	uint16_t number = 0;
	struct desk desk;

	(void)state;
	open_desk(&desk, 512);
	put(&desk, 0, 1500);
	for (int i = 0; i < PTL_MAX_CUTS; i++) {
		assert_non_null(next(&desk));
		assert_int_equal(ptl_sender_cut(desk.sender, number, 33), 33);
		ptl_sender_sent(desk.sender, desk.shared, number, 33, desk.end.now);
		number = (uint16_t)(number + 2);
	}
	assert_non_null(next(&desk));
	assert_int_equal(ptl_sender_cut(desk.sender, number, 33), 64);
	ptl_sender_sent(desk.sender, desk.shared, number, 64, desk.end.now);
	number = (uint16_t)(number + 2);
	send_piece(&desk, number, 1500 - 8 * 33 - 64);
	/* It fits the least window that a peer may have. */
	assert_true(desk.sender->next <= PTL_WINDOW_MIN(1500));
	acked(&desk, desk.sender->next, NULL, 0);
	assert_all_free(&desk);
	close_desk(&desk);
}

static void acknowledgements_from_nowhere_change_nothing(void **state)
{
	static const struct {
		uint16_t next;
		struct ack_range range;
		size_t count;
		bool bad;
	} rows[] = {
		{11, {0, 0}, 0, true},		{4095, {0, 0}, 0, true},
		{0, {5, 11}, 1, true},		{0, {2048, 2049}, 1, true},
		{4096, {0, 0}, 0, false},	{8191, {0, 0}, 0, false},
		{8000, {8000, 8192}, 1, false},
	};
	struct desk desk;

	(void)state;
	open_desk(&desk, 512);
	put(&desk, 0, 320);
	put(&desk, 1, 320);
	send_piece(&desk, 0, 320);
	assert_non_null(next(&desk)); /* the second is under way */
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t bad = counters(&desk)->rx_bad_ack;

		acked(&desk, rows[i].next, &rows[i].range, rows[i].count);
		if (counters(&desk)->rx_bad_ack - bad != rows[i].bad)
			fail_msg("row %zu: %s", i, rows[i].bad ? "believed" : "counted as bad");
		assert_int_equal(desk.sender->count, 2);
		assert_int_equal(desk.sender->flying, 2);
	}
	close_desk(&desk);
}

static void a_reset_gives_everything_back(void **state)
{
	struct prng prng = story_seed("sender, reset", 2);
	struct desk desk;

	(void)state;
	for (int round = 0; round < 200; round++) {
		unsigned put_in = 0;
		uint32_t waiting;

		open_desk(&desk, 256);
		for (int i = 0; i < 60; i++) {
			struct piece *piece;

			if (prng_below(&prng, 2)) {
				put(&desk, (uint8_t)i, random_from(&prng, 14, 1514));
				put_in++;
			}
			desk.shared->noise.limit = (uint16_t)(32u << prng_below(&prng, 6));
			piece = prng_below(&prng, 2) ? next(&desk) : NULL;
			if (piece && (i < 59 || prng_below(&prng, 2))) {
				uint16_t cut =
					ptl_sender_cut(desk.sender, piece->number,
						       (uint16_t)random_from(&prng, 1, 300));

				if (cut == 0 || prng_below(&prng, 2))
					cut = piece->length;
				ptl_sender_sent(desk.sender, desk.shared, piece->number, cut,
						desk.end.now);
			}
			if (prng_below(&prng, 10) == 0) {
				desk.end.now += 2000000;
				ptl_sender_expired(desk.sender, desk.shared, desk.end.now);
			}
		}
		ptl_sender_reset(desk.sender, desk.shared, 64, desk.end.now);
		waiting = ptl_queue_flush(desk.queue);
		assert_int_equal(waiting + counters(&desk)->drop_flushed +
					 counters(&desk)->drop_codel,
				 put_in);
		assert_all_free(&desk);
		assert_int_equal(desk.sender->next, 0);
		assert_int_equal(desk.sender->window, 64);
		close_desk(&desk);
	}
}

/*
 * A wire that loses, a peer that keeps what arrives and says what it has, some of
 * which is lost as well; frames cut at random. Numbers go around several times.
 * Every cell of every packet arrives, and nothing stays behind.
 */
static void whatever_is_lost_everything_arrives(void **state)
{
	struct prng prng = story_seed("sender, losses", 3);
	enum { PACKETS = 4000, WINDOW = 128, RING = 8192 };
	static bool there[RING];
	unsigned put_in = 0;
	uint32_t losses = 0;
	uint16_t head = 0, high = 0;
	struct desk desk;

	(void)state;
	open_desk(&desk, WINDOW);
	memset(there, 0, sizeof(there));
	for (uint32_t step = 0;; step++) {
		struct piece *piece;

		assert_true(step < 4000000);
		desk.end.now += 200;
		if (put_in < PACKETS && desk.queue->free_packets > 480)
			put(&desk, (uint8_t)put_in++, random_from(&prng, 14, 1514));
		if (desk.end.now >= desk.sender->timer)
			ptl_sender_expired(desk.sender, desk.shared, desk.end.now);
		piece = next(&desk);
		if (piece) {
			uint16_t number = piece->number, length = piece->length, cut = 0;

			if (prng_below(&prng, 3) == 0)
				cut = ptl_sender_cut(desk.sender, number,
						     (uint16_t)random_from(&prng, 1, length));
			if (cut)
				length = cut;
			ptl_sender_sent(desk.sender, desk.shared, number, length, desk.end.now);
			if (prng_below(&prng, 5) == 0) {
				losses++;
			} else {
				for (size_t i = 0; i < PTL_CELLS(length); i++)
					there[(number + i) % RING] = true;
				if (((number + PTL_CELLS(length) - high) & PTL_NUMBER_MASK) <
				    PTL_HALF_SPACE)
					high = (uint16_t)((number + PTL_CELLS(length)) &
							  PTL_NUMBER_MASK);
			}
		}
		/* A packet is delivered when all of it is there. The peer does not know
		 * where it ends here, so it takes cells in order. */
		while (head != high && there[head]) {
			there[head] = false;
			head = (uint16_t)((head + 1) & PTL_NUMBER_MASK);
		}
		if (prng_below(&prng, 4) == 0) {
			struct ack_range ranges[PTL_ACK_RANGES];
			size_t n = 0;

			for (uint16_t at = head; at != high && n < COUNT(ranges);) {
				uint16_t from;

				while (at != high && !there[at])
					at = (uint16_t)((at + 1) & PTL_NUMBER_MASK);
				from = at;
				while (at != high && there[at])
					at = (uint16_t)((at + 1) & PTL_NUMBER_MASK);
				ranges[n++] = (struct ack_range){from, at};
			}
			ptl_sender_acked(desk.sender, desk.shared, head, ranges, n,
					 desk.end.now);
		}
		if (put_in == PACKETS && desk.sender->count == 0 &&
		    desk.queue->free_packets == desk.queue->packet_count)
			break;
	}
	assert_int_equal(counters(&desk)->rx_bad_ack, 0);
	assert_true(losses > 1000);
	assert_int_equal(head, desk.sender->next);
	assert_all_free(&desk);
	print_message("             %u losses, %llu found, %llu timeouts\n", losses,
		      (unsigned long long)counters(&desk)->tx_lost,
		      (unsigned long long)counters(&desk)->tx_timeouts);
	close_desk(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_delivered_leaves_the_store),
		cmocka_unit_test(what_has_gone_is_queued_but_does_not_wait),
		cmocka_unit_test(what_a_later_one_overtook_is_lost),
		cmocka_unit_test(the_second_copy_can_be_lost_too),
		cmocka_unit_test(on_a_bad_line_it_goes_again_in_smaller_pieces),
		cmocka_unit_test(a_control_message_is_never_divided),
		cmocka_unit_test(the_timer_asks_with_the_newest_then_with_all),
		cmocka_unit_test(the_timer_backs_off_up_to_a_limit),
		cmocka_unit_test(credit_is_never_exceeded),
		cmocka_unit_test(a_cut_is_free_at_first_and_on_the_grid_later),
		cmocka_unit_test(eight_cuts_off_the_grid_then_on_it),
		cmocka_unit_test(acknowledgements_from_nowhere_change_nothing),
		cmocka_unit_test(a_reset_gives_everything_back),
		cmocka_unit_test(whatever_is_lost_everything_arrives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
