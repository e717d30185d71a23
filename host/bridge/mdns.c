/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All services are one group of entries, made when Avahi's server runs and again after each
 * collision, under another name. Avahi's client waits for a daemon that is not there.
 */
#include "host/bridge/mdns.h"

#include "host/base/avahi_poll.h"
#include "host/base/log.h"

#include <avahi-client/client.h>
#include <avahi-client/publish.h>
#include <avahi-common/alternative.h>
#include <avahi-common/error.h>
#include <avahi-common/malloc.h>
#include <avahi-common/strlst.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct mdns {
	AvahiPoll poll;
	AvahiClient *client;
	AvahiEntryGroup *group;
	char *name;
	const struct mdns_service *service;
	size_t n;
};

static void publish(struct mdns *mdns, AvahiClient *client);

static void on_group(AvahiEntryGroup *group, AvahiEntryGroupState state, void *user)
{
	struct mdns *mdns = user;
	char *other;

	switch (state) {
	case AVAHI_ENTRY_GROUP_ESTABLISHED:
		log_detail("mdns: found as '%s'", mdns->name);
		break;
	case AVAHI_ENTRY_GROUP_COLLISION:
		other = avahi_alternative_service_name(mdns->name);
		avahi_free(mdns->name);
		mdns->name = other;
		publish(mdns, avahi_entry_group_get_client(group));
		break;
	case AVAHI_ENTRY_GROUP_FAILURE:
		log_line("mdns: %s", avahi_strerror(avahi_client_errno(
					     avahi_entry_group_get_client(group))));
		break;
	default:
		break;
	}
}

static int add(struct mdns *mdns, const struct mdns_service *service)
{
	AvahiStringList *text = NULL;
	int status;

	for (size_t i = 0; service->text[i]; i++)
		text = avahi_string_list_add(text, service->text[i]);
	status = avahi_entry_group_add_service_strlst(
		mdns->group, AVAHI_IF_UNSPEC, AVAHI_PROTO_UNSPEC, 0, mdns->name, service->type,
		NULL, NULL, service->port, text);
	avahi_string_list_free(text);
	return status;
}

static void publish(struct mdns *mdns, AvahiClient *client)
{
	int status = 0;

	if (!mdns->group)
		mdns->group = avahi_entry_group_new(client, on_group, mdns);
	if (!mdns->group)
		status = avahi_client_errno(client);
	else
		(void)avahi_entry_group_reset(mdns->group);
	for (size_t i = 0; i < mdns->n && !status; i++)
		status = add(mdns, &mdns->service[i]);
	if (!status)
		status = avahi_entry_group_commit(mdns->group);
	if (status)
		log_line("mdns: %s", avahi_strerror(status));
}

static void on_client(AvahiClient *client, AvahiClientState state, void *user)
{
	struct mdns *mdns = user;

	switch (state) {
	case AVAHI_CLIENT_S_RUNNING:
		publish(mdns, client);
		break;
	case AVAHI_CLIENT_S_COLLISION:
	case AVAHI_CLIENT_S_REGISTERING:
		if (mdns->group)
			(void)avahi_entry_group_reset(mdns->group);
		break;
	case AVAHI_CLIENT_CONNECTING:
		log_line("mdns: avahi-daemon doesn't run yet; waiting for it");
		break;
	case AVAHI_CLIENT_FAILURE:
		log_line("mdns: no longer found: %s",
			 avahi_strerror(avahi_client_errno(client)));
		break;
	}
}

int mdns_open(uv_loop_t *loop, const char *name, const struct mdns_service *service, size_t n,
	      struct mdns **out, char *error, size_t error_size)
{
	struct mdns *mdns = calloc(1, sizeof(*mdns));
	char host[64] = "", text[64];
	int status = 0;

	if (!mdns)
		return complain(error, error_size, "out of memory");
	avahi_poll_init(&mdns->poll, loop);
	(void)gethostname(host, sizeof(host) - 1);
	(void)snprintf(text, sizeof(text), "%.30s on %.28s", name, host);
	mdns->name = avahi_strdup(text);
	mdns->service = service;
	mdns->n = n;
	mdns->client =
		avahi_client_new(&mdns->poll, AVAHI_CLIENT_NO_FAIL, on_client, mdns, &status);
	if (!mdns->client) {
		mdns_close(mdns);
		return complain(error, error_size,
				"--mdns: cannot ask for Avahi on the system's message bus: %s; "
				"do dbus-daemon and avahi-daemon run?",
				avahi_strerror(status));
	}
	*out = mdns;
	return 0;
}

void mdns_close(struct mdns *mdns)
{
	if (!mdns)
		return;
	if (mdns->client)
		avahi_client_free(mdns->client);
	avahi_free(mdns->name);
	free(mdns);
}
