/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* bridge_wifi.elf: the network of a bridge is the one that its settings name, in the air that
 * local_air.c has. */
#include "bridge_image.h"
#include "clock.h"
#include "local_air.h"
#include "report.h"

#include "../bridge/wifi_desk.h"

#include <change.h>
#include <wireless_lan.h>

static bool start(const struct boot *boot, struct ptl_store *store, address_told told)
{
	static struct wireless_settings settings;
	const struct wireless_lan_config config = {
		.clock = lx60_clock,
		.radio = local_air(boot->seed, boot->mac),
		.settings = &settings,
		.told = told,
		.log = report_log,
	};
	const struct change_config change = {&settings, store, report_log};

	if (store->flash)
		wireless_settings_read(store, &settings);
	change_start(&change);
	return wireless_lan_start(&config);
}

const struct bridge_network bridge_image_network = {start, wireless_lan_poll, &desk_wifi};
