/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * How a client of a bridge shows who it is: a dialogue in lines, for people and programs,
 * at the beginning of a connection that nobody else can read (TLS). No I/O, no clock, no
 * allocation. The bridge is not told of a client before that has passed.
 *
 *	user: NAME
 *	password: PASSWORD
 *	ok
 *
 * What is wrong is said in the place of "ok", and asked again, PTL_LOGIN_TRIES times in
 * all. With the words "arm ADDRESS MINUTES" after its name a user also asks that a port
 * without password be opened for one address.
 *
 * Lines end in CR, LF, CR LF or CR NUL. Commands of telnet among them (RFC 854) are not
 * answered, but kept for the bridge, which answers them after that; a client that has said
 * one is asked for its password after WILL ECHO (RFC 857), so that it doesn't show it.
 */
#ifndef PIGTAIL_LOGIN_H
#define PIGTAIL_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PTL_LOGIN_NAME	   32u	/* bytes of a name, with its NUL */
#define PTL_LOGIN_PASSWORD 65u	/* of a password */
#define PTL_LOGIN_ADDRESS  46u	/* of an address as text */
#define PTL_LOGIN_MINUTES  720u /* for which a port is armed, at most */
#define PTL_LOGIN_TRIES	   3u
#define PTL_LOGIN_TEXT	   160u /* bytes of an answer, at most */
#define PTL_LOGIN_KEPT	   256u /* bytes of telnet's commands; with more it fails */

enum ptl_login_state {
	PTL_LOGIN_TALKS,
	PTL_LOGIN_ASKS, /* name and password are there: ptl_login_answer() is to follow */
	PTL_LOGIN_PASSED,
	PTL_LOGIN_FAILED, /* hang up, after what is left of ptl_login_transmit() */
};

struct ptl_login {
	enum ptl_login_state state;
	char name[PTL_LOGIN_NAME];
	char password[PTL_LOGIN_PASSWORD];
	char arm[PTL_LOGIN_ADDRESS]; /* the address; "": none is asked for */
	unsigned minutes;

	/* Its own. */
	uint8_t tries, telnet;
	bool asked_name, after_cr, too_long;
	size_t line_n, out_n, kept_n;
	char line[PTL_LOGIN_NAME + PTL_LOGIN_ADDRESS + 16];
	uint8_t out[PTL_LOGIN_TEXT + 64];
	uint8_t kept[PTL_LOGIN_KEPT];
};

void ptl_login_init(struct ptl_login *login);

/* Bytes of the client; returns how many were taken. It stops where an answer is due, and
 * when it has passed: the rest is the bridge's. */
size_t ptl_login_receive(struct ptl_login *login, const uint8_t *bytes, size_t n);

/* Bytes for the client; 0: none. */
size_t ptl_login_transmit(struct ptl_login *login, uint8_t *out, size_t room);

/* In PTL_LOGIN_ASKS: whether it passes. text: what it is told, NULL: "ok", or that name or
 * password are wrong. The password is wiped. */
void ptl_login_answer(struct ptl_login *login, bool passes, const char *text);

/* Telnet's commands that came meanwhile: the bridge's first bytes of this client, unless it
 * is on a raw port. */
const uint8_t *ptl_login_kept(const struct ptl_login *login, size_t *n);

/* Nothing of it stays in memory. */
void ptl_login_wipe(struct ptl_login *login);

#endif
