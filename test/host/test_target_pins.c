// SPDX-License-Identifier: GPL-2.0-only
/* --pins: what is taken and refused, and what arrives at files, sockets and modem lines. */
#include "story.h"

#include "host/bridge/pins.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static char folder[] = "/tmp/pigtail-pins-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

static int parse(struct pins_options *options, const char *text)
{
	char error[256] = "";
	int result;

	pins_options_default(options, PTL_TARGET_ANY);
	result = pins_options_parse(options, text, error, sizeof(error));
	assert_true((result == 0) == (*error == 0));
	return result;
}

static void options_are_read(void **state)
{
	struct pins_options options;

	(void)state;
	assert_int_equal(parse(&options, "reset=gpio:/dev/gpiochip0/17,boot=rts,"
					 "boot-active=high,pulse=20,lines=level"),
			 0);
	assert_int_equal(options.pin[PTL_TARGET_RESET].kind, PIN_GPIO);
	assert_string_equal(options.pin[PTL_TARGET_RESET].where, "/dev/gpiochip0");
	assert_int_equal(options.pin[PTL_TARGET_RESET].line, 17);
	assert_false(options.pin[PTL_TARGET_RESET].high);
	assert_int_equal(options.pin[PTL_TARGET_BOOT].kind, PIN_RTS);
	assert_true(options.pin[PTL_TARGET_BOOT].high);
	assert_int_equal(options.pulse_ms, 20);
	assert_true(options.levels);
}

static void nonsense_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		"reset",
		"reset=dtr,lines=edge",
		"reset=",
		"reset=tx",
		"boot=rts",
		"reset=gpio:",
		"reset=gpio:chip",
		"reset=gpio:/3",
		"reset=unix:",
		"reset=gpio:c/x",
		"reset=dtr,pulse=0",
		"reset=dtr,pulse=10001",
		"reset=dtr,",
		"reset=dtrs",
		"reset=dtr,foo=1",
		"reset=gpio:c/-1",
		"reset=file:",
		"reset=dtr,pulse=1s",
		"reset=dtr,reset-active=yes",
	};
	struct pins_options options;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_int_equal(parse(&options, wrong[i]), -2);
}

/* ---- pins that move ---- */

static bool line_on[3];

static void set_line(void *user, enum ptl_serial_line line, bool on)
{
	(void)user;
	line_on[line] = on;
}

static const struct ptl_serial_seam serial = {.set_line = set_line};

static struct pins *open_pins(const char *format, const char *name)
{
	struct pins_options options;
	struct pins *pins;
	char text[256], error[256];

	(void)snprintf(text, sizeof(text), format, folder, name);
	assert_int_equal(parse(&options, text), 0);
	assert_int_equal(pins_open(&pins, &options, &serial, error, sizeof(error)), 0);
	return pins;
}

static void a_file_gets_the_level(void **state)
{
	struct pins *pins = open_pins("reset=file:%s/%s,reset-active=high", "level");
	struct ptl_target_pins_seam seam = pins_seam(pins);
	char path[128], read_back[8];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/level", folder);
	for (int active = 1; active >= 0; active--) {
		int fd;

		seam.set(seam.user, PTL_TARGET_RESET, active);
		fd = open(path, O_RDONLY);
		assert_int_equal(read(fd, read_back, sizeof(read_back)), 2);
		assert_memory_equal(read_back, active ? "1\n" : "0\n", 2);
		(void)close(fd);
	}
	assert_true(seam.has[PTL_TARGET_RESET]);
	assert_false(seam.has[PTL_TARGET_BOOT]);
	seam.set(seam.user, PTL_TARGET_BOOT, true); /* there is none */
	(void)unlink(path);
	pins_close(pins);
}

static void a_socket_gets_datagrams_as_soon_as_it_is_there(void **state)
{
	struct pins *pins = open_pins("reset=unix:%s/%s", "pin");
	struct ptl_target_pins_seam seam = pins_seam(pins);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char level[4];
	int fd;

	(void)state;
	seam.set(seam.user, PTL_TARGET_RESET, true); /* nobody hears it */
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/pin", folder);
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	for (int active = 1; active >= 0; active--) {
		seam.set(seam.user, PTL_TARGET_RESET, active);
		assert_int_equal(recv(fd, level, sizeof(level), MSG_DONTWAIT), 1);
		assert_int_equal(level[0], active ? '0' : '1');
	}
	(void)close(fd);
	(void)unlink(address.sun_path);
	pins_close(pins);
}

static void modem_lines_are_low_when_they_are_on(void **state)
{
	struct pins *pins = open_pins("reset=dtr,boot=rts,boot-active=high%.0s%.0s", "");
	struct ptl_target_pins_seam seam = pins_seam(pins);

	(void)state;
	seam.set(seam.user, PTL_TARGET_RESET, true);
	assert_true(line_on[PTL_LINE_DTR]);
	seam.set(seam.user, PTL_TARGET_BOOT, true);
	assert_false(line_on[PTL_LINE_RTS]);
	assert_int_equal(seam.lines, 1u << PTL_LINE_DTR | 1u << PTL_LINE_RTS);
	pins_close(pins);
}

static void a_chip_that_is_not_there_is_told(void **state)
{
	struct pins_options options;
	struct pins *pins;
	char error[256] = "";

	(void)state;
	assert_int_equal(parse(&options, "reset=gpio:/dev/no-such-chip/1"), 0);
	assert_int_equal(pins_open(&pins, &options, &serial, error, sizeof(error)), -1);
	assert_non_null(strstr(error, "/dev/no-such-chip"));
}

static void pins_that_cannot_be_had_leave_those_that_were(void **state)
{
	struct pins *pins = open_pins("reset=dtr%.0s%.0s", "");
	struct pins_options options;
	char error[256] = "";

	(void)state;
	assert_int_equal(parse(&options, "reset=rts"), 0);
	assert_int_equal(pins_change(pins, &options, error, sizeof(error)), 0);
	assert_int_equal(pins_seam(pins).lines, 1u << PTL_LINE_RTS);
	pins_seam(pins).set(pins_seam(pins).user, PTL_TARGET_RESET, true);
	assert_true(line_on[PTL_LINE_RTS]);
	assert_int_equal(parse(&options, "reset=dtr,boot=gpio:/dev/no-such-chip/1"), 0);
	assert_int_equal(pins_change(pins, &options, error, sizeof(error)), -1);
	assert_non_null(strstr(error, "/dev/no-such-chip"));
	assert_int_equal(pins_seam(pins).lines, 1u << PTL_LINE_RTS);
	assert_false(line_on[PTL_LINE_RTS]); /* no target stays in reset */
	pins_close(pins);
}

/* Nothing can be opened, neither what is wanted nor what was. */
static void pins_that_are_lost_are_no_pins(void **state)
{
	struct pins *pins = open_pins("reset=unix:%s/%s", "pin");
	struct rlimit before, none;
	struct pins_options options;
	char error[256] = "";

	(void)state;
	assert_int_equal(parse(&options, "reset=unix:/tmp/other"), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){0, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(pins_change(pins, &options, error, sizeof(error)), -1);
	assert_non_null(strstr(error, "/tmp/other"));
	pins_seam(pins).set(pins_seam(pins).user, PTL_TARGET_RESET, true);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(pins_change(pins, &options, error, sizeof(error)), 0);
	pins_close(pins);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(a_file_gets_the_level),
		cmocka_unit_test(a_socket_gets_datagrams_as_soon_as_it_is_there),
		cmocka_unit_test(modem_lines_are_low_when_they_are_on),
		cmocka_unit_test(a_chip_that_is_not_there_is_told),
		cmocka_unit_test(pins_that_cannot_be_had_leave_those_that_were),
		cmocka_unit_test(pins_that_are_lost_are_no_pins),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
