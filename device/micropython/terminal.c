/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The REPL's terminal: the stream service 'repl' (SPEC 8.5), and what os.dupterm() adds to
 * it. One client has it; a new one takes its place, as on a real console the one who sits
 * down last.
 *
 * What the client types waits in a ring as large as its credit, so it is never refused.
 * Ctrl-C goes past the ring. What is printed waits for the link, which ends its session when
 * the host is gone, and for the client's credit, PATIENCE_US at the longest: then it is
 * dropped until the client takes something again, for a script has more to do than to wait
 * for a reader. Without a client it goes nowhere.
 */
#include "py/mphal.h"
#include "py/mpstate.h"
#include "py/ringbuf.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "extmod/misc.h"
#include "shared/runtime/interrupt_char.h"

#include "script.h"
#include "terminal.h"

#define PATIENCE_US 1000000u

static struct {
	int stream;   /* -1: no client */
	bool patient; /* it took what it was sent last */
	bool greeted; /* it was told what a start left out */
	uint32_t head, tail;
	uint8_t typed[TERMINAL_WINDOW];
} terminal = {.stream = -1};

/* What os.dupterm_notify() has read, and what is typed at WebREPL. */
static uint8_t notified[1024];
ringbuf_t stdin_ringbuf = {notified, sizeof(notified), 0, 0};

/* ---- the stream ---- */

static struct ptl_streams *streams(void)
{
	return &script.services.streams;
}

static enum ptl_status on_open(void *user, unsigned stream, const uint8_t *argument, size_t n)
{
	(void)user;
	(void)argument;
	(void)n;
	if (terminal.stream >= 0)
		ptl_stream_close(streams(), (unsigned)terminal.stream, PTL_STATUS_ABORTED,
				 "another client has the REPL");
	terminal.stream = (int)stream;
	terminal.patient = true;
	terminal.greeted = false;
	terminal.head = terminal.tail = 0;
	return PTL_STATUS_DONE;
}

static void on_data(void *user, unsigned stream, const uint8_t *bytes, size_t n)
{
	(void)user;
	if ((int)stream != terminal.stream)
		return;
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == mp_interrupt_char) {
			/* What was typed before it is not meant any more. */
			ptl_stream_took(streams(), stream, terminal.head - terminal.tail + 1);
			terminal.tail = terminal.head;
			mp_sched_keyboard_interrupt();
		} else {
			terminal.typed[terminal.head++ % TERMINAL_WINDOW] = bytes[i];
		}
	}
}

static void on_room(void *user, unsigned stream)
{
	(void)user;
	if ((int)stream == terminal.stream)
		terminal.patient = true;
}

static void on_closed(void *user, unsigned stream, enum ptl_status status)
{
	(void)user;
	(void)status;
	if (streams()->stream[stream].state == PTL_STREAM_ENDED)
		ptl_stream_close(streams(), stream, PTL_STATUS_DONE, NULL);
	if ((int)stream == terminal.stream)
		terminal.stream = -1;
}

const struct device_service terminal_service = {
	.name = "repl",
	.open = on_open,
	.data = on_data,
	.room = on_room,
	.closed = on_closed,
};

/* ---- other clients ---- */

size_t terminal_type(const uint8_t *bytes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (bytes[i] == mp_interrupt_char) {
			stdin_ringbuf.iget = stdin_ringbuf.iput;
			mp_sched_keyboard_interrupt();
		} else if (ringbuf_put(&stdin_ringbuf, bytes[i]) < 0) {
			break;
		}
	}
	return i;
}

/* ---- what the interpreter reads and writes ---- */

static int typed(void)
{
	uint8_t byte;

	if (terminal.head == terminal.tail)
		return -1;
	byte = terminal.typed[terminal.tail++ % TERMINAL_WINDOW];
	if (terminal.stream >= 0)
		ptl_stream_took(streams(), (unsigned)terminal.stream, 1);
	return byte;
}

uintptr_t mp_hal_stdio_poll(uintptr_t flags)
{
	uintptr_t ready = 0;

	if (flags & MP_STREAM_POLL_RD &&
	    (terminal.head != terminal.tail || ringbuf_avail(&stdin_ringbuf) > 0))
		ready |= MP_STREAM_POLL_RD;
	if (flags & MP_STREAM_POLL_WR)
		ready |= MP_STREAM_POLL_WR;
	return ready | mp_os_dupterm_poll(flags);
}

/* When the interpreter waits for its client: what comes earlier is a script's. */
static void greet(void)
{
	if (terminal.greeted || terminal.stream < 0)
		return;
	terminal.greeted = true;
	if (!script.left_out)
		return;
	mp_hal_stdout_tx_str(script.left_out);
	mp_hal_stdout_tx_str("\r\n");
}

int mp_hal_stdin_rx_chr(void)
{
	for (;;) {
		int byte;

		greet();
		byte = typed();

		if (byte < 0)
			byte = ringbuf_get(&stdin_ringbuf);
		if (byte < 0)
			byte = mp_os_dupterm_rx_chr();
		if (byte >= 0)
			return byte;
		mp_event_wait_indefinite();
	}
}

static bool has_credit(void)
{
	return streams()->stream[terminal.stream].credit > 0;
}

static void send(const uint8_t *bytes, size_t n)
{
	ptl_time until = script_now() + PATIENCE_US;

	while (n > 0 && terminal.stream >= 0 && terminal.patient) {
		size_t took = ptl_stream_write(streams(), script_now(),
					       (unsigned)terminal.stream, bytes, n);

		bytes += took;
		n -= took;
		if (took > 0 || has_credit())
			until = script_now() + PATIENCE_US;
		if (took > 0)
			continue;
		if (script_now() < until) {
			script_poll();
			script_wait(1);
		} else {
			terminal.patient = false;
		}
	}
}

mp_uint_t mp_hal_stdout_tx_strn(const char *text, size_t n)
{
	send((const uint8_t *)text, n);
	mp_os_dupterm_tx_strn(text, n);
	return n;
}
