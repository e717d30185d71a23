/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* See terminal.c. */
#ifndef PIGTAIL_DEVICE_MICROPYTHON_TERMINAL_H
#define PIGTAIL_DEVICE_MICROPYTHON_TERMINAL_H

#include <pigtail/services.h>

/* Bytes that a client may send ahead, on this and every other stream: a power of two. */
#define TERMINAL_WINDOW 1024u

extern const struct device_service terminal_service;

/* What another client types; returns how many bytes there was room for. Ctrl-C has always. */
size_t terminal_type(const uint8_t *bytes, size_t n);

#endif
