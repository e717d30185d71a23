// SPDX-License-Identifier: GPL-2.0-only
/*
 * States of a connection:
 *
 *	READ ---- a request is whole: answered ----> READ, or LAST
 *	  |  \--- POST /api/control ----> ASK ---- the control socket's line is the answer --^
 *	  |\----- POST /api/login --> LOGIN ---- the password was looked at ----------------^
 *	  \------ GET /api/socket ------> CONSOLE ---- its end ----> LAST
 *	LAST: what was answered is taken, then it is OVER; the owner frees it
 *
 * What it serves:
 *
 *	GET  /, /console.js ...   the pages
 *	GET  /api/session         {"login": whether one has to log in, "user"}
 *	POST /api/login           {"user", "password"}; sets the cookie
 *	POST /api/logout
 *	POST /api/control         a line of the control socket, answered by one
 *	GET  /api/socket          a WebSocket: see console.c
 *
 * A request has REQUEST_US from its first byte to its last, an answer STUCK_US until some of
 * it is taken, and a connection without either stays for IDLE_US.
 */
#include "host/web/visitor.h"

#include "host/web/answer.h"
#include "host/web/console.h"
#include "host/web/page.h"

#include <arpa/inet.h>
#include <glib.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_US 10000000u
#define STUCK_US   30000000u
#define IDLE_US	   60000000u
#define LINGER_US  2000000u
#define AHEAD_MAX  16384u /* bytes that came before their turn */

enum state {
	READ,
	ASK,
	LOGIN,
	CONSOLE,
	LAST,
	OVER,
};

struct visitor {
	const struct visitor_config *config;
	struct duplex *duplex;
	enum state state;
	struct http http;
	GByteArray *in;		/* what came and was not read yet */
	struct duplex *control; /* for requests of the control socket; NULL until the first */
	GString *line;
	struct console *console;
	const struct session *session; /* of the console */
	struct users_check *check;     /* of LOGIN */
	char name[64];
	struct sockaddr_storage from;
	char address[INET6_ADDRSTRLEN + 16];
	bool served;	/* a request, at least */
	ptl_time since; /* the state, or enough going on */
};

static void enter(struct visitor *visitor, enum state state)
{
	visitor->state = state;
	visitor->since = timer_now();
	visitor->config->changed(visitor->config->user);
}

static void finish(struct visitor *visitor)
{
	if (visitor->state >= LAST)
		return;
	duplex_finish(visitor->duplex);
	enter(visitor, LAST);
}

/* The answer is given: another request, or none. */
static void answered(struct visitor *visitor)
{
	bool keep = visitor->http.keep;

	http_init(&visitor->http);
	visitor->served = true;
	if (keep)
		enter(visitor, READ);
	else
		finish(visitor);
}

static void refuse(struct visitor *visitor, int status, const char *code, const char *reason)
{
	/* What follows may be the rest of it. */
	if (visitor->http.state == HTTP_BAD)
		visitor->http.keep = false;
	answer_error(visitor->duplex, status, code, reason, visitor->http.keep);
	answered(visitor);
}

static void work(struct visitor *visitor);

/* ---- pages ---- */

static void serve_page(struct visitor *visitor, const struct page *page)
{
	bool known = !strcmp(visitor->http.header[HTTP_ETAG], page->etag);
	char more[256];
	const struct answer answer = {
		.status = known ? 304 : 200,
		.type = page->type,
		.more = more,
		.body = page->bytes,
		.n = known ? 0 : page->n,
		.keep = visitor->http.keep,
		.head_only = visitor->http.method == HTTP_HEAD,
	};

	(void)snprintf(more, sizeof(more), "Cache-Control: no-cache\r\nETag: %s\r\n%s",
		       page->etag, known ? "" : "Content-Encoding: gzip\r\n");
	answer_send(visitor->duplex, &answer);
	answered(visitor);
}

static const struct page *find_page(const char *path)
{
	for (const struct page *page = pages; page->path; page++)
		if (!strcmp(page->path, path))
			return page;
	return NULL;
}

/* ---- who it is ---- */

static bool wants_login(const struct visitor *visitor)
{
	return visitor->config->access->tls;
}

/* Of a client's certificate, where one will do; NULL: none. */
static const char *certified_name(const struct visitor *visitor)
{
	return visitor->config->access->by_certificate ? duplex_peer_name(visitor->duplex)
						       : NULL;
}

static void serve_session(struct visitor *visitor)
{
	const struct session *session =
		guard_session(visitor->config->guard, &visitor->http, timer_now());
	const char *name = session ? session->name : certified_name(visitor);
	cJSON *json = cJSON_CreateObject();
	char *text;

	cJSON_AddBoolToObject(json, "login", wants_login(visitor));
	if (name)
		cJSON_AddStringToObject(json, "user", name);
	text = cJSON_PrintUnformatted(json);
	answer_json(visitor->duplex, 200, text, NULL, visitor->http.keep);
	cJSON_free(text);
	cJSON_Delete(json);
	answered(visitor);
}

static void on_checked(void *user, bool passes, const char *why)
{
	struct visitor *visitor = user;
	char cookie[256];

	visitor->check = NULL;
	if (visitor->state != LOGIN)
		return;
	if (!passes) {
		refuse(visitor, 401, "denied", why);
	} else if (!guard_log_in(visitor->config->guard, visitor->name, timer_now(), cookie,
				 sizeof(cookie))) {
		refuse(visitor, 503, "busy", "there is no randomness yet; try again later");
	} else {
		answer_json(visitor->duplex, 200, "{}", cookie, visitor->http.keep);
		answered(visitor);
	}
	explicit_bzero(cookie, sizeof(cookie));
	work(visitor);
}

static void log_in(struct visitor *visitor, const char *name, const char *password)
{
	(void)snprintf(visitor->name, sizeof(visitor->name), "%s", name);
	visitor->check = users_check(visitor->config->access->users,
				     (const struct sockaddr *)&visitor->from, name, password,
				     on_checked, visitor);
	if (visitor->check)
		enter(visitor, LOGIN);
	else
		refuse(visitor, 503, "busy", "out of memory; try again later");
}

static void serve_login(struct visitor *visitor)
{
	cJSON *json = cJSON_Parse(visitor->http.body);
	const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(json, "user"));
	const char *password = cJSON_GetStringValue(cJSON_GetObjectItem(json, "password"));

	if (!visitor->config->access->users)
		refuse(visitor, 400, "bad-request", "nobody logs in here by a password");
	else if (!name || !password)
		refuse(visitor, 400, "bad-request", "user and password are wanted");
	else
		log_in(visitor, name, password);
	control_arguments_wipe(json);
	cJSON_Delete(json);
}

static void serve_logout(struct visitor *visitor)
{
	struct guard *guard = visitor->config->guard;
	struct session *session = guard_session(guard, &visitor->http, timer_now());
	char cookie[256];

	if (session)
		visitor->config->logged_out(visitor->config->user, session);
	guard_log_out(guard, session, cookie, sizeof(cookie));
	answer_json(visitor->duplex, 200, "{}", cookie, visitor->http.keep);
	answered(visitor);
}

/* ---- the control socket ---- */

static void on_line(void *user, const char *bytes, size_t n)
{
	struct visitor *visitor = user;
	char *end;

	g_string_append_len(visitor->line, bytes, (gssize)n);
	end = memchr(visitor->line->str, '\n', visitor->line->len);
	if (!end)
		return;
	*end = 0;
	if (visitor->state == ASK) {
		answer_json(visitor->duplex, 200, visitor->line->str, NULL, visitor->http.keep);
		answered(visitor);
	}
	g_string_truncate(visitor->line, 0);
	work(visitor);
}

static void on_control_taken(void *user)
{
	(void)user;
}

static void on_control_ended(void *user)
{
	struct visitor *visitor = user;

	visitor->http.keep = false;
	if (visitor->state == ASK)
		refuse(visitor, 503, "busy", "too many clients; try again later");
}

static bool reach_control(struct visitor *visitor)
{
	const struct duplex_events events = {visitor, on_line, on_control_taken,
					     on_control_ended};
	int fd[2];

	if (visitor->control && !duplex_has_ended(visitor->control))
		return true;
	duplex_free(visitor->control);
	visitor->control = NULL;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd) < 0)
		return false;
	visitor->control = duplex_new(visitor->config->loop, fd[0], NULL, &events);
	control_join(visitor->config->control, fd[1]);
	return visitor->control;
}

/* One line, and no subscription: there is one answer. */
static void serve_control(struct visitor *visitor)
{
	cJSON *json = cJSON_Parse(visitor->http.body);
	char *line = cJSON_IsObject(json) ? control_arguments_text(json) : NULL;
	const char *request = cJSON_GetStringValue(cJSON_GetObjectItem(json, "request"));

	if (!line) {
		refuse(visitor, 400, "bad-request", "the body is no JSON object");
	} else if (request && !strcmp(request, "subscribe")) {
		refuse(visitor, 400, "bad-request", "only /api/socket tells of events");
	} else if (!reach_control(visitor)) {
		refuse(visitor, 503, "busy", "out of descriptors; try again later");
	} else {
		duplex_write(visitor->control, line, strlen(line));
		duplex_write(visitor->control, "\n", 1);
		enter(visitor, ASK);
	}
	control_arguments_wipe(json);
	cJSON_Delete(json);
	if (line)
		explicit_bzero(line, strlen(line));
	cJSON_free(line);
}

/* ---- a console ---- */

static void on_console_ended(void *user)
{
	finish(user);
}

static void serve_socket(struct visitor *visitor)
{
	const struct http *http = &visitor->http;
	const struct console_config config = {
		.loop = visitor->config->loop,
		.duplex = visitor->duplex,
		.server = visitor->config->server,
		.control = visitor->config->control,
		.peer = visitor->address,
		.user = visitor,
		.ended = on_console_ended,
	};
	char more[256], *accept;

	if (!http->websocket || strlen(http->header[HTTP_SOCKET_KEY]) != 24 ||
	    strcmp(http->header[HTTP_SOCKET_VERSION], "13") != 0) {
		refuse(visitor, 426, "bad-request", "it is a WebSocket of version 13");
		return;
	}
	visitor->session = guard_session(visitor->config->guard, &visitor->http, timer_now());
	accept = console_accept(http->header[HTTP_SOCKET_KEY]);
	(void)snprintf(more, sizeof(more),
		       "Upgrade: websocket\r\nConnection: Upgrade\r\n"
		       "Sec-WebSocket-Accept: %s\r\n",
		       accept);
	g_free(accept);
	answer_send(visitor->duplex, &(struct answer){.status = 101, .more = more});
	visitor->console = console_new(&config);
	if (visitor->console)
		enter(visitor, CONSOLE);
	else
		finish(visitor);
}

/* ---- requests ---- */

static const struct route {
	const char *path;
	unsigned method;
	bool open; /* also to who has not logged in */
	void (*serve)(struct visitor *visitor);
} routes[] = {
	{"/api/session", HTTP_GET, true, serve_session},
	{"/api/login", HTTP_POST, true, serve_login},
	{"/api/logout", HTTP_POST, true, serve_logout},
	{"/api/control", HTTP_POST, false, serve_control},
	{"/api/socket", HTTP_GET, false, serve_socket},
};

static const struct route *find_route(const char *path)
{
	for (size_t i = 0; i < G_N_ELEMENTS(routes); i++)
		if (!strcmp(routes[i].path, path))
			return &routes[i];
	return NULL;
}

static void serve_route(struct visitor *visitor, const struct route *route)
{
	struct guard *guard = visitor->config->guard;

	if (visitor->http.method != route->method)
		refuse(visitor, 405, "bad-request", "not by this method");
	else if (!route->open && wants_login(visitor) && !certified_name(visitor) &&
		 !guard_session(guard, &visitor->http, timer_now()))
		refuse(visitor, 401, "denied", "log in first");
	else
		route->serve(visitor);
}

static void serve(struct visitor *visitor)
{
	const struct http *http = &visitor->http;
	const struct route *route = find_route(http->path);
	const struct page *page = find_page(http->path);
	const char *reason;
	int status = guard_judge(visitor->config->guard, http, &reason);

	if (status)
		refuse(visitor, status, "denied", reason);
	else if (route)
		serve_route(visitor, route);
	else if (!page)
		refuse(visitor, 404, "bad-request", "there is no such page");
	else if (http->method != HTTP_GET && http->method != HTTP_HEAD)
		refuse(visitor, 405, "bad-request", "not by this method");
	else
		serve_page(visitor, page);
}

/* Reads what came, as far as it is its turn. */
static void work(struct visitor *visitor)
{
	while (visitor->state == READ && visitor->in->len) {
		struct http *http = &visitor->http;
		size_t used;

		if (!http->head_n)
			enter(visitor, READ);
		used = http_read(http, (const char *)visitor->in->data, visitor->in->len);
		g_byte_array_remove_range(visitor->in, 0, (guint)used);
		/* What moved down is still there once more. */
		explicit_bzero(visitor->in->data + visitor->in->len, used);
		if (http->state == HTTP_BAD) {
			refuse(visitor, http->status, "bad-request",
			       "it is no request of HTTP/1.1, or too large");
		} else if (http->state == HTTP_DONE) {
			serve(visitor);
			/* It is not kept until the answer is known. */
			explicit_bzero(http->body, sizeof(http->body));
		}
	}
	if (visitor->state == CONSOLE && visitor->in->len) {
		console_data(visitor->console, (const char *)visitor->in->data,
			     visitor->in->len);
		g_byte_array_set_size(visitor->in, 0);
	}
	if (visitor->state < CONSOLE)
		duplex_want(visitor->duplex,
			    visitor->in->len < AHEAD_MAX &&
				    duplex_waiting(visitor->duplex) < DUPLEX_MUCH);
}

static void on_data(void *user, const char *bytes, size_t n)
{
	struct visitor *visitor = user;

	if (visitor->state >= LAST)
		return;
	if (visitor->state == CONSOLE) {
		console_data(visitor->console, bytes, n);
		return;
	}
	g_byte_array_append(visitor->in, (const guint8 *)bytes, (guint)n);
	work(visitor);
}

static void on_taken(void *user)
{
	struct visitor *visitor = user;

	visitor->since = timer_now();
	if (visitor->state == CONSOLE)
		console_taken(visitor->console);
	else
		work(visitor);
}

static void on_ended(void *user)
{
	enter(user, OVER);
}

/* ---- its life ---- */

static void name_address(struct visitor *visitor, int fd)
{
	socklen_t size = sizeof(visitor->from);

	if (getpeername(fd, (struct sockaddr *)&visitor->from, &size) == 0)
		(void)getnameinfo((struct sockaddr *)&visitor->from, size, visitor->address,
				  sizeof(visitor->address), NULL, 0, NI_NUMERICHOST);
}

struct visitor *visitor_new(const struct visitor_config *config, int fd)
{
	struct visitor *visitor = g_new0(struct visitor, 1);
	const struct duplex_events events = {visitor, on_data, on_taken, on_ended};

	visitor->config = config;
	visitor->in = g_byte_array_new();
	visitor->line = g_string_new(NULL);
	visitor->since = timer_now();
	http_init(&visitor->http);
	name_address(visitor, fd);
	visitor->duplex = duplex_new(config->loop, fd, config->access->tls, &events);
	if (visitor->duplex)
		return visitor;
	visitor_free(visitor);
	return NULL;
}

void visitor_free(struct visitor *visitor)
{
	if (visitor->check)
		users_forget(visitor->check);
	console_free(visitor->console);
	duplex_free(visitor->control);
	duplex_free(visitor->duplex);
	http_init(&visitor->http);
	if (visitor->in->len) /* a login may have come ahead of its turn */
		explicit_bzero(visitor->in->data, visitor->in->len);
	g_byte_array_unref(visitor->in);
	g_string_free(visitor->line, true);
	g_free(visitor);
}

bool visitor_is_over(const struct visitor *visitor)
{
	return visitor->state == OVER;
}

ptl_time visitor_deadline(const struct visitor *visitor)
{
	switch (visitor->state) {
	case READ:
		if (duplex_waiting(visitor->duplex))
			return visitor->since + STUCK_US;
		return visitor->since +
		       (visitor->http.head_n || !visitor->served ? REQUEST_US : IDLE_US);
	case ASK: /* the control socket has its own */
	case LOGIN:
		return PTL_NEVER;
	case CONSOLE:
		return duplex_waiting(visitor->duplex) ? visitor->since + STUCK_US : PTL_NEVER;
	case LAST:
		/* At once: its place at the bridge is wanted. */
		return visitor->console ? 0 : visitor->since + LINGER_US;
	case OVER:
		break;
	}
	return visitor->since;
}

void visitor_expire(struct visitor *visitor, ptl_time now)
{
	if (visitor_deadline(visitor) > now)
		return;
	if (visitor->state == READ && visitor->http.head_n) {
		visitor->http.keep = false;
		refuse(visitor, 408, "timeout", "the request took too long");
	} else if (visitor->state == LAST && visitor->console) {
		console_free(visitor->console);
		visitor->console = NULL;
	} else {
		enter(visitor, OVER);
	}
}

void visitor_log_out(struct visitor *visitor, const struct session *session)
{
	if (visitor->state == CONSOLE && visitor->session == session)
		finish(visitor);
}
