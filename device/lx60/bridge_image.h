/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What differs among the images with a bridge: one file for each, linked with
 * bridge_image.c. */
#ifndef PIGTAIL_LX60_BRIDGE_IMAGE_H
#define PIGTAIL_LX60_BRIDGE_IMAGE_H

#include "../bridge/gate.h"
#include "../bridge/web.h"

/* NULL: it has no TLS. */
extern const struct bridge_gate *const bridge_image_gate;

/* NULL: it has no page. */
extern const struct bridge_web *const bridge_image_web;

#endif
