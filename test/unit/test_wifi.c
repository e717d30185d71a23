// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's side of Wi-Fi control: each operation ends exactly once, whatever the radio
 * says, doesn't say, or says at the wrong time.
 */
/* memmem() */
#define _GNU_SOURCE
#include "wifi_owner.h"

static void a_join_and_its_end(void **state)
{
	struct owner owner;

	(void)state;
	begin(&owner);
	assert_int_equal(start(&owner, 0, PTL_WIFI_STATION), PTL_STATUS_STATE);
	say_ready(&owner, 0);
	assert_int_equal(owner.ready, 1);
	assert_int_equal(start(&owner, 0, PTL_WIFI_STATION), PTL_STATUS_DONE);
	assert_int_equal(owner.last[0], PTL_M_JOIN);
	assert_int_equal(start(&owner, 0, PTL_WIFI_STATION), PTL_STATUS_BUSY);
	say_joined(&owner, 5); /* before its answer: a lie */
	assert_int_equal(owner.joined, 0);
	assert_int_equal(owner.wifi.counters.unexpected, 1);
	say_answer(&owner, 10, owner.last[1], PTL_STATUS_DONE);
	say_joined(&owner, 20);
	say_joined(&owner, 21);
	check(&owner);
	assert_int_equal(owner.joined, 1);
	say_left(&owner, 30);
	say_left(&owner, 31);
	check(&owner);
	assert_int_equal(owner.left, 1);
	assert_int_equal(owner.reason, 4);
	assert_int_equal(owner.by, PTL_BY_PEER);
	assert_int_equal(owner.wifi.counters.unexpected, 3);
}

/* wpa_supplicant disconnects and connects in one breath. */
static void a_join_right_after_leaving(void **state)
{
	struct owner owner;
	uint8_t leave, join;

	(void)state;
	begin(&owner);
	say_ready(&owner, 0);
	start(&owner, 0, PTL_WIFI_STATION);
	say_answer(&owner, 1, owner.last[1], PTL_STATUS_DONE);
	say_joined(&owner, 2);
	assert_int_equal(ptl_wifi_stop(&owner.wifi, 3, PTL_WIFI_STATION, 3), PTL_STATUS_DONE);
	assert_int_equal(owner.last[0], PTL_M_LEAVE);
	leave = owner.last[1];
	assert_int_equal(owner.left, 1);
	assert_int_equal(owner.by, PTL_BY_HOST);
	assert_int_equal(start(&owner, 4, PTL_WIFI_STATION), PTL_STATUS_DONE);
	join = owner.last[1];
	say_answer(&owner, 5, leave, PTL_STATUS_DONE);
	check(&owner);
	say_answer(&owner, 6, join, PTL_STATUS_DONE);
	say_joined(&owner, 7);
	check(&owner);
	assert_int_equal(owner.joined, 2);
	/* And to another network, without leaving the first. */
	assert_int_equal(start(&owner, 8, PTL_WIFI_STATION), PTL_STATUS_DONE);
	assert_int_equal(owner.left, 2);
	say_answer(&owner, 9, owner.last[1], PTL_STATUS_DONE);
	say_failed(&owner, 10);
	check(&owner);
	assert_int_equal(owner.failure, PTL_FAILURE_WRONG_KEY);
	assert_int_equal(owner.wifi.counters.unexpected, 0);
}

static void each_operation_has_an_end(void **state)
{
	(void)state;
	/* answered: whether the radio says yes before it falls silent. */
	for (unsigned answered = 0; answered < 2; answered++) {
		struct owner owner;
		ptl_time now = 100, next;
		unsigned turns = 0;
		uint8_t ids[3];

		begin(&owner);
		say_ready(&owner, now);
		for (unsigned i = 0; i < PTL_WIFI_MACHINES; i++) {
			assert_int_equal(start(&owner, now, (enum ptl_wifi_machine)i),
					 PTL_STATUS_DONE);
			ids[i] = owner.last[1];
		}
		for (unsigned i = 0; answered && i < 2; i++)
			say_answer(&owner, now, ids[i], PTL_STATUS_DONE);
		while ((next = ptl_wifi_poll(&owner.wifi, now)) != PTL_NEVER) {
			assert_true(next > now);
			now = next;
			check(&owner);
			assert_true(++turns < 20);
		}
		assert_int_equal(owner.scans_done, 1);
		assert_int_equal(owner.status, PTL_STATUS_TIMEOUT);
		assert_int_equal(owner.failed, 1);
		assert_int_equal(owner.failure, PTL_FAILURE_SILENT);
		assert_int_equal(owner.aps_refused, 1);
		/* The supplicant gives up after 10 s. */
		assert_true(now < 100 + 20000000);
		assert_true(PTL_WIFI_JOIN_US < 10000000);
		/* A late yes is nobody's. */
		say_answer(&owner, now, ids[1], PTL_STATUS_DONE);
		say_joined(&owner, now);
		check(&owner);
		assert_int_equal(owner.joined, 0);
	}
}

static void a_late_answer_is_not_taken_for_anothers(void **state)
{
	struct owner owner;
	ptl_time now = 0;
	uint8_t old;

	(void)state;
	begin(&owner);
	say_ready(&owner, 0);
	start(&owner, 0, PTL_WIFI_AP);
	old = owner.last[1];
	while (owner.aps_refused == 0)
		now = ptl_wifi_poll(&owner.wifi, now);
	ptl_wifi_poll(&owner.wifi, now + PTL_WIFI_AP_US);
	assert_int_equal(start(&owner, now, PTL_WIFI_AP), PTL_STATUS_DONE);
	assert_int_not_equal(owner.last[1], old);
	say_answer(&owner, now, old, PTL_STATUS_DONE);
	check(&owner);
	assert_int_equal(owner.aps_started, 0);
	say_answer(&owner, now, owner.last[1], PTL_STATUS_DONE);
	assert_int_equal(owner.aps_started, 1);
}

static void a_restart_ends_all(void **state)
{
	(void)state;
	/* By the link's session, or by a READY out of the blue. */
	for (unsigned by_session = 0; by_session < 2; by_session++) {
		struct owner owner;
		struct ptl_control_writer to;

		begin(&owner);
		say_ready(&owner, 0);
		start(&owner, 0, PTL_WIFI_STATION);
		say_answer(&owner, 0, owner.last[1], PTL_STATUS_DONE);
		say_joined(&owner, 0);
		start(&owner, 0, PTL_WIFI_AP);
		say_answer(&owner, 0, owner.last[1], PTL_STATUS_DONE);
		start(&owner, 0, PTL_WIFI_SCAN);
		ptl_control_begin(&to, PTL_M_STATS, 0, PTL_IF_STATION);
		assert_int_equal(ptl_wifi_request(&owner.wifi, 0, &to, &owner),
				 PTL_STATUS_DONE);
		if (by_session)
			ptl_wifi_session(&owner.wifi);
		else
			say_ready(&owner, 1);
		check(&owner);
		assert_int_equal(owner.left, 1);
		assert_int_equal(owner.aps_stopped, 1);
		assert_int_equal(owner.scans_done, 1);
		assert_int_equal(owner.answers, 1);
		assert_int_equal(owner.gone, 1);
		assert_int_equal(owner.ready, by_session ? 1 : 2);
		assert_int_equal(ptl_wifi_ready(&owner.wifi), !by_session);
		assert_true(ptl_wifi_poll(&owner.wifi, 2) == PTL_NEVER);
	}
}

/* What the link does not take at once goes later, in order, and no key stays behind. */
static void a_full_link_loses_nothing(void **state)
{
	struct owner owner;
	struct ptl_control_writer to;

	(void)state;
	begin(&owner);
	say_ready(&owner, 0);
	owner.refuses = true;
	assert_int_equal(start(&owner, 0, PTL_WIFI_SCAN), PTL_STATUS_DONE);
	ptl_control_begin(&to, PTL_M_JOIN, 0, PTL_IF_STATION);
	ptl_put_text(&to, PTL_F_SSID, "pig");
	ptl_put_text(&to, PTL_F_PASSPHRASE, "a secret of ours");
	assert_int_equal(ptl_wifi_start(&owner.wifi, 0, PTL_WIFI_STATION, &to),
			 PTL_STATUS_DONE);
	owner.joins++;
	assert_int_equal(owner.sent, 0);
	owner.refuses = false;
	ptl_wifi_poll(&owner.wifi, 1);
	assert_int_equal(owner.sent, 2);
	assert_int_equal(owner.last[0], PTL_M_JOIN);
	assert_null(memmem(&owner.wifi, sizeof(owner.wifi), "a secret", 8));
	check(&owner);
	owner.refuses = true;
	for (unsigned i = 0; i < PTL_WIFI_OUTBOX; i++) {
		ptl_control_begin(&to, PTL_M_STATS, 0, PTL_IF_STATION);
		assert_int_equal(ptl_wifi_request(&owner.wifi, 0, &to, &owner),
				 PTL_STATUS_DONE);
	}
	ptl_control_begin(&to, PTL_M_STATS, 0, PTL_IF_STATION);
	assert_int_equal(ptl_wifi_request(&owner.wifi, 0, &to, &owner), PTL_STATUS_BUSY);
}

static void say_part(struct owner *owner, uint8_t bssid, size_t part, const uint8_t *elements,
		     size_t n, bool more)
{
	const uint8_t mac[6] = {2, 0, 0, 0, 0, bssid};
	struct ptl_control_writer to;

	ptl_control_begin(&to, PTL_M_BSS, 0, PTL_IF_STATION);
	ptl_put_bytes(&to, PTL_F_BSSID, mac, 6);
	ptl_put_uint(&to, PTL_F_CHANNEL, 11);
	ptl_put_int(&to, PTL_F_SIGNAL, -70);
	if (part)
		ptl_put_uint(&to, PTL_F_PART, part);
	ptl_put_bytes(&to, PTL_F_ELEMENTS, elements, n);
	if (more)
		ptl_put_flag(&to, PTL_F_MORE);
	give(owner, 0, &to);
}

static void a_bss_comes_in_parts(void **state)
{
	uint8_t elements[600];
	struct owner owner;

	(void)state;
	memset(elements, 0, sizeof(elements));
	memcpy(elements, "\0\3pig", 5);
	elements[5] = 221;
	elements[6] = 250;
	elements[257] = 222;
	elements[258] = 255;
	begin(&owner);
	say_ready(&owner, 0);
	say_part(&owner, 1, 0, elements, 5, false); /* nobody asked */
	start(&owner, 0, PTL_WIFI_SCAN);
	say_answer(&owner, 0, owner.last[1], PTL_STATUS_DONE);
	assert_int_equal(owner.bss, 0);
	say_part(&owner, 1, 0, elements, 300, true);
	say_part(&owner, 1, 300, elements + 300, 214, false);
	assert_int_equal(owner.bss, 1);
	assert_int_equal(owner.found.elements_n, 514);
	assert_memory_equal(owner.elements, elements, 514);
	assert_int_equal(owner.found.ssid_n, 3);
	assert_memory_equal(owner.found.ssid, "pig", 3);
	assert_int_equal(owner.found.signal, -70);
	/* Of another one, from the middle, or too long. */
	say_part(&owner, 1, 0, elements, 300, true);
	say_part(&owner, 2, 300, elements, 10, false);
	say_part(&owner, 1, 310, elements, 10, false);
	say_part(&owner, 1, 0, elements, 400, true);
	for (unsigned i = 1; i < 7; i++)
		say_part(&owner, 1, i * 400, elements, 400, true);
	assert_int_equal(owner.bss, 1);
	assert_true(owner.wifi.counters.bad_parts >= 3);
	/* A tail that lies. */
	say_part(&owner, 3, 0, elements, 256, false);
	assert_int_equal(owner.bss, 2);
	assert_int_equal(owner.found.elements_n, 5);
	assert_int_equal(owner.wifi.counters.bad_elements, 1);
}

/* Elements of another event don't disturb those of a BSS. */
static void an_event_between_the_parts(void **state)
{
	static const uint8_t elements[] = "\0\3pig\335\7abcdefg";
	struct ptl_control_writer to;
	struct owner owner;

	(void)state;
	begin(&owner);
	say_ready(&owner, 0);
	start(&owner, 0, PTL_WIFI_STATION);
	say_answer(&owner, 0, owner.last[1], PTL_STATUS_DONE);
	start(&owner, 0, PTL_WIFI_SCAN);
	say_answer(&owner, 0, owner.last[1], PTL_STATUS_DONE);
	say_part(&owner, 1, 0, elements, 8, true);
	ptl_control_begin(&to, PTL_M_JOINED, 0, PTL_IF_STATION);
	ptl_put_bytes(&to, PTL_F_BSSID, "\2\0\0\0\0\2", 6);
	ptl_put_uint(&to, PTL_F_CHANNEL, 6);
	ptl_put_bytes(&to, PTL_F_ELEMENTS, "\0\3cow", 5);
	give(&owner, 0, &to);
	assert_int_equal(owner.joined, 1);
	say_part(&owner, 1, 8, elements + 8, 6, false);
	assert_int_equal(owner.bss, 1);
	assert_int_equal(owner.found.elements_n, 14);
	assert_memory_equal(owner.elements, elements, 14);
	assert_int_equal(owner.wifi.counters.bad_parts, 0);
}

/* A radio that will not have a join still has what it had joined (SPEC 8.2: wholly or not
 * at all), which the owner was told that it left. */
static void a_refused_join_leaves_the_network_before(void **state)
{
	struct owner owner;

	(void)state;
	begin(&owner);
	say_ready(&owner, 0);
	start(&owner, 0, PTL_WIFI_STATION);
	say_answer(&owner, 1, owner.last[1], PTL_STATUS_DONE);
	say_joined(&owner, 2);
	start(&owner, 3, PTL_WIFI_STATION);
	assert_int_equal(owner.left, 1);
	say_answer(&owner, 4, owner.last[1], PTL_STATUS_UNSUPPORTED);
	check(&owner);
	assert_int_equal(owner.failed, 1);
	assert_int_equal(owner.last[0], PTL_M_LEAVE);
	say_left(&owner, 5); /* of the first: it was on its way */
	say_answer(&owner, 6, owner.last[1], PTL_STATUS_DONE);
	assert_int_equal(ptl_wifi_state(&owner.wifi, PTL_WIFI_STATION), PTL_WIFI_IDLE);
	assert_int_equal(owner.wifi.counters.unexpected, 0);
}

/* No SCAN_DONE follows a scan that was refused, also when it is stopped meanwhile. */
static void a_stopped_scan_can_be_refused(void **state)
{
	struct owner owner;
	uint8_t scan;

	(void)state;
	begin(&owner);
	say_ready(&owner, 0);
	start(&owner, 0, PTL_WIFI_SCAN);
	scan = owner.last[1];
	assert_int_equal(ptl_wifi_stop(&owner.wifi, 1, PTL_WIFI_SCAN, 0), PTL_STATUS_DONE);
	assert_int_equal(owner.scans_done, 0);
	say_answer(&owner, 2, scan, PTL_STATUS_UNSUPPORTED);
	assert_int_equal(owner.scans_done, 1);
	assert_int_equal(owner.status, PTL_STATUS_UNSUPPORTED);
	say_answer(&owner, 3, owner.last[1], PTL_STATUS_STATE);
	check(&owner);
	assert_int_equal(owner.wifi.counters.unexpected, 0);
	assert_true(ptl_wifi_poll(&owner.wifi, 4) == PTL_NEVER);
}

/* A yes that took its time, over a slow line, is still one while the join has patience. */
static void a_slow_yes_is_a_yes(void **state)
{
	struct owner owner;
	ptl_time now;

	(void)state;
	begin(&owner);
	say_ready(&owner, 0);
	start(&owner, 0, PTL_WIFI_STATION);
	for (now = 0; now < PTL_WIFI_ANSWER_US * 2; now += 100000)
		ptl_wifi_poll(&owner.wifi, now);
	say_answer(&owner, now, owner.last[1], PTL_STATUS_DONE);
	say_joined(&owner, now);
	check(&owner);
	assert_int_equal(owner.joined, 1);
}

/* Nor does a radio that finds networks for ever hold a scan for ever. */
static void a_scan_has_an_end_whatever_is_found(void **state)
{
	struct ptl_control_writer to;
	struct owner owner;
	ptl_time now = 0;

	(void)state;
	begin(&owner);
	say_ready(&owner, now);
	start(&owner, now, PTL_WIFI_SCAN);
	say_answer(&owner, now, owner.last[1], PTL_STATUS_DONE);
	ptl_control_begin(&to, PTL_M_BSS, 0, PTL_IF_STATION);
	ptl_put_bytes(&to, PTL_F_BSSID, "\2\0\0\0\0\2", 6);
	ptl_put_uint(&to, PTL_F_CHANNEL, 1);
	ptl_put_int(&to, PTL_F_SIGNAL, -50);
	while (owner.scans_done == 0) {
		now += PTL_WIFI_SCAN_US / 2;
		give(&owner, now, &to);
		ptl_wifi_poll(&owner.wifi, now);
		assert_true(now < 2 * PTL_WIFI_SCAN_ALL_US);
	}
	assert_true(now >= PTL_WIFI_SCAN_ALL_US);
	assert_int_equal(owner.status, PTL_STATUS_TIMEOUT);
	assert_int_equal(owner.last[0], PTL_M_SCAN_STOP);
	check(&owner);
}

static void random_message(struct prng *prng, struct owner *owner, ptl_time now)
{
	struct ptl_control_writer to = {.n = 0};
	size_t n = random_from(prng, 0, 40);

	switch (prng_below(prng, 9)) {
	case 0:
		random_bytes(prng, to.bytes, n);
		ptl_wifi_message(&owner->wifi, now, to.bytes, n);
		break;
	case 1:
		say_joined(owner, now);
		break;
	case 2:
		say_left(owner, now);
		break;
	case 3:
		say_failed(owner, now);
		break;
	case 4:
		if (prng_below(prng, 20) == 0)
			say_ready(owner, now);
		break;
	case 5:
		ptl_control_begin(&to, PTL_M_SCAN_DONE, 0, 0);
		ptl_put_uint(&to, PTL_F_STATUS, 0);
		give(owner, now, &to);
		break;
	case 6:
		ptl_control_begin(&to, PTL_M_AP_STOPPED, 0, 1);
		ptl_put_uint(&to, PTL_F_REASON, 1);
		give(owner, now, &to);
		break;
	default:
		say_answer(owner, now,
			   prng_below(prng, 4) ? owner->last[1] : (uint8_t)prng_next(prng),
			   prng_below(prng, 3) ? PTL_STATUS_DONE : PTL_STATUS_BUSY);
	}
}

/* The radio's READY and our JOIN, or AP_START, cross: it does what we think is over. */
static void what_crossed_a_ready_is_ended(void **state)
{
	struct ptl_control_writer to;
	struct owner owner;

	(void)state;
	begin(&owner);
	say_ready(&owner, 0);
	start(&owner, 0, PTL_WIFI_STATION);
	say_ready(&owner, 1);
	assert_int_equal(owner.failed, 1);
	say_answer(&owner, 2, owner.last[1], PTL_STATUS_DONE);
	assert_int_equal(owner.last[0], PTL_M_JOIN);
	say_joined(&owner, 3);
	assert_int_equal(owner.last[0], PTL_M_LEAVE);
	assert_int_equal(owner.joined, 0);
	assert_int_equal(ptl_wifi_state(&owner.wifi, PTL_WIFI_STATION), PTL_WIFI_STOPPING);
	say_joined(&owner, 4); /* once is enough */
	assert_int_equal(owner.sent, 2);
	say_answer(&owner, 5, owner.last[1], PTL_STATUS_DONE);
	assert_int_equal(ptl_wifi_state(&owner.wifi, PTL_WIFI_STATION), PTL_WIFI_IDLE);

	start(&owner, 6, PTL_WIFI_AP);
	say_ready(&owner, 7);
	ptl_control_begin(&to, PTL_M_STATION_JOINED, 0, PTL_IF_AP);
	ptl_put_bytes(&to, PTL_F_MAC, "\2\0\0\0\0\7", 6);
	give(&owner, 8, &to);
	assert_int_equal(owner.last[0], PTL_M_AP_STOP);
	assert_int_equal(owner.station, 0);
	/* A new one goes behind the stop. */
	assert_int_equal(start(&owner, 9, PTL_WIFI_AP), PTL_STATUS_DONE);
	say_answer(&owner, 10, owner.last[1], PTL_STATUS_DONE);
	assert_int_equal(owner.aps_started, 1);
	check(&owner);
}

/* Any owner, any radio, any link: the books balance at every moment, and when all are
 * silent they close. */
static void the_books_balance(void **state)
{
	struct prng prng = story_seed("books", 13);

	(void)state;
	for (unsigned story = 0; story < 300; story++) {
		struct owner owner;
		ptl_time now = 1000, next;
		unsigned turns = 0;

		begin(&owner);
		say_ready(&owner, now);
		for (unsigned step = 0; step < 300; step++) {
			enum ptl_wifi_machine machine =
				(enum ptl_wifi_machine)prng_below(&prng, PTL_WIFI_MACHINES);
			struct ptl_control_writer to;

			now += prng_below(&prng, 400000);
			owner.refuses = prng_below(&prng, 10) == 0;
			switch (prng_below(&prng, 8)) {
			case 0:
			case 1:
				start(&owner, now, machine);
				break;
			case 2:
				ptl_wifi_stop(&owner.wifi, now, machine, 3);
				break;
			case 3:
				ptl_control_begin(&to, PTL_M_STATS, 0, PTL_IF_STATION);
				owner.asked += ptl_wifi_request(&owner.wifi, now, &to,
								&owner) == PTL_STATUS_DONE;
				break;
			case 4:
				ptl_wifi_poll(&owner.wifi, now);
				break;
			default:
				random_message(&prng, &owner, now);
			}
			if (prng_below(&prng, 200) == 0)
				ptl_wifi_session(&owner.wifi);
			check(&owner);
			assert_true(owner.answers <= owner.asked);
		}
		owner.refuses = false;
		while ((next = ptl_wifi_poll(&owner.wifi, now)) != PTL_NEVER) {
			now = next;
			assert_true(++turns < 100);
		}
		check(&owner);
		assert_int_equal(owner.scans, owner.scans_done);
		assert_int_equal(owner.joins, owner.joined + owner.failed);
		assert_int_equal(owner.asked, owner.answers);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_join_and_its_end),
		cmocka_unit_test(a_join_right_after_leaving),
		cmocka_unit_test(each_operation_has_an_end),
		cmocka_unit_test(a_late_answer_is_not_taken_for_anothers),
		cmocka_unit_test(a_restart_ends_all),
		cmocka_unit_test(a_full_link_loses_nothing),
		cmocka_unit_test(a_bss_comes_in_parts),
		cmocka_unit_test(an_event_between_the_parts),
		cmocka_unit_test(a_refused_join_leaves_the_network_before),
		cmocka_unit_test(a_stopped_scan_can_be_refused),
		cmocka_unit_test(a_slow_yes_is_a_yes),
		cmocka_unit_test(a_scan_has_an_end_whatever_is_found),
		cmocka_unit_test(what_crossed_a_ready_is_ended),
		cmocka_unit_test(the_books_balance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
