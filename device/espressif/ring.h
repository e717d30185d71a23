/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Two queues between one producer and one consumer that interrupt each other,
 * without a lock: bytes (interrupt <-> main loop) and frames of the Wi-Fi driver
 * (its task -> main loop).
 *
 * Each side writes its own index only. Indices run on and wrap; what lies between
 * them is full. Sizes are powers of two. The functions are inlined, because an
 * interrupt handler in IRAM must not call into flash.
 */
#ifndef PIGTAIL_ESPRESSIF_RING_H
#define PIGTAIL_ESPRESSIF_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RING_INLINE static inline __attribute__((always_inline))

struct ring {
	uint8_t *bytes;
	uint32_t size;	       /* a power of two */
	_Atomic uint32_t head; /* the producer's: bytes put in, ever */
	_Atomic uint32_t tail; /* the consumer's: bytes taken out, ever */
};

RING_INLINE void ring_init(struct ring *ring, uint8_t *bytes, uint32_t size)
{
	ring->bytes = bytes;
	ring->size = size;
	atomic_init(&ring->head, 0);
	atomic_init(&ring->tail, 0);
}

/* Bytes in it: exact for the one who asks, as the other can only help. */
RING_INLINE uint32_t ring_used(const struct ring *ring)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_acquire);

	return head - atomic_load_explicit(&ring->tail, memory_order_acquire);
}

/* Producer: one byte. false: full. */
RING_INLINE bool ring_put(struct ring *ring, uint8_t byte)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);

	if (head - atomic_load_explicit(&ring->tail, memory_order_acquire) == ring->size)
		return false;
	ring->bytes[head & (ring->size - 1)] = byte;
	atomic_store_explicit(&ring->head, head + 1, memory_order_release);
	return true;
}

/* Consumer: one byte. false: empty. */
RING_INLINE bool ring_take(struct ring *ring, uint8_t *byte)
{
	uint32_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);

	if (tail == atomic_load_explicit(&ring->head, memory_order_acquire))
		return false;
	*byte = ring->bytes[tail & (ring->size - 1)];
	atomic_store_explicit(&ring->tail, tail + 1, memory_order_release);
	return true;
}

/* Producer: at most n bytes; returns how many went in. */
size_t ring_write(struct ring *ring, const uint8_t *bytes, size_t n);

/* Consumer: at most room bytes; returns how many came out. */
size_t ring_read(struct ring *ring, uint8_t *to, size_t room);

/* A frame that the Wi-Fi driver has lent: handle gives it back. */
struct frame {
	const uint8_t *bytes;
	void *handle;
	uint16_t length;
	bool of_station; /* it came for the station, not for the access point */
};

/* The driver has a few buffers only (CONFIG_ESP8266_WIFI_RX_PKT_NUM, 7); the rest
 * stays with it, to receive into. */
#define FRAMES_MAX 4u

struct frames {
	struct frame slots[FRAMES_MAX];
	_Atomic uint32_t head, tail;
};

/* Producer: false: full, the frame remains the caller's. */
bool frames_put(struct frames *frames, const struct frame *frame);

/* Consumer: the oldest, NULL when there is none; frames_pop() lets it go. */
const struct frame *frames_first(struct frames *frames);
void frames_pop(struct frames *frames);

#endif
