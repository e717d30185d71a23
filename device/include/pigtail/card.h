/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The control channel of a device (SPEC 8), the same on every target: who answers which
 * request of the host, what every card can do whatever its radio is, and the way of the
 * messages between the link and ptl_radio_control.
 *
 *	device_control -> card --+-- its own: RESTART, TIME, STATS of the whole
 *	                         +-- owners, by their lists: pins, store, update
 *	                         +-- streams
 *	                         +-- the radio: all else
 *
 * The radio brings its ptl_radio_control with ops that know the radio alone. device_card_init()
 * puts the card before them: what is asked goes to the one that has it on its list, and
 * what READY says is put together of all.
 *
 * No allocation; called from the main loop only.
 */
#ifndef PIGTAIL_CARD_H
#define PIGTAIL_CARD_H

#include <pigtail/device.h>
#include <pigtail/radio_side.h>
#include <pigtail/streams.h>

#define DEVICE_OWNERS 4

/* Whose requests and settings these are. */
struct device_owner {
	const uint8_t *requests; /* enum ptl_control_type, 0 at the end; NULL: none */
	const uint8_t *settings; /* enum ptl_field of GET and SET, likewise */
	uint32_t capabilities;	 /* enum ptl_capability */
	void *user;

	/* As in ptl_radio_ops. */
	enum ptl_status (*request)(void *user, const struct ptl_control *message,
				   struct ptl_control_writer *answer, const char **reason);

	/* These may be NULL. Fields of READY; the session, before READY; timers. */
	void (*info)(void *user, struct ptl_control_writer *to);
	void (*session)(void *user, ptl_time now, bool up);
	ptl_time (*poll)(void *user, ptl_time now);
};

struct device_card_config {
	struct ptl_radio_control *control; /* the radio's, made with share of this card */
	struct ptl_streams *streams;	   /* likewise; NULL: it has none */
	const struct device_owner *owners; /* constant */
	unsigned owner_count;		   /* to DEVICE_OWNERS */
	const char *board, *firmware;	   /* constant, 1 to 32 characters */
	enum ptl_boot boot;		   /* boots.h; SAFE: nothing is asked of the radio */
	uint32_t boots;			   /* starts; 0: nobody counts */
	void *user;

	/* Bytes of heap that are free. NULL: there is none. */
	uint32_t (*heap)(void *user);

	/* Starts the firmware again, or the boot loader (how: HOW of RESTART); does not
	 * return. NULL: it cannot. */
	void (*restart)(void *user, uint8_t how);
	uint8_t restart_most; /* highest HOW that it knows */
};

struct device_card {
	struct device_card_config config;
	struct device *device;
	struct ptl_radio_ops radio; /* as the radio made them */
	struct ptl_share share;
	ptl_time started, restart_at;
	uint8_t restart_how;
	ptl_time utc; /* at the moment 0 of the clock, by SET TIME; 0: unknown */
	bool refused; /* a message of the host's waits for room */
};

/* Copies config. card->share may be named to the radio before: it is set later. */
void device_card_init(struct device_card *card, const struct device_card_config *config);

/* For device_config; then the device that was made of it, before device_poll(). */
struct device_control device_card_control(struct device_card *card);
void device_card_attach(struct device_card *card, struct device *device, ptl_time now);

/* Microseconds since 1970, UTC, if the host has said so; false: not yet. */
bool device_card_utc(const struct device_card *card, ptl_time now, uint64_t *utc);

#endif
