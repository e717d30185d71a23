/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What mDNS tells are the ports that others can reach, by what is spoken there: a console
 * with TLS is `telnets`, one that is to be armed `telnet`, and a port for programmers is
 * Arduino's, with the properties that its IDE looks at (no SSH, no probing by TCP).
 */
#include "host/bridge/outlets.h"

#include "host/base/log.h"
#include "host/bridge/lines.h"
#include "host/bridge/mdns.h"
#include "host/bridge/syslog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct outlets {
	struct server *server;
	struct lines *lines;
	struct syslog *syslog;
	struct mqtt *mqtt;
	struct mdns *mdns;
	struct mdns_service service[SERVER_LISTENS];
	size_t services;
};

static void on_heard(void *user, const uint8_t *bytes, size_t n)
{
	lines_put(((struct outlets *)user)->lines, bytes, n);
}

static void add_service(struct outlets *outlets, const struct listener_spec *spec,
			enum listener_guard guard)
{
	struct mdns_service *service = &outlets->service[outlets->services++];
	bool armed = guard == LISTENER_ARMED;
	size_t n = 0;

	service->port = (uint16_t)atoi(spec->port);
	if (spec->service == PTL_SERVICE_PROGRAM) {
		service->type = "_arduino._tcp";
		service->text[n++] = "ssh_upload=no";
		service->text[n++] = "tcp_check=no";
		service->text[n++] = armed ? "auth_upload=no" : "auth_upload=yes";
	} else {
		service->type = armed ? "_telnet._tcp" : "_telnets._tcp";
	}
	service->text[n] = armed ? "access=armed" : "access=tls";
}

static int open_mdns(struct outlets *outlets, uv_loop_t *loop, const char *name, char *error,
		     size_t error_size)
{
	const struct server_config *config = server_config(outlets->server);

	for (size_t i = 0; i < config->listens; i++) {
		enum listener_guard guard = server_guard(outlets->server, i);

		if (guard != LISTENER_PLAIN)
			add_service(outlets, &config->listen[i], guard);
	}
	if (!outlets->services)
		return complain_usage(error, error_size,
				      "--mdns: no port is for other machines; see --listen");
	return mdns_open(loop, name, outlets->service, outlets->services, &outlets->mdns, error,
			 error_size);
}

static int open_lines(struct outlets *outlets, uv_loop_t *loop, const char *name,
		      const struct outlets_options *options, char *error, size_t error_size)
{
	int status = 0;

	outlets->lines = lines_new(loop);
	if (!outlets->lines)
		return complain(error, error_size, "cannot make a timer: %s", strerror(errno));
	if (options->syslog)
		status = syslog_open(loop, options->syslog, name, &outlets->syslog, error,
				     error_size);
	if (!status && outlets->syslog)
		lines_add(outlets->lines, syslog_line, outlets->syslog);
	if (!status && options->mqtt.url)
		status = mqtt_open(loop, &options->mqtt, name, &outlets->mqtt, error,
				   error_size);
	if (!status && outlets->mqtt)
		lines_add(outlets->lines, mqtt_line, outlets->mqtt);
	server_hear(outlets->server, on_heard, outlets);
	return status;
}

int outlets_open(uv_loop_t *loop, struct server *server, const char *name,
		 const struct outlets_options *options, struct outlets **out, char *error,
		 size_t error_size)
{
	struct outlets *outlets = calloc(1, sizeof(*outlets));
	int status = 0;

	if (!outlets)
		return complain(error, error_size, "out of memory");
	outlets->server = server;
	if (options->syslog || options->mqtt.url)
		status = open_lines(outlets, loop, name, options, error, error_size);
	if (!status && options->mdns)
		status = open_mdns(outlets, loop, name, error, error_size);
	if (status) {
		outlets_close(outlets);
		return status;
	}
	*out = outlets;
	return 0;
}

void outlets_close(struct outlets *outlets)
{
	if (!outlets)
		return;
	server_hear(outlets->server, NULL, NULL);
	mdns_close(outlets->mdns);
	lines_free(outlets->lines);
	syslog_close(outlets->syslog);
	mqtt_close(outlets->mqtt);
	free(outlets);
}
