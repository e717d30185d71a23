/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The endpoint: an IP stack on the board itself in the place of a radio. */
#include "panic.h"
#include "personality.h"

#include "../endpoint/endpoint.h"

#include <pigtail/compat.h>

#define CONTEXTS 4

const char personality_name[] = "endpoint";

/* As lwIP's configuration (arch/cc.h) wants it, in an image that checks. */
_Noreturn void stack_impossible(const char *what);

void stack_impossible(const char *what)
{
	panic(what);
}

void personality_init(struct device_config *config, const struct boot *boot)
{
	(void)boot;
	config->radio = endpoint_radio();
	config->link.mac_in_use = true;
	config->link.contexts = CONTEXTS;
	/* A framing that keeps whole packets has memory for few; what it refuses waits
	 * in lwIP. */
	if (config->framing == &ptl_framing_len16)
		config->link.tx_packets = 6;
}

bool personality_start(struct device *device, const struct device_config *config,
		       const struct boot *boot)
{
	return endpoint_start(device, config, boot->address);
}
