/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line is a request: it is looked up, its arguments are checked, and its handler is
 * called, which answers at once or keeps the call. The requests help, subscribe and
 * unsubscribe are the client's own.
 *
 * The same words go through here for each client, so what a client can make us keep is
 * bounded: its calls, its subscriptions (one for each event), and what it has not taken
 * (channel.h stops reading; events are left out, and counted).
 */
#include "host/control/client.h"

#include "host/control/channel.h"
#include "host/control/reply.h"
#include "host/control/subscription.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALLS_MAX    16
#define PATIENCE_S   30
#define ID_MAX	     64 /* bytes of one that is a string */
#define SECOND	     1000000u
#define PERIOD_MIN_S 0.1
#define PERIOD_MAX_S 3600.0
#define PROTOCOL     1
#define OWN_NAME_MAX 64 /* of an event */
#define REASON_MAX   384

struct control_call {
	struct control_call *next;
	struct client *client;
	const struct control_part *part;
	cJSON *id; /* or NULL */
	ptl_time deadline;
	void (*cancelled)(void *user);
	void *user;
	bool handled; /* now: its handler has not returned */
	bool done;    /* answered */
};

struct client {
	const struct registry *registry;
	const struct control_times *times;
	struct client_events events;
	struct channel *channel;
	struct control_call *calls;
	struct subscription *subscriptions;
	ptl_time heard; /* the last request; before it, the connection */
	bool spoke;
	bool deaf; /* it will say nothing more */
};

/* When it will ask nothing more and waits for nothing, it may go. */
static void finish_if_done(struct client *client)
{
	if (client->deaf && !client->calls)
		channel_finish(client->channel);
}

/* ---- calls ---- */

static void call_free(struct control_call *call)
{
	struct control_call **at = &call->client->calls;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	cJSON_Delete(call->id);
	free(call);
}

static void call_done(struct control_call *call)
{
	struct client *client = call->client;

	call->done = true;
	if (call->handled)
		return;
	call_free(call);
	finish_if_done(client);
	client->events.changed(client->events.user);
}

void control_answer(struct control_call *call, cJSON *result)
{
	cJSON *line = reply_with_id(call->id);

	cJSON_AddItemToObject(line, "result", result ? result : cJSON_CreateObject());
	reply_send(call->client->channel, line);
	call_done(call);
}

void control_refuse(struct control_call *call, enum control_code code, const char *format, ...)
{
	char reason[REASON_MAX];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	reply_error(call->client->channel, call->id, code, reason);
	call_done(call);
}

void control_fail(struct control_call *call, const char *failure, const char *format, ...)
{
	cJSON *line = reply_with_id(call->id);
	char reason[REASON_MAX];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	reply_add_error(line, CONTROL_FAILED, reason);
	cJSON_AddStringToObject(cJSON_GetObjectItem(line, "error"), "failure", failure);
	reply_send(call->client->channel, line);
	call_done(call);
}

void control_relay(struct control_call *call, cJSON *answer)
{
	cJSON *line = reply_with_id(call->id);
	const char *name = cJSON_HasObjectItem(answer, "error") ? "error" : "result";
	cJSON *item = cJSON_DetachItemFromObject(answer, name);

	cJSON_AddItemToObject(line, name, item ? item : cJSON_CreateObject());
	cJSON_Delete(answer);
	reply_send(call->client->channel, line);
	call_done(call);
}

int control_hand_over(struct control_call *call, cJSON *result)
{
	struct channel *channel = call->client->channel;
	cJSON *line = reply_with_id(call->id);
	int fd;

	cJSON_AddItemToObject(line, "result", result ? result : cJSON_CreateObject());
	reply_send(channel, line);
	fd = channel_hand_over(channel);
	if (fd < 0)
		reply_error(channel, call->id, CONTROL_BAD_REQUEST,
			    "more was said on this connection, which was to be another's");
	call_done(call);
	return fd;
}

void control_later(struct control_call *call, void (*cancelled)(void *user), void *user)
{
	call->cancelled = cancelled;
	call->user = user;
}

/* Nobody waits for the answer any more. */
static void call_cancel(struct control_call *call)
{
	void (*cancelled)(void *user) = call->cancelled;
	void *user = call->user;

	call_free(call);
	cancelled(user);
}

static void call_fail(struct control_call *call, enum control_code code, const char *reason)
{
	reply_error(call->client->channel, call->id, code, reason);
	call_cancel(call);
}

static struct control_call *call_of_part(const struct client *client,
					 const struct control_part *part)
{
	struct control_call *call = client->calls;

	while (call && call->part != part)
		call = call->next;
	return call;
}

static struct control_call *call_due(const struct client *client, ptl_time now)
{
	struct control_call *call = client->calls;

	while (call && call->deadline > now)
		call = call->next;
	return call;
}

static void begin_call(struct client *client, const struct control_request *row,
		       const struct control_part *part, const cJSON *id, const cJSON *arguments)
{
	struct control_call *call = calloc(1, sizeof(*call));

	if (!call) {
		reply_error(client->channel, id, CONTROL_BUSY, "out of memory");
		return;
	}
	call->client = client;
	call->part = part;
	call->id = id ? cJSON_Duplicate(id, false) : NULL;
	call->deadline = timer_now() +
			 (ptl_time)(row->patience_s ? row->patience_s : PATIENCE_S) * SECOND;
	call->next = client->calls;
	client->calls = call;
	call->handled = true;
	row->handle(part->user, arguments, call);
	if (!call->done && !call->cancelled)
		control_refuse(call, CONTROL_FAILED, "nobody takes care of it");
	call->handled = false;
	if (call->done)
		call_free(call);
}

/* ---- subscriptions ---- */

void client_tell(struct client *client, const struct control_event *event, const char *data)
{
	struct subscription *subscription =
		*subscription_find(&client->subscriptions, event->name);

	if (subscription)
		subscription_tell(subscription, client->channel, data);
}

bool client_wants(const struct client *client, const struct control_event *event)
{
	return subscription_wants(client->subscriptions, event);
}

static void subscribe(struct client *client, const cJSON *id, const cJSON *arguments)
{
	const char *name = control_string(arguments, "event", "");
	double every = control_number(arguments, "every", 0);
	struct subscription **at = subscription_find(&client->subscriptions, name);
	const struct control_event *event;
	struct control_part *part;
	cJSON *line;

	event = registry_event(client->registry, name, &part);
	if (!event) {
		reply_error(client->channel, id, CONTROL_BAD_ARGUMENT,
			    "no such event; 'help' lists them");
		return;
	}
	if (every > 0 && !event->now) {
		reply_error(client->channel, id, CONTROL_BAD_ARGUMENT,
			    "this event is told when it happens, not periodically");
		return;
	}
	/* Anew: it may want another period. */
	if (*at)
		subscription_end(at);
	if (!subscription_begin(&client->subscriptions, part, event, id,
				(ptl_time)llround(every * SECOND))) {
		reply_error(client->channel, id, CONTROL_BUSY, "out of memory");
		return;
	}
	line = reply_with_id(id);
	cJSON_AddObjectToObject(line, "result");
	reply_send(client->channel, line);
	if (event->now)
		subscription_tell_now(client->subscriptions, client->channel);
}

static void unsubscribe(struct client *client, const cJSON *id, const cJSON *arguments)
{
	struct subscription **at = subscription_find(&client->subscriptions,
						     control_string(arguments, "event", ""));
	cJSON *line;

	if (!*at) {
		reply_error(client->channel, id, CONTROL_BAD_ARGUMENT,
			    "there is no subscription to such an event");
		return;
	}
	subscription_end(at);
	line = reply_with_id(id);
	cJSON_AddObjectToObject(line, "result");
	reply_send(client->channel, line);
}

void client_forget(struct client *client, const struct control_part *part)
{
	struct control_call *call;

	while ((call = call_of_part(client, part)) != NULL)
		call_fail(call, CONTROL_NOT_READY, "what was asked has ended; ask again");
	subscriptions_forget(&client->subscriptions, client->channel, part);
	finish_if_done(client);
}

/* ---- requests ---- */

static void help(struct client *client, const cJSON *id, const cJSON *arguments);

static const struct control_argument subscribe_arguments[] = {
	{"event", CONTROL_STRING, true, 1, OWN_NAME_MAX, "which"},
	{"every", CONTROL_NUMBER, false, PERIOD_MIN_S, PERIOD_MAX_S,
	 "seconds between two that are told periodically"},
	{0},
};

static const struct control_argument unsubscribe_arguments[] = {
	{"event", CONTROL_STRING, true, 1, OWN_NAME_MAX, "which"},
	{0},
};

static const struct own {
	const char *name;
	const char *help;
	const struct control_argument *arguments;
	void (*handle)(struct client *client, const cJSON *id, const cJSON *arguments);
} own_requests[] = {
	{"help", "lists the requests and events", NULL, help},
	{"subscribe", "tells of an event each time it happens", subscribe_arguments, subscribe},
	{"unsubscribe", "ends that", unsubscribe_arguments, unsubscribe},
};

#define OWN_REQUESTS (sizeof(own_requests) / sizeof(own_requests[0]))

static void help(struct client *client, const cJSON *id, const cJSON *arguments)
{
	cJSON *line = reply_with_id(id);
	cJSON *result = cJSON_AddObjectToObject(line, "result");
	cJSON *list;

	(void)arguments;
	cJSON_AddNumberToObject(result, "protocol", PROTOCOL);
	registry_help(client->registry, result);
	list = cJSON_GetObjectItem(result, "requests");
	for (size_t i = 0; i < OWN_REQUESTS; i++) {
		cJSON *row = cJSON_CreateObject();

		cJSON_AddStringToObject(row, "name", own_requests[i].name);
		cJSON_AddStringToObject(row, "help", own_requests[i].help);
		cJSON_AddItemToObject(row, "arguments",
				      control_arguments_help(own_requests[i].arguments));
		cJSON_AddItemToArray(list, row);
	}
	reply_send(client->channel, line);
}

static const struct own *own_request(const char *name)
{
	for (size_t i = 0; i < OWN_REQUESTS; i++)
		if (!strcmp(own_requests[i].name, name))
			return &own_requests[i];
	return NULL;
}

/* A number, or a short string that can be repeated in any line. */
static bool id_ok(const cJSON *id)
{
	size_t n;

	if (!id || cJSON_IsNumber(id))
		return true;
	if (!cJSON_IsString(id))
		return false;
	n = strlen(id->valuestring);
	for (size_t i = 0; i < n; i++)
		if (id->valuestring[i] < 0x20 || id->valuestring[i] > 0x7e)
			return false;
	return n <= ID_MAX;
}

static bool keys_ok(const cJSON *request)
{
	for (const cJSON *item = request->child; item; item = item->next)
		if (strcmp(item->string, "id") != 0 && strcmp(item->string, "request") != 0 &&
		    strcmp(item->string, "arguments") != 0)
			return false;
	return true;
}

static unsigned int count_calls(const struct client *client)
{
	unsigned int n = 0;

	for (const struct control_call *call = client->calls; call; call = call->next)
		n++;
	return n;
}

static void take_request(struct client *client, const cJSON *request)
{
	const cJSON *id = cJSON_GetObjectItemCaseSensitive(request, "id");
	const cJSON *arguments = cJSON_GetObjectItemCaseSensitive(request, "arguments");
	const char *name =
		cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(request, "request"));
	const struct control_request *row = NULL;
	const struct own *own = NULL;
	struct control_part *part = NULL;
	char reason[REASON_MAX];

	if (!id_ok(id)) {
		reply_error(client->channel, NULL, CONTROL_BAD_REQUEST,
			    "an id is a number, or a string of up to 64 ASCII characters");
		return;
	}
	if (!name || !keys_ok(request)) {
		reply_error(client->channel, id, CONTROL_BAD_REQUEST,
			    "a request is {\"request\": NAME}, with \"arguments\" and \"id\" "
			    "if wanted, and nothing else");
		return;
	}
	own = own_request(name);
	if (!own)
		row = registry_request(client->registry, name, &part);
	if (!own && !row) {
		reply_error(client->channel, id, CONTROL_UNKNOWN_REQUEST,
			    "no such request; 'help' lists them");
		return;
	}
	if (!control_arguments_ok(own ? own->arguments : row->arguments, arguments, reason,
				  sizeof(reason))) {
		reply_error(client->channel, id, CONTROL_BAD_ARGUMENT, reason);
		return;
	}
	if (own)
		own->handle(client, id, arguments);
	else if (count_calls(client) >= CALLS_MAX)
		reply_error(client->channel, id, CONTROL_BUSY,
			    "too many requests wait for their answers; wait for one");
	else
		begin_call(client, row, part, id, arguments);
}

static void on_line(void *user, char *line, size_t n)
{
	struct client *client = user;
	cJSON *request;

	if (!line) {
		reply_error(client->channel, NULL, CONTROL_BAD_REQUEST,
			    "the line is longer than 65536 bytes");
		channel_finish(client->channel);
		return;
	}
	client->heard = timer_now();
	client->spoke = true;
	/* A NUL in it would hide what follows. */
	request = strlen(line) == n ? cJSON_ParseWithOpts(line, NULL, true) : NULL;
	if (cJSON_IsObject(request))
		take_request(client, request);
	else
		reply_error(client->channel, NULL, CONTROL_BAD_REQUEST,
			    "the line is no JSON object; a request is {\"request\": NAME}");
	control_arguments_wipe(request);
	cJSON_Delete(request);
}

static void on_ended(void *user, bool gone)
{
	struct client *client = user;

	if (gone) {
		client->events.ended(client->events.user, client);
		return;
	}
	client->deaf = true;
	while (client->subscriptions)
		subscription_end(&client->subscriptions);
	finish_if_done(client);
}

static void on_moved(void *user)
{
	struct client *client = user;

	client->events.changed(client->events.user);
}

/* ---- time ---- */

static ptl_time earlier(ptl_time a, ptl_time b)
{
	return a < b ? a : b;
}

/* When it will have been silent for too long. */
static ptl_time silence_ends(const struct client *client)
{
	ptl_time stuck = channel_stuck_since(client->channel);
	ptl_time half = channel_half_since(client->channel);
	ptl_time end = PTL_NEVER;

	if (stuck)
		return stuck + client->times->stuck;
	if (half)
		end = half + client->times->first;
	if (!client->calls && !client->subscriptions)
		end = earlier(end, client->heard + (client->spoke ? client->times->idle
								  : client->times->first));
	return end;
}

ptl_time client_deadline(const struct client *client)
{
	ptl_time deadline = silence_ends(client);

	for (const struct control_call *call = client->calls; call; call = call->next)
		deadline = earlier(deadline, call->deadline);
	return earlier(deadline, subscriptions_due(client->subscriptions));
}

static void expire_calls(struct client *client, ptl_time now)
{
	struct control_call *call;

	while ((call = call_due(client, now)) != NULL)
		call_fail(call, CONTROL_TIMEOUT,
			  "no answer came about in time; look at the link's state");
	finish_if_done(client);
}

bool client_expire(struct client *client, ptl_time now)
{
	if (silence_ends(client) <= now) {
		reply_error(client->channel, NULL, CONTROL_TIMEOUT,
			    "nothing was heard for too long; connect again");
		return false;
	}
	expire_calls(client, now);
	subscriptions_expire(client->subscriptions, client->channel, now);
	return true;
}

ptl_time client_silent_since(const struct client *client)
{
	return client->calls || client->subscriptions ? PTL_NEVER : client->heard;
}

/* ---- the client ---- */

struct client *client_new(uv_loop_t *loop, int fd, const struct registry *registry,
			  const struct control_times *times, const struct client_events *events)
{
	struct client *client = calloc(1, sizeof(*client));
	const struct channel_events channel_events = {
		.user = client,
		.line = on_line,
		.ended = on_ended,
		.moved = on_moved,
	};

	if (!client)
		return NULL;
	client->registry = registry;
	client->times = times;
	client->events = *events;
	client->heard = timer_now();
	client->channel = channel_new(loop, fd, &channel_events);
	if (client->channel)
		return client;
	free(client);
	return NULL;
}

void client_free(struct client *client)
{
	while (client->calls)
		call_cancel(client->calls);
	while (client->subscriptions)
		subscription_end(&client->subscriptions);
	channel_free(client->channel);
	free(client);
}
