/* SPDX-License-Identifier: GPL-2.0-only */
/* See lines.h. */
#include "host/bridge/lines.h"

#include "host/base/timer.h"

#include <stdlib.h>

struct lines {
	struct timer *silence;
	struct {
		lines_sink line;
		void *user;
	} sink[LINES_SINKS];
	size_t sinks, n;
	char line[LINES_LENGTH + 1];
};

static void give(struct lines *lines)
{
	if (!lines->n)
		return;
	lines->line[lines->n] = 0;
	lines->n = 0;
	for (size_t i = 0; i < lines->sinks; i++)
		lines->sink[i].line(lines->sink[i].user, lines->line);
}

static void on_silence(void *user)
{
	give(user);
}

struct lines *lines_new(uv_loop_t *loop)
{
	struct lines *lines = calloc(1, sizeof(*lines));

	if (!lines)
		return NULL;
	lines->silence = timer_new(loop, on_silence, lines);
	if (lines->silence)
		return lines;
	free(lines);
	return NULL;
}

void lines_add(struct lines *lines, lines_sink sink, void *user)
{
	if (lines->sinks == LINES_SINKS)
		return;
	lines->sink[lines->sinks].line = sink;
	lines->sink[lines->sinks++].user = user;
}

void lines_put(struct lines *lines, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t byte = bytes[i];

		if (byte == '\n' || byte == '\r' || lines->n == LINES_LENGTH)
			give(lines);
		if (byte == '\n' || byte == '\r')
			continue;
		lines->line[lines->n++] =
			(char)(byte == '\t' || (byte >= ' ' && byte != 0x7f) ? byte : '.');
	}
	timer_set(lines->silence, lines->n ? timer_now() + LINES_SILENCE_US : PTL_NEVER);
}

void lines_free(struct lines *lines)
{
	if (!lines)
		return;
	give(lines);
	timer_free(lines->silence);
	free(lines);
}
