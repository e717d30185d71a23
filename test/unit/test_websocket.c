/* SPDX-License-Identifier: GPL-2.0-only */
/* What a browser's WebSocket sends, cut anywhere, and what none should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "device/http/websocket.h"

/* What was read, as text: each piece by its opcode and bytes, "." where a message ends. */
static uint16_t read_all(const uint8_t *bytes, size_t n, size_t chunk, char *said)
{
	struct websocket socket;
	uint8_t copy[512];
	size_t done = 0;
	int last = -1;

	websocket_init(&socket);
	memcpy(copy, bytes, n);
	*said = 0;
	while (!socket.error && done < n) {
		size_t part = n - done < chunk ? n - done : chunk;
		struct websocket_piece piece;

		done += websocket_read(&socket, copy + done, part, &piece);
		if (!piece.bytes)
			continue;
		if (last != (int)piece.opcode)
			said += sprintf(said, "%u:", (unsigned)piece.opcode);
		said += sprintf(said, "%.*s%s", (int)piece.n, (const char *)piece.bytes,
				piece.last ? "." : "");
		last = piece.last ? -1 : (int)piece.opcode;
	}
	return socket.error;
}

#define MASK "\1\2\3\4"

static size_t frame(uint8_t *to, uint8_t first, const char *text)
{
	size_t n = strlen(text), head = 2;

	to[0] = first;
	to[1] = (uint8_t)(0x80 | n);
	if (n > 125) {
		to[1] = 0x80 | 126;
		to[2] = (uint8_t)(n >> 8);
		to[3] = (uint8_t)n;
		head = 4;
	}
	memcpy(to + head, MASK, 4);
	for (size_t i = 0; i < n; i++)
		to[head + 4 + i] = (uint8_t)(text[i] ^ MASK[i & 3]);
	return head + 4 + n;
}

static void test_messages_in_any_chunks(void **state)
{
	uint8_t bytes[512];
	char said[512], expected[512], middle[201];
	size_t n = frame(bytes, 0x81, "text");

	(void)state;
	memset(middle, 'm', 200);
	middle[200] = 0;
	n += frame(bytes + n, 0x82, "");
	n += frame(bytes + n, 0x02, "begin ");
	n += frame(bytes + n, 0x89, "ping");
	n += frame(bytes + n, 0x00, middle);
	n += frame(bytes + n, 0x80, " end");
	n += frame(bytes + n, 0x88, "\3\350");
	(void)sprintf(expected, "1:text.2:.2:begin 9:ping.2:%s end.8:\3\350.", middle);
	for (size_t chunk = 1; chunk <= n; chunk++) {
		assert_int_equal(read_all(bytes, n, chunk, said), 0);
		assert_string_equal(said, expected);
	}
}

static void test_what_no_client_sends(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		unsigned error;
	} cases[] = {
		{"\x82\x05hello", 7, WEBSOCKET_BAD},		      /* not masked */
		{"\x83\x80" MASK, 6, WEBSOCKET_BAD},		      /* no such message */
		{"\x8b\x80" MASK, 6, WEBSOCKET_BAD},		      /* nor such a control */
		{"\xc1\x80" MASK, 6, WEBSOCKET_BAD},		      /* of an extension */
		{"\x09\x80" MASK, 6, WEBSOCKET_BAD},		      /* a ping in pieces */
		{"\x89\xfe\0\x7e" MASK, 8, WEBSOCKET_BAD},	      /* a long one */
		{"\x88\x81" MASK "x", 7, WEBSOCKET_BAD},	      /* a close of one byte */
		{"\x80\x80" MASK, 6, WEBSOCKET_BAD},		      /* goes on with nothing */
		{"\x01\x80" MASK "\x81\x80" MASK, 12, WEBSOCKET_BAD}, /* one within another */
		{"\x82\xff\0\0\0\1\0\0\0\0" MASK, 14, WEBSOCKET_TOO_BIG},
		{"\x82\xff\xff\xff\xff\xff\xff\xff\xff\xff" MASK, 14, WEBSOCKET_TOO_BIG},
	};
	char said[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t chunk = 1; chunk <= cases[i].n; chunk++)
			if (read_all((const uint8_t *)cases[i].bytes, cases[i].n, chunk,
				     said) != cases[i].error)
				fail_msg("case %zu in chunks of %zu", i, chunk);
}

static void test_heads_that_we_send(void **state)
{
	uint8_t head[WEBSOCKET_HEAD_MAX];

	(void)state;
	assert_int_equal(websocket_head(head, WEBSOCKET_TEXT, true, 125), 2);
	assert_memory_equal(head, "\x81\x7d", 2);
	assert_int_equal(websocket_head(head, WEBSOCKET_CONTINUED, false, 126), 4);
	assert_memory_equal(head, "\0\x7e\0\x7e", 4);
	assert_int_equal(websocket_head(head, WEBSOCKET_BINARY, true, 0x1234), 4);
	assert_memory_equal(head, "\x82\x7e\x12\x34", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages_in_any_chunks),
		cmocka_unit_test(test_what_no_client_sends),
		cmocka_unit_test(test_heads_that_we_send),
	};

	return cmocka_run_group_tests_name("websocket", tests, NULL, NULL);
}
