/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * len16 as the ESP32 QEMU tunnel has it: exact bytes, every chunking, and what a
 * receiver makes of a wire on which nothing marks where a frame begins.
 */
#include "one_end.h"
#include "packets.h"

#include <pigtail/compat.h>

#include <stdio.h>
#include <time.h>

#define FRAMING (&ptl_framing_len16)

static struct one_end end;

static int open_end(void **state)
{
	struct ptl_config config = end_config(PTL_HOST);

	(void)state;
	end_open(&end, FRAMING, &config);
	return 0;
}

static int close_end(void **state)
{
	(void)state;
	end_close(&end);
	return 0;
}

static size_t encode(uint8_t *out, const uint8_t *frame, size_t n)
{
	out[0] = (uint8_t)(n >> 8);
	out[1] = (uint8_t)n;
	memcpy(out + 2, frame, n);
	return n + 2;
}

/* n frames of mixed lengths one after the other; returns how many bytes. */
static size_t encode_many(uint8_t *out, unsigned n)
{
	uint8_t frame[1518];
	size_t done = 0;

	for (unsigned i = 0; i < n; i++)
		done += encode(out + done, frame, make_frame(frame, 34 + i * 211 % 1485, i));
	return done;
}

static void is_up_at_the_first_call(void **state)
{
	(void)state;
	assert_int_equal(end.states, 0);
	assert_true(FRAMING->deadline(end.endpoint) == 0);
	end_transmit(&end, NULL, 0);
	assert_int_equal(end.states, 1);
	assert_int_equal(end.state, PTL_STATE_UP);
	assert_int_equal(end.reason, PTL_REASON_START);
	assert_true(FRAMING->deadline(end.endpoint) == PTL_NEVER);
	end_receive(&end, (const uint8_t *)"", 1, 1, NULL);
	assert_int_equal(end.states, 1);
}

/* The example of the reference: an ICMP echo request, 98 bytes in all. */
static void sends_the_reference_bytes(void **state)
{
	uint8_t frame[98], wire[200];

	(void)state;
	make_frame(frame, sizeof(frame), 1);
	assert_int_equal(end_send(&end, frame, sizeof(frame)), PTL_OK);
	assert_int_equal(end_drain(&end, wire, sizeof(wire), 1), 100);
	assert_int_equal(wire[0], 0x00);
	assert_int_equal(wire[1], 0x62);
	assert_memory_equal(wire + 2, frame, sizeof(frame));
	assert_int_equal(end.good_tx, 1);
	assert_int_equal(end_counters(&end)->tx_frames, 1);
	assert_int_equal(end_counters(&end)->tx_bytes, 100);
}

static void takes_every_length(void **state)
{
	uint8_t frame[1518], wire[1520];

	(void)state;
	for (size_t n = 34; n <= 1518; n++) {
		make_frame(frame, n, (uint32_t)n);
		end_receive(&end, wire, encode(wire, frame, n), n % 97 + 1, NULL);
		assert_last_packet(&end, frame, n);
	}
	assert_int_equal(end.packets, 1485);
	assert_int_equal(end.bad_rx, 0);
}

/* Kinds of frames that a receiver in step takes. */
static void takes_every_kind(void **state)
{
	static const struct {
		const char *what;
		uint8_t type[2];
		size_t n;
	} kinds[] = {
		{"802.3 with length, padded", {0x00, 0x26}, 60},
		{"802.3 with exact length", {0x01, 0x00}, 270},
		{"LLDP", {0x88, 0xcc}, 14},
		{"PPPoE", {0x88, 0x64}, 400},
		{"EtherCAT", {0x88, 0xa4}, 1514},
	};
	uint8_t frame[1518], wire[1520];

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		memset(frame, 0, sizeof(frame));
		frame[6] = 2;
		memcpy(frame + 12, kinds[i].type, 2);
		end_receive(&end, wire, encode(wire, frame, kinds[i].n), 5, NULL);
		assert_int_equal(end.packets, i + 1);
	}
	/* The reference's TUN bridge gives IPv6 the EtherType of IPv4. */
	make_frame(frame, 14 + 100, 0);
	make_ip6(frame + 14, 100, 1);
	end_receive(&end, wire, encode(wire, frame, 114), 1, NULL);
	assert_last_packet(&end, frame, 114);
	assert_int_equal(end_counters(&end)->rx_resyncs, 0);
}

static void takes_every_chunking(void **state)
{
	static uint8_t wire[40 * 1520];
	size_t n = encode_many(wire, 40);
	uint32_t seed = (uint32_t)time(NULL);

	(void)state;
	print_message("seed %u\n", seed);
	for (size_t chunk = 0; chunk < 70; chunk++) {
		unsigned before = end.packets;

		end_receive(&end, wire, n, chunk, &seed);
		assert_int_equal(end.packets, before + 40);
	}
	end_receive(&end, wire, n, n, &seed);
	assert_int_equal(end.packets, 71 * 40);
	assert_int_equal(end.bad_rx, 0);
}

static void gives_every_chunking(void **state)
{
	static uint8_t wire[8000];
	uint8_t frame[500];

	(void)state;
	for (size_t step = 1; step < 600; step += 7) {
		for (unsigned i = 0; i < 5; i++)
			assert_int_equal(end_send(&end, frame, make_frame(frame, 500, i)), 0);
		assert_int_equal(end_drain(&end, wire, sizeof(wire), step), 5 * 502);
		for (unsigned i = 0; i < 5; i++) {
			make_frame(frame, 500, i);
			assert_memory_equal(wire + i * 502 + 2, frame, 500);
		}
	}
}

/* Whatever stands before it, the frames after it are found again. */
static void gets_over_garbage(void **state)
{
	static const struct {
		const char *what;
		uint8_t bytes[40];
		size_t n;
	} garbage[] = {
		{"a length of 0", {0, 0}, 2},
		{"a length of 13", {0, 13}, 2},
		{"a length of 1519", {0x05, 0xef}, 2},
		{"one stray byte", {0x41}, 1},
		{"a plausible length before text", "\x02\x40 ets Jan  8 2013,rst cause:1", 31},
		{"a group address as source",
		 {0, 60, 2, 0, 0, 0, 0, 2, 3, 0, 0, 0, 0, 1, 8, 0, 0x45},
		 17},
		{"an 802.3 length that disagrees",
		 {2, 0, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 1, 0, 0x42},
		 17},
		{"IPv4 longer than its frame",
		 {0, 60, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 60, 0, 0},
		 22},
	};
	static uint8_t wire[6000];

	(void)state;
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++)
		for (size_t chunk = 1; chunk < 100; chunk += 14) {
			struct ptl_counters before = *end_counters(&end);
			unsigned packets = end.packets;
			size_t n = garbage[i].n;

			memcpy(wire, garbage[i].bytes, n);
			n += encode_many(wire + n, 4);
			end_receive(&end, wire, n, chunk, NULL);
			assert_int_equal(end.packets, packets + 4);
			assert_int_equal(end_counters(&end)->rx_resyncs, before.rx_resyncs + 1);
			assert_int_equal(end_counters(&end)->rx_too_short +
						 end_counters(&end)->rx_too_long +
						 end_counters(&end)->rx_bad_framing,
					 before.rx_too_short + before.rx_too_long +
						 before.rx_bad_framing + 1);
		}
	assert_true(end.bad_rx > 0);
}

/* A byte lost anywhere in a frame of 200 costs that frame and at most the next. */
static void gets_over_a_lost_byte(void **state)
{
	static uint8_t wire[4 * 202], damaged[4 * 202];
	uint8_t frame[200];

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		encode(wire + i * 202, frame, make_frame(frame, 200, i));
	for (size_t lost = 0; lost < 202; lost++) {
		unsigned before = end.packets;

		memcpy(damaged, wire, lost);
		memcpy(damaged + lost, wire + lost + 1, sizeof(wire) - lost - 1);
		end_receive(&end, damaged, sizeof(wire) - 1, 9, NULL);
		assert_true(end.packets >= before + 2);
		assert_last_packet(&end, frame, 200);
		end_wait(&end, 1000000);
	}
}

static void gives_up_a_half_frame(void **state)
{
	uint8_t frame[300], wire[302];

	(void)state;
	encode(wire, frame, make_frame(frame, 300, 7));
	for (size_t part = 1; part < sizeof(wire); part++) {
		end_receive(&end, wire, part, part, NULL);
		assert_true(FRAMING->deadline(end.endpoint) == end.now + 1000000);
		end.now += 999999;
		if (part & 1) /* with the timer or without it */
			end_wait(&end, 1);
		else
			end.now++;
		end_receive(&end, wire, sizeof(wire), 50, NULL);
		assert_int_equal(end.packets, part);
		assert_true(FRAMING->deadline(end.endpoint) == PTL_NEVER);
	}
	assert_int_equal(end_counters(&end)->rx_bad_framing, sizeof(wire) - 1);
}

/* At 9600 baud a long frame takes longer than the timeout of a silent line. */
static void waits_for_a_slow_frame(void **state)
{
	uint8_t frame[1518], wire[1520];

	(void)state;
	encode(wire, frame, make_frame(frame, 1518, 7));
	for (size_t i = 0; i < sizeof(wire); i++) {
		end_receive(&end, wire + i, 1, 1, NULL);
		end_wait(&end, 100000);
	}
	assert_last_packet(&end, frame, 1518);
}

/* Frames that a wrong length swallowed are found when the line falls silent. */
static void finds_swallowed_frames(void **state)
{
	static uint8_t wire[400] = {1520 >> 8, 0xdc, 2, 0, 0, 0, 0,    2,
				    2,	       0,    0, 0, 0, 1, 0x88, 0xb5};
	uint8_t frame[100];
	size_t n = 16;

	(void)state;
	n += encode(wire + n, frame, make_frame(frame, 100, 1));
	n += encode(wire + n, frame, make_frame(frame, 100, 2));
	end_receive(&end, wire, n, 10, NULL);
	assert_int_equal(end.packets, 0);
	end_wait(&end, 1000000);
	assert_int_equal(end.packets, 2);
	assert_last_packet(&end, frame, 100);
}

static void refuses_wrong_lengths(void **state)
{
	static uint8_t frame[1600];

	(void)state;
	assert_int_equal(end_send(&end, frame, 13), PTL_TOO_SHORT);
	assert_int_equal(end_send(&end, frame, 1519), PTL_TOO_LONG);
	assert_int_equal(end_send(&end, frame, 1518), PTL_OK);
	assert_int_equal(end_send(&end, frame, 14), PTL_OK);
	assert_int_equal(end_counters(&end)->drop_length, 2);
	assert_int_equal(end_counters(&end)->tx_packets, 2);
}

static void refuses_bad_configs(void **state)
{
	struct ptl_config config = end_config(PTL_HOST);

	(void)state;
	config.max_packet = 63;
	assert_int_equal(FRAMING->size(&config), 0);
	config.max_packet = 9019;
	assert_int_equal(FRAMING->size(&config), 0);
	config = end_config(PTL_HOST);
	config.tx_packets = 3;
	assert_int_equal(FRAMING->size(&config), 0);
	config = end_config(PTL_HOST);
	config.baud = 0;
	assert_int_equal(FRAMING->size(&config), 0);
}

/* 115200 baud for 200 ms is 2304 bytes: 23 frames of 100, but four of 1500. */
static void queues_by_time(void **state)
{
	static uint8_t frame[1500], wire[70000];
	struct ptl_config config = end_config(PTL_HOST);
	unsigned n = 0;

	(void)state;
	end_close(&end);
	config.baud = 115200;
	end_open(&end, FRAMING, &config);
	make_frame(frame, 1500, 1);
	while (end_send(&end, frame, 1500) == PTL_OK)
		n++;
	assert_int_equal(n, 4);
	assert_int_equal(end.rooms, 0);
	end_transmit(&end, wire, 1501);
	assert_int_equal(end.rooms, 0);
	end_transmit(&end, wire, 1); /* the first one is out */
	assert_int_equal(end.rooms, 1);
	end_drain(&end, wire, sizeof(wire), 1000);
	assert_int_equal(end.rooms, 1);

	make_frame(frame, 98, 1);
	for (n = 0; end_send(&end, frame, 98) == PTL_OK;)
		n++;
	assert_int_equal(n, 23);
	end_drain(&end, wire, sizeof(wire), 1000);

	FRAMING->set_baud(end.endpoint, 9216000);
	for (n = 0; end_send(&end, frame, 98) == PTL_OK;)
		n++;
	assert_int_equal(n, 64);
	assert_int_equal(end_counters(&end)->drop_overflow, 0);
}

/* The oldest goes, but not the one that is partly on the wire. */
static void drops_the_oldest(void **state)
{
	static uint8_t frame[1500], wire[70000];
	struct ptl_config config = end_config(PTL_HOST);
	size_t n;

	(void)state;
	end_close(&end);
	config.baud = 9600;
	config.drop_when_full = true;
	end_open(&end, FRAMING, &config);
	assert_int_equal(end_send(&end, frame, make_frame(frame, 1500, 0)), PTL_OK);
	end_transmit(&end, wire, 10);
	for (unsigned i = 1; i < 100; i++)
		assert_int_equal(end_send(&end, frame, make_frame(frame, 1500, i)), PTL_OK);
	assert_int_equal(end_counters(&end)->drop_overflow, 96);
	n = 10 + end_drain(&end, wire + 10, sizeof(wire) - 10, 333);
	assert_int_equal(n, 4 * 1502);
	for (unsigned i = 0; i < 4; i++) {
		make_frame(frame, 1500, i ? 96 + i : 0);
		assert_memory_equal(wire + i * 1502 + 2, frame, 1500);
	}
}

static void counts_what_the_net_refuses(void **state)
{
	uint8_t frame[100], wire[102];

	(void)state;
	end.refuse = true;
	end_receive(&end, wire, encode(wire, frame, make_frame(frame, 100, 1)), 102, NULL);
	assert_int_equal(end_counters(&end)->rx_refused, 1);
	assert_int_equal(end_counters(&end)->rx_packets, 0);
	assert_int_equal(end_counters(&end)->rx_frames, 1);
}

/* After the port was reopened the half sent frame begins anew. */
static void begins_anew_on_a_new_wire(void **state)
{
	uint8_t frame[100], wire[102], first[102];

	(void)state;
	encode(wire, frame, make_frame(frame, 100, 1));
	end_send(&end, frame, 100);
	end_transmit(&end, first, 50);
	end_receive(&end, wire, 70, 70, NULL);
	FRAMING->wire_reset(end.endpoint, end.now);
	assert_int_equal(end_drain(&end, first, sizeof(first), 1), 102);
	assert_memory_equal(first, wire, 102);
	end_receive(&end, wire, 102, 102, NULL);
	assert_int_equal(end.packets, 1);
}

static void both_roles_talk(void **state)
{
	static struct one_end device;
	static uint8_t wire[1520];
	struct ptl_config config = end_config(PTL_DEVICE);
	uint8_t frame[1518];

	(void)state;
	end_open(&device, FRAMING, &config);
	for (unsigned i = 0; i < 200; i++) {
		size_t n = make_frame(frame, 34 + i * 379 % 1485, i);

		end_send(&end, frame, n);
		end_receive(&device, wire, end_drain(&end, wire, sizeof(wire), 40), 33, NULL);
		assert_last_packet(&device, frame, n);
		end_send(&device, frame, n);
		end_receive(&end, wire, end_drain(&device, wire, sizeof(wire), 9), 71, NULL);
		assert_last_packet(&end, frame, n);
	}
	assert_int_equal(end.packets, 200);
	assert_int_equal(device.packets, 200);
	end_close(&device);
}

/* A megabyte of frames with a flipped bit every 2000 bytes: most come through. */
static void survives_noise(void **state)
{
	static uint8_t wire[40 * 1520];
	uint32_t seed = (uint32_t)time(NULL);
	unsigned sent = 0;

	(void)state;
	print_message("seed %u\n", seed);
	seed |= 1;
	for (unsigned round = 0; round < 30; round++) {
		size_t n = encode_many(wire, 40);

		sent += 40;
		for (size_t at = next_random(&seed) % 4000; at < n;
		     at += next_random(&seed) % 4000)
			wire[at] ^= (uint8_t)(1 << next_random(&seed) % 8);
		end_receive(&end, wire, n, 0, &seed);
	}
	assert_true(end.packets > sent * 8 / 10);
	end_wait(&end, 1000000);
	sent = end.packets;
	end_receive(&end, wire, encode_many(wire, 40), 0, &seed);
	assert_int_equal(end.packets, sent + 40);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_end, close_end)
	const struct CMUnitTest tests[] = {
		TEST(is_up_at_the_first_call),
		TEST(sends_the_reference_bytes),
		TEST(takes_every_length),
		TEST(takes_every_kind),
		TEST(takes_every_chunking),
		TEST(gives_every_chunking),
		TEST(gets_over_garbage),
		TEST(gets_over_a_lost_byte),
		TEST(gives_up_a_half_frame),
		TEST(waits_for_a_slow_frame),
		TEST(finds_swallowed_frames),
		TEST(refuses_wrong_lengths),
		TEST(refuses_bad_configs),
		TEST(queues_by_time),
		TEST(drops_the_oldest),
		TEST(counts_what_the_net_refuses),
		TEST(begins_anew_on_a_new_wire),
		TEST(both_roles_talk),
		TEST(survives_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
