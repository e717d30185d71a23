/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines that a control socket sends. */
#ifndef PIGTAIL_HOST_CONTROL_REPLY_H
#define PIGTAIL_HOST_CONTROL_REPLY_H

#include "host/control/channel.h"
#include "host/control/request.h"

/* A line to be filled in, with the id of a request, or without (NULL). */
cJSON *reply_with_id(const cJSON *id);
void reply_add_error(cJSON *line, enum control_code code, const char *reason);

/* Frees line. */
void reply_send(struct channel *channel, cJSON *line);

/* All of it at once. */
void reply_error(struct channel *channel, const cJSON *id, enum control_code code,
		 const char *reason);

#endif
