/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sim/air_space.c says where frames go; here are the nets at the ends of its ways:
 *
 *	radios (guests) -- air_space --+-- AP --+-- net
 *	                      |        +-- AP --'
 *	                      |        '-- AP ----- net
 *	                      '-- visitor --------- net, whose interface is the visitor's
 *
 * A net is there once, however many access points it is behind: a station that roams
 * between them stays on its net. One timer runs the space and all radios.
 */
#include "host/net/air_place.h"

#include "host/base/log.h"
#include "host/base/timer.h"
#include "host/net/air_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define NO_VISITOR AIR_VISITORS

struct behind {
	struct air_place *place;
	struct net *net;
	const char *spec;
	unsigned visitor; /* whose it is; NO_VISITOR: an access point's */
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
	bool due;
	struct air_guest *guests;
	struct behind behind[AIR_APS + AIR_VISITORS];
	unsigned behind_count;
	struct behind *behind_ap[AIR_APS];
	struct behind *behind_visitor[AIR_VISITORS]; /* NULL: it has none */
	struct air_space space;
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

/* The interface of a visitor is plugged in while it is joined. */
static void plug_visitors(const struct air_place *place)
{
	for (unsigned i = 0; i < place->script.air.visitor_count; i++)
		if (place->behind_visitor[i])
			net_set_carrier(place->behind_visitor[i]->net,
					place->space.visitors[i].step == AIR_VISITOR_THERE);
}

static void on_timer(void *user)
{
	struct air_place *place = user;
	ptl_time again;

	place->due = false; /* what becomes due while they are served counts */
	again = air_space_poll(&place->space, timer_now());
	for (struct air_guest *guest = place->guests; guest; guest = guest->next) {
		ptl_time its = serve(guest);

		again = its < again ? its : again;
	}
	plug_visitors(place);
	timer_set(place->timer, place->due ? timer_now() : again);
}

/* Soon, for this may be within a call of the radio's owner. */
static void wake(void *user)
{
	struct air_place *place = user;

	place->due = true;
	timer_set(place->timer, timer_now());
}

/* ---- frames ---- */

static bool is_behind(void *net, unsigned ap)
{
	const struct behind *behind = net;

	return behind->place->behind_ap[ap] == behind;
}

static void on_packet(void *user, const uint8_t *packet, size_t n)
{
	struct behind *behind = user;
	struct air_space *space = &behind->place->space;

	if (behind->visitor == NO_VISITOR)
		air_from_net(space, timer_now(), is_behind, behind, packet, n);
	else
		air_from_visitor(space, timer_now(), behind->visitor, packet, n);
}

static void drain(const struct air_place *place)
{
	for (struct air_guest *guest = place->guests; guest; guest = guest->next)
		guest->events.drained(guest->events.user);
}

static void on_drained(void *user)
{
	const struct behind *behind = user;

	drain(behind->place);
}

static void on_failed(void *user, const char *why)
{
	const struct behind *behind = user;

	behind->place->config.failed(behind->place->config.user, why);
}

static void to_host(void *user, const uint8_t *frame, size_t n)
{
	const struct air_guest *guest = user;

	guest->events.frame(guest->events.user, frame, n);
}

/* Other stations of the net may be meant. */
static void to_net(void *user, unsigned ap, const uint8_t *frame, size_t n)
{
	const struct air_guest *guest = user;
	struct behind *behind = guest->place->behind_ap[ap];

	air_from_net(&guest->place->space, timer_now(), is_behind, behind, frame, n);
	net_write(behind->net, frame, n);
}

static void to_visitor(void *user, unsigned visitor, const uint8_t *frame, size_t n)
{
	const struct air_place *place = user;

	if (place->behind_visitor[visitor])
		net_write(place->behind_visitor[visitor]->net, frame, n);
}

void air_guest_frame(struct air_guest *guest, const uint8_t *frame, size_t n)
{
	air_radio_frame(&guest->radio, timer_now(), frame, n);
}

/* ---- radios ---- */

static void on_due(void *user)
{
	const struct air_guest *guest = user;

	wake(guest->place);
}

struct air_guest *air_guest_new(struct air_place *place, const uint8_t mac[6],
				const struct air_guest_events *events)
{
	struct air_guest *guest = calloc(1, sizeof(*guest));

	if (!guest)
		return NULL;
	guest->place = place;
	guest->events = *events;
	air_radio_init(&guest->radio, &place->script.air, mac, events->message, events->user,
		       events->share(events->user), place->space.origin);
	guest->radio.events = (struct air_radio_events){
		.user = guest,
		.to_host = to_host,
		.to_net = to_net,
		.due = on_due,
	};
	if (!air_space_add(&place->space, &guest->radio)) {
		free(guest);
		return NULL;
	}
	guest->next = place->guests;
	place->guests = guest;
	return guest;
}

void air_guest_free(struct air_guest *guest)
{
	struct air_guest **at;

	if (!guest)
		return;
	air_space_remove(&guest->place->space, &guest->radio);
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

static int open_behind(uv_loop_t *loop, struct air_place *place, struct behind **out,
		       const char *spec, unsigned visitor, char *error, size_t error_size)
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
	if (visitor != NO_VISITOR) {
		memcpy(net.mac, place->script.visitors[visitor].mac, sizeof(net.mac));
		net.mac_asked = true;
	}
	*behind = (struct behind){.place = place, .spec = spec, .visitor = visitor};
	status = place->config.open_net(loop, &net, &events, &behind->net, error, error_size);
	if (status)
		return status;
	place->behind_count++;
	if (net_payload(behind->net) != PTL_ETHERNET || net_is_radio(behind->net))
		return complain_usage(error, error_size,
				      "in an air there is no net '%s'; it is tap, bridge or "
				      "user",
				      net_kind(behind->net));
	net_set_carrier(behind->net, visitor == NO_VISITOR);
	*out = behind;
	return 0;
}

static int open_ap(uv_loop_t *loop, struct air_place *place, unsigned ap, char *error,
		   size_t error_size)
{
	const char *spec = place->script.aps[ap].net;

	for (unsigned i = 0; i < place->behind_count; i++)
		if (strcmp(place->behind[i].spec, spec) == 0) {
			place->behind_ap[ap] = &place->behind[i];
			return 0;
		}
	return open_behind(loop, place, &place->behind_ap[ap], spec, NO_VISITOR, error,
			   error_size);
}

static int open_nets(uv_loop_t *loop, struct air_place *place, char *error, size_t error_size)
{
	const struct air *air = &place->script.air;
	int status = 0;

	for (unsigned i = 0; !status && i < air->ap_count; i++)
		status = open_ap(loop, place, i, error, error_size);
	for (unsigned i = 0; !status && i < air->visitor_count; i++)
		if (air->visitors[i].net)
			status = open_behind(loop, place, &place->behind_visitor[i],
					     air->visitors[i].net, i, error, error_size);
	return status;
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
	if (status) {
		air_place_close(place);
		return status;
	}
	air_space_init(&place->space, &place->script.air, timer_now());
	place->space.user = place;
	place->space.to_visitor = to_visitor;
	wake(place);
	*out = place;
	return 0;
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
