/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * One client of WebREPL on a socket, plain or of TLS, that does not block:
 *
 *	HEAD --upgrade--> PASSWORD --line--> JUDGED --right--> TERMINAL
 *	  |  --page-----> PAGE                 | wrong            |
 *	  +-- anything else ------> CLOSING <--+------------------+--> GONE
 *
 * What it sends is read only while there is room for what may have to be answered, so a
 * client that does not read is not read either. What is printed for it waits a second for
 * it, and is dropped then until it takes something again.
 */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_WEBREPL_CLIENT_H
#define PIGTAIL_DEVICE_MICROPYTHON_WEBREPL_CLIENT_H

#include "http_parse.h"
#include "webrepl_files.h"
#include "websocket.h"

#include <pigtail/link.h>

#define WEBREPL_PASSWORD 256u /* characters */
#define WEBREPL_PRINTED	 512u /* in one message */
#define WEBREPL_HEAD	 (WEBSOCKET_HEAD_MAX)
/* A full message, and all answers to what is read next. */
#define WEBREPL_OUT (WEBREPL_ANSWER + 4 * WEBREPL_HEAD + WEBREPL_PRINTED)

/* Bytes that make one character of UTF-8, as they come. */
struct webrepl_character {
	uint8_t bytes[4], n, want;
};

struct webrepl_client {
	mp_obj_base_t base;
	mp_obj_t stream;
	enum {
		WEBREPL_CLIENT_HEAD,
		WEBREPL_CLIENT_PAGE,
		WEBREPL_CLIENT_PASSWORD,
		WEBREPL_CLIENT_JUDGED,
		WEBREPL_CLIENT_TERMINAL,
		WEBREPL_CLIENT_CLOSING,
		WEBREPL_CLIENT_GONE,
	} state;
	ptl_time since;	   /* of the state */
	ptl_time typed_at; /* when what it typed was last taken */
	bool begun;	   /* there is no handshake of TLS, or it is over */
	bool patient, upgrade;

	struct http_parser http;
	char key[25]; /* Sec-WebSocket-Key */
	mp_obj_t page;

	struct websocket socket;
	struct websocket_piece piece; /* of in, not taken yet */
	uint8_t control[WEBSOCKET_CONTROL_MAX], control_n;

	char password[WEBREPL_PASSWORD];
	size_t password_n;
	struct webrepl_files files;
	struct webrepl_character character;

	size_t in_at, in_n;
	size_t out_at, out_n, tried; /* tried: as many are to be tried again (TLS) */
	uint8_t in[512], out[WEBREPL_OUT];
};

/* What it means: takes what is typed, as many as there is room for. */
typedef size_t webrepl_typed(const uint8_t *bytes, size_t n);

void webrepl_client_init(struct webrepl_client *client, mp_obj_t stream, bool tls,
			 ptl_time now);

/* Does what can be done now; may raise, then the client is to be ended. */
void webrepl_client_step(struct webrepl_client *client, ptl_time now, webrepl_typed *typed);

/* In JUDGED, about its password. */
void webrepl_client_enter(struct webrepl_client *client, ptl_time now);
void webrepl_client_deny(struct webrepl_client *client, ptl_time now);

/* For its terminal. wait: called while it takes nothing, 1 ms or so. */
void webrepl_client_print(struct webrepl_client *client, const uint8_t *bytes, size_t n,
			  void (*wait)(void));

/* Says why, if that has room, then closes. */
void webrepl_client_close(struct webrepl_client *client, ptl_time now, const char *why);

/* At once. */
void webrepl_client_end(struct webrepl_client *client);

#endif
