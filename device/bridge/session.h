/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Browsers that have logged in: each has a cookie that nobody can guess. When there are
 * SESSIONS of them, a new one takes the place of the one that was not used for longest.
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_SESSION_H
#define PIGTAIL_DEVICE_BRIDGE_SESSION_H

#include <pigtail/endpoint.h>
#include <stdbool.h>
#include <stdint.h>

#define SESSIONS       4u
#define SESSION_DIGITS 32u /* of a cookie */

/* A session, to be kept by who uses it; 0: none. */
typedef uint32_t session_number;

/* Of a header Cookie. */
session_number session_of(const char *cookies, ptl_time now);

/* It was not logged out, and its place is not another one's. */
bool session_is(session_number session);

/* A new one; its digits with a NUL. 0: there is no chance to be had. */
session_number session_begin(ptl_time now, char digits[SESSION_DIGITS + 1]);
void session_end(session_number session);

#endif
