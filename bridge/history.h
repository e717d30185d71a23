/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the UART said, for readers at their own pace. See history.c. */
#ifndef PTL_BRIDGE_HISTORY_H
#define PTL_BRIDGE_HISTORY_H

#include <pigtail/endpoint.h>
#include <pigtail/serial.h>

struct ptl_history {
	uint8_t *bytes;
	size_t size;
	uint32_t packet, silence; /* bytes; character times */
	ptl_time character;	  /* us, rounded up */
	uint64_t head;		  /* bytes that came, ever */
	size_t head_at;		  /* its place in the ring */
	uint64_t ready;		  /* of them, those that may be sent */
	ptl_time last;		  /* when the last came */
};

/* bytes: a ring of that size. */
void ptl_history_init(struct ptl_history *history, uint8_t *bytes, size_t size, uint32_t packet,
		      uint32_t silence);
void ptl_history_set_format(struct ptl_history *history,
			    const struct ptl_serial_format *format);

/* Bytes came. Returns whether readers have something new to send. */
bool ptl_history_put(struct ptl_history *history, ptl_time now, const uint8_t *bytes, size_t n);

/* When silence makes the rest ready, PTL_NEVER: there is none; and does so when it is due:
 * returns whether readers have something new. */
ptl_time ptl_history_due(const struct ptl_history *history);
bool ptl_history_poll(struct ptl_history *history, ptl_time now);

/* A reader that stands at *at has fallen behind by more than the ring: puts it where half
 * of it is left. Returns how many bytes that skips. */
uint64_t ptl_history_catch_up(const struct ptl_history *history, uint64_t *at);

/* What is ready at a reader's place, in one piece; its length, 0: none. */
size_t ptl_history_peek(const struct ptl_history *history, uint64_t at, const uint8_t **bytes);

#endif
