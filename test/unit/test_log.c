/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of text for a person: from a link, from a device that panicked, and hostile. */
#include "link_end.h"

static char heard[PTL_LOG_MAX + 1];
static unsigned lines;

static void on_log(void *user, const uint8_t *text, size_t n)
{
	(void)user;
	assert_in_range(n, 1, PTL_LOG_MAX);
	memcpy(heard, text, n);
	heard[n] = 0;
	lines++;
}

static void open_listener(struct one_end *end)
{
	open_link(end, PTL_HOST, PTL_PROFILE_MCU);
	link_in(end)->events.log = on_log;
	lines = 0;
	heard[0] = 0;
}

static void a_line_arrives_once(void **state)
{
	struct one_end a, b;

	(void)state;
	open_listener(&a);
	open_link(&b, PTL_DEVICE, PTL_PROFILE_MCU);
	/* Before there is a session, too. */
	b.framing->log(b.endpoint, b.now, "starting", 8);
	exchange(&a, &b);
	assert_string_equal(heard, "starting");
	b.framing->log(b.endpoint, b.now, "first", 5);
	b.framing->log(b.endpoint, b.now, "the second finds it waiting", 27);
	exchange(&a, &b);
	assert_string_equal(heard, "first");
	assert_int_equal(lines, 2);
	b.framing->log(b.endpoint, b.now, "", 0);
	exchange(&a, &b);
	assert_int_equal(lines, 2);
	assert_int_equal(end_counters(&a)->rx_bad_field, 0);
	close_pair(&a, &b);
}

static void a_panic_is_heard_in_the_middle_of_a_frame(void **state)
{
	uint8_t frame[PTL_LOG_FRAME];
	struct ref_frame decoded;
	struct one_end end;
	char text[PTL_LOG_MAX];
	size_t n;

	(void)state;
	open_listener(&end);
	end_receive(&end, (const uint8_t *)"\x09half of", 8, 3, NULL);
	n = ptl_log_frame(frame, "panic: exccause 28", 18);
	end_receive(&end, frame, n, 5, NULL);
	assert_string_equal(heard, "panic: exccause 28");
	assert_int_equal(lines, 1);

	/* Longest, and zeros in it; what is longer is cut. */
	memset(text, 0, sizeof(text));
	n = ptl_log_frame(frame, text, sizeof(text) + 5);
	assert_in_range(n, PTL_LOG_MAX, PTL_LOG_FRAME);
	memset(text, 'x', sizeof(text));
	n = ptl_log_frame(frame, text, sizeof(text));
	assert_in_range(n, PTL_LOG_MAX, PTL_LOG_FRAME);
	ref_frame_decode(&decoded, frame + 1, n - 2);
	assert_int_equal(decoded.end, REF_LAST);
	assert_int_equal(decoded.class, PTL_CLASS_LINK);
	assert_int_equal(decoded.number, PTL_MSG_LOG);
	assert_int_equal(decoded.n, PTL_LOG_MAX);
	end_receive(&end, frame, n, 50, NULL);
	assert_int_equal(strlen(heard), PTL_LOG_MAX);
	end_close(&end);
}

static void a_line_must_have_a_length(void **state)
{
	uint8_t text[PTL_LOG_MAX + 1] = {'a'};
	struct one_end end;

	(void)state;
	open_listener(&end);
	hear_message(&end, PTL_MSG_LOG, text, 0);
	hear_message(&end, PTL_MSG_LOG, text, sizeof(text));
	assert_int_equal(lines, 0);
	assert_int_equal(end_counters(&end)->rx_bad_field, 2);
	hear_message(&end, PTL_MSG_LOG, text, 1);
	assert_string_equal(heard, "a");
	end_close(&end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_arrives_once),
		cmocka_unit_test(a_panic_is_heard_in_the_middle_of_a_frame),
		cmocka_unit_test(a_line_must_have_a_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
