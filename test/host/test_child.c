/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process of ours says becomes lines of our log, also where its end comes before the
 * loop's next turn. */
#include "story.h"

#include "host/base/child.h"
#include "host/base/log.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

struct world {
	uv_loop_t loop;
	struct child child;
	int ours; /* standard error as it was */
	int log;  /* what it is now can be read here */
};

static void begin(struct world *world, const char *script)
{
	char shell[] = "sh", option[] = "-c", text[200];
	char *argv[] = {shell, option, text, NULL};
	int pipes[2];

	memset(world, 0, sizeof(*world));
	(void)snprintf(text, sizeof(text), "%s", script);
	assert_int_equal(uv_loop_init(&world->loop), 0);
	assert_int_equal(child_spawn(&world->child, argv), 1);
	assert_int_equal(child_listen(&world->child, &world->loop, "wlan0", "/bin/sh"), 0);
	assert_int_equal(pipe2(pipes, O_CLOEXEC | O_NONBLOCK), 0);
	world->log = pipes[0];
	world->ours = dup(STDERR_FILENO);
	assert_true(dup2(pipes[1], STDERR_FILENO) >= 0);
	(void)close(pipes[1]);
	log_open();
}

static void it_has_spoken(const struct world *world)
{
	struct pollfd speaks = {.fd = world->child.errors, .events = POLLIN};

	assert_int_equal(poll(&speaks, 1, -1), 1);
}

static void end(struct world *world, const char *said)
{
	char log[400] = "";

	child_part(&world->child);
	child_signal(&world->child, SIGKILL);
	assert_int_equal(waitpid(world->child.pid, NULL, 0), world->child.pid);
	(void)uv_run(&world->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&world->loop), 0);
	log_flush();
	assert_true(dup2(world->ours, STDERR_FILENO) >= 0);
	log_open();
	(void)close(world->ours);
	(void)read(world->log, log, sizeof(log) - 1);
	(void)close(world->log);
	assert_string_equal(log, said);
}

static void what_was_said_by_now_is_told_at_once(void **state)
{
	struct world world;

	(void)state;
	begin(&world, "printf 'sh: the radio is taken\\nand half a' >&2; exec sleep 600");
	it_has_spoken(&world);
	child_hear(&world.child);
	end(&world, "pigtail: wlan0: the radio is taken\n");
}

static void who_said_nothing_is_not_waited_for(void **state)
{
	struct world world;

	(void)state;
	begin(&world, "exec sleep 600");
	child_hear(&world.child);
	end(&world, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_said_by_now_is_told_at_once),
		cmocka_unit_test(who_said_nothing_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
