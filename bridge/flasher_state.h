/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * A flasher, and what it wants of the dialogue with one boot loader (flash_*.c): in each
 * phase a list of requests, by number; to each the answer, which must be right. WRITE and
 * VERIFY have such a list for each block, ERASE and the others one.
 */
#ifndef PTL_BRIDGE_FLASHER_STATE_H
#define PTL_BRIDGE_FLASHER_STATE_H

#include "entry.h"

#include <pigtail/flasher.h>

#define PTL_FLASHER_BLOCK_MAX 1024u
#define PTL_FLASHER_OUT_MAX   2200u /* a block, each byte escaped, and a frame around it */
#define PTL_FLASHER_IN_MAX    768u  /* a block of 512, uuencoded, and a line around it */

struct ptl_flasher;

struct ptl_dialogue {
	enum ptl_target target;

	/* Puts the request of that number into flash->out, and how long to wait for its
	 * answer into flash->patience; returns its size, 0: there is none of that number. */
	size_t (*request)(struct ptl_flasher *flash, unsigned number);

	/* The bytes that came since; returns whether they are all of the answer to it. What
	 * is wrong with it goes to ptl_flasher_fail(). */
	bool (*answer)(struct ptl_flasher *flash, unsigned number, const uint8_t *bytes,
		       size_t n);
};

extern const struct ptl_dialogue ptl_dialogue_stk500, ptl_dialogue_stk500v2, ptl_dialogue_lpc,
	ptl_dialogue_stm32, ptl_dialogue_esp;

struct ptl_flasher {
	struct ptl_flasher_config config;
	const struct ptl_dialogue *dialogue;
	struct ptl_pin_player pins;
	struct ptl_entry entry;
	enum ptl_flasher_phase phase;
	enum ptl_flasher_error error;
	enum ptl_flasher_error broke; /* how the first conversation ended; OK: it goes on */
	uint32_t broke_at;

	/* Of the chip, by its dialogue, in IDENTIFY: */
	const char *chip;
	uint32_t chip_from, chip_to; /* flash */
	uint32_t page;		     /* bytes of a block */
	uint32_t align;		     /* of a run's beginning; 0: any */

	unsigned number; /* of the request */
	size_t segment;	 /* of the image */
	uint32_t address, block_n;
	uint32_t written, verified, total;
	uint8_t block[PTL_FLASHER_BLOCK_MAX]; /* the image's bytes; between them ff */

	uint8_t out[PTL_FLASHER_OUT_MAX], in[PTL_FLASHER_IN_MAX];
	size_t out_n, out_at, in_n;
	ptl_time patience, due;
	struct {
		uint8_t sequence;    /* STK500v2 */
		uint8_t op;	     /* ESP */
		uint8_t erase;	     /* STM32: its command, */
		uint32_t erase_page; /* the size of what it erases, 0: all, */
		uint32_t next_page;  /* and which it erases next; LPC: the next sector */
		bool owes_ok;	     /* LPC: for what it has sent last */
		const struct ptl_lpc_family *lpc;
	} own;
};

/* The first one counts. */
void ptl_flasher_fail(struct ptl_flasher *flash, enum ptl_flasher_error error);

/* An AVR by its signature. Returns false, and has failed, where it isn't known. */
bool ptl_flasher_is_avr(struct ptl_flasher *flash, const uint8_t signature[3]);

/* Bytes that were read back are the block's. */
void ptl_flasher_compare(struct ptl_flasher *flash, const uint8_t *bytes);

#endif
