/* SPDX-License-Identifier: GPL-2.0-only */
/* Which packets are one flow, and which are not. */
#include "story.h"

#include "link/flow.h"

#define KEY 0x1badcafe

struct shape {
	unsigned ethertype;
	unsigned protocol;
	unsigned from_port, to_port; /* or ICMP: type and code, identifier */
	unsigned from, to;	     /* last byte of the addresses */
	unsigned fragment;	     /* IPv4: the field of flags and offset */
	unsigned options;	     /* IPv4: words */
	unsigned mac;
};

static const struct shape web = {0x0800, 6, 40000, 443, 1, 2, 0, 0, 1};

static uint32_t hash_of(const struct shape *shape, unsigned payload)
{
	uint8_t p[14 + 60 + 64];
	size_t at = 14;
	uint32_t hash;
	uint8_t *copy;

	memset(p, (int)payload, sizeof(p));
	memset(p, 2, 12);
	p[11] = (uint8_t)shape->mac;
	p[12] = (uint8_t)(shape->ethertype >> 8);
	p[13] = (uint8_t)shape->ethertype;
	if (shape->ethertype == 0x0800) {
		memset(p + at, 10, 60);
		p[at] = (uint8_t)(0x45 + shape->options);
		p[at + 4] = (uint8_t)payload; /* the identification changes */
		p[at + 6] = (uint8_t)(shape->fragment >> 8);
		p[at + 7] = (uint8_t)shape->fragment;
		p[at + 9] = (uint8_t)shape->protocol;
		p[at + 15] = (uint8_t)shape->from;
		p[at + 19] = (uint8_t)shape->to;
		at += 20 + 4 * shape->options;
	} else if (shape->ethertype == 0x86dd) {
		memset(p + at, 0xfe, 40);
		p[at] = 0x60;
		p[at + 6] = (uint8_t)shape->protocol;
		p[at + 23] = (uint8_t)shape->from;
		p[at + 39] = (uint8_t)shape->to;
		at += 40;
	}
	p[at] = (uint8_t)(shape->from_port >> 8);
	p[at + 1] = (uint8_t)shape->from_port;
	if (shape->protocol == 1 || shape->protocol == 58) {
		p[at + 4] = (uint8_t)(shape->to_port >> 8);
		p[at + 5] = (uint8_t)shape->to_port;
		p[at + 7] = (uint8_t)payload; /* the sequence number */
	} else {
		p[at + 2] = (uint8_t)(shape->to_port >> 8);
		p[at + 3] = (uint8_t)shape->to_port;
	}
	/* At an odd address, and not a byte more than it has. */
	copy = malloc(at + 9);
	assert_non_null(copy);
	memcpy(copy + 1, p, at + 8);
	hash = ptl_flow_hash(KEY, copy + 1, at + 8);
	free(copy);
	return hash;
}

static void one_flow_has_one_hash(void **state)
{
	static const struct shape shapes[] = {
		{0x0800, 6, 40000, 443, 1, 2, 0, 0, 1},
		{0x0800, 6, 40000, 443, 1, 2, 0, 5, 1},
		{0x0800, 17, 5000, 53, 1, 2, 0x4000, 0, 1},
		{0x0800, 1, 0x0800, 77, 1, 2, 0, 0, 1},
		{0x86dd, 6, 40000, 443, 1, 2, 0, 0, 1},
		{0x86dd, 58, 0x8000, 77, 1, 2, 0, 0, 1},
		{0x86dd, 44, 1, 1, 1, 2, 0, 0, 1},
		{0x0806, 0, 1, 1, 1, 2, 0, 0, 1},
		{0x88cc, 0, 1, 1, 1, 2, 0, 0, 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(shapes); i++) {
		for (unsigned payload = 1; payload < 50; payload++)
			assert_int_equal(hash_of(&shapes[i], payload), hash_of(&shapes[i], 0));
		for (size_t j = 0; j < i; j++)
			if (j != 0 || i != 1) /* options do not make another flow */
				assert_int_not_equal(hash_of(&shapes[i], 0),
						     hash_of(&shapes[j], 0));
	}
	assert_int_equal(hash_of(&shapes[0], 0), hash_of(&shapes[1], 0));
}

static void each_part_of_the_address_counts(void **state)
{
	static const unsigned ethertypes[] = {0x0800, 0x86dd};
	static const unsigned protocols[] = {6, 17};

	(void)state;
	for (size_t e = 0; e < COUNT(ethertypes); e++) {
		for (size_t i = 0; i < COUNT(protocols); i++) {
			struct shape base = web, other;

			base.ethertype = ethertypes[e];
			base.protocol = protocols[i];
			other = base;
			other.from_port++;
			assert_int_not_equal(hash_of(&base, 0), hash_of(&other, 0));
			other = base;
			other.to_port++;
			assert_int_not_equal(hash_of(&base, 0), hash_of(&other, 0));
			other = base;
			other.from++;
			assert_int_not_equal(hash_of(&base, 0), hash_of(&other, 0));
			other = base;
			other.to++;
			assert_int_not_equal(hash_of(&base, 0), hash_of(&other, 0));
			other = base;
			other.protocol = 23 - other.protocol;
			assert_int_not_equal(hash_of(&base, 0), hash_of(&other, 0));
		}
	}
}

/* Only the first has ports: none of them may count, or they would be reordered. */
static void all_fragments_are_one_flow(void **state)
{
	static const unsigned fields[] = {0x2000, 0x20b9, 0x2172, 0x0001,
					  0x00ff, 0x0100, 0x1fff};
	struct shape shape = web;
	uint32_t first;

	(void)state;
	shape.protocol = 17;
	shape.fragment = fields[0];
	first = hash_of(&shape, 0);
	for (size_t i = 0; i < COUNT(fields); i++) {
		shape.fragment = fields[i];
		shape.from_port = (unsigned)i * 1000;
		assert_int_equal(hash_of(&shape, (unsigned)i), first);
	}
	shape = web;
	shape.protocol = 17;
	shape.fragment = 0x4000; /* "don't fragment" is not a fragment */
	assert_int_not_equal(hash_of(&shape, 0), first);
}

static void pings_of_two_programs_are_two_flows(void **state)
{
	struct shape one = {0x0800, 1, 0x0800, 77, 1, 2, 0, 0, 1};
	struct shape other = one;

	(void)state;
	other.to_port = 78;
	assert_int_not_equal(hash_of(&one, 0), hash_of(&other, 0));
}

/* Whatever is in a frame, and wherever it ends: no byte beyond it is read (the
 * sanitizers watch), and the same frame has the same hash. */
static void malformed_packets_have_a_hash_too(void **state)
{
	static const uint16_t ethertypes[] = {0x0800, 0x86dd, 0x0806, 0x8100, 0x0000, 0xffff};
	static const uint8_t protocols[] = {0, 1, 6, 17, 44, 58, 255};
	struct prng prng = story_seed("flow, malformed", 1);

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t n = random_from(&prng, 14, 90);
		uint16_t type = ethertypes[prng_below(&prng, COUNT(ethertypes))];
		uint8_t *p = malloc(n);
		uint32_t hash;

		assert_non_null(p);
		random_bytes(&prng, p, n);
		p[12] = (uint8_t)(type >> 8);
		p[13] = (uint8_t)type;
		if (n > 14 && prng_below(&prng, 4))
			p[14] = (uint8_t)((type == 0x0800 ? 0x40 : 0x60) |
					  prng_below(&prng, 16));
		if (n > 23)
			p[type == 0x0800 ? 23 : 20] =
				protocols[prng_below(&prng, COUNT(protocols))];
		if (n > 21 && prng_below(&prng, 2) && type == 0x0800)
			p[20] = p[21] = 0;
		hash = ptl_flow_hash(KEY, p, n);
		assert_int_equal(ptl_flow_hash(KEY, p, n), hash);
		free(p);
	}
}

/* 64 flows of ports in a row over 256 slots in groups of four: few groups get
 * more than they have slots. */
static void flows_spread(void **state)
{
	unsigned slots[64] = {0}, crowded = 0;

	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		struct shape shape = web;

		shape.from_port += i;
		slots[(hash_of(&shape, 0) & 255) / 4]++;
	}
	for (unsigned i = 0; i < 64; i++)
		crowded += slots[i] > 4 ? slots[i] - 4 : 0;
	assert_true(crowded <= 2);
}

static void the_key_decides(void **state)
{
	uint8_t p[60] = {0};
	unsigned same = 0;

	(void)state;
	for (uint32_t key = 1; key <= 1000; key++) {
		uint32_t one, other;

		p[0] = 1;
		one = ptl_flow_hash(key, p, sizeof(p)) & 0xff;
		p[0] = 2;
		other = ptl_flow_hash(key, p, sizeof(p)) & 0xff;
		same += one == other;
	}
	assert_true(same < 20); /* what shares a slot with one key does not with another */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_flow_has_one_hash),
		cmocka_unit_test(each_part_of_the_address_counts),
		cmocka_unit_test(all_fragments_are_one_flow),
		cmocka_unit_test(pings_of_two_programs_are_two_flows),
		cmocka_unit_test(malformed_packets_have_a_hash_too),
		cmocka_unit_test(flows_spread),
		cmocka_unit_test(the_key_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
