/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Links that the kernel driver has, as its netlink family tells of them and takes messages
 * for their radios (kernel/uapi/pigtail_genl.h).
 */
#ifndef PIGTAIL_HOST_DRIVER_H
#define PIGTAIL_HOST_DRIVER_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct driver_link {
	unsigned int index; /* of its interface */
	char name[IF_NAMESIZE];
	char bus[32];	   /* ttyS1 */
	unsigned int rate; /* bits/s */
	bool up;	   /* the other end is there */
};

/* At most so many of those in this network namespace; returns how many, -1 with errno:
 * ENOENT: there is no driver; EPERM: they are for root. */
int driver_links(struct driver_link *links, size_t most);

/* Events of a link; bytes are valid during the call. */
struct driver_events {
	void *user;
	/* At first, and whenever another session has begun, or ended. rate: bits/s. ready:
	 * READY if the radio has said it, else n is 0. */
	void (*link)(void *user, bool up, uint32_t rate, const uint8_t *ready, size_t n);
	void (*message)(void *user, const uint8_t *message, size_t n);
	void (*room)(void *user);
	void (*log)(void *user, const uint8_t *text, size_t n);
	void (*gone)(void *user);
};

struct driver;

/* A client of the link. NULL with errno, EUSERS: it has as many as it takes. */
struct driver *driver_open(unsigned int index);

/* From now on events are told, on the loop: also those that came before, now. -1: errno. */
int driver_begin(struct driver *driver, uv_loop_t *loop, const struct driver_events *events);

/* Sends a message of the control channel. false: no room, events.room follows. What the
 * driver does not take is answered as the radio would, by events.message. */
bool driver_send(struct driver *driver, const uint8_t *message, size_t n);

/* NULL does nothing. */
void driver_free(struct driver *driver);

#endif
