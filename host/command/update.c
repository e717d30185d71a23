/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail update FILE: a new firmware for a link's radio.
 *
 *	begin --> data ... --> end --> restart --> which image runs?
 *	  ^          |          |
 *	  +----------+----------+  interrupted: when the radio is there again it goes on
 *
 * The radio decides whether the image is signed and for its board, from how far on it is
 * wanted, and whether all of it came.
 */
#include "host/command/commands.h"
#include "host/command/image_file.h"
#include "host/command/parse.h"
#include "host/command/radio.h"

#include "host/base/log.h"
#include "host/base/timer.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PART	      3072u	/* bytes a request */
#define LOOK_MS	      200	/* between two looks whether the radio is there */
#define READY_US      5000000u	/* to be there at first */
#define AWAY_US	      60000000u /* that it may be away, restarting or not */
#define INTERRUPTIONS 100	/* and then it is the wire */
#define INTERRUPTED   "interrupted"

enum {
	KEY_NO_RESTART = 0x100,
};

struct options {
	struct radio_options radio;
	const char *path;
	bool restart;
};

struct update {
	const struct options *options;
	struct image_file file;
	struct radio *radio;
	double slot; /* that ran at first */
	uint32_t first_offset, offset;
	unsigned int interruptions;
	ptl_time began;
	bool runs;  /* what the file has, already */
	bool shows; /* progress, on a terminal */
};

static const struct argp_option option_list[] = {
	{"no-restart", KEY_NO_RESTART, NULL, 0, "It starts when the radio restarts some day",
	 0},
	{0},
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_NO_RESTART:
		options->restart = false;
		return 0;
	case ARGP_KEY_ARG:
		if (options->path)
			command_misused(state, "'%s' is one argument too many", text);
		options->path = text;
		return 0;
	case ARGP_KEY_NO_ARGS:
		command_misused(state, "FILE is missing, such as build/firmware/wifi.img");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_list,
	.parser = parse_option,
	.args_doc = "FILE",
	.doc = "Puts a signed firmware image into a link's radio, and restarts it."
	       "\vInterrupted, it goes on where it was when it is called again. The old "
	       "firmware "
	       "comes back by itself if the new one never talks to this host.",
};

/* ---- progress ---- */

static void show_progress(const struct update *update)
{
	double seconds = (double)(timer_now() - update->began) / 1e6;
	double rate = (update->offset - update->first_offset) / (seconds + 1e-6);
	uint32_t size = update->file.image.size;

	if (!update->shows)
		return;
	(void)fprintf(stderr, "\r%3.0f %% of %u KB, %.1f KB/s, %.0f s left   ",
		      100.0 * update->offset / size, size / 1024, rate / 1024,
		      rate > 0 ? (size - update->offset) / rate : 0);
	(void)fflush(stderr);
}

static void end_progress(const struct update *update)
{
	if (update->shows)
		(void)fprintf(stderr, "\r%60s\r", "");
}

/* ---- the steps ---- */

/* The result, to be freed, or NULL with *status. */
static cJSON *ask(struct update *update, const char *request, cJSON *arguments, int *status)
{
	cJSON *result =
		radio_ask(update->radio, request, arguments, NULL, NULL, INTERRUPTED, status);

	if (result && cJSON_HasObjectItem(result, "offset"))
		update->offset = (uint32_t)radio_number(result, "offset");
	return result;
}

static cJSON *begin_arguments(const struct ptl_image *image)
{
	char digest[2 * PTL_IMAGE_DIGEST + 1], signature[2 * PTL_IMAGE_SIGNATURE + 1];
	cJSON *arguments = cJSON_CreateObject();

	(void)sodium_bin2hex(digest, sizeof(digest), image->digest, sizeof(image->digest));
	(void)sodium_bin2hex(signature, sizeof(signature), image->signature,
			     sizeof(image->signature));
	cJSON_AddNumberToObject(arguments, "size", image->size);
	cJSON_AddStringToObject(arguments, "digest", digest);
	cJSON_AddStringToObject(arguments, "signature", signature);
	cJSON_AddStringToObject(arguments, "board", image->board);
	cJSON_AddStringToObject(arguments, "firmware", image->firmware);
	return arguments;
}

static cJSON *data_arguments(const struct update *update)
{
	char text[sodium_base64_ENCODED_LEN(PART, sodium_base64_VARIANT_ORIGINAL)];
	uint32_t left = update->file.image.size - update->offset;
	cJSON *arguments = cJSON_CreateObject();

	(void)sodium_bin2base64(text, sizeof(text), update->file.body + update->offset,
				left < PART ? left : PART, sodium_base64_VARIANT_ORIGINAL);
	cJSON_AddStringToObject(arguments, "data", text);
	return arguments;
}

/* All of the image, once. */
static int transfer(struct update *update)
{
	int status;
	cJSON *result =
		ask(update, "update.begin", begin_arguments(&update->file.image), &status);

	if (!result)
		return status;
	if (!update->interruptions)
		update->first_offset = update->offset;
	while (result && update->offset < update->file.image.size) {
		cJSON_Delete(result);
		show_progress(update);
		result = ask(update, "update.data", data_arguments(update), &status);
	}
	cJSON_Delete(result);
	if (!result)
		return status;
	cJSON_Delete(ask(update, "update.end", NULL, &status));
	return status;
}

/* What the radio is, when it is there; NULL: it is not, for so long. */
static cJSON *info(struct update *update, ptl_time patience)
{
	const struct timespec pause = {0, LOOK_MS * 1000000};
	ptl_time until = timer_now() + patience;
	cJSON *result;
	int status;

	while (!(result = radio_ask(update->radio, "wifi.info", NULL, NULL, NULL, "",
				    &status)) &&
	       timer_now() < until)
		(void)nanosleep(&pause, NULL);
	return result;
}

static bool runs_new(const struct update *update, const cJSON *info)
{
	return strcmp(radio_text(info, "firmware"), update->file.image.firmware) == 0 &&
	       radio_number(info, "slot") != update->slot;
}

/* After an interruption: whether it is there again, wants more, and not for the last time. One
 * that lost its power when it had verified the image, and not said so yet, has started it. */
static bool may_go_on(struct update *update)
{
	const char *name = radio_link(update->radio);
	cJSON *there;

	end_progress(update);
	if (update->interruptions++ == INTERRUPTIONS) {
		log_line("%s: interrupted too often; called again, it goes on", name);
		return false;
	}
	log_line("%s: interrupted at %u of %u bytes; going on when the radio is there again",
		 name, update->offset, update->file.image.size);
	there = info(update, AWAY_US);
	if (!there)
		log_line("%s: the radio did not come back; called again, it goes on", name);
	update->runs = there && runs_new(update, there);
	cJSON_Delete(there);
	return there && !update->runs;
}

static int transfer_all(struct update *update)
{
	int status;

	do
		status = transfer(update);
	while (status == EXIT_NO_ANSWER && may_go_on(update));
	end_progress(update);
	return update->runs ? EXIT_DONE : status;
}

/* Waits for it to come back, and looks what runs. A radio that is away by now has restarted
 * without being asked. */
static int restart(struct update *update)
{
	ptl_time asked = timer_now();
	cJSON *result;
	double uptime;
	int status;

	result = radio_ask(update->radio, "wifi.restart", cJSON_CreateObject(), NULL, NULL, "",
			   &status);
	cJSON_Delete(result);
	if (!result && status != EXIT_NOT_READY) {
		log_line("%s: the radio does not restart; the new firmware starts when it does",
			 radio_link(update->radio));
		return status;
	}
	do {
		const struct timespec pause = {0, LOOK_MS * 1000000};

		(void)nanosleep(&pause, NULL);
		result = info(update, AWAY_US);
		if (!result) {
			log_line("%s: the radio did not come back; if its new firmware does "
				 "not talk, the old one is started after three restarts",
				 radio_link(update->radio));
			return EXIT_NO_ANSWER;
		}
		uptime = radio_number(result, "uptime");
		update->runs = runs_new(update, result);
		cJSON_Delete(result);
	} while (uptime * 1e6 > (double)(timer_now() - asked) && timer_now() < asked + AWAY_US);
	if (update->runs)
		return EXIT_DONE;
	log_line("%s: the old firmware runs again: the new one did not start",
		 radio_link(update->radio));
	return EXIT_FAILED;
}

static void report(const struct update *update)
{
	const struct ptl_image *image = &update->file.image;
	double seconds = (double)(timer_now() - update->began) / 1e6;
	cJSON *json;

	if (!update->options->radio.json) {
		(void)printf("%s: %s, %u KB in %.1f s%s\n", radio_link(update->radio),
			     image->firmware, image->size / 1024, seconds,
			     update->runs ? "" : "; it starts with the next restart");
		return;
	}
	json = cJSON_CreateObject();
	cJSON_AddStringToObject(json, "link", radio_link(update->radio));
	cJSON_AddStringToObject(json, "board", image->board);
	cJSON_AddStringToObject(json, "firmware", image->firmware);
	cJSON_AddNumberToObject(json, "bytes", image->size);
	cJSON_AddNumberToObject(json, "resumed_at", update->first_offset);
	cJSON_AddNumberToObject(json, "interruptions", update->interruptions);
	cJSON_AddNumberToObject(json, "seconds", seconds);
	cJSON_AddBoolToObject(json, "runs", update->runs);
	(void)radio_print_json(json);
}

static int run(struct update *update)
{
	int status = EXIT_NOT_READY;
	cJSON *before = info(update, READY_US);

	if (!before) /* it says why */
		before = radio_ask(update->radio, "wifi.info", NULL, NULL, NULL, NULL, &status);

	if (!before)
		return status;
	update->slot = radio_number(before, "slot");
	cJSON_Delete(before);
	status = transfer_all(update);
	if (!status && update->options->restart && !update->runs)
		status = restart(update);
	if (!status)
		report(update);
	return status;
}

int cmd_update(int argc, char **argv)
{
	struct options options = {.restart = true};
	struct update update = {
		.options = &options, .began = timer_now(), .shows = isatty(STDERR_FILENO)};
	int status = EXIT_FAILED;

	radio_parse(&argp, argc, argv, &options);
	if (image_file_read(&update.file, options.path))
		return EXIT_FAILED;
	update.radio = radio_dial(&options.radio);
	if (update.radio) {
		status = run(&update);
		radio_hang_up(update.radio);
	}
	image_file_drop(&update.file);
	return status;
}
