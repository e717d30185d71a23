// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pull: the pump (pump.h) takes bytes from the endpoint to the port, and says when it
 * wants to be called again.
 *
 * ptl_pull_run() runs whenever something changed (a packet was queued, bytes came, the
 * timer fired, the port takes bytes again), with the lock.
 *
 * One hrtimer, in softirq mode, is all that drives it: the next pull, or the
 * endpoint's own deadline, whichever is due. The clock is CLOCK_BOOTTIME, so that
 * a sleep of the system counts as silence of the peer, and the session begins anew.
 *
 * A port that took not all says when it takes more, in any context, also while
 * ptl_pull_run() is about to set the timer for later. So the pump is told before the
 * timer is started, and who sets the timer asks the pump afterwards.
 */
#include "device.h"
#include "versions.h"

/* After so long, packets are not held for the sake of a port that takes nothing. */
#define BLOCKED_US 1000000u
/* To another rate, after the last byte should have left: the FIFO of an adapter. */
#define SETTLE_US 2000u

/* ---- the port, as the pump sees it; with the lock ---- */

static size_t write_port(void *port, const u8 *bytes, size_t n)
{
	struct ptl_dev *dev = port;

	return dev->ops->write(dev->port, bytes, n);
}

static size_t queued_in_port(void *port)
{
	struct ptl_dev *dev = port;

	return dev->ops->queued(dev->port);
}

/* rate.c does it, where one may sleep. */
static void discard_in_port(void *port)
{
}

static u32 set_port_rate(void *port, u32 rate)
{
	struct ptl_dev *dev = port;

	dev->rate_wanted = rate;
	queue_work(system_highpri_wq, &dev->rate_work);
	return PTL_PUMP_LATER;
}

static const struct ptl_pump_ops port_ops = {
	.write = write_port,
	.queued = queued_in_port,
	.discard = discard_in_port,
	.set_rate = set_port_rate,
};

/* ---- the timer ---- */

static void start_timer(struct ptl_dev *dev, u64 at)
{
	hrtimer_start(&dev->timer, ns_to_ktime(at * NSEC_PER_USEC), HRTIMER_MODE_ABS_SOFT);
}

static void wake_at(struct ptl_dev *dev, u64 at)
{
	if (at == dev->wake)
		return;
	dev->wake = at;
	if (at == PTL_NEVER)
		hrtimer_try_to_cancel(&dev->timer);
	else
		start_timer(dev, at);
	/* A wakeup before that was lost by it; one that comes now is not. */
	smp_mb();
	if (ptl_pump_was_woken(&dev->pump))
		start_timer(dev, 0);
}

void ptl_pull_run(struct ptl_dev *dev)
{
	u64 now = ptl_dev_now();
	bool blocked;
	u64 wake;

	if (dev->stopped || dev->setting) /* rate.c goes on when it is done */
		return;
	ptl_trouble_run(dev, now);
	wake = ptl_pump_turn(&dev->pump, now);
	blocked = ptl_pump_is_blocked(&dev->pump);
	if (blocked && !dev->blocked)
		dev->blocked_at = now;
	dev->blocked = blocked;
	ptl_hold_release(dev, blocked && now - dev->blocked_at > BLOCKED_US);
	wake_at(dev, wake);
}

static enum hrtimer_restart on_timer(struct hrtimer *timer)
{
	struct ptl_dev *dev = container_of(timer, struct ptl_dev, timer);

	ptl_dev_lock(dev);
	dev->wake = PTL_NEVER;
	ptl_pull_run(dev);
	ptl_dev_unlock(dev);
	return HRTIMER_NORESTART;
}

/* The timer's softirq does the work: this may be a hard interrupt, and the caller
 * may be port->write, inside of the lock. */
void ptl_dev_wakeup(struct ptl_dev *dev)
{
	ptl_pump_wakeup(&dev->pump);
	smp_mb(); /* pairs with the one of wake_at() */
	start_timer(dev, 0);
}

bool ptl_pull_is_due(const struct ptl_dev *dev)
{
	return ptl_pump_is_due(&dev->pump);
}

void ptl_pull_init(struct ptl_dev *dev)
{
	dev->stopped = true;
	ptl_hrtimer_setup(&dev->timer, on_timer, CLOCK_BOOTTIME, HRTIMER_MODE_ABS_SOFT);
}

void ptl_pull_begin(struct ptl_dev *dev)
{
	const struct ptl_pump_config config = {
		.ops = &port_ops,
		.port = dev,
		.framing = dev->framing,
		.endpoint = dev->endpoint,
		.out = dev->out,
		.out_size = sizeof(dev->out),
		.settle_us = SETTLE_US,
		.punctual = true, /* an hrtimer is, or it ticks */
		.tick_us = hrtimer_resolution / NSEC_PER_USEC,
	};

	dev->line.dry += dev->pump.dry;
	dev->line.dry_us += dev->pump.dry_us;
	dev->blocked = false;
	dev->wake = PTL_NEVER;
	ptl_pump_init(&dev->pump, &config);
	ptl_pump_begin(&dev->pump, dev->baud);
}

void ptl_pull_end(struct ptl_dev *dev)
{
	hrtimer_cancel(&dev->timer);
}
