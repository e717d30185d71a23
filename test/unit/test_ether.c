/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shim between Ethernet and IP, seen from both of its sides:
 *
 *	net (tap or tun)  <->  shim  <->  link (pigtail, len16 or slip, hosted)
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <cmocka.h>

#include <pigtail/ether.h>

#include "packets.h"

enum { CANARY = 16 };

static const uint8_t own_mac[6] = {2, 0, 0, 0, 0, 1};
static const uint8_t peer_mac[6] = {2, 0, 0, 0, 0, 2};
static const uint8_t third_mac[6] = {2, 0, 0, 0, 0, 3};
static const uint8_t no_mac[6];
static const uint8_t own4[4] = {192, 168, 100, 1};
static const uint8_t peer4[4] = {192, 168, 100, 2};
static const uint8_t zero16[16];
static const uint8_t own6[16] = {0xfe, 0x80, [15] = 1};
static const uint8_t peer6[16] = {0xfe, 0x80, [15] = 2};

static struct ptl_ether ether;
static uint8_t scratch[1514 + CANARY];

struct side {
	unsigned packets;
	size_t n;
	uint8_t last[1600];
};
static struct side net, link_;

static void record(struct side *side, const uint8_t *packet, size_t n)
{
	assert_true(n <= sizeof(side->last));
	side->packets++;
	side->n = n;
	memcpy(side->last, packet, n);
}

static void to_net(void *user, const uint8_t *packet, size_t n)
{
	(void)user;
	record(&net, packet, n);
}

static void to_link(void *user, const uint8_t *packet, size_t n)
{
	(void)user;
	record(&link_, packet, n);
}

static void open_shim(enum ptl_payload net_kind, enum ptl_payload link_kind,
		      const uint8_t *peer)
{
	struct ptl_ether_config config = {
		.net = net_kind,
		.link = link_kind,
		.to_net = to_net,
		.to_link = to_link,
	};

	memcpy(config.own_mac, own_mac, 6);
	memcpy(config.peer_mac, peer, 6);
	memset(&net, 0, sizeof(net));
	memset(&link_, 0, sizeof(link_));
	memset(scratch, 0xee, sizeof(scratch));
	assert_true(ptl_ether_init(&ether, &config, scratch, sizeof(scratch) - CANARY));
}

static int tap_and_ip(void **state)
{
	(void)state;
	open_shim(PTL_ETHERNET, PTL_IP, peer_mac);
	return 0;
}

static int tun_and_ethernet(void **state)
{
	(void)state;
	open_shim(PTL_IP, PTL_ETHERNET, no_mac);
	return 0;
}

static int check_canary(void **state)
{
	(void)state;
	for (unsigned i = 1; i <= CANARY; i++)
		assert_int_equal(scratch[sizeof(scratch) - i], 0xee);
	return 0;
}

/* ---- frames ---- */

static size_t header(uint8_t *p, const uint8_t *to, const uint8_t *from, uint16_t type)
{
	memcpy(p, to, 6);
	memcpy(p + 6, from, 6);
	p[12] = (uint8_t)(type >> 8);
	p[13] = (uint8_t)type;
	return 14;
}

static const uint8_t all_mac[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static size_t arp(uint8_t *p, uint8_t operation, const uint8_t *from_mac, const uint8_t *from,
		  const uint8_t *to_mac, const uint8_t *to)
{
	static const uint8_t head[] = {0, 1, 8, 0, 6, 4, 0};

	header(p, operation == 1 ? all_mac : to_mac, from_mac, 0x0806);
	p += 14;
	memcpy(p, head, sizeof(head));
	p[7] = operation;
	memcpy(p + 8, from_mac, 6);
	memcpy(p + 14, from, 4);
	memcpy(p + 18, operation == 1 ? no_mac : to_mac, 6);
	memcpy(p + 24, to, 4);
	return 42;
}

static uint16_t icmp6_sum(const uint8_t *packet)
{
	static uint8_t pseudo[40 + 1500];
	size_t n = (size_t)packet[4] << 8 | packet[5];

	memset(pseudo, 0, 40);
	memcpy(pseudo, packet + 8, 32);
	pseudo[34] = packet[4];
	pseudo[35] = packet[5];
	pseudo[39] = 58;
	memcpy(pseudo + 40, packet + 40, n);
	return internet_checksum(pseudo, 40 + n);
}

/* A neighbour solicitation as Linux sends it; from :: without the option. */
static size_t solicit(uint8_t *p, const uint8_t *from_mac, const uint8_t *from,
		      const uint8_t *target)
{
	uint8_t group_mac[6] = {0x33, 0x33, 0xff, target[13], target[14], target[15]};
	bool probe = !memcmp(from, zero16, 16);
	uint8_t *packet = p + header(p, group_mac, from_mac, 0x86dd);
	uint16_t sum;

	memset(packet, 0, 72);
	packet[0] = 0x60;
	packet[5] = probe ? 24 : 32;
	packet[6] = 58;
	packet[7] = 255;
	memcpy(packet + 8, from, 16);
	packet[24] = 0xff;
	packet[25] = 2;
	packet[35] = 1;
	packet[36] = 0xff;
	memcpy(packet + 37, target + 13, 3);
	packet[40] = 135;
	memcpy(packet + 48, target, 16);
	if (!probe) {
		packet[64] = 1;
		packet[65] = 1;
		memcpy(packet + 66, from_mac, 6);
	}
	sum = icmp6_sum(packet);
	packet[42] = (uint8_t)(sum >> 8);
	packet[43] = (uint8_t)sum;
	return 14 + 40 + (size_t)packet[5];
}

static void assert_arp_answer(const struct side *side, const uint8_t *from_mac,
			      const uint8_t *from, const uint8_t *to_mac, const uint8_t *to)
{
	uint8_t expected[42];

	assert_int_equal(side->n, arp(expected, 2, from_mac, from, to_mac, to));
	assert_memory_equal(side->last, expected, 42);
}

static void assert_advertisement(const struct side *side, const uint8_t *from_mac,
				 const uint8_t *from, const uint8_t *to_mac, const uint8_t *to)
{
	const uint8_t *packet = side->last + 14;

	assert_int_equal(side->n, 14 + 40 + 32);
	assert_memory_equal(side->last, to_mac, 6);
	assert_memory_equal(side->last + 6, from_mac, 6);
	assert_int_equal(packet[6], 58);
	assert_int_equal(packet[7], 255);
	assert_memory_equal(packet + 8, from, 16);
	assert_memory_equal(packet + 24, to, 16);
	assert_int_equal(packet[40], 136);
	assert_int_equal(packet[44] & 0x60, 0x60); /* solicited, override */
	assert_memory_equal(packet + 48, from, 16);
	assert_int_equal(packet[64], 2);
	assert_int_equal(packet[65], 1);
	assert_memory_equal(packet + 66, from_mac, 6);
	assert_int_equal(icmp6_sum(packet), 0);
}

/* ---- tap and an IP framing ---- */

static void tap_strips_headers(void **state)
{
	uint8_t frame[1514];

	(void)state;
	for (size_t n = 20; n <= 1500; n += 37) {
		header(frame, peer_mac, own_mac, 0x0800);
		make_ip4(frame + 14, n, 1);
		ptl_ether_from_net(&ether, frame, 14 + n);
		assert_int_equal(link_.n, n);
		assert_memory_equal(link_.last, frame + 14, n);
	}
	header(frame, peer_mac, own_mac, 0x86dd);
	make_ip6(frame + 14, 1500, 1);
	ptl_ether_from_net(&ether, frame, 1514);
	assert_int_equal(link_.n, 1500);
	assert_int_equal(net.packets, 0);
}

static void tap_cuts_padding(void **state)
{
	uint8_t frame[60] = {0};

	(void)state;
	header(frame, peer_mac, own_mac, 0x0800);
	make_ip4(frame + 14, 28, 1);
	ptl_ether_from_net(&ether, frame, 60);
	assert_int_equal(link_.n, 28);
}

static void tap_gets_headers(void **state)
{
	static const uint8_t groups[][4] = {{224, 0, 0, 251}, {239, 255, 255, 250}};
	uint8_t packet[1500];

	(void)state;
	make_ip4(packet, 1500, 1);
	ptl_ether_from_link(&ether, packet, 1500);
	assert_int_equal(net.n, 1514);
	assert_memory_equal(net.last, own_mac, 6);
	assert_memory_equal(net.last + 6, peer_mac, 6);
	assert_memory_equal(net.last + 12, "\x08\0", 2);
	assert_memory_equal(net.last + 14, packet, 1500);

	memcpy(packet + 16, groups[0], 4);
	ptl_ether_from_link(&ether, packet, 1500);
	assert_memory_equal(net.last, "\x01\0\x5e\0\0\xfb", 6);
	memcpy(packet + 16, groups[1], 4);
	ptl_ether_from_link(&ether, packet, 1500);
	assert_memory_equal(net.last, "\x01\0\x5e\x7f\xff\xfa", 6);
	memset(packet + 16, 0xff, 4);
	ptl_ether_from_link(&ether, packet, 1500);
	assert_memory_equal(net.last, all_mac, 6);

	make_ip6(packet, 100, 1);
	ptl_ether_from_link(&ether, packet, 100);
	assert_memory_equal(net.last, own_mac, 6);
	assert_memory_equal(net.last + 12, "\x86\xdd", 2);
	packet[24] = 0xff;
	ptl_ether_from_link(&ether, packet, 100);
	assert_memory_equal(net.last, "\x33\x33\0\0\0\x02", 6);
}

/* The kernel's MAC may be another than we were told, and may change. */
static void tap_mac_is_learnt(void **state)
{
	uint8_t frame[114];

	(void)state;
	header(frame, peer_mac, third_mac, 0x0800);
	make_ip4(frame + 14, 100, 1);
	ptl_ether_from_net(&ether, frame, 114);
	ptl_ether_from_link(&ether, frame + 14, 100);
	assert_memory_equal(net.last, third_mac, 6);
}

static void tap_questions_are_answered(void **state)
{
	static const uint8_t far[4] = {10, 1, 2, 3};
	uint8_t frame[86];

	(void)state;
	ptl_ether_from_net(&ether, frame, arp(frame, 1, own_mac, own4, no_mac, peer4));
	assert_arp_answer(&net, peer_mac, peer4, own_mac, own4);
	ptl_ether_from_net(&ether, frame, arp(frame, 1, own_mac, own4, no_mac, far));
	assert_arp_answer(&net, peer_mac, far, own_mac, own4);
	ptl_ether_from_net(&ether, frame, solicit(frame, own_mac, own6, peer6));
	assert_advertisement(&net, peer_mac, peer6, own_mac, own6);
	assert_int_equal(net.packets, 3);
	assert_int_equal(link_.packets, 0);
	assert_int_equal(ether.counters.answers, 3);
}

/* Duplicate detection must come out well for the kernel. */
static void tap_keeps_its_own_address(void **state)
{
	static const uint8_t zero4[4];
	static const uint8_t second[4] = {192, 168, 100, 7};
	uint8_t frame[114];

	(void)state;
	ptl_ether_from_net(&ether, frame, arp(frame, 1, own_mac, zero4, no_mac, own4));
	ptl_ether_from_net(&ether, frame, arp(frame, 1, own_mac, own4, no_mac, own4));
	ptl_ether_from_net(&ether, frame, solicit(frame, own_mac, zero16, own6));
	ptl_ether_from_net(&ether, frame, solicit(frame, own_mac, own6, own6));
	ptl_ether_from_net(&ether, frame, arp(frame, 2, own_mac, own4, all_mac, own4));
	assert_int_equal(net.packets, 0);

	/* Another of its addresses asks for one that it has sent from. */
	header(frame, peer_mac, own_mac, 0x0800);
	make_ip4(frame + 14, 100, 1);
	ptl_ether_from_net(&ether, frame, 114);
	ptl_ether_from_net(&ether, frame, arp(frame, 1, own_mac, second, no_mac, own4));
	assert_int_equal(net.packets, 0);
	assert_int_equal(link_.packets, 1);
}

static void malformed_questions_get_no_answer(void **state)
{
	uint8_t frame[86];

	(void)state;
	for (size_t n = 0; n < 42; n++) {
		arp(frame, 1, own_mac, own4, no_mac, peer4);
		ptl_ether_from_net(&ether, frame, n);
	}
	solicit(frame, own_mac, own6, peer6);
	frame[14 + 7] = 254; /* hop limit: it came through a router */
	ptl_ether_from_net(&ether, frame, 86);
	solicit(frame, own_mac, own6, peer6);
	frame[14 + 42] ^= 1; /* checksum */
	ptl_ether_from_net(&ether, frame, 86);
	solicit(frame, own_mac, own6, peer6);
	frame[14 + 4] = 5; /* longer than its frame */
	ptl_ether_from_net(&ether, frame, 86);
	assert_int_equal(net.packets, 0);
	assert_int_equal(link_.packets, 0);
}

static void tap_drops_what_is_not_ip(void **state)
{
	uint8_t frame[60] = {0};

	(void)state;
	header(frame, all_mac, own_mac, 0x88cc);
	ptl_ether_from_net(&ether, frame, 60);
	assert_int_equal(ether.counters.not_ip, 1);
	header(frame, all_mac, own_mac, 0x0800);
	ptl_ether_from_net(&ether, frame, 60);
	assert_int_equal(ether.counters.malformed, 1);
	ptl_ether_from_link(&ether, frame, 60);
	assert_int_equal(ether.counters.malformed, 2);
	assert_int_equal(net.packets + link_.packets, 0);
}

static void drops_what_does_not_fit(void **state)
{
	static uint8_t packet[1501];

	(void)state;
	ptl_ether_from_link(&ether, packet, make_ip4(packet, 1501, 1));
	assert_int_equal(ether.counters.too_long, 1);
	assert_int_equal(net.packets, 0);
}

/* ---- tun and an Ethernet framing ---- */

static void tun_asks_until_the_peer_is_known(void **state)
{
	uint8_t packet[100], expected[86];

	(void)state;
	make_ip4(packet, 100, 1);
	ptl_ether_from_net(&ether, packet, 100);
	assert_int_equal(link_.packets, 2);
	assert_int_equal(ether.counters.questions, 1);
	assert_memory_equal(link_.last, all_mac, 6);
	assert_memory_equal(link_.last + 6, own_mac, 6);
	assert_memory_equal(link_.last + 14, packet, 100);

	arp(expected, 1, own_mac, own4, no_mac, peer4);
	ptl_ether_from_link(&ether, expected, arp(expected, 2, peer_mac, peer4, own_mac, own4));
	assert_int_equal(net.packets, 0);
	ptl_ether_from_net(&ether, packet, 100);
	assert_int_equal(link_.packets, 3);
	assert_memory_equal(link_.last, peer_mac, 6);
	assert_memory_equal(link_.last + 12, "\x08\0", 2);
}

static size_t asked_n;
static uint8_t asked[100];

static void keep_question(void *user, const uint8_t *packet, size_t n)
{
	(void)user;
	if (n <= sizeof(asked) && !asked_n) {
		memcpy(asked, packet, n);
		asked_n = n;
	}
}

static void tun_asks_in_the_right_words(void **state)
{
	uint8_t packet[200], expected[86];

	(void)state;
	ether.config.to_link = keep_question;
	ptl_ether_from_net(&ether, packet, make_ip4(packet, 200, 1));
	assert_int_equal(asked_n, arp(expected, 1, own_mac, own4, no_mac, peer4));
	assert_memory_equal(asked, expected, asked_n);
	asked_n = 0;
	ptl_ether_from_net(&ether, packet, make_ip6(packet, 200, 1));
	assert_int_equal(asked_n, solicit(expected, own_mac, own6, peer6));
	assert_memory_equal(asked, expected, asked_n);
}

static void tun_learns_from_any_frame(void **state)
{
	uint8_t frame[114], packet[100];

	(void)state;
	header(frame, own_mac, peer_mac, 0x0800);
	make_ip4(frame + 14, 100, 1);
	ptl_ether_from_link(&ether, frame, 114);
	assert_int_equal(net.n, 100);
	assert_memory_equal(net.last, frame + 14, 100);
	ptl_ether_from_net(&ether, packet, make_ip4(packet, 100, 2));
	assert_int_equal(link_.packets, 1);
	assert_memory_equal(link_.last, peer_mac, 6);

	/* A broadcast from elsewhere changes nothing, a frame to us does. */
	ptl_ether_from_link(&ether, frame, arp(frame, 1, third_mac, peer4, no_mac, peer4));
	ptl_ether_from_net(&ether, packet, 100);
	assert_memory_equal(link_.last, peer_mac, 6);
	header(frame, own_mac, third_mac, 0x0800);
	make_ip4(frame + 14, 100, 1);
	ptl_ether_from_link(&ether, frame, 114);
	ptl_ether_from_net(&ether, packet, 100);
	assert_memory_equal(link_.last, third_mac, 6);
}

static void tun_is_told_the_peer(void **state)
{
	uint8_t packet[100];

	(void)state;
	ptl_ether_set_peer(&ether, peer_mac);
	ptl_ether_from_net(&ether, packet, make_ip4(packet, 100, 1));
	assert_int_equal(link_.packets, 1);
	assert_memory_equal(link_.last, peer_mac, 6);
	make_ip6(packet, 100, 1);
	packet[24] = 0xff;
	ptl_ether_from_net(&ether, packet, 100);
	assert_memory_equal(link_.last, "\x33\x33\0\0\0\x02", 6);
}

static void tun_answers_for_its_own(void **state)
{
	static const uint8_t other[4] = {192, 168, 100, 9};
	static const uint8_t zero4[4];
	uint8_t frame[114], packet[100];

	(void)state;
	/* Nothing is known yet, and there is only one other station. */
	ptl_ether_from_link(&ether, frame, arp(frame, 1, peer_mac, peer4, no_mac, own4));
	assert_arp_answer(&link_, own_mac, own4, peer_mac, peer4);
	ptl_ether_from_link(&ether, frame, solicit(frame, peer_mac, peer6, own6));
	assert_advertisement(&link_, own_mac, own6, peer_mac, peer6);
	assert_int_equal(link_.packets, 2);

	/* From now on it is. */
	ptl_ether_from_net(&ether, packet, make_ip4(packet, 100, 1));
	assert_int_equal(link_.packets, 3);
	ptl_ether_from_link(&ether, frame, arp(frame, 1, peer_mac, peer4, no_mac, other));
	ptl_ether_from_link(&ether, frame, arp(frame, 1, peer_mac, zero4, no_mac, own4));
	assert_int_equal(link_.packets, 3);
	ptl_ether_from_link(&ether, frame, arp(frame, 1, peer_mac, peer4, no_mac, own4));
	assert_int_equal(link_.packets, 4);
	assert_int_equal(net.packets, 0);
}

static void tun_is_silent_in_a_crowd(void **state)
{
	static const uint8_t other[4] = {192, 168, 100, 9};
	uint8_t frame[114];

	(void)state;
	ptl_ether_from_link(&ether, frame, arp(frame, 2, third_mac, other, all_mac, other));
	ptl_ether_from_link(&ether, frame, arp(frame, 1, peer_mac, peer4, no_mac, other));
	assert_int_equal(link_.packets, 0);
	ptl_ether_add_own(&ether, own4, 4);
	ptl_ether_from_link(&ether, frame, arp(frame, 1, peer_mac, peer4, no_mac, own4));
	assert_int_equal(link_.packets, 1);
}

/* The reference's device sends to a fixed MAC, whatever ours is. */
static void tun_takes_its_ip_at_any_mac(void **state)
{
	static const uint8_t other[4] = {192, 168, 100, 9};
	uint8_t frame[114], packet[100];

	(void)state;
	header(frame, third_mac, peer_mac, 0x0800);
	make_ip4(frame + 14, 100, 1);
	memcpy(frame + 14 + 16, own4, 4);
	ptl_ether_from_link(&ether, frame, 114);
	assert_int_equal(net.packets, 1);
	ptl_ether_from_net(&ether, packet, make_ip4(packet, 100, 1)); /* from own4 */
	ptl_ether_from_link(&ether, frame, 114);
	assert_int_equal(net.packets, 2);
	memcpy(frame + 14 + 16, other, 4);
	ptl_ether_from_link(&ether, frame, 114);
	assert_int_equal(net.packets, 2);
	assert_int_equal(ether.counters.not_ours, 1);
}

static void tun_cuts_padding(void **state)
{
	uint8_t frame[60] = {0};

	(void)state;
	header(frame, own_mac, peer_mac, 0x0800);
	make_ip4(frame + 14, 28, 1);
	ptl_ether_from_link(&ether, frame, 60);
	assert_int_equal(net.n, 28);
	for (size_t n = 0; n < 42; n++)
		ptl_ether_from_link(&ether, frame, n);
	assert_int_equal(net.packets, 1);
}

/* ---- both the same ---- */

static void passes_what_needs_no_change(void **state)
{
	static const uint8_t bytes[] = {1, 2, 3};

	(void)state;
	for (enum ptl_payload kind = PTL_ETHERNET; kind <= PTL_IP; kind++) {
		open_shim(kind, kind, no_mac);
		ptl_ether_from_net(&ether, bytes, 3);
		ptl_ether_from_link(&ether, bytes, 2);
		assert_int_equal(link_.n, 3);
		assert_int_equal(net.n, 2);
	}
}

static void wants_enough_scratch(void **state)
{
	struct ptl_ether_config config = {.to_net = to_net, .to_link = to_link};

	(void)state;
	assert_false(ptl_ether_init(&ether, &config, scratch, 127));
	assert_true(ptl_ether_init(&ether, &config, scratch, 128));
}

int main(void)
{
#define TAP(name) cmocka_unit_test_setup_teardown(name, tap_and_ip, check_canary)
#define TUN(name) cmocka_unit_test_setup_teardown(name, tun_and_ethernet, check_canary)
	const struct CMUnitTest tests[] = {
		TAP(tap_strips_headers),
		TAP(tap_cuts_padding),
		TAP(tap_gets_headers),
		TAP(tap_mac_is_learnt),
		TAP(tap_questions_are_answered),
		TAP(tap_keeps_its_own_address),
		TAP(malformed_questions_get_no_answer),
		TAP(tap_drops_what_is_not_ip),
		TAP(drops_what_does_not_fit),
		TUN(tun_asks_until_the_peer_is_known),
		TUN(tun_asks_in_the_right_words),
		TUN(tun_learns_from_any_frame),
		TUN(tun_is_told_the_peer),
		TUN(tun_answers_for_its_own),
		TUN(tun_is_silent_in_a_crowd),
		TUN(tun_takes_its_ip_at_any_mac),
		TUN(tun_cuts_padding),
		TAP(passes_what_needs_no_change),
		TAP(wants_enough_scratch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
