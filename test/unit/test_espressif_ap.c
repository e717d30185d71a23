/* SPDX-License-Identifier: GPL-2.0-only */
/* The ESP8266's access point and its stations, beside the station on one channel; what a
 * session sets; whatever the driver says at a wrong moment. */
#include "espressif_bench.h"

static const struct device_counters *counted(void)
{
	return device_counters(bench.device);
}

/* ---- the access point ---- */

static void begin_ap(struct ptl_control_writer *to, unsigned channel, const char *key)
{
	ptl_control_begin(to, PTL_M_AP_START, 0, PTL_IF_AP);
	ptl_put_text(to, PTL_F_SSID, "board");
	ptl_put_uint(to, PTL_F_CHANNEL, channel);
	if (key)
		ptl_put_text(to, PTL_F_PASSPHRASE, key);
}

static void start_ap(struct ptl_control_writer *to)
{
	heard.ap_started = 0;
	assert_int_equal(ptl_wifi_start(&wifi_host, bench.now, PTL_WIFI_AP, to),
			 PTL_STATUS_DONE);
	run(100000);
}

static void comes(uint8_t number)
{
	wifi_event_ap_staconnected_t event = {{2, 's', 't', 'a', 0, number}, number};

	happens(WIFI_EVENT_AP_STACONNECTED, &event);
	run(20000);
}

static void goes(uint8_t number)
{
	wifi_event_ap_stadisconnected_t event = {{2, 's', 't', 'a', 0, number}, number};

	happens(WIFI_EVENT_AP_STADISCONNECTED, &event);
	run(20000);
}

/* Frames of the host by its two addresses. */
static void send_from(const uint8_t mac[6], uint32_t number)
{
	uint8_t frame[FRAME_BYTES];

	bench_frame(frame, number);
	memcpy(frame + 6, mac, 6);
	(void)ptl_link_send(bench.host, bench.now, frame, sizeof(frame));
	run(50000);
}

static void an_access_point_and_its_stations(void **state)
{
	struct ptl_control_writer to;

	(void)state;
	power_up();
	begin_ap(&to, 6, "passphrase");
	ptl_put_flag(&to, PTL_F_HIDDEN);
	start_ap(&to);
	assert_int_equal(heard.ap_started, 1);
	assert_int_equal(driver.ap.authmode, WIFI_AUTH_WPA2_PSK);
	assert_int_equal(driver.ap.channel, 6);
	assert_true(driver.ap.ssid_hidden);
	assert_int_equal(driver.ap.max_connection, 4);
	assert_int_equal(wifi_light(true), LIGHT_ALL_WELL);
	comes(1);
	comes(2);
	assert_int_equal(heard.stations, 2);
	goes(1);
	goes(1); /* once is enough */
	assert_int_equal(heard.gone, 1);
	assert_int_equal(heard.station[5], 1);
	ptl_control_begin(&to, PTL_M_STATION_KICK, 0, PTL_IF_AP);
	ptl_put_bytes(&to, PTL_F_MAC, "\2sta\0\2", 6);
	(void)ptl_wifi_request(&wifi_host, bench.now, &to, &heard);
	run(50000);
	assert_int_equal(driver.kicked, 2);
	ptl_control_begin(&to, PTL_M_STATION_KICK, 0, PTL_IF_AP);
	ptl_put_bytes(&to, PTL_F_MAC, "\2sta\0\1", 6);
	(void)ptl_wifi_request(&wifi_host, bench.now, &to, &heard);
	run(50000);
	assert_int_equal(heard.status, PTL_STATUS_NO_SUCH);
	/* Its frames, and none of the station that is not joined. */
	driver.sent[0] = driver.sent[1] = 0;
	send_from(ap_mac, 50);
	assert_int_equal(driver.sent[1], 1);
	send_from((const uint8_t[]){2, 9, 9, 9, 9, 9}, 51); /* of a bridge behind it */
	assert_int_equal(driver.sent[1], 2);
	send_from(station_mac, 52);
	assert_int_equal(driver.sent[0], 0);
	(void)ptl_wifi_stop(&wifi_host, bench.now, PTL_WIFI_AP, 3);
	run(50000);
	assert_int_equal(driver.mode, WIFI_MODE_STA);
	goes(2);
	assert_int_equal(heard.gone, 1);
}

static void both_at_once_are_on_one_channel(void **state)
{
	struct ptl_control_writer to;

	(void)state;
	go_online(); /* on 6 */
	begin_ap(&to, 11, NULL);
	start_ap(&to);
	assert_int_equal(heard.ap_started, 0);
	assert_int_equal(heard.status, PTL_STATUS_CHANNEL);
	begin_ap(&to, 6, NULL);
	start_ap(&to);
	assert_int_equal(heard.ap_started, 1);
	driver.sent[0] = driver.sent[1] = 0;
	send_from(station_mac, 100);
	send_from(ap_mac, 101);
	assert_int_equal(driver.sent[0], 1);
	assert_int_equal(driver.sent[1], 1);
	/* The station is told to go where it cannot be at once; then it just goes, and the
	 * access point with it. */
	leave();
	heard.failed = heard.changes = 0;
	ptl_control_begin(&to, PTL_M_JOIN, 0, PTL_IF_STATION);
	ptl_put_text(&to, PTL_F_SSID, "network");
	ptl_put_uint(&to, PTL_F_CHANNEL, 1);
	(void)ptl_wifi_start(&wifi_host, bench.now, PTL_WIFI_STATION, &to);
	run(50000);
	assert_int_equal(heard.failed, 1);
	assert_int_equal(heard.failure, PTL_FAILURE_CHANNEL);
	assert_int_equal(ask_join("network", NULL), PTL_STATUS_DONE);
	run(50000);
	connected(1, WIFI_AUTH_OPEN);
	run(50000);
	assert_int_equal(heard.changes, 1);
	leave();
	(void)ptl_wifi_stop(&wifi_host, bench.now, PTL_WIFI_AP, 3);
	run(50000);
}

static void an_access_point_that_cannot_be(void **state)
{
	static const uint8_t pmk[32] = {1};
	struct ptl_control_writer to;

	(void)state;
	begin_ap(&to, 6, NULL);
	ptl_put_uint(&to, PTL_F_AKM, PTL_AKM_PSK);
	ptl_put_bytes(&to, PTL_F_PMK, pmk, sizeof(pmk));
	start_ap(&to);
	assert_int_equal(heard.status, PTL_STATUS_UNSUPPORTED);
	assert_non_null(strstr(heard.text, "passphrase"));
	begin_ap(&to, 6, "passphrase");
	ptl_put_uint(&to, PTL_F_AKM, PTL_AKM_SAE);
	start_ap(&to);
	assert_int_equal(heard.status, PTL_STATUS_UNSUPPORTED);
	driver.ap_says = ESP_FAIL;
	begin_ap(&to, 6, "passphrase");
	start_ap(&to);
	assert_int_equal(heard.status, PTL_STATUS_FAILED);
	assert_int_equal(driver.mode, WIFI_MODE_STA);
	driver.ap_says = ESP_OK;
	/* It never beacons. */
	driver.ap_silent = true;
	start_ap(&to);
	run(4000000);
	assert_int_equal(heard.status, PTL_STATUS_TIMEOUT);
	assert_int_equal(driver.mode, WIFI_MODE_STA);
	driver.ap_silent = false;
	start_ap(&to);
	assert_int_equal(heard.ap_started, 1);
	(void)ptl_wifi_stop(&wifi_host, bench.now, PTL_WIFI_AP, 3);
	run(50000);
}

/* ---- settings ---- */

static void ask(struct ptl_control_writer *to)
{
	unsigned before = heard.answers;

	assert_int_equal(ptl_wifi_request(&wifi_host, bench.now, to, &heard), PTL_STATUS_DONE);
	run(50000);
	assert_int_equal(heard.answers, before + 1);
}

static void settings_are_of_their_session(void **state)
{
	static const uint8_t mac[6] = {2, 7, 7, 7, 7, 7}, ours[6] = {1, 0, 0x5e, 0, 0, 1};
	static uint8_t to_others[FRAME_BYTES] = {1, 0, 0x5e, 0, 0, 2};
	struct ptl_control_writer to;
	bool lent = true;
	size_t n;

	(void)state;
	ptl_control_begin(&to, PTL_M_SET, 0, PTL_IF_STATION);
	ptl_put_bytes(&to, PTL_F_MULTICAST, ours, 6);
	ptl_put_bytes(&to, PTL_F_COUNTRY, "JP", 2);
	ptl_put_uint(&to, PTL_F_POWER_SAVE, 1);
	ptl_put_int(&to, PTL_F_TX_POWER, 10);
	ptl_put_bytes(&to, PTL_F_MAC, mac, 6);
	ask(&to);
	assert_int_equal(heard.status, PTL_STATUS_DONE);
	assert_string_equal(driver.country.cc, "JP");
	assert_int_equal(driver.country.nchan, 14);
	assert_int_equal(driver.country.policy, WIFI_COUNTRY_POLICY_MANUAL);
	assert_int_equal(driver.ps, WIFI_PS_MIN_MODEM);
	assert_int_equal(driver.power, 40);
	assert_memory_equal(driver.mac[ESP_IF_WIFI_STA], mac, 6);
	assert_true(driver.running);
	/* The host's end would not know this frame. */
	assert_int_equal(driver.on_frame[0](to_others, sizeof(to_others), &lent), ESP_OK);
	run(50000);
	assert_false(lent);
	ptl_control_begin(&to, PTL_M_GET, 0, PTL_IF_STATION);
	ptl_put_uint(&to, PTL_F_SETTING, PTL_F_MAC);
	ask(&to);
	assert_memory_equal(ptl_control_bytes(&heard.last, PTL_F_MAC, &n), mac, 6);
	ptl_control_begin(&to, PTL_M_GET, 0, PTL_IF_STATION);
	ptl_put_uint(&to, PTL_F_SETTING, PTL_F_TX_POWER);
	ask(&to);
	assert_int_equal(ptl_control_int(&heard.last, PTL_F_TX_POWER, 0), 10);
	/* Frames go under the new address. */
	assert_int_equal(ask_join("network", "a password"), PTL_STATUS_DONE);
	run(50000);
	connected(6, WIFI_AUTH_WPA2_PSK);
	run(50000);
	/* All or nothing, and not while joined. */
	driver.power = 78;
	ptl_control_begin(&to, PTL_M_SET, 0, PTL_IF_STATION);
	ptl_put_int(&to, PTL_F_TX_POWER, 12);
	ptl_put_bytes(&to, PTL_F_MAC, station_mac, 6);
	ask(&to);
	assert_int_equal(heard.status, PTL_STATUS_STATE);
	assert_int_equal(driver.power, 78);
	/* The host begins anew: as at the start. */
	host_restarts();
	bench_meet(&bench);
	run(50000);
	assert_int_equal(heard.readies, 2);
	assert_memory_equal(heard.info.mac, station_mac, 6);
	assert_memory_equal(driver.mac[ESP_IF_WIFI_STA], station_mac, 6);
	assert_int_equal(driver.country.policy, WIFI_COUNTRY_POLICY_AUTO);
	assert_int_equal(driver.ps, WIFI_PS_NONE);
	assert_int_equal(wifi_light(true), LIGHT_NO_WIFI);
}

static void settings_out_of_range(void **state)
{
	static const struct {
		enum ptl_field field;
		const char *bytes;
		int value;
	} cases[] = {
		{PTL_F_COUNTRY, "d1", 0},
		{PTL_F_TX_POWER, NULL, 30},
		{PTL_F_POWER_SAVE, NULL, 2},
		{PTL_F_MAC, "\3\0\0\0\0\1", 0}, /* a group's */
		{PTL_F_MAC, (const char *)ap_mac, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ptl_control_writer to;

		ptl_control_begin(&to, PTL_M_SET, 0, PTL_IF_STATION);
		if (cases[i].bytes)
			ptl_put_bytes(&to, cases[i].field, cases[i].bytes,
				      cases[i].field == PTL_F_MAC ? 6 : 2);
		else if (cases[i].field == PTL_F_TX_POWER)
			ptl_put_int(&to, cases[i].field, cases[i].value);
		else
			ptl_put_uint(&to, cases[i].field, (uint64_t)cases[i].value);
		ask(&to);
		if (heard.status != PTL_STATUS_BAD_VALUE || !heard.text[0])
			fail_msg("case %zu: %u %s", i, heard.status, heard.text);
	}
}

/* ---- whatever the driver says ---- */

static void any_event(struct prng *prng)
{
	wifi_event_sta_scan_done_t scanned = {(uint32_t)prng_below(prng, 2)};

	switch (prng_below(prng, 7)) {
	case 0:
		connected((uint8_t)prng_below(prng, 15), (wifi_auth_mode_t)prng_below(prng, 9));
		break;
	case 1:
		disconnected((uint8_t)prng_below(prng, 256));
		break;
	case 2:
		happens(WIFI_EVENT_SCAN_DONE, &scanned);
		break;
	case 3:
		happens(WIFI_EVENT_AP_START, NULL);
		break;
	case 4:
		comes((uint8_t)prng_below(prng, 12));
		break;
	case 5:
		goes((uint8_t)prng_below(prng, 12));
		break;
	default:
		for (unsigned i = prng_below(prng, 80); i > 0; i--) /* more than are kept */
			disconnected((uint8_t)prng_below(prng, 256));
		break;
	}
}

static void any_request(struct prng *prng)
{
	struct ptl_control_writer to;

	switch (prng_below(prng, 6)) {
	case 0:
		ptl_control_begin(&to, PTL_M_SCAN, 0, PTL_IF_STATION);
		(void)ptl_wifi_start(&wifi_host, bench.now, PTL_WIFI_SCAN, &to);
		break;
	case 1:
		(void)ask_join("network", prng_below(prng, 2) ? "a password" : NULL);
		break;
	case 2:
		(void)ptl_wifi_stop(&wifi_host, bench.now, PTL_WIFI_STATION, 3);
		break;
	case 3:
		begin_ap(&to, (unsigned)prng_below(prng, 15), "passphrase");
		(void)ptl_wifi_start(&wifi_host, bench.now, PTL_WIFI_AP, &to);
		break;
	case 4:
		(void)ptl_wifi_stop(&wifi_host, bench.now, PTL_WIFI_AP, 3);
		break;
	default:
		(void)ptl_wifi_stop(&wifi_host, bench.now, PTL_WIFI_SCAN, 0);
		break;
	}
}

static void whatever_the_driver_says_both_ends_agree(void **state)
{
	struct prng prng = story_seed("the driver's words", 23);

	(void)state;
	for (unsigned turn = 0; turn < 400; turn++) {
		any_event(&prng);
		if (prng_below(&prng, 2))
			any_request(&prng);
		run(random_from(&prng, 1000, 300000));
		if (turn % 20 != 19)
			continue;
		/* All calms down: each operation has ended or is known to both. */
		run(12000000);
		(void)ptl_wifi_stop(&wifi_host, bench.now, PTL_WIFI_SCAN, 0);
		(void)ptl_wifi_stop(&wifi_host, bench.now, PTL_WIFI_AP, 3);
		(void)ptl_wifi_stop(&wifi_host, bench.now, PTL_WIFI_STATION, 3);
		run(4000000);
		for (unsigned i = 0; i < PTL_WIFI_MACHINES; i++)
			assert_int_equal(ptl_wifi_state(&wifi_host, (enum ptl_wifi_machine)i),
					 PTL_WIFI_IDLE);
		assert_int_equal(driver.mode, WIFI_MODE_STA);
		go_online();
		leave();
	}
	assert_int_equal(counted()->radio_tx_dropped, 0);
}

/* The last one: it frees what the bench has. */
static void the_end(void **state)
{
	(void)state;
	assert_int_equal(wifi_host.counters.malformed, 0);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_access_point_and_its_stations),
		cmocka_unit_test(both_at_once_are_on_one_channel),
		cmocka_unit_test(an_access_point_that_cannot_be),
		cmocka_unit_test(settings_out_of_range),
		cmocka_unit_test(settings_are_of_their_session),
		cmocka_unit_test(whatever_the_driver_says_both_ends_agree),
		cmocka_unit_test(the_end),
	};

	return cmocka_run_group_tests_name(FAMILY ", access point", tests, NULL, NULL);
}
