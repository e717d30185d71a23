/* SPDX-License-Identifier: GPL-2.0-only */
/* Letters and numbers of formats, by the place of each in its list. */
#include "host/bridge/format.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static const char parities[] = "?NOEMS";
static const char *const stops[] = {"?", "1", "2", "1.5"};

int format_parse(const char *text, struct ptl_serial_format *format)
{
	const char *parity;

	if (text[0] < '5' || text[0] > '8')
		return -1;
	parity = text[1] ? strchr(parities + 1, toupper((unsigned char)text[1])) : NULL;
	if (!parity)
		return -1;
	for (uint8_t i = PTL_STOP_1; i <= PTL_STOP_1_5; i++) {
		if (strcmp(text + 2, stops[i]) != 0)
			continue;
		format->data_bits = (uint8_t)(text[0] - '0');
		format->parity = (uint8_t)(parity - parities);
		format->stop = i;
		return 0;
	}
	return -1;
}

const char *format_text(const struct ptl_serial_format *format, char text[FORMAT_TEXT])
{
	(void)snprintf(text, FORMAT_TEXT, "%u%c%s", format->data_bits % 10u,
		       parities[format->parity <= PTL_PARITY_SPACE ? format->parity : 0],
		       stops[format->stop <= PTL_STOP_1_5 ? format->stop : 0]);
	return text;
}
