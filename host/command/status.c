/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pigtail status [NAME]: asks the running links. With --json and a name it
 * prints the link's object, without one {"links": [...]}.
 */
#include "host/command/ask.h"
#include "host/command/commands.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *text(const cJSON *json, const char *key)
{
	const char *value = cJSON_GetStringValue(cJSON_GetObjectItem(json, key));

	return value ? value : "-";
}

static double number(const cJSON *json, const char *key)
{
	const cJSON *value = cJSON_GetObjectItem(json, key);

	return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

static bool is_true(const cJSON *json, const char *key)
{
	return cJSON_IsTrue(cJSON_GetObjectItem(json, key));
}

static void print_duration(double seconds)
{
	long s = (long)seconds;

	if (s < 60)
		(void)printf("%ld s", s);
	else if (s < 3600)
		(void)printf("%ld min %ld s", s / 60, s % 60);
	else
		(void)printf("%ld h %ld min", s / 3600, s / 60 % 60);
}

static bool is_failed(const cJSON *link)
{
	return !strcmp(text(link, "state"), "failed");
}

/* Of the kernel driver. */
static bool is_driver(const cJSON *link)
{
	return !strcmp(text(link, "role"), "driver");
}

/* A line for each of many links. */
static void print_brief(const cJSON *link)
{
	const cJSON *port = cJSON_GetObjectItem(link, "port");
	const cJSON *net = cJSON_GetObjectItem(link, "net");
	const char *interface = text(net, "interface");
	const cJSON *clients = cJSON_GetObjectItem(link, "clients");

	(void)printf("%-16s %-7s", text(link, "name"), text(link, "state"));
	if (is_driver(link))
		(void)printf("%-16s %8.0f baud  %10s  %s\n", interface, number(port, "baud"),
			     "pigtail.ko", text(port, "name"));
	else if (!strcmp(text(link, "role"), "bridge"))
		(void)printf("%-16s %8.0f baud  %5d clients  %s\n", "bridge",
			     number(port, "baud"), cJSON_GetArraySize(clients),
			     text(port, "name"));
	else if (is_failed(link))
		(void)printf("%s\n", text(link, "reason"));
	else
		(void)printf("%-16s %8.0f baud  %5.0f KB  %s\n",
			     *interface == '-' ? text(net, "kind") : interface,
			     number(port, "baud"), number(link, "memory") / 1024,
			     text(port, "name"));
}

static void print_link(const cJSON *link)
{
	const cJSON *port = cJSON_GetObjectItem(link, "port");
	const cJSON *net = cJSON_GetObjectItem(link, "net");
	const char *interface = text(net, "interface");
	bool up = !strcmp(text(link, "state"), "up");

	if (is_failed(link)) {
		(void)printf("%s: failed (%s), %s, pid %.0f\n", text(link, "name"),
			     text(link, "reason"), text(link, "role"), number(link, "pid"));
		return;
	}
	(void)printf("%s: %s for ", text(link, "name"), text(link, "state"));
	print_duration(number(link, "seconds"));
	if (!up)
		(void)printf(" (%s)", text(link, "reason"));
	(void)printf(", %s, framing %s, pid %.0f\n", text(link, "role"), text(link, "framing"),
		     number(link, "pid"));
	(void)printf("    port  %s, %s, %.0f baud%s\n", text(port, "name"),
		     is_true(port, "open") ? "open" : "waiting", number(port, "baud"),
		     !strcmp(text(port, "rate"), "auto") ? " (auto)" : "");
	(void)printf("    net   %s%s%s, MTU %.0f, memory %.0f KB\n", text(net, "kind"),
		     *interface == '-' ? "" : " ", *interface == '-' ? "" : interface,
		     number(net, "mtu"), number(link, "memory") / 1024);
	if (up && strcmp(text(link, "peer_mac"), "00:00:00:00:00:00") != 0)
		(void)printf("    peer  %s, round trip %.1f ms\n", text(link, "peer_mac"),
			     number(link, "rtt_us") / 1000);
	if (strcmp(text(link, "ip_address"), "0.0.0.0") != 0)
		(void)printf("    ip    %s, gateway %s\n", text(link, "ip_address"),
			     text(link, "ip_gateway"));
	if (*text(link, "capture") != '-')
		(void)printf("    capture  %s%s\n", text(link, "capture"),
			     is_true(link, "capturing") ? "" : " (stopped)");
}

static void print_client(const cJSON *client)
{
	(void)printf("    client %.0f  %s, %s%s%s: %.0f bytes to the UART, %.0f from it",
		     number(client, "client"), text(client, "peer"), text(client, "service"),
		     is_true(client, "may_write") ? "" : ", reads only",
		     is_true(client, "programs") ? ", programs" : "",
		     number(client, "received"), number(client, "sent"));
	if (number(client, "lost") > 0)
		(void)printf(", lost %.0f", number(client, "lost"));
	(void)printf("\n");
}

static void print_bridge(const cJSON *bridge)
{
	const cJSON *port = cJSON_GetObjectItem(bridge, "port"), *one;

	(void)printf("%s: %s for ", text(bridge, "name"), text(bridge, "state"));
	print_duration(number(bridge, "seconds"));
	(void)printf(", bridge, pid %.0f\n", number(bridge, "pid"));
	(void)printf("    port  %s, %s, %.0f baud %s%s\n", text(port, "name"),
		     is_true(port, "open") ? "open" : "waiting", number(port, "baud"),
		     text(port, "format"), is_true(port, "rtscts") ? ", RTS/CTS" : "");
	cJSON_ArrayForEach(one, cJSON_GetObjectItem(bridge, "listens"))
	{
		(void)printf("    listens  %s:%s for %s\n", text(one, "host"),
			     text(one, "port"), text(one, "service"));
	}
	cJSON_ArrayForEach(one, cJSON_GetObjectItem(bridge, "clients"))
	{
		print_client(one);
	}
}

static void print_driver(const cJSON *link)
{
	const cJSON *port = cJSON_GetObjectItem(link, "port");
	const cJSON *net = cJSON_GetObjectItem(link, "net");

	(void)printf("%s: %s, pigtail.ko\n", text(link, "name"), text(link, "state"));
	(void)printf("    port  %s, %.0f baud\n", text(port, "name"), number(port, "baud"));
	(void)printf("    net   %s, MTU %.0f\n", text(net, "interface"), number(net, "mtu"));
}

static void print_any(const cJSON *answer)
{
	if (is_driver(answer)) {
		print_driver(answer);
		return;
	}
	if (!strcmp(text(answer, "role"), "bridge"))
		print_bridge(answer);
	else
		print_link(answer);
}

int cmd_status(int argc, char **argv)
{
	struct ask ask = {
		.question = "status",
		.what = "What the running links are doing.",
		.print = print_any,
		.print_brief = print_brief,
	};

	return ask_run(&ask, argc, argv);
}
