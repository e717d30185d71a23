/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets are packed on their way and come out as they went in: with readers that
 * refuse, frames that are lost, ends that restart, and ends that agree on less. */
#include "link_end.h"

#define BURST 12

struct burst {
	uint8_t packet[BURST][1518];
	size_t length[BURST];
	unsigned n;
};

static const char text[] =
	"It was the best of times, it was the worst of times, it was the age of wisdom, it "
	"was the age of foolishness, it was the epoch of belief, it was the epoch of "
	"incredulity, it was the season of Light, it was the season of Darkness. ";

/* UDP over IPv4 or something unknown; text, zeros or noise. Each of a flow whose
 * packets do not overtake each other: all of one burst are of the same. */
static size_t make(uint8_t *p, struct prng *prng, unsigned kind, uint16_t id)
{
	size_t n = random_from(prng, 60, prng_below(prng, 2) ? 200 : 1514);
	size_t at = kind & 1 ? 42 : 14;
	uint32_t sum = 0;

	memset(p, 0, n);
	p[0] = p[6] = 2;
	p[12] = kind & 1 ? 0x08 : 0x88;
	if (kind & 1) {
		p[14] = 0x45;
		p[16] = (uint8_t)((n - 14) >> 8);
		p[17] = (uint8_t)(n - 14);
		p[18] = (uint8_t)(id >> 8);
		p[19] = (uint8_t)id;
		p[22] = 64;
		p[23] = 17;
		p[26] = p[30] = 10;
		p[33] = (uint8_t)kind;
		p[35] = 9;
		p[38] = (uint8_t)((n - 34) >> 8);
		p[39] = (uint8_t)(n - 34);
		for (size_t i = 14; i < 34; i += 2)
			sum += (uint32_t)p[i] << 8 | p[i + 1];
		sum = (sum & 0xffff) + (sum >> 16);
		p[24] = (uint8_t) ~(sum >> 8);
		p[25] = (uint8_t)~sum;
	}
	for (size_t i = at; i < n; i++)
		p[i] = kind & 2 ? (uint8_t)prng_next(prng)
				: (uint8_t)text[(i + id * 17u) % (sizeof(text) - 1)];
	return n;
}

static void send_burst(struct one_end *end, struct burst *burst, struct prng *prng)
{
	unsigned kind = prng_below(prng, 8);

	burst->n = (unsigned)random_from(prng, 1, BURST);
	for (unsigned i = 0; i < burst->n; i++) {
		burst->length[i] =
			make(burst->packet[i], prng, kind, (uint16_t)prng_below(prng, 1000));
		assert_int_equal(end_send(end, burst->packet[i], burst->length[i]), PTL_OK);
	}
}

static void assert_arrived(struct one_end *end, const struct burst *burst)
{
	assert_int_equal(end->packets, burst->n);
	for (unsigned i = 0; i < burst->n; i++) {
		assert_int_equal(end->length[i], burst->length[i]);
		assert_memory_equal(end->packet[i], burst->packet[i], burst->length[i]);
	}
	end->packets = 0;
}

struct offer {
	uint8_t contexts, history[2];
};

static void open_with(struct one_end *a, struct one_end *b, const struct offer offers[2])
{
	struct one_end *ends[2] = {a, b};

	for (int i = 0; i < 2; i++) {
		struct ptl_config config =
			link_config(i ? PTL_DEVICE : PTL_HOST, PTL_PROFILE_HOST);

		config.drop_when_full = false;
		config.codel = false;
		config.contexts = offers[i].contexts;
		memcpy(config.history, offers[i].history, 2);
		end_open(ends[i], &ptl_framing_pigtail, &config);
	}
	exchange(a, b);
	assert_int_equal(a->state, PTL_STATE_UP);
	assert_int_equal(b->state, PTL_STATE_UP);
}

static const struct offer full[2] = {{16, {12, 16}}, {16, {12, 16}}};

static void they_use_what_both_have(void **state)
{
	static const struct {
		struct offer offers[2];
		bool headers, payload; /* are packed */
	} rows[] = {
		{{{16, {12, 16}}, {16, {12, 16}}}, true, true},
		{{{16, {12, 16}}, {0, {0, 0}}}, false, false},
		{{{0, {0, 0}}, {16, {12, 16}}}, false, false},
		{{{1, {8, 8}}, {16, {12, 16}}}, true, true},
		{{{16, {12, 16}}, {2, {8, 9}}}, true, true},
		{{{16, {0, 0}}, {4, {12, 16}}}, true, false},
		{{{0, {12, 16}}, {4, {12, 16}}}, false, true},
	};
	struct prng prng = story_seed("pack, offers", 1);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct one_end a, b;
		struct burst burst;

		open_with(&a, &b, rows[i].offers);
		for (int round = 0; round < 40; round++) {
			a.now = b.now += 30000;
			send_burst(&a, &burst, &prng);
			pass(&a, &b, 20000);
			assert_arrived(&b, &burst);
			send_burst(&b, &burst, &prng);
			pass(&a, &b, 20000);
			assert_arrived(&a, &burst);
		}
		assert_int_equal(end_counters(&a)->tx_headers_saved > 0, rows[i].headers);
		assert_int_equal(end_counters(&b)->tx_headers_saved > 0, rows[i].headers);
		assert_int_equal(end_counters(&a)->tx_payload_saved > 0, rows[i].payload);
		assert_int_equal(end_counters(&b)->tx_payload_saved > 0, rows[i].payload);
		assert_int_equal(a.states, 1);
		close_pair(&a, &b);
	}
}

static void a_reader_that_refuses_gets_the_same_again(void **state)
{
	struct prng prng = story_seed("pack, refusals", 2);
	struct one_end a, b;

	(void)state;
	open_with(&a, &b, full);
	for (int round = 0; round < 200; round++) {
		struct burst burst;

		b.refuse = prng_below(&prng, 2);
		send_burst(&a, &burst, &prng);
		pass(&a, &b, 30000);
		for (int again = 0; again < 3 && b.refuse; again++) {
			b.framing->resume(b.endpoint, b.now); /* still no room */
			assert_int_equal(b.packets, 0);
		}
		if (b.refuse) {
			b.refuse = false;
			b.framing->resume(b.endpoint, b.now);
			pass(&a, &b, 200000);
		}
		assert_arrived(&b, &burst);
	}
	assert_int_equal(b.states, 1);
	assert_true(end_counters(&b)->rx_refused > 40);
	assert_int_equal(end_counters(&b)->rx_bad_packed, 0);
	close_pair(&a, &b);
}

static void what_is_lost_and_sent_again_stays_in_step(void **state)
{
	struct prng prng = story_seed("pack, losses", 3);
	struct one_end a, b;

	(void)state;
	open_with(&a, &b, full);
	for (int round = 0; round < 150; round++) {
		struct burst burst;
		uint8_t bytes[700];
		size_t n;

		send_burst(&a, &burst, &prng);
		while ((n = end_transmit(&a, bytes, random_from(&prng, 1, sizeof(bytes)))) >
		       0) {
			if (prng_below(&prng, 4) == 0)
				bytes[prng_below(&prng, n)] ^=
					(uint8_t)(1 + prng_below(&prng, 255));
			end_receive(&b, bytes, n, 100, NULL);
			if (prng_below(&prng, 3) == 0)
				carry(&b, &a);
		}
		pass(&a, &b, 2000000);
		assert_arrived(&b, &burst);
	}
	assert_int_equal(b.states, 1);
	assert_true(end_counters(&a)->tx_lost > 30);
	assert_int_equal(end_counters(&b)->rx_bad_packed, 0);
	close_pair(&a, &b);
}

static void a_new_session_begins_with_nothing_in_common(void **state)
{
	struct prng prng = story_seed("pack, restarts", 4);
	struct one_end a, b;

	(void)state;
	open_with(&a, &b, full);
	for (uint32_t life = 1; life < 30; life++) {
		struct ptl_config config = link_config(PTL_DEVICE, PTL_PROFILE_HOST);
		ptl_time now = b.now;
		struct burst burst;
		uint8_t bytes[300];

		/* Some of it is on the way when b loses its memory. */
		send_burst(&a, &burst, &prng);
		end_receive(&b, bytes, end_transmit(&a, bytes, sizeof(bytes)), 300, NULL);
		end_close(&b);
		config.nonce += life;
		config.contexts = (uint8_t)prng_below(&prng, 17);
		end_open(&b, &ptl_framing_pigtail, &config);
		b.now = now;
		pass(&a, &b, 1000000);
		assert_int_equal(b.state, PTL_STATE_UP);
		b.packets = a.packets = 0;
		for (int round = 0; round < 3; round++) {
			send_burst(&a, &burst, &prng);
			pass(&a, &b, 500000);
			assert_arrived(&b, &burst);
			send_burst(&b, &burst, &prng);
			pass(&a, &b, 500000);
			assert_arrived(&a, &burst);
		}
		assert_int_equal(end_counters(&b)->rx_bad_packed, 0);
	}
	assert_int_equal(end_counters(&a)->rx_bad_packed, 0);
	close_pair(&a, &b);
}

/* Text takes half of its bytes or less on the wire, and noise hardly more. */
static void it_is_worth_it(void **state)
{
	static const double most[] = {0.5, 1.02};
	struct prng prng = story_seed("pack, worth", 5);

	(void)state;
	for (unsigned noise = 0; noise < 2; noise++) {
		uint64_t sent = 0, on_wire;
		struct one_end a, b;

		open_with(&a, &b, full);
		on_wire = end_counters(&a)->tx_bytes;
		for (uint16_t i = 0; i < 300; i++) {
			uint8_t packet[1518];
			size_t n;

			do
				n = make(packet, &prng, 1 + 2 * noise, i);
			while (n < 1000);
			assert_int_equal(end_send(&a, packet, n), PTL_OK);
			sent += n;
			pass(&a, &b, 10000);
			assert_last_packet(&b, packet, n);
		}
		on_wire = end_counters(&a)->tx_bytes - on_wire;
		if ((double)on_wire > (double)sent * most[noise])
			fail_msg("%llu bytes on the wire for %llu", (unsigned long long)on_wire,
				 (unsigned long long)sent);
		close_pair(&a, &b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_use_what_both_have),
		cmocka_unit_test(a_reader_that_refuses_gets_the_same_again),
		cmocka_unit_test(what_is_lost_and_sent_again_stays_in_step),
		cmocka_unit_test(a_new_session_begins_with_nothing_in_common),
		cmocka_unit_test(it_is_worth_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
