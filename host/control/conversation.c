/* SPDX-License-Identifier: GPL-2.0-only */
/* See conversation.h. What goes out may have a password in it, and is wiped. */
#include "host/control/conversation.h"

#include "host/control/arguments.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE_MAX_BYTES (1024u * 1024u)

struct conversation *conversation_new(const char *name, int fd)
{
	struct conversation *one = calloc(1, sizeof(*one));

	if (!one) {
		(void)close(fd);
		return NULL;
	}
	(void)snprintf(one->name, sizeof(one->name), "%s", name);
	one->fd = fd;
	return one;
}

void conversation_free(struct conversation *one)
{
	if (!one)
		return;
	(void)close(one->fd);
	free(one->bytes);
	cJSON_Delete(one->told);
	free(one);
}

bool conversation_say(const struct conversation *one, int id, const char *request,
		      const cJSON *arguments)
{
	char *text = control_request_text(id, request, arguments);
	bool ok = false;
	size_t n;

	if (text) {
		n = strlen(text);
		text[n] = '\n'; /* in the place of its NUL */
		ok = send(one->fd, text, n + 1, MSG_NOSIGNAL) == (ssize_t)n + 1;
		explicit_bzero(text, n + 1);
	}
	cJSON_free(text);
	return ok;
}

cJSON *conversation_take_line(struct conversation *one)
{
	char *end = one->n ? memchr(one->bytes, '\n', one->n) : NULL;
	size_t n;
	cJSON *line;

	if (!end)
		return NULL;
	n = (size_t)(end - one->bytes) + 1;
	line = cJSON_ParseWithLength(one->bytes, n - 1);
	memmove(one->bytes, one->bytes + n, one->n - n);
	one->n -= n;
	return line ? line : cJSON_CreateNull();
}

bool conversation_read_more(struct conversation *one)
{
	ssize_t n;

	if (one->n == one->size) {
		size_t size = one->size ? 2 * one->size : 4096;
		char *bytes = size <= LINE_MAX_BYTES ? realloc(one->bytes, size) : NULL;

		if (!bytes)
			return false;
		one->bytes = bytes;
		one->size = size;
	}
	n = recv(one->fd, one->bytes + one->n, one->size - one->n, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	one->n += (size_t)n;
	return n > 0;
}

void conversation_wait(struct pollfd *fds, size_t count, ptl_time until)
{
	ptl_time now = timer_now();
	ptl_time ms = until > now ? (until - now) / 1000 + 1 : 0;

	(void)poll(fds, count, ms < INT_MAX ? (int)ms : -1);
}

cJSON *conversation_wait_line(struct conversation *one, ptl_time until)
{
	struct pollfd fd = {.fd = one->fd, .events = POLLIN};
	cJSON *line;

	while ((line = conversation_take_line(one)) == NULL) {
		if (timer_now() >= until)
			return NULL;
		conversation_wait(&fd, 1, until);
		if (!conversation_read_more(one))
			return conversation_take_line(one);
	}
	return line;
}
