// SPDX-License-Identifier: GPL-2.0-only
/*
 * A station with nobody at the other end of a link, in the scripted air, in virtual time: it
 * joins, says why not, tries again, comes back, and is never in a network without a key that
 * has one.
 *
 *	wireless.c --- local_radio (here) --- air_radio --- air
 */
#include "story.h"

#include "nor.h"
#include "wireless.h"

#include <pigtail/control.h>

#include "sim/air.h"

#define MS     1000u
#define SECOND 1000000u

static struct world {
	struct air air;
	struct air_ap aps[3];
	struct air_radio radio;
	struct ptl_share share;
	struct wireless_settings settings;
	const struct local_radio_events *events;
	ptl_time now;
	bool deaf;	      /* the radio answers to nothing */
	bool liar;	      /* it joins an open network and says so */
	bool busy;	      /* it has no room for messages now */
	bool set_in_its_ways; /* it does not answer to settings */
	bool in;	      /* as the station says */
	unsigned ups, downs;
	unsigned sessions, frames;
	unsigned joins; /* that the radio was asked for */
	ptl_time asked[64];
	char log[16384];
} w;

static bool radio_says(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	return w.events->message(NULL, message, n);
}

static void radio_start(const struct local_radio_events *events, ptl_time now)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 9};

	w.events = events;
	air_radio_init(&w.radio, &w.air, mac, radio_says, NULL, &w.share, now);
}

static void radio_session(ptl_time now, bool up)
{
	w.sessions += up;
	if (!w.deaf)
		air_radio_session(&w.radio, now, up);
}

static void radio_lies(void)
{
	static const uint8_t bssid[6] = {2, 9, 9, 9, 9, 9};
	struct ptl_control_writer joined;

	ptl_control_begin(&joined, PTL_M_JOINED, 0, PTL_IF_STATION);
	ptl_put_bytes(&joined, PTL_F_BSSID, bssid, 6);
	ptl_put_uint(&joined, PTL_F_CHANNEL, 1);
	ptl_put_uint(&joined, PTL_F_AKM, PTL_AKM_OPEN);
	(void)w.events->message(NULL, joined.bytes, joined.n);
}

static bool radio_message(ptl_time now, const uint8_t *message, size_t n)
{
	if (w.busy)
		return false;
	if (message[0] == PTL_M_JOIN) {
		assert_true(w.joins < COUNT(w.asked));
		w.asked[w.joins++] = now;
	}
	if (w.deaf || (w.set_in_its_ways && message[0] == PTL_M_SET))
		return true;
	return air_radio_message(&w.radio, now, message, n);
}

static bool radio_send(const uint8_t *frame, size_t n)
{
	(void)frame;
	(void)n;
	w.frames++;
	return true;
}

static ptl_time radio_poll(ptl_time now)
{
	if (w.deaf)
		return PTL_NEVER;
	if (w.liar && w.joins > 0 && !w.in)
		radio_lies();
	return air_radio_poll(&w.radio, now);
}

static const uint8_t radio_mac[6] = {2, 0, 0, 0, 0, 9};
static const struct local_radio radio = {
	radio_start, radio_session, radio_message, radio_send, radio_poll, radio_mac,
};

static void on_carrier(ptl_time now, bool up)
{
	(void)now;
	assert_true(up != w.in);
	w.in = up;
	w.ups += up;
	w.downs += !up;
}

static bool on_frame(const uint8_t *frame, size_t n)
{
	(void)frame;
	(void)n;
	assert_true(w.in);
	return true;
}

static void on_log(const char *line)
{
	assert_true(strlen(w.log) + strlen(line) + 2 < sizeof(w.log));
	strcat(strcat(w.log, line), "\n");
}

/* ---- the story's tools ---- */

static void begin(const char *ssid, const char *passphrase)
{
	const struct wireless_config config = {
		.radio = &radio,
		.settings = &w.settings,
		.carrier = on_carrier,
		.frame = on_frame,
		.log = on_log,
	};

	strcpy(w.settings.ssid, ssid);
	strcpy(w.settings.passphrase, passphrase);
	wireless_start(&config, w.now);
}

static void pass(ptl_time us)
{
	ptl_time end = w.now + us, next;

	while (w.now < end) {
		next = wireless_poll(w.now);
		if (next <= w.now)
			next = w.now + MS;
		w.now = next < end ? next : end;
	}
}

static void put_ap(unsigned i, const char *ssid, uint8_t akms, const char *key)
{
	struct air_ap *ap = &w.aps[i];

	*ap = (struct air_ap){.bssid = {2, 7, 7, 7, 7, (uint8_t)i},
			      .channel = (uint8_t)(1 + 5 * i),
			      .akms = akms,
			      .points = {{0, -50}},
			      .point_count = 1};
	strcpy(ap->ssid, ssid);
	ap->ssid_n = (uint8_t)strlen(ssid);
	strcpy(ap->key, key);
}

static int set_up(void **state)
{
	struct prng prng = story_seed("the air", 11);

	(void)state;
	memset(&w, 0, sizeof(w));
	w.now = 5 * SECOND;
	ptl_share_set(&w.share, 100000000, false, 0);
	put_ap(0, "other", PTL_AKM_OPEN, "");
	put_ap(1, "home", PTL_AKM_PSK, "correct horse");
	w.air = (struct air){.seed = prng_next(&prng), .aps = w.aps, .ap_count = 2};
	return 0;
}

static unsigned said(const char *what)
{
	unsigned n = 0;

	for (const char *at = w.log; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

#define assert_said(what)                                                                      \
	do {                                                                                   \
		if (!said(what))                                                               \
			print_error("no '%s' in:\n%s", what, w.log);                           \
		assert_true(said(what));                                                       \
	} while (0)

/* ---- stories ---- */

static void it_joins_and_says_so(void **state)
{
	static const uint8_t frame[60] = {1};

	(void)state;
	begin("home", "correct horse");
	assert_false(wireless_send(frame, sizeof(frame)));
	pass(5 * SECOND);
	assert_true(w.in);
	assert_said("joined home, channel 6, -50 dBm\n");
	assert_true(wireless_send(frame, sizeof(frame)));
	assert_int_equal(w.frames, 1);
	assert_int_equal(w.radio.power_save, 0);
}

static void a_wrong_password_is_told_and_tried_again_ever_more_rarely(void **state)
{
	(void)state;
	begin("home", "wrong horse");
	pass(300 * SECOND);
	assert_false(w.in);
	assert_said("home: wrong password; next try in 10 s\n");
	assert_said("home: wrong password; next try in 60 s\n");
	assert_true(w.joins >= 7 && w.joins <= 12);
	assert_true(w.asked[1] - w.asked[0] >= 10 * SECOND);
	assert_true(w.asked[w.joins - 1] - w.asked[w.joins - 2] >= 60 * SECOND);
	assert_null(strstr(w.log, "horse"));
}

static void the_right_one_at_last_is_joined(void **state)
{
	(void)state;
	begin("home", "wrong horse");
	pass(12 * SECOND);
	strcpy(w.settings.passphrase, "correct horse");
	pass(25 * SECOND);
	assert_true(w.in);
}

static void a_network_that_comes_later_is_joined(void **state)
{
	(void)state;
	w.aps[1].points[0] = (struct air_point){0, -120};
	w.aps[1].points[1] = (struct air_point){30000, -120};
	w.aps[1].points[2] = (struct air_point){30001, -40};
	w.aps[1].point_count = 3;
	begin("home", "correct horse");
	pass(29 * SECOND);
	assert_false(w.in);
	assert_said("home: no such network in reach; next try in 1 s\n");
	assert_said("; next try in 2 s\n");
	pass(65 * SECOND);
	assert_true(w.in);
}

static void a_network_that_goes_is_joined_again_when_it_is_back(void **state)
{
	(void)state;
	w.aps[1].points[0] = (struct air_point){0, -40};
	w.aps[1].points[1] = (struct air_point){60000, -40};
	w.aps[1].points[2] = (struct air_point){60001, -120};
	w.aps[1].points[3] = (struct air_point){90000, -120};
	w.aps[1].points[4] = (struct air_point){90001, -40};
	w.aps[1].point_count = 5;
	begin("home", "correct horse");
	pass(50 * SECOND);
	assert_true(w.in);
	pass(35 * SECOND);
	assert_false(w.in);
	assert_said("home: lost: ");
	pass(70 * SECOND);
	assert_true(w.in);
	assert_int_equal(w.ups, 2);
	assert_int_equal(w.downs, 1);
	assert_int_equal(said("joined home"), 2);
}

static void an_open_network_of_that_name_is_never_joined(void **state)
{
	(void)state;
	put_ap(1, "home", PTL_AKM_OPEN, "");
	begin("home", "correct horse");
	pass(200 * SECOND);
	assert_true(w.joins > 3);
	assert_int_equal(w.ups, 0);
	assert_int_equal(said("this one is open"), 0); /* the radio was not asked for one */
}

static void nor_from_a_radio_that_joins_it_all_the_same(void **state)
{
	(void)state;
	put_ap(1, "home", PTL_AKM_OPEN, "");
	w.liar = true;
	begin("home", "correct horse");
	pass(60 * SECOND);
	assert_said("home: this one is open, and a passphrase is set; next try in 10 s\n");
	assert_int_equal(w.ups, 0);
	assert_int_equal(w.frames, 0);
}

static void an_open_network_is_joined_where_no_passphrase_is_set(void **state)
{
	(void)state;
	begin("other", "");
	pass(5 * SECOND);
	assert_true(w.in);
	assert_said("joined other, channel 1");
}

static void a_hidden_one_is_joined(void **state)
{
	(void)state;
	w.aps[1].hidden = true;
	begin("home", "correct horse");
	pass(10 * SECOND);
	assert_true(w.in);
}

static void a_radio_that_says_nothing_is_asked_again(void **state)
{
	(void)state;
	w.deaf = true;
	begin("home", "correct horse");
	pass(21 * SECOND);
	assert_int_equal(w.sessions, 5);
	assert_said("the radio does not answer; it is asked again\n");
	w.deaf = false;
	pass(10 * SECOND);
	assert_true(w.in);
}

static void a_radio_that_restarts_is_joined_by_anew(void **state)
{
	(void)state;
	begin("home", "correct horse");
	pass(20 * SECOND);
	assert_true(w.in);
	air_radio_session(&w.radio, w.now, true); /* READY, with nothing joined */
	pass(MS);
	assert_false(w.in);
	pass(5 * SECOND);
	assert_true(w.in);
}

static void a_radio_without_room_is_waited_for(void **state)
{
	(void)state;
	w.busy = true;
	begin("home", "correct horse");
	pass(2 * SECOND);
	assert_int_equal(w.joins, 0);
	w.busy = false;
	pass(8 * SECOND);
	assert_true(w.in);
}

static void a_country_is_set_before_the_join(void **state)
{
	(void)state;
	strcpy(w.settings.country, "DE");
	begin("home", "correct horse");
	pass(5 * SECOND);
	assert_memory_equal(w.radio.country, "DE", 2);
	assert_true(w.in);
	set_up(NULL);
	w.set_in_its_ways = true;
	strcpy(w.settings.country, "DE");
	begin("home", "correct horse");
	pass(5 * SECOND);
	assert_said("home: the radio does not take the country: timed out\n");
	assert_true(w.in);
}

/* A radio that says whatever it likes: nothing is believed that does not fit. */
static void a_radio_that_babbles_does_no_harm(void **state)
{
	struct prng prng = story_seed("babble", 17);
	uint8_t bytes[PTL_CONTROL_MAX];

	(void)state;
	begin("home", "correct horse");
	for (unsigned i = 0; i < 20000; i++) {
		size_t n = random_from(&prng, 1, 40);

		random_bytes(&prng, bytes, n);
		bytes[0] = (uint8_t)random_from(&prng, 0xbf, 0xd0);
		bytes[1] = 0;
		w.joins = 0;
		w.log[0] = 0;
		(void)w.events->message(NULL, bytes, n);
		pass(100 * MS);
	}
	w.log[0] = 0;
	air_radio_session(&w.radio, w.now, true);
	w.joins = 0;
	pass(130 * SECOND);
	assert_true(w.in);
}

static void settings_are_read_as_they_were_written(void **state)
{
	static const struct wireless_settings written = {"home", "correct horse", "DE",
							 "10.0.0.2/24,10.0.0.1"};
	static const struct wireless_settings none;
	struct wireless_settings read;
	struct ptl_store store;
	struct nor nor;

	(void)state;
	assert_true(nor_open(&nor, 2 * 4096, 4096, 1));
	assert_true(ptl_store_open(&store, &nor.seam, 0, 4096));
	memset(&read, 0xff, sizeof(read));
	wireless_settings_read(&store, &read);
	assert_string_equal(read.ssid, "");
	assert_string_equal(read.passphrase, "");
	assert_true(wireless_settings_write(&store, &written));
	wireless_settings_read(&store, &read);
	assert_string_equal(read.ssid, written.ssid);
	assert_string_equal(read.passphrase, written.passphrase);
	assert_string_equal(read.country, written.country);
	assert_string_equal(read.address, written.address);
	/* Half a passphrase is none. */
	assert_true(ptl_store_set(&store, ".wifi.word",
				  "0123456789012345678901234567890123456789"
				  "012345678901234567890123",
				  64));
	wireless_settings_read(&store, &read);
	assert_string_equal(read.passphrase, "");
	assert_true(wireless_settings_write(&store, &none));
	assert_int_equal(ptl_store_get(&store, ".wifi.word", &read, sizeof(read)), -1);
	nor_close(&nor);
}

static void without_a_network_it_says_so_once(void **state)
{
	(void)state;
	begin("", "");
	pass(60 * SECOND);
	assert_string_equal(w.log, "no network is set\n");
	assert_int_equal(w.sessions, 0);
}

static void a_name_that_is_no_text_is_no_line_of_the_log(void **state)
{
	(void)state;
	begin("ho\n\x1bme", "");
	pass(5 * SECOND);
	assert_said("ho??me: no such network in reach");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_joins_and_says_so, set_up),
		cmocka_unit_test_setup(
			a_wrong_password_is_told_and_tried_again_ever_more_rarely, set_up),
		cmocka_unit_test_setup(the_right_one_at_last_is_joined, set_up),
		cmocka_unit_test_setup(a_network_that_comes_later_is_joined, set_up),
		cmocka_unit_test_setup(a_network_that_goes_is_joined_again_when_it_is_back,
				       set_up),
		cmocka_unit_test_setup(an_open_network_of_that_name_is_never_joined, set_up),
		cmocka_unit_test_setup(nor_from_a_radio_that_joins_it_all_the_same, set_up),
		cmocka_unit_test_setup(an_open_network_is_joined_where_no_passphrase_is_set,
				       set_up),
		cmocka_unit_test_setup(a_hidden_one_is_joined, set_up),
		cmocka_unit_test_setup(a_radio_that_says_nothing_is_asked_again, set_up),
		cmocka_unit_test_setup(a_radio_that_restarts_is_joined_by_anew, set_up),
		cmocka_unit_test_setup(a_radio_without_room_is_waited_for, set_up),
		cmocka_unit_test_setup(a_country_is_set_before_the_join, set_up),
		cmocka_unit_test_setup(a_radio_that_babbles_does_no_harm, set_up),
		cmocka_unit_test(settings_are_read_as_they_were_written),
		cmocka_unit_test_setup(without_a_network_it_says_so_once, set_up),
		cmocka_unit_test_setup(a_name_that_is_no_text_is_no_line_of_the_log, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
