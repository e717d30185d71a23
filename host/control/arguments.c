/* SPDX-License-Identifier: GPL-2.0-only */
/* Text of the other side is only repeated where it is a plain word. */
#include "host/control/arguments.h"

#include "host/base/log.h"

#include <math.h>
#include <string.h>

/* Bytes of a request, each of its characters as an escape: 2048 by HTTP, less of a command. */
#define TEXT_MOST (6 * 2048)

static const char *const type_names[] = {
	[CONTROL_STRING] = "string",
	[CONTROL_INTEGER] = "integer",
	[CONTROL_NUMBER] = "number",
	[CONTROL_BOOL] = "boolean",
};

static const char *plain(const char *word)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
	size_t n = strlen(word);

	return n && n <= 48 && strspn(word, allowed) == n ? word : "of that name";
}

static double string_max(const struct control_argument *row)
{
	return row->max > 0 ? row->max : CONTROL_STRING_MAX;
}

static bool string_ok(const struct control_argument *row, const cJSON *value, char *error,
		      size_t error_size)
{
	double n;

	if (!cJSON_IsString(value)) {
		(void)complain(error, error_size, "argument %s: it is a string", row->name);
		return false;
	}
	n = (double)strlen(value->valuestring);
	if (n >= row->min && n <= string_max(row))
		return true;
	(void)complain(error, error_size, "argument %s: it has %.0f to %.0f bytes", row->name,
		       row->min, string_max(row));
	return false;
}

static bool number_ok(const struct control_argument *row, const cJSON *value, char *error,
		      size_t error_size)
{
	bool ranged = row->min != 0 || row->max != 0;
	double number = value->valuedouble;

	if (!cJSON_IsNumber(value) || !isfinite(number) ||
	    (row->type == CONTROL_INTEGER && floor(number) != number)) {
		(void)complain(error, error_size, "argument %s: it is %s", row->name,
			       row->type == CONTROL_INTEGER ? "an integer" : "a number");
		return false;
	}
	if (!ranged || (number >= row->min && number <= row->max))
		return true;
	(void)complain(error, error_size, "argument %s: it is %.15g to %.15g", row->name,
		       row->min, row->max);
	return false;
}

static bool value_ok(const struct control_argument *row, const cJSON *value, char *error,
		     size_t error_size)
{
	switch (row->type) {
	case CONTROL_STRING:
		return string_ok(row, value, error, error_size);
	case CONTROL_INTEGER:
	case CONTROL_NUMBER:
		return number_ok(row, value, error, error_size);
	case CONTROL_BOOL:
		break;
	}
	if (cJSON_IsBool(value))
		return true;
	(void)complain(error, error_size, "argument %s: it is true or false", row->name);
	return false;
}

static const struct control_argument *row_of(const struct control_argument *table,
					     const char *name)
{
	for (; table && table->name; table++)
		if (!strcmp(table->name, name))
			return table;
	return NULL;
}

static const cJSON *given(const cJSON *arguments, const char *name)
{
	const cJSON *value = cJSON_GetObjectItemCaseSensitive(arguments, name);

	return cJSON_IsNull(value) ? NULL : value;
}

bool control_arguments_ok(const struct control_argument *table, const cJSON *arguments,
			  char *error, size_t error_size)
{
	const cJSON *value;

	if (arguments && !cJSON_IsObject(arguments)) {
		(void)complain(error, error_size, "arguments are an object");
		return false;
	}
	cJSON_ArrayForEach(value, arguments)
	{
		const struct control_argument *row = row_of(table, value->string);

		if (!row) {
			(void)complain(error, error_size,
				       "it takes no argument %s; 'help' lists them",
				       plain(value->string));
			return false;
		}
		/* The first of two would be checked, and either be used. */
		if (cJSON_GetObjectItemCaseSensitive(arguments, row->name) != value) {
			(void)complain(error, error_size, "argument %s is given twice",
				       row->name);
			return false;
		}
	}
	for (; table && table->name; table++) {
		value = given(arguments, table->name);
		if (value && !value_ok(table, value, error, error_size))
			return false;
		if (value || !table->required)
			continue;
		(void)complain(error, error_size, "argument %s is missing", table->name);
		return false;
	}
	return true;
}

const char *control_string(const cJSON *arguments, const char *name, const char *otherwise)
{
	const cJSON *value = given(arguments, name);

	return value ? value->valuestring : otherwise;
}

double control_number(const cJSON *arguments, const char *name, double otherwise)
{
	const cJSON *value = given(arguments, name);

	return value ? value->valuedouble : otherwise;
}

bool control_bool(const cJSON *arguments, const char *name, bool otherwise)
{
	const cJSON *value = given(arguments, name);

	return value ? cJSON_IsTrue(value) : otherwise;
}

cJSON *control_arguments_help(const struct control_argument *table)
{
	cJSON *list = cJSON_CreateArray();

	for (; table && table->name; table++) {
		cJSON *row = cJSON_CreateObject();

		cJSON_AddStringToObject(row, "name", table->name);
		cJSON_AddStringToObject(row, "type", type_names[table->type]);
		cJSON_AddBoolToObject(row, "required", table->required);
		if (table->type != CONTROL_BOOL && (table->min != 0 || table->max != 0)) {
			cJSON_AddNumberToObject(row, "min", table->min);
			cJSON_AddNumberToObject(row, "max", table->max);
		}
		cJSON_AddStringToObject(row, "help", table->help);
		cJSON_AddItemToArray(list, row);
	}
	return list;
}

void control_arguments_wipe(cJSON *json)
{
	if (cJSON_IsString(json))
		explicit_bzero(json->valuestring, strlen(json->valuestring));
	for (cJSON *child = json ? json->child : NULL; child; child = child->next)
		control_arguments_wipe(child);
}

char *control_arguments_text(const cJSON *json)
{
	return cJSON_PrintBuffered(json, TEXT_MOST, false);
}

char *control_request_text(int id, const char *request, const cJSON *arguments)
{
	cJSON *line = cJSON_CreateObject();
	char *text;

	if (id)
		cJSON_AddNumberToObject(line, "id", id);
	cJSON_AddStringToObject(line, "request", request);
	if (arguments)
		cJSON_AddItemToObject(line, "arguments", cJSON_Duplicate(arguments, true));
	text = control_arguments_text(line);
	control_arguments_wipe(line);
	cJSON_Delete(line);
	return text;
}
