// SPDX-License-Identifier: GPL-2.0-only
/* A table of the options, and one of the kinds of pins. */
#include "host/bridge/pins_options.h"

#include "host/base/log.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Those with a colon are followed by where. */
static const struct {
	const char *name;
	enum pin_kind kind;
} kinds[] = {
	{"dtr", PIN_DTR},    {"rts", PIN_RTS},	  {"gpio:", PIN_GPIO},
	{"file:", PIN_FILE}, {"unix:", PIN_UNIX},
};

static bool number(const char *text, unsigned long most, unsigned *value)
{
	char *end;
	unsigned long read = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || read > most)
		return false;
	*value = (unsigned)read;
	return true;
}

static bool read_where(struct pin_options *pin, const char *text)
{
	size_t length = strlen(text);
	char *slash;

	if (length == 0 || length >= sizeof(pin->where))
		return false;
	memcpy(pin->where, text, length + 1);
	if (pin->kind != PIN_GPIO)
		return true;
	slash = strrchr(pin->where, '/');
	if (!slash || slash == pin->where || !number(slash + 1, UINT_MAX, &pin->line))
		return false;
	*slash = 0;
	return true;
}

int pin_options_parse(struct pin_options *pin, const char *value, char *error,
		      size_t error_size)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		size_t length = strlen(kinds[i].name);
		bool has_where = kinds[i].name[length - 1] == ':';

		if (has_where ? strncmp(value, kinds[i].name, length) != 0
			      : strcmp(value, kinds[i].name) != 0)
			continue;
		pin->kind = kinds[i].kind;
		if (!has_where || read_where(pin, value + length))
			return 0;
		break;
	}
	return complain_usage(
		error, error_size,
		"bad pin '%s'; it is dtr, rts, gpio:CHIP/LINE, file:PATH or unix:PATH", value);
}

bool pin_options_same(const struct pin_options *a, const struct pin_options *b)
{
	return a->kind == b->kind && a->line == b->line && !strcmp(a->where, b->where);
}

static int set_where(struct pins_options *options, enum ptl_target_pin which, const char *value,
		     char *error, size_t error_size)
{
	return pin_options_parse(&options->pin[which], value, error, error_size);
}

static int set_active(struct pins_options *options, enum ptl_target_pin which,
		      const char *value, char *error, size_t error_size)
{
	options->pin[which].high = !strcmp(value, "high");
	if (!options->pin[which].high && strcmp(value, "low") != 0)
		return complain_usage(error, error_size,
				      "a pin is active low or high, not '%s'", value);
	return 0;
}

static int set_pulse(struct pins_options *options, enum ptl_target_pin which, const char *value,
		     char *error, size_t error_size)
{
	(void)which;
	if (!number(value, PINS_PULSE_MAX, &options->pulse_ms) || !options->pulse_ms)
		return complain_usage(error, error_size, "bad pulse '%s'; it is 1 to %u ms",
				      value, PINS_PULSE_MAX);
	return 0;
}

static int set_lines(struct pins_options *options, enum ptl_target_pin which, const char *value,
		     char *error, size_t error_size)
{
	(void)which;
	options->levels = !strcmp(value, "level");
	if (!options->levels && strcmp(value, "pulse") != 0)
		return complain_usage(error, error_size,
				      "lines of clients are a pulse or a level, not '%s'",
				      value);
	return 0;
}

static const struct {
	const char *name;
	enum ptl_target_pin pin;
	int (*set)(struct pins_options *options, enum ptl_target_pin which, const char *value,
		   char *error, size_t error_size);
} rows[] = {
	{"reset=", PTL_TARGET_RESET, set_where},
	{"boot=", PTL_TARGET_BOOT, set_where},
	{"reset-active=", PTL_TARGET_RESET, set_active},
	{"boot-active=", PTL_TARGET_BOOT, set_active},
	{"pulse=", PTL_TARGET_RESET, set_pulse},
	{"lines=", PTL_TARGET_RESET, set_lines},
};

static int set_one(struct pins_options *options, const char *text, char *error,
		   size_t error_size)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t length = strlen(rows[i].name);

		if (!strncmp(text, rows[i].name, length))
			return rows[i].set(options, rows[i].pin, text + length, error,
					   error_size);
	}
	return complain_usage(error, error_size,
			      "--pins: no option '%s'; there are reset=, boot=, reset-active=, "
			      "boot-active=, pulse= and lines=",
			      text);
}

void pins_options_default(struct pins_options *options, enum ptl_target target)
{
	memset(options, 0, sizeof(*options));
	options->pin[PTL_TARGET_BOOT].high = target == PTL_TARGET_STM32;
}

int pins_options_parse(struct pins_options *options, const char *text, char *error,
		       size_t error_size)
{
	char *copy = strdup(text), *rest = copy, *one;
	int result = 0;

	if (!copy)
		return complain(error, error_size, "--pins: no memory");
	while (result == 0 && (one = strsep(&rest, ",")))
		result = set_one(options, one, error, error_size);
	free(copy);
	if (result == 0 && options->pin[PTL_TARGET_RESET].kind == PIN_NONE)
		return complain_usage(
			error, error_size,
			"--pins without reset=; it says where the target's reset is");
	return result;
}

const char *pin_options_text(const struct pin_options *pin, char text[PIN_TEXT])
{
	text[0] = 0;
	for (size_t i = 0; i < COUNT(kinds); i++)
		if (kinds[i].kind == pin->kind)
			(void)snprintf(text, PIN_TEXT, "%s%s", kinds[i].name, pin->where);
	if (pin->kind == PIN_GPIO)
		(void)snprintf(text + strlen(text), PIN_TEXT - strlen(text), "/%u", pin->line);
	return text;
}

int pins_target_parse(enum ptl_target *target, const char *text, char *error, size_t error_size)
{
	for (int i = 0; i < PTL_TARGETS; i++) {
		if (strcmp(text, ptl_target_name((enum ptl_target)i)) != 0)
			continue;
		*target = (enum ptl_target)i;
		return 0;
	}
	return complain_usage(error, error_size,
			      "no target '%s'; it is avr, mega, lpc, stm32, esp, any or none",
			      text);
}
