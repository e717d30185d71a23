/* SPDX-License-Identifier: GPL-2.0-only */
/* One connection to the web port: requests, one after the other, or a console. See visitor.c.
 */
#ifndef PIGTAIL_HOST_WEB_VISITOR_H
#define PIGTAIL_HOST_WEB_VISITOR_H

#include "host/bridge/server.h"
#include "host/control/control.h"
#include "host/web/guard.h"

struct visitor;

/* What all of them share. */
struct visitor_config {
	uv_loop_t *loop;
	const struct access *access;
	struct guard *guard;
	struct server *server;
	struct control *control;
	void *user;
	/* Its deadline may be another one, or it is over: visitor_free() is to follow, later.
	 */
	void (*changed)(void *user);
	/* The session was logged out: consoles of it are to end. */
	void (*logged_out)(void *user, const struct session *session);
};

/* NULL with errno. The descriptor is its own from now on, also where it fails. */
struct visitor *visitor_new(const struct visitor_config *config, int fd);
void visitor_free(struct visitor *visitor);

bool visitor_is_over(const struct visitor *visitor);

/* When it will have been idle for too long. Then it is told so, if it can be, and ends. */
ptl_time visitor_deadline(const struct visitor *visitor);
void visitor_expire(struct visitor *visitor, ptl_time now);

/* It ends, if it is a console of that session. */
void visitor_log_out(struct visitor *visitor, const struct session *session);

#endif
