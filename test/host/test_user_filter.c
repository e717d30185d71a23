/* SPDX-License-Identifier: GPL-2.0-only */
/* What libslirp gets to see: not what is meant for this machine's loopback, and of a
 * SYN-ACK that comes again only the acknowledgement. */
#include "story.h"

#include "compat/ip.h"
#include "host/net/user_filter.h"

#include <string.h>

#define OWN  0x0a000202u /* libslirp */
#define PEER 0x0a00020fu
#define SYN  0x02
#define ACK  0x10

enum { IP = 14, TCP = IP + COMPAT_IP4_HEADER, FRAME = TCP + 24 };

/* A TCP frame with an MSS option; the checksum is right. */
static void make(uint8_t frame[FRAME], uint32_t from, uint32_t to, uint16_t from_port,
		 uint16_t to_port, uint32_t sequence, uint32_t acknowledged, uint8_t flags)
{
	static const uint8_t mss[] = {2, 4, 5, 0xb4};
	uint32_t sum;

	memset(frame, 0, FRAME);
	ptl_put_be16(frame + 12, 0x0800);
	frame[IP] = 0x45;
	ptl_put_be16(frame + IP + 2, FRAME - IP);
	frame[IP + 9] = 6;
	ptl_put_be32(frame + IP + 12, from);
	ptl_put_be32(frame + IP + 16, to);
	ptl_put_be16(frame + TCP, from_port);
	ptl_put_be16(frame + TCP + 2, to_port);
	ptl_put_be32(frame + TCP + 4, sequence);
	ptl_put_be32(frame + TCP + 8, acknowledged);
	frame[TCP + 12] = 6 << 4;
	frame[TCP + 13] = flags;
	memcpy(frame + TCP + 20, mss, sizeof(mss));
	sum = compat_sum(6 + FRAME - TCP, frame + IP + 12, 8);
	ptl_put_be16(frame + TCP + 16,
		     compat_sum_end(compat_sum(sum, frame + TCP, FRAME - TCP)));
}

static bool checksum_is_right(const uint8_t frame[FRAME])
{
	uint32_t sum = compat_sum(6 + FRAME - TCP, frame + IP + 12, 8);

	return compat_sum_end(compat_sum(sum, frame + TCP, FRAME - TCP)) == 0;
}

static void libslirp_says(struct user_filter *filter, uint16_t port, uint32_t sequence,
			  uint8_t flags)
{
	uint8_t frame[FRAME];

	make(frame, OWN, PEER, port, 80, sequence, 0, flags);
	user_filter_out(filter, frame, sizeof(frame));
}

/* The flags with which a SYN-ACK of the peer gets through. */
static int syn_ack_comes(struct user_filter *filter, uint16_t port, uint32_t initial)
{
	uint8_t frame[FRAME];

	make(frame, PEER, OWN, 80, port, 0xfffffffe, initial + 1, SYN | ACK);
	assert_true(user_filter_in(filter, frame, sizeof(frame)));
	assert_true(checksum_is_right(frame));
	return frame[TCP + 13];
}

static void only_the_first_syn_ack_is_one(void **state)
{
	struct user_filter *filter = user_filter_new();
	uint32_t initials[] = {1000, UINT32_MAX, 0, 0x02000000};

	(void)state;
	for (size_t i = 0; i < COUNT(initials); i++) {
		libslirp_says(filter, 4000, initials[i], SYN);
		assert_int_equal(syn_ack_comes(filter, 4000, initials[i]), SYN | ACK);
		libslirp_says(filter, 4000, initials[i] + 1, ACK);
		assert_int_equal(syn_ack_comes(filter, 4000, initials[i]), ACK);
		assert_int_equal(syn_ack_comes(filter, 4000, initials[i]), ACK);
		/* Of another connection. */
		assert_int_equal(syn_ack_comes(filter, 4001, initials[i]), SYN | ACK);
	}
	user_filter_free(filter);
}

static void one_that_libslirp_has_not_had_comes_again_as_it_is(void **state)
{
	struct user_filter *filter = user_filter_new();

	(void)state;
	libslirp_says(filter, 4000, 1000, SYN);
	/* It was damaged on the wire, say; libslirp asks again. */
	assert_int_equal(syn_ack_comes(filter, 4000, 1000), SYN | ACK);
	libslirp_says(filter, 4000, 1000, SYN);
	assert_int_equal(syn_ack_comes(filter, 4000, 1000), SYN | ACK);
	user_filter_free(filter);
}

static void a_crowd_is_remembered(void **state)
{
	struct user_filter *filter = user_filter_new();

	(void)state;
	for (uint16_t port = 0; port < 10000; port++) {
		libslirp_says(filter, port, port * 7u, SYN);
		if (port % 3)
			libslirp_says(filter, port, port * 7u + 1, ACK);
	}
	for (uint16_t port = 10000 - 4096; port < 10000; port++)
		assert_int_equal(syn_ack_comes(filter, port, port * 7u),
				 port % 3 ? ACK : SYN | ACK);
	user_filter_free(filter);
}

static void nothing_is_let_in_to_the_loopback(void **state)
{
	static const uint32_t shut[] = {0x7f000001, 0x7fffffff, 0, 1};
	static const uint32_t open[] = {0x0a000202, 0xffffffff, 0x08080808, 0x80000001};
	struct user_filter *filter = user_filter_new();
	uint8_t frame[FRAME];

	(void)state;
	for (size_t i = 0; i < COUNT(shut); i++) {
		make(frame, PEER, shut[i], 1, 2, 0, 0, SYN);
		assert_false(user_filter_in(filter, frame, sizeof(frame)));
		make(frame, PEER, open[i], 1, 2, 0, 0, SYN);
		assert_true(user_filter_in(filter, frame, sizeof(frame)));
	}
	user_filter_free(filter);
}

static void ipv6_likewise(void **state)
{
	static const struct {
		uint8_t destination[16];
		bool open;
	} cases[] = {
		{{0}, false},
		{{[15] = 1}, false},
		{{[15] = 2}, true},
		{{[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1}, false},
		{{0xfd, [15] = 2}, true},
		{{0xff, 2, [15] = 1}, true},
	};
	struct user_filter *filter = user_filter_new();
	uint8_t frame[14 + COMPAT_IP6_HEADER] = {[12] = 0x86, [13] = 0xdd, [14] = 0x60};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		memcpy(frame + 14 + 24, cases[i].destination, 16);
		assert_int_equal(user_filter_in(filter, frame, sizeof(frame)), cases[i].open);
	}
	user_filter_free(filter);
}

/* Each is handed over in memory of just its size: a sanitizer sees what is read beyond. */
static void frames_that_are_cut_do_no_harm(void **state)
{
	struct user_filter *filter = user_filter_new();
	uint8_t frame[FRAME];

	(void)state;
	for (unsigned int words = 0; words < 16; words++)
		for (size_t n = 0; n <= FRAME; n++) {
			uint8_t *cut = test_malloc(n + 1);

			make(frame, PEER, OWN, 80, 4000, 0, 1, SYN | ACK);
			frame[IP] = (uint8_t)(0x40 | words);
			memcpy(cut + 1, frame, n);
			(void)user_filter_in(filter, cut + 1, n);
			user_filter_out(filter, cut + 1, n);
			test_free(cut);
		}
	user_filter_free(filter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_first_syn_ack_is_one),
		cmocka_unit_test(one_that_libslirp_has_not_had_comes_again_as_it_is),
		cmocka_unit_test(a_crowd_is_remembered),
		cmocka_unit_test(nothing_is_let_in_to_the_loopback),
		cmocka_unit_test(ipv6_likewise),
		cmocka_unit_test(frames_that_are_cut_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
