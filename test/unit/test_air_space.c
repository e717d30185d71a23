/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two scripted radios that hear each other, each with its host's side, and visitors:
 *
 *	ptl_wifi -- radio A (access point "mine") -- radio B (station) -- ptl_wifi
 *	                 |            \
 *	        "home" of the script   visitors "phone" and "lamp"
 */
#include "story.h"

#include <pigtail/interfaces.h>
#include <pigtail/wifi.h>

#include "sim/air.h"

#define SECOND	1000000u
#define PLACES	16
#define REASON	3
#define A_HOST	(&world.ends[0])
#define B_HOST	(&world.ends[1])
#define FRAME_N 60

struct way {
	uint8_t bytes[PLACES][PTL_CONTROL_MAX];
	size_t n[PLACES];
	unsigned first, count;
};

struct end {
	struct air_radio radio;
	struct ptl_wifi wifi;
	struct ptl_interfaces interfaces;
	struct ptl_share share;
	struct way up, down;
	unsigned joined, failed, left, roamed, ap_started, ap_stopped, came, went, bss;
	enum ptl_status ap_status;
	enum ptl_failure failure;
	enum ptl_by by;
	uint16_t reason;
	uint8_t station[6];
	struct ptl_association association;
	/* Frames that its host got, by interface. */
	unsigned got[2], to_net;
	bool full; /* the link has no room upwards */
};

static struct {
	struct air air;
	struct air_ap aps[2];
	struct air_visitor visitors[2];
	struct air_space space;
	struct end ends[2];
	unsigned to_visitor[2];
	ptl_time now;
} world;

/* ---- the way between a radio and its host ---- */

static bool put(struct way *way, const uint8_t *message, size_t n)
{
	unsigned at = (way->first + way->count) % PLACES;

	if (way->count == PLACES)
		return false;
	memcpy(way->bytes[at], message, n);
	way->n[at] = n;
	way->count++;
	return true;
}

static void drop_first(struct way *way)
{
	way->first = (way->first + 1) % PLACES;
	way->count--;
}

static bool up(void *user, const uint8_t *message, size_t n)
{
	struct end *end = user;

	return !end->full && put(&end->up, message, n);
}

static bool down(void *user, const uint8_t *message, size_t n)
{
	return put(&((struct end *)user)->down, message, n);
}

/* ---- what the host hears ---- */

static void on_ready(void *user, const struct ptl_radio_info *info)
{
	struct end *end = user;

	if (info)
		ptl_interfaces_init(&end->interfaces, info->mac, info->ap_mac);
}

static void on_bss(void *user, const struct ptl_bss *bss)
{
	(void)bss;
	((struct end *)user)->bss++;
}

static void on_scan_done(void *user, enum ptl_status status, const char *text)
{
	(void)user;
	(void)text;
	assert_int_equal(status, PTL_STATUS_DONE);
}

static void on_joined(void *user, const struct ptl_association *association)
{
	struct end *end = user;

	end->association = *association;
	end->joined++;
}

static void on_roamed(void *user, const struct ptl_association *association)
{
	struct end *end = user;

	end->association = *association;
	end->roamed++;
}

static void on_failed(void *user, enum ptl_failure failure, uint16_t code, const char *text)
{
	struct end *end = user;

	(void)code;
	(void)text;
	end->failure = failure;
	end->failed++;
}

static void on_left(void *user, uint16_t reason, enum ptl_by by, const char *text)
{
	struct end *end = user;

	(void)text;
	end->reason = reason;
	end->by = by;
	end->left++;
}

static void on_ap_started(void *user, enum ptl_status status, const char *text)
{
	struct end *end = user;

	(void)text;
	end->ap_status = status;
	end->ap_started++;
	if (status == PTL_STATUS_DONE)
		ptl_interfaces_ap(&end->interfaces, true);
}

static void on_ap_stopped(void *user, uint16_t reason, const char *text)
{
	struct end *end = user;

	(void)reason;
	(void)text;
	end->ap_stopped++;
	ptl_interfaces_ap(&end->interfaces, false);
}

static void on_station(void *user, bool joined, const uint8_t mac[6], uint16_t reason,
		       const uint8_t *elements, size_t n)
{
	struct end *end = user;

	(void)elements;
	(void)n;
	memcpy(end->station, mac, 6);
	if (joined) {
		end->came++;
		assert_true(ptl_interfaces_joined(&end->interfaces, mac));
	} else {
		end->went++;
		end->reason = reason;
		ptl_interfaces_left(&end->interfaces, mac);
	}
}

static void to_host(void *user, const uint8_t *frame, size_t n)
{
	struct end *end = user;

	assert_int_equal(n, FRAME_N);
	end->got[ptl_interfaces_to_host(&end->interfaces, frame, n)]++;
}

static void to_net(void *user, unsigned ap, const uint8_t *frame, size_t n)
{
	(void)frame;
	(void)n;
	assert_true(ap < world.air.ap_count);
	((struct end *)user)->to_net++;
}

static void to_visitor(void *user, unsigned visitor, const uint8_t *frame, size_t n)
{
	(void)user;
	(void)frame;
	(void)n;
	world.to_visitor[visitor]++;
}

/* ---- the world ---- */

static void run(ptl_time duration)
{
	for (ptl_time end = world.now + duration; world.now < end; world.now += 1000) {
		(void)air_space_poll(&world.space, world.now);
		for (unsigned i = 0; i < 2; i++) {
			struct end *at = &world.ends[i];

			(void)ptl_wifi_poll(&at->wifi, world.now);
			while (at->down.count > 0 &&
			       air_radio_message(&at->radio, world.now,
						 at->down.bytes[at->down.first],
						 at->down.n[at->down.first]))
				drop_first(&at->down);
			(void)air_radio_poll(&at->radio, world.now);
			while (at->up.count > 0) {
				ptl_wifi_message(&at->wifi, world.now,
						 at->up.bytes[at->up.first],
						 at->up.n[at->up.first]);
				drop_first(&at->up);
			}
		}
	}
}

static void make_pmk(const uint8_t *passphrase, size_t n, const uint8_t *ssid, size_t ssid_n,
		     uint8_t pmk[32])
{
	/* Of a test: what counts is that it is made of both. */
	for (size_t i = 0; i < 32; i++)
		pmk[i] = (uint8_t)(passphrase[i % n] * 7u + ssid[i % ssid_n] + i);
}

static void new_session(struct end *end)
{
	end->up.count = end->down.count = 0;
	ptl_wifi_session(&end->wifi);
	air_radio_session(&end->radio, world.now, true);
}

static int begin(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	world.now = 1000000;
	world.aps[0] = (struct air_ap){.ssid = "home",
				       .ssid_n = 4,
				       .bssid = {2, 0, 0, 0, 1, 1},
				       .channel = 6,
				       .akms = PTL_AKM_OPEN,
				       .points = {{0, -50}},
				       .point_count = 1};
	world.visitors[0] = (struct air_visitor){.mac = {2, 0, 0, 0, 2, 1},
						 .ssid = "mine",
						 .ssid_n = 4,
						 .key = "correct horse",
						 .from = 5000,
						 .until = 20000,
						 .signal = -61};
	world.visitors[1] = (struct air_visitor){.mac = {2, 0, 0, 0, 2, 2},
						 .ssid = "mine",
						 .ssid_n = 4,
						 .key = "wrong horse",
						 .signal = -40};
	world.air = (struct air){.aps = world.aps, .ap_count = 1, .pmk = make_pmk};
	air_space_init(&world.space, &world.air, world.now);
	world.space.to_visitor = to_visitor;
	for (unsigned i = 0; i < 2; i++) {
		struct end *end = &world.ends[i];
		const struct ptl_wifi_events events = {
			.user = end,
			.send = down,
			.ready = on_ready,
			.bss = on_bss,
			.scan_done = on_scan_done,
			.joined = on_joined,
			.roamed = on_roamed,
			.failed = on_failed,
			.left = on_left,
			.ap_started = on_ap_started,
			.ap_stopped = on_ap_stopped,
			.station = on_station,
		};
		const uint8_t mac[6] = {2, 0, 0, 0, 0, (uint8_t)(i + 1)};

		ptl_share_set(&end->share, 921600, false, 0);
		air_radio_init(&end->radio, &world.air, mac, up, end, &end->share, world.now);
		end->radio.events = (struct air_radio_events){
			.user = end, .to_host = to_host, .to_net = to_net};
		assert_true(air_space_add(&world.space, &end->radio));
		ptl_wifi_init(&end->wifi, &events);
		new_session(end);
	}
	run(10000);
	return 0;
}

static void start_ap(const char *key, uint8_t channel)
{
	struct ptl_control_writer to;

	ptl_control_begin(&to, PTL_M_AP_START, 0, PTL_IF_AP);
	ptl_put_text(&to, PTL_F_SSID, "mine");
	ptl_put_uint(&to, PTL_F_CHANNEL, channel);
	if (key)
		ptl_put_text(&to, PTL_F_PASSPHRASE, key);
	ptl_put_uint(&to, PTL_F_STATIONS, 2);
	assert_int_equal(ptl_wifi_start(&A_HOST->wifi, world.now, PTL_WIFI_AP, &to),
			 PTL_STATUS_DONE);
	run(200000);
}

static void join(struct end *end, const char *ssid, const char *key, const uint8_t *pmk)
{
	struct ptl_control_writer to;

	ptl_control_begin(&to, PTL_M_JOIN, 0, PTL_IF_STATION);
	ptl_put_text(&to, PTL_F_SSID, ssid);
	if (key)
		ptl_put_text(&to, PTL_F_PASSPHRASE, key);
	if (pmk)
		ptl_put_bytes(&to, PTL_F_PMK, pmk, 32);
	assert_int_equal(ptl_wifi_start(&end->wifi, world.now, PTL_WIFI_STATION, &to),
			 PTL_STATUS_DONE);
	run(2 * SECOND);
}

static void make_frame(uint8_t frame[FRAME_N], const uint8_t *to, const uint8_t *from)
{
	memset(frame, 0, FRAME_N);
	memcpy(frame, to, 6);
	memcpy(frame + 6, from, 6);
}

static void send_frame(struct end *end, const uint8_t *to, const uint8_t *from)
{
	uint8_t frame[FRAME_N];

	make_frame(frame, to, from);
	air_radio_frame(&end->radio, world.now, frame, FRAME_N);
}

static const uint8_t everybody[6] = {255, 255, 255, 255, 255, 255};

/* ---- stories ---- */

static void another_radio_finds_joins_and_is_heard(void **state)
{
	struct ptl_control_writer to;
	uint8_t beyond[6] = {2, 0, 0, 0, 9, 9};

	(void)state;
	start_ap("correct horse", 6);
	assert_int_equal(A_HOST->ap_started, 1);
	assert_int_equal(A_HOST->ap_status, PTL_STATUS_DONE);
	ptl_control_begin(&to, PTL_M_SCAN, 0, PTL_IF_STATION);
	ptl_wifi_start(&B_HOST->wifi, world.now, PTL_WIFI_SCAN, &to);
	ptl_control_begin(&to, PTL_M_SCAN, 0, PTL_IF_STATION);
	ptl_wifi_start(&A_HOST->wifi, world.now, PTL_WIFI_SCAN, &to);
	run(3 * SECOND);
	assert_int_equal(B_HOST->bss, 2);
	assert_int_equal(A_HOST->bss, 1); /* not its own */
	join(B_HOST, "mine", "wrong horse", NULL);
	assert_int_equal(B_HOST->failure, PTL_FAILURE_WRONG_KEY);
	assert_int_equal(A_HOST->came, 0);
	join(B_HOST, "mine", "correct horse", NULL);
	assert_int_equal(B_HOST->joined, 1);
	assert_int_equal(A_HOST->came, 1);
	assert_memory_equal(A_HOST->station, B_HOST->radio.mac, 6);

	send_frame(B_HOST, everybody, B_HOST->radio.mac);
	send_frame(B_HOST, A_HOST->radio.ap_mac, B_HOST->radio.mac);
	send_frame(B_HOST, beyond, B_HOST->radio.mac);
	assert_int_equal(A_HOST->got[PTL_IF_AP], 3);
	send_frame(B_HOST, everybody, beyond); /* no station sends so */
	assert_int_equal(A_HOST->got[PTL_IF_AP] + A_HOST->got[PTL_IF_STATION], 3);
	send_frame(A_HOST, B_HOST->radio.mac, A_HOST->radio.ap_mac);
	send_frame(A_HOST, B_HOST->radio.mac, beyond);
	send_frame(A_HOST, everybody, A_HOST->radio.ap_mac);
	send_frame(A_HOST, beyond, A_HOST->radio.ap_mac); /* nobody's */
	assert_int_equal(B_HOST->got[PTL_IF_STATION], 3);
	assert_int_equal(B_HOST->got[PTL_IF_AP], 0);
}

static void both_at_once_on_one_channel(void **state)
{
	(void)state;
	join(A_HOST, "home", NULL, NULL);
	assert_int_equal(A_HOST->joined, 1);
	start_ap(NULL, 11);
	assert_int_equal(A_HOST->ap_status, PTL_STATUS_CHANNEL);
	start_ap(NULL, 6);
	assert_int_equal(A_HOST->ap_status, PTL_STATUS_DONE);
	join(B_HOST, "mine", NULL, NULL);
	send_frame(A_HOST, everybody, A_HOST->radio.mac);
	assert_int_equal(A_HOST->to_net, 1);
	assert_int_equal(B_HOST->got[PTL_IF_STATION], 0);
	send_frame(A_HOST, everybody, A_HOST->radio.ap_mac);
	assert_int_equal(A_HOST->to_net, 1);
	assert_int_equal(B_HOST->got[PTL_IF_STATION], 1);
	send_frame(B_HOST, everybody, B_HOST->radio.mac);
	assert_int_equal(A_HOST->got[PTL_IF_AP], 1);
	assert_int_equal(A_HOST->got[PTL_IF_STATION], 0);
	/* And the other way round: the access point is first. */
	world.aps[0].channel = 1;
	ptl_wifi_stop(&A_HOST->wifi, world.now, PTL_WIFI_STATION, REASON);
	run(10000);
	join(A_HOST, "home", NULL, NULL);
	assert_int_equal(A_HOST->failure, PTL_FAILURE_CHANNEL);
}

static void it_ends_for_each_reason(void **state)
{
	(void)state;
	start_ap("correct horse", 6);
	join(B_HOST, "mine", "correct horse", NULL);
	ptl_wifi_stop(&B_HOST->wifi, world.now, PTL_WIFI_STATION, REASON);
	run(100000);
	assert_int_equal(A_HOST->went, 1);
	/* The station is sent away. */
	join(B_HOST, "mine", "correct horse", NULL);
	{
		struct ptl_control_writer kick;

		ptl_control_begin(&kick, PTL_M_STATION_KICK, 0, PTL_IF_AP);
		ptl_put_bytes(&kick, PTL_F_MAC, everybody, 6);
		ptl_put_uint(&kick, PTL_F_REASON, 5);
		ptl_wifi_request(&A_HOST->wifi, world.now, &kick, NULL);
	}
	run(100000);
	assert_int_equal(A_HOST->went, 2);
	assert_int_equal(B_HOST->left, 2);
	assert_int_equal(B_HOST->by, PTL_BY_PEER);
	assert_int_equal(B_HOST->reason, 5);
	/* It joins another network, without a word in between. */
	join(B_HOST, "mine", "correct horse", NULL);
	join(B_HOST, "home", NULL, NULL);
	assert_int_equal(A_HOST->went, 3);
	/* The access point stops. */
	join(B_HOST, "mine", "correct horse", NULL);
	assert_int_equal(A_HOST->came, 4);
	ptl_wifi_stop(&A_HOST->wifi, world.now, PTL_WIFI_AP, REASON);
	run(100000);
	assert_int_equal(A_HOST->ap_stopped, 1);
	assert_int_equal(B_HOST->by, PTL_BY_PEER);
	assert_null(air_radio_ap(&B_HOST->radio));
	/* A new session of the access point's host. */
	start_ap(NULL, 6);
	join(B_HOST, "mine", NULL, NULL);
	assert_int_equal(A_HOST->came, 5);
	new_session(A_HOST);
	run(200000);
	assert_int_equal(B_HOST->left, B_HOST->joined);
	join(B_HOST, "mine", NULL, NULL);
	assert_int_equal(B_HOST->failure, PTL_FAILURE_NO_NETWORK);
	/* And the radio is taken away in the middle. */
	start_ap(NULL, 6);
	join(B_HOST, "mine", NULL, NULL);
	air_space_remove(&world.space, &A_HOST->radio);
	run(200000);
	assert_int_equal(B_HOST->left, B_HOST->joined);
	send_frame(B_HOST, everybody, B_HOST->radio.mac);
}

/* A phone comes at 5 s and goes at 20 s, a lamp never has the right key. */
static void visitors_come_and_go(void **state)
{
	uint8_t frame[FRAME_N];

	(void)state;
	world.air.visitors = world.visitors;
	world.air.visitor_count = 2;
	start_ap("correct horse", 6);
	run(4 * SECOND);
	assert_int_equal(A_HOST->came, 0);
	run(4 * SECOND);
	assert_int_equal(A_HOST->came, 1);
	assert_memory_equal(A_HOST->station, world.visitors[0].mac, 6);
	make_frame(frame, everybody, world.visitors[0].mac);
	air_from_visitor(&world.space, world.now, 0, frame, FRAME_N);
	assert_int_equal(A_HOST->got[PTL_IF_AP], 1);
	make_frame(frame, everybody, world.visitors[1].mac);
	air_from_visitor(&world.space, world.now, 1, frame, FRAME_N);
	assert_int_equal(A_HOST->got[PTL_IF_AP], 1);
	send_frame(A_HOST, everybody, A_HOST->radio.ap_mac);
	assert_int_equal(world.to_visitor[0], 1);
	assert_int_equal(world.to_visitor[1], 0);
	/* Two stations speak through the access point. */
	join(B_HOST, "mine", "correct horse", NULL);
	send_frame(B_HOST, world.visitors[0].mac, B_HOST->radio.mac);
	assert_int_equal(world.to_visitor[0], 2);
	assert_int_equal(A_HOST->got[PTL_IF_AP], 1);
	send_frame(B_HOST, everybody, B_HOST->radio.mac);
	assert_int_equal(world.to_visitor[0], 3);
	assert_int_equal(A_HOST->got[PTL_IF_AP], 2);
	run(12 * SECOND);
	assert_int_equal(A_HOST->went, 1);
	assert_int_equal(A_HOST->reason, 3);
	assert_memory_equal(A_HOST->station, world.visitors[0].mac, 6);
}

static void no_more_than_it_takes(void **state)
{
	(void)state;
	world.visitors[0].from = 0;
	world.visitors[0].until = 0;
	strcpy(world.visitors[1].key, "correct horse");
	world.air.visitors = world.visitors;
	world.air.visitor_count = 2;
	start_ap("correct horse", 6);
	run(2 * SECOND);
	assert_int_equal(A_HOST->came, 2);
	join(B_HOST, "mine", "correct horse", NULL);
	assert_int_equal(B_HOST->failure, PTL_FAILURE_ASSOCIATION);
}

/* The host hears of a station before it gets its frames, however long that takes. */
static void a_full_link_keeps_the_order(void **state)
{
	(void)state;
	start_ap(NULL, 6);
	A_HOST->full = true;
	join(B_HOST, "mine", NULL, NULL);
	send_frame(B_HOST, everybody, B_HOST->radio.mac);
	assert_int_equal(A_HOST->came, 0);
	/* It went, and came back, before anything was said. */
	ptl_wifi_stop(&B_HOST->wifi, world.now, PTL_WIFI_STATION, REASON);
	run(50000);
	join(B_HOST, "mine", NULL, NULL);
	A_HOST->full = false;
	run(100000);
	assert_int_equal(A_HOST->came - A_HOST->went, 1);
	send_frame(B_HOST, everybody, B_HOST->radio.mac);
	assert_int_equal(A_HOST->got[PTL_IF_AP], 1);
	assert_int_equal(A_HOST->got[PTL_IF_STATION], 0);
}

static void a_pmk_is_as_good(void **state)
{
	uint8_t pmk[32];

	(void)state;
	make_pmk((const uint8_t *)"correct horse", 13, (const uint8_t *)"mine", 4, pmk);
	start_ap("correct horse", 6);
	join(B_HOST, "mine", NULL, pmk);
	assert_int_equal(B_HOST->joined, 1);
	pmk[31] ^= 1;
	join(B_HOST, "mine", NULL, pmk);
	assert_int_equal(B_HOST->failure, PTL_FAILURE_WRONG_KEY);
}

static void settings_last_for_a_session(void **state)
{
	struct ptl_control_writer to;
	const uint8_t other[6] = {2, 0, 0, 0, 7, 7};

	(void)state;
	ptl_control_begin(&to, PTL_M_SET, 0, PTL_IF_STATION);
	ptl_put_bytes(&to, PTL_F_MAC, other, 6);
	ptl_put_bytes(&to, PTL_F_MULTICAST, everybody, 6);
	ptl_wifi_request(&B_HOST->wifi, world.now, &to, NULL);
	start_ap(NULL, 6);
	join(B_HOST, "mine", NULL, NULL);
	assert_memory_equal(A_HOST->station, other, 6);
	send_frame(B_HOST, everybody, other);
	assert_int_equal(A_HOST->got[PTL_IF_AP], 1);
	send_frame(A_HOST, (const uint8_t[6]){1, 0, 0x5e}, A_HOST->radio.ap_mac);
	assert_int_equal(B_HOST->got[PTL_IF_STATION], 0);
	new_session(B_HOST);
	run(10000);
	assert_memory_not_equal(B_HOST->radio.mac, other, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(another_radio_finds_joins_and_is_heard, begin),
		cmocka_unit_test_setup(both_at_once_on_one_channel, begin),
		cmocka_unit_test_setup(it_ends_for_each_reason, begin),
		cmocka_unit_test_setup(visitors_come_and_go, begin),
		cmocka_unit_test_setup(no_more_than_it_takes, begin),
		cmocka_unit_test_setup(a_full_link_keeps_the_order, begin),
		cmocka_unit_test_setup(a_pmk_is_as_good, begin),
		cmocka_unit_test_setup(settings_last_for_a_session, begin),
	};

	return cmocka_run_group_tests_name("air, several radios", tests, NULL, NULL);
}
