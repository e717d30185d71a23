/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets as a bulk TCP connection has them: each header follows from the one
 * before, so that headers compress as they do in life. Payloads are random bytes
 * or the C source of the link, and longer together than any history, so that no
 * packet finds itself again in it.
 */
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include <pigtail/big_endian.h>

#include "micro.h"

static uint8_t payloads[2][SEGMENTS * PAYLOAD];

static void make_random(uint8_t *to, size_t n)
{
	uint64_t x = 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 6364136223846793005u + 1442695040888963407u;
		to[i] = (uint8_t)(x >> 56);
	}
}

/* Fills all of it, beginning again if there is too little. */
static bool read_text(uint8_t *to, size_t room)
{
	glob_t found;
	size_t n = 0, round = 1;
	int status = glob(MICRO_SOURCES, 0, NULL, &found);

	while (!status && round && n < room) {
		round = 0;
		for (size_t i = 0; i < found.gl_pathc && n < room; i++) {
			FILE *file = fopen(found.gl_pathv[i], "r");
			size_t got = file ? fread(to + n, 1, room - n, file) : 0;

			if (file)
				(void)fclose(file);
			round += got;
			n += got;
		}
	}
	globfree(&found);
	if (n < room)
		(void)fprintf(stderr, "micro: there is no text at %s\n", MICRO_SOURCES);
	return n == room;
}

bool data_init(void)
{
	make_random(payloads[CONTENT_RANDOM], sizeof(payloads[0]));
	return read_text(payloads[CONTENT_TEXT], sizeof(payloads[0]));
}

static void put_ip_checksum(uint8_t *ip)
{
	uint32_t sum = 0;

	ip[10] = ip[11] = 0;
	for (int i = 0; i < 20; i += 2)
		sum += (uint32_t)ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~((sum & 0xffff) + (sum >> 16));
	ip[10] = (uint8_t)(sum >> 8);
	ip[11] = (uint8_t)sum;
}

void data_segment(enum content content, uint32_t i, uint8_t packet[PACKET])
{
	static const uint8_t headers[HEADERS] = {
		2,    0,    0,	0,    0, 2, 2,	  0,  0,  0, 0, 1, 8,	 0, /* Ethernet */
		0x45, 0,    5,	0xdc, 0, 0, 0x40, 0,  64, 6, 0, 0, 10,	 0,  0, 1,    /* IPv4 */
		10,   0,    0,	2,						      /* */
		0x9c, 0x40, 20, 0x51, 0, 0, 0,	  0,  0,  0, 0, 1, 0x80, 16, 1, 0xf5, /* TCP */
		0,    0,    0,	0,    1, 1, 8,	  10, 0,  0, 0, 0, 0,	 0,  0, 1,
	};

	memcpy(packet, headers, HEADERS);
	memcpy(packet + HEADERS, payloads[content] + (size_t)(i % SEGMENTS) * PAYLOAD, PAYLOAD);
	packet[18] = (uint8_t)(i >> 8);
	packet[19] = (uint8_t)i;
	put_ip_checksum(packet + 14);
	ptl_put_be32(packet + 38, i * PAYLOAD);
	/* As TCP's checksum: anything that changes. */
	packet[50] = (uint8_t)(i * 167u >> 8);
	packet[51] = (uint8_t)(i * 167u);
	ptl_put_be32(packet + 58, i / 64);
}
