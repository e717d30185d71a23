/* SPDX-License-Identifier: GPL-2.0-only */
/* What the host asks of the ESP8266's radio, and what a made-up Wi-Fi driver makes of it:
 * scan, join and its ends. test_espressif_ap.c has the rest. */
#include "espressif_bench.h"

/* ---- the scan ---- */

static wifi_ap_record_t *add_record(const char *ssid, uint8_t channel, wifi_auth_mode_t mode)
{
	wifi_ap_record_t *record = &driver.records[driver.record_count++];

	*record = (wifi_ap_record_t){.primary = channel,
				     .rssi = -50,
				     .authmode = mode,
				     .pairwise_cipher = WIFI_CIPHER_TYPE_CCMP,
				     .group_cipher = WIFI_CIPHER_TYPE_CCMP,
				     .phy_11b = 1,
				     .phy_11g = 1,
				     .phy_11n = 1};
	record->bssid[0] = 2;
	record->bssid[5] = (uint8_t)driver.record_count;
	memcpy(record->ssid, ssid, strlen(ssid));
	return record;
}

static void begin_scan(struct ptl_control_writer *to)
{
	heard.bss_count = heard.scans_done = 0;
	assert_int_equal(ptl_wifi_start(&wifi_host, bench.now, PTL_WIFI_SCAN, to),
			 PTL_STATUS_DONE);
	run(20000);
}

/* The driver hears each channel out, n of them. */
static void channels_pass(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		wifi_event_sta_scan_done_t done = {0};

		happens(WIFI_EVENT_SCAN_DONE, &done);
		run(300000);
	}
}

/* The elements are made up, and each is one that hosts read. */
static void a_scan_has_elements_to_choose_by(void **state)
{
	static const struct {
		wifi_auth_mode_t mode;
		uint8_t akms, suites;
		uint8_t suite[2], capability;
	} cases[] = {
		{WIFI_AUTH_OPEN, PTL_AKM_OPEN, 0, {0}, 0},
		{WIFI_AUTH_WEP, 0, 0, {0}, 0},
		{WIFI_AUTH_WPA2_PSK, PTL_AKM_PSK, 1, {2}, 0},
		{WIFI_AUTH_WPA3_PSK, PTL_AKM_SAE, 1, {8}, 0xc0},
		{WIFI_AUTH_WPA2_WPA3_PSK, PTL_AKM_PSK | PTL_AKM_SAE, 2, {2, 8}, 0x80},
		{WIFI_AUTH_WPA_WPA2_PSK, PTL_AKM_PSK | PTL_AKM_WPA1, 1, {2}, 0},
		{WIFI_AUTH_WPA2_ENTERPRISE, 0, 0, {0}, 0},
	};
	struct ptl_control_writer to;

	(void)state;
	power_up();
	assert_true(heard.info.capabilities & PTL_CAN_BOTH);
	assert_int_equal(heard.info.channel_count, 13);
	for (size_t i = 0; i < COUNT(cases); i++)
		add_record("a network", 6, cases[i].mode)->wps = i == 2;
	driver.records[5].group_cipher = WIFI_CIPHER_TYPE_TKIP;
	ptl_control_begin(&to, PTL_M_SCAN, 0, PTL_IF_STATION);
	ptl_put_bytes(&to, PTL_F_CHANNELS, "\6", 1);
	begin_scan(&to);
	assert_int_equal(driver.scan.channel, 6);
	channels_pass(1);
	run(2000000);
	assert_int_equal(heard.scans_done, 1);
	assert_int_equal(heard.status, PTL_STATUS_DONE);
	assert_int_equal(heard.bss_count, COUNT(cases));
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct ptl_bss *bss = &heard.bss[i];
		size_t n, vendor;
		const uint8_t *rsn;

		assert_int_equal(bss->akms, cases[i].akms);
		assert_int_equal(bss->ssid_n, 9);
		assert_int_equal(bss->signal, -50);
		assert_int_equal(!(bss->capability & 0x10), i == 0);
		assert_int_equal(ptl_elements_whole(bss->elements, bss->elements_n),
				 bss->elements_n);
		assert_non_null(ptl_elements_find(bss->elements, bss->elements_n, 45, &n));
		assert_int_equal(n, 26);
		assert_int_equal(
			ptl_elements_find(bss->elements, bss->elements_n, 221, &vendor) != NULL,
			i == 2 || i == 5);
		rsn = ptl_elements_find(bss->elements, bss->elements_n, 48, &n);
		assert_int_equal(rsn != NULL, cases[i].suites > 0);
		if (!rsn)
			continue;
		assert_int_equal(n, 16 + 4 * cases[i].suites);
		assert_int_equal(rsn[5], i == 5 ? 2 : 4); /* the group's */
		assert_int_equal(rsn[12], cases[i].suites);
		assert_int_equal(rsn[17], cases[i].suite[0]);
		if (cases[i].suites > 1)
			assert_int_equal(rsn[21], cases[i].suite[1]);
		assert_int_equal(rsn[n - 2], cases[i].capability);
	}
}

static void a_scan_goes_from_channel_to_channel(void **state)
{
	struct ptl_control_writer to;

	(void)state;
	driver.record_count = 0;
	driver.scans = 0;
	add_record("first", 1, WIFI_AUTH_OPEN);
	add_record("last", 13, WIFI_AUTH_WPA2_PSK);
	ptl_control_begin(&to, PTL_M_SCAN, 0, PTL_IF_STATION);
	ptl_put_text(&to, PTL_F_SSID, "one of them");
	begin_scan(&to);
	assert_string_equal(driver.scan_ssid, "one of them");
	channels_pass(13);
	assert_int_equal(driver.scans, 13);
	assert_int_equal(heard.scans_done, 1);
	assert_int_equal(heard.bss_count, 2);
	/* Stopped in the middle; the driver's last word comes late. */
	ptl_control_begin(&to, PTL_M_SCAN, 0, PTL_IF_STATION);
	begin_scan(&to);
	channels_pass(1);
	driver.scan_stops = 0;
	(void)ptl_wifi_stop(&wifi_host, bench.now, PTL_WIFI_SCAN, 0);
	run(100000);
	assert_int_equal(driver.scan_stops, 1);
	assert_int_equal(heard.scans_done, 1);
	channels_pass(1);
	assert_int_equal(heard.scans_done, 1);
	/* A driver that refuses, and one that never says anything. */
	driver.scan_says = ESP_FAIL;
	begin_scan(&to);
	run(100000);
	assert_int_equal(heard.status, PTL_STATUS_BUSY);
	driver.scan_says = ESP_OK;
	begin_scan(&to);
	run(5000000);
	assert_int_equal(heard.scans_done, 1);
	assert_int_equal(heard.status, PTL_STATUS_TIMEOUT);
	/* A channel that the chip does not have. */
	ptl_put_bytes(&to, PTL_F_CHANNELS, "\x24", 1);
	begin_scan(&to);
	assert_int_equal(heard.scans_done, 1);
	assert_int_equal(heard.status, PTL_STATUS_BAD_VALUE);
}

/* ---- the station ---- */

static void a_join_is_configured_as_it_was_asked(void **state)
{
	static const uint8_t pmk[32] = {0x01, 0xfe, [31] = 0xab};
	struct ptl_control_writer to;
	wifi_sta_config_t zero;

	(void)state;
	go_online();
	assert_memory_equal(driver.sta.ssid, "network", 8);
	assert_memory_equal(driver.sta.password, "a password", 11);
	assert_int_equal(driver.sta.threshold.authmode, WIFI_AUTH_WPA2_PSK);
	assert_true(driver.sta.pmf_cfg.capable);
	assert_int_equal(heard.association.channel, 6);
	assert_int_equal(heard.association.akms, PTL_AKM_PSK);
	leave();
	/* A PMK goes as text of 64 digits; WPA3 alone requires PMF. */
	ptl_control_begin(&to, PTL_M_JOIN, 0, PTL_IF_STATION);
	ptl_put_text(&to, PTL_F_SSID, "network");
	ptl_put_bytes(&to, PTL_F_PMK, pmk, sizeof(pmk));
	ptl_put_bytes(&to, PTL_F_BSSID, "\2\0\0\0\0\5", 6);
	ptl_put_uint(&to, PTL_F_CHANNEL, 11);
	(void)ptl_wifi_start(&wifi_host, bench.now, PTL_WIFI_STATION, &to);
	run(50000);
	assert_memory_equal(driver.sta.password, "01fe0000", 8);
	assert_memory_equal(driver.sta.password + 62, "ab", 2);
	assert_true(driver.sta.bssid_set);
	assert_int_equal(driver.sta.channel, 11);
	leave();
	ptl_control_begin(&to, PTL_M_JOIN, 0, PTL_IF_STATION);
	ptl_put_text(&to, PTL_F_SSID, "network");
	ptl_put_uint(&to, PTL_F_AKM, PTL_AKM_SAE);
	ptl_put_text(&to, PTL_F_PASSPHRASE, "a password");
	(void)ptl_wifi_start(&wifi_host, bench.now, PTL_WIFI_STATION, &to);
	run(50000);
	assert_int_equal(driver.sta.threshold.authmode, WIFI_AUTH_WPA3_PSK);
	assert_true(driver.sta.pmf_cfg.required);
	/* ESP-IDF's does the newer way of WPA3 only when told. */
	assert_int_equal(driver.sta.sae_pwe_h2e,
			 ESP8266 ? WPA3_SAE_PWE_UNSPECIFIED : WPA3_SAE_PWE_BOTH);
	leave();
	/* An open one joins no network with a key, and has none. */
	memset(&zero, 0, sizeof(zero));
	assert_int_equal(ask_join("cafe", NULL), PTL_STATUS_DONE);
	run(50000);
	assert_int_equal(driver.sta.threshold.authmode, WIFI_AUTH_OPEN);
	assert_memory_equal(driver.sta.password, zero.password, sizeof(zero.password));
	leave();
}

static void what_cannot_be_is_refused_with_a_reason(void **state)
{
	static const struct {
		unsigned akm; /* 0: not said */
		const char *key;
		bool pmk;
		const char *says;
	} cases[] = {
		{PTL_AKM_SAE, NULL, true, "passphrase"},
		{PTL_AKM_PSK, NULL, false, "wants a key"},
		{PTL_AKM_OPEN, "a password", false, "has no key"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		static const uint8_t pmk[32] = {1};
		struct ptl_control_writer to;

		heard.failed = driver.connects = 0;
		ptl_control_begin(&to, PTL_M_JOIN, 0, PTL_IF_STATION);
		ptl_put_text(&to, PTL_F_SSID, "network");
		ptl_put_uint(&to, PTL_F_AKM, cases[i].akm);
		if (cases[i].key)
			ptl_put_text(&to, PTL_F_PASSPHRASE, cases[i].key);
		if (cases[i].pmk)
			ptl_put_bytes(&to, PTL_F_PMK, pmk, sizeof(pmk));
		(void)ptl_wifi_start(&wifi_host, bench.now, PTL_WIFI_STATION, &to);
		run(50000);
		assert_int_equal(heard.failed, 1);
		assert_int_equal(driver.connects, 0);
		if (!strstr(heard.text, cases[i].says))
			fail_msg("case %zu: %s", i, heard.text);
	}
}

static void each_reason_has_its_failure(void **state)
{
	static const struct {
		uint8_t reason;
		enum ptl_failure failure;
		unsigned tries;
	} cases[] = {
		{WIFI_REASON_NO_AP_FOUND, PTL_FAILURE_NO_NETWORK, 2},
		{WIFI_REASON_4WAY_HANDSHAKE_TIMEOUT, PTL_FAILURE_WRONG_KEY, 1},
		{WIFI_REASON_HANDSHAKE_TIMEOUT, PTL_FAILURE_WRONG_KEY, 1},
		{WIFI_REASON_AUTH_FAIL, PTL_FAILURE_AUTHENTICATION, 1},
		{WIFI_REASON_ASSOC_FAIL, PTL_FAILURE_ASSOCIATION, 1},
		{5 /* too many stations */, PTL_FAILURE_ASSOCIATION, 1},
		{WIFI_REASON_AUTH_EXPIRE, PTL_FAILURE_TIMEOUT, 2},
		/* The vendor's own, of which each family has some. */
		{207, ESP8266 ? PTL_FAILURE_UNSUPPORTED : PTL_FAILURE_ASSOCIATION, 1},
		{210, ESP8266 ? PTL_FAILURE_ASSOCIATION : PTL_FAILURE_UNSUPPORTED, 1},
		{211, ESP8266 ? PTL_FAILURE_ASSOCIATION : PTL_FAILURE_NO_NETWORK,
		 ESP8266 ? 1 : 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		heard.failed = driver.connects = 0;
		assert_int_equal(ask_join("network", "a password"), PTL_STATUS_DONE);
		run(50000);
		for (unsigned j = 0; j < cases[i].tries; j++) {
			assert_int_equal(heard.failed, 0);
			assert_int_equal(driver.connects, j + 1);
			disconnected(cases[i].reason);
			run(50000);
		}
		assert_int_equal(heard.failed, 1);
		assert_int_equal(heard.failure, cases[i].failure);
	}
	/* None at all: the radio says so in time. */
	heard.failed = driver.disconnects = 0;
	assert_int_equal(ask_join("network", "a password"), PTL_STATUS_DONE);
	run(8900000);
	assert_int_equal(heard.failed, 1);
	assert_int_equal(heard.failure, PTL_FAILURE_TIMEOUT);
	assert_int_equal(driver.disconnects, 1);
	/* It is not told twice, and what comes too late is sent away. */
	disconnected(WIFI_REASON_ASSOC_LEAVE);
	connected(6, WIFI_AUTH_WPA2_PSK);
	run(50000);
	assert_int_equal(heard.failed, 1);
	assert_int_equal(driver.disconnects, 2);
	/* The driver refuses from the start. */
	driver.connect_says = ESP_FAIL;
	assert_int_equal(ask_join("network", "a password"), PTL_STATUS_DONE);
	run(50000);
	assert_int_equal(heard.failed, 2);
	driver.connect_says = ESP_OK;
}

static void who_loses_the_network_is_told_why(void **state)
{
	static const struct {
		uint8_t is, said;
		enum ptl_by by;
	} cases[] = {
		{WIFI_REASON_BEACON_TIMEOUT, 4, PTL_BY_RADIO},
		{3, 3, PTL_BY_PEER},
		{206, 1, PTL_BY_RADIO},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		go_online();
		heard.left = 0;
		disconnected(cases[i].is);
		run(50000);
		assert_int_equal(heard.left, 1);
		assert_int_equal(heard.reason, cases[i].said);
		assert_int_equal(heard.by, cases[i].by);
		assert_int_equal(wifi_light(true), LIGHT_NO_WIFI);
		assert_int_equal(ptl_wifi_state(&wifi_host, PTL_WIFI_STATION), PTL_WIFI_IDLE);
	}
}

/* Joined to one, asked for another: the first is let go before. */
static void a_join_while_joined_leaves_first(void **state)
{
	(void)state;
	go_online();
	driver.connects = driver.disconnects = heard.joined = 0;
	assert_int_equal(ask_join("another", "a password"), PTL_STATUS_DONE);
	run(50000);
	assert_int_equal(driver.disconnects, 1);
	assert_int_equal(driver.connects, 0);
	disconnected(WIFI_REASON_ASSOC_LEAVE);
	run(20000);
	assert_int_equal(driver.connects, 1);
	assert_memory_equal(driver.sta.ssid, "another", 8);
	disconnected(WIFI_REASON_ASSOC_LEAVE); /* an echo is no refusal */
	connected(1, WIFI_AUTH_WPA2_PSK);
	run(50000);
	assert_int_equal(heard.joined, 1);
	assert_int_equal(heard.association.channel, 1);
	/* The signal is told when it changes. */
	driver.rssi = -60;
	run(3000000);
	assert_int_equal(heard.signal, -60);
	heard.signals = 0;
	driver.rssi = -61;
	run(3000000);
	assert_int_equal(heard.signals, 0);
	/* The driver says nothing of what it let go: not waited for longer than half a second.
	 */
	driver.connects = 0;
	assert_int_equal(ask_join("network", "a password"), PTL_STATUS_DONE);
	run(600000);
	assert_int_equal(driver.connects, 1);
	leave();
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
		cmocka_unit_test(a_scan_has_elements_to_choose_by),
		cmocka_unit_test(a_scan_goes_from_channel_to_channel),
		cmocka_unit_test(a_join_is_configured_as_it_was_asked),
		cmocka_unit_test(what_cannot_be_is_refused_with_a_reason),
		cmocka_unit_test(each_reason_has_its_failure),
		cmocka_unit_test(who_loses_the_network_is_told_why),
		cmocka_unit_test(a_join_while_joined_leaves_first),
		cmocka_unit_test(the_end),
	};

	return cmocka_run_group_tests_name(FAMILY ", control", tests, NULL, NULL);
}
