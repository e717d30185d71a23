/* SPDX-License-Identifier: GPL-2.0-only */
/* See driver_status.h. */
#include "host/wifi/driver_status.h"

#include "host/base/timer.h"
#include "host/wifi/driver.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINKS_MOST    16
#define COUNTERS_MOST 256u

/* An ioctl on the interface; false: it is gone, or knows no such thing. */
static bool ask_interface(const struct driver_link *link, unsigned long what,
			  struct ifreq *request)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int status;

	memcpy(request->ifr_name, link->name, sizeof(request->ifr_name));
	if (fd < 0)
		return false;
	status = ioctl(fd, what, request);
	(void)close(fd);
	return status == 0;
}

static bool ask_ethtool(const struct driver_link *link, void *command)
{
	struct ifreq request = {.ifr_data = command};

	return ask_interface(link, SIOCETHTOOL, &request);
}

static void add_status(const struct driver_link *link, cJSON *answer)
{
	struct ifreq request = {0};
	cJSON *port, *net;

	cJSON_AddStringToObject(answer, "state", link->up ? "up" : "down");
	port = cJSON_AddObjectToObject(answer, "port");
	cJSON_AddStringToObject(port, "name", link->bus);
	cJSON_AddBoolToObject(port, "open", true);
	cJSON_AddNumberToObject(port, "baud", link->rate);
	net = cJSON_AddObjectToObject(answer, "net");
	cJSON_AddStringToObject(net, "interface", link->name);
	if (ask_interface(link, SIOCGIFMTU, &request))
		cJSON_AddNumberToObject(net, "mtu", request.ifr_mtu);
}

static void add_counters(const struct driver_link *link, unsigned int n, cJSON *counters)
{
	struct ethtool_gstrings *names = calloc(1, sizeof(*names) + n * ETH_GSTRING_LEN);
	struct ethtool_stats *values = calloc(1, sizeof(*values) + n * sizeof(uint64_t));

	if (!names || !values)
		goto out;
	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_STATS;
	names->len = n;
	values->cmd = ETHTOOL_GSTATS;
	values->n_stats = n;
	if (!ask_ethtool(link, names) || !ask_ethtool(link, values))
		goto out;
	for (unsigned int i = 0; i < n; i++) {
		char name[ETH_GSTRING_LEN + 1] = "";

		memcpy(name, names->data + i * ETH_GSTRING_LEN, ETH_GSTRING_LEN);
		cJSON_AddNumberToObject(counters, name, (double)values->data[i]);
	}
out:
	free(names);
	free(values);
}

static void add_stats(const struct driver_link *link, cJSON *answer)
{
	cJSON *counters;
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};

	cJSON_AddNumberToObject(answer, "time_us", (double)timer_now());
	cJSON_AddNumberToObject(answer, "baud", link->rate);
	counters = cJSON_AddObjectToObject(answer, "counters");
	if (ask_ethtool(link, &info) && info.n_stats <= COUNTERS_MOST)
		add_counters(link, info.n_stats, counters);
}

bool driver_status_add(const char *name, const char *question, cJSON *answers)
{
	struct driver_link links[LINKS_MOST];
	int n = driver_links(links, LINKS_MOST);

	if (n < 0)
		return errno != EPERM;
	for (int i = 0; i < n; i++) {
		cJSON *answer;

		if (name && strcmp(name, links[i].name) != 0)
			continue;
		answer = cJSON_CreateObject();
		cJSON_AddStringToObject(answer, "name", links[i].name);
		cJSON_AddStringToObject(answer, "role", "driver");
		if (strcmp(question, "stats") == 0)
			add_stats(&links[i], answer);
		else
			add_status(&links[i], answer);
		cJSON_AddItemToArray(answers, answer);
	}
	return true;
}
