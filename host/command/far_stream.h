/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stream of a radio (SPEC 8.5), for commands: opened by the control socket of its link, then
 * read and written here. It blocks where it says so.
 */
#ifndef PIGTAIL_HOST_FAR_STREAM_H
#define PIGTAIL_HOST_FAR_STREAM_H

#include "host/base/timer.h"
#include "host/command/radio.h"

#include <stdint.h>

#define FAR_STREAM_TEXT 96

struct far_stream {
	struct radio *radio;
	int fd; /* to poll; readable, or far_stream_read() has more than it was asked for */
	bool ended;
	uint8_t status; /* enum ptl_status, when it has ended */
	char text[FAR_STREAM_TEXT];
	size_t at, n, data; /* data: bytes of the present frame that are left */
	uint8_t in[16384];
};

/* argument may be NULL. Returns the exit status, with a line on standard error. */
int far_stream_open(struct far_stream *stream, struct radio *radio, const char *service,
		    const char *argument);

/* Blocks until all is taken. false: it has ended; far_stream_read() comes to how. */
bool far_stream_write(struct far_stream *stream, const void *bytes, size_t n);

/* Says the end, once; what comes is still to be read. status: enum ptl_status. */
void far_stream_end(struct far_stream *stream, uint8_t status);

/* Up to n bytes, waiting until then for the first (0: what is there). 0: none came, or
 * stream->ended. */
size_t far_stream_read(struct far_stream *stream, void *bytes, size_t n, ptl_time until);

/* After the end: the exit status, with a line on standard error if it was no good one. */
int far_stream_result(const struct far_stream *stream, const char *what);

#endif
