/* SPDX-License-Identifier: GPL-2.0-only */
/* The asker's side of one control socket: lines out, lines in. It blocks. */
#ifndef PIGTAIL_HOST_CONTROL_CONVERSATION_H
#define PIGTAIL_HOST_CONTROL_CONVERSATION_H

#include "host/base/timer.h"
#include "host/control/place.h"

#include <cjson/cJSON.h>
#include <poll.h>

struct conversation {
	struct conversation *next; /* the owner's */
	char name[CONTROL_NAME_MAX + 1];
	int fd;
	char *bytes;
	size_t n;
	size_t size;
	cJSON *told; /* the owner's; freed with it */
};

/* Owns the descriptor. NULL: out of memory. */
struct conversation *conversation_new(const char *name, int fd);
void conversation_free(struct conversation *one);

/* Says a request; id 0: none. arguments (an object, or NULL) stays the caller's. */
bool conversation_say(const struct conversation *one, int id, const char *request,
		      const cJSON *arguments);

/* The first line, if it is whole, to be freed; null for one that is no JSON. */
cJSON *conversation_take_line(struct conversation *one);

/* Reads what is there; false: nothing more will come. */
bool conversation_read_more(struct conversation *one);

/* Until there is something to read, or it is time. */
void conversation_wait(struct pollfd *fds, size_t count, ptl_time until);

/* The next line, to be freed. NULL: none came until then, or none will. */
cJSON *conversation_wait_line(struct conversation *one, ptl_time until);

#endif
