// SPDX-License-Identifier: GPL-2.0-only
/*
 * What wpa_supplicant says, as Debian's 2.10 said it on mac80211_hwsim: events, a BSS,
 * STATUS. Then the same, cut and spoilt at random: whatever comes, what is read is whole.
 */
#include "story.h"

#include "host/net/wpa_text.h"

#include <string.h>

#define MAC(a, b, c, d, e, f) ((const uint8_t[6]){a, b, c, d, e, f})

static const char bss_wpa2[] =
	"id=0\nbssid=02:00:00:00:01:00\nfreq=2437\nbeacon_int=100\ncapabilities=0x0411\n"
	"qual=0\nnoise=-92\nlevel=-30\ntsf=1795861885663177\nage=2\n"
	"ie=0003706967010882848b960c1218240301062a010432043048606c30140100000fac040100000fac04"
	"0100000fac0200003b0251007f080400400200000040\n"
	"flags=[WPA2-PSK-CCMP][ESS]\nssid=pig\nsnr=62\nest_throughput=54000\nupdate_idx=1\n";

static const char status_joined[] =
	"bssid=02:00:00:00:00:00\nfreq=2437\nssid=pig\nid=0\nmode=station\n"
	"pairwise_cipher=CCMP\ngroup_cipher=CCMP\nkey_mgmt=WPA2-PSK\nwpa_state=COMPLETED\n"
	"address=02:00:00:00:01:00\n";

static void events_are_read(void **state)
{
	static const uint8_t ap[6] = {2, 0, 0, 0, 1, 0};
	struct wpa_event event;

	(void)state;
	wpa_event_read(&event, "<3>CTRL-EVENT-SCAN-RESULTS id=7");
	assert_int_equal(event.kind, WPA_SCANNED);
	assert_int_equal(event.number, 7);
	wpa_event_read(&event, "<3>CTRL-EVENT-SCAN-RESULTS ");
	assert_int_equal(event.kind, WPA_SCANNED);
	assert_int_equal(event.number, -1);
	wpa_event_read(&event, "<3>CTRL-EVENT-SCAN-FAILED ret=-16 retry=1");
	assert_int_equal(event.kind, WPA_SCAN_FAILED);
	assert_int_equal(event.status, -16);
	wpa_event_read(&event, "<3>CTRL-EVENT-CONNECTED - Connection to 02:00:00:00:01:00 "
			       "completed [id=0 id_str=]");
	assert_int_equal(event.kind, WPA_CONNECTED);
	assert_memory_equal(event.mac, ap, 6);
	wpa_event_read(&event, "<3>CTRL-EVENT-DISCONNECTED bssid=02:00:00:00:01:00 reason=4 "
			       "locally_generated=1");
	assert_int_equal(event.kind, WPA_DISCONNECTED);
	assert_memory_equal(event.mac, ap, 6);
	assert_int_equal(event.reason, 4);
	assert_true(event.local);
	wpa_event_read(&event, "<3>CTRL-EVENT-AUTH-REJECT 02:00:00:00:01:00 auth_type=3 "
			       "auth_transaction=2 status_code=1");
	assert_int_equal(event.kind, WPA_AUTH_REFUSED);
	assert_memory_equal(event.mac, ap, 6);
	assert_int_equal(event.status, 1);
	wpa_event_read(&event, "<3>AP-STA-CONNECTED 02:00:00:00:01:00");
	assert_int_equal(event.kind, WPA_STATION_ON);
	assert_memory_equal(event.mac, ap, 6);
	wpa_event_read(&event, "<3>CTRL-EVENT-REGDOM-CHANGE init=USER type=COUNTRY alpha2=DE");
	assert_int_equal(event.kind, WPA_COUNTRY);
	assert_string_equal(event.country, "DE");
	wpa_event_read(&event, "<3>CTRL-EVENT-SCAN-STARTED ");
	assert_int_equal(event.kind, WPA_OTHER);
}

/* The SSID stands within an event, and is somebody else's. */
static void an_ssid_is_not_taken_for_the_event(void **state)
{
	struct wpa_event event;

	(void)state;
	wpa_event_read(&event, "<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\"a reason=9\" "
			       "auth_failures=1 duration=10 reason=WRONG_KEY");
	assert_int_equal(event.kind, WPA_GAVE_UP);
	assert_true(event.wrong_key);
	wpa_event_read(&event, "<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\"x "
			       "reason=WRONG_KEY\" auth_failures=1 duration=10 "
			       "reason=CONN_FAILED");
	assert_int_equal(event.kind, WPA_GAVE_UP);
	assert_false(event.wrong_key);
}

static void a_bss_is_read(void **state)
{
	uint8_t elements[PTL_ELEMENTS_MAX];
	struct ptl_bss bss;

	(void)state;
	assert_true(wpa_bss_read(&bss, elements, bss_wpa2));
	assert_memory_equal(bss.bssid, MAC(2, 0, 0, 0, 1, 0), 6);
	assert_int_equal(bss.channel, 6);
	assert_int_equal(bss.signal, -30);
	assert_int_equal(bss.capability, 0x0411);
	assert_int_equal(bss.beacon_interval, 100);
	assert_int_equal(bss.tsf, 1795861885663177);
	assert_int_equal(bss.ssid_n, 3);
	assert_memory_equal(bss.ssid, "pig", 3);
	assert_int_equal(bss.akms, PTL_AKM_PSK);
	assert_int_equal(bss.elements_n, 63);
	assert_memory_equal(bss.elements, "\0\003pig", 5);
}

/* AKMs come from the elements: RSN with PSK and SAE, WPA's own, none, and a lie. */
static void kinds_of_keys_are_read(void **state)
{
	static const struct {
		const char *elements, *capabilities;
		uint8_t akms;
	} cases[] = {
		{"30180100000fac040100000fac040200000fac02000fac088000", "0x0011",
		 PTL_AKM_PSK | PTL_AKM_SAE},
		{"30140100000fac040100000fac040100000fac060000", "0x0011", PTL_AKM_PSK_SHA256},
		{"dd160050f20101000050f20201000050f20201000050f202", "0x0011", PTL_AKM_WPA1},
		{"0000", "0x0001", PTL_AKM_OPEN},
		{"0000", "0x0011", 0},
		{"300a0100000fac04ffff0000", "0x0011", 0},
		{"30120100000fac040100000fac04ffff000fac02", "0x0011", PTL_AKM_PSK},
	};
	uint8_t elements[PTL_ELEMENTS_MAX];
	struct ptl_bss bss;
	char text[300];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text),
			       "bssid=02:00:00:00:01:00\nfreq=5180\ncapabilities=%s\nie=%s\n",
			       cases[i].capabilities, cases[i].elements);
		assert_true(wpa_bss_read(&bss, elements, text));
		assert_int_equal(bss.channel, 36);
		assert_int_equal(bss.akms, cases[i].akms);
	}
}

static void what_is_no_bss_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"FAIL\n",
		"bssid=02:00:00:00:01:00\n",
		"bssid=02:00:00:00:01\nfreq=2412\n",
		"bssid=02:00:00:00:01:00\nfreq=2413\n",
		"bssid=02:00:00:00:01:00\nfreq=5955\n",
		"freq=2412\n",
	};
	uint8_t elements[PTL_ELEMENTS_MAX];
	struct ptl_bss bss;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(wpa_bss_read(&bss, elements, texts[i]));
}

static void lines_are_found(void **state)
{
	size_t n;
	const char *value = wpa_line(status_joined, "ssid", &n);

	(void)state;
	assert_non_null(value);
	assert_int_equal(n, 3);
	assert_memory_equal(value, "pig", 3); /* not bssid's */
	assert_int_equal(wpa_number(status_joined, "freq", 0), 2437);
	assert_int_equal(wpa_number(status_joined, "mode", -5), -5);
	assert_int_equal(wpa_akm(status_joined), PTL_AKM_PSK);
	assert_int_equal(wpa_akm("key_mgmt=SAE\n"), PTL_AKM_SAE);
	assert_int_equal(wpa_akm("key_mgmt=FT-PSK\n"), 0);
	assert_null(wpa_line(status_joined, "pig", &n));
}

/* Names of networks as SCAN_RESULTS of the same wpa_supplicant wrote them. */
static void names_are_found_in_the_table(void **state)
{
	static const char table[] =
		"bssid / frequency / signal level / flags / ssid\n"
		"02:00:00:00:00:00\t2437\t-30\t[WPA2-PSK-CCMP][ESS]\tpig pen\n"
		"02:00:00:00:01:00\t2412\t-30\t[ESS]\tK\\xc3\\xbc\\\"\\\\\n"
		"02:00:00:00:02:00\t2412\t-30\t[ESS]\t\n";
	char text[4 * 32 + 1];

	(void)state;
	wpa_ssid_text(text, (const uint8_t *)"pig pen", 7);
	assert_true(wpa_table_has(table, text));
	wpa_ssid_text(text, (const uint8_t *)"K\xc3\xbc\"\\", 5);
	assert_string_equal(text, "K\\xc3\\xbc\\\"\\\\");
	assert_true(wpa_table_has(table, text));
	assert_false(wpa_table_has(table, "pen"));
	assert_false(wpa_table_has("", "pen"));
}

static void channels_and_frequencies_agree(void **state)
{
	unsigned count = 0;

	(void)state;
	for (unsigned channel = 0; channel < 256; channel++) {
		unsigned mhz = wpa_frequency((uint8_t)channel);

		if (!mhz)
			continue;
		count++;
		assert_int_equal(wpa_channel(mhz), channel);
	}
	assert_int_equal(count, 14 + 177 - 36 + 1);
}

/* What comes is cut, and bytes of it are others. */
static void spoilt_text_does_no_harm(void **state)
{
	static const char *const texts[] = {
		bss_wpa2,
		status_joined,
		"<3>CTRL-EVENT-SSID-TEMP-DISABLED id=0 ssid=\"x\" duration=10 reason=WRONG_KEY",
		"<3>CTRL-EVENT-CONNECTED - Connection to 02:00:00:00:01:00 completed [id=0 "
		"id_str=]",
	};
	struct prng prng = story_seed("spoilt text", 3);
	uint8_t elements[PTL_ELEMENTS_MAX];
	struct wpa_event event;
	struct ptl_bss bss;
	char text[sizeof(bss_wpa2)];

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		const char *from = texts[random_from(&prng, 0, 3)];
		size_t n = random_from(&prng, 0, (uint32_t)strlen(from));

		memcpy(text, from, n);
		text[n] = 0;
		for (unsigned i = 0; n > 0 && i < random_from(&prng, 0, 8); i++)
			text[random_from(&prng, 0, (uint32_t)n - 1)] =
				(char)random_from(&prng, 1, 255);
		wpa_event_read(&event, text);
		(void)wpa_akm(text);
		if (wpa_bss_read(&bss, elements, text)) {
			assert_true(bss.channel > 0 && bss.ssid_n <= 32);
			assert_int_equal(ptl_elements_whole(bss.elements, bss.elements_n),
					 bss.elements_n);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_read),
		cmocka_unit_test(an_ssid_is_not_taken_for_the_event),
		cmocka_unit_test(a_bss_is_read),
		cmocka_unit_test(kinds_of_keys_are_read),
		cmocka_unit_test(what_is_no_bss_is_refused),
		cmocka_unit_test(lines_are_found),
		cmocka_unit_test(names_are_found_in_the_table),
		cmocka_unit_test(channels_and_frequencies_agree),
		cmocka_unit_test(spoilt_text_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
