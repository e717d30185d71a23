/* SPDX-License-Identifier: GPL-2.0-only */
/* Frames of the framing pigtail as they may be shown in a capture: without passwords. */
#ifndef PIGTAIL_HOST_CONCEAL_H
#define PIGTAIL_HOST_CONCEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for any frame that may have one in it. */
#define CONCEAL_MAX 700

/*
 * A frame's content (SPEC 3), check included. good: its check was right. Returns false where
 * it can be shown as it is; or true, and shown has n bytes with zeros in the place of keys.
 */
bool conceal_frame(const uint8_t *frame, size_t n, bool good, uint8_t shown[CONCEAL_MAX]);

#endif
