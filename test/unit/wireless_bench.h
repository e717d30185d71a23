/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A station with nobody at the other end of a link, in the scripted air, in virtual time.
 *
 *	wireless.c --- local_radio (here) --- air_radio --- air
 */
#ifndef WIRELESS_BENCH_H
#define WIRELESS_BENCH_H

#include "story.h"

#include "wireless.h"

#include <pigtail/control.h>

#include "sim/air.h"

#define MS     1000u
#define SECOND 1000000u

static struct world {
	struct air air;
	struct air_ap aps[3];
	struct air_radio radio;
	struct ptl_share share;
	struct wireless_settings settings;
	const struct local_radio_events *events;
	ptl_time now;
	bool deaf;	      /* the radio answers to nothing */
	bool liar;	      /* it joins an open network and says so */
	bool busy;	      /* it has no room for messages now */
	bool set_in_its_ways; /* it does not answer to settings */
	bool in;	      /* as the station says */
	unsigned ups, downs;
	unsigned sessions, frames;
	unsigned joins; /* that the radio was asked for */
	ptl_time asked[64];
	char log[16384];
} w;

static bool radio_says(void *user, const uint8_t *message, size_t n)
{
	(void)user;
	return w.events->message(NULL, message, n);
}

static void radio_start(const struct local_radio_events *events, ptl_time now)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 9};

	w.events = events;
	air_radio_init(&w.radio, &w.air, mac, radio_says, NULL, &w.share, now);
}

static void radio_session(ptl_time now, bool up)
{
	w.sessions += up;
	if (!w.deaf)
		air_radio_session(&w.radio, now, up);
}

static void radio_lies(void)
{
	static const uint8_t bssid[6] = {2, 9, 9, 9, 9, 9};
	struct ptl_control_writer joined;

	ptl_control_begin(&joined, PTL_M_JOINED, 0, PTL_IF_STATION);
	ptl_put_bytes(&joined, PTL_F_BSSID, bssid, 6);
	ptl_put_uint(&joined, PTL_F_CHANNEL, 1);
	ptl_put_uint(&joined, PTL_F_AKM, PTL_AKM_OPEN);
	(void)w.events->message(NULL, joined.bytes, joined.n);
}

static bool radio_message(ptl_time now, const uint8_t *message, size_t n)
{
	if (w.busy)
		return false;
	if (message[0] == PTL_M_JOIN) {
		assert_true(w.joins < COUNT(w.asked));
		w.asked[w.joins++] = now;
	}
	if (w.deaf || (w.set_in_its_ways && message[0] == PTL_M_SET))
		return true;
	return air_radio_message(&w.radio, now, message, n);
}

static bool radio_send(const uint8_t *frame, size_t n)
{
	(void)frame;
	(void)n;
	w.frames++;
	return true;
}

static ptl_time radio_poll(ptl_time now)
{
	if (w.deaf)
		return PTL_NEVER;
	if (w.liar && w.joins > 0 && !w.in)
		radio_lies();
	return air_radio_poll(&w.radio, now);
}

static const uint8_t radio_mac[6] = {2, 0, 0, 0, 0, 9};
static const struct local_radio radio = {
	radio_start, radio_session, radio_message, radio_send, radio_poll, radio_mac,
};

static void on_carrier(ptl_time now, bool up)
{
	(void)now;
	assert_true(up != w.in);
	w.in = up;
	w.ups += up;
	w.downs += !up;
}

static bool on_frame(const uint8_t *frame, size_t n)
{
	(void)frame;
	(void)n;
	assert_true(w.in);
	return true;
}

static void on_log(const char *line)
{
	assert_true(strlen(w.log) + strlen(line) + 2 < sizeof(w.log));
	strcat(strcat(w.log, line), "\n");
}

/* ---- the story's tools ---- */

static void begin(const char *ssid, const char *passphrase)
{
	const struct wireless_config config = {
		.radio = &radio,
		.settings = &w.settings,
		.carrier = on_carrier,
		.frame = on_frame,
		.log = on_log,
	};

	strcpy(w.settings.ssid, ssid);
	strcpy(w.settings.passphrase, passphrase);
	wireless_start(&config, w.now);
}

static void pass(ptl_time us)
{
	ptl_time end = w.now + us, next;

	while (w.now < end) {
		next = wireless_poll(w.now);
		if (next <= w.now)
			next = w.now + MS;
		w.now = next < end ? next : end;
	}
}

static void put_ap(unsigned i, const char *ssid, uint8_t akms, const char *key)
{
	struct air_ap *ap = &w.aps[i];

	*ap = (struct air_ap){.bssid = {2, 7, 7, 7, 7, (uint8_t)i},
			      .channel = (uint8_t)(1 + 5 * i),
			      .akms = akms,
			      .points = {{0, -50}},
			      .point_count = 1};
	strcpy(ap->ssid, ssid);
	ap->ssid_n = (uint8_t)strlen(ssid);
	strcpy(ap->key, key);
}

static int set_up(void **state)
{
	struct prng prng = story_seed("the air", 11);

	(void)state;
	memset(&w, 0, sizeof(w));
	w.now = 5 * SECOND;
	ptl_share_set(&w.share, 100000000, false, 0);
	put_ap(0, "other", PTL_AKM_OPEN, "");
	put_ap(1, "home", PTL_AKM_PSK, "correct horse");
	w.air = (struct air){.seed = prng_next(&prng), .aps = w.aps, .ap_count = 2};
	return 0;
}

static unsigned said(const char *what)
{
	unsigned n = 0;

	for (const char *at = w.log; (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

#define assert_said(what)                                                                      \
	do {                                                                                   \
		if (!said(what))                                                               \
			print_error("no '%s' in:\n%s", what, w.log);                           \
		assert_true(said(what));                                                       \
	} while (0)

#endif
