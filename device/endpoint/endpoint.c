/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The start of the one endpoint, state.c. */
#include "state.h"

#include "writer.h"

static void on_host(bool up)
{
	address_link(&stack_link.netif, endpoint.clock.now(endpoint.clock.user), up);
}

static const struct stack_link_owner owner = {.polled = http_seat_waiters, .host_up = on_host};

struct ptl_radio endpoint_radio(void)
{
	return stack_link_radio(&owner);
}

static void tell_address(const char *address, const char *source)
{
	char line[64];
	struct writer out = writer_on(line, sizeof(line) - 1);

	write_text(&out, "address ");
	write_text(&out, address);
	write_text(&out, ", ");
	write_text(&out, source);
	line[out.n] = 0;
	device_log(stack_link.device, line);
}

bool endpoint_start(struct device *device, const struct device_config *config,
		    const char *address)
{
	endpoint.clock = config->clock;
	return stack_link_begin(device, config) &&
	       address_start(&stack_link.netif, address, device_host_up(device),
			     tell_address) &&
	       http_start() && stream_start();
}
