// SPDX-License-Identifier: GPL-2.0-only
/* A proxy with its pins; what it does is told to the log. */
#include "host/bridge/target.h"

#include "host/base/log.h"
#include "host/base/timer.h"
#include "host/bridge/pins.h"

#include <pigtail/proxy.h>
#include <stdlib.h>
#include <unistd.h>

struct target {
	struct ptl_serial_seam serial;
	struct pins *pins;
	struct ptl_proxy *proxy;
	struct ptl_bridge *bridge; /* NULL: not yet */
};

static void on_event(void *user, enum ptl_proxy_event event, enum ptl_target target)
{
	static const char *const events[] = {
		[PTL_PROXY_BEGINS] = "a programmer: the target is reset",
		[PTL_PROXY_IN_STEP] = "in step with its boot loader",
		[PTL_PROXY_ENDS] = "the programmer is done",
		[PTL_PROXY_LEFT] = "the programmer has left; the target is reset",
		[PTL_PROXY_NO_TARGET] = "no boot loader answers",
	};

	(void)user;
	if (event == PTL_PROXY_NO_TARGET)
		log_line("%s: no boot loader answers after reset; see --pins, and the baud "
			 "rate of PORT",
			 ptl_target_name(target));
	else
		log_detail("%s: %s", ptl_target_name(target), events[event]);
}

bool target_add_place(struct target_config *config, const struct pin_options *place)
{
	for (size_t i = 0; i < config->places; i++)
		if (pin_options_same(&config->place[i], place))
			return true;
	if (config->places == TARGET_PLACES)
		return false;
	config->place[config->places++] = *place;
	return true;
}

static void begin_proxy(struct target *target, enum ptl_target kind, void *memory)
{
	const struct ptl_proxy_config config = {
		.target = kind,
		.serial = target->serial,
		.pins = pins_seam(target->pins),
		.event = on_event,
	};

	target->proxy = ptl_proxy_init(memory, &config);
}

int target_open(const struct target_config *config, const struct ptl_serial_seam *serial,
		struct target **made, char *error, size_t error_size)
{
	struct target *target = calloc(1, sizeof(*target));
	void *memory = malloc(ptl_proxy_size());

	if (!target || !memory) {
		free(target);
		free(memory);
		return complain(error, error_size, "out of memory");
	}
	target->serial = *serial;
	if (pins_open(&target->pins, &config->pins, &target->serial, error, error_size) < 0) {
		free(target);
		free(memory);
		return -1;
	}
	begin_proxy(target, config->kind, memory);
	*made = target;
	return 0;
}

int target_change(struct target *target, const struct target_config *config, char *error,
		  size_t error_size)
{
	if (pins_change(target->pins, &config->pins, error, error_size) < 0)
		return -1;
	begin_proxy(target, config->kind, target->proxy);
	ptl_proxy_attach(target->proxy, target->bridge);
	return 0;
}

struct ptl_programmer_seam target_programmer(struct target *target)
{
	return ptl_proxy_seam(target->proxy);
}

struct ptl_target_pins_seam target_pins(struct target *target)
{
	return pins_seam(target->pins);
}

void target_attach(struct target *target, struct ptl_bridge *bridge)
{
	target->bridge = bridge;
	ptl_proxy_attach(target->proxy, bridge);
}

void target_close(struct target *target)
{
	struct ptl_programmer_seam seam;
	ptl_time due;

	if (!target)
		return;
	seam = target_programmer(target);
	seam.end(seam.user, timer_now());
	while ((due = seam.poll(seam.user, timer_now())) != PTL_NEVER) {
		ptl_time now = timer_now();

		if (due > now)
			(void)usleep((useconds_t)(due - now));
	}
	pins_close(target->pins);
	free(target->proxy);
	free(target);
}
