/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text of --pins:
 *
 *	reset=WHERE[,boot=WHERE][,reset-active=low|high][,boot-active=low|high][,pulse=MS]
 *		[,lines=pulse|level]
 *	WHERE  dtr | rts | gpio:CHIP/LINE | file:PATH | unix:PATH
 */
#ifndef PIGTAIL_HOST_PINS_OPTIONS_H
#define PIGTAIL_HOST_PINS_OPTIONS_H

#include <stdbool.h>
#include <pigtail/target_pins.h>
#include <pigtail/target.h>

enum pin_kind {
	PIN_NONE,
	PIN_DTR, /* of the tty; low is "on" */
	PIN_RTS,
	PIN_GPIO, /* libgpiod: a chip's name, number or path, and a line's number */
	PIN_FILE, /* gets "0\n" or "1\n" */
	PIN_UNIX, /* a datagram socket that gets "0" or "1" */
};

#define PIN_WHERE 256 /* bytes, with their end */

struct pin_options {
	enum pin_kind kind;
	char where[PIN_WHERE]; /* a path; of a GPIO the chip */
	unsigned line;
	bool high; /* active at the high level */
};

struct pins_options {
	struct pin_options pin[PTL_TARGET_PINS];
	unsigned pulse_ms; /* 0: as the target wants it */
	bool levels;	   /* DTR and RTS of clients hold the pins */
};

/* One WHERE. -2, and why in error. */
int pin_options_parse(struct pin_options *pin, const char *text, char *error,
		      size_t error_size);
/* Whether it is the same place, whatever its level. */
bool pin_options_same(const struct pin_options *a, const struct pin_options *b);

#define PINS_PULSE_MAX 10000u /* ms */

/* What a target's board has where --pins says nothing of it: all active low, but STM32's
 * BOOT0; no pin at all. */
void pins_options_default(struct pins_options *options, enum ptl_target target);

/* Returns -2, and why in error, where the text makes no sense. */
int pins_options_parse(struct pins_options *options, const char *text, char *error,
		       size_t error_size);

/* "unix:PATH" and the like, as --pins says it. */
#define PIN_TEXT (PIN_WHERE + 16)
const char *pin_options_text(const struct pin_options *pin, char text[PIN_TEXT]);

/* The target of that name; -2 and why in error: there is none. */
int pins_target_parse(enum ptl_target *target, const char *text, char *error,
		      size_t error_size);

#endif
