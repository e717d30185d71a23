/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the endpoints of all three framings share. See line.c. */
#ifndef COMPAT_LINE_H
#define COMPAT_LINE_H

#include "queue.h"

/* A half frame with nothing after it for so long is given up. */
#define COMPAT_HALF_FRAME_US 1000000

struct compat_line {
	struct ptl_events events;
	struct ptl_counters counters;
	struct compat_queue queue;
	size_t tx_at; /* bytes of the queue's head that are on the wire */
	enum ptl_state state;
	uint16_t max_packet;
};

/* The part of the config that all framings use is in range. */
bool compat_line_config_ok(const struct ptl_config *config);

/* config.max_packet, but not over what the framing itself can carry. */
uint16_t compat_line_max_packet(const struct ptl_config *config, uint16_t framing_max);

void compat_line_init(struct compat_line *line, const struct ptl_config *config,
		      const struct ptl_events *events, uint16_t max_packet,
		      uint8_t *queue_memory, size_t frame_max);

void compat_line_set_state(struct compat_line *line, enum ptl_state state,
			   enum ptl_reason reason);

/* For framings without a handshake: reports UP at the first call. */
void compat_line_begin(struct compat_line *line);

/* A place for a packet that is n bytes long and its frame, frame_n bytes, which the
 * caller fills at once. NULL: *error says why. Counts either way. */
uint8_t *compat_line_queue(struct compat_line *line, size_t n, size_t frame_n,
			   enum ptl_error *error);

/* Next bytes of the queued frames as they stand in the queue; of one or of all. */
size_t compat_line_pull_head(struct compat_line *line, uint8_t *out, size_t room);
size_t compat_line_pull(struct compat_line *line, uint8_t *out, size_t room);

/* The wire was cut: what it has of the head counts for nothing. */
void compat_line_rewind(struct compat_line *line);

/* The head of the queue is on the wire. */
void compat_line_sent(struct compat_line *line);

/* Calls events.room if somebody waits for it. At the end of transmit(). */
void compat_line_offer_room(struct compat_line *line);

/* A good frame with a packet in it came. */
void compat_line_deliver(struct compat_line *line, const uint8_t *frame, size_t frame_n,
			 const uint8_t *packet, size_t n);

/* A frame or some bytes that are no good frame, for captures. */
void compat_line_show_bad(struct compat_line *line, const uint8_t *bytes, size_t n);
void compat_line_show(struct compat_line *line, enum ptl_direction direction,
		      const uint8_t *frame, size_t n);

#endif
