// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the port tells: bytes from the wire, in slices, so that the lock is not kept for
 * long, with the marks that the tty put on them; and that the line has another rate.
 */
#include "device.h"

#include <linux/string.h>
#include <linux/tty.h>

/* Bytes taken from the tty under the lock at once. */
#define RECEIVE_SLICE 512u
/*
 * A byte with a bad stop bit or parity may be right for all that: it is passed on,
 * and the frame's check judges. A break and an overrun are no bytes of the peer's,
 * but a place where bytes are missing: for our own framing that is the end of a
 * frame, so that what follows begins at once.
 */
static void receive_flagged(struct ptl_dev *dev, u64 now, u8 byte, char flag)
{
	static const u8 delimiter;
	bool missing = flag == TTY_BREAK || flag == TTY_OVERRUN;

	switch (flag) {
	case TTY_FRAME:
		dev->line.frame_errors++;
		break;
	case TTY_PARITY:
		dev->line.parity_errors++;
		break;
	case TTY_OVERRUN:
		dev->line.overruns++;
		break;
	case TTY_BREAK:
		dev->line.breaks++;
		break;
	}
	if (!missing)
		dev->framing->receive(dev->endpoint, now, &byte, 1);
	else if (dev->framing == &ptl_framing_pigtail)
		dev->framing->receive(dev->endpoint, now, &delimiter, 1);
}

static void receive_slice(struct ptl_dev *dev, const u8 *bytes, const char *flags, size_t n)
{
	u64 now = ptl_dev_now();
	size_t at = 0;

	while (at < n) {
		const char *mark = flags ? memchr_inv(flags + at, TTY_NORMAL, n - at) : NULL;
		size_t end = mark ? mark - flags : n;

		if (end > at)
			dev->framing->receive(dev->endpoint, now, bytes + at, end - at);
		if (end < n)
			receive_flagged(dev, now, bytes[end], flags[end]);
		at = end + 1;
	}
}

void ptl_dev_receive(struct ptl_dev *dev, const u8 *bytes, const char *flags, size_t n)
{
	while (n) {
		size_t part = min_t(size_t, n, RECEIVE_SLICE);

		ptl_dev_lock(dev);
		if (!dev->stopped) {
			receive_slice(dev, bytes, flags, part);
			/* The tty gives what it has every few bytes. */
			if (ptl_pull_is_due(dev))
				ptl_pull_run(dev);
		}
		ptl_dev_unlock(dev);
		bytes += part;
		flags = flags ? flags + part : NULL;
		n -= part;
	}
}

/* By another program: with rate_auto the endpoint finds out that the line has gone bad. */
void ptl_dev_set_baud(struct ptl_dev *dev, u32 baud)
{
	ptl_dev_lock(dev);
	if (baud && baud != dev->baud && !dev->setting) {
		dev->baud = baud;
		ptl_pump_set_baud(&dev->pump, baud);
		if (!dev->rate_auto && dev->framing->set_baud)
			dev->framing->set_baud(dev->endpoint, baud);
		ptl_pull_run(dev);
	}
	ptl_dev_unlock(dev);
}
