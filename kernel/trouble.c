// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is wrong on the wire, in the kernel's log: noise, another baud rate, a peer of
 * another version, as their counters tell (see pigtail/trouble.h); and, once for an
 * endpoint, that nothing at all has come for a while after its beginning.
 *
 * The pull looks here whenever it runs: an endpoint without a peer says hello all the time,
 * one with a peer has something to keep alive.
 */
#include "device.h"

#include <linux/math64.h>

#define LOOK_US	  (1 * USEC_PER_SEC)
#define SILENT_US (10 * USEC_PER_SEC)

static void say(void *user, u64 us, u64 count, const char *what)
{
	ptl_say(user, KERN_WARNING, "in %llu s %llu %s\n", div_u64(us, USEC_PER_SEC), count,
		what);
}

/* A framing without a handshake is up at once, and its other end may have nothing to say. */
static void look_for_silence(struct ptl_dev *dev, u64 heard, u64 now)
{
	struct ptl_watch *watch = &dev->watch;
	struct ptl_info info;

	if (watch->heard)
		return;
	dev->framing->info(dev->endpoint, &info);
	watch->heard = heard || info.state == PTL_STATE_UP;
	if (watch->heard || now - watch->began < SILENT_US)
		return;
	watch->heard = true;
	ptl_say(dev, KERN_WARNING,
		"nothing comes from the other end: has it power, is its TX at this RX?\n");
}

void ptl_trouble_begin(struct ptl_dev *dev)
{
	dev->watch.began = ptl_dev_now();
	dev->watch.looked = dev->watch.began;
	dev->watch.heard = false;
	ptl_trouble_init(&dev->watch.trouble);
}

void ptl_trouble_run(struct ptl_dev *dev, u64 now)
{
	const struct ptl_counters *counters;

	if (now - dev->watch.looked < LOOK_US)
		return;
	dev->watch.looked = now;
	counters = dev->framing->counters(dev->endpoint);
	look_for_silence(dev, counters->rx_bytes, now);
	ptl_trouble_look(&dev->watch.trouble, counters, NULL, now, say, dev);
}
