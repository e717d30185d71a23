/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Two slots of flash, each with an image, and which of them is started. All that is known
 * about them is in the store, so every step is done wholly or not at all:
 *
 *	.start   which slot, whether on trial, how often it was tried, starts so far
 *	.image0  the head (image.h) of what is in slot 0, or will be; .image1 likewise
 *	.written how much of the image that came last is in its slot for good
 *
 *	KEPT --- ptl_slots_activate(other) ---> on TRIAL ---- ptl_slots_keep() ----> KEPT
 *	  ^                                        |
 *	  +--- the old one: PTL_SLOT_TRIALS starts without, or it is not intact ---+
 *
 * The boot loader calls ptl_slots_start(), once a start; the firmware the rest. An image
 * whose digest is wrong is never started.
 */
#ifndef PIGTAIL_SLOTS_H
#define PIGTAIL_SLOTS_H

#include <pigtail/image.h>
#include <pigtail/store.h>

#include <sodium/crypto_hash_sha256.h>

#define PTL_SLOT_TRIALS 3 /* starts */
#define PTL_NO_SLOT	(-1)

struct ptl_slots {
	struct ptl_store *store;
	const struct ptl_flash *flash;
	bool flashed; /* a slot without a head may have been flashed over wires: a boot
		       * loader of the chip's maker says whether there is a program */
};

/* Chooses the slot to start, 0 or 1, and counts that start. PTL_NO_SLOT: neither has an
 * image that is intact. */
int ptl_slots_start(const struct ptl_slots *slots);

/* The slot that the next ptl_slots_start() tries first. */
unsigned ptl_slots_chosen(const struct ptl_slots *slots);

/* Starts since the flash was erased. */
uint32_t ptl_slots_starts(const struct ptl_slots *slots);

/* Whether this slot is on trial. */
bool ptl_slots_on_trial(const struct ptl_slots *slots, unsigned slot);

/* This slot is started from now on, and no other is on trial. false: the flash fails. */
bool ptl_slots_keep(const struct ptl_slots *slots, unsigned slot);

/* From the next start on this slot is on trial. false: the flash fails. */
bool ptl_slots_activate(const struct ptl_slots *slots, unsigned slot);

/* The head of a slot's image; false: there is none. A new one has nothing in flash yet. */
bool ptl_slots_image(const struct ptl_slots *slots, unsigned slot, struct ptl_image *image);
bool ptl_slots_set_image(const struct ptl_slots *slots, unsigned slot,
			 const struct ptl_image *image);

/* Bytes of a slot's image that are there for good: of the image that was set last. */
uint32_t ptl_slots_written(const struct ptl_slots *slots, unsigned slot);
bool ptl_slots_set_written(const struct ptl_slots *slots, unsigned slot, uint32_t n);

/* Whether a slot holds just what its head says, looked at in steps of PTL_LOOK_BYTES: on an
 * ESP8266 one takes about 1 ms. */
#define PTL_LOOK_BYTES 1024u

struct ptl_look {
	const struct ptl_slots *slots;
	unsigned slot;
	uint32_t at;
	bool headed; /* image is the slot's */
	struct ptl_image image;
	crypto_hash_sha256_state sha;
};

void ptl_look_begin(struct ptl_look *look, const struct ptl_slots *slots, unsigned slot);
enum ptl_verdict ptl_look_step(struct ptl_look *look);

/* All steps of it. */
bool ptl_slots_intact(const struct ptl_slots *slots, unsigned slot);

#endif
