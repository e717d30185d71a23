/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where else a bridge is heard of: what its UART says goes to syslog and MQTT as lines, and
 * its ports are told by mDNS.
 */
#ifndef PIGTAIL_HOST_OUTLETS_H
#define PIGTAIL_HOST_OUTLETS_H

#include "host/bridge/mqtt.h"
#include "host/bridge/server.h"

struct outlets_options {
	const char *syslog;	  /* or NULL */
	struct mqtt_options mqtt; /* its url may be NULL */
	bool mdns;
};

struct outlets;

/* name: of the bridge, which stays, as server does. -1 or -2 with a line in error. */
int outlets_open(uv_loop_t *loop, struct server *server, const char *name,
		 const struct outlets_options *options, struct outlets **outlets, char *error,
		 size_t error_size);

/* Before the server is closed. NULL does nothing. */
void outlets_close(struct outlets *outlets);

#endif
