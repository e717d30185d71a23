/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * See local.h. There is no line whose share scan results could take: they are told as fast as
 * they are heard.
 *
 * What is asked is answered at once, and the answer may find its hearer busy: it then waits
 * in the radio's outbox, and the main loop is woken, so that poll() brings it.
 */
#include "local.h"

#include "wifi.h"

#include <string.h>

#define NO_LINE 100000000u /* bits/s */

static struct {
	struct local_config config;
	const struct local_radio_events *events;
	struct ptl_radio radio;
	struct ptl_radio_control control;
	struct ptl_share share;
	uint8_t mac[6];
	uint32_t missed;
} local;

/* ---- what the driver's side says ---- */

static bool on_message(void *user, const uint8_t *message, size_t n)
{
	return local.events && local.events->message(user, message, n);
}

static bool on_frame(const uint8_t *frame, size_t n)
{
	return !local.events || local.events->frame(frame, n);
}

static void on_missed(uint32_t n)
{
	local.missed += n;
}

static void on_room(void)
{
}

/* ---- the seam ---- */

static void start(const struct local_radio_events *events, ptl_time now)
{
	(void)now;
	local.events = events;
	ptl_share_set(&local.share, NO_LINE, false, 0);
}

static void session(ptl_time now, bool up)
{
	ptl_radio_session(&local.control, now, up);
	local.config.wake();
}

static bool message(ptl_time now, const uint8_t *bytes, size_t n)
{
	bool taken = ptl_radio_message(&local.control, now, bytes, n);

	local.config.wake();
	return taken;
}

static bool send(const uint8_t *frame, size_t n)
{
	return local.radio.send(local.radio.user, frame, n);
}

static ptl_time poll(ptl_time now)
{
	(void)ptl_radio_poll(&local.control);
	return local.radio.poll(local.radio.user, now);
}

const struct local_radio *local_radio(void)
{
	static const struct local_radio radio = {
		.start = start,
		.session = session,
		.message = message,
		.send = send,
		.poll = poll,
		.mac = local.mac,
	};

	return &radio;
}

const char *local_open(const struct local_config *config)
{
	const struct wifi_target target = {
		.clock = config->clock,
		.wake = config->wake,
		.events = {on_frame, on_missed, on_room, config->log},
	};

	memset(&local, 0, sizeof(local));
	local.config = *config;
	wifi_control(&local.control, &local.share, local.mac);
	local.control.ops.send = on_message;
	return wifi_start(&local.radio, &target);
}

uint32_t local_missed(void)
{
	return local.missed;
}
