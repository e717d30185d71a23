/* SPDX-License-Identifier: GPL-2.0-only */
/* A new firmware for the radio (SPEC 8.4), by a link's control socket: the requests of
 * docs/control-socket.md that begin with update. */
#ifndef PIGTAIL_HOST_UPDATE_PART_H
#define PIGTAIL_HOST_UPDATE_PART_H

#include "host/control/control.h"
#include "host/wifi/wifi.h"

struct update_part;

/* Both are used until update_part_free(). NULL: out of memory. */
struct update_part *update_part_new(struct control *control, struct wifi *wifi);

/* Its requests are taken back. NULL does nothing. */
void update_part_free(struct update_part *part);

#endif
