/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Each net is there once, however many access points it is behind: a station that roams
 * between them stays on its net. Towards its stations a net is a switch whose ports are
 * known by the radios' addresses:
 *
 *	radio --.                    .-- AP --.
 *	radio --+-- passes or not ---+-- AP --+-- net
 *	radio --'                    '-- AP -- net
 *
 * A radio sends with the station's address only, as radios do; other frames are dropped.
 * One timer runs all radios.
 */
#include "host/net/air_place.h"

#include "host/base/log.h"
#include "host/base/timer.h"
#include "host/net/air_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define ETHER_HEADER 14
#define ETHER_SOURCE 6

struct behind {
	struct air_place *place;
	struct net *net;
	const char *spec;
};

struct air_guest {
	struct air_guest *next;
	struct air_place *place;
	struct air_guest_events events;
	struct air_radio radio;
	bool refused; /* a message of its host */
};

struct air_place {
	struct air_place_config config;
	struct timer *timer;
	struct air_guest *guests;
	struct behind behind[AIR_APS];
	unsigned behind_count;
	unsigned behind_of[AIR_APS]; /* by access point */
	struct air_script script;
};

/* ---- time ---- */

static ptl_time serve(struct air_guest *guest)
{
	ptl_time again;

	(void)guest->events.share(guest->events.user);
	again = air_radio_poll(&guest->radio, timer_now());
	if (guest->refused) {
		guest->refused = false;
		guest->events.resume(guest->events.user);
	}
	return again;
}

static void on_timer(void *user)
{
	struct air_place *place = user;
	ptl_time again = PTL_NEVER;

	for (struct air_guest *guest = place->guests; guest; guest = guest->next) {
		ptl_time its = serve(guest);

		again = its < again ? its : again;
	}
	timer_set(place->timer, again);
}

/* Soon, for this may be within a call of the radio's owner. */
static void wake(struct air_place *place)
{
	timer_set(place->timer, timer_now());
}

/* ---- frames ---- */

/* The net that it is joined to; NULL: none. */
static const struct behind *behind_guest(const struct air_guest *guest)
{
	const struct air_place *place = guest->place;
	const struct air_ap *ap = air_radio_ap(&guest->radio);

	return ap ? &place->behind[place->behind_of[ap - place->script.aps]] : NULL;
}

/* To those stations of a net that it is for, but not back to where it came from. */
static void to_stations(const struct air_place *place, const struct behind *behind,
			const struct air_guest *from, const uint8_t *frame, size_t n)
{
	bool group = frame[0] & 1;

	for (struct air_guest *guest = place->guests; guest; guest = guest->next) {
		if (guest == from || behind_guest(guest) != behind ||
		    (!group && memcmp(frame, guest->radio.mac, sizeof(guest->radio.mac)) != 0))
			continue;
		if (air_radio_passes(&guest->radio, timer_now()))
			guest->events.frame(guest->events.user, frame, n);
	}
}

static void on_packet(void *user, const uint8_t *packet, size_t n)
{
	const struct behind *behind = user;

	if (n >= ETHER_HEADER)
		to_stations(behind->place, behind, NULL, packet, n);
}

static void on_drained(void *user)
{
	const struct behind *behind = user;

	for (struct air_guest *guest = behind->place->guests; guest; guest = guest->next)
		guest->events.drained(guest->events.user);
}

static void on_failed(void *user, const char *why)
{
	const struct behind *behind = user;

	behind->place->config.failed(behind->place->config.user, why);
}

void air_guest_frame(struct air_guest *guest, const uint8_t *frame, size_t n)
{
	const struct behind *behind = behind_guest(guest);

	if (!behind || n < ETHER_HEADER ||
	    memcmp(frame + ETHER_SOURCE, guest->radio.mac, sizeof(guest->radio.mac)) != 0 ||
	    !air_radio_passes(&guest->radio, timer_now()))
		return;
	to_stations(guest->place, behind, guest, frame, n);
	net_write(behind->net, frame, n);
}

/* ---- radios ---- */

struct air_guest *air_guest_new(struct air_place *place, const uint8_t mac[6],
				const struct air_guest_events *events)
{
	struct air_guest *guest = calloc(1, sizeof(*guest));

	if (!guest)
		return NULL;
	guest->place = place;
	guest->events = *events;
	air_radio_init(&guest->radio, &place->script.air, mac, events->message, events->user,
		       events->share(events->user), timer_now());
	guest->next = place->guests;
	place->guests = guest;
	return guest;
}

void air_guest_free(struct air_guest *guest)
{
	struct air_guest **at;

	if (!guest)
		return;
	at = &guest->place->guests;
	while (*at != guest)
		at = &(*at)->next;
	*at = guest->next;
	explicit_bzero(guest, sizeof(*guest)); /* there may be a password in it */
	free(guest);
}

void air_guest_session(struct air_guest *guest, bool up)
{
	air_radio_session(&guest->radio, timer_now(), up);
	wake(guest->place);
}

bool air_guest_message(struct air_guest *guest, const uint8_t *message, size_t n)
{
	/* If it is refused, the link has no room; air_guest_room() will come. */
	guest->refused = !air_radio_message(&guest->radio, timer_now(), message, n);
	if (!guest->refused)
		wake(guest->place);
	return !guest->refused;
}

void air_guest_room(struct air_guest *guest)
{
	wake(guest->place);
}

/* ---- the place ---- */

static int open_behind(uv_loop_t *loop, struct air_place *place, const char *spec, char *error,
		       size_t error_size)
{
	struct behind *behind = &place->behind[place->behind_count];
	const struct net_events events = {
		.user = behind,
		.packet = on_packet,
		.drained = on_drained,
		.failed = on_failed,
	};
	struct net_config net = {.spec = spec, .mtu = place->config.mtu};
	int status;

	if (getrandom(net.mac, sizeof(net.mac), 0) < 0)
		return complain(error, error_size, "the kernel gives no random numbers");
	net.mac[0] = (uint8_t)((net.mac[0] & ~1u) | 2);
	behind->place = place;
	behind->spec = spec;
	status = place->config.open_net(loop, &net, &events, &behind->net, error, error_size);
	if (status)
		return status;
	place->behind_count++;
	if (net_payload(behind->net) != PTL_ETHERNET || net_is_radio(behind->net))
		return complain_usage(error, error_size,
				      "behind an access point is no net '%s'; it is tap, "
				      "bridge or user",
				      net_kind(behind->net));
	net_set_carrier(behind->net, true);
	return 0;
}

static int open_nets(uv_loop_t *loop, struct air_place *place, char *error, size_t error_size)
{
	for (unsigned i = 0; i < place->script.air.ap_count; i++) {
		const char *spec = place->script.aps[i].net;
		unsigned at = 0;
		int status;

		while (at < place->behind_count && strcmp(place->behind[at].spec, spec) != 0)
			at++;
		place->behind_of[i] = at;
		status = at < place->behind_count
				 ? 0
				 : open_behind(loop, place, spec, error, error_size);
		if (status)
			return status;
	}
	return 0;
}

int air_place_open(uv_loop_t *loop, const struct air_place_config *config,
		   struct air_place **out, char *error, size_t error_size)
{
	struct air_place *place = calloc(1, sizeof(*place));
	int status;

	if (!place)
		return complain(error, error_size, "out of memory");
	place->config = *config;
	status = air_file_read(config->path, &place->script, error, error_size);
	if (!status)
		status = open_nets(loop, place, error, error_size);
	if (!status) {
		place->timer = timer_new(loop, on_timer, place);
		if (!place->timer)
			status = complain(error, error_size, "out of memory or descriptors");
	}
	if (status)
		air_place_close(place);
	else
		*out = place;
	return status;
}

void air_place_close(struct air_place *place)
{
	if (!place)
		return;
	for (unsigned i = 0; i < place->behind_count; i++)
		net_close(place->behind[i].net);
	timer_free(place->timer);
	free(place);
}
