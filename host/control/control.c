/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Accepts the clients of a control socket and lets them go. One timer serves all that
 * they wait for. When no descriptor is left for a client, none is accepted for a while,
 * rather than trying again at once and for ever.
 */
#include "host/control/control.h"

#include "host/base/poller.h"
#include "host/control/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS_MAX 64
#define SECOND	    1000000u
#define PAUSE_US    100000u /* without descriptors */

static const struct control_times usual_times = {
	.first = 10 * SECOND,
	.idle = 300 * SECOND,
	.stuck = 30 * SECOND,
};

struct control {
	uv_loop_t *loop;
	char name[CONTROL_NAME_MAX + 1];
	const struct control_times *times;
	struct control_place place; /* its fd is -1 while it has none */
	struct poller *poller;
	struct registry registry;
	struct client *clients[CLIENTS_MAX];
	struct timer *timer;
	ptl_time accept_at; /* not before; 0: now */
	bool complained;    /* of the socket that can't be made again */

	/* Of one that serves one client only, else NULL. */
	void (*ended)(void *user);
	void *user;
};

/* ---- clients ---- */

static void schedule(struct control *control)
{
	ptl_time deadline = control->accept_at ? control->accept_at : PTL_NEVER;

	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (control->clients[i] && client_deadline(control->clients[i]) < deadline)
			deadline = client_deadline(control->clients[i]);
	timer_set(control->timer, deadline);
}

static void on_changed(void *user)
{
	schedule(user);
}

static void drop(struct control *control, size_t i)
{
	struct client *client = control->clients[i];

	control->clients[i] = NULL;
	client_free(client);
}

static void on_ended(void *user, struct client *client)
{
	struct control *control = user;

	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (control->clients[i] == client)
			drop(control, i);
	if (control->ended)
		control->ended(control->user);
	else
		schedule(control);
}

static void on_timer(void *user)
{
	struct control *control = user;
	ptl_time now = timer_now();

	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (control->clients[i] && client_deadline(control->clients[i]) <= now &&
		    !client_expire(control->clients[i], now))
			drop(control, i);
	if (control->accept_at && control->accept_at <= now) {
		control->accept_at = 0;
		if (control->poller)
			poller_want(control->poller, UV_READABLE);
	}
	schedule(control);
}

/* A place for one more client: a free one, or that of the one that has been silent for
 * longest. CLIENTS_MAX: all of them wait for something. */
static size_t make_room(struct control *control)
{
	size_t silent = CLIENTS_MAX;
	ptl_time since = PTL_NEVER;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		if (!control->clients[i])
			return i;
		if (client_silent_since(control->clients[i]) < since) {
			silent = i;
			since = client_silent_since(control->clients[i]);
		}
	}
	if (silent < CLIENTS_MAX)
		drop(control, silent);
	return silent;
}

static bool is_ours(int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) &&
	       (peer.uid == geteuid() || peer.uid == 0);
}

/* For one that is not served: what there is to say has room in any socket. */
static void turn_away(int fd, const char *line)
{
	(void)!send(fd, line, strlen(line), MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)close(fd);
}

static void serve(struct control *control, int fd)
{
	const struct client_events events = {
		.user = control,
		.changed = on_changed,
		.ended = on_ended,
	};
	size_t i;

	if (!is_ours(fd)) {
		turn_away(fd,
			  "{\"error\":{\"code\":\"denied\",\"reason\":\"the link is another "
			  "user's; ask as that user or root\"}}\n");
		return;
	}
	i = make_room(control);
	if (i == CLIENTS_MAX) {
		turn_away(fd, "{\"error\":{\"code\":\"busy\",\"reason\":\"too many clients; "
			      "try again later\"}}\n");
		return;
	}
	control->clients[i] =
		client_new(control->loop, fd, &control->registry, control->times, &events);
	if (!control->clients[i])
		(void)close(fd);
	schedule(control);
}

void control_join(struct control *control, int fd)
{
	serve(control, fd);
}

static void on_connection(void *user, int events)
{
	struct control *control = user;
	int fd;

	(void)events;
	poller_want(control->poller, UV_READABLE);
	fd = accept4(control->place.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		serve(control, fd);
		return;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	poller_want(control->poller, 0);
	control->accept_at = timer_now() + PAUSE_US;
	schedule(control);
}

/* ---- the socket ---- */

static int claim(struct control *control, char *error, size_t error_size)
{
	int status = control_place_claim(&control->place, control->name, error, error_size);

	if (status) {
		control->place.fd = -1;
		return status;
	}
	control->poller = poller_new(control->loop, control->place.fd, on_connection, control);
	if (!control->poller) {
		status = complain(error, error_size, "cannot watch the control socket %s: %s",
				  control->place.path, strerror(errno));
		control_place_leave(&control->place);
		return status;
	}
	poller_want(control->poller, UV_READABLE);
	return 0;
}

static void leave(struct control *control)
{
	if (control->place.fd < 0)
		return;
	poller_free(control->poller);
	control->poller = NULL;
	control_place_leave(&control->place);
}

void control_tick(struct control *control)
{
	char error[256];

	if (control->place.fd >= 0 && control_place_stands(&control->place))
		return;
	/* Who has connected is served on. */
	leave(control);
	if (!claim(control, error, sizeof(error))) {
		log_line("%s: its control socket was removed; it is at %s now", control->name,
			 control->place.path);
		control->complained = false;
	} else if (!control->complained) {
		log_line("%s: its control socket was removed, and it can't be asked any more: "
			 "%s",
			 control->name, error);
		control->complained = true;
	}
}

const char *control_path(const struct control *control)
{
	return control->place.path;
}

static struct control *control_new(uv_loop_t *loop, const char *name,
				   const struct control_times *times)
{
	struct control *control = calloc(1, sizeof(*control));

	if (!control)
		return NULL;
	control->loop = loop;
	control->times = times ? times : &usual_times;
	control->place.fd = -1;
	(void)snprintf(control->name, sizeof(control->name), "%s", name);
	control->timer = timer_new(loop, on_timer, control);
	if (control->timer)
		return control;
	free(control);
	return NULL;
}

struct control *control_for(uv_loop_t *loop, const char *name, int fd,
			    void (*ended)(void *user), void *user)
{
	struct control *control = control_new(loop, name, NULL);

	if (!control)
		return NULL;
	control->ended = ended;
	control->user = user;
	serve(control, fd);
	if (control->clients[0])
		return control;
	control_close(control);
	return NULL;
}

int control_open(uv_loop_t *loop, const char *name, const struct control_times *times,
		 struct control **out, char *error, size_t error_size)
{
	struct control *control = control_new(loop, name, times);
	int status;

	if (!control)
		return complain(error, error_size, "out of memory or descriptors");
	status = claim(control, error, error_size);
	if (status) {
		timer_free(control->timer);
		free(control);
		return status;
	}
	*out = control;
	return 0;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	leave(control);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (control->clients[i])
			drop(control, i);
	timer_free(control->timer);
	free(control);
}

/* ---- what it offers ---- */

void control_add(struct control *control, struct control_part *part)
{
	registry_add(&control->registry, part);
}

void control_remove(struct control *control, struct control_part *part)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (control->clients[i])
			client_forget(control->clients[i], part);
	registry_remove(&control->registry, part);
	schedule(control);
}

static bool is_wanted(const struct control *control, const struct control_event *event)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (control->clients[i] && client_wants(control->clients[i], event))
			return true;
	return false;
}

void control_publish(struct control *control, const char *event, cJSON *data)
{
	struct control_part *part;
	const struct control_event *row = registry_event(&control->registry, event, &part);
	char *text;

	if (row && is_wanted(control, row)) {
		if (!data)
			data = row->now ? row->now(part->user) : cJSON_CreateNull();
		text = cJSON_PrintUnformatted(data);
		for (size_t i = 0; text && i < CLIENTS_MAX; i++)
			if (control->clients[i])
				client_tell(control->clients[i], row, text);
		cJSON_free(text);
		schedule(control);
	}
	cJSON_Delete(data);
}
