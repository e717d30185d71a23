/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two running links of one loop, joined by a socket, and their control channels: the
 * owner at one end asks, the one at the other refuses now and then, and answers.
 *
 *	owner -- runner -- socket -- runner -- owner
 */
#include "story.h"

#include "host/run/runner.h"

#include <pigtail/link.h>

#include <unistd.h>

#define QUESTIONS 200u
#define PATIENCE  30000u /* ms */

struct owner {
	struct runner runner;
	unsigned int heard, said, rooms, states, lost;
	bool refuse; /* the next one */
	uv_timer_t again;
};

struct story {
	uv_loop_t loop;
	struct owner host, device;
	bool late;
};

static struct story story;

/* As many questions as there is room for. */
static void ask(void *user)
{
	struct owner *owner = user;

	owner->rooms++;
	while (owner->said < QUESTIONS) {
		uint8_t question[300] = {1, (uint8_t)owner->said};
		enum ptl_error error =
			runner_send_control(&owner->runner, question, sizeof(question), NULL);

		if (error == PTL_FULL)
			return;
		assert_int_equal(error, PTL_OK);
		owner->said++;
	}
}

static void on_state(void *user, enum ptl_state state, enum ptl_reason reason)
{
	struct owner *owner = user;

	(void)reason;
	assert_int_equal(state, PTL_STATE_UP);
	owner->states++;
}

static void on_lost(void *user, uint32_t first, uint32_t count)
{
	struct owner *owner = user;

	(void)first;
	owner->lost += count;
}

static void on_again(uv_timer_t *timer)
{
	struct owner *owner = timer->data;

	runner_resume_control(&owner->runner);
}

/* Takes every other one at once, and the others when they come again. */
static bool on_question(void *user, const uint8_t *message, size_t n)
{
	struct owner *owner = user;
	uint8_t answer[2] = {2, message[1]};

	assert_int_equal(n, 300);
	assert_int_equal(message[1], owner->heard & 0xff);
	owner->refuse = !owner->refuse;
	if (owner->refuse ||
	    runner_send_control(&owner->runner, answer, sizeof(answer), NULL) != PTL_OK) {
		assert_int_equal(uv_timer_start(&owner->again, on_again, 1, 0), 0);
		return false;
	}
	owner->heard++;
	return true;
}

static bool on_answer(void *user, const uint8_t *message, size_t n)
{
	struct owner *owner = user;

	assert_int_equal(n, 2);
	assert_int_equal(message[0], 2);
	assert_int_equal(message[1], owner->heard & 0xff);
	owner->heard++;
	return true;
}

static void on_late(uv_timer_t *timer)
{
	(void)timer;
	story.late = true;
}

/* The program's; here nobody looks. */
static void on_runner(void *user)
{
	(void)user;
}

static void open_end(struct owner *owner, enum ptl_role role, const char *port,
		     bool (*message)(void *, const uint8_t *, size_t))
{
	const struct runner_control control = {.user = owner,
					       .message = message,
					       .lost = on_lost,
					       .room = ask,
					       .state = on_state};
	const struct link_config config = {
		.role = role,
		.framing = &ptl_framing_pigtail,
		.port = port,
		.net = "user",
		.mtu = 1500,
		.mac = {2, 0, 0, 0, 0, role == PTL_HOST ? 1 : 2},
	};
	char error[256];

	memset(owner, 0, sizeof(*owner));
	if (message)
		owner->runner.control = control;
	owner->runner.state_changed = owner->runner.failed = on_runner;
	runner_set_name(&owner->runner, role == PTL_HOST ? "host" : "device");
	if (runner_open(&owner->runner, &story.loop, &config, error, sizeof(error)) != 0)
		fail_msg("%s", error);
	assert_int_equal(uv_timer_init(&story.loop, &owner->again), 0);
	owner->again.data = owner;
}

static void run_until(bool (*done)(void))
{
	uv_timer_t late;

	story.late = false;
	assert_int_equal(uv_timer_init(&story.loop, &late), 0);
	assert_int_equal(uv_timer_start(&late, on_late, PATIENCE, 0), 0);
	while (!done()) {
		assert_false(story.late);
		(void)uv_run(&story.loop, UV_RUN_ONCE);
	}
	uv_close((uv_handle_t *)&late, NULL);
	(void)uv_run(&story.loop, UV_RUN_NOWAIT);
}

static bool both_up(void)
{
	return story.host.runner.up && story.device.runner.up;
}

static bool all_answered(void)
{
	return story.host.heard == QUESTIONS;
}

static void begin(bool owned)
{
	char listen[64], connect[64];

	memset(&story, 0, sizeof(story));
	assert_int_equal(uv_loop_init(&story.loop), 0);
	(void)snprintf(listen, sizeof(listen), "unix-listen:/tmp/ptl-channel-%d", getpid());
	(void)snprintf(connect, sizeof(connect), "unix:/tmp/ptl-channel-%d", getpid());
	open_end(&story.device, PTL_DEVICE, listen, owned ? on_question : NULL);
	open_end(&story.host, PTL_HOST, connect, on_answer);
	run_until(both_up);
}

static void end(void)
{
	uv_close((uv_handle_t *)&story.host.again, NULL);
	uv_close((uv_handle_t *)&story.device.again, NULL);
	runner_close(&story.host.runner);
	runner_close(&story.device.runner);
	(void)uv_run(&story.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&story.loop), 0);
}

static void each_question_has_its_answer(void **state)
{
	(void)state;
	begin(true);
	assert_int_equal(story.host.states, 1);
	ask(&story.host);
	assert_true(story.host.said < QUESTIONS); /* there is no room for all at once */
	run_until(all_answered);
	assert_int_equal(story.device.heard, QUESTIONS);
	assert_true(story.host.rooms > 1);
	assert_int_equal(story.host.lost + story.device.lost, 0);
	end();
}

static void nobody_there_is_known(void **state)
{
	const uint8_t question[] = {1, 0};

	(void)state;
	begin(false);
	assert_int_equal(
		runner_send_control(&story.host.runner, question, sizeof(question), NULL),
		PTL_REFUSED);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_question_has_its_answer),
		cmocka_unit_test(nobody_there_is_known),
	};

	return cmocka_run_group_tests_name("runner, control", tests, NULL, NULL);
}
