/* SPDX-License-Identifier: GPL-2.0-only */
/* See privileges.h. */
#include "host/run/privileges.h"

#include "host/port/port.h"

#include <libgen.h>
#include <string.h>
#include <unistd.h>

void privileges_of(struct sandbox *sandbox, const struct link_options *options, bool again)
{
	const char *capture = options->values[LINK_CAPTURE];
	const char *secret = options->values[LINK_WIFI_FILE];
	const char *ap = options->config.ap_net;
	bool user = !strncmp(options->config.net, "user", 4);
	bool there = !strncmp(options->config.net, "air:unix:", 9);
	bool air = !strncmp(options->config.net, "air:", 4) && !there;
	bool ap_user = ap && !strncmp(ap, "user", 4);
	char path[512];

	sandbox->interfaces |= (!user && !there) || (ap && !ap_user);
	sandbox->pings |= user || air || ap_user; /* behind an air there are any nets */
	if (there)
		sandbox_will_open(sandbox, options->config.net + 9, R_OK | W_OK);
	if (port_place(options->config.port, path, sizeof(path)))
		sandbox_will_open(sandbox, path, R_OK | W_OK);
	/* Networks that are saved go into a new file beside the old one. */
	if (options->config.wifi_file && strlen(options->config.wifi_file) < sizeof(path))
		sandbox_will_open(sandbox, dirname(strcpy(path, options->config.wifi_file)),
				  W_OK);
	if (!again)
		return;
	sandbox->low_ports = true;
	if (secret)
		sandbox_will_open(sandbox, secret, R_OK);
	if (capture && strlen(capture) < sizeof(path))
		sandbox_will_open(sandbox, dirname(strcpy(path, capture)), W_OK);
}
