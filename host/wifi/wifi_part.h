/* SPDX-License-Identifier: GPL-2.0-only */
/* The radio's part of a link's control socket: the requests and events of
 * docs/control-socket.md that begin with wifi. */
#ifndef PIGTAIL_HOST_WIFI_PART_H
#define PIGTAIL_HOST_WIFI_PART_H

#include "host/control/control.h"
#include "host/wifi/rejoin.h"

struct wifi_part;

/* All of them are used until wifi_part_free(). NULL: out of memory. */
struct wifi_part *wifi_part_new(struct control *control, struct wifi *wifi,
				struct networks *networks, struct rejoin *rejoin);

/* Its requests are taken back. NULL does nothing. */
void wifi_part_free(struct wifi_part *part);

#endif
