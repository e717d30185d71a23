// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pull: when how many bytes go from the endpoint to the port.
 *
 * ptl_pull_run() runs whenever something changed (a packet was queued, bytes came, the
 * timer fired, the port takes bytes again), with the lock, and pulls as many bytes as the
 * pacer lets go. Below are never more than 2 ms of the line: what the driver says that it
 * holds and what the clock says are both asked, and the smaller room counts. The driver
 * doesn't see what is in the FIFO, the clock doesn't see a line that CTS has stopped. While
 * less than 1 ms is free nothing is pulled.
 *
 * One hrtimer, in softirq mode, is all that drives it: the next pull, or the
 * endpoint's own deadline, whichever is due. The clock is CLOCK_BOOTTIME, so that
 * a sleep of the system counts as silence of the peer, and the session begins anew.
 */
#include "device.h"
#include "versions.h"

/* While the port takes nothing, the endpoint's own timers run this often. */
#define IDLE_US 100000u
/* The driver still holds what the clock thinks has gone: it is asked again after so
 * long, and less and less often when nothing leaves it. */
#define DRAIN_US     500u
#define DRAIN_MAX_US 16000u
/* What late timers had added to the bytes below shrinks by 1/32 every: */
#define AHEAD_DECAY_US 100000u

/* Bytes that may be pulled; 0 while it is not worth it. */
static size_t pacer_room(const struct ptl_dev *dev, u64 now)
{
	/* A little less than what next_room() aims at: it rounds. */
	size_t enough = dev->ahead / 2 - dev->ahead / 16;
	size_t room = ptl_pacer_room(&dev->pacer, now, PTL_PACER_UNKNOWN);
	size_t queued;

	if (room < enough)
		return 0;
	queued = dev->ops->queued(dev->port);
	if (queued != PTL_PACER_UNKNOWN)
		room = min(room, ptl_pacer_room(&dev->pacer, now, queued));
	return room < enough ? 0 : min_t(size_t, room, sizeof(dev->out));
}

void ptl_pull_pace(struct ptl_dev *dev, u32 baud)
{
	dev->baud = baud;
	ptl_pacer_init(&dev->pacer, baud);
	dev->ahead = dev->pacer.limit;
}

/*
 * Where timers are late (a busy virtual machine, a driver that keeps interrupts off),
 * 2 ms do not last, and the line runs dry although there is more to send. Each time adds
 * half a millisecond to what may be below, up to 16 ms; time takes it away again.
 */
static void adapt_ahead(struct ptl_dev *dev, u64 now)
{
	struct ptl_pacer *pacer = &dev->pacer;
	u64 now_ns = now * NSEC_PER_USEC;

	if (dev->more && pacer->busy_until_ns < now_ns) {
		dev->line.dry++;
		dev->line.dry_us += (u32)(now_ns - pacer->busy_until_ns) / NSEC_PER_USEC;
		pacer->limit = min(pacer->limit + dev->ahead / 4, 4 * dev->ahead);
		dev->ahead_at = now;
	} else if (now - dev->ahead_at > AHEAD_DECAY_US) {
		pacer->limit -= (pacer->limit - dev->ahead + 31) / 32;
		dev->ahead_at = now;
	}
}

/* Gives the port what is in out; whether all went. */
static bool flush_out(struct ptl_dev *dev)
{
	if (dev->out_n > dev->out_at)
		dev->out_at += dev->ops->write(dev->port, dev->out + dev->out_at,
					       dev->out_n - dev->out_at);
	dev->blocked = dev->out_at < dev->out_n;
	return !dev->blocked;
}

static void wake_at(struct ptl_dev *dev, u64 at)
{
	if (at == dev->wake)
		return;
	dev->wake = at;
	if (at == PTL_NEVER)
		hrtimer_try_to_cancel(&dev->timer);
	else if (!READ_ONCE(dev->stopping))
		hrtimer_start(&dev->timer, ns_to_ktime(at * NSEC_PER_USEC),
			      HRTIMER_MODE_ABS_SOFT);
}

/* More is to be sent, but there was no room for it: when will there be? */
static u64 next_room(struct ptl_dev *dev, u64 now)
{
	const struct ptl_pacer *pacer = &dev->pacer;
	u64 keep_ns = (pacer->limit - dev->ahead / 2) * pacer->byte_ns_q8 >> 8;
	u64 now_ns = now * NSEC_PER_USEC;
	u64 at;

	if (pacer->busy_until_ns > now_ns + keep_ns) {
		/* Not more than 20 ms, and never down to the microsecond before. */
		return now + 1 + (u32)(pacer->busy_until_ns - now_ns - keep_ns) / NSEC_PER_USEC;
	}
	at = now + dev->drain_us;
	dev->drain_us = min(2 * dev->drain_us, DRAIN_MAX_US);
	return at;
}

void ptl_pull_run(struct ptl_dev *dev)
{
	u64 now = ptl_dev_now();
	size_t room;
	u64 wake;

	if (!dev->endpoint)
		return;
	if (!flush_out(dev)) {
		dev->framing->transmit(dev->endpoint, now, dev->out, 0);
		wake = dev->framing->deadline(dev->endpoint);
		wake_at(dev, max_t(u64, wake, now + IDLE_US));
		return;
	}
	if (dev->rate_wanted) /* rate.c goes on when it is done */
		return;
	room = pacer_room(dev, now);
	dev->out_at = 0;
	dev->out_n = dev->framing->transmit(dev->endpoint, now, dev->out, room);
	adapt_ahead(dev, now);
	if (dev->out_n) {
		ptl_pacer_sent(&dev->pacer, now, dev->out_n);
		dev->drain_us = DRAIN_US;
		flush_out(dev);
	}
	ptl_hold_release(dev, false);
	wake = dev->framing->deadline(dev->endpoint);
	if (dev->rate_wanted)
		return;
	dev->more = wake <= now;
	if (dev->more)
		wake = next_room(dev, now);
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
	if (!READ_ONCE(dev->stopping))
		hrtimer_start(&dev->timer, 0, HRTIMER_MODE_ABS_SOFT);
}

/* Where the timer is set for the next room, or early enough, there is nothing to pull. */
bool ptl_pull_is_due(const struct ptl_dev *dev)
{
	return !dev->more && dev->framing->deadline(dev->endpoint) < dev->wake;
}

void ptl_pull_init(struct ptl_dev *dev)
{
	dev->stopping = true;
	ptl_hrtimer_setup(&dev->timer, on_timer, CLOCK_BOOTTIME, HRTIMER_MODE_ABS_SOFT);
}

void ptl_pull_start(struct ptl_dev *dev)
{
	dev->out_at = 0;
	dev->out_n = 0;
	dev->blocked = false;
	dev->more = false;
	dev->wake = PTL_NEVER;
	dev->drain_us = DRAIN_US;
	ptl_pull_pace(dev, dev->baud);
	ptl_pull_run(dev);
}
