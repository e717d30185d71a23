/* SPDX-License-Identifier: GPL-2.0-only */
/* What the control socket can be asked of a bridge's target: what it is, and its pins. */
#ifndef PIGTAIL_HOST_BRIDGE_TARGET_PART_H
#define PIGTAIL_HOST_BRIDGE_TARGET_PART_H

#include "host/bridge/server.h"
#include "host/control/control.h"

/* Offers `pins` until the control socket is closed; part and server must stay until then. */
void target_part_begin(struct control_part *part, struct control *control,
		       struct server *server);

/* Its keys of the bridge's status. */
void target_part_status(cJSON *to, const struct server *server);

#endif
