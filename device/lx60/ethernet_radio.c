/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Frames of the MAC to the link and back, as the seam radio.h wants it. */
#include "ethernet_radio.h"

#include <string.h>

#define TX_FRAMES 2u
#define RX_FRAMES 8u

static struct device *device;
static enum ethernet_lot (*sort)(const uint8_t *frame, size_t n);
static uint8_t buffer[TX_FRAMES + RX_FRAMES][ETHERNET_FRAME] __attribute__((aligned(4)));

static bool radio_send(void *user, const uint8_t *bytes, size_t n)
{
	uint8_t *to = ethernet_buffer();

	(void)user;
	if (!to)
		return false;
	memcpy(to, bytes, n);
	ethernet_send(n);
	return true;
}

static ptl_time radio_poll(void *user, ptl_time now)
{
	(void)user;
	(void)now;
	ethernet_poll();
	return PTL_NEVER;
}

static void radio_room(void *user)
{
	(void)user;
	ethernet_resume();
}

static void radio_host_up(void *user, bool up, const uint8_t mac[6])
{
	static const uint8_t nobody[6];

	(void)user;
	if (up && memcmp(mac, nobody, sizeof(nobody)) != 0)
		ethernet_set_mac(mac);
}

const struct ptl_radio lx60_ethernet = {
	.send = radio_send,
	.poll = radio_poll,
	.room = radio_room,
	.host_up = radio_host_up,
};

static bool on_frame(const uint8_t *frame, size_t n)
{
	enum ethernet_lot lot = sort ? sort(frame, n) : ETHERNET_FOR_HOST;

	if (lot != ETHERNET_FOR_HOST)
		return lot == ETHERNET_DONE;
	return device_from_radio(device, frame, n) != PTL_FULL;
}

static void on_room(void)
{
	device_radio_room(device);
}

static void on_missed(void)
{
	device_radio_missed(device, 1);
}

void ethernet_radio_start(struct device *its, const uint8_t mac[6],
			  enum ethernet_lot (*by)(const uint8_t *frame, size_t n))
{
	static const struct ethernet_events events = {on_frame, on_room, on_missed};

	device = its;
	sort = by;
	ethernet_start(&events, mac, buffer, TX_FRAMES, RX_FRAMES);
}
