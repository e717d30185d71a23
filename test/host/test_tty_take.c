/* SPDX-License-Identifier: GPL-2.0-only */
/* Ttys that are taken, and what is said of those that can't be. */
#include "story.h"

#include "host/port/tty_take.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct tty_words words = {
	.baud_option = "--rate-of-mine",
	.advices =
		(const struct tty_advice[]){
			{TTY_OPEN, ENOENT, "look under the table"},
			{TTY_INTERFACE, EEXIST, "think of another name"},
			{0},
		},
};

struct pty {
	int master;
	char path[64];
};

static struct pty pty_new(void)
{
	struct pty pty = {.master = posix_openpt(O_RDWR | O_NOCTTY)};

	assert_true(pty.master >= 0);
	assert_int_equal(grantpt(pty.master), 0);
	assert_int_equal(unlockpt(pty.master), 0);
	assert_int_equal(ptsname_r(pty.master, pty.path, sizeof(pty.path)), 0);
	return pty;
}

static void is_refused(const char *path, int error, const char *line)
{
	struct tty tty;
	char said[256] = "";

	assert_int_equal(tty_take(&tty, path, &words, said, sizeof(said)), -1);
	assert_int_equal(errno, error);
	assert_string_equal(said, line);
	assert_int_equal(tty.fd, -1);
}

static void is_taken(struct tty *tty, const char *path)
{
	char said[256] = "";

	assert_int_equal(tty_take(tty, path, &words, said, sizeof(said)), 0);
	assert_true(tty->fd >= 0);
}

static void what_is_no_tty_is_told(void **state)
{
	(void)state;
	is_refused("/dev/null", ENOTTY,
		   "cannot use /dev/null: Inappropriate ioctl for device; it is not a tty");
}

static void a_takers_own_advice_comes_first(void **state)
{
	(void)state;
	is_refused("/no/such/tty", ENOENT,
		   "cannot open /no/such/tty: No such file or directory; look under the "
		   "table");
}

static void an_error_that_nobody_knows_leads_to_dmesg(void **state)
{
	struct tty tty = {.path = "/dev/x", .words = &words, .fd = -1};
	char said[256];

	(void)state;
	errno = EEXIST;
	assert_int_equal(tty_complain(&tty, TTY_INTERFACE, said, sizeof(said)), -1);
	assert_int_equal(errno, EEXIST);
	assert_string_equal(said, "cannot attach /dev/x: File exists; think of another name");
	/* The same error, of another step. */
	assert_int_equal(tty_complain(&tty, TTY_LOCK, said, sizeof(said)), -1);
	assert_string_equal(said, "cannot lock /dev/x: File exists; see dmesg(1)");
}

static void a_tty_has_one_taker(void **state)
{
	struct pty pty = pty_new();
	char line[256];
	struct tty tty;

	(void)state;
	(void)snprintf(line, sizeof(line),
		       "cannot lock %s: Resource temporarily unavailable; another program "
		       "has it; find it by 'fuser' and stop it",
		       pty.path);
	is_taken(&tty, pty.path);
	is_refused(pty.path, EWOULDBLOCK, line);
	assert_int_equal(tty_set_up(&tty, 115200, false, line, sizeof(line)), 0);
	tty_give_back(&tty);
	assert_int_equal(close(tty.fd), 0);
	is_taken(&tty, pty.path);
	assert_int_equal(close(tty.fd), 0);
	assert_int_equal(close(pty.master), 0);
}

static void a_pty_has_a_rate_if_it_leads_into_a_wire(void **state)
{
	struct pty pty = pty_new();
	struct tty tty;

	(void)state;
	is_taken(&tty, pty.path);
	assert_true(tty.is_pty);
	assert_int_equal(tty.clock, 0);
	assert_false(tty_has_rate(&tty));
	assert_int_equal(tty_line_mark(pty.master), 0);
	assert_true(tty_has_rate(&tty));
	assert_int_equal(close(tty.fd), 0);
	assert_int_equal(close(pty.master), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_tty_is_told),
		cmocka_unit_test(a_takers_own_advice_comes_first),
		cmocka_unit_test(an_error_that_nobody_knows_leads_to_dmesg),
		cmocka_unit_test(a_tty_has_one_taker),
		cmocka_unit_test(a_pty_has_a_rate_if_it_leads_into_a_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
