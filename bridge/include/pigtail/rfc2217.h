/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * RFC 2217, Telnet's COM-PORT-OPTION: its numbers, and the server's side of it. Telnet
 * (telnet.h) carries it; here are the insides of its subnegotiations. Each SET and PURGE
 * is answered, with the value that is in force afterwards, whatever became of the wish.
 */
#ifndef PIGTAIL_RFC2217_H
#define PIGTAIL_RFC2217_H

#include <pigtail/serial.h>

enum ptl_com_port {
	PTL_COM_SIGNATURE,
	PTL_COM_SET_BAUDRATE,
	PTL_COM_SET_DATASIZE,
	PTL_COM_SET_PARITY,
	PTL_COM_SET_STOPSIZE,
	PTL_COM_SET_CONTROL,
	PTL_COM_NOTIFY_LINESTATE,
	PTL_COM_NOTIFY_MODEMSTATE,
	PTL_COM_FLOWCONTROL_SUSPEND,
	PTL_COM_FLOWCONTROL_RESUME,
	PTL_COM_SET_LINESTATE_MASK,
	PTL_COM_SET_MODEMSTATE_MASK,
	PTL_COM_PURGE_DATA,
};

#define PTL_COM_ANSWER	      100u /* is added to what is answered and notified */
#define PTL_COM_SIGNATURE_MAX 60u  /* bytes of ours */
#define PTL_COM_REPLY	      (2u * (1u + PTL_COM_SIGNATURE_MAX) + 5u) /* bytes, encoded, at most */

/* Values of SET-CONTROL; 0, 4, 7, 10 and 13 ask. */
enum ptl_com_control {
	PTL_CONTROL_FLOW_ASK,
	PTL_CONTROL_FLOW_NONE,
	PTL_CONTROL_FLOW_XONXOFF,
	PTL_CONTROL_FLOW_HARDWARE,
	PTL_CONTROL_BREAK_ASK,
	PTL_CONTROL_BREAK_ON,
	PTL_CONTROL_BREAK_OFF,
	PTL_CONTROL_DTR_ASK,
	PTL_CONTROL_DTR_ON,
	PTL_CONTROL_DTR_OFF,
	PTL_CONTROL_RTS_ASK,
	PTL_CONTROL_RTS_ON,
	PTL_CONTROL_RTS_OFF,
	PTL_CONTROL_FLOW_IN_ASK,
	PTL_CONTROL_FLOW_IN_NONE,
	PTL_CONTROL_FLOW_IN_XONXOFF,
	PTL_CONTROL_FLOW_IN_HARDWARE,
	PTL_CONTROL_FLOW_DCD,
	PTL_CONTROL_FLOW_IN_DTR,
	PTL_CONTROL_FLOW_DSR,
};

/* What the server's side works on. */
struct ptl_com_port_events {
	void *user;

	/* Sets what it may and can; and what is in force. */
	void (*set_format)(void *user, const struct ptl_serial_format *format);
	struct ptl_serial_format (*format)(void *user);
	void (*set_line)(void *user, enum ptl_serial_line line, bool on);
	bool (*line)(void *user, enum ptl_serial_line line);
	void (*purge)(void *user, unsigned what); /* PTL_PURGE_* */

	/* Bytes of a subnegotiation, for telnet to wrap. */
	void (*say)(void *user, const uint8_t *bytes, size_t n);
};

struct ptl_com_server {
	struct ptl_com_port_events events;
	const char *signature;
	uint8_t line_mask, modem_mask;
	uint8_t modem;	/* as it was told last */
	bool suspended; /* the client wants no data now */
};

/* signature: constant, at most PTL_COM_SIGNATURE_MAX bytes. */
void ptl_com_server_init(struct ptl_com_server *server, const char *signature,
			 const struct ptl_com_port_events *events);

/* The inside of a subnegotiation: the command and its value. false: it is none. */
bool ptl_com_server_message(struct ptl_com_server *server, const uint8_t *bytes, size_t n);

/* Tells of modem lines (PTL_MODEM_*) if the client wants to know of a change; first: in
 * any case. And of what went wrong (PTL_SERIAL_*). */
void ptl_com_server_modem(struct ptl_com_server *server, unsigned modem, bool first);
void ptl_com_server_errors(struct ptl_com_server *server, unsigned errors);

#endif
