/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Seam: who programs the target on behalf of a client. The bridge asks it whether a client
 * is a programmer (avrdude and its like), and gives it such a client and the UART until it
 * lets go of them:
 *
 *	console ---- match() says yes ----> begin() ---- end(), or the client left ---->
 *
 * From begin() to end() the client's bytes come to it alone, and nobody else may write to
 * the UART or set its format; what the UART says goes on to the other clients. It works
 * the UART by the table of serial.h, and pins by its own means. To the client it speaks
 * by ptl_bridge_say(); it lets go by ptl_bridge_release() or ptl_bridge_drop() (bridge.h).
 * There is at most one programmer at a time. A second one waits for a few seconds, as the
 * first may have done its work, or be gone without having been seen to go; then it takes
 * the place of one that is stalled, or is turned away.
 */
#ifndef PIGTAIL_PROGRAMMER_H
#define PIGTAIL_PROGRAMMER_H

#include <pigtail/endpoint.h>
#include <pigtail/serial.h>

enum ptl_match {
	PTL_MATCH_NO,	 /* none, whatever follows */
	PTL_MATCH_MAYBE, /* more bytes will tell */
	PTL_MATCH_YES,
};

struct ptl_programmer_seam {
	void *user;

	/* Whether these, the first bytes of a client, are a programmer's. console: of a
	 * port where people type too; false: of a port for programming. */
	enum ptl_match (*match)(void *user, const uint8_t *bytes, size_t n, bool console);

	/* The client is a programmer; the bytes that match() saw follow by client(). */
	void (*begin)(void *user, ptl_time now, unsigned client);

	/* The client left, or was dropped, or was released: the UART and the target are to
	 * be as they were. */
	void (*end)(void *user, ptl_time now);

	/* Bytes of the client; returns how many were taken. After less than n, poll() leads
	 * to another try. */
	size_t (*client)(void *user, ptl_time now, const uint8_t *bytes, size_t n);

	/* Bytes of the UART, while there is a programmer. Returns whether the client is to
	 * get them too (false: they are withheld from it). */
	bool (*uart)(void *user, ptl_time now, const uint8_t *bytes, size_t n);

	/* A client with modem lines (RFC 2217), programmer or not, sets DTR or RTS. Returns
	 * whether this is dealt with: then the line is left alone. */
	bool (*line)(void *user, ptl_time now, unsigned client, enum ptl_serial_line line,
		     bool on);

	/* A client has left, programmer or not. NULL: nothing to do. */
	void (*left)(void *user, ptl_time now, unsigned client);

	/* Does what is due, also when there is no programmer (the target's reset after one).
	 * Returns when to be called again, PTL_NEVER: after the next of the calls above. */
	ptl_time (*poll)(void *user, ptl_time now);

	/* The client has the next word, and has not said it for long: another one may take its
	 * place. NULL: never. */
	bool (*stalled)(void *user, ptl_time now);

	/* The UART is there, at the beginning or anew: all pins are to be let go. May be
	 * NULL. */
	void (*renewed)(void *user, ptl_time now);

	/* The programmer's client (RFC 2217) sets the UART's format: it may be changed to what
	 * the target wants. Returns whether it is set; after end() it is as before begin().
	 * NULL: never. */
	bool (*format)(void *user, struct ptl_serial_format *format);

	/* The modem lines that are pins, 1 << enum ptl_serial_line: nobody else drives
	 * them. */
	unsigned lines;
};

#endif
