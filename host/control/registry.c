/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts are few and rows are too: they are looked through. */
#include "host/control/registry.h"

#include <string.h>

void registry_add(struct registry *registry, struct control_part *part)
{
	struct control_part **end = &registry->first;

	while (*end)
		end = &(*end)->next;
	part->next = NULL;
	*end = part;
}

void registry_remove(struct registry *registry, struct control_part *part)
{
	struct control_part **at = &registry->first;

	while (*at && *at != part)
		at = &(*at)->next;
	if (*at)
		*at = part->next;
}

const struct control_request *registry_request(const struct registry *registry,
					       const char *name, struct control_part **part)
{
	for (*part = registry->first; *part; *part = (*part)->next)
		for (const struct control_request *row = (*part)->requests; row && row->name;
		     row++)
			if (!strcmp(row->name, name))
				return row;
	return NULL;
}

const struct control_event *registry_event(const struct registry *registry, const char *name,
					   struct control_part **part)
{
	for (*part = registry->first; *part; *part = (*part)->next)
		for (const struct control_event *row = (*part)->events; row && row->name; row++)
			if (!strcmp(row->name, name))
				return row;
	return NULL;
}

static cJSON *add_row(cJSON *list, const char *name, const char *help)
{
	cJSON *row = cJSON_CreateObject();

	cJSON_AddStringToObject(row, "name", name);
	cJSON_AddStringToObject(row, "help", help);
	cJSON_AddItemToArray(list, row);
	return row;
}

void registry_help(const struct registry *registry, cJSON *to)
{
	cJSON *requests = cJSON_AddArrayToObject(to, "requests");
	cJSON *events = cJSON_AddArrayToObject(to, "events");

	for (const struct control_part *part = registry->first; part; part = part->next) {
		for (const struct control_request *row = part->requests; row && row->name;
		     row++)
			cJSON_AddItemToObject(add_row(requests, row->name, row->help),
					      "arguments",
					      control_arguments_help(row->arguments));
		for (const struct control_event *row = part->events; row && row->name; row++)
			cJSON_AddBoolToObject(add_row(events, row->name, row->help), "periodic",
					      row->now != NULL);
	}
}
