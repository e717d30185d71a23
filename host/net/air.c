/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * air: a radio in a scripted air, air:FILE. The place is this program's own, and the
 * radio alone in it; in one that others share it is air_unix.c's.
 */
#include "host/base/log.h"
#include "host/net/air_place.h"
#include "host/net/kind.h"

#include <stdlib.h>
#include <string.h>

struct radio {
	struct air_place *place;
	struct air_guest *guest;
	struct net_radio_link link;
};

static bool send_message(void *user, const uint8_t *message, size_t n)
{
	const struct net *net = user;
	const struct radio *radio = net->data;

	return radio->link.send(radio->link.user, message, n);
}

static void pass_frame(void *user, const uint8_t *frame, size_t n)
{
	const struct net *net = user;

	net->events.packet(net->events.user, frame, n);
}

static void pass_drained(void *user)
{
	const struct net *net = user;

	net->events.drained(net->events.user);
}

static void resume(void *user)
{
	const struct net *net = user;
	const struct radio *radio = net->data;

	radio->link.resume(radio->link.user);
}

static struct ptl_share *share_now(void *user)
{
	const struct net *net = user;
	struct radio *radio = net->data;

	return radio->link.share(radio->link.user);
}

static void on_failed(void *user, const char *why)
{
	const struct net *net = user;

	net->events.failed(net->events.user, why);
}

static int open_air(struct net *net, const struct net_config *config, const char *argument,
		    char *error, size_t error_size)
{
	const struct air_place_config place = {
		.path = argument + 1,
		.mtu = config->mtu,
		.open_net = net->open_another,
		.user = net,
		.failed = on_failed,
	};
	struct radio *radio;
	int status;

	if (strncmp(argument, ":unix:", 6) == 0) {
		net->kind = &net_kind_air_unix;
		return net->kind->open(net, config, argument, error, error_size);
	}
	if (*argument != ':' || !argument[1])
		return complain_usage(error, error_size,
				      "net '%s': it is air:FILE or air:unix:PATH, see "
				      "pigtail-air(5)",
				      config->spec);
	if (config->address || config->peer)
		return complain_usage(
			error, error_size,
			"the net 'air' has no interface that an address could be given to");
	radio = calloc(1, sizeof(*radio));
	if (!radio)
		return complain(error, error_size, "out of memory");
	net->data = radio;
	status = air_place_open(net->loop, &place, &radio->place, error, error_size);
	if (status)
		free(radio);
	return status;
}

static bool begin(struct net *net, const struct net_radio_link *link)
{
	const struct air_guest_events events = {
		.user = net,
		.message = send_message,
		.frame = pass_frame,
		.drained = pass_drained,
		.resume = resume,
		.share = share_now,
	};
	struct radio *radio = net->data;

	radio->link = *link;
	radio->guest = air_guest_new(radio->place, net->mac, &events);
	return radio->guest != NULL;
}

static void session(struct net *net, bool up)
{
	const struct radio *radio = net->data;

	air_guest_session(radio->guest, up);
}

static bool take_message(struct net *net, const uint8_t *message, size_t n)
{
	const struct radio *radio = net->data;

	return air_guest_message(radio->guest, message, n);
}

static void room(struct net *net)
{
	const struct radio *radio = net->data;

	air_guest_room(radio->guest);
}

static void write_air(struct net *net, const uint8_t *packet, size_t n)
{
	const struct radio *radio = net->data;

	air_guest_frame(radio->guest, packet, n);
}

static void close_air(struct net *net)
{
	struct radio *radio = net->data;

	air_guest_free(radio->guest);
	air_place_close(radio->place);
	free(radio);
}

static const struct net_radio radio_ops = {
	.begin = begin,
	.session = session,
	.message = take_message,
	.room = room,
};

const struct net_kind net_kind_air = {
	.name = "air",
	.payload = PTL_ETHERNET,
	.radio = &radio_ops,
	.open = open_air,
	.write = write_air,
	.close = close_air,
};
