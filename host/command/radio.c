/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A radio is asked by the control socket of its link; of a link that the kernel driver has by
 * the like of one (driver_part.h), named as its interface. Without --link the one is meant that
 * runs: among all links, those of the role host with a radio at the other end; if there is
 * none, those of the role host.
 */
#include "host/command/radio.h"

#include "host/base/log.h"
#include "host/base/standard.h"
#include "host/command/parse.h"
#include "host/control/arguments.h"
#include "host/control/conversation.h"
#include "host/wifi/driver_part.h"

#include <stdio.h>
#include <string.h>

#define PATIENCE_US 2000000u   /* for the state of a link */
#define ASKED_US    120000000u /* for an answer: the link itself has less patience */
#define NAMES_SHOWN 200

struct radio {
	struct conversation *first; /* all that may be meant, while it is looked for */
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct radio_options *options = state->input;

	switch (key) {
	case 'l':
		if (!control_name_ok(text))
			command_misused(state, "'%s' is no name of a link", text);
		options->link = text;
		return 0;
	case 'j':
		options->json = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_option option_list[] = {
	{"link", 'l', "NAME", 0, "Which link (not needed where only one has a radio)", 0},
	{"json", 'j', NULL, 0, "Print JSON, for programs", 0},
	{0},
};

static const struct argp radio_argp = {.options = option_list, .parser = parse_option};

/* Around both: the command's own options, and these. */
struct both {
	const struct argp *own;
	void *options;
};

static error_t parse_both(int key, char *text, struct argp_state *state)
{
	const struct both *both = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = both->options;
		state->child_inputs[1] = both->options;
		return 0;
	case ARGP_KEY_ARG:
		if (!both->own->args_doc)
			command_misused(state, "'%s' is an argument, and it takes none", text);
		return ARGP_ERR_UNKNOWN;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void radio_parse(const struct argp *argp, int argc, char **argv, void *options)
{
	const struct argp_child children[] = {
		{argp, 0, NULL, 0}, {&radio_argp, 0, NULL, 0}, {0}};
	const struct argp all = {.parser = parse_both, .children = children};
	struct both both = {argp, options};

	command_parse(&all, argc, argv, &both);
}

/* ---- the link ---- */

static void on_found(void *user, const char *name, int fd)
{
	struct radio *radio = user;
	struct conversation *one = conversation_new(name, fd);

	if (!one)
		return;
	one->next = radio->first;
	radio->first = one;
}

static void drop_all(struct conversation **first)
{
	while (*first) {
		struct conversation *one = *first;

		*first = one->next;
		conversation_free(one);
	}
}

/* 0: no host, 1: a host, 2: with a radio. */
static int rank(struct conversation *one)
{
	cJSON *line = NULL;
	const cJSON *status;
	const char *role;
	int found = 0;

	if (conversation_say(one, 0, "status", NULL))
		line = conversation_wait_line(one, timer_now() + PATIENCE_US);
	status = cJSON_GetObjectItem(line, "result");
	role = cJSON_GetStringValue(cJSON_GetObjectItem(status, "role"));
	if (role && !strcmp(role, "host"))
		found = cJSON_IsObject(cJSON_GetObjectItem(status, "radio")) ? 2 : 1;
	cJSON_Delete(line);
	return found;
}

/* Leaves those of the highest rank. */
static void keep_best(struct radio *radio)
{
	struct conversation *kept = NULL, *next;
	int best = 1;

	for (struct conversation *one = radio->first; one; one = next) {
		int found = rank(one);

		next = one->next;
		if (found > best)
			drop_all(&kept);
		if (found < best) {
			conversation_free(one);
			continue;
		}
		best = found;
		one->next = kept;
		kept = one;
	}
	radio->first = kept;
}

static void say_several(const struct radio *radio)
{
	char names[NAMES_SHOWN] = "";

	for (const struct conversation *one = radio->first; one; one = one->next)
		if (strlen(names) + strlen(one->name) + 3 < sizeof(names)) {
			(void)strcat(names, *names ? ", " : "");
			(void)strcat(names, one->name);
		}
	log_line("several links run; name one by --link: %s", names);
}

struct radio *radio_dial(const struct radio_options *options)
{
	static struct radio radio;
	enum driver_found driver = DRIVER_TOLD;
	const char *hidden;

	drop_all(&radio.first);
	control_place_find(options->link, on_found, &radio);
	if (!radio.first || !options->link)
		driver = driver_find(options->link, on_found, &radio);
	hidden = driver == DRIVER_HIDES ? "; those of the kernel driver are for root" : "";
	if (options->link && radio.first) {
		drop_all(&radio.first->next);
		return &radio;
	}
	if (!options->link)
		keep_best(&radio);
	if (radio.first && !radio.first->next)
		return &radio;
	if (radio.first)
		say_several(&radio);
	else if (driver == DRIVER_SAID)
		;
	else if (options->link)
		log_line("no link named %s is running%s; 'pigtail status' lists those that are",
			 options->link, hidden);
	else
		log_line("no link is running%s; start one by 'pigtail up PORT NET'", hidden);
	drop_all(&radio.first);
	return NULL;
}

void radio_hang_up(struct radio *radio)
{
	drop_all(&radio->first);
}

const char *radio_link(const struct radio *radio)
{
	return radio->first->name;
}

/* ---- asking ---- */

static const struct {
	const char *failure;
	int status;
} failures[] = {
	{"no-network", EXIT_NO_NETWORK},  {"wrong-key", EXIT_WRONG_KEY},
	{"key-needed", EXIT_WRONG_KEY},	  {"authentication", EXIT_NOT_LET_IN},
	{"association", EXIT_NOT_LET_IN}, {"unsupported", EXIT_NOT_LET_IN},
	{"channel", EXIT_NOT_LET_IN},	  {"timeout", EXIT_NO_ANSWER},
	{"silent", EXIT_NO_ANSWER},	  {"restarted", EXIT_NO_ANSWER},
	{"interrupted", EXIT_NO_ANSWER},
};

static const struct {
	const char *code;
	int status;
} codes[] = {
	{"not-ready", EXIT_NOT_READY},
	{"timeout", EXIT_NO_ANSWER},
};

static int status_of(const char *code, const char *failure)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (!strcmp(failures[i].failure, failure))
			return failures[i].status;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (!strcmp(codes[i].code, code))
			return codes[i].status;
	return EXIT_FAILED;
}

static int refused(const struct radio *radio, const cJSON *error, const char *quiet)
{
	const char *failure = radio_text(error, "failure");
	const char *reason = radio_text(error, "reason");

	if (!quiet || strcmp(quiet, failure) != 0)
		log_line("%s: %s", radio_link(radio), *reason ? reason : "no such answer");
	return status_of(radio_text(error, "code"), failure);
}

static void say_gone(const struct radio *radio)
{
	log_line("%s: the link has ended", radio_link(radio));
}

/* Frees arguments. */
static bool say(const struct radio *radio, int id, const char *request, cJSON *arguments)
{
	bool said = conversation_say(radio->first, id, request, arguments);

	control_arguments_wipe(arguments);
	cJSON_Delete(arguments);
	return said;
}

static cJSON *event_arguments(const char *event)
{
	cJSON *arguments = cJSON_CreateObject();

	cJSON_AddStringToObject(arguments, "event", event);
	return arguments;
}

cJSON *radio_ask(struct radio *radio, const char *request, cJSON *arguments, radio_told told,
		 void *user, const char *quiet, int *status)
{
	ptl_time until = timer_now() + ASKED_US;
	cJSON *line, *result;

	*status = EXIT_FAILED;
	if ((told && !say(radio, 1, "subscribe", event_arguments("wifi"))) ||
	    !say(radio, 2, request, arguments)) {
		say_gone(radio);
		return NULL;
	}
	while ((line = conversation_wait_line(radio->first, until)) != NULL) {
		const cJSON *data = cJSON_GetObjectItem(line, "data");

		if (data && told)
			told(user, data);
		if ((int)radio_number(line, "id") == 2) {
			result = cJSON_DetachItemFromObject(line, "result");
			*status = result ? EXIT_DONE
					 : refused(radio, cJSON_GetObjectItem(line, "error"),
						   quiet);
			cJSON_Delete(line);
			return result;
		}
		cJSON_Delete(line);
	}
	say_gone(radio);
	return NULL;
}

int radio_follow(struct radio *radio, const char *event, radio_told told, void *user)
{
	cJSON *line;

	if (!say(radio, 1, "subscribe", event_arguments(event))) {
		say_gone(radio);
		return EXIT_FAILED;
	}
	while ((line = conversation_wait_line(radio->first, PTL_NEVER)) != NULL) {
		const cJSON *data = cJSON_GetObjectItem(line, "data");

		if (data)
			told(user, data);
		cJSON_Delete(line);
	}
	say_gone(radio);
	return EXIT_FAILED;
}

int radio_connection(const struct radio *radio, const char **bytes, size_t *n)
{
	*bytes = radio->first->bytes;
	*n = radio->first->n;
	return radio->first->fd;
}

int radio_print_json(cJSON *json)
{
	char *text = cJSON_PrintUnformatted(json);

	cJSON_Delete(json);
	if (!text)
		return EXIT_FAILED;
	(void)puts(text);
	cJSON_free(text);
	return standard_printed(EXIT_DONE);
}

int radio_show(const struct radio_options *options, const char *request, cJSON *arguments,
	       void (*print)(const char *link, const cJSON *result))
{
	struct radio *radio = radio_dial(options);
	cJSON *result;
	int status;

	if (!radio) {
		control_arguments_wipe(arguments);
		cJSON_Delete(arguments);
		return EXIT_FAILED;
	}
	result = radio_ask(radio, request, arguments, NULL, NULL, NULL, &status);
	if (result && options->json) {
		status = radio_print_json(result);
	} else if (result) {
		if (print)
			print(radio_link(radio), result);
		cJSON_Delete(result);
	}
	radio_hang_up(radio);
	return status;
}

int radio_simply(const struct radio_options *options, const char *request, cJSON *arguments)
{
	return radio_show(options, request, arguments, NULL);
}

/* ---- showing ---- */

const char *radio_text(const cJSON *json, const char *key)
{
	const char *value = cJSON_GetStringValue(cJSON_GetObjectItem(json, key));

	return value ? value : "";
}

double radio_number(const cJSON *json, const char *key)
{
	const cJSON *value = cJSON_GetObjectItem(json, key);

	return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

void radio_security(const cJSON *json, char *text, size_t size)
{
	const cJSON *one;

	*text = 0;
	cJSON_ArrayForEach(one, cJSON_GetObjectItem(json, "security"))
	{
		size_t n = strlen(text);

		(void)snprintf(text + n, size - n, "%s%s", n ? ", " : "",
			       cJSON_GetStringValue(one));
	}
}

/* As a phone shows it. */
const char *radio_bars(double dbm)
{
	static const struct {
		double least;
		const char *bars;
	} bars[] = {{-55, "####"}, {-65, "### "}, {-75, "##  "}, {-85, "#   "}};

	for (size_t i = 0; i < sizeof(bars) / sizeof(bars[0]); i++)
		if (dbm >= bars[i].least)
			return bars[i].bars;
	return "    ";
}
