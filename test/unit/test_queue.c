/* SPDX-License-Identifier: GPL-2.0-only */
/* The packet store and the fair queues: nothing leaks, every flow has its turn,
 * those that send rarely go first, and no flow is ever reordered. */
#include "story.h"

#include "link/queue.h"

#define BAUD 921600

struct desk {
	struct queue queue;
	struct ptl_counters counters;
	struct ptl_config config;
	void *memory;
	ptl_time now;
};

static void open_desk(struct desk *desk, const struct ptl_config *config)
{
	size_t n = ptl_queue_memory(config);

	memset(desk, 0, sizeof(*desk));
	desk->config = *config;
	desk->memory = malloc(n);
	assert_non_null(desk->memory);
	memset(desk->memory, 0xa5, n);
	ptl_queue_init(&desk->queue, desk->memory, config, &desk->counters);
}

static struct ptl_config small(void)
{
	return (struct ptl_config){.baud = BAUD,
				   .max_packet = 1518,
				   .tx_packets = 40,
				   .tx_blocks = 200,
				   .tx_block_size = 96,
				   .tx_flows = 8};
}

/* Walks all lists: each packet and each block is in exactly one place. held are
 * packets that were taken and not given back. */
static void assert_exact(const struct desk *desk, const uint16_t *held, size_t held_n)
{
	const struct queue *queue = &desk->queue;
	uint8_t *seen = calloc(1, (size_t)queue->block_count);
	uint8_t *seen_packet = calloc(1, queue->packet_count);
	unsigned free_blocks = 0, free_packets = 0, used = 0, blocks = 0;
	unsigned size = queue->block_size;

	assert_non_null(seen);
	assert_non_null(seen_packet);
	for (uint16_t i = queue->free_block; i != QUEUE_NONE; i = queue->next_block[i]) {
		assert_int_equal(seen[i]++, 0);
		free_blocks++;
	}
	for (uint16_t i = queue->free_packet; i != QUEUE_NONE; i = queue->packets[i].next) {
		assert_int_equal(seen_packet[i]++, 0);
		free_packets++;
	}
	for (unsigned f = 0; f < queue->flow_count + 2u; f++) {
		bool in_flow = f < queue->flow_count;
		uint16_t i = in_flow ? queue->flows[f].head : QUEUE_NONE;
		uint32_t bytes = 0;
		size_t h = 0;

		if (f == queue->flow_count)
			i = queue->control.head;
		if (f > queue->flow_count && held_n > 0)
			i = held[h++];
		while (i != QUEUE_NONE) {
			unsigned length = queue->packets[i].length, n = 0;

			assert_int_equal(seen_packet[i]++, 0);
			used++;
			for (uint16_t b = queue->packets[i].block; b != QUEUE_NONE;
			     b = queue->next_block[b]) {
				assert_int_equal(seen[b]++, 0);
				n++;
			}
			/* A byte of headroom may take a block more. */
			assert_in_range(n, (length + size - 1) / size, (length + size) / size);
			blocks += n;
			bytes += queue->packets[i].length;
			if (f <= queue->flow_count)
				i = queue->packets[i].next;
			else
				i = h < held_n ? held[h++] : QUEUE_NONE;
		}
		if (in_flow)
			assert_int_equal(queue->flows[f].bytes, bytes);
	}
	assert_int_equal(free_blocks, queue->free_blocks);
	assert_int_equal(free_packets, queue->free_packets);
	assert_int_equal(free_blocks + blocks, queue->block_count);
	assert_int_equal(free_packets + used, queue->packet_count);
	free(seen);
	free(seen_packet);
}

static void close_desk(struct desk *desk)
{
	free(desk->memory);
}

/* A packet says its flow and its place in it. */
static enum ptl_error put(struct desk *desk, uint32_t flow, uint32_t place, size_t n)
{
	uint8_t bytes[2048];

	memset(bytes, (int)place, n);
	memcpy(bytes, &flow, 4);
	memcpy(bytes + 4, &place, 4);
	return ptl_queue_put(&desk->queue, desk->now, flow, bytes, n);
}

static uint32_t word_of(const struct desk *desk, uint16_t packet, size_t at)
{
	uint32_t word;
	uint8_t bytes[4];

	ptl_queue_read(&desk->queue, packet, at, bytes, 4);
	memcpy(&word, bytes, 4);
	return word;
}

static uint32_t flow_of(const struct desk *desk, uint16_t packet)
{
	return word_of(desk, packet, 0);
}

static uint32_t place_of(const struct desk *desk, uint16_t packet)
{
	return word_of(desk, packet, 4);
}

static void every_byte_comes_out_again(void **state)
{
	struct prng prng = story_seed("queue, bytes", 1);
	struct ptl_config config = small();
	static const uint16_t sizes[] = {32, 96, 256, 1536, 2048};

	(void)state;
	for (size_t s = 0; s < COUNT(sizes); s++) {
		struct desk desk;

		config.tx_block_size = sizes[s];
		open_desk(&desk, &config);
		for (size_t n = 14; n <= 1518; n += 1 + n % 13) {
			uint8_t bytes[1518], out[1518];
			uint16_t packet;
			size_t at, part;

			random_bytes(&prng, bytes, n);
			assert_int_equal(ptl_queue_put(&desk.queue, 0, 1, bytes, n), PTL_OK);
			packet = ptl_queue_take(&desk.queue, 0, PTL_CLASS_BULK);
			assert_int_not_equal(packet, QUEUE_NONE);
			assert_exact(&desk, &packet, 1);
			ptl_queue_read(&desk.queue, packet, 0, out, n);
			assert_memory_equal(out, bytes, n);
			for (int i = 0; i < 20; i++) {
				at = random_from(&prng, 0, n - 1);
				part = random_from(&prng, 1, n - at);
				ptl_queue_read(&desk.queue, packet, at, out, part);
				assert_memory_equal(out, bytes + at, part);
			}
			ptl_queue_done(&desk.queue, packet);
			assert_exact(&desk, NULL, 0);
		}
		close_desk(&desk);
	}
}

static void three_greedy_flows_share_by_bytes(void **state)
{
	static const size_t length[] = {1500, 300, 64};
	struct ptl_config config = small();
	uint32_t bytes[3] = {0};
	struct desk desk;

	(void)state;
	config.tx_packets = 1000;
	config.tx_blocks = 8000;
	open_desk(&desk, &config);
	for (uint32_t i = 0; i < 300; i++)
		for (uint32_t flow = 0; flow < 3; flow++)
			put(&desk, flow * 4, i, length[flow]);
	/* While all three have something: 64 bytes * 300 lasts 19 KB each. */
	for (uint32_t total = 0; total < 50000;) {
		uint16_t packet = ptl_queue_take(&desk.queue, desk.now, PTL_CLASS_BULK);
		uint32_t flow = flow_of(&desk, packet) / 4;

		total += (uint32_t)length[flow];
		bytes[flow] += (uint32_t)length[flow];
		ptl_queue_done(&desk.queue, packet);
		for (int a = 0; a < 3; a++)
			for (int b = 0; b < a; b++)
				if (bytes[a] > bytes[b] + 2 * 1518 + 64 ||
				    bytes[b] > bytes[a] + 2 * 1518 + 64)
					fail_msg("after %u bytes: %u, %u and %u", total,
						 bytes[0], bytes[1], bytes[2]);
	}
	assert_exact(&desk, NULL, 0);
	close_desk(&desk);
}

static void who_sends_rarely_goes_first(void **state)
{
	struct desk desk;
	struct ptl_config config = small();

	(void)state;
	open_desk(&desk, &config);
	desk.now = 10000000;
	for (uint32_t i = 0; i < 10; i++)
		put(&desk, 4, i, 1500);
	for (uint32_t i = 0; i < 50; i++, desk.now += 100000) {
		uint16_t packet;

		put(&desk, 0x70000, i, 98);
		assert_true(ptl_queue_ready(&desk.queue, PTL_CLASS_SPARSE));
		packet = ptl_queue_take(&desk.queue, desk.now, PTL_CLASS_SPARSE);
		assert_int_equal(flow_of(&desk, packet), 0x70000);
		assert_int_equal(place_of(&desk, packet), i);
		assert_int_equal(ptl_queue_take(&desk.queue, desk.now, PTL_CLASS_SPARSE),
				 QUEUE_NONE);
		ptl_queue_done(&desk.queue, packet);
	}
	close_desk(&desk);
}

/* Offers offer times the line's rate from each flow for 20 s, takes all; returns
 * the share of the line that went as sparse. */
static double sparse_share(unsigned flows, double offer, size_t n)
{
	struct ptl_config config = small();
	double sparse = 0, line = BAUD / 10.0;
	struct desk desk;
	uint32_t place = 0;
	double due = 0;

	config.tx_flows = 64;
	config.tx_packets = 500;
	config.tx_blocks = 4000;
	open_desk(&desk, &config);
	for (int ms = 0; ms < 20000; ms++, desk.now += 1000) {
		uint16_t packet;

		for (due += offer * line / 1000; due > 0; due -= (double)n, place++)
			for (uint32_t flow = 0; flow < flows; flow++)
				put(&desk, flow * 4 | flow << 16, place, n);
		while ((packet = ptl_queue_take(&desk.queue, desk.now, PTL_CLASS_SPARSE)) !=
		       QUEUE_NONE) {
			sparse += (double)n;
			ptl_queue_done(&desk.queue, packet);
		}
		while ((packet = ptl_queue_take(&desk.queue, desk.now, PTL_CLASS_BULK)) !=
		       QUEUE_NONE)
			ptl_queue_done(&desk.queue, packet);
	}
	assert_exact(&desk, NULL, 0);
	close_desk(&desk);
	return sparse / (line * 20);
}

static void the_sparse_allowance_is_a_share_of_the_line(void **state)
{
	double share;

	(void)state;
	share = sparse_share(1, 0.08, 100); /* within an eighth: all of it */
	assert_true(share > 0.075 && share < 0.085);
	share = sparse_share(1, 0.9, 100); /* greedy: not more than the eighth */
	if (share > 0.13)
		fail_msg("one greedy flow had %.3f of the line as sparse", share);
	share = sparse_share(12, 0.3, 100); /* many: half of it together */
	if (share > 0.53)
		fail_msg("twelve greedy flows had %.3f of the line as sparse", share);
	share = sparse_share(1, 0.5, 1500); /* long packets exceed 4 ms of the line */
	assert_true(share < 0.13);
}

/*
 * The two classes overtake each other, so a flow may have packets on the way in
 * one of them only. Random puts, takes and late deliveries; first in first out
 * within a class.
 */
static void a_change_of_class_reorders_nothing(void **state)
{
	struct prng prng = story_seed("queue, classes", 5);
	enum { FLOWS = 12, WAY = 64 };
	struct ptl_config config = small();
	uint32_t sent[FLOWS] = {0}, arrived[FLOWS] = {0};
	uint16_t way[2][WAY];
	unsigned first[2] = {0}, count[2] = {0};
	uint64_t took[2] = {0}, gaps = 0;
	struct desk desk;

	(void)state;
	config.tx_packets = 120;
	config.tx_blocks = 600;
	open_desk(&desk, &config);
	desk.now = 5000000;
	for (int step = 0; step < 300000; step++) {
		unsigned lane = prng_below(&prng, 2);

		desk.now += prng_below(&prng, 300);
		switch (prng_below(&prng, 3)) {
		case 0: {
			/* Some flows are greedy, some rare. */
			uint32_t flow = prng_below(&prng, 1 + prng_below(&prng, FLOWS));

			if (put(&desk, flow << 16 | flow, sent[flow],
				random_from(&prng, 14, prng_below(&prng, 3) ? 120 : 900)) ==
			    PTL_OK)
				sent[flow]++;
			break;
		}
		case 1:
			if (count[lane] < WAY) {
				uint16_t packet = ptl_queue_take(&desk.queue, desk.now,
								 lane ? PTL_CLASS_BULK
								      : PTL_CLASS_SPARSE);

				if (packet == QUEUE_NONE)
					break;
				took[lane]++;
				way[lane][(first[lane] + count[lane]++) % WAY] = packet;
			}
			break;
		default:
			if (count[lane] > 0) {
				uint16_t packet = way[lane][first[lane]];
				uint32_t flow = flow_of(&desk, packet) & 0xffff;

				first[lane] = (first[lane] + 1) % WAY;
				count[lane]--;
				if (place_of(&desk, packet) < arrived[flow])
					fail_msg("flow %u: %u arrived after %u", flow,
						 place_of(&desk, packet), arrived[flow] - 1);
				gaps += place_of(&desk, packet) - arrived[flow];
				arrived[flow] = place_of(&desk, packet) + 1;
				ptl_queue_done(&desk.queue, packet);
			}
			break;
		}
	}
	assert_true(took[0] > 1000 && took[1] > 1000);
	assert_true(gaps <= desk.counters.drop_codel);
	close_desk(&desk);
}

static void flows_that_share_a_slot_keep_their_order(void **state)
{
	struct ptl_config config = small();
	uint32_t arrived[7] = {0};
	struct desk desk;
	uint16_t packet;

	(void)state;
	config.tx_flows = 4; /* one group of ways for seven flows */
	config.tx_packets = 60;
	open_desk(&desk, &config);
	for (uint32_t place = 0; place < 5; place++)
		for (uint32_t flow = 0; flow < 7; flow++)
			assert_int_equal(put(&desk, flow << 16 | flow, place, 64), PTL_OK);
	assert_exact(&desk, NULL, 0);
	while ((packet = ptl_queue_take(&desk.queue, 0, PTL_CLASS_BULK)) != QUEUE_NONE) {
		uint32_t flow = flow_of(&desk, packet) & 0xffff;

		assert_int_equal(place_of(&desk, packet), arrived[flow]);
		arrived[flow]++;
		ptl_queue_done(&desk.queue, packet);
	}
	for (int flow = 0; flow < 7; flow++)
		assert_int_equal(arrived[flow], 5);
	assert_exact(&desk, NULL, 0);
	close_desk(&desk);
}

static void a_full_queue_refuses_or_drops_from_the_longest(void **state)
{
	struct ptl_config config = small();
	struct desk desk;
	uint32_t n = 0;
	uint16_t packet;

	(void)state;
	open_desk(&desk, &config);
	while (put(&desk, 4, n, 1000) == PTL_OK)
		n++;
	assert_true(desk.queue.was_full);
	assert_int_equal(n, (200 - 6) / 11); /* blocks, but the reserve */
	assert_int_equal(put(&desk, 0x50000, 0, 1000), PTL_FULL);
	assert_int_equal(desk.counters.drop_overflow, 0);
	assert_exact(&desk, NULL, 0);
	close_desk(&desk);

	config.drop_when_full = true;
	open_desk(&desk, &config);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(put(&desk, 0x50000, i, 300), PTL_OK);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(put(&desk, 4, i, 1000), PTL_OK);
	for (uint32_t i = 3; i < 6; i++)
		assert_int_equal(put(&desk, 0x50000, i, 300), PTL_OK);
	assert_true(desk.counters.drop_overflow >= 100 - n);
	assert_exact(&desk, NULL, 0);
	/* All of the modest one are there; of the greedy one the newest. */
	for (uint32_t modest = 0, greedy = 0;
	     (packet = ptl_queue_take(&desk.queue, 0, PTL_CLASS_BULK)) != QUEUE_NONE;) {
		uint32_t place = place_of(&desk, packet);

		if (flow_of(&desk, packet) == 4) {
			assert_true(place >= 100 - n && place < 100);
			assert_true(greedy == 0 || place == greedy + 1);
			greedy = place;
		} else {
			assert_int_equal(place, modest++);
		}
		ptl_queue_done(&desk.queue, packet);
		assert_true(modest <= 6);
		if (desk.queue.free_packets == desk.queue.packet_count) {
			assert_int_equal(modest, 6);
			assert_int_equal(greedy, 99);
		}
	}
	close_desk(&desk);
}

/* When all that is in the store is on the wire, there is nothing to drop. */
static void what_flies_is_not_dropped(void **state)
{
	struct ptl_config config = small();
	uint16_t held[64];
	struct desk desk;
	size_t n = 0;

	(void)state;
	config.drop_when_full = true;
	open_desk(&desk, &config);
	for (uint32_t i = 0; i < 64; i++) {
		if (put(&desk, 4, i, 1000) != PTL_OK)
			break;
		held[n++] = ptl_queue_take(&desk.queue, 0, PTL_CLASS_BULK);
	}
	assert_int_equal(put(&desk, 8, 0, 1000), PTL_DROPPED);
	assert_int_equal(desk.counters.drop_overflow, 2);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(place_of(&desk, held[i]), i);
		assert_exact(&desk, held + i, n - i);
		ptl_queue_done(&desk.queue, held[i]);
	}
	assert_int_equal(put(&desk, 8, 0, 1000), PTL_OK);
	close_desk(&desk);
}

/* All that bulk sent waits for an acknowledgement: who sends rarely has room still. */
static void unacknowledged_bulk_leaves_room_for_others(void **state)
{
	struct ptl_config config = small();
	uint16_t held[64];
	struct desk desk;
	size_t n = 0;

	(void)state;
	config.drop_when_full = true;
	open_desk(&desk, &config);
	ptl_queue_set_baud(&desk.queue, BAUD);
	for (uint32_t i = 0; i < 200; i++) {
		uint16_t packet;

		assert_int_equal(put(&desk, 4, i, 60), PTL_OK);
		packet = ptl_queue_take(&desk.queue, 0, PTL_CLASS_SPARSE);
		if (packet == QUEUE_NONE)
			packet = ptl_queue_take(&desk.queue, 0, PTL_CLASS_BULK);
		if (packet == QUEUE_NONE)
			continue;
		/* As the sender marks it. */
		desk.queue.packets[packet].all_sent = true;
		desk.queue.all_sent++;
		held[n++] = packet;
	}
	assert_in_range(n, config.tx_packets / 2, config.tx_packets * 3 / 4);
	assert_true(desk.counters.drop_overflow > 0);
	desk.now += 1000000;
	for (uint32_t i = 0; i < 3; i++) {
		uint16_t packet;

		assert_int_equal(put(&desk, 8, i, 60), PTL_OK);
		packet = ptl_queue_take(&desk.queue, 0, PTL_CLASS_SPARSE);
		assert_int_not_equal(packet, QUEUE_NONE);
		assert_int_equal(flow_of(&desk, packet), 8);
		assert_int_equal(place_of(&desk, packet), i);
		held[n++] = packet;
	}
	for (size_t i = 0; i < n; i++)
		ptl_queue_done(&desk.queue, held[i]);
	assert_int_equal(desk.queue.all_sent, 0);
	assert_int_not_equal(ptl_queue_take(&desk.queue, 0, PTL_CLASS_BULK), QUEUE_NONE);
	close_desk(&desk);
}

static void control_has_a_quota_and_its_order(void **state)
{
	static const uint16_t sizes[] = {32, 96, 500, 512, 1536};
	struct ptl_config config = small();

	(void)state;
	config.tx_packets = 1000; /* it is the blocks that run out */
	for (size_t s = 0; s < COUNT(sizes); s++) {
		uint8_t message[PTL_CONTROL_MAX];
		struct desk desk;
		uint32_t number, n = 0;

		config.tx_block_size = sizes[s];
		open_desk(&desk, &config);
		while (put(&desk, 4, n, PTL_CONTROL_MAX) == PTL_OK)
			n++;
		while (put(&desk, 4, n, 14) == PTL_OK)
			n++;
		memset(message, 1, sizeof(message));
		assert_int_equal(ptl_queue_put_control(&desk.queue, 0, message, sizeof(message),
						       &number),
				 PTL_OK);
		assert_int_equal(number, 0);
		n = 1;
		do
			message[0] = (uint8_t)++n;
		while (ptl_queue_put_control(&desk.queue, 0, message, 1, &number) == PTL_OK);
		assert_int_equal(number, n - 2);
		assert_true(desk.queue.messages_full);
		assert_exact(&desk, NULL, 0);
		for (uint8_t i = 1; i < n; i++) {
			uint16_t packet = ptl_queue_take(&desk.queue, 0, PTL_CLASS_CONTROL);

			assert_int_not_equal(packet, QUEUE_NONE);
			ptl_queue_read(&desk.queue, packet, 0, message, 1);
			assert_int_equal(message[0], i);
			ptl_queue_done(&desk.queue, packet);
		}
		assert_false(ptl_queue_ready(&desk.queue, PTL_CLASS_CONTROL));
		close_desk(&desk);
	}
}

static void flush_leaves_what_is_held(void **state)
{
	struct ptl_config config = small();
	const uint8_t message[] = "status";
	uint32_t number;
	uint16_t held;
	struct desk desk;

	(void)state;
	open_desk(&desk, &config);
	for (uint32_t i = 0; i < 9; i++)
		put(&desk, i % 3 * 4, i, 200);
	ptl_queue_put_control(&desk.queue, 0, message, sizeof(message), &number);
	held = ptl_queue_take(&desk.queue, 0, PTL_CLASS_BULK);
	assert_int_equal(ptl_queue_flush(&desk.queue), 8);
	assert_int_equal(ptl_queue_flush_control(&desk.queue), 1);
	assert_exact(&desk, &held, 1);
	assert_int_equal(place_of(&desk, held), 0);
	assert_int_equal(ptl_queue_take(&desk.queue, 0, PTL_CLASS_BULK), QUEUE_NONE);
	ptl_queue_done(&desk.queue, held);
	assert_int_equal(desk.queue.free_packets, config.tx_packets);
	assert_int_equal(desk.queue.free_blocks, config.tx_blocks);
	/* And goes on. */
	assert_int_equal(put(&desk, 4, 77, 100), PTL_OK);
	held = ptl_queue_take(&desk.queue, 0, PTL_CLASS_BULK);
	assert_int_equal(place_of(&desk, held), 77);
	ptl_queue_done(&desk.queue, held);
	close_desk(&desk);
}

static void at_any_rate_a_turn_ends(void **state)
{
	static const uint32_t rates[] = {50, 1000, 9600, 10000000, 20000000, 0xffffffff};
	struct prng prng = story_seed("queue, rates", 9);
	struct ptl_config config = small();

	(void)state;
	config.drop_when_full = true;
	for (size_t r = 0; r < COUNT(rates); r++) {
		struct desk desk;
		uint64_t took = 0;

		open_desk(&desk, &config);
		ptl_queue_set_baud(&desk.queue, rates[r]);
		for (int step = 0; step < 20000; step++) {
			uint16_t packet;

			desk.now += prng_below(&prng, 1 + 10000000 / (rates[r] / 10));
			put(&desk, prng_below(&prng, 20) * 0x10001u, 0,
			    random_from(&prng, 14, 1518));
			packet = ptl_queue_take(&desk.queue, desk.now,
						prng_below(&prng, 2) ? PTL_CLASS_BULK
								     : PTL_CLASS_SPARSE);
			if (packet != QUEUE_NONE) {
				took++;
				ptl_queue_done(&desk.queue, packet);
			}
		}
		assert_true(took > 5000);
		assert_exact(&desk, NULL, 0);
		close_desk(&desk);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_comes_out_again),
		cmocka_unit_test(three_greedy_flows_share_by_bytes),
		cmocka_unit_test(who_sends_rarely_goes_first),
		cmocka_unit_test(the_sparse_allowance_is_a_share_of_the_line),
		cmocka_unit_test(a_change_of_class_reorders_nothing),
		cmocka_unit_test(flows_that_share_a_slot_keep_their_order),
		cmocka_unit_test(a_full_queue_refuses_or_drops_from_the_longest),
		cmocka_unit_test(what_flies_is_not_dropped),
		cmocka_unit_test(unacknowledged_bulk_leaves_room_for_others),
		cmocka_unit_test(control_has_a_quota_and_its_order),
		cmocka_unit_test(flush_leaves_what_is_held),
		cmocka_unit_test(at_any_rate_a_turn_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
