/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests in JSON: what they say, and texts that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "device/http/json.h"
#include "device/http/writer.h"

static struct json parsed(const char *text)
{
	struct json object = {0};

	if (!json_object(&object, text, strlen(text)))
		fail_msg("'%s' is refused", text);
	return object;
}

static void test_members_by_name(void **state)
{
	struct json all =
		parsed(" {\"id\" : 7, \"request\":\"set\",\n"
		       "\"arguments\":{\"baud\":57600,\"rtscts\":false,\"id\":[1,{}]}} ");
	struct json arguments = json_member(all, "arguments");
	uint32_t number = 0;
	bool is = true;
	char text[8];

	(void)state;
	assert_true(json_number(json_member(all, "id"), &number) && number == 7);
	assert_true(json_string(json_member(all, "request"), text, sizeof(text)));
	assert_string_equal(text, "set");
	assert_true(json_number(json_member(arguments, "baud"), &number) && number == 57600);
	assert_true(json_bool(json_member(arguments, "rtscts"), &is) && !is);
	assert_false(json_number(json_member(arguments, "id"), &number));
	assert_null(json_member(all, "baud").at);
	assert_null(json_member(json_member(all, "no"), "no").at);
	assert_null(json_member(json_member(all, "id"), "no").at);
}

static void test_what_is_no_object(void **state)
{
	static const char *const texts[] = {
		"",
		"{",
		"}",
		"[]",
		"1",
		"{}{}",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{\"a\":01}",
		"{\"a\":-}",
		"{\"a\":1.}",
		"{a:1}",
		"{\"a:1}",
		"{\"a\":tru}",
		"{\"a\" 1}",
		"{\"a\":\"\n\"}",
		"{\"a\":\"\\x\"}",
		"{\"a\":\"\\u12\"}",
		"{\"a\":[[[[1]]]]}",
	};
	struct json object;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (json_object(&object, texts[i], strlen(texts[i])))
			fail_msg("'%s' is taken", texts[i]);
	(void)parsed("{}");
	(void)parsed("{\"a\":[[[1,-2.5e+3,null,true]]]}");
}

static void test_strings(void **state)
{
	static const struct {
		const char *text, *is;
	} cases[] = {
		{"{\"a\":\"\"}", ""},
		{"{\"a\":\"\\\"\\\\\\/\\n\"}", "\"\\/\n"},
		{"{\"a\":\"\\u00e9\\u20AC\"}", "\xc3\xa9\xe2\x82\xac"},
		{"{\"a\":\"\\ud83d\\ude00\"}", "\xf0\x9f\x98\x80"},
		{"{\"a\":\"\\ud83d\"}", NULL},
		{"{\"a\":\"\\ude00\\ud83d\"}", NULL},
		{"{\"a\":\"\\u0000\"}", NULL},
		{"{\"a\":\"dtr\\u0000\"}", NULL},
		{"{\"a\":\"1234567890123456\"}", NULL},
		{"{\"a\":\"123456789012345\"}", "123456789012345"},
		{"{\"a\":1}", NULL},
	};
	char text[16];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json value = json_member(parsed(cases[i].text), "a");

		if (json_string(value, text, sizeof(text)) != (cases[i].is != NULL))
			fail_msg("%s", cases[i].text);
		assert_string_equal(text, cases[i].is ? cases[i].is : "");
	}
}

static void test_a_string_where_it_lies(void **state)
{
	char text[] = "{\"a\":\"x\\u0041\\n\"}";
	struct json value = json_member(parsed(text), "a");
	char *there = text + (value.at - text);

	(void)state;
	assert_true(json_string(value, there, value.n));
	assert_string_equal(there, "xA\n");
}

static void test_numbers_too_large(void **state)
{
	uint32_t number = 5;

	(void)state;
	assert_true(json_number(json_member(parsed("{\"a\":4294967295}"), "a"), &number));
	assert_true(number == UINT32_MAX);
	assert_false(json_number(json_member(parsed("{\"a\":4294967296}"), "a"), &number));
	assert_false(json_number(json_member(parsed("{\"a\":-1}"), "a"), &number));
	assert_false(json_number(json_member(parsed("{\"a\":1.5}"), "a"), &number));
	assert_true(number == UINT32_MAX);
}

/* What a network is called is any bytes, and a WebSocket's text has to be UTF-8. */
static void test_names_of_strangers(void **state)
{
	static const struct {
		const char *bytes, *json;
		bool text;
	} cases[] = {
		{"plain", "\"plain\"", true},
		{"", "\"\"", true},
		{"a\"b\\", "\"a\\\"b\\\\\"", true},
		{"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb7",
		 "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb7\"", true},
		{"a\nb", "\"a.b\"", false},
		{"\x1b[2J", "\".[2J\"", false},
		{"\x7f", "\".\"", false},
		{"\xc2\x85", "\"..\"", false},		 /* a control character */
		{"\xc0\xaf", "\"..\"", false},		 /* too long for what it is */
		{"\xed\xa0\x80", "\"...\"", false},	 /* half of a pair */
		{"\xf4\x90\x80\x80", "\"....\"", false}, /* beyond the last one */
		{"x\xe2\x82", "\"x..\"", false},	 /* cut off */
		{"\xe2\x82x\xc3\xa9", "\"..x..\"", false},
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct writer out = writer_on(text, sizeof(text) - 1);

		assert_int_equal(write_bytes(&out, (const uint8_t *)cases[i].bytes,
					     strlen(cases[i].bytes)),
				 cases[i].text);
		text[out.n] = 0;
		assert_string_equal(text, cases[i].json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members_by_name),
		cmocka_unit_test(test_what_is_no_object),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_a_string_where_it_lies),
		cmocka_unit_test(test_numbers_too_large),
		cmocka_unit_test(test_names_of_strangers),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
