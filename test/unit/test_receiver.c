/* SPDX-License-Identifier: GPL-2.0-only */
/* The receiving half of a class: pieces in, packets out in order, and what it
 * acknowledges. */
#include "story.h"

#include "link/bytes.h"
#include "link/receiver.h"

#define WINDOW 64 /* cells: 2 KB */

struct desk {
	struct receiver receiver;
	uint8_t *cells, *meta;
};

static void open_desk(struct desk *desk, uint16_t window, uint16_t start)
{
	desk->cells = malloc((size_t)window * PTL_CELL_BYTES);
	desk->meta = malloc(window);
	assert_non_null(desk->cells);
	assert_non_null(desk->meta);
	memset(desk->meta, 0xa5, window);
	ptl_receiver_init(&desk->receiver, desk->cells, desk->meta, window);
	desk->receiver.head = desk->receiver.next = desk->receiver.high = start;
}

static void close_desk(struct desk *desk)
{
	free(desk->cells);
	free(desk->meta);
}

static uint16_t plus(uint16_t number, size_t cells)
{
	return (uint16_t)((number + cells) & PTL_NUMBER_MASK);
}

static uint16_t ahead(uint16_t from, uint16_t to)
{
	return (uint16_t)((to - from) & PTL_NUMBER_MASK);
}

/* Where the stories begin: also just before the numbers wrap. */
static const uint16_t starts[] = {0, 1, 4095, 8191 - 20, 8191};

/* The bytes of packet p, byte i. */
static uint8_t byte_of(unsigned p, size_t i)
{
	return (uint8_t)(p * 31 + i * 7 + (i >> 8));
}

static void fill(uint8_t *bytes, unsigned p, size_t offset, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bytes[i] = byte_of(p, offset + i);
}

static void assert_packet(const uint8_t *bytes, unsigned p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(bytes[i], byte_of(p, i));
}

static enum receiver_verdict piece(struct desk *desk, unsigned p, uint16_t number,
				   size_t offset, size_t n, bool end)
{
	uint8_t bytes[2048];

	fill(bytes, p, offset, n);
	return ptl_receiver_piece(&desk->receiver, number, bytes, n,
				  end ? PTL_ENDS : PTL_GOES_ON);
}

static size_t next_of(const struct desk *desk, uint8_t *to, size_t room)
{
	enum ptl_ending ending;

	return ptl_receiver_next(&desk->receiver, to, room, &ending);
}

/* The acknowledged set, by number, of an entry; also that it is well formed. */
static uint16_t read_entry(struct desk *desk, enum ptl_class class, bool *there, size_t cells,
			   size_t *length)
{
	uint8_t entry[PTL_ACK_BYTES + 2 * PTL_ACK_RANGES + 1];
	uint16_t next;
	size_t at = 0, n;

	memset(entry, 0xa5, sizeof(entry));
	n = ptl_receiver_ack(&desk->receiver, class, entry);
	assert_in_range(n, PTL_ACK_BYTES, sizeof(entry) - 1);
	assert_int_equal(entry[n], 0xa5);
	assert_int_equal(entry[0] >> PTL_ACK_CLASS_SHIFT, class);
	assert_int_equal(n, PTL_ACK_BYTES + 2 * (entry[0] & PTL_ACK_RANGES));
	next = get_le16(entry + 1);
	memset(there, 0, cells);
	for (size_t i = PTL_ACK_BYTES; i < n; i += 2) {
		at += entry[i];
		for (unsigned run = entry[i + 1]; run > 0; run--) {
			assert_true(at < cells);
			there[at++] = true;
		}
	}
	if (length)
		*length = n;
	return next;
}

static void whole_packets_in_order_go_straight_through(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT(starts); s++) {
		uint16_t number = starts[s];
		struct desk desk;
		bool there[WINDOW];

		open_desk(&desk, WINDOW, number);
		for (unsigned p = 0; p < 1000; p++) {
			size_t n = 1 + p * 37 % 1518;

			assert_int_equal(piece(&desk, p, number, 0, n, true), RECEIVER_DIRECT);
			ptl_receiver_took(&desk.receiver, n);
			number = plus(number, PTL_CELLS(n));
			assert_int_equal(next_of(&desk, NULL, 0), 0);
			assert_true(desk.receiver.changed);
			assert_int_equal(read_entry(&desk, PTL_CLASS_BULK, there, WINDOW, NULL),
					 number);
			assert_false(desk.receiver.changed);
		}
		close_desk(&desk);
	}
}

static void a_hole_is_told_at_once_and_filled(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT(starts); s++) {
		uint16_t start = starts[s];
		uint8_t out[256];
		bool there[WINDOW];
		struct desk desk;

		open_desk(&desk, WINDOW, start);
		/* Packets of 2, 3 and 1 cells; the first is lost. */
		assert_int_equal(piece(&desk, 1, plus(start, 2), 0, 96, true), RECEIVER_NEW);
		assert_true(desk.receiver.urgent);
		assert_int_equal(next_of(&desk, out, sizeof(out)), 0);
		assert_int_equal(read_entry(&desk, PTL_CLASS_SPARSE, there, WINDOW, NULL),
				 start);
		for (int i = 0; i < WINDOW; i++)
			assert_int_equal(there[i], i >= 2 && i < 5);

		/* The next follows on: nothing new is lost. */
		assert_int_equal(piece(&desk, 2, plus(start, 5), 0, 32, true), RECEIVER_NEW);
		assert_false(desk.receiver.urgent);

		/* The first again: it goes straight through, and frees the others. */
		assert_int_equal(piece(&desk, 0, start, 0, 40, true), RECEIVER_DIRECT);
		ptl_receiver_took(&desk.receiver, 40);
		for (unsigned p = 1; p < 3; p++) {
			size_t n = next_of(&desk, out, sizeof(out));

			assert_int_equal(n, p == 1 ? 96 : 32);
			assert_packet(out, p, n);
			ptl_receiver_drop(&desk.receiver);
		}
		assert_int_equal(read_entry(&desk, PTL_CLASS_SPARSE, there, WINDOW, NULL),
				 plus(start, 6));
		close_desk(&desk);
	}
}

static void what_came_before_is_a_duplicate(void **state)
{
	struct desk desk;

	(void)state;
	open_desk(&desk, WINDOW, 0);
	assert_int_equal(piece(&desk, 0, 0, 0, 100, true), RECEIVER_DIRECT);
	ptl_receiver_took(&desk.receiver, 100);
	desk.receiver.changed = false;
	assert_int_equal(piece(&desk, 0, 0, 0, 100, true), RECEIVER_DUPLICATE);
	assert_true(desk.receiver.changed); /* the acknowledgement was lost: again */
	assert_int_equal(piece(&desk, 2, 8, 0, 64, true), RECEIVER_NEW);
	assert_int_equal(piece(&desk, 2, 8, 0, 64, true), RECEIVER_DUPLICATE);
	assert_int_equal(piece(&desk, 2, 9, 32, 32, true), RECEIVER_DUPLICATE);
	/* From half of the numbers ago: old as well, not far ahead. */
	assert_int_equal(piece(&desk, 2, 8191, 0, 32, true), RECEIVER_DUPLICATE);
	assert_int_equal(piece(&desk, 2, 4200, 0, 32, true), RECEIVER_DUPLICATE);
	close_desk(&desk);
}

static void beyond_the_window_is_refused(void **state)
{
	(void)state;
	for (size_t s = 0; s < COUNT(starts); s++) {
		uint16_t start = starts[s];
		struct desk desk;

		open_desk(&desk, WINDOW, start);
		assert_int_equal(piece(&desk, 0, plus(start, WINDOW), 0, 1, true),
				 RECEIVER_BEYOND);
		assert_int_equal(piece(&desk, 0, plus(start, WINDOW - 1), 0, 33, true),
				 RECEIVER_BEYOND);
		assert_int_equal(piece(&desk, 0, start, 0, 2048, false), RECEIVER_NEW);
		assert_int_equal(piece(&desk, 0, plus(start, 4000), 0, 32, true),
				 RECEIVER_BEYOND);
		close_desk(&desk);
	}
}

static void the_last_cell_of_the_window_is_good(void **state)
{
	struct desk desk;
	bool there[WINDOW];

	(void)state;
	open_desk(&desk, WINDOW, 8190);
	assert_int_equal(piece(&desk, 0, plus(8190, WINDOW - 1), 0, 32, true), RECEIVER_NEW);
	assert_int_equal(read_entry(&desk, PTL_CLASS_BULK, there, WINDOW, NULL), 8190);
	for (int i = 0; i < WINDOW; i++)
		assert_int_equal(there[i], i == WINDOW - 1);
	close_desk(&desk);
}

/* A peer that fills the window without ever ending a packet must not block it. */
static void a_packet_without_end_is_given_away(void **state)
{
	uint8_t out[100];
	struct desk desk;

	(void)state;
	open_desk(&desk, WINDOW, 100);
	assert_int_equal(piece(&desk, 0, 100, 0, 1024, false), RECEIVER_NEW);
	assert_int_equal(next_of(&desk, out, sizeof(out)), 0);
	assert_int_equal(piece(&desk, 0, 132, 1024, 1024, false), RECEIVER_NEW);
	/* Longer than any packet: its owner counts and drops it. */
	assert_int_equal(next_of(&desk, out, sizeof(out)), 2048);
	ptl_receiver_drop(&desk.receiver);
	assert_int_equal(desk.receiver.head, 164);
	assert_int_equal(piece(&desk, 1, 164, 0, 50, true), RECEIVER_DIRECT);
	close_desk(&desk);
}

static void the_end_of_a_cut_piece_leaves_no_gap(void **state)
{
	uint8_t out[400];
	struct desk desk;

	(void)state;
	/* 300 bytes: 37 of them, then 100, then the rest. */
	open_desk(&desk, WINDOW, 8190);
	assert_int_equal(piece(&desk, 5, 8190, 0, 37, false), RECEIVER_NEW);
	assert_int_equal(piece(&desk, 5, 4, 137, 163, true), RECEIVER_NEW);
	assert_true(desk.receiver.urgent);
	assert_int_equal(next_of(&desk, out, sizeof(out)), 0);
	assert_int_equal(piece(&desk, 5, 0, 37, 100, false), RECEIVER_NEW);
	assert_int_equal(next_of(&desk, out, sizeof(out)), 300);
	assert_packet(out, 5, 300);
	ptl_receiver_drop(&desk.receiver);
	assert_int_equal(desk.receiver.head, 10);
	assert_int_equal(desk.receiver.next, 10);
	close_desk(&desk);
}

static void a_whole_copy_over_its_pieces_is_given_once(void **state)
{
	uint8_t out[400];
	struct desk desk;

	(void)state;
	/* The second half came in a smaller copy; then all of it comes again. */
	open_desk(&desk, WINDOW, 0);
	assert_int_equal(piece(&desk, 3, 4, 128, 128, true), RECEIVER_NEW);
	assert_int_equal(piece(&desk, 3, 0, 0, 256, true), RECEIVER_DIRECT);
	ptl_receiver_took(&desk.receiver, 256);
	assert_int_equal(next_of(&desk, out, sizeof(out)), 0);
	assert_int_equal(desk.receiver.head, 8);
	/* The first half was there: the whole copy only fills what is missing. */
	assert_int_equal(piece(&desk, 4, 8, 0, 128, false), RECEIVER_NEW);
	assert_int_equal(piece(&desk, 4, 8, 0, 256, true), RECEIVER_NEW);
	assert_int_equal(next_of(&desk, out, sizeof(out)), 256);
	assert_packet(out, 4, 256);
	ptl_receiver_drop(&desk.receiver);
	for (int i = 0; i < WINDOW; i++)
		assert_int_equal(desk.meta[i], 0);
	close_desk(&desk);
}

static void what_the_reader_refused_is_kept(void **state)
{
	uint8_t bytes[64], out[64];
	struct desk desk;

	(void)state;
	open_desk(&desk, WINDOW, 0);
	fill(bytes, 0, 0, 64);
	assert_int_equal(ptl_receiver_piece(&desk.receiver, 0, bytes, 64, PTL_ENDS),
			 RECEIVER_DIRECT);
	desk.receiver.refused = true;
	ptl_receiver_store(&desk.receiver, 0, bytes, 64, PTL_ENDS);
	assert_int_equal(piece(&desk, 1, 2, 0, 10, true), RECEIVER_NEW);
	assert_int_equal(desk.receiver.head, 0); /* no credit for what is not read */
	for (unsigned p = 0; p < 2; p++) {
		size_t n = next_of(&desk, out, sizeof(out));

		assert_int_equal(n, p == 0 ? 64 : 10);
		assert_packet(out, p, n);
		ptl_receiver_drop(&desk.receiver);
	}
	assert_int_equal(desk.receiver.head, 3);
	close_desk(&desk);
}

static void more_holes_than_an_entry_has_ranges(void **state)
{
	bool there[1024];
	struct desk desk;
	size_t length;

	(void)state;
	open_desk(&desk, 1024, 8000);
	for (uint16_t i = 1; i < 64; i = (uint16_t)(i + 2))
		piece(&desk, i, plus(8000, i), 0, 32, true);
	assert_int_equal(read_entry(&desk, PTL_CLASS_BULK, there, 1024, &length), 8000);
	assert_int_equal(length, PTL_ACK_BYTES + 2 * PTL_ACK_RANGES);
	for (int i = 0; i < 64; i++)
		assert_int_equal(there[i], i % 2 && i < 2 * PTL_ACK_RANGES);
	close_desk(&desk);

	/* Gaps and runs longer than a byte can say. */
	open_desk(&desk, 1024, 8000);
	for (uint16_t i = 400; i < 1000; i = (uint16_t)(i + 40))
		piece(&desk, i, plus(8000, i), 0, 1280, true);
	assert_int_equal(read_entry(&desk, PTL_CLASS_BULK, there, 1024, NULL), 8000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(there[i], i >= 400);
	close_desk(&desk);
}

/*
 * Packets of random lengths, in pieces of random cells, sent again at random in
 * other pieces, over a wire that loses and doubles: each is delivered once, in
 * order, and each acknowledgement is true.
 */
static void whatever_comes_each_packet_once(void **state)
{
	struct prng prng = story_seed("receiver, random", 11);
	enum { PACKETS = 3000, AHEAD = 24 };
	static uint16_t length[PACKETS];
	static uint32_t begin[PACKETS + 1]; /* in cells, not wrapped */
	unsigned delivered = 0;
	uint32_t head = 0; /* cells delivered */
	struct desk desk;

	(void)state;
	open_desk(&desk, WINDOW, 0);
	for (unsigned p = 0; p < PACKETS; p++) {
		length[p] = (uint16_t)random_from(&prng, 1, prng_below(&prng, 3) ? 200 : 1518);
		begin[p + 1] = begin[p] + (uint32_t)PTL_CELLS(length[p]);
	}
	for (uint32_t steps = 0; delivered < PACKETS; steps++) {
		unsigned p = delivered + prng_below(&prng, AHEAD);
		size_t cells, first, some, offset, n;
		enum receiver_verdict verdict;
		uint8_t out[2048];
		bool end;

		assert_true(steps < 2000000);
		if (p >= PACKETS)
			continue;
		cells = PTL_CELLS(length[p]);
		first = prng_below(&prng, 3) ? 0 : prng_below(&prng, cells);
		some = prng_below(&prng, 2) ? cells - first
					    : random_from(&prng, 1, cells - first);
		offset = first * PTL_CELL_BYTES;
		end = first + some == cells;
		n = end ? length[p] - offset : some * PTL_CELL_BYTES;
		verdict = piece(&desk, p, (uint16_t)((begin[p] + first) & PTL_NUMBER_MASK),
				offset, n, end);
		if (begin[p] + first + some > head + WINDOW)
			assert_int_equal(verdict, RECEIVER_BEYOND);
		else
			assert_int_not_equal(verdict, RECEIVER_BEYOND);
		if (verdict == RECEIVER_DIRECT) {
			assert_int_equal(p, delivered);
			assert_int_equal(n, length[p]);
			ptl_receiver_took(&desk.receiver, n);
			head = begin[++delivered];
		}
		while ((n = next_of(&desk, out, sizeof(out))) > 0) {
			assert_int_equal(n, length[delivered]);
			assert_packet(out, delivered, n);
			ptl_receiver_drop(&desk.receiver);
			head = begin[++delivered];
		}
		assert_int_equal(desk.receiver.head, head & PTL_NUMBER_MASK);
		assert_true(ahead(desk.receiver.head, desk.receiver.next) <= WINDOW);
		assert_true(ahead(desk.receiver.head, desk.receiver.high) <= WINDOW);
		if (prng_below(&prng, 5) == 0) {
			bool there[WINDOW];

			assert_int_equal(read_entry(&desk, PTL_CLASS_BULK, there, WINDOW, NULL),
					 head & PTL_NUMBER_MASK);
			for (uint32_t i = 0; i < WINDOW; i++)
				if (there[i])
					assert_true(desk.meta[(head + i) % WINDOW] &
						    META_THERE);
		}
	}
	close_desk(&desk);
}

/* How a packet ends is kept with its last cell. */
static void each_ending_is_told(void **state)
{
	struct desk desk;

	(void)state;
	open_desk(&desk, WINDOW, 0);
	for (enum ptl_ending ending = PTL_ENDS; ending < PTL_ENDINGS; ending++) {
		for (uint16_t n = 1; n < 100; n++) {
			uint16_t head = desk.receiver.head;
			enum ptl_ending told = PTL_GOES_ON;
			uint8_t bytes[132], out[132];

			fill(bytes, n, 0, n + 32u);
			assert_int_equal(ptl_receiver_piece(&desk.receiver, plus(head, 1),
							    bytes + 32, n, ending),
					 RECEIVER_NEW);
			assert_int_equal(ptl_receiver_piece(&desk.receiver, head, bytes, 32,
							    PTL_GOES_ON),
					 RECEIVER_NEW);
			assert_int_equal(
				ptl_receiver_next(&desk.receiver, out, sizeof(out), &told),
				n + 32u);
			assert_int_equal(told, ending);
			assert_memory_equal(out, bytes, n + 32u);
			ptl_receiver_drop(&desk.receiver);
		}
	}
	close_desk(&desk);
}

/* Nothing that a peer can say breaks it: memory is watched by the sanitizer. */
static void nonsense_stays_within_bounds(void **state)
{
	struct prng prng = story_seed("receiver, nonsense", 12);
	struct desk desk;

	(void)state;
	open_desk(&desk, WINDOW, 0);
	for (int i = 0; i < 300000; i++) {
		uint16_t number = (uint16_t)prng_below(&prng, 8192);
		size_t n = random_from(&prng, 1, prng_below(&prng, 8) ? 100 : 1620);
		uint8_t bytes[2048], entry[PTL_ACK_BYTES + 2 * PTL_ACK_RANGES], out[500];

		if (prng_below(&prng, 4))
			number = plus(desk.receiver.head, prng_below(&prng, WINDOW));
		memset(bytes, i, n);
		if (ptl_receiver_piece(&desk.receiver, number, bytes, n,
				       (enum ptl_ending)prng_below(&prng, PTL_ENDINGS)) ==
		    RECEIVER_DIRECT)
			ptl_receiver_took(&desk.receiver, n);
		if (prng_below(&prng, 4) == 0)
			ptl_receiver_ack(&desk.receiver, PTL_CLASS_BULK, entry);
		while (next_of(&desk, out, random_from(&prng, 0, sizeof(out))) > 0)
			ptl_receiver_drop(&desk.receiver);
		assert_true(ahead(desk.receiver.head, desk.receiver.next) <= WINDOW);
		assert_true(ahead(desk.receiver.head, desk.receiver.high) <= WINDOW);
	}
	ptl_receiver_reset(&desk.receiver);
	for (int i = 0; i < WINDOW; i++)
		assert_int_equal(desk.meta[i], 0);
	close_desk(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_packets_in_order_go_straight_through),
		cmocka_unit_test(a_hole_is_told_at_once_and_filled),
		cmocka_unit_test(what_came_before_is_a_duplicate),
		cmocka_unit_test(beyond_the_window_is_refused),
		cmocka_unit_test(the_last_cell_of_the_window_is_good),
		cmocka_unit_test(a_packet_without_end_is_given_away),
		cmocka_unit_test(the_end_of_a_cut_piece_leaves_no_gap),
		cmocka_unit_test(a_whole_copy_over_its_pieces_is_given_once),
		cmocka_unit_test(what_the_reader_refused_is_kept),
		cmocka_unit_test(more_holes_than_an_entry_has_ranges),
		cmocka_unit_test(whatever_comes_each_packet_once),
		cmocka_unit_test(each_ending_is_told),
		cmocka_unit_test(nonsense_stays_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
