/* SPDX-License-Identifier: GPL-2.0-only */
/* What `pigtail flash` shows of its work, wherever the target is. */
#ifndef PIGTAIL_HOST_FLASH_SHOW_H
#define PIGTAIL_HOST_FLASH_SHOW_H

#include <pigtail/endpoint.h>
#include <stdbool.h>
#include <stdint.h>

struct flash_show {
	const char *place; /* where the target is */
	bool json, terminal;
	ptl_time began;
	bool told;	/* that it began anew */
	char phase[16]; /* as it was shown last */
	unsigned percent;
};

struct flash_progress {
	const char *phase;
	const char *target;   /* what kind it is */
	const char *chip;     /* NULL: not known */
	const char *broke;    /* why it began anew, or NULL */
	uint32_t done, total; /* bytes, of this phase */
	uint32_t written;     /* bytes */
};

void flash_show_begin(struct flash_show *show, const char *place, bool json);

/* On a terminal a line that changes, elsewhere a line for each phase. */
void flash_show_progress(struct flash_show *show, const struct flash_progress *progress);

/* It is over; why it failed, or NULL. The exit status. */
int flash_show_done(struct flash_show *show, const struct flash_progress *progress,
		    const char *why);

#endif
