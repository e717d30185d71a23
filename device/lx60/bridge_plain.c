/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* bridge_plain.elf: for networks that are trusted, and 80 KB less of flash. */
#include "bridge_image.h"

const struct bridge_gate *const bridge_image_gate = NULL;
const struct bridge_web *const bridge_image_web = NULL;
