/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Programs a target through its boot loader: resets it, asks who it is, checks the image
 * against that, erases, writes, reads back and compares, starts the program. The image is
 * here, so nothing waits for a network. What each boot loader wants is in bridge/flash_*.c.
 *
 * The caller owns memory, image and time, and serialises all calls:
 *
 *	ptl_flash_init(), then until ptl_flash_done():
 *	bytes of the UART -> ptl_flash_uart();   deadline, or room -> ptl_flash_poll()
 *
 * It can be left at any time: ptl_flash_abort() resets the target into whatever it has by
 * then, and it is done when that is.
 */
#ifndef PIGTAIL_FLASH_H
#define PIGTAIL_FLASH_H

#include <pigtail/target_pins.h>
#include <pigtail/serial.h>
#include <pigtail/target.h>

/* A run of bytes of the image. */
struct ptl_flash_segment {
	uint32_t address, size;
};

enum ptl_flash_phase {
	PTL_FLASH_ENTER, /* the boot loader */
	PTL_FLASH_IDENTIFY,
	PTL_FLASH_ERASE,
	PTL_FLASH_WRITE,
	PTL_FLASH_VERIFY,
	PTL_FLASH_LEAVE,
	PTL_FLASH_DONE,
	PTL_FLASH_PHASES,
};

enum ptl_flash_error {
	PTL_FLASH_OK,
	PTL_FLASH_NO_TARGET, /* nothing answers after reset */
	PTL_FLASH_NO_ANSWER, /* it doesn't any more */
	PTL_FLASH_REFUSED,   /* the boot loader says no */
	PTL_FLASH_UNKNOWN_CHIP,
	PTL_FLASH_NO_VERIFY, /* a chip whose boot loader cannot read back */
	PTL_FLASH_RANGE,     /* the image has bytes where the chip has no flash for them; a
			      * run for an ESP doesn't begin at a sector of 4 KB */
	PTL_FLASH_DIFFERS,   /* what was written reads back differently */
	PTL_FLASH_ABORTED,
	PTL_FLASH_ERRORS,
};

struct ptl_flash_config {
	enum ptl_target target; /* AVR, MEGA, STM32 or ESP */
	struct ptl_serial_seam serial;
	struct ptl_serial_format
		format; /* in force now; its parity is the target's meanwhile */
	struct ptl_target_pins_seam pins;

	/* The image: at least one run, in order, none of size 0, none touching another. */
	const struct ptl_flash_segment *segment;
	size_t segments;

	void *user;
	void (*read)(void *user, uint32_t address, uint8_t *bytes, size_t n);

	/* The MD5 of a run, as an ESP tells it. NULL: no ESP. */
	void (*md5)(void *user, const struct ptl_flash_segment *segment, uint8_t sum[16]);
};

struct ptl_flash;

size_t ptl_flash_size(void);

/* NULL: there is no such target. memory: aligned for any type. */
struct ptl_flash *ptl_flash_init(void *memory, const struct ptl_flash_config *config,
				 ptl_time now);

void ptl_flash_uart(struct ptl_flash *flash, ptl_time now, const uint8_t *bytes, size_t n);

/* Does what is due; when to be called again. */
ptl_time ptl_flash_poll(struct ptl_flash *flash, ptl_time now);

void ptl_flash_abort(struct ptl_flash *flash, ptl_time now);

struct ptl_flash_state {
	enum ptl_flash_phase phase;
	enum ptl_flash_error error;
	const char *chip;		   /* NULL: not known */
	uint32_t address;		   /* where it is, or failed */
	uint32_t written, verified, total; /* bytes of the image */
	uint32_t chip_from, chip_to; /* its flash, once it is known: from, and up to before */
};

void ptl_flash_get_state(const struct ptl_flash *flash, struct ptl_flash_state *state);

/* It is over, well if state.error is PTL_FLASH_OK; pins and format are as before. */
bool ptl_flash_done(const struct ptl_flash *flash);

const char *ptl_flash_phase_name(enum ptl_flash_phase phase);
const char *ptl_flash_error_name(enum ptl_flash_error error);

#endif
