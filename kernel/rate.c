// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rate that both ends agree on (SPEC 12). The endpoint says that it wants another
 * one and gives no more bytes; setting a UART may sleep, so a work item does it:
 *
 *	ptl_dev_rate_want()  with the lock: the pull stops, the work is queued
 *	on_work()        waits until all has left, sets the port, tells the endpoint
 *
 * Whether all has left, the clock doesn't know of a stopped line, nor the driver of its
 * FIFO: both have to say so, the driver only for a while. Each session begins at the
 * base rate. The work is cancelled before the endpoint goes, under rtnl, which it
 * doesn't take.
 */
#include "device.h"

#include <linux/delay.h>

/* After the last byte should have left, so much longer; and so long for the driver. */
#define MARGIN_US   2000u
#define PATIENCE_US 200000u

/* How long to wait still, microseconds; 0: all has left, or never will. */
static u32 until_dry(struct ptl_dev *dev, u64 dry)
{
	size_t queued = dev->ops->queued(dev->port);
	u64 now = ptl_dev_now();

	if (now < dry)
		return dry - now;
	if (queued == PTL_PACER_UNKNOWN || !queued || now >= dry + PATIENCE_US)
		return 0;
	return 1000;
}

static void wait_until_dry(struct ptl_dev *dev)
{
	u64 dry = 0;
	u32 wait;

	do {
		ptl_dev_lock(dev);
		if (!dry)
			dry = ptl_pacer_dry(&dev->pacer, ptl_dev_now()) + MARGIN_US;
		wait = dev->endpoint ? until_dry(dev, dry) : 0;
		ptl_dev_unlock(dev);
		if (wait)
			usleep_range(wait, wait + 500);
	} while (wait);
}

static void on_work(struct work_struct *work)
{
	struct ptl_dev *dev = container_of(work, struct ptl_dev, rate_work);
	u32 rate = READ_ONCE(dev->rate_wanted);
	int status;

	if (!rate)
		return;
	wait_until_dry(dev);
	status = dev->ops->set_rate(dev->port, rate);
	ptl_dev_lock(dev);
	dev->rate_wanted = 0;
	/* Also when the endpoint has gone meanwhile: the next one begins from here. */
	ptl_pull_pace(dev, status ? dev->baud : rate);
	if (dev->endpoint) {
		dev->framing->rate_done(dev->endpoint, ptl_dev_now(), dev->baud);
		ptl_pull_run(dev);
	}
	ptl_dev_unlock(dev);
}

void ptl_dev_rate_init(struct ptl_dev *dev)
{
	INIT_WORK(&dev->rate_work, on_work);
}

void ptl_dev_rate_want(struct ptl_dev *dev, u32 rate)
{
	WRITE_ONCE(dev->rate_wanted, rate);
	if (!READ_ONCE(dev->stopping))
		queue_work(system_highpri_wq, &dev->rate_work);
}

int ptl_dev_rate_start(struct ptl_dev *dev)
{
	int status;

	if (!dev->rate_auto || dev->baud == dev->base_baud)
		return 0;
	WRITE_ONCE(dev->rate_wanted, dev->base_baud);
	status = dev->ops->set_rate(dev->port, dev->base_baud);
	dev->rate_wanted = 0;
	if (!status)
		dev->baud = dev->base_baud;
	return status;
}

void ptl_dev_rate_stop(struct ptl_dev *dev)
{
	cancel_work_sync(&dev->rate_work);
	dev->rate_wanted = 0;
}
