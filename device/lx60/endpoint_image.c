/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The endpoint: an IP stack on the board itself in the place of a radio. */
#include "panic.h"
#include "personality.h"

#include "../endpoint/endpoint.h"

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
}

bool personality_start(struct device *device, const struct device_config *config,
		       const struct boot *boot)
{
	return endpoint_start(device, config, boot->address);
}
