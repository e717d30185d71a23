/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Answers what a page asks: requests and events as of the program for Linux
 * (docs/control-socket.md), one JSON text each. An answer is told in parts of at most
 * DESK_PART bytes, each made when the one before has left, so it takes no memory that grows
 * with what it says.
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_DESK_H
#define PIGTAIL_DEVICE_BRIDGE_DESK_H

#include "../http/json.h"
#include "../http/writer.h"
#include "upload.h"

#define DESK_PART    320u
#define DESK_REQUEST 608u /* bytes: a piece of an image in base64, and what is around it */

struct desk_wifi;

struct desk {
	struct ptl_bridge *bridge;
	struct programming *programming;
	struct upload *upload;
	enum ptl_target target;	      /* as the settings say */
	const struct desk_wifi *wifi; /* NULL: its network is no radio's */

	/* Where a client is, as text; NULL: it is gone. And its end; false: there is none. */
	const char *(*peer)(unsigned client);
	bool (*hang_up)(unsigned client);
};

enum desk_kind {
	DESK_EMPTY, /* it was done, there is nothing to say */
	DESK_ERROR,
	DESK_HAVE,
	DESK_STATUS,
	DESK_STATS,
	DESK_FLASH,
	DESK_WIFI,
	DESK_KINDS,
};

struct desk_answer {
	enum desk_kind kind;
	bool is_event;
	bool has_id;
	uint32_t id;
	const char *code, *reason; /* of an error */
	unsigned part;		   /* that is to be told next */
	uint8_t wifi;		   /* of DESK_WIFI, see wifi_desk.c */
	bool waits;		   /* what was asked for goes on, as desk_waits() knows */
};

/* What an event is called; DESK_KINDS: it is none. */
enum desk_kind desk_event(const char *name);

/* Does what a request says. */
void desk_ask(struct desk *desk, ptl_time now, struct json request, struct desk_answer *answer);

/* Whether an answer is not known yet. */
bool desk_waits(const struct desk *desk, ptl_time now, struct desk_answer *answer);

/* An error of the request's, without asking the desk. */
void desk_refuse(struct desk_answer *answer, const char *code, const char *reason);

/* Writes the next part; whether more follow. */
bool desk_part(const struct desk *desk, ptl_time now, struct desk_answer *answer,
	       struct writer *out);

#endif
