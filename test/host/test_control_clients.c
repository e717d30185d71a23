/* SPDX-License-Identifier: GPL-2.0-only */
/* A control socket whose clients mean harm, and its place. */
#include "control_bench.h"

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
	const struct CMUnitTest tests[] = {
		STORY_OF_SILENCE(who_is_silent_is_hung_up_on),
		STORY_OF_SILENCE(half_a_line_ends_a_subscriber),
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
