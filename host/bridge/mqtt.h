/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines to an MQTT broker, each a message of QoS 0, by libmosquitto.
 */
#ifndef PIGTAIL_HOST_MQTT_H
#define PIGTAIL_HOST_MQTT_H

#include <uv.h>

struct mqtt_options {
	const char *url;	   /* mqtt[s]://[USER@]HOST[:PORT][/TOPIC]; pigtail/NAME */
	const char *password_file; /* or NULL */
	const char *ca;		   /* of the broker, with mqtts; NULL: the system's */
};

struct mqtt;

/* name: of the bridge. -1 or -2 with a line in error; a broker that is not there is waited
 * for. */
int mqtt_open(uv_loop_t *loop, const struct mqtt_options *options, const char *name,
	      struct mqtt **mqtt, char *error, size_t error_size);

void mqtt_line(void *mqtt, const char *line);

/* NULL does nothing. */
void mqtt_close(struct mqtt *mqtt);

#endif
