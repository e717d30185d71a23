/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the core costs on this CPU, without any wire: its parts, each on its own
 * (parts.c), and two whole links joined in memory (core.c), by the bytes of the
 * packets. Each row is the best of several rounds, since other work on the machine
 * only ever makes it slower. Cycles are those of the time stamp counter, which
 * counts at one rate whatever the core's clock does; 0 where there is none. Under a
 * row of the core stands where its time goes, and what is in plus out: each byte
 * of a packet goes out of one end and into the other.
 *
 *	micro [--json]
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include "micro.h"

#define ROUNDS	 9
#define ROUND_S	 0.06
#define PROMISED 400 /* MB/s, in plus out, without compression */

static double started_s;
static uint64_t started_cycles;

uint64_t cycles(void)
{
#if defined(__x86_64__)
	return __rdtsc();
#else
	return 0;
#endif
}

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void start(void)
{
	started_s = now_s();
	started_cycles = cycles();
}

static const struct row rows[] = {
	{"crc-32c", CONTENT_RANDOM, run_crc, false},
	{"cobs encode", CONTENT_RANDOM, run_cobs_encode, false},
	{"cobs decode", CONTENT_RANDOM, run_cobs_decode, false},
	{"headers compress", CONTENT_RANDOM, run_headers_compress, false},
	{"headers decompress", CONTENT_RANDOM, run_headers_decompress, false},
	{"lz4 compress, text", CONTENT_TEXT, run_lz4_encode, false},
	{"lz4 compress, random", CONTENT_RANDOM, run_lz4_encode, false},
	{"lz4 decompress, text", CONTENT_TEXT, run_lz4_decode, false},
	{"core, plain", CONTENT_RANDOM, run_core, false},
	{"core, random", CONTENT_RANDOM, run_core, true},
	{"core, text", CONTENT_TEXT, run_core, true},
};

struct measured {
	double mb_s, cycles_a_byte;
	struct core_profile profile;
};

static double run_once(const struct row *row, uint32_t packets, uint64_t *took_cycles)
{
	row->run(row, packets, start);
	*took_cycles = cycles() - started_cycles;
	return now_s() - started_s;
}

static struct measured measure(const struct row *row)
{
	struct measured best = {0};
	uint32_t packets = 1000;
	uint64_t took;

	while (run_once(row, packets, &took) < ROUND_S)
		packets *= 2;
	for (int round = 0; round < ROUNDS; round++) {
		double bytes = (double)packets * PACKET;
		double mb_s = bytes / run_once(row, packets, &took) / 1e6;

		if (mb_s > best.mb_s)
			best = (struct measured){mb_s, (double)took / bytes, core_profile()};
	}
	return best;
}

static bool json;

static void print_row(const char *name, double mb_s, double cycles_a_byte)
{
	if (json)
		printf("{\"stack\":\"pigtail\",\"baud\":0,\"ber\":0,\"case\":\"micro %s\","
		       "\"value\":%.1f,\"unit\":\"MB/s\",\"cycles_per_byte\":%.3f}\n",
		       name, mb_s, cycles_a_byte);
	else
		printf("%-30s %9.1f MB/s %8.2f cycles/byte %8.0f cycles/packet\n", name, mb_s,
		       cycles_a_byte, cycles_a_byte * PACKET);
}

/* The part of the core's time that one of its functions took. */
static void print_share(const struct row *row, const char *part, const struct measured *m,
			double share)
{
	char name[64];

	snprintf(name, sizeof(name), "%s: %s", row->name, part);
	if (share > 0)
		print_row(name, m->mb_s / share, m->cycles_a_byte * share);
}

static void print_core(const struct row *row, const struct measured *m)
{
	char name[64];

	snprintf(name, sizeof(name), "%s, in plus out", row->name);
	print_row(name, 2 * m->mb_s, m->cycles_a_byte / 2);
	print_share(row, "queue", m, m->profile.send);
	print_share(row, "pack, frame", m, m->profile.transmit);
	print_share(row, "check, unpack", m, m->profile.receive);
	if (!json)
		printf("  %.2f bytes on the wire for one of a packet\n", m->profile.wire);
	if (!json && !row->compress)
		printf("  promised: %d MB/s in plus out, %s\n", PROMISED,
		       2 * m->mb_s >= PROMISED ? "kept" : "NOT kept");
}

int main(int argc, char **argv)
{
	json = argc > 1 && strcmp(argv[1], "--json") == 0;
	if (!data_init())
		return 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct measured m = measure(&rows[i]);

		print_row(rows[i].name, m.mb_s, m.cycles_a_byte);
		if (rows[i].run == run_core)
			print_core(&rows[i], &m);
	}
	return 0;
}
