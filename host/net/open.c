/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the kind of net that a spec names, and opens it. */
#include "host/base/log.h"
#include "host/net/kind.h"

#include <stdlib.h>
#include <string.h>

static const struct net_kind *const kinds[] = {
	&net_kind_tap,	&net_kind_tun, &net_kind_bridge,
	&net_kind_user, &net_kind_air, &net_kind_wlan,
};

int net_open(uv_loop_t *loop, const struct net_config *config, const struct net_events *events,
	     struct net **out, char *error, size_t error_size)
{
	size_t n = strcspn(config->spec, ":,");
	struct net *net;
	int status;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i]->name) != n ||
		    strncmp(config->spec, kinds[i]->name, n) != 0)
			continue;
		net = calloc(1, sizeof(*net));
		if (!net)
			return complain(error, error_size, "out of memory");
		net->loop = loop;
		net->kind = kinds[i];
		net->events = *events;
		net->open_another = net_open;
		memcpy(net->mac, config->mac, sizeof(net->mac));
		net->mtu = config->mtu;
		status = kinds[i]->open(net, config, config->spec + n, error, error_size);
		if (status < 0) {
			free(net);
			return status;
		}
		*out = net;
		return 0;
	}
	return complain_usage(
		error, error_size,
		"no such net '%s'; it is tap[:IFNAME], tun[:IFNAME], bridge:BRIDGE, "
		"user[,loopback=on][,hostfwd=...], air:FILE, air:unix:PATH or wlan:IFNAME",
		config->spec);
}
