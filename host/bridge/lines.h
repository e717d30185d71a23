/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a UART says, as lines of text: for syslog and MQTT. A line ends in CR or LF, after
 * LINES_SILENCE_US without a byte (a prompt), or when it is LINES_LENGTH long; control
 * characters become dots.
 */
#ifndef PIGTAIL_HOST_LINES_H
#define PIGTAIL_HOST_LINES_H

#include <uv.h>

#define LINES_LENGTH	 480u /* bytes */
#define LINES_SILENCE_US 2000000u
#define LINES_SINKS	 2u

/* A line, with a NUL. */
typedef void (*lines_sink)(void *user, const char *line);

struct lines;

/* NULL with errno. */
struct lines *lines_new(uv_loop_t *loop);
void lines_add(struct lines *lines, lines_sink sink, void *user);

void lines_put(struct lines *lines, const uint8_t *bytes, size_t n);

/* What is left of a line goes too. NULL does nothing. */
void lines_free(struct lines *lines);

#endif
