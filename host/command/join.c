/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail join SSID: asks the link to join without a password first, if none was given:
 * the link may know it, or the network may be open. Only if it says that one is needed,
 * the terminal is asked.
 */
#include "host/command/commands.h"
#include "host/command/parse.h"
#include "host/command/passphrase.h"
#include "host/command/radio.h"

#include "host/base/log.h"
#include "host/base/standard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SSID_MOST 32

struct options {
	struct radio_options radio;
	const char *ssid, *bssid, *channel, *security, *file;
	bool hex, save;
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'x':
		options->hex = true;
		return 0;
	case 'S':
		options->save = true;
		return 0;
	case 'b':
		options->bssid = text;
		return 0;
	case 'c':
		options->channel = text;
		return 0;
	case 's':
		options->security = text;
		return 0;
	case 'p':
		options->file = text;
		return 0;
	case ARGP_KEY_ARG:
		if (options->ssid)
			command_misused(state,
					"one argument too many; a name with blanks is quoted, "
					"and a password comes by --passphrase-file FILE, "
					"PIGTAIL_PASSPHRASE or the terminal");
		if (!*text || (!options->hex && strlen(text) > 2 * SSID_MOST))
			command_misused(state, "'%s' is no name of a network", text);
		options->ssid = text;
		return 0;
	case ARGP_KEY_END:
		if (!options->ssid)
			command_misused(state, "SSID is missing");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void on_told(void *user, const cJSON *data)
{
	const char *what = radio_text(data, "what");

	(void)user;
	if (!isatty(STDERR_FILENO))
		return;
	if (!strcmp(what, "scan-begun"))
		(void)fprintf(stderr, "looking for it...\n");
	else if (!strcmp(what, "joining"))
		(void)fprintf(stderr, "joining...\n");
}

static cJSON *ask(struct radio *radio, const struct options *options, const char *passphrase,
		  const char *quiet, int *status)
{
	cJSON *arguments = cJSON_CreateObject();

	cJSON_AddStringToObject(arguments, options->hex ? "ssid_hex" : "ssid", options->ssid);
	if (options->bssid)
		cJSON_AddStringToObject(arguments, "bssid", options->bssid);
	if (options->channel)
		cJSON_AddNumberToObject(arguments, "channel", strtod(options->channel, NULL));
	if (options->security)
		cJSON_AddStringToObject(arguments, "security", options->security);
	if (*passphrase)
		cJSON_AddStringToObject(arguments, "passphrase", passphrase);
	cJSON_AddBoolToObject(arguments, "save", options->save);
	return radio_ask(radio, "wifi.join", arguments, on_told, NULL, quiet, status);
}

static void print_joined(const cJSON *result)
{
	const cJSON *station = cJSON_GetObjectItem(result, "station");
	char security[64];

	radio_security(station, security, sizeof(security));
	(void)printf("joined %s: access point %s, channel %.0f, %.0f dBm, %s\n",
		     radio_text(station, "ssid"), radio_text(station, "bssid"),
		     radio_number(station, "channel"), radio_number(station, "signal"),
		     security);
}

/* A network that was joined, but could not be saved, is a failure all the same. */
static int finish(const struct options *options, cJSON *result)
{
	int status = EXIT_DONE;

	if (cJSON_IsFalse(cJSON_GetObjectItem(result, "saved"))) {
		log_line("joined, but not saved: %s", radio_text(result, "not_saved"));
		status = EXIT_FAILED;
	}
	if (options->radio.json)
		return radio_print_json(result) ? EXIT_FAILED : status;
	print_joined(result);
	cJSON_Delete(result);
	return standard_printed(status);
}

static int join(const struct options *options, char passphrase[PASSPHRASE_SIZE])
{
	struct radio *radio = radio_dial(&options->radio);
	cJSON *result;
	char prompt[80];
	int status;

	if (!radio)
		return EXIT_FAILED;
	result = ask(radio, options, passphrase, *passphrase ? NULL : "key-needed", &status);
	if (!result && status == EXIT_WRONG_KEY && !*passphrase) {
		(void)snprintf(prompt, sizeof(prompt), "Password for %.40s", options->ssid);
		switch (passphrase_ask(prompt, false, passphrase)) {
		case 1:
			result = ask(radio, options, passphrase, NULL, &status);
			break;
		case 0:
			log_line("%s: this network wants a password; give it by "
				 "--passphrase-file FILE or PIGTAIL_PASSPHRASE",
				 radio_link(radio));
			break;
		default:
			break;
		}
	}
	if (result)
		status = finish(options, result);
	radio_hang_up(radio);
	return status;
}

int cmd_join(int argc, char **argv)
{
	static const struct argp_option option_list[] = {
		{"passphrase-file", 'p', "FILE", 0,
		 "Its first line is the password; - is standard input. The file is mode 0600",
		 0},
		{"security", 's', "WHAT", 0, "open, wpa2, wpa3 or wpa2-wpa3 (what fits)", 0},
		{"bssid", 'b', "MAC", 0, "Only by this access point, without roaming", 0},
		{"channel", 'c', "N", 0, "It is there", 0},
		{"hex", 'x', NULL, 0, "SSID is hex digits", 0},
		{"save", 'S', NULL, 0, "Put it into the link's --wifi-file once it is joined",
		 0},
		{0},
	};
	const struct argp argp = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "SSID",
		.doc = "Joins a network by a link's radio, and stays in it."
		       "\vThe password comes from --passphrase-file, from PIGTAIL_PASSPHRASE, "
		       "or "
		       "is asked for; one that was saved needs none.\n"
		       "Exit status: 0 joined, 3 no such network in reach, 4 wrong password, 5 "
		       "not let in, 6 no answer, 7 there is no radio, 1 anything else."};
	struct options options = {.ssid = NULL};
	char passphrase[PASSPHRASE_SIZE] = "";
	int status = EXIT_FAILED;

	radio_parse(&argp, argc, argv, &options);
	if (passphrase_given(options.file, passphrase) >= 0)
		status = join(&options, passphrase);
	explicit_bzero(passphrase, sizeof(passphrase));
	return status;
}

int cmd_leave(int argc, char **argv)
{
	const struct argp argp = {
		.doc = "Leaves the network, and joins none by itself until the next 'join'."};
	struct radio_options options = {.link = NULL};

	radio_parse(&argp, argc, argv, &options);
	return radio_simply(&options, "wifi.leave", NULL);
}
