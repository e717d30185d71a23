/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a user does with the bridge's target by a page: writes an image into it, resets it. It
 * stands between the bridge's core and its UART (pigtail/loan.h).
 */
#ifndef PIGTAIL_DEVICE_BRIDGE_PROGRAMMING_H
#define PIGTAIL_DEVICE_BRIDGE_PROGRAMMING_H

#include <pigtail/flasher.h>
#include <pigtail/loan.h>

struct programming {
	struct ptl_loan loan;
	struct ptl_target_pins_seam pins;
	struct ptl_flasher *flasher; /* as long as the UART is lent */
	bool resets;
	ptl_time until; /* of the reset */
};

/* loan.serial, loan.programmer and pins are set, the rest is 0; loan.bridge follows. */

/* Whether the target has a pin for it that nobody else pulls now. */
bool programming_reset(struct programming *one, ptl_time now);

bool programming_is_busy(const struct programming *one);

/* Begins. memory: ptl_flasher_size() bytes, as long as it lasts. Serial, format and pins of
 * the configuration are set here. false: there is no such target. */
bool programming_begin(struct programming *one, ptl_time now, void *memory,
		       struct ptl_flasher_config *config);

/* What the UART tells; false: it is for the bridge. */
bool programming_uart(struct programming *one, ptl_time now, const uint8_t *bytes, size_t n);

/* Does what is due; when to be called again. When ptl_flasher_done() says so, the flashing's
 * owner calls programming_end(), and the UART is the bridge's. */
ptl_time programming_poll(struct programming *one, ptl_time now);
void programming_end(struct programming *one, ptl_time now);

#endif
