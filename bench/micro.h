/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of bench/micro share. */
#ifndef BENCH_MICRO_H
#define BENCH_MICRO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pigtail/link.h>

/* ---- data.c: full segments of one TCP connection ---- */

#define PACKET	 1514u /* Ethernet, IPv4, TCP with timestamps, 1448 bytes of payload */
#define HEADERS	 66u
#define PAYLOAD	 (PACKET - HEADERS)
#define SEGMENTS 512u /* different ones, then their payloads come again */

enum content {
	CONTENT_RANDOM,
	CONTENT_TEXT, /* C source */
};

/* Reads or makes them; false, with a message: the sources are not there. */
bool data_init(void);
/* The i-th of a connection. */
void data_segment(enum content content, uint32_t i, uint8_t packet[PACKET]);

/* ---- work to be measured: so many packets, whose bytes are counted ---- */

struct row {
	const char *name;
	enum content content;
	/* Its own preparations are not measured: it calls start() after them. */
	void (*run)(const struct row *row, uint32_t packets, void (*start)(void));
	bool compress; /* core.c: headers and payload */
};

/* parts.c */
void run_crc(const struct row *row, uint32_t packets, void (*start)(void));
void run_cobs_encode(const struct row *row, uint32_t packets, void (*start)(void));
void run_cobs_decode(const struct row *row, uint32_t packets, void (*start)(void));
void run_headers_compress(const struct row *row, uint32_t packets, void (*start)(void));
void run_headers_decompress(const struct row *row, uint32_t packets, void (*start)(void));
void run_lz4_encode(const struct row *row, uint32_t packets, void (*start)(void));
void run_lz4_decode(const struct row *row, uint32_t packets, void (*start)(void));

/* core.c */
void run_core(const struct row *row, uint32_t packets, void (*start)(void));

/* Where the last run_core() spent its time, of 1; and bytes on the wire for one
 * of a packet. */
struct core_profile {
	double send, transmit, receive, wire;
};
struct core_profile core_profile(void);

/* ---- micro.c ---- */

/* Counts up at a constant rate, as finely as the CPU allows. */
uint64_t cycles(void);

#endif
