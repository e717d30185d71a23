/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Brings a target into its boot loader, and in step with us. See entry.c. */
#ifndef PTL_BRIDGE_ENTRY_H
#define PTL_BRIDGE_ENTRY_H

#include "loader.h"

#define PTL_ENTRY_RESETS 6u /* then it is given up */

enum ptl_entry_state {
	PTL_ENTRY_RESETTING,
	PTL_ENTRY_ASKING,
	PTL_ENTRY_SETTLING, /* it has answered; whatever follows by itself is let go by */
	PTL_ENTRY_IN_STEP,
	PTL_ENTRY_FAILED,
};

struct ptl_entry {
	const struct ptl_loader *loader;
	const struct ptl_serial_seam *serial;
	struct ptl_pin_player *pins;
	enum ptl_entry_state state;
	unsigned resets;
	unsigned answers; /* since the last of them */
	bool waits;	  /* a question has not been answered */
	ptl_time due, window_ends;
	uint8_t answer[PTL_ANSWER_MAX], heard[PTL_ANSWER_MAX];
	size_t answer_n, heard_n;
};

void ptl_entry_begin(struct ptl_entry *entry, ptl_time now, const struct ptl_loader *loader,
		     const struct ptl_serial_seam *serial, struct ptl_pin_player *pins);

/* What the UART said. */
void ptl_entry_hear(struct ptl_entry *entry, ptl_time now, const uint8_t *bytes, size_t n);

/* Does what is due; when to be called again. */
ptl_time ptl_entry_poll(struct ptl_entry *entry, ptl_time now);

/* The boot loader waits for a command, and nothing is under way. */
static inline bool ptl_entry_in_step(const struct ptl_entry *entry)
{
	return entry->state == PTL_ENTRY_IN_STEP && !entry->waits;
}

#endif
