/* SPDX-License-Identifier: GPL-2.0-only */
/* The radio of a link that runs on this machine, for the page of a bridge beside it. */
#ifndef PIGTAIL_HOST_WEB_RADIO_PART_H
#define PIGTAIL_HOST_WEB_RADIO_PART_H

#include "host/control/control.h"

struct radio_part;

/* link: its name, which stays; it may come later, and go. NULL: out of memory. */
struct radio_part *radio_part_new(uv_loop_t *loop, struct control *control, const char *link);
/* NULL does nothing. */
void radio_part_free(struct radio_part *part);

#endif
