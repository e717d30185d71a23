/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* All that the endpoint counts, as JSON, piece by piece. */
#ifndef PIGTAIL_DEVICE_ENDPOINT_STATS_H
#define PIGTAIL_DEVICE_ENDPOINT_STATS_H

#include "writer.h"

#include <stdbool.h>
#include <stdint.h>

/* The last stream that was sent or taken to its end. */
enum stats_stream {
	STATS_SOURCE,
	STATS_SINK,
	STATS_STREAMS,
};
struct stats_checked {
	uint64_t bytes;
	uint32_t crc; /* CRC-32C */
};
extern struct stats_checked stats_checked[STATS_STREAMS];

/* `"bytes":1,"crc32c":"00000000"` */
void stats_checked_text(struct writer *out, enum stats_stream stream);

/* Adds the piece at (section, row), at most 200 bytes, and moves on; both are 0 at
 * first. false: there are no more. */
bool stats_piece(struct writer *out, unsigned int *section, unsigned int *row);

#endif
