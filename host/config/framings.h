/* SPDX-License-Identifier: GPL-2.0-only */
/* The framings that --framing chooses from. */
#ifndef PIGTAIL_HOST_FRAMINGS_H
#define PIGTAIL_HOST_FRAMINGS_H

#include <pigtail/endpoint.h>

/* The first is the default; NULL ends the list. */
extern const struct ptl_framing *const framings[];

/* NULL: there is none of this name. */
const struct ptl_framing *framing_by_name(const char *name);

#endif
