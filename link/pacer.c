/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The line is a queue that empties at baud/10 bytes a second. busy_until_ns is
 * when it runs dry; what lies between now and then is committed. A caller that
 * comes late finds the line dry: that time is lost to the line as well, so it
 * is not made up.
 *
 * Division happens in init only, by shift and subtract, for the kernel and the
 * lx106 have no 64-bit divide to link with.
 */
#include <pigtail/pacer.h>

static uint64_t divide(uint64_t n, uint32_t by)
{
	uint64_t quotient = 0;
	uint64_t rest = 0;

	for (int bit = 63; bit >= 0; bit--) {
		rest = rest << 1 | (n >> bit & 1);
		quotient <<= 1;
		if (rest >= by) {
			rest -= by;
			quotient |= 1;
		}
	}
	return quotient;
}

void ptl_pacer_init(struct ptl_pacer *pacer, uint32_t baud)
{
	uint64_t ahead;

	if (baud < 50)
		baud = 50;
	if (baud > 10000000)
		baud = 10000000;
	ahead = divide((uint64_t)baud * PTL_PACER_AHEAD_US, 10000000);
	pacer->base = ahead < PTL_PACER_MIN_BYTES ? PTL_PACER_MIN_BYTES : (size_t)ahead;
	pacer->limit = pacer->base;
	pacer->grain = (size_t)ahead / 4;
	pacer->due = pacer->base / 2;
	pacer->byte_ns_q8 = divide(UINT64_C(2560000000000), baud);
	/* 2^32 * baud / 10^10, in two steps that fit 64 bits. */
	pacer->bytes_ns_q32 = (uint32_t)divide((uint64_t)baud << 32, 1000000000) / 10;
	pacer->busy_until_ns = 0;
}

size_t ptl_pacer_room(const struct ptl_pacer *pacer, ptl_time now, size_t queued)
{
	uint64_t now_ns = now * 1000;
	uint64_t full_ns = (pacer->limit * pacer->byte_ns_q8) >> 8;
	uint64_t busy_ns;

	if (queued != PTL_PACER_UNKNOWN)
		return queued >= pacer->limit ? 0 : pacer->limit - queued;
	if (pacer->busy_until_ns <= now_ns)
		return pacer->limit;
	busy_ns = pacer->busy_until_ns - now_ns;
	if (busy_ns >= full_ns)
		return 0;
	return (size_t)(((full_ns - busy_ns) * pacer->bytes_ns_q32) >> 32);
}

void ptl_pacer_sent(struct ptl_pacer *pacer, ptl_time now, size_t n)
{
	uint64_t now_ns = now * 1000;

	if (n > 0 && pacer->busy_until_ns < now_ns)
		pacer->busy_until_ns = now_ns;
	pacer->busy_until_ns += (n * pacer->byte_ns_q8) >> 8;
}

/* A time in nanoseconds, after now, in microseconds, without a divide: 1/1000 is
 * 4294967.296 / 2^32; the difference to now is below an hour at any sane rate. */
static ptl_time to_us(ptl_time now, uint64_t ns)
{
	return now + (((ns - now * 1000) * 4294968u) >> 32) + 1;
}

ptl_time ptl_pacer_quiet(const struct ptl_pacer *pacer, ptl_time now, ptl_time us)
{
	uint64_t at_ns = pacer->busy_until_ns + us * 1000;

	return at_ns <= now * 1000 ? now : to_us(now, at_ns);
}

ptl_time ptl_pacer_after(const struct ptl_pacer *pacer, ptl_time now, size_t n)
{
	return to_us(now, now * 1000 + ((n * pacer->byte_ns_q8) >> 8));
}

size_t ptl_pacer_enough(const struct ptl_pacer *pacer)
{
	/* A little less than what ptl_pacer_next() aims at: it rounds. */
	return pacer->base / 2 - pacer->base / 16;
}

void ptl_pacer_punctual(struct ptl_pacer *pacer)
{
	pacer->due = pacer->base - pacer->base / 8;
}

void ptl_pacer_ticks(struct ptl_pacer *pacer, uint32_t us)
{
	size_t between = (size_t)(((uint64_t)us * 1000 * pacer->bytes_ns_q32) >> 32) + 1;

	pacer->due = pacer->base > between ? (pacer->base + between) / 2 : pacer->base;
	pacer->base += between;
	pacer->limit = pacer->base;
}

ptl_time ptl_pacer_next(const struct ptl_pacer *pacer, ptl_time now)
{
	uint64_t keep_ns = ((pacer->limit - pacer->due) * pacer->byte_ns_q8) >> 8;

	if (pacer->busy_until_ns <= now * 1000 + keep_ns)
		return now;
	return to_us(now, pacer->busy_until_ns - keep_ns);
}

ptl_time ptl_pacer_dry_for(const struct ptl_pacer *pacer, ptl_time now)
{
	uint64_t now_ns = now * 1000;

	if (pacer->busy_until_ns >= now_ns)
		return 0;
	return to_us(0, now_ns - pacer->busy_until_ns);
}

void ptl_pacer_late(struct ptl_pacer *pacer)
{
	size_t most = pacer->base + 12 * pacer->grain;

	pacer->limit += pacer->grain;
	if (pacer->limit > most)
		pacer->limit = most;
}

void ptl_pacer_in_time(struct ptl_pacer *pacer)
{
	pacer->limit -= (pacer->limit - pacer->base + 31) / 32;
}
