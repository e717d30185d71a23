// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that is reached by its network only goes into another one, in the scripted air, in
 * virtual time: it is in the one or in the other afterwards, and in the flash is what works.
 */
#include "nor.h"
#include "wireless_bench.h"

#include "change.h"

#include <pigtail/wifi.h>

static struct {
	struct nor nor;
	struct ptl_store store;
	struct wireless_settings other;
	struct ptl_bss found[16];
	unsigned found_n;
} d;

static const struct wireless_settings home = {.ssid = "home", .passphrase = "correct horse"};

static void flash_is_new(void)
{
	assert_true(nor_open(&d.nor, 2 * 4096, 4096, 1));
	assert_true(ptl_store_open(&d.store, &d.nor.seam, 0, 4096));
	assert_true(wireless_settings_write(&d.store, &home));
}

static int set_up_device(void **state)
{
	const struct change_config config = {&w.settings, &d.store, on_log};

	set_up(state);
	memset(&d, 0, sizeof(d));
	flash_is_new();
	put_ap(2, "cafe", PTL_AKM_PSK, "battery staple");
	w.air.ap_count = 3;
	change_start(&config);
	begin("home", "correct horse");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	nor_close(&d.nor);
	return 0;
}

static void pass_with_changes(ptl_time us)
{
	for (ptl_time end = w.now + us; w.now < end;) {
		ptl_time step = change_poll(w.now);

		pass(step <= w.now ? MS : step < w.now + 50 * MS ? step - w.now : 50 * MS);
	}
	(void)change_poll(w.now);
}

static void want(const char *ssid, const char *passphrase, bool keep)
{
	strcpy(d.other.ssid, ssid);
	strcpy(d.other.passphrase, passphrase);
	assert_true(change_begin(w.now, &d.other, keep));
}

static void assert_is_in(const char *ssid)
{
	assert_true(w.in);
	assert_string_equal(wireless_view()->ssid, ssid);
}

static void assert_kept(const char *ssid, const char *passphrase)
{
	struct wireless_settings read;

	assert_true(ptl_store_open(&d.store, &d.nor.seam, 0, 4096));
	wireless_settings_read(&d.store, &read);
	assert_string_equal(read.ssid, ssid);
	assert_string_equal(read.passphrase, passphrase);
}

static void assert_wiped(void)
{
	static const struct wireless_settings none;

	assert_memory_equal(&d.other, &none, sizeof(none));
}

/* ---- stories ---- */

static void another_network_is_kept_when_a_user_has_come_through_it(void **state)
{
	(void)state;
	pass_with_changes(5 * SECOND);
	assert_is_in("home");
	want("cafe", "battery staple", true);
	assert_false(w.in);
	assert_false(change_begin(w.now, &d.other, true)); /* one at a time */
	change_reached(w.now);				   /* of the last one */
	pass_with_changes(10 * SECOND);
	assert_is_in("cafe");
	assert_int_equal(change_state(), CHANGE_PROVES);
	assert_kept("home", "correct horse");
	change_reached(w.now);
	assert_int_equal(change_state(), CHANGE_NONE);
	assert_kept("cafe", "battery staple");
	assert_wiped();
	pass_with_changes(400 * SECOND);
	assert_is_in("cafe");
	assert_null(strstr(w.log, "staple"));
}

static void one_that_nobody_comes_through_is_left(void **state)
{
	(void)state;
	pass_with_changes(5 * SECOND);
	want("cafe", "battery staple", true);
	pass_with_changes(170 * SECOND);
	assert_is_in("cafe");
	pass_with_changes(30 * SECOND);
	assert_is_in("home");
	assert_kept("home", "correct horse");
	assert_wiped();
	assert_said("home: back to it\n");
}

static void one_that_cannot_be_joined_is_left_at_once(void **state)
{
	const char *ssid;

	(void)state;
	pass_with_changes(5 * SECOND);
	want("cafe", "wrong horse", true);
	pass_with_changes(10 * SECOND);
	assert_is_in("home");
	assert_string_equal(change_failure(&ssid), "wrong password");
	assert_string_equal(ssid, "cafe");
	assert_wiped();
	want("nowhere", "", true);
	pass_with_changes(20 * SECOND);
	assert_is_in("home");
	assert_string_equal(change_failure(&ssid), "no such network in reach");
	change_reached(w.now);
	assert_kept("home", "correct horse");
}

static void one_with_a_radio_that_falls_silent_as_well(void **state)
{
	const char *ssid;

	(void)state;
	pass_with_changes(5 * SECOND);
	w.deaf = true;
	want("cafe", "battery staple", true);
	pass_with_changes(60 * SECOND);
	w.deaf = false;
	pass_with_changes(60 * SECOND);
	assert_is_in("home");
	assert_non_null(change_failure(&ssid));
}

static void one_that_is_not_to_be_kept_is_there_until_the_next_start(void **state)
{
	(void)state;
	pass_with_changes(5 * SECOND);
	want("cafe", "battery staple", false);
	pass_with_changes(10 * SECOND);
	change_reached(w.now);
	pass_with_changes(400 * SECOND);
	assert_is_in("cafe");
	assert_kept("home", "correct horse");
}

static void a_full_flash_is_told(void **state)
{
	(void)state;
	pass_with_changes(5 * SECOND);
	want("cafe", "battery staple", true);
	pass_with_changes(10 * SECOND);
	d.nor.dead = true;
	change_reached(w.now);
	assert_said("cafe: the flash takes it not; it stays until the next start\n");
}

static void it_leaves_and_forgets(void **state)
{
	(void)state;
	pass_with_changes(5 * SECOND);
	assert_true(change_leave(w.now, false));
	pass_with_changes(100 * MS);
	assert_true(w.in); /* what it answers still goes out */
	pass_with_changes(100 * SECOND);
	assert_false(w.in);
	assert_kept("home", "correct horse");
	assert_true(change_leave(w.now, true));
	assert_kept("", "");
}

/* Power goes at each moment of writing: both are as before, or both as they are to be. */
static void a_name_never_has_the_passphrase_of_another(void **state)
{
	static const struct wireless_settings cafe = {.ssid = "cafe",
						      .passphrase = "battery staple"};
	struct wireless_settings read;
	unsigned cuts = 0, with_new = 0;
	bool well = false;

	(void)state;
	for (; !well; cuts++) {
		nor_close(&d.nor);
		flash_is_new();
		d.nor.power_cut_at = d.nor.operations + cuts;
		well = wireless_settings_write(&d.store, &cafe);
		nor_power_up(&d.nor);
		assert_true(ptl_store_open(&d.store, &d.nor.seam, 0, 4096));
		wireless_settings_read(&d.store, &read);
		if (!strcmp(read.ssid, "cafe")) {
			assert_string_equal(read.passphrase, "battery staple");
			with_new++;
		} else {
			assert_string_equal(read.ssid, "home");
			assert_string_equal(read.passphrase, "correct horse");
		}
	}
	assert_true(cuts >= 4 && with_new >= 2 && with_new < cuts);
	assert_kept("cafe", "battery staple");
}

static void on_found(const struct ptl_bss *bss)
{
	assert_true(d.found_n < COUNT(d.found));
	d.found[d.found_n++] = *bss;
}

/* It is built without room for what else a beacon says. */
static void a_scan_finds_names_however_long_beacons_are(void **state)
{
	static const char name[] = "a network of thirty-two letters!";
	unsigned there = 0;

	(void)state;
	put_ap(2, name, PTL_AKM_PSK, "battery staple");
	pass_with_changes(5 * SECOND);
	assert_true(wireless_scan(w.now, on_found));
	assert_true(wireless_view()->scanning);
	pass_with_changes(5 * SECOND);
	assert_false(wireless_view()->scanning);
	assert_int_equal(wireless_view()->scanned, PTL_STATUS_DONE);
	for (unsigned i = 0; i < d.found_n; i++)
		there += d.found[i].ssid_n == 32 && !memcmp(d.found[i].ssid, name, 32) &&
			 d.found[i].akms == PTL_AKM_PSK;
	assert_int_equal(there, 1);
	assert_is_in("home");
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, set_up_device, tear_down)
	const struct CMUnitTest tests[] = {
		STORY(another_network_is_kept_when_a_user_has_come_through_it),
		STORY(one_that_nobody_comes_through_is_left),
		STORY(one_that_cannot_be_joined_is_left_at_once),
		STORY(one_with_a_radio_that_falls_silent_as_well),
		STORY(one_that_is_not_to_be_kept_is_there_until_the_next_start),
		STORY(a_full_flash_is_told),
		STORY(it_leaves_and_forgets),
		STORY(a_name_never_has_the_passphrase_of_another),
		STORY(a_scan_finds_names_however_long_beacons_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
