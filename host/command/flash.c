// SPDX-License-Identifier: GPL-2.0-only
/*
 * pigtail flash FILE... PORT, or HOST: an image into the microcontroller behind a UART of
 * this machine, or of a bridge (flash_far.c). Done, as the exit status says it, only when all
 * of it was read back and is the same.
 */
#include "host/command/commands.h"
#include "host/base/log.h"
#include "host/base/standard.h"
#include "host/bridge/flashing_port.h"
#include "host/command/flash_far.h"
#include "host/command/parse.h"
#include "host/port/port.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES_MAX 16u

enum {
	KEY_TARGET = 't',
	KEY_PINS = 'p',
	KEY_VERBOSE = 'v',
	KEY_USER = 'u',
	KEY_JSON = 0x100,
	KEY_PASSWORD_FILE,
	KEY_CA,
	KEY_PIN,
};

static const struct argp_option option_list[] = {
	{"target", KEY_TARGET, "WHAT", 0, "What it is: avr, mega, lpc, stm32 or esp", 1},
	{"pins", KEY_PINS, "PINS", 0,
	 "What brings it into its boot loader: reset=PIN[,boot=PIN]; a PIN is dtr, rts, "
	 "gpio:CHIP/LINE, file:PATH or unix:PATH. And reset-active=low|high, "
	 "boot-active=low|high, pulse=MS (reset=dtr; for esp reset=rts,boot=dtr)",
	 1},
	{"user", KEY_USER, "NAME", 0,
	 "Who logs in to HOST (the name in USER of the environment)", 2},
	{"password-file", KEY_PASSWORD_FILE, "FILE", 0,
	 "The password is its first line; - is standard input. Without it "
	 "PIGTAIL_BRIDGE_PASSWORD of the environment, or the terminal is asked",
	 2},
	{"ca", KEY_CA, "FILE", 0,
	 "Who has signed HOST's certificate. Without it, its fingerprint is asked about the "
	 "first time, and must not change",
	 2},
	{"pin", KEY_PIN, "FINGERPRINT", 0, "SHA-256 of HOST's certificate, as it says it", 2},
	{"json", KEY_JSON, NULL, 0, "The outcome as a JSON object on standard output", 3},
	{"verbose", KEY_VERBOSE, NULL, 0, "Say more: each move of a pin", 3},
	{0},
};

static const char doc[] =
	"Writes a microcontroller's flash through its boot loader, and verifies it."
	"\vFILE\n"
	"  sketch.hex             Intel hex\n"
	"  image.bin              bytes, for the beginning of the flash\n"
	"  app.bin@0x10000        bytes for that address\n"
	"PORT is a tty, or what else 'pigtail bridge' takes; ,baud=N (115200).\n"
	"HOST is a 'pigtail bridge' with --web; its port (443), over TLS, or on this\n"
	"machine http://localhost:PORT. The bridge knows target and pins.\n"
	"The exit status is 0 only when all was read back and is the same.\n";

struct command {
	const char *words[FILES_MAX + 1]; /* files, and last the port */
	size_t n;
	const char *pins;
	bool json;
	struct flashing_port_config config;
	bool is_far;
	struct flash_far far;
};

/* ---- the command line ---- */

/* A port names its kind or a path; all else is a host. */
static bool is_far(const char *place)
{
	return !strncmp(place, "http://", 7) || !strncmp(place, "https://", 8) ||
	       (!port_is_named(place) && strncmp(place, "loop:", 5) != 0 &&
		access(place, F_OK) != 0);
}

static void settle_far(struct command *command, struct argp_state *state)
{
	if (command->pins)
		command_misused(state, "--pins: those of %s are the bridge's, and known there",
				command->config.port);
	command->is_far = true;
	command->far.caller.place = command->config.port;
	if (command->config.target.kind != PTL_TARGET_ANY)
		command->far.target = ptl_target_name(command->config.target.kind);
}

static void settle_options(struct command *command, struct argp_state *state)
{
	struct target_config *target = &command->config.target;
	const char *usual = target->kind == PTL_TARGET_ESP ? "reset=rts,boot=dtr" : "reset=dtr";
	char error[256];

	if (command->n < 2)
		command_misused(state, "FILE and PORT or HOST are wanted");
	command->config.port = command->words[--command->n];
	if (is_far(command->config.port)) {
		settle_far(command, state);
		return;
	}
	if (command->far.user || command->far.password_file || command->far.caller.ca ||
	    command->far.caller.pin)
		command_misused(state, "'%s' is a port, and knows no login; a HOST does",
				command->config.port);
	if (target->kind == PTL_TARGET_ANY)
		command_misused(state, "--target is missing: avr, mega, lpc, stm32 or esp");
	if (target->kind == PTL_TARGET_NONE)
		command_misused(
			state, "'%s' is no target for this; it is avr, mega, lpc, stm32 or esp",
			ptl_target_name(target->kind));
	pins_options_default(&target->pins, target->kind);
	if (pins_options_parse(&target->pins, command->pins ? command->pins : usual, error,
			       sizeof(error)) < 0)
		command_misused(state, "%s", error);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct command *command = state->input;
	char error[256];

	switch (key) {
	case KEY_TARGET:
		if (pins_target_parse(&command->config.target.kind, text, error,
				      sizeof(error)) < 0)
			command_misused(state, "%s", error);
		return 0;
	case KEY_PINS:
		command->pins = text;
		return 0;
	case KEY_USER:
		command->far.user = text;
		return 0;
	case KEY_PASSWORD_FILE:
		command->far.password_file = text;
		return 0;
	case KEY_CA:
		command->far.caller.ca = text;
		return 0;
	case KEY_PIN:
		command->far.caller.pin = text;
		return 0;
	case KEY_JSON:
		command->json = true;
		return 0;
	case KEY_VERBOSE:
		log_set_verbose(true);
		return 0;
	case ARGP_KEY_ARG:
		if (command->n == FILES_MAX + 1)
			command_misused(state, "more than %u files", FILES_MAX);
		command->words[command->n++] = text;
		return 0;
	case ARGP_KEY_END:
		settle_options(command, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* ---- a target at a UART of this machine ---- */

struct running {
	const struct command *command;
	struct flashing_port *flashing;
	uv_signal_t signals[2];
	struct flash_show *show;
	int status;
};

static struct flash_progress progress_of(const struct running *running,
					 const struct ptl_flasher_state *state)
{
	return (struct flash_progress){
		.phase = ptl_flasher_phase_name(state->phase),
		.target = ptl_target_name(running->command->config.target.kind),
		.chip = state->chip,
		.broke = state->broke ? ptl_flasher_error_name(state->broke) : NULL,
		.done = state->phase == PTL_FLASHER_VERIFY ? state->verified : state->written,
		.total = state->total,
		.written = state->written,
	};
}

static void on_progress(void *user, const struct ptl_flasher_state *state)
{
	const struct running *running = user;
	const struct flash_progress progress = progress_of(running, state);

	flash_show_progress(running->show, &progress);
}

static void on_done(void *user, const struct ptl_flasher_state *state, const char *why)
{
	struct running *running = user;
	const struct flash_progress progress = progress_of(running, state);

	running->status = flash_show_done(running->show, &progress, why);
	uv_stop(running->signals[0].loop);
}

/* The target is reset first. */
static void on_signal(uv_signal_t *signal, int number)
{
	struct running *running = signal->data;

	(void)number;
	flashing_port_abort(running->flashing);
}

static int run(struct running *running, uv_loop_t *loop)
{
	static const int numbers[] = {SIGINT, SIGTERM};
	const struct flashing_events events = {running, on_progress, on_done};
	char error[512];
	int status;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		(void)uv_signal_init(loop, &running->signals[i]);
	status = flashing_port_start(loop, &running->command->config, &events,
				     &running->flashing, error, sizeof(error));
	if (status) {
		log_line("%s", error);
		running->status = -status;
	} else {
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
			running->signals[i].data = running;
			standard_watch(&running->signals[i], on_signal, numbers[i]);
		}
		(void)uv_run(loop, UV_RUN_DEFAULT);
	}
	flashing_port_free(running->flashing);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		uv_close((uv_handle_t *)&running->signals[i], NULL);
	for (int i = 0; i < 10 && uv_loop_alive(loop); i++)
		(void)uv_run(loop, UV_RUN_NOWAIT);
	return running->status;
}

static int flash_near(const struct command *command, struct flash_show *show)
{
	struct running running = {.command = command, .show = show, .status = EXIT_FAILED};
	uv_loop_t loop = {0}; /* its data are the timers' */
	int status;

	(void)uv_loop_init(&loop);
	status = run(&running, &loop);
	(void)uv_loop_close(&loop);
	return status;
}

/* ---- all of it ---- */

int cmd_flash(int argc, char **argv)
{
	const struct argp argp = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "FILE... PORT|HOST[:PORT]",
		.doc = doc,
	};
	static struct command command = {.config = {.target = {.kind = PTL_TARGET_ANY}}};
	struct flash_show show;
	char error[512];
	int status;

	command_parse(&argp, argc, argv, &command);
	for (size_t i = 0; i < command.n; i++) {
		if (image_add(&command.config.image, command.words[i],
			      image_base(command.config.target.kind), error,
			      sizeof(error)) < 0) {
			log_line("%s", error);
			image_free(command.config.image);
			return EXIT_FAILED;
		}
	}
	flash_show_begin(&show, command.config.port, command.json);
	if (command.is_far) {
		command.far.files = command.words;
		command.far.n = command.n;
		status = flash_far(&command.far, &show);
	} else {
		status = flash_near(&command, &show);
	}
	image_free(command.config.image);
	return status;
}
