/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A place with a scripted air: the access points of a file, the nets behind them, and
 * the radios that are there. Chance and time are sim/air.h's; here packets find their way.
 */
#ifndef PIGTAIL_HOST_AIR_PLACE_H
#define PIGTAIL_HOST_AIR_PLACE_H

#include "host/net/net.h"

struct air_place;
struct air_guest;

struct air_place_config {
	const char *path; /* of the file, see air_file.h */
	uint16_t mtu;	  /* of the nets */
	/* net_open() */
	int (*open_net)(uv_loop_t *loop, const struct net_config *config,
			const struct net_events *events, struct net **net, char *error,
			size_t error_size);
	void *user;
	/* A net behind it is lost for good. */
	void (*failed)(void *user, const char *why);
};

/* What a radio that is there says to its owner; from the loop, and from within what the
 * owner calls. */
struct air_guest_events {
	void *user;
	bool (*message)(void *user, const uint8_t *message, size_t n); /* false: no room */
	void (*frame)(void *user, const uint8_t *frame, size_t n);
	void (*drained)(void *user); /* those were all frames for now */
	void (*resume)(void *user);  /* what air_guest_message() refused may come again */
	struct ptl_share *(*share)(void *user); /* as net_radio_link.share */
};

/* Returns 0, or with a line in error -1 (failed) or -2 (the file is wrong). */
int air_place_open(uv_loop_t *loop, const struct air_place_config *config,
		   struct air_place **place, char *error, size_t error_size);

/* Radios must have left. NULL does nothing. */
void air_place_close(struct air_place *place);

/* A radio with this address comes. NULL: no memory, or there are AIR_RADIOS already. */
struct air_guest *air_guest_new(struct air_place *place, const uint8_t mac[6],
				const struct air_guest_events *events);
/* NULL does nothing. */
void air_guest_free(struct air_guest *guest);

/* Of its host: as net_radio_session() and so on. */
void air_guest_session(struct air_guest *guest, bool up);
bool air_guest_message(struct air_guest *guest, const uint8_t *message, size_t n);
void air_guest_room(struct air_guest *guest);
void air_guest_frame(struct air_guest *guest, const uint8_t *frame, size_t n);

#endif
