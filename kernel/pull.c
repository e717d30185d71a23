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
 *
 * A port that took not all says when it takes more, in any context, also while
 * ptl_pull_run() is about to set the timer for later. So it leaves `woken` before it
 * starts the timer, and who sets the timer looks at that afterwards.
 */
#include "device.h"
#include "versions.h"

#include <linux/delay.h>

/* While the port takes nothing, the endpoint's own timers run this often, and after so long
 * packets are not held for its sake. */
#define IDLE_US	   100000u
#define BLOCKED_US 1000000u
/* The driver still holds what the clock thinks has gone: it is asked again after so
 * long, and less and less often when nothing leaves it. */
#define DRAIN_US     500u
#define DRAIN_MAX_US 16000u
/* What late timers had added to the bytes below shrinks by 1/32 every: */
#define AHEAD_DECAY_US 100000u
/* A port that takes nothing, or lets nothing go, is not waited for longer; and so long for
 * what it doesn't know of, the FIFO of an adapter. */
#define PATIENCE_US 200000u
#define MARGIN_US   2000u

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
static bool flush_out(struct ptl_dev *dev, u64 now)
{
	bool blocked;

	if (dev->out_n > dev->out_at)
		dev->out_at += dev->ops->write(dev->port, dev->out + dev->out_at,
					       dev->out_n - dev->out_at);
	blocked = dev->out_at < dev->out_n;
	if (blocked && !dev->blocked)
		dev->blocked_at = now;
	dev->blocked = blocked;
	return !blocked;
}

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
	if (test_bit(0, &dev->woken))
		start_timer(dev, 0);
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

/* The port takes nothing; the endpoint's own timers run. */
static void stand_still(struct ptl_dev *dev, u64 now)
{
	u64 wake;

	dev->framing->transmit(dev->endpoint, now, dev->out, 0);
	ptl_hold_release(dev, now - dev->blocked_at > BLOCKED_US);
	wake = dev->framing->deadline(dev->endpoint);
	wake_at(dev, max_t(u64, wake, now + IDLE_US));
}

void ptl_pull_run(struct ptl_dev *dev)
{
	u64 now = ptl_dev_now();
	size_t room;
	u64 wake;

	if (dev->stopped)
		return;
	clear_bit(0, &dev->woken);
	if (!flush_out(dev, now)) {
		stand_still(dev, now);
		return;
	}
	if (dev->rate_wanted || dev->setting) /* rate.c goes on when it is done */
		return;
	room = pacer_room(dev, now);
	dev->out_at = 0;
	dev->out_n = dev->framing->transmit(dev->endpoint, now, dev->out, room);
	adapt_ahead(dev, now);
	if (dev->out_n) {
		ptl_pacer_sent(&dev->pacer, now, dev->out_n);
		dev->drain_us = DRAIN_US;
		flush_out(dev, now);
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
	set_bit(0, &dev->woken);
	start_timer(dev, 0);
}

/* Where the timer is set for the next room, or early enough, there is nothing to pull. */
bool ptl_pull_is_due(const struct ptl_dev *dev)
{
	return !dev->more && dev->framing->deadline(dev->endpoint) < dev->wake;
}

void ptl_pull_init(struct ptl_dev *dev)
{
	dev->stopped = true;
	ptl_hrtimer_setup(&dev->timer, on_timer, CLOCK_BOOTTIME, HRTIMER_MODE_ABS_SOFT);
}

void ptl_pull_begin(struct ptl_dev *dev)
{
	dev->out_at = 0;
	dev->out_n = 0;
	dev->blocked = false;
	dev->more = false;
	dev->wake = PTL_NEVER;
	dev->drain_us = DRAIN_US;
	ptl_pull_pace(dev, dev->baud);
}

/* How long to wait still until all has left by the clock, microseconds. */
static u64 until_dry(struct ptl_dev *dev, u64 give_up)
{
	u64 now = ptl_dev_now();
	u64 dry = ptl_pacer_dry(&dev->pacer, now);

	if (flush_out(dev, now))
		return dry - now;
	if (now < give_up)
		return 1000;
	dev->out_at = dev->out_n;
	return 0;
}

void ptl_pull_drain(struct ptl_dev *dev)
{
	u64 give_up = ptl_dev_now() + PATIENCE_US;
	u64 wait;

	do {
		ptl_dev_lock(dev);
		wait = until_dry(dev, give_up);
		ptl_dev_unlock(dev);
		if (wait)
			usleep_range(wait, wait + 500);
	} while (wait);
	usleep_range(MARGIN_US, MARGIN_US + 500);
	/* The clock doesn't know of a stopped line. */
	dev->ops->drain(dev->port, PATIENCE_US);
}

void ptl_pull_end(struct ptl_dev *dev)
{
	hrtimer_cancel(&dev->timer);
}
