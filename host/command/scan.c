/* SPDX-License-Identifier: GPL-2.0-only */
/* pigtail scan: networks in reach, as a table, the strongest first; or one a line by --json
 * as one object. While it works, a terminal shows how many were found. */
#include "host/command/commands.h"
#include "host/command/radio.h"

#include "host/base/log.h"
#include "host/base/standard.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct options {
	struct radio_options radio;
	const char *ssid, *channels;
	bool passive;
};

struct progress {
	unsigned int found;
	bool shown;
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 's':
		options->ssid = text;
		return 0;
	case 'c':
		options->channels = text;
		return 0;
	case 'p':
		options->passive = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void on_told(void *user, const cJSON *data)
{
	struct progress *progress = user;

	if (strcmp(radio_text(data, "what"), "found") != 0 || !isatty(STDERR_FILENO))
		return;
	progress->shown = true;
	(void)fprintf(stderr, "\rscanning, %u found", ++progress->found);
}

static void print_network(const cJSON *network)
{
	double signal = radio_number(network, "signal");
	const char *ssid = radio_text(network, "ssid");
	char security[64];

	radio_security(network, security, sizeof(security));
	(void)printf("%-32s  %s %4.0f  %7.0f  %s  %s\n", *ssid ? ssid : "(hidden)",
		     radio_bars(signal), signal, radio_number(network, "channel"),
		     radio_text(network, "bssid"), *security ? security : "?");
}

static int print_table(const cJSON *result)
{
	const cJSON *networks = cJSON_GetObjectItem(result, "networks");
	const cJSON *network;

	if (!cJSON_GetArraySize(networks))
		log_line("no network is in reach");
	else
		(void)printf("%-32s  %-9s  %7s  %-17s  %s\n", "NETWORK", "SIGNAL", "CHANNEL",
			     "ACCESS POINT", "SECURITY");
	cJSON_ArrayForEach(network, networks)
	{
		print_network(network);
	}
	if (radio_number(result, "missed") > 0)
		log_line("%.0f weaker ones are not shown", radio_number(result, "missed"));
	return standard_printed(EXIT_DONE);
}

int cmd_scan(int argc, char **argv)
{
	static const struct argp_option option_list[] = {
		{"ssid", 's', "SSID", 0, "Only this network; finds it though it is hidden", 0},
		{"channels", 'c', "N,N...", 0, "Only these channels", 0},
		{"passive", 'p', NULL, 0, "Listen only, send nothing", 0},
		{0},
	};
	const struct argp argp = {.options = option_list,
				  .parser = parse_option,
				  .doc = "Networks in reach of a link's radio."};
	struct options options = {.ssid = NULL};
	struct progress progress = {0};
	cJSON *arguments = cJSON_CreateObject(), *result = NULL;
	struct radio *radio;
	int status = EXIT_FAILED;

	radio_parse(&argp, argc, argv, &options);
	if (options.ssid)
		cJSON_AddStringToObject(arguments, "ssid", options.ssid);
	if (options.channels)
		cJSON_AddStringToObject(arguments, "channels", options.channels);
	cJSON_AddBoolToObject(arguments, "passive", options.passive);
	radio = radio_dial(&options.radio);
	if (!radio) {
		cJSON_Delete(arguments);
		return EXIT_FAILED;
	}
	result = radio_ask(radio, "wifi.scan", arguments, on_told, &progress, NULL, &status);
	if (progress.shown)
		(void)fprintf(stderr, "\r%24s\r", "");
	if (result && options.radio.json)
		return radio_print_json(result);
	if (result)
		status = print_table(result);
	cJSON_Delete(result);
	radio_hang_up(radio);
	return status;
}
