/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The application: starts the seams, then runs the device in the main task for
 * ever. Nothing of ours is allocated; the Wi-Fi driver takes and frees its
 * buffers as it always does.
 *
 * Starting can only fail for reasons that stay (flash, memory, options): the light
 * then flickers, the log says why, and it is tried again after 10 s. After three starts
 * that crashed the Wi-Fi driver is left alone: the host can still ask why.
 */
#include "target.h"

#include <pigtail/card.h>
#include <pigtail/link.h>
#include <pigtail/pins.h>

#include "driver/gpio.h"
#include "esp8266/eagle_soc.h"
#include "esp_log.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sdkconfig.h"

#include "board.h"
#include "divider.h"
#include "firmware.h"

#define LIGHT_PIN     GPIO_NUM_2 /* of most modules; on when low */
#define LOOP_PRIORITY 9		 /* the event task has 10, Wi-Fi 13 */
#define STORE_BLOCK   96u
#define STORE_PACKETS 24u
#define FLOWS	      16u
#define FAILED_US     10000000u

/* What device_size() asks for on 32 bits; device_init() checks it. */
#define CONTEXT_BYTES 512u
#define HISTORY_BYTES (CONFIG_PIGTAIL_HISTORY ? 5376u + (5u << CONFIG_PIGTAIL_HISTORY) : 0u)
#define MEMORY_BYTES                                                                           \
	(14464u + CONFIG_PIGTAIL_STORE + CONFIG_PIGTAIL_CONTEXTS * CONTEXT_BYTES +             \
	 HISTORY_BYTES)

static const char tag[] = "pigtail";
static _Alignas(16) uint8_t memory[MEMORY_BYTES];
static struct device_config config;
static struct ptl_radio_control control;
static struct device_card card;
static struct device_pins pins;
static struct device_owner owners[1 + FIRMWARE_OWNERS];
static struct device_firmware *firmware; /* NULL: no room for it */

/* ---- the light ---- */

static void light_start(void)
{
#ifdef CONFIG_PIGTAIL_GPIO2_LIGHT
	const gpio_config_t pin = {.pin_bit_mask = 1u << LIGHT_PIN, .mode = GPIO_MODE_OUTPUT};

	(void)gpio_config(&pin);
#endif
}

/* Returns when it is to be called again. */
static ptl_time light_show(enum light_code code, ptl_time now)
{
	ptl_time next = PTL_NEVER;

#ifdef CONFIG_PIGTAIL_GPIO2_LIGHT
	(void)gpio_set_level(LIGHT_PIN, !light_is_on(code, now, &next));
#else
	(void)code;
	(void)now;
#endif
	return next;
}

static void fail(const char *what, const char *why)
{
	const struct ptl_clock *clock = &config.clock;
	ptl_time until = clock->now(clock->user) + FAILED_US;
	ptl_time now;

	ESP_LOGE(tag, "%s: %s", what, why);
	while ((now = clock->now(clock->user)) < until) {
		ptl_time light = light_show(LIGHT_FAILED, now);

		clock->sleep(clock->user, light < until ? light : until);
	}
	esp_restart();
}

/* ---- start, and the loop ---- */

static void configure_link(uint32_t baud)
{
	struct ptl_config *link = &config.link;

	ptl_config_default(link, PTL_PROFILE_MCU);
	link->baud = baud;
#ifdef CONFIG_PIGTAIL_RATE_AUTO
	link->rate_auto = true;
#endif
	link->uart = (struct ptl_uart){UART_CLK_FREQ, DIVIDER_MIN, CONFIG_PIGTAIL_BAUD_MAX};
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

static void configure_card(enum ptl_boot boot)
{
	struct pins_config pins_config = {.control = &control, .refuses = board_refuses};
	struct device_card_config card_config = {
		.control = &control,
		.owners = owners,
		.owner_count = 1,
		.board = board_name,
		.firmware = "pigtail 0.1.0",
		.boot = boot,
		.boots = board_boots(),
		.heap = board_heap,
		.restart = board_restart,
	};

	board_gpio(&pins_config.gpio);
	device_pins_init(&pins, &pins_config);
	owners[0] = device_pins_owner(&pins);
	if (firmware) {
		firmware_start(card_config.board, &card.share, owners + 1);
		card_config.owner_count += FIRMWARE_OWNERS;
		card_config.streams = &firmware->streams;
		card_config.firmware = device_firmware_name(firmware, card_config.firmware);
	}
	device_card_init(&card, &card_config);
	config.control = device_card_control(&card);
}

static struct device *start(void)
{
	enum ptl_boot boot = board_boot();
	struct device *device = NULL;
	enum ptl_error error;
	const char *why;
	uint32_t baud;

	clock_start(&config.clock);
	light_start();
	if (!uart_start(&config.uart, &baud))
		fail("UART", "this rate cannot be made of 80 MHz");
	configure_link(baud);
	wifi_control(&control, &card.share, config.link.mac);
	config.radio = no_radio;
	why = boot == PTL_BOOT_SAFE ? NULL : wifi_start(&config.radio, &config.clock);
	if (why)
		fail("Wi-Fi", why);
	configure_card(boot);
	config.framing = &ptl_framing_pigtail;
	error = device_init(memory, sizeof(memory), &config, &device);
	if (error != PTL_OK)
		fail("device", ptl_error_name(error));
	device_card_attach(&card, device, config.clock.now(config.clock.user));
	if (firmware)
		device_firmware_attach(firmware, device);
	ESP_LOGI(tag, "%u baud, %u of %u bytes of memory", (unsigned int)baud,
		 (unsigned int)device_size(&config), (unsigned int)sizeof(memory));
	return device;
}

void app_main(void)
{
	const struct ptl_clock *clock = &config.clock;
	struct device *device;

#ifdef CONFIG_PIGTAIL_GPIO2_LIGHT
	esp_log_level_set("*", ESP_LOG_NONE); /* its pin is the light's */
#endif
	vTaskPrioritySet(NULL, LOOP_PRIORITY);
	firmware = firmware_open();
	device = start();
	wifi_attach(device);
	for (;;) {
		ptl_time wake = device_poll(device);
		ptl_time light =
			light_show(wifi_light(device_host_up(device)), clock->now(clock->user));

		if (clock->now(clock->user) > BOOTS_WELL_US)
			board_well();
		clock->sleep(clock->user, light < wake ? light : wake);
		esp_task_wdt_reset();
	}
}
