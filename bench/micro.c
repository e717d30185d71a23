/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the core costs on this CPU, without any wire: each part on its own, and
 * two whole links joined in memory, saturated both ways. Each row is the best of
 * several rounds, since other work on the machine only ever makes it slower.
 *
 *	micro [--json]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include <pigtail/link.h>

#include "link/cobs.h"
#include "link/crc32c.h"

#define PACKET	    1514u
#define ROUND_BYTES 32000000u
#define ROUNDS	    7

static uint8_t packet[PACKET];
static uint8_t encoded[COBS_MAX(PACKET) + 1];
static uint8_t decoded[PACKET];
static size_t encoded_n;

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cycles(void)
{
#if defined(__x86_64__)
	return (double)__rdtsc();
#else
	return 0;
#endif
}

static size_t run_crc(void)
{
	static volatile uint32_t sink;
	size_t n = 0;

	for (; n < ROUND_BYTES; n += PACKET)
		sink = crc32c_add(CRC32C_START, packet, PACKET);
	(void)sink;
	return n;
}

static size_t run_encode(void)
{
	size_t n = 0;

	for (; n < ROUND_BYTES; n += PACKET) {
		struct cobs_encoder encoder;

		cobs_begin(&encoder, encoded);
		cobs_put(&encoder, packet, PACKET);
		encoded_n = cobs_end(&encoder);
	}
	return n;
}

static size_t run_decode(void)
{
	struct cobs_decoder decoder = {.out = decoded, .room = sizeof(decoded)};
	size_t n = 0;

	for (; n < ROUND_BYTES; n += PACKET) {
		cobs_reset(&decoder);
		cobs_take(&decoder, encoded, encoded_n);
	}
	return n;
}

static size_t delivered;

static bool on_packet(void *user, const uint8_t *bytes, size_t n)
{
	(void)user;
	(void)bytes;
	delivered += n;
	return true;
}

/* Two links that feed each other; counts packet bytes delivered at both. */
static size_t run_links(void)
{
	const struct ptl_events events = {.packet = on_packet};
	struct ptl_link *link[2];
	void *memory[2];
	uint8_t chunk[512];
	ptl_time now = 1000000;

	for (int i = 0; i < 2; i++) {
		struct ptl_config config;

		ptl_config_default(&config, PTL_PROFILE_HOST);
		config.nonce = (uint32_t)i + 1;
		config.baud = 10000000;
		config.drop_when_full = false;
		config.codel = false;
		memory[i] = malloc(ptl_link_size(&config));
		if (!memory[i] || ptl_link_init(memory[i], ptl_link_size(&config), &config,
						&events, now, &link[i]) != PTL_OK)
			exit(1);
	}
	delivered = 0;
	while (delivered < ROUND_BYTES) {
		for (int i = 0; i < 2; i++) {
			size_t n;

			while (ptl_link_send(link[i], now, packet, PACKET) == PTL_OK)
				;
			for (int j = 0; j < 32; j++) {
				n = ptl_link_transmit(link[i], now, chunk, sizeof(chunk));
				if (n == 0)
					break;
				ptl_link_receive(link[!i], now, chunk, n);
			}
		}
		now += 200;
	}
	free(memory[0]);
	free(memory[1]);
	return delivered;
}

static const struct row {
	const char *name;
	size_t (*run)(void);
} rows[] = {
	{"crc-32c", run_crc},
	{"cobs encode", run_encode},
	{"cobs decode", run_decode},
	{"whole core, sent and received", run_links},
};

int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;

	/* Incompressible, with as many zeros as chance has. */
	for (size_t i = 0, x = 1; i < PACKET; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		packet[i] = (uint8_t)(x >> 56);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double best_s = 1e9, best_cycles = 1e18;
		size_t n = 0;

		for (int round = 0; round < ROUNDS; round++) {
			double s = now_s(), c = cycles();

			n = rows[i].run();
			s = now_s() - s;
			c = cycles() - c;
			best_s = s < best_s ? s : best_s;
			best_cycles = c < best_cycles ? c : best_cycles;
		}
		if (json)
			printf("{\"case\":\"%s\",\"unit\":\"MB/s\",\"value\":%.1f,"
			       "\"cycles_per_byte\":%.2f}\n",
			       rows[i].name, (double)n / best_s / 1e6, best_cycles / (double)n);
		else
			printf("%-32s %8.1f MB/s %7.2f cycles/byte\n", rows[i].name,
			       (double)n / best_s / 1e6, best_cycles / (double)n);
	}
	return 0;
}
