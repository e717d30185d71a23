// SPDX-License-Identifier: GPL-2.0-only
/*
 * A station with nobody at the other end of a link, in the scripted air, in virtual time: it
 * joins, says why not, tries again, comes back, and is never in a network without a key that
 * has one.
 */
#include "nor.h"
#include "wireless_bench.h"

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

/* The words are the radio's, and gone when it has said them; the view stays. */
static void what_the_radio_says_when_it_goes_is_not_held(void **state)
{
	const char *why;
	struct ptl_control_writer left;

	(void)state;
	begin("home", "correct horse");
	pass(5 * SECOND);
	assert_true(wireless_view()->in);
	ptl_control_begin(&left, PTL_M_LEFT, 0, PTL_IF_STATION);
	ptl_put_uint(&left, PTL_F_REASON, 3);
	ptl_put_uint(&left, PTL_F_BY, PTL_BY_PEER);
	ptl_put_bytes(&left, PTL_F_TEXT, "kicked out", 10);
	(void)w.events->message(NULL, left.bytes, left.n);
	assert_false(wireless_view()->in);
	assert_said("home: lost: kicked out");
	why = wireless_view()->why;
	assert_non_null(why);
	assert_string_equal(why, "lost soon after it was joined");
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
		cmocka_unit_test_setup(what_the_radio_says_when_it_goes_is_not_held, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
