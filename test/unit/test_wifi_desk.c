/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the device's page is told of Wi-Fi, with networks that were named by somebody who means
 * harm: each part has room, and together they are JSON. The station is made of what a test
 * says.
 */
#include "story.h"

#include "device/bridge/wifi_desk.h"

#include <pigtail/wifi.h>

#include "device/http/json.h"
#include "device/wireless/change.h"
#include "device/wireless/wireless.h"

static struct wireless_view view;
static void (*found)(const struct ptl_bss *bss);

const struct wireless_view *wireless_view(void)
{
	return &view;
}

bool wireless_scan(ptl_time now, void (*hears)(const struct ptl_bss *bss))
{
	(void)now;
	found = hears;
	view.scanning = true;
	return true;
}

enum change_state change_state(void)
{
	return CHANGE_NONE;
}

const char *change_failure(const char **ssid)
{
	(void)ssid;
	return NULL;
}

bool change_begin(ptl_time now, struct wireless_settings *other, bool keep)
{
	(void)now;
	(void)other;
	(void)keep;
	return false;
}

bool change_leave(ptl_time now, bool forget)
{
	(void)now;
	(void)forget;
	return false;
}

void change_reached(ptl_time now)
{
	(void)now;
}

ptl_time change_poll(ptl_time now)
{
	(void)now;
	return PTL_NEVER;
}

void desk_refuse(struct desk_answer *answer, const char *code, const char *reason)
{
	answer->kind = DESK_ERROR;
	answer->code = code;
	answer->reason = reason;
}

#define FRONT "{\"id\":4294967295,\"result\":" /* of the first part, as the desk's */

static char told[16384];

static struct desk_answer ask(const char *request)
{
	struct desk_answer answer = {0};
	struct json none = {0};

	assert_true(desk_wifi.ask(1000000, request, none, &answer));
	assert_int_equal(answer.kind, DESK_WIFI);
	return answer;
}

/* All parts; each has the room of a desk's part, with what the desk puts around them. */
static struct json hear(struct desk_answer answer)
{
	struct json all;
	bool more;

	told[0] = '\0';
	do {
		char part[2 * DESK_PART];
		struct writer out = writer_on(part, sizeof(part));
		size_t around = answer.part == 0 ? strlen(FRONT) : 0;

		more = desk_wifi.tell(1ull << 52, &answer, &out);
		around += more ? 0 : strlen("}");
		if (around + out.n > DESK_PART)
			fail_msg("part %u has %zu bytes", answer.part, around + out.n);
		strncat(told, part, out.n);
		answer.part++;
	} while (more);
	if (!json_object(&all, told, strlen(told)))
		fail_msg("no JSON: %s", told);
	return all;
}

/* The longest name as JSON, and the longest without one. */
static const char *const names[] = {
	"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"",
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
};

static void any_name_of_the_network_has_room(void **state)
{
	char text[65];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct json radio, station, failure;

		view = (struct wireless_view){.ssid = names[i],
					      .ready = true,
					      .in = true,
					      .channel = 255,
					      .akms = 0xff,
					      .signal = -128,
					      .why = "the radio has no room for it"};
		radio = json_member(hear(ask("link.status")), "radio");
		station = json_member(radio, "station");
		failure = json_member(station, "failure");
		assert_true(json_string(json_member(station, "state"), text, sizeof(text)));
		assert_string_equal(text, "joined");
		assert_true(json_string(json_member(failure, "reason"), text, sizeof(text)));
		assert_string_equal(text, view.why);
		assert_true(json_string(json_member(failure, i ? "ssid_hex" : "ssid"), text,
					sizeof(text)));
		if (i == 0)
			assert_string_equal(text, names[0]);
		else
			assert_memory_equal(text, "ffffffff", 8);
	}
}

static void any_names_of_a_scan_have_room(void **state)
{
	struct desk_answer answer;
	unsigned rows = 0;

	(void)state;
	view = (struct wireless_view){.ssid = "", .ready = true};
	answer = ask("wifi.scan");
	assert_true(answer.waits);
	for (unsigned i = 0; i < 100; i++) {
		struct ptl_bss bss = {.bssid = {2, 0, 0, 0, 0, (uint8_t)i},
				      .channel = 255,
				      .signal = (int8_t)(-128 + (int)i % 60),
				      .akms = 0xff,
				      .ssid_n = 32};

		memcpy(bss.ssid, names[i % 2], 32);
		found(&bss);
		found(&bss);
	}
	view.scanning = false;
	view.scanned = PTL_STATUS_DONE;
	assert_false(desk_wifi.waits(1000000, &answer));
	assert_non_null(json_member(hear(answer), "networks").at);
	for (const char *at = told; (at = strstr(at, "\"bssid\"")) != NULL; at++)
		rows++;
	assert_int_equal(rows, 16);
	/* The strongest one first: -128 + 59. */
	assert_non_null(strstr(told, "\"signal\":-69"));
	assert_null(strstr(told, "\"signal\":-128"));
	/* It is forgotten, and then there is none. */
	(void)desk_wifi.poll(1000000);
	(void)desk_wifi.poll(1ull << 40);
	assert_null(strstr((hear(answer), told), "\"bssid\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_name_of_the_network_has_room),
		cmocka_unit_test(any_names_of_a_scan_have_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
