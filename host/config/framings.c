/* SPDX-License-Identifier: GPL-2.0-only */
/* The one list of framings; each brings its name and what it is. */
#include "host/config/framings.h"

#include <pigtail/compat.h>
#include <pigtail/link.h>

#include <string.h>

const struct ptl_framing *const framings[] = {
	&ptl_framing_pigtail,
	&ptl_framing_len16,
	&ptl_framing_slip,
	&ptl_framing_esp8266_hosted,
	NULL,
};

const struct ptl_framing *framing_by_name(const char *name)
{
	for (size_t i = 0; framings[i]; i++)
		if (!strcmp(framings[i]->name, name))
			return framings[i];
	return NULL;
}
