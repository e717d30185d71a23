/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The scan: one channel after another, for the driver takes one or all, and keeps what it
 * found in memory that is scarce. What a channel had is told, as fast as the line's share
 * lets it, before the next.
 *
 *	IDLE -- SCAN --> LISTENING -- EVENT_SCANNED --> TELLING --> LISTENING ... IDLE
 */
#ifndef PIGTAIL_ESPRESSIF_SCAN_H
#define PIGTAIL_ESPRESSIF_SCAN_H

#include <pigtail/radio_side.h>

#include "event.h"

/* control: what is told goes there. */
void scan_init(struct ptl_radio_control *control);

/* Requests SCAN and SCAN_STOP. */
enum ptl_status scan_begin(const struct ptl_control *message, const char **reason);
enum ptl_status scan_stop(void);

/* It ends at once, and says so, for a join; silently, with its session. */
void scan_abort(void);
void scan_reset(void);

void scan_event(const struct wifi_event *event);

/* Returns when to call again. */
ptl_time scan_poll(ptl_time now);

#endif
