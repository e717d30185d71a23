/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A running link whose device is a radio in a scripted air: the host's side asks by
 * control messages, and the air answers.
 *
 *	ptl_wifi -- runner -- socket -- runner -- air:FILE
 */
#include "story.h"

#include "host/net/air_server.h"
#include "host/run/runner.h"

#include <pigtail/compat.h>
#include <pigtail/link.h>
#include <pigtail/wifi.h>

#include <unistd.h>

#define PATIENCE 30000u /* ms */

struct story {
	uv_loop_t loop;
	struct runner host, device;
	struct ptl_wifi wifi;
	uv_timer_t poll;
	char air[64], listen[64], connect[64];
	unsigned ready, found, scans, joined, failed, left;
	enum ptl_failure failure;
	uint8_t mac[6];
	bool late;
};

static struct story story;

/* ---- the host's side ---- */

static bool send_message(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	return runner_send_control(&story.host, message, n, NULL) == PTL_OK;
}

static void on_ready(void *user, const struct ptl_radio_info *info)
{
	(void)user;
	story.ready += info != NULL;
	if (info)
		memcpy(story.mac, info->mac, sizeof(story.mac));
}

static void on_bss(void *user, const struct ptl_bss *bss)
{
	(void)user;
	(void)bss;
	story.found++;
}

static void on_scan_done(void *user, enum ptl_status status, const char *text)
{
	(void)user;
	(void)text;
	assert_int_equal(status, PTL_STATUS_DONE);
	story.scans++;
}

static void on_joined(void *user, const struct ptl_association *association)
{
	(void)user;
	assert_int_equal(association->channel, 6);
	story.joined++;
}

static void on_failed(void *user, enum ptl_failure failure, uint16_t code, const char *text)
{
	(void)user;
	(void)code;
	(void)text;
	story.failure = failure;
	story.failed++;
}

static void on_left(void *user, uint16_t reason, enum ptl_by by, const char *text)
{
	(void)user;
	(void)reason;
	(void)by;
	(void)text;
	story.left++;
}

static bool on_message(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	ptl_wifi_message(&story.wifi, timer_now(), message, n);
	return true;
}

static void on_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	(void)user;
	(void)state;
	(void)reason;
	ptl_wifi_session(&story.wifi);
}

static void on_poll(uv_timer_t *timer)
{
	(void)timer;
	(void)ptl_wifi_poll(&story.wifi, timer_now());
}

/* ---- the link ---- */

static void on_runner(void *user)
{
	(void)user;
}

static int open_end(struct runner *runner, enum ptl_role role, const char *port,
		    const char *net, const struct ptl_framing *framing, char *error,
		    size_t size)
{
	const struct link_config config = {
		.role = role,
		.framing = framing,
		.port = port,
		.net = net,
		.mtu = 1500,
		.mac = {2, 0, 0, 0, 0, role == PTL_HOST ? 1 : 2},
	};

	runner->state_changed = runner->failed = on_runner;
	runner_set_name(runner, role == PTL_HOST ? "host" : "device");
	return runner_open(runner, &story.loop, &config, error, size);
}

static void on_late(uv_timer_t *timer)
{
	(void)timer;
	story.late = true;
}

static void run_until(const unsigned *count, unsigned value)
{
	uv_timer_t late;

	story.late = false;
	assert_int_equal(uv_timer_init(&story.loop, &late), 0);
	assert_int_equal(uv_timer_start(&late, on_late, PATIENCE, 0), 0);
	while (*count != value) {
		assert_false(story.late);
		(void)uv_run(&story.loop, UV_RUN_ONCE);
	}
	uv_close((uv_handle_t *)&late, NULL);
	(void)uv_run(&story.loop, UV_RUN_NOWAIT);
}

static void write_air(const char *text)
{
	char path[] = "/tmp/ptl-radio-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
	(void)snprintf(story.air, sizeof(story.air), "air:%s", path);
}

static int begin(void **state)
{
	const struct ptl_wifi_events events = {
		.send = send_message,
		.ready = on_ready,
		.bss = on_bss,
		.scan_done = on_scan_done,
		.joined = on_joined,
		.failed = on_failed,
		.left = on_left,
	};
	char path[40];

	(void)state;
	memset(&story, 0, sizeof(story));
	assert_int_equal(uv_loop_init(&story.loop), 0);
	assert_int_equal(uv_timer_init(&story.loop, &story.poll), 0);
	assert_int_equal(uv_timer_start(&story.poll, on_poll, 10, 10), 0);
	write_air("[ap home]\nkey = correct horse\nchannel = 6\n[ap cafe]\nchannel = 6\n");
	(void)snprintf(path, sizeof(path), "/tmp/ptl-radio-%d", getpid());
	(void)snprintf(story.listen, sizeof(story.listen), "unix-listen:%s", path);
	(void)snprintf(story.connect, sizeof(story.connect), "unix:%s", path);
	ptl_wifi_init(&story.wifi, &events);
	return 0;
}

static int end(void **state)
{
	(void)state;
	uv_close((uv_handle_t *)&story.poll, NULL);
	runner_close(&story.host);
	runner_close(&story.device);
	(void)unlink(story.air + strlen("air:"));
	(void)uv_run(&story.loop, UV_RUN_DEFAULT);
	return uv_loop_close(&story.loop);
}

static void join(const char *key)
{
	struct ptl_control_writer to;

	ptl_control_begin(&to, PTL_M_JOIN, 0, PTL_IF_STATION);
	ptl_put_text(&to, PTL_F_SSID, "home");
	ptl_put_text(&to, PTL_F_PASSPHRASE, key);
	assert_int_equal(ptl_wifi_start(&story.wifi, timer_now(), PTL_WIFI_STATION, &to),
			 PTL_STATUS_DONE);
}

static void the_host_scans_and_joins(void **state)
{
	const struct runner_control control = {.message = on_message, .state = on_state};
	struct ptl_control_writer to;
	char error[256];

	(void)state;
	story.host.control = control;
	assert_int_equal(open_end(&story.device, PTL_DEVICE, story.listen, story.air,
				  &ptl_framing_pigtail, error, sizeof(error)),
			 0);
	assert_int_equal(open_end(&story.host, PTL_HOST, story.connect, "user",
				  &ptl_framing_pigtail, error, sizeof(error)),
			 0);
	run_until(&story.ready, 1);
	assert_memory_equal(story.mac, "\2\0\0\0\0\2", 6);
	ptl_control_begin(&to, PTL_M_SCAN, 0, PTL_IF_STATION);
	ptl_put_bytes(&to, PTL_F_CHANNELS, "\6", 1);
	assert_int_equal(ptl_wifi_start(&story.wifi, timer_now(), PTL_WIFI_SCAN, &to),
			 PTL_STATUS_DONE);
	run_until(&story.scans, 1);
	assert_int_equal(story.found, 2);
	join("wrong horse");
	run_until(&story.failed, 1);
	assert_int_equal(story.failure, PTL_FAILURE_WRONG_KEY);
	join("correct horse");
	run_until(&story.joined, 1);
	/* The host restarts, and finds the radio as it was at first. */
	runner_close(&story.host);
	memset(&story.host, 0, sizeof(story.host));
	story.host.control = control;
	ptl_wifi_session(&story.wifi);
	assert_int_equal(open_end(&story.host, PTL_HOST, story.connect, "user",
				  &ptl_framing_pigtail, error, sizeof(error)),
			 0);
	run_until(&story.ready, 2);
	join("correct horse");
	run_until(&story.joined, 2);
}

/* ---- an air that is elsewhere ---- */

static void on_lost_net(void *user, const char *why)
{
	(void)user;
	fail_msg("%s", why);
}

static void open_air(struct air_place **place, struct air_server **server, const char *path)
{
	const struct air_place_config config = {
		.path = story.air + strlen("air:"),
		.mtu = 1500,
		.open_net = net_open,
		.failed = on_lost_net,
	};
	char error[256];

	if (air_place_open(&story.loop, &config, place, error, sizeof(error)) ||
	    air_server_open(&story.loop, *place, path, server, error, sizeof(error)))
		fail_msg("%s", error);
}

/* When it comes back the radio is as after its start, and the host is told. */
static void an_air_that_goes_away(void **state)
{
	const struct runner_control control = {.message = on_message, .state = on_state};
	char path[40], net[50], error[256];
	struct air_server *server;
	struct air_place *place;

	(void)state;
	(void)snprintf(path, sizeof(path), "/tmp/ptl-radio-air-%d", getpid());
	(void)snprintf(net, sizeof(net), "air:unix:%s", path);
	assert_int_equal(open_end(&story.device, PTL_DEVICE, story.listen, net,
				  &ptl_framing_pigtail, error, sizeof(error)),
			 -1);
	assert_non_null(strstr(error, "pigtail air"));
	memset(&story.device, 0, sizeof(story.device));
	open_air(&place, &server, path);
	story.host.control = control;
	assert_int_equal(open_end(&story.device, PTL_DEVICE, story.listen, net,
				  &ptl_framing_pigtail, error, sizeof(error)),
			 0);
	assert_int_equal(open_end(&story.host, PTL_HOST, story.connect, "user",
				  &ptl_framing_pigtail, error, sizeof(error)),
			 0);
	run_until(&story.ready, 1);
	assert_memory_equal(story.mac, "\2\0\0\0\0\2", 6);
	join("correct horse");
	run_until(&story.joined, 1);
	air_server_close(server);
	air_place_close(place);
	open_air(&place, &server, path);
	run_until(&story.ready, 2);
	assert_int_equal(story.left, 1);
	join("wrong horse");
	run_until(&story.failed, 1);
	assert_int_equal(story.failure, PTL_FAILURE_WRONG_KEY);
	runner_close(&story.device);
	memset(&story.device, 0, sizeof(story.device));
	air_server_close(server);
	air_place_close(place);
}

static void a_radio_is_a_devices(void **state)
{
	char error[256];

	(void)state;
	assert_int_equal(open_end(&story.host, PTL_HOST, story.listen, story.air,
				  &ptl_framing_pigtail, error, sizeof(error)),
			 -2);
	assert_non_null(strstr(error, "pigtail device"));
	memset(&story.host, 0, sizeof(story.host));
	assert_int_equal(open_end(&story.device, PTL_DEVICE, story.listen, story.air,
				  &ptl_framing_len16, error, sizeof(error)),
			 -2);
	assert_non_null(strstr(error, "no control messages"));
	memset(&story.device, 0, sizeof(story.device));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_host_scans_and_joins, begin, end),
		cmocka_unit_test_setup_teardown(an_air_that_goes_away, begin, end),
		cmocka_unit_test_setup_teardown(a_radio_is_a_devices, begin, end),
	};

	return cmocka_run_group_tests_name("radio", tests, NULL, NULL);
}
