/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers of HTTP/1.1, each with what keeps browsers from doing harm. */
#ifndef PIGTAIL_HOST_WEB_ANSWER_H
#define PIGTAIL_HOST_WEB_ANSWER_H

#include "host/web/duplex.h"

#include <cjson/cJSON.h>

struct answer {
	int status;
	const char *type; /* NULL: none */
	const char *more; /* further header lines, each with its end; or NULL */
	const void *body;
	size_t n;
	bool keep, head_only;
};

void answer_send(struct duplex *duplex, const struct answer *answer);

/* A JSON text, or the error of it: {"error": {"code", "reason"}}. */
void answer_json(struct duplex *duplex, int status, const char *text, const char *more,
		 bool keep);
void answer_error(struct duplex *duplex, int status, const char *code, const char *reason,
		  bool keep);

#endif
