// SPDX-License-Identifier: GPL-2.0-only
/*
 * Against other sites in the same browser:
 *
 *  - a name that some site's DNS points to this machine (DNS rebinding): Host has to be an
 *    address, localhost, this machine's name, or what --web says. An address cannot be made
 *    to point elsewhere.
 *  - requests that another site makes the browser send: whatever changes something needs the
 *    header X-Pigtail, which a browser sends for no other site without asking us first, and
 *    we never say yes; Origin and Sec-Fetch-Site, where they are sent, have to agree. The
 *    cookie is SameSite=Strict besides. A WebSocket can carry no such header: there Origin
 *    has to be ours, where there is one; a program that is no browser sends none.
 */
#include "host/web/guard.h"

#include "device/http/cookie.h"

#include <arpa/inet.h>
#include <glib.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define SECOND	    UINT64_C(1000000)
#define SESSION_MAX (12 * 3600 * SECOND) /* without a request */
#define COOKIE	    "pigtail="

void guard_init(struct guard *guard, const struct guard_config *config)
{
	*guard = (struct guard){.config = *config};
}

void guard_wipe(struct guard *guard)
{
	explicit_bzero(guard, sizeof(*guard));
}

/* ---- names and origins ---- */

/* HOST[:PORT] without the port, and without the brackets of an IPv6 address. */
static void host_of(const char *text, char *host, size_t size)
{
	const char *end;

	if (*text == '[') {
		text++;
		end = strchr(text, ']');
	} else {
		end = strchr(text, ':');
	}
	(void)snprintf(host, size, "%.*s", end ? (int)(end - text) : (int)strlen(text), text);
}

static bool is_address(const char *host)
{
	struct in6_addr address;

	return inet_pton(AF_INET, host, &address) == 1 ||
	       inet_pton(AF_INET6, host, &address) == 1;
}

static bool is_our_name(const struct guard *guard, const char *host)
{
	char name[65] = "", local[80];

	(void)gethostname(name, sizeof(name) - 1);
	(void)snprintf(local, sizeof(local), "%s.local", name);
	return is_address(host) || !g_ascii_strcasecmp(host, "localhost") ||
	       (*name && !g_ascii_strcasecmp(host, name)) || !g_ascii_strcasecmp(host, local) ||
	       (guard->config.host && !g_ascii_strcasecmp(host, guard->config.host));
}

static bool is_our_origin(const struct guard *guard, const struct http *http)
{
	const char *scheme = guard->config.secure ? "https://" : "http://";
	const char *origin = http->header[HTTP_ORIGIN];

	return !*origin ||
	       (g_str_has_prefix(origin, scheme) &&
		!g_ascii_strcasecmp(origin + strlen(scheme), http->header[HTTP_HOST]));
}

static bool is_our_site(const struct http *http)
{
	const char *site = http->header[HTTP_FETCH_SITE];

	return !*site || !strcmp(site, "same-origin") || !strcmp(site, "none");
}

int guard_judge(const struct guard *guard, const struct http *http, const char **reason)
{
	bool api = g_str_has_prefix(http->path, "/api/");
	char host[256];

	host_of(http->header[HTTP_HOST], host, sizeof(host));
	if (!is_our_name(guard, host)) {
		*reason = "this server has another name; ask by its address, or give its name "
			  "to --web";
		return 421;
	}
	if (!api)
		return 0;
	if (!is_our_origin(guard, http) || !is_our_site(http)) {
		*reason = "another site's page asks";
		return 403;
	}
	if (http->method != HTTP_GET && !*http->header[HTTP_PIGTAIL]) {
		*reason = "the header X-Pigtail is missing; its value is any";
		return 403;
	}
	return 0;
}

/* ---- sessions ---- */

struct session *guard_session(struct guard *guard, const struct http *http, ptl_time now)
{
	const char *at = cookie_value(http->header[HTTP_COOKIE], COOKIE);

	if (!at || strlen(at) < 2 * GUARD_TOKEN)
		return NULL;
	for (struct session *one = guard->session; one < guard->session + GUARD_SESSIONS;
	     one++) {
		if (!*one->token || !cookie_is(at, one->token, 2 * GUARD_TOKEN))
			continue;
		if (now - one->used > SESSION_MAX) {
			explicit_bzero(one, sizeof(*one));
			return NULL;
		}
		one->used = now;
		return one;
	}
	return NULL;
}

static struct session *oldest(struct guard *guard)
{
	struct session *found = guard->session;

	for (size_t i = 0; i < GUARD_SESSIONS; i++) {
		if (!*guard->session[i].token)
			return &guard->session[i];
		if (guard->session[i].used < found->used)
			found = &guard->session[i];
	}
	return found;
}

static void set_cookie(const struct guard *guard, const char *token, char *cookie, size_t size)
{
	(void)snprintf(cookie, size,
		       "Cache-Control: no-store\r\nSet-Cookie: " COOKIE "%s; Path=/; HttpOnly; "
		       "SameSite=Strict%s%s\r\n",
		       token, guard->config.secure ? "; Secure" : "",
		       *token ? "" : "; Max-Age=0");
}

bool guard_log_in(struct guard *guard, const char *name, ptl_time now, char *cookie,
		  size_t size)
{
	struct session *session = oldest(guard);
	unsigned char random[GUARD_TOKEN];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return false;
	for (size_t i = 0; i < GUARD_TOKEN; i++)
		(void)snprintf(session->token + 2 * i, 3, "%02x", random[i]);
	(void)snprintf(session->name, sizeof(session->name), "%s", name);
	session->used = now;
	set_cookie(guard, session->token, cookie, size);
	return true;
}

void guard_log_out(struct guard *guard, struct session *session, char *cookie, size_t size)
{
	if (session)
		explicit_bzero(session, sizeof(*session));
	set_cookie(guard, "", cookie, size);
}
