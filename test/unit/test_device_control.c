/* SPDX-License-Identifier: GPL-2.0-only */
/* The control channel at the radio's end: the host asks, the device answers each once and
 * in order, whatever has no room; and it learns what a session took with it. */
#include "device_bench.h"

#include <pigtail/compat.h>

/* The bench comes first: the seams of both ends know it as their user. */
struct desk {
	struct bench bench;
	unsigned asked, answered; /* at the device, at the host */
	unsigned refused, resumed, sessions;
	bool session;
	bool busy; /* the device's owner takes nothing */
	uint32_t lost_first, lost_count;
};

static struct desk *desk_of(void *user)
{
	return user;
}

/* The host hears answers in the order of its questions. */
static bool host_message(void *user, const uint8_t *message, size_t n)
{
	struct desk *desk = desk_of(user);

	assert_int_equal(n, 200);
	assert_int_equal(message[0], 2);
	assert_int_equal(message[1], desk->answered++);
	return true;
}

/* Answers at once; a question whose answer has no room has to come again. */
static bool device_message(void *user, ptl_time now, const uint8_t *message, size_t n)
{
	struct desk *desk = desk_of(user);
	uint8_t answer[200] = {2, message[1]};

	assert_int_equal(now, desk->bench.now);
	assert_true(desk->session);
	assert_int_equal(n, 3);
	assert_int_equal(message[0], 1);
	if (desk->busy ||
	    device_send_control(desk->bench.device, answer, sizeof(answer), NULL) != PTL_OK) {
		desk->refused++;
		return false;
	}
	assert_int_equal(message[1], desk->asked++);
	return true;
}

static void device_session(void *user, ptl_time now, bool up)
{
	struct desk *desk = desk_of(user);

	assert_int_equal(now, desk->bench.now);
	desk->session = up;
	desk->sessions += up;
}

static ptl_time device_poll_control(void *user, ptl_time now)
{
	struct desk *desk = desk_of(user);

	(void)now;
	if (desk->refused > desk->resumed && !desk->busy) {
		desk->resumed = desk->refused;
		device_resume_control(desk->bench.device);
	}
	return PTL_NEVER;
}

static void device_lost(void *user, uint32_t first, uint32_t count)
{
	struct desk *desk = desk_of(user);

	desk->lost_first = first;
	desk->lost_count = count;
}

static void start(struct desk *desk)
{
	struct device_config config;

	memset(desk, 0, sizeof(*desk));
	bench_open(&desk->bench, 1);
	desk->bench.host_message = host_message;
	config = bench_config(&desk->bench);
	config.control = (struct device_control){.user = desk,
						 .message = device_message,
						 .lost = device_lost,
						 .session = device_session,
						 .poll = device_poll_control};
	bench_start_host(&desk->bench);
	bench_start_device(&desk->bench, &config);
	bench_meet(&desk->bench);
}

static void ask(struct desk *desk, unsigned first, unsigned n)
{
	for (unsigned i = first; i < first + n; i++) {
		const uint8_t question[] = {1, (uint8_t)i, 0};

		assert_int_equal(ptl_link_send_control(desk->bench.host, desk->bench.now,
						       question, sizeof(question), NULL),
				 PTL_OK);
	}
}

static void each_question_has_its_answer(void **state)
{
	static struct desk desk;

	(void)state;
	start(&desk);
	/* More than the device has room for answers to. */
	for (unsigned i = 0; i < 60; i += 10) {
		ask(&desk, i, 10);
		bench_run(&desk.bench, 200000);
		assert_int_equal(desk.asked, i + 10);
		assert_int_equal(desk.answered, i + 10);
	}
	assert_true(desk.refused > 0);
	assert_int_equal(desk.sessions, 1);
	assert_int_equal(desk.lost_count, 0);
	bench_close(&desk.bench);
}

static void a_busy_owner_is_asked_again(void **state)
{
	static struct desk desk;

	(void)state;
	start(&desk);
	desk.busy = true;
	ask(&desk, 0, 10);
	bench_run(&desk.bench, 1000000);
	assert_int_equal(desk.asked, 0);
	/* The radio's frames pass meanwhile. */
	bench_send(&desk.bench, 0, 20);
	bench_run(&desk.bench, 500000);
	assert_int_equal(desk.bench.taken, 20);
	desk.busy = false;
	desk.bench.woken = true;
	bench_run(&desk.bench, 500000);
	assert_int_equal(desk.answered, 10);
	bench_close(&desk.bench);
}

static void a_restarted_host_takes_the_answers_with_it(void **state)
{
	static struct desk desk;

	(void)state;
	start(&desk);
	ask(&desk, 0, 1);
	bench_run(&desk.bench, 100000);
	assert_int_equal(desk.answered, 1);
	desk.bench.uart_stopped = true;
	ask(&desk, 1, 2);
	bench_run(&desk.bench, 100000);
	assert_int_equal(desk.asked, 3);
	bench_start_host(&desk.bench);
	desk.bench.uart_stopped = false;
	bench_meet(&desk.bench);
	bench_run(&desk.bench, 100000);
	assert_int_equal(desk.sessions, 2);
	assert_int_equal(desk.lost_first, 1);
	assert_int_equal(desk.lost_count, 2);
	assert_int_equal(desk.answered, 1);
	bench_close(&desk.bench);
}

static void without_an_owner_the_host_knows(void **state)
{
	static struct desk desk;
	struct device_config config;

	(void)state;
	memset(&desk, 0, sizeof(desk));
	bench_open(&desk.bench, 1);
	config = bench_config(&desk.bench);
	bench_start_host(&desk.bench);
	bench_start_device(&desk.bench, &config);
	bench_meet(&desk.bench);
	assert_int_equal(ptl_link_send_control(desk.bench.host, desk.bench.now,
					       (const uint8_t *)"", 1, NULL),
			 PTL_REFUSED);
	bench_close(&desk.bench);
}

static void a_framing_without_the_channel_says_so(void **state)
{
	static struct desk desk;
	struct device_config config;

	(void)state;
	memset(&desk, 0, sizeof(desk));
	bench_open(&desk.bench, 1);
	config = bench_config(&desk.bench);
	config.framing = &ptl_framing_len16;
	bench_start_device(&desk.bench, &config);
	assert_int_equal(device_send_control(desk.bench.device, (const uint8_t *)"", 1, NULL),
			 PTL_REFUSED);
	bench_close(&desk.bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_question_has_its_answer),
		cmocka_unit_test(a_busy_owner_is_asked_again),
		cmocka_unit_test(a_restarted_host_takes_the_answers_with_it),
		cmocka_unit_test(without_an_owner_the_host_knows),
		cmocka_unit_test(a_framing_without_the_channel_says_so),
	};

	return cmocka_run_group_tests_name("device, control", tests, NULL, NULL);
}
