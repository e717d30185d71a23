/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of a scripted air: what they mean, and what is said of one that is wrong. */
#include "story.h"

#include "host/net/air_file.h"

#include <string.h>
#include <unistd.h>

static struct air_script script;
static char error[384];

static int read_text(const char *text)
{
	char path[] = "/tmp/ptl-air-XXXXXX";
	int fd = mkstemp(path);
	int status;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
	status = air_file_read(path, &script, error, sizeof(error));
	(void)unlink(path);
	return status;
}

static void all_that_can_be_said(void **state)
{
	const struct air_ap *ap = script.aps;

	(void)state;
	assert_int_equal(read_text("seed = 0x11\n"
				   "[ap home]\n"
				   "key = correct horse\n"
				   "[ap two]\n"
				   "ssid = home\n"
				   "bssid = 02:00:00:00:00:07\n"
				   "channel = 13\n"
				   "security = wpa2+wpa3\n"
				   "key = correct horse\n"
				   "hidden = yes\n"
				   "signal = -40 -90.5@10 -60@12.5\n"
				   "period = 20\n"
				   "loss = 2.5%\n"
				   "fails = association 50%\n"
				   "net = tap:air0\n"
				   "[ap cafe]\n"
				   "[station phone]\n"
				   "ssid = mine\n"
				   "key = correct horse\n"
				   "mac = 02:00:00:00:00:09\n"
				   "from = 2.5\n"
				   "until = 10\n"
				   "signal = -61\n"
				   "loss = 1%\n"
				   "net = tap:phone0\n"
				   "[station lamp]\n"
				   "ssid = mine\n"),
			 0);
	assert_int_equal(script.air.seed, 17);
	assert_int_equal(script.air.ap_count, 3);
	assert_string_equal(ap->ssid, "home");
	assert_int_equal(ap->akms, PTL_AKM_PSK);
	assert_int_equal(ap->channel, 1);
	assert_int_equal(ap->points[0].signal, -50);
	assert_string_equal(ap->net, "user");
	ap++;
	assert_string_equal(ap->ssid, "home");
	assert_memory_equal(ap->bssid, "\2\0\0\0\0\7", 6);
	assert_int_equal(ap->channel, 13);
	assert_int_equal(ap->akms, PTL_AKM_PSK | PTL_AKM_SAE);
	assert_true(ap->hidden);
	assert_int_equal(ap->point_count, 3);
	assert_true(ap->points[0].at == 0 && ap->points[0].signal == -40);
	assert_true(ap->points[2].at == 12500 && ap->points[2].signal == -60);
	assert_true(air_signal(ap, 5000) == air_signal(ap, 25000));
	assert_int_equal(ap->loss, 25000);
	assert_int_equal(ap->failure, AIR_FAILS_ASSOCIATION);
	assert_int_equal(ap->failure_share, 500000);
	assert_string_equal(ap->net, "tap:air0");
	ap++;
	assert_int_equal(ap->akms, PTL_AKM_OPEN);
	assert_memory_not_equal(ap->bssid, script.aps[0].bssid, 6);
	assert_int_equal(script.air.visitor_count, 2);
	assert_string_equal(script.visitors[0].ssid, "mine");
	assert_memory_equal(script.visitors[0].mac, "\2\0\0\0\0\x09", 6);
	assert_int_equal(script.visitors[0].from, 2500);
	assert_int_equal(script.visitors[0].until, 10000);
	assert_int_equal(script.visitors[0].signal, -61);
	assert_int_equal(script.visitors[0].loss, 10000);
	assert_string_equal(script.visitors[0].net, "tap:phone0");
	assert_null(script.visitors[1].net);
	assert_int_equal(script.visitors[1].until, 0);
}

static void what_is_wrong_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text, *line, *says;
	} cases[] = {
		{"", "", "has no section [ap NAME]"},
		{"[station x]\n", ":1: ", "a station has an ssid"},
		{"[station x]\nssid = y\nfrom = 5\nuntil = 5\n", ":1: ", "before it comes"},
		{"[station x]\nfrom = soon\n", ":2: ", "no number of seconds"},
		{"[station x]\nbssid = 02:00:00:00:00:01\n", ":2: ", "no such key"},
		{"[station x]\nmac = 03:00:00:00:00:01\n", ":2: ", "mac"},
		{"[station x]\nssid = y\nmac = 02:00:00:00:00:01\n"
		 "[station z]\nssid = y\nmac = 02:00:00:00:00:01\n",
		 ":4: ", "another one has this mac"},
		{"seed = x\n", ":1: ", "seed 'x'"},
		{"channel = 1\n", ":1: ", "[ap NAME]"},
		{"[wire x]\n", ":1: ", "no such section"},
		{"[ap ]\n", ":1: ", "1 to 32 bytes"},
		{"[ap 123456789012345678901234567890123]\n", ":1: ", "1 to 32 bytes"},
		{"[ap x]\nchanel = 1\n", ":2: ", "no such key 'chanel'"},
		{"[ap x]\nchannel = 14\n", ":2: ", "1 to 13"},
		{"[ap x]\nchannel = 1.5\n", ":2: ", "1 to 13"},
		{"[ap x]\nbssid = 01:00:00:00:00:00\n", ":2: ", "bssid"},
		{"[ap x]\nbssid = here\n", ":2: ", "bssid"},
		{"[ap x]\nkey = short\n", ":2: ", "8 to 63"},
		{"[ap x]\nkey = correct horse\nsecurity = open\n", ":1: ", "has no key"},
		{"[ap x]\nsecurity = wpa3\n", ":1: ", "has a key"},
		{"[ap x]\nsecurity = wep\n", ":2: ", "security 'wep'"},
		{"[ap x]\nsignal =\n", ":2: ", "DBM@SECONDS"},
		{"[ap x]\nsignal = 5\n", ":2: ", "DBM@SECONDS"},
		{"[ap x]\nsignal = nan\n", ":2: ", "DBM@SECONDS"},
		{"[ap x]\nsignal = -50 -60@5 -70@5\n", ":2: ", "later"},
		{"[ap x]\nsignal = -50-60\n", ":2: ", "DBM@SECONDS"},
		{"[ap x]\nsignal = -1 -2@2 -3@3 -4@4 -5@5 -6@6 -7@7 -8@8 -9@9 -1@10 -1@11 "
		 "-1@12 -1@13 -1@14 -1@15 -1@16 -1@17\n",
		 ":2: ", "more than 16"},
		{"[ap x]\nsignal = -50 -60@9\nperiod = 8\n", ":1: ", "after its period"},
		{"[ap x]\nloss = 2\n", ":2: ", "0% to 100%"},
		{"[ap x]\nloss = 101%\n", ":2: ", "0% to 100%"},
		{"[ap x]\nfails = never\n", ":2: ", "fails 'never'"},
		{"[ap x]\nfails = silent often\n", ":2: ", "fails 'silent often'"},
		{"[ap x]\nhidden = perhaps\n", ":2: ", "yes or no"},
		{"[ap x]\nbssid = 02:00:00:00:00:01\n[ap y]\nbssid = 02:00:00:00:00:01\n",
		 ":3: ", "another one has this bssid"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		*error = 0;
		assert_int_equal(read_text(cases[i].text), -2);
		if (!strstr(error, cases[i].says) || !strstr(error, cases[i].line))
			fail_msg("%s: it says '%s'", cases[i].text, error);
	}
	assert_int_equal(air_file_read("/nowhere/air", &script, error, sizeof(error)), -1);
}

/* IEEE 802.11 J.4.2, test vector 1. */
static void a_key_makes_a_pmk(void **state)
{
	static const uint8_t expected[AIR_PMK] = {
		0xf4, 0x2c, 0x6f, 0xc5, 0x2d, 0xf0, 0xeb, 0xef, 0x9e, 0xbb, 0x4b,
		0x90, 0xb3, 0x8a, 0x5f, 0x90, 0x2e, 0x83, 0xfe, 0x1b, 0x13, 0x5a,
		0x70, 0xe2, 0x3a, 0xed, 0x76, 0x2e, 0x97, 0x10, 0xa1, 0x2e};
	uint8_t pmk[AIR_PMK];

	(void)state;
	assert_int_equal(read_text("[ap IEEE]\nkey = password\n"), 0);
	script.air.pmk((const uint8_t *)"password", 8, (const uint8_t *)"IEEE", 4, pmk);
	assert_memory_equal(pmk, expected, sizeof(pmk));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_can_be_said),
		cmocka_unit_test(what_is_wrong_is_told_with_its_line),
		cmocka_unit_test(a_key_makes_a_pmk),
	};

	return cmocka_run_group_tests_name("air file", tests, NULL, NULL);
}
