/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asks once, or with --watch lets itself be told every second until interrupted. JSON
 * is one object a line: that of the link that was named, or {"links": [...]} of all. Links of
 * the kernel driver have no socket that tells of them; they are looked at when the others are.
 */
#include "host/command/ask.h"

#include "host/command/commands.h"
#include "host/command/parse.h"
#include "host/control/ask.h"
#include "host/control/place.h"
#include "host/base/log.h"
#include "host/base/standard.h"
#include "host/wifi/driver_status.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define WATCH_S 1

struct options {
	const struct ask *ask;
	const char *name;
	bool json;
	bool watch;
	bool brief;
};

static const struct argp_option json_option = {"json", 'j', NULL, 0, "Print JSON, for programs",
					       0};
static const struct argp_option brief_option = {"brief", 'b', NULL, 0, "A line for each link",
						0};
static const struct argp_option watch_option = {
	"watch", 'w', NULL, 0, "Print again every second, what changed", 0};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'j':
		options->json = true;
		return 0;
	case 'b':
		options->brief = true;
		return 0;
	case 'w':
		options->watch = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->name)
			command_misused(state, "'%s' is one name too many", text);
		if (!control_name_ok(text))
			command_misused(state, "'%s' is no name of a link", text);
		options->name = text;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static int print_json(const struct options *options, cJSON *answers)
{
	cJSON *all = NULL;
	char *text;

	if (!options->name) {
		all = cJSON_CreateObject();
		cJSON_AddItemReferenceToObject(all, "links", answers);
	}
	text = cJSON_PrintUnformatted(all ? all : cJSON_GetArrayItem(answers, 0));
	cJSON_Delete(all);
	if (!text)
		return EXIT_FAILED;
	(void)puts(text);
	cJSON_free(text);
	return standard_printed(EXIT_DONE);
}

static const cJSON *same_link(const cJSON *answers, const cJSON *answer)
{
	const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(answer, "name"));
	const cJSON *other;

	cJSON_ArrayForEach(other, answers)
	{
		const char *theirs = cJSON_GetStringValue(cJSON_GetObjectItem(other, "name"));

		if (name && theirs && !strcmp(name, theirs))
			return other;
	}
	return NULL;
}

static int print_text(const struct options *options, const cJSON *before, const cJSON *answers)
{
	const cJSON *answer;

	cJSON_ArrayForEach(answer, answers)
	{
		const cJSON *earlier = same_link(before, answer);

		if (options->brief)
			options->ask->print_brief(answer);
		else if (!options->watch)
			options->ask->print(answer);
		else if (earlier)
			options->ask->print_change(earlier, answer);
	}
	return standard_printed(EXIT_DONE);
}

/* of_driver: what driver_status_add() said. */
static int say_none(const char *name, bool of_driver)
{
	const char *hidden = of_driver ? "" : "; those of the kernel driver are for root";

	if (name)
		log_line("no link named %s is running; 'pigtail status' lists those that are%s",
			 name, hidden);
	else
		log_line("no links are running%s", hidden);
	return EXIT_FAILED;
}

static int ask_once(const struct options *options)
{
	bool failed;
	cJSON *answers = control_ask(options->name, options->ask->question, NULL, &failed);
	bool seen = options->name && cJSON_GetArraySize(answers) > 0
			    ? true
			    : driver_status_add(options->name, options->ask->question, answers);
	int count = cJSON_GetArraySize(answers);
	int status = failed && !(options->name && count) ? EXIT_FAILED : EXIT_DONE;

	if (options->name && !count) {
		if (!failed)
			status = say_none(options->name, seen);
		cJSON_Delete(answers);
		return status;
	}
	if (!count && !failed && !options->json)
		(void)say_none(NULL, seen);
	if (options->json ? print_json(options, answers) : print_text(options, NULL, answers))
		status = EXIT_FAILED;
	cJSON_Delete(answers);
	return status;
}

/* The driver's link of that name, a second later; NULL: there is none. */
static cJSON *next_of_driver(const struct options *options, bool first)
{
	const struct timespec pause = {WATCH_S, 0};
	cJSON *answers = cJSON_CreateArray();

	if (!first)
		(void)nanosleep(&pause, NULL);
	(void)driver_status_add(options->name, options->ask->question, answers);
	if (cJSON_GetArraySize(answers) > 0)
		return answers;
	cJSON_Delete(answers);
	return NULL;
}

static cJSON *next(const struct options *options, struct control_watch *watch)
{
	cJSON *answers = control_watch_next(watch);

	/* The one that was named is late: there is nothing to tell yet. */
	while (options->name && answers && !cJSON_GetArraySize(answers)) {
		cJSON_Delete(answers);
		answers = control_watch_next(watch);
	}
	if (answers && !options->name)
		(void)driver_status_add(NULL, options->ask->question, answers);
	return answers;
}

static int watch(const struct options *options)
{
	struct control_watch *watch =
		control_watch_new(options->name, options->ask->question, WATCH_S);
	cJSON *before = options->name ? next_of_driver(options, true) : NULL;
	bool driver = before != NULL;
	cJSON *answers;
	int status = EXIT_DONE;

	while (watch && !status &&
	       (answers = driver ? next_of_driver(options, false) : next(options, watch))) {
		status = options->json ? print_json(options, answers)
				       : print_text(options, before, answers);
		if (!before && !options->json && !cJSON_GetArraySize(answers))
			(void)say_none(NULL, true);
		cJSON_Delete(before);
		before = answers;
	}
	if (!watch)
		log_line("out of memory");
	else if (!status && before)
		log_line("the link %s has ended", options->name);
	else if (!status)
		(void)say_none(options->name, true);
	cJSON_Delete(before);
	control_watch_free(watch);
	return EXIT_FAILED;
}

int ask_run(const struct ask *ask, int argc, char **argv)
{
	struct options options = {.ask = ask};
	struct argp_option option_list[4] = {json_option};
	struct argp_option *option = &option_list[1];
	const struct argp argp = {
		.options = option_list,
		.parser = parse_option,
		.args_doc = "[NAME]",
		.doc = ask->what,
	};

	if (ask->print_brief)
		*option++ = brief_option;
	if (ask->print_change)
		*option++ = watch_option;
	command_parse(&argp, argc, argv, &options);
	return options.watch ? watch(&options) : ask_once(&options);
}
