/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of the control socket that gives a client one of the radio's streams (SPEC 8.5):
 * "stream.open", and then its connection carries frames (stream_frame.h).
 */
#ifndef PIGTAIL_HOST_WIFI_STREAM_PART_H
#define PIGTAIL_HOST_WIFI_STREAM_PART_H

#include "host/control/control.h"
#include "host/wifi/wifi.h"

struct stream_part;

/* NULL: out of memory. */
struct stream_part *stream_part_new(uv_loop_t *loop, struct control *control,
				    struct wifi *wifi);

/* Calls idle(user), once, when no client has a stream any more and the radio has closed them
 * all, or has not for so long (microseconds) after the last client went: at once, or in time;
 * it may end the loop. NULL does so at once. */
void stream_part_when_idle(struct stream_part *part, ptl_time patience,
			   void (*idle)(void *user), void *user);

/* Ends all. NULL does nothing. */
void stream_part_free(struct stream_part *part);

#endif
