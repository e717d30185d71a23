/* SPDX-License-Identifier: GPL-2.0-only */
/* Espressif's Wi-Fi driver, a made-up one, as the radio of the program itself: a station joins
 * as its settings say (device/wireless) with nobody at a link, and frames go both ways. */
#include "espressif_driver.h"

#include <pigtail/control.h>

#include "device/espressif/local.h"
#include "device/wireless/wireless.h"

#define TICK_US 1000u

/* The one that uses it, as lwIP's interface does. */
static struct {
	ptl_time now, due;
	bool carrier, no_room, woken;
	unsigned carriers, frames, refused, polls;
	uint32_t next; /* number of the frame that is to come */
	char log[4096];
} user;

static const struct wireless_settings settings = {.ssid = "network",
						  .passphrase = "a password"};

static ptl_time user_now(void *unused)
{
	(void)unused;
	return user.now;
}

static const struct ptl_clock user_clock = {.now = user_now};

static void user_wake(void)
{
	user.woken = true;
}

static void user_log(const char *line)
{
	assert_true(strlen(user.log) + strlen(line) + 2 < sizeof(user.log));
	strcat(user.log, line);
	strcat(user.log, "\n");
}

static void user_carrier(ptl_time now, bool up)
{
	assert_int_equal(now, user.now);
	user.carrier = up;
	user.carriers += up;
}

static bool user_frame(const uint8_t *frame, size_t n)
{
	if (user.no_room) {
		user.refused++;
		return false;
	}
	assert_int_equal(bench_number(frame, n), user.next);
	user.next++;
	user.frames++;
	return true;
}

/* The main loop: it sleeps until it is due, or woken. */
static void user_run(ptl_time us)
{
	for (ptl_time until = user.now + us; user.now < until; user.now += TICK_US) {
		for (unsigned turn = 0; user.woken || user.now >= user.due; turn++) {
			assert_in_range(turn, 0, 20); /* it does not go round */
			user.woken = false;
			user.due = wireless_poll(user.now);
			user.polls++;
		}
	}
}

static void user_starts(void)
{
	const struct local_config local = {&user_clock, user_wake, user_log};
	const struct wireless_config config = {
		.radio = local_radio(),
		.settings = &settings,
		.carrier = user_carrier,
		.frame = user_frame,
		.log = user_log,
	};

	memset(&driver, 0, sizeof(driver));
	memset(&user, 0, sizeof(user));
	user.now = 1000000;
	assert_null(local_open(&local));
	assert_memory_equal(local_radio()->mac, station_mac, 6);
	wireless_start(&config, user.now);
}

static void it_joins_as_its_settings_say(void **state)
{
	(void)state;
	user_starts();
	user_run(200000);
	assert_int_equal(driver.connects, 1);
	assert_string_equal((const char *)driver.sta.ssid, "network");
	assert_string_equal((const char *)driver.sta.password, "a password");
	assert_false(user.carrier);
	connected(6, WIFI_AUTH_WPA2_PSK);
	user_run(50000);
	assert_true(user.carrier);
	assert_non_null(strstr(user.log, "joined network, channel 6"));
	assert_null(strstr(user.log, "a password"));
}

static void frames_go_both_ways(void **state)
{
	uint8_t frame[FRAME_BYTES];

	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		bench_frame(frame, i);
		assert_true(wireless_send(frame, sizeof(frame)));
		offer();
		user_run(TICK_US);
	}
	user_run(10000);
	assert_int_equal(driver.sent[0], 200);
	assert_int_equal(user.frames, 200);
	assert_int_equal(lent_now(), 0);
	driver.no_buffers = true;
	assert_false(wireless_send(frame, sizeof(frame)));
	driver.no_buffers = false;
}

/* Its frames wait with the driver, the loop asks now and then, and what is too much is lost. */
static void a_user_without_room_gets_its_frames_later(void **state)
{
	unsigned polls = user.polls;

	(void)state;
	user.no_room = true;
	for (int i = 0; i < 3; i++)
		offer();
	user_run(1000000);
	assert_in_range(user.refused, 100, 1100);
	assert_in_range(user.polls - polls, 100, 1500);
	assert_int_equal(lent_now(), 3);
	assert_int_equal(local_missed(), 0);
	for (int i = 0; i < 5; i++)
		offer();
	assert_int_equal(lent_now(), 4); /* the fifth and on are given back at once */
	user.no_room = false;
	user_run(10000);
	assert_int_equal(user.frames, 204);
	assert_int_equal(lent_now(), 0);
	assert_int_equal(local_missed(), 4);
	user.next = driver.offered;
}

static void a_network_that_goes_is_joined_again(void **state)
{
	uint8_t frame[FRAME_BYTES];
	unsigned joins = driver.connects;

	(void)state;
	user_run(11000000); /* it was steady */
	disconnected(WIFI_REASON_BEACON_TIMEOUT);
	user_run(20000);
	assert_false(user.carrier);
	bench_frame(frame, 1000);
	assert_false(wireless_send(frame, sizeof(frame)));
	user_run(3000000);
	assert_true(driver.connects > joins);
	connected(11, WIFI_AUTH_WPA2_PSK);
	user_run(50000);
	assert_true(user.carrier);
	assert_int_equal(user.carriers, 2);
	assert_non_null(strstr(user.log, "joined network, channel 11"));
}

static void a_wrong_password_is_told_and_not_tried_all_the_time(void **state)
{
	unsigned joins;

	(void)state;
	user_run(11000000);
	disconnected(WIFI_REASON_BEACON_TIMEOUT);
	user_run(3000000);
	user.log[0] = 0;
	joins = driver.connects;
	for (int i = 0; i < 60; i++) {
		disconnected(WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT);
		user_run(1000000);
	}
	assert_false(user.carrier);
	assert_in_range(driver.connects - joins, 2, 30);
	assert_non_null(strstr(user.log, "next try in"));
}

/* ---- a hearer that is busy: while it tells the radio something, it takes nothing ---- */

static struct {
	bool busy;
	unsigned messages;
} hearer;

static bool hearer_message(void *unused, const uint8_t *message, size_t n)
{
	(void)unused;
	(void)message;
	(void)n;
	hearer.messages += !hearer.busy;
	return !hearer.busy;
}

/* The loop is woken, and the next poll brings it. */
static void hearer_is_woken_and_told(void)
{
	unsigned before = hearer.messages;

	assert_true(user.woken);
	(void)local_radio()->poll(user.now);
	assert_int_equal(hearer.messages, before);
	hearer.busy = false;
	(void)local_radio()->poll(user.now);
	assert_int_equal(hearer.messages, before + 1);
	hearer.busy = true;
	user.woken = false;
}

static void what_finds_its_hearer_busy_wakes_the_loop(void **state)
{
	static const struct local_radio_events events = {hearer_message, user_frame};
	const struct local_radio *radio = local_radio();
	struct ptl_control_writer question;

	(void)state;
	radio->session(user.now, false);
	radio->start(&events, user.now);
	hearer.busy = true;
	user.woken = false;
	radio->session(user.now, true);
	hearer_is_woken_and_told();
	ptl_control_begin(&question, PTL_M_GET, 1, PTL_IF_RADIO);
	ptl_put_flag(&question, PTL_F_POWER_SAVE);
	assert_true(radio->message(user.now, question.bytes, question.n));
	hearer_is_woken_and_told();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_joins_as_its_settings_say),
		cmocka_unit_test(frames_go_both_ways),
		cmocka_unit_test(a_user_without_room_gets_its_frames_later),
		cmocka_unit_test(a_network_that_goes_is_joined_again),
		cmocka_unit_test(a_wrong_password_is_told_and_not_tried_all_the_time),
		cmocka_unit_test(what_finds_its_hearer_busy_wakes_the_loop),
	};

	return cmocka_run_group_tests_name(FAMILY " as a local radio", tests, NULL, NULL);
}
