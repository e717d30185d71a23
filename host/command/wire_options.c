/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of `pigtail wire`. See wire_options.h. */
#include "host/command/wire_options.h"

#include "host/command/commands.h"
#include "host/command/parse.h"
#include "host/port/tty_line.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIFO_DEFAULT 4096u

enum {
	KEY_BAUD = 'b',
	KEY_MAX_BAUD = 'm',
	KEY_MAX_BAUD_AFTER = 0xf0,
	KEY_PPM,
	KEY_CLOCK,
	KEY_BER = 0x100,
	KEY_DROP,
	KEY_DUP,
	KEY_BURST,
	KEY_FIFO,
	KEY_RTSCTS,
	KEY_DELAY,
	KEY_SEED,
	KEY_STATS,
	KEY_JSON,
};

static const struct argp_option option_list[] = {
	{"baud", KEY_BAUD, "N|auto", 0,
	 "Line rate, bits/s, 8N1: 50 to 10000000 (921600); auto: each end's own, as its user "
	 "sets the pty",
	 1},
	{"max-baud", KEY_MAX_BAUD, "N", 0,
	 "The highest rate that the line carries; implies --baud auto", 1},
	{"max-baud-after", KEY_MAX_BAUD_AFTER, "S:N", 0,
	 "The same, from S seconds on; up to 8 times", 1},
	{"ppm", KEY_PPM, "A,B", 0,
	 "How much the clocks of the ends are off, parts per million; implies --baud auto", 1},
	{"clock", KEY_CLOCK, "A,B", 0,
	 "The clocks that the ends' dividers divide, Hz; 0: any rate; implies --baud auto", 1},
	{"delay", KEY_DELAY, "MS", 0, "Propagation delay, milliseconds (0)", 1},
	{"fifo", KEY_FIFO, "N", 0,
	 "Receive FIFO, bytes (4096): fills while the reader doesn't read, then overruns", 1},
	{"rtscts", KEY_RTSCTS, NULL, 0, "A FIFO that is 3/4 full stops the sender", 1},
	{"ber", KEY_BER, "P", 0, "Chance that a bit flips, start and stop bits included", 2},
	{"drop", KEY_DROP, "P", 0, "Chance that a byte vanishes", 2},
	{"dup", KEY_DUP, "P", 0, "Chance that a byte comes twice", 2},
	{"burst", KEY_BURST, "P,LEN", 0,
	 "Chance per byte that a burst begins, and its mean length: random bytes", 2},
	{"seed", KEY_SEED, "N", 0, "Of the faults; the same bytes get the same faults (random)",
	 2},
	{"stats", KEY_STATS, "FILE", 0, "At the end, write the counters to FILE as JSON", 3},
	{"json", KEY_JSON, NULL, 0, "At the end, print the counters as JSON", 3},
	{0},
};

static double number(struct argp_state *state, const char *option, const char *text,
		     char **rest)
{
	double value;

	errno = 0;
	value = strtod(text, rest);
	if (*rest == text || errno || !isfinite(value))
		command_misused(state, "--%s '%s' is not a number", option, text);
	return value;
}

static double chance(struct argp_state *state, const char *option, const char *text)
{
	char *rest;
	double value = number(state, option, text, &rest);

	if (*rest || value < 0 || value > 1)
		command_misused(state, "--%s '%s': must be a chance from 0 to 1, such as 1e-5",
				option, text);
	return value;
}

static uint64_t integer(struct argp_state *state, const char *option, const char *text,
			uint64_t min, uint64_t max)
{
	char *rest = NULL;
	uint64_t value = 0;

	errno = 0;
	if (*text >= '0' && *text <= '9')
		value = strtoull(text, &rest, 0);
	if (!rest || *rest || errno || value < min || value > max)
		command_misused(state,
				"--%s '%s': must be a number from %" PRIu64 " to %" PRIu64,
				option, text, min, max);
	return value;
}

static void set_burst(struct argp_state *state, const char *text, struct fault_rates *faults)
{
	char *rest;
	double p = number(state, "burst", text, &rest);

	if (*rest != ',' || p < 0 || p > 1)
		command_misused(state,
				"--burst '%s': must be a chance and a length, such as "
				"1e-6,50",
				text);
	faults->burst = p;
	faults->burst_bytes = (uint32_t)integer(state, "burst", rest + 1, 1, 1000000);
}

static void set_delay(struct argp_state *state, const char *text, struct wire_config *wire)
{
	char *rest;
	double ms = number(state, "delay", text, &rest);

	if (*rest || ms < 0 || ms * 1e6 > (double)WIRE_DELAY_MAX_NS)
		command_misused(state, "--delay '%s': must be milliseconds from 0 to 10000",
				text);
	wire->delay_ns = (uint64_t)(ms * 1e6);
}

/* Two whole numbers. */
static void set_pair(struct argp_state *state, const char *option, const char *text, double min,
		     double max, double value[2])
{
	char *rest;

	value[0] = number(state, option, text, &rest);
	if (*rest == ',')
		value[1] = number(state, option, rest + 1, &rest);
	else
		rest = NULL;
	if (!rest || *rest || value[0] < min || value[0] > max || value[1] < min ||
	    value[1] > max)
		command_misused(state,
				"--%s '%s': must be two numbers from %.0f to %.0f, such as "
				"5000,-3000",
				option, text, min, max);
}

static void set_change(struct argp_state *state, const char *text, struct wire_options *options)
{
	struct wire_change *change = &options->changes[options->changes_n];
	char *rest;
	double seconds = number(state, "max-baud-after", text, &rest);

	if (*rest != ':' || seconds < 0 || seconds > 1e6)
		command_misused(state,
				"--max-baud-after '%s': must be seconds and a rate, such as "
				"10:200000",
				text);
	if (options->changes_n == WIRE_CHANGES)
		command_misused(state, "--max-baud-after is there too often");
	if (options->changes_n > 0 && seconds * 1e6 < (double)change[-1].after_us)
		command_misused(state, "--max-baud-after '%s': comes before the one before it",
				text);
	change->after_us = (uint64_t)(seconds * 1e6);
	change->baud = (uint32_t)integer(state, "max-baud-after", rest + 1, WIRE_BAUD_MIN,
					 WIRE_BAUD_MAX);
	options->changes_n++;
	options->follow = true;
}

static void set_ends(struct argp_state *state, int key, const char *text,
		     struct wire_options *options)
{
	double value[2];

	options->follow = true;
	if (key == KEY_PPM)
		set_pair(state, "ppm", text, -100000, 100000, value);
	else
		set_pair(state, "clock", text, 0, 4e9, value);
	for (size_t i = 0; i < 2; i++) {
		if (key == KEY_PPM)
			options->ppm[i] = (int32_t)value[i];
		else
			options->uart[i].clock = (uint32_t)value[i];
	}
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct wire_options *options = state->input;
	struct wire_config *wire = &options->wire;

	switch (key) {
	case KEY_BAUD:
		options->fixed = strcmp(text, "auto") != 0;
		if (options->fixed)
			wire->baud = (uint32_t)integer(state, "baud", text, WIRE_BAUD_MIN,
						       WIRE_BAUD_MAX);
		else
			options->follow = true;
		return 0;
	case KEY_MAX_BAUD:
		wire->max_baud = (uint32_t)integer(state, "max-baud", text, WIRE_BAUD_MIN,
						   WIRE_BAUD_MAX);
		options->follow = true;
		return 0;
	case KEY_MAX_BAUD_AFTER:
		set_change(state, text, options);
		return 0;
	case KEY_PPM:
	case KEY_CLOCK:
		set_ends(state, key, text, options);
		return 0;
	case KEY_DELAY:
		set_delay(state, text, wire);
		return 0;
	case KEY_FIFO:
		wire->fifo = (uint32_t)integer(state, "fifo", text, 1, WIRE_BUFFER_MAX);
		return 0;
	case KEY_RTSCTS:
		wire->rtscts = true;
		return 0;
	case KEY_BER:
		wire->faults.ber = chance(state, "ber", text);
		return 0;
	case KEY_DROP:
		wire->faults.drop = chance(state, "drop", text);
		return 0;
	case KEY_DUP:
		wire->faults.dup = chance(state, "dup", text);
		return 0;
	case KEY_BURST:
		set_burst(state, text, &wire->faults);
		return 0;
	case KEY_SEED:
		wire->seed = integer(state, "seed", text, 0, UINT64_MAX);
		options->seeded = true;
		return 0;
	case KEY_STATS:
		options->stats = text;
		return 0;
	case KEY_JSON:
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num >= 2)
			command_misused(state, "too many arguments: '%s'", text);
		options->port[state->arg_num] = text;
		return 0;
	case ARGP_KEY_END:
		if (state->arg_num < 2)
			command_misused(state, "two ports are needed");
		if (options->fixed && options->follow)
			command_misused(state,
					"--max-baud, --ppm and --clock need --baud auto");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_list,
	.parser = parse_option,
	.args_doc = "PORT PORT",
	.doc = "A simulated UART cable between two ports, paced to the byte, with faults."
	       "\v"
	       "PORT is pty:LINK, /dev/ttyX, tcp:HOST:PORT, tcp-listen:[HOST:]PORT, unix:PATH "
	       "or unix-listen:PATH. Faults and rate are those of each direction.\n\n"
	       "SIGUSR1 cuts the cable: all is lost on the way. SIGUSR2 mends it. SIGINT and "
	       "SIGTERM end it, and print what happened on it: the counters of each "
	       "direction.\n\n"
	       "  pigtail wire pty:/tmp/a pty:/tmp/b --baud 115200 --ber 1e-5\n"
	       "  pigtail wire pty:/tmp/a pty:/tmp/b --max-baud 2000000 --ppm 5000,-3000",
};

void wire_options_parse(struct wire_options *options, int argc, char **argv)
{
	*options =
		(struct wire_options){.wire = {.baud = TTY_BAUD_DEFAULT, .fifo = FIFO_DEFAULT}};
	for (size_t i = 0; i < 2; i++)
		options->uart[i] = (struct ptl_uart){0, 1, WIRE_BAUD_MAX};
	command_parse(&argp, argc, argv, options);
}
