// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a page asks of the radio goes to the link's control socket, each request by a
 * connection of its own, and the link's answer comes back as it is:
 *
 *	page ---- bridge's control socket ---- here ---- link's control socket
 *
 * Only the requests of the table below do: whoever may use the bridge may see networks, join
 * one and leave it, but not update the radio, or read its store. When nobody waits for an
 * answer any more, its connection is closed, and the link ends what it has begun.
 */
#include "host/web/radio_part.h"

#include "host/base/secret.h"
#include "host/control/channel.h"
#include "host/control/place.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE	   8u
#define PATIENCE_S 100 /* the link's own ends before */

struct asking {
	struct asking *next;
	struct radio_part *part;
	struct control_call *call; /* NULL: it is answered */
	struct channel *channel;
};

struct radio_part {
	struct control_part part;
	uv_loop_t *loop;
	struct control *control;
	const char *link;
	struct asking *asking;
	unsigned count;
};

static void asking_free(struct asking *asking)
{
	struct asking **at = &asking->part->asking;

	while (*at != asking)
		at = &(*at)->next;
	*at = asking->next;
	asking->part->count--;
	channel_free(asking->channel);
	free(asking);
}

/* ---- the link's answer ---- */

static void refuse(struct asking *asking, const char *reason)
{
	struct control_call *call = asking->call;

	asking->call = NULL;
	if (call)
		control_refuse(call, CONTROL_NOT_READY, "%s %s", asking->part->link, reason);
}

static void on_line(void *user, char *line, size_t n)
{
	struct asking *asking = user;
	struct control_call *call = asking->call;
	cJSON *answer = line ? cJSON_ParseWithLength(line, n) : NULL;

	if (cJSON_IsObject(answer) && call) {
		asking->call = NULL;
		control_relay(call, answer);
	} else {
		cJSON_Delete(answer);
		refuse(asking, "does not answer as a link does");
	}
	channel_finish(asking->channel);
}

static void on_ended(void *user, bool gone)
{
	struct asking *asking = user;

	refuse(asking, "has hung up; does it still run?");
	if (gone)
		asking_free(asking);
	else
		channel_finish(asking->channel);
}

static void on_moved(void *user)
{
	(void)user;
}

static void on_cancelled(void *user)
{
	asking_free(user);
}

/* ---- asking ---- */

static void on_found(void *user, const char *name, int fd)
{
	int *found = user;

	(void)name;
	if (*found >= 0)
		(void)close(fd);
	else
		*found = fd;
}

static void say(struct channel *channel, const char *request, const cJSON *arguments)
{
	char *text = control_request_text(0, request, arguments);

	if (text) {
		channel_send(channel, text, strlen(text));
		explicit_bzero(text, strlen(text));
	}
	cJSON_free(text);
}

/* NULL: out of memory or descriptors. */
static struct asking *asking_new(struct radio_part *part, int fd, struct control_call *call)
{
	struct asking *asking = calloc(1, sizeof(*asking));
	const struct channel_events events = {asking, on_line, on_ended, on_moved};

	if (asking)
		asking->channel = channel_new(part->loop, fd, &events);
	if (!asking || !asking->channel) {
		(void)close(fd);
		free(asking);
		return NULL;
	}
	asking->part = part;
	asking->call = call;
	asking->next = part->asking;
	part->asking = asking;
	part->count++;
	return asking;
}

static void ask(struct radio_part *part, const char *request, const cJSON *arguments,
		struct control_call *call)
{
	struct asking *asking;
	int fd = -1;

	if (part->count == AT_ONCE) {
		control_refuse(call, CONTROL_BUSY, "%u requests wait for %s already", AT_ONCE,
			       part->link);
		return;
	}
	control_place_find(part->link, on_found, &fd);
	if (fd < 0) {
		control_refuse(call, CONTROL_NOT_READY,
			       "no link %s runs here; 'pigtail status' lists those that do",
			       part->link);
		return;
	}
	asking = asking_new(part, fd, call);
	if (!asking) {
		control_refuse(call, CONTROL_BUSY, "out of memory");
		return;
	}
	control_later(call, on_cancelled, asking);
	say(asking->channel, request, arguments);
}

/* ---- the table ---- */

static void answer_status(void *user, const cJSON *arguments, struct control_call *call)
{
	ask(user, "status", arguments, call);
}

static void answer_scan(void *user, const cJSON *arguments, struct control_call *call)
{
	ask(user, "wifi.scan", arguments, call);
}

static void answer_networks(void *user, const cJSON *arguments, struct control_call *call)
{
	ask(user, "wifi.networks", arguments, call);
}

static void answer_join(void *user, const cJSON *arguments, struct control_call *call)
{
	secret_guard();
	ask(user, "wifi.join", arguments, call);
}

static void answer_leave(void *user, const cJSON *arguments, struct control_call *call)
{
	ask(user, "wifi.leave", arguments, call);
}

static const struct control_argument join_arguments[] = {
	{"ssid", CONTROL_STRING, true, 1, 32, "name of the network"},
	{"passphrase", CONTROL_STRING, false, 8, 64, "if it is not known"},
	{"save", CONTROL_BOOL, false, 0, 0, "put it into the link's --wifi-file"},
	{0},
};

static const struct control_request requests[] = {
	{"link.status", "the status of the link of --link", NULL, answer_status, 0},
	{"wifi.scan", "looks for networks, by that link's radio", NULL, answer_scan,
	 PATIENCE_S},
	{"wifi.networks", "those that the last scan found", NULL, answer_networks, 0},
	{"wifi.join", "joins a network, and is answered when it is in", join_arguments,
	 answer_join, PATIENCE_S},
	{"wifi.leave", "leaves it, and stays out until the next wifi.join", NULL, answer_leave,
	 0},
	{0},
};

struct radio_part *radio_part_new(uv_loop_t *loop, struct control *control, const char *link)
{
	struct radio_part *part = calloc(1, sizeof(*part));

	if (!part)
		return NULL;
	part->part = (struct control_part){requests, NULL, part, NULL};
	part->loop = loop;
	part->control = control;
	part->link = link;
	control_add(control, &part->part);
	return part;
}

void radio_part_free(struct radio_part *part)
{
	if (!part)
		return;
	control_remove(part->control, &part->part); /* cancels those that wait */
	while (part->asking)
		asking_free(part->asking);
	free(part);
}
