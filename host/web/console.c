// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two pairs of sockets lead into the program, and what comes from them into messages:
 *
 *	browser -- binary messages --- pair --- a raw client of the bridge --- UART
 *	        \- text messages ----- pair --- a client of the control socket
 *
 * So a page is a client like any other: what it does not take, it loses alone, and what it
 * may ask, docs/control-socket.md says; a message is one line of it. While the browser takes
 * little, nothing is read from the pairs; while the UART takes little, nothing is read from
 * the browser. The protocol is wslay's.
 */
#include "host/web/console.h"

#include <fcntl.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wslay/wslay.h>

#define MESSAGE_MAX 8192u
#define LINE_MOST   (1024u * 1024)
#define PAIR_BUFFER                                                                            \
	8192 /* bytes in a socket of the UART's pair, so that little is under way              \
	      */
#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" /* RFC 6455, 1.3 */

struct console {
	struct console_config config;
	struct duplex *uart, *control;
	wslay_event_context_ptr protocol;
	GByteArray *in; /* of the browser, not taken by the protocol yet */
	size_t in_at;
	GString *line; /* of the control socket, not whole yet */
	bool ended;
};

char *console_accept(const char *key)
{
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA1);
	guint8 digest[20];
	gsize n = sizeof(digest);

	g_checksum_update(sum, (const guchar *)key, (gssize)strlen(key));
	g_checksum_update(sum, (const guchar *)GUID, (gssize)strlen(GUID));
	g_checksum_get_digest(sum, digest, &n);
	g_checksum_free(sum);
	return g_base64_encode(digest, n);
}

static void end(struct console *console)
{
	if (console->ended)
		return;
	console->ended = true;
	console->config.ended(console->config.user);
}

/* What waits decides who is read. */
static void throttle(struct console *console)
{
	size_t waiting = duplex_waiting(console->config.duplex);
	bool room = waiting < DUPLEX_MUCH;

	duplex_want(console->uart, room);
	duplex_want(console->control, room);
	/* Of the browser neither, when it takes no answers: pings have some. */
	duplex_want(console->config.duplex,
		    waiting < 2 * DUPLEX_MUCH && duplex_waiting(console->uart) < DUPLEX_MUCH &&
			    duplex_waiting(console->control) < DUPLEX_MUCH);
}

static void send_message(struct console *console, uint8_t opcode, const void *bytes, size_t n)
{
	const struct wslay_event_msg message = {opcode, bytes, n};

	if (wslay_event_queue_msg(console->protocol, &message) != 0 ||
	    wslay_event_send(console->protocol) != 0)
		end(console);
	throttle(console);
}

/* ---- from the pairs ---- */

static void on_uart(void *user, const char *bytes, size_t n)
{
	send_message(user, WSLAY_BINARY_FRAME, bytes, n);
}

static void on_control(void *user, const char *bytes, size_t n)
{
	struct console *console = user;
	char *end_of_line;

	g_string_append_len(console->line, bytes, (gssize)n);
	while ((end_of_line = memchr(console->line->str, '\n', console->line->len))) {
		size_t length = (size_t)(end_of_line - console->line->str);

		send_message(console, WSLAY_TEXT_FRAME, console->line->str, length);
		g_string_erase(console->line, 0, (gssize)length + 1);
	}
	if (console->line->len > LINE_MOST)
		end(console);
}

static void on_taken(void *user)
{
	throttle(user);
}

static void on_ended(void *user)
{
	struct console *console = user;

	if (wslay_event_queue_close(console->protocol, WSLAY_CODE_GOING_AWAY, NULL, 0) == 0)
		(void)wslay_event_send(console->protocol);
	end(console);
}

/* ---- from the browser ---- */

static ssize_t on_recv(wslay_event_context_ptr protocol, uint8_t *out, size_t n, int flags,
		       void *user)
{
	struct console *console = user;
	size_t left = console->in->len - console->in_at;

	(void)flags;
	if (!left) {
		wslay_event_set_error(protocol, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	if (n > left)
		n = left;
	memcpy(out, console->in->data + console->in_at, n);
	console->in_at += n;
	return (ssize_t)n;
}

static ssize_t on_send(wslay_event_context_ptr protocol, const uint8_t *bytes, size_t n,
		       int flags, void *user)
{
	const struct console *console = user;

	(void)protocol;
	(void)flags;
	duplex_write(console->config.duplex, bytes, n);
	return (ssize_t)n;
}

static void on_message(wslay_event_context_ptr protocol,
		       const struct wslay_event_on_msg_recv_arg *message, void *user)
{
	const struct console *console = user;

	(void)protocol;
	if (message->opcode == WSLAY_BINARY_FRAME) {
		duplex_write(console->uart, message->msg, message->msg_length);
	} else if (message->opcode == WSLAY_TEXT_FRAME) {
		duplex_write(console->control, message->msg, message->msg_length);
		duplex_write(console->control, "\n", 1);
	}
}

void console_data(struct console *console, const char *bytes, size_t n)
{
	if (console->ended)
		return;
	g_byte_array_append(console->in, (const guint8 *)bytes, (guint)n);
	if (wslay_event_recv(console->protocol) != 0 ||
	    wslay_event_send(console->protocol) != 0)
		end(console);
	g_byte_array_remove_range(console->in, 0, (guint)console->in_at);
	console->in_at = 0;
	/* It closes, or spoke nonsense and was told so. */
	if (!wslay_event_want_read(console->protocol))
		end(console);
	else
		throttle(console);
}

void console_taken(struct console *console)
{
	if (!console->ended)
		throttle(console);
}

/* ---- its life ---- */

static bool pair_up(struct console *console)
{
	const struct duplex_events uart = {console, on_uart, on_taken, on_ended};
	const struct duplex_events control = {console, on_control, on_taken, on_ended};
	const int flags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, size = PAIR_BUFFER;
	int fd[2];

	if (socketpair(AF_UNIX, flags, 0, fd) < 0)
		return false;
	for (int i = 0; i < 2; i++)
		(void)setsockopt(fd[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	console->uart = duplex_new(console->config.loop, fd[0], NULL, &uart);
	server_join(console->config.server, fd[1], PTL_SERVICE_RAW, console->config.peer);
	if (!console->uart || socketpair(AF_UNIX, flags, 0, fd) < 0)
		return false;
	console->control = duplex_new(console->config.loop, fd[0], NULL, &control);
	control_join(console->config.control, fd[1]);
	return console->control;
}

struct console *console_new(const struct console_config *config)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = on_recv,
		.send_callback = on_send,
		.on_msg_recv_callback = on_message,
	};
	struct console *console = g_new0(struct console, 1);

	console->config = *config;
	console->in = g_byte_array_new();
	console->line = g_string_new(NULL);
	if (wslay_event_context_server_init(&console->protocol, &callbacks, console) != 0 ||
	    !pair_up(console)) {
		console_free(console);
		return NULL;
	}
	wslay_event_config_set_max_recv_msg_length(console->protocol, MESSAGE_MAX);
	return console;
}

void console_free(struct console *console)
{
	if (!console)
		return;
	duplex_free(console->uart);
	duplex_free(console->control);
	if (console->protocol)
		wslay_event_context_free(console->protocol);
	g_byte_array_unref(console->in);
	g_string_free(console->line, true);
	g_free(console);
}
