/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose is a frame? A radio that is a station of a network and an access point of its own:
 *
 *	upstream -- (station)  radio  (access point) -- phone, lamp
 *	                         |
 *	                       host -- behind the access point, bridged: printer
 */
#include "story.h"

#include <pigtail/interfaces.h>

static const uint8_t station[6] = {2, 0, 0, 0, 0, 1}, ap[6] = {2, 0, 0, 0, 0, 2},
		     phone[6] = {2, 0, 0, 0, 1, 1}, lamp[6] = {2, 0, 0, 0, 1, 2},
		     upstream[6] = {2, 0, 0, 0, 2, 1}, printer[6] = {2, 0, 0, 0, 3, 1},
		     all[6] = {255, 255, 255, 255, 255, 255}, group[6] = {1, 0, 0x5e, 0, 0, 1};

struct flow {
	const char *what;
	const uint8_t *to, *from;
	uint8_t is;
};

static struct ptl_interfaces interfaces;

static int begin(void **state)
{
	(void)state;
	ptl_interfaces_init(&interfaces, station, ap);
	ptl_interfaces_ap(&interfaces, true);
	assert_true(ptl_interfaces_joined(&interfaces, phone));
	return 0;
}

static uint8_t ask(uint8_t (*whose)(const struct ptl_interfaces *, const uint8_t *, size_t),
		   const uint8_t *to, const uint8_t *from)
{
	uint8_t frame[60] = {0};

	memcpy(frame, to, 6);
	memcpy(frame + 6, from, 6);
	return whose(&interfaces, frame, sizeof(frame));
}

static void towards_the_host(void **state)
{
	static const struct flow flows[] = {
		{"to the station", station, upstream, PTL_IF_STATION},
		{"to all, upstream", all, upstream, PTL_IF_STATION},
		{"to the access point", ap, phone, PTL_IF_AP},
		{"to all, of a station", all, phone, PTL_IF_AP},
		{"to a group, of a station", group, phone, PTL_IF_AP},
		{"to one behind the host", printer, phone, PTL_IF_AP},
		{"of one that has not joined", all, lamp, PTL_IF_STATION},
		/* It went upstream, and our access point does not know yet. */
		{"to the station, of a station", station, phone, PTL_IF_STATION},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(flows); i++)
		if (ask(ptl_interfaces_to_host, flows[i].to, flows[i].from) != flows[i].is)
			fail_msg("%s", flows[i].what);
}

static void towards_the_radio(void **state)
{
	static const struct flow flows[] = {
		{"of the station", upstream, station, PTL_IF_STATION},
		{"of the station, to all", all, station, PTL_IF_STATION},
		{"of the access point", phone, ap, PTL_IF_AP},
		{"of the access point, to all", all, ap, PTL_IF_AP},
		{"of one behind the host", phone, printer, PTL_IF_AP},
		{"of one behind the host, to all", all, printer, PTL_IF_AP},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(flows); i++)
		if (ask(ptl_interfaces_to_radio, flows[i].to, flows[i].from) != flows[i].is)
			fail_msg("%s", flows[i].what);
}

static void without_an_access_point_all_is_the_stations(void **state)
{
	(void)state;
	ptl_interfaces_ap(&interfaces, false);
	assert_int_equal(ask(ptl_interfaces_to_host, ap, phone), PTL_IF_STATION);
	assert_int_equal(ask(ptl_interfaces_to_host, all, phone), PTL_IF_STATION);
	assert_int_equal(ask(ptl_interfaces_to_radio, all, printer), PTL_IF_STATION);
	assert_false(ptl_interfaces_joined(&interfaces, phone));
	/* The next one begins without stations. */
	ptl_interfaces_ap(&interfaces, true);
	assert_int_equal(ask(ptl_interfaces_to_host, all, phone), PTL_IF_STATION);
}

/* phone goes from our access point to the network upstream, and comes back. */
static void a_station_that_roams(void **state)
{
	(void)state;
	assert_true(ptl_interfaces_joined(&interfaces, lamp));
	ptl_interfaces_left(&interfaces, phone);
	assert_int_equal(ask(ptl_interfaces_to_host, all, phone), PTL_IF_STATION);
	assert_int_equal(ask(ptl_interfaces_to_host, station, phone), PTL_IF_STATION);
	assert_int_equal(ask(ptl_interfaces_to_host, all, lamp), PTL_IF_AP);
	ptl_interfaces_left(&interfaces, phone);
	assert_true(ptl_interfaces_has(&interfaces, lamp));
	assert_true(ptl_interfaces_joined(&interfaces, phone));
	assert_true(ptl_interfaces_joined(&interfaces, phone));
	assert_int_equal(ask(ptl_interfaces_to_host, all, phone), PTL_IF_AP);
	ptl_interfaces_left(&interfaces, phone);
	assert_false(ptl_interfaces_has(&interfaces, phone));
}

static void an_address_that_changes(void **state)
{
	(void)state;
	ptl_interfaces_set(&interfaces, PTL_IF_STATION, lamp);
	assert_int_equal(ask(ptl_interfaces_to_host, lamp, phone), PTL_IF_STATION);
	assert_int_equal(ask(ptl_interfaces_to_radio, upstream, lamp), PTL_IF_STATION);
	assert_int_equal(ask(ptl_interfaces_to_radio, upstream, station), PTL_IF_AP);
	ptl_interfaces_set(&interfaces, PTL_IF_AP, printer);
	assert_int_equal(ask(ptl_interfaces_to_host, printer, upstream), PTL_IF_AP);
	assert_int_equal(ask(ptl_interfaces_to_host, ap, upstream), PTL_IF_STATION);
}

/* The list, against a simpler one. */
static void many_stations_in_any_order(void **state)
{
	struct prng prng = story_seed("stations", 5);
	bool here[48] = {false};
	unsigned count = 1; /* phone */

	(void)state;
	for (unsigned i = 0; i < 5000; i++) {
		uint8_t n = (uint8_t)prng_below(&prng, COUNT(here));
		const uint8_t mac[6] = {2, 0, 0, 0, 9, n};

		if (prng_below(&prng, 2)) {
			bool had = here[n];

			here[n] |= count < PTL_STATIONS_MAX;
			count += here[n] && !had;
			assert_int_equal(ptl_interfaces_joined(&interfaces, mac), here[n]);
		} else {
			count -= here[n];
			here[n] = false;
			ptl_interfaces_left(&interfaces, mac);
		}
		for (uint8_t at = 0; at < COUNT(here); at++) {
			const uint8_t its[6] = {2, 0, 0, 0, 9, at};

			assert_int_equal(ptl_interfaces_has(&interfaces, its), here[at]);
		}
		assert_true(ptl_interfaces_has(&interfaces, phone));
	}
}

static void a_frame_cut_short(void **state)
{
	uint8_t frame[11] = {0};

	(void)state;
	memcpy(frame, ap, 6);
	assert_int_equal(ptl_interfaces_to_host(&interfaces, frame, 11), PTL_IF_STATION);
	assert_int_equal(ptl_interfaces_to_radio(&interfaces, frame, 0), PTL_IF_STATION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(towards_the_host, begin),
		cmocka_unit_test_setup(towards_the_radio, begin),
		cmocka_unit_test_setup(without_an_access_point_all_is_the_stations, begin),
		cmocka_unit_test_setup(a_station_that_roams, begin),
		cmocka_unit_test_setup(an_address_that_changes, begin),
		cmocka_unit_test_setup(many_stations_in_any_order, begin),
		cmocka_unit_test_setup(a_frame_cut_short, begin),
	};

	return cmocka_run_group_tests_name("interfaces", tests, NULL, NULL);
}
