/* SPDX-License-Identifier: GPL-2.0-only */
/* A UART's format as text: "8N1", "7E2", "5N1.5". */
#ifndef PIGTAIL_HOST_BRIDGE_FORMAT_H
#define PIGTAIL_HOST_BRIDGE_FORMAT_H

#include <pigtail/serial.h>

/* Its data bits, parity and stop bits; -1: it is no such text, and format is as it was. */
int format_parse(const char *text, struct ptl_serial_format *format);

#define FORMAT_TEXT 8
const char *format_text(const struct ptl_serial_format *format, char text[FORMAT_TEXT]);

#endif
