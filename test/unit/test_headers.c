/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Header compression: whatever goes in comes out, to the bit, in any sequence
 * and with any number of contexts; what flows really look like costs little;
 * and the decompressor takes anything. PIGTAIL_SEED in the environment sets the
 * seed of the random parts, PIGTAIL_ROUNDS how many packets they have.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "headers_examples.h"
#include "headers_pair.h"

#define ROUNDS	   3000000
#define ARRAY_N(a) (sizeof(a) / sizeof((a)[0]))

static uint32_t first_seed;

/* Given a flow of any kind, a packet with any one byte of it changed comes out
 * as it went in, as does the one after. */
static void any_byte_may_change(void **state)
{
	static struct pair pair;
	uint8_t packet[ROOM], changed[ROOM];

	(void)state;
	for (size_t k = 0; k < ARRAY_N(kinds); k++) {
		size_t headers;
		size_t n = build(packet, &kinds[k], &headers);

		for (size_t i = 0; i < 8 * (headers + 2); i++) {
			start(&pair, 4, 4);
			pass(&pair, packet, n);
			memcpy(changed, packet, n);
			changed[i / 8] ^= (uint8_t)(1 << i % 8);
			pass(&pair, changed, n);
			pass(&pair, packet, n);
			if (k < 6) {
				fix_checksum(changed);
				pass(&pair, changed, n);
			}
		}
	}
}

/* Any length too: cut short, or with more after the end. */
static void any_length_may_come(void **state)
{
	static struct pair pair;
	uint8_t packet[ROOM];

	(void)state;
	for (size_t k = 0; k < ARRAY_N(kinds); k++) {
		size_t headers;
		size_t n = build(packet, &kinds[k], &headers);

		start(&pair, 4, 4);
		for (size_t length = 0; length <= n + 64; length++) {
			pass(&pair, packet, length);
			if (length % 3 == 0)
				pass(&pair, packet, n);
		}
	}
}

/* A change to a packet of kinds[kind] that no context can say. */
static const struct {
	const char *what;
	unsigned kind;
	size_t at;
	uint8_t value;
	bool checksum; /* put right after the change */
} unusual[] = {
	{"VLAN", 0, ETHERTYPE, 0x81, false},
	{"ARP", 0, ETHERTYPE + 1, 0x06, false},
	{"IPv4 options", 0, IP4_FIRST, 0x46, true},
	{"IPv4 version 5", 0, IP4_FIRST, 0x55, true},
	{"first fragment", 0, IP4_FLAGS, 0x20, true},
	{"last fragment", 4, IP4_FLAGS + 1, 0x10, true},
	{"IPv4 length beyond the frame", 0, IP4_LENGTH, 0x07, true},
	{"IPv4 length within the headers", 3, IP4_LENGTH + 1, 39, true},
	{"wrong IPv4 checksum", 0, IP4_CHECK, 0x00, false},
	{"SCTP", 4, IP4_NEXT, 132, true},
	{"TCP header too short", 0, IP4_END + TCP_OFFSET, 0x40, false},
	{"TCP header beyond the packet", 3, IP4_END + TCP_OFFSET, 0xf0, false},
	{"UDP length too long", 4, IP4_END + UDP_LENGTH + 1, 49, false},
	{"UDP length too short", 4, IP4_END + UDP_LENGTH + 1, 8, false},
	{"ICMP unreachable", 5, IP4_END, 3, false},
	{"echo with a code", 5, IP4_END + 1, 1, false},
	{"IPv6 extension header", 6, IP6_NEXT, 0, false},
	{"IPv6 version 4", 6, IP6_FIRST, 0x40, false},
	{"jumbogram", 8, IP6_LENGTH + 1, 0, false},
	{"neighbour solicitation", 9, IP6_END, 135, false},
};

/* What is unusual costs one byte and leaves the contexts alone. */
static void the_unusual_goes_unchanged(void **state)
{
	static struct pair pair;
	uint8_t packet[ROOM], changed[ROOM];

	(void)state;
	for (size_t i = 0; i < ARRAY_N(unusual); i++) {
		size_t headers;
		size_t n = build(packet, &kinds[unusual[i].kind], &headers);
		size_t again;

		start(&pair, 4, 4);
		pass(&pair, packet, n);
		pass(&pair, packet, n);
		again = pass(&pair, packet, n);
		memcpy(changed, packet, n);
		changed[unusual[i].at] = unusual[i].value;
		if (unusual[i].checksum)
			fix_checksum(changed);
		if (pass(&pair, changed, n) != n + 1 || pair.wire[0] != 0)
			fail_msg("%s was compressed", unusual[i].what);
		assert_int_equal(pass(&pair, packet, n), again);
	}
}

static void the_less_usual_is_still_a_difference(void **state)
{
	static struct pair pair;
	static const struct {
		size_t at;
		uint8_t value;
		size_t cost;
	} changes[] = {
		{IP4_CLASS, 0x03, 5},		    /* congestion experienced */
		{IP4_HOPS, 63, 5},		    /* another way */
		{IP4_ID + 1, 77, 5},		    /* a packet went elsewhere */
		{IP4_END + TCP_FLAGS, 0x50, 6},	    /* ECE */
		{IP4_END + TCP_OFFSET, 0x81, 6},    /* AccECN */
		{IP4_END + TCP_URGENT + 1, 1, 6},   /* urgent */
		{IP4_END + 1, 1, 10},		    /* another port: a new flow */
		{IP4_END + TCP_OPTIONS + 1, 0, 20}, /* other options */
		{IP4_END + TCP_WINDOW + 1, 200, 6}, /* window */
	};
	uint8_t packet[ROOM];
	struct fields f = kinds[0];

	(void)state;
	for (size_t i = 0; i < ARRAY_N(changes); i++) {
		size_t headers, n, cost;

		start(&pair, 4, 4);
		f.id = 1;
		f.seq = 0;
		pass(&pair, packet, build(packet, &f, &headers));
		f.id = 2;
		f.seq = 1448;
		n = build(packet, &f, &headers);
		packet[changes[i].at] = changes[i].value;
		fix_checksum(packet);
		cost = pass(&pair, packet, n) - f.payload;
		if (cost > changes[i].cost)
			fail_msg("change %zu costs %zu bytes", i, cost);
	}
}

/* Mean bytes of compressed headers, by what the traffic is. */
struct mean {
	const char *what;
	double before, after;
	unsigned packets;
};

static void add(struct mean *mean, struct pair *pair, const struct fields *f)
{
	uint8_t packet[ROOM];
	size_t headers;
	size_t n = build(packet, f, &headers);

	mean->before += (double)headers;
	mean->after += (double)(pass(pair, packet, n) - (n - headers));
	mean->packets++;
}

static void assert_mean(const struct mean *mean, bool ip6, double budget)
{
	double after = mean->after / mean->packets;

	print_message("  %-22s IPv%c: %5.1f bytes become %.2f (budget %.0f)\n", mean->what,
		      ip6 ? '6' : '4', mean->before / mean->packets, after, budget);
	assert_true(after <= budget);
}

/* A download over a line of some rate: segments one way, every second one
 * acknowledged the other way (or each, where they take longer than a receiver
 * waits for another), timestamps in ms, a window that moves. */
static void a_download(bool ip6, uint32_t baud)
{
	static struct pair down, up;
	struct mean data = {"bulk segments", 0, 0, 0};
	struct mean acks = {"their acknowledgements", 0, 0, 0};
	uint32_t seed = first_seed | 1;
	uint32_t segment_us = (uint32_t)(1460u * 10000000ull / baud);
	uint32_t mss = ip6 ? 1428 : 1448;
	struct fields f = {.ip6 = ip6,
			   .protocol = NEXT_TCP,
			   .timestamps = true,
			   .flags = 0x10,
			   .payload = mss,
			   .seq = next_random(&seed),
			   .ack = 1,
			   .tsval = next_random(&seed),
			   .tsecr = next_random(&seed)};
	struct fields a = {.ip6 = ip6,
			   .protocol = NEXT_TCP,
			   .timestamps = true,
			   .flags = 0x10,
			   .seq = 1,
			   .tsval = f.tsecr,
			   .port = 80,
			   .host = 2};

	start(&down, 16, 16);
	start(&up, 16, 16);
	for (uint32_t i = 0; i < 2000; i++) {
		uint32_t now = i * segment_us / 1000;

		/* The sender is asked for two or so segments at a time. */
		if (next_random(&seed) % 2 == 0) {
			f.tsval = now - next_random(&seed) % 4;
			f.tsecr = now - 50 - next_random(&seed) % 4;
		}
		f.flags = next_random(&seed) % 16 ? 0x10 : 0x18;
		add(&data, &down, &f);
		f.id++;
		f.seq += mss;
		if (i % 2 == 0 && segment_us < 40000)
			continue;
		a.id++;
		a.ack = f.seq;
		a.tsval = now + next_random(&seed) % 3;
		a.tsecr = f.tsval;
		if (next_random(&seed) % 4 == 0)
			a.window = (uint16_t)(a.window + next_random(&seed) % 40);
		add(&acks, &up, &a);
	}
	assert_mean(&data, ip6, 6);
	assert_mean(&acks, ip6, 6);
}

/* A ping between the packets of other flows. */
static void pings(bool ip6)
{
	static struct pair pair;
	struct mean mean = {"ping among other flows", 0, 0, 0};
	struct mean other = {0};
	struct fields f = {.ip6 = ip6, .protocol = NEXT_ICMP, .port = 77, .payload = 56};
	struct fields u = {.ip6 = ip6, .protocol = NEXT_UDP, .port = 5000, .payload = 20};

	start(&pair, 16, 16);
	for (unsigned i = 0; i < 100; i++, f.echo++, f.id++, u.id++) {
		add(&other, &pair, &u);
		add(&mean, &pair, &f);
	}
	assert_mean(&mean, ip6, 5);
}

/* Names looked up, each by two questions from a port of its own. */
static void lookups(bool ip6)
{
	static struct pair pair;
	struct mean mean = {"name lookups", 0, 0, 0};
	uint32_t seed = first_seed | 1;
	struct fields f = {.ip6 = ip6, .protocol = NEXT_UDP, .payload = 40};

	start(&pair, 16, 16);
	for (unsigned i = 0; i < 100; i++) {
		f.port = (uint16_t)(next_random(&seed) >> 8);
		for (unsigned half = 0; half < 2; half++, f.id++, f.payload ^= 5)
			add(&mean, &pair, &f);
		f.id = (uint16_t)(f.id + next_random(&seed) % 5000);
	}
	assert_mean(&mean, ip6, 9);
}

static void flows_cost_little(void **state)
{
	(void)state;
	for (int ip6 = 0; ip6 < 2; ip6++) {
		a_download(ip6, 115200);
		a_download(ip6, 921600);
		a_download(ip6, 3000000);
		pings(ip6);
		lookups(ip6);
	}
}

/* Seventeen flows for sixteen contexts, or four, or one; and other traffic
 * between them: all pass, and a flow that has its context keeps it. */
static void contexts_go_to_the_flows_used_last(void **state)
{
	static struct pair pair;
	uint8_t packet[ROOM];

	(void)state;
	for (unsigned contexts = 0; contexts <= HEADERS_MAX_CONTEXTS; contexts++) {
		start(&pair, contexts, HEADERS_MAX_CONTEXTS);
		for (unsigned i = 0; i < 400; i++) {
			struct fields f = kinds[0];
			size_t headers, n, cost;

			f.host = (uint8_t)(i % (i < 200 ? 17 : contexts + (contexts == 0)));
			f.seq = i * 5000;
			f.id = (uint16_t)i;
			n = build(packet, &f, &headers);
			cost = pass(&pair, packet, n) - n + headers;
			if (contexts == 0)
				assert_int_equal(cost, headers + 1);
			else if (i >= 200 + contexts)
				assert_true(cost < 10);
		}
	}
}

/* Flows of all kinds in any mixture, each packet's fields from those of the one
 * before, some packets damaged anywhere. */
static void random_packets_come_out_as_they_went_in(void **state)
{
	static struct pair pair;
	static uint8_t packet[ROOM + 64];
	struct fields flows[40];
	const char *rounds = getenv("PIGTAIL_ROUNDS");
	unsigned long left = rounds ? strtoul(rounds, NULL, 0) : ROUNDS;
	uint32_t seed = first_seed | 1;
	double before = 0, after = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_N(flows); i++)
		flows[i] = kinds[i % ARRAY_N(kinds)];
	for (; left > 0; left--) {
		struct fields *f = &flows[next_random(&seed) % ARRAY_N(flows)];
		size_t headers, n;

		if (left % 10000 == 0)
			start(&pair, next_random(&seed) % 17, 16);
		if (next_random(&seed) % 4 == 0)
			flows[0] = *f;
		f->seq += (uint32_t)f->payload;
		f->id++;
		f->echo++;
		change_one_field(f, &seed);
		if (next_random(&seed) % 8)
			f->payload %= 90; /* for speed */
		n = build(packet, f, &headers);
		if (next_random(&seed) % 8 == 0) {
			for (uint32_t k = next_random(&seed) % 4 + 1; k-- > 0;)
				packet[next_random(&seed) % (headers + 4)] =
					(uint8_t)next_random(&seed);
			if (next_random(&seed) % 2)
				fix_checksum(packet);
		}
		before += (double)n;
		after += (double)pass(&pair, packet, n);
	}
	print_message("  %.0f bytes became %.0f\n", before, after);
}

/* Cut anywhere within its headers, a compressed packet is malformed: nothing
 * beyond is read (each copy has a block of its own, for the sanitizer). */
static void truncated_packets_are_refused(void **state)
{
	static struct pair pair;
	uint8_t packet[ROOM], out[HEADERS_MAX];

	(void)state;
	for (size_t k = 0; k < ARRAY_N(kinds); k++) {
		struct fields f = kinds[k];
		size_t headers, n, made;
		struct headers now;

		start(&pair, 4, 4);
		f.payload = f.trailer = 0;
		pass(&pair, packet, build(packet, &f, &headers));
		f.seq -= 100000;
		f.ack = f.tsval = f.tsecr = 1u << 31;
		f.id = f.echo = 40000;
		f.port = f.window = 999;
		now = pair.rx;
		n = build(packet, &f, &headers);
		made = pass(&pair, packet, n);
		pair.rx = now;
		for (size_t cut = 0; cut < made; cut++) {
			struct headers_update update;
			size_t consumed;
			uint8_t *copy = malloc(cut + (cut == 0));

			memcpy(copy, pair.wire, cut);
			assert_int_equal(ptl_headers_decompress(&pair.rx, copy, cut, cut, out,
								&consumed, &update),
					 -1);
			free(copy);
		}
	}
}

/* What no compressor sends, to a decompressor that has context 0 set by a TCP
 * segment over IPv4 with timestamps, 1 by UDP over IPv6, 2 by TCP over IPv6
 * without timestamps; 3 is not set, and there are no others. */
static void the_impossible_is_refused(void **state)
{
	static const char *const wrong[] = {
		"01 80 00 00",
		"0f 80 00 00",			    /* reserved octets */
		"10 00 11 22 33 44 55 66 77 88 99", /* set, without headers */
		"43 00 00",
		"23 80 00 00", /* a context that is not set */
		"4f 00 00",
		"2f 80 00 00", /* one that does not exist */
		"3f 00 80 00 00",
		"31 0f 80 00 00", /* copied to, or from, such */
		"31 03 80 00 00",
		"20 40 00 00", /* no difference follows */
		"51 00 00",
		"21 82 00 00", /* bits that UDP has not */
		"21 c0 08 00 00",
		"21 c0 01 00 00",
		"21 81 05 00 00",	      /* identification in IPv6 */
		"21 c0 20 45 00 00 00 00 00", /* IPv6 of version 4 */
		"20 c0 80 09 00 00",	      /* trailer beyond the frame */
		"20 a0 80 80 80 80 10 00 00", /* a number of 33 bits */
		"20 a0 80 80 80 80 80 00 00", /* one that does not end */
		"20 88 80 80 04 00 00",	      /* a window of 17 bits */
		"20 c0 01 10 10 00 00",	      /* reserved bits beyond four */
		"20 c0 02 20 00 00",	      /* options octet */
		"20 c0 02 12 00 00",	      /* timestamps in 8 bytes */
		"22 c0 02 13 00 00",	      /* timestamps out of nowhere */
		"20 c1 02 00 00 00 00",	      /* timestamps of no options */
	};
	static struct pair pair;
	uint8_t packet[1 + ROOM], out[HEADERS_MAX];
	struct headers_update update;
	size_t headers, consumed, n;

	(void)state;
	start(&pair, 4, 4);
	assert_int_equal(ptl_headers_decompress(&pair.rx, (const uint8_t *)"\x80\0\0\0", 4, 4,
						out, &consumed, &update),
			 -1); /* a difference to nothing */
	pass(&pair, packet, build(packet, &kinds[0], &headers));
	pass(&pair, packet, build(packet, &kinds[8], &headers));
	pass(&pair, packet, build(packet, &kinds[7], &headers));
	for (size_t i = 3; i < HEADERS_MAX_CONTEXTS; i++)
		pair.rx_memory[i] = pair.rx_memory[0]; /* what must not be used */
	pair.rx_memory[3].length = 0;
	for (size_t i = 0; i < ARRAY_N(wrong); i++) {
		read_hex(wrong[i], packet, &n);
		memcpy(out, pair.rx_memory[0].bytes, HEADERS_MAX);
		if (ptl_headers_decompress(&pair.rx, packet, n, n, out, &consumed, &update) >=
		    0)
			fail_msg("%s was taken", wrong[i]);
		assert_int_equal(update.context, HEADERS_NO_CONTEXT);
		ptl_headers_commit(&pair.rx, &update);
	}
	memset(packet, 0, ROOM);
	memcpy(packet, "\x22\xc0\x02\x0b", 4); /* 44 bytes of options */
	assert_int_equal(
		ptl_headers_decompress(&pair.rx, packet, 60, 60, out, &consumed, &update), -1);
	n = build(packet + 1, &kinds[0], &headers) + 1;
	packet[0] = 0x14; /* set a context that does not exist */
	assert_int_equal(
		ptl_headers_decompress(&pair.rx, packet, n, n, out, &consumed, &update), -1);
	packet[0] = 0x13;
	assert_int_equal(
		ptl_headers_decompress(&pair.rx, packet, n, n, out, &consumed, &update), 0);
}

/* No IPv4 header is taken to be wrong. */
static void every_right_checksum_is_made(void **state)
{
	static struct pair pair;
	uint8_t packet[ROOM];
	struct fields f = kinds[5];

	(void)state;
	start(&pair, 4, 4);
	do {
		size_t headers, n = build(packet, &f, &headers);

		packet[IP4_HOSTS] = 200; /* a sum that carries twice */
		fix_checksum(packet);
		pass(&pair, packet, n);
		assert_int_not_equal(pair.wire[0], 0);
	} while (++f.id != 0);
}

/* Longer than any IP packet: unchanged one way, malformed the other. */
static void frames_beyond_64_kbytes_are_not_compressed(void **state)
{
	static struct pair pair;
	uint8_t packet[ROOM], out[HEADERS_MAX + 1];
	struct headers_update update;
	size_t headers, consumed;

	(void)state;
	start(&pair, 4, 4);
	pass(&pair, packet, build(packet, &kinds[0], &headers));
	assert_int_equal(
		ptl_headers_compress(&pair.tx, packet, HEADERS_MAX, 70000, out, &consumed), 1);
	assert_int_equal(out[0], 0);
	assert_int_equal(ptl_headers_decompress(&pair.rx, (const uint8_t *)"\x80\0\0\0", 4,
						70000, out, &consumed, &update),
			 -1);
}

static void the_examples_of_the_specification_hold(void **state)
{
	static struct pair pair;
	uint8_t packet[ROOM], wire[ROOM];
	size_t n, wire_bytes;

	(void)state;
	start(&pair, 4, 4);
	for (size_t i = 0; i < ARRAY_N(examples); i++) {
		read_hex(examples[i].packet, packet, &n);
		read_hex(examples[i].wire, wire, &wire_bytes);
		if (pass(&pair, packet, n) != wire_bytes)
			fail_msg("%s", examples[i].what);
		assert_memory_equal(pair.wire, wire, wire_bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_byte_may_change),
		cmocka_unit_test(any_length_may_come),
		cmocka_unit_test(the_unusual_goes_unchanged),
		cmocka_unit_test(the_less_usual_is_still_a_difference),
		cmocka_unit_test(flows_cost_little),
		cmocka_unit_test(contexts_go_to_the_flows_used_last),
		cmocka_unit_test(random_packets_come_out_as_they_went_in),
		cmocka_unit_test(truncated_packets_are_refused),
		cmocka_unit_test(the_impossible_is_refused),
		cmocka_unit_test(every_right_checksum_is_made),
		cmocka_unit_test(frames_beyond_64_kbytes_are_not_compressed),
		cmocka_unit_test(the_examples_of_the_specification_hold),
	};
	const char *seed = getenv("PIGTAIL_SEED");

	first_seed = seed ? (uint32_t)strtoul(seed, NULL, 0) : (uint32_t)time(NULL);
	print_message("PIGTAIL_SEED=%u\n", first_seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
