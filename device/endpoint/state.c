/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The one endpoint, by itself: so who uses it needs no other file. */
#include "state.h"

struct endpoint endpoint;
