/* SPDX-License-Identifier: GPL-2.0-only */
/* See misread.h. */
#include "sim/misread.h"

#define BITS   10u
#define STOP   9u
#define JITTER 0.6 /* from end to end, in bits of the receiver */

void misread_init(struct misread *misread, uint64_t seed)
{
	*misread = (struct misread){.prng = prng_seed(seed, 77)};
}

/* Of a byte on the line: a low start bit, eight data bits, a high stop bit. */
static bool level(uint8_t byte, double at)
{
	unsigned bit = at < 0 ? 0 : (unsigned)at;

	if (bit == 0)
		return false;
	return bit >= STOP || byte >> (bit - 1) & 1;
}

/* Where the line is low, or high, next; BITS: not any more in this byte. */
static double next(uint8_t byte, double from, bool high)
{
	if (level(byte, from) == high)
		return from;
	for (unsigned bit = (unsigned)from + 1; bit < BITS; bit++)
		if (level(byte, bit) == high)
			return bit;
	return BITS;
}

/* A sample; returns 1 if it ended a byte that is handed up. */
static size_t sample(struct misread *misread, bool high, uint8_t *out)
{
	if (misread->bit == 0) {
		misread->busy = !high;
		misread->byte = 0;
	} else if (misread->bit < STOP) {
		misread->byte |= (uint8_t)(high << (misread->bit - 1));
	} else {
		misread->busy = false;
		misread->bit = 0;
		misread->low = !high;
		/* A framing error, or a break. */
		*out = high ? misread->byte : 0;
		return 1;
	}
	misread->bit = misread->busy ? misread->bit + 1 : 0;
	return 0;
}

size_t misread_byte(struct misread *misread, uint8_t byte, uint64_t sent, uint64_t received,
		    uint8_t out[MISREAD_MAX])
{
	double width = (double)sent / (double)received;
	size_t n = 0;

	for (;;) {
		double at;

		if (!misread->busy) {
			/* After a low stop bit the line has to rise first. */
			if (misread->low)
				misread->at = next(byte, misread->at, true);
			if (misread->at < BITS)
				misread->at = next(byte, misread->at, false);
			if (misread->at >= BITS)
				break;
			misread->low = false;
			misread->busy = true;
			misread->bit = 0;
			misread->at += width / 2;
		}
		if (misread->at >= BITS)
			break;
		at = misread->at + width * JITTER * (prng_unit(&misread->prng) - 0.5);
		n += sample(misread, level(byte, at), out + n);
		if (misread->busy)
			misread->at += width;
		if (n == MISREAD_MAX)
			n--;
	}
	misread->at -= BITS;
	if (misread->at < 0 || !misread->busy)
		misread->at = 0;
	return n;
}

size_t misread_idle(struct misread *misread, uint8_t out[1])
{
	size_t n = 0;

	while (misread->busy)
		n = sample(misread, true, out);
	misread->low = false;
	misread->at = 0;
	return n;
}
