/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See application.h. */
#include "application.h"

#include <pigtail/card.h>
#include <pigtail/link.h>
#include <pigtail/pins.h>

#include "esp_log.h"
#include "sdkconfig.h"

#include "firmware.h"
#include "life.h"
#include "wifi.h"

#define STORE_BLOCK   96u
#define STORE_PACKETS 24u
#define FLOWS	      16u

/* What device_size() asks for on 32 bits; device_init() checks it. */
#define CONTEXT_BYTES 512u
#define HISTORY_BYTES (CONFIG_PIGTAIL_HISTORY ? 5376u + (5u << CONFIG_PIGTAIL_HISTORY) : 0u)
#define MEMORY_BYTES                                                                           \
	(14464u + CONFIG_PIGTAIL_STORE + CONFIG_PIGTAIL_CONTEXTS * CONTEXT_BYTES +             \
	 HISTORY_BYTES)

static const char tag[] = "pigtail";
static _Alignas(16) uint8_t memory[MEMORY_BYTES];
static struct device *device;
static struct device_config config;
static struct ptl_radio_control control;
static struct device_card card;
static struct device_pins pins;
static struct device_owner owners[1 + FIRMWARE_OWNERS];
static struct device_firmware *firmware; /* NULL: no room for it */

static void configure_link(const struct application *application)
{
	struct ptl_config *link = &config.link;

	ptl_config_default(link, PTL_PROFILE_MCU);
	link->baud = application->baud;
#ifdef CONFIG_PIGTAIL_RATE_AUTO
	link->rate_auto = true;
#endif
	link->uart = application->limits;
	link->tx_block_size = STORE_BLOCK;
	link->tx_blocks = CONFIG_PIGTAIL_STORE / STORE_BLOCK;
	link->tx_packets = STORE_PACKETS;
	link->tx_flows = FLOWS;
	link->contexts = CONFIG_PIGTAIL_CONTEXTS;
	link->history[0] = CONFIG_PIGTAIL_HISTORY;
	link->history[1] = CONFIG_PIGTAIL_HISTORY;
	/* The air cannot be stopped: the longest flow pays, not the newest frame. */
	link->drop_when_full = true;
}

/* ---- safe mode: no radio ---- */

static bool drop(void *user, const uint8_t *frame, size_t n)
{
	(void)user;
	(void)frame;
	(void)n;
	return true;
}

static ptl_time nothing(void *user, ptl_time now)
{
	(void)user;
	(void)now;
	return PTL_NEVER;
}

static const struct ptl_radio no_radio = {.send = drop, .poll = nothing};

/* ---- what the radio has for the link ---- */

/* With drop_when_full it takes all. */
static bool on_frame(const uint8_t *frame, size_t n)
{
	(void)device_from_radio(device, frame, n);
	return true;
}

static void on_missed(uint32_t n)
{
	device_radio_missed(device, n);
}

static void on_room(void)
{
	device_radio_room(device);
}

static void on_log(const char *text)
{
	device_log(device, text);
}

/* ---- start ---- */

static void configure_card(const struct application *application, enum ptl_boot boot)
{
	struct pins_config pins_config = {
		.gpio = application->gpio,
		.control = &control,
		.refuses = application->refuses,
	};
	struct device_card_config card_config = {
		.control = &control,
		.owners = owners,
		.owner_count = 1,
		.board = application->board,
		.firmware = "pigtail 0.1.0",
		.boot = boot,
		.boots = life_boots(),
		.heap = life_heap,
		.restart = life_restart,
	};

	device_pins_init(&pins, &pins_config);
	owners[0] = device_pins_owner(&pins);
	if (firmware) {
		firmware_start(card_config.board, card_config.control, owners + 1);
		card_config.owner_count += FIRMWARE_OWNERS;
		card_config.streams = &firmware->streams;
		card_config.firmware = device_firmware_name(firmware, card_config.firmware);
	}
	device_card_init(&card, &card_config);
	config.control = device_card_control(&card);
}

void application_open(void)
{
	firmware = firmware_open();
}

const char *application_start(const struct application *application, const char **why)
{
	const struct wifi_target target = {
		.clock = &config.clock,
		.wake = application->wake,
		.events = {on_frame, on_missed, on_room, on_log},
	};
	enum ptl_boot boot = life_begin();
	enum ptl_error error;

	config = (struct device_config){
		.framing = &ptl_framing_pigtail,
		.uart = application->uart,
		.radio = no_radio,
		.clock = application->clock,
	};
	configure_link(application);
	wifi_control(&control, &card.share, config.link.mac);
	*why = boot == PTL_BOOT_SAFE ? NULL : wifi_start(&config.radio, &target);
	if (*why)
		return "Wi-Fi";
	configure_card(application, boot);
	error = device_init(memory, sizeof(memory), &config, &device);
	if (error != PTL_OK) {
		*why = ptl_error_name(error);
		return "device";
	}
	device_card_attach(&card, device, config.clock.now(config.clock.user));
	if (firmware)
		device_firmware_attach(firmware, device);
	ESP_LOGI(tag, "%u baud, %u of %u bytes of memory", (unsigned int)application->baud,
		 (unsigned int)device_size(&config), (unsigned int)sizeof(memory));
	return NULL;
}

/* ---- the loop ---- */

ptl_time application_poll(void)
{
	ptl_time wake = device_poll(device);

	if (config.clock.now(config.clock.user) > BOOTS_WELL_US)
		life_well();
	return wake;
}

enum light_code application_light(void)
{
	return wifi_light(device_host_up(device));
}
