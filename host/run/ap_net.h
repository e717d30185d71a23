/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The second net of `pigtail up PORT NET --ap NET`: that of the radio's access point, beside
 * that of its station. Which of both a frame of the link belongs to, ptl_interfaces knows.
 */
#ifndef PIGTAIL_HOST_AP_NET_H
#define PIGTAIL_HOST_AP_NET_H

#include "host/config/link_config.h"
#include "host/net/net.h"

#include <pigtail/interfaces.h>
#include <uv.h>

struct runner;

struct ap_net {
	struct runner *runner;
	struct net *net; /* NULL: the link has none */
	struct ptl_interfaces interfaces;
	bool wrong_told; /* of a frame that the station's interface must not send */
};

/* Before runner_open(): opens the net, and takes its part of the runner's frames. Returns 0,
 * or with a line in error -1 or -2 as runner_open(). */
int ap_net_begin(struct ap_net *ap, uv_loop_t *loop, struct runner *runner,
		 const struct link_config *config, char *error, size_t error_size);

/* Does nothing to one that is all zeros. */
void ap_net_end(struct ap_net *ap);

#endif
