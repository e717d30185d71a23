// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes visitors, and lets them go: one timer serves all that they wait for. When there are
 * VISITORS, a new one is hung up on.
 */
#include "host/web/web.h"

#include "host/base/log.h"
#include "host/base/socket.h"
#include "host/base/timer.h"
#include "host/web/radio_part.h"
#include "host/web/visitor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VISITORS 64u

struct web {
	struct guard guard;
	struct visitor_config visitors;
	struct listener *listener;
	struct visitor *visitor[VISITORS];
	struct timer *timer;
	struct radio_part *radio; /* NULL: there is none */
	char host[128];
};

int web_parse(const char *text, struct listener_spec *spec, char *error, size_t error_size)
{
	*spec = (struct listener_spec){.example = "--web 8080"};
	if (socket_split(text, spec->host, sizeof(spec->host), spec->port, sizeof(spec->port)) <
	    0)
		return complain_usage(error, error_size,
				      "--web '%s': it must be [HOST:]PORT, as in 8080", text);
	return 0;
}

static void schedule(struct web *web)
{
	ptl_time deadline = PTL_NEVER;

	for (size_t i = 0; i < VISITORS; i++)
		if (web->visitor[i] && visitor_deadline(web->visitor[i]) < deadline)
			deadline = visitor_deadline(web->visitor[i]);
	timer_set(web->timer, deadline);
}

static void on_time(void *user)
{
	struct web *web = user;
	ptl_time now = timer_now();

	for (size_t i = 0; i < VISITORS; i++) {
		if (!web->visitor[i])
			continue;
		visitor_expire(web->visitor[i], now);
		if (visitor_is_over(web->visitor[i])) {
			visitor_free(web->visitor[i]);
			web->visitor[i] = NULL;
		}
	}
	schedule(web);
}

static void on_changed(void *user)
{
	schedule(user);
}

static void on_logged_out(void *user, const struct session *session)
{
	struct web *web = user;

	for (size_t i = 0; i < VISITORS; i++)
		if (web->visitor[i])
			visitor_log_out(web->visitor[i], session);
}

static void on_came(void *user, int fd, enum ptl_service service, enum listener_guard guard)
{
	struct web *web = user;

	(void)service;
	(void)guard;
	for (size_t i = 0; i < VISITORS; i++) {
		if (web->visitor[i])
			continue;
		web->visitor[i] = visitor_new(&web->visitors, fd);
		schedule(web);
		return;
	}
	(void)close(fd);
}

int web_open(uv_loop_t *loop, const struct web_config *config, struct web **out, char *error,
	     size_t error_size)
{
	struct web *web = calloc(1, sizeof(*web));
	const struct guard_config guard = {
		.secure = server_access(config->server)->tls,
		.host = web ? web->host : NULL,
	};
	int status;

	if (!web)
		return complain(error, error_size, "out of memory");
	(void)snprintf(web->host, sizeof(web->host), "%s", config->listen.host);
	guard_init(&web->guard, &guard);
	web->visitors = (struct visitor_config){
		.loop = loop,
		.access = server_access(config->server),
		.guard = &web->guard,
		.server = config->server,
		.control = config->control,
		.user = web,
		.changed = on_changed,
		.logged_out = on_logged_out,
	};
	web->timer = timer_new(loop, on_time, web);
	if (!web->timer) {
		free(web);
		return complain(error, error_size, "cannot make a timer: %s", strerror(errno));
	}
	if (config->link)
		web->radio = radio_part_new(loop, config->control, config->link);
	status = listener_open(loop, &config->listen, guard.secure, on_came, web,
			       &web->listener, error, error_size);
	if (status) {
		web_close(web);
		return status;
	}
	*out = web;
	return 0;
}

void web_close(struct web *web)
{
	if (!web)
		return;
	listener_close(web->listener);
	for (size_t i = 0; i < VISITORS; i++)
		if (web->visitor[i])
			visitor_free(web->visitor[i]);
	radio_part_free(web->radio);
	timer_free(web->timer);
	guard_wipe(&web->guard);
	free(web);
}
