/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A capture file in pcapng with two interfaces: 0 has the packets as the net
 * sees them (Ethernet or raw IP), 1 the link's own frames, decoded, without
 * delimiters, as link type USER0. Each with microseconds and direction; frames
 * that failed their check carry the CRC error flag and a comment.
 */
#ifndef PIGTAIL_HOST_CAPTURE_H
#define PIGTAIL_HOST_CAPTURE_H

#include <pigtail/endpoint.h>
#include <uv.h>

struct capture;

struct capture_config {
	const char *path;
	const char *interface; /* names of the two, for the reader */
	const char *wire;
	enum ptl_payload payload;
	uint16_t snap; /* longest packet or frame kept, bytes */
};

/* Makes or truncates the file, mode 0600. Returns 0, or -1 with a line in error. */
int capture_open(uv_loop_t *loop, const struct capture_config *config, struct capture **capture,
		 char *error, size_t error_size);

/* PTL_TX: to the wire. Never blocks for long and never fails; when the disk is
 * full that is logged, the file is left with whole blocks, and nothing more is
 * written. capture may be NULL. */
void capture_packet(struct capture *capture, enum ptl_direction direction,
		    const uint8_t *packet, size_t n);
void capture_frame(struct capture *capture, enum ptl_direction direction, bool ok,
		   const uint8_t *frame, size_t n);

/* Whether it still records. */
bool capture_works(const struct capture *capture);

/* NULL does nothing. */
void capture_close(struct capture *capture);

#endif
