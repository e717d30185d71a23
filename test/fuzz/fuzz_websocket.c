/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames of a WebSocket. The first byte chooses the chunks; whatever they are, what is told is
 * the same: the kinds, the bytes, where messages end, and the error.
 */
#include "require.h"

#include <stdlib.h>
#include <string.h>

#include "device/http/websocket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct told {
	uint32_t sum; /* of all that was told, in order */
	uint16_t error;
};

static void add(struct told *told, unsigned what)
{
	told->sum = told->sum * 31 + what + 1;
}

static struct told read_all(const uint8_t *data, size_t n, size_t chunk)
{
	struct told told = {0};
	struct websocket socket;
	size_t done = 0;

	websocket_init(&socket);
	while (done < n && !socket.error) {
		size_t part = n - done < chunk ? n - done : chunk, took;
		uint8_t *copy = malloc(part);
		struct websocket_piece piece;

		REQUIRE(copy);
		memcpy(copy, data + done, part);
		took = websocket_read(&socket, copy, part, &piece);
		REQUIRE(took && took <= part);
		done += took;
		if (piece.bytes) {
			REQUIRE(piece.bytes >= copy && piece.bytes + piece.n <= copy + part);
			REQUIRE(piece.opcode);
			for (size_t i = 0; i < piece.n; i++)
				add(&told, 16u * piece.bytes[i] + piece.opcode);
			if (piece.last)
				add(&told, 5000);
		}
		free(copy);
	}
	told.error = socket.error;
	return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct told whole, pieces;
	size_t chunk;

	if (n == 0)
		return 0;
	chunk = (size_t)data[0] % 20 + 1;
	data++;
	n--;
	whole = read_all(data, n, n ? n : 1);
	pieces = read_all(data, n, chunk);
	REQUIRE(whole.sum == pieces.sum && whole.error == pieces.error);
	return 0;
}
