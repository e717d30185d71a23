/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A conversation with a link: lines out, lines in. The same name found in two
 * directories is one link.
 *
 * A watch has a conversation with each link. A round is complete when each of them has
 * told something, or when one of them has kept the others waiting for half a period.
 */
#include "host/control/ask.h"

#include "host/base/log.h"
#include "host/base/timer.h"
#include "host/control/place.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE_MAX_BYTES (1024u * 1024u)
#define PATIENCE_US    2000000u
#define SECOND	       1000000.0

struct conversation {
	struct conversation *next;
	char name[CONTROL_NAME_MAX + 1];
	int fd;
	char *bytes;
	size_t n;
	size_t size;
	cJSON *told; /* in this round of a watch */
};

struct conversations {
	struct conversation *first;
};

static bool is_known(const struct conversations *all, const char *name)
{
	for (const struct conversation *one = all->first; one; one = one->next)
		if (!strcmp(one->name, name))
			return true;
	return false;
}

static void on_found(void *user, const char *name, int fd)
{
	struct conversations *all = user;
	struct conversation **end = &all->first;
	struct conversation *one = is_known(all, name) ? NULL : calloc(1, sizeof(*one));

	if (!one) {
		(void)close(fd);
		return;
	}
	while (*end)
		end = &(*end)->next;
	*end = one;
	(void)snprintf(one->name, sizeof(one->name), "%s", name);
	one->fd = fd;
}

/* Takes it out of the list. */
static void end_conversation(struct conversation **at)
{
	struct conversation *one = *at;

	*at = one->next;
	(void)close(one->fd);
	free(one->bytes);
	cJSON_Delete(one->told);
	free(one);
}

static bool say(const struct conversation *one, const char *request, const cJSON *arguments)
{
	cJSON *line = cJSON_CreateObject();
	char *text;
	bool ok = false;
	size_t n;

	cJSON_AddStringToObject(line, "request", request);
	if (arguments)
		cJSON_AddItemToObject(line, "arguments", cJSON_Duplicate(arguments, true));
	text = cJSON_PrintUnformatted(line);
	cJSON_Delete(line);
	if (text) {
		n = strlen(text);
		text[n] = '\n'; /* in the place of its NUL */
		ok = send(one->fd, text, n + 1, MSG_NOSIGNAL) == (ssize_t)n + 1;
		explicit_bzero(text, n + 1);
	}
	cJSON_free(text);
	return ok;
}

/* The first line, if it is whole, to be freed. */
static cJSON *take_line(struct conversation *one)
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

/* Reads what is there; false: nothing more will come. */
static bool read_more(struct conversation *one)
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

static void wait_until(struct pollfd *fds, size_t count, ptl_time until)
{
	ptl_time now = timer_now();

	(void)poll(fds, count, until > now ? (int)((until - now) / 1000) + 1 : 0);
}

static cJSON *wait_line(struct conversation *one, ptl_time until)
{
	struct pollfd fd = {.fd = one->fd, .events = POLLIN};
	cJSON *line;

	while ((line = take_line(one)) == NULL) {
		if (timer_now() >= until)
			return NULL;
		wait_until(&fd, 1, until);
		if (!read_more(one))
			return take_line(one);
	}
	return line;
}

static const char *reason_of(const cJSON *line)
{
	const cJSON *error = cJSON_GetObjectItem(line, "error");

	return cJSON_GetStringValue(cJSON_GetObjectItem(error, "reason"));
}

/* ---- asking ---- */

static bool take_answer(struct conversation *one, const char *request, const cJSON *arguments,
			cJSON *results)
{
	cJSON *line = NULL;
	cJSON *result;

	if (say(one, request, arguments))
		line = wait_line(one, timer_now() + PATIENCE_US);
	result = cJSON_DetachItemFromObject(line, "result");
	if (result)
		cJSON_AddItemToArray(results, result);
	else if (reason_of(line))
		log_line("%s: %s", one->name, reason_of(line));
	else
		log_line("%s does not answer; if it stays so, end its process and start it "
			 "again",
			 one->name);
	cJSON_Delete(line);
	return result != NULL;
}

cJSON *control_ask(const char *name, const char *request, const cJSON *arguments, bool *failed)
{
	cJSON *results = cJSON_CreateArray();
	struct conversations all = {NULL};

	*failed = false;
	control_place_find(name, on_found, &all);
	while (all.first) {
		if (!take_answer(all.first, request, arguments, results))
			*failed = true;
		end_conversation(&all.first);
	}
	return results;
}

/* ---- watching ---- */

struct control_watch {
	struct conversations all;
	char *name; /* or NULL */
	cJSON *arguments;
	ptl_time period;
};

struct control_watch *control_watch_new(const char *name, const char *event, double seconds)
{
	struct control_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->name = name ? strdup(name) : NULL;
	watch->arguments = cJSON_CreateObject();
	cJSON_AddStringToObject(watch->arguments, "event", event);
	cJSON_AddNumberToObject(watch->arguments, "every", seconds);
	watch->period = (ptl_time)(seconds * SECOND);
	return watch;
}

/* Begins with those that it does not know yet. */
static void find_more(struct control_watch *watch)
{
	struct conversations new = {NULL};
	struct conversation **end = &watch->all.first;

	control_place_find(watch->name, on_found, &new);
	while (*end)
		end = &(*end)->next;
	while (new.first) {
		struct conversation *one = new.first;

		if (is_known(&watch->all, one->name) ||
		    !say(one, "subscribe", watch->arguments)) {
			end_conversation(&new.first);
			continue;
		}
		new.first = one->next;
		one->next = NULL;
		*end = one;
		end = &one->next;
	}
}

/* What it told last counts. False: it will tell nothing more. */
static bool hear(struct conversation *one)
{
	bool goes_on = read_more(one);
	cJSON *line;

	while ((line = take_line(one)) != NULL) {
		cJSON *data = cJSON_DetachItemFromObject(line, "data");

		if (data) {
			cJSON_Delete(one->told);
			one->told = data;
		} else if (reason_of(line)) {
			log_line("%s: %s", one->name, reason_of(line));
			goes_on = false;
		}
		cJSON_Delete(line);
	}
	return goes_on;
}

static void hear_all(struct control_watch *watch, ptl_time until)
{
	struct conversation **at = &watch->all.first;
	struct pollfd *fds;
	size_t count = 0;

	for (const struct conversation *one = *at; one; one = one->next)
		count++;
	fds = calloc(count + 1, sizeof(*fds));
	count = 0;
	for (const struct conversation *one = *at; fds && one; one = one->next)
		fds[count++] = (struct pollfd){.fd = one->fd, .events = POLLIN};
	wait_until(fds, count, until);
	free(fds);
	while (*at) {
		if (hear(*at))
			at = &(*at)->next;
		else
			end_conversation(at);
	}
}

/* All have told, and there is somebody to tell. */
static bool is_complete(const struct control_watch *watch)
{
	for (const struct conversation *one = watch->all.first; one; one = one->next)
		if (!one->told)
			return false;
	return watch->all.first != NULL;
}

cJSON *control_watch_next(struct control_watch *watch)
{
	ptl_time until = timer_now() + watch->period;
	cJSON *round;

	find_more(watch);
	if (watch->all.first)
		until += watch->period / 2;
	while (!is_complete(watch) && timer_now() < until) {
		if (watch->name && !watch->all.first)
			return NULL;
		hear_all(watch, until);
	}
	round = cJSON_CreateArray();
	for (struct conversation *one = watch->all.first; one; one = one->next) {
		if (one->told)
			cJSON_AddItemToArray(round, one->told);
		one->told = NULL;
	}
	return round;
}

void control_watch_free(struct control_watch *watch)
{
	if (!watch)
		return;
	while (watch->all.first)
		end_conversation(&watch->all.first);
	cJSON_Delete(watch->arguments);
	free(watch->name);
	free(watch);
}
