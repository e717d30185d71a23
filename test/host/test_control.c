/* SPDX-License-Identifier: GPL-2.0-only */
/* A control socket: requests with arguments, answers that come later or never,
 * subscriptions. */
#include "control_bench.h"

/* ---- requests ---- */

static void arguments_arrive_and_have_defaults(void **state)
{
	struct person p;

	(void)state;
	enter(&p);
	say(&p, "{\"id\":1,\"request\":\"echo\",\"arguments\":"
		"{\"text\":\"hi\",\"channel\":14,\"loud\":true}}");
	hears(&p, "{\"id\":1,\"result\":{\"text\":\"hi\",\"channel\":14,\"loud\":true}}");
	say(&p, "{\"request\":\"echo\",\"arguments\":{\"text\":\"hi\",\"channel\":null}}\r");
	hears(&p, "{\"result\":{\"text\":\"hi\",\"channel\":7,\"loud\":false}}");
	say(&p, "{\"id\":\"a-1\",\"request\":\"refuse\"}");
	hears(&p, "{\"id\":\"a-1\",\"error\":{\"code\":\"not-ready\","
		  "\"reason\":\"the link is down; wait\"}}");
	leave(&p);
}

static void what_is_wrong_is_said(void **state)
{
	static const struct {
		const char *line;
		const char *code;
		const char *words;
	} cases[] = {
		{"hello", "bad-request", "no JSON object"},
		{"", "bad-request", "no JSON object"},
		{"[1]", "bad-request", "no JSON object"},
		{"{}", "bad-request", "\"request\""},
		{"{\"request\":7}", "bad-request", "\"request\""},
		{"{\"request\":\"echo\"} x", "bad-request", "no JSON object"},
		{"{\"request\":\"echo\",\"args\":{}}", "bad-request", "nothing else"},
		{"{\"id\":[],\"request\":\"refuse\"}", "bad-request", "an id"},
		{"{\"id\":\"\\u00e4\",\"request\":\"refuse\"}", "bad-request", "an id"},
		{"{\"request\":\"fly\"}", "unknown-request", "'help' lists"},
		{"{\"request\":\"echo\"}", "bad-argument", "text is missing"},
		{"{\"request\":\"echo\",\"arguments\":[]}", "bad-argument", "an object"},
		{"{\"request\":\"echo\",\"arguments\":{\"text\":1}}", "bad-argument",
		 "text: it is a string"},
		{"{\"request\":\"echo\",\"arguments\":{\"text\":\"\"}}", "bad-argument",
		 "1 to 8 bytes"},
		{"{\"request\":\"echo\",\"arguments\":{\"text\":\"123456789\"}}",
		 "bad-argument", "1 to 8 bytes"},
		{"{\"request\":\"echo\",\"arguments\":{\"text\":\"a\",\"channel\":1.5}}",
		 "bad-argument", "channel: it is an integer"},
		{"{\"request\":\"echo\",\"arguments\":{\"text\":\"a\",\"channel\":15}}",
		 "bad-argument", "1 to 14"},
		{"{\"request\":\"echo\",\"arguments\":{\"text\":\"a\",\"share\":1e999}}",
		 "bad-argument", "share: it is a number"},
		{"{\"request\":\"echo\",\"arguments\":{\"text\":\"a\",\"loud\":1}}",
		 "bad-argument", "true or false"},
		{"{\"request\":\"echo\",\"arguments\":{\"text\":\"a\",\"tex\":1}}",
		 "bad-argument", "no argument tex"},
		{"{\"request\":\"echo\",\"arguments\":{\"text\":\"a\",\"text\":2}}",
		 "bad-argument", "text is given twice"},
		{"{\"request\":\"refuse\",\"arguments\":{\"\xff\\n\":1}}", "bad-argument",
		 "no argument of that name"},
		{"{\"request\":\"forget\"}", "failed", "nobody"},
		{"{\"request\":\"subscribe\",\"arguments\":{\"event\":\"rain\"}}",
		 "bad-argument", "no such event"},
		{"{\"request\":\"subscribe\",\"arguments\":{\"event\":\"found\",\"every\":1}}",
		 "bad-argument", "not periodically"},
		{"{\"request\":\"subscribe\",\"arguments\":{\"event\":\"count\",\"every\":0}}",
		 "bad-argument", "0.1 to 3600"},
		{"{\"request\":\"unsubscribe\",\"arguments\":{\"event\":\"count\"}}",
		 "bad-argument", "no subscription"},
	};
	struct person p;

	(void)state;
	enter(&p);
	for (size_t i = 0; i < COUNT(cases); i++) {
		say(&p, cases[i].line);
		hears_error(&p, cases[i].code, cases[i].words);
	}
	say_bytes(&p, "{\"request\":\"refuse\"}\0\n", 22);
	hears_error(&p, "bad-request", "no JSON object");
	/* Nor is the conversation spoiled. */
	say(&p, "{\"request\":\"refuse\"}");
	hears_error(&p, "not-ready", "down");
	leave(&p);
}

static void help_lists_the_tables(void **state)
{
	struct person p;
	cJSON *line;
	char *text;

	(void)state;
	enter(&p);
	say(&p, "{\"request\":\"help\"}");
	line = hear(&p);
	text = cJSON_PrintUnformatted(line);
	assert_non_null(text);
	assert_non_null(strstr(text, "{\"name\":\"channel\",\"type\":\"integer\",\"required\":"
				     "false,\"min\":1,\"max\":14,\"help\":\"of the radio\"}"));
	assert_non_null(strstr(text, "{\"name\":\"found\",\"help\":\"somebody was\","
				     "\"periodic\":false}"));
	assert_non_null(strstr(text, "\"name\":\"subscribe\""));
	cJSON_free(text);
	cJSON_Delete(line);
	leave(&p);
}

static void any_cut_of_the_lines_is_the_same(void **state)
{
	static const char lines[] = "{\"id\":1,\"request\":\"refuse\"}\n"
				    "{\"id\":2,\"request\":\"refuse\"}\n";
	static const char answer[] = "{\"id\":%d,\"error\":{\"code\":\"not-ready\","
				     "\"reason\":\"the link is down; wait\"}}";
	char expected[128];
	struct person p;

	(void)state;
	enter(&p);
	for (size_t cut = 0; cut < sizeof(lines); cut++) {
		say_bytes(&p, lines, cut);
		say_bytes(&p, lines + cut, sizeof(lines) - 1 - cut);
		for (int id = 1; id <= 2; id++) {
			(void)snprintf(expected, sizeof(expected), answer, id);
			hears(&p, expected);
		}
	}
	leave(&p);
}

/* ---- answers that come later ---- */

static void an_answer_may_come_later_and_out_of_order(void **state)
{
	struct person p;

	(void)state;
	enter(&p);
	say(&p, "{\"id\":1,\"request\":\"keep\"}");
	say(&p, "{\"id\":2,\"request\":\"refuse\"}");
	hears_error(&p, "not-ready", "down");
	assert_non_null(kept);
	control_answer(kept, NULL);
	hears(&p, "{\"id\":1,\"result\":{}}");
	assert_int_equal(cancelled, 0);
	leave(&p);
}

static void who_goes_cancels_what_he_asked(void **state)
{
	struct person p;

	(void)state;
	enter(&p);
	say(&p, "{\"request\":\"keep\"}");
	assert_non_null(kept);
	leave(&p);
	assert_int_equal(cancelled, 1);
	assert_null(kept);
}

/* As `nc -N` does. */
static void who_only_says_no_more_gets_his_answer(void **state)
{
	struct person p;

	(void)state;
	enter(&p);
	say(&p, "{\"request\":\"keep\"}");
	assert_int_equal(shutdown(p.fd, SHUT_WR), 0);
	hears_nothing(&p, 20 * MS);
	assert_int_equal(cancelled, 0);
	control_answer(kept, NULL);
	hears(&p, "{\"result\":{}}");
	hears_end(&p);
	leave(&p);
}

static void no_answer_is_a_timeout(void **state)
{
	struct person p;

	(void)state;
	enter(&p);
	say(&p, "{\"id\":5,\"request\":\"keep\"}");
	hears_error(&p, "timeout", "in time");
	assert_int_equal(cancelled, 1);
	leave(&p);
}

static void requests_that_wait_are_limited(void **state)
{
	struct person p;

	(void)state;
	enter(&p);
	for (int i = 0; i < 16; i++)
		say(&p, "{\"request\":\"keep\"}");
	say(&p, "{\"request\":\"keep\"}");
	hears_error(&p, "busy", "too many");
	leave(&p);
	assert_int_equal(cancelled, 16);
}

static void a_part_that_goes_ends_what_waits_for_it(void **state)
{
	struct person p;

	(void)state;
	enter(&p);
	say(&p, "{\"id\":1,\"request\":\"keep\"}");
	say(&p, "{\"id\":2,\"request\":\"subscribe\",\"arguments\":{\"event\":\"found\"}}");
	hears(&p, "{\"id\":2,\"result\":{}}");
	control_remove(control, &part);
	assert_int_equal(cancelled, 1);
	hears_error(&p, "not-ready", "has ended");
	hears_error(&p, "not-ready", "no more events");
	say(&p, "{\"request\":\"keep\"}");
	hears_error(&p, "unknown-request", "no such");
	control_add(control, &part);
	say(&p, "{\"request\":\"refuse\"}");
	hears_error(&p, "not-ready", "down");
	leave(&p);
}

/* ---- subscriptions ---- */

static void subscribers_are_told(void **state)
{
	struct person one;
	struct person other;

	(void)state;
	enter(&one);
	enter(&other);
	control_publish(control, "found", cJSON_CreateString("nobody hears it"));
	say(&one, "{\"id\":1,\"request\":\"subscribe\",\"arguments\":{\"event\":\"found\"}}");
	hears(&one, "{\"id\":1,\"result\":{}}");
	say(&other, "{\"request\":\"subscribe\",\"arguments\":{\"event\":\"found\"}}");
	hears(&other, "{\"result\":{}}");
	control_publish(control, "found", cJSON_CreateString("me"));
	hears(&one, "{\"id\":1,\"event\":\"found\",\"data\":\"me\"}");
	hears(&other, "{\"event\":\"found\",\"data\":\"me\"}");
	say(&one, "{\"request\":\"unsubscribe\",\"arguments\":{\"event\":\"found\"}}");
	hears(&one, "{\"result\":{}}");
	control_publish(control, "found", cJSON_CreateString("me"));
	hears(&other, "{\"event\":\"found\",\"data\":\"me\"}");
	hears_nothing(&one, 20 * MS);
	leave(&one);
	leave(&other);
}

static void what_is_now_is_told_at_once_and_periodically(void **state)
{
	struct person p;
	ptl_time began = timer_now();

	(void)state;
	enter(&p);
	control_publish(control, "count", NULL);
	assert_int_equal(counted, 0); /* nobody wants it, so it is not made */
	say(&p, "{\"request\":\"subscribe\",\"arguments\":"
		"{\"event\":\"count\",\"every\":0.1}}");
	hears(&p, "{\"result\":{}}");
	hears(&p, "{\"event\":\"count\",\"data\":0}");
	hears(&p, "{\"event\":\"count\",\"data\":1}");
	hears(&p, "{\"event\":\"count\",\"data\":2}");
	assert_true(timer_now() - began >= 200 * MS);
	control_publish(control, "count", NULL);
	hears(&p, "{\"event\":\"count\",\"data\":3}");
	/* Anew, without a period. */
	say(&p, "{\"request\":\"subscribe\",\"arguments\":{\"event\":\"count\"}}");
	hears(&p, "{\"result\":{}}");
	hears(&p, "{\"event\":\"count\",\"data\":4}");
	/* A subscriber is not silent, though he says nothing. */
	hears_nothing(&p, hasty.idle + 100 * MS);
	leave(&p);
}

static void flood(struct person *sleeper)
{
	static char big[10000];

	memset(big, 'x', sizeof(big) - 1);
	enter(sleeper);
	say(sleeper, "{\"request\":\"subscribe\",\"arguments\":{\"event\":\"found\"}}");
	hears(sleeper, "{\"result\":{}}");
	for (int i = 0; i < 200; i++) {
		control_publish(control, "found", cJSON_CreateString(big));
		turn();
	}
}

/* However long that takes: nobody hangs up on him meanwhile. */
static void who_wakes_up_is_told_how_much_he_missed(void **state)
{
	struct person sleeper;
	int missed = 0;

	(void)state;
	flood(&sleeper);
	for (int i = 0; i < 1000 && !missed; i++) {
		cJSON *line = hear(&sleeper);
		const cJSON *said = cJSON_GetObjectItem(line, "missed");

		assert_non_null(line);
		missed = said ? said->valueint : 0;
		cJSON_Delete(line);
		if (!missed)
			control_publish(control, "found", cJSON_CreateNull());
	}
	assert_true(missed > 100);
	leave(&sleeper);
}

static void who_never_wakes_up_goes(void **state)
{
	struct person sleeper;
	struct person other;

	(void)state;
	flood(&sleeper);
	run_for(hasty.stuck + 200 * MS);
	enter(&other);
	say(&other, "{\"request\":\"refuse\"}");
	hears_error(&other, "not-ready", "down");
	hears_end(&sleeper);
	leave(&sleeper);
	leave(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(arguments_arrive_and_have_defaults),
		STORY(what_is_wrong_is_said),
		STORY(help_lists_the_tables),
		STORY(any_cut_of_the_lines_is_the_same),
		STORY(an_answer_may_come_later_and_out_of_order),
		STORY(who_goes_cancels_what_he_asked),
		STORY(who_only_says_no_more_gets_his_answer),
		STORY(no_answer_is_a_timeout),
		STORY(requests_that_wait_are_limited),
		STORY(a_part_that_goes_ends_what_waits_for_it),
		STORY(subscribers_are_told),
		STORY_OF_SILENCE(what_is_now_is_told_at_once_and_periodically),
		STORY(who_wakes_up_is_told_how_much_he_missed),
		STORY_OF_SILENCE(who_never_wakes_up_goes),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
