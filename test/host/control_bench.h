/* SPDX-License-Identifier: GPL-2.0-only */
/* A control socket with a part under test, and its clients, on one loop. */
#ifndef TEST_CONTROL_BENCH_H
#define TEST_CONTROL_BENCH_H

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

/* A busy machine is no silence. */
static const struct control_times patient = {
	.first = 60000 * MS,
	.idle = 60000 * MS,
	.stuck = 60000 * MS,
};
/* Short, so that silence can be waited for. */
static const struct control_times hasty = {
	.first = 300 * MS,
	.idle = 600 * MS,
	.stuck = 300 * MS,
};

/* ---- the part under test ---- */

static struct control_call *kept;
static unsigned int cancelled;
static unsigned int counted;

static inline void echo(void *user, const cJSON *arguments, struct control_call *call)
{
	cJSON *result = cJSON_CreateObject();

	assert_ptr_equal(user, &counted);
	cJSON_AddStringToObject(result, "text", control_string(arguments, "text", "none"));
	cJSON_AddNumberToObject(result, "channel", control_number(arguments, "channel", 7));
	cJSON_AddBoolToObject(result, "loud", control_bool(arguments, "loud", false));
	control_answer(call, result);
}

static inline void on_cancelled(void *user)
{
	assert_ptr_equal(user, &kept);
	cancelled++;
	kept = NULL;
}

static inline void keep(void *user, const cJSON *arguments, struct control_call *call)
{
	(void)user;
	(void)arguments;
	kept = call;
	control_later(call, on_cancelled, &kept);
}

static inline void forget(void *user, const cJSON *arguments, struct control_call *call)
{
	(void)user;
	(void)arguments;
	(void)call;
}

static inline void refuse(void *user, const cJSON *arguments, struct control_call *call)
{
	(void)user;
	(void)arguments;
	control_refuse(call, CONTROL_NOT_READY, "the link is %s; wait", "down");
}

static inline cJSON *count_now(void *user)
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

static inline int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || setenv("XDG_RUNTIME_DIR", folder, 1) < 0)
		return -1;
	return uv_loop_init(&loop);
}

static inline int remove_folder(void **state)
{
	char path[64];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/pigtail", folder);
	(void)rmdir(path);
	if (rmdir(folder) < 0)
		return -1;
	return uv_loop_close(&loop);
}

static inline void turn(void)
{
	(void)uv_run(&loop, UV_RUN_NOWAIT);
}

static inline int open_with(const struct control_times *patience)
{
	char error[256];

	kept = NULL;
	cancelled = 0;
	counted = 0;
	if (control_open(&loop, "it", patience, &control, error, sizeof(error)) != 0)
		return -1;
	control_add(control, &part);
	return 0;
}

static inline int open_control(void **state)
{
	(void)state;
	return open_with(&patient);
}

static inline int open_hasty(void **state)
{
	(void)state;
	return open_with(&hasty);
}

static inline int close_control(void **state)
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

static inline void enter(struct person *person)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", control_path(control));
	*person = (struct person){0};
	person->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(connect(person->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	turn();
}

static inline void leave(struct person *person)
{
	assert_int_equal(close(person->fd), 0);
	turn();
	turn();
}

static inline void say_bytes(const struct person *person, const char *bytes, size_t n)
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

static inline void say(const struct person *person, const char *line)
{
	say_bytes(person, line, strlen(line));
	say_bytes(person, "\n", 1);
}

static inline void look(struct person *person)
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
static inline cJSON *hear(struct person *person)
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

static inline void run_for(ptl_time us)
{
	ptl_time until = timer_now() + us;

	while (timer_now() < until)
		turn();
}

static inline void hears_nothing(struct person *person, ptl_time us)
{
	ptl_time until = timer_now() + us;

	while (timer_now() < until)
		look(person);
	assert_int_equal(person->n, 0);
	assert_false(person->ended);
}

static inline void hears_end(struct person *person)
{
	cJSON *line;

	while ((line = hear(person)) != NULL)
		cJSON_Delete(line);
	assert_true(person->ended);
}

/* Whether the line's text is this. */
static inline void hears(struct person *person, const char *expected)
{
	cJSON *line = hear(person);
	char *text = cJSON_PrintUnformatted(line);

	assert_non_null(line);
	assert_string_equal(text, expected);
	cJSON_free(text);
	cJSON_Delete(line);
}

static inline void hears_error(struct person *person, const char *code, const char *words)
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

#define STORY(f)	    cmocka_unit_test_setup_teardown(f, open_control, close_control)
#define STORY_OF_SILENCE(f) cmocka_unit_test_setup_teardown(f, open_hasty, close_control)

#endif
