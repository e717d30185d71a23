// SPDX-License-Identifier: GPL-2.0-only
/*
 * One connection, kept from one request to the next, with TLS unless the place says http://.
 * The bridge's certificate is looked at before a byte of a request, a password above all, is
 * sent.
 */
#include "host/web/caller.h"

#include "host/base/log.h"
#include "host/base/socket.h"
#include "host/base/stream.h"
#include "host/base/timer.h"
#include "host/bridge/known.h"
#include "host/control/arguments.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <http_parser.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_US 30000000u
#define TRIES	    5
#define PAUSE_US    1000000u /* between them */
#define CONTROL	    "/api/control"
#define HEAD	    512u /* bytes of a request without cookie and body, and more */
#define ANSWER_MAX  (1024u * 1024)

struct caller {
	struct caller_options options;
	char host[128], port[8];
	char address[INET6_ADDRSTRLEN + 2]; /* as a Host: a name might not be known there */
	bool plain;
	struct tls_context *tls;
	struct stream *stream; /* NULL: none now */
	char *cookie;	       /* a header line, or NULL */
	http_parser parser;
	GByteArray *in; /* of the answers that follow */
	GString *body;
	bool in_cookie, whole;
};

/* ---- answers ---- */

static int on_name(http_parser *parser, const char *at, size_t n)
{
	struct caller *caller = parser->data;

	/* Our server sends it in one piece of a head. */
	caller->in_cookie = n == 10 && !g_ascii_strncasecmp(at, "Set-Cookie", n);
	return 0;
}

static int on_value(http_parser *parser, const char *at, size_t n)
{
	struct caller *caller = parser->data;
	const char *end = memchr(at, ';', n);

	if (!caller->in_cookie)
		return 0;
	g_free(caller->cookie);
	caller->cookie =
		g_strdup_printf("Cookie: %.*s\r\n", (int)(end ? end - at : (long)n), at);
	return 0;
}

static int on_body(http_parser *parser, const char *at, size_t n)
{
	struct caller *caller = parser->data;

	if (n > ANSWER_MAX - caller->body->len)
		return -1;
	g_string_append_len(caller->body, at, (gssize)n);
	return 0;
}

static int on_end(http_parser *parser)
{
	struct caller *caller = parser->data;

	caller->whole = true;
	http_parser_pause(parser, 1);
	return 0;
}

/* ---- the connection ---- */

static void hang_up(struct caller *caller)
{
	stream_free(caller->stream, false);
	caller->stream = NULL;
	g_byte_array_set_size(caller->in, 0);
}

/* Until the stream is ready; false: it took too long. */
static bool wait_for(const struct caller *caller, bool writes, ptl_time until)
{
	struct pollfd fd = {.fd = stream_fd(caller->stream)};
	int events = stream_events(caller->stream, true, writes);
	ptl_time now = timer_now();

	if (now >= until)
		return false;
	fd.events = (short)((events & UV_READABLE ? POLLIN : 0) |
			    (events & UV_WRITABLE ? POLLOUT : 0));
	(void)poll(&fd, 1, (int)((until - now) / 1000 + 1));
	return true;
}

static int lost(struct caller *caller, char *error, size_t error_size)
{
	const struct tls *tls = stream_tls(caller->stream);
	int status = complain(error, error_size, "%s: %s", caller->host,
			      tls && tls_state(tls) == TLS_FAILED ? tls_why(tls)
			      : errno				  ? strerror(errno)
								  : "it hung up");

	hang_up(caller);
	return status;
}

/* With an authority TLS has seen to it. */
static int check_certificate(const struct caller *caller, char *error, size_t error_size)
{
	char found[TLS_FINGERPRINT], server[160], why[384];

	if (!caller->tls || caller->options.ca)
		return 0;
	if (!tls_peer_fingerprint(stream_tls(caller->stream), found))
		return complain_usage(error, error_size, "%s: shows no certificate",
				      caller->host);
	(void)snprintf(server, sizeof(server), "%s:%s", caller->host, caller->port);
	if (known_trust(server, caller->options.pin, found, why, sizeof(why)))
		return 0;
	return complain_usage(error, error_size, "%s: %s", caller->host, why);
}

static int handshake(struct caller *caller, char *error, size_t error_size)
{
	ptl_time until = timer_now() + PATIENCE_US;
	int ready, status;

	while ((ready = stream_ready(caller->stream)) == 0)
		if (!wait_for(caller, false, until)) {
			errno = ETIMEDOUT;
			return lost(caller, error, error_size);
		}
	if (ready < 0)
		return lost(caller, error, error_size);
	status = check_certificate(caller, error, error_size);
	if (status)
		hang_up(caller);
	return status;
}

static int try_address(const struct addrinfo *info)
{
	int fd = socket_connect(info->ai_family, info->ai_addr, info->ai_addrlen);
	struct pollfd poller = {.fd = fd, .events = POLLOUT};

	if (fd < 0)
		return -1;
	(void)poll(&poller, 1, PATIENCE_US / 1000);
	errno = poller.revents ? socket_outcome(fd) : ETIMEDOUT;
	if (!errno)
		return fd;
	(void)close(fd);
	return -1;
}

static bool is_loopback(const struct sockaddr *address)
{
	const struct sockaddr_in *four = (const void *)address;
	const struct sockaddr_in6 *six = (const void *)address;

	if (address->sa_family == AF_INET)
		return ntohl(four->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

static void name_address(struct caller *caller, const struct addrinfo *info)
{
	char host[INET6_ADDRSTRLEN] = "";

	(void)inet_ntop(
		info->ai_family,
		info->ai_family == AF_INET6
			? (const void *)&(
				  (const struct sockaddr_in6 *)(const void *)info->ai_addr)
				  ->sin6_addr
			: &((const struct sockaddr_in *)(const void *)info->ai_addr)->sin_addr,
		host, sizeof(host));
	(void)snprintf(caller->address, sizeof(caller->address),
		       info->ai_family == AF_INET6 ? "[%s]" : "%s", host);
}

static int connect_to(struct caller *caller, char *error, size_t error_size)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *list;
	int status = getaddrinfo(caller->host, caller->port, &hints, &list), fd = -1;

	if (status)
		return complain(error, error_size, "%s: %s", caller->host,
				gai_strerror(status));
	errno = 0;
	for (const struct addrinfo *one = list; one && fd < 0; one = one->ai_next) {
		if (caller->plain && !is_loopback(one->ai_addr)) {
			freeaddrinfo(list);
			return complain_usage(
				error, error_size,
				"%s: without TLS only bridges on this machine are "
				"asked; leave http:// out",
				caller->host);
		}
		name_address(caller, one);
		fd = try_address(one);
	}
	freeaddrinfo(list);
	if (fd < 0)
		return complain(error, error_size, "%s port %s: %s; is it a bridge with --web?",
				caller->host, caller->port, strerror(errno));
	socket_tune(fd);
	caller->stream = stream_new(fd, caller->tls);
	if (!caller->stream)
		return complain(error, error_size, "out of memory");
	return handshake(caller, error, error_size);
}

static int send_all(struct caller *caller, const char *bytes, size_t n, char *error,
		    size_t error_size)
{
	ptl_time until = timer_now() + PATIENCE_US;

	while (n) {
		ssize_t sent = stream_write(caller->stream, bytes, n);

		if (sent < 0)
			return lost(caller, error, error_size);
		bytes += sent;
		n -= (size_t)sent;
		if (!sent && !wait_for(caller, true, until)) {
			errno = ETIMEDOUT;
			return lost(caller, error, error_size);
		}
	}
	return 0;
}

/* Parses what came; false: it is no HTTP. */
static bool parse_some(struct caller *caller)
{
	static const http_parser_settings settings = {
		.on_header_field = on_name,
		.on_header_value = on_value,
		.on_body = on_body,
		.on_message_complete = on_end,
	};
	size_t used = http_parser_execute(&caller->parser, &settings,
					  (const char *)caller->in->data, caller->in->len);

	g_byte_array_remove_range(caller->in, 0, (guint)used);
	return caller->whole || HTTP_PARSER_ERRNO(&caller->parser) == HPE_OK;
}

static int receive_answer(struct caller *caller, char *error, size_t error_size)
{
	ptl_time until = timer_now() + PATIENCE_US;
	guint8 bytes[4096];

	http_parser_init(&caller->parser, HTTP_RESPONSE);
	caller->parser.data = caller;
	g_string_truncate(caller->body, 0);
	caller->whole = false;
	while (!caller->whole) {
		ssize_t n = 0;

		if (!caller->in->len)
			n = stream_read(caller->stream, bytes, sizeof(bytes));
		if (n < 0)
			return lost(caller, error, error_size);
		g_byte_array_append(caller->in, bytes, (guint)n);
		if (!caller->in->len && !wait_for(caller, false, until)) {
			errno = ETIMEDOUT;
			return lost(caller, error, error_size);
		}
		if (caller->in->len && !parse_some(caller)) {
			hang_up(caller);
			return complain(error, error_size, "%s: it speaks no HTTP",
					caller->host);
		}
	}
	return 0;
}

static int say(struct caller *caller, const char *method, const char *path, const char *body,
	       char *error, size_t error_size)
{
	const char *cookie = caller->cookie ? caller->cookie : "";
	GString *text = g_string_sized_new(HEAD + strlen(cookie) + strlen(body));
	int status = caller->stream ? 0 : connect_to(caller, error, error_size);

	/* Secrets are appended, to where there is room: what formats or grows leaves copies. */
	g_string_append_printf(text,
			       "%s %s HTTP/1.1\r\nHost: %s\r\nX-Pigtail: 1\r\n"
			       "Content-Type: application/json\r\nContent-Length: %zu\r\n",
			       method, path, caller->address, strlen(body));
	g_string_append(text, cookie);
	g_string_append(text, "\r\n");
	g_string_append(text, body);
	if (!status)
		status = send_all(caller, text->str, text->len, error, error_size);
	explicit_bzero(text->str, text->len);
	g_string_free(text, true);
	return status;
}

/* One request and its answer, which is in body then. */
static int exchange(struct caller *caller, const char *method, const char *path,
		    const char *body, char *error, size_t error_size)
{
	int status = say(caller, method, path, body, error, error_size);

	if (!status)
		status = receive_answer(caller, error, error_size);
	if (!status && !http_should_keep_alive(&caller->parser))
		hang_up(caller);
	return status;
}

/* Again, where nothing came of it for want of a connection. */
static int exchange_again(struct caller *caller, const char *method, const char *path,
			  const char *body, char *error, size_t error_size)
{
	int status = exchange(caller, method, path, body, error, error_size);

	for (int i = 1; i < TRIES && status == -1; i++) {
		(void)usleep(PAUSE_US);
		status = exchange(caller, method, path, body, error, error_size);
	}
	return status;
}

/* ---- its owner's ---- */

static void split_place(struct caller *caller, const char *place)
{
	const char *rest = place;
	const char *end;

	caller->plain = g_str_has_prefix(place, "http://");
	if (caller->plain || g_str_has_prefix(place, "https://"))
		rest = strchr(place, '/') + 2;
	(void)snprintf(caller->port, sizeof(caller->port), "%s", caller->plain ? "80" : "443");
	/* [HOST:]PORT is how others take it: here a HOST alone is what there is. */
	end = *rest == '[' ? strchr(rest, ']') : NULL;
	if (strchr(end ? end : rest, ':'))
		(void)socket_split(rest, caller->host, sizeof(caller->host), caller->port,
				   sizeof(caller->port));
	else
		(void)snprintf(caller->host, sizeof(caller->host), "%.*s",
			       end ? (int)(end - rest - 1) : (int)strcspn(rest, "/"),
			       end ? rest + 1 : rest);
	caller->port[strcspn(caller->port, "/")] = 0;
}

int caller_open(const struct caller_options *options, struct caller **out, char *error,
		size_t error_size)
{
	struct caller *caller = g_new0(struct caller, 1);
	int status = 0;

	caller->options = *options;
	caller->body = g_string_new(NULL);
	caller->in = g_byte_array_new();
	split_place(caller, options->place);
	if (!*caller->host)
		status = complain_usage(error, error_size, "'%s': no HOST[:PORT]",
					options->place);
	if (!status && !caller->plain)
		status = tls_client(options->ca, NULL, NULL, &caller->tls, error, error_size);
	if (!status)
		status = connect_to(caller, error, error_size);
	if (status) {
		caller_close(caller);
		return status;
	}
	*out = caller;
	return 0;
}

void caller_close(struct caller *caller)
{
	hang_up(caller);
	tls_context_free(caller->tls);
	if (caller->cookie)
		explicit_bzero(caller->cookie, strlen(caller->cookie));
	g_free(caller->cookie);
	g_string_free(caller->body, true);
	g_byte_array_unref(caller->in);
	g_free(caller);
}

/* What the body says; NULL with a line in error. */
static cJSON *read_answer(const struct caller *caller, char *error, size_t error_size)
{
	cJSON *json = cJSON_Parse(caller->body->str);
	const cJSON *why = cJSON_GetObjectItem(json, "error");
	const char *reason = cJSON_GetStringValue(cJSON_GetObjectItem(why, "reason"));

	if (cJSON_IsObject(json) && !why)
		return json;
	(void)complain(error, error_size, "%s: %s", caller->host,
		       reason ? reason : "it is no bridge of pigtail");
	cJSON_Delete(json);
	return NULL;
}

int caller_wants_login(struct caller *caller, char *error, size_t error_size)
{
	cJSON *json;
	bool login;

	if (exchange_again(caller, "GET", "/api/session", "", error, error_size) < 0)
		return -1;
	json = read_answer(caller, error, error_size);
	login = cJSON_IsTrue(cJSON_GetObjectItem(json, "login"));
	cJSON_Delete(json);
	return json ? login : -1;
}

int caller_log_in(struct caller *caller, const char *user, const char *password, char *error,
		  size_t error_size)
{
	cJSON *json = cJSON_CreateObject();
	char *text;
	int status = -1;

	cJSON_AddStringToObject(json, "user", user);
	cJSON_AddStringToObject(json, "password", password);
	text = control_arguments_text(json);
	if (exchange(caller, "POST", "/api/login", text, error, error_size) == 0) {
		cJSON *answer = read_answer(caller, error, error_size);

		status = answer ? 0 : -1;
		cJSON_Delete(answer);
	}
	explicit_bzero(text, strlen(text));
	cJSON_free(text);
	control_arguments_wipe(json);
	cJSON_Delete(json);
	return status;
}

/* The line of a request, to be freed by cJSON_free(). */
static char *line_of(const char *request, cJSON *arguments)
{
	cJSON *json = cJSON_CreateObject();
	char *text;

	cJSON_AddStringToObject(json, "request", request);
	if (arguments)
		cJSON_AddItemToObject(json, "arguments", arguments);
	text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	return text;
}

static cJSON *read_result(const struct caller *caller, char *error, size_t error_size)
{
	cJSON *answer = read_answer(caller, error, error_size);
	cJSON *result = answer ? cJSON_DetachItemFromObject(answer, "result") : NULL;

	cJSON_Delete(answer);
	return result;
}

cJSON *caller_ask(struct caller *caller, const char *request, cJSON *arguments, bool again,
		  char *error, size_t error_size)
{
	char *line = line_of(request, arguments);
	int status = again ? exchange_again(caller, "POST", CONTROL, line, error, error_size)
			   : exchange(caller, "POST", CONTROL, line, error, error_size);

	cJSON_free(line);
	return status ? NULL : read_result(caller, error, error_size);
}

/* All are sent before the first answer is read. *result: NULL where one was refused. */
static int exchange_all(struct caller *caller, char *const *lines, size_t n, cJSON **result,
			char *error, size_t error_size)
{
	int status = 0;

	for (size_t i = 0; i < n && !status; i++)
		status = say(caller, "POST", CONTROL, lines[i], error, error_size);
	for (size_t i = 0; i < n && !status; i++) {
		status = receive_answer(caller, error, error_size);
		cJSON_Delete(*result);
		*result = status ? NULL : read_result(caller, error, error_size);
		if (!*result) {
			hang_up(caller);
			break;
		}
	}
	return status;
}

cJSON *caller_ask_all(struct caller *caller, const char *request, cJSON *const *arguments,
		      size_t n, char *error, size_t error_size)
{
	char *lines[CALLER_AHEAD] = {0};
	cJSON *result = NULL;
	int status;

	for (size_t i = 0; i < n; i++)
		lines[i] = line_of(request, arguments[i]);
	status = exchange_all(caller, lines, n, &result, error, error_size);
	for (int i = 1; i < TRIES && status == -1; i++) {
		(void)usleep(PAUSE_US);
		status = exchange_all(caller, lines, n, &result, error, error_size);
	}
	for (size_t i = 0; i < n; i++)
		cJSON_free(lines[i]);
	return result;
}
