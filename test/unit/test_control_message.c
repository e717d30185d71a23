// SPDX-License-Identifier: GPL-2.0-only
/* Messages of the control class: what is written is read, what lies is refused. */
#include "story.h"

#include <pigtail/control.h>

/* Every message of the table, from its type. */
static const struct ptl_message_info *message_at(unsigned type)
{
	return ptl_message_info((uint8_t)type);
}

static size_t value_size(struct prng *prng, const struct ptl_field_info *info)
{
	if (info->kind == PTL_KIND_UINT || info->kind == PTL_KIND_INT)
		return info->most;
	return random_from(prng, info->least, info->most);
}

struct put_field {
	uint8_t tag;
	size_t n;
	uint8_t value[PTL_FIELD_MAX];
};

static size_t put_random(struct prng *prng, struct ptl_control_writer *to, const uint8_t *tags,
			 struct put_field *put)
{
	size_t count = 0;

	for (; *tags; tags++) {
		const struct ptl_field_info *info = ptl_field_info(*tags);
		struct put_field *one = &put[count];

		assert_non_null(info);
		one->tag = *tags;
		one->n = value_size(prng, info);
		random_bytes(prng, one->value, one->n);
		if (PTL_CONTROL_MAX - to->n < one->n + PTL_FIELD_HEADER)
			break;
		ptl_put_bytes(to, (enum ptl_field) * tags, one->value, one->n);
		count++;
	}
	return count;
}

/* Given each message with random values, what is read is what was written. */
static void each_message_comes_back(void **state)
{
	struct prng prng = story_seed("each message", 11);
	unsigned kinds = 0;

	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		const struct ptl_message_info *info = message_at(type);
		struct put_field put[64];

		if (!info)
			continue;
		kinds++;
		for (unsigned round = 0; round < 20; round++) {
			struct ptl_control_writer to;
			struct ptl_control message;
			size_t count;

			ptl_control_begin(&to, (enum ptl_control_type)type, 7, 1);
			count = put_random(&prng, &to, info->needs, put);
			count += put_random(&prng, &to, info->may, put + count);
			assert_true(ptl_control_end(&to));
			message = (struct ptl_control){to.bytes, to.n};
			assert_int_equal(ptl_control_type(&message), type);
			assert_int_equal(ptl_control_id(&message), 7);
			assert_int_equal(ptl_control_interface(&message), 1);
			for (size_t i = 0; i < count; i++) {
				size_t n;
				const uint8_t *value = ptl_control_bytes(
					&message, (enum ptl_field)put[i].tag, &n);

				assert_non_null(value);
				assert_int_equal(n, put[i].n);
				assert_memory_equal(value, put[i].value, n);
			}
		}
	}
	assert_true(kinds > 30);
}

static void numbers_keep_value_and_sign(void **state)
{
	struct ptl_control_writer to;
	struct ptl_control message = {to.bytes, 0};

	(void)state;
	ptl_control_begin(&to, PTL_M_SIGNAL, 0, PTL_IF_STATION);
	ptl_put_int(&to, PTL_F_SIGNAL, -91);
	ptl_put_uint(&to, PTL_F_TX_RATE, 0x12345678);
	assert_true(ptl_control_end(&to));
	message.n = to.n;
	assert_int_equal(ptl_control_int(&message, PTL_F_SIGNAL, 0), -91);
	assert_int_equal(ptl_control_uint(&message, PTL_F_TX_RATE, 0), 0x12345678);
	assert_int_equal(ptl_control_uint(&message, PTL_F_RX_RATE, 99), 99);
	assert_int_equal(to.bytes[PTL_CONTROL_HEADER + 3 + 2], 0x78); /* little endian */

	ptl_control_begin(&to, PTL_M_SET, 1, PTL_IF_RADIO);
	ptl_put_int(&to, PTL_F_TX_POWER, 128);
	assert_false(ptl_control_end(&to));
	ptl_control_begin(&to, PTL_M_SET, 1, PTL_IF_RADIO);
	ptl_put_uint(&to, PTL_F_POWER_SAVE, 256);
	assert_false(ptl_control_end(&to));
	ptl_control_begin(&to, PTL_M_SET, 1, PTL_IF_RADIO);
	ptl_put_uint(&to, PTL_F_TIME, UINT64_MAX);
	assert_true(ptl_control_end(&to));
}

static void a_writer_takes_only_what_belongs(void **state)
{
	struct ptl_control_writer to;
	uint8_t bytes[600] = {0};

	(void)state;
	ptl_control_begin(&to, PTL_M_SCAN, 1, PTL_IF_STATION);
	ptl_put_bytes(&to, PTL_F_PMK, bytes, 32); /* not of a SCAN */
	assert_false(ptl_control_end(&to));
	ptl_control_begin(&to, PTL_M_JOIN, 1, PTL_IF_STATION); /* lacks its SSID */
	assert_false(ptl_control_end(&to));
	ptl_control_begin(&to, PTL_M_JOIN, 1, PTL_IF_STATION);
	ptl_put_bytes(&to, PTL_F_SSID, bytes, 33);
	assert_false(ptl_control_end(&to));
	ptl_control_begin(&to, PTL_M_STREAM_DATA, 0, 3);
	ptl_put_bytes(&to, PTL_F_DATA, bytes, sizeof(bytes));
	assert_false(ptl_control_end(&to));
	ptl_control_begin(&to, (enum ptl_control_type)0x7f, 0, 3);
	assert_false(ptl_control_end(&to));
}

/* A long value goes as several fields and comes back as one. */
static void a_long_value_fills_the_message(void **state)
{
	struct prng prng = story_seed("long values", 12);

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		uint8_t value[PTL_CONTROL_MAX], back[PTL_CONTROL_MAX];
		struct ptl_control_writer to;
		struct ptl_control message;
		size_t room, n;

		ptl_control_begin(&to, PTL_M_STREAM_DATA, 0, 2);
		room = ptl_put_room(&to);
		n = round == 0 ? room : random_from(&prng, 0, room);
		random_bytes(&prng, value, n);
		ptl_put_bytes(&to, PTL_F_DATA, value, n);
		assert_true(ptl_control_end(&to));
		message = (struct ptl_control){to.bytes, to.n};
		assert_int_equal(ptl_control_long(&message, PTL_F_DATA, back, sizeof(back)), n);
		assert_memory_equal(back, value, n);
		/* It fits as far as it fits. */
		memset(back, 0xee, sizeof(back));
		assert_int_equal(ptl_control_long(&message, PTL_F_DATA, back, n / 2), n);
		assert_int_equal(back[n / 2], 0xee);
		ptl_put_bytes(&to, PTL_F_DATA, value, ptl_put_room(&to) + 1);
		assert_true(to.bad || ptl_put_room(&to) == 0);
	}
}

static void what_lies_is_malformed(void **state)
{
	static const struct {
		const char *what;
		uint8_t bytes[16];
		size_t n;
		enum ptl_status status;
	} cases[] = {
		{"empty", {0}, 0, PTL_STATUS_MALFORMED},
		{"no header", {PTL_M_INFO, 1}, 2, PTL_STATUS_MALFORMED},
		{"a good one", {PTL_M_INFO, 1, 0xff}, 3, PTL_STATUS_DONE},
		{"an unknown type", {0x7e, 1, 0xff}, 3, PTL_STATUS_UNKNOWN},
		{"an unknown field", {PTL_M_INFO, 1, 0xff, 0xfe, 2, 0, 0}, 7, PTL_STATUS_DONE},
		{"half a field", {PTL_M_INFO, 1, 0xff, 0xfe}, 4, PTL_STATUS_MALFORMED},
		{"beyond the end", {PTL_M_INFO, 1, 0xff, 0xfe, 2, 0}, 6, PTL_STATUS_MALFORMED},
		{"a wrong length",
		 {PTL_M_GET, 1, 0xff, PTL_F_SETTING, 2, 0, 0},
		 7,
		 PTL_STATUS_MALFORMED},
		{"twice",
		 {PTL_M_GET, 1, 0xff, PTL_F_SETTING, 1, 48, PTL_F_SETTING, 1, 48},
		 9,
		 PTL_STATUS_MALFORMED},
		{"missing", {PTL_M_GET, 1, 0xff}, 3, PTL_STATUS_MALFORMED},
		{"a value in two fields",
		 {PTL_M_STREAM_DATA, 0, 0, PTL_F_DATA, 1, 48, PTL_F_DATA, 1, 48},
		 9,
		 PTL_STATUS_DONE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		/* Exactly its bytes, so that a sanitizer sees one too many. */
		uint8_t *copy = malloc(cases[i].n ? cases[i].n : 1);
		struct ptl_control message = {copy, cases[i].n};

		assert_non_null(copy);
		memcpy(copy, cases[i].bytes, cases[i].n);
		if (ptl_control_check(&message) != cases[i].status)
			fail_msg("%s", cases[i].what);
		free(copy);
	}
}

static void words_are_printable(void **state)
{
	struct ptl_control_writer to;
	struct ptl_control message = {to.bytes, 0};
	char words[8];

	(void)state;
	ptl_control_begin(&to, PTL_M_SCAN_DONE, 0, 0);
	ptl_put_uint(&to, PTL_F_STATUS, 0);
	ptl_put_bytes(&to, PTL_F_TEXT, "a\x1b[2J\xc2\x9b long", 13);
	message.n = to.n;
	ptl_control_words(&message, PTL_F_TEXT, words, sizeof(words));
	assert_string_equal(words, "a.[2J..");
	ptl_control_words(&message, PTL_F_NAME, words, sizeof(words));
	assert_string_equal(words, "");
}

/* No tag and no type stands twice, and each list names fields that there are. */
static void the_tables_are_sound(void **state)
{
	unsigned seen[256] = {0};

	(void)state;
#define SEE(name, tag, kind, least, most, what) seen[tag]++;
	PTL_FIELDS(SEE)
#undef SEE
	for (unsigned i = 0; i < 256; i++)
		assert_true(seen[i] <= 1);
	assert_int_equal(seen[0], 0);
	memset(seen, 0, sizeof(seen));
#define NO(field)
#define SEE(name, type, kind, needs, may, what) seen[type]++;
	PTL_MESSAGES(SEE, NO, )
#undef SEE
#undef NO
	for (unsigned i = 0; i < 256; i++) {
		const struct ptl_message_info *info = message_at(i);

		assert_true(seen[i] <= 1);
		assert_int_equal(info != NULL, seen[i]);
		for (const uint8_t *tag = info ? info->needs : NULL; tag && *tag; tag++)
			for (const uint8_t *other = info->may; *other; other++)
				assert_int_not_equal(*tag, *other);
	}
	assert_null(message_at(PTL_CONTROL_UNKNOWN));
	assert_string_equal(ptl_status_text(PTL_STATUS_BUSY), "busy with another request");
	assert_string_equal(ptl_failure_text(0), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_message_comes_back),
		cmocka_unit_test(numbers_keep_value_and_sign),
		cmocka_unit_test(a_writer_takes_only_what_belongs),
		cmocka_unit_test(a_long_value_fills_the_message),
		cmocka_unit_test(what_lies_is_malformed),
		cmocka_unit_test(words_are_printable),
		cmocka_unit_test(the_tables_are_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
