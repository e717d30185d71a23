/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See receiver.h. */
#include "receiver.h"
#include "arithmetic.h"
#include "bytes.h"

static uint16_t plus(uint16_t number, size_t cells)
{
	return (uint16_t)((number + cells) & PTL_NUMBER_MASK);
}

static uint8_t *meta_of(const struct receiver *receiver, uint16_t number)
{
	return &receiver->meta[number & (receiver->window - 1)];
}

static uint8_t *cell_of(const struct receiver *receiver, uint16_t number)
{
	return &receiver->cells[(size_t)(number & (receiver->window - 1)) * PTL_CELL_BYTES];
}

void ptl_receiver_init(struct receiver *receiver, uint8_t *cells, uint8_t *meta,
		       uint16_t window)
{
	memset(receiver, 0, sizeof(*receiver));
	receiver->cells = cells;
	receiver->meta = meta;
	receiver->window = window;
	ptl_receiver_reset(receiver);
}

void ptl_receiver_reset(struct receiver *receiver)
{
	memset(receiver->meta, 0, receiver->window);
	receiver->head = receiver->next = receiver->high = 0;
	receiver->unacked = 0;
	receiver->changed = receiver->urgent = receiver->refused = false;
	receiver->due = PTL_NEVER;
}

void ptl_receiver_store(struct receiver *receiver, uint16_t number, const uint8_t *bytes,
			size_t n, enum ptl_ending ending)
{
	uint16_t stop = plus(number, PTL_CELLS(n));

	if (ahead(receiver->high, stop) < PTL_HALF_SPACE)
		receiver->high = stop;
	while (n > 0) {
		size_t part = min_size(n, PTL_CELL_BYTES);
		uint8_t *meta = meta_of(receiver, number);

		n -= part;
		/* A number before next has been taken or counted already. */
		if (ahead(receiver->next, number) < PTL_HALF_SPACE && *meta == 0) {
			memcpy(cell_of(receiver, number), bytes, part);
			*meta = (uint8_t)(META_THERE | (part - 1) |
					  (n == 0 ? (unsigned)ending << META_ENDING_SHIFT : 0));
		}
		bytes += part;
		number = plus(number, 1);
	}
	while (ahead(receiver->head, receiver->next) < receiver->window &&
	       *meta_of(receiver, receiver->next) != 0)
		receiver->next = plus(receiver->next, 1);
}

enum receiver_verdict ptl_receiver_piece(struct receiver *receiver, uint16_t number,
					 const uint8_t *bytes, size_t n, enum ptl_ending ending)
{
	uint16_t cells = (uint16_t)PTL_CELLS(n);
	uint16_t stop = plus(number, cells);
	bool behind = ahead(stop, receiver->next) < PTL_HALF_SPACE;
	bool novel = false;

	if (!behind && ahead(receiver->head, stop) > receiver->window)
		return RECEIVER_BEYOND;
	for (uint16_t i = 0; i < cells && !behind && !novel; i++)
		novel = ahead(receiver->next, plus(number, i)) < PTL_HALF_SPACE &&
			*meta_of(receiver, plus(number, i)) == 0;

	receiver->changed = true;
	if (!novel)
		return RECEIVER_DUPLICATE;
	receiver->unacked = (uint16_t)(receiver->unacked + cells);
	if (number != receiver->high && ahead(receiver->high, number) < PTL_HALF_SPACE)
		receiver->urgent = true; /* a new hole */
	if (number == receiver->next && receiver->head == receiver->next &&
	    ending != PTL_GOES_ON && *meta_of(receiver, number) == 0 && !receiver->refused)
		return RECEIVER_DIRECT;
	ptl_receiver_store(receiver, number, bytes, n, ending);
	return RECEIVER_NEW;
}

void ptl_receiver_took(struct receiver *receiver, size_t n)
{
	uint16_t stop = plus(receiver->next, PTL_CELLS(n));

	/* Cells of it may lie here from an earlier, smaller copy. */
	for (uint16_t number = receiver->next; number != stop; number = plus(number, 1))
		*meta_of(receiver, number) = 0;
	receiver->head = receiver->next = stop;
	/* high stays at or after head: an acknowledgement counts from there. */
	if (ahead(receiver->high, stop) < PTL_HALF_SPACE)
		receiver->high = stop;
	while (ahead(receiver->head, receiver->next) < receiver->window &&
	       *meta_of(receiver, receiver->next) != 0)
		receiver->next = plus(receiver->next, 1);
}

size_t ptl_receiver_next(const struct receiver *receiver, uint8_t *to, size_t room,
			 enum ptl_ending *ending)
{
	size_t n = 0;

	for (uint16_t number = receiver->head; number != receiver->next;
	     number = plus(number, 1)) {
		uint8_t meta = *meta_of(receiver, number);
		size_t part = (meta & META_LENGTH) + 1u;

		if (n < room)
			memcpy(to + n, cell_of(receiver, number), min_size(part, room - n));
		n += part;
		*ending = (enum ptl_ending)((meta & META_ENDING) >> META_ENDING_SHIFT);
		if (*ending != PTL_GOES_ON)
			return n;
	}
	/* A packet that fills the window without an end would stay for ever. */
	return ahead(receiver->head, receiver->next) == receiver->window ? n : 0;
}

void ptl_receiver_drop(struct receiver *receiver)
{
	bool end = false;

	while (receiver->head != receiver->next && !end) {
		uint8_t *meta = meta_of(receiver, receiver->head);

		end = *meta & META_ENDING;
		*meta = 0;
		receiver->head = plus(receiver->head, 1);
	}
}

static size_t add_ranges(const struct receiver *receiver, uint8_t *to)
{
	uint16_t number = receiver->head;
	size_t pairs = 0;

	while (number != receiver->high && pairs < PTL_ACK_RANGES) {
		uint8_t gap = 0;
		uint8_t run = 0;

		while (number != receiver->high && gap < 0xff &&
		       *meta_of(receiver, number) == 0) {
			gap++;
			number = plus(number, 1);
		}
		while (number != receiver->high && run < 0xff &&
		       *meta_of(receiver, number) != 0) {
			run++;
			number = plus(number, 1);
		}
		*to++ = gap;
		*to++ = run;
		pairs++;
	}
	return pairs;
}

size_t ptl_receiver_ack(struct receiver *receiver, enum ptl_class class, uint8_t *to)
{
	size_t pairs = add_ranges(receiver, to + PTL_ACK_BYTES);

	to[0] = (uint8_t)((unsigned)class << PTL_ACK_CLASS_SHIFT | pairs);
	put_le16(to + 1, receiver->head);
	receiver->changed = receiver->urgent = false;
	receiver->unacked = 0;
	receiver->due = PTL_NEVER;
	return PTL_ACK_BYTES + 2 * pairs;
}
