/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * How many bytes may be handed to the layer below (driver buffer, FIFO).
 *
 * Bytes that have been handed down cannot be overtaken any more, so the sender
 * keeps only about 2 ms of the line (and not under 64 bytes) committed there.
 * Where the layer below tells how much it still holds (TIOCOUTQ, SIOCOUTQ),
 * pass that; where it doesn't, the pacer counts by the line rate.
 *
 * No locks, no clock of its own: time is microseconds, passed in.
 */
#ifndef PIGTAIL_PACER_H
#define PIGTAIL_PACER_H

#include <pigtail/endpoint.h>

#define PTL_PACER_AHEAD_US  2000u
#define PTL_PACER_MIN_BYTES 64u
#define PTL_PACER_UNKNOWN   ((size_t)-1)

struct ptl_pacer {
	size_t limit;		/* bytes that may be committed: base, or more */
	size_t base;		/* while everybody is in time */
	size_t grain;		/* the bytes of 0.5 ms: see ptl_pacer_late() */
	size_t due;		/* of base, free when the next pull is due */
	uint64_t byte_ns_q8;	/* a byte's time, nanoseconds times 256 */
	uint32_t bytes_ns_q32;	/* bytes a nanosecond, times 2^32 */
	uint64_t busy_until_ns; /* when the line runs dry */
};

/* baud: 50 to 10000000 bits/s; what lies outside is taken as the nearest. */
void ptl_pacer_init(struct ptl_pacer *pacer, uint32_t baud);

/* Bytes that may be handed down now. queued: what the layer below holds, or
 * PTL_PACER_UNKNOWN. */
size_t ptl_pacer_room(const struct ptl_pacer *pacer, ptl_time now, size_t queued);

/* n bytes were handed down. */
void ptl_pacer_sent(struct ptl_pacer *pacer, ptl_time now, size_t n);

/* When the line will have been dry for so long, by its rate; now: it has been. */
ptl_time ptl_pacer_quiet(const struct ptl_pacer *pacer, ptl_time now, ptl_time us);

/* now, and the time that n bytes take. */
ptl_time ptl_pacer_after(const struct ptl_pacer *pacer, ptl_time now, size_t n);

/* Room that is worth a pull: few large ones are cheaper, late ones can still be
 * overtaken. Nearly half of base. */
size_t ptl_pacer_enough(const struct ptl_pacer *pacer);

/* Who comes in time, to some 0.1 ms, may come later, for more. */
void ptl_pacer_punctual(struct ptl_pacer *pacer);

/* Whose timers tick every us (to 100000), and come at the next tick: base has what leaves
 * between two ticks as well. Not with punctual. */
void ptl_pacer_ticks(struct ptl_pacer *pacer, uint32_t us);

/* When at least half of base will be free, or seven eighths for the punctual: call
 * transmit() again then. By ticks: when what is left lasts until the next one. */
ptl_time ptl_pacer_next(const struct ptl_pacer *pacer, ptl_time now);

/* For how long the line has been dry, microseconds; 0: it is not. */
ptl_time ptl_pacer_dry_for(const struct ptl_pacer *pacer, ptl_time now);

/*
 * Where timers are late (a busy machine, a driver that keeps interrupts off) the limit
 * doesn't last, and the line runs dry although there is more to send. Each time adds
 * 0.5 ms to it, up to 6 ms more than base; ptl_pacer_in_time(), called every
 * PTL_PACER_DECAY_US without, takes a part of that away again.
 */
#define PTL_PACER_DECAY_US 100000u
void ptl_pacer_late(struct ptl_pacer *pacer);
void ptl_pacer_in_time(struct ptl_pacer *pacer);

#endif
