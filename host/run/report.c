/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers go out as JSON numbers, which are doubles: exact up to 2^53. Times are
 * seconds or have their unit in the key.
 */
#include "host/run/report.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void add_mac(cJSON *to, const char *key, const uint8_t mac[6])
{
	char text[18];

	(void)snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		       mac[2], mac[3], mac[4], mac[5]);
	cJSON_AddStringToObject(to, key, text);
}

static void add_ipv4(cJSON *to, const char *key, uint32_t address)
{
	struct in_addr in = {htonl(address)};
	char text[INET_ADDRSTRLEN];

	(void)inet_ntop(AF_INET, &in, text, sizeof(text));
	cJSON_AddStringToObject(to, key, text);
}

static void add_port(cJSON *to, const struct runner *runner)
{
	cJSON *port = cJSON_AddObjectToObject(to, "port");

	cJSON_AddStringToObject(port, "name", port_name(runner->port));
	cJSON_AddStringToObject(port, "detail", port_detail(runner->port));
	cJSON_AddBoolToObject(port, "open", port_is_open(runner->port));
	cJSON_AddNumberToObject(port, "baud", port_baud(runner->port));
	cJSON_AddStringToObject(port, "rate",
				port_rate_is_auto(runner->port) ? "auto" : "fixed");
}

cJSON *report_net(const struct net *net, uint16_t mtu)
{
	cJSON *json = cJSON_CreateObject();
	const char *interface = net_interface(net);

	cJSON_AddStringToObject(json, "kind", net_kind(net));
	if (interface)
		cJSON_AddStringToObject(json, "interface", interface);
	else
		cJSON_AddNullToObject(json, "interface");
	add_mac(json, "mac", net_mac(net));
	cJSON_AddNumberToObject(json, "mtu", mtu);
	return json;
}

static cJSON *status_head(const char *name, enum ptl_role role)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "name", name);
	cJSON_AddStringToObject(json, "version", PIGTAIL_VERSION);
	cJSON_AddNumberToObject(json, "pid", getpid());
	cJSON_AddStringToObject(json, "role", role == PTL_HOST ? "host" : "device");
	return json;
}

cJSON *report_status(const struct runner *runner)
{
	cJSON *json = status_head(runner->name, runner->role);
	struct ptl_info info;

	runner->framing->info(runner->endpoint, &info);
	cJSON_AddStringToObject(json, "framing", runner->framing->name);
	cJSON_AddStringToObject(json, "state", runner_is_up(runner) ? "up" : "down");
	cJSON_AddStringToObject(json, "reason",
				port_is_open(runner->port) ? ptl_reason_name(runner->reason)
							   : "port not open");
	cJSON_AddNumberToObject(json, "seconds",
				(double)(timer_now() - runner->changed) / 1000000.0);
	add_port(json, runner);
	cJSON_AddItemToObject(json, "net", report_net(runner->net, runner->mtu));
	add_mac(json, "peer_mac", info.peer_mac);
	cJSON_AddBoolToObject(json, "peer_mac_in_use", info.peer_mac_in_use);
	cJSON_AddNumberToObject(json, "session", info.session);
	cJSON_AddNumberToObject(json, "peer_session", info.peer_session);
	cJSON_AddNumberToObject(json, "max_packet", info.max_packet);
	cJSON_AddNumberToObject(json, "frame_limit", info.frame_limit);
	cJSON_AddNumberToObject(json, "rtt_us", info.rtt_us);
	cJSON_AddNumberToObject(json, "loss_ppm", info.loss_ppm);
	cJSON_AddNumberToObject(json, "queued", info.queued);
	cJSON_AddNumberToObject(json, "memory", (double)runner_memory(runner));
	add_ipv4(json, "ip_address", info.ip_address);
	add_ipv4(json, "ip_netmask", info.ip_netmask);
	add_ipv4(json, "ip_gateway", info.ip_gateway);
	if (runner->capture_path)
		cJSON_AddStringToObject(json, "capture", runner->capture_path);
	else
		cJSON_AddNullToObject(json, "capture");
	cJSON_AddBoolToObject(json, "capturing", capture_works(runner->capture));
	return json;
}

static cJSON *stats_head(const char *name)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "name", name);
	cJSON_AddNumberToObject(json, "time_us", (double)timer_now());
	return json;
}

cJSON *report_stats(const struct runner *runner)
{
	const struct ptl_counters *counters = runner->framing->counters(runner->endpoint);
	cJSON *json = stats_head(runner->name);
	cJSON *list;
	ptl_count value;

	cJSON_AddNumberToObject(json, "baud", port_baud(runner->port));
	list = cJSON_AddObjectToObject(json, "counters");
	for (size_t i = 0; i < PTL_COUNTER_COUNT; i++) {
		memcpy(&value, (const unsigned char *)counters + i * sizeof(value),
		       sizeof(value));
		cJSON_AddNumberToObject(list, ptl_counter_names[i].name, (double)value);
	}
	return json;
}

cJSON *report_failed_status(const char *name, enum ptl_role role, const char *why)
{
	cJSON *json = status_head(name, role);

	cJSON_AddStringToObject(json, "state", "failed");
	cJSON_AddStringToObject(json, "reason", why);
	return json;
}

cJSON *report_failed_stats(const char *name)
{
	return stats_head(name);
}
