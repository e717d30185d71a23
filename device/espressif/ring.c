/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The parts of ring.h that no interrupt handler calls. */
#include "ring.h"

#include <string.h>

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

size_t ring_write(struct ring *ring, const uint8_t *bytes, size_t n)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
	uint32_t room = ring->size - (head - tail);
	uint32_t at = head & (ring->size - 1);
	uint32_t all = n < room ? (uint32_t)n : room;
	uint32_t first = smaller(all, ring->size - at);

	memcpy(ring->bytes + at, bytes, first);
	memcpy(ring->bytes, bytes + first, all - first);
	atomic_store_explicit(&ring->head, head + all, memory_order_release);
	return all;
}

size_t ring_read(struct ring *ring, uint8_t *to, size_t room)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_acquire);
	uint32_t used = head - tail;
	uint32_t at = tail & (ring->size - 1);
	uint32_t all = room < used ? (uint32_t)room : used;
	uint32_t first = smaller(all, ring->size - at);

	memcpy(to, ring->bytes + at, first);
	memcpy(to + first, ring->bytes, all - first);
	atomic_store_explicit(&ring->tail, tail + all, memory_order_release);
	return all;
}

bool frames_put(struct frames *frames, const struct frame *frame)
{
	uint32_t head = atomic_load_explicit(&frames->head, memory_order_relaxed);

	if (head - atomic_load_explicit(&frames->tail, memory_order_acquire) == FRAMES_MAX)
		return false;
	frames->slots[head % FRAMES_MAX] = *frame;
	atomic_store_explicit(&frames->head, head + 1, memory_order_release);
	return true;
}

const struct frame *frames_first(struct frames *frames)
{
	uint32_t tail = atomic_load_explicit(&frames->tail, memory_order_relaxed);

	if (tail == atomic_load_explicit(&frames->head, memory_order_acquire))
		return NULL;
	return &frames->slots[tail % FRAMES_MAX];
}

void frames_pop(struct frames *frames)
{
	uint32_t tail = atomic_load_explicit(&frames->tail, memory_order_relaxed);

	atomic_store_explicit(&frames->tail, tail + 1, memory_order_release);
}
