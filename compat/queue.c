/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A first-in first-out queue of whole frames in slots of the caller's memory.
 *
 * It is bounded by time as well as by slots: more than 200 ms of line waiting
 * only makes TCP slower to notice. Four frames always fit, for less would leave
 * gaps on the wire at low rates.
 *
 * When full it either turns the new frame away or, if told so, drops the oldest
 * one: its sender learns of the congestion earliest, and what is old is worth
 * least. A frame that is partly on the wire is never dropped.
 *
 * order[] is a ring of slot numbers and always holds each number once; dropping
 * the second frame is a swap of two entries.
 */
#include "queue.h"

static uint8_t slot_count(const struct ptl_config *config)
{
	if (config->tx_packets < COMPAT_QUEUE_SLOTS_MIN)
		return COMPAT_QUEUE_SLOTS_MIN;
	if (config->tx_packets > COMPAT_QUEUE_SLOTS_MAX)
		return COMPAT_QUEUE_SLOTS_MAX;
	return (uint8_t)config->tx_packets;
}

size_t compat_queue_size(const struct ptl_config *config, size_t frame_max)
{
	return slot_count(config) * frame_max;
}

void compat_queue_init(struct compat_queue *queue, uint8_t *memory,
		       const struct ptl_config *config, size_t frame_max)
{
	*queue = (struct compat_queue){
		.slots = memory,
		.slot_size = frame_max,
		.slot_count = slot_count(config),
		.drop_when_full = config->drop_when_full,
	};
	for (uint8_t i = 0; i < queue->slot_count; i++)
		queue->order[i] = i;
	compat_queue_set_baud(queue, config->baud);
}

void compat_queue_set_baud(struct compat_queue *queue, uint32_t baud)
{
	queue->bytes_limit = baud / 50; /* 8N1: baud / 10 bytes/s, for 200 ms */
}

/* The i-th oldest frame's place in order[]. */
static uint8_t place(const struct compat_queue *queue, unsigned i)
{
	unsigned at = queue->head + i;

	return (uint8_t)(at < queue->slot_count ? at : at - queue->slot_count);
}

static bool fits(const struct compat_queue *queue, size_t n)
{
	if (queue->count == queue->slot_count)
		return false;
	return queue->count < COMPAT_QUEUE_SLOTS_MIN || queue->bytes + n <= queue->bytes_limit;
}

static void drop_oldest(struct compat_queue *queue)
{
	if (queue->head_started) {
		uint8_t *first = &queue->order[place(queue, 0)];
		uint8_t *second = &queue->order[place(queue, 1)];
		uint8_t slot = *first;

		*first = *second;
		*second = slot;
	}
	queue->bytes -= queue->length[queue->order[queue->head]];
	queue->head = place(queue, 1);
	queue->count--;
}

uint8_t *compat_queue_push(struct compat_queue *queue, size_t n, unsigned *dropped)
{
	uint8_t slot;

	*dropped = 0;
	if (!fits(queue, n) && !queue->drop_when_full) {
		queue->room_wanted = true;
		return NULL;
	}
	while (!fits(queue, n)) {
		drop_oldest(queue);
		++*dropped;
	}
	slot = queue->order[place(queue, queue->count)];
	queue->length[slot] = (uint16_t)n;
	queue->bytes += (uint32_t)n;
	queue->count++;
	return queue->slots + slot * queue->slot_size;
}

const uint8_t *compat_queue_head(const struct compat_queue *queue, size_t *n)
{
	uint8_t slot = queue->order[queue->head];

	if (!queue->count)
		return NULL;
	*n = queue->length[slot];
	return queue->slots + slot * queue->slot_size;
}

void compat_queue_start(struct compat_queue *queue)
{
	queue->head_started = true;
}

void compat_queue_stop(struct compat_queue *queue)
{
	queue->head_started = false;
}

void compat_queue_pop(struct compat_queue *queue)
{
	queue->head_started = false;
	drop_oldest(queue);
}

unsigned compat_queue_flush(struct compat_queue *queue)
{
	unsigned flushed = 0;

	while (queue->count > (queue->head_started ? 1 : 0)) {
		drop_oldest(queue);
		flushed++;
	}
	return flushed;
}

bool compat_queue_take_room(struct compat_queue *queue)
{
	if (!queue->room_wanted || !fits(queue, queue->slot_size))
		return false;
	queue->room_wanted = false;
	return true;
}
