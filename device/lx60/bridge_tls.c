/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* bridge.elf: with TLS, and a page. */
#include "bridge_image.h"

const struct bridge_gate *const bridge_image_gate = &bridge_gate;
const struct bridge_web *const bridge_image_web = &bridge_web;
