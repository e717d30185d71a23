/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail stats [NAME]: the counters of the running links. For humans those that
 * are not zero, each with what it counts; with --watch the rates of each second.
 */
#include "host/command/ask.h"
#include "host/command/commands.h"

#include <pigtail/endpoint.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static double counter(const cJSON *link, const char *name)
{
	const cJSON *counters = cJSON_GetObjectItem(link, "counters");
	const cJSON *value = cJSON_GetObjectItem(counters, name);

	return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

static double field(const cJSON *link, const char *key)
{
	const cJSON *value = cJSON_GetObjectItem(link, key);

	return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

static const char *name_of(const cJSON *link)
{
	const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(link, "name"));

	return name ? name : "-";
}

static bool is_bridge(const cJSON *answer)
{
	const char *role = cJSON_GetStringValue(cJSON_GetObjectItem(answer, "role"));

	return role && !strcmp(role, "bridge");
}

static void print_bridge(const cJSON *bridge)
{
	const cJSON *value;

	cJSON_ArrayForEach(value, cJSON_GetObjectItem(bridge, "counters"))
	{
		if (cJSON_IsNumber(value) && value->valuedouble > 0)
			(void)printf("%14.0f  %s\n", value->valuedouble, value->string);
	}
}

static void print_link(const cJSON *link)
{
	(void)printf("%s\n", name_of(link));
	if (is_bridge(link)) {
		print_bridge(link);
		return;
	}
	for (size_t i = 0; i < PTL_COUNTER_COUNT; i++) {
		double value = counter(link, ptl_counter_names[i].name);

		if (value > 0)
			(void)printf("%14.0f  %-16s %s\n", value, ptl_counter_names[i].name,
				     ptl_counter_names[i].what);
	}
}

static void print_change(const cJSON *before, const cJSON *link)
{
	double seconds = (field(link, "time_us") - field(before, "time_us")) / 1000000;
	double line = field(link, "baud") / 10;
	double tx = (counter(link, "tx_bytes") - counter(before, "tx_bytes")) / seconds;
	double rx = (counter(link, "rx_bytes") - counter(before, "rx_bytes")) / seconds;
	const char *separator = ";";

	if (is_bridge(link)) {
		(void)printf("%s  to the UART %.0f B/s  from it %.0f B/s\n", name_of(link),
			     (counter(link, "to_uart") - counter(before, "to_uart")) / seconds,
			     (counter(link, "from_uart") - counter(before, "from_uart")) /
				     seconds);
		return;
	}
	if (line <= 0) {
		(void)printf("%s  failed\n", name_of(link));
		return;
	}
	(void)printf("%s  tx %.0f B/s (%.0f %% of the line)  rx %.0f B/s (%.0f %%)",
		     name_of(link), tx, 100 * tx / line, rx, 100 * rx / line);
	for (size_t i = 0; i < PTL_COUNTER_COUNT; i++) {
		const char *name = ptl_counter_names[i].name;
		double more = counter(link, name) - counter(before, name);
		bool trouble = !strncmp(name, "drop_", 5) || !strncmp(name, "rx_bad", 6) ||
			       !strncmp(name, "rx_too", 6) || !strcmp(name, "tx_lost");

		if (!trouble || more <= 0)
			continue;
		(void)printf("%s %s %.0f", separator, name, more);
		separator = ",";
	}
	(void)printf("\n");
}

int cmd_stats(int argc, char **argv)
{
	struct ask ask = {
		.question = "stats",
		.what = "The counters of the running links.",
		.print = print_link,
		.print_change = print_change,
	};

	return ask_run(&ask, argc, argv);
}
