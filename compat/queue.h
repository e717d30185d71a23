/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Frames waiting for the wire, in order. See queue.c. */
#ifndef COMPAT_QUEUE_H
#define COMPAT_QUEUE_H

#include <pigtail/endpoint.h>

enum {
	COMPAT_QUEUE_SLOTS_MIN = 4,
	COMPAT_QUEUE_SLOTS_MAX = 64,
};

struct compat_queue {
	uint8_t *slots;
	size_t slot_size;
	uint32_t bytes;	      /* in all waiting frames */
	uint32_t bytes_limit; /* 200 ms of line */
	uint8_t slot_count;
	uint8_t head, count; /* positions in order[] */
	bool head_started;   /* the oldest is partly on the wire: it stays */
	bool drop_when_full;
	bool room_wanted; /* a frame was turned away */
	uint8_t order[COMPAT_QUEUE_SLOTS_MAX];
	uint16_t length[COMPAT_QUEUE_SLOTS_MAX]; /* by slot */
};

/* Bytes of memory for the slots of this config. */
size_t compat_queue_size(const struct ptl_config *config, size_t frame_max);

void compat_queue_init(struct compat_queue *queue, uint8_t *memory,
		       const struct ptl_config *config, size_t frame_max);

void compat_queue_set_baud(struct compat_queue *queue, uint32_t baud);

/* A place for a frame of n bytes (at most frame_max) at the end of the queue,
 * which the caller fills at once; NULL when full. *dropped: frames that were
 * thrown out for it. */
uint8_t *compat_queue_push(struct compat_queue *queue, size_t n, unsigned *dropped);

/* The oldest frame, or NULL. */
const uint8_t *compat_queue_head(const struct compat_queue *queue, size_t *n);

/* The oldest frame's first byte goes out: it can no more be dropped. */
void compat_queue_start(struct compat_queue *queue);

/* It will go out again from its first byte on. */
void compat_queue_stop(struct compat_queue *queue);
void compat_queue_pop(struct compat_queue *queue);

/* Throws all out that has not started; how many. */
unsigned compat_queue_flush(struct compat_queue *queue);

/* true once after a push failed, when the longest frame would fit again. */
bool compat_queue_take_room(struct compat_queue *queue);

#endif
