// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rate that both ends agree on (SPEC 12). The endpoint says that it wants another
 * one and gives no more bytes; the pump lets the line run dry. Setting a UART may sleep, so a
 * work item does that: it waits for what only the driver knows of, sets the port, and goes on.
 *
 * dev->baud is what the port was really set to, whatever became of the endpoint meanwhile,
 * and each endpoint is told where that is not what it thinks. Each begins at the base rate.
 */
#include "device.h"

/* The clock says that all has left. A port that doesn't say so as well is not waited for
 * longer. */
#define PATIENCE_US 200000u

/* With the lock; what is there to be set, or 0. No pull from now on. */
static u32 take_wish(struct ptl_dev *dev)
{
	u32 rate = dev->rate_wanted;

	dev->rate_wanted = 0;
	dev->setting = rate != 0;
	return rate;
}

static void on_work(struct work_struct *work)
{
	struct ptl_dev *dev = container_of(work, struct ptl_dev, rate_work);
	int status;
	u32 rate;

	ptl_dev_lock(dev);
	rate = take_wish(dev);
	ptl_dev_unlock(dev);
	if (!rate)
		return;
	/* The clock doesn't know of a stopped line. */
	dev->ops->drain(dev->port, PATIENCE_US);
	status = dev->ops->set_rate(dev->port, rate);
	ptl_dev_lock(dev);
	dev->setting = false;
	if (!status)
		dev->baud = rate;
	/* Also when it is not the endpoint that wished it. */
	ptl_pump_rate_set(&dev->pump, ptl_dev_now(), status ? 0 : rate);
	ptl_pull_run(dev);
	ptl_dev_unlock(dev);
}

void ptl_dev_rate_init(struct ptl_dev *dev)
{
	dev->baud = dev->base_baud;
	INIT_WORK(&dev->rate_work, on_work);
}

void ptl_dev_rate_begin(struct ptl_dev *dev)
{
	dev->rate_wanted = 0;
	if (dev->baud != dev->base_baud && dev->framing->rate_done)
		dev->framing->rate_done(dev->endpoint, ptl_dev_now(), dev->baud);
}

void ptl_dev_rate_want(struct ptl_dev *dev, u32 rate)
{
	ptl_pump_want_rate(&dev->pump, rate);
}

void ptl_dev_rate_end(struct ptl_dev *dev)
{
	cancel_work_sync(&dev->rate_work);
}
