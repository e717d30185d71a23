/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The same name found in two directories is one link.
 *
 * A watch has a conversation with each link. A round is complete when each of them has
 * told something, or when one of them has kept the others waiting for half a period.
 */
#include "host/control/ask.h"

#include "host/base/log.h"
#include "host/control/conversation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_US 2000000u
#define SECOND	    1000000.0

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

	if (is_known(all, name)) {
		(void)close(fd);
		return;
	}
	while (*end)
		end = &(*end)->next;
	*end = conversation_new(name, fd);
}

/* Takes it out of the list. */
static void end_conversation(struct conversation **at)
{
	struct conversation *one = *at;

	*at = one->next;
	conversation_free(one);
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

	if (conversation_say(one, 0, request, arguments))
		line = conversation_wait_line(one, timer_now() + PATIENCE_US);
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
		    !conversation_say(one, 0, "subscribe", watch->arguments)) {
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
	bool goes_on = conversation_read_more(one);
	cJSON *line;

	while ((line = conversation_take_line(one)) != NULL) {
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
	conversation_wait(fds, count, until);
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
