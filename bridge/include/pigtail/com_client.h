/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The client's side of RFC 2217: a UART that is somewhere else. It agrees on the options,
 * then says what the UART is to be; data go and come encoded. A server that refuses
 * COM-PORT-OPTION is plain telnet, and is used as such. No clock, no allocation: the
 * connection and its coming back are the caller's.
 */
#ifndef PIGTAIL_COM_CLIENT_H
#define PIGTAIL_COM_CLIENT_H

#include <pigtail/rfc2217.h>
#include <pigtail/telnet.h>

#define PTL_COM_CLIENT_SAYS 128u /* bytes, the most that one call makes us say */

struct ptl_com_client_events {
	void *user;

	/* Data of the UART; returns how many were taken, as in telnet.h. */
	size_t (*data)(void *user, const uint8_t *bytes, size_t n);

	/* Bytes for the server, as they are; all are to be taken. */
	void (*say)(void *user, const uint8_t *bytes, size_t n);

	/* The server's UART has these modem lines (PTL_MODEM_*), or these errors
	 * (PTL_SERIAL_*). May be NULL. */
	void (*modem)(void *user, unsigned modem);
	void (*errors)(void *user, unsigned errors);

	/* The server has the UART otherwise than it was asked to. May be NULL. */
	void (*refused)(void *user, enum ptl_com_port what);
};

struct ptl_com_client {
	struct ptl_com_client_events events;
	struct ptl_telnet telnet;
	struct ptl_serial_format format; /* as it is wanted */
	bool formatted;			 /* it is wanted at all */
	bool line[3];
	bool com_port; /* the server knows RFC 2217 */
};

/* A connection began. format (NULL: the server's stays as it is) is said as soon as the
 * options are agreed on, and so are lines that were set on by then. */
void ptl_com_client_begin(struct ptl_com_client *client, const struct ptl_serial_format *format,
			  const struct ptl_com_client_events *events);

/* Data may be sent: before, it is not sure how the server reads them. */
bool ptl_com_client_is_ready(const struct ptl_com_client *client);

size_t ptl_com_client_receive(struct ptl_com_client *client, const uint8_t *bytes, size_t n);
size_t ptl_com_client_encode(struct ptl_com_client *client, const uint8_t *data, size_t n,
			     size_t *used, uint8_t *out, size_t room);

/* Said if it is another one than before. */
void ptl_com_client_set_format(struct ptl_com_client *client,
			       const struct ptl_serial_format *format);
void ptl_com_client_set_line(struct ptl_com_client *client, enum ptl_serial_line line, bool on);
void ptl_com_client_purge(struct ptl_com_client *client, unsigned what);

#endif
