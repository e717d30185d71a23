/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* bridge.elf: with TLS. */
#include "bridge_image.h"

const struct bridge_gate *const bridge_image_gate = &bridge_gate;
