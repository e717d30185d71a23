/* SPDX-License-Identifier: GPL-2.0-only */
/* All the requests and events of a control socket: the tables of its parts. */
#ifndef PIGTAIL_HOST_CONTROL_REGISTRY_H
#define PIGTAIL_HOST_CONTROL_REGISTRY_H

#include "host/control/request.h"

struct registry {
	struct control_part *first;
};

void registry_add(struct registry *registry, struct control_part *part);
void registry_remove(struct registry *registry, struct control_part *part);

/* The row of that name and its part, or NULL. */
const struct control_request *registry_request(const struct registry *registry,
					       const char *name, struct control_part **part);
const struct control_event *registry_event(const struct registry *registry, const char *name,
					   struct control_part **part);

/* Puts all of them into to: "requests" and "events". */
void registry_help(const struct registry *registry, cJSON *to);

#endif
