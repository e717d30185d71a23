// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pin has a level; whether it is active at the high one or the low one is its option's.
 * The modem lines of a tty are low, as a chip sees them, when they are on. A row for each
 * kind of pin says how it is found and how its level is set.
 *
 * A pin whose other end is not there (a socket that nobody reads yet) is no error at the
 * start: it may come. That a level could not be set is said once, until it can be again.
 */
#include "host/bridge/pins.h"

#include "host/base/log.h"
#include "host/base/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <gpiod.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct pin {
	const struct pin_kind_row *kind;
	const struct pin_options *options;
	const struct ptl_serial_seam *serial;
	struct gpiod_chip *chip;
	struct gpiod_line *line;
	int socket;
	struct sockaddr_un address;
	bool failing;
};

struct pins {
	struct pins_options options;
	const struct ptl_serial_seam *serial;
	struct pin pin[PTL_TARGET_PINS];
};

/* Both return 0, or -1 with errno. */
struct pin_kind_row {
	int (*open)(struct pin *pin);
	int (*set)(struct pin *pin, bool high);
};

/* ---- the kinds ---- */

static int open_nothing(struct pin *pin)
{
	(void)pin;
	return 0;
}

static int set_modem_line(struct pin *pin, bool high)
{
	pin->serial->set_line(pin->serial->user,
			      pin->options->kind == PIN_DTR ? PTL_LINE_DTR : PTL_LINE_RTS,
			      !high);
	return 0;
}

static int open_gpio(struct pin *pin)
{
	pin->chip = gpiod_chip_open_lookup(pin->options->where);
	if (!pin->chip)
		return -1;
	pin->line = gpiod_chip_get_line(pin->chip, pin->options->line);
	/* Not active, whatever it was before. */
	return pin->line && gpiod_line_request_output(pin->line, "pigtail",
						      !pin->options->high) == 0
		       ? 0
		       : -1;
}

static int set_gpio(struct pin *pin, bool high)
{
	return gpiod_line_set_value(pin->line, high);
}

/* Not blocked by a FIFO without a reader. */
static int set_file(struct pin *pin, bool high)
{
	int fd = open(pin->options->where,
		      O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644);
	ssize_t n;
	int why;

	if (fd < 0)
		return -1;
	n = write(fd, high ? "1\n" : "0\n", 2);
	why = errno;
	(void)close(fd);
	errno = why;
	return n == 2 ? 0 : -1;
}

static int open_unix(struct pin *pin)
{
	if (socket_unix_address(pin->options->where, &pin->address) < 0) {
		errno = ENAMETOOLONG;
		return -1;
	}
	pin->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return pin->socket < 0 ? -1 : 0;
}

static int set_unix(struct pin *pin, bool high)
{
	return sendto(pin->socket, high ? "1" : "0", 1, 0, (struct sockaddr *)&pin->address,
		      sizeof(pin->address)) == 1
		       ? 0
		       : -1;
}

static const struct pin_kind_row kinds[] = {
	[PIN_DTR] = {open_nothing, set_modem_line}, [PIN_RTS] = {open_nothing, set_modem_line},
	[PIN_GPIO] = {open_gpio, set_gpio},	    [PIN_FILE] = {open_nothing, set_file},
	[PIN_UNIX] = {open_unix, set_unix},
};

/* ---- all of them ---- */

static const char *const names[PTL_TARGET_PINS] = {"reset", "boot"};

static const char *shown(const struct pin *pin)
{
	if (pin->options->kind == PIN_DTR)
		return "dtr";
	return pin->options->kind == PIN_RTS ? "rts" : pin->options->where;
}

static void set(void *user, enum ptl_target_pin which, bool active)
{
	struct pins *pins = user;
	struct pin *pin = &pins->pin[which];
	bool high = active == pin->options->high;

	if (!pin->kind)
		return;
	if (pin->kind->set(pin, high) == 0) {
		log_detail("pin %s: %s (%s is %s)", names[which], active ? "active" : "let go",
			   shown(pin), high ? "high" : "low");
		pin->failing = false;
	} else if (!pin->failing) {
		log_line("pin %s: cannot set %s: %s", names[which], shown(pin),
			 strerror(errno));
		pin->failing = true;
	}
}

/* Of a line's errors, which say little by themselves. */
static const char *reason(const struct pin *pin, int why)
{
	if (pin->options->kind == PIN_GPIO && pin->chip && why == EBUSY)
		return "another program has this line";
	if (pin->options->kind == PIN_GPIO && pin->chip && why == EINVAL)
		return "this chip has no such line";
	return strerror(why);
}

static void close_all(struct pins *pins)
{
	for (int i = 0; i < PTL_TARGET_PINS; i++) {
		struct pin *pin = &pins->pin[i];

		if (pin->chip)
			gpiod_chip_close(pin->chip);
		if (pin->socket >= 0)
			(void)close(pin->socket);
		*pin = (struct pin){.options = pin->options, .socket = -1};
	}
}

/* All of them, or none. */
static int open_all(struct pins *pins, const struct pins_options *options, char *error,
		    size_t error_size)
{
	pins->options = *options;
	for (int i = 0; i < PTL_TARGET_PINS; i++)
		pins->pin[i] = (struct pin){
			.options = &pins->options.pin[i], .serial = pins->serial, .socket = -1};
	for (int i = 0; i < PTL_TARGET_PINS; i++) {
		struct pin *pin = &pins->pin[i];

		if (pin->options->kind == PIN_NONE)
			continue;
		pin->kind = &kinds[pin->options->kind];
		if (pin->kind->open(pin) == 0)
			continue;
		(void)complain(error, error_size, "pin %s: cannot open %s: %s", names[i],
			       options->pin[i].where, reason(pin, errno));
		close_all(pins);
		return -1;
	}
	return 0;
}

int pins_open(struct pins **made, const struct pins_options *options,
	      const struct ptl_serial_seam *serial, char *error, size_t error_size)
{
	struct pins *pins = calloc(1, sizeof(*pins));

	if (!pins)
		return complain(error, error_size, "pins: no memory");
	pins->serial = serial;
	if (open_all(pins, options, error, error_size) < 0) {
		free(pins);
		return -1;
	}
	*made = pins;
	return 0;
}

int pins_change(struct pins *pins, const struct pins_options *options, char *error,
		size_t error_size)
{
	const struct pins_options before = pins->options;
	char again[256];

	set(pins, PTL_TARGET_BOOT, false);
	set(pins, PTL_TARGET_RESET, false);
	/* A line of a chip is had once. */
	close_all(pins);
	if (open_all(pins, options, error, error_size) == 0)
		return 0;
	if (open_all(pins, &before, again, sizeof(again)) < 0)
		log_line("%s; there is no pin now", again);
	return -1;
}

struct ptl_target_pins_seam pins_seam(struct pins *pins)
{
	struct ptl_target_pins_seam seam = {
		.user = pins,
		.set = set,
		.pulse = pins->options.pulse_ms * (ptl_time)1000,
		.levels = pins->options.levels,
	};

	for (int i = 0; i < PTL_TARGET_PINS; i++) {
		seam.has[i] = pins->pin[i].kind != NULL;
		if (pins->options.pin[i].kind == PIN_DTR)
			seam.lines |= 1u << PTL_LINE_DTR;
		if (pins->options.pin[i].kind == PIN_RTS)
			seam.lines |= 1u << PTL_LINE_RTS;
	}
	return seam;
}

void pins_close(struct pins *pins)
{
	close_all(pins);
	free(pins);
}
