/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Numbers count up, so a session that has ended is never taken for another one. */
#include "session.h"
#include "../http/cookie.h"
#include "tls_stream.h"

#include <mbedtls/platform_util.h>

#include <string.h>

#define COOKIE	   "pigtail="
#define UNUSED_MAX UINT64_C(43200000000) /* us: 12 hours */

static struct {
	struct session {
		session_number number; /* 0: free */
		char digits[SESSION_DIGITS];
		ptl_time used;
	} session[SESSIONS];
	session_number last;
} all;

session_number session_of(const char *cookies, ptl_time now)
{
	const char *digits = cookie_value(cookies, COOKIE);

	if (!digits || strlen(digits) < SESSION_DIGITS)
		return 0;
	for (struct session *one = all.session; one < all.session + SESSIONS; one++) {
		if (!one->number || !cookie_is(digits, one->digits, SESSION_DIGITS))
			continue;
		if (now - one->used > UNUSED_MAX) {
			session_end(one->number);
			return 0;
		}
		one->used = now;
		return one->number;
	}
	return 0;
}

bool session_is(session_number session)
{
	for (unsigned i = 0; i < SESSIONS; i++)
		if (all.session[i].number == session)
			return session != 0;
	return false;
}

static struct session *oldest(void)
{
	struct session *found = all.session;

	for (struct session *one = all.session; one < all.session + SESSIONS; one++) {
		if (!one->number)
			return one;
		if (one->used < found->used)
			found = one;
	}
	return found;
}

session_number session_begin(ptl_time now, char digits[SESSION_DIGITS + 1])
{
	struct session *session = oldest();
	uint8_t random[SESSION_DIGITS / 2];

	if (!tls_random(random, sizeof(random)))
		return 0;
	for (size_t i = 0; i < SESSION_DIGITS; i++)
		digits[i] = "0123456789abcdef"[random[i / 2] >> (i & 1 ? 0 : 4) & 15];
	digits[SESSION_DIGITS] = 0;
	mbedtls_platform_zeroize(random, sizeof(random));
	*session = (struct session){.number = ++all.last, .used = now};
	memcpy(session->digits, digits, SESSION_DIGITS);
	return session->number;
}

void session_end(session_number session)
{
	for (unsigned i = 0; i < SESSIONS; i++)
		if (session && all.session[i].number == session)
			mbedtls_platform_zeroize(&all.session[i], sizeof(all.session[i]));
}
