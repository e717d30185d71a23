/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The Wi-Fi card: the Ethernet MAC behind a scripted air (sim/air.h) in the place of a
 * radio. The host scans, joins and leaves as with a real one; while the station is joined
 * its frames go to QEMU's network and come from there, but for those that the signal
 * loses.
 *
 * As of a real station: it has one address, by which alone it sends.
 */
#include "chip.h"
#include "clock.h"
#include "ethernet_radio.h"
#include "firmware.h"
#include "gpio.h"
#include "life.h"
#include "personality.h"
#include "scripted_air.h"

#include <pigtail/card.h>
#include <pigtail/pins.h>

#include <string.h>

#define BLOCKS	  96 /* as of the nic */
#define CONTEXTS  4
#define SOURCE_AT 6 /* in a frame */

const char personality_name[] = "wifi";

static struct {
	struct device_card card;
	struct device_pins pins;
	struct device_owner owners[1 + FIRMWARE_OWNERS];
	struct device_firmware *firmware; /* NULL: there is no flash */
	struct air air;
	struct air_space space;
	struct air_radio radio;
	uint8_t mac[6];
} wifi;

/* ---- frames ---- */

static bool to_air(void *user, const uint8_t *frame, size_t n)
{
	if (memcmp(frame + SOURCE_AT, wifi.radio.mac, sizeof(wifi.radio.mac)) != 0 ||
	    !air_radio_passes(&wifi.radio, clock_now(NULL)))
		return true; /* as a cable that is not plugged in */
	return lx60_ethernet.send(user, frame, n);
}

static enum ethernet_lot from_air(const uint8_t *frame, size_t n)
{
	(void)frame;
	(void)n;
	return air_radio_passes(&wifi.radio, clock_now(NULL)) ? ETHERNET_FOR_HOST
							      : ETHERNET_DONE;
}

static ptl_time poll_air(void *user, ptl_time now)
{
	ptl_time visitors = air_space_poll(&wifi.space, now);
	ptl_time air = air_radio_poll(&wifi.radio, now);
	ptl_time frames = lx60_ethernet.poll(user, now);

	air = air < visitors ? air : visitors;
	return air < frames ? air : frames;
}

/* ---- the card ---- */

static void restart(void *user, uint8_t how)
{
	(void)user;
	(void)how;
	life_ask();
	for (;;)
		BOARD_RESET = RESET_MAGIC;
}

void personality_init(struct device_config *config, const struct boot *boot)
{
	const struct pins_config pins = {
		.gpio = lx60_gpio,
		.control = &wifi.radio.control,
		.refuses = lx60_pin_refused,
	};
	struct device_card_config card = {
		.control = &wifi.radio.control,
		.owners = wifi.owners,
		.board = "lx60",
		.firmware = "pigtail wifi 0.1.0",
		.boot = boot->why,
		.boots = life_boots(),
		.restart = restart,
	};

	memcpy(wifi.mac, boot->mac, sizeof(wifi.mac));
	scripted_air(&wifi.air, boot->seed);
	air_radio_init(&wifi.radio, &wifi.air, wifi.mac, NULL, NULL, &wifi.card.share,
		       clock_now(NULL));
	air_space_init(&wifi.space, &wifi.air, clock_now(NULL));
	(void)air_space_add(&wifi.space, &wifi.radio);
	device_pins_init(&wifi.pins, &pins);
	wifi.owners[0] = device_pins_owner(&wifi.pins);
	card.owner_count = 1 + firmware_start(card.board, &wifi.radio.control, wifi.owners + 1,
					      &wifi.firmware);
	if (wifi.firmware) {
		card.streams = &wifi.firmware->streams;
		card.firmware = device_firmware_name(wifi.firmware, card.firmware);
	}
	device_card_init(&wifi.card, &card);
	config->control = device_card_control(&wifi.card);
	config->radio = (struct ptl_radio){
		.send = to_air,
		.poll = poll_air,
		.room = lx60_ethernet.room,
	};
	config->link.contexts = CONTEXTS;
	config->link.tx_blocks = BLOCKS;
	config->link.drop_when_full = true;
}

bool personality_start(struct device *device, const struct device_config *config,
		       const struct boot *boot)
{
	(void)boot;
	device_card_attach(&wifi.card, device, clock_now(NULL));
	if (wifi.firmware)
		device_firmware_attach(wifi.firmware, device);
	ethernet_radio_start(device, config->link.mac, from_air);
	return true;
}
