/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Programs a target through its boot loader: resets it, asks who it is, checks the image
 * against that, erases, writes, reads back and compares, starts the program. The image is
 * here, so nothing waits for a network. What each boot loader wants is in bridge/flash_*.c.
 *
 * The caller owns memory, image and time, and serialises all calls:
 *
 *	ptl_flasher_init(), then until ptl_flasher_done():
 *	bytes of the UART -> ptl_flasher_uart();   deadline, or room -> ptl_flasher_poll()
 *
 * Where the boot loader falls silent or refuses after it was there, all is done anew from the
 * reset on, once; state.broke tells it.
 *
 * It can be left at any time: ptl_flasher_abort() resets the target into whatever it has by
 * then, and it is done when that is.
 */
#ifndef PIGTAIL_FLASHER_H
#define PIGTAIL_FLASHER_H

#include <pigtail/target_pins.h>
#include <pigtail/serial.h>
#include <pigtail/target.h>

/* A run of bytes of the image. */
struct ptl_flasher_segment {
	uint32_t address, size;
};

enum ptl_flasher_phase {
	PTL_FLASHER_ENTER, /* the boot loader */
	PTL_FLASHER_IDENTIFY,
	PTL_FLASHER_ERASE,
	PTL_FLASHER_WRITE,
	PTL_FLASHER_VERIFY, /* but for the vectors of an LPC, which nobody can read */
	PTL_FLASHER_LEAVE,
	PTL_FLASHER_DONE,
	PTL_FLASHER_PHASES,
};

enum ptl_flasher_error {
	PTL_FLASHER_OK,
	PTL_FLASHER_NO_TARGET, /* nothing answers after reset */
	PTL_FLASHER_NO_ANSWER, /* it doesn't any more */
	PTL_FLASHER_REFUSED,   /* the boot loader says no */
	PTL_FLASHER_UNKNOWN_CHIP,
	PTL_FLASHER_NO_VERIFY, /* a chip whose boot loader cannot read back */
	PTL_FLASHER_RANGE,     /* the image has bytes where the chip has no flash for them; a
				* run for an ESP doesn't begin at a sector of 4 KB */
	PTL_FLASHER_DIFFERS,   /* what was written reads back differently */
	PTL_FLASHER_ABORTED,
	PTL_FLASHER_ERRORS,
};

struct ptl_flasher_config {
	enum ptl_target target; /* any but NONE and ANY */
	struct ptl_serial_seam serial;
	struct ptl_serial_format
		format; /* in force now; its parity is the target's meanwhile */
	struct ptl_target_pins_seam pins;

	/* The image: at least one run, in order, none of size 0, none touching another. */
	const struct ptl_flasher_segment *segment;
	size_t segments;

	void *user;
	void (*read)(void *user, uint32_t address, uint8_t *bytes, size_t n);

	/* The MD5 of a run, as an ESP tells it. NULL: no ESP. */
	void (*md5)(void *user, const struct ptl_flasher_segment *segment, uint8_t sum[16]);
};

struct ptl_flasher;

size_t ptl_flasher_size(void);

/* NULL: there is no such target. memory: aligned for any type. */
struct ptl_flasher *ptl_flasher_init(void *memory, const struct ptl_flasher_config *config,
				     ptl_time now);

void ptl_flasher_uart(struct ptl_flasher *flash, ptl_time now, const uint8_t *bytes, size_t n);

/* Does what is due; when to be called again. */
ptl_time ptl_flasher_poll(struct ptl_flasher *flash, ptl_time now);

void ptl_flasher_abort(struct ptl_flasher *flash, ptl_time now);

struct ptl_flasher_state {
	enum ptl_flasher_phase phase;
	enum ptl_flasher_error error;
	enum ptl_flasher_error broke;	   /* why it began anew; OK: it didn't */
	uint32_t broke_at;		   /* address */
	const char *chip;		   /* NULL: not known */
	uint32_t address;		   /* where it is, or failed */
	uint32_t written, verified, total; /* bytes of the image */
	uint32_t chip_from, chip_to; /* its flash, once it is known: from, and up to before */
};

void ptl_flasher_get_state(const struct ptl_flasher *flash, struct ptl_flasher_state *state);

/* It is over, well if state.error is PTL_FLASHER_OK; pins and format are as before. */
bool ptl_flasher_done(const struct ptl_flasher *flash);

const char *ptl_flasher_phase_name(enum ptl_flasher_phase phase);
const char *ptl_flasher_error_name(enum ptl_flasher_error error);

#endif
