/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a bridge consists of; its parts are line.c (the UART's side), client.c (a client's)
 * and bridge.c (what joins them, and the public functions).
 */
#ifndef PTL_BRIDGE_STATE_H
#define PTL_BRIDGE_STATE_H

#include "detect.h"
#include "history.h"

#include <pigtail/bridge.h>
#include <pigtail/rfc2217.h>
#include <pigtail/telnet.h>

#define PTL_CLIENT_REPLIES 320u /* bytes: telnet's, and a programmer's answers */
#define PTL_CLIENT_FIRST   16u	/* bytes that a programmer is recognised by */
#define PTL_NOBODY	   PTL_BRIDGE_CLIENTS_MAX

struct ptl_client {
	struct ptl_bridge *bridge;
	bool connected;
	bool dropping;		  /* the caller was told to hang up */
	bool readable;		  /* it was not taken all, and is told when it may be */
	enum ptl_service asked;	  /* of its port */
	enum ptl_service service; /* AUTO: not known yet */
	ptl_time since, active;	  /* connected; the last byte either way */
	uint64_t order;		  /* who came first */

	/* What it may be, as long as that is not known. */
	struct ptl_detect detect;
	bool recognising; /* its data may be a programmer's */
	uint8_t first[PTL_CLIENT_FIRST];
	uint8_t first_n, first_given; /* of them, those that went on as data */
	ptl_time held_since;	      /* PTL_NEVER: nothing is held */
	ptl_time waits_until;	      /* for another programmer's end; PTL_NEVER: it does not */

	struct ptl_telnet telnet;
	struct ptl_com_server com;
	bool com_port;		     /* it speaks RFC 2217 */
	uint8_t owes_errors;	     /* PTL_SERIAL_* that it is to be told of */
	bool owes_modem, owes_first; /* likewise */

	uint64_t at; /* its place in the history */
	uint16_t replies_from, replies_n;
	uint8_t replies[PTL_CLIENT_REPLIES];
	struct ptl_client_counters counters;
};

struct ptl_bridge {
	struct ptl_bridge_config config;
	ptl_time now; /* of the call that is under way */

	struct ptl_history history;

	/* To the UART. */
	uint8_t *output;
	size_t output_from, output_n;
	struct ptl_serial_format format;
	bool line[3];	     /* enum ptl_serial_line, as they were asked for */
	ptl_time break_ends; /* PTL_NEVER: it doesn't by itself */

	unsigned writer;      /* client with the right, PTL_NOBODY */
	unsigned programmer;  /* client, PTL_NOBODY */
	bool programmer_done; /* it let go, within a call of its own */
	ptl_time programmer_due;
	struct ptl_serial_format format_before; /* it began */
	uint64_t connects;
	struct ptl_bridge_counters counters;
	struct ptl_client client[];
};

#endif
