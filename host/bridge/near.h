/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The near end of `pigtail serial`: a pty or a listening port where a program finds the far
 * UART. It tells when a session begins (somebody opened the pty, or connected), how the
 * UART is to be set, and when it ends.
 */
#ifndef PIGTAIL_HOST_BRIDGE_NEAR_H
#define PIGTAIL_HOST_BRIDGE_NEAR_H

#include <pigtail/serial.h>
#include <uv.h>

struct near_events {
	void *user;
	void (*opened)(void *user);
	void (*closed)(void *user); /* what it wrote may still be there to read */
	void (*readable)(void *user);
	void (*writable)(void *user);
	/* The pty's user wants another format; only within a session. */
	void (*format)(void *user, const struct ptl_serial_format *format);
};

struct near;

/* spec: pty:LINK or tcp-listen:[HOST:]PORT. As port_open(). */
int near_open(uv_loop_t *loop, const char *spec, const struct near_events *events,
	      struct near **near, char *error, size_t error_size);

/* NULL does nothing. */
void near_close(struct near *near);

bool near_is_in_session(const struct near *near);
size_t near_read(struct near *near, uint8_t *bytes, size_t n);
size_t near_write(struct near *near, const uint8_t *bytes, size_t n);
void near_want_read(struct near *near, bool want);

/* Throws a session away that came over the listening port. A tty's has no such end. */
void near_reset(struct near *near);
const char *near_name(const struct near *near);

#endif
