// SPDX-License-Identifier: GPL-2.0-only
/*
 * No page of ours runs anything but the scripts that came with it, talks to anybody but its
 * own server, or is shown within another one.
 */
#include "host/web/answer.h"

#include <glib.h>
#include <string.h>

static const char policy[] =
	"Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
	"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
	"frame-ancestors 'none'\r\n"
	"X-Content-Type-Options: nosniff\r\n"
	"X-Frame-Options: DENY\r\n"
	"Referrer-Policy: no-referrer\r\n"
	"Cross-Origin-Opener-Policy: same-origin\r\n"
	"Cross-Origin-Resource-Policy: same-origin\r\n";

static const char *reason_of(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{101, "Switching Protocols"},
		{200, "OK"},
		{304, "Not Modified"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{408, "Request Timeout"},
		{413, "Content Too Large"},
		{414, "URI Too Long"},
		{421, "Misdirected Request"},
		{426, "Upgrade Required"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{503, "Service Unavailable"},
		{505, "HTTP Version Not Supported"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Error";
}

void answer_send(struct duplex *duplex, const struct answer *answer)
{
	GString *head = g_string_new(NULL);

	g_string_append_printf(head, "HTTP/1.1 %d %s\r\n", answer->status,
			       reason_of(answer->status));
	if (answer->status != 101) {
		g_string_append(head, policy);
		if (answer->status != 304)
			g_string_append_printf(head, "Content-Length: %zu\r\n", answer->n);
		if (!answer->keep)
			g_string_append(head, "Connection: close\r\n");
	}
	if (answer->type)
		g_string_append_printf(head, "Content-Type: %s\r\n", answer->type);
	g_string_append(head, answer->more ? answer->more : "Cache-Control: no-store\r\n");
	g_string_append(head, "\r\n");
	if (!answer->head_only && answer->n)
		g_string_append_len(head, answer->body, (gssize)answer->n);
	duplex_write(duplex, head->str, head->len);
	g_string_free(head, true);
}

void answer_json(struct duplex *duplex, int status, const char *text, const char *more,
		 bool keep)
{
	const struct answer answer = {
		.status = status,
		.type = "application/json",
		.more = more,
		.body = text,
		.n = strlen(text),
		.keep = keep,
	};

	answer_send(duplex, &answer);
}

void answer_error(struct duplex *duplex, int status, const char *code, const char *reason,
		  bool keep)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *error = cJSON_AddObjectToObject(json, "error");
	char *text;

	cJSON_AddStringToObject(error, "code", code);
	cJSON_AddStringToObject(error, "reason", reason);
	text = cJSON_PrintUnformatted(json);
	answer_json(duplex, status, text ? text : "{}", NULL, keep);
	cJSON_free(text);
	cJSON_Delete(json);
}
