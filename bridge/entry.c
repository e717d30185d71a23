// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 *	RESETTING --> ASKING <--> SETTLING --> IN_STEP
 *	    ^            |                        |
 *	    +------------+-- no answer: again ----+    six times, then FAILED
 *
 * The boot loader's first answer may be to a question that waited in its FIFO, and what
 * followed that may have been cut; so it counts only when it answers another one, asked
 * when all was quiet. A boot loader that must be asked only once is in step at its first.
 *
 * Those that leave when nobody speaks are kept by asking on, at the same pace, until the
 * owner takes over. One that leaves nevertheless is brought back.
 */
#include "entry.h"

#include <string.h>

#define SETTLE_US 100000u

static void reset(struct ptl_entry *entry, ptl_time now)
{
	const struct ptl_loader *loader = entry->loader;

	entry->waits = false;
	if (entry->resets == PTL_ENTRY_RESETS) {
		entry->state = PTL_ENTRY_FAILED;
		return;
	}
	entry->state = PTL_ENTRY_RESETTING;
	entry->answers = 0;
	ptl_pin_player_play(entry->pins, now, loader->enter[entry->resets++ % 2],
			    loader->pulse);
}

void ptl_entry_begin(struct ptl_entry *entry, ptl_time now, const struct ptl_loader *loader,
		     const struct ptl_serial_seam *serial, struct ptl_pin_player *pins)
{
	memset(entry, 0, sizeof(*entry));
	entry->loader = loader;
	entry->serial = serial;
	entry->pins = pins;
	serial->purge(serial->user, PTL_PURGE_TX);
	reset(entry, now);
}

/* A question that the UART doesn't take as a whole is none: the boot loader could not get
 * out of it. So it is given up with this reset. */
static void ask(struct ptl_entry *entry, ptl_time now)
{
	const struct ptl_loader *loader = entry->loader;

	entry->heard_n = 0;
	entry->waits = true;
	entry->due = now + loader->again;
	if (entry->serial->write(entry->serial->user, loader->ask, loader->ask_n) <
	    loader->ask_n)
		entry->window_ends = now;
}

void ptl_entry_hear(struct ptl_entry *entry, ptl_time now, const uint8_t *bytes, size_t n)
{
	if (!entry->waits)
		return;
	for (size_t i = 0; i < n; i++) {
		if (entry->heard_n == sizeof(entry->heard)) {
			entry->heard_n--;
			memmove(entry->heard, entry->heard + 1, entry->heard_n);
		}
		entry->heard[entry->heard_n++] = bytes[i];
	}
	for (size_t i = 0; i < entry->heard_n; i++) {
		size_t size = entry->loader->answer(entry->heard + i, entry->heard_n - i);

		if (!size)
			continue;
		memcpy(entry->answer, entry->heard + i, size);
		entry->answer_n = size;
		entry->answers++;
		entry->waits = false;
		entry->state = PTL_ENTRY_SETTLING;
		entry->due = now + SETTLE_US;
		return;
	}
}

/* The time is up in which something was to happen. */
static void on_due(struct ptl_entry *entry, ptl_time now)
{
	bool sure = entry->loader->once || entry->answers > 1;

	switch (entry->state) {
	case PTL_ENTRY_ASKING:
		if (now >= entry->window_ends)
			reset(entry, now);
		else
			ask(entry, now);
		break;
	case PTL_ENTRY_SETTLING:
		if (sure) {
			entry->state = PTL_ENTRY_IN_STEP;
			entry->due =
				entry->loader->once ? PTL_NEVER : now + entry->loader->again;
		} else {
			entry->state = PTL_ENTRY_ASKING;
			ask(entry, now);
		}
		break;
	case PTL_ENTRY_IN_STEP:
		if (entry->waits)
			reset(entry, now);
		else
			ask(entry, now);
		break;
	default:
		break;
	}
}

ptl_time ptl_entry_poll(struct ptl_entry *entry, ptl_time now)
{
	if (entry->state == PTL_ENTRY_RESETTING) {
		ptl_time due = ptl_pin_player_poll(entry->pins, now);

		if (!ptl_pin_player_done(entry->pins))
			return due;
		entry->state = PTL_ENTRY_ASKING;
		entry->due = now + entry->loader->start;
		entry->window_ends = entry->due + entry->loader->window;
	}
	if (entry->state == PTL_ENTRY_FAILED)
		return PTL_NEVER;
	if (now >= entry->due)
		on_due(entry, now);
	if (entry->state == PTL_ENTRY_RESETTING)
		return ptl_pin_player_poll(entry->pins, now);
	return entry->state == PTL_ENTRY_FAILED ? PTL_NEVER : entry->due;
}
