/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See serial_bridge.h. */
#include "serial_bridge.h"

#include "../flash.h"
#include "../life.h"
#include "../local.h"
#include "../partitions.h"
#include "../wifi.h"

#include "change.h"
#include "device_bridge.h"
#include "gate.h"
#include "says.h"
#include "target_pins.h"
#include "web.h"
#include "wifi_desk.h"
#include "wireless_lan.h"

#include <pigtail/flash_map.h>

#include "sdkconfig.h"

#include <stdlib.h>

#ifdef CONFIG_PIGTAIL_RESET_HIGH
#define RESET_HIGH true
#else
#define RESET_HIGH false
#endif
#ifdef CONFIG_PIGTAIL_BOOT_HIGH
#define BOOT_HIGH true
#else
#define BOOT_HIGH false
#endif

/* Key and certificate, an open page, an upload by it or a handshake; and each connection. */
#define TLS_COMMON 7680u
#define TLS_PLACE  6656u

static struct {
	struct serial_bridge *bridge;
	struct ptl_store store;
	struct bridge_settings settings;
	struct wireless_settings wireless;
	struct target_pins pins;
	bool network;
	void *memory; /* for as long as it runs */
} own;

/* As lwIP's configuration (arch/cc.h) wants it. */
_Noreturn void stack_impossible(const char *what);

void stack_impossible(const char *what)
{
	says_impossible(what);
}

/* ---- what it is to be ---- */

static bool has_store(void)
{
	return partition_is_at("store0", PTL_MAP_STORE_0, flash_seam.sector) &&
	       partition_is_at("store1", PTL_MAP_STORE_1, flash_seam.sector);
}

static bool has_files(void)
{
	return partition_is_at("files", PTL_MAP_FILES, PTL_MAP_FILES_SIZE);
}

static const char *read_settings(void)
{
	own.settings.format = PTL_SERIAL_FORMAT_DEFAULT;
	if (!has_store())
		return "partitions.csv is not the partition table: it has nowhere its settings";
	if (!ptl_store_open(&own.store, &flash_seam, PTL_MAP_STORE_0, PTL_MAP_STORE_1))
		return "the flash of the store fails";
	bridge_settings_read(&own.store, &own.settings);
	wireless_settings_read(&own.store, &own.wireless);
	return NULL;
}

/* ---- start ---- */

/* After the driver, whose noise feeds the chip's chance. */
static const char *start_network(void)
{
	const struct serial_bridge *bridge = own.bridge;
	const struct local_config local = {&bridge->clock, bridge->wake, says_line};
	const struct change_config change = {&own.wireless, &own.store, says_line};
	const char *why = local_open(&local);
	const struct wireless_lan_config lan = {
		.clock = bridge->clock,
		.radio = local_radio(),
		.settings = &own.wireless,
		.told = says_address,
		.log = says_line,
	};

	if (why)
		return why;
	if (!*own.wireless.ssid) {
		says_line("no network is set: it joins none");
		return NULL;
	}
	change_start(&change);
	own.network = wireless_lan_start(&lan);
	return own.network ? NULL : "the address makes no sense";
}

static struct ptl_target_pins_seam start_pins(void)
{
	own.pins = (struct target_pins){
		.gpio = own.bridge->gpio,
		.pin =
			{
				[PTL_TARGET_RESET] = {CONFIG_PIGTAIL_RESET_PIN, RESET_HIGH},
				[PTL_TARGET_BOOT] = {CONFIG_PIGTAIL_BOOT_PIN, BOOT_HIGH},
			},
	};
	return target_pins_start(&own.pins);
}

static const char *start_bridge(size_t size)
{
	struct serial_bridge *bridge = own.bridge;
	const struct bridge_config config = {
		.serial = bridge->serial,
		.uart = bridge->uart,
		.clock = bridge->clock,
		.pins = start_pins(),
		.settings = &own.settings,
		.store = &own.store,
		.gate = &bridge_gate,
		.web = &bridge_web,
		.wifi = &desk_wifi,
		.flash = has_files() ? &flash_seam : NULL,
		.log = says_line,
	};

	return bridge_start(own.memory, size, &config) ? NULL : "its settings make no sense";
}

const char *serial_bridge_start(struct serial_bridge *bridge, const char **why)
{
	size_t size = bridge_size() + TLS_COMMON + CONFIG_PIGTAIL_TLS_PLACES * TLS_PLACE;

	own.bridge = bridge;
	loader_is_done_with();
	if (life_begin() == PTL_BOOT_SAFE) {
		*why = "three starts have crashed";
		return "safe mode";
	}
	if ((*why = read_settings()) != NULL)
		return "settings";
	own.memory = malloc(size);
	if (!own.memory) {
		*why = "too little: fewer places for TLS, see menuconfig";
		return "memory";
	}
	if ((*why = start_network()) != NULL)
		return "Wi-Fi";
	if (own.network && (*why = start_bridge(size)) != NULL)
		return "bridge";
	says_memory((unsigned)size, life_heap(NULL));
	return NULL;
}

/* ---- the loop ---- */

ptl_time serial_bridge_poll(void)
{
	const struct ptl_clock *clock = &own.bridge->clock;
	ptl_time now = clock->now(clock->user), network, bridge;

	if (now > BOOTS_WELL_US)
		life_well();
	if (!own.network)
		return now + BOOTS_WELL_US;
	network = wireless_lan_poll(now);
	bridge = bridge_poll(now);
	return network < bridge ? network : bridge;
}

enum light_code serial_bridge_light(void)
{
	return wifi_light(*own.settings.password != 0);
}
