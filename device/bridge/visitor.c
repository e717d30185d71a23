/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * States:
 *
 *	READS --> READS_BODY --> TELLS, SHOWS, or answered at once --> READS, or ENDS
 *	  \----- GET /api/socket ----> CONSOLE (console.c)
 *
 * What is served, as of the program for Linux:
 *
 *	GET  /             the page, all of it
 *	GET  /api/session  {"login": true, "user"}
 *	POST /api/login    {"user", "password"}; sets the cookie
 *	POST /api/logout
 *	POST /api/control  a request of the desk
 *	GET  /api/socket   a WebSocket
 *
 * Against other sites in the same browser: whatever changes something needs the header
 * X-Pigtail, which a browser sends for no other site without asking first; Origin and
 * Sec-Fetch-Site, where they are sent, have to agree; the cookie is SameSite=Strict. A name
 * that some site's DNS points here fails at the certificate.
 *
 * Nothing goes out for a request before all of it is here, and there is one request at a time.
 */
#include "visitor.h"
#include "entrance.h"
#include "page.h"

#include <mbedtls/platform.h>
#include <mbedtls/platform_util.h>
#include <pigtail/login.h>

#include <string.h>

#define REQUEST_US 10000000u /* from its first byte to its last */
#define ANSWER_US  30000000u
#define IDLE_US	   5000000u /* places are few */
#define GRACE_US   1000000u
#define LINGER_US  1000000u /* while more comes of what was refused: else the answer is lost */
#define PAGE_PART  256u

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- answers ---- */

static const char *words_of(int status)
{
	static const struct {
		int status;
		const char *words;
	} all[] = {
		{200, "200 OK"},
		{304, "304 Not Modified"},
		{400, "400 Bad Request"},
		{401, "401 Unauthorized"},
		{403, "403 Forbidden"},
		{404, "404 Not Found"},
		{405, "405 Method Not Allowed"},
		{413, "413 Content Too Large"},
		{414, "414 URI Too Long"},
		{426, "426 Upgrade Required"},
		{431, "431 Request Header Fields Too Large"},
		{503, "503 Service Unavailable"},
		{505, "505 HTTP Version Not Supported"},
	};

	for (size_t i = 0; i < COUNT(all); i++)
		if (all[i].status == status)
			return all[i].words;
	return "500 Internal Server Error";
}

/* All but the lines about a body, and the empty one. */
static void write_head(struct visitor *visitor, struct writer *out, int status)
{
	write_text(out, "HTTP/1.1 ");
	write_text(out, words_of(status));
	write_text(out, "\r\nCache-Control: no-store\r\n"
			"Content-Security-Policy: default-src 'none'\r\n"
			"X-Content-Type-Options: nosniff\r\n");
	if (visitor->http.parser.request.close)
		write_text(out, "Connection: close\r\n");
}

static void begin_request(struct visitor *visitor, ptl_time now);
static int on_header(void *user, const char *name, const char *value, bool cut);

/* The answer is in out, or has left. */
static void answered(struct visitor *visitor, ptl_time now)
{
	visitor->served = true;
	if (!visitor->http.parser.request.close) {
		begin_request(visitor, now);
		return;
	}
	visitor->state = VISITOR_ENDS;
	if (visitor->http.lingers)
		visitor->until = now + LINGER_US;
}

/* cookie: the digits of one to set; "": none from now on; NULL: as it is. */
static void answer_json(struct visitor *visitor, ptl_time now, int status, const char *json,
			const char *cookie)
{
	struct writer out = visitor_out(visitor);

	write_head(visitor, &out, status);
	if (cookie) {
		write_text(&out, "Set-Cookie: pigtail=");
		write_text(&out, cookie);
		write_text(&out, "; Path=/; HttpOnly; SameSite=Strict; Secure");
		write_text(&out, *cookie ? "\r\n" : "; Max-Age=0\r\n");
	}
	write_text(&out, "Content-Type: application/json\r\nContent-Length: ");
	write_decimal(&out, strlen(json));
	write_text(&out, "\r\n\r\n");
	write_text(&out, json);
	visitor->out_n = (uint16_t)(visitor->out_n + out.n);
	answered(visitor, now);
}

static void refuse(struct visitor *visitor, ptl_time now, int status, const char *code,
		   const char *reason)
{
	char json[140];
	struct writer out = writer_on(json, sizeof(json) - 1);

	/* What was not read of it would be taken for the next one. */
	if (visitor->state == VISITOR_READS && visitor->http.parser.request.length)
		visitor->http.lingers = visitor->http.parser.request.close = true;
	write_text(&out, "{\"error\":{\"code\":");
	write_string(&out, code);
	write_text(&out, ",\"reason\":");
	write_string(&out, reason);
	write_text(&out, "}}");
	json[out.n] = 0;
	answer_json(visitor, now, status, json, NULL);
}

/* ---- the page ---- */

static void serve_page(struct visitor *visitor, ptl_time now)
{
	struct writer out = visitor_out(visitor);

	if (!visitor->http.known) {
		visitor->http.page_at = 0;
		visitor->state = VISITOR_SHOWS;
		return;
	}
	write_head(visitor, &out, 304);
	write_text(&out, "ETag: ");
	write_text(&out, bridge_page_etag);
	write_text(&out, "\r\n\r\n");
	visitor->out_n = (uint16_t)(visitor->out_n + out.n);
	answered(visitor, now);
}

static void show_part(struct visitor *visitor, ptl_time now)
{
	const volatile uint32_t *words = bridge_page;
	size_t at = visitor->http.page_at;

	for (; at < bridge_page_size && visitor->out_n < PAGE_PART; at++)
		visitor->out[visitor->out_n++] = (uint8_t)(words[at / 4] >> (8 * (at & 3)));
	visitor->http.page_at = at;
	if (at == bridge_page_size)
		answered(visitor, now);
}

/* ---- who it is ---- */

static void serve_session(struct visitor *visitor, ptl_time now)
{
	char json[80];
	struct writer out = writer_on(json, sizeof(json) - 1);

	write_text(&out, "{\"login\":true");
	if (visitor->session) {
		write_text(&out, ",\"user\":");
		write_string(&out, entrance_user());
	}
	write_text(&out, "}");
	json[out.n] = 0;
	answer_json(visitor, now, 200, json, NULL);
}

static void serve_login(struct visitor *visitor, ptl_time now)
{
	char name[PTL_LOGIN_NAME], password[PTL_LOGIN_PASSWORD];
	char cookie[SESSION_DIGITS + 1];
	struct json all;
	const char *wrong;
	bool well = json_object(&all, visitor->text, visitor->text_n) &&
		    json_string(json_member(all, "user"), name, sizeof(name)) &&
		    json_string(json_member(all, "password"), password, sizeof(password));

	visitor_wipe(visitor);
	wrong = well ? entrance_refuses(visitor->place, now, name, password) : NULL;
	mbedtls_platform_zeroize(password, sizeof(password));
	if (!well)
		refuse(visitor, now, 400, "bad-request", "user and password are wanted");
	else if (wrong)
		refuse(visitor, now, 401, "denied", wrong);
	else if (!session_begin(now, cookie))
		refuse(visitor, now, 503, "busy", "there is no chance to be had");
	else
		answer_json(visitor, now, 200, "{}", cookie);
	mbedtls_platform_zeroize(cookie, sizeof(cookie));
}

static void serve_logout(struct visitor *visitor, ptl_time now)
{
	session_end(visitor->session);
	answer_json(visitor, now, 200, "{}", "");
}

/* ---- requests of the desk ---- */

static void serve_control(struct visitor *visitor, ptl_time now)
{
	struct writer out = visitor_out(visitor);
	struct json all;

	if (!json_object(&all, visitor->text, visitor->text_n)) {
		refuse(visitor, now, 400, "bad-request", "the body is no JSON object");
		return;
	}
	desk_ask(visitor->desk, now, all, &visitor->answer);
	visitor_wipe(visitor);
	write_head(visitor, &out, 200);
	write_text(&out,
		   "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
	visitor->out_n = (uint16_t)(visitor->out_n + out.n);
	visitor->state = VISITOR_TELLS;
}

/* A chunk (RFC 9112, 7.1). */
static void tell_part(struct visitor *visitor, ptl_time now)
{
	char text[DESK_PART + 1];
	struct writer part = writer_on(text, DESK_PART), out = visitor_out(visitor);
	bool more = desk_part(visitor->desk, now, &visitor->answer, &part);

	text[part.n] = 0;
	if (part.n) {
		write_hex(&out, (uint32_t)part.n);
		write_text(&out, "\r\n");
		write_text(&out, text);
		write_text(&out, "\r\n");
	}
	if (!more)
		write_text(&out, "0\r\n\r\n");
	visitor->out_n = (uint16_t)(visitor->out_n + out.n);
	if (!more)
		answered(visitor, now);
}

static void serve_socket(struct visitor *visitor, ptl_time now)
{
	if (!visitor->http.socket || !visitor->http.version ||
	    strlen(visitor->http.key) != 24) {
		refuse(visitor, now, 426, "bad-request", "it is a WebSocket of version 13");
		return;
	}
	console_begin(visitor);
}

/* ---- requests ---- */

static const struct visitor_route {
	const char *path;
	enum http_method method;
	bool open; /* also to who has not logged in */
	void (*serve)(struct visitor *visitor, ptl_time now);
} routes[] = {
	{"/", HTTP_GET, true, serve_page},
	{"/api/session", HTTP_GET, true, serve_session},
	{"/api/login", HTTP_POST, true, serve_login},
	{"/api/logout", HTTP_POST, true, serve_logout},
	{"/api/control", HTTP_POST, false, serve_control},
	{"/api/socket", HTTP_GET, false, serve_socket},
};

static void begin_request(struct visitor *visitor, ptl_time now)
{
	memset(&visitor->http, 0, sizeof(visitor->http));
	http_parser_init(&visitor->http.parser);
	visitor->http.parser.header = on_header;
	visitor->http.parser.user = visitor;
	visitor->text_n = 0;
	visitor->session = 0;
	visitor->until = now + IDLE_US;
	visitor->state = VISITOR_READS;
}

static bool keep(char *to, size_t room, const char *value)
{
	if (strlen(value) >= room)
		return false;
	strcpy(to, value);
	return true;
}

static int on_header(void *user, const char *name, const char *value, bool cut)
{
	struct visitor *visitor = user;
	bool well = true;

	if (http_is_word(name, "cookie"))
		visitor->session = session_of(value, visitor->http.now);
	else if (http_is_word(name, "host"))
		well = !*visitor->http.host &&
		       keep(visitor->http.host, sizeof(visitor->http.host), value);
	else if (http_is_word(name, "origin"))
		well = keep(visitor->http.origin, sizeof(visitor->http.origin), value);
	else if (http_is_word(name, "sec-websocket-key"))
		well = keep(visitor->http.key, sizeof(visitor->http.key), value);
	else if (http_is_word(name, "sec-fetch-site"))
		visitor->http.foreign |= strcmp(value, "same-origin") && strcmp(value, "none");
	else if (http_is_word(name, "x-pigtail"))
		visitor->http.ours = true;
	else if (http_is_word(name, "upgrade"))
		visitor->http.socket = http_is_word(value, "websocket");
	else if (http_is_word(name, "sec-websocket-version"))
		visitor->http.version = !strcmp(value, "13");
	else if (http_is_word(name, "if-none-match"))
		visitor->http.known = !strcmp(value, bridge_page_etag);
	else
		return HTTP_MORE;
	return well && !cut ? HTTP_MORE : 431;
}

static bool is_our_origin(const struct visitor *visitor)
{
	static const char scheme[] = "https://";
	const char *origin = visitor->http.origin;

	return !*origin || (!strncmp(origin, scheme, sizeof(scheme) - 1) &&
			    http_is_word(origin + sizeof(scheme) - 1, visitor->http.host));
}

static const struct visitor_route *find_route(char *target)
{
	char *query = strchr(target, '?');

	if (query)
		*query = 0;
	for (size_t i = 0; i < COUNT(routes); i++)
		if (!strcmp(routes[i].path, target))
			return &routes[i];
	return NULL;
}

/* Whether its body is welcome; else it is answered. */
static bool judge(struct visitor *visitor, ptl_time now)
{
	struct http_request *request = &visitor->http.parser.request;
	const struct visitor_route *route = find_route(request->target);

	visitor->http.route = route;
	if (!*visitor->http.host || request->chunked)
		refuse(visitor, now, 400, "bad-request", "no Host, or a body in chunks");
	else if (!route)
		refuse(visitor, now, 404, "bad-request", "there is no such page");
	else if (route->method != request->method)
		refuse(visitor, now, 405, "bad-request", "not by this method");
	else if (request->length > DESK_REQUEST)
		refuse(visitor, now, 413, "bad-request", "the body is too large");
	else if (request->target[1] && (visitor->http.foreign || !is_our_origin(visitor)))
		refuse(visitor, now, 403, "denied", "another site's page asks");
	else if (request->method == HTTP_POST && !visitor->http.ours)
		refuse(visitor, now, 403, "denied", "the header X-Pigtail is missing");
	else if (!route->open && !visitor->session)
		refuse(visitor, now, 401, "denied", "log in first");
	else
		return true;
	return false;
}

static void read_head(struct visitor *visitor, ptl_time now)
{
	struct http_parser *parser = &visitor->http.parser;

	if (parser->first && !parser->n)
		visitor->until = now + REQUEST_US;
	visitor->http.now = now;
	visitor->in_at = (uint16_t)(visitor->in_at +
				    http_parse(parser, visitor->in + visitor->in_at,
					       (size_t)(visitor->in_n - visitor->in_at)));
	if (parser->status == HTTP_MORE)
		return;
	if (parser->status != HTTP_COMPLETE) {
		visitor->http.lingers = parser->request.close = true;
		refuse(visitor, now, parser->status, "bad-request", "no request that is known");
		return;
	}
	if (judge(visitor, now))
		visitor->state = VISITOR_READS_BODY;
}

static void read_body(struct visitor *visitor)
{
	size_t n = (size_t)(visitor->in_n - visitor->in_at);
	size_t left = (size_t)visitor->http.parser.request.length - visitor->text_n;

	if (n > left)
		n = left;
	memcpy(visitor->text + visitor->text_n, visitor->in + visitor->in_at, n);
	visitor->text_n = (uint16_t)(visitor->text_n + n);
	visitor->in_at = (uint16_t)(visitor->in_at + n);
}

static bool is_whole(const struct visitor *visitor)
{
	return visitor->text_n == visitor->http.parser.request.length;
}

/* One step; false: nothing can be done now. */
static bool step(struct visitor *visitor, ptl_time now)
{
	switch (visitor->state) {
	case VISITOR_READS:
		if (!visitor_has_bytes(visitor))
			return false;
		read_head(visitor, now);
		return true;
	case VISITOR_READS_BODY:
		if (!is_whole(visitor)) {
			if (!visitor_has_bytes(visitor))
				return false;
			read_body(visitor);
			return true;
		}
		visitor->until = now + ANSWER_US;
		visitor->http.route->serve(visitor, now);
		return true;
	case VISITOR_TELLS:
		if (desk_waits(visitor->desk, now, &visitor->answer))
			return false;
		tell_part(visitor, now);
		return true;
	case VISITOR_SHOWS:
		show_part(visitor, now);
		return true;
	case VISITOR_ENDS:
		if (!visitor->http.lingers || !visitor_has_bytes(visitor))
			return false;
		visitor->in_at = visitor->in_n;
		return true;
	case VISITOR_CONSOLE:
		break;
	}
	return false;
}

enum gate_state visitor_serve(struct visitor *visitor, ptl_time now)
{
	if (visitor->state == VISITOR_CONSOLE)
		return console_serve(visitor, now);
	while (visitor_flush(visitor) && step(visitor, now))
		continue;
	if (visitor->state == VISITOR_CONSOLE)
		return console_serve(visitor, now);
	if (now >= visitor->until || visitor->tls->ended ||
	    (visitor->state == VISITOR_ENDS && visitor->out_at == visitor->out_n &&
	     !visitor->http.lingers))
		return GATE_SHUT;
	return GATE_WAITS;
}

bool visitor_is_silent(const struct visitor *visitor)
{
	return visitor->state == VISITOR_READS && visitor->out_at == visitor->out_n &&
	       visitor->http.parser.first && !visitor->http.parser.n;
}

/* A browser opens connections that it may need, and keeps them. One that was served before
 * finds another way when it is ended; one that was not may have a request on its way. */
bool visitor_is_idle(const struct visitor *visitor, ptl_time now)
{
	return visitor_is_silent(visitor) &&
	       (visitor->served || now + IDLE_US > visitor->until + GRACE_US);
}

/* ---- its life ---- */

struct visitor *visitor_new(struct desk *desk, struct tls_stream *tls, unsigned place,
			    ptl_time now)
{
	struct visitor *visitor = mbedtls_calloc(1, sizeof(*visitor));

	if (!visitor)
		return NULL;
	visitor->desk = desk;
	visitor->tls = tls;
	visitor->place = place;
	begin_request(visitor, now);
	return visitor;
}

void visitor_free(struct visitor *visitor)
{
	if (!visitor)
		return;
	mbedtls_platform_zeroize(visitor, sizeof(*visitor));
	mbedtls_free(visitor);
}
