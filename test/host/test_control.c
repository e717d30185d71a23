/* SPDX-License-Identifier: GPL-2.0-only */
/* A control socket and its clients, on one loop: requests with arguments, answers that
 * come later or never, subscriptions, and clients that mean harm. */
#include "story.h"

#include "host/control/control.h"
#include "host/control/place.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define MS 1000u

static uv_loop_t loop;
static char folder[] = "/tmp/pigtail-control-XXXXXX";
static struct control *control;

/* Short, so that silence can be waited for. */
static const struct control_times times = {
	.first = 300 * MS,
	.idle = 600 * MS,
	.stuck = 300 * MS,
};

/* ---- the part under test ---- */

static struct control_call *kept;
static unsigned int cancelled;
static unsigned int counted;

static void echo(void *user, const cJSON *arguments, struct control_call *call)
{
	cJSON *result = cJSON_CreateObject();

	assert_ptr_equal(user, &counted);
	cJSON_AddStringToObject(result, "text", control_string(arguments, "text", "none"));
	cJSON_AddNumberToObject(result, "channel", control_number(arguments, "channel", 7));
	cJSON_AddBoolToObject(result, "loud", control_bool(arguments, "loud", false));
	control_answer(call, result);
}

static void on_cancelled(void *user)
{
	assert_ptr_equal(user, &kept);
	cancelled++;
	kept = NULL;
}

static void keep(void *user, const cJSON *arguments, struct control_call *call)
{
	(void)user;
	(void)arguments;
	kept = call;
	control_later(call, on_cancelled, &kept);
}

static void forget(void *user, const cJSON *arguments, struct control_call *call)
{
	(void)user;
	(void)arguments;
	(void)call;
}

static void refuse(void *user, const cJSON *arguments, struct control_call *call)
{
	(void)user;
	(void)arguments;
	control_refuse(call, CONTROL_NOT_READY, "the link is %s; wait", "down");
}

static cJSON *count_now(void *user)
{
	unsigned int *count = user;

	return cJSON_CreateNumber((*count)++);
}

static const struct control_argument echo_arguments[] = {
	{"text", CONTROL_STRING, true, 1, 8, "to be said again"},
	{"channel", CONTROL_INTEGER, false, 1, 14, "of the radio"},
	{"share", CONTROL_NUMBER, false, 0, 1, "of it"},
	{"loud", CONTROL_BOOL, false, 0, 0, "is it?"},
	{0},
};

static const struct control_request requests[] = {
	{"echo", "says it again", echo_arguments, echo, 0},
	{"keep", "answers later", NULL, keep, 1},
	{"forget", "is badly written", NULL, forget, 0},
	{"refuse", "refuses", NULL, refuse, 0},
	{0},
};

static const struct control_event events[] = {
	{"count", "how often it was told", count_now},
	{"found", "somebody was", NULL},
	{0},
};

static struct control_part part = {requests, events, &counted, NULL};

/* ---- a world ---- */

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || setenv("XDG_RUNTIME_DIR", folder, 1) < 0)
		return -1;
	return uv_loop_init(&loop);
}

static int remove_folder(void **state)
{
	char path[64];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/pigtail", folder);
	(void)rmdir(path);
	if (rmdir(folder) < 0)
		return -1;
	return uv_loop_close(&loop);
}

static void turn(void)
{
	(void)uv_run(&loop, UV_RUN_NOWAIT);
}

static int open_control(void **state)
{
	char error[256];

	(void)state;
	kept = NULL;
	cancelled = 0;
	counted = 0;
	if (control_open(&loop, "it", &times, &control, error, sizeof(error)) != 0)
		return -1;
	control_add(control, &part);
	return 0;
}

static int close_control(void **state)
{
	(void)state;
	control_close(control);
	for (int i = 0; i < 10; i++)
		turn();
	return uv_loop_alive(&loop);
}

/* ---- clients ---- */

struct person {
	int fd;
	char in[200000];
	size_t n;
	bool ended;
};

static void enter(struct person *person)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", control_path(control));
	*person = (struct person){0};
	person->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(connect(person->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	turn();
}

static void leave(struct person *person)
{
	assert_int_equal(close(person->fd), 0);
	turn();
	turn();
}

static void say_bytes(const struct person *person, const char *bytes, size_t n)
{
	while (n) {
		ssize_t put = send(person->fd, bytes, n, MSG_NOSIGNAL);

		turn();
		if (put < 0 && errno == EAGAIN)
			continue;
		if (put < 0)
			return;
		bytes += put;
		n -= (size_t)put;
	}
}

static void say(const struct person *person, const char *line)
{
	say_bytes(person, line, strlen(line));
	say_bytes(person, "\n", 1);
}

static void look(struct person *person)
{
	ssize_t n;

	turn();
	n = recv(person->fd, person->in + person->n, sizeof(person->in) - 1 - person->n, 0);
	if (n > 0)
		person->n += (size_t)n;
	else if (n == 0 || errno != EAGAIN)
		person->ended = true;
	person->in[person->n] = 0;
}

/* The next line as JSON; NULL: the conversation has ended, or none came in 5 s. */
static cJSON *hear(struct person *person)
{
	ptl_time until = timer_now() + 5000 * MS;
	char *end;
	cJSON *line;

	while ((end = memchr(person->in, '\n', person->n)) == NULL) {
		if (person->ended || timer_now() > until)
			return NULL;
		look(person);
	}
	line = cJSON_ParseWithLength(person->in, (size_t)(end - person->in));
	assert_non_null(line);
	person->n -= (size_t)(end + 1 - person->in);
	memmove(person->in, end + 1, person->n + 1);
	return line;
}

static void run_for(ptl_time us)
{
	ptl_time until = timer_now() + us;

	while (timer_now() < until)
		turn();
}

static void hears_nothing(struct person *person, ptl_time us)
{
	ptl_time until = timer_now() + us;

	while (timer_now() < until)
		look(person);
	assert_int_equal(person->n, 0);
	assert_false(person->ended);
}

static void hears_end(struct person *person)
{
	cJSON *line;

	while ((line = hear(person)) != NULL)
		cJSON_Delete(line);
	assert_true(person->ended);
}

/* Whether the line's text is this. */
static void hears(struct person *person, const char *expected)
{
	cJSON *line = hear(person);
	char *text = cJSON_PrintUnformatted(line);

	assert_non_null(line);
	assert_string_equal(text, expected);
	cJSON_free(text);
	cJSON_Delete(line);
}

static void hears_error(struct person *person, const char *code, const char *words)
{
	cJSON *line = hear(person);
	const cJSON *error = cJSON_GetObjectItem(line, "error");
	const char *reason = cJSON_GetStringValue(cJSON_GetObjectItem(error, "reason"));

	assert_non_null(error);
	assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(error, "code")), code);
	assert_non_null(reason);
	if (!strstr(reason, words))
		fail_msg("'%s' does not say '%s'", reason, words);
	cJSON_Delete(line);
}

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
	hears_nothing(&p, times.idle + 100 * MS);
	leave(&p);
}

static void who_does_not_read_misses_events_then_goes(void **state)
{
	static char big[10000];
	struct person sleeper;
	struct person other;
	cJSON *line;

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	enter(&sleeper);
	say(&sleeper, "{\"request\":\"subscribe\",\"arguments\":{\"event\":\"found\"}}");
	hears(&sleeper, "{\"result\":{}}");
	for (int i = 0; i < 200; i++) {
		control_publish(control, "found", cJSON_CreateString(big));
		turn();
	}
	/* He wakes up in time, and is told how much he missed. */
	do {
		line = hear(&sleeper);
		assert_non_null(line);
		cJSON_Delete(line);
		look(&sleeper);
	} while (sleeper.n);
	control_publish(control, "found", cJSON_CreateNull());
	line = hear(&sleeper);
	assert_true(cJSON_GetObjectItem(line, "missed")->valueint > 100);
	cJSON_Delete(line);
	/* He never does. */
	for (int i = 0; i < 200; i++)
		control_publish(control, "found", cJSON_CreateString(big));
	run_for(times.stuck + 200 * MS);
	enter(&other);
	say(&other, "{\"request\":\"refuse\"}");
	hears_error(&other, "not-ready", "down");
	hears_end(&sleeper);
	leave(&sleeper);
	leave(&other);
}

/* ---- clients that mean harm ---- */

static void who_is_silent_is_hung_up_on(void **state)
{
	struct person mute;
	struct person half;
	struct person idle;

	(void)state;
	enter(&mute);
	enter(&half);
	say_bytes(&half, "{\"request\":\"re", 13);
	enter(&idle);
	say(&idle, "{\"request\":\"refuse\"}");
	hears_error(&idle, "not-ready", "down");
	hears_error(&mute, "timeout", "too long");
	hears_end(&mute);
	hears_error(&half, "timeout", "too long");
	hears_end(&half);
	hears_nothing(&idle, 10 * MS);
	hears_error(&idle, "timeout", "too long");
	hears_end(&idle);
	leave(&mute);
	leave(&half);
	leave(&idle);
}

/* A subscriber, too, has to finish the line that he began. */
static void half_a_line_ends_a_subscriber(void **state)
{
	struct person p;

	(void)state;
	enter(&p);
	say(&p, "{\"request\":\"subscribe\",\"arguments\":{\"event\":\"found\"}}");
	hears(&p, "{\"result\":{}}");
	say_bytes(&p, "{", 1);
	hears_error(&p, "timeout", "too long");
	hears_end(&p);
	leave(&p);
}

static void the_longest_line_is_taken_a_longer_one_ends_it(void **state)
{
	static char line[65536 + 2];
	static const char request[] = "{\"request\":\"refuse\"}";
	struct person p;

	(void)state;
	memset(line, ' ', sizeof(line));
	memcpy(line, request, sizeof(request) - 1);
	line[65536] = '\n';
	enter(&p);
	say_bytes(&p, line, 65537);
	hears_error(&p, "not-ready", "down");
	line[65536] = ' ';
	line[65537] = '\n';
	say_bytes(&p, line, 65538);
	hears_error(&p, "bad-request", "longer");
	hears_end(&p);
	leave(&p);
}

static void who_asks_and_does_not_read_is_not_read(void **state)
{
	static const char ask[] = "{\"request\":\"help\"}\n";
	struct person p;
	struct person other;
	size_t said = 0;
	cJSON *line;

	(void)state;
	enter(&p);
	/* Until it is full both ways: what is kept of it is bounded. */
	for (int refused = 0; refused < 20; turn()) {
		ssize_t n = send(p.fd, ask, sizeof(ask) - 1, MSG_NOSIGNAL);

		if (n < 0) {
			assert_int_equal(errno, EAGAIN);
			refused++;
		} else {
			assert_int_equal(n, sizeof(ask) - 1);
			said++;
			refused = 0;
		}
		assert_true(said < 1000000);
	}
	/* Others are served, and he gets all of it when he reads. */
	enter(&other);
	say(&other, "{\"request\":\"refuse\"}");
	hears_error(&other, "not-ready", "down");
	for (; said; said--) {
		line = hear(&p);
		assert_non_null(cJSON_GetObjectItem(line, "result"));
		cJSON_Delete(line);
	}
	leave(&p);
	leave(&other);
}

static void noise_is_answered_or_ended(void **state)
{
	struct prng prng = story_seed("noise", 9);
	struct person p;
	struct person other;
	char bytes[512];

	(void)state;
	for (int round = 0; round < 200; round++) {
		enter(&p);
		for (int i = 0; i < 4; i++) {
			size_t n = 1 + prng_next(&prng) % sizeof(bytes);

			for (size_t at = 0; at < n; at++)
				bytes[at] = (char)prng_next(&prng);
			(void)send(p.fd, bytes, n, MSG_NOSIGNAL);
			turn();
		}
		leave(&p);
	}
	enter(&other);
	say(&other, "{\"request\":\"refuse\"}");
	hears_error(&other, "not-ready", "down");
	leave(&other);
}

static void the_longest_silent_makes_room(void **state)
{
	static struct person crowd[64];
	struct person late;
	struct person later;

	(void)state;
	for (size_t i = 0; i < COUNT(crowd); i++) {
		enter(&crowd[i]);
		say(&crowd[i], "{\"request\":\"refuse\"}");
		hears_error(&crowd[i], "not-ready", "down");
	}
	enter(&late);
	hears_end(&crowd[0]);
	hears_nothing(&crowd[1], 0);
	/* Who waits for something keeps his place. */
	say(&late, "{\"request\":\"subscribe\",\"arguments\":{\"event\":\"found\"}}");
	hears(&late, "{\"result\":{}}");
	for (size_t i = 1; i < COUNT(crowd); i++) {
		say(&crowd[i],
		    "{\"request\":\"subscribe\",\"arguments\":{\"event\":\"found\"}}");
		hears(&crowd[i], "{\"result\":{}}");
	}
	enter(&later);
	hears_error(&later, "busy", "too many");
	hears_end(&later);
	leave(&later);
	leave(&late);
	for (size_t i = 0; i < COUNT(crowd); i++)
		leave(&crowd[i]);
}

/* ---- its place ---- */

static void it_answers(void)
{
	struct person p;

	enter(&p);
	say(&p, "{\"request\":\"refuse\"}");
	hears_error(&p, "not-ready", "down");
	leave(&p);
}

static void only_its_user_may_ask(void **state)
{
	struct stat status;

	(void)state;
	assert_int_equal(stat(control_path(control), &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
}

static void a_taken_name_is_refused(void **state)
{
	struct control *other = NULL;
	char error[256];

	(void)state;
	assert_int_equal(control_open(&loop, "it", NULL, &other, error, sizeof(error)), 1);
	assert_non_null(strstr(error, "taken"));
}

static void remove_runtime_directory(void)
{
	char path[64];

	assert_int_equal(unlink(control_path(control)), 0);
	(void)snprintf(path, sizeof(path), "%s/pigtail", folder);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void it_is_found_again_after_its_directory_vanished(void **state)
{
	char first[CONTROL_PATH_MAX];
	struct person before;

	(void)state;
	(void)snprintf(first, sizeof(first), "%s", control_path(control));
	enter(&before);
	say(&before, "{\"request\":\"subscribe\",\"arguments\":{\"event\":\"found\"}}");
	hears(&before, "{\"result\":{}}");
	/* As systemd does when the user logs out. */
	remove_runtime_directory();
	control_tick(control);
	assert_string_not_equal(control_path(control), first);
	it_answers();
	/* Who was there is told on. */
	control_publish(control, "found", NULL);
	hears(&before, "{\"event\":\"found\",\"data\":null}");
	leave(&before);
	/* The user is there again, and somebody removes the socket. */
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(unlink(control_path(control)), 0);
	control_tick(control);
	assert_string_equal(control_path(control), first);
	it_answers();
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, open_control, close_control)
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
		STORY(what_is_now_is_told_at_once_and_periodically),
		STORY(who_does_not_read_misses_events_then_goes),
		STORY(who_is_silent_is_hung_up_on),
		STORY(half_a_line_ends_a_subscriber),
		STORY(the_longest_line_is_taken_a_longer_one_ends_it),
		STORY(who_asks_and_does_not_read_is_not_read),
		STORY(noise_is_answered_or_ended),
		STORY(the_longest_silent_makes_room),
		STORY(only_its_user_may_ask),
		STORY(a_taken_name_is_refused),
		STORY(it_is_found_again_after_its_directory_vanished),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
