// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client of one connection that has a stream and dies, and a radio that closes it, or says
 * nothing any more: who waits for the end hears of it either way, once.
 *
 *	client === socket pair === control -- stream_part -- wifi -- the test, as radio
 */
#include "story.h"

#include "host/control/control.h"
#include "host/wifi/stream_part.h"

#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_US 100000u
#define LONG_US	    60000000u /* nobody has that much */

static struct world {
	uv_loop_t loop;
	struct control *control;
	struct wifi *wifi;
	struct stream_part *part;
	int client;
	bool answers; /* the radio to a close */
	ptl_time patience;
	unsigned idle, opens, closes;
} world;

static void on_idle(void *user)
{
	(void)user;
	world.idle++;
}

static void on_ended(void *user)
{
	(void)user;
	stream_part_when_idle(world.part, world.patience, on_idle, NULL);
}

static void say(enum ptl_control_type type, uint8_t stream)
{
	struct ptl_control_writer message;

	ptl_control_begin(&message, type, 0, stream);
	if (type == PTL_M_STREAM_OPENED)
		ptl_put_uint(&message, PTL_F_CREDIT, 1000);
	else
		ptl_put_uint(&message, PTL_F_STATUS, PTL_STATUS_DONE);
	assert_true(ptl_control_end(&message));
	wifi_message(world.wifi, message.bytes, message.n);
}

static uint8_t opened, closed; /* a stream's number and 1, to be answered */

static bool on_send(void *user, const uint8_t *bytes, size_t n)
{
	const struct ptl_control message = {bytes, n};

	(void)user;
	if (ptl_control_type(&message) == PTL_M_STREAM_OPEN)
		opened = (uint8_t)(ptl_control_interface(&message) + 1);
	if (ptl_control_type(&message) == PTL_M_STREAM_CLOSE)
		closed = (uint8_t)(ptl_control_interface(&message) + 1);
	return true;
}

static void set_share(void *user, struct ptl_share *share)
{
	(void)user;
	ptl_share_set(share, 921600, false, 0);
}

static void go_on(void)
{
	(void)uv_run(&world.loop, UV_RUN_NOWAIT);
	if (opened)
		say(PTL_M_STREAM_OPENED, opened - 1);
	if (closed && world.answers)
		say(PTL_M_STREAM_CLOSE, closed - 1);
	world.opens += opened != 0;
	world.closes += closed != 0;
	opened = closed = 0;
	(void)usleep(1000);
}

static void go_on_for(ptl_time us)
{
	ptl_time until = timer_now() + us;

	while (timer_now() < until)
		go_on();
}

/* However long it takes. */
static void go_on_until(const unsigned *count)
{
	ptl_time until = timer_now() + LONG_US;

	while (!*count && timer_now() < until)
		go_on();
	assert_int_equal(*count, 1);
}

static void run(bool answers)
{
	static const char request[] =
		"{\"request\":\"stream.open\",\"arguments\":{\"name\":\"repl\"}}\n";
	const struct wifi_link link = {NULL, on_send, set_share};
	ptl_time gone;
	int pair[2];

	/* A radio that answers ends it long before anybody's patience does. */
	world = (struct world){.answers = answers, .patience = answers ? LONG_US : PATIENCE_US};
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	world.client = pair[0];
	assert_int_equal(uv_loop_init(&world.loop), 0);
	world.control = control_for(&world.loop, "it", pair[1], on_ended, NULL);
	world.wifi = wifi_new(&world.loop, &link);
	world.part = stream_part_new(&world.loop, world.control, world.wifi);
	assert_non_null(world.part);
	wifi_session(world.wifi, true);
	assert_int_equal(write(world.client, request, sizeof(request) - 1),
			 sizeof(request) - 1);
	go_on_until(&world.opens);
	/* As long as the client is there nobody is in a hurry. */
	go_on_for(2 * PATIENCE_US);
	assert_int_equal(world.idle, 0);
	assert_int_equal(world.closes, 0);
	gone = timer_now();
	(void)close(world.client);
	go_on_until(&world.closes);
	go_on_until(&world.idle);
	assert_true(answers || timer_now() >= gone + PATIENCE_US);
	go_on_for(2 * PATIENCE_US);
	assert_int_equal(world.idle, 1);
	stream_part_free(world.part);
	control_close(world.control);
	wifi_free(world.wifi);
	(void)uv_run(&world.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&world.loop), 0);
}

static void a_radio_that_closes(void **state)
{
	(void)state;
	run(true);
}

static void a_radio_that_never_closes(void **state)
{
	(void)state;
	run(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_radio_that_closes),
		cmocka_unit_test(a_radio_that_never_closes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
