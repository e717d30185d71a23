/* SPDX-License-Identifier: GPL-2.0-only */
/* SLIP as RFC 1055 has it: exact bytes, every chunking, and every kind of junk. */
#include "one_end.h"
#include "packets.h"

#include <pigtail/compat.h>

#include <time.h>

#define FRAMING (&ptl_framing_slip)

static struct one_end end;

/* An IPv4 packet of 24 bytes with both special bytes in it, and as it is on the
 * wire. */
static const uint8_t vector[] = {0x45, 0x00, 0x00, 0x18, 0x00, 0x00, 0x00, 0x00,
				 0x40, 0x11, 0x31, 0x81, 0xc0, 0xa8, 0x64, 0x01,
				 0xc0, 0xa8, 0x64, 0x02, 0xdb, 0xc0, 0xdc, 0xdd};
static const uint8_t vector_wire[] = {0xc0, 0x45, 0x00, 0x00, 0x18, 0x00, 0x00, 0x00,
				      0x00, 0x40, 0x11, 0x31, 0x81, 0xdb, 0xdc, 0xa8,
				      0x64, 0x01, 0xdb, 0xdc, 0xa8, 0x64, 0x02, 0xdb,
				      0xdd, 0xdb, 0xdc, 0xdc, 0xdd, 0xc0};

static int open_end(void **state)
{
	struct ptl_config config = end_config(PTL_DEVICE);

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

static size_t encode(uint8_t *out, const uint8_t *packet, size_t n)
{
	uint8_t *p = out;

	*p++ = 0xc0;
	for (size_t i = 0; i < n; i++) {
		if (packet[i] == 0xc0 || packet[i] == 0xdb) {
			*p++ = 0xdb;
			*p++ = packet[i] == 0xc0 ? 0xdc : 0xdd;
		} else {
			*p++ = packet[i];
		}
	}
	*p++ = 0xc0;
	return (size_t)(p - out);
}

static void is_up_at_the_first_call(void **state)
{
	(void)state;
	assert_true(FRAMING->deadline(end.endpoint) == 0);
	end_receive(&end, vector_wire, 1, 1, NULL);
	assert_int_equal(end.states, 1);
	assert_int_equal(end.state, PTL_STATE_UP);
	assert_true(FRAMING->deadline(end.endpoint) == PTL_NEVER);
}

static void sends_the_exact_bytes(void **state)
{
	uint8_t wire[100];

	(void)state;
	for (size_t step = 1; step < 40; step++) {
		assert_int_equal(end_send(&end, vector, sizeof(vector)), PTL_OK);
		assert_true(FRAMING->deadline(end.endpoint) == 0);
		assert_int_equal(end_drain(&end, wire, sizeof(wire), step),
				 sizeof(vector_wire));
		assert_memory_equal(wire, vector_wire, sizeof(vector_wire));
	}
	assert_int_equal(end.good_tx, 39);
}

static void takes_the_exact_bytes(void **state)
{
	(void)state;
	for (size_t chunk = 1; chunk <= sizeof(vector_wire); chunk++) {
		end_receive(&end, vector_wire, sizeof(vector_wire), chunk, NULL);
		assert_last_packet(&end, vector, sizeof(vector));
		/* without the leading END, as some peers send it */
		end_receive(&end, vector_wire + 1, sizeof(vector_wire) - 1, chunk, NULL);
		assert_int_equal(end.packets, 2 * chunk);
	}
	assert_int_equal(end.bad_rx, 0);
}

static void takes_every_length(void **state)
{
	static uint8_t packet[1500], wire[3002];

	(void)state;
	for (size_t n = 20; n <= 1500; n++) {
		make_ip4(packet, n, (uint32_t)n);
		end_receive(&end, wire, encode(wire, packet, n), n % 89 + 1, NULL);
		assert_last_packet(&end, packet, n);
		if (n < 40)
			continue;
		make_ip6(packet, n, (uint32_t)n);
		end_receive(&end, wire, encode(wire, packet, n), n % 91 + 1, NULL);
		assert_last_packet(&end, packet, n);
	}
	assert_int_equal(end.bad_rx, 0);
}

/* Each piece of junk is counted once and costs nothing of what follows it. */
static void gets_over_junk(void **state)
{
#define AT(counter) offsetof(struct ptl_counters, counter)
	static const struct {
		const char *what;
		const char *bytes;
		size_t n;
		size_t counter;
	} junk[] = {
		{"text", "login: \xc0", 8, AT(rx_bad_framing)},
		{"a wrong escape", "\x45\x00\xdb\x41\x55\x55\xc0", 7, AT(rx_bad_framing)},
		{"an escape before END", "\x45\x00\xdb\xc0", 4, AT(rx_bad_framing)},
		{"CSLIP, uncompressed TCP", "\x75\x00\x00\x06zz\xc0", 7, AT(rx_bad_framing)},
		{"half an IPv4 header", "\x45\x00\x00\x0a\x00\x00\x00\x00\x00\x00\xc0", 11,
		 AT(rx_bad_framing)},
		{"IPv4 shorter than it says",
		 "\x45\0\0\x18\0\0\0\0\x40\x11\x31\x7f\0\0\0\0\0\0\0\0\0\0\0\xc0", 24,
		 AT(rx_bad_framing)},
		{"a wrong header checksum",
		 "\x45\0\0\x14\0\0\0\0\x40\x11\x31\x7f\0\0\0\0\0\0\0\0\xc0", 21,
		 AT(rx_bad_crc)},
		{"a header length of 4 bytes",
		 "\x41\0\0\x14\0\0\0\0\x40\x11\x31\x7f\0\0\0\0\0\0\0\0\xc0", 21,
		 AT(rx_bad_framing)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++)
		for (size_t chunk = 1; chunk < 30; chunk += 3) {
			struct ptl_counters before = *end_counters(&end);
			const uint8_t *now = (const uint8_t *)end_counters(&end);
			unsigned packets = end.packets;
			uint64_t was, is;

			end_receive(&end, (const uint8_t *)junk[i].bytes, junk[i].n, chunk,
				    NULL);
			end_receive(&end, vector_wire, sizeof(vector_wire), chunk, NULL);
			assert_int_equal(end.packets, packets + 1);
			memcpy(&was, (const uint8_t *)&before + junk[i].counter, sizeof(was));
			memcpy(&is, now + junk[i].counter, sizeof(is));
			assert_int_equal(is, was + 1);
		}
}

static void skips_what_is_too_long(void **state)
{
	static uint8_t packet[1501], wire[3004];
	size_t n;

	(void)state;
	make_ip4(packet, 1501, 1);
	n = encode(wire, packet, 1501);
	end_receive(&end, wire, n, 100, NULL);
	end_receive(&end, wire + 1, n - 2, 100, NULL); /* a lost END: two in one */
	end_receive(&end, wire + 1, n - 1, 100, NULL);
	assert_int_equal(end.packets, 0);
	assert_int_equal(end_counters(&end)->rx_too_long, 2);
	end_receive(&end, vector_wire, sizeof(vector_wire), 7, NULL);
	assert_int_equal(end.packets, 1);
}

static void refuses_what_it_cannot_carry(void **state)
{
	static const uint8_t arp[28] = {0, 1, 8, 0, 6, 4};
	static uint8_t packet[1501];

	(void)state;
	make_ip4(packet, 1501, 1);
	assert_int_equal(end_send(&end, packet, 1501), PTL_TOO_LONG);
	assert_int_equal(end_send(&end, packet, 1500), PTL_REFUSED);
	assert_int_equal(end_send(&end, packet, 19), PTL_TOO_SHORT);
	assert_int_equal(end_send(&end, arp, sizeof(arp)), PTL_REFUSED);
	assert_int_equal(end_send(&end, packet, make_ip4(packet, 1500, 1)), PTL_OK);
	assert_int_equal(end_send(&end, packet, make_ip6(packet, 1500, 1)), PTL_OK);
	assert_int_equal(end_counters(&end)->drop_length, 2);
	assert_int_equal(end_counters(&end)->drop_refused, 2);
}

static void offers_room_again(void **state)
{
	static uint8_t packet[1500], wire[4000];
	unsigned n = 0;

	(void)state;
	make_ip4(packet, 1500, 1);
	while (end_send(&end, packet, 1500) == PTL_OK)
		n++;
	assert_int_equal(n, 921600 / 50 / 1500);
	assert_int_equal(end.rooms, 0);
	for (unsigned i = 0; i < 2; i++)
		end_transmit(&end, wire, sizeof(wire));
	assert_int_equal(end.rooms, 1);
	assert_int_equal(end_send(&end, packet, 1500), PTL_OK);
}

static void begins_anew_on_a_new_wire(void **state)
{
	uint8_t wire[100];

	(void)state;
	for (size_t part = 1; part < sizeof(vector_wire); part++) {
		end_send(&end, vector, sizeof(vector));
		end_transmit(&end, wire, part);
		end_receive(&end, vector_wire, part, part, NULL);
		FRAMING->wire_reset(end.endpoint, end.now);
		assert_int_equal(end_drain(&end, wire, sizeof(wire), 1), sizeof(vector_wire));
		assert_memory_equal(wire, vector_wire, sizeof(vector_wire));
		end_receive(&end, vector_wire + 1, sizeof(vector_wire) - 1, 4, NULL);
		assert_int_equal(end.packets, part);
	}
}

static void both_roles_talk_over_noise(void **state)
{
	static struct one_end host;
	static uint8_t wire[3100];
	struct ptl_config config = end_config(PTL_HOST);
	uint8_t packet[1500];
	uint32_t seed = (uint32_t)time(NULL);

	(void)state;
	print_message("seed %u\n", seed);
	seed |= 1;
	end_open(&host, FRAMING, &config);
	for (unsigned i = 0; i < 500; i++) {
		size_t n = make_ip4(packet, 20 + i * 379 % 1481, i);
		size_t noise = next_random(&seed) % 50;

		fill_random(wire, noise, &seed);
		end_receive(&host, wire, noise, 0, &seed);
		end_send(&end, packet, n);
		end_receive(&host, wire, end_drain(&end, wire, sizeof(wire), 40), 0, &seed);
		assert_int_equal(host.packets, i + 1);
		assert_last_packet(&host, packet, n);
		end_send(&host, packet, n);
		end_receive(&end, wire, end_drain(&host, wire, sizeof(wire), 9), 0, &seed);
		assert_last_packet(&end, packet, n);
	}
	end_close(&host);
}

/* Contiki's border router, and tunslip6 at its other end. */
static void tells_a_prefix(void **state)
{
	static const uint8_t ask[] = {0xc0, '?', 'P', 0xc0};
	static const uint8_t answer[] = {0xc0, '!', 'P',  0xfd, 0x01, 0xdb, 0xdc,
					 0x00, 0,   0xdb, 0xdd, 0,    1,    0xc0};
	static const uint8_t prefix[] = {0xfd, 0x01, 0xc0, 0, 0, 0xdb, 0, 1};
	struct ptl_config config = end_config(PTL_HOST);
	struct one_end host;
	uint8_t wire[100];

	(void)state;
	/* Without one it is a packet that is none. */
	end_receive(&end, ask, sizeof(ask), 1, NULL);
	assert_int_equal(end_drain(&end, wire, sizeof(wire), 7), 0);
	assert_int_equal(FRAMING->counters(end.endpoint)->rx_bad_framing, 1);

	memcpy(config.prefix, prefix, sizeof(prefix));
	end_open(&host, FRAMING, &config);
	for (size_t chunk = 1; chunk <= sizeof(ask); chunk++) {
		end_receive(&host, ask, sizeof(ask), chunk, NULL);
		assert_int_equal(end_drain(&host, wire, sizeof(wire), 3), sizeof(answer));
		assert_memory_equal(wire, answer, sizeof(answer));
	}
	assert_int_equal(FRAMING->counters(host.endpoint)->rx_bad_framing, 0);
	assert_int_equal(host.packets, 0);
	end_close(&host);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_end, close_end)
	const struct CMUnitTest tests[] = {
		TEST(is_up_at_the_first_call),
		TEST(sends_the_exact_bytes),
		TEST(takes_the_exact_bytes),
		TEST(takes_every_length),
		TEST(gets_over_junk),
		TEST(skips_what_is_too_long),
		TEST(refuses_what_it_cannot_carry),
		TEST(offers_room_again),
		TEST(begins_anew_on_a_new_wire),
		TEST(both_roles_talk_over_noise),
		TEST(tells_a_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
