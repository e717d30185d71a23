/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail ap start|stop, and pigtail stations: a link's radio as an access point. With
 * --interface it is that of a Wi-Fi card of the kernel's, which a link of pigtail.ko is.
 */
#include "host/command/commands.h"
#include "host/command/parse.h"
#include "host/command/passphrase.h"
#include "host/command/radio.h"

#include "host/base/log.h"
#include "host/net/nl80211_ap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
	struct radio_options radio;
	const char *what, *ssid, *file, *channel, *security, *stations, *kick, *interface;
	bool hidden, open;
};

/* ---- ap ---- */

static void set_argument(struct options *options, char *text, struct argp_state *state)
{
	if (!options->what)
		options->what = text;
	else if (!options->ssid)
		options->ssid = text;
	else
		command_misused(state, "one argument too many; it is start SSID, or stop");
}

static void check(const struct options *options, struct argp_state *state)
{
	bool start = options->what && !strcmp(options->what, "start");
	bool more = options->stations || options->radio.link ||
		    (options->security && !options->open && strcmp(options->security, "wpa2"));

	if (!start && (!options->what || strcmp(options->what, "stop") != 0))
		command_misused(state, "it is 'ap start SSID' or 'ap stop'");
	if (options->interface && more)
		command_misused(state,
				"with --interface it is open or wpa2, without --stations "
				"and --link");
	if (start != (options->ssid != NULL))
		command_misused(state, start ? "SSID is missing" : "'ap stop' takes no SSID");
}

static error_t parse_ap(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'p':
		options->file = text;
		return 0;
	case 'c':
		options->channel = text;
		return 0;
	case 's':
		options->security = text;
		options->open = !strcmp(text, "open");
		return 0;
	case 'n':
		options->stations = text;
		return 0;
	case 'i':
		options->interface = text;
		return 0;
	case 'H':
		options->hidden = true;
		return 0;
	case ARGP_KEY_ARG:
		set_argument(options, text, state);
		return 0;
	case ARGP_KEY_END:
		check(options, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* One of cfg80211's. */
static int start_interface(const struct options *options, const char *passphrase)
{
	const struct nl80211_ap ap = {
		.ssid = options->ssid,
		.passphrase = passphrase,
		.channel = options->channel ? (unsigned)strtoul(options->channel, NULL, 10) : 1,
		.hidden = options->hidden,
	};
	char error[256];

	if (!nl80211_start_ap(options->interface, &ap, error, sizeof(error)))
		return 0;
	log_line("%s", error);
	return EXIT_FAILED;
}

static int stop_interface(const char *interface)
{
	char error[256];

	if (!nl80211_stop_ap(interface, error, sizeof(error)))
		return 0;
	log_line("%s", error);
	return EXIT_FAILED;
}

static int start(const struct options *options, char passphrase[PASSPHRASE_SIZE])
{
	int given = options->open ? 1 : passphrase_given(options->file, passphrase);
	cJSON *arguments;

	if (!given) {
		given = passphrase_ask("Password of the new network", true, passphrase);
		if (!given)
			log_line("give it a password by --passphrase-file FILE or "
				 "PIGTAIL_PASSPHRASE, or make it --security open");
	}
	if (given <= 0)
		return EXIT_FAILED;
	if (options->interface)
		return start_interface(options, passphrase);
	arguments = cJSON_CreateObject();
	cJSON_AddStringToObject(arguments, "ssid", options->ssid);
	if (*passphrase)
		cJSON_AddStringToObject(arguments, "passphrase", passphrase);
	if (options->security)
		cJSON_AddStringToObject(arguments, "security", options->security);
	if (options->channel)
		cJSON_AddNumberToObject(arguments, "channel", strtod(options->channel, NULL));
	if (options->stations)
		cJSON_AddNumberToObject(arguments, "stations", strtod(options->stations, NULL));
	cJSON_AddBoolToObject(arguments, "hidden", options->hidden);
	return radio_simply(&options->radio, "wifi.ap_start", arguments);
}

int cmd_ap(int argc, char **argv)
{
	static const struct argp_option option_list[] = {
		{"passphrase-file", 'p', "FILE", 0,
		 "Its first line is the password; - is standard input. The file is mode 0600",
		 0},
		{"security", 's', "WHAT", 0, "open, wpa2 (default), wpa3 or wpa2-wpa3", 0},
		{"channel", 'c', "N", 0, "Default: the station's, else 1", 0},
		{"stations", 'n', "N", 0, "At most", 0},
		{"hidden", 'H', NULL, 0, "Beacons do not say its name", 0},
		{"interface", 'i', "IFNAME", 0,
		 "An interface of a Wi-Fi card, of pigtail.ko say, instead of a link; WPA2 or "
		 "open",
		 0},
		{0},
	};
	const struct argp argp = {.options = option_list,
				  .parser = parse_ap,
				  .args_doc = "start SSID\nstop",
				  .doc = "Makes a link's radio an access point, or ends that."};
	struct options options = {.what = NULL};
	char passphrase[PASSPHRASE_SIZE] = "";
	int status;

	radio_parse(&argp, argc, argv, &options);
	if (!strcmp(options.what, "stop") && options.interface)
		return stop_interface(options.interface);
	if (!strcmp(options.what, "stop"))
		return radio_simply(&options.radio, "wifi.ap_stop", NULL);
	status = start(&options, passphrase);
	explicit_bzero(passphrase, sizeof(passphrase));
	return status;
}

/* ---- stations ---- */

static error_t parse_stations(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	if (key != 'k')
		return ARGP_ERR_UNKNOWN;
	options->kick = text;
	return 0;
}

static int kick(const struct options *options)
{
	cJSON *arguments = cJSON_CreateObject();

	cJSON_AddStringToObject(arguments, "mac", options->kick);
	return radio_simply(&options->radio, "wifi.kick", arguments);
}

/* A column; a line where the radio does not know it. */
static void print_figure(const cJSON *station, const char *key, double unit, int width,
			 int digits)
{
	if (cJSON_HasObjectItem(station, key))
		(void)printf("  %*.*f", width, digits, radio_number(station, key) / unit);
	else
		(void)printf("  %*s", width, "-");
}

static void print_stations(const char *link, const cJSON *result)
{
	const cJSON *stations = cJSON_GetObjectItem(result, "stations");
	const cJSON *station;

	(void)link;
	if (cJSON_GetArraySize(stations))
		(void)printf("%-17s  %9s  %6s  %10s  %11s  %11s  %11s\n", "STATION", "SECONDS",
			     "SIGNAL", "MBIT/S TO", "MBIT/S FROM", "BYTES TO", "BYTES FROM");
	cJSON_ArrayForEach(station, stations)
	{
		(void)printf("%-17s", radio_text(station, "mac"));
		print_figure(station, "seconds", 1, 9, 0);
		print_figure(station, "signal", 1, 6, 0);
		print_figure(station, "tx_rate", 1000, 10, 1);
		print_figure(station, "rx_rate", 1000, 11, 1);
		print_figure(station, "tx_bytes", 1, 11, 0);
		print_figure(station, "rx_bytes", 1, 11, 0);
		(void)putchar('\n');
	}
}

int cmd_stations(int argc, char **argv)
{
	static const struct argp_option option_list[] = {
		{"kick", 'k', "MAC", 0, "Send this one away", 0},
		{0},
	};
	const struct argp argp = {.options = option_list,
				  .parser = parse_stations,
				  .doc = "Who is in the network of a link's access point."};
	struct options options = {.what = NULL};

	radio_parse(&argp, argc, argv, &options);
	return options.kick ? kick(&options)
			    : radio_show(&options.radio, "wifi.stations", NULL, print_stations);
}
