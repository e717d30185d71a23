/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * esp8266-hosted: the start-up exchange byte for byte in both roles, with losses and
 * restarts, and data frames among stray bytes.
 */
#include "one_end.h"
#include "packets.h"

#include <pigtail/compat.h>

#include <time.h>

#define FRAMING (&ptl_framing_esp8266_hosted)

static const char call[] = "\x09\0workshop\0\xaa\x0e\0correct horse\0\xaa";
static const char address[] = "\x0c\0\xc0\xa8\x04\x17\xff\xff\xff\0\xc0\xa8\x04\x01\xaa";

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

static struct one_end host, device;
static uint8_t wire[4096];

static int open_ends(void **state)
{
	struct ptl_config config = end_config(PTL_HOST);

	(void)state;
	end_open(&host, FRAMING, &config);
	config = end_config(PTL_DEVICE);
	end_open(&device, FRAMING, &config);
	return 0;
}

static int close_ends(void **state)
{
	(void)state;
	end_close(&host);
	end_close(&device);
	return 0;
}

static size_t encode(uint8_t *out, const uint8_t *packet, size_t n)
{
	out[0] = (uint8_t)n;
	out[1] = (uint8_t)(n >> 8);
	memcpy(out + 2, packet, n);
	out[2 + n] = 0x55;
	return n + 3;
}

/* What one end has to say goes to the other; how many bytes. */
static size_t carry(struct one_end *from, struct one_end *to, size_t chunk)
{
	size_t n = end_drain(from, wire, sizeof(wire), 5);

	end_receive(to, wire, n, chunk, NULL);
	return n;
}

static void bring_up(void)
{
	carry(&host, &device, 3);
	carry(&device, &host, 3);
	carry(&host, &device, 3);
	assert_int_equal(host.state, PTL_STATE_UP);
	assert_int_equal(device.state, PTL_STATE_UP);
	assert_int_equal(end_drain(&device, wire, sizeof(wire), 5), 0);
}

static void lose(struct one_end *from)
{
	assert_true(end_drain(from, wire, sizeof(wire), 50) > 0);
}

static void assert_talk(void)
{
	uint8_t packet[1500];

	for (unsigned i = 0; i < 50; i++) {
		size_t n = make_ip4(packet, 20 + i * 379 % 1481, i);

		assert_int_equal(end_send(&host, packet, n), PTL_OK);
		carry(&host, &device, 1 + i);
		assert_last_packet(&device, packet, n);
		assert_int_equal(end_send(&device, packet, n), PTL_OK);
		carry(&device, &host, 1 + i);
		assert_last_packet(&host, packet, n);
	}
}

static void starts_byte_for_byte(void **state)
{
	(void)state;
	assert_true(FRAMING->deadline(host.endpoint) == 0);
	assert_int_equal(end_drain(&host, wire, sizeof(wire), 1), sizeof(call) - 1);
	assert_memory_equal(wire, call, sizeof(call) - 1);
	assert_int_equal(host.states, 0);

	assert_true(FRAMING->deadline(device.endpoint) == PTL_NEVER);
	end_receive(&device, BYTES(call), 1, NULL);
	assert_int_equal(end_drain(&device, wire, sizeof(wire), 1), sizeof(address) - 1);
	assert_memory_equal(wire, address, sizeof(address) - 1);
	assert_int_equal(device.states, 0);

	end_receive(&host, BYTES(address), 1, NULL);
	assert_int_equal(host.state, PTL_STATE_UP);
	assert_int_equal(end_drain(&host, wire, sizeof(wire), 1), sizeof(address) - 1);
	assert_memory_equal(wire, address, sizeof(address) - 1);

	end_receive(&device, BYTES(address), 1, NULL);
	assert_int_equal(device.state, PTL_STATE_UP);
	assert_true(FRAMING->deadline(device.endpoint) == PTL_NEVER);
	assert_true(FRAMING->deadline(host.endpoint) == PTL_NEVER);
	assert_int_equal(host.bad_rx + device.bad_rx, 0);
	assert_talk();
}

static void tells_its_address(void **state)
{
	struct ptl_info info;

	(void)state;
	FRAMING->info(host.endpoint, &info);
	assert_int_equal(info.ip_address, 0);
	bring_up();
	FRAMING->info(host.endpoint, &info);
	assert_int_equal(info.state, PTL_STATE_UP);
	assert_int_equal(info.ip_address, 0xc0a80417);
	assert_int_equal(info.ip_netmask, 0xffffff00);
	assert_int_equal(info.ip_gateway, 0xc0a80401);
	assert_int_equal(info.max_packet, 1500);
}

static void sends_data_byte_for_byte(void **state)
{
	uint8_t packet[300], frame[303];

	(void)state;
	bring_up();
	assert_int_equal(end_send(&host, packet, make_ip4(packet, 300, 1)), PTL_OK);
	assert_int_equal(end_drain(&host, wire, sizeof(wire), 1), 303);
	encode(frame, packet, 300);
	assert_int_equal(frame[0], 0x2c);
	assert_int_equal(frame[1], 0x01);
	assert_memory_equal(wire, frame, 303);
}

/* The original driver: 49 bytes of whatever after the address. */
static void gets_over_the_stray_bytes(void **state)
{
	static const uint8_t fills[] = {0x00, 0xff, 0x55, 0xaa, 0x41, 0x14};
	uint8_t packet[100], stray[49];
	uint32_t seed = (uint32_t)time(NULL);

	(void)state;
	print_message("seed %u\n", seed);
	seed |= 1;
	for (unsigned i = 0; i < 200; i++) {
		if (i < sizeof(fills))
			memset(stray, fills[i], sizeof(stray));
		else
			fill_random(stray, sizeof(stray), &seed);
		end_receive(&device, BYTES(call), 50, NULL);
		end_receive(&device, BYTES(address), 50, NULL);
		assert_int_equal(device.state, PTL_STATE_UP);
		end_drain(&device, wire, sizeof(wire), 50);
		end_receive(&device, stray, sizeof(stray), 50, NULL);
		end_receive(&device, wire, encode(wire, packet, make_ip4(packet, 100, i)), 50,
			    NULL);
		end_wait(&device, 1000000);
		assert_int_equal(device.packets, i + 1);
		assert_last_packet(&device, packet, 100);
	}
}

static void repeats_what_was_lost(void **state)
{
	(void)state;
	lose(&host);
	assert_true(FRAMING->deadline(host.endpoint) == host.now + 15000000);
	end_wait(&host, 14999999);
	assert_int_equal(end_drain(&host, wire, sizeof(wire), 5), 0);
	end_wait(&host, 1);
	device.now = host.now;
	assert_int_equal(carry(&host, &device, 4), sizeof(call) - 1);

	lose(&device);
	end_wait(&device, 2000000);
	assert_int_equal(carry(&device, &host, 4), sizeof(address) - 1);
	assert_int_equal(host.state, PTL_STATE_UP);

	lose(&host); /* the returned address: the device offers once more */
	end_wait(&device, 2000000);
	assert_int_equal(carry(&device, &host, 4), sizeof(address) - 1);
	assert_int_equal(carry(&host, &device, 4), sizeof(address) - 1);
	assert_int_equal(device.state, PTL_STATE_UP);
	assert_int_equal(end_counters(&host)->peer_restarts, 0);
	assert_talk();
}

static void data_stands_for_a_lost_answer(void **state)
{
	uint8_t packet[100];

	(void)state;
	carry(&host, &device, 4);
	carry(&device, &host, 4);
	lose(&host);
	end_send(&host, packet, make_ip4(packet, 100, 1));
	carry(&host, &device, 4);
	assert_int_equal(device.state, PTL_STATE_UP);
	assert_last_packet(&device, packet, 100);
}

static void a_lost_half_of_the_call_is_repaired(void **state)
{
	static const struct {
		const char *what;
		size_t from, to; /* bytes of the call that arrive */
	} halves[] = {
		{"only the SSID", 0, 12},
		{"only the password", 12, sizeof(call) - 1},
		{"all but the first byte", 1, sizeof(call) - 1},
		{"all but the last byte", 0, sizeof(call) - 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
		end_receive(&device, (const uint8_t *)call + halves[i].from,
			    halves[i].to - halves[i].from, 4, NULL);
		assert_int_equal(end_drain(&device, wire, sizeof(wire), 50), 0);
		end_wait(&device, 15000000);
		end_receive(&device, BYTES(call), 4, NULL);
		assert_int_equal(end_drain(&device, wire, sizeof(wire), 50),
				 sizeof(address) - 1);
		/* the host goes away again */
		end_wait(&device, 15000000);
		end_drain(&device, wire, sizeof(wire), 50);
	}
}

/* SSID and password may be the same text. */
static void tells_ssid_and_password_by_order(void **state)
{
	struct ptl_config config = end_config(PTL_HOST);

	(void)state;
	close_ends(NULL);
	config.ssid = config.password = "same-same";
	end_open(&host, FRAMING, &config);
	config.role = PTL_DEVICE;
	end_open(&device, FRAMING, &config);
	bring_up();
}

static void ignores_other_networks(void **state)
{
	(void)state;
	end_receive(&device, BYTES("\x05\0shed\0\xaa\x0e\0correct horse\0\xaa"), 7, NULL);
	assert_int_equal(end_drain(&device, wire, sizeof(wire), 50), 0);
	end_receive(&device, BYTES("\x09\0workshop\0\xaa\x0c\0wrong horse\0\xaa"), 7, NULL);
	assert_int_equal(end_drain(&device, wire, sizeof(wire), 50), 0);
	end_receive(&device, BYTES(call), 7, NULL);
	assert_true(end_drain(&device, wire, sizeof(wire), 50) > 0);
}

static void a_device_without_a_network_takes_any(void **state)
{
	struct ptl_config config = end_config(PTL_DEVICE);

	(void)state;
	end_close(&device);
	config.ssid = config.password = NULL;
	end_open(&device, FRAMING, &config);
	bring_up();
	assert_talk();
}

static void the_device_notices_a_restarted_host(void **state)
{
	struct ptl_config config = end_config(PTL_HOST);
	uint8_t packet[100];

	(void)state;
	bring_up();
	end_send(&device, packet, make_ip4(packet, 100, 1));
	end_transmit(&device, wire, 50);
	for (unsigned i = 0; i < 3; i++)
		end_send(&device, packet, 100);
	end_close(&host);
	end_open(&host, FRAMING, &config);
	carry(&host, &device, 9);
	assert_int_equal(device.state, PTL_STATE_DOWN);
	assert_int_equal(device.reason, PTL_REASON_PEER_RESTARTED);
	assert_int_equal(end_counters(&device)->peer_restarts, 1);
	assert_int_equal(end_counters(&device)->drop_flushed, 3);
	assert_int_equal(end_send(&device, packet, 100), PTL_DOWN);

	/* The second half of the frame that it was sending comes first. */
	assert_int_equal(carry(&device, &host, 9), 53 + sizeof(address) - 1);
	assert_int_equal(host.state, PTL_STATE_UP);
	carry(&host, &device, 9);
	assert_int_equal(device.state, PTL_STATE_UP);
	assert_talk();
}

static void the_host_notices_a_new_address(void **state)
{
	static const char other[] = "\x0c\0\x0a\0\0\x02\xff\xff\0\0\x0a\0\0\x01\xaa";
	struct ptl_info info;

	(void)state;
	bring_up();
	end_receive(&host, BYTES(other), 4, NULL);
	assert_int_equal(host.states, 2);
	assert_int_equal(host.state, PTL_STATE_UP);
	assert_int_equal(host.reason, PTL_REASON_PEER_RESTARTED);
	assert_int_equal(end_drain(&host, wire, sizeof(wire), 5), 15);
	assert_memory_equal(wire, other, 15);
	FRAMING->info(host.endpoint, &info);
	assert_int_equal(info.ip_address, 0x0a000002);
}

static void the_host_calls_again_on_a_new_wire(void **state)
{
	uint8_t packet[100];

	(void)state;
	bring_up();
	end_send(&host, packet, make_ip4(packet, 100, 1));
	end_transmit(&host, wire, 50);
	FRAMING->wire_reset(host.endpoint, host.now);
	assert_int_equal(host.states, 1); /* no event from wire_reset() */
	assert_true(FRAMING->deadline(host.endpoint) == 0);
	assert_int_equal(end_drain(&host, wire, sizeof(wire), 5), sizeof(call) - 1);
	assert_memory_equal(wire, call, sizeof(call) - 1);
	assert_int_equal(host.state, PTL_STATE_DOWN);

	/* The device was there all the time and goes on sending. */
	end_send(&device, packet, 100);
	carry(&device, &host, 9);
	assert_int_equal(host.state, PTL_STATE_UP);
	assert_last_packet(&host, packet, 100);
}

/* Data before the address was agreed on belongs to nobody. */
static void data_comes_after_the_start(void **state)
{
	uint8_t packet[100];

	(void)state;
	make_ip4(packet, 100, 1);
	assert_int_equal(end_send(&host, packet, 100), PTL_DOWN);
	assert_int_equal(end_counters(&host)->drop_down, 1);
	end_receive(&host, wire, encode(wire, packet, 100), 9, NULL);
	end_receive(&device, wire, encode(wire, packet, 100), 9, NULL);
	assert_int_equal(host.packets + device.packets, 0);
	assert_int_equal(end_counters(&host)->rx_before_up, 1);
	assert_int_equal(end_counters(&device)->rx_before_up, 1);
	bring_up();
}

static void carries_ip4_only(void **state)
{
	uint8_t packet[1501];

	(void)state;
	bring_up();
	assert_int_equal(end_send(&host, packet, make_ip6(packet, 100, 1)), PTL_REFUSED);
	make_ip4(packet, 100, 1);
	assert_int_equal(end_send(&host, packet, 99), PTL_REFUSED);
	assert_int_equal(end_send(&host, packet, 19), PTL_TOO_SHORT);
	assert_int_equal(end_send(&host, packet, make_ip4(packet, 1501, 1)), PTL_TOO_LONG);
	assert_int_equal(end_counters(&host)->drop_refused, 2);
	assert_int_equal(end_counters(&host)->drop_length, 2);
}

/* Whatever stands between them, all frames after it are found. */
static void gets_over_garbage(void **state)
{
	static const struct {
		const char *what;
		const char *bytes;
		size_t n;
	} garbage[] = {
		{"a length of 0", "\0\0\x55", 3},
		{"a length of 1501", "\xdd\x05", 2},
		{"one stray byte", "\x45", 1},
		{"a plausible length before junk", "\x64\0junk", 6},
		{"a command's length before junk", "\x10\0junk", 6},
		{"a frame without its end byte",
		 "\x14\0\x45\0\0\x14\0\0\0\0\x40\x11\x31\x7f\0\0\0\0\0\0\0\0", 22},
		{"IPv6", "\x14\0\x60\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x55", 23},
		{"boot ROM at another rate", "\x8c\xe0\x1e\xf2\x07\x9c\xff\xaa\x55\x12", 10},
	};
	uint8_t packet[100];

	(void)state;
	bring_up();
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++)
		for (size_t chunk = 1; chunk < 30; chunk += 4) {
			unsigned before = device.packets;
			uint64_t resyncs = end_counters(&device)->rx_resyncs;
			size_t n = garbage[i].n;

			memcpy(wire, garbage[i].bytes, n);
			for (unsigned k = 0; k < 3; k++)
				n += encode(wire + n, packet, make_ip4(packet, 100, k));
			end_receive(&device, wire, n, chunk, NULL);
			end_wait(&device, 1000000);
			assert_int_equal(device.packets, before + 3);
			assert_int_equal(end_counters(&device)->rx_resyncs, resyncs + 1);
			assert_last_packet(&device, packet, 100);
		}
}

static void counts_a_damaged_header(void **state)
{
	uint8_t packet[100];

	(void)state;
	bring_up();
	encode(wire, packet, make_ip4(packet, 100, 1));
	wire[2 + 8] ^= 1; /* time to live */
	end_receive(&host, wire, 103, 9, NULL);
	assert_int_equal(end_counters(&host)->rx_bad_crc, 1);
	wire[2 + 8] ^= 1;
	end_receive(&host, wire, 103, 9, NULL);
	assert_int_equal(host.packets, 1);
	assert_int_equal(end_counters(&host)->rx_resyncs, 0);
}

static void gives_up_a_half_frame(void **state)
{
	uint8_t packet[100], frame[103];

	(void)state;
	bring_up();
	encode(frame, packet, make_ip4(packet, 100, 1));
	for (size_t part = 1; part < sizeof(frame); part++) {
		end_receive(&device, frame, part, part, NULL);
		assert_true(FRAMING->deadline(device.endpoint) == device.now + 1000000);
		end_wait(&device, 1000000);
		end_receive(&device, frame, sizeof(frame), 50, NULL);
		assert_int_equal(device.packets, part);
	}
	assert_int_equal(end_counters(&device)->rx_bad_framing, sizeof(frame) - 1);
}

static void refuses_bad_configs(void **state)
{
	struct ptl_config config = end_config(PTL_HOST);

	(void)state;
	config.ssid = NULL;
	assert_int_equal(FRAMING->size(&config), 0);
	config.ssid = "";
	assert_int_equal(FRAMING->size(&config), 0);
	config.ssid = "thirty-two-bytes-of-a-long-name!";
	assert_int_equal(FRAMING->size(&config), 0);
	config.ssid = "thirty-one-bytes-of-a-long-name";
	assert_true(FRAMING->size(&config) > 0);
	config.password = "7 bytes";
	assert_int_equal(FRAMING->size(&config), 0);
	config = end_config(PTL_DEVICE);
	config.ip_address = 0;
	assert_int_equal(FRAMING->size(&config), 0);
}

/* A start over a wire that loses and damages: it comes up in the end. */
static void starts_over_a_bad_wire(void **state)
{
	uint32_t seed = (uint32_t)time(NULL);

	(void)state;
	print_message("seed %u\n", seed);
	seed |= 1;
	for (unsigned round = 0; round < 100; round++) {
		unsigned steps = 0;

		close_ends(NULL);
		open_ends(NULL);
		while (host.state != PTL_STATE_UP || device.state != PTL_STATE_UP) {
			struct one_end *from = steps & 1 ? &device : &host;
			struct one_end *to = steps & 1 ? &host : &device;
			size_t n = end_drain(from, wire, sizeof(wire), 7);

			if (n && next_random(&seed) % 2)
				wire[next_random(&seed) % n] ^=
					(uint8_t)(1 << next_random(&seed) % 8);
			end_receive(to, wire, n, 0, &seed);
			end_wait(&host, 300000);
			end_wait(&device, 300000);
			assert_true(++steps < 5000);
		}
		/* what was said twice in the meantime leaves no trace */
		for (unsigned i = 0; i < 20; i++) {
			carry(&host, &device, 5);
			carry(&device, &host, 5);
			end_wait(&host, 1000000);
			end_wait(&device, 1000000);
		}
		assert_int_equal(host.state, PTL_STATE_UP);
		assert_int_equal(device.state, PTL_STATE_UP);
		assert_talk();
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_ends, close_ends)
	const struct CMUnitTest tests[] = {
		TEST(starts_byte_for_byte),
		TEST(tells_its_address),
		TEST(sends_data_byte_for_byte),
		TEST(gets_over_the_stray_bytes),
		TEST(repeats_what_was_lost),
		TEST(data_stands_for_a_lost_answer),
		TEST(a_lost_half_of_the_call_is_repaired),
		TEST(tells_ssid_and_password_by_order),
		TEST(ignores_other_networks),
		TEST(a_device_without_a_network_takes_any),
		TEST(the_device_notices_a_restarted_host),
		TEST(the_host_notices_a_new_address),
		TEST(the_host_calls_again_on_a_new_wire),
		TEST(data_comes_after_the_start),
		TEST(carries_ip4_only),
		TEST(gets_over_garbage),
		TEST(counts_a_damaged_header),
		TEST(gives_up_a_half_frame),
		TEST(refuses_bad_configs),
		TEST(starts_over_a_bad_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
