/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Frames of a WebSocket (RFC 6455) on a server: what a client sends, in any chunking, and the
 * heads of what it is sent. No memory but its own; messages are put together by the caller.
 */
#ifndef PIGTAIL_DEVICE_WEBSOCKET_H
#define PIGTAIL_DEVICE_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum websocket_opcode {
	WEBSOCKET_CONTINUED = 0,
	WEBSOCKET_TEXT = 1,
	WEBSOCKET_BINARY = 2,
	WEBSOCKET_CLOSE = 8,
	WEBSOCKET_PING = 9,
	WEBSOCKET_PONG = 10,
};

#define WEBSOCKET_HEAD_MAX    4u   /* bytes of a head that we send */
#define WEBSOCKET_CONTROL_MAX 125u /* of a ping, a pong or a close */

/* Of a close (7.4.1). */
#define WEBSOCKET_BAD	  1002u
#define WEBSOCKET_TOO_BIG 1009u

struct websocket {
	uint16_t error; /* not 0: what to close with, nothing more can be read */

	/* Its own. */
	uint8_t head[14], head_n;
	uint8_t opcode;	 /* of the frame */
	uint8_t message; /* of the message that is under way; 0: none */
	bool final, in_frame;
	uint32_t left, at; /* of the frame's bytes */
};

/* Some bytes of a message, of the kind that opcode says: never WEBSOCKET_CONTINUED. */
struct websocket_piece {
	enum websocket_opcode opcode;
	uint8_t *bytes;
	size_t n;
	bool last; /* the message is whole with it */
};

void websocket_init(struct websocket *socket);

/* Reads up to the end of one piece; returns how many bytes it took. The piece is among them,
 * in place; .bytes NULL: there is none yet. */
size_t websocket_read(struct websocket *socket, uint8_t *bytes, size_t n,
		      struct websocket_piece *piece);

/* The head of a frame with n bytes, at most 65535; its size. */
size_t websocket_head(uint8_t to[WEBSOCKET_HEAD_MAX], enum websocket_opcode opcode, bool final,
		      size_t n);

#endif
