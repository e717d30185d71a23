/* SPDX-License-Identifier: GPL-2.0-only */
/* pigtail info, set, get, reboot and log: a link's radio itself. */
#include "host/command/commands.h"
#include "host/command/parse.h"
#include "host/command/radio.h"

#include "host/base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
	struct radio_options radio;
	const char *setting, *value;
	unsigned int most; /* arguments */
	bool bootloader, remove;
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'b':
		options->bootloader = true;
		return 0;
	case 'r':
		options->remove = true;
		return 0;
	case ARGP_KEY_ARG:
		if (state->arg_num >= options->most)
			command_misused(state, "'%s' is one argument too many", text);
		if (state->arg_num)
			options->value = text;
		else
			options->setting = text;
		return 0;
	case ARGP_KEY_END:
		if (options->most && !options->setting)
			command_misused(state, "SETTING is missing");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static struct options parse(int argc, char **argv, unsigned int most, const char *arguments,
			    const char *doc, const struct argp_option *option_list)
{
	const struct argp argp = {.options = option_list,
				  .parser = parse_option,
				  .args_doc = arguments,
				  .doc = doc};
	struct options options = {.most = most};

	radio_parse(&argp, argc, argv, &options);
	return options;
}

/* ---- info ---- */

static void print_list(const char *what, const cJSON *list)
{
	const cJSON *one;

	(void)printf("  %-10s", what);
	cJSON_ArrayForEach(one, list)
	{
		if (cJSON_IsNumber(one))
			(void)printf(" %.0f", one->valuedouble);
		else
			(void)printf(" %s", cJSON_GetStringValue(one));
	}
	(void)printf("\n");
}

static void print_station(const cJSON *station)
{
	const cJSON *failure = cJSON_GetObjectItem(station, "failure");
	double signal = radio_number(station, "signal");
	const char *state = radio_text(station, "state");
	char security[64];

	radio_security(station, security, sizeof(security));
	(void)printf("  %-10s %s", "station", state);
	if (*radio_text(station, "ssid"))
		(void)printf(" %s", radio_text(station, "ssid"));
	if (!strcmp(state, "joined"))
		(void)printf(" (%s), channel %.0f, %s %.0f dBm, %s",
			     radio_text(station, "bssid"), radio_number(station, "channel"),
			     radio_bars(signal), signal, security);
	(void)printf("\n");
	if (cJSON_IsObject(failure))
		(void)printf("  %-10s %s: %s\n", "failed", radio_text(failure, "ssid"),
			     radio_text(failure, "reason"));
}

static void print_info(const char *link, const cJSON *result)
{
	const cJSON *ap = cJSON_GetObjectItem(result, "ap");

	(void)printf("%s: %s, firmware %s\n", link, radio_text(result, "board"),
		     radio_text(result, "firmware"));
	(void)printf("  %-10s %s\n", "address", radio_text(result, "mac"));
	print_list("can", cJSON_GetObjectItem(result, "capabilities"));
	print_list("channels", cJSON_GetObjectItem(result, "channels"));
	if (*radio_text(result, "country"))
		(void)printf("  %-10s %s\n", "country", radio_text(result, "country"));
	(void)printf("  %-10s %.0f s, started by %s", "up", radio_number(result, "uptime"),
		     radio_text(result, "boot"));
	if (radio_number(result, "heap") > 0)
		(void)printf(", %.0f bytes of heap free", radio_number(result, "heap"));
	(void)printf("\n");
	if (cJSON_HasObjectItem(result, "station"))
		print_station(cJSON_GetObjectItem(result, "station"));
	if (cJSON_IsTrue(cJSON_GetObjectItem(ap, "running")))
		(void)printf("  %-10s %s, channel %.0f, %.0f stations\n", "ap",
			     radio_text(ap, "ssid"), radio_number(ap, "channel"),
			     radio_number(ap, "stations"));
}

int cmd_info(int argc, char **argv)
{
	struct options options =
		parse(argc, argv, 0, NULL, "What a link's radio is, can and does.", NULL);

	return radio_show(&options.radio, "wifi.info", NULL, print_info);
}

/* ---- settings ---- */

/* What is behind "pin." or "store.", or NULL. */
static const char *behind(const char *setting, const char *prefix)
{
	size_t n = strlen(prefix);

	return !strncmp(setting, prefix, n) && setting[n] ? setting + n : NULL;
}

static bool add_pin_number(cJSON *arguments, const char *text)
{
	char *end;
	unsigned long pin = strtoul(text, &end, 10);

	cJSON_AddNumberToObject(arguments, "pin", (double)pin);
	return *text >= '0' && *text <= '9' && !*end && pin <= 255;
}

/* MODE, LEVEL or MODE,LEVEL. */
static bool add_pin(cJSON *arguments, const char *pin, const char *value)
{
	static const char *const levels[] = {"low", "high"};
	const char *comma = strchr(value, ','), *level = comma ? comma + 1 : value;
	char mode[16];
	size_t i = 0;

	while (i < 2 && strcmp(levels[i], level) != 0)
		i++;
	if (i < 2)
		cJSON_AddNumberToObject(arguments, "level", (double)i);
	if (i == 2 && comma)
		return false;
	if (i == 2 || comma) {
		(void)snprintf(mode, sizeof(mode), "%.*s",
			       comma ? (int)(comma - value) : (int)sizeof(mode), value);
		cJSON_AddStringToObject(arguments, "mode", mode);
	}
	return add_pin_number(arguments, pin);
}

static bool add_setting(cJSON *arguments, const char *setting, const char *value)
{
	const char *pin = behind(setting, "pin."), *key = behind(setting, "store.");
	bool on = !strcmp(value, "on"), off = !strcmp(value, "off");
	char *end;
	double number = strtod(value, &end);

	if (pin)
		return add_pin(arguments, pin, value);
	if (key) {
		cJSON_AddStringToObject(arguments, "key", key);
		cJSON_AddStringToObject(arguments, "value", value);
	} else if (!strcmp(setting, "mac")) {
		cJSON_AddStringToObject(arguments, "mac", value);
	} else if (!strcmp(setting, "country"))
		cJSON_AddStringToObject(arguments, "country", value);
	else if (!strcmp(setting, "power-save") && (on || off))
		cJSON_AddBoolToObject(arguments, "power_save", on);
	else if (!strcmp(setting, "tx-power") && *value && !*end)
		cJSON_AddNumberToObject(arguments, "tx_power", number);
	else if (!strcmp(setting, "time") && !strcmp(value, "now"))
		cJSON_AddBoolToObject(arguments, "time", true);
	else
		return false;
	return true;
}

static bool add_removal(cJSON *arguments, const struct options *options)
{
	const char *key = behind(options->setting, "store.");

	if (key)
		cJSON_AddStringToObject(arguments, "key", key);
	return key && !options->value;
}

int cmd_set(int argc, char **argv)
{
	static const struct argp_option option_list[] = {
		{"remove", 'r', NULL, 0, "Remove store.KEY", 0},
		{0},
	};
	struct options options =
		parse(argc, argv, 2, "SETTING [VALUE]",
		      "Sets something of a link's radio, for as long as the link runs."
		      "\vcountry XX, power-save on|off, tx-power DBM, mac ADDRESS, time now "
		      "(that of this machine);\n"
		      "pin.N MODE, pin.N MODE,LEVEL or pin.N LEVEL: MODE is input, "
		      "input-pullup, output or open-drain, LEVEL is low or high;\n"
		      "store.KEY TEXT, which the radio keeps in its flash",
		      option_list);
	cJSON *arguments = cJSON_CreateObject();

	if (options.remove ? !add_removal(arguments, &options)
			   : !options.value ||
				     !add_setting(arguments, options.setting, options.value)) {
		log_line("it is country XX, power-save on|off, tx-power DBM, mac ADDRESS, time "
			 "now, pin.N MODE,LEVEL or store.KEY TEXT; see '%s --help'",
			 argv[0]);
		cJSON_Delete(arguments);
		return EXIT_USAGE;
	}
	return radio_simply(&options.radio, "wifi.set", arguments);
}

/* A pin: "output high"; a key: its value, as hex digits where it is no text. */
static bool print_board(const cJSON *result)
{
	const char *mode = radio_text(result, "mode");

	if (cJSON_HasObjectItem(result, "pin"))
		(void)printf("%s%s%s\n", mode, *mode ? " " : "",
			     radio_number(result, "level") > 0 ? "high" : "low");
	else if (cJSON_HasObjectItem(result, "key"))
		(void)printf("%s\n", radio_text(result, cJSON_HasObjectItem(result, "value")
								? "value"
								: "value_hex"));
	else
		return false;
	return true;
}

static void print_setting(const char *link, const cJSON *result)
{
	const cJSON *value;

	(void)link;
	if (print_board(result))
		return;
	cJSON_ArrayForEach(value, result)
	{
		if (cJSON_IsNumber(value))
			(void)printf("%.0f\n", value->valuedouble);
		else
			(void)printf("%s\n", cJSON_GetStringValue(value));
	}
}

int cmd_get(int argc, char **argv)
{
	struct options options = parse(argc, argv, 1, "SETTING",
				       "A setting of a link's radio."
				       "\vcountry, power-save, tx-power, mac, ap-mac, channel, "
				       "time (us since 1970, UTC), pin.N, store.KEY",
				       NULL);
	const char *pin = behind(options.setting, "pin."),
		   *key = behind(options.setting, "store.");
	cJSON *arguments = cJSON_CreateObject();
	char name[32];

	(void)snprintf(name, sizeof(name), "%s", options.setting);
	for (char *at = name; *at; at++)
		if (*at == '-')
			*at = '_';
	if (pin && !add_pin_number(arguments, pin)) {
		log_line("'%s': a pin is a number, as in pin.5", options.setting);
		cJSON_Delete(arguments);
		return EXIT_USAGE;
	}
	if (key)
		cJSON_AddStringToObject(arguments, "key", key);
	cJSON_AddStringToObject(arguments, "setting", pin ? "pin" : key ? "key" : name);
	return radio_show(&options.radio, "wifi.get", arguments, print_setting);
}

/* ---- others ---- */

int cmd_reboot(int argc, char **argv)
{
	static const struct argp_option option_list[] = {
		{"bootloader", 'b', NULL, 0, "Into its boot loader", 0},
		{0},
	};
	struct options options =
		parse(argc, argv, 0, NULL,
		      "Restarts a link's radio; the link comes back by itself.", option_list);
	cJSON *arguments = cJSON_CreateObject();

	cJSON_AddBoolToObject(arguments, "bootloader", options.bootloader);
	return radio_simply(&options.radio, "wifi.restart", arguments);
}

static void print_log(void *user, const cJSON *data)
{
	const struct options *options = user;

	if (options->radio.json)
		(void)radio_print_json(cJSON_Duplicate(data, true));
	else
		(void)printf("%s\n", radio_text(data, "text"));
	(void)fflush(stdout);
}

int cmd_log(int argc, char **argv)
{
	struct options options = parse(
		argc, argv, 0, NULL,
		"Prints what the firmware at the other end says, until interrupted.", NULL);
	struct radio *radio = radio_dial(&options.radio);
	int status;

	if (!radio)
		return EXIT_FAILED;
	status = radio_follow(radio, "log", print_log, &options);
	radio_hang_up(radio);
	return status;
}
