/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See entrance.h. */
#include "entrance.h"
#include "device_bridge.h"

#include <lwip/tcp.h>
#include <pigtail/attempts.h>

#include <string.h>

#define HANDSHAKE_US 10000000u

static struct {
	const struct bridge_settings *settings;
	void (*log)(const char *line);
	struct ptl_attempts attempts;
	struct tls_stream tls[BRIDGE_CLIENTS];
	ptl_time until[BRIDGE_CLIENTS];
} entrance;

bool entrance_start(const struct gate_config *config)
{
	entrance.settings = config->settings;
	entrance.log = config->log;
	ptl_attempts_init(&entrance.attempts, config->clock.now(config->clock.user));
	return tls_stream_start(config->store, &config->clock, config->memory, config->size);
}

bool entrance_begin(unsigned place, ptl_time now, struct tcp_stream *tcp)
{
	entrance.until[place] = now + HANDSHAKE_US;
	return tls_stream_begin(&entrance.tls[place], tcp);
}

struct tls_stream *entrance_serve(unsigned place)
{
	struct tls_stream *tls = &entrance.tls[place];

	if (!tls->shaken && tls_stream_shake(tls))
		entrance.until[place] = PTL_NEVER;
	return tls->shaken ? tls : NULL;
}

ptl_time entrance_due(unsigned place)
{
	return entrance.tls[place].ended && !entrance.tls[place].shaken ? 0
									: entrance.until[place];
}

static struct ptl_attempts_from address_of(const struct tcp_pcb *pcb)
{
	struct ptl_attempts_from from = {.address = {[10] = 0xff, [11] = 0xff}};

	if (IP_IS_V6(&pcb->remote_ip))
		memcpy(from.address, ip_2_ip6(&pcb->remote_ip)->addr, sizeof(from.address));
	else
		memcpy(from.address + 12, &ip_2_ip4(&pcb->remote_ip)->addr, 4);
	return from;
}

/* NULL: it is right. */
static const char *wrong_with(const struct tcp_pcb *pcb, ptl_time now, const char *name,
			      const char *password)
{
	struct ptl_attempts_from from = address_of(pcb);

	if (ptl_attempts_begin(&entrance.attempts, now, &from) > 0)
		return "too many attempts; wait and try again";
	if (!tls_password_is(entrance.settings->password, name, password))
		return "wrong name or password";
	ptl_attempts_passed(&entrance.attempts, &from);
	return NULL;
}

const char *entrance_refuses(unsigned place, ptl_time now, const char *name,
			     const char *password)
{
	const struct tcp_pcb *pcb = entrance.tls[place].tcp->pcb;
	const char *wrong = pcb ? wrong_with(pcb, now, name, password) : "gone";

	entrance.log(wrong ? "a login is refused" : "a user has logged in");
	return wrong;
}

const char *entrance_user(void)
{
	static struct ptl_password user;
	const char *line = entrance.settings->password;

	return ptl_password_parse(&user, line, strlen(line)) ? user.name : "";
}

void entrance_end(unsigned place)
{
	tls_stream_end(&entrance.tls[place]);
}
