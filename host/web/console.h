/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A WebSocket (RFC 6455) of a page: the UART and the control socket on one connection. See
 * console.c.
 */
#ifndef PIGTAIL_HOST_WEB_CONSOLE_H
#define PIGTAIL_HOST_WEB_CONSOLE_H

#include "host/bridge/server.h"
#include "host/control/control.h"
#include "host/web/duplex.h"

struct console;

struct console_config {
	uv_loop_t *loop;
	struct duplex *duplex; /* the browser's, which stays the caller's */
	struct server *server;
	struct control *control;
	const char *peer; /* what the client is called */
	void *user;
	void (*ended)(void *user); /* once: nothing more comes, and the stream may end */
};

/* The answer to Sec-WebSocket-Key, to be freed by g_free(). */
char *console_accept(const char *key);

/* NULL: out of memory or descriptors. */
struct console *console_new(const struct console_config *config);

/* What the browser's stream tells. */
void console_data(struct console *console, const char *bytes, size_t n);
void console_taken(struct console *console);

/* Not from within its events. NULL does nothing. */
void console_free(struct console *console);

#endif
