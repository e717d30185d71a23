/* SPDX-License-Identifier: GPL-2.0-only */
/* What a running bridge offers on its control socket. See offer.c. */
#ifndef PIGTAIL_HOST_BRIDGE_OFFER_H
#define PIGTAIL_HOST_BRIDGE_OFFER_H

#include "host/bridge/server.h"
#include "host/control/control.h"

struct offer {
	struct server *server;
	struct control *control;
	const char *name;
	const char *link; /* whose radio can be asked for, or NULL */
	struct control_part part, target;
};

/* All of offer but the parts is set. */
void offer_begin(struct offer *offer);

/* The enum ptl_write_policy of that name; -1: there is none. */
int offer_write_policy(const char *name);

#endif
