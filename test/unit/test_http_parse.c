/* SPDX-License-Identifier: GPL-2.0-only */
/* Heads of HTTP requests, in every chunking, and what the parser makes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "device/http/http_parse.h"

static size_t parse(struct http_parser *parser, const char *text, size_t chunk)
{
	size_t n = strlen(text), done = 0;

	http_parser_init(parser);
	while (done < n && parser->status == HTTP_MORE) {
		size_t part = n - done < chunk ? n - done : chunk;

		done += http_parse(parser, (const uint8_t *)text + done, part);
	}
	return done;
}

static void test_a_request_in_every_chunking(void **state)
{
	static const char head[] = "\r\nPUT /sink?a=b HTTP/1.1\r\nHost: x\r\n"
				   "CONTENT-length:\t 1234 \r\nExpect: 100-Continue\r\n"
				   "Connection: Keep-Alive, Close\r\n\r\n";
	static const char text[] = "\r\nPUT /sink?a=b HTTP/1.1\r\nHost: x\r\n"
				   "CONTENT-length:\t 1234 \r\nExpect: 100-Continue\r\n"
				   "Connection: Keep-Alive, Close\r\n\r\nthe body";
	struct http_parser parser;

	(void)state;
	for (size_t chunk = 1; chunk < sizeof(text); chunk++) {
		assert_int_equal(parse(&parser, text, chunk), sizeof(head) - 1);
		assert_int_equal(parser.status, HTTP_COMPLETE);
		assert_int_equal(parser.request.method, HTTP_PUT);
		assert_string_equal(parser.request.target, "/sink?a=b");
		assert_int_equal(parser.request.minor, 1);
		assert_true(parser.request.has_length);
		assert_int_equal(parser.request.length, 1234);
		assert_true(parser.request.expects_continue);
		assert_true(parser.request.close);
		assert_false(parser.request.chunked);
	}
}

static void test_version_decides_what_closes(void **state)
{
	struct http_parser parser;

	(void)state;
	(void)parse(&parser, "GET / HTTP/1.1\r\n\r\n", 100);
	assert_false(parser.request.close);
	(void)parse(&parser, "GET / HTTP/1.0\r\n\r\n", 100);
	assert_true(parser.request.close);
	(void)parse(&parser, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 100);
	assert_false(parser.request.close);
}

static void test_what_is_refused(void **state)
{
	static const struct {
		const char *text;
		int status;
	} cases[] = {
		{"GET / HTTP/1.1\r\nHost", HTTP_MORE},
		{"", HTTP_MORE},
		{"GET\r\n", 400},
		{" GET / HTTP/1.1\r\n", 400},
		{"GET  / HTTP/1.1\r\n", 400},
		{"GET / HTTP/1.1 \r\n", 400},
		{"GET x HTTP/1.1\r\n", 400},
		{"GET / HTTP/1\r\n", 400},
		{"GET / FTP/1.1\r\n", 400},
		{"GET / HTTP/3.0\r\n", 505},
		{"GET /\x7f HTTP/1.1\r\n", 400},
		{"GET / HTTP/1.1\r\n continued: x\r\n", 400},
		{"GET / HTTP/1.1\r\nContent-Length: 1x\r\n", 400},
		{"GET / HTTP/1.1\r\nContent-Length:\r\n", 400},
		{"GET / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n", 413},
		{"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
		 HTTP_COMPLETE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_parser parser;

		(void)parse(&parser, cases[i].text, 1);
		if (parser.status != cases[i].status)
			fail_msg("'%s': %d", cases[i].text, parser.status);
	}
}

/* A line longer than the buffer matters only where its name does. */
static void test_long_lines(void **state)
{
	static const struct {
		const char *before;
		int status;
	} cases[] = {
		{"GET /", 414},
		{"GET / HTTP/1.1\r\nCookie: ", HTTP_COMPLETE},
		{"GET / HTTP/1.1\r\nContent-Length: ", 400},
		{"GET / HTTP/1.1\r\nno colon ", 431},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_parser parser;
		char text[1024];
		size_t n = strlen(cases[i].before);

		memcpy(text, cases[i].before, n);
		memset(text + n, '1', 500);
		strcpy(text + n + 500, "\r\n\r\n");
		(void)parse(&parser, text, 7);
		if (parser.status != cases[i].status)
			fail_msg("'%s': %d", cases[i].before, parser.status);
	}
}

static void test_a_head_without_end(void **state)
{
	struct http_parser parser;
	size_t n = 0;

	(void)state;
	http_parser_init(&parser);
	(void)http_parse(&parser, (const uint8_t *)"GET / HTTP/1.1\r\n", 16);
	while (parser.status == HTTP_MORE && n < 100000)
		n += http_parse(&parser, (const uint8_t *)"a: b\r\n", 6);
	assert_int_equal(parser.status, 431);
	assert_in_range(n, HTTP_HEAD_MAX - 100, HTTP_HEAD_MAX);
}

static int on_header(void *user, const char *name, const char *value, bool cut)
{
	char *told = user;

	strcat(told, name);
	strcat(told, cut ? " is cut;" : "=");
	strcat(told, cut ? "" : value);
	return http_is_word(name, "x-bad") ? 418 : HTTP_MORE;
}

/* Headers that the parser doesn't need itself are told to who wants them. */
static void test_headers_of_its_owner(void **state)
{
	static const char head[] = "GET / HTTP/1.1\r\nHost:  here \r\nContent-Length: 1\r\n"
				   "X-BAD: 1\r\nnever: told\r\n\r\n";
	struct http_parser parser;
	char told[100] = "";

	(void)state;
	http_parser_init(&parser);
	parser.header = on_header;
	parser.user = told;
	(void)http_parse(&parser, (const uint8_t *)head, strlen(head));
	assert_int_equal(parser.status, 418);
	assert_string_equal(told, "Host=hereX-BAD=1");
	assert_true(parser.request.has_length);

	http_parser_init(&parser);
	parser.header = on_header;
	parser.user = told;
	told[0] = 0;
	(void)http_parse(&parser, (const uint8_t *)"GET / HTTP/1.1\r\nCookie: ", 24);
	for (int i = 0; i < 200; i++)
		(void)http_parse(&parser, (const uint8_t *)"c", 1);
	(void)http_parse(&parser, (const uint8_t *)"\r\n\r\n", 4);
	assert_int_equal(parser.status, HTTP_COMPLETE);
	assert_string_equal(told, "Cookie is cut;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_request_in_every_chunking),
		cmocka_unit_test(test_version_decides_what_closes),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_a_head_without_end),
		cmocka_unit_test(test_headers_of_its_owner),
	};

	return cmocka_run_group_tests_name("http_parse", tests, NULL, NULL);
}
