/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines are put together by cJSON; one for which there is no memory is not sent. */
#include "host/control/reply.h"

#include <string.h>

static const char *const code_names[CONTROL_CODES] = {
	[CONTROL_BAD_REQUEST] = "bad-request",	 [CONTROL_UNKNOWN_REQUEST] = "unknown-request",
	[CONTROL_BAD_ARGUMENT] = "bad-argument", [CONTROL_BUSY] = "busy",
	[CONTROL_NOT_READY] = "not-ready",	 [CONTROL_FAILED] = "failed",
	[CONTROL_TIMEOUT] = "timeout",		 [CONTROL_DENIED] = "denied",
};

cJSON *reply_with_id(const cJSON *id)
{
	cJSON *line = cJSON_CreateObject();

	if (id)
		cJSON_AddItemToObject(line, "id", cJSON_Duplicate(id, false));
	return line;
}

void reply_send(struct channel *channel, cJSON *line)
{
	char *text = cJSON_PrintUnformatted(line);

	cJSON_Delete(line);
	if (!text)
		return;
	channel_send(channel, text, strlen(text));
	cJSON_free(text);
}

void reply_add_error(cJSON *line, enum control_code code, const char *reason)
{
	cJSON *error = cJSON_AddObjectToObject(line, "error");

	cJSON_AddStringToObject(error, "code", code_names[code]);
	cJSON_AddStringToObject(error, "reason", reason);
}

void reply_error(struct channel *channel, const cJSON *id, enum control_code code,
		 const char *reason)
{
	cJSON *line = reply_with_id(id);

	reply_add_error(line, code, reason);
	reply_send(channel, line);
}
