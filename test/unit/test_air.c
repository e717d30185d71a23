// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host and a radio with a scripted air, in virtual time: the two sides of the control
 * channel against each other.
 *
 *	ptl_wifi ---- requests ----> ptl_radio_control ---- air
 *	         <--- answers, events ---
 */

#include "control_way.h"
#include <pigtail/wifi.h>

#include "sim/air.h"

#define SECOND 1000000u

struct world {
	struct ptl_wifi wifi;
	struct air_radio radio;
	struct air air;
	struct air_ap aps[8];
	struct ptl_share share;
	struct way down, up;
	ptl_time now;
	bool ready;
	unsigned bss, scans_done, joined, failed, left, roamed, signals;
	struct ptl_bss found[16];
	char names[16][33];
	struct ptl_association association;
	enum ptl_failure failure;
	enum ptl_status status;
	char text[PTL_WIFI_TEXT];
	enum ptl_by by;
	int8_t signal;
	size_t longest; /* message from the radio */
};

static bool host_sends(void *user, const uint8_t *message, size_t n)
{
	return put(&((struct world *)user)->down, message, n);
}

static bool radio_sends(void *user, const uint8_t *message, size_t n)
{
	struct world *world = user;

	if (n > world->longest && message[0] == PTL_M_BSS)
		world->longest = n;
	return put(&world->up, message, n);
}

static void on_ready(void *user, const struct ptl_radio_info *info)
{
	((struct world *)user)->ready = info != NULL;
}

static void on_bss(void *user, const struct ptl_bss *bss)
{
	struct world *world = user;

	assert_true(world->bss < COUNT(world->found));
	memcpy(world->names[world->bss], bss->ssid, bss->ssid_n);
	world->names[world->bss][bss->ssid_n] = '\0';
	world->found[world->bss++] = *bss;
}

static void on_scan_done(void *user, enum ptl_status status, const char *text)
{
	struct world *world = user;

	(void)text;
	world->scans_done++;
	world->status = status;
}

static void on_joined(void *user, const struct ptl_association *association)
{
	struct world *world = user;

	world->joined++;
	world->association = *association;
}

static void on_failed(void *user, enum ptl_failure failure, uint16_t code, const char *text)
{
	struct world *world = user;

	(void)code;
	world->failed++;
	world->failure = failure;
	strcpy(world->text, text);
}

static void on_left(void *user, uint16_t reason, enum ptl_by by, const char *text)
{
	struct world *world = user;

	(void)reason;
	(void)text;
	world->left++;
	world->by = by;
}

static void on_roamed(void *user, const struct ptl_association *association)
{
	struct world *world = user;

	world->roamed++;
	world->association = *association;
}

static void on_signal(void *user, int8_t signal, uint32_t tx_rate, uint32_t rx_rate)
{
	struct world *world = user;

	(void)tx_rate;
	(void)rx_rate;
	world->signals++;
	world->signal = signal;
}

static struct air_ap *add(struct world *world, const char *ssid, const char *key,
			  unsigned channel, uint8_t akms, int16_t signal)
{
	struct air_ap *ap = &world->aps[world->air.ap_count];

	assert_true(world->air.ap_count < COUNT(world->aps));
	memset(ap, 0, sizeof(*ap));
	strcpy(ap->ssid, ssid);
	ap->ssid_n = (uint8_t)strlen(ssid);
	strcpy(ap->key, key);
	ap->channel = (uint8_t)channel;
	ap->akms = akms;
	ap->points[0] = (struct air_point){0, signal};
	ap->point_count = 1;
	ap->failure_share = AIR_ALWAYS;
	memcpy(ap->bssid, "\2air\0", 5);
	ap->bssid[5] = (uint8_t)++world->air.ap_count;
	return ap;
}

static void begin(struct world *world)
{
	const struct ptl_wifi_events events = {
		.user = world,
		.send = host_sends,
		.ready = on_ready,
		.bss = on_bss,
		.scan_done = on_scan_done,
		.joined = on_joined,
		.failed = on_failed,
		.left = on_left,
		.roamed = on_roamed,
		.signal = on_signal,
	};

	memset(world, 0, sizeof(*world));
	world->now = 5 * SECOND;
	world->air.seed = 1;
	world->air.aps = world->aps;
	ptl_share_set(&world->share, 115200, true, 0);
	ptl_wifi_init(&world->wifi, &events);
	air_radio_init(&world->radio, &world->air, (const uint8_t *)"\2\0\0\0\0\7", radio_sends,
		       world, &world->share, world->now);
}

static void new_session(struct world *world)
{
	world->down.count = world->up.count = 0;
	ptl_wifi_session(&world->wifi);
	air_radio_session(&world->radio, world->now, true);
}

/* Runs for so long, a millisecond a step. */
static void run(struct world *world, ptl_time duration)
{
	for (ptl_time end = world->now + duration; world->now < end; world->now += 1000) {
		struct way *down = &world->down, *up = &world->up;

		(void)ptl_wifi_poll(&world->wifi, world->now);
		while (down->count > 0 &&
		       air_radio_message(&world->radio, world->now, down->bytes[down->first],
					 down->n[down->first]))
			drop_first(down);
		(void)air_radio_poll(&world->radio, world->now);
		while (up->count > 0) {
			ptl_wifi_message(&world->wifi, world->now, up->bytes[up->first],
					 up->n[up->first]);
			drop_first(up);
		}
	}
}

static void start_world(struct world *world)
{
	new_session(world);
	run(world, 10000);
	assert_true(world->ready);
}

static void scan(struct world *world, const char *ssid)
{
	struct ptl_control_writer to;

	world->bss = 0;
	ptl_control_begin(&to, PTL_M_SCAN, 0, PTL_IF_STATION);
	if (ssid)
		ptl_put_text(&to, PTL_F_SSID, ssid);
	assert_int_equal(ptl_wifi_start(&world->wifi, world->now, PTL_WIFI_SCAN, &to),
			 PTL_STATUS_DONE);
	run(world, 4 * SECOND);
}

static void join(struct world *world, const char *ssid, const char *key)
{
	struct ptl_control_writer to;

	ptl_control_begin(&to, PTL_M_JOIN, 0, PTL_IF_STATION);
	ptl_put_text(&to, PTL_F_SSID, ssid);
	if (key)
		ptl_put_text(&to, PTL_F_PASSPHRASE, key);
	assert_int_equal(ptl_wifi_start(&world->wifi, world->now, PTL_WIFI_STATION, &to),
			 PTL_STATUS_DONE);
	run(world, 3 * SECOND);
}

static void a_scan_tells_what_is_heard(void **state)
{
	static struct world world;
	size_t n;

	(void)state;
	begin(&world);
	add(&world, "home", "correct horse", 6, PTL_AKM_PSK, -48);
	add(&world, "cafe", "", 1, PTL_AKM_OPEN, -75);
	add(&world, "far", "", 1, PTL_AKM_OPEN, -95);
	add(&world, "secret", "12345678", 11, PTL_AKM_SAE | PTL_AKM_PSK, -60)->hidden = true;
	start_world(&world);
	scan(&world, NULL);
	assert_int_equal(world.scans_done, 1);
	assert_int_equal(world.status, PTL_STATUS_DONE);
	assert_int_equal(world.bss, 3);
	assert_string_equal(world.names[0], "cafe");
	assert_string_equal(world.names[1], "home");
	assert_string_equal(world.names[2], "");
	assert_int_equal(world.found[1].signal, -48);
	assert_int_equal(world.found[1].channel, 6);
	assert_int_equal(world.found[1].akms, PTL_AKM_PSK);
	assert_non_null(
		ptl_elements_find(world.found[2].elements, world.found[2].elements_n, 48, &n));
	scan(&world, "secret");
	assert_int_equal(world.bss, 1);
	assert_string_equal(world.names[0], "secret");
	/* No message of a scan holds a ping up for long: see share.h. */
	assert_true(world.longest <= PTL_SHARE_SHORTEST + 16);
}

static void a_scan_can_be_stopped(void **state)
{
	static struct world world;
	struct ptl_control_writer to;

	(void)state;
	begin(&world);
	add(&world, "home", "", 13, PTL_AKM_OPEN, -48);
	start_world(&world);
	ptl_control_begin(&to, PTL_M_SCAN, 0, PTL_IF_STATION);
	ptl_wifi_start(&world.wifi, world.now, PTL_WIFI_SCAN, &to);
	run(&world, 300000);
	assert_int_equal(ptl_wifi_stop(&world.wifi, world.now, PTL_WIFI_SCAN, 0),
			 PTL_STATUS_DONE);
	run(&world, 50000);
	assert_int_equal(world.scans_done, 1);
	assert_int_equal(world.bss, 0);
	scan(&world, NULL);
	assert_int_equal(world.scans_done, 2);
	assert_int_equal(world.bss, 1);
}

static void joins_end_as_they_should(void **state)
{
	static const struct {
		const char *what, *ssid, *key;
		enum ptl_failure failure; /* 0: joined */
	} cases[] = {
		{"WPA2", "home", "correct horse", 0},
		{"WPA2, wrong", "home", "wrong horse", PTL_FAILURE_WRONG_KEY},
		{"WPA2, too short a part of it", "home", "correct hors", PTL_FAILURE_WRONG_KEY},
		{"WPA2, none", "home", NULL, PTL_FAILURE_UNSUPPORTED},
		{"WPA3", "new", "correct horse", 0},
		{"WPA3, wrong", "new", "wrong horse", PTL_FAILURE_WRONG_KEY},
		{"open", "cafe", NULL, 0},
		{"open, with a key", "cafe", "correct horse", PTL_FAILURE_UNSUPPORTED},
		{"nobody", "nowhere", NULL, PTL_FAILURE_NO_NETWORK},
		{"too far", "far", NULL, PTL_FAILURE_NO_NETWORK},
		{"refused", "picky", NULL, PTL_FAILURE_ASSOCIATION},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		static struct world world;

		begin(&world);
		add(&world, "home", "correct horse", 6, PTL_AKM_PSK, -48);
		add(&world, "new", "correct horse", 6, PTL_AKM_SAE, -48);
		add(&world, "cafe", "", 1, PTL_AKM_OPEN, -75);
		add(&world, "far", "", 1, PTL_AKM_OPEN, -95);
		add(&world, "picky", "", 1, PTL_AKM_OPEN, -50)->failure = AIR_FAILS_ASSOCIATION;
		start_world(&world);
		join(&world, cases[i].ssid, cases[i].key);
		if (world.joined != !cases[i].failure || world.failed != !world.joined ||
		    (world.failed && world.failure != cases[i].failure))
			fail_msg("%s: joined %u, failed %u by %s (%s)", cases[i].what,
				 world.joined, world.failed, ptl_failure_text(world.failure),
				 world.text);
		assert_int_equal(air_radio_ap(&world.radio) != NULL, world.joined);
	}
}

static void a_signal_fades_and_the_station_leaves(void **state)
{
	static struct world world;
	struct air_ap *ap;
	unsigned passed[3] = {0};

	(void)state;
	begin(&world);
	ap = add(&world, "home", "", 6, PTL_AKM_OPEN, -50);
	ap->points[1] = (struct air_point){10000, -50};
	ap->points[2] = (struct air_point){20000, -100};
	ap->point_count = 3;
	start_world(&world);
	join(&world, "home", NULL);
	assert_int_equal(world.association.signal, -50);
	for (unsigned i = 0; i < 1000; i++)
		passed[0] += air_radio_passes(&world.radio, world.now);
	run(&world, 14500000);
	assert_true(world.signals >= 10);
	assert_true(world.signal < -80);
	for (unsigned i = 0; i < 1000; i++)
		passed[1] += air_radio_passes(&world.radio, world.now);
	assert_int_equal(world.left, 0);
	run(&world, 3 * SECOND);
	assert_int_equal(world.left, 1);
	assert_int_equal(world.by, PTL_BY_RADIO);
	for (unsigned i = 0; i < 1000; i++)
		passed[2] += air_radio_passes(&world.radio, world.now);
	assert_int_equal(passed[0], 1000);
	assert_true(passed[1] > 0 && passed[1] < 1000);
	assert_int_equal(passed[2], 0);
}

static void a_station_roams_where_it_may(void **state)
{
	(void)state;
	for (unsigned fixed = 0; fixed < 2; fixed++) {
		static struct world world;
		struct ptl_control_writer to;
		struct air_ap *ap;

		begin(&world);
		ap = add(&world, "home", "correct horse", 1, PTL_AKM_PSK, -50);
		ap->points[1] = (struct air_point){10000, -85};
		ap->point_count = 2;
		add(&world, "home", "correct horse", 11, PTL_AKM_PSK, -65);
		start_world(&world);
		ptl_control_begin(&to, PTL_M_JOIN, 0, PTL_IF_STATION);
		ptl_put_text(&to, PTL_F_SSID, "home");
		ptl_put_text(&to, PTL_F_PASSPHRASE, "correct horse");
		if (fixed)
			ptl_put_bytes(&to, PTL_F_BSSID, ap->bssid, 6);
		ptl_wifi_start(&world.wifi, world.now, PTL_WIFI_STATION, &to);
		run(&world, 12 * SECOND);
		assert_int_equal(world.joined, 1);
		assert_int_equal(world.roamed, !fixed);
		assert_int_equal(world.association.channel, fixed ? 1 : 11);
		assert_int_equal(world.left, 0);
	}
}

/* Whenever the host's side begins anew, both are idle, and all can be done again. */
static void a_new_session_at_each_point(void **state)
{
	static struct world world;

	(void)state;
	begin(&world);
	add(&world, "home", "correct horse", 6, PTL_AKM_PSK, -48);
	start_world(&world);
	for (unsigned at = 0; at < 700; at += 7) {
		struct ptl_control_writer to;
		unsigned ended;

		world.joined = world.failed = world.left = world.scans_done = 0;
		ptl_control_begin(&to, PTL_M_JOIN, 0, PTL_IF_STATION);
		ptl_put_text(&to, PTL_F_SSID, "home");
		ptl_put_text(&to, PTL_F_PASSPHRASE, "correct horse");
		assert_int_equal(ptl_wifi_start(&world.wifi, world.now, PTL_WIFI_STATION, &to),
				 PTL_STATUS_DONE);
		ptl_control_begin(&to, PTL_M_SCAN, 0, PTL_IF_STATION);
		assert_int_equal(ptl_wifi_start(&world.wifi, world.now, PTL_WIFI_SCAN, &to),
				 PTL_STATUS_DONE);
		run(&world, at * 1000);
		new_session(&world);
		run(&world, 20000);
		ended = world.failed + world.left;
		assert_int_equal(ended, 1);
		assert_int_equal(world.joined, world.left);
		assert_int_equal(world.scans_done, 1);
		assert_null(air_radio_ap(&world.radio));
		assert_true(world.ready);
	}
	assert_int_equal(world.wifi.counters.unexpected, 0);
	assert_int_equal(world.wifi.counters.malformed, 0);
}

/* An owner that looks late still sees that the network is another one, or none. */
static void a_change_is_kept_until_it_is_seen(void **state)
{
	static struct world world;
	struct ptl_control_writer to;

	(void)state;
	begin(&world);
	add(&world, "home", "", 6, PTL_AKM_OPEN, -48);
	start_world(&world);
	join(&world, "home", NULL);
	assert_true(air_radio_changed(&world.radio));
	assert_false(air_radio_changed(&world.radio));
	ptl_control_begin(&to, PTL_M_JOIN, 1, PTL_IF_STATION);
	ptl_put_text(&to, PTL_F_SSID, "away");
	assert_true(air_radio_message(&world.radio, world.now, to.bytes, to.n));
	ptl_control_begin(&to, PTL_M_LEAVE, 2, PTL_IF_STATION);
	assert_true(air_radio_message(&world.radio, world.now, to.bytes, to.n));
	assert_null(air_radio_ap(&world.radio));
	assert_true(air_radio_changed(&world.radio));
}

/* What the host takes as left is left, whatever the radio thinks of the next join. */
static void a_refused_join_leaves(void **state)
{
	static struct world world;
	struct ptl_control_writer to;

	(void)state;
	begin(&world);
	add(&world, "home", "", 6, PTL_AKM_OPEN, -48);
	start_world(&world);
	join(&world, "home", NULL);
	ptl_control_begin(&to, PTL_M_JOIN, 0, PTL_IF_STATION);
	ptl_put_text(&to, PTL_F_SSID, "other");
	ptl_put_bytes(&to, PTL_F_PMK, "0123456789abcdef0123456789abcdef", 32);
	assert_int_equal(ptl_wifi_start(&world.wifi, world.now, PTL_WIFI_STATION, &to),
			 PTL_STATUS_DONE);
	run(&world, 100000);
	assert_int_equal(world.left, 1);
	assert_int_equal(world.failed, 1);
	assert_null(air_radio_ap(&world.radio));
}

/* A PMK in the key's place: of WPA2, the right one only. */
static void fake_pmk(const uint8_t *passphrase, size_t n, const uint8_t *ssid, size_t ssid_n,
		     uint8_t pmk[AIR_PMK])
{
	(void)n;
	(void)ssid;
	(void)ssid_n;
	memset(pmk, passphrase[0], AIR_PMK);
}

static void join_by_pmk(struct world *world, char of)
{
	struct ptl_control_writer to;
	uint8_t pmk[AIR_PMK];

	memset(pmk, of, sizeof(pmk));
	ptl_control_begin(&to, PTL_M_JOIN, 0, PTL_IF_STATION);
	ptl_put_text(&to, PTL_F_SSID, "home");
	ptl_put_bytes(&to, PTL_F_PMK, pmk, sizeof(pmk));
	assert_int_equal(ptl_wifi_start(&world->wifi, world->now, PTL_WIFI_STATION, &to),
			 PTL_STATUS_DONE);
	run(world, 9500000);
}

static void a_pmk_opens(void **state)
{
	static struct world world;

	(void)state;
	begin(&world);
	add(&world, "home", "horsehorse", 6, PTL_AKM_PSK | PTL_AKM_SAE, -48);
	world.air.pmk = fake_pmk;
	start_world(&world);
	join_by_pmk(&world, 'x');
	assert_int_equal(world.failed, 1);
	assert_int_equal(world.failure, PTL_FAILURE_WRONG_KEY);
	join_by_pmk(&world, 'h');
	assert_int_equal(world.joined, 1);
}

/* Whatever a host says, the radio answers once or counts it, and lives on. */
static void a_hostile_host(void **state)
{
	static struct world world;
	struct prng prng = story_seed("hostile host", 31);

	(void)state;
	begin(&world);
	add(&world, "home", "correct horse", 6, PTL_AKM_PSK, -48);
	start_world(&world);
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t bytes[80], *copy;
		size_t n = random_from(&prng, 0, sizeof(bytes));

		random_bytes(&prng, bytes, n);
		if (n > 0 && prng_below(&prng, 2))
			bytes[0] = (uint8_t)random_from(&prng, 1, 0x20);
		copy = malloc(n ? n : 1);
		assert_non_null(copy);
		memcpy(copy, bytes, n);
		(void)air_radio_message(&world.radio, world.now, copy, n);
		free(copy);
		if (prng_below(&prng, 4) == 0)
			run(&world, 3000);
	}
	new_session(&world);
	run(&world, 20000);
	join(&world, "home", "correct horse");
	assert_int_equal(world.joined, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_scan_tells_what_is_heard),
		cmocka_unit_test(a_scan_can_be_stopped),
		cmocka_unit_test(joins_end_as_they_should),
		cmocka_unit_test(a_signal_fades_and_the_station_leaves),
		cmocka_unit_test(a_station_roams_where_it_may),
		cmocka_unit_test(a_new_session_at_each_point),
		cmocka_unit_test(a_change_is_kept_until_it_is_seen),
		cmocka_unit_test(a_refused_join_leaves),
		cmocka_unit_test(a_pmk_opens),
		cmocka_unit_test(a_hostile_host),
	};

	return cmocka_run_group_tests_name("air", tests, NULL, NULL);
}
