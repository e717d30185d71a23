/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A frame is a head of 6 to 14 bytes (5.2), then its bytes, masked with the last four of the
 * head. Frames of a message may have pings, pongs and a close between them, which are never in
 * pieces themselves (5.4).
 */
#include "websocket.h"

#include <string.h>

#define FINAL	 0x80u
#define RESERVED 0x70u
#define MASKED	 0x80u
#define CONTROL	 0x08u
#define SIZE	 0x7fu
#define SIZE_16	 126u
#define SIZE_64	 127u

void websocket_init(struct websocket *socket)
{
	memset(socket, 0, sizeof(*socket));
}

/* Of its size, as far as it is known: two bytes tell. */
static size_t head_size(const struct websocket *socket)
{
	unsigned size = socket->head[1] & SIZE;

	if (socket->head_n < 2)
		return 2;
	return 2u + (size == SIZE_16 ? 2u : size == SIZE_64 ? 8u : 0u) + 4u;
}

static uint64_t frame_size(const struct websocket *socket)
{
	unsigned size = socket->head[1] & SIZE, n;
	uint64_t all = 0;

	if (size < SIZE_16)
		return size;
	n = size == SIZE_16 ? 2 : 8;
	for (unsigned i = 0; i < n; i++)
		all = all << 8 | socket->head[2 + i];
	return all;
}

/* What is wrong with the head; 0: nothing. */
static uint16_t judge(const struct websocket *socket, uint8_t opcode, uint64_t size)
{
	bool final = socket->head[0] & FINAL;

	if (socket->head[0] & RESERVED || !(socket->head[1] & MASKED))
		return WEBSOCKET_BAD;
	if (opcode & CONTROL) {
		if (opcode > WEBSOCKET_PONG || !final || size > WEBSOCKET_CONTROL_MAX)
			return WEBSOCKET_BAD;
		return opcode == WEBSOCKET_CLOSE && size == 1 ? WEBSOCKET_BAD : 0;
	}
	if (opcode > WEBSOCKET_BINARY ||
	    (opcode == WEBSOCKET_CONTINUED) != (socket->message != 0))
		return WEBSOCKET_BAD;
	return size > UINT32_MAX ? WEBSOCKET_TOO_BIG : 0;
}

static void begin_frame(struct websocket *socket)
{
	uint8_t opcode = socket->head[0] & 0x0f;
	uint64_t size = frame_size(socket);

	socket->error = judge(socket, opcode, size);
	if (socket->error)
		return;
	if (!(opcode & CONTROL) && opcode)
		socket->message = opcode;
	socket->opcode = opcode & CONTROL ? opcode : socket->message;
	socket->final = socket->head[0] & FINAL;
	socket->left = (uint32_t)size;
	socket->at = 0;
	socket->in_frame = true;
}

static void end_frame(struct websocket *socket)
{
	socket->in_frame = false;
	socket->head_n = 0;
	if (socket->final && !(socket->opcode & CONTROL))
		socket->message = 0;
}

size_t websocket_read(struct websocket *socket, uint8_t *bytes, size_t n,
		      struct websocket_piece *piece)
{
	const uint8_t *mask;
	size_t used = 0;

	*piece = (struct websocket_piece){0};
	while (!socket->in_frame && !socket->error && used < n) {
		socket->head[socket->head_n++] = bytes[used++];
		if (socket->head_n == head_size(socket))
			begin_frame(socket);
	}
	if (!socket->in_frame || (used == n && socket->left))
		return used;
	mask = socket->head + head_size(socket) - 4;
	piece->opcode = (enum websocket_opcode)socket->opcode;
	piece->bytes = bytes + used;
	piece->n = n - used < socket->left ? n - used : socket->left;
	for (size_t i = 0; i < piece->n; i++)
		piece->bytes[i] ^= mask[socket->at++ & 3];
	socket->left -= (uint32_t)piece->n;
	piece->last = !socket->left && socket->final;
	if (!socket->left)
		end_frame(socket);
	return used + piece->n;
}

size_t websocket_head(uint8_t to[WEBSOCKET_HEAD_MAX], enum websocket_opcode opcode, bool final,
		      size_t n)
{
	to[0] = (uint8_t)((final ? FINAL : 0) | opcode);
	to[1] = (uint8_t)n;
	if (n < SIZE_16)
		return 2;
	to[1] = SIZE_16;
	to[2] = (uint8_t)(n >> 8);
	to[3] = (uint8_t)n;
	return 4;
}
