/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Two seams that pass everything on, or nothing. */
#include <pigtail/loan.h>

/* ---- the UART, for the bridge ---- */

static size_t uart_write(void *user, const uint8_t *bytes, size_t n)
{
	const struct ptl_loan *loan = user;

	return loan->lent ? 0 : loan->serial.write(loan->serial.user, bytes, n);
}

static bool uart_drained(void *user)
{
	const struct ptl_loan *loan = user;

	return loan->lent || loan->serial.drained(loan->serial.user);
}

static void uart_set_format(void *user, struct ptl_serial_format *format)
{
	const struct ptl_loan *loan = user;

	if (!loan->lent)
		loan->serial.set_format(loan->serial.user, format);
}

static void uart_set_line(void *user, enum ptl_serial_line line, bool on)
{
	const struct ptl_loan *loan = user;

	if (!loan->lent)
		loan->serial.set_line(loan->serial.user, line, on);
}

static unsigned uart_modem(void *user)
{
	const struct ptl_loan *loan = user;

	return loan->serial.modem(loan->serial.user);
}

static void uart_purge(void *user, unsigned what)
{
	const struct ptl_loan *loan = user;

	if (!loan->lent)
		loan->serial.purge(loan->serial.user, what);
}

struct ptl_serial_seam ptl_loan_serial(struct ptl_loan *loan)
{
	return (struct ptl_serial_seam){
		.user = loan,
		.write = uart_write,
		.drained = uart_drained,
		.set_format = uart_set_format,
		.set_line = uart_set_line,
		.modem = uart_modem,
		.purge = uart_purge,
	};
}

/* ---- the programmer, for the bridge ---- */

static enum ptl_match match(void *user, const uint8_t *bytes, size_t n, bool console)
{
	const struct ptl_loan *loan = user;

	return loan->programmer.match(loan->programmer.user, bytes, n, console);
}

static void begin(void *user, ptl_time now, unsigned client)
{
	struct ptl_loan *loan = user;

	if (loan->lent) {
		ptl_bridge_drop(loan->bridge);
		return;
	}
	loan->works = true;
	loan->programmer.begin(loan->programmer.user, now, client);
}

static void end(void *user, ptl_time now)
{
	struct ptl_loan *loan = user;

	loan->ended = loan->works && loan->lent;
	if (!loan->works || loan->lent)
		return;
	loan->works = false;
	loan->programmer.end(loan->programmer.user, now);
}

static size_t from_client(void *user, ptl_time now, const uint8_t *bytes, size_t n)
{
	const struct ptl_loan *loan = user;

	return loan->lent ? n : loan->programmer.client(loan->programmer.user, now, bytes, n);
}

static bool from_uart(void *user, ptl_time now, const uint8_t *bytes, size_t n)
{
	const struct ptl_loan *loan = user;

	return loan->programmer.uart(loan->programmer.user, now, bytes, n);
}

static bool set_line(void *user, ptl_time now, unsigned client, enum ptl_serial_line line,
		     bool on)
{
	const struct ptl_loan *loan = user;

	return !loan->lent &&
	       loan->programmer.line(loan->programmer.user, now, client, line, on);
}

static void left(void *user, ptl_time now, unsigned client)
{
	const struct ptl_loan *loan = user;

	if (!loan->lent && loan->programmer.left)
		loan->programmer.left(loan->programmer.user, now, client);
}

static ptl_time poll(void *user, ptl_time now)
{
	const struct ptl_loan *loan = user;

	return loan->lent ? PTL_NEVER : loan->programmer.poll(loan->programmer.user, now);
}

static bool stalled(void *user, ptl_time now)
{
	const struct ptl_loan *loan = user;

	return !loan->lent && loan->programmer.stalled &&
	       loan->programmer.stalled(loan->programmer.user, now);
}

static void renewed(void *user, ptl_time now)
{
	struct ptl_loan *loan = user;

	if (loan->lent)
		return;
	loan->programmer.renewed(loan->programmer.user, now);
	if (loan->ended)
		end(loan, now);
}

static bool take_format(void *user, struct ptl_serial_format *format)
{
	const struct ptl_loan *loan = user;

	return !loan->lent && loan->programmer.format(loan->programmer.user, format);
}

struct ptl_programmer_seam ptl_loan_programmer(struct ptl_loan *loan)
{
	return (struct ptl_programmer_seam){
		.user = loan,
		.match = match,
		.begin = begin,
		.end = end,
		.client = from_client,
		.uart = from_uart,
		.line = set_line,
		.left = left,
		.poll = poll,
		.stalled = stalled,
		.renewed = renewed,
		.format = take_format,
		.lines = loan->programmer.lines,
	};
}
