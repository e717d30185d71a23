// SPDX-License-Identifier: GPL-2.0-only
/*
 * pigtail flash FILE... PORT: an image into the microcontroller behind a UART. Done, as the
 * exit status says it, only when all of it was read back and is the same.
 */
#include "host/command/commands.h"
#include "host/base/log.h"
#include "host/base/standard.h"
#include "host/base/timer.h"
#include "host/bridge/flashing_port.h"
#include "host/command/parse.h"

#include <cjson/cJSON.h>
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
	KEY_JSON = 0x100,
};

static const struct argp_option option_list[] = {
	{"target", KEY_TARGET, "WHAT", 0, "What it is: avr, mega, stm32 or esp", 1},
	{"pins", KEY_PINS, "PINS", 0,
	 "What brings it into its boot loader: reset=PIN[,boot=PIN]; a PIN is dtr, rts, "
	 "gpio:CHIP/LINE, file:PATH or unix:PATH. And reset-active=low|high, "
	 "boot-active=low|high, pulse=MS (reset=dtr; for esp reset=rts,boot=dtr)",
	 1},
	{"json", KEY_JSON, NULL, 0, "The outcome as a JSON object on standard output", 2},
	{"verbose", KEY_VERBOSE, NULL, 0, "Say more: each move of a pin", 2},
	{0},
};

static const char doc[] =
	"Writes a microcontroller's flash through its boot loader, and verifies it."
	"\vFILE\n"
	"  sketch.hex             Intel hex\n"
	"  image.bin              bytes, for the beginning of the flash\n"
	"  app.bin@0x10000        bytes for that address\n"
	"PORT is a tty, or what else 'pigtail bridge' takes; ,baud=N (115200).\n"
	"The exit status is 0 only when all was read back and is the same.\n";

struct command {
	const char *words[FILES_MAX + 1]; /* files, and last the port */
	size_t n;
	const char *pins;
	bool json;
	struct flashing_port_config config;
};

/* ---- the command line ---- */

static void settle_options(struct command *command, struct argp_state *state)
{
	struct target_config *target = &command->config.target;
	const char *usual = target->kind == PTL_TARGET_ESP ? "reset=rts,boot=dtr" : "reset=dtr";
	char error[256];

	if (command->n < 2)
		command_misused(state, "FILE and PORT are wanted");
	command->config.port = command->words[--command->n];
	if (target->kind == PTL_TARGET_ANY)
		command_misused(state, "--target is missing: avr, mega, stm32 or esp");
	if (target->kind == PTL_TARGET_NONE || target->kind == PTL_TARGET_LPC)
		command_misused(state,
				"'%s' is no target for this; it is avr, mega, stm32 or esp",
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

/* ---- what is to be seen ---- */

struct running {
	const struct command *command;
	struct flashing_port *flashing;
	uv_signal_t signals[2];
	enum ptl_flasher_phase phase;
	unsigned percent;
	bool terminal;
	ptl_time began;
	int status;
};

static unsigned percent_of(const struct ptl_flasher_state *state)
{
	uint32_t done = state->phase == PTL_FLASHER_VERIFY ? state->verified : state->written;

	return state->total ? (unsigned)(done * UINT64_C(100) / state->total) : 0;
}

/* On a terminal a line that changes, elsewhere a line for each phase. */
static void on_progress(void *user, const struct ptl_flasher_state *state)
{
	struct running *running = user;
	unsigned percent = percent_of(state);

	if (state->phase == running->phase && percent == running->percent)
		return;
	if (running->terminal)
		(void)fprintf(stderr, "\r%-8s %3u %%  %s\033[K",
			      ptl_flasher_phase_name(state->phase), percent,
			      state->chip ? state->chip : "");
	else if (state->phase != running->phase && state->phase != PTL_FLASHER_DONE)
		log_line("%s%s%s", ptl_flasher_phase_name(state->phase),
			 state->chip ? ": " : "", state->chip ? state->chip : "");
	running->phase = state->phase;
	running->percent = percent;
}

static void print_json(const struct running *running, const struct ptl_flasher_state *state,
		       const char *why)
{
	cJSON *json = cJSON_CreateObject();
	char *text;

	cJSON_AddBoolToObject(json, "verified", !why);
	if (why)
		cJSON_AddStringToObject(json, "error", why);
	cJSON_AddStringToObject(json, "target",
				ptl_target_name(running->command->config.target.kind));
	if (state->chip)
		cJSON_AddStringToObject(json, "chip", state->chip);
	cJSON_AddNumberToObject(json, "bytes", state->total);
	cJSON_AddNumberToObject(json, "written", state->written);
	cJSON_AddNumberToObject(json, "seconds",
				(double)(timer_now() - running->began) / 1000000);
	text = cJSON_Print(json);
	if (text)
		(void)puts(text);
	cJSON_free(text);
	cJSON_Delete(json);
}

static void on_done(void *user, const struct ptl_flasher_state *state, const char *why)
{
	struct running *running = user;
	double seconds = (double)(timer_now() - running->began) / 1000000;

	if (running->terminal)
		(void)fputs("\r\033[K", stderr);
	if (why)
		log_line("%s: %s", running->command->config.port, why);
	else if (!running->command->json)
		(void)printf("%s: %u bytes written and verified in %.1f s\n", state->chip,
			     (unsigned)state->total, seconds);
	if (running->command->json)
		print_json(running, state, why);
	running->status = why ? EXIT_FAILED : EXIT_DONE;
	uv_stop(running->signals[0].loop);
}

/* The target is reset first. */
static void on_signal(uv_signal_t *signal, int number)
{
	struct running *running = signal->data;

	(void)number;
	flashing_port_abort(running->flashing);
}

/* ---- all of it ---- */

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

int cmd_flash(int argc, char **argv)
{
	const struct argp argp = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "FILE... PORT",
		.doc = doc,
	};
	static struct command command = {.config = {.target = {.kind = PTL_TARGET_ANY}}};
	struct running running = {.command = &command, .status = EXIT_FAILED};
	char error[512];
	static uv_loop_t loop;
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
	(void)uv_loop_init(&loop);
	running.terminal = isatty(STDERR_FILENO) && !command.json;
	running.began = timer_now();
	running.phase = PTL_FLASHER_PHASES;
	status = run(&running, &loop);
	(void)uv_loop_close(&loop);
	image_free(command.config.image);
	return status;
}
