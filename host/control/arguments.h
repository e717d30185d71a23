/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The arguments of a request, as a table: it is what they are checked against, and what
 * `help` tells of them.
 */
#ifndef PIGTAIL_HOST_CONTROL_ARGUMENTS_H
#define PIGTAIL_HOST_CONTROL_ARGUMENTS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

enum control_type {
	CONTROL_STRING,
	CONTROL_INTEGER,
	CONTROL_NUMBER,
	CONTROL_BOOL,
};

struct control_argument {
	const char *name;
	enum control_type type;
	bool required;
	double min; /* of a number, or of a string's bytes */
	double max; /* 0 with a min of 0: any, strings up to CONTROL_STRING_MAX */
	const char *help;
};

#define CONTROL_STRING_MAX 4096

/*
 * Whether arguments (an object, or NULL for none) are what the table says, which ends
 * with a NULL name; NULL: there are none. Otherwise false, with a line in error. An
 * argument that is null counts as not given.
 */
bool control_arguments_ok(const struct control_argument *table, const cJSON *arguments,
			  char *error, size_t error_size);

/* For handlers, of arguments that are ok: what an argument is, or what it is when it
 * was not given. */
const char *control_string(const cJSON *arguments, const char *name, const char *otherwise);
double control_number(const cJSON *arguments, const char *name, double otherwise);
bool control_bool(const cJSON *arguments, const char *name, bool otherwise);

/* The table as JSON, an array. */
cJSON *control_arguments_help(const struct control_argument *table);

/* Overwrites all strings in it: there may be passwords among them. */
void control_arguments_wipe(cJSON *json);

/* The JSON as text of one line, for cJSON_free(), of which memory has one copy: what grows
 * where it stands leaves none behind. The caller wipes it. NULL: out of memory. */
char *control_arguments_text(const cJSON *json);

/* The same of a request: its line, without the newline; id 0: it has none. */
char *control_request_text(int id, const char *request, const cJSON *arguments);

#endif
